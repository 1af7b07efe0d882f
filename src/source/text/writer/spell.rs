//! The plain spelling of a value, as the readers take it.

use std::io::Write;

use arrow::array::{Array, ArrowPrimitiveType, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use jiff::ToSpan;
use jiff::civil::Date;

use super::super::error::Fault;

/// Appends the value of a row.
pub(super) type Spell<'a> = Box<dyn Fn(usize, &mut Vec<u8>) -> Result<(), Fault> + 'a>;

const DAY: i64 = 86_400 * SECOND;
const SECOND: i64 = 1_000_000;

/// How values of an array that are not null are spelled; none for types that text does not carry.
pub(super) fn spell(array: &dyn Array) -> Option<Spell<'_>> {
    Some(match array.data_type() {
        DataType::Utf8 => {
            let array = array.as_string::<i32>();
            Box::new(|row, out| raw(array.value(row), out))
        }
        DataType::Boolean => {
            let array = array.as_boolean();
            Box::new(|row, out| raw(if array.value(row) { "true" } else { "false" }, out))
        }
        DataType::Int8 => integer::<Int8Type>(array),
        DataType::Int16 => integer::<Int16Type>(array),
        DataType::Int32 => integer::<Int32Type>(array),
        DataType::Int64 => integer::<Int64Type>(array),
        DataType::UInt8 => integer::<UInt8Type>(array),
        DataType::UInt16 => integer::<UInt16Type>(array),
        DataType::UInt32 => integer::<UInt32Type>(array),
        DataType::UInt64 => integer::<UInt64Type>(array),
        DataType::Float64 => {
            let array = array.as_primitive::<Float64Type>();
            Box::new(|row, out| float(array.value(row), out))
        }
        DataType::Decimal128(_, scale) => {
            let (array, scale) = (array.as_primitive::<Decimal128Type>(), usize::try_from(*scale).ok()?);
            Box::new(move |row, out| decimal(array.value(row), scale, out))
        }
        DataType::Date32 => {
            let array = array.as_primitive::<Date32Type>();
            Box::new(|row, out| day(i64::from(array.value(row)), out))
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let (array, zone) = (array.as_primitive::<TimestampMicrosecondType>(), zone.as_ref().map_or("", |_| "Z"));
            Box::new(move |row, out| instant(array.value(row), zone, out))
        }
        _ => return None,
    })
}

fn raw(text: &str, out: &mut Vec<u8>) -> Result<(), Fault> {
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

/// Writes to memory, which does not fail.
fn formatted(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) -> Result<(), Fault> {
    Ok(out.write_fmt(text)?)
}

fn integer<T: ArrowPrimitiveType<Native: std::fmt::Display>>(array: &dyn Array) -> Spell<'_> {
    let array = array.as_primitive::<T>();
    Box::new(|row, out| formatted(out, format_args!("{}", array.value(row))))
}

/// The shortest text that reads as the same double.
fn float(value: f64, out: &mut Vec<u8>) -> Result<(), Fault> {
    match value.is_finite() {
        true => formatted(out, format_args!("{value:?}")),
        false => Err(Fault::Inexpressible("it is no finite number")),
    }
}

fn decimal(value: i128, scale: usize, out: &mut Vec<u8>) -> Result<(), Fault> {
    let (sign, digits) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    let power = u32::try_from(scale).ok().and_then(|scale| 10u128.checked_pow(scale));
    let power = power.ok_or(Fault::Inexpressible("it has too many decimals"))?;
    match scale {
        0 => formatted(out, format_args!("{sign}{digits}")),
        _ => formatted(out, format_args!("{sign}{}.{:0scale$}", digits / power, digits % power)),
    }
}

/// The date so many days behind 1970-01-01, in the years that ISO 8601 writes with four digits.
fn day(days: i64, out: &mut Vec<u8>) -> Result<(), Fault> {
    let span = (-800_000..3_000_000).contains(&days).then(|| days.days());
    let date = span.and_then(|span| Date::constant(1970, 1, 1).checked_add(span).ok());
    let date = date.filter(|date| date.year() >= 0).ok_or(Fault::Inexpressible("its year has not four digits"))?;
    formatted(out, format_args!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()))
}

fn instant(micros: i64, zone: &str, out: &mut Vec<u8>) -> Result<(), Fault> {
    day(micros.div_euclid(DAY), out)?;
    let rest = micros.rem_euclid(DAY);
    let (seconds, fraction) = (rest / SECOND, rest % SECOND);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    formatted(out, format_args!("T{hour:02}:{minute:02}:{second:02}"))?;
    if fraction > 0 {
        formatted(out, format_args!(".{fraction:06}"))?;
    }
    raw(zone, out)
}
