//! One account's place of objects, and how it is reached.

use super::root::{Access, Root};
use super::store::{Store, StoreError};

/// A root with the way to it.
#[derive(Debug, Clone)]
pub struct Side {
    pub root: Root,
    pub access: Access,
}

impl Side {
    /// Opens the side's root.
    ///
    /// # Errors
    /// Where it cannot be reached.
    pub fn open(&self) -> Result<Box<dyn Store>, StoreError> {
        self.root.open(&self.access)
    }

    /// Opens a root that verho writes to; a local folder is made if it is not there.
    ///
    /// # Errors
    /// Where it cannot be reached or made.
    pub fn open_for_writing(&self) -> Result<Box<dyn Store>, StoreError> {
        if let Root::File(folder) = &self.root {
            std::fs::create_dir_all(folder)
                .map_err(|error| StoreError::Other(format!("the folder cannot be made: {}", error.kind())))?;
        }
        self.open()
    }

    /// The side, one folder below its root.
    pub fn below(&self, folder: &str) -> Side {
        Side { root: self.root.below(folder), access: self.access.clone() }
    }
}
