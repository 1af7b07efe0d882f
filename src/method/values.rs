//! The values of a leaf, row by row, whatever array holds them.

use arrow::array::{
    Array, ArrayAccessor, ArrayRef, ArrowPrimitiveType, AsArray, GenericByteArray, LargeStringArray, PrimitiveArray,
    StringArray, StringViewArray,
};
use arrow::array::{ByteView, MAX_INLINE_VIEW_LEN};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{
    ArrowNativeType, ByteArrayType, DataType, Date32Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, Time32MillisecondType,
    Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimeUnit, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};

use crate::keys::lanes::{DomainKey, Slice, Value};

mod bounds;
mod content;
mod decimal;
mod exact;
mod float;
mod quantity;
mod step;
mod whole;
mod written;

pub use bounds::Bounds;
pub use content::{Content, below, row_hashes, word};
use decimal::Decimal;
pub use float::{each_float, map_floats, nearest_of, one_float};
pub use quantity::Quantity;
pub use step::{Step, nearest_whole};
pub use whole::{Unit, Wholes, each_whole, map_wholes, one_whole};
pub use written::{Written, each_text, map_text, map_text_or_null};

/// What the values of a type are, for a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Text, or bytes; hashed as they stand.
    Bytes,
    /// Whole numbers and decimals of any width and scale; hashed so that equal numbers agree.
    ///
    /// Whole numbers are 16 bytes, little-endian; [`Decimal`] says what the others are.
    Number,
    /// Dates, hashed as days since 1970, and times, as nanoseconds since 1970 or midnight; like whole numbers.
    Time,
    /// Not to be hashed.
    Other,
}

/// What the values of a type are.
pub fn nature(data_type: &DataType) -> Nature {
    use DataType::*;
    match data_type {
        Binary | LargeBinary | FixedSizeBinary(_) => Nature::Bytes,
        Decimal32(..) | Decimal64(..) | Decimal128(..) | Decimal256(..) => Nature::Number,
        Date32 | Timestamp(..) | Time32(_) | Time64(_) => Nature::Time,
        text if is_text(text) => Nature::Bytes,
        whole if whole.is_integer() => Nature::Number,
        _ => Nature::Other,
    }
}

/// Whether values of two types can be equal, and are treated as such by methods that take both.
pub fn comparable(left: &DataType, right: &DataType) -> bool {
    use DataType::{Date32, Time32, Time64, Timestamp};
    // A method that takes numbers with a fraction and whole ones takes those that are whole for these.
    let nature = |data_type: &DataType| if data_type.is_floating() { Nature::Number } else { nature(data_type) };
    match (nature(left), nature(right)) {
        (Nature::Time, Nature::Time) => matches!(
            (left, right),
            (Date32, Date32) | (Timestamp(..), Timestamp(..)) | (Time32(_) | Time64(_), Time32(_) | Time64(_))
        ),
        (Nature::Other, Nature::Other) => left == right,
        (left, right) => left == right,
    }
}

/// The texts of an array, if that is what it holds.
pub enum Texts<'a> {
    None,
    Narrow(&'a StringArray),
    Large(&'a LargeStringArray),
    View(&'a StringViewArray),
}

impl<'a> Texts<'a> {
    pub fn of(array: &'a dyn Array) -> Self {
        match array.data_type() {
            DataType::Utf8 => Texts::Narrow(array.as_string()),
            DataType::LargeUtf8 => Texts::Large(array.as_string()),
            DataType::Utf8View => Texts::View(array.as_string_view()),
            _ => Texts::None,
        }
    }

    /// How many bytes of text there are, as a rule.
    pub fn bytes(&self) -> usize {
        match self {
            Texts::None => 0,
            Texts::Narrow(array) => (array.value_offsets()[array.len()] - array.value_offsets()[0]) as usize,
            Texts::Large(array) => (array.value_offsets()[array.len()] - array.value_offsets()[0]) as usize,
            Texts::View(array) => array.total_buffer_bytes_used() + array.len() * 12,
        }
    }

    /// The bytes of the text at a row; none where there are no texts.
    #[inline]
    pub fn at(&self, row: usize) -> Option<&'a [u8]> {
        match self {
            Texts::None => None,
            Texts::Narrow(array) => Some(array.value(row).as_bytes()),
            Texts::Large(array) => Some(array.value(row).as_bytes()),
            Texts::View(array) => Some(array.value(row).as_bytes()),
        }
    }
}

/// Whether the type holds text.
pub fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// Whether values of the type are hashed: those of a `Nature`, and floating-point numbers and booleans besides,
/// of which no code is made but a choice can be.
pub fn is_hashed(data_type: &DataType) -> bool {
    nature(data_type) != Nature::Other || data_type.is_floating() || *data_type == DataType::Boolean
}

/// Hands on the keyed hash of every value that is not null with its row, in order.
///
/// A type that [is not hashed](is_hashed) has no values here; a method's plan refuses it.
pub fn hash_rows(key: &DomainKey, array: &dyn Array, each: impl FnMut(usize, &[u8; 32])) {
    use DataType::*;
    match array.data_type() {
        Utf8 => hash_bytes(key, array.as_string::<i32>(), each),
        LargeUtf8 => hash_bytes(key, array.as_string::<i64>(), each),
        Utf8View => hash_views(key, array.as_string_view(), each),
        Binary => hash_bytes(key, array.as_binary::<i32>(), each),
        LargeBinary => hash_bytes(key, array.as_binary::<i64>(), each),
        FixedSizeBinary(_) => hash_items(key, array.as_fixed_size_binary(), |bytes| bytes, each),
        Int8 => hash_wholes::<Int8Type, 1>(key, array, each),
        Int16 => hash_wholes::<Int16Type, 1>(key, array, each),
        Int32 => hash_wholes::<Int32Type, 1>(key, array, each),
        Int64 => hash_wholes::<Int64Type, 1>(key, array, each),
        UInt8 => hash_wholes::<UInt8Type, 1>(key, array, each),
        UInt16 => hash_wholes::<UInt16Type, 1>(key, array, each),
        UInt32 => hash_wholes::<UInt32Type, 1>(key, array, each),
        UInt64 => hash_wholes::<UInt64Type, 1>(key, array, each),
        Decimal128(_, 0) => hash_wholes::<Decimal128Type, 1>(key, array, each),
        Decimal32(_, scale) => {
            hash_numbers::<Decimal32Type, _>(key, array, |digits| Decimal::of(digits.into(), *scale), each)
        }
        Decimal64(_, scale) => {
            hash_numbers::<Decimal64Type, _>(key, array, |digits| Decimal::of(digits.into(), *scale), each)
        }
        Decimal128(_, scale) => {
            hash_numbers::<Decimal128Type, _>(key, array, |digits| Decimal::of(digits, *scale), each)
        }
        Decimal256(_, scale) => {
            hash_numbers::<Decimal256Type, _>(key, array, |digits| Decimal::of_wide(digits, *scale), each)
        }
        Float16 => hash_numbers::<Float16Type, _>(key, array, |value| bits(value.to_f64()), each),
        Float32 => hash_numbers::<Float32Type, _>(key, array, |value| bits(value.into()), each),
        Float64 => hash_numbers::<Float64Type, _>(key, array, bits, each),
        Boolean => hash_items(key, array.as_boolean(), i128::from, each),
        _ => hash_times(key, array, each),
    }
}

/// Hands on a number for every value that is not null with its row, such that equal values have equal ones, and smaller
/// values smaller ones; says whether it does: values of no order have none.
pub fn rank_rows(array: &ArrayRef, mut each: impl FnMut(usize, u128)) -> bool {
    if Wholes::of(array.data_type()).is_some() {
        each_whole(array, |row, number| each(row, number as u128 ^ 1 << 127));
        return true;
    }
    if !array.data_type().is_floating() {
        return false;
    }
    each_float(array, |row, number| {
        let bits = if number.is_nan() { f64::NAN } else { number + 0.0 }.to_bits();
        // Of numbers below zero, the greater bits are those of the smaller number.
        each(row, if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }.into());
    });
    true
}

/// The bits of a number of 64 bits; those of zero without a sign, and of what is no number always the same.
fn bits(value: f64) -> i128 {
    let plain = if value.is_nan() { f64::NAN } else { value + 0.0 };
    plain.to_bits().into()
}

fn hash_times(key: &DomainKey, array: &dyn Array, each: impl FnMut(usize, &[u8; 32])) {
    use DataType::*;
    match array.data_type() {
        Date32 => hash_wholes::<Date32Type, 1>(key, array, each),
        Time32(TimeUnit::Second) => hash_wholes::<Time32SecondType, 1_000_000_000>(key, array, each),
        Time32(TimeUnit::Millisecond) => hash_wholes::<Time32MillisecondType, 1_000_000>(key, array, each),
        Time64(TimeUnit::Microsecond) => hash_wholes::<Time64MicrosecondType, 1_000>(key, array, each),
        Time64(TimeUnit::Nanosecond) => hash_wholes::<Time64NanosecondType, 1>(key, array, each),
        Timestamp(TimeUnit::Second, _) => hash_wholes::<TimestampSecondType, 1_000_000_000>(key, array, each),
        Timestamp(TimeUnit::Millisecond, _) => hash_wholes::<TimestampMillisecondType, 1_000_000>(key, array, each),
        Timestamp(TimeUnit::Microsecond, _) => hash_wholes::<TimestampMicrosecondType, 1_000>(key, array, each),
        Timestamp(TimeUnit::Nanosecond, _) => hash_wholes::<TimestampNanosecondType, 1>(key, array, each),
        _ => {}
    }
}

/// The nulls of an array that has some.
fn some_nulls(array: &dyn Array) -> Option<&NullBuffer> {
    array.nulls().filter(|nulls| nulls.null_count() > 0)
}

/// Values that lie one behind the other in a buffer.
fn hash_bytes<T: ByteArrayType>(key: &DomainKey, array: &GenericByteArray<T>, each: impl FnMut(usize, &[u8; 32])) {
    let (bytes, offsets) = (array.value_data(), array.value_offsets());
    let slice = |start: T::Offset, end: T::Offset| {
        let start = start.as_usize();
        Slice { from: &bytes[start..], length: end.as_usize() - start }
    };
    match some_nulls(array) {
        None => {
            let ends = offsets.iter().skip(1);
            key.hash_each(offsets.iter().zip(ends).map(|(start, end)| slice(*start, *end)).enumerate(), each);
        }
        Some(nulls) => {
            key.hash_each(nulls.valid_indices().map(|row| (row, slice(offsets[row], offsets[row + 1]))), each);
        }
    }
}

/// Texts that lie anywhere in some buffers, the short ones in their views.
fn hash_views(key: &DomainKey, array: &StringViewArray, each: impl FnMut(usize, &[u8; 32])) {
    let (views, buffers) = (array.views(), array.data_buffers());
    let text = |row: usize| {
        let view = ByteView::from(views[row]);
        let length = view.length as usize;
        if length <= MAX_INLINE_VIEW_LEN as usize {
            return Slice { from: array.value(row).as_bytes(), length };
        }
        Slice { from: &buffers[view.buffer_index as usize][view.offset as usize..], length }
    };
    match some_nulls(array) {
        None => key.hash_each((0..array.len()).map(|row| (row, text(row))), each),
        Some(nulls) => key.hash_each(nulls.valid_indices().map(|row| (row, text(row))), each),
    }
}

/// Values that lie anywhere.
fn hash_items<A: ArrayAccessor, V: Value>(
    key: &DomainKey,
    array: A,
    value: impl Fn(A::Item) -> V,
    each: impl FnMut(usize, &[u8; 32]),
) {
    let item = |row| (row, value(array.value(row)));
    match some_nulls(&array) {
        None => key.hash_each((0..array.len()).map(item), each),
        Some(nulls) => key.hash_each(nulls.valid_indices().map(item), each),
    }
}

/// Whole numbers, times a factor.
fn hash_wholes<T: ArrowPrimitiveType, const FACTOR: i128>(
    key: &DomainKey,
    array: &dyn Array,
    each: impl FnMut(usize, &[u8; 32]),
) where
    T::Native: Into<i128>,
{
    hash_numbers::<T, i128>(key, array, |native| native.into() * FACTOR, each);
}

fn hash_numbers<T: ArrowPrimitiveType, V: Value>(
    key: &DomainKey,
    array: &dyn Array,
    value: impl Fn(T::Native) -> V,
    each: impl FnMut(usize, &[u8; 32]),
) {
    let array: &PrimitiveArray<T> = array.as_primitive();
    let numbers = array.values();
    match some_nulls(array) {
        None => key.hash_each(numbers.iter().map(|number| value(*number)).enumerate(), each),
        Some(nulls) => key.hash_each(nulls.valid_indices().map(|row| (row, value(numbers[row]))), each),
    }
}
