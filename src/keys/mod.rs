//! The pseudonym secrets: made, wrapped, kept, derived from. They never reach the test side.

mod age;
pub mod ff1;
#[cfg(feature = "s3")]
mod kms;
pub mod lanes;
mod locked;
mod ring;
mod secret;
pub mod token;

pub use self::age::{AgeWrapper, Unlock, VARIABLES};
pub use ring::{KeyError, KeyRing, Shelf, Wrapper};
pub use secret::Secret;
pub(crate) use secret::letters;

use crate::workspace::Workspace;

/// The key ring of a workspace: wrapped by production's KMS where it names a key, else by `age`.
///
/// # Errors
/// Where nothing unlocks it.
pub fn ring_of(workspace: &Workspace) -> Result<KeyRing, KeyError> {
    Ok(KeyRing::new(&workspace.keys.folder, wrapper(workspace)?))
}

/// Where the wrapped secrets of a workspace lie; nothing needs to be unlocked.
pub fn shelf_of(workspace: &Workspace) -> Shelf {
    let ending = if workspace.production.access.kms_key.is_some() { ring::KMS_ENDING } else { ring::AGE_ENDING };
    Shelf::new(&workspace.keys.folder, ending)
}

fn wrapper(workspace: &Workspace) -> Result<Box<dyn Wrapper>, KeyError> {
    match &workspace.production.access.kms_key {
        Some(key) => by_kms(workspace, key),
        None => Ok(Box::new(AgeWrapper::new(Unlock::from_environment(workspace.keys.identity.as_deref())?))),
    }
}

#[cfg(feature = "s3")]
fn by_kms(workspace: &Workspace, key: &str) -> Result<Box<dyn Wrapper>, KeyError> {
    Ok(Box::new(kms::KmsWrapper::open(&workspace.production.access, key)?))
}

#[cfg(not(feature = "s3"))]
fn by_kms(_workspace: &Workspace, _key: &str) -> Result<Box<dyn Wrapper>, KeyError> {
    Err(KeyError::Service("this build knows no KMS; build it with `--features s3`".into()))
}
