//! Sessions that verho mints itself: with a person's second factor (GetSessionToken), and of a role (AssumeRole).
//!
//! Both are minted once a process and kept until shortly before they end, since a code of a device counts only once. A
//! role's session names who runs verho as its source, and is narrowed to what it is taken for; no customer is named in it.

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials as Keys;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sts::Client;
use aws_sdk_sts::types::Credentials as Issued;
use jiff::Timestamp;
use serde_json::json;
use ssh_key::rand_core::{OsRng, RngCore};

use super::failure::{Failed, send};
use super::root::{Access, partition};

/// What AWS's log calls the sessions of this process: the same on both sides, and drawn by chance.
pub(super) static SESSION: LazyLock<String> = LazyLock::new(|| format!("verho-{:016x}", OsRng.next_u64()));

/// How long a session with a second factor lasts, in seconds: a run longer than this ends.
const LASTS: i32 = 12 * 3600;

/// A session is renewed this long before it ends.
const EARLY: Duration = Duration::from_secs(300);

/// What is minted, by what it is minted of.
type Shelf = Mutex<HashMap<String, SharedCredentialsProvider>>;

static MINTED: LazyLock<Shelf> = LazyLock::new(Mutex::default);

/// When a code of a device was given, by the device.
static GIVEN: LazyLock<Mutex<HashMap<String, i64>>> = LazyLock::new(Mutex::default);

/// When a session was minted with a device, in seconds since 1970.
pub(super) fn minted_at(serial: &str) -> Option<i64> {
    GIVEN.lock().unwrap_or_else(PoisonError::into_inner).get(serial).copied()
}

/// The one provider of what a name stands for.
fn once(name: String, make: impl FnOnce() -> Minter) -> SharedCredentialsProvider {
    let mut minted = MINTED.lock().unwrap_or_else(PoisonError::into_inner);
    let provider = minted.entry(name).or_insert_with(|| SharedCredentialsProvider::new(Minted::by(make())));
    provider.clone()
}

/// A person's session, minted with a code of a device.
pub(super) fn with_device(
    access: &Access,
    serial: &str,
    keys: SharedCredentialsProvider,
    bare: &SdkConfig,
) -> SharedCredentialsProvider {
    // Whatever it is then used for: a code counts only once.
    let name = format!("device {serial} {:?}", access.endpoint);
    once(name, || Minter { sts: client(access, keys, bare), way: Way::Device(serial.to_owned()) })
}

/// A role's session.
pub(super) fn of_role(
    access: &Access,
    arn: &str,
    keys: SharedCredentialsProvider,
    bare: &SdkConfig,
) -> SharedCredentialsProvider {
    let name = format!("role {arn} {:?} {:?} {:?}", access.endpoint, access.credentials, access.narrowed_to);
    let operator = access.operator.as_deref().and_then(source_identity);
    let policy = access.narrowed_to.as_deref().map(|place| narrowed(place, access.region.as_deref()));
    once(name, || Minter { sts: client(access, keys, bare), way: Way::Role { arn: arn.to_owned(), operator, policy } })
}

/// Who runs verho, in the letters that STS takes.
fn source_identity(operator: &str) -> Option<String> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter);
    let named: String = operator.chars().map(|letter| if plain(letter) { letter } else { '-' }).take(64).collect();
    (named.len() >= 2).then_some(named)
}

/// A policy for a session that reaches what lies below a place, written `bucket/prefix`, and no more.
fn narrowed(place: &str, region: Option<&str>) -> String {
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let partition = partition(region);
    let objects = [
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:PutObject",
    ];
    // A HEAD has no prefix, and whether an object is missing is told to who may list.
    let below = json!({ "StringLikeIfExists": { "s3:prefix": format!("{prefix}*") } });
    let bucket_arn = format!("arn:{partition}:s3:::{bucket}");
    let statements = json!([
        { "Effect": "Allow", "Action": objects, "Resource": format!("{bucket_arn}/{prefix}*") },
        { "Effect": "Allow", "Action": ["s3:ListBucket", "s3:ListBucketVersions"], "Resource": bucket_arn, "Condition": below },
        // It knows no condition on prefixes.
        { "Effect": "Allow", "Action": "s3:ListBucketMultipartUploads", "Resource": bucket_arn },
        { "Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": "*" },
    ]);
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

fn client(access: &Access, keys: SharedCredentialsProvider, bare: &SdkConfig) -> Client {
    let mut config = aws_sdk_sts::config::Builder::from(bare).credentials_provider(keys);
    config.set_endpoint_url(access.sts_endpoint.clone().or_else(|| access.endpoint.clone()));
    Client::from_conf(config.build())
}

#[derive(Debug)]
enum Way {
    Device(String),
    Role { arn: String, operator: Option<String>, policy: Option<String> },
}

/// Makes sessions of one kind.
#[derive(Debug)]
struct Minter {
    sts: Client,
    way: Way,
}

impl Minter {
    async fn mint(&self) -> provider::Result {
        let issued = match &self.way {
            Way::Device(serial) => self.with_code(serial).await?,
            Way::Role { arn, operator, policy } => {
                let request = self.sts.assume_role().role_arn(arn).role_session_name(SESSION.as_str());
                let request = request.set_source_identity(operator.clone()).set_policy(policy.clone());
                send!(request).map_err(refused)?.credentials
            }
        };
        issued.map(keys).ok_or_else(|| CredentialsError::unhandled("an incomplete reply of STS"))?
    }

    async fn with_code(&self, serial: &str) -> Result<Option<Issued>, CredentialsError> {
        let code = code(serial)?;
        let request = self.sts.get_session_token().serial_number(serial).token_code(code).duration_seconds(LASTS);
        let reply = send!(request).map_err(refused)?;
        let now = Timestamp::now().as_second();
        GIVEN.lock().unwrap_or_else(PoisonError::into_inner).insert(serial.to_owned(), now);
        Ok(reply.credentials)
    }
}

fn refused(failed: Failed) -> CredentialsError {
    CredentialsError::provider_error(format!("STS mints no session: {}", failed.code))
}

fn keys(issued: Issued) -> provider::Result {
    let end = SystemTime::try_from(issued.expiration).map_err(CredentialsError::unhandled)?;
    Ok(Keys::new(issued.access_key_id, issued.secret_access_key, Some(issued.session_token), Some(end), "verho"))
}

/// The code that a device shows now: of the environment, so that a script can ask for it, or of whoever sits there.
fn code(serial: &str) -> Result<String, CredentialsError> {
    let account = super::separate::policy::account_of(serial).unwrap_or_default();
    let variable = format!("VERHO_MFA_CODE_{account}");
    if let Ok(code) = std::env::var(&variable) {
        return Ok(code.trim().to_owned());
    }
    let missing = |_| {
        let what = format!("no code of the device is given: set {variable}, or run on a terminal");
        CredentialsError::invalid_configuration(what)
    };
    // One device after the other; and not the input, which may be a socket.
    static ASKED: Mutex<()> = Mutex::new(());
    let _alone = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
    let terminal = || std::fs::File::options().read(true).write(true).open("/dev/tty");
    let mut line = String::new();
    let asked = terminal().and_then(|mut terminal| {
        write!(terminal, "code of {serial}: ")?;
        std::io::BufReader::new(terminal).read_line(&mut line)
    });
    asked.map_err(missing)?;
    Ok(line.trim().to_owned())
}

/// Hands out one session until shortly before its end.
#[derive(Debug, Clone)]
struct Minted(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    minter: Minter,
    session: tokio::sync::Mutex<Session>,
}

#[derive(Debug, Default)]
struct Session {
    keys: Option<Keys>,
    /// Why a device's code was not taken: nobody is asked for one again and again.
    refused: Option<String>,
}

impl Minted {
    fn by(minter: Minter) -> Self {
        Minted(Arc::new(Kept { minter, session: tokio::sync::Mutex::default() }))
    }

    async fn session(&self) -> provider::Result {
        let mut session = self.0.session.lock().await;
        let lasts = |keys: &Keys| keys.expiry().is_none_or(|end| end > SystemTime::now() + EARLY);
        if let Some(keys) = session.keys.as_ref().filter(|keys| lasts(keys)) {
            return Ok(keys.clone());
        }
        if let Some(why) = &session.refused {
            return Err(CredentialsError::provider_error(why.clone()));
        }
        let minted = self.0.minter.mint().await;
        session.keys = minted.as_ref().ok().cloned();
        if matches!(self.0.minter.way, Way::Device(_)) {
            session.refused = minted.as_ref().err().map(ToString::to_string);
        }
        minted
    }
}

impl ProvideCredentials for Minted {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.session())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_identity_has_letters_that_sts_takes() {
        assert_eq!(source_identity("jukka@verho.example").as_deref(), Some("jukka@verho.example"));
        assert_eq!(source_identity("Jukka Järvi").as_deref(), Some("Jukka-J-rvi"));
        assert_eq!(source_identity("").as_deref(), None);
    }
}
