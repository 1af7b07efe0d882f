//! The only writer to the test side: safe batches are encoded, a whole part is sealed, and a sealed part is written.

mod encode;
mod file;
mod layout;
mod ready;
mod records;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::account::doors::OpenTest;
use crate::account::store::{Staged, StoreError};
use crate::guard::Clearance;

pub use encode::{Coding, ColumnEncoder, EncodeError, EncodedColumn, ReadyLeaf};
pub use file::PartEncoder;
pub use layout::{ColumnLayout, Layout};
pub use records::{RecordsError, ending, records};

/// A whole part that passed every guard, as one Parquet object.
///
/// ```
/// # use verho::{account::{doors::OpenTest, store::StoreError}, sink::{SafePart, Written, stage}};
/// fn leave(test: OpenTest<'_>, part: SafePart) -> Result<Written, StoreError> {
///     stage(test, "acme/customers/r/part-00000.parquet".into(), part)?.publish()
/// }
/// ```
///
/// A masked batch is not enough:
/// ```compile_fail
/// # use verho::{account::{doors::OpenTest, store::StoreError}, sink::{Written, stage}, transform::MaskedBatch};
/// fn leave(test: OpenTest<'_>, part: MaskedBatch) -> Result<Written, StoreError> {
///     stage(test, "acme/customers/r/part-00000.parquet".into(), part)?.publish()
/// }
/// ```
///
/// Nor can bytes be called safe:
/// ```compile_fail
/// let part = verho::sink::SafePart { bytes: Vec::new(), rows: 0 };
/// ```
pub struct SafePart {
    bytes: Vec<Bytes>,
    rows: usize,
}

impl SafePart {
    fn seal(bytes: Vec<Bytes>, clearance: &Clearance) -> Self {
        SafePart { bytes, rows: clearance.rows() }
    }

    /// How many rows it holds.
    pub fn rows(&self) -> usize {
        self.rows
    }
}

/// An object that now lies in the test account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub key: String,
    /// In bytes.
    pub size: u64,
    pub rows: u64,
    /// Of its bytes, 64 hex digits.
    pub sha256: String,
}

/// A part that is digested and on its way; dropped, it was never there.
pub struct StagedPart<'t> {
    test: OpenTest<'t>,
    written: Written,
    content: Content,
}

enum Content {
    Staged(Box<dyn Staged>),
    Held(Vec<Bytes>),
}

/// Does what is work in writing a part as a new object; [`StagedPart::publish`] is waiting.
///
/// # Errors
/// Where the store fails.
pub fn stage(test: OpenTest<'_>, key: String, part: SafePart) -> Result<StagedPart<'_>, StoreError> {
    let mut digest = Sha256::new();
    part.bytes.iter().for_each(|piece| digest.update(piece));
    let size = part.bytes.iter().map(|piece| piece.len() as u64).sum();
    let content = match test.door.store.stage(&key, &part.bytes)? {
        Some(staged) => Content::Staged(staged),
        None => Content::Held(part.bytes),
    };
    let written = Written { key, size, rows: part.rows as u64, sha256: format!("{:x}", digest.finalize()) };
    Ok(StagedPart { test, written, content })
}

impl StagedPart<'_> {
    /// Whether its bytes are still in memory.
    pub fn is_held(&self) -> bool {
        matches!(self.content, Content::Held(_))
    }

    /// Makes the object appear.
    ///
    /// # Errors
    /// Where the key is taken or the store fails.
    pub fn publish(self) -> Result<Written, StoreError> {
        match self.content {
            Content::Staged(staged) => staged.publish()?,
            Content::Held(bytes) => self.test.door.store.create(&self.written.key, &bytes)?,
        };
        Ok(self.written)
    }
}
