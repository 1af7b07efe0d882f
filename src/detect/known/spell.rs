//! How the values of columns are spelled, so that a number in one is the same digits in another's text.

use std::fmt::Write as _;

use arrow::array::{Array, ArrayAccessor, ArrowPrimitiveType, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Date32Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimeUnit, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use super::name::FEWEST_DIGITS;
use super::readings::{can_be_likely, is_likely, plain, readings};

/// Bytes of a binary value that are spelled; the rest has no say.
const MOST_BYTES: usize = 64;

/// A value as it is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelled<'v> {
    /// As it stands; of bytes how they read, and of those that are no plain text the hexadecimal digits; of dates year, month and day, and of times with dates the second behind them, in UTC.
    Text(&'v str),
    /// A whole number without its sign.
    Number(u128),
}

/// Hands on every value of an array that is not null; how many there were that have no spelling.
///
/// Times of day and truth values have none: thousands of people share them. Of numbers that are not whole see [`fractions`].
pub fn spelled(array: &dyn Array, mut each: impl FnMut(Spelled<'_>)) -> u64 {
    use DataType::*;
    match array.data_type() {
        Utf8 => texts(array.as_string::<i32>(), each),
        LargeUtf8 => texts(array.as_string::<i64>(), each),
        Utf8View => texts(array.as_string_view(), each),
        Binary => bytes(array.as_binary::<i32>(), each),
        LargeBinary => bytes(array.as_binary::<i64>(), each),
        FixedSizeBinary(_) => bytes(array.as_fixed_size_binary(), each),
        Int8 => wholes::<Int8Type>(array, each),
        Int16 => wholes::<Int16Type>(array, each),
        Int32 => wholes::<Int32Type>(array, each),
        Int64 => wholes::<Int64Type>(array, each),
        UInt8 => wholes::<UInt8Type>(array, each),
        UInt16 => wholes::<UInt16Type>(array, each),
        UInt32 => wholes::<UInt32Type>(array, each),
        UInt64 => wholes::<UInt64Type>(array, each),
        Decimal32(_, scale) => numbers::<Decimal32Type>(array, |digits| whole(digits.into(), *scale), each),
        Decimal64(_, scale) => numbers::<Decimal64Type>(array, |digits| whole(digits.into(), *scale), each),
        Decimal128(_, scale) => numbers::<Decimal128Type>(array, |digits| whole(digits, *scale), each),
        Decimal256(_, scale) => numbers::<Decimal256Type>(array, |digits| whole(digits.to_i128()?, *scale), each),
        Float16 => numbers::<Float16Type>(array, |value| of_float(value.to_f64()), each),
        Float32 => numbers::<Float32Type>(array, |value| of_float(value.into()), each),
        Float64 => numbers::<Float64Type>(array, of_float, each),
        Date32 => dates(array, &mut each),
        Timestamp(unit, _) => times(array, *unit, &mut each),
        _ => (array.len() - array.null_count()) as u64,
    }
}

fn valid(array: &dyn Array) -> impl Iterator<Item = usize> {
    (0..array.len()).filter(|row| array.is_valid(*row))
}

fn texts<'a>(array: impl ArrayAccessor<Item = &'a str>, mut each: impl FnMut(Spelled<'_>)) -> u64 {
    match array.null_count() {
        0 => (0..array.len()).for_each(|row| each(Spelled::Text(array.value(row)))),
        _ => valid(&array).for_each(|row| each(Spelled::Text(array.value(row)))),
    }
    0
}

/// Bytes that are no plain text are spelled by their digits, and as they read where somebody may have written that.
fn bytes<'a>(array: impl ArrayAccessor<Item = &'a [u8]>, mut each: impl FnMut(Spelled<'_>)) -> u64 {
    let mut digits = String::new();
    for row in valid(&array) {
        let value = array.value(row);
        if let Some(text) = plain(value) {
            each(Spelled::Text(text));
            continue;
        }
        if can_be_likely(value) {
            readings(value, |reading| {
                if is_likely(reading) {
                    each(Spelled::Text(reading));
                }
            });
        }
        digits.clear();
        value.iter().take(MOST_BYTES).for_each(|byte| {
            let _ = write!(digits, "{byte:02x}");
        });
        each(Spelled::Text(&digits));
    }
    0
}

fn wholes<T: ArrowPrimitiveType<Native: Into<i128>>>(array: &dyn Array, each: impl FnMut(Spelled<'_>)) -> u64 {
    numbers::<T>(array, |value| Some(value.into().unsigned_abs()), each)
}

fn numbers<T: ArrowPrimitiveType>(
    array: &dyn Array,
    number: impl Fn(T::Native) -> Option<u128>,
    mut each: impl FnMut(Spelled<'_>),
) -> u64 {
    let values = array.as_primitive::<T>().values();
    let mut without = 0;
    let mut look = |row: usize| match number(values[row]) {
        Some(number) => each(Spelled::Number(number)),
        None => without += 1,
    };
    match array.null_count() {
        0 => (0..array.len()).for_each(&mut look),
        _ => valid(array).for_each(&mut look),
    }
    without
}

/// The whole number of so many decimal places, if it is one.
fn whole(digits: i128, scale: i8) -> Option<u128> {
    let factor = 10u128.checked_pow(scale.unsigned_abs().into())?;
    let digits = digits.unsigned_abs();
    match scale {
        ..=0 => digits.checked_mul(factor),
        _ => digits.is_multiple_of(factor).then(|| digits / factor),
    }
}

/// Columns of numbers become ones of floats wherever a null comes among them.
fn of_float(value: f64) -> Option<u128> {
    (value.fract() == 0.0 && value.abs() < u128::MAX as f64).then(|| value.abs() as u128)
}

/// Hands on the numbers of an array that are not whole, with the zeros at their end and without; how many they were.
///
/// They are gathered, and found in texts. Guards of columns of numbers do not ask for them: to write every amount out costs
/// more than all else that is done to it.
pub fn fractions(array: &dyn Array, mut each: impl FnMut(&str)) -> u64 {
    let can_be = array.data_type().is_floating() || array.data_type().is_decimal();
    let options = FormatOptions::new();
    let formatter = can_be.then(|| ArrayFormatter::try_new(array, &options));
    let Some(Ok(formatter)) = formatter else { return 0 };
    let (mut text, mut found) = (String::new(), 0);
    for row in valid(array) {
        text.clear();
        let is_written = write!(text, "{}", formatter.value(row)).is_ok();
        let short = text.trim_end_matches('0');
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if !is_written || !text.contains('.') || short.ends_with('.') || digits < FEWEST_DIGITS {
            continue;
        }
        each(&text);
        if short != text {
            each(short);
        }
        found += 1;
    }
    found
}

/// Texts of a second hold all that was written of it: what stands behind is looked at no further.
fn times(array: &dyn Array, unit: TimeUnit, each: &mut impl FnMut(Spelled<'_>)) -> u64 {
    let per_second = match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    };
    let Ok(counts) = cast(array, &DataType::Int64) else { return (array.len() - array.null_count()) as u64 };
    let counts = counts.as_primitive::<Int64Type>();
    let (mut text, mut without) = (String::new(), 0);
    for count in counts.iter().flatten() {
        text.clear();
        let time =
            jiff::Timestamp::from_second(count.div_euclid(per_second)).map(|time| TimeZone::UTC.to_datetime(time));
        let is_day = |time: DateTime| time.time() == Time::midnight() && count % per_second == 0;
        let written = time.map(|time| match is_day(time) {
            true => write!(text, "{}", time.date()),
            false => write!(text, "{} {}", time.date(), time.time()),
        });
        match written {
            Ok(Ok(())) => each(Spelled::Text(&text)),
            _ => without += 1,
        }
    }
    without
}

fn dates(array: &dyn Array, each: &mut impl FnMut(Spelled<'_>)) -> u64 {
    let values = array.as_primitive::<Date32Type>().values();
    let (mut text, mut without) = (String::new(), 0);
    for row in valid(array) {
        text.clear();
        let date =
            jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(values[row]).unwrap_or_default());
        match date.map(|date| write!(text, "{date}")) {
            Ok(Ok(())) => each(Spelled::Text(&text)),
            _ => without += 1,
        }
    }
    without
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, FixedSizeBinaryArray, Float64Array,
        Int64Array, StringViewArray, TimestampMillisecondArray,
    };

    use super::*;

    fn of(array: ArrayRef) -> (Vec<String>, u64) {
        let mut found = Vec::new();
        let without = spelled(&array, |value| {
            found.push(match value {
                Spelled::Text(text) => text.to_owned(),
                Spelled::Number(number) => number.to_string(),
            });
        });
        (found, without)
    }

    #[test]
    fn numbers_that_are_not_whole_are_written_out() {
        let of = |array: ArrayRef| {
            let mut found = Vec::new();
            let count = fractions(&array, |text| found.push(text.to_owned()));
            (found.join(" "), count)
        };
        let decimals = Decimal128Array::from(vec![7_700_000_150, 7_700_000_100, 1_250]);
        let decimals = decimals.with_precision_and_scale(12, 2).expect("fits");
        assert_eq!(of(Arc::new(decimals)), ("77000001.50 77000001.5".to_owned(), 1));
        let floats = Float64Array::from(vec![24.938_412_345, 24.9, 1e300, f64::NAN, 1_234_567.0]);
        assert_eq!(of(Arc::new(floats)), ("24.938412345".to_owned(), 1));
        assert_eq!(of(Arc::new(Int64Array::from(vec![1]))).1, 0);
    }

    #[test]
    fn values_are_spelled_as_people_write_them() {
        let texts = |found: &[&str]| found.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(of(Arc::new(StringViewArray::from(vec![Some("ä"), None]))), (texts(&["ä"]), 0));
        assert_eq!(of(Arc::new(Int64Array::from(vec![Some(-7), None]))), (texts(&["7"]), 0));
        assert_eq!(of(Arc::new(Float64Array::from(vec![1234567.0, 0.5, f64::NAN]))), (texts(&["1234567"]), 2));
        assert_eq!(
            of(Arc::new(Float64Array::from(vec![9_007_199_254_740_994.0, 1e300]))),
            (texts(&["9007199254740994"]), 1)
        );
        let second = 327_419_107;
        let times = TimestampMillisecondArray::from(vec![second * 1_000 + 123, 86_400_000, -1_000, i64::MAX]);
        assert_eq!(of(Arc::new(times)), (texts(&["1980-05-17 13:45:07", "1970-01-02", "1969-12-31 23:59:59"]), 1));
        assert_eq!(of(Arc::new(Date32Array::from(vec![0, 19_000]))), (texts(&["1970-01-01", "2022-01-08"]), 0));
        let decimals = Decimal128Array::from(vec![123_400, 123_450]).with_precision_and_scale(9, 2).expect("fits");
        let wide = cast(&decimals, &DataType::Decimal256(50, 2)).expect("wider");
        assert_eq!(of(Arc::new(decimals)), (texts(&["1234"]), 1));
        assert_eq!(of(wide), (texts(&["1234"]), 1));
        assert_eq!(
            of(Arc::new(BinaryArray::from(vec!["a\u{fffd}\n".as_bytes(), b"\xff\x01", b"M\xe4ki"]))),
            (texts(&["a\u{fffd}\n", "ff01", "M\u{fffd}ki", "Mäki", "4de46b69"]), 0)
        );
        let uuid = FixedSizeBinaryArray::try_from_iter([[0x55u8; 16]].into_iter()).expect("one length");
        assert_eq!(of(Arc::new(uuid)).0, ["UUUUUUUUUUUUUUUU"], "bytes that are text are text");
        assert_eq!(of(Arc::new(BooleanArray::from(vec![true]))), (Vec::new(), 1));
    }
}
