//! The values of a leaf, row by row, whatever array holds them.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayAccessor, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray, StringArray, StringArrayType,
    StringBuilder,
};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Int8Type, Int16Type, Int32Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};

use super::ApplyError;
use crate::keys::lanes::DomainKey;

/// What the values of a type are, for a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Text, or bytes; hashed as they stand.
    Bytes,
    /// Whole numbers of any width; hashed as 16 bytes, little-endian, so that widths agree.
    Whole,
    /// Points in time; hashed as nanoseconds since 1970, or days for dates, like whole numbers.
    Time,
    /// Not to be hashed.
    Other,
}

/// What the values of a type are.
pub fn nature(data_type: &DataType) -> Nature {
    match data_type {
        DataType::Binary | DataType::LargeBinary | DataType::FixedSizeBinary(_) => Nature::Bytes,
        DataType::Decimal128(_, 0) => Nature::Whole,
        DataType::Date32 | DataType::Timestamp(..) => Nature::Time,
        text if is_text(text) => Nature::Bytes,
        whole if whole.is_integer() => Nature::Whole,
        _ => Nature::Other,
    }
}

/// Whether the type holds text.
pub fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// Hands on the keyed hash of every value that is not null with its row, in order.
///
/// A type of [`Nature::Other`] has no values here; a method's plan refuses it.
pub fn hash_rows(key: &DomainKey, array: &dyn Array, each: impl FnMut(usize, &[u8; 32])) {
    use DataType::*;
    match array.data_type() {
        Utf8 => key.hash_each(items(array.as_string::<i32>()), each),
        LargeUtf8 => key.hash_each(items(array.as_string::<i64>()), each),
        Utf8View => key.hash_each(items(array.as_string_view()), each),
        Binary => key.hash_each(items(array.as_binary::<i32>()), each),
        LargeBinary => key.hash_each(items(array.as_binary::<i64>()), each),
        FixedSizeBinary(_) => key.hash_each(items(array.as_fixed_size_binary()), each),
        Int8 => key.hash_each(wholes::<Int8Type>(array, 1), each),
        Int16 => key.hash_each(wholes::<Int16Type>(array, 1), each),
        Int32 => key.hash_each(wholes::<Int32Type>(array, 1), each),
        Int64 => key.hash_each(wholes::<Int64Type>(array, 1), each),
        UInt8 => key.hash_each(wholes::<UInt8Type>(array, 1), each),
        UInt16 => key.hash_each(wholes::<UInt16Type>(array, 1), each),
        UInt32 => key.hash_each(wholes::<UInt32Type>(array, 1), each),
        UInt64 => key.hash_each(wholes::<UInt64Type>(array, 1), each),
        Decimal128(_, 0) => key.hash_each(wholes::<Decimal128Type>(array, 1), each),
        Date32 => key.hash_each(wholes::<Date32Type>(array, 1), each),
        Timestamp(TimeUnit::Second, _) => key.hash_each(wholes::<TimestampSecondType>(array, 1_000_000_000), each),
        Timestamp(TimeUnit::Millisecond, _) => {
            key.hash_each(wholes::<TimestampMillisecondType>(array, 1_000_000), each)
        }
        Timestamp(TimeUnit::Microsecond, _) => key.hash_each(wholes::<TimestampMicrosecondType>(array, 1_000), each),
        Timestamp(TimeUnit::Nanosecond, _) => key.hash_each(wholes::<TimestampNanosecondType>(array, 1), each),
        _ => {}
    }
}

/// The text at a row; none where the array holds no text.
pub fn text_at(array: &dyn Array, row: usize) -> Option<&str> {
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().value(row)),
        DataType::Utf8View => Some(array.as_string_view().value(row)),
        _ => None,
    }
}

/// Writes another text for every text that is not null; `write` finds an empty buffer.
///
/// # Errors
/// Where the batch becomes too long. An array without text has been refused by a method's plan.
pub fn map_text(array: &ArrayRef, write: impl FnMut(&str, &mut String)) -> Result<ArrayRef, ApplyError> {
    match array.data_type() {
        DataType::LargeUtf8 => map_strings(array.as_string::<i64>(), write),
        DataType::Utf8View => map_strings(array.as_string_view(), write),
        _ => map_strings(array.as_string::<i32>(), write),
    }
}

fn map_strings<'a>(
    texts: impl StringArrayType<'a>,
    mut write: impl FnMut(&str, &mut String),
) -> Result<ArrayRef, ApplyError> {
    let (mut written, mut buffer) = (Written::of(texts.len()), String::new());
    for text in texts.iter() {
        buffer.clear();
        if let Some(text) = text {
            write(text, &mut buffer);
        }
        written.push(text.map(|_| buffer.as_str()));
    }
    written.finish()
}

/// Text written row by row.
pub struct Written {
    builder: StringBuilder,
    rows: usize,
    fits: bool,
}

impl Written {
    /// Room for so many rows.
    pub fn of(rows: usize) -> Self {
        Written { builder: StringBuilder::with_capacity(rows, rows * 16), rows, fits: true }
    }

    /// Writes the next row.
    pub fn push(&mut self, text: Option<&str>) {
        let length = self.builder.values_slice().len() + text.map_or(0, str::len);
        self.fits &= i32::try_from(length).is_ok();
        match text {
            Some(text) if self.fits => self.builder.append_value(text),
            _ => self.builder.append_null(),
        }
    }

    /// Writes nulls up to a row.
    pub fn skip_to(&mut self, row: usize) {
        while self.builder.offsets_slice().len() <= row {
            self.builder.append_null();
        }
    }

    /// All rows, nulls where none was written.
    ///
    /// # Errors
    /// Where the text did not fit into one array.
    pub fn finish(mut self) -> Result<ArrayRef, ApplyError> {
        self.skip_to(self.rows);
        let array: StringArray = self.builder.finish();
        if self.fits { Ok(Arc::new(array)) } else { Err(ApplyError::TooLong { rows: self.rows }) }
    }
}

/// The values that are not null, with their rows.
fn items<A: ArrayAccessor>(array: A) -> impl Iterator<Item = (usize, A::Item)> {
    let nulls = array.nulls().cloned();
    let valid = move |row: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row));
    (0..array.len()).filter(valid).map(move |row| (row, array.value(row)))
}

/// Whole numbers times `factor`, in 16 bytes.
fn wholes<T: ArrowPrimitiveType>(array: &dyn Array, factor: i128) -> impl Iterator<Item = (usize, [u8; 16])>
where
    T::Native: Into<i128>,
{
    let values: &PrimitiveArray<T> = array.as_primitive();
    items(values).map(move |(row, value)| (row, (value.into() * factor).to_le_bytes()))
}
