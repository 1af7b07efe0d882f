//! What methods for numbers, dates and distributions hold: bounds, multiples, intervals, marginals and groups.

use std::path::Path;
use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::*;
use proptest::prelude::*;
use verho::document::{Document, Fault, Section};
use verho::keys::lanes::DomainKey;
use verho::method::{ApplyError, Context, Keys, Method, Taken, find};

fn parse(options: &str) -> Result<Box<dyn Method>, Fault> {
    let text = format!("column = {{ class = \"quasi\", method = {options} }}\n");
    let document = Document::of(Path::new("tests/samples/table.toml"), text);
    let mut section: Section = document.root()?.required("column")?;
    section.required::<String>("class")?;
    let name: String = section.required("method")?;
    let method = (find(&name).expect("the method is in the catalogue").parse)(&mut section)?;
    section.finish()?;
    Ok(method)
}

fn method(options: &str) -> Box<dyn Method> {
    parse(options).unwrap_or_else(|fault| panic!("{options}: {fault}"))
}

fn refusal(options: &str) -> String {
    parse(options).err().unwrap_or_else(|| panic!("{options} is wrong")).what
}

fn try_apply(options: &str, key: u8, input: &ArrayRef, beside: &[ArrayRef]) -> Result<ArrayRef, ApplyError> {
    let method = method(options);
    let domains = method.domains().into_iter();
    let keys = Keys::new(domains.map(|domain| (domain.to_owned(), DomainKey::new([key; 32]))));
    method.apply(input, &Context { keys: &keys, taken: &Taken::default(), beside })
}

fn apply(options: &str, input: impl Array + 'static) -> ArrayRef {
    try_apply(options, 7, &(Arc::new(input) as ArrayRef), &[]).expect("the plan takes the type")
}

fn takes(options: &str, data_type: &DataType) -> bool {
    method(options).plan(data_type).is_ok()
}

fn wholes(array: &ArrayRef) -> Vec<Option<i64>> {
    array.as_primitive::<Int64Type>().iter().collect()
}

fn decimals(values: Vec<i128>) -> Decimal128Array {
    Decimal128Array::from(values).with_data_type(DataType::Decimal128(9, 2))
}

#[test]
fn clamp_keeps_bounds_of_every_kind() {
    let numbers = Int64Array::from(vec![Some(1), Some(50), None, Some(99)]);
    let clamped = apply(r#""clamp", min = 17.5, max = 90.5"#, numbers);
    assert_eq!(wholes(&clamped), [Some(18), Some(50), None, Some(90)]);
    let clamped = apply(r#""clamp", max = 1.255"#, decimals(vec![1_26, 1_25, -9_00]));
    assert_eq!(clamped.as_primitive(), &decimals(vec![1_25, 1_25, -9_00]));
    let floats = Float32Array::from(vec![-0.0, f32::INFINITY, f32::NAN, 0.05]);
    let clamped = apply(r#""clamp", min = 0.1, max = 2"#, floats);
    let bits: Vec<u32> = clamped.as_primitive::<Float32Type>().values().iter().map(|value| value.to_bits()).collect();
    assert_eq!(bits, [0.1, 2.0, f32::NAN, 0.1].map(f32::to_bits));
    let clamped = apply(r#""clamp", min = 1970-01-02"#, Date32Array::from(vec![-5, 1, 2]));
    assert_eq!(clamped.as_primitive(), &Date32Array::from(vec![1, 1, 2]));
    let moments = TimestampMillisecondArray::from(vec![-1, 1_500]).with_timezone("UTC");
    let clamped = apply(r#""clamp", max = 1970-01-01T01:00:01+01:00"#, moments.clone());
    assert_eq!(clamped.as_primitive::<TimestampMillisecondType>().values(), &[-1, 1_000]);
    assert_eq!(clamped.data_type(), moments.data_type());
    let clamped = apply(r#""clamp", min = 00:00:10, max = 00:01:00"#, Time32SecondArray::from(vec![0, 30, 61]));
    assert_eq!(clamped.as_primitive(), &Time32SecondArray::from(vec![10, 30, 60]));
}

#[test]
fn clamp_refuses_what_it_cannot_keep() {
    assert!(refusal(r#""clamp""#).contains("`min`, `max` or both"));
    assert!(refusal(r#""clamp", min = 2, max = 1.5"#).contains("below `min`"));
    assert!(refusal(r#""clamp", min = 2, max = 2000-01-01"#).contains("different kinds"));
    assert!(refusal(r#""clamp", min = "2""#).contains("without quotes"));
    assert!(refusal(r#""clamp", min = nan"#).contains("takes a number"));
    assert!(!takes(r#""clamp", min = 0.2, max = 0.8"#, &DataType::Int8), "nothing is between");
    assert!(!takes(r#""clamp", min = 300"#, &DataType::UInt8));
    assert!(takes(r#""clamp", min = -300"#, &DataType::UInt8));
    assert!(!takes(r#""clamp", min = 3"#, &DataType::Date32));
    assert!(!takes(r#""clamp", max = 1e6"#, &DataType::Float16));
}

#[test]
fn round_gives_the_nearest_multiple() {
    let rounded =
        apply(r#""round", to = 10"#, Int64Array::from(vec![Some(14), Some(15), Some(25), None, Some(i64::MAX)]));
    assert_eq!(wholes(&rounded), [Some(10), Some(20), Some(20), None, Some(i64::MAX - 7)]);
    let rounded = apply(r#""round", to = 0.5"#, decimals(vec![1_24, 1_25, 1_75, -0_76]));
    assert_eq!(rounded.as_primitive(), &decimals(vec![1_00, 1_00, 2_00, -1_00]));
    let rounded = apply(r#""round", to = 0.1"#, Float64Array::from(vec![0.34, -0.04, 1e300]));
    assert_eq!(rounded.as_primitive(), &Float64Array::from(vec![0.3, 0.0, 1e300]));
    for (to, data_type) in [("1", DataType::Int32), ("2.5", DataType::Int32), ("0.01", DataType::Decimal128(9, 2))] {
        assert!(!takes(&format!(r#""round", to = {to}"#), &data_type), "{to} of {data_type}");
    }
    assert!(!takes(r#""round", to = 10"#, &DataType::Date32));
    assert!(refusal(r#""round", to = 0"#).contains("above zero"));
    assert!(refusal(r#""round""#).contains("`to` is missing"));
}

#[test]
fn constant_is_a_value_of_the_type() {
    let days = apply(r#""constant", value = 1970-01-03"#, Date32Array::from(vec![Some(9), None]));
    assert_eq!(days.as_primitive(), &Date32Array::from(vec![Some(2), None]));
    let wide = Decimal256Array::from(vec![i256::ONE]).with_data_type(DataType::Decimal256(50, 1));
    let wide = apply(r#""constant", value = 2.5"#, wide);
    assert_eq!(
        (wide.as_primitive::<Decimal256Type>().value(0), wide.data_type()),
        (i256::from(25), &DataType::Decimal256(50, 1))
    );
    let bytes = FixedSizeBinaryArray::try_from_iter([b"ab", b"cd"].into_iter()).expect("two each");
    assert_eq!(apply(r#""constant", value = "no""#, bytes).as_fixed_size_binary().value(1), b"no");
    for (value, data_type) in [
        ("256", DataType::UInt8),
        ("0.5", DataType::Int8),
        ("0.125", DataType::Decimal32(9, 2)),
        ("1e9", DataType::Decimal32(9, 2)),
        ("1e9", DataType::Float16),
        ("5", DataType::Utf8),
        ("\"5\"", DataType::Int8),
        ("\"abc\"", DataType::FixedSizeBinary(2)),
        ("1970-01-01T00:00:01Z", DataType::Date32),
        ("true", DataType::Int8),
    ] {
        assert!(!takes(&format!(r#""constant", value = {value}"#), &data_type), "{value} of {data_type}");
    }
    assert_ne!(method(r#""constant", value = 5"#).options(), method(r#""constant", value = "5""#).options());
}

proptest! {
    #[test]
    fn clamped_values_are_within_and_others_stay(value in any::<i64>(), ends in any::<(i64, i64)>()) {
        let (min, max) = (ends.0.min(ends.1), ends.0.max(ends.1));
        let clamped = apply(&format!(r#""clamp", min = {min}, max = {max}"#), Int64Array::from(vec![value]));
        prop_assert_eq!(wholes(&clamped), [Some(value.clamp(min, max))]);
    }

    #[test]
    fn rounded_floats_are_as_near_as_it_gets(value in -1e6f64..1e6) {
        let rounded = apply(r#""round", to = 0.25"#, Float64Array::from(vec![value]));
        let rounded = rounded.as_primitive::<Float64Type>().value(0);
        prop_assert!((rounded - value).abs() <= 0.125 && (rounded * 4.0).fract() == 0.0);
    }
}
