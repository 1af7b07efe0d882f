//! Arrays of a column, taken apart into the texts of their leaves.

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field};

use super::Leaf;
use crate::plan::contained;
use crate::schema::leaves;

/// The leaves of a column, with the values that some arrays of it hold.
pub fn leaves_of(field: &Field, arrays: &[ArrayRef]) -> Vec<Leaf> {
    let flat: Vec<Vec<ArrayRef>> = arrays.iter().map(flat).collect();
    let texts = |at: usize| flat.iter().filter_map(|arrays| texts(arrays.get(at)?)).collect();
    let leaf = |(at, leaf): (usize, crate::schema::Leaf)| Leaf {
        path: leaf.path,
        data_type: plain(&leaf.data_type),
        nullable: leaf.nullable,
        texts: texts(at),
    };
    leaves(field).into_iter().enumerate().map(leaf).collect()
}

/// The arrays of the leaves, in the order in which [`leaves`] tells them.
fn flat(array: &ArrayRef) -> Vec<ArrayRef> {
    match array.data_type() {
        DataType::Struct(fields) if !fields.is_empty() => array.as_struct().columns().iter().flat_map(flat).collect(),
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            flat(&within(list.values(), list.value_offsets()))
        }
        DataType::LargeList(_) => {
            let list = array.as_list::<i64>();
            let offsets: Vec<i32> = list.value_offsets().iter().map(|offset| *offset as i32).collect();
            flat(&within(list.values(), &offsets))
        }
        DataType::FixedSizeList(..) => flat(array.as_fixed_size_list().values()),
        DataType::Map(..) => {
            let map = array.as_map();
            [map.keys(), map.values()].into_iter().flat_map(|part| flat(&within(part, map.value_offsets()))).collect()
        }
        _ => vec![array.clone()],
    }
}

/// The items between the first and the last offset.
fn within(items: &ArrayRef, offsets: &[i32]) -> ArrayRef {
    match (offsets.first(), offsets.last()) {
        (Some(first), Some(last)) if last > first => items.slice(*first as usize, (*last - *first) as usize),
        _ => items.slice(0, 0),
    }
}

/// Values as text, as far as they have one.
fn texts(array: &ArrayRef) -> Option<ArrayRef> {
    let texts = contained(|| cast(array, &DataType::Utf8).map_err(|_| crate::plan::FileError::Unsupported("as text")));
    texts.ok().filter(|texts| texts.as_any().is::<StringArray>())
}

/// A type without its dictionary: those are a matter of storage.
fn plain(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, value) => value.as_ref().clone(),
        other => other.clone(),
    }
}

/// The type of leaves that two objects give different ones.
pub fn common(left: &DataType, right: &DataType) -> DataType {
    match (left, right) {
        (left, right) if left == right => left.clone(),
        (DataType::Int64, DataType::Float64) | (DataType::Float64, DataType::Int64) => DataType::Float64,
        (DataType::Null, other) | (other, DataType::Null) => other.clone(),
        _ => DataType::Utf8,
    }
}
