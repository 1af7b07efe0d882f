//! Whole numbers in columns of fractions: so writers keep keys of which some are missing, that know no null among whole numbers.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::datatypes::{DataType, Float32Type, Float64Type, Int64Type};

use super::ENTRY;
use crate::method::ApplyError;

/// Beyond it a double is next to several whole numbers.
const MOST: f64 = 9_007_199_254_740_992.0;

/// The type by whose values a code is made.
pub fn counted(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Float32 | DataType::Float64 => DataType::Int64,
        other => other.clone(),
    }
}

/// The values that codes are made of, nulls where they are.
///
/// # Errors
/// At the first fraction, or number that is none or too large to be one of a key.
pub fn wholes(input: &ArrayRef) -> Result<ArrayRef, ApplyError> {
    let whole: Int64Array = match input.data_type() {
        DataType::Float32 => {
            input.as_primitive::<Float32Type>().try_unary::<_, Int64Type, _>(|value| whole(value.into()))?
        }
        DataType::Float64 => input.as_primitive::<Float64Type>().try_unary::<_, Int64Type, _>(whole)?,
        _ => return Ok(input.clone()),
    };
    Ok(Arc::new(whole))
}

fn whole(value: f64) -> Result<i64, ApplyError> {
    let refused = ApplyError::Value { method: ENTRY.name, what: "it is no whole number, as those of keys are" };
    if value.fract() == 0.0 && value.abs() <= MOST { Ok(value as i64) } else { Err(refused) }
}
