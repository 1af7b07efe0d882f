//! One row group: what of it is fetched, and what its pages say before anything is decoded.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::BooleanArray;
use arrow::buffer::BooleanBuffer;
use parquet::basic::Type;
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;

use crate::account::doors::{OpenProduction, Tap};
use crate::account::store::{Object, StoreError};
use crate::lake::Of;
use crate::plan::{ColumnPlan, FileError, Footer, SourceFile, contained};
use crate::source::chunks::{self, Chunks, WindowLimits};
use crate::source::inspect::{self, IndexedRows};
use crate::source::levels::LevelWatch;
use crate::source::pages::Pages;
use crate::source::rows::only;
use crate::source::{ColumnStream, EncodedChunk, Onlooker, RawBatch, SoundChunk, distinct};

/// The most rows of a batch.
pub(super) const BATCH_ROWS: usize = 64 * 1024;

/// One row group, with the bytes of the columns that were asked for, or with a tap to read them through windows.
pub struct RowGroup<'p> {
    pub(super) file: &'p SourceFile,
    pub(super) footer: &'p Footer,
    pub(super) index: usize,
    bytes: Fetched,
    pub(super) limits: ReadLimits,
    /// Of all rows of the object, which stay; none where no row of it can be deleted.
    stays: Option<Arc<BooleanBuffer>>,
}

enum Fetched {
    Whole(Arc<Chunks>),
    Tapped(Tap),
}

/// What reading may hold at once, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct ReadLimits {
    /// Of one row group: a larger one is read through windows.
    pub row_group: u64,
    /// Of all windows of a row group together.
    pub windows: u64,
    /// Of one page after decompression.
    pub page: u64,
    /// Of a batch after decoding, roughly: every thread has one under way, and what becomes of it.
    pub batch: u64,
}

impl ReadLimits {
    /// What follows from the memory that a run may take.
    pub fn of(memory: u64) -> Self {
        ReadLimits { row_group: memory / 8, windows: memory / 16, page: memory / 4, batch: (memory / 64).min(32 << 20) }
    }
}

impl<'p> RowGroup<'p> {
    /// Fetches the chunks of `columns`, and nothing else of the object, where they are small enough to be held; a larger
    /// row group is read through windows later.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn open<'c>(
        production: OpenProduction<'_>,
        file: &'p SourceFile,
        index: usize,
        columns: impl IntoIterator<Item = &'c ColumnPlan>,
        limits: ReadLimits,
    ) -> Result<Self, FileError> {
        let footer = file.footer()?;
        let group = &footer.row_groups()[index];
        let stays = stays(production, file, footer, limits)?;
        let leaves = columns.into_iter().flat_map(|column| file.leaves(column));
        let mut ranges: Vec<Range<u64>> = leaves.map(|leaf| chunks::range(group.column(leaf))).collect();
        if ranges.iter().map(|range| range.end - range.start).sum::<u64>() > limits.row_group {
            let bytes = Fetched::Tapped(production.tap(&file.object));
            return Ok(RowGroup { file, footer, index, bytes, limits, stays });
        }
        ranges.sort_by_key(|range| range.start);
        let bytes = production.read(&file.object, &ranges)?;
        let chunks = Arc::new(Chunks::fetched(file.object.size, &ranges, bytes));
        Ok(RowGroup { file, footer, index, bytes: Fetched::Whole(chunks), limits, stays })
    }

    /// How many rows the footer announces.
    pub fn rows(&self) -> usize {
        self.metadata().num_rows() as usize
    }

    pub(super) fn metadata(&self) -> &RowGroupMetaData {
        &self.footer.row_groups()[self.index]
    }

    /// Of some of its rows, which stay; none where no row of the object can be deleted.
    pub fn stays(&self, rows: Range<usize>) -> Option<BooleanBuffer> {
        let before =
            self.footer.row_groups()[..self.index].iter().map(|group| group.num_rows() as usize).sum::<usize>();
        self.stays.as_ref().map(|stays| stays.slice(before + rows.start, rows.len()))
    }

    /// Of a batch of some of its rows, those that stay.
    ///
    /// # Errors
    /// Where they cannot be taken apart.
    pub fn staying(&self, batch: RawBatch, rows: Range<usize>) -> Result<RawBatch, FileError> {
        match self.stays(rows) {
            Some(stays) => only(&batch, &BooleanArray::new(stays, None)),
            None => Ok(batch),
        }
    }

    /// Hands every batch of a column to `each`, in row order, without the rows that are deleted, and makes sure that no
    /// other is missing.
    ///
    /// # Errors
    /// Where a page is damaged or too large, rows are missing, or `each` fails.
    pub fn read<E: From<FileError>>(
        &self,
        column: &ColumnPlan,
        mut each: impl FnMut(RawBatch) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut stream, mut at) = (ColumnStream::new(self, column)?, 0);
        stream.take(self.rows(), |batch| {
            let rows = at..at + batch.rows();
            at = rows.end;
            each(self.staying(batch, rows)?)
        })?;
        Ok(stream.end()?)
    }

    /// The bytes of a column, for a reader of its own.
    pub(super) fn chunks(&self, column: &ColumnPlan) -> Chunks {
        match &self.bytes {
            Fetched::Whole(chunks) => Chunks::clone(chunks),
            Fetched::Tapped(tap) => {
                let leaves = &self.metadata().columns()[self.file.leaves(column)];
                let window = self.limits.windows / self.metadata().num_columns().max(1) as u64;
                let limits = WindowLimits { window, largest_page: self.limits.page };
                Chunks::windows(self.file.object.size, tap.clone(), leaves, limits)
            }
        }
    }

    /// How many rows fit into a batch, from what pages, dictionaries or else the footer announce.
    pub(super) fn batch_rows(&self, column: &ColumnPlan, bytes: &Chunks) -> Result<usize, FileError> {
        let (rows, bytes) = (self.rows().max(1) as u64, Arc::new(bytes.clone()));
        let mut widest = 1;
        for leaf in self.file.leaves(column) {
            let chunk = self.metadata().column(leaf);
            let total = match &self.bytes {
                Fetched::Whole(chunks) => self.pages(chunks, chunk)?.total(),
                Fetched::Tapped(_) => chunk.uncompressed_size().max(0) as u64,
            };
            widest = widest.max(total / rows);
            // No value is longer than all together, so that few rows of a small chunk need no look.
            if total.saturating_mul(rows.min(BATCH_ROWS as u64)) > self.limits.batch {
                let longest = self.longest_entry(&bytes, chunk).map_err(|error| bytes.failure().unwrap_or(error))?;
                widest = widest.max(longest);
            }
        }
        // A row group that is read through windows has a batch of every column under way.
        let columns = match &self.bytes {
            Fetched::Whole(_) => 1,
            Fetched::Tapped(_) => self.metadata().num_columns().max(1) as u64,
        };
        Ok(usize::try_from(self.limits.batch.max(columns << 16) / columns / widest)
            .unwrap_or(BATCH_ROWS)
            .clamp(1, BATCH_ROWS))
    }

    fn pages(&self, chunks: &Chunks, chunk: &ColumnChunkMetaData) -> Result<Pages, FileError> {
        let bytes = chunks.chunk(chunk).ok_or(FileError::Damaged("a column was not fetched whole"))?;
        let pages = Pages::find(bytes, chunk.num_values());
        let pages = pages.ok_or(FileError::Damaged("a page header is wrong, or pages are missing"))?;
        // Before anything is decompressed.
        match pages.largest() {
            largest if largest > self.limits.page => Err(FileError::TooLarge(format!("a page of {largest} bytes"))),
            _ => Ok(pages),
        }
    }

    /// The longest value of a dictionary of texts: every row could be that long.
    fn longest_entry(&self, bytes: &Arc<Chunks>, chunk: &ColumnChunkMetaData) -> Result<u64, FileError> {
        let texts = chunk.column_type() == Type::BYTE_ARRAY && chunk.num_values() > 0;
        if !texts || chunk.dictionary_page_offset().is_none() {
            return Ok(0);
        }
        let mut pages = SerializedPageReader::new(bytes.clone(), chunk, self.rows(), None)?;
        match pages.get_next_page()? {
            Some(Page::DictionaryPage { buf, .. }) => Ok(longest(&buf)),
            _ => Ok(0),
        }
    }

    /// A leaf's chunk as encoded pages; none where the pages could carry more than the rows hold.
    ///
    /// An onlooker has seen all values of a chunk that is there, and may have seen some of one that is not.
    ///
    /// # Errors
    /// Where a page is damaged.
    pub fn sound(
        &self,
        column: &ColumnPlan,
        leaf: usize,
        onlooker: Option<&mut dyn Onlooker>,
    ) -> Result<Option<SoundChunk>, FileError> {
        let is_seen = onlooker.is_some();
        // Pages hold all rows, the deleted ones too.
        let is_whole = self.stays.is_none() && self.file.has_pages_of(column);
        let Some(index) = self.file.leaf(column, leaf).filter(|_| is_whole) else {
            return Ok(None);
        };
        let Fetched::Whole(chunks) = &self.bytes else { return Ok(None) };
        let chunk = self.metadata().column(index);
        let pages = self.pages(chunks, chunk)?;
        let Some(encodings) = pages.encodings() else { return Ok(None) };
        let levels = LevelWatch::new(self.footer.arrow.parquet_schema(), index);
        let inspected = inspect::inspect(chunk, self.metadata().num_rows(), &pages, levels, onlooker)?;
        let Some(inspected) = inspected else { return Ok(None) };
        let descriptor = chunk.column_descr_ptr();
        let dictionary = inspected
            .dictionary
            .filter(|(_, count)| *count > 0)
            .map(|(plain, count)| contained(|| distinct::entries(&descriptor, &plain, count)).map(RawBatch::alone));
        let is_indexed = pages.by_dictionary();
        let (pieces, data_offset) = pages.rewritten();
        let pages = EncodedChunk {
            data_offset,
            uncompressed: pages.uncompressed(),
            values: chunk.num_values(),
            compression: chunk.compression(),
            encodings,
            rows: self.metadata().num_rows() as u64,
            pieces,
            descriptor,
            by_first_use: inspected.by_first_use,
        };
        Ok(Some(SoundChunk { pages, dictionary: dictionary.transpose()?, is_indexed, is_seen }))
    }

    /// Every row of a leaf as an index into its dictionary.
    ///
    /// # Errors
    /// Where the leaf's chunk is not [sound](Self::sound) and [indexed](Self::repeats).
    pub fn indexed_rows(&self, column: &ColumnPlan, leaf: usize) -> Result<IndexedRows, FileError> {
        let index = self.file.leaf(column, leaf);
        let index = index.ok_or(FileError::Damaged("a column is not the one that was planned"))?;
        let Fetched::Whole(chunks) = &self.bytes else {
            return Err(FileError::Damaged("a column was not fetched whole"));
        };
        let chunk = self.metadata().column(index);
        inspect::rows_of(chunk, &self.pages(chunks, chunk)?)
    }

    /// The leaf as the source describes it; none for a partition key.
    pub fn leaf(&self, column: &ColumnPlan, leaf: usize) -> Option<&ColumnChunkMetaData> {
        self.file.leaf(column, leaf).map(|index| self.metadata().column(index))
    }

    /// Whether a leaf's values repeat: its writer found a dictionary worth while to the last page.
    ///
    /// Of a row group that is read through windows only the footer is known: there values repeat that take less than
    /// the length of a text.
    pub fn repeats(&self, column: &ColumnPlan, leaf: usize) -> bool {
        let Some(chunk) = self.leaf(column, leaf) else { return true };
        match &self.bytes {
            Fetched::Whole(chunks) => self.pages(chunks, chunk).is_ok_and(|pages| pages.by_dictionary()),
            Fetched::Tapped(_) => {
                chunk.dictionary_page_offset().is_some() && chunk.uncompressed_size() / 4 < chunk.num_values()
            }
        }
    }
}

/// Which rows of an object stay, where some may be deleted. What says so tells of rows, and is read like them.
fn stays(
    production: OpenProduction<'_>,
    file: &SourceFile,
    footer: &Footer,
    limits: ReadLimits,
) -> Result<Option<Arc<BooleanBuffer>>, FileError> {
    let Some(logged) = file.logged.as_ref().filter(|logged| logged.has_deletes()) else { return Ok(None) };
    let largest = |bytes, values| Pages::find(bytes, values).map(|pages| pages.largest());
    let read = |object: &Object, range: Range<u64>| {
        let read = production.read(object, std::slice::from_ref(&range))?;
        read.into_iter().next().ok_or_else(|| StoreError::Damaged("no reply to a read".into()))
    };
    let of = Of { object: &file.object, footer: &footer.arrow, read: &read, largest, longest: limits.row_group };
    logged.stays(&of).map(Some)
}

/// The longest entry of a dictionary page of byte arrays: each is its length in 4 bytes, and its bytes.
fn longest(mut entries: &[u8]) -> u64 {
    let mut longest = 0;
    while let Some((length, rest)) = entries.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length);
        longest = longest.max(u64::from(length));
        entries = rest.get(length as usize..).unwrap_or_default();
    }
    longest
}
