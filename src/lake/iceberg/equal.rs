//! Deletes by equality: objects of Parquet whose rows say which values a deleted row has (Iceberg spec, "Equality Delete
//! Files"). The columns in question are read of the data file too, before its rows are.

use std::collections::HashSet;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, FieldRef, Fields};
use arrow::row::{RowConverter, Rows, SortField};
use iceberg::spec::{DataFile, Schema};

use super::super::{Constants, Deletes, Fit, LakeError, Marks, Of, fit, plain};
use super::columns::fields;
use super::rows::{self, Told};
use crate::account::store::Object;

const DAMAGED: LakeError = LakeError::Deletes("an object of deletes by equality is damaged");

const UNREADABLE: LakeError = LakeError::Deletes("the columns that deletes by equality ask for cannot be read");

/// An object of deletes by equality.
pub struct Equal {
    told: Told,
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
        let told = Told { object, rows: file.record_count() };
        Ok(Equal { told, columns: columns.collect::<Result<_, _>>()?, constants })
    }

    fn converter(&self) -> Result<RowConverter, LakeError> {
        let sorted = self.columns.iter().map(|column| SortField::new(column.data_type().clone()));
        RowConverter::new(sorted.collect()).map_err(|_| DAMAGED)
    }

    /// The values that deleted rows have, each as bytes that are equal where they are.
    fn values(&self, of: &Of<'_>, converter: &RowConverter) -> Result<HashSet<Box<[u8]>>, LakeError> {
        let (mut values, mut held) = (HashSet::new(), 0u64);
        let is_wanted = |field: &Field| self.columns.iter().any(|column| is_one(column, field));
        self.told.each(of, is_wanted, &DAMAGED, |batch| {
            let fits = self.fits(batch.schema_ref().fields(), &Vec::new())?;
            // What it lacks would be null, and delete the rows that have none.
            if fits.iter().any(|(at, _)| at.is_none()) {
                return Err(LakeError::Deletes("an object of deletes by equality lacks a column that it is about"));
            }
            for row in &self.rows(&fits, batch, converter, DAMAGED)? {
                held += row.as_ref().len() as u64 + 64;
                values.insert(row.as_ref().into());
            }
            let too_many = LakeError::Deletes("there are more of them by equality than `[limits] memory` allows");
            if held > of.longest { Err(too_many) } else { Ok(()) }
        })?;
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
        Some(&self.told.object)
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
        let (mut row, mut announced) = (0, 0);
        for (group, metadata) in of.footer.metadata().row_groups().iter().enumerate() {
            for batch in rows::columns(of, group, &roots, &UNREADABLE)? {
                let batch = batch.map_err(|_| UNREADABLE)?;
                for values_of in &self.rows(&inside, &batch, &converter, UNREADABLE)? {
                    if values.contains(values_of.as_ref()) {
                        marks.delete(row)?;
                    }
                    row += 1;
                }
            }
            // With fewer, marks behind them would be of other rows.
            announced += metadata.num_rows() as u64;
            (row == announced).then_some(()).ok_or(UNREADABLE)?;
        }
        Ok(())
    }
}

/// Whether a field in an object is a column of the table.
fn is_one(column: &Field, field: &Field) -> bool {
    fit(column, &vec![field.clone()].into(), &Vec::new()).is_ok_and(|(at, _)| at.is_some())
}

#[cfg(test)]
#[expect(clippy::disallowed_types, reason = "objects of deletes are written here")]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, StringArray};
    use arrow::datatypes::{DataType, Schema as Columns};
    use bytes::Bytes;
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
    use parquet::basic::Compression;
    use parquet::file::properties::{EnabledStatistics, WriterProperties};

    use super::super::super::fit::{By, told};
    use super::super::positions::Positions;
    use super::*;
    use crate::account::store::{Pin, StoreError};
    use crate::source::Pages;

    fn id(name: &str, data_type: DataType, id: i64) -> Field {
        told(Field::new(name, data_type, true), By::Id(id))
    }

    fn parquet(columns: Vec<(Field, ArrayRef)>) -> Bytes {
        let (fields, arrays): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        let batch = RecordBatch::try_new(Arc::new(Columns::new(fields)), arrays).expect("fits");
        let packed = WriterProperties::builder().set_compression(Compression::SNAPPY);
        let properties = packed.set_statistics_enabled(EnabledStatistics::None).build();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).expect("a writer");
        writer.write(&batch).expect("in memory");
        writer.into_inner().expect("in memory").into()
    }

    fn numbers(numbers: &[i64]) -> ArrayRef {
        Arc::new(Int64Array::from(numbers.to_vec()))
    }

    fn object(key: &str, content: &Bytes) -> Object {
        let pin = Pin { version: None, etag: String::new() };
        Object { key: key.to_owned(), size: content.len() as u64, pin }
    }

    /// Which rows of data with the ids 0 to 9 stay, where `told` is the content of an object of deletes.
    fn staying(
        told: &Bytes,
        longest: u64,
        deletes: impl Fn(Object) -> Box<dyn Deletes>,
    ) -> Result<Vec<usize>, LakeError> {
        let data = parquet(vec![(id("id", DataType::Int64, 1), numbers(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))]);
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let footer = ArrowReaderMetadata::load(&data, options).expect("Parquet");
        let read = |object: &Object, range: std::ops::Range<u64>| -> Result<Bytes, StoreError> {
            let of = if object.key == "data" { &data } else { told };
            Ok(of.slice(range.start as usize..range.end as usize))
        };
        let largest = |bytes, values| Pages::find(bytes, values).map(|pages| pages.largest());
        let of = Of { object: &object("data", &data), footer: &footer, read: &read, largest, longest };
        let mut marks = Marks::all(10, longest)?;
        deletes(object("deletes", told)).mark(&of, &mut marks)?;
        Ok(marks.finish().set_indices().collect())
    }

    fn equal(rows: u64) -> impl Fn(Object) -> Box<dyn Deletes> {
        move |object| {
            let columns = vec![id("id", DataType::Int64, 1)].into();
            Box::new(Equal { told: Told { object, rows }, columns, constants: Vec::new() })
        }
    }

    fn positions(rows: u64) -> impl Fn(Object) -> Box<dyn Deletes> {
        move |object| {
            let told = Told { object, rows };
            Box::new(Positions { told, location: "s3://b/t".to_owned(), of: "data".to_owned() })
        }
    }

    fn places(rows: &[i64]) -> Bytes {
        let paths: ArrayRef = Arc::new(StringArray::from(vec!["s3://b/t/data"; rows.len()]));
        let (path, place) = (id("file_path", DataType::Utf8, 2_147_483_546), id("pos", DataType::Int64, 2_147_483_545));
        parquet(vec![(path, paths), (place, numbers(rows))])
    }

    const ROOM: u64 = 1 << 20;

    #[test]
    fn all_rows_that_are_announced_are_read_or_none() {
        let told = parquet(vec![(id("id", DataType::Int64, 1), numbers(&[3, 5]))]);
        assert_eq!(staying(&told, ROOM, equal(2)), Ok(vec![0, 1, 2, 4, 6, 7, 8, 9]));
        assert_eq!(staying(&places(&[3, 5]), ROOM, positions(2)), Ok(vec![0, 1, 2, 4, 6, 7, 8, 9]));
        for other in [0, 1, 3] {
            assert!(staying(&told, ROOM, equal(other)).is_err(), "{other}");
            assert!(staying(&places(&[3, 5]), ROOM, positions(other)).is_err(), "{other}");
        }
    }

    #[test]
    fn deletes_without_their_column_are_refused() {
        let without = parquet(vec![(id("other", DataType::Int64, 7), numbers(&[3, 5]))]);
        let lacks = LakeError::Deletes("an object of deletes by equality lacks a column that it is about");
        assert_eq!(staying(&without, ROOM, equal(2)), Err(lacks));
        assert!(staying(&without, ROOM, positions(2)).is_err());
    }

    #[test]
    fn pages_that_become_too_large_are_refused_before_they_are_unpacked() {
        let long: ArrayRef = Arc::new(StringArray::from(vec!["a".repeat(1 << 20)]));
        let of_text = |object| -> Box<dyn Deletes> {
            let columns = vec![id("name", DataType::Utf8, 2)].into();
            Box::new(Equal { told: Told { object, rows: 1 }, columns, constants: Vec::new() })
        };
        let told = parquet(vec![(id("name", DataType::Utf8, 2), long)]);
        let too_large = LakeError::Deletes("a page that they ask for is too large for `[limits] memory`");
        assert_eq!(staying(&told, 3 << 20, of_text), Ok((0..10).collect()));
        assert_eq!(staying(&told, 1 << 19, of_text), Err(too_large));
    }
}
