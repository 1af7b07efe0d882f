//! The rows of a batch, some of which may not fit.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray, StringArrayType};
use arrow::datatypes::{DataType, Int32Type, Int64Type, UInt32Type, UInt64Type};

use super::misfit::{Misfit, Misfits};
use crate::method::ApplyError;
use crate::method::values::Written;

/// Writes another text for every text; what does not fit writes nothing.
///
/// # Errors
/// Where the batch becomes too long, or a value that does not fit is to be refused.
pub fn map_text(
    array: &ArrayRef,
    misfits: Misfits,
    write: impl FnMut(&str, &mut Vec<u8>) -> Result<(), Misfit>,
) -> Result<ArrayRef, ApplyError> {
    match array.data_type() {
        DataType::LargeUtf8 => map_strings(array.as_string::<i64>(), misfits, write),
        DataType::Utf8View => map_strings(array.as_string_view(), misfits, write),
        _ => map_strings(array.as_string::<i32>(), misfits, write),
    }
}

fn map_strings<'a>(
    texts: impl StringArrayType<'a>,
    mut misfits: Misfits,
    mut write: impl FnMut(&str, &mut Vec<u8>) -> Result<(), Misfit>,
) -> Result<ArrayRef, ApplyError> {
    let mut written = Written::of(texts.len(), texts.len() * 16);
    for (row, text) in texts.iter().enumerate() {
        let Some(text) = text else { continue };
        let mut done = Ok(());
        written.row(row, |out| done = write(text, out));
        done.or_else(|misfit| misfits.meet(row, misfit))?;
    }
    written.finish(misfits.nulls(texts.nulls(), texts.len()))
}

/// Puts another number in place of every number.
///
/// # Errors
/// Where a value that does not fit is to be refused.
pub fn map_whole(
    array: &ArrayRef,
    misfits: Misfits,
    each: impl FnMut(i128) -> Result<i128, Misfit>,
) -> Result<ArrayRef, ApplyError> {
    match array.data_type() {
        DataType::Int32 => map_numbers::<Int32Type>(array.as_primitive(), misfits, each),
        DataType::UInt32 => map_numbers::<UInt32Type>(array.as_primitive(), misfits, each),
        DataType::UInt64 => map_numbers::<UInt64Type>(array.as_primitive(), misfits, each),
        _ => map_numbers::<Int64Type>(array.as_primitive(), misfits, each),
    }
}

fn map_numbers<T: ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    mut misfits: Misfits,
    mut each: impl FnMut(i128) -> Result<i128, Misfit>,
) -> Result<ArrayRef, ApplyError>
where
    T::Native: Into<i128> + TryFrom<i128>,
{
    let mut numbers = Vec::with_capacity(array.len());
    for (row, number) in array.iter().enumerate() {
        numbers.push(T::Native::default());
        let Some(number) = number else { continue };
        let other = each(number.into()).and_then(|other| other.try_into().map_err(|_| Misfit::Range));
        match other {
            Ok(other) => numbers[row] = other,
            Err(misfit) => misfits.meet(row, misfit)?,
        }
    }
    Ok(Arc::new(PrimitiveArray::<T>::new(numbers.into(), misfits.nulls(array.nulls(), array.len()))))
}
