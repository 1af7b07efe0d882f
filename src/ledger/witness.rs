//! A second holder: remembers the last checkpoint on its own, and cosigns one that continues it.

use bytes::Bytes;
use jiff::Timestamp;

use super::note::NoteKey;
use super::{CHECKPOINT, Head, Ledger, LedgerError, read_latest};
use crate::account::store::{Store, StoreError};
use crate::signing::Signer;

/// Where the last cosigned checkpoint of a witness lies.
fn key_of(witness: &NoteKey) -> String {
    let name: String =
        witness.name().chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    format!("ledger/witness/{name}.checkpoint")
}

impl Ledger<'_> {
    /// Cosigns the checkpoint that was just checked against this witness's own memory; gives its head.
    ///
    /// # Errors
    /// Where there is no checkpoint, or the store refuses.
    pub fn cosign(&self, witness: &NoteKey, signer: &dyn Signer, now: Timestamp) -> Result<Head, LedgerError> {
        let head = self.head.ok_or(LedgerError::Checkpoint)?;
        let (_, checkpoint) = read_latest(self.store, CHECKPOINT)?;
        if self.key.head(&checkpoint)? != head {
            return Err(LedgerError::Contended);
        }
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        put(self.store, &key_of(witness), witness.cosigned(&checkpoint, seconds, signer)?)?;
        Ok(head)
    }

    /// Demands that a witness has cosigned a part of this ledger, within so many hours.
    ///
    /// # Errors
    /// Where it has not, too long ago, or another history.
    pub fn witnessed(&self, witness: &NoteKey, hours: u64, now: Timestamp) -> Result<(), LedgerError> {
        let cosigned = match self.store.whole(&key_of(witness)) {
            Err(StoreError::Missing) => return Err(LedgerError::Witness),
            other => other?.1,
        };
        let (seconds, head) = witness.cosignature(&cosigned, &self.key)?;
        self.demand(head)?;
        let age = u64::try_from(now.as_second()).unwrap_or_default().saturating_sub(seconds) / 3600;
        if age < hours { Ok(()) } else { Err(LedgerError::Unwatched { name: witness.name().to_owned(), hours: age }) }
    }
}

fn put(store: &dyn Store, key: &str, content: Vec<u8>) -> Result<(), StoreError> {
    let content = [Bytes::from(content)];
    match store.find(key)? {
        Some(object) => store.replace(key, &content, &object.pin).map(drop),
        None => store.create(key, &content).map(drop),
    }
}
