//! The column chunks of one row group, as a Parquet reader wants them: fetched whole, or through windows that move on.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Buf, Bytes};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};

use crate::account::doors::Tap;
use crate::plan::FileError;
use crate::source::pages::PageHeader;

/// The longest page header that is looked for, statistics included, in bytes.
const LONGEST_HEADER: u64 = 1 << 20;

/// What is looked at for a page header at least, in bytes.
const SHORTEST_LOOK: u64 = 64 << 10;

/// Some ranges of an object; every other byte of it is out of reach. A clone shares them.
#[derive(Clone)]
pub struct Chunks {
    size: u64,
    within: Within,
}

#[derive(Clone)]
enum Within {
    /// By their starts, in order.
    Fetched(Arc<[(u64, Bytes)]>),
    Windows(Arc<Windows>),
}

/// Where a column chunk lies in its object.
pub fn range(chunk: &ColumnChunkMetaData) -> Range<u64> {
    let (start, length) = chunk.byte_range();
    start..start + length
}

impl Chunks {
    /// Ranges of an object of `size` bytes, with their bytes.
    pub fn fetched(size: u64, ranges: &[Range<u64>], bytes: Vec<Bytes>) -> Self {
        let mut fetched: Vec<_> = ranges.iter().map(|range| range.start).zip(bytes).collect();
        fetched.sort_by_key(|(start, _)| *start);
        Chunks { size, within: Within::Fetched(fetched.into()) }
    }

    /// The chunks of one column, read forward through a window each.
    pub fn windows(size: u64, tap: Tap, chunks: &[ColumnChunkMetaData], limits: WindowLimits) -> Self {
        let window = |chunk: &ColumnChunkMetaData| Window {
            reach: range(chunk),
            start: 0,
            bytes: Bytes::new(),
            announced: chunk.uncompressed_size().max(0) as u64,
            passed: 0,
            next_header: range(chunk).start,
        };
        let windows = chunks.iter().map(|chunk| Mutex::new(window(chunk))).collect();
        Chunks { size, within: Within::Windows(Arc::new(Windows { tap, limits, windows, failed: Mutex::new(None) })) }
    }

    /// The bytes of one column chunk; none where they were not fetched whole.
    pub fn chunk(&self, chunk: &ColumnChunkMetaData) -> Option<Bytes> {
        let range = range(chunk);
        let length = usize::try_from(range.end - range.start).ok()?;
        self.from(range.start).filter(|bytes| bytes.len() >= length).map(|bytes| bytes.slice(..length))
    }

    /// Why a window could not move on, once: the reader in between knows only that it failed.
    pub fn failure(&self) -> Option<FileError> {
        match &self.within {
            Within::Fetched(_) => None,
            Within::Windows(windows) => windows.failed.lock().unwrap_or_else(PoisonError::into_inner).take(),
        }
    }

    /// From `start` to the end of the fetched range it lies in.
    fn from(&self, start: u64) -> Option<Bytes> {
        let Within::Fetched(fetched) = &self.within else { return None };
        let after = fetched.partition_point(|(first, _)| *first <= start);
        let (first, bytes) = fetched.get(after.checked_sub(1)?)?;
        let skip = usize::try_from(start - first).ok().filter(|skip| *skip <= bytes.len())?;
        Some(bytes.slice(skip..))
    }

    fn reached(&self, start: u64, length: u64) -> Result<Bytes> {
        let reached = match &self.within {
            Within::Fetched(_) => self.from(start),
            Within::Windows(windows) => windows.reach(start, length),
        };
        reached.ok_or_else(outside)
    }
}

fn outside() -> ParquetError {
    ParquetError::EOF("outside of the fetched columns".into())
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Chunks {
    type T = bytes::buf::Reader<Bytes>;

    /// A reader of the page header at `start`.
    fn get_read(&self, start: u64) -> Result<Self::T> {
        if let Within::Windows(windows) = &self.within {
            return windows.header(start).map(Buf::reader).ok_or_else(outside);
        }
        self.reached(start, 0).map(Buf::reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let bytes = self.reached(start, length as u64)?;
        if bytes.len() < length {
            return Err(outside());
        }
        Ok(bytes.slice(..length))
    }
}

/// How much of a chunk may be held at once, in bytes.
#[derive(Clone, Copy)]
pub struct WindowLimits {
    /// That a window reads at once, where its pages are not larger.
    pub window: u64,
    /// Of one page after decompression.
    pub largest_page: u64,
}

struct Windows {
    tap: Tap,
    limits: WindowLimits,
    /// One a chunk.
    windows: Vec<Mutex<Window>>,
    failed: Mutex<Option<FileError>>,
}

/// The part of a chunk that is held.
struct Window {
    /// The whole chunk.
    reach: Range<u64>,
    start: u64,
    bytes: Bytes,
    /// What all pages take after decompression: as the footer announces it, and as headers have said so far.
    announced: u64,
    passed: u64,
    next_header: u64,
}

impl Windows {
    /// The bytes from `start` on, at least `length` of them where the chunk is that long.
    fn reach(&self, start: u64, length: u64) -> Option<Bytes> {
        let mut window = self.window(start)?;
        let end = window.reach.end.min(start.checked_add(length)?);
        let held = window.start..window.start + window.bytes.len() as u64;
        if start < held.start || end > held.end {
            let end = window.reach.end.min(end.max(start + self.limits.window));
            window.bytes = self.noted(self.tap.read(start..end).map_err(FileError::from))?;
            window.start = start;
        }
        Some(window.bytes.slice((start - window.start) as usize..))
    }

    /// The bytes of a page header, which is looked at before anything is decompressed.
    fn header(&self, start: u64) -> Option<Bytes> {
        let bytes = self.reach(start, self.limits.window.clamp(SHORTEST_LOOK, LONGEST_HEADER))?;
        let mut window = self.window(start)?;
        // The reader may ask for a page's content in this way too.
        if start == window.next_header {
            let Some((header, length)) = PageHeader::parse(&bytes) else {
                return self.noted(Err(FileError::Damaged("a page header is wrong")));
            };
            let uncompressed = header.uncompressed as u64;
            if uncompressed > self.limits.largest_page {
                return self.noted(Err(FileError::TooLarge(format!("a page of {uncompressed} bytes"))));
            }
            window.next_header = start + length as u64 + header.compressed as u64;
            window.passed += uncompressed;
        }
        // Batches are sized by what the footer announces.
        match window.passed > window.announced {
            true => self.noted(Err(FileError::Damaged("its pages are larger than its footer announces"))),
            false => Some(bytes),
        }
    }

    fn window(&self, start: u64) -> Option<MutexGuard<'_, Window>> {
        let mut windows = self.windows.iter().map(|window| window.lock().unwrap_or_else(PoisonError::into_inner));
        windows.find(|window| window.reach.contains(&start))
    }

    /// Keeps an error for [`Chunks::failure`].
    fn noted<T>(&self, result: std::result::Result<T, FileError>) -> Option<T> {
        result.map_err(|error| *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error)).ok()
    }
}
