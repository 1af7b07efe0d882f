//! Deletes by position: objects of Parquet whose rows are the path of a data file and the place of a row in it
//! (Iceberg spec, "Position Delete Files").

use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use bytes::Bytes;
use parquet::arrow::PARQUET_FIELD_ID_META_KEY;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::super::{Deletes, LakeError, Marks, Of, place};
use crate::account::store::Object;

/// The reserved field ids of path and place.
const PATH: &str = "2147483546";
const PLACE: &str = "2147483545";

const DAMAGED: LakeError = LakeError::Deletes("an object of deletes by position is damaged");

/// An object of deletes by position, as far as it is about one data file.
pub struct Positions {
    pub object: Object,
    /// Of the table.
    pub location: String,
    /// The data file's key below the table's folder.
    pub of: String,
}

impl Deletes for Positions {
    fn object(&self) -> Option<&Object> {
        Some(&self.object)
    }

    fn rows(&self) -> Option<u64> {
        None
    }

    fn mark(&self, of: &Of<'_>, rows: &mut Marks) -> Result<(), LakeError> {
        let batches = whole(&self.object, of)?;
        for batch in batches {
            self.delete(&batch.map_err(|_| DAMAGED)?, rows)?;
        }
        Ok(())
    }
}

impl Positions {
    fn delete(&self, batch: &RecordBatch, rows: &mut Marks) -> Result<(), LakeError> {
        let column = |id: &str| {
            let is_it = |field: &Arc<arrow::datatypes::Field>| {
                field.metadata().get(PARQUET_FIELD_ID_META_KEY).is_some_and(|known| known == id)
            };
            batch.schema_ref().fields().iter().position(is_it).map(|at| batch.column(at))
        };
        let paths = column(PATH).and_then(|array| array.as_string_opt::<i32>()).ok_or(DAMAGED)?;
        let places = column(PLACE).and_then(|array| array.as_primitive_opt::<Int64Type>()).ok_or(DAMAGED)?;
        // Rows are sorted by path, so that one is looked at once mostly.
        let mut last: Option<(&str, bool)> = None;
        for (path, row) in paths.iter().zip(places) {
            let (path, row) = path.zip(row).ok_or(DAMAGED)?;
            let is_it = match last {
                Some((known, is_it)) if known == path => is_it,
                _ => place::below(&self.location, path).map_err(|_| DAMAGED)? == self.of,
            };
            last = Some((path, is_it));
            if is_it {
                rows.delete(u64::try_from(row).map_err(|_| DAMAGED)?)?;
            }
        }
        Ok(())
    }
}

/// The rows of an object of deletes, which is read whole.
pub fn whole(object: &Object, of: &Of<'_>) -> Result<ParquetRecordBatchReader, LakeError> {
    if object.size > of.longest {
        return Err(LakeError::Deletes("an object of deletes is too long for `[limits] memory`"));
    }
    let bytes: Bytes = (of.read)(object, 0..object.size)?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(bytes, options).map_err(|_| DAMAGED)?;
    builder.with_projection(ProjectionMask::all()).build().map_err(|_| DAMAGED)
}
