//! A leaf whose rule says `unique` leaves without two equal values in the whole table, or nothing leaves.

#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod common;

use std::process::Output;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, ListArray, RecordBatch, StringArray, StructArray};
use arrow::datatypes::{DataType, Field, Int64Type};
use common::desk::Desk;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;

const HEAD: &str =
    "customer = \"shop\"\ntable = \"people\"\nsource = \"shop/people/*.parquet\"\nformat = \"parquet\"\n[columns]\n";

/// One column, one value a row.
fn column(array: ArrayRef) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable([("id", array, true)]).expect("a batch")
}

fn texts(values: impl IntoIterator<Item = Option<String>>) -> RecordBatch {
    column(Arc::new(StringArray::from_iter(values)))
}

fn ids(rows: std::ops::Range<usize>) -> RecordBatch {
    texts(rows.map(|row| Some(format!("person-{row:06}"))))
}

/// A desk with one rule for one column, and these objects.
fn desk(rule: &str, objects: &[RecordBatch]) -> Desk {
    desk_of(&format!("id = {{ {rule} }}\n"), objects)
}

fn desk_of(columns: &str, objects: &[RecordBatch]) -> Desk {
    let desk = Desk::local("shop");
    desk.write("schemas/shop/people.toml", &format!("{HEAD}{columns}"));
    for (number, batch) in objects.iter().enumerate() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(10_000))
            .set_dictionary_page_size_limit(1 << 16)
            .set_data_page_size_limit(1 << 16)
            .build();
        let handle = file.reopen().expect("a handle");
        let mut writer = ArrowWriter::try_new(handle, batch.schema(), Some(properties)).expect("a writer");
        writer.write(batch).expect("written");
        writer.close().expect("closed");
        desk.put(file.path(), &format!("shop/people/{number}.parquet"));
    }
    desk
}

fn run(desk: &Desk) -> Output {
    desk.approve("shop", "unique", 2);
    desk.verho(&["run", "shop"])
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const KEEP: &str = r#"class = "attribute", method = "keep", because = "a test""#;
const PSEUDONYM: &str = r#"class = "direct", method = "pseudonym", domain = "id""#;
const EMAIL: &str = r#"class = "direct", method = "fake", kind = "email""#;
const CITY: &str = r#"class = "quasi", method = "fake", kind = "city""#;

/// The run is refused with the table and the leaf, no value is told, and nothing is visible.
fn refused(rule: &str, objects: &[RecordBatch]) {
    let desk = desk(&format!("{rule}, unique = true"), objects);
    let output = run(&desk);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(7), "{rule}: {said}");
    assert!(said.contains("table `people`") && said.contains("leaf `id`") && said.contains("hint: "), "{said}");
    assert!(!said.contains("person-"), "{said}");
    assert!(!desk.path("test/shop/current.json").exists(), "{rule}");
    assert!(!desk.path("test/shop/releases").exists(), "{rule}");
}

fn passes(rule: &str, objects: &[RecordBatch]) {
    let output = run(&desk(rule, objects));
    assert!(output.status.success(), "{rule}: {}", said(&output));
}

#[test]
fn a_value_in_two_objects_is_refused() {
    let objects = [ids(0..2_000), ids(1_999..4_000)];
    for rule in [KEEP, PSEUDONYM, EMAIL] {
        refused(rule, &objects);
    }
    passes(KEEP, &objects);
}

#[test]
fn a_value_in_two_row_groups_is_refused() {
    refused(KEEP, &[texts((0..25_000).map(|row| Some(format!("person-{:06}", row % 24_999))))]);
}

/// Of values that repeat, pages are copied and dictionaries are translated: here they must not be.
#[test]
fn a_value_that_repeats_in_a_dictionary_is_refused() {
    let repeating = [texts((0..9_000).map(|row| Some(format!("person-{}", row % 50))))];
    refused(KEEP, &repeating);
    refused(PSEUDONYM, &repeating);
    passes(PSEUDONYM, &repeating);
}

#[test]
fn a_fake_that_meets_another_is_refused() {
    refused(CITY, &[ids(0..5_000)]);
}

#[test]
fn unique_values_pass_and_nulls_are_none() {
    let some = |rows: std::ops::Range<usize>| texts(rows.map(|row| (row % 3 > 0).then(|| format!("person-{row}"))));
    for rule in [KEEP, PSEUDONYM, EMAIL] {
        passes(&format!("{rule}, unique = true"), &[some(0..12_000), some(12_000..15_000)]);
    }
    let numbers = |from: i64| column(Arc::new(Int64Array::from_iter_values(from..from + 500)));
    passes(&format!("{KEEP}, unique = true"), &[numbers(0), numbers(500)]);
}

#[test]
fn slices_of_a_row_group_are_held_against_each_other() {
    let long = |modulus: usize| {
        texts((0..9_000).map(|row| Some(format!("person-{}", row % modulus) + &"x".repeat(400 + row % modulus % 7))))
    };
    for (modulus, code) in [(9_000, Some(0)), (8_999, Some(7))] {
        let desk = desk(&format!("{KEEP}, unique = true"), &[long(modulus)]);
        let config = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
        desk.write("verho.toml", &format!("{config}\n[limits]\nmemory = \"4MiB\"\nthreads = 2\n"));
        assert!(desk.facts(&["plan", "shop"])["tables"][0]["parts"].as_u64().expect("a number") > 2);
        let output = run(&desk);
        assert_eq!(output.status.code(), code, "{}", said(&output));
    }
}

/// Other leaves of the structure are kept: their pages leave as they are, and the unique one's do not.
#[test]
fn a_leaf_of_a_structure_is_held_too() {
    let person = |rows: std::ops::Range<usize>| {
        let text = |name: &str| Arc::new(Field::new(name, DataType::Utf8, true));
        let id: ArrayRef = Arc::new(StringArray::from_iter_values(rows.clone().map(|row| format!("person-{row}"))));
        let plan: ArrayRef = Arc::new(StringArray::from_iter_values(rows.map(|row| ["free", "pro"][row % 2])));
        let person = StructArray::from(vec![(text("plan"), plan), (text("id"), id)]);
        RecordBatch::try_from_iter([("person", Arc::new(person) as ArrayRef)]).expect("a batch")
    };
    let columns = format!("\"person.id\" = {{ {KEEP}, unique = true }}\n\"person.plan\" = {{ {KEEP} }}\n");
    for (from, code) in [(700, Some(0)), (699, Some(7))] {
        let output = run(&desk_of(&columns, &[person(0..700), person(from..900)]));
        assert_eq!(output.status.code(), code, "{}", said(&output));
    }
}

#[test]
fn what_cannot_be_held_is_refused_by_the_plan() {
    let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1), Some(2)])]));
    let cases = [
        (format!("\"id[]\" = {{ {KEEP}, unique = true }}\n"), column(list), "list or a map"),
        (r#"id = { class = "direct", method = "null", unique = true }"#.to_owned(), ids(0..3), "nothing to be unique"),
        (
            format!("id = {{ {KEEP}, unique = true }}\n"),
            column(Arc::new(Int64Array::from_iter_values(0..300_000))),
            "[limits] memory",
        ),
    ];
    for (columns, batch, expected) in cases {
        let desk = desk_of(&columns, &[batch]);
        let config = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
        desk.write("verho.toml", &format!("{config}\n[limits]\nmemory = \"4MiB\"\n"));
        let output = desk.verho(&["plan", "shop"]);
        assert_eq!(output.status.code(), Some(6), "{columns}: {}", said(&output));
        assert!(said(&output).contains(expected) && said(&output).contains("people.toml:6"), "{}", said(&output));
    }
}

#[test]
fn an_approval_ends_where_a_leaf_need_no_longer_be_unique() {
    let desk = desk(&format!("{KEEP}, unique = true"), &[ids(0..10)]);
    desk.approve("shop", "unique", 2);
    assert!(desk.facts(&["plan", "shop"])["tables"][0]["leaves"][0]["words"].to_string().contains("no two values"));
    desk.write("schemas/shop/people.toml", &format!("{HEAD}id = {{ {KEEP}, unique = false }}\n"));
    assert_eq!(desk.verho(&["run", "shop"]).status.code(), Some(4));
}
