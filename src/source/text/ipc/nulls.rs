//! Arrays in which nothing lies under nulls.
//!
//! A null of Arrow is a bit beside its value, and the value may still be there: who nulls a column (`pyarrow`'s `mask=`, `pd.NA`,
//! `when().then(None)`) mostly leaves it. No reader shows it, no guard looks at it, and whole buffers are written.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, MapArray, MutableArrayData, StructArray, make_array};
use arrow::datatypes::{DataType, FieldRef, Fields};
use arrow::error::ArrowError;

/// An array whose values under nulls are zero and empty, and null where what holds them is null, at all depths. Nested types
/// are those that a schema can declare ([`declared`](crate::schema)).
///
/// # Errors
/// Where an array contradicts itself.
pub fn emptied(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let array = match array.data_type() {
        DataType::Struct(fields) => structure(array.as_struct(), fields)?,
        DataType::List(item) => list(array.as_list(), item)?,
        DataType::Map(entries, sorted) => map(array.as_map(), entries, *sorted)?,
        _ => array.clone(),
    };
    let Some(nulls) = array.nulls().filter(|nulls| nulls.null_count() > 0) else { return Ok(array) };
    let data = array.to_data();
    let (mut rebuilt, mut at) = (MutableArrayData::new(vec![&data], true, array.len()), 0);
    for (start, end) in nulls.valid_slices() {
        rebuilt.try_extend_nulls(start - at)?;
        rebuilt.try_extend(0, start, end)?;
        at = end;
    }
    rebuilt.try_extend_nulls(array.len() - at)?;
    Ok(make_array(rebuilt.freeze()))
}

fn structure(array: &StructArray, fields: &Fields) -> Result<ArrayRef, ArrowError> {
    let columns = array.columns().iter().map(emptied).collect::<Result<_, _>>()?;
    let rebuilt = StructArray::try_new_with_length(fields.clone(), columns, array.nulls().cloned(), array.len())?;
    Ok(Arc::new(rebuilt))
}

fn list(array: &ListArray, item: &FieldRef) -> Result<ArrayRef, ArrowError> {
    let values = emptied(array.values())?;
    let rebuilt = ListArray::try_new(item.clone(), array.offsets().clone(), values, array.nulls().cloned())?;
    Ok(Arc::new(rebuilt))
}

fn map(array: &MapArray, entries: &FieldRef, sorted: bool) -> Result<ArrayRef, ArrowError> {
    let pairs: ArrayRef = Arc::new(array.entries().clone());
    let (pairs, nulls) = (emptied(&pairs)?.as_struct().clone(), array.nulls().cloned());
    Ok(Arc::new(MapArray::try_new(entries.clone(), array.offsets().clone(), pairs, nulls, sorted)?))
}
