//! The last checkpoint that this workspace saw: what shows that a ledger was rolled back or forked.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::LedgerError;
use super::note::{Head, NoteKey};

/// A file that holds the last checkpoint as it was signed.
pub(super) struct Seen {
    file: PathBuf,
    head: Option<Head>,
}

impl Seen {
    /// The memory in `file`; none is there before the first look.
    pub fn read(file: &Path, key: &NoteKey) -> Result<Self, LedgerError> {
        let head = match std::fs::read(file) {
            Ok(checkpoint) => Some(key.head(&checkpoint).map_err(|_| {
                LedgerError::Memory(format!("`{}` holds no checkpoint of this ledger", file.display()))
            })?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(LedgerError::Memory(format!("`{}`: {}", file.display(), error.kind()))),
        };
        Ok(Seen { file: file.to_owned(), head })
    }

    pub fn head(&self) -> Option<Head> {
        self.head
    }

    /// Keeps a checkpoint that was checked, if it is later than the one that is kept.
    pub fn remember(&mut self, head: Head, checkpoint: &[u8]) -> Result<(), LedgerError> {
        if self.head.is_some_and(|seen| seen.size >= head.size) {
            return Ok(());
        }
        self.write(checkpoint)
            .map_err(|error| LedgerError::Memory(format!("`{}`: {}", self.file.display(), error.kind())))?;
        self.head = Some(head);
        Ok(())
    }

    /// Whole or not at all, a loss of power included: half a checkpoint would have every command refused.
    fn write(&self, checkpoint: &[u8]) -> std::io::Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(checkpoint)?;
        file.as_file().sync_all()?;
        file.persist(&self.file).map(drop).map_err(|error| error.error)
    }
}
