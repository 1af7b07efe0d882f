//! Values that are counted in whole numbers: integers, decimals of up to 128 bits, dates and times.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, NullBufferBuilder, PrimitiveArray};
use arrow::datatypes::{
    DataType, Date32Type, Decimal32Type, Decimal64Type, Decimal128Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType, TimeUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};

const DAY: i128 = 86_400_000_000_000;

/// What the number one means in a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// `10^-scale`.
    Number { scale: i32 },
    /// So many nanoseconds since 1970 in UTC; a day's where the type holds dates.
    Moment { nanoseconds: i128 },
    /// So many nanoseconds since midnight.
    Clock { nanoseconds: i128 },
}

/// The whole numbers of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wholes {
    pub unit: Unit,
    pub least: i128,
    pub greatest: i128,
}

impl Wholes {
    /// None where the type counts in other ways, or in more than 128 bits.
    pub fn of(data_type: &DataType) -> Option<Self> {
        use DataType::*;
        let (unit, (least, greatest)) = match data_type {
            Decimal32(precision, scale) | Decimal64(precision, scale) | Decimal128(precision, scale) => {
                let end = 10i128.checked_pow((*precision).into())? - 1;
                (Unit::Number { scale: (*scale).into() }, (-end, end))
            }
            Date32 => (Unit::Moment { nanoseconds: DAY }, (i32::MIN.into(), i32::MAX.into())),
            Timestamp(unit, _) => {
                (Unit::Moment { nanoseconds: nanoseconds(*unit) }, (i64::MIN.into(), i64::MAX.into()))
            }
            Time32(unit) | Time64(unit) => {
                let nanoseconds = nanoseconds(*unit);
                (Unit::Clock { nanoseconds }, (0, DAY / nanoseconds - 1))
            }
            integer => (Unit::Number { scale: 0 }, integers(integer)?),
        };
        Some(Wholes { unit, least, greatest })
    }

    /// The same where they are numbers, not times.
    pub fn of_numbers(data_type: &DataType) -> Option<Self> {
        Wholes::of(data_type).filter(|wholes| matches!(wholes.unit, Unit::Number { .. }))
    }
}

fn nanoseconds(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}

fn integers(data_type: &DataType) -> Option<(i128, i128)> {
    match data_type {
        DataType::Int8 => Some((i8::MIN.into(), i8::MAX.into())),
        DataType::Int16 => Some((i16::MIN.into(), i16::MAX.into())),
        DataType::Int32 => Some((i32::MIN.into(), i32::MAX.into())),
        DataType::Int64 => Some((i64::MIN.into(), i64::MAX.into())),
        DataType::UInt8 => Some((0, u8::MAX.into())),
        DataType::UInt16 => Some((0, u16::MAX.into())),
        DataType::UInt32 => Some((0, u32::MAX.into())),
        DataType::UInt64 => Some((0, u64::MAX.into())),
        _ => None,
    }
}

/// Runs the same code with the type of the array's values as `$T`.
macro_rules! by_type {
    ($data_type:expr, $T:ident => $work:expr) => {
        by_type!(@ $data_type, $T => $work,
            DataType::Int8 => Int8Type, DataType::Int16 => Int16Type, DataType::Int32 => Int32Type,
            DataType::Int64 => Int64Type, DataType::UInt8 => UInt8Type, DataType::UInt16 => UInt16Type,
            DataType::UInt32 => UInt32Type, DataType::UInt64 => UInt64Type, DataType::Date32 => Date32Type,
            DataType::Decimal32(..) => Decimal32Type, DataType::Decimal64(..) => Decimal64Type,
            DataType::Decimal128(..) => Decimal128Type,
            DataType::Time32(TimeUnit::Second) => Time32SecondType,
            DataType::Time32(_) => Time32MillisecondType,
            DataType::Time64(TimeUnit::Nanosecond) => Time64NanosecondType,
            DataType::Time64(_) => Time64MicrosecondType,
            DataType::Timestamp(TimeUnit::Second, _) => TimestampSecondType,
            DataType::Timestamp(TimeUnit::Millisecond, _) => TimestampMillisecondType,
            DataType::Timestamp(TimeUnit::Microsecond, _) => TimestampMicrosecondType,
            DataType::Timestamp(TimeUnit::Nanosecond, _) => TimestampNanosecondType)
    };
    (@ $data_type:expr, $T:ident => $work:expr, $($pattern:pat => $type:ident),*) => {
        match $data_type {
            $($pattern => {
                type $T = $type;
                $work
            })*
            _ => unreachable!("the plan takes whole numbers, decimals, dates and times only"),
        }
    };
}

/// Makes another value, or null, of every one that is not null; what the type cannot hold becomes the nearest it can.
#[allow(clippy::useless_conversion, reason = "of one type of the many it is useless")]
pub fn map_wholes(array: &ArrayRef, mut each: impl FnMut(usize, i128) -> Option<i128>) -> ArrayRef {
    let (least, greatest) = Wholes::of(array.data_type()).map_or((0, 0), |wholes| (wholes.least, wholes.greatest));
    by_type!(array.data_type(), T => map_primitive::<T>(array, |row, value| {
        each(row, value.into()).map(|value| value.clamp(least, greatest) as <T as ArrowPrimitiveType>::Native)
    }))
}

/// Hands on every value that is not null with its row.
#[allow(clippy::useless_conversion, reason = "of one type of the many it is useless")]
pub fn each_whole(array: &ArrayRef, mut each: impl FnMut(usize, i128)) {
    by_type!(array.data_type(), T => {
        let array: &PrimitiveArray<T> = array.as_primitive();
        let rows = array.values().iter().enumerate().filter(|(row, _)| array.is_valid(*row));
        rows.for_each(|(row, value)| each(row, (*value).into()));
    });
}

/// Makes another value, or null, of every one that is not null.
pub(super) fn map_primitive<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    mut each: impl FnMut(usize, T::Native) -> Option<T::Native>,
) -> ArrayRef {
    let array: &PrimitiveArray<T> = array.as_primitive();
    let mut values = Vec::with_capacity(array.len());
    let mut nulls = NullBufferBuilder::new(array.len());
    for (row, value) in array.values().iter().enumerate() {
        let becomes = if array.is_null(row) { None } else { each(row, *value) };
        nulls.append(becomes.is_some());
        values.push(becomes.unwrap_or_default());
    }
    let mapped = PrimitiveArray::<T>::new(values.into(), nulls.finish());
    Arc::new(mapped.with_data_type(array.data_type().clone()))
}

/// An array of this one value, which the type can hold.
pub fn one_whole(data_type: &DataType, value: i128) -> ArrayRef {
    by_type!(data_type, T => {
        let one = PrimitiveArray::<T>::from_value(value as <T as ArrowPrimitiveType>::Native, 1);
        Arc::new(one.with_data_type(data_type.clone()))
    })
}
