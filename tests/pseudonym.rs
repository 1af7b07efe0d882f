//! The forms of a pseudonym: what they are made of, which types they keep, and what is refused.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::*;
use arrow::compute::cast;
use arrow::datatypes::DataType::{self, *};
use arrow::datatypes::TimeUnit;
use proptest::prelude::*;
use verho::detect::Known;
use verho::document::{Document, Fault, Section};
use verho::keys::lanes::DomainKey;
use verho::method::{Context, Keys, Method, Outcome, Taken, find};

const KEY: [u8; 32] = [7; 32];

fn parse(options: &str) -> Result<Box<dyn Method>, Fault> {
    let document = Document::of(Path::new("table.toml"), format!("column = {{ domain = \"d\"{options} }}\n"));
    let mut section: Section = document.root()?.required("column")?;
    let method = (find("pseudonym").expect("it is in the catalogue").parse)(&mut section)?;
    section.finish()?;
    Ok(method)
}

fn method(options: &str) -> Box<dyn Method> {
    parse(options).unwrap_or_else(|fault| panic!("{options}: {fault}"))
}

fn apply(options: &str, input: &ArrayRef) -> ArrayRef {
    let keys = Keys::new([("d".to_owned(), DomainKey::new(KEY))]);
    let context = Context { keys: &keys, taken: &Taken::default(), known: &Known::none(), beside: &[] };
    method(options).apply(input, &context).unwrap_or_else(|error| panic!("{options}: {error}"))
}

fn texts(values: impl IntoIterator<Item = impl AsRef<str>>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn codes(options: &str, values: &[&str]) -> Vec<String> {
    let output = apply(options, &texts(values));
    output.as_string::<i32>().iter().map(|code| code.expect("no value is null").to_owned()).collect()
}

fn becomes(options: &str, input: &DataType) -> Result<DataType, String> {
    match method(options).plan(input) {
        Ok(Outcome::Becomes { data_type, .. }) => Ok(data_type),
        Ok(other) => panic!("{other:?}"),
        Err(refused) => Err(refused.to_string()),
    }
}

/// The hash of a value that is shorter than a block, by the public function alone.
fn hash(value: &str) -> [u8; 32] {
    let mut block = [0; 64];
    block[..value.len()].copy_from_slice(value.as_bytes());
    block[63] = value.len() as u8;
    *blake3::keyed_hash(&KEY, &block).as_bytes()
}

#[test]
fn every_form_is_the_start_of_the_public_hash() {
    let hash = hash("aino@acme.example");
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let one = |options: &str| codes(options, &["aino@acme.example"]).remove(0);
    assert_eq!(one(r#", form = "hex", length = 64"#), hex);
    assert_eq!(one(r#", form = "hex""#), hex[..20]);
    assert_eq!(one(r#", form = "hex", length = 7"#), hex[..7]);
    let uuid = one(r#", form = "uuid""#);
    let parts: Vec<_> = uuid.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12]);
    let plain = uuid.replace('-', "");
    assert_eq!((&plain[..12], &plain[12..13], &plain[13..16]), (&hex[..12], "8", &hex[13..16]));
    assert!("89ab".contains(&plain[16..17]) && plain[17..] == hex[17..32]);
    let first = u128::from_be_bytes(hash[..16].try_into().expect("16 bytes"));
    let share = ((first >> 64) * 1_000_000) >> 64;
    assert_eq!(one(r#", form = "digits", length = 6"#), format!("{share:06}"));
    let within = apply(", range = [-500000, 499999]", &texts(["aino@acme.example"]));
    assert_eq!(i128::from(within.as_primitive::<arrow::datatypes::Int64Type>().value(0)), share as i128 - 500_000);
    let bytes: ArrayRef = Arc::new(BinaryArray::from_vec(vec![b"aino@acme.example"]));
    assert_eq!(apply(r#", form = "bytes""#, &bytes).as_binary::<i32>().value(0), &hash[..16]);
    assert_eq!(apply(r#", form = "bytes", length = 32"#, &bytes).as_binary::<i32>().value(0), hash);
    let whole = apply(r#", form = "integer""#, &texts(["aino@acme.example"]));
    let low = u64::from_le_bytes(hash[..8].try_into().expect("8 bytes")) & i64::MAX as u64;
    assert_eq!(whole.as_primitive::<arrow::datatypes::Int64Type>().value(0) as u64, low);
}

#[test]
fn types_are_kept_where_they_can_be() {
    let cases = [
        ("", Utf8, Utf8),
        ("", LargeUtf8, Utf8),
        ("", Binary, Utf8),
        ("", FixedSizeBinary(16), Utf8),
        ("", Int32, Int64),
        ("", UInt64, Int64),
        ("", Timestamp(TimeUnit::Millisecond, None), Utf8),
        (r#", form = "base32""#, Int32, Utf8),
        (r#", form = "hex""#, Int64, Utf8),
        (r#", form = "uuid""#, Utf8, Utf8),
        (r#", form = "uuid""#, FixedSizeBinary(16), FixedSizeBinary(16)),
        (r#", form = "integer""#, Utf8, Int64),
        (r#", form = "bytes""#, Binary, Binary),
        (r#", form = "bytes""#, FixedSizeBinary(16), FixedSizeBinary(16)),
        (r#", form = "bytes""#, FixedSizeBinary(20), FixedSizeBinary(20)),
        (r#", form = "digits""#, Decimal128(38, 2), Utf8),
        ("", Float64, Int64),
        (r#", form = "hex""#, Float32, Utf8),
    ];
    for (options, input, output) in cases {
        assert_eq!(becomes(options, &input), Ok(output), "{options} of {input}");
    }
}

#[test]
fn fixed_bytes_are_a_uuid_or_all_hash() {
    let value: &[u8] = b"sixteen letters!";
    let fixed: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_iter([value].into_iter()).expect("16 bytes"));
    let hash = hash("sixteen letters!");
    assert_eq!(apply(r#", form = "bytes""#, &fixed).as_fixed_size_binary().value(0), &hash[..16]);
    let uuid = apply(r#", form = "uuid""#, &fixed);
    let text = codes(r#", form = "uuid""#, &["sixteen letters!"]).remove(0).replace('-', "");
    let hex: String = uuid.as_fixed_size_binary().value(0).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, text);
}

#[test]
fn what_cannot_be_is_refused_with_a_way_out() {
    let cases = [
        ("", Boolean, "use `generalise`, `null` or `drop`"),
        (r#", small_domain = "x""#, Boolean, "use `generalise`, `null` or `drop`"),
        ("", Float16, "use `generalise`"),
        (r#", prefix = "u""#, Float64, "base32"),
        (r#", form = "bytes""#, Utf8, "another form"),
        (r#", form = "bytes""#, Int64, "another form"),
        (r#", form = "bytes""#, FixedSizeBinary(33), "another form"),
        (r#", form = "bytes", length = 8"#, FixedSizeBinary(16), "leave it out"),
        (r#", normalise = ["trim"]"#, Int64, "leave it out"),
        (r#", normalise = ["trim"]"#, Binary, "leave it out"),
        (r#", prefix = "u""#, Int64, "base32"),
        (r#", keep_prefix = ["u"]"#, Binary, "leave it out"),
    ];
    for (options, input, way_out) in cases {
        let refused = becomes(options, &input).expect_err(options);
        assert!(refused.contains(way_out), "{options} of {input}: {refused}");
    }
}

/// A key of which some are missing is a fraction to many writers, and joins the whole numbers of another table all the same.
#[test]
fn whole_numbers_have_one_code_whatever_column_they_stand_in() {
    let whole: ArrayRef = Arc::new(Int64Array::from(vec![Some(7), None, Some(-1), Some(1 << 53), Some(0)]));
    for fractions in [Float64, Float32] {
        let floating = cast(&whole, &fractions).expect("numbers");
        for options in ["", r#", form = "hex""#, ", range = [1, 99999999]"] {
            assert_eq!(&apply(options, &floating), &apply(options, &whole), "{options} of {fractions}");
        }
    }
    let zero: ArrayRef = Arc::new(Float64Array::from(vec![-0.0]));
    assert_eq!(&apply("", &zero), &apply("", &(Arc::new(Int64Array::from(vec![0])) as ArrayRef)));
    let keys = Keys::new([("d".to_owned(), DomainKey::new(KEY))]);
    let context = Context { keys: &keys, taken: &Taken::default(), known: &Known::none(), beside: &[] };
    for none in [1.5, f64::NAN, f64::INFINITY, 9_007_199_254_740_994.0] {
        let input: ArrayRef = Arc::new(Float64Array::from(vec![none]));
        let refused = method("").apply(&input, &context).expect_err("no whole number").to_string();
        assert!(refused.contains("no whole number"), "{refused}");
    }
}

#[test]
fn small_domains_need_a_reason() {
    let small = [Int8, UInt8, Int16, UInt16, Date32, Time32(TimeUnit::Second), Time64(TimeUnit::Nanosecond)];
    for input in small.into_iter().chain([Decimal32(5, 2), Decimal128(3, 0), FixedSizeBinary(2)]) {
        let refused = becomes("", &input).expect_err("it is small");
        let ways_out = ["generalise", "shift_date", "fpe", "small_domain"];
        assert!(ways_out.iter().all(|way| refused.contains(way)), "{refused}");
        assert!(becomes(r#", small_domain = "shops are public""#, &input).is_ok(), "{input}");
    }
    for input in [Int32, UInt32, Decimal128(6, 0), FixedSizeBinary(3), Utf8, Timestamp(TimeUnit::Second, None)] {
        assert!(becomes("", &input).is_ok(), "{input}");
    }
    let told = method(r#", small_domain = "shops are public""#);
    assert!(told.words().contains("shops are public") && told.options().contains("shops are public"));
    assert!(!told.agreement().contains("shops are public"), "a reason changes no code");
    let days: ArrayRef = Arc::new(Date32Array::from(vec![0, 1]));
    let [one, other] = ["a", "b"].map(|why| apply(&format!(r#", small_domain = "{why}""#), &days));
    assert_eq!(&one, &other);
}

#[test]
fn wrong_options_are_refused() {
    let cases = [
        (r#", form = "base64""#, "unknown form"),
        (r#", form = "hex", length = 0"#, "1 to 64"),
        (r#", form = "hex", length = 65"#, "1 to 64"),
        (r#", form = "digits", length = 20"#, "1 to 19"),
        (r#", form = "bytes", length = 33"#, "1 to 32"),
        (r#", form = "uuid", length = 8"#, "`length` goes with"),
        (", length = 8", "`length` goes with"),
        (r#", form = "integer", length = 8"#, "`length` goes with"),
        (r#", form = "hex", range = [1, 2]"#, "`range` goes with"),
        (", range = [2, 2]", "least and the greatest"),
        (", range = [2]", "least and the greatest"),
        (r#", prefix = """#, "`prefix` is empty"),
        (", keep_prefix = []", "`keep_prefix` is empty"),
        (r#", keep_prefix = [""]"#, "`keep_prefix` is empty"),
        (r#", prefix = "a prefix that is longer than a code is""#, "up to 32 bytes"),
        (r#", prefix = "a", keep_prefix = ["b"]"#, "one of"),
        (r#", keep_prefix = ["cus_", "SUB_"], normalise = ["case"]"#, "no normalised text starts with \"SUB_\""),
        (r#", form = "uuid", prefix = "a""#, "no room for a prefix"),
        (r#", range = [1, 9], prefix = "a""#, "no room for a prefix"),
        (r#", normalise = []"#, "is empty"),
        (r#", normalise = ["trim", "trim"]"#, "twice"),
        (r#", normalise = ["lower"]"#, "no step"),
        (r#", small_domain = " ""#, "is empty"),
    ];
    for (options, expected) in cases {
        let fault = parse(options).err().unwrap_or_else(|| panic!("{options} is taken"));
        assert!(fault.what.contains(expected), "{options}: {}", fault.what);
    }
}

#[test]
fn prefixes_stand_before_codes_of_the_whole_value() {
    let [plain, set] = ["", r#", prefix = "usr_""#].map(|options| codes(options, &["cus_1", "1"]));
    assert_eq!(set, [format!("usr_{}", plain[0]), format!("usr_{}", plain[1])]);
    let kept = codes(r#", keep_prefix = ["cus_", "sub_"]"#, &["cus_1", "1"]);
    assert_eq!(kept, [format!("cus_{}", plain[0]), plain[1].clone()]);
    let alike = codes(r#", keep_prefix = ["cus_"], normalise = ["case"]"#, &["CUS_1", "cus_1"]);
    assert_eq!(alike, [format!("cus_{}", plain[0]), format!("cus_{}", plain[0])]);
    let words = method(r#", keep_prefix = ["cus_"]"#).words();
    assert!(words.contains("cus_") && words.contains("readable"), "{words}");
}

#[test]
fn spellings_join_where_the_rule_says_so() {
    let spellings = ["a@x.fi", "A@x.fi ", "ａ@X.FI"];
    let alike = codes(r#", normalise = ["width", "case", "trim"]"#, &spellings);
    assert_eq!(alike.iter().collect::<HashSet<_>>().len(), 1);
    assert_eq!(alike[0], codes("", &["a@x.fi"])[0], "what is normal already has the code it had");
    assert_eq!(codes("", &spellings).iter().collect::<HashSet<_>>().len(), 3);
}

/// To ask for nothing new is to mean what was meant before: approvals bind this text.
#[test]
fn options_without_a_form_are_those_of_every_release_before() {
    assert_eq!(method("").options(), r#"{"domain":"d"}"#);
    let meaning = |options: &str| method(options).options();
    assert_eq!(meaning(r#", form = "hex""#), meaning(r#", length = 20, form = "hex""#));
    assert_eq!(meaning(r#", normalise = ["case", "trim"]"#), meaning(r#", normalise = ["trim", "case"]"#));
    assert_eq!(meaning(r#", keep_prefix = ["a", "bb"]"#), meaning(r#", keep_prefix = ["bb", "a"]"#));
    assert_ne!(meaning(r#", keep_prefix = ["a, b"]"#), meaning(r#", keep_prefix = ["a", "b"]"#));
    assert_ne!(meaning(r#", form = "base32""#), meaning(""));
}

/// Every digit of every place, and every number of a small span, as often as another: within five standard deviations.
#[test]
fn codes_are_spread_evenly() {
    const ROWS: usize = 100_000;
    let values = texts((0..ROWS).map(|row| format!("value {row}")));
    let numbers = apply(r#", range = [10, 16]"#, &values);
    let numbers = numbers.as_primitive::<arrow::datatypes::Int64Type>();
    let deviation = |share: f64| 5.0 * (ROWS as f64 * share * (1.0 - share)).sqrt();
    for number in 10..=16 {
        let count = numbers.values().iter().filter(|found| **found == number).count() as f64;
        assert!((count - ROWS as f64 / 7.0).abs() < deviation(1.0 / 7.0), "{number}: {count}");
    }
    let digits = apply(r#", form = "digits", length = 12"#, &values);
    for place in 0..12 {
        for digit in b'0'..=b'9' {
            let there = |code: &&str| code.as_bytes()[place] == digit;
            let count = digits.as_string::<i32>().iter().flatten().filter(there).count() as f64;
            assert!((count - ROWS as f64 / 10.0).abs() < deviation(0.1), "{digit} at {place}: {count}");
        }
    }
}

#[test]
fn bits_are_those_of_the_form() {
    let bits = |options: &str, input: &DataType| method(options).code_bits(input);
    assert_eq!(bits("", &Utf8), Some(80));
    assert_eq!(bits("", &Int32), Some(63));
    assert_eq!(bits("", &Boolean), None);
    assert_eq!(bits(r#", form = "hex", length = 8"#, &Utf8), Some(32));
    assert_eq!(bits(r#", form = "digits", length = 6"#, &Utf8), Some(19));
    assert_eq!(bits(r#", form = "uuid""#, &Utf8), Some(122));
    assert_eq!(bits(", range = [1, 1024]", &Utf8), Some(10));
    assert_eq!(bits(r#", form = "bytes""#, &FixedSizeBinary(20)), Some(160));
}

const FORMS: [&str; 8] = [
    "",
    r#", form = "base32", prefix = "usr_""#,
    r#", form = "hex", length = 12"#,
    r#", form = "uuid""#,
    r#", form = "digits""#,
    r#", form = "integer""#,
    ", range = [-5, 1000000]",
    r#", keep_prefix = ["a", "ä"], normalise = ["trim", "case", "width"]"#,
];

proptest! {
    #[test]
    fn codes_do_not_depend_on_company_or_holder(
        values in prop::collection::vec(prop::option::of("\\PC{0,70}"), 1..40),
        from in any::<prop::sample::Index>(),
    ) {
        let together: ArrayRef = Arc::new(StringArray::from(values.clone()));
        let from = from.index(values.len());
        for options in FORMS {
            let output = apply(options, &together);
            prop_assert_eq!(output.logical_nulls().filter(|nulls| nulls.null_count() > 0).map(|nulls| nulls.null_count()).unwrap_or(0), together.null_count());
            let tail = together.slice(from, values.len() - from);
            prop_assert_eq!(&apply(options, &tail), &output.slice(from, values.len() - from));
            for holder in [LargeUtf8, Utf8View] {
                prop_assert_eq!(&apply(options, &cast(&together, &holder).expect("text")), &output);
            }
        }
    }

    #[test]
    fn numbers_of_a_range_stay_in_it(min in any::<i64>(), max in any::<i64>(), values in prop::collection::vec(any::<i64>(), 1..40)) {
        prop_assume!(min < max);
        let input: ArrayRef = Arc::new(Int64Array::from(values));
        let output = apply(&format!(", range = [{min}, {max}]"), &input);
        let output = output.as_primitive::<arrow::datatypes::Int64Type>();
        prop_assert!(output.values().iter().all(|code| (min..=max).contains(code)));
    }
}
