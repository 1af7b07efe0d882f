//! Deletes by equality: objects of Parquet whose rows say which values a deleted row has (Iceberg spec, "Equality Delete
//! Files"). The columns in question are read of the data file too, before its rows are.

use std::collections::HashSet;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{FieldRef, Fields};
use arrow::row::{RowConverter, Rows, SortField};
use bytes::{Buf, Bytes};
use iceberg::spec::{DataFile, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::super::{Constants, Deletes, Fit, LakeError, Marks, Of, fit, plain};
use super::columns::fields;
use super::positions::whole;
use crate::account::store::Object;

const DAMAGED: LakeError = LakeError::Deletes("an object of deletes by equality is damaged");

const UNREADABLE: LakeError = LakeError::Deletes("the columns that deletes by equality ask for cannot be read");

/// An object of deletes by equality.
pub struct Equal {
    object: Object,
    /// The columns whose values are held against each other.
    columns: Fields,
    /// What stands for a column that the data file does not have.
    constants: Constants,
}

impl Equal {
    /// What a manifest says of such an object.
    ///
    /// # Errors
    /// Where it asks for something that is no column of the table.
    pub fn of(schema: &Schema, file: &DataFile, object: Object, constants: Constants) -> Result<Self, LakeError> {
        let ids = file.equality_ids().filter(|ids| !ids.is_empty());
        let ids = ids.ok_or(LakeError::Damaged("an object of deletes by equality names no column"))?;
        let all = fields(schema)?;
        let place = |id: &i32| schema.as_struct().fields().iter().position(|column| column.id == *id);
        let columns = ids.iter().map(|id| {
            let unknown = LakeError::Unsupported("deletes by the values of something that is no column of the table");
            place(id).map(|at| all[at].clone()).filter(|column| !column.data_type().is_nested()).ok_or(unknown)
        });
        Ok(Equal { object, columns: columns.collect::<Result<_, _>>()?, constants })
    }

    fn converter(&self) -> Result<RowConverter, LakeError> {
        let sorted = self.columns.iter().map(|column| SortField::new(column.data_type().clone()));
        RowConverter::new(sorted.collect()).map_err(|_| DAMAGED)
    }

    /// The values that deleted rows have, each as bytes that are equal where they are.
    fn values(&self, of: &Of<'_>, converter: &RowConverter) -> Result<HashSet<Box<[u8]>>, LakeError> {
        let (mut values, mut held) = (HashSet::new(), 0u64);
        for batch in whole(&self.object, of)? {
            let batch = batch.map_err(|_| DAMAGED)?;
            let fits = self.fits(batch.schema_ref().fields(), &Vec::new())?;
            for row in &self.rows(&fits, &batch, converter, DAMAGED)? {
                held += row.as_ref().len() as u64 + 64;
                values.insert(row.as_ref().into());
            }
            if held > of.longest {
                return Err(LakeError::Deletes("there are more of them by equality than `[limits] memory` allows"));
            }
        }
        Ok(values)
    }

    fn fits(&self, among: &Fields, constants: &Constants) -> Result<Vec<(Option<usize>, Fit)>, LakeError> {
        self.columns.iter().map(|column| fit(column, among, constants)).collect()
    }

    fn rows(
        &self,
        fits: &[(Option<usize>, Fit)],
        batch: &RecordBatch,
        converter: &RowConverter,
        failed: LakeError,
    ) -> Result<Rows, LakeError> {
        let array = |((at, fit), column): (&(Option<usize>, Fit), &FieldRef)| {
            fit.apply(at.map(|at| batch.column(at)), batch.num_rows(), plain(column).data_type())
        };
        let arrays: Result<Vec<ArrayRef>, _> = fits.iter().zip(&self.columns).map(array).collect();
        let rows = arrays.and_then(|arrays| converter.convert_columns(&arrays));
        rows.map_err(|_| failed)
    }
}

impl Deletes for Equal {
    fn object(&self) -> Option<&Object> {
        Some(&self.object)
    }

    fn rows(&self) -> Option<u64> {
        None
    }

    fn mark(&self, of: &Of<'_>, marks: &mut Marks) -> Result<(), LakeError> {
        let converter = self.converter()?;
        let values = self.values(of, &converter)?;
        let fits = self.fits(of.footer.schema().fields(), &self.constants)?;
        let (mut roots, mut inside) = (fits.iter().filter_map(|(at, _)| *at).collect::<Vec<_>>(), fits);
        // A reader hands columns out in the order of the file, each once.
        roots.sort_unstable();
        roots.dedup();
        for (at, _) in &mut inside {
            *at = at.and_then(|at| roots.iter().position(|root| *root == at));
        }
        let mut row = 0;
        for group in 0..of.footer.metadata().num_row_groups() {
            for batch in read(of, group, &roots)? {
                let batch = batch.map_err(|_| UNREADABLE)?;
                for values_of in &self.rows(&inside, &batch, &converter, UNREADABLE)? {
                    if values.contains(values_of.as_ref()) {
                        marks.delete(row)?;
                    }
                    row += 1;
                }
            }
        }
        Ok(())
    }
}

/// Some columns of a row group of the data file.
fn read(of: &Of<'_>, group: usize, roots: &[usize]) -> Result<ParquetRecordBatchReader, LakeError> {
    let (metadata, schema) = (of.footer.metadata().row_group(group), of.footer.parquet_schema());
    let leaves = (0..schema.num_columns()).filter(|leaf| roots.contains(&schema.get_column_root_idx(*leaf)));
    let ranges: Vec<_> = leaves.map(|leaf| metadata.column(leaf).byte_range()).collect();
    if ranges.iter().map(|(_, length)| length).sum::<u64>() > of.longest {
        return Err(LakeError::Deletes("the columns that they ask for are too long for `[limits] memory`"));
    }
    let mut chunks = Vec::with_capacity(ranges.len());
    for (start, length) in ranges {
        chunks.push((start, (of.read)(of.object, start..start + length)?));
    }
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(Chunks(of.object.size, chunks), of.footer.clone());
    let builder = builder.with_projection(ProjectionMask::roots(schema, roots.iter().copied()));
    builder.with_row_groups(vec![group]).build().map_err(|_| UNREADABLE)
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
