//! From the name of a source of credentials to the SDK's provider for exactly that source.

use std::path::{Path, PathBuf};

use aws_config::SdkConfig;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::{StaticConfiguration, WebIdentityTokenCredentialsProvider};
use aws_credential_types::provider::{
    self, ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future,
};
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};

use super::credentials::Credentials;
use super::root::Access;
use super::session::{self, SESSION};
use super::store::StoreError;

/// The provider of one side's source; `bare` is the side's configuration without credentials.
pub(super) fn build(access: &Access, bare: &SdkConfig) -> Result<SharedCredentialsProvider, StoreError> {
    let lacks = || StoreError::Other("an s3:// root or a KMS key needs `credentials`".to_owned());
    let credentials = access.credentials.as_ref().ok_or_else(lacks)?;
    Ok(match credentials {
        Credentials::Role { arn, base } => session::of_role(access, arn, of(base, bare, access)?, bare),
        other => of(other, bare, access)?,
    })
}

/// The provider of a source that is no role; past a second factor, if it names a device.
fn of(credentials: &Credentials, bare: &SdkConfig, access: &Access) -> Result<SharedCredentialsProvider, StoreError> {
    let given = match credentials {
        Credentials::Profile { name, file, .. } => {
            SharedCredentialsProvider::new(profile(name, file.as_deref(), bare)?)
        }
        Credentials::WebIdentity { role, token_file } => {
            SharedCredentialsProvider::new(web_identity(role, token_file, bare))
        }
        Credentials::Container => {
            SharedCredentialsProvider::new(EcsCredentialsProvider::builder().configure(&surroundings(bare)).build())
        }
        Credentials::EnvPrefix { prefix, .. } => SharedCredentialsProvider::new(from_environment(prefix)?),
        Credentials::Role { .. } => return Err(StoreError::Other("a role is not assumed through another role".into())),
    };
    Ok(match credentials.device() {
        Some(serial) => session::with_device(access, serial, given, bare),
        None => given,
    })
}

/// The same side, reached with the credentials that a role is taken with.
pub(super) fn base_access(access: &Access, base: &Credentials) -> Access {
    Access { credentials: Some(base.clone()), ..access.clone() }
}

/// When the second factor of a side's session was given, if verho minted it; in seconds since 1970.
pub(super) fn mfa_at(access: &Access) -> Option<i64> {
    session::minted_at(access.credentials.as_ref()?.device()?)
}

fn profile(name: &str, file: Option<&Path>, bare: &SdkConfig) -> Result<ProfileFileCredentialsProvider, StoreError> {
    Ok(ProfileFileCredentialsProvider::builder()
        .configure(&surroundings(bare))
        .profile_files(profile_files(file)?)
        .profile_name(name)
        // A profile may say `credential_source = Environment`, and so lend keys nobody named.
        .with_custom_provider("Environment", Refused)
        .build())
}

/// The named file, or the two in `~/.aws`; not those that `AWS_CONFIG_FILE` and its sibling name.
fn profile_files(file: Option<&Path>) -> Result<EnvConfigFiles, StoreError> {
    let files = EnvConfigFiles::builder();
    if let Some(file) = file {
        return Ok(files.with_file(EnvConfigFileKind::Credentials, file).build());
    }
    let home = std::env::home_dir().ok_or_else(|| StoreError::Other("no home folder to find profiles in".into()))?;
    let there = |name: &str| Some(home.join(".aws").join(name)).filter(|path: &PathBuf| path.is_file());
    if there("config").or_else(|| there("credentials")).is_none() {
        return Err(StoreError::Denied("~/.aws holds no file of profiles".into()));
    }
    let files = there("config").into_iter().fold(files, |files, path| files.with_file(EnvConfigFileKind::Config, path));
    let credentials = there("credentials").into_iter();
    Ok(credentials.fold(files, |files, path| files.with_file(EnvConfigFileKind::Credentials, path)).build())
}

fn web_identity(role: &str, token_file: &Path, bare: &SdkConfig) -> WebIdentityTokenCredentialsProvider {
    WebIdentityTokenCredentialsProvider::builder()
        .configure(&surroundings(bare))
        .static_configuration(StaticConfiguration {
            web_identity_token_file: token_file.to_owned(),
            role_arn: role.to_owned(),
            session_name: SESSION.clone(),
        })
        .build()
}

fn surroundings(bare: &SdkConfig) -> ProviderConfig {
    let config = ProviderConfig::empty().with_region(bare.region().cloned());
    let config = bare.http_client().into_iter().fold(config, |config, client| config.with_http_client(client));
    bare.sleep_impl().into_iter().fold(config, |config, sleep| config.with_sleep_impl(sleep))
}

fn from_environment(prefix: &str) -> Result<aws_credential_types::Credentials, StoreError> {
    let read = |name: &str| std::env::var(format!("{prefix}_{name}")).ok().filter(|value| !value.is_empty());
    let needed = |name: &str| {
        read(name).ok_or_else(|| StoreError::Other(format!("{prefix}_{name} is not set in the environment")))
    };
    let (id, secret) = (needed("ACCESS_KEY_ID")?, needed("SECRET_ACCESS_KEY")?);
    Ok(aws_credential_types::Credentials::new(id, secret, read("SESSION_TOKEN"), None, "env_prefix"))
}

/// Gives no credentials.
#[derive(Debug)]
struct Refused;

impl ProvideCredentials for Refused {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let refusal: provider::Result =
            Err(CredentialsError::invalid_configuration("credentials are named, never implicit"));
        future::ProvideCredentials::ready(refusal)
    }
}
