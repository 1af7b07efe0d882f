//! Format-preserving encryption: a bijection that keeps the form, refuses what does not fit, and can be undone.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::*;
use jiff::civil::Date;
use proptest::prelude::*;
use rayon::prelude::*;
use verho::detect::Known;
use verho::document::{Document, Fault, Section};
use verho::engine::EngineError;
use verho::error::{Failure, Kind};
use verho::keys::ff1::Ff1;
use verho::keys::lanes::DomainKey;
use verho::method::{ApplyError, Context, Keys, Method, Nulls, Outcome, Taken, find};
use verho::schema::LeafPath;
use verho::transform::MaskError;

#[path = "columns/fitting.rs"]
mod fitting;

const KEY: [u8; 32] = [7; 32];

const HETU: &str = r#"domain = "person", check = "hetu", range = [1900, 2026]"#;
const PERSONNUMMER: &str = r#"domain = "person", check = "personnummer""#;

fn parse(options: &str) -> Result<Box<dyn Method>, Fault> {
    let column = format!("column = {{ method = \"fpe\", {options} }}\n");
    let document = Document::of(Path::new("table.toml"), column);
    let mut section: Section = document.root()?.required("column")?;
    section.required::<String>("method")?;
    let method = (find("fpe").expect("it is in the catalogue").parse)(&mut section)?;
    section.finish()?;
    Ok(method)
}

fn try_apply(options: &str, input: &ArrayRef) -> Result<ArrayRef, ApplyError> {
    let method = parse(options).expect("the options are right");
    let keys = Keys::new(method.domains().into_iter().map(|domain| (domain.to_owned(), DomainKey::new(KEY))));
    method.apply(input, &Context { keys: &keys, taken: &Taken::default(), known: &Known::none(), beside: &[] })
}

fn texts<S: AsRef<str>>(values: &[S]) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn encrypted<S: AsRef<str>>(options: &str, values: &[S]) -> Vec<String> {
    let output = try_apply(options, &texts(values)).expect("the values fit");
    output.as_string::<i32>().iter().flatten().map(str::to_owned).collect()
}

/// The refusal of one value; what it says must not hold the value.
fn refusal(options: &str, value: &str) -> String {
    let told = try_apply(options, &texts(&[value])).expect_err("the value does not fit").to_string();
    assert!(value.is_empty() || !told.contains(value), "{told}");
    told
}

/// The options of every example that takes text.
fn text_examples() -> impl Iterator<Item = &'static str> {
    let examples = find("fpe").expect("it is in the catalogue").examples.iter().copied();
    examples.filter(|example| fitting::text(example, 0).is_some())
}

fn options_of(example: &str) -> &str {
    let (_, options) = example.split_once("method = \"fpe\", ").expect("it has options");
    options.trim_end_matches(" }")
}

/// A character by what must stay of it: digit, letter and case, or the separator itself.
fn shape(example: &str, text: &str) -> String {
    let own = example.contains("abcdef");
    let class = |letter: char| match letter {
        _ if own && letter.is_ascii_hexdigit() => '0',
        '0'..='9' => '0',
        'a'..='z' => 'a',
        'A'..='Z' => 'A',
        other => other,
    };
    text.chars().map(class).collect()
}

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Whether a text keeps the shape of another and its check characters are right, worked out here by other means.
fn is_right(example: &str, before: &str, after: &str) -> bool {
    let digits = digits_of(after);
    if example.contains("luhn") {
        let (payload, check) = digits.split_at(digits.len() - 1);
        return shape("", before) == shape("", after) && fitting::luhn(payload).to_string() == check;
    }
    if example.contains("iban") {
        return before[..2] == after[..2]
            && shape("", before) == shape("", after)
            && fitting::mod_97(&after.replace(' ', "")) == 1;
    }
    if example.contains("hetu") {
        return is_hetu(after) && after.len() == before.len();
    }
    if example.contains("personnummer") {
        return is_personnummer(after) && shape("", before) == shape("", after);
    }
    shape(example, before) == shape(example, after)
}

fn is_day(year: i16, digits: &str, month_first: bool) -> bool {
    let [one, two] = [&digits[..2], &digits[2..4]].map(|pair| pair.parse::<i8>().expect("digits"));
    let (month, day) = if month_first { (one, two) } else { (two, one) };
    Date::new(year, month, day).is_ok()
}

fn is_hetu(code: &str) -> bool {
    let (digits, year) = (format!("{}{}", &code[..6], &code[7..10]), code[4..6].parse::<i16>().expect("digits"));
    let century = match &code[6..7] {
        "-" | "Y" | "X" | "W" | "V" | "U" => 1900,
        "A" | "B" | "C" | "D" | "E" | "F" => 2000,
        _ => return false,
    };
    let serial: u16 = code[7..10].parse().expect("digits");
    is_day(century + year, &code[..4], false)
        && (1900..=2026).contains(&(century + year))
        && (2..900).contains(&serial)
        && code.ends_with(fitting::hetu_check(digits.parse().expect("digits")))
}

fn is_personnummer(number: &str) -> bool {
    let digits = digits_of(number);
    let year: i16 = digits[..2].parse().expect("digits");
    is_day(2000 + year, &digits[2..6], true)
        && &digits[6..9] != "000"
        && fitting::luhn(&digits[..9]).to_string() == digits[9..]
}

#[test]
fn outputs_of_every_form_are_distinct_of_the_form_and_right() {
    let examples: Vec<_> = text_examples().collect();
    assert_eq!(examples.len(), 8);
    examples.par_iter().for_each(|example| {
        let before: Vec<String> = (0..100_000).filter_map(|row| fitting::text(example, row)).collect();
        assert_eq!(before.iter().collect::<HashSet<_>>().len(), 100_000, "{example}");
        let after = encrypted(options_of(example), &before);
        assert_eq!(after.iter().collect::<HashSet<_>>().len(), 100_000, "{example}");
        let wrong = before.iter().zip(&after).find(|(before, after)| !is_right(example, before, after));
        assert_eq!(wrong, None, "{example}");
        assert!(before.iter().zip(&after).filter(|(before, after)| before == after).count() < 5, "{example}");
    });
}

/// The smallest domain that there is, over all of it; no power of two, so that some walks take more than a step.
#[test]
fn whole_numbers_are_permuted() {
    let chunk = |start: i32| -> ArrayRef { Arc::new(Int32Array::from_iter_values(start..start + 50_000)) };
    let chunks: Vec<ArrayRef> = (-500_000..500_000).step_by(50_000).map(chunk).collect();
    let options = r#"domain = "d", range = [-500000, 499999]"#;
    let outputs: Vec<ArrayRef> = chunks.par_iter().map(|chunk| try_apply(options, chunk).expect("they fit")).collect();
    let mut seen = vec![false; 1_000_000];
    for number in outputs.iter().flat_map(|output| output.as_primitive::<Int32Type>().values()) {
        let at = usize::try_from(number + 500_000).expect("it is in the range");
        assert!(!std::mem::replace(&mut seen[at], true), "{number} comes out twice");
    }
    assert!(seen.iter().all(|seen| *seen));
}

#[test]
fn every_type_that_holds_the_range_is_taken_and_kept() {
    use DataType::*;
    let plan = |options: &str, data_type: DataType| parse(options).expect("right options").plan(&data_type);
    let kept = |data_type| Ok(Outcome::Becomes { data_type, nulls: Nulls::Kept });
    let nine = r#"domain = "d", digits = 9"#;
    for taken in [Int32, Int64, UInt32, UInt64] {
        assert_eq!(plan(nine, taken.clone()), kept(taken));
    }
    for (options, refused) in [
        (nine, vec![Int8, Int16, UInt8, UInt16, Float64, Utf8]),
        (r#"domain = "d", digits = 10"#, vec![Int32, UInt32]),
        (r#"domain = "d", digits = 19"#, vec![Int64]),
        (r#"domain = "d", range = [-1, 1000000]"#, vec![UInt32, UInt64]),
        (r#"domain = "d", alphabet = "digits""#, vec![Int64, Binary]),
    ] {
        for data_type in refused {
            assert!(plan(options, data_type.clone()).is_err(), "{options} of {data_type}");
        }
    }
    let greatest: ArrayRef = Arc::new(UInt64Array::from(vec![10u64.pow(19) - 1, 0]));
    let output = try_apply(r#"domain = "d", digits = 19"#, &greatest).expect("both fit");
    assert!(output.as_primitive::<UInt64Type>().values().iter().all(|number| *number < 10u64.pow(19)));
    let nulls = plan(r#"domain = "d", digits = 9, otherwise = "null""#, Int32);
    assert_eq!(nulls, Ok(Outcome::Becomes { data_type: Int32, nulls: Nulls::Added }));
}

#[test]
fn what_does_not_fit_is_refused_with_the_reason_and_the_way_out() {
    let cases = [
        (r#"domain = "d", alphabet = "digits""#, "12345", "fewer than a million"),
        (r#"domain = "d", alphabet = "digits""#, "", "fewer than a million"),
        (r#"domain = "d", alphabet = "lower""#, "abcd", "fewer than a million"),
        (r#"domain = "d", alphabet = "alphanumeric""#, "AB-123", "fewer than a million"),
        (r#"domain = "d", alphabet = "alphanumeric""#, "abcdefghijklmnopqrstuvwxyzab", "longer"),
        (r#"domain = "d", alphabet = "digits""#, "1234567x", "neither of the alphabet nor a separator"),
        (r#"domain = "d", alphabet = "letters""#, "Hämäläinen", "neither of the alphabet nor a separator"),
        (r#"domain = "d", check = "luhn""#, "4242 4242 4242 4243", "check character is wrong"),
        (r#"domain = "d", check = "luhn""#, "18", "fewer than a million"),
        (r#"domain = "d", check = "iban""#, "FI22 1234 5600 0007 85", "check character is wrong"),
        (r#"domain = "d", check = "iban""#, "1121 1234 5600 0007 85", "not of the form"),
        (HETU, "131052-308U", "check character is wrong"),
        (HETU, "010101+900R", "outside the range"),
        (HETU, "not a code", "not of the form"),
        (PERSONNUMMER, "811218-9877", "check character is wrong"),
        (PERSONNUMMER, "811318-9876", "not of the form"),
    ];
    for (options, value, reason) in cases {
        let told = refusal(options, value);
        let way_out = "`otherwise = \"null\"` makes such values null";
        assert!(told.contains(reason) && told.ends_with(way_out) && told.contains("`fpe`"), "{value}: {told}");
        let nulled = try_apply(&format!("{options}, otherwise = \"null\""), &texts(&[value])).expect("it becomes null");
        assert!(nulled.is_null(0), "{value}");
    }
}

#[test]
fn only_what_does_not_fit_becomes_null() {
    let input: ArrayRef = Arc::new(Int64Array::from(vec![Some(5), None, Some(-1), Some(999_999_999), Some(1 << 40)]));
    let told = try_apply(r#"domain = "d", digits = 9"#, &input).expect_err("two do not fit").to_string();
    assert!(told.contains("outside the range"), "{told}");
    let output = try_apply(r#"domain = "d", digits = 9, otherwise = "null""#, &input).expect("it takes all");
    assert_eq!((0..5).map(|row| output.is_valid(row)).collect::<Vec<_>>(), [true, false, false, true, false]);
    let words: ArrayRef = Arc::new(StringArray::from(vec![Some("12"), None, Some("1234567")]));
    let output = try_apply(r#"domain = "d", alphabet = "digits", otherwise = "null""#, &words).expect("it takes all");
    assert_eq!((0..3).map(|row| output.is_valid(row)).collect::<Vec<_>>(), [false, false, true]);
}

/// A value that does not fit is the source's fault, and the failure names its leaf.
#[test]
fn a_run_that_meets_such_a_value_ends_as_a_mismatch() {
    let error = try_apply(r#"domain = "d", alphabet = "digits""#, &texts(&["12345"])).expect_err("it is short");
    let leaf = LeafPath::column("phone");
    let failure = Failure::from(EngineError::Mask(MaskError::Method(leaf.clone(), error)));
    assert_eq!(failure.kind, Kind::Mismatch);
    assert!(failure.message.starts_with("leaf `phone`: `fpe`"), "{}", failure.message);
    let bug = EngineError::Mask(MaskError::Method(leaf, ApplyError::Removed));
    assert_eq!(Failure::from(bug).kind, Kind::Internal);
}

#[test]
fn wrong_options_are_refused_with_a_way_out() {
    let cases = [
        (r#"domain = "d""#, "exactly one of"),
        (r#"alphabet = "digits""#, "`domain` is missing"),
        (r#"domain = "d", alphabet = "digits", digits = 9"#, "exactly one of"),
        (r#"domain = "d", digits = 9, range = [0, 5]"#, "exactly one of"),
        (r#"domain = "d", alphabet = "digts""#, "unknown alphabet"),
        (r#"domain = "d", alphabet = "0012""#, "each once"),
        (r#"domain = "d", alphabet = """#, "each once"),
        (r#"domain = "d", digits = 5"#, "from 6 to 19"),
        (r#"domain = "d", digits = 20"#, "from 6 to 19"),
        (r#"domain = "d", range = [1, 999999]"#, "a million numbers or more"),
        (r#"domain = "d", range = [5, 5]"#, "the lesser first"),
        (r#"domain = "d", range = [0, 1, 2]"#, "the lesser first"),
        (r#"domain = "d", check = "luhm""#, "unknown check"),
        (r#"domain = "d", check = "iban", range = [1900, 2000]"#, "takes no `range`"),
        (r#"domain = "d", check = "hetu", range = [1799, 2000]"#, "from 1800 to 2099"),
        (r#"domain = "d", check = "hetu", range = [2000, 2020]"#, "28 years"),
        (r#"domain = "d", check = "hetu", range = [1850, 1910]"#, "28 years"),
        (r#"domain = "d", check = "luhn", otherwise = "drop""#, "\"refuse\" or \"null\""),
        (r#"domain = "d", check = "luhn", tweak = "x""#, "unknown key"),
    ];
    for (options, expected) in cases {
        let fault = parse(options).err().unwrap_or_else(|| panic!("{options} is wrong"));
        assert!(fault.what.contains(expected), "{options}: {}", fault.what);
    }
    let hint = |options| parse(options).err().and_then(|fault| fault.hint);
    assert_eq!(hint(r#"domain = "d", alphabet = "digts""#).as_deref(), Some("did you mean \"digits\"?"));
    assert_eq!(hint(r#"domain = "d", check = "luhm""#).as_deref(), Some("did you mean \"luhn\"?"));
    assert!(parse(r#"domain = "d", check = "hetu", range = [1800, 1899]"#).is_ok());
}

#[test]
fn equal_values_of_two_forms_or_domains_have_nothing_in_common() {
    let value = ["1234567897"];
    let forms = [
        r#"domain = "d", alphabet = "digits""#,
        r#"domain = "d", alphabet = "0123456789""#,
        r#"domain = "d", alphabet = "alphanumeric""#,
        r#"domain = "d", check = "luhn""#,
    ];
    let outputs: HashSet<_> = forms.iter().map(|options| encrypted(options, &value)[0][..9].to_owned()).collect();
    assert_eq!(outputs.len(), forms.len());
}

/// The letters of a name in capitals are those of the name.
#[test]
fn case_stays_and_is_all_that_case_changes() {
    let options = r#"domain = "d", alphabet = "letters""#;
    let output = encrypted(options, &["Virtanen-Aho", "VIRTANEN-AHO", "virtanen-aho"]);
    assert_eq!(output[0].to_uppercase(), output[1]);
    assert_eq!(output[1].to_lowercase(), output[2]);
    assert!(output[0].starts_with(char::is_uppercase) && output[0].as_bytes()[1].is_ascii_lowercase());
}

/// A `-` in a Swedish number that is written without it too changes nothing else.
#[test]
fn what_stays_readable_of_a_code_is_what_is_said() {
    let output = encrypted(PERSONNUMMER, &["811218-9876", "8112189876", "811218+9876", "701063-2391", "19811218-9876"]);
    assert_eq!(output[0].replace('-', ""), output[1]);
    assert_ne!(output[0].replace('-', "+"), output[2]);
    assert!(output[3][4..6].parse::<u8>().expect("digits") > 60);
    assert!((1800..2100).contains(&output[4][..4].parse::<u16>().expect("digits")));
    let codes = ["131052-308T", "131052Y308T", "131052-900Y"];
    let right = codes.map(|code| {
        let digits: u32 = format!("{}{}", &code[..6], &code[7..10]).parse().expect("digits");
        format!("{}{}", &code[..10], fitting::hetu_check(digits))
    });
    let output = encrypted(HETU, &right);
    assert!(["-", "A"].contains(&&output[0][6..7]));
    assert!(["Y", "B"].contains(&&output[1][6..7]));
    assert_ne!(digits_of(&output[0]), digits_of(&output[1]));
    assert!(output[2][7..10].parse::<u16>().expect("digits") >= 900);
}

/// By the key's stated derivation and the stated tweak, with nothing of the method itself.
#[test]
fn who_holds_the_key_decrypts() {
    let key = DomainKey::new(KEY).derive("verho 2026-11 FF1 AES-256 key");
    let ff1 = Ff1::new(&*key, 10).expect("32 bytes");
    let output = encrypted(r#"domain = "d", alphabet = "digits""#, &["+358 40 1234567"]);
    let mut numerals: Vec<u16> = digits_of(&output[0]).bytes().map(|byte| u16::from(byte - b'0')).collect();
    ff1.decrypt(b"digits", &mut numerals).expect("they are digits");
    assert_eq!(numerals, [3, 5, 8, 4, 0, 1, 2, 3, 4, 5, 6, 7]);
}

/// Holds the very bytes: whoever changes them ends the joins of every release there is, and raises the version.
#[test]
fn outputs_are_those_of_every_release_before() {
    let outputs: Vec<_> = text_examples()
        .map(|example| {
            let before: Vec<String> = (0..3).filter_map(|row| fitting::text(example, row * 977)).collect();
            encrypted(options_of(example), &before)
        })
        .collect();
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 4_999_999]));
    let whole = try_apply(r#"domain = "customer", range = [1, 5000000]"#, &numbers).expect("they fit");
    insta::assert_debug_snapshot!((outputs, whole));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Of any length: short ones do not fit, and long ones leave the words that are worked with.
    #[test]
    fn any_text_of_an_alphabet_keeps_its_shape(text in "[0-9 ./-]{0,200}", other in "[0-9 ./-]{0,200}") {
        let options = r#"domain = "d", alphabet = "digits""#;
        let fits = |text: &str| digits_of(text).len() >= 6;
        match try_apply(options, &texts(&[&text])) {
            Err(_) => prop_assert!(!fits(&text)),
            Ok(_) if !fits(&other) => prop_assert!(fits(&text)),
            Ok(_) => {
                let output = encrypted(options, &[&text, &other]);
                prop_assert_eq!(shape("", &output[0]), shape("", &text));
                prop_assert_eq!(output[0] == output[1], text == other);
            }
        }
    }

    #[test]
    fn any_code_with_a_day_that_there_is_fits(row in 0usize..5_000_000) {
        for options in [HETU, PERSONNUMMER] {
            let text = fitting::text(&format!("method = \"fpe\" {options}"), row).expect("it has a form");
            prop_assert!(is_right(options, &text, &encrypted(options, &[&text])[0]), "{}", text);
        }
    }
}
