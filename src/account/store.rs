//! Where objects lie: one small trait, one implementation a kind of root.

use std::ops::Range;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// One object as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Below the store's root, with `/` between the parts.
    pub key: String,
    /// In bytes.
    pub size: u64,
    pub pin: Pin,
}

/// One state of an object. A read that is pinned to it gets this state or an error.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pin {
    /// The object's version, in a store that keeps versions.
    pub version: Option<String>,
    /// The object's ETag, as the store gives it.
    pub etag: String,
}

/// Something that takes room below a root, whether a listing shows it or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Remain {
    pub kind: RemainKind,
    /// Below the store's root.
    pub key: String,
    /// As the store names this one state of the key, or this upload.
    pub id: String,
    /// In bytes; 0 where the store does not say.
    pub size: u64,
    /// Whether it is a write that was begun and that nobody is making any more: its process is gone.
    #[serde(default)]
    pub is_abandoned: bool,
}

/// What a [`Remain`] is, in the order of erasing: markers go last, so that no old version is seen again meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RemainKind {
    /// A write that was begun and is not visible.
    Upload,
    /// An object as it is, or as it once was.
    Version,
    /// Says that an object was deleted, and holds its name.
    Marker,
}

/// What can go wrong with a store. Keys are not named here: they can carry values; who asked names them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum StoreError {
    #[error("object is not there")]
    Missing,
    #[error("object is there already")]
    Exists,
    #[error("object changed since it was listed")]
    Changed,
    #[error("access denied: {0}")]
    Denied(String),
    /// What lies there is whole, and not what it has to be.
    #[error("{0}")]
    Unfit(String),
    #[error("reply is damaged: {0}")]
    Damaged(String),
    #[error("gave up after {tries} tries: {cause}")]
    Unavailable { tries: u32, cause: String },
    #[error("{0}")]
    Other(String),
}

impl StoreError {
    /// Says which root did not answer or refused.
    #[cfg(feature = "s3")]
    pub(crate) fn at(self, root: &str) -> Self {
        let at = |why: String| format!("{why} ({root})");
        match self {
            StoreError::Unavailable { tries, cause } => StoreError::Unavailable { tries, cause: at(cause) },
            StoreError::Denied(why) => StoreError::Denied(at(why)),
            other => other,
        }
    }

    /// The way out, where it is no other step's to know.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            StoreError::Unavailable { .. } => Some(
                "run again; where it stays so, look up `endpoint` and `region` in verho.toml, and ask `verho doctor`",
            ),
            StoreError::Denied(_) => {
                Some("`verho doctor` says who acts, and docs/aws.md what they need; a folder has rights of its own")
            }
            _ => None,
        }
    }
}

/// A place of objects under one root.
pub trait Store: Send + Sync {
    /// Every object whose key starts with `prefix`, in key order.
    ///
    /// # Errors
    /// Where the store cannot be listed. A root that is not there is an error, an empty one is not.
    fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError>;

    /// The object of exactly this key.
    ///
    /// # Errors
    /// Where the store cannot be asked.
    fn find(&self, key: &str) -> Result<Option<Object>, StoreError>;

    /// The bytes of each range, read from exactly the pinned state.
    ///
    /// # Errors
    /// [`StoreError::Changed`] where the state is gone, [`StoreError::Damaged`] where a reply is short.
    fn read(&self, object: &Object, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, StoreError>;

    /// The whole of an object that must be there, in the state that it is told in.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where it is not, and as [`read`](Store::read).
    fn whole(&self, key: &str) -> Result<(Object, Bytes), StoreError> {
        let object = self.find(key)?.ok_or(StoreError::Missing)?;
        let whole = self.read(&object, std::slice::from_ref(&(0..object.size)))?;
        Ok((object, whole.into_iter().next().unwrap_or_default()))
    }

    /// Writes a new object, whole or not at all.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where the key is taken.
    fn create(&self, key: &str, content: &[Bytes]) -> Result<Pin, StoreError>;

    /// Does of [`create`](Store::create) what is work and not waiting, so that the content need not be held until the
    /// object is there; none where nothing of it is.
    ///
    /// # Errors
    /// As `create`.
    fn stage(&self, _key: &str, _content: &[Bytes]) -> Result<Option<Box<dyn Staged>>, StoreError> {
        Ok(None)
    }

    /// Whether every call is mostly waiting for another machine.
    fn is_remote(&self) -> bool {
        false
    }

    /// Writes over an object that is still in the pinned state, whole or not at all.
    ///
    /// # Errors
    /// [`StoreError::Changed`] where it is not.
    fn replace(&self, key: &str, content: &[Bytes], pin: &Pin) -> Result<Pin, StoreError>;

    /// Deletes an object; one that is not there is deleted already.
    ///
    /// # Errors
    /// Where the store refuses.
    fn delete(&self, key: &str) -> Result<(), StoreError>;

    /// All that takes room below `prefix`: every version of every object, every delete marker, every unfinished write.
    ///
    /// # Errors
    /// Where the store cannot be asked, or does not tell all of it: never is that taken for nothing.
    fn remains(&self, _prefix: &str) -> Result<Vec<Remain>, StoreError> {
        Err(StoreError::Other("this store cannot tell what remains in it".into()))
    }

    /// Takes these away for good. What is gone already is no error; what is another state by now stays, where the store tells
    /// states apart.
    ///
    /// # Errors
    /// Where the store refuses one of them; others may be gone then.
    fn erase(&self, _remains: &[Remain]) -> Result<(), StoreError> {
        Err(StoreError::Other("this store cannot erase what remains in it".into()))
    }
}

/// An object of which only the name is missing. Dropped, it was never there.
pub trait Staged: Send {
    /// Makes the object appear, whole and to stay.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where the key is taken.
    fn publish(self: Box<Self>) -> Result<Pin, StoreError>;
}

/// One store in memory serves the unit tests and those under `tests/`.
#[cfg(test)]
#[path = "../../tests/support/memory.rs"]
pub(crate) mod testing;
