//! Whose keys are used: always named, one source a side, never the SDK's default chain.

use std::path::PathBuf;

use crate::document::{Fault, FromValue, Place, Section};

/// One explicit source of credentials. It says where keys are, and holds none itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Credentials {
    /// A profile of the shared AWS files: those in `~/.aws`, or the one file named here. Where a person's device is
    /// named, a session is minted with its code.
    Profile { name: String, file: Option<PathBuf>, mfa: Option<String> },
    /// A role, assumed with the credentials of `base`.
    Role { arn: String, base: Box<Credentials> },
    /// A role, assumed with a token that a cluster keeps in a file.
    WebIdentity { role: String, token_file: PathBuf },
    /// The task role of an ECS container, or the pod identity of an EKS one.
    Container,
    /// `<PREFIX>_ACCESS_KEY_ID`, `<PREFIX>_SECRET_ACCESS_KEY` and, if set, `<PREFIX>_SESSION_TOKEN`; a device as above.
    EnvPrefix { prefix: String, mfa: Option<String> },
}

const SOURCES: [&str; 5] = ["profile", "role", "web_identity", "container", "env_prefix"];

impl Credentials {
    /// Reads `{ profile = ".." }` or one of its siblings.
    ///
    /// # Errors
    /// Where not exactly one source is named, or it is incomplete.
    pub fn parse(mut section: Section<'_>) -> Result<Self, Fault> {
        let named: Vec<_> = SOURCES.into_iter().filter(|source| section.holds(source)).collect();
        let parsed = match named[..] {
            ["profile"] => profile(&mut section)?,
            ["role"] => role(&mut section)?,
            ["web_identity"] => web_identity(section.required("web_identity")?)?,
            ["container"] => container(&mut section)?,
            ["env_prefix"] => env_prefix(&mut section)?,
            _ => return Err(not_one(&section)),
        };
        section.finish()?;
        Ok(parsed)
    }
}

impl Credentials {
    /// The device whose code mints the session, if one does.
    pub fn device(&self) -> Option<&str> {
        match self {
            Credentials::Profile { mfa, .. } | Credentials::EnvPrefix { mfa, .. } => mfa.as_deref(),
            Credentials::Role { base, .. } => base.device(),
            Credentials::WebIdentity { .. } | Credentials::Container => None,
        }
    }
}

impl<'d> FromValue<'d> for Credentials {
    fn from_value(place: Place<'d>) -> Result<Self, Fault> {
        Section::from_value(place).and_then(Credentials::parse)
    }
}

fn not_one(section: &Section<'_>) -> Fault {
    section.fault("credentials name exactly one source", format!("one of: {}", SOURCES.join(", ")))
}

fn profile(section: &mut Section<'_>) -> Result<Credentials, Fault> {
    let name = section.required("profile")?;
    let file = section.optional::<String>("file")?.map(PathBuf::from);
    Ok(Credentials::Profile { name, file, mfa: mfa(section)? })
}

/// The ARN of a person's device for a second factor.
fn mfa(section: &mut Section<'_>) -> Result<Option<String>, Fault> {
    let serial: Option<String> = section.optional("mfa")?;
    match &serial {
        Some(serial) if !serial.starts_with("arn:") || !serial.contains(":mfa/") => {
            let hint = "arn:aws:iam::ACCOUNT:mfa/NAME, as the IAM console shows it".to_owned();
            Err(section.fault_at("mfa", "`mfa` takes the ARN of a device", hint))
        }
        _ => Ok(serial),
    }
}

fn role(section: &mut Section<'_>) -> Result<Credentials, Fault> {
    let arn = section.required("role")?;
    let base = section.required("base")?;
    if matches!(base, Credentials::Role { .. }) {
        let hint = "assume the role directly with a profile, env_prefix, container or web_identity";
        return Err(section.fault_at("base", "a role is not assumed through another role", hint.to_owned()));
    }
    Ok(Credentials::Role { arn, base: Box::new(base) })
}

fn web_identity(mut section: Section<'_>) -> Result<Credentials, Fault> {
    let role = section.required("role")?;
    let token_file = PathBuf::from(section.required::<String>("token_file")?);
    section.finish()?;
    Ok(Credentials::WebIdentity { role, token_file })
}

fn container(section: &mut Section<'_>) -> Result<Credentials, Fault> {
    if section.required("container")? {
        return Ok(Credentials::Container);
    }
    Err(section.fault_at("container", "`container` is `true` or left out", None))
}

fn env_prefix(section: &mut Section<'_>) -> Result<Credentials, Fault> {
    let prefix: String = section.required("env_prefix")?;
    let plain = |letter: u8| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == b'_';
    if !prefix.starts_with(|first: char| first.is_ascii_uppercase()) || !prefix.bytes().all(plain) {
        return Err(section.fault_at("env_prefix", "`env_prefix` takes upper-case letters, digits and `_`", None));
    }
    if prefix == "AWS" {
        let hint = "take a prefix for each side, like VERHO_PROD and VERHO_TEST".to_owned();
        return Err(section.fault_at("env_prefix", "the AWS_ variables are one set for all programs", hint));
    }
    Ok(Credentials::EnvPrefix { prefix, mfa: mfa(section)? })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::document::Document;

    fn parsed(text: &str) -> Result<Credentials, Fault> {
        let document = Document::of(Path::new("verho.toml"), format!("credentials = {text}\n"));
        document.root()?.required("credentials")
    }

    #[test]
    fn each_source_is_read() {
        let prod = || Credentials::EnvPrefix { prefix: "VERHO_PROD".into(), mfa: None };
        assert_eq!(parsed(r#"{ env_prefix = "VERHO_PROD" }"#), Ok(prod()));
        assert_eq!(parsed("{ container = true }"), Ok(Credentials::Container));
        assert_eq!(
            parsed(r#"{ profile = "p" }"#),
            Ok(Credentials::Profile { name: "p".into(), file: None, mfa: None })
        );
        assert_eq!(
            parsed(r#"{ role = "arn:r", base = { env_prefix = "VERHO_PROD" } }"#),
            Ok(Credentials::Role { arn: "arn:r".into(), base: Box::new(prod()) })
        );
        assert_eq!(
            parsed(r#"{ web_identity = { role = "arn:r", token_file = "/t" } }"#),
            Ok(Credentials::WebIdentity { role: "arn:r".into(), token_file: "/t".into() })
        );
    }

    #[test]
    fn anything_else_is_refused() {
        let refused = [
            "{}",
            r#"{ profile = "p", container = true }"#,
            r#"{ profile = "p", base = { container = true } }"#,
            r#"{ profiles = "p" }"#,
            r#"{ role = "arn:r" }"#,
            r#"{ role = "a", base = { role = "b", base = { container = true } } }"#,
            r#"{ web_identity = { role = "arn:r" } }"#,
            "{ container = false }",
            r#"{ env_prefix = "AWS" }"#,
            r#"{ env_prefix = "lower" }"#,
            r#"{ env_prefix = "" }"#,
            r#"{ profile = "p", mfa = "123456" }"#,
            r#"{ container = true, mfa = "arn:aws:iam::111111111111:mfa/m" }"#,
            r#""default""#,
        ];
        for text in refused {
            assert!(parsed(text).is_err(), "{text}");
        }
    }
}
