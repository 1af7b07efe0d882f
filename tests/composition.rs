//! Methods that are made of methods: the parts agree with the same method alone, and meanings hold those inside.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::*;
use arrow::datatypes::*;
use proptest::prelude::*;
use verho::detect::Known;
use verho::document::{Document, Fault, Section};
use verho::keys::lanes::DomainKey;
use verho::method::{ApplyError, Context, Keys, Method, Nulls, Outcome, Taken, find};

mod columns;
#[path = "common/corpora.rs"]
#[expect(dead_code, reason = "no manifest is read here")]
mod corpora;

fn parse(options: &str) -> Result<Box<dyn Method>, Fault> {
    let document = Document::of(Path::new("table.toml"), format!("column = {{ method = {options} }}\n"));
    let mut section: Section = document.root()?.required("column")?;
    let name: String = section.required("method")?;
    let method = (find(&name).expect("the method is in the catalogue").parse)(&mut section)?;
    section.finish()?;
    Ok(method)
}

fn method(options: &str) -> Box<dyn Method> {
    parse(options).unwrap_or_else(|fault| panic!("{options}: {fault}"))
}

fn refusal(options: &str) -> String {
    let fault = parse(options).err().expect("the options are wrong");
    format!("{fault}")
}

fn try_apply(method: &dyn Method, input: &ArrayRef, beside: &[ArrayRef]) -> Result<ArrayRef, ApplyError> {
    // Every domain has a key of its own, so that a mixed-up domain is seen.
    let key = |domain: &str| DomainKey::new(*blake3::hash(domain.as_bytes()).as_bytes());
    let keys = Keys::new(method.domains().into_iter().map(|domain| (domain.to_owned(), key(domain))));
    method.apply(input, &Context { keys: &keys, taken: &Taken::default(), known: &Known::none(), beside })
}

fn apply(method: &dyn Method, input: &ArrayRef) -> ArrayRef {
    try_apply(method, input, &[]).expect("the method takes the values")
}

fn texts<T: Into<String>>(values: impl IntoIterator<Item = T>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values.into_iter().map(Into::into)))
}

fn strings(array: &ArrayRef) -> Vec<Option<&str>> {
    array.as_string::<i32>().iter().collect()
}

/// What a method makes of one text.
fn one(options: &str, text: &str) -> Option<String> {
    strings(&apply(&*method(options), &texts([text])))[0].map(str::to_owned)
}

fn code(domain: &str, text: &str) -> String {
    one(&format!(r#""pseudonym", domain = "{domain}""#), text).expect("a pseudonym is not null")
}

fn number_code(domain: &str, number: i64) -> i64 {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![number]));
    apply(&*method(&format!(r#""pseudonym", domain = "{domain}""#)), &numbers).as_primitive::<Int64Type>().value(0)
}

const VISIT: &str = r#""segments", pattern = "<user>_<day>_<n>", segments = { user = { method = "pseudonym", domain = "user", as = "integer" }, day = { method = "redact", with = "day" }, n = { method = "keep", because = "a count" } }"#;

#[test]
fn segments_become_what_their_methods_make_of_them() {
    let expected = format!("{}_day_3", number_code("user", 748));
    assert_eq!(one(VISIT, "748_monday_3"), Some(expected));
    let words = r#""segments", pattern = "<a>:<b>!", segments = { b = { method = "pseudonym", domain = "b" }, a = { method = "pseudonym", domain = "a" } }"#;
    assert_eq!(one(words, "x:y!"), Some(format!("{}:{}!", code("a", "x"), code("b", "y"))));
}

#[test]
fn misfits_are_refused_without_their_text_or_treated_as_said() {
    for text in ["748", "007_monday_3", "aino_monday_3", "748_monday_", "99999999999999999999_a_b"] {
        let refused = try_apply(&*method(VISIT), &texts([text]), &[]).expect_err("it does not fit");
        assert_eq!(refused.to_string(), "`segments` cannot take a value: a text does not fit the pattern");
        assert_eq!(one(&format!("{VISIT}, otherwise = \"null\""), text), None);
        let coded = format!(r#"{VISIT}, otherwise = {{ method = "pseudonym", domain = "odd" }}"#);
        assert_eq!(one(&coded, text), Some(code("odd", text)));
    }
    let coded = method(&format!(r#"{VISIT}, otherwise = {{ method = "pseudonym", domain = "odd" }}"#));
    let mixed: ArrayRef = Arc::new(StringArray::from(vec![Some("1_a_2"), None, Some("odd"), Some("3_b_4"), Some("x")]));
    let alone = |text| one(&format!(r#"{VISIT}, otherwise = {{ method = "pseudonym", domain = "odd" }}"#), text);
    let expected = ["1_a_2", "odd", "3_b_4", "x"].map(alone);
    let output = apply(&*coded, &mixed);
    let [first, odd, second, last] = &expected;
    let expected: Vec<_> = [first, &None, odd, second, last].into_iter().map(|text| text.as_deref()).collect();
    assert_eq!(strings(&output), expected);
}

#[test]
fn items_are_treated_one_by_one_between_their_separators() {
    let items = r#""items", split = "whitespace", each = { method = "pseudonym", domain = "product" }"#;
    let [a, b] = ["a1", "b2"].map(|text| code("product", text));
    assert_eq!(one(items, " a1  b2\ta1"), Some(format!(" {a}  {b}\t{a}")));
    assert_eq!(one(items, ""), Some(String::new()));
    let numbers = r#""items", split = ",", each = { method = "pseudonym", domain = "user", as = "integer" }"#;
    let [one_code, two_code] = [1, 2].map(|number| number_code("user", number));
    assert_eq!(one(numbers, "1,,2,"), Some(format!("{one_code},,{two_code},")));
    let refused = try_apply(&*method(numbers), &texts(["1,aino"]), &[]).expect_err("it does not fit");
    assert_eq!(refused.to_string(), "`items` cannot take a value: an item is no whole number");
}

#[test]
fn a_null_part_makes_the_whole_null_and_the_plan_says_so() {
    let inner = r#"{ method = "segments", pattern = "<a>-<b>", segments = { a = { method = "mask" }, b = { method = "mask" } }, otherwise = "null" }"#;
    let outer = format!(r#""items", split = ",", each = {inner}"#);
    let method = method(&outer);
    assert_eq!(method.plan(&DataType::Utf8), Ok(Outcome::Becomes { data_type: DataType::Utf8, nulls: Nulls::Added }));
    let output = apply(&*method, &texts(["aa-b,c-d", "aa-b,cd", "x-y"]));
    assert_eq!(strings(&output), [Some("**-*,*-*"), None, Some("*-*")]);
}

#[test]
fn wrong_rules_are_refused_with_their_place() {
    let segments = |rest: &str| refusal(&format!(r#""segments", pattern = "<a>_<b>", {rest}"#));
    let cases = [
        (segments(r#"segments = { a = { method = "mask" } }"#), "segment `b` has no method"),
        (
            segments(r#"segments = { a = { method = "mask" }, b = { method = "mask" }, c = { method = "mask" } }"#),
            "`pattern` has no segment `c`",
        ),
        (
            segments(r#"segments = { a = { method = "mask", frist = 1 }, b = { method = "mask" } }"#),
            "unknown key `frist` in `a`",
        ),
        (segments(r#"segments = { a = { method = "drop" }, b = { method = "mask" } }"#), "cannot be dropped"),
        (segments(r#"segments = { a = { method = "mask" }, b = { method = "keep" } }"#), "`because` is missing in `b`"),
        (segments(r#"segments = { a = { method = "generalise", width = 5 }, b = { method = "mask" } }"#), "Utf8"),
        (segments(r#"segments = { a = { method = "maks" }, b = { method = "mask" } }"#), "unknown method \"maks\""),
        (segments(r#"segments = { a = { method = "mask", as = "number" }, b = { method = "mask" } }"#), "unknown as"),
        (
            segments(r#"segments = { a = { method = "mask" }, b = { method = "mask" } }, otherwise = "drop""#),
            "unknown otherwise",
        ),
        (refusal(r#""items", split = "", each = { method = "mask" }"#), "`split` is empty"),
        (refusal(r#""items", split = ",", each = { method = "drop" }"#), "items cannot be dropped"),
        (
            refusal(r#""items", split = ",", each = { method = "mask" }, otherwise = { method = "drop" }"#),
            "makes no text of text",
        ),
    ];
    for (found, expected) in cases {
        assert!(found.contains(expected), "{found}: {expected}");
        assert!(found.starts_with("table.toml:1:"), "{found}");
    }
}

#[test]
fn meanings_hold_the_inner_ones_and_the_order_of_tables_changes_nothing() {
    let written = r#""segments", pattern = "<a>_<b>", segments = { a = { method = "mask" }, b = { method = "pseudonym", domain = "x" } }"#;
    let turned = r#""segments", segments = { b = { domain = "x", method = "pseudonym" }, a = { method = "mask", first = 0 } }, pattern = "<a>_<b>", otherwise = "refuse""#;
    let options = method(written).options();
    assert_eq!(options, method(turned).options());
    assert_eq!(
        options,
        r#"{"pattern":"<a>_<b>","segments":{"a":{"method":"mask","version":1,"options":{"first":"0","last":"0","with":"*"},"as":"text","chars":"any"},"b":{"method":"pseudonym","version":1,"options":{"domain":"x"},"as":"text","chars":"any"}},"otherwise":"refuse"}"#
    );
    let other = written.replace("\"mask\"", "\"mask\", first = 1");
    assert_ne!(options, method(&other).options());
}

#[test]
fn what_inner_methods_need_is_needed_together() {
    let nested = method(
        r#""segments", pattern = "<a>_<b>", segments = { a = { method = "fake", kind = "first_name" }, b = { method = "items", split = "+", each = { method = "pseudonym", domain = "x" } } }, otherwise = { method = "pseudonym", domain = "x" }"#,
    );
    assert_eq!(nested.domains(), ["fake.first_name", "x"]);
    assert_eq!(nested.whole(), None);
    assert_eq!(method(r#""pseudonym", domain = "x""#).whole(), Some("x"));
    assert_eq!(nested.vocabulary(), method(r#""fake", kind = "first_name""#).vocabulary());
    let words = nested.words();
    assert!(words.contains("first name") && words.contains("domain \"x\""), "{words}");
}

/// A direct identifier cannot be kept by putting `keep` inside another method.
#[test]
fn what_keeps_values_whole_says_so() {
    let keep = r#"{ method = "keep", because = "no person" }"#;
    assert!(method(&format!(r#""items", split = ",", each = {keep}"#)).keeps());
    assert!(method(&format!(r#""segments", pattern = "<a>", segments = {{ a = {keep} }}"#)).keeps());
    assert!(
        method(&format!(
            r#""segments", pattern = "<a>", segments = {{ a = {{ method = "mask" }} }}, otherwise = {keep}"#
        ))
        .keeps()
    );
    assert!(!method(VISIT).keeps());
}

fn optional(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

const BY_COUNTRY: &str = r#""when", when = [{ column = "country", is = ["FI", "SE"], method = "pseudonym", domain = "nordic" }, { column = "age", less = 18, method = "redact", with = "young" }, { column = "country", null = true, method = "redact", with = "unknown" }]"#;

#[test]
fn the_first_condition_that_holds_chooses_the_method_of_a_row() {
    let method = method(&format!("{BY_COUNTRY}, otherwise = {{ method = \"mask\" }}"));
    let values = optional(&[Some("aa"), Some("bb"), Some("cc"), None, Some("dd"), Some("ee")]);
    let countries = optional(&[Some("FI"), Some("DE"), None, Some("SE"), Some("DE"), None]);
    let ages: ArrayRef = Arc::new(Int32Array::from(vec![Some(7), Some(7), Some(40), Some(1), None, Some(3)]));
    let beside = [countries, ages];
    let types: Vec<_> = beside.iter().map(|column| column.data_type().clone()).collect();
    assert_eq!(method.beside(), ["country", "age"].map(|name| verho::method::Beside::Column(name.to_owned())));
    assert_eq!(method.plan_beside(&types), Ok(()));
    let output = try_apply(&*method, &values, &beside).expect("it takes them");
    let code = code("nordic", "aa");
    assert_eq!(
        strings(&output),
        [Some(code.as_str()), Some("young"), Some("unknown"), None, Some("**"), Some("young")]
    );
    let refused = method.plan_beside(&[DataType::Int64, DataType::Int32]).expect_err("a number is no country");
    assert!(refused.to_string().starts_with("`when` does not take Int64"), "{refused}");
    assert!(method.plan_beside(&[DataType::Utf8, DataType::Utf8]).is_err());
    assert_eq!(try_apply(&*method, &values, &[]), Err(ApplyError::Beside));
}

#[test]
fn rows_without_a_condition_are_treated_as_said() {
    let values = optional(&[Some("aa"), None, Some("bb")]);
    let beside =
        [optional(&[Some("FI"), Some("DE"), Some("DE")]), Arc::new(Int32Array::from(vec![50, 50, 50])) as ArrayRef];
    let refuses = method(&format!("{BY_COUNTRY}, otherwise = \"refuse\""));
    let refused = try_apply(&*refuses, &values, &beside).expect_err("no condition holds");
    assert_eq!(refused.to_string(), "`when` cannot take a value: no condition holds for its row");
    let first = [beside[0].slice(0, 2), beside[1].slice(0, 2)];
    assert!(try_apply(&*refuses, &values.slice(0, 2), &first).is_ok(), "a null is never refused");
    let empties = method(&format!("{BY_COUNTRY}, otherwise = \"null\""));
    let planned = Outcome::Becomes { data_type: DataType::Utf8, nulls: Nulls::Added };
    assert_eq!(empties.plan(&DataType::Utf8), Ok(planned));
    let output = try_apply(&*empties, &values, &beside).expect("it takes them");
    assert_eq!(strings(&output), [Some(code("nordic", "aa").as_str()), None, None]);
}

#[test]
fn methods_of_rows_make_one_type_of_any() {
    let of = |first: &str, other: &str| {
        method(&format!(r#""when", when = [{{ column = "kind", is = ["a"], {first} }}], otherwise = {{ {other} }}"#))
    };
    let mixed = of(r#"method = "pseudonym", domain = "d""#, r#"method = "fake", kind = "name""#);
    let refused = mixed.plan(&DataType::Int64).expect_err("a number and a name");
    assert_eq!(
        refused.to_string(),
        "`when` does not take Int64; its methods make different types of it; they must make one"
    );
    assert!(of(r#"method = "drop""#, r#"method = "mask""#).plan(&DataType::Utf8).is_err());
    let kept = r#"method = "keep", because = "no person""#;
    assert_eq!(of(kept, kept).plan(&DataType::Float16), Ok(Outcome::Untouched));
    assert!(of(kept, r#"method = "mask""#).keeps());
    let kinds = [optional(&[Some("a"), Some("b"), None])];
    for data_type in [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View] {
        let values = arrow::compute::cast(&texts(["xx", "yy", "zz"]), &data_type).expect("text");
        let output = try_apply(&*of(kept, r#"method = "mask""#), &values, &kinds).expect("text is taken");
        assert_eq!(strings(&output), [Some("xx"), Some("**"), Some("**")], "{data_type}");
    }
}

/// One column of every type, kept in some rows and emptied in others.
#[test]
fn every_type_is_put_together_again() {
    let number = |row: usize| Some(row as i64).filter(|row| row % 7 != 3);
    let inputs = columns::of(40, number, |row| number(row).map(|row| format!("text {row}")));
    let kinds = [texts((0..40).map(|row| if row % 3 == 0 { "a" } else { "b" }))];
    let method = method(
        r#""by", column = "kind", of = { a = { method = "null" } }, otherwise = { method = "keep", because = "no person" }"#,
    );
    for input in inputs {
        let output = try_apply(&*method, &input, &kinds).expect("every type is taken");
        assert_eq!(output.data_type(), input.data_type());
        for row in 0..40 {
            let expected = if row % 3 == 0 { new_null_array(input.data_type(), 1) } else { input.slice(row, 1) };
            assert_eq!(&output.slice(row, 1), &expected, "{} {row}", input.data_type());
        }
    }
}

#[test]
fn the_method_is_chosen_by_what_the_column_says() {
    let contact = r#""by", column = "type", of = { "1" = { method = "redact", with = "one" }, true = { method = "redact", with = "yes" }, email = { method = "segments", pattern = "<local>@<host>", segments = { local = { method = "pseudonym", domain = "local" }, host = { method = "keep", because = "a provider" } }, otherwise = "null" } }"#;
    let method = method(&format!("{contact}, otherwise = {{ method = \"mask\" }}"));
    let values = texts(["a@b", "ab", "ab"]);
    let of = |column: ArrayRef| {
        let output = try_apply(&*method, &values, &[column]).expect("it takes them");
        strings(&output).into_iter().map(|text| text.map(str::to_owned)).collect::<Vec<_>>()
    };
    let some = |texts: [&str; 3]| texts.map(|text| Some(text.to_owned()));
    let mail = format!("{}@b", code("local", "a"));
    assert_eq!(of(texts(["email", "phone", "1"])), some([&mail, "**", "one"]));
    // A column of numbers is never "email": the plan says so.
    assert!(method.plan_beside(&[DataType::Utf8]).is_ok() && method.plan_beside(&[DataType::Int16]).is_err());
}

#[test]
fn inner_methods_get_their_own_columns() {
    let inner = |column: &str| {
        format!(
            r#"{{ method = "by", column = "{column}", of = {{ x = {{ method = "redact", with = "{column}" }} }}, otherwise = {{ method = "mask" }} }}"#
        )
    };
    let method = method(&format!(
        r#""segments", pattern = "<a>_<b>", segments = {{ a = {}, b = {{ method = "items", split = ",", each = {} }} }}, otherwise = {}"#,
        inner("one"),
        inner("two"),
        inner("three")
    ));
    let names: Vec<_> = ["one", "two", "three"].map(|name| verho::method::Beside::Column(name.to_owned())).into();
    assert_eq!(method.beside(), names);
    let values = texts(["a_b,c", "odd", "a_b,c", "odd"]);
    let beside = [texts(["x", "x", "-", "-"]), texts(["-", "-", "x", "x"]), texts(["-", "x", "-", "-"])];
    let output = try_apply(&*method, &values, &beside).expect("it takes them");
    assert_eq!(strings(&output), ["one_*,*", "three", "*_two,two", "***"].map(Some));
}

#[test]
fn wrong_conditions_are_refused_with_their_place() {
    let when = |table: &str| refusal(&format!(r#""when", when = [{{ column = "a", {table} }}], otherwise = "null""#));
    let cases = [
        (when(r#"method = "mask""#), "there is no condition"),
        (when(r#"is = [], method = "mask""#), "`is` is empty"),
        (when(r#"is = [1.5], method = "mask""#), "takes text, a whole number"),
        (when(r#"null = true, is = ["x"], method = "mask""#), "fulfils no other condition"),
        (when(r#"is = ["x"], method = "mask", firts = 1"#), "unknown key `firts` in `when`"),
        (when(r#"is = ["x"], method = "keep""#), "`because` is missing"),
        (refusal(r#""when", when = [], otherwise = "null""#), "`when` is empty"),
        (refusal(r#""when", when = [{ column = "a", is = [1], method = "mask" }]"#), "`otherwise` is missing"),
        (refusal(r#""by", column = "a", of = {}, otherwise = "null""#), "`of` is empty"),
        (refusal(r#""by", column = "a", of = { x = { method = "mask" } }"#), "`otherwise` is missing"),
    ];
    for (found, expected) in cases {
        assert!(found.contains(expected) && found.starts_with("table.toml:1:"), "{found}: {expected}");
    }
}

#[test]
fn meanings_of_rows_hold_conditions_and_methods() {
    let by = |of: &str| method(&format!(r#""by", column = "a", of = {{ {of} }}, otherwise = "null""#)).options();
    let [x, y] = [r#"x = { method = "mask" }"#, r#"y = { method = "redact" }"#];
    assert_eq!(by(&format!("{x}, {y}")), by(&format!("{y}, {x}")));
    let when = |tables: &str| method(&format!(r#""when", when = [{tables}], otherwise = "refuse""#)).options();
    let [one, two] = [
        r#"{ column = "a", is = ["1", 2], method = "mask" }"#,
        r#"{ column = "a", less = 2026-01-01, null = false, method = "redact" }"#,
    ];
    assert_ne!(when(&format!("{one}, {two}")), when(&format!("{two}, {one}")));
    assert_ne!(when(one), when(&one.replace("\"1\"", "1")));
    assert_eq!(when(one), when(&one.replace("\"1\", 2", "2, \"1\", 2")));
    assert_eq!(
        when(two),
        r#"{"when":[{"column":"a","null":false,"less":{"day":"2026-01-01"},"by":{"method":"redact","version":1,"options":{"with":"[redacted]"}}}],"otherwise":"refuse"}"#
    );
}

const DOCUMENT: &str = r#""json", paths = { "user.name" = { method = "pseudonym", domain = "name" }, "user.id" = { method = "pseudonym", domain = "user", as = "integer" }, "tags[]" = { method = "keep", because = "a fixed list" }, "orders[].sum" = { method = "generalise", width = 10, as = "number" }, "labels{key}" = { method = "pseudonym", domain = "label" }, "labels{value}" = { method = "mask" }, secret = { method = "drop" }, gone = { method = "null" } }"#;

#[test]
fn leaves_of_json_become_what_their_methods_make_of_them() {
    let text = r#" { "user" : { "id": 748, "name": "A\u00e4\"" } , "tags": ["x", 1.50, true, null],
        "orders": [{"sum": 12.5}, {"sum": 1e1}, {}], "labels": {"a": "bb", "c": null}, "secret": {"deep": [1]}, "gone": "x" } "#;
    let (id, name) = (number_code("user", 748), code("name", "Aä\""));
    let [a, c] = ["a", "c"].map(|text| code("label", text));
    let expected = format!(
        r#"{{"user":{{"id":{id},"name":"{name}"}},"tags":["x",1.50,true,null],"orders":[{{"sum":10.0}},{{"sum":10.0}},{{}}],"labels":{{"{a}":"**","{c}":null}},"gone":null}}"#
    );
    assert_eq!(one(DOCUMENT, text), Some(expected));
    assert_eq!(one(DOCUMENT, "{}").as_deref(), Some("{}"));
    assert_eq!(one(DOCUMENT, r#"{"user":null}"#).as_deref(), Some(r#"{"user":null}"#));
    // A number in a string stays in one.
    assert_eq!(one(DOCUMENT, r#"{"user":{"id":"748"}}"#), Some(format!(r#"{{"user":{{"id":"{id}"}}}}"#)));
    let list = r#""json", paths = { "[].a" = { method = "mask" } }"#;
    assert_eq!(one(list, r#"[{"a":"xy"},{"a":"z\n"}]"#).as_deref(), Some(r#"[{"a":"**"},{"a":"**"}]"#));
}

#[test]
fn what_is_not_json_of_the_listed_paths_is_refused_or_treated_as_said() {
    let misfits = [
        "",
        "{",
        "{}x",
        "{} {}",
        "[]",
        "1",
        "\"aino\"",
        "{'user':1}",
        "{\"user\":{\"name\":\"\u{1}\"}}",
        r#"{"user":{"name":"a","name":"b"}}"#,
        r#"{"user":{"id":1.0}}"#,
        r#"{"user":{"id":1e400}}"#,
        r#"{"user":{"name":7}}"#,
        r#"{"user":{"name":["a"]}}"#,
        r#"{"user":"aino"}"#,
        r#"{"user":{"aino":null}}"#,
        r#"{"aino":{}}"#,
        r#"{"tags":{"aino":1}}"#,
        r#"{"labels":{"a":"b","a":"c"}}"#,
        r#"{"secret":{"a":1,"a":2}}"#,
        r#"{"tags":["x",]}"#,
        "\u{feff}{}",
    ];
    for text in misfits {
        let refused = try_apply(&*method(DOCUMENT), &texts([text]), &[]).expect_err(text);
        assert_eq!(refused.to_string(), "`json` cannot take a value: a text is no JSON of the listed paths and types");
        let coded = format!(r#"{DOCUMENT}, otherwise = {{ method = "pseudonym", domain = "odd" }}"#);
        assert_eq!(one(&coded, text), Some(code("odd", text)), "{text}");
    }
    let drops = format!("{DOCUMENT}, unlisted = \"drop\"");
    let dropped =
        one(&drops, r#"{"aino":{"x":[1]},"user":{"name":["a"],"aino":null,"id":7},"tags":[[],"x",{}],"b":1}"#);
    assert_eq!(dropped, Some(format!(r#"{{"user":{{"id":{}}},"tags":["x"]}}"#, number_code("user", 7))));
    assert!(
        try_apply(&*method(&drops), &texts([r#"{"b":{"a":1,"a":2}}"#]), &[]).is_err(),
        "what goes is read as strictly"
    );
}

#[test]
fn names_that_become_equal_are_refused() {
    let masks = r#""json", paths = { "{key}" = { method = "mask" }, "{value}" = { method = "mask" } }"#;
    assert_eq!(one(masks, r#"{"a":"x","bc":"y"}"#).as_deref(), Some(r#"{"*":"*","**":"*"}"#));
    let refused = try_apply(&*method(masks), &texts([r#"{"a":"x","b":"y"}"#]), &[]).expect_err("two names are equal");
    let expected = "`json` cannot take a value: two names of an object become equal, or one becomes null";
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn wrong_paths_are_refused_with_their_place() {
    let paths = |rules: &str| refusal(&format!(r#""json", paths = {{ {rules} }}"#));
    let cases = [
        (paths(""), "`paths` is empty"),
        (paths(r#""a..b" = { method = "mask" }"#), "path `a..b`: a name is missing"),
        (paths(r#"a = { method = "mask" }, "\"a\"" = { method = "mask" }"#), "it is there twice"),
        (paths(r#""a{key}" = { method = "mask" }"#), "listed together"),
        (paths(r#""a{key}" = { method = "null" }, "a{value}" = { method = "mask" }"#), "a name stays a text"),
        (paths(r#"a = { method = "keep" }"#), "`because` is missing in `a`"),
        (paths(r#"a = { method = "mask", as = "integer" }"#), "`mask` does not take Int64"),
        (paths(r#"a = { method = "generalise", to = "year", as = "number" }"#), "does not take Float64"),
        (refusal(r#""json", paths = { a = { method = "mask" } }, unlisted = "keep""#), "unknown unlisted"),
    ];
    for (found, expected) in cases {
        assert!(found.contains(expected) && found.starts_with("table.toml:1:"), "{found}: {expected}");
    }
    let hint = |options| parse(options).err().expect("the options are wrong").hint.unwrap_or_default();
    let rounded = hint(r#""json", paths = { a = { method = "round", to = 10 } }"#);
    assert!(rounded.ends_with(r#"`as = "integer"` or `as = "number"` says so"#), "{rounded}");
    assert_eq!(hint(r#""json", paths = { a = { method = "shift_date", days = 9 } }"#), "");
}

#[test]
fn leaves_of_json_get_the_columns_of_their_row() {
    let by = r#""json", paths = { "a[]" = { method = "by", column = "kind", of = { x = { method = "redact", with = "X" } }, otherwise = { method = "mask" } } }"#;
    let documents = texts([r#"{"a":["p","q"]}"#, r#"{"a":[]}"#, r#"{"a":["r","st"]}"#]);
    let output = try_apply(&*method(by), &documents, &[texts(["x", "x", "-"])]).expect("it takes them");
    assert_eq!(strings(&output), [r#"{"a":["X","X"]}"#, r#"{"a":[]}"#, r#"{"a":["*","**"]}"#].map(Some));
}

proptest! {
    /// The same document, changed leaf by leaf with another library, is written in the same way.
    #[test]
    fn documents_say_what_was_made_of_their_leaves(
        names in prop::collection::vec(prop::option::of(".{0,12}"), 1..8),
        tags in prop::collection::vec("[ -~äö\\n]{0,6}", 0..4),
        id in any::<i64>(),
        odd in any::<bool>(),
    ) {
        let documents = names.iter().map(|name| {
            let mut document = serde_json::json!({ "tags": tags, "user": { "name": name, "id": id } });
            if odd {
                document["other"] = serde_json::json!([{ "a": name }, 1.5]);
            }
            serde_json::to_string_pretty(&document).expect("it is JSON")
        });
        let output = apply(&*method(&format!("{DOCUMENT}, unlisted = \"drop\"")), &texts(documents));
        for (name, output) in names.iter().zip(strings(&output)) {
            let name = name.as_ref().map(|name| code("name", name));
            let expected = serde_json::json!({ "tags": tags, "user": { "name": name, "id": number_code("user", id) } });
            prop_assert_eq!(output.map(str::to_owned), Some(expected.to_string()));
        }
    }
}

/// A misfit that is found late has left parts behind, which must not become those of the next text.
#[test]
fn parts_of_misfits_are_taken_back() {
    let otherwise = r#"otherwise = { method = "pseudonym", domain = "odd" }"#;
    let late = r#""segments", pattern = "<a>_<n>", segments = { a = { method = "pseudonym", domain = "a" }, n = { method = "pseudonym", domain = "n", as = "integer" } }"#;
    let items = r#""items", split = ",", each = { method = "pseudonym", domain = "user", as = "integer" }"#;
    let cases = [
        (late, ["a_1", "b_x", "c_3"]),
        (items, ["1,2", "3,4,x", "5,6"]),
        (DOCUMENT, [r#"{"user":{"name":"a"}}"#, r#"{"user":{"name":"b","id":1.5}}"#, r#"{"user":{"name":"c"}}"#]),
    ];
    for (options, values) in cases {
        let options = format!("{options}, {otherwise}");
        let alone = values.map(|text| one(&options, text));
        assert_eq!(alone[1], Some(code("odd", values[1])));
        let together = apply(&*method(&options), &texts(values));
        assert_eq!(strings(&together), alone.each_ref().map(Option::as_deref));
    }
}

fn objects(file: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(file).expect("a table of the corpus");
    serde_json::from_str(&text).expect("a list of objects")
}

fn column<'o>(objects: &'o [serde_json::Value], name: &str) -> Vec<&'o str> {
    objects.iter().map(|object| object[name].as_str().expect("text")).collect()
}

fn set(array: &ArrayRef) -> HashSet<&str> {
    array.as_string::<i32>().iter().flatten().collect()
}

/// Sessions are named `<user>-week<n>-<day>`: both links, and that of the user inside, hold after masking.
#[test]
fn sessions_of_the_grocery_store_still_link_to_their_users() {
    let Some(folder) = corpora::folder("aito/grocery-store") else { return };
    let [users, sessions, impressions] =
        ["users", "sessions", "impressions"].map(|name| objects(&folder.join(format!("{name}.json"))));
    let user = method(r#""pseudonym", domain = "user""#);
    let session = method(
        r#""segments", pattern = "<user>-week<week>-<day>", segments = { user = { method = "pseudonym", domain = "user" }, week = { method = "keep", because = "a week" }, day = { method = "keep", because = "a day" } }"#,
    );
    let names = apply(&*user, &texts(column(&users, "username")));
    let owners = apply(&*user, &texts(column(&sessions, "user")));
    let ids = apply(&*session, &texts(column(&sessions, "id")));
    let visits = apply(&*session, &texts(column(&impressions, "session")));
    for (id, owner) in strings(&ids).into_iter().zip(strings(&owners)) {
        let (id, owner) = (id.expect("an id"), owner.expect("a user"));
        assert_eq!(id.split_once("-week").map(|(user, _)| user), Some(owner));
    }
    assert!(set(&owners).is_subset(&set(&names)) && set(&visits).is_subset(&set(&ids)));
    assert_eq!((set(&ids).len(), visits.len()), (168, 3360));
    assert!(column(&users, "username").iter().all(|name| strings(&ids).iter().flatten().all(|id| !id.contains(name))));
}

/// Users have integers for ids; what is built from them in text still joins with those integers.
#[test]
fn ids_built_from_the_ids_of_users_still_join_with_the_integers() {
    let Some(folder) = corpora::folder("aito/generated-ecom") else { return };
    let [users, orders] = ["users", "orders"].map(|name| objects(&folder.join(format!("{name}.json"))));
    let integers = |objects: &[serde_json::Value], name: &str| -> Vec<i64> {
        objects.iter().map(|object| object[name].as_i64().expect("a whole number")).collect()
    };
    let ids: ArrayRef = Arc::new(Int64Array::from(integers(&users, "id")));
    let ids = apply(&*method(r#""pseudonym", domain = "user""#), &ids);
    let ids: HashSet<String> = ids.as_primitive::<Int64Type>().values().iter().map(i64::to_string).collect();
    let buyers = integers(&orders, "user");
    let days = orders.iter().map(|order| &order["time"].as_str().expect("a time")[..10]);
    let visits = texts(buyers.iter().zip(days).enumerate().map(|(n, (user, day))| format!("{user}_{day}_{n}")));
    let visits = apply(&*method(VISIT), &visits);
    let of_visits: HashSet<&str> =
        strings(&visits).into_iter().flatten().filter_map(|visit| Some(visit.split_once('_')?.0)).collect();
    let lists = texts(buyers.chunks(7).map(|chunk| chunk.iter().map(i64::to_string).collect::<Vec<_>>().join(" ")));
    let lists = apply(
        &*method(r#""items", split = " ", each = { method = "pseudonym", domain = "user", as = "integer" }"#),
        &lists,
    );
    let of_lists: HashSet<&str> = strings(&lists).into_iter().flatten().flat_map(|list| list.split(' ')).collect();
    assert!(of_visits.len() >= 100, "{}", of_visits.len());
    assert_eq!(of_visits, of_lists);
    assert!(of_visits.iter().all(|user| ids.contains(*user)));
}

proptest! {
    /// Whatever the texts are: each is treated as alone, and its parts as the inner method treats them.
    #[test]
    fn texts_are_treated_alike_alone_and_in_company(values in prop::collection::vec("[ab_, ]{0,9}", 1..30)) {
        let segments = r#""segments", pattern = "<a>_<b>", segments = { a = { method = "pseudonym", domain = "a" }, b = { method = "mask" } }, otherwise = { method = "items", split = ",", each = { method = "pseudonym", domain = "a" } }"#;
        let method = method(segments);
        let output = apply(&*method, &texts(values.clone()));
        for (row, value) in values.iter().enumerate() {
            let alone = one(segments, value);
            prop_assert_eq!(strings(&output)[row], alone.as_deref());
            if let Some((a, b)) = value.split_once('_').filter(|(a, b)| !a.is_empty() && !b.is_empty()) {
                prop_assert_eq!(alone, Some(format!("{}_{}", code("a", a), "*".repeat(b.len()))));
            }
        }
    }
}
