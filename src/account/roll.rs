//! The long-lived key of a robot is rolled: a new one is made, tried, and put in the old one's place; once it is used the old
//! one is disabled, and deleted after days of grace. How far that has come is found in IAM, so that the same command goes
//! on with it, and at every moment the key that is used works.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_credential_types::Credentials as Keys;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::{AccessKeyMetadata, StatusType};
use jiff::{SignedDuration, Timestamp};

use super::connection::{configuration, wait};
use super::credentials::Credentials;
use super::failure::{Failed, send};
use super::provider::base_access;
use super::root::Access;
use super::store::StoreError;

/// How often a new key is tried, a second apart, until AWS knows it everywhere.
const TRIES: u32 = 60;

/// Why a key was not rolled.
#[derive(Debug, thiserror::Error)]
pub enum RollError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("these credentials are no robot's: {0}")]
    NoRobot(&'static str),
    #[error("a newer key of the same user is there, which ends in {0} and is not the one that is used here")]
    Newer(String),
    #[error("the new key is not known to AWS after {TRIES} seconds; it is deleted again")]
    NotKnown,
    #[error("the new key cannot be written: {0}; it is deleted again")]
    NotWritten(std::io::ErrorKind),
    #[error("where the new key goes is not said")]
    Nowhere,
}

impl From<Failed> for RollError {
    fn from(failed: Failed) -> Self {
        RollError::Store(failed.into())
    }
}

/// What was done, or is left to do.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rolled {
    /// A new key is tried and written; the old one is disabled once the program is started with the new one.
    Written,
    /// The new key is in use, so the old one is disabled now.
    Disabled,
    /// The old key is deleted.
    Deleted,
    /// The old key is deleted from this moment on.
    Waiting(Timestamp),
}

/// A robot's key as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RobotKey {
    pub user: String,
    /// The last four letters of its id.
    pub ends_with: String,
    pub is_active: bool,
    pub is_used_here: bool,
    pub made: Timestamp,
    pub last_used: Option<Timestamp>,
}

/// A user of IAM, reached with its own long-lived key.
pub struct Robot {
    iam: Client,
    access: Access,
    name: String,
    /// The id of the key that is used.
    used: String,
}

impl Robot {
    /// The robot behind a side's credentials.
    ///
    /// # Errors
    /// Where they are no user's long-lived key.
    pub fn of(access: &Access) -> Result<Self, RollError> {
        let access = match &access.credentials {
            Some(Credentials::Role { base, .. }) => base_access(access, base),
            _ => access.clone(),
        };
        let source = access.credentials.as_ref().ok_or(RollError::NoRobot("there are none"))?;
        if source.device().is_some() {
            return Err(RollError::NoRobot("a person's device is named"));
        }
        let config = configuration(&access)?;
        let provider = config.credentials_provider().ok_or(RollError::NoRobot("there are none"))?;
        let keys = wait(aws_credential_types::provider::ProvideCredentials::provide_credentials(&provider));
        let keys = keys.map_err(|_| StoreError::Denied("the named source gives no credentials".into()))?;
        if keys.session_token().is_some() {
            return Err(RollError::NoRobot("they are a session, which ends by itself"));
        }
        let mut iam = aws_sdk_iam::config::Builder::from(&config);
        iam.set_endpoint_url(access.iam_endpoint.clone().or_else(|| access.endpoint.clone()));
        let (iam, used) = (Client::from_conf(iam.build()), keys.access_key_id().to_owned());
        let name = user_of(&access, keys)?.ok_or(RollError::NoRobot("no user acts"))?;
        Ok(Robot { iam, access, name, used })
    }

    /// All its keys.
    ///
    /// # Errors
    /// Where IAM does not tell.
    pub fn keys(&self) -> Result<Vec<RobotKey>, RollError> {
        let listed = self.list()?.into_iter();
        listed.map(|key| self.robot_key(&key)).collect()
    }

    fn list(&self) -> Result<Vec<AccessKeyMetadata>, Failed> {
        let reply = wait(async { send!(self.iam.list_access_keys().user_name(&self.name)) })?;
        Ok(reply.access_key_metadata)
    }

    fn robot_key(&self, key: &AccessKeyMetadata) -> Result<RobotKey, RollError> {
        let id = key.access_key_id().unwrap_or_default();
        Ok(RobotKey {
            user: self.name.clone(),
            ends_with: ending(id),
            is_active: is_active(key),
            is_used_here: id == self.used,
            made: made(key),
            last_used: self.last_used(id)?,
        })
    }

    fn last_used(&self, id: &str) -> Result<Option<Timestamp>, Failed> {
        let reply = wait(async { send!(self.iam.get_access_key_last_used().access_key_id(id)) })?;
        let at = reply.access_key_last_used.and_then(|used| used.last_used_date);
        Ok(at.and_then(|at| Timestamp::from_second(at.secs()).ok()))
    }

    /// Goes on with the rolling of its key, or begins it. `to` is where the new key is written, where the credentials are of
    /// the environment; `discard` says that nobody has a newer key that is there.
    ///
    /// # Errors
    /// Where a step fails; the key that is used is then as it was.
    pub fn roll(&self, grace: SignedDuration, to: Option<&Path>, discard: bool) -> Result<Rolled, RollError> {
        let (used, others): (Vec<_>, Vec<_>) =
            self.list()?.into_iter().partition(|key| key.access_key_id() == Some(&self.used));
        let used = used.first().ok_or(RollError::NoRobot("the key that is used is none of the user's"))?;
        let Some(other) = others.first() else { return self.replace(to) };
        let (id, is_newer) = (other.access_key_id().unwrap_or_default(), made(other) > made(used));
        match (is_active(other), is_newer) {
            (true, false) => self.disable(id).map(|()| Rolled::Disabled),
            // When a key was last used, AWS tells hours later: only a person knows whether somebody has it.
            (true, true) if !discard => Err(RollError::Newer(ending(id))),
            (_, true) => self.delete(id).and_then(|()| self.replace(to)),
            (false, false) => match self.last_used(id)?.map_or(made(used), |last| last.max(made(used))) + grace {
                end if end > Timestamp::now() => Ok(Rolled::Waiting(end)),
                _ => self.delete(id).map(|()| Rolled::Deleted),
            },
        }
    }

    /// The old key stays as it is until the new one is used: a run that began with it goes on with it.
    fn replace(&self, to: Option<&Path>) -> Result<Rolled, RollError> {
        let place = self.place(to)?;
        let reply = wait(async { send!(self.iam.create_access_key().user_name(&self.name)) })?;
        let key = reply.access_key.ok_or_else(|| StoreError::Damaged("reply holds no key".into()))?;
        let id = key.access_key_id;
        let keys = Keys::new(&id, &key.secret_access_key, None, None, "rolled");
        let is_known = (0..TRIES).any(|tries| {
            std::thread::sleep(Duration::from_secs(u64::from(tries.min(1))));
            user_of(&self.access, keys.clone()).is_ok_and(|name| name.as_ref() == Some(&self.name))
        });
        if !is_known {
            self.delete(&id)?;
            return Err(RollError::NotKnown);
        }
        if let Err(error) = place.write(&id, &key.secret_access_key) {
            self.delete(&id)?;
            return Err(RollError::NotWritten(error.kind()));
        }
        Ok(Rolled::Written)
    }

    fn place<'p>(&'p self, to: Option<&'p Path>) -> Result<Place<'p>, RollError> {
        match (&self.access.credentials, to) {
            (Some(Credentials::Profile { name, file, .. }), None) => {
                let default = || Some(std::env::home_dir()?.join(".aws/credentials"));
                Ok(Place::Profile { file: file.clone().or_else(default).ok_or(RollError::Nowhere)?, name })
            }
            (Some(Credentials::EnvPrefix { prefix, .. }), Some(file)) => Ok(Place::Variables { file, prefix }),
            _ => Err(RollError::Nowhere),
        }
    }

    fn disable(&self, id: &str) -> Result<(), RollError> {
        let request = self.iam.update_access_key().user_name(&self.name).access_key_id(id).status(StatusType::Inactive);
        wait(async { send!(request) })?;
        Ok(())
    }

    fn delete(&self, id: &str) -> Result<(), RollError> {
        wait(async { send!(self.iam.delete_access_key().user_name(&self.name).access_key_id(id)) })?;
        Ok(())
    }
}

/// The last four letters of an id.
fn ending(id: &str) -> String {
    id.get(id.len().saturating_sub(4)..).unwrap_or_default().to_owned()
}

fn is_active(key: &AccessKeyMetadata) -> bool {
    key.status() == Some(&StatusType::Active)
}

fn made(key: &AccessKeyMetadata) -> Timestamp {
    key.create_date().and_then(|at| Timestamp::from_second(at.secs()).ok()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The user that a key is of; none where it is no user's.
fn user_of(access: &Access, keys: Keys) -> Result<Option<String>, Failed> {
    let bare = configuration(access).map_err(|_| Failed { status: None, code: "no credentials".into(), tries: 0 })?;
    let mut config = aws_sdk_sts::config::Builder::from(&bare).credentials_provider(keys);
    config.set_endpoint_url(access.sts_endpoint.clone().or_else(|| access.endpoint.clone()));
    let client = aws_sdk_sts::Client::from_conf(config.build());
    let arn = wait(async { send!(client.get_caller_identity()) })?.arn.unwrap_or_default();
    Ok(arn.splitn(6, ':').nth(5).and_then(|name| name.strip_prefix("user/")?.rsplit('/').next()).map(str::to_owned))
}

/// Where the new key goes.
enum Place<'p> {
    /// Into the profile that the old one is in.
    Profile { file: PathBuf, name: &'p str },
    /// Into a new file of variables, for whoever starts the program.
    Variables { file: &'p Path, prefix: &'p str },
}

impl Place<'_> {
    /// All of it or nothing, for its owner alone.
    fn write(&self, id: &str, secret: &str) -> std::io::Result<()> {
        let (file, text) = match self {
            Place::Profile { file, name } => {
                (file.as_path(), in_profile(&std::fs::read_to_string(file)?, name, id, secret)?)
            }
            Place::Variables { file, prefix } => {
                (*file, format!("{prefix}_ACCESS_KEY_ID={id}\n{prefix}_SECRET_ACCESS_KEY={secret}\n"))
            }
        };
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut written = tempfile::NamedTempFile::new_in(folder)?;
        written.write_all(text.as_bytes())?;
        written.as_file().sync_all()?;
        written.persist(file)?;
        Ok(())
    }
}

/// A file of profiles with another key in one of them; every other line stays as it is.
fn in_profile(text: &str, name: &str, id: &str, secret: &str) -> std::io::Result<String> {
    let heads = [format!("[{name}]"), format!("[profile {name}]")];
    let (mut inside, mut placed, mut lines) = (false, 0, Vec::new());
    for line in text.lines() {
        let plain = line.trim();
        inside = if plain.starts_with('[') { heads.iter().any(|head| head == plain) } else { inside };
        let key = plain.split('=').next().unwrap_or_default().trim();
        let value = match key {
            "aws_access_key_id" if inside => Some(id),
            "aws_secret_access_key" if inside => Some(secret),
            _ => None,
        };
        placed += usize::from(value.is_some());
        lines.push(value.map_or_else(|| line.to_owned(), |value| format!("{key} = {value}")));
    }
    let unplaced = || std::io::Error::other("the profile holds no key to put another one in the place of");
    if placed == 2 { Ok(lines.join("\n") + "\n") } else { Err(unplaced()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_takes_the_place_of_the_one_in_its_profile() {
        let text = "# mine\n[other]\naws_access_key_id = A\naws_secret_access_key = a\n\n[robot]\nregion=x\n aws_access_key_id=B\naws_secret_access_key = b\n";
        let wanted = "# mine\n[other]\naws_access_key_id = A\naws_secret_access_key = a\n\n[robot]\nregion=x\naws_access_key_id = C\naws_secret_access_key = c\n";
        assert_eq!(in_profile(text, "robot", "C", "c").expect("placed"), wanted);
        assert!(in_profile(text, "nobody", "C", "c").is_err());
        assert!(in_profile("[robot]\naws_access_key_id = B\n", "robot", "C", "c").is_err(), "half a key is none");
    }
}
