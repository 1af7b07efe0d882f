//! The columns of an object, held against the planned ones and made plain.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};

use super::super::Limits;
use super::super::error::{Fault, TextError};
use super::{emptied, guarded};

/// Where the planned columns are.
pub(super) struct Columns {
    planned: SchemaRef,
    places: Vec<usize>,
}

impl Columns {
    /// Finds each planned column by its name; none may be missing, left over or of another type.
    pub(super) fn find(found: &Schema, planned: SchemaRef) -> Result<Self, TextError> {
        if found.fields().len() != planned.fields().len() {
            return Err(Fault::OtherSchema.into());
        }
        let place = |field: &FieldRef| {
            let other = || TextError::of_column(field.name(), Fault::OtherSchema);
            let place = found.fields().iter().position(|found| found.name() == field.name()).ok_or_else(other)?;
            if is_same(found.field(place), field) { Ok(place) } else { Err(other()) }
        };
        let places = planned.fields().iter().map(place).collect::<Result<_, _>>()?;
        Ok(Columns { planned, places })
    }

    /// A batch of the planned columns, dictionaries decoded, and nothing under nulls.
    pub(super) fn plain(&self, batch: &RecordBatch) -> Result<RecordBatch, Fault> {
        let column = |(place, field): (&usize, &FieldRef)| -> Result<ArrayRef, Fault> {
            let array = batch.column(*place);
            match array.data_type() == field.data_type() {
                true => guarded(|| emptied(array)),
                false => guarded(|| emptied(&cast(array, field.data_type())?)),
            }
        };
        let arrays = self.places.iter().zip(self.planned.fields()).map(column).collect::<Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        guarded(|| RecordBatch::try_new_with_options(self.planned.clone(), arrays, &options))
    }

    /// How many rows are made plain at once: a short dictionary can stand for very long texts.
    pub(super) fn rows_at_once(&self, batch: &RecordBatch, limits: &Limits) -> usize {
        let row: usize = batch.columns().iter().map(|array| longest(array.as_ref())).sum();
        (limits.batch_bytes / row.max(1)).clamp(1, limits.batch_rows.max(1)).min(batch.num_rows())
    }
}

/// The most bytes that a row of a dictionary column makes.
fn longest(array: &dyn Array) -> usize {
    let Some(dictionary) = array.as_any_dictionary_opt() else { return 0 };
    let values = dictionary.values();
    let most = |ends: &[i32]| ends.windows(2).map(|pair| pair[1].abs_diff(pair[0]) as usize).max().unwrap_or(0);
    match values.data_type() {
        DataType::Utf8 => most(values.as_string::<i32>().value_offsets()),
        DataType::Binary => most(values.as_binary::<i32>().value_offsets()),
        data_type => data_type.primitive_width().unwrap_or_else(|| values.get_buffer_memory_size()),
    }
}

/// Whether a field is the planned one, but for metadata, and for a dictionary around its values.
fn is_same(found: &Field, planned: &Field) -> bool {
    let values = match found.data_type() {
        DataType::Dictionary(_, values) => values,
        data_type => data_type,
    };
    let is_named = found.name() == planned.name() && found.is_nullable() == planned.is_nullable();
    is_named && bare(values) == bare(planned.data_type())
}

/// A type without the metadata of its fields.
fn bare(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(bare_field).collect::<Fields>()),
        DataType::List(item) => DataType::List(bare_field(item)),
        DataType::LargeList(item) => DataType::LargeList(bare_field(item)),
        DataType::FixedSizeList(item, length) => DataType::FixedSizeList(bare_field(item), *length),
        DataType::Map(entries, sorted) => DataType::Map(bare_field(entries), *sorted),
        other => other.clone(),
    }
}

fn bare_field(field: &FieldRef) -> FieldRef {
    Field::new(field.name(), bare(field.data_type()), field.is_nullable()).into()
}
