//! The only writer to the test side: safe batches are encoded, a whole part is sealed, and a sealed part is written.

mod encode;
mod pieces;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::account::doors::Test;
use crate::account::store::StoreError;
use crate::guard::Clearance;

pub use encode::{Coding, ColumnEncoder, EncodeError, EncodedColumn, Layout, PartEncoder};

/// A whole part that passed every guard, as one Parquet object.
///
/// ```
/// # use verho::{account::{doors::Test, store::StoreError}, sink::{SafePart, Written, write}};
/// fn leave(test: &Test, part: SafePart) -> Result<Written, StoreError> {
///     write(test, "acme/customers/r/part-00000.parquet".into(), part)
/// }
/// ```
///
/// A masked batch is not enough:
/// ```compile_fail
/// # use verho::{account::{doors::Test, store::StoreError}, sink::{Written, write}, transform::MaskedBatch};
/// fn leave(test: &Test, part: MaskedBatch) -> Result<Written, StoreError> {
///     write(test, "acme/customers/r/part-00000.parquet".into(), part)
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

/// Writes a part as a new object.
///
/// # Errors
/// Where the key is taken or the store fails.
pub fn write(test: &Test, key: String, part: SafePart) -> Result<Written, StoreError> {
    let mut digest = Sha256::new();
    for piece in &part.bytes {
        digest.update(piece);
    }
    let size = part.bytes.iter().map(|piece| piece.len() as u64).sum();
    test.store.create(&key, &part.bytes)?;
    Ok(Written { key, size, rows: part.rows as u64, sha256: format!("{:x}", digest.finalize()) })
}
