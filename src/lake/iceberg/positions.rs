//! Deletes by position: objects of Parquet whose rows are the path of a data file and the place of a row in it
//! (Iceberg spec, "Position Delete Files").

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Field, Int64Type};
use parquet::arrow::PARQUET_FIELD_ID_META_KEY;

use super::super::{Deletes, LakeError, Marks, Of, place};
use super::rows::Told;
use crate::account::store::Object;

/// The reserved field ids of path and place.
const PATH: &str = "2147483546";
const PLACE: &str = "2147483545";

const DAMAGED: LakeError = LakeError::Deletes("an object of deletes by position is damaged");

/// An object of deletes by position, as far as it is about one data file.
pub struct Positions {
    pub told: Told,
    /// Of the table.
    pub location: String,
    /// The data file's key below the table's folder.
    pub of: String,
}

impl Deletes for Positions {
    fn object(&self) -> Option<&Object> {
        Some(&self.told.object)
    }

    fn rows(&self) -> Option<u64> {
        None
    }

    fn mark(&self, of: &Of<'_>, rows: &mut Marks) -> Result<(), LakeError> {
        let is_wanted = |field: &Field| is_one(field, PATH) || is_one(field, PLACE);
        self.told.each(of, is_wanted, &DAMAGED, |batch| self.delete(batch, rows))
    }
}

impl Positions {
    fn delete(&self, batch: &RecordBatch, rows: &mut Marks) -> Result<(), LakeError> {
        let fields = batch.schema_ref().fields();
        let column = |id| fields.iter().position(|field| is_one(field, id)).map(|at| batch.column(at));
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

fn is_one(field: &Field, id: &str) -> bool {
    field.metadata().get(PARQUET_FIELD_ID_META_KEY).is_some_and(|known| known == id)
}
