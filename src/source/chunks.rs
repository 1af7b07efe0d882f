//! The column chunks of one row group, fetched whole, as a Parquet reader wants them.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};

/// Fetched ranges of an object; every other byte of it is out of reach. A clone shares them.
#[derive(Clone)]
pub struct Chunks {
    size: u64,
    fetched: Arc<[(u64, Bytes)]>,
}

/// Where a column chunk lies in its object.
pub fn range(chunk: &ColumnChunkMetaData) -> Range<u64> {
    let (start, length) = chunk.byte_range();
    start..start + length
}

impl Chunks {
    /// Ranges of an object of `size` bytes, with their bytes.
    pub fn new(size: u64, ranges: &[Range<u64>], bytes: Vec<Bytes>) -> Self {
        let mut fetched: Vec<_> = ranges.iter().map(|range| range.start).zip(bytes).collect();
        fetched.sort_by_key(|(start, _)| *start);
        Chunks { size, fetched: fetched.into() }
    }

    /// The bytes of one column chunk.
    pub fn chunk(&self, chunk: &ColumnChunkMetaData) -> Option<Bytes> {
        let range = range(chunk);
        let length = usize::try_from(range.end - range.start).ok()?;
        self.from(range.start).filter(|bytes| bytes.len() >= length).map(|bytes| bytes.slice(..length))
    }

    /// From `start` to the end of the fetched range it lies in.
    fn from(&self, start: u64) -> Option<Bytes> {
        let after = self.fetched.partition_point(|(first, _)| *first <= start);
        let (first, bytes) = self.fetched.get(after.checked_sub(1)?)?;
        let skip = usize::try_from(start - first).ok().filter(|skip| *skip <= bytes.len())?;
        Some(bytes.slice(skip..))
    }

    fn reached(&self, start: u64) -> Result<Bytes> {
        self.from(start).ok_or_else(|| ParquetError::EOF("outside of the fetched columns".into()))
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Chunks {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        self.reached(start).map(Buf::reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let bytes = self.reached(start)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF("outside of the fetched columns".into()));
        }
        Ok(bytes.slice(..length))
    }
}
