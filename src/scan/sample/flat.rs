//! Arrays of a column, taken apart into the texts of their leaves.

use std::convert::Infallible;

use arrow::array::{Array, ArrayRef, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field};

use super::Leaf;
use crate::plan::contained;
use crate::schema::leaves;
use crate::source::each_leaf;

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
    let mut found = Vec::new();
    let Ok(()) = each_leaf(array, |_, values| {
        found.push(values.clone());
        Ok::<_, Infallible>(())
    });
    found
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
        (DataType::Int64 | DataType::UInt64, DataType::Float64)
        | (DataType::Float64, DataType::Int64 | DataType::UInt64) => DataType::Float64,
        (DataType::Int64, DataType::UInt64) | (DataType::UInt64, DataType::Int64) => DataType::UInt64,
        (DataType::Null, other) | (other, DataType::Null) => other.clone(),
        _ => DataType::Utf8,
    }
}
