//! Samples of Parquet: some rows of the first row group, and of the one in the middle.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::Field;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::{Depth, ROWS, Taken, flat};
use crate::account::doors::Sample;
use crate::plan::{FileError, Footer, contained};

/// What is read of a column's chunk at least, in bytes.
const LEAST: u64 = 64 << 10;

/// Looks into an object, column by column; a column that cannot be sampled has no values.
///
/// # Errors
/// Only what the footer says.
pub fn take(sample: &Sample<'_>, footer: &Footer, depth: Depth) -> Result<Taken, FileError> {
    let groups = groups(footer);
    let rows_of = |group: &usize| footer.row_groups()[*group].num_rows() as usize;
    let rows: usize = groups.iter().map(|group| rows_of(group).min(ROWS)).sum();
    let mut is_whole = footer.row_groups().iter().map(|group| group.num_rows() as usize).sum::<usize>() == rows;
    let (mut leaves, mut unread) = (Vec::new(), Vec::new());
    for (at, field) in footer.schema().fields().iter().enumerate() {
        let arrays = match depth {
            Depth::Names => Ok(Vec::new()),
            Depth::Values => column(sample, footer, at, &groups),
        };
        if arrays.is_err() {
            unread.push(field.clone());
        }
        let read: usize = arrays.iter().flatten().map(|array| array.len()).sum();
        is_whole &= read == rows;
        leaves.extend(flat::leaves_of(field, &arrays.unwrap_or_default()));
    }
    let rows = if depth == Depth::Names { 0 } else { rows };
    let mut taken = Taken::of(leaves, rows, is_whole);
    taken.notes = notes(&unread);
    Ok(taken)
}

fn notes(unread: &[Arc<Field>]) -> Vec<String> {
    let of = |field: &Arc<Field>| {
        format!("column `{}` could not be sampled: its pages are too large or damaged", field.name().escape_default())
    };
    unread.iter().map(of).collect()
}

/// The first row group that has rows, and the one in the middle.
fn groups(footer: &Footer) -> Vec<usize> {
    let filled: Vec<_> = (0..footer.row_groups().len()).filter(|at| footer.row_groups()[*at].num_rows() > 0).collect();
    let mut groups: Vec<_> = [filled.first(), filled.get(filled.len() / 2)].into_iter().flatten().copied().collect();
    groups.dedup();
    groups
}

fn column(sample: &Sample<'_>, footer: &Footer, at: usize, groups: &[usize]) -> Result<Vec<ArrayRef>, FileError> {
    let mut arrays = Vec::new();
    for group in groups {
        let chunks = chunks(sample, footer, at, *group)?;
        let batches = contained(|| {
            let mask = ProjectionMask::roots(footer.arrow.parquet_schema(), [at]);
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, footer.arrow.clone());
            let reader = builder
                .with_row_groups(vec![*group])
                .with_projection(mask)
                .with_batch_size(1024)
                .with_limit(ROWS)
                .build()?;
            // Where the piece that was read ends, so does the sample.
            Ok(reader.map_while(Result::ok).collect::<Vec<_>>())
        })?;
        arrays.extend(batches.iter().map(|batch| batch.column(0).clone()));
    }
    match arrays.is_empty() && !groups.is_empty() {
        true => Err(FileError::TooLarge("a page".to_owned())),
        false => Ok(arrays),
    }
}

/// The starts of a column's chunks: as much of each as its share of what may be read.
fn chunks(sample: &Sample<'_>, footer: &Footer, at: usize, group: usize) -> Result<Chunks, FileError> {
    let schema = footer.arrow.parquet_schema();
    let own = (0..schema.num_columns()).filter(|leaf| schema.get_column_root_idx(*leaf) == at);
    let most = (crate::account::doors::SAMPLED_BYTES / (2 * schema.num_columns().max(1) as u64)).max(LEAST);
    let mut held = BTreeMap::new();
    for leaf in own {
        let (start, length) = footer.row_groups()[group].column(leaf).byte_range();
        held.insert(start, sample.read(start..start + length.min(most))?);
    }
    Ok(Chunks { held, size: sample.object().size })
}

/// Pieces of an object at their places.
struct Chunks {
    held: BTreeMap<u64, Bytes>,
    size: u64,
}

impl Chunks {
    /// What is held from a place on.
    fn from(&self, start: u64) -> Bytes {
        let piece = self.held.range(..=start).next_back();
        let inside = piece.and_then(|(at, bytes)| {
            let skipped = usize::try_from(start - at).ok().filter(|skipped| *skipped <= bytes.len())?;
            Some(bytes.slice(skipped..))
        });
        inside.unwrap_or_default()
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Chunks {
    type T = Piece;

    fn get_read(&self, start: u64) -> Result<Piece, ParquetError> {
        Ok(Piece(self.from(start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let bytes = self.from(start);
        if bytes.len() < length { Err(ParquetError::EOF(String::new())) } else { Ok(bytes.slice(..length)) }
    }
}

/// Bytes, read from their start.
struct Piece(Bytes);

impl Read for Piece {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.0.len());
        buffer[..length].copy_from_slice(&self.0.split_to(length));
        Ok(length)
    }
}
