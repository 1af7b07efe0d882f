//! Objects of records, read from their start: rows of all columns together, batch by batch.

use std::io::{self, Read};
use std::sync::{Arc, Mutex};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::concat;
use arrow::datatypes::Schema;
use bytes::Bytes;

use crate::account::doors::{OpenProduction, Tap};
use crate::account::store::StoreError;
use crate::method::Extent;
use crate::plan::{ColumnPlan, FileError, Measured, Origin, SourceFile, TablePlan, contained};
use crate::schema::{Form, Format};
use crate::source::RawBatch;
use crate::source::stream::repeated;
use crate::source::text::{Limits, Packing, Reader, TextError};

/// What is fetched of an object at once, in bytes.
const FETCHED: u64 = 4 << 20;

/// A reader of one object that remembers where it stands.
pub struct Records {
    reader: Reader,
    failed: Failed,
    /// Rows of the last batch that nobody wanted yet.
    pending: Option<RecordBatch>,
}

/// Why the store failed below a reader that only knows that it did.
type Failed = Arc<Mutex<Option<StoreError>>>;

impl Records {
    /// A reader at the first row; a header is held against the schema.
    ///
    /// # Errors
    /// Where the object is not of the table's form or columns, and what the store says.
    pub fn open(production: OpenProduction<'_>, table: &TablePlan, file: &SourceFile) -> Result<Self, FileError> {
        let Form::Records { format, .. } = &table.schema.form else {
            return Err(FileError::Unsupported("pages where records were asked for"));
        };
        let failed = Failed::default();
        let taps = Flow {
            tap: production.tap(&file.object),
            size: file.object.size,
            at: 0,
            held: Bytes::new(),
            failed: failed.clone(),
        };
        let reader = contained(|| reader(taps, &file.object.key, format, file).map_err(refused));
        let reader = reader.map_err(|error| cause(&failed).unwrap_or(error))?;
        Ok(Records { reader, failed, pending: None })
    }

    /// The next `rows` rows, in batches.
    ///
    /// # Errors
    /// Where one of them is not as declared, or rows are missing.
    pub fn take(&mut self, mut rows: usize) -> Result<Vec<RecordBatch>, FileError> {
        let mut taken = Vec::new();
        while rows > 0 {
            let batch = match self.pending.take() {
                Some(pending) => pending,
                None => self.next()?.ok_or(FileError::Damaged("it has fewer rows than it had"))?,
            };
            let wanted = batch.num_rows().min(rows);
            if wanted < batch.num_rows() {
                self.pending = Some(batch.slice(wanted, batch.num_rows() - wanted));
            }
            rows -= wanted;
            taken.push(batch.slice(0, wanted));
        }
        Ok(taken)
    }

    /// Makes sure that no row is left.
    ///
    /// # Errors
    /// Where one is.
    pub fn end(mut self) -> Result<(), FileError> {
        match self.pending.is_none() && self.next()?.is_none() {
            true => Ok(()),
            false => Err(FileError::Damaged("it has more rows than it had")),
        }
    }

    /// Goes through all rows, so that every one of them is known to be as declared.
    ///
    /// # Errors
    /// Where one is not.
    pub fn measure(mut self, mut look: impl FnMut(&RecordBatch)) -> Result<Measured, FileError> {
        let mut measured = Measured { rows: 0, bytes: 0 };
        while let Some(batch) = self.next()? {
            look(&batch);
            measured.rows += batch.num_rows() as u64;
            measured.bytes += batch.get_array_memory_size() as u64;
        }
        Ok(measured)
    }

    fn next(&mut self) -> Result<Option<RecordBatch>, FileError> {
        let reader = &mut self.reader;
        let batch = contained(|| reader.next().transpose().map_err(refused));
        batch.map_err(|error| cause(&self.failed).unwrap_or(error))
    }

    /// What its columns' methods need to see of some batches: in the same batches, or all at once.
    pub fn column<'b>(
        file: &'b SourceFile,
        table: &'b TablePlan,
        column: &'b ColumnPlan,
        batches: &'b [RecordBatch],
    ) -> Result<Vec<RawBatch>, FileError> {
        let of_batch = |batch: &RecordBatch| {
            let own = Ok(Records::rows_of(file, column, batch));
            let beside = column.beside.iter();
            let beside = beside.map(|place| place.values(&Records::rows_of(file, &table.columns[place.column], batch)));
            std::iter::once(own).chain(beside).collect()
        };
        let arrays = batches.iter().map(of_batch).collect::<Result<Vec<Vec<ArrayRef>>, FileError>>()?;
        let arrays = match column.extent {
            Extent::Value => arrays,
            Extent::RowGroup => (!arrays.is_empty()).then(|| joined(&arrays)).transpose()?.into_iter().collect(),
        };
        let raw = |mut arrays: Vec<ArrayRef>| RawBatch { array: arrays.remove(0), beside: arrays };
        Ok(arrays.into_iter().map(raw).collect())
    }

    /// A column's rows of a batch, those of a partition key among them.
    pub fn rows_of(file: &SourceFile, column: &ColumnPlan, batch: &RecordBatch) -> ArrayRef {
        match column.origin {
            Origin::File(index) => batch.column(index).clone(),
            Origin::Partition => repeated(file.partition(column.field.name()), batch.num_rows()),
        }
    }

    /// These of the table's columns, for the rows of a batch; none where there is no column.
    pub fn asked(file: &SourceFile, table: &TablePlan, columns: &[usize], batch: &RecordBatch) -> Option<RawBatch> {
        let mut asked = columns.iter().map(|index| Records::rows_of(file, &table.columns[*index], batch));
        asked.next().map(|first| RawBatch { array: first, beside: asked.collect() })
    }
}

/// Each column of all batches as one array.
fn joined(batches: &[Vec<ArrayRef>]) -> Result<Vec<ArrayRef>, FileError> {
    let column = |index: usize| {
        let pieces: Vec<_> = batches.iter().map(|arrays| arrays[index].as_ref()).collect();
        concat(&pieces).map_err(|_| FileError::TooLarge("a part of a method that sees it at once".into()))
    };
    (0..batches[0].len()).map(column).collect()
}

fn reader(flow: Flow, key: &str, format: &Format, file: &SourceFile) -> Result<Reader, TextError> {
    let input = Packing::of(key).unpack(Box::new(flow))?;
    Reader::new(input, format, Arc::new(Schema::new(file.columns().clone())), Limits::default())
}

fn refused(error: TextError) -> FileError {
    FileError::Records { what: error.to_string(), hint: error.hint() }
}

fn cause(failed: &Failed) -> Option<FileError> {
    failed.lock().ok()?.take().map(FileError::Store)
}

/// An object's bytes, fetched as they are read.
struct Flow {
    tap: Tap,
    size: u64,
    at: u64,
    held: Bytes,
    failed: Failed,
}

impl Read for Flow {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.held.is_empty() && self.at < self.size {
            let end = self.size.min(self.at + FETCHED);
            self.held = self.tap.read(self.at..end).map_err(|error| {
                if let Ok(mut failed) = self.failed.lock() {
                    *failed = Some(error);
                }
                io::Error::other("the store failed")
            })?;
            self.at = end;
        }
        let taken = self.held.split_to(self.held.len().min(room.len()));
        room[..taken.len()].copy_from_slice(&taken);
        Ok(taken.len())
    }
}
