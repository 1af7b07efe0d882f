//! Parquet objects become [`RawBatch`]es: some rows of one column, as they stand in the source.

mod chunks;
pub mod codec;
mod distinct;
mod hybrid;
mod inspect;
mod leaves;
mod levels;
mod onlooker;
mod pages;
mod records;
mod row_group;
mod rows;
mod selection;
mod stream;
pub mod text;
mod watched;

use arrow::array::{Array, ArrayRef};
use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::schema::types::ColumnDescPtr;

pub use inspect::IndexedRows;
pub use leaves::each_leaf;
pub use onlooker::Onlooker;
pub use pages::{PageHeader, PageKind, Pages};
pub use records::Records;
pub use row_group::{ReadLimits, RowGroup};
pub use rows::{Asked, Rows};
pub use selection::filters_hold;
pub use stream::ColumnStream;

/// Some rows of one column, as read. Only [`transform`](crate::transform) and [`survey`](crate::survey) look inside.
///
/// ```
/// # use verho::source::RawBatch;
/// fn rows(batch: &RawBatch) -> usize {
///     batch.rows()
/// }
/// ```
///
/// Nobody outside sees its values:
/// ```compile_fail
/// # use verho::source::RawBatch;
/// fn values(batch: &RawBatch) -> &arrow::array::ArrayRef {
///     &batch.array
/// }
/// ```
pub struct RawBatch {
    pub(crate) array: ArrayRef,
    /// The same rows of the leaves that its methods look at, in the plan's order.
    pub(crate) beside: Vec<ArrayRef>,
}

impl RawBatch {
    /// Rows without company.
    pub(crate) fn alone(array: ArrayRef) -> Self {
        RawBatch { array, beside: Vec::new() }
    }

    /// The column itself, and those beside it.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &ArrayRef> {
        std::iter::once(&self.array).chain(&self.beside)
    }

    /// How many rows it holds.
    pub fn rows(&self) -> usize {
        self.array.len()
    }
}

/// A column chunk as encoded pages.
pub struct EncodedChunk {
    /// In file order: of every page its header and its content.
    pub(crate) pieces: Vec<Bytes>,
    /// Where data pages begin, behind the dictionary.
    pub(crate) data_offset: usize,
    pub(crate) uncompressed: i64,
    pub(crate) values: i64,
    pub(crate) compression: Compression,
    pub(crate) encodings: Vec<Encoding>,
    pub(crate) rows: u64,
    pub(crate) descriptor: ColumnDescPtr,
    /// Whether a dictionary's entries stand in the order in which rows use them first.
    pub(crate) by_first_use: bool,
}

impl EncodedChunk {
    /// Of all pieces, in bytes.
    pub fn length(&self) -> usize {
        self.pieces.iter().map(Bytes::len).sum()
    }
}

/// A chunk whose pages hold its rows' values and nothing else; headers are written anew.
pub struct SoundChunk {
    /// All pages, the dictionary included.
    pub(crate) pages: EncodedChunk,
    /// The dictionary's entries, where there is one.
    pub(crate) dictionary: Option<RawBatch>,
    /// Whether every data page holds indices into it.
    pub(crate) is_indexed: bool,
    /// Whether an onlooker has seen every value.
    pub(crate) is_seen: bool,
}
