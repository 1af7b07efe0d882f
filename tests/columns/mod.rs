//! A column of every type that a reader of Parquet, CSV or NDJSON gives.

#![allow(dead_code, reason = "each test binary uses another part")]

use std::sync::Arc;

use arrow::array::*;
use arrow::compute::cast;
use arrow::datatypes::DataType::*;
use arrow::datatypes::*;

pub mod fitting;

/// Columns of so many rows; number and text of a row are given, and both are null together.
pub fn of(rows: usize, number: impl Fn(usize) -> Option<i64>, text: impl Fn(usize) -> Option<String>) -> Vec<ArrayRef> {
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter((0..rows).map(number)));
    let texts: ArrayRef = Arc::new(StringArray::from_iter((0..rows).map(text)));
    let days: ArrayRef =
        Arc::new(numbers.as_primitive::<Int64Type>().unary::<_, Int32Type>(|number| (number % 80_000) as i32));
    let small: ArrayRef = Arc::new(numbers.as_primitive::<Int64Type>().unary::<_, Int64Type>(|number| number % 100));
    let odd: ArrayRef = Arc::new(numbers.as_primitive::<Int64Type>().unary::<_, Int64Type>(|number| number % 2));
    let become_of = |from: &ArrayRef, to: &DataType| cast(from, to).expect("the types allow it");
    let mut columns: Vec<ArrayRef> = Vec::new();
    columns.extend([Int8, UInt8, Float16].iter().map(|to| become_of(&small, to)));
    columns.extend([Int16, UInt16].iter().map(|to| become_of(&become_of(&small, &Int32), to)));
    columns.extend(wide_types().iter().map(|to| become_of(&numbers, to)));
    columns.push(become_of(&odd, &Boolean));
    columns.extend(day_types().iter().map(|to| become_of(&days, to)));
    columns.extend([Utf8, LargeUtf8, Utf8View].iter().map(|to| become_of(&texts, to)));
    let bytes = become_of(&texts, &Binary);
    columns.extend([Binary, LargeBinary].iter().map(|to| become_of(&bytes, to)));
    columns.extend(rare(&numbers));
    columns
}

fn wide_types() -> Vec<DataType> {
    let mut types = vec![Int32, Int64, UInt32, UInt64, Float32, Float64];
    types.extend([Decimal32(9, 2), Decimal64(18, 2), Decimal128(38, 2), Decimal128(20, 0), Decimal256(76, 2)]);
    for unit in [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
        types.extend([Timestamp(unit, None), Timestamp(unit, Some("UTC".into()))]);
    }
    types.extend([Time64(TimeUnit::Microsecond), Time64(TimeUnit::Nanosecond)]);
    types
}

fn day_types() -> [DataType; 4] {
    [Date32, Time32(TimeUnit::Second), Time32(TimeUnit::Millisecond), Interval(IntervalUnit::YearMonth)]
}

/// UUIDs and the like, intervals, and a column of nothing.
fn rare(numbers: &ArrayRef) -> Vec<ArrayRef> {
    let rows = numbers.len();
    let fixed = numbers.as_primitive::<Int64Type>().iter().map(|number| number.map(|n| i128::from(n).to_be_bytes()));
    vec![
        Arc::new(FixedSizeBinaryArray::try_from_sparse_iter_with_size(fixed, 16).expect("16 bytes each")),
        Arc::new(IntervalDayTimeArray::from(vec![IntervalDayTime::new(1, 2); rows])),
        Arc::new(IntervalMonthDayNanoArray::from(vec![IntervalMonthDayNano::new(1, 2, 3); rows])),
        Arc::new(NullArray::new(rows)),
    ]
}
