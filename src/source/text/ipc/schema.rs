//! The columns of an object, held against the planned ones and made plain.

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::{DataType, FieldRef, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;

use super::super::Limits;
use super::super::error::{Fault, TextError};
use super::plain::{longest, plain, plain_type};
use super::{DAMAGED, emptied, guarded};

/// Where the planned columns are.
pub(super) struct Columns {
    planned: SchemaRef,
    places: Vec<usize>,
}

impl Columns {
    /// Finds each planned column by its name; none may be missing, left over or of a type that does not become the planned one.
    pub(super) fn find(found: &Schema, planned: SchemaRef) -> Result<Self, TextError> {
        let place = |field: &FieldRef| {
            let of_column = |fault| TextError::of_column(field.name(), fault);
            let named = found.fields().iter().position(|found| found.name() == field.name());
            let place = named.ok_or_else(|| of_column(Fault::NoColumn))?;
            match (plain_type(found.field(place).data_type()), plain_type(field.data_type())) {
                (found, planned) if is_alike(&found, &planned) => Ok(place),
                (found, _) => Err(of_column(Fault::other_type(&found))),
            }
        };
        let places = planned.fields().iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let unlisted = |at: &usize| !places.contains(at);
        match (0..found.fields().len()).find(unlisted) {
            Some(at) => Err(TextError::of_column(found.field(at).name(), Fault::UnlistedColumn)),
            None => Ok(Columns { planned, places }),
        }
    }

    /// A batch of the planned columns, each in its plain form, and nothing under nulls.
    pub(super) fn plain(&self, batch: &RecordBatch) -> Result<RecordBatch, TextError> {
        let column = |(place, field): (&usize, &FieldRef)| {
            let made = guarded(|| Ok::<_, Fault>(plain(batch.column(*place), field.data_type())))?;
            let made = made.map_err(|error| TextError::of_column(field.name(), fault(&error)))?;
            Ok::<_, TextError>(guarded(|| emptied(&made))?)
        };
        let arrays = self.places.iter().zip(self.planned.fields()).map(column).collect::<Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(guarded(|| RecordBatch::try_new_with_options(self.planned.clone(), arrays, &options))?)
    }

    /// How many rows are made plain at once: a short dictionary can stand for very long texts.
    pub(super) fn rows_at_once(&self, batch: &RecordBatch, limits: &Limits) -> usize {
        let row: usize = batch.columns().iter().map(|array| longest(array.as_ref())).fold(0, usize::saturating_add);
        (limits.batch_bytes / row.max(1)).clamp(1, limits.batch_rows.max(1)).min(batch.num_rows())
    }
}

/// What keeps an array from being made plain: one of ours is told, and what a foreign crate says is not.
fn fault(error: &ArrowError) -> Fault {
    let ours = match error {
        ArrowError::ExternalError(inner) => inner.downcast_ref().cloned(),
        _ => None,
    };
    ours.unwrap_or(DAMAGED)
}

/// Whether two plain types hold the same, the order of members aside.
fn is_alike(found: &DataType, planned: &DataType) -> bool {
    let of_fields = |found: &FieldRef, planned: &FieldRef| is_alike(found.data_type(), planned.data_type());
    match (found, planned) {
        (DataType::Struct(found), DataType::Struct(planned)) => {
            let named = |name: &str| found.iter().find(|found| found.name() == name);
            let is_there = |planned: &FieldRef| named(planned.name()).is_some_and(|found| of_fields(found, planned));
            found.len() == planned.len() && planned.iter().all(is_there)
        }
        (DataType::List(found), DataType::List(planned)) | (DataType::Map(found, _), DataType::Map(planned, _)) => {
            of_fields(found, planned)
        }
        (found, planned) => found == planned,
    }
}

/// Whether values of some column stand in a dictionary.
pub(super) fn has_dictionaries(schema: &Schema) -> bool {
    fn is_one(data_type: &DataType) -> bool {
        match data_type {
            DataType::Dictionary(..) => true,
            DataType::Struct(fields) => of_any(fields),
            DataType::List(item)
            | DataType::LargeList(item)
            | DataType::FixedSizeList(item, _)
            | DataType::Map(item, _) => is_one(item.data_type()),
            _ => false,
        }
    }
    fn of_any(fields: &Fields) -> bool {
        fields.iter().any(|field| is_one(field.data_type()))
    }
    of_any(schema.fields())
}
