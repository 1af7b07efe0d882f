//! Objects of one table that were written by several programs: in another order, with other nullability, under other inner
//! names. The table has one schema, and every value is where its row and column are.

#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod common;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, StructArray, TimestampMicrosecondArray,
    TimestampNanosecondArray,
};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field};
use arrow::ipc::writer::FileWriter;
use common::desk::Desk;
use common::python;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

const RULES: &str = r#"
id               = { class = "direct", method = "pseudonym", domain = "id" }
plan             = { class = "attribute", method = "keep", because = "three product names" }
note             = { class = "attribute", method = "keep", because = "made up" }
amount           = { class = "attribute", method = "keep", because = "a measure" }
at               = { class = "attribute", method = "keep", because = "a moment" }
"address.street" = { class = "direct", method = "drop" }
"address.zone"   = { class = "attribute", method = "keep", because = "nine zones" }
"tags[]"         = { class = "attribute", method = "keep", because = "five words" }
"#;

fn schema(format: &str, source: &str, rules: &str) -> String {
    format!("customer = \"shop\"\ntable = \"t\"\nsource = \"{source}\"\nformat = \"{format}\"\n[columns]\n{rules}")
}

/// Every object of the one release, in order.
fn objects(desk: &Desk) -> Vec<PathBuf> {
    let release = std::fs::read_dir(desk.path("test/shop/t")).expect("a table").next().expect("a release");
    let parts = std::fs::read_dir(release.expect("an entry").path()).expect("parts");
    let mut parts: Vec<_> = parts.map(|part| part.expect("a part").path()).collect();
    parts.sort();
    parts
}

/// A desk whose table has these objects.
fn desk_of(made: &Path, objects: &[&str], limits: &str) -> Desk {
    let desk = Desk::local("shop");
    desk.write("schemas/shop/t.toml", &schema("parquet", "shop/t/*.parquet", RULES));
    objects.iter().for_each(|name| desk.put(&made.join(name), &format!("shop/t/{name}")));
    let config = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    desk.write("verho.toml", &format!("{config}\n[limits]\n{limits}\n"));
    desk
}

const OBJECTS: [&str; 7] = ["0.parquet", "1.parquet", "2.parquet", "3.parquet", "4.parquet", "5.parquet", "6.parquet"];

#[test]
fn objects_of_several_programs_are_one_table() {
    let made = tempfile::tempdir().expect("a folder");
    python::run("differing.py", &[Path::new("make"), made.path()]);
    for limits in ["threads = 3", "memory = \"96KiB\""] {
        let desk = desk_of(made.path(), &OBJECTS, limits);
        desk.approve("shop", "one", 3);
        desk.facts(&["run", "shop"]);
        let said = python::run("differing.py", &[Path::new("check"), made.path(), &desk.path("test/shop/t")]);
        assert!(said.contains("at: timestamp[us]") && said.contains("id: int64\n"), "{said}");
        let order = ["id:", "plan:", "note:", "amount:", "at:", "address:", "tags:"].map(|name| said.find(name));
        assert!(order.is_sorted() && order.iter().all(Option::is_some), "{said}");
        let cut = objects(&desk).len();
        assert!(if limits.starts_with("memory") { cut > 9 } else { cut == 7 }, "{cut} objects");
    }
}

#[test]
fn threads_change_no_byte_of_objects_that_differ() {
    let made = tempfile::tempdir().expect("a folder");
    python::run("differing.py", &[Path::new("make"), made.path()]);
    let desk = desk_of(made.path(), &OBJECTS, "threads = 1");
    desk.approve("shop", "one", 3);
    let config = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    let mut seen = Vec::new();
    for threads in ["threads = 1", "threads = 3"] {
        desk.write("verho.toml", &config.replace("threads = 1", threads));
        let release = desk.facts(&["run", "shop"])["release"].as_str().expect("a release").to_owned();
        let parts = (0..7).map(|part| desk.path(&format!("test/shop/t/{release}/part-{part:05}.parquet")));
        seen.push(parts.map(|part| std::fs::read(part).expect("a part")).collect::<Vec<_>>());
    }
    assert!(seen[0] == seen[1], "one thread and three wrote different bytes");
}

#[test]
fn the_digest_is_of_leaves_and_of_whether_one_is_null_in_any_object() {
    let made = tempfile::tempdir().expect("a folder");
    python::run("differing.py", &[Path::new("make"), made.path()]);
    let digest = |objects: &[&str]| {
        let plan = desk_of(made.path(), objects, "").facts(&["plan", "shop"]);
        plan["tables"][0]["schema"].as_str().expect("a digest").to_owned()
    };
    let [required, nullable] = [["0.parquet"], ["4.parquet"]].map(|objects| digest(&objects));
    assert_ne!(required, nullable);
    assert_eq!(digest(&["0.parquet", "3.parquet"]), required, "order and inner names are in no digest");
    assert_eq!(digest(&["0.parquet", "4.parquet"]), nullable);
    assert_eq!(digest(&["1.parquet", "3.parquet"]), nullable);
    let desk = desk_of(made.path(), &["0.parquet", "3.parquet"], "");
    desk.approve("shop", "one", 3);
    desk.facts(&["run", "shop"]);
    desk.put(&made.path().join("4.parquet"), "shop/t/4.parquet");
    let output = desk.verho(&["run", "shop"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(4), "a column that may be null was not approved: {said}");
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// Columns by their names.
type Columns<'c> = &'c [(&'c str, ArrayRef)];

fn batch(columns: Columns<'_>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.iter().map(|(name, array)| (name, array.clone(), true)))
        .expect("a batch")
}

fn put(desk: &Desk, key: &str, columns: Columns<'_>) {
    let (path, batch) = (desk.path("production").join(key), batch(columns));
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    let mut writer = ArrowWriter::try_new(File::create(path).expect("a file"), batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
}

#[test]
fn real_differences_are_refused_with_object_leaf_and_way_out() {
    let id = || ("id", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef);
    let at = || ("at", Arc::new(TimestampMicrosecondArray::from(vec![1, 2])) as ArrayRef);
    let nanos = ("at", Arc::new(TimestampNanosecondArray::from(vec![1, 2])) as ArrayRef);
    let cases: [(&str, Columns<'_>, &[&str]); 5] = [
        (
            "b.parquet",
            &[id()],
            &["object 2 of 2", "leaf `at` is not in this object, and is in the first", "with nulls in it"],
        ),
        (
            "b.parquet",
            &[at(), ("id", texts(&["1", "2"]))],
            &["object 2 of 2", "leaf `id` is of type Utf8 in this object, and of type Int64 in the first", "hint:"],
        ),
        ("b.parquet", &[id(), nanos], &["type Timestamp(ns) in this object", "type Timestamp(µs) in the first"]),
        ("id=7/b.parquet", &[at()], &["leaf `id` is a partition key in this object, and a column in the first"]),
        ("b.parquet", &[at(), id(), ("more", texts(&["a", "b"]))], &["object 2 of 2", "leaf `more` is not listed"]),
    ];
    for (key, columns, words) in cases {
        let desk = Desk::local("shop");
        let rules =
            format!("{}at = {KEEP}\n", "id = { class = \"direct\", method = \"pseudonym\", domain = \"id\" }\n");
        desk.write("schemas/shop/t.toml", &schema("parquet", "shop/t/**", &rules));
        put(&desk, "shop/t/a.parquet", &[id(), at()]);
        put(&desk, &format!("shop/t/{key}"), columns);
        let output = desk.verho(&["plan", "shop"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(6), "{said}");
        words.iter().for_each(|word| assert!(said.contains(word), "{word}: {said}"));
    }
}

const KEEP: &str = r#"{ class = "attribute", method = "keep", because = "made up" }"#;

/// The rows of the one release.
fn released(desk: &Desk) -> RecordBatch {
    let read = |path: PathBuf| {
        let file = File::open(path).expect("an object");
        ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("a reader")
    };
    let batches: Vec<_> = objects(desk).into_iter().flat_map(read).map(|batch| batch.expect("a batch")).collect();
    concat_batches(&batches[0].schema(), &batches).expect("one schema")
}

#[test]
fn columns_of_records_are_found_by_their_names() {
    let members = |names: [&str; 2]| {
        let member = |name: &str| (Arc::new(Field::new(name, DataType::Utf8, true)), texts(&[name, "x"]));
        Arc::new(StructArray::from(names.map(member).to_vec())) as ArrayRef
    };
    let arrow = |desk: &Desk, key: &str, columns: Columns<'_>| {
        let (batch, path) = (batch(columns), desk.path("production").join(key));
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        let mut writer = FileWriter::try_new(File::create(path).expect("a file"), &batch.schema()).expect("a writer");
        writer.write(&batch).expect("written");
        writer.finish().expect("ended");
    };
    let rules = format!("b = {KEEP}\na = {KEEP}\n");
    for format in ["csv", "ndjson", "arrow"] {
        let desk = Desk::local("shop");
        let more = format!("\"c.d\" = {KEEP}\n\"c.e\" = {KEEP}\n");
        let rules = if format == "arrow" { format!("{rules}{more}") } else { rules.clone() };
        desk.write("schemas/shop/t.toml", &schema(format, "shop/t/*", &rules));
        match format {
            "csv" => {
                desk.write("production/shop/t/0", "b,a\nbe,\"al\npha\"\n,\n");
                desk.write("production/shop/t/1", "a,b\n\"al\npha\",be\n,\n");
            }
            "ndjson" => {
                desk.write("production/shop/t/0", "{\"b\":\"be\",\"a\":\"al\\npha\"}\n{}\n");
                desk.write("production/shop/t/1", "{\"a\":\"al\\npha\",\"b\":\"be\"}\n{\"a\":null}\n");
            }
            _ => {
                let (a, b) = (("a", texts(&["al\npha", "x"])), ("b", texts(&["be", "x"])));
                arrow(&desk, "shop/t/0", &[b.clone(), a.clone(), ("c", members(["d", "e"]))]);
                arrow(&desk, "shop/t/1", &[("c", members(["e", "d"])), a, b]);
            }
        }
        desk.approve("shop", "one", 3);
        desk.facts(&["run", "shop"]);
        let rows = released(&desk);
        let (first, second) = (rows.slice(0, 2), rows.slice(2, 2));
        assert_eq!(first, second, "{format}");
        let of = |name: &str| rows.column_by_name(name).expect("a column").as_string::<i32>().value(0).to_owned();
        assert_eq!((of("a"), of("b"), rows.num_rows()), ("al\npha".to_owned(), "be".to_owned(), 4), "{format}");
        if let Some(c) = rows.column_by_name("c") {
            assert_eq!(c.as_struct().column_by_name("d").expect("a member").as_string::<i32>().value(2), "d");
        }
    }
}
