//! Floating-point numbers, treated in 64 bits by operations that IEEE 754 fixes to the last bit.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float16Array, Float32Array, Float64Array};
use arrow::datatypes::{DataType, Float16Type, Float32Type, Float64Type};
use half::f16;

use super::whole::map_primitive;

/// Makes another number, or null, of every one that is not null, nearest to what is made; what lies beyond those of the type
/// becomes the last of them.
///
/// What is no number becomes the one plain NaN, so that its bits carry nothing; zero has no sign.
pub fn map_floats(array: &ArrayRef, mut each: impl FnMut(usize, f64) -> Option<f64>) -> ArrayRef {
    let mut each = |row, value| each(row, value).map(|value| if value.is_nan() { f64::NAN } else { value + 0.0 });
    match array.data_type() {
        DataType::Float16 => map_primitive::<Float16Type>(array, |row, value| {
            each(row, value.to_f64()).map(|value| f16::from_f64_const(within(value, f16::MAX.to_f64())))
        }),
        DataType::Float32 => map_primitive::<Float32Type>(array, |row, value| {
            each(row, value.into()).map(|value| within(value, f32::MAX.into()) as f32)
        }),
        DataType::Float64 => map_primitive::<Float64Type>(array, each),
        _ => unreachable!("the plan takes floating-point numbers only"),
    }
}

/// A number, so that it does not become infinite where it is not.
fn within(value: f64, greatest: f64) -> f64 {
    if value.is_finite() { value.clamp(-greatest, greatest) } else { value }
}

/// Hands on every number that is not null with its row.
pub fn each_float(array: &ArrayRef, mut each: impl FnMut(usize, f64)) {
    let valid = |row: &usize| array.is_valid(*row);
    let rows = (0..array.len()).filter(valid);
    match array.data_type() {
        DataType::Float16 => rows.for_each(|row| each(row, array.as_primitive::<Float16Type>().value(row).to_f64())),
        DataType::Float32 => rows.for_each(|row| each(row, array.as_primitive::<Float32Type>().value(row).into())),
        DataType::Float64 => rows.for_each(|row| each(row, array.as_primitive::<Float64Type>().value(row))),
        _ => unreachable!("the plan takes floating-point numbers only"),
    }
}

/// What makes of a number the nearest that a type holds; none where it holds no floating-point numbers.
///
/// For 16 bits not by the machine's instructions: some round twice, by way of 32 bits.
pub fn nearest_of(data_type: &DataType) -> Option<fn(f64) -> f64> {
    match data_type {
        DataType::Float16 => Some(|value| f16::from_f64_const(value).to_f64()),
        DataType::Float32 => Some(|value| f64::from(value as f32)),
        DataType::Float64 => Some(|value| value),
        _ => None,
    }
}

/// An array of the number of a type nearest to this one; none where that is not finite, or the type is another.
pub fn one_float(data_type: &DataType, value: f64) -> Option<ArrayRef> {
    let value = nearest_of(data_type)?(value) + 0.0;
    match data_type {
        _ if !value.is_finite() => None,
        DataType::Float16 => Some(Arc::new(Float16Array::from_value(f16::from_f64_const(value), 1))),
        DataType::Float32 => Some(Arc::new(Float32Array::from_value(value as f32, 1))),
        _ => Some(Arc::new(Float64Array::from_value(value, 1))),
    }
}
