//! Numbers, dates and distributions through the whole program: what a release holds is what the methods promise.

#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod common;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::sync::Arc;

use arrow::array::*;
use arrow::buffer::NullBuffer;
use arrow::datatypes::*;
use arrow::ipc::writer::FileWriter;
use arrow::util::display::array_value_to_string;
use common::desk::Desk;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

const ROWS: usize = 3_000;

const RULES: &str = r#"customer = "clinic"
table    = "visits"
source   = "clinic/visits/*.parquet"
format   = "parquet"
subject  = "patient"

[columns]
patient   = { class = "direct", method = "pseudonym", domain = "patient" }
day       = { class = "quasi", method = "shift_date", days = 60, weekday = true }
seen      = { class = "quasi", method = "shift_date", days = 60, weekday = true }
ward      = { class = "attribute", method = "keep", because = "four wards" }
salary    = { class = "sensitive", method = "shuffle", group = "ward" }
weight    = { class = "quasi", method = "bucket", k = 5 }
diagnosis = { class = "sensitive", method = "sample" }
cost      = { class = "sensitive", method = "noise", kind = "laplace", scale = 20, min = 0, by = "patient" }
age       = { class = "quasi", method = "generalise", hierarchy = "age.csv", level = 2 }
address   = { class = "quasi", method = "generalise", network = 24 }
latitude  = { class = "quasi", method = "generalise", grid = 0.1 }
stay      = { class = "quasi", method = "clamp", max = 14 }
fee       = { class = "sensitive", method = "round", to = 10 }
site      = { class = "direct", method = "constant", value = "somewhere" }
"#;

fn visits() -> RecordBatch {
    let rows = || 0..ROWS as i64;
    let number = |value: fn(i64) -> i64| -> ArrayRef { Arc::new(Int64Array::from_iter_values(rows().map(value))) };
    let text = |value: fn(i64) -> String| -> ArrayRef { Arc::new(StringArray::from_iter_values(rows().map(value))) };
    let seen = TimestampMicrosecondArray::from_iter_values(rows().map(|row| row % 500 * 86_400_000_000 + row));
    let cost = Decimal128Array::from_iter_values(rows().map(|row| i128::from(row % 50 * 100)));
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        ("patient", number(|row| row % 300), false),
        ("day", Arc::new(Date32Array::from_iter_values(rows().map(|row| (row % 500) as i32))), true),
        ("seen", Arc::new(seen.with_timezone("UTC")), true),
        ("ward", text(|row| format!("ward {}", row % 4)), false),
        ("salary", number(|row| row * 4 + row % 4), false),
        ("weight", number(|row| row * 37 % 1_000), true),
        ("diagnosis", text(|row| if row % 500 == 0 { format!("rare {row}") } else { format!("J{}", row % 9) }), true),
        ("cost", Arc::new(cost.with_data_type(DataType::Decimal128(12, 2))), false),
        ("age", number(|row| row % 100), false),
        ("address", text(|row| format!("192.0.{}.{}", row % 3, row % 250)), true),
        ("latitude", Arc::new(Float64Array::from_iter_values(rows().map(|row| row as f64 / 50.0))), true),
        ("stay", number(|row| row % 40), false),
        ("fee", number(|row| row), false),
        ("site", text(|row| format!("site {row}")), false),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).expect("a batch")
}

/// The one object of a release of these rows.
fn carried(rules: &str, visits: &RecordBatch) -> RecordBatch {
    let desk = Desk::local("clinic");
    desk.write("schemas/clinic/visits.toml", rules);
    desk.write("schemas/clinic/age.csv", include_str!("samples/age.csv"));
    let file = tempfile::NamedTempFile::new().expect("a file");
    let mut writer = ArrowWriter::try_new(file.reopen().expect("a handle"), visits.schema(), None).expect("a writer");
    writer.write(visits).expect("written");
    writer.close().expect("closed");
    desk.put(file.path(), "clinic/visits/0.parquet");
    desk.approve("clinic", "distributions", 1);
    let done = desk.facts(&["run", "clinic"]);
    let shown = desk.facts(&["release", "show", "clinic", done["release"].as_str().expect("a name")]);
    let key = shown["tables"]["visits"]["objects"][0]["key"].as_str().expect("a key");
    let object = File::open(desk.path("test/clinic").join(key)).expect("an object");
    let mut batches = ParquetRecordBatchReaderBuilder::try_new(object).expect("Parquet");
    batches = batches.with_batch_size(ROWS);
    batches.build().expect("a reader").next().expect("rows").expect("a batch")
}

fn numbers(batch: &RecordBatch, name: &str) -> Vec<i64> {
    let column = batch.column_by_name(name).expect("a column");
    assert_eq!(column.null_count(), 0, "{name}");
    column.as_primitive::<Int64Type>().values().to_vec()
}

fn texts<'b>(batch: &'b RecordBatch, name: &str) -> Vec<&'b str> {
    batch.column_by_name(name).expect("a column").as_string::<i32>().iter().map(|text| text.expect("text")).collect()
}

fn dates_moved_alike(before: &RecordBatch, after: &RecordBatch) {
    let days = |batch: &RecordBatch| batch["day"].as_primitive::<Date32Type>().values().to_vec();
    let seen = |batch: &RecordBatch| batch["seen"].as_primitive::<TimestampMicrosecondType>().values().to_vec();
    let patients = numbers(before, "patient");
    let mut offsets = HashMap::new();
    for (row, patient) in patients.iter().enumerate() {
        let offset = days(after)[row] - days(before)[row];
        assert!(offset != 0 && offset % 7 == 0 && offset.abs() <= 60);
        assert_eq!(i64::from(offset) * 86_400_000_000, seen(after)[row] - seen(before)[row]);
        assert_eq!(*offsets.entry(patient).or_insert(offset), offset, "dates of a patient move alike");
    }
    assert!(offsets.values().collect::<HashSet<_>>().len() > 10);
}

#[test]
fn a_release_holds_what_the_methods_promise() {
    let before = visits();
    let after = carried(RULES, &before);
    dates_moved_alike(&before, &after);

    let (salaries, wards) = (numbers(&after, "salary"), texts(&after, "ward"));
    assert!(salaries.iter().zip(&wards).all(|(salary, ward)| format!("ward {}", salary % 4) == **ward));
    assert_ne!(salaries, numbers(&before, "salary"));
    let sorted = |mut numbers: Vec<i64>| {
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(sorted(salaries), sorted(numbers(&before, "salary")));

    let mut weights = HashMap::new();
    numbers(&after, "weight").into_iter().for_each(|weight| *weights.entry(weight).or_insert(0) += 1);
    assert!(weights.len() > 100 && weights.values().all(|count| *count >= 5));
    assert!(texts(&after, "diagnosis").iter().all(|diagnosis| diagnosis.starts_with('J')));
    let costs = after["cost"].as_primitive::<Decimal128Type>();
    assert!(costs.values().iter().all(|cost| *cost >= 0) && costs.values().iter().any(|cost| cost % 100 != 0));
    assert!(texts(&after, "age").iter().zip(0..).all(|(age, row)| {
        let decade = row % 100 / 10 * 10;
        *age == format!("{decade}-{}", decade + 9)
    }));
    assert!(
        texts(&after, "address").iter().zip(0..).all(|(address, row)| *address == format!("192.0.{}.0/24", row % 3))
    );
    let latitudes = after["latitude"].as_primitive::<Float64Type>();
    assert_eq!((latitudes.value(0), latitudes.value(14), latitudes.value(15)), (0.0, 0.2, 0.3));
    assert!(numbers(&after, "stay").iter().max() == Some(&14));
    assert!(numbers(&after, "fee").iter().all(|fee| fee % 10 == 0));
    assert!(texts(&after, "site").iter().all(|site| *site == "somewhere"));
}

const MEMBERS: &str = r#"customer = "clinic"
table    = "visits"
source   = "clinic/visits/*.parquet"
format   = "parquet"

[columns]
"stay.id"     = { class = "direct", method = "pseudonym", domain = "stay", unique = true }
"stay.doctor" = { class = "sensitive", method = "shuffle" }
"stay.days"   = { class = "sensitive", method = "bucket", k = 2 }
"stay.ward"   = { class = "sensitive", method = "sample", k = 10 }
"stay.none"   = { class = "attribute", method = "keep", because = "nothing but nulls" }
never         = { class = "free_text", method = "null" }
"#;

/// Members that cannot be null, and one of no type, of a structure that is null in two rows of three.
fn stays() -> RecordBatch {
    let text = |name: &str, value: fn(usize) -> String| {
        let array: ArrayRef = Arc::new(StringArray::from_iter_values((0..ROWS).map(value)));
        (Arc::new(Field::new(name, DataType::Utf8, false)), array)
    };
    let days: ArrayRef = Arc::new(Int64Array::from_iter_values((0..ROWS as i64).map(|row| 5_000 + row)));
    let (fields, members): (Vec<_>, Vec<_>) = [
        text("id", |row| format!("stay {row}")),
        text("doctor", |row| format!("doctor {row}")),
        (Arc::new(Field::new("days", DataType::Int64, false)), days),
        text("ward", |row| format!("ward {}", row % 2)),
        (Arc::new(Field::new("none", DataType::Null, true)), Arc::new(NullArray::new(ROWS))),
    ]
    .into_iter()
    .unzip();
    let nulls = NullBuffer::from_iter((0..ROWS).map(|row| row % 3 == 0));
    let stays: ArrayRef = Arc::new(StructArray::new(fields.into(), members, Some(nulls)));
    let never: ArrayRef = Arc::new(NullArray::new(ROWS));
    RecordBatch::try_from_iter_with_nullable([("stay", stays, true), ("never", never, true)]).expect("a batch")
}

#[test]
fn members_that_cannot_be_null_are_nobodys_where_their_structure_is_null() {
    let (before, after) = (stays(), carried(MEMBERS, &stays()));
    let (was, is) = (before["stay"].as_struct(), after["stay"].as_struct());
    assert_eq!(was.nulls(), is.nulls());
    assert_eq!((after["never"].logical_null_count(), is["none"].logical_null_count()), (ROWS, ROWS));
    let there = |stays: &StructArray, name: &str| -> Vec<String> {
        let column = stays.column_by_name(name).expect("a member");
        let rows = (0..ROWS).filter(|row| stays.is_valid(*row));
        let mut all: Vec<_> = rows.map(|row| array_value_to_string(column, row).expect("a value")).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(there(is, "doctor"), there(was, "doctor"), "a value is lost to a row that has none");
    assert!(there(is, "days").iter().all(|days| days.len() == 4 && **days >= *"5000"), "nothing had a share in a mean");
    let wards: HashSet<String> = there(is, "ward").into_iter().collect();
    assert_eq!(wards, HashSet::from(["ward 0", "ward 1"].map(str::to_owned)), "what nobody had was drawn");
    assert_eq!(there(is, "id").into_iter().collect::<HashSet<_>>().len(), ROWS / 3);
}

const LISTS: &str = r#"customer = "clinic"
table    = "lists"
source   = "clinic/lists/*"
format   = "FORMAT"

[columns]
ward     = { class = "attribute", method = "keep", because = "three wards" }
"tags[]" = { class = "sensitive", method = "shuffle", group = "ward" }
"map{key}"   = { class = "attribute", method = "keep", because = "two names" }
"map{value}" = { class = "sensitive", method = "shuffle", group = "ward" }
"#;

/// Of each row its ward, its tags, and the values of its map.
type Lists = (String, Vec<String>, Vec<String>);

fn lists() -> Vec<Lists> {
    let of = |ward: usize, what: &str, row: usize, count: usize| {
        (0..count).map(|at| format!("{what} {row}.{at} of {ward}")).collect()
    };
    let row = |row: usize| (row % 3).to_string();
    (0..ROWS).map(|at| (row(at), of(at % 3, "tag", at, at % 4), of(at % 3, "value", at, at % 3))).collect()
}

/// The rows as batches of two columns.
fn batch_of(lists: &[Lists]) -> RecordBatch {
    let (mut tags, mut maps) =
        (ListBuilder::new(StringBuilder::new()), MapBuilder::new(None, StringBuilder::new(), StringBuilder::new()));
    for (_, items, values) in lists {
        tags.append_value(items.iter().map(Some));
        for (at, value) in values.iter().enumerate() {
            maps.keys().append_value(format!("key {at}"));
            maps.values().append_value(value);
        }
        maps.append(true).expect("as many keys as values");
    }
    let wards: ArrayRef = Arc::new(StringArray::from_iter_values(lists.iter().map(|(ward, ..)| ward)));
    RecordBatch::try_from_iter([
        ("ward", wards),
        ("tags", Arc::new(tags.finish()) as ArrayRef),
        ("map", Arc::new(maps.finish())),
    ])
    .expect("a batch")
}

/// What all objects of a release hold, and how many they are.
fn lists_carried(format: &str, limits: &str) -> (usize, Vec<Lists>) {
    let (desk, batch) = (Desk::local("clinic"), batch_of(&lists()));
    desk.write("schemas/clinic/lists.toml", &LISTS.replace("FORMAT", format));
    let config = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    desk.write("verho.toml", &format!("{config}\n[limits]\n{limits}\n"));
    let file = tempfile::NamedTempFile::new().expect("a file");
    if format == "arrow" {
        let mut writer = FileWriter::try_new(file.reopen().expect("a handle"), &batch.schema()).expect("a writer");
        writer.write(&batch).expect("written");
        writer.finish().expect("ended");
    } else {
        let mut writer =
            ArrowWriter::try_new(file.reopen().expect("a handle"), batch.schema(), None).expect("a writer");
        writer.write(&batch).expect("written");
        writer.close().expect("closed");
    }
    desk.put(file.path(), "clinic/lists/0");
    desk.approve("clinic", "lists", 1);
    let done = desk.facts(&["run", "clinic"]);
    let shown = desk.facts(&["release", "show", "clinic", done["release"].as_str().expect("a name")]);
    let objects = shown["tables"]["lists"]["objects"].as_array().expect("objects");
    let mut rows = Vec::new();
    for object in objects {
        let object = File::open(desk.path("test/clinic").join(object["key"].as_str().expect("a key")));
        let batches = ParquetRecordBatchReaderBuilder::try_new(object.expect("an object")).expect("Parquet");
        batches.build().expect("a reader").for_each(|batch| rows.extend(lists_of(&batch.expect("a batch"))));
    }
    (objects.len(), rows)
}

fn lists_of(batch: &RecordBatch) -> Vec<Lists> {
    let all = |items: &ArrayRef| items.as_string::<i32>().iter().map(|text| text.expect("text").to_owned()).collect();
    let (tags, maps) = (batch["tags"].as_list::<i32>(), batch["map"].as_map());
    let row =
        |row: usize| (texts(batch, "ward")[row].to_owned(), all(&tags.value(row)), all(maps.value(row).column(1)));
    (0..batch.num_rows()).map(row).collect()
}

#[test]
fn what_lists_hold_moves_within_its_group_and_is_there_once_whatever_parts_there_are() {
    let sorted = |rows: &[Lists]| {
        let mut all: Vec<_> = rows.iter().flat_map(|(_, tags, values)| tags.iter().chain(values).cloned()).collect();
        all.sort_unstable();
        all
    };
    let before = lists();
    for (format, limits) in [("arrow", "part_size = \"16KiB\""), ("parquet", "memory = \"1MiB\"")] {
        let (parts, after) = lists_carried(format, limits);
        assert!(parts > 3, "{format}: {parts} parts");
        let lengths = |rows: &[Lists]| -> Vec<_> {
            rows.iter().map(|(ward, tags, values)| (ward.clone(), tags.len(), values.len())).collect()
        };
        assert_eq!(lengths(&after), lengths(&before), "{format}");
        let stays = |(ward, tags, values): &Lists| tags.iter().chain(values).all(|text| text.ends_with(ward));
        assert!(after.iter().all(stays), "{format}: a value came to a row of another group");
        assert!(sorted(&after) == sorted(&before), "{format}: a value is lost, or there twice");
        assert_ne!(after, before);
    }
}
