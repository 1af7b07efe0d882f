//! What methods for numbers, dates and distributions hold: bounds, multiples, intervals, marginals and groups.

use std::path::Path;
use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::*;
use proptest::prelude::*;
use verho::document::{Document, Fault, Section};
use verho::keys::lanes::DomainKey;
use verho::method::{ApplyError, Context, Keys, Method, Taken, find};

#[path = "common/corpora.rs"]
#[allow(dead_code, reason = "other tests read manifests too")]
mod corpora;

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

fn texts(array: &ArrayRef) -> Vec<Option<&str>> {
    array.as_string::<i32>().iter().collect()
}

#[test]
fn edges_are_those_below() {
    let edges = r#""generalise", edges = [0, 18, 30, 65]"#;
    let coarse = apply(edges, Int64Array::from(vec![Some(-1), Some(0), Some(17), Some(30), Some(64), Some(900), None]));
    assert_eq!(wholes(&coarse), [None, Some(0), Some(0), Some(30), Some(30), Some(65), None]);
    let coarse = apply(edges, Float64Array::from(vec![17.9, 18.0, f64::NAN, f64::INFINITY]));
    assert_eq!(coarse.as_primitive(), &Float64Array::from(vec![Some(0.0), Some(18.0), None, Some(65.0)]));
    let days = apply(r#""generalise", edges = [1970-01-01, 1970-02-01]"#, Date32Array::from(vec![-1, 5, 40]));
    assert_eq!(days.as_primitive(), &Date32Array::from(vec![None, Some(0), Some(31)]));
    assert!(!takes(edges, &DataType::Date32) && !takes(r#""generalise", edges = [0.5]"#, &DataType::Int8));
    for wrong in ["[]", "[1, 1]", "[2, 1]", "[1, 2000-01-01]", "[\"a\"]"] {
        assert!(refusal(&format!(r#""generalise", edges = {wrong}"#)).contains("rising list"), "{wrong}");
    }
}

#[test]
fn hours_and_days_are_of_times_only() {
    let moments = TimestampSecondArray::from(vec![-1, 3_599, 3_600, 90_000]);
    let hours = apply(r#""generalise", to = "hour""#, moments.clone());
    assert_eq!(hours.as_primitive(), &TimestampSecondArray::from(vec![-3_600, 0, 3_600, 90_000]));
    let days = apply(r#""generalise", to = "day""#, moments);
    assert_eq!(days.as_primitive(), &TimestampSecondArray::from(vec![-86_400, 0, 0, 86_400]));
    let weeks = apply(r#""generalise", to = "week""#, Date32Array::from(vec![3, 4, 10]));
    assert_eq!(weeks.as_primitive(), &Date32Array::from(vec![-3, 4, 4]));
    assert!(!takes(r#""generalise", to = "hour""#, &DataType::Date32));
    assert!(!takes(r#""generalise", to = "day""#, &DataType::Date32));
}

#[test]
fn addresses_become_their_networks() {
    let addresses = StringArray::from(vec![
        Some("192.0.2.77"),
        Some("2001:db8:1:2::3"),
        Some("::ffff:192.0.2.77"),
        Some("192.0.2.77:80"),
        Some("fe80::1%eth0"),
        Some(" 192.0.2.77"),
        Some("192.0.2.0/24"),
        Some("nobody"),
        None,
    ]);
    let both = apply(r#""generalise", network = 24, network6 = 48"#, addresses.clone());
    let expected = [Some("192.0.2.0/24"), Some("2001:db8:1::/48"), Some("192.0.2.0/24")];
    assert_eq!(texts(&both)[..3], expected);
    assert_eq!(both.null_count(), 6);
    let narrow = apply(r#""generalise", network = 7"#, addresses);
    assert_eq!(texts(&narrow)[..3], [Some("192.0.0.0/7"), None, Some("192.0.0.0/7")]);
    assert!(refusal(r#""generalise", network = 32"#).contains("at most 31"));
    assert!(refusal(r#""generalise", network6 = 0"#).contains("from 1"));
}

#[test]
fn degrees_become_the_corner_of_their_cell() {
    let degrees = Float64Array::from(vec![60.169_9, -0.05, 0.3, 24.9, 180.0, 6_672_000.0, f64::NAN]);
    let corners = apply(r#""generalise", grid = 0.1"#, degrees);
    let expected = vec![Some(60.1), Some(-0.1), Some(0.3), Some(24.9), Some(180.0), None, None];
    assert_eq!(corners.as_primitive(), &Float64Array::from(expected));
    let corners = apply(r#""generalise", grid = 0.5"#, decimals(vec![60_17, -0_01, 180_01]));
    let expected =
        Decimal128Array::from(vec![Some(60_00), Some(-0_50), None]).with_data_type(DataType::Decimal128(9, 2));
    assert_eq!(corners.as_primitive(), &expected);
    assert!(!takes(r#""generalise", grid = 0.001"#, &DataType::Decimal128(9, 2)));
    assert!(refusal(r#""generalise", grid = 91"#).contains("at most 90"));
}

#[test]
fn hierarchy_gives_the_level_or_refuses() {
    let ages = |otherwise: &str| format!(r#""generalise", hierarchy = "age.csv", level = 2{otherwise}"#);
    let coarse = apply(&ages(""), Int8Array::from(vec![Some(34), None, Some(119)]));
    assert_eq!(texts(&coarse), [Some("30-39"), None, Some("110-119")]);
    let coarse = apply(&ages(r#", otherwise = "null""#), StringArray::from(vec!["34", "034", "120"]));
    assert_eq!(texts(&coarse), [Some("30-39"), None, None]);
    let unlisted: ArrayRef = Arc::new(Int64Array::from(vec![34, 4_711]));
    let refused = try_apply(&ages(""), 7, &unlisted, &[]).expect_err("it is in no line");
    assert_eq!(refused, ApplyError::Unlisted);
    assert!(!refused.to_string().contains("4711"));
    assert!(!takes(&ages(""), &DataType::Float64) && !takes(&ages(""), &DataType::Decimal128(9, 2)));
    for (wrong, expected) in [
        (r#"hierarchy = "age.csv""#, "`level` is missing"),
        (r#"hierarchy = "age.csv", level = 4"#, "line 1 has no level 4"),
        (r#"hierarchy = "missing.csv", level = 1"#, "cannot be read"),
        (r#"hierarchy = "age.csv", level = 1, otherwise = "keep""#, "\"null\" or \"refuse\""),
        (r#"width = 5, level = 1"#, "goes with `hierarchy`"),
        (r#"width = 5, otherwise = "null""#, "goes with `hierarchy`"),
    ] {
        let what = refusal(&format!(r#""generalise", {wrong}"#));
        assert!(what.contains(expected), "{wrong}: {what}");
    }
}

/// The hierarchies and the data that ARX ships: every value of a column is in its hierarchy.
#[test]
fn hierarchies_of_arx_are_read_as_they_are() {
    let Some(folder) = corpora::folder("privacy/arx") else { return };
    let data = std::fs::read_to_string(folder.join("adult.csv")).expect("text");
    let mut lines = data.lines().map(|line| line.split(';').collect::<Vec<_>>());
    let heading = lines.next().expect("a heading");
    let rows: Vec<_> = lines.collect();
    for (column, name) in heading.iter().enumerate() {
        let values: ArrayRef = Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row[column])));
        let file = folder.join(format!("adult_hierarchy_{name}.csv"));
        let first = std::fs::read_to_string(&file).expect("text").lines().next().expect("a line").matches(';').count();
        let top = format!(r#""generalise", hierarchy = {file:?}, level = {first}"#);
        let coarse = try_apply(&top, 7, &values, &[]).expect("every value is in it");
        assert!(texts(&coarse).iter().all(|text| *text == Some("*")), "{name}");
    }
    assert!(rows.len() > 30_000);
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
