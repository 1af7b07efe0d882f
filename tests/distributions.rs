//! What methods for numbers, dates and distributions hold: bounds, multiples, intervals, marginals and groups.

use std::path::Path;
use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::*;
use proptest::prelude::*;
use verho::detect::Known;
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
    method.apply(input, &Context { keys: &keys, taken: &Taken::default(), known: &Known::none(), beside })
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
    let rounded = apply(r#""round", to = 0.5"#, decimals(vec![1_24, 1_25, 1_75, -76]));
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
    let last = apply(r#""constant", value = 9999-12-31"#, Date32Array::from(vec![9]));
    assert_eq!(last.as_primitive(), &Date32Array::from(vec![2_932_896]));
    assert!(method(r#""clamp", max = 9999-12-31"#).words().contains("9999-12-31T00:00:00Z"));
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
    let corners = apply(r#""generalise", grid = 0.5"#, decimals(vec![60_17, -1, 18_001]));
    let expected = Decimal128Array::from(vec![Some(60_00), Some(-50), None]).with_data_type(DataType::Decimal128(9, 2));
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
    assert!(matches!(refused, ApplyError::Value { method: "generalise", .. }));
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

fn subjects(values: impl IntoIterator<Item = impl Into<String>>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values.into_iter().map(Into::into)))
}

/// The days by which each of 2000 subjects moves.
fn offsets(options: &str, key: u8) -> Vec<i32> {
    let days: ArrayRef = Arc::new(Date32Array::from(vec![10_000; 2_000]));
    let moved = try_apply(options, key, &days, &[subjects((0..2_000).map(|number| number.to_string()))]);
    moved.expect("dates are taken").as_primitive::<Date32Type>().values().iter().map(|day| day - 10_000).collect()
}

#[test]
fn offsets_are_bounded_never_zero_and_the_keys() {
    let days = r#""shift_date", days = 30"#;
    let found = offsets(days, 7);
    for day in (-30..=30).filter(|day| *day != 0) {
        // 2000 over 60 offsets are 33 each, give or take 6.
        let count = found.iter().filter(|offset| **offset == day).count();
        assert!((12..=60).contains(&count), "{day}: {count}");
    }
    assert!(found.iter().all(|offset| *offset != 0 && offset.abs() <= 30));
    let same = found.iter().zip(offsets(days, 8)).filter(|(one, other)| *one == other).count();
    assert!(same < 80, "{same} of 2000 are the same under another key");
    let weeks = offsets(r#""shift_date", days = 30, weekday = true"#, 7);
    assert!(weeks.iter().all(|offset| *offset != 0 && offset % 7 == 0 && offset.abs() <= 28));
    assert_ne!(found, offsets(r#""shift_date", days = 30, domain = "other""#, 8));
}

#[test]
fn tables_agree_on_a_subject_whatever_its_type() {
    let days: ArrayRef = Arc::new(Date32Array::from(vec![10_000; 50]));
    let moved = |by: ArrayRef| try_apply(r#""shift_date", days = 30, by = "id""#, 7, &days, &[by]).expect("taken");
    let narrow = moved(Arc::new(Int32Array::from_iter_values(0..50)));
    assert_eq!(&moved(Arc::new(Int64Array::from_iter_values(0..50))), &narrow);
    let decimals = Decimal128Array::from_iter_values((0..50).map(|number| number * 100));
    assert_eq!(&moved(Arc::new(decimals.with_data_type(DataType::Decimal128(9, 2)))), &narrow);
    let words = moved(subjects((0..50).map(|number| number.to_string())));
    let wide = StringViewArray::from_iter_values((0..50).map(|number| number.to_string()));
    assert_eq!(&moved(Arc::new(wide)), &words);
}

#[test]
fn dates_of_nobody_are_null_and_those_beyond_refuse() {
    let days: ArrayRef = Arc::new(Date32Array::from(vec![Some(1), Some(2), None]));
    let nobody: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("a")]));
    let moved = try_apply(r#""shift_date", days = 3"#, 7, &days, std::slice::from_ref(&nobody)).expect("taken");
    assert_eq!((moved.is_null(0), moved.is_null(1), moved.is_null(2)), (false, true, true));
    let ends: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![i64::MIN, 0, i64::MAX]));
    let all = subjects(["a"; 3]);
    assert_eq!(try_apply(r#""shift_date", days = 3"#, 7, &ends, &[all]), Err(ApplyError::Beyond));
    assert_eq!(try_apply(r#""shift_date", days = 3"#, 7, &days, &[]), Err(ApplyError::Beside));
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![1.0; 3]));
    assert_eq!(try_apply(r#""shift_date", days = 3"#, 7, &days, &[floats]), Err(ApplyError::Beside));
    assert!(method(r#""shift_date", days = 3"#).plan_beside(&[DataType::Float64]).is_err());
    assert!(!takes(r#""shift_date", days = 3"#, &DataType::Time32(TimeUnit::Second)));
    assert!(refusal(r#""shift_date", days = 0"#).contains("1 to 36500"));
    assert!(refusal(r#""shift_date", days = 6, weekday = true"#).contains("7 to 36500"));
}

/// Mean, mean distance from it, and deviation of what noise adds to 200000 different values.
fn moments(options: &str) -> [f64; 3] {
    let noisy = apply(options, Float64Array::from_iter_values((0..200_000).map(f64::from)));
    let added = noisy.as_primitive::<Float64Type>().values().iter().enumerate().map(|(row, value)| value - row as f64);
    let added: Vec<f64> = added.collect();
    let mean = |of: &dyn Fn(f64) -> f64| added.iter().map(|value| of(*value)).sum::<f64>() / added.len() as f64;
    [mean(&|value| value), mean(&f64::abs), mean(&|value| value * value).sqrt()]
}

/// Expected: for laplace of scale b, distance b and deviation b times the root of 2; for gaussian of deviation s,
/// distance s times the root of 2/pi. The mean of 200000 strays by 0.03 at most but once in millions of keys.
#[test]
fn noise_spreads_as_stated() {
    let cases = [
        (r#""noise", kind = "laplace", scale = 3"#, [3.0, 4.243]),
        (r#""noise", kind = "laplace", epsilon = 0.5, sensitivity = 1.5"#, [3.0, 4.243]),
        (r#""noise", kind = "gaussian", scale = 3"#, [2.394, 3.0]),
    ];
    for (options, [distance, deviation]) in cases {
        let found = moments(options);
        let expected = [0.0, distance, deviation];
        assert!(
            found.iter().zip(expected).all(|(found, stated)| (found - stated).abs() < 0.04),
            "{options}: {found:?}"
        );
    }
}

/// Kolmogorov and Smirnov: no share of 200000 strays from that of the distribution by more than 0.005.
#[test]
fn noise_is_of_the_stated_distribution() {
    let laplace = |value: f64| if value < 0.0 { value.exp() / 2.0 } else { 1.0 - (-value).exp() / 2.0 };
    let gaussian = |value: f64| f64::midpoint(libm_erf(value / std::f64::consts::SQRT_2), 1.0);
    let cases: [(&str, &dyn Fn(f64) -> f64); 2] = [("laplace", &laplace), ("gaussian", &gaussian)];
    for (kind, share) in cases {
        let zeros = Float64Array::from(vec![0.0; 200_000]);
        let by: ArrayRef = Arc::new(Int64Array::from_iter_values(0..200_000));
        let options = format!(r#""noise", kind = "{kind}", scale = 1, by = "id""#);
        let noisy = try_apply(&options, 7, &(Arc::new(zeros) as ArrayRef), &[by]).expect("taken");
        let mut added = noisy.as_primitive::<Float64Type>().values().to_vec();
        added.sort_unstable_by(f64::total_cmp);
        let strays = added.iter().enumerate().map(|(row, value)| (share(*value) - row as f64 / 200_000.0).abs());
        let most = strays.fold(0.0, f64::max);
        assert!(most < 0.005, "{kind}: {most}");
    }
}

/// The error function by its series (Abramowitz and Stegun 7.1.6), for distances that occur.
fn libm_erf(value: f64) -> f64 {
    let terms = (0..200).scan(value, |term, n| {
        let now = *term;
        *term *= 2.0 * value * value / f64::from(2 * n + 3);
        Some(now)
    });
    2.0 / std::f64::consts::PI.sqrt() * (-value * value).exp() * terms.sum::<f64>()
}

#[test]
fn noise_keeps_bounds_types_and_multiples() {
    let bounded = r#""noise", kind = "laplace", scale = 50, min = 18, max = 90"#;
    let noisy = apply(bounded, UInt8Array::from_iter_values((0..5_000).map(|row| (row % 100) as u8)));
    let values = noisy.as_primitive::<UInt8Type>().values();
    assert!(values.iter().all(|value| (18..=90).contains(value)) && values.contains(&18) && values.contains(&90));
    let noisy = apply(r#""noise", kind = "gaussian", scale = 2, round = 0.5"#, decimals((0..1_000).collect()));
    assert!(noisy.as_primitive::<Decimal128Type>().values().iter().all(|value| value % 50 == 0));
    let small = apply(r#""noise", kind = "laplace", scale = 5"#, Int8Array::from(vec![i8::MAX, i8::MIN, 0]));
    assert_eq!(small.data_type(), &DataType::Int8);
    let odd = apply(r#""noise", kind = "laplace", scale = 5"#, Float32Array::from(vec![f32::NAN, f32::INFINITY]));
    assert!(odd.as_primitive::<Float32Type>().value(0).is_nan());
    for (options, data_type) in [
        (r#""noise", kind = "laplace", scale = 0.5"#, DataType::Int32),
        (r#""noise", kind = "laplace", scale = 5, round = 0.5"#, DataType::Int32),
        (r#""noise", kind = "laplace", scale = 5, min = 2000-01-01"#, DataType::Int32),
        (r#""noise", kind = "laplace", scale = 5"#, DataType::Date32),
        (r#""noise", kind = "laplace", scale = 5"#, DataType::Utf8),
    ] {
        assert!(!takes(options, &data_type), "{options} of {data_type}");
    }
}

#[test]
fn noise_of_equal_values_is_equal_but_for_others_beside() {
    let equal: ArrayRef = Arc::new(Int64Array::from(vec![1_000; 100]));
    let alone = try_apply(r#""noise", kind = "laplace", scale = 100"#, 7, &equal, &[]).expect("taken");
    assert!(wholes(&alone).iter().all(|value| *value == wholes(&alone)[0]));
    let by: ArrayRef = Arc::new(Int64Array::from_iter((0..100).map(|row| Some(row % 50).filter(|row| *row > 0))));
    let each = try_apply(r#""noise", kind = "laplace", scale = 100, by = "id""#, 7, &equal, &[by]).expect("taken");
    let values = wholes(&each);
    assert_eq!(values[..50], values[50..], "equal values of one subject");
    assert!(values[..50].iter().collect::<std::collections::HashSet<_>>().len() > 40);
}

#[test]
fn noise_refuses_scales_that_say_nothing_or_too_much() {
    for wrong in ["", ", scale = 1, epsilon = 1, sensitivity = 1", ", epsilon = 1", ", scale = 1, sensitivity = 2"] {
        assert!(refusal(&format!(r#""noise", kind = "laplace"{wrong}"#)).contains("either `scale`"), "{wrong}");
    }
    assert!(refusal(r#""noise", kind = "gaussian", epsilon = 1, sensitivity = 1"#).contains("takes `scale`"));
    assert!(refusal(r#""noise", kind = "laplac", scale = 1"#).contains("unknown kind"));
    assert!(refusal(r#""noise", kind = "laplace", scale = 0"#).contains("above zero"));
    assert!(method(r#""noise", kind = "laplace", scale = 1"#).words().contains("no differential privacy"));
}

/// Holds the very bytes: another logarithm or cosine is another version of the method.
#[test]
fn outputs_are_those_of_every_release_before() {
    let values = || Float64Array::from_iter_values((0..10_000).map(f64::from));
    let mut hasher = blake3::Hasher::new();
    for options in [
        r#""noise", kind = "laplace", scale = 3"#,
        r#""noise", kind = "gaussian", scale = 3"#,
        r#""shuffle""#,
        r#""generalise", grid = 0.7"#,
        r#""round", to = 0.7"#,
        r#""bucket", k = 7"#,
    ] {
        let output = apply(options, values());
        output.as_primitive::<Float64Type>().iter().for_each(|value| {
            hasher.update(&value.map_or([0xff; 8], f64::to_le_bytes));
        });
    }
    offsets(r#""shift_date", days = 30"#, 7).iter().for_each(|offset| {
        hasher.update(&offset.to_le_bytes());
    });
    let sampled = apply(r#""sample", k = 5"#, Int64Array::from_iter_values((0..10_000).map(|row| row * row % 997)));
    wholes(&sampled).iter().flatten().for_each(|value| {
        hasher.update(&value.to_le_bytes());
    });
    assert_eq!(
        hasher.finalize().to_hex().as_str(),
        "42901d5872740999a878bce5f36a617eea40c4f9f61805fc0155d48f0a4d7e5e",
        "outputs changed: raise the version"
    );
}

fn sorted(array: &ArrayRef) -> Vec<Option<i64>> {
    let mut values = wholes(array);
    values.sort_unstable();
    values
}

#[test]
fn shuffles_of_two_columns_differ_and_groups_stay_together() {
    let one: ArrayRef = Arc::new(Int64Array::from_iter_values(0..1_000));
    let other: ArrayRef = Arc::new(Int64Array::from_iter_values(1_000..2_000));
    let [moved, beside] =
        [&one, &other].map(|column| wholes(&try_apply(r#""shuffle""#, 7, column, &[]).expect("taken")));
    let together = moved.iter().zip(&beside).filter(|(one, other)| one.map(|one| one + 1_000) == **other).count();
    assert!(together < 20, "{together} pairs stayed together");
    let stayed = moved.iter().enumerate().filter(|(row, value)| **value == Some(*row as i64)).count();
    assert!(stayed < 12, "{stayed} stayed where they were");
    let group: ArrayRef = Arc::new(StringArray::from_iter((0..1_000).map(|row| ["a", "b"].get(row % 3).copied())));
    let grouped = wholes(&try_apply(r#""shuffle", group = "country""#, 7, &one, &[group]).expect("taken"));
    assert!(grouped.iter().enumerate().all(|(row, value)| value.is_some_and(|value| value % 3 == row as i64 % 3)));
    assert_ne!(grouped, wholes(&one));
    assert_eq!(try_apply(r#""shuffle", group = "country""#, 7, &one, &[]), Err(ApplyError::Beside));
}

#[test]
fn every_place_is_as_likely_after_a_shuffle() {
    let mut counts = [[0; 4]; 4];
    for start in 0..4_000 {
        let moved = wholes(&apply(r#""shuffle""#, Int64Array::from_iter_values(start * 4..start * 4 + 4)));
        moved.iter().enumerate().for_each(|(row, value)| counts[row][value.expect("kept") as usize % 4] += 1);
    }
    // 1000 each, give or take 27.
    assert!(counts.as_flattened().iter().all(|count| (860..1_140).contains(count)), "{counts:?}");
}

#[test]
fn samples_leave_rare_values_out_and_keep_shares() {
    let value = |row: i64| {
        if row % 100 == 0 {
            row
        } else if row % 4 == 0 {
            7
        } else {
            5
        }
    };
    let sampled = wholes(&apply(r#""sample""#, Int64Array::from_iter_values((0..10_000).map(value))));
    assert!(sampled.iter().all(|value| matches!(value, Some(5 | 7))));
    let sevens = sampled.iter().filter(|value| **value == Some(7)).count();
    // 2400 of 9900 are sevens: 2424 of 10000, give or take 43.
    assert!((2_200..2_650).contains(&sevens), "{sevens}");
    let of_sevens = (0..10_000).filter(|row| value(*row) == 7).map(|row| sampled[row as usize]);
    let kept = of_sevens.filter(|value| *value == Some(7)).count();
    assert!((450..720).contains(&kept), "{kept} of 2400 came out as they went in");
    let rare = apply(r#""sample""#, Int64Array::from_iter_values(0..100));
    assert_eq!(rare.null_count(), 100);
    assert!(refusal(r#""sample", k = 1"#).contains("from 2"));
}

#[test]
fn too_few_for_a_bucket_become_null() {
    assert_eq!(apply(r#""bucket""#, Int64Array::from(vec![1; 10])).null_count(), 10);
    let floats = Float64Array::from(vec![Some(1.0), Some(2.0), Some(f64::NAN), None, Some(f64::INFINITY)]);
    let means = apply(r#""bucket", k = 2"#, floats);
    assert_eq!(means.as_primitive(), &Float64Array::from(vec![Some(1.5), Some(1.5), None, None, None]));
    let days = apply(r#""bucket", k = 2"#, Date32Array::from(vec![10, 500, 11, 503]));
    assert_eq!(days.as_primitive(), &Date32Array::from(vec![10, 502, 10, 502]));
    let equal = apply(r#""bucket", k = 2"#, Int64Array::from(vec![5, 5, 5, 1, 9]));
    assert_eq!(wholes(&equal), [Some(5); 5]);
}

proptest! {
    #[test]
    fn intervals_of_a_subject_stay(
        visits in prop::collection::vec((0u8..20, -40_000_000_000_000i64..40_000_000_000_000), 1..100),
        days in 1u32..2_000,
        weekly in any::<bool>(),
    ) {
        let days = if weekly { days + 6 } else { days };
        let moments = TimestampMillisecondArray::from_iter_values(visits.iter().map(|(_, moment)| *moment));
        let input: ArrayRef = Arc::new(moments.with_timezone("UTC"));
        let people: ArrayRef = Arc::new(UInt8Array::from_iter_values(visits.iter().map(|(person, _)| *person)));
        let options = format!(r#""shift_date", days = {days}, weekday = {weekly}"#);
        let moved = try_apply(&options, 7, &input, &[people]).expect("taken");
        prop_assert_eq!(moved.data_type(), input.data_type());
        let moved = moved.as_primitive::<TimestampMillisecondType>().values();
        let offsets: Vec<i64> = moved.iter().zip(&visits).map(|(moved, (_, moment))| moved - moment).collect();
        let day = if weekly { 7 * 86_400_000 } else { 86_400_000 };
        for (one, (person, _)) in offsets.iter().zip(&visits) {
            prop_assert!(*one != 0 && one % day == 0 && one.abs() <= i64::from(days) * 86_400_000);
            let of_person = offsets.iter().zip(&visits).filter(|(_, (other, _))| other == person);
            prop_assert!(of_person.into_iter().all(|(other, _)| other == one));
        }
    }

    #[test]
    fn shuffles_keep_the_marginal_and_the_nulls(values in prop::collection::vec(prop::option::of(-5i64..50), 0..200)) {
        let input = Int64Array::from(values);
        let moved = apply(r#""shuffle""#, input.clone());
        prop_assert_eq!(moved.nulls(), input.nulls());
        prop_assert_eq!(sorted(&moved), sorted(&(Arc::new(input) as ArrayRef)));
    }

    #[test]
    fn shuffles_keep_texts_whatever_holds_them(values in prop::collection::vec(prop::option::of(".{0,20}"), 0..60)) {
        let multiset = |array: &ArrayRef| {
            let mut all: Vec<_> = array.as_string_view().iter().map(|text| text.map(str::to_owned)).collect();
            all.sort_unstable();
            all
        };
        let input: ArrayRef = Arc::new(StringViewArray::from_iter(values));
        let moved = try_apply(r#""shuffle""#, 7, &input, &[]).expect("taken");
        prop_assert_eq!(multiset(&moved), multiset(&input));
    }

    #[test]
    fn buckets_have_k_and_keep_the_sum(values in prop::collection::vec(-500i64..500, 0..300), k in 2usize..12) {
        let input = Int64Array::from(values.clone());
        let means = wholes(&apply(&format!(r#""bucket", k = {k}"#), input));
        if values.len() < k {
            prop_assert!(means.iter().all(Option::is_none));
            return Ok(());
        }
        let mut counts = std::collections::HashMap::<i64, (usize, i64)>::new();
        for (value, mean) in values.iter().zip(&means) {
            let group = counts.entry(mean.expect("there are enough")).or_default();
            *group = (group.0 + 1, group.1 + value);
        }
        for (mean, (count, sum)) in &counts {
            prop_assert!(*count >= k, "{mean}: {count}");
            prop_assert!((mean * *count as i64 - sum).abs() * 2 <= *count as i64);
        }
        for (one, mean) in values.iter().zip(&means) {
            prop_assert!(values.iter().zip(&means).all(|(other, others)| one != other || mean == others));
            prop_assert!(values.iter().zip(&means).all(|(other, others)| one > other || mean <= others));
        }
    }

    #[test]
    fn samples_are_values_that_are_not_rare(values in prop::collection::vec(prop::option::of(0i64..12), 0..150), k in 2usize..20) {
        let sampled = wholes(&apply(&format!(r#""sample", k = {k}"#), Int64Array::from(values.clone())));
        let count = |value: Option<i64>| values.iter().filter(|other| **other == value).count();
        let any = values.iter().flatten().any(|value| count(Some(*value)) >= k);
        for (before, after) in values.iter().zip(&sampled) {
            prop_assert_eq!(after.is_some(), before.is_some() && any);
            prop_assert!(after.is_none() || count(*after) >= k);
        }
    }

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
