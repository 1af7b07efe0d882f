//! Rows of Parquet as far as deletes need them: no more of them at once than memory allows, and no fewer than announced.

use arrow::array::RecordBatch;
use arrow::datatypes::Field;
use bytes::{Buf, Bytes};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Type;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::{ChunkReader, Length};

use super::super::{LakeError, Of};
use crate::account::store::Object;

/// The most rows of a batch.
const ROWS: u64 = 1024;

/// An object of deletes.
pub struct Told {
    pub object: Object,
    /// How many rows it has, as its manifest says.
    pub rows: u64,
}

impl Told {
    /// Hands every batch of its wanted columns to `each`.
    ///
    /// # Errors
    /// `damaged` where it cannot be read, or has not the rows that footer and manifest announce; where it takes more memory
    /// than there is, or `each` fails.
    pub fn each(
        &self,
        of: &Of<'_>,
        is_wanted: impl Fn(&Field) -> bool,
        damaged: &LakeError,
        mut each: impl FnMut(&RecordBatch) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        if self.object.size > of.longest {
            return Err(LakeError::Deletes("an object of deletes is too long for `[limits] memory`"));
        }
        let bytes = (of.read)(&self.object, 0..self.object.size)?;
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let footer = ArrowReaderMetadata::load(&bytes, options).map_err(|_| damaged.clone())?;
        let announced = u64::try_from(footer.metadata().file_metadata().num_rows());
        let mut rows = 0;
        for batch in whole(of, bytes, footer, is_wanted, damaged)? {
            let batch = batch.map_err(|_| damaged.clone())?;
            rows += batch.num_rows() as u64;
            each(&batch)?;
        }
        if rows == self.rows && announced == Ok(rows) { Ok(()) } else { Err(damaged.clone()) }
    }
}

fn whole(
    of: &Of<'_>,
    bytes: Bytes,
    footer: ArrowReaderMetadata,
    is_wanted: impl Fn(&Field) -> bool,
    damaged: &LakeError,
) -> Result<ParquetRecordBatchReader, LakeError> {
    let fields = footer.schema().fields().iter().enumerate();
    let roots: Vec<usize> = fields.filter(|(_, field)| is_wanted(field)).map(|(at, _)| at).collect();
    let part = |chunk: &ColumnChunkMetaData| {
        let (start, length) = chunk.byte_range();
        let end = start.checked_add(length).filter(|end| *end <= bytes.len() as u64)?;
        Some(bytes.slice(start as usize..end as usize))
    };
    let widest = |group| width(of, asked(&footer, group, &roots).map(|chunk| (chunk, part(chunk))));
    let widest: Option<Vec<u64>> = (0..footer.metadata().num_row_groups()).map(widest).collect();
    let rows = fitting(of, widest.ok_or_else(|| damaged.clone())?.into_iter().max().unwrap_or(0))?;
    let mask = ProjectionMask::roots(footer.parquet_schema(), roots);
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, footer).with_projection(mask);
    builder.with_batch_size(rows).build().map_err(|_| damaged.clone())
}

/// Some columns of a row group of the data file.
///
/// # Errors
/// `damaged` where they cannot be read; where they take more memory than there is.
pub fn columns(
    of: &Of<'_>,
    group: usize,
    roots: &[usize],
    damaged: &LakeError,
) -> Result<ParquetRecordBatchReader, LakeError> {
    let ranges = asked(of.footer, group, roots).map(ColumnChunkMetaData::byte_range);
    if ranges.clone().map(|(_, length)| length).sum::<u64>() > of.longest {
        return Err(LakeError::Deletes("the columns that they ask for are too long for `[limits] memory`"));
    }
    let read = |(start, length)| Ok((start, (of.read)(of.object, start..start + length)?));
    let chunks = ranges.map(read).collect::<Result<Vec<_>, LakeError>>()?;
    let bytes = chunks.iter().map(|(_, bytes)| Some(bytes.clone()));
    let width = width(of, asked(of.footer, group, roots).zip(bytes)).ok_or_else(|| damaged.clone())?;
    let rows = fitting(of, width)?;
    let mask = ProjectionMask::roots(of.footer.parquet_schema(), roots.iter().copied());
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(Chunks(of.object.size, chunks), of.footer.clone());
    let builder = builder.with_projection(mask).with_batch_size(rows).with_row_groups(vec![group]);
    builder.build().map_err(|_| damaged.clone())
}

/// The chunks of some columns in a row group.
fn asked<'f>(
    footer: &'f ArrowReaderMetadata,
    group: usize,
    roots: &'f [usize],
) -> impl Iterator<Item = &'f ColumnChunkMetaData> + Clone {
    let (metadata, schema) = (footer.metadata().row_group(group), footer.parquet_schema());
    let leaves = (0..schema.num_columns()).filter(|leaf| roots.contains(&schema.get_column_root_idx(*leaf)));
    leaves.map(|leaf| metadata.column(leaf))
}

/// What one row of flat columns takes at most, in bytes, or a page of them where that is too large. None where a page is
/// damaged.
fn width<'c>(of: &Of<'_>, chunks: impl Iterator<Item = (&'c ColumnChunkMetaData, Option<Bytes>)>) -> Option<u64> {
    let of_value = |(chunk, bytes): (&ColumnChunkMetaData, Option<Bytes>)| {
        let largest = (of.largest)(bytes?, chunk.num_values())?;
        Some(match chunk.column_type() {
            // No text is longer than the page that it is in.
            Type::BYTE_ARRAY => largest,
            _ if largest > of.longest => largest,
            _ => chunk.column_descr().type_length().max(16) as u64,
        })
    };
    chunks.map(of_value).sum()
}

/// How many rows of this width can be held at once.
fn fitting(of: &Of<'_>, width: u64) -> Result<usize, LakeError> {
    match of.longest / width.max(1) {
        0 => Err(LakeError::Deletes("a page that they ask for is too large for `[limits] memory`")),
        rows => Ok(rows.min(ROWS) as usize),
    }
}

/// Some column chunks of an object of so many bytes.
struct Chunks(u64, Vec<(u64, Bytes)>);

impl Chunks {
    fn from(&self, start: u64) -> parquet::errors::Result<Bytes> {
        let holds = |(first, bytes): &&(u64, Bytes)| (*first..first + bytes.len() as u64).contains(&start);
        let found = self.1.iter().find(holds).map(|(first, bytes)| bytes.slice((start - first) as usize..));
        found.ok_or_else(|| ParquetError::EOF("outside of the columns that were read".into()))
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.0
    }
}

impl ChunkReader for Chunks {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        self.from(start).map(Buf::reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let bytes = self.from(start)?;
        match bytes.len() >= length {
            true => Ok(bytes.slice(..length)),
            false => Err(ParquetError::EOF("outside of the columns that were read".into())),
        }
    }
}
