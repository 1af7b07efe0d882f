//! Objects of text become record batches, strictly: a row as it was meant, or a refusal that names its line.
//!
//! Readers of text differ in what they let pass: a short row is filled up, a key that stands twice loses its
//! first value, a stream that was cut off ends early. Here each of them is a [`TextError`], so a column never
//! shifts and nothing is lost in silence. Followed: RFC 4180 (CSV), RFC 8259 (JSON), the Arrow IPC format.
//!
//! ```text
//! Packing::of(name).unpack(bytes) -> Reader::new(bytes, Format, schema, Limits) -> RecordBatch ... -> Writer
//! ```

mod csv;
mod error;
mod input;
mod ipc;
pub mod json;
mod leaf;
mod packing;
mod reader;
mod wide;
mod writer;

pub use crate::schema::{Dialect, Escape, Format, Header, StrayQuote};
pub use csv::undirected;
pub use error::{Count, Fault, TextError};
pub use ipc::columns as columns_of_arrow;
pub use leaf::spells;
pub use packing::{Pack, Packing, PackingFault};
pub use reader::Reader;
pub use wide::narrowed;
pub use writer::Writer;

/// What a reader takes at most, so that its memory is bounded whatever the object holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows of one batch.
    pub batch_rows: usize,
    /// Bytes of text in one batch; a single longer record is a batch of its own.
    pub batch_bytes: usize,
    /// Bytes of one record of CSV or JSON.
    pub record_bytes: usize,
    /// Bytes of one field of CSV, or of one string, key or number of JSON.
    pub field_bytes: usize,
    /// Levels of arrays and objects in one record of JSON.
    pub depth: usize,
    /// Columns of a table.
    pub columns: usize,
    /// Values that one record of JSON makes, keys that are missing included.
    pub values: usize,
    /// Bytes of one message of Arrow IPC, unpacked, and of all dictionaries together.
    pub message_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            batch_rows: 8192,
            batch_bytes: 8 << 20,
            record_bytes: 16 << 20,
            field_bytes: 16 << 20,
            depth: 128,
            columns: 32_768,
            values: 4 << 20,
            message_bytes: 256 << 20,
        }
    }
}
