//! Parquet objects become [`RawBatch`]es: some rows of one column, as they stand in the source.

mod chunks;
mod dictionary;
mod pages;
mod thrift;

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, new_null_array};
use arrow::datatypes::DataType;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::ColumnDescPtr;

use crate::account::doors::OpenProduction;
use crate::plan::{ColumnPlan, FileError, Origin, SourceFile, contained};
use chunks::Chunks;
use pages::Pages;

/// The most rows of a batch.
const BATCH_ROWS: usize = 64 * 1024;

/// What a batch may take after decoding, roughly, in bytes.
const BATCH_BYTES: u64 = 32 << 20;

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
}

impl RawBatch {
    /// How many rows it holds.
    pub fn rows(&self) -> usize {
        self.array.len()
    }
}

/// A column chunk as encoded pages, with headers written anew; it leaves only where every row is kept.
pub struct EncodedChunk {
    /// In file order.
    pub(crate) pieces: Vec<Bytes>,
    /// Of all pieces.
    pub(crate) length: usize,
    /// Where data pages begin, behind the dictionary.
    pub(crate) data_offset: usize,
    pub(crate) uncompressed: i64,
    pub(crate) values: i64,
    pub(crate) compression: Compression,
    pub(crate) encodings: Vec<Encoding>,
    pub(crate) rows: u64,
    pub(crate) descriptor: ColumnDescPtr,
}

/// One row group, with the bytes of the columns that were asked for.
pub struct RowGroup<'p> {
    file: &'p SourceFile,
    index: usize,
    chunks: Arc<Chunks>,
    largest_page: u64,
}

impl<'p> RowGroup<'p> {
    /// Fetches the chunks of `columns`, and nothing else of the object.
    ///
    /// # Errors
    /// Where the store fails.
    pub fn fetch<'c>(
        production: OpenProduction<'_>,
        file: &'p SourceFile,
        index: usize,
        columns: impl IntoIterator<Item = &'c ColumnPlan>,
        memory: u64,
    ) -> Result<Self, FileError> {
        let group = &file.footer.row_groups()[index];
        let leaves = columns.into_iter().flat_map(|column| leaf_indices(file, column));
        let mut ranges: Vec<Range<u64>> = leaves.map(|leaf| chunks::range(group.column(leaf))).collect();
        ranges.sort_by_key(|range| range.start);
        let bytes = production.read(&file.object, &ranges)?;
        let chunks = Arc::new(Chunks::new(file.object.size, &ranges, bytes));
        Ok(RowGroup { file, index, chunks, largest_page: memory / 4 })
    }

    /// How many rows the footer announces.
    pub fn rows(&self) -> usize {
        self.metadata().num_rows() as usize
    }

    fn metadata(&self) -> &RowGroupMetaData {
        &self.file.footer.row_groups()[self.index]
    }

    /// Hands every batch of a column to `each`, in row order, and makes sure that no row is missing.
    ///
    /// # Errors
    /// Where a page is damaged or too large, rows are missing, or `each` fails.
    pub fn read<E: From<FileError>>(
        &self,
        column: &ColumnPlan,
        mut each: impl FnMut(RawBatch) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rows = 0;
        let mut counted = |batch: RawBatch| {
            rows += batch.rows();
            each(batch)
        };
        match column.origin {
            Origin::Partition => self.repeat(column, &mut counted)?,
            Origin::File(index) => self.decode(column, index, &mut counted)?,
        }
        if rows == self.rows() {
            Ok(())
        } else {
            Err(FileError::Damaged("a column has not the rows of its row group").into())
        }
    }

    fn repeat<E>(&self, column: &ColumnPlan, each: &mut impl FnMut(RawBatch) -> Result<(), E>) -> Result<(), E> {
        let value = self.file.partition(column.field.name());
        let whole = |rows| -> ArrayRef {
            match value {
                Some(value) => Arc::new(StringArray::from_iter_values(std::iter::repeat_n(value, rows))),
                None => new_null_array(&DataType::Utf8, rows),
            }
        };
        let starts = (0..self.rows()).step_by(BATCH_ROWS);
        starts
            .map(|start| BATCH_ROWS.min(self.rows() - start))
            .try_for_each(|rows| each(RawBatch { array: whole(rows) }))
    }

    fn decode<E: From<FileError>>(
        &self,
        column: &ColumnPlan,
        index: usize,
        each: &mut impl FnMut(RawBatch) -> Result<(), E>,
    ) -> Result<(), E> {
        let batch_rows = contained(|| self.batch_rows(column))?;
        let mut reader = contained(|| {
            let schema = self.file.footer.arrow.parquet_schema();
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(
                Chunks::clone(&self.chunks),
                self.file.footer.arrow.clone(),
            )
            .with_projection(ProjectionMask::roots(schema, [index]))
            .with_row_groups(vec![self.index])
            .with_batch_size(batch_rows);
            Ok(builder.build()?)
        })?;
        while let Some(batch) =
            contained(|| reader.next().transpose().map_err(|_| FileError::Damaged("a column cannot be decoded")))?
        {
            let named = batch.schema().fields().first().is_some_and(|field| field.name() == column.field.name());
            match batch.columns() {
                [array] if named && array.data_type() == column.field.data_type() => {
                    each(RawBatch { array: array.clone() })?
                }
                _ => return Err(FileError::Damaged("a column is not the one that was planned").into()),
            }
        }
        Ok(())
    }

    /// How many rows fit into a batch, from what pages and dictionaries announce.
    fn batch_rows(&self, column: &ColumnPlan) -> Result<usize, FileError> {
        let rows = self.rows().max(1) as u64;
        let mut widest = 1;
        for leaf in leaf_indices(self.file, column) {
            let chunk = self.metadata().column(leaf);
            let pages = self.pages(chunk)?;
            let total: u64 = pages.iter().map(|page| page.header.uncompressed as u64).sum();
            widest = widest.max(total / rows).max(self.longest_entry(leaf)?);
        }
        Ok(usize::try_from(BATCH_BYTES / widest).unwrap_or(BATCH_ROWS).clamp(1, BATCH_ROWS))
    }

    fn pages(&self, chunk: &ColumnChunkMetaData) -> Result<Pages, FileError> {
        let bytes = self.chunks.chunk(chunk).ok_or(FileError::Damaged("a column was not fetched whole"))?;
        let pages = Pages::find(bytes, chunk.num_values());
        let pages = pages.ok_or(FileError::Damaged("a page header is wrong, or pages are missing"))?;
        // Before anything is decompressed.
        match pages.largest() {
            largest if largest > self.largest_page => Err(FileError::TooLarge(format!("a page of {largest} bytes"))),
            _ => Ok(pages),
        }
    }

    /// The longest value of a dictionary of texts: every row could be that long.
    fn longest_entry(&self, leaf: usize) -> Result<u64, FileError> {
        let chunk = self.metadata().column(leaf);
        if chunk.column_type() != Type::BYTE_ARRAY
            || chunk.num_values() == 0
            || chunk.dictionary_page_offset().is_none()
        {
            return Ok(0);
        }
        let mut pages = SerializedPageReader::new(self.chunks.clone(), chunk, self.rows(), None)?;
        match pages.get_next_page()? {
            Some(Page::DictionaryPage { buf, .. }) => Ok(longest(&buf)),
            _ => Ok(0),
        }
    }

    /// A leaf's chunk as encoded pages, for a column of which every value is kept.
    ///
    /// `None` where the pages could carry more than the rows hold: bytes between pages, unused dictionary entries.
    ///
    /// # Errors
    /// Where a page is damaged.
    pub fn encoded(&self, column: &ColumnPlan, leaf: usize) -> Result<Option<EncodedChunk>, FileError> {
        let Some(index) = leaf_indices(self.file, column).nth(leaf) else { return Ok(None) };
        let chunk = self.metadata().column(index);
        let pages = self.pages(chunk)?;
        let Some(encodings) = pages.encodings() else { return Ok(None) };
        if !pages.gapless || !contained(|| dictionary::fully_used(&self.chunks, self.metadata(), index, &pages))? {
            return Ok(None);
        }
        let (pieces, data_offset) = pages.rewritten();
        let length: usize = pieces.iter().map(Bytes::len).sum();
        let grown = |page: &pages::Page| i64::from(page.header.uncompressed) - page.content.len() as i64;
        let uncompressed = length as i64 + pages.iter().map(grown).sum::<i64>();
        Ok(Some(EncodedChunk {
            pieces,
            length,
            data_offset,
            uncompressed,
            values: chunk.num_values(),
            compression: chunk.compression(),
            encodings,
            rows: self.metadata().num_rows() as u64,
            descriptor: chunk.column_descr_ptr(),
        }))
    }

    /// Whether a leaf's values repeat: its writer found a dictionary worth while to the last page.
    pub fn repeats(&self, column: &ColumnPlan, leaf: usize) -> bool {
        if column.origin == Origin::Partition {
            return true;
        }
        let index = leaf_indices(self.file, column).nth(leaf);
        let pages = index.and_then(|index| self.pages(self.metadata().column(index)).ok());
        pages.is_some_and(|pages| {
            let mut headers = pages.iter().map(|page| page.header.kind);
            let dictionary = headers.any(|kind| matches!(kind, pages::PageKind::Dictionary { .. }));
            dictionary && headers.all(|kind| kind.by_dictionary())
        })
    }
}

/// The leaves of a column among the leaves of its file.
fn leaf_indices(file: &SourceFile, column: &ColumnPlan) -> std::ops::Range<usize> {
    let Origin::File(root) = column.origin else { return 0..0 };
    let schema = file.footer.arrow.parquet_schema();
    let first = (0..schema.num_columns()).position(|leaf| schema.get_column_root_idx(leaf) == root).unwrap_or(0);
    let count = (0..schema.num_columns()).filter(|leaf| schema.get_column_root_idx(*leaf) == root).count();
    first..first + count
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
