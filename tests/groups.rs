//! `[privacy]`: every group of equal quasi-identifiers that leaves is shared by k people, or its rows do not leave.

#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Output;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, StructArray};
use arrow::datatypes::{DataType, Field, Int64Type};
use common::desk::Desk;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;

/// One row: whose it is, where they live, how old they are, and what they have.
#[derive(Debug, Clone)]
struct Row {
    person: Option<String>,
    postcode: Option<String>,
    age: Option<i64>,
    illness: String,
}

fn row(person: usize, postcode: &str, age: i64) -> Row {
    let illness = ["cold", "flu", "gout", "mumps"][person % 4].to_owned();
    Row { person: Some(format!("person-{person}")), postcode: Some(postcode.to_owned()), age: Some(age), illness }
}

/// So many people of one place and age, each with one row.
fn people(from: usize, count: usize, postcode: &str, age: i64) -> Vec<Row> {
    (from..from + count).map(|person| row(person, postcode, age)).collect()
}

fn batch(rows: &[Row]) -> RecordBatch {
    let texts = |of: fn(&Row) -> Option<&str>| -> ArrayRef { Arc::new(StringArray::from_iter(rows.iter().map(of))) };
    let home = Field::new("postcode", DataType::Utf8, true);
    let home = StructArray::from(vec![(Arc::new(home), texts(|row| row.postcode.as_deref()))]);
    RecordBatch::try_from_iter_with_nullable([
        ("person", texts(|row| row.person.as_deref()), true),
        ("home", Arc::new(home) as ArrayRef, true),
        ("age", Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.age))) as ArrayRef, true),
        ("illness", texts(|row| Some(&row.illness)), true),
    ])
    .expect("a batch")
}

const COLUMNS: &str = r#"
[columns]
person          = { class = "direct", method = "pseudonym", domain = "person" }
"home.postcode" = { class = "quasi", method = "generalise", prefix = 3 }
age             = { class = "quasi", method = "generalise", width = 10 }
illness         = { class = "sensitive", method = "keep", because = "made for a test" }
"#;

/// A table of these objects, in row groups of 40 rows.
fn desk_of(privacy: &str, columns: &str, objects: &[&[Row]]) -> Desk {
    let desk = Desk::local("shop");
    let head = "customer = \"shop\"\ntable = \"people\"\nsource = \"shop/people/*.parquet\"\nformat = \"parquet\"\n";
    desk.write("schemas/shop/people.toml", &format!("{head}{columns}\n[privacy]\n{privacy}\n"));
    for (number, rows) in objects.iter().enumerate() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let properties = WriterProperties::builder().set_max_row_group_row_count(Some(40)).build();
        let handle = file.reopen().expect("a handle");
        let batch = batch(rows);
        let mut writer = ArrowWriter::try_new(handle, batch.schema(), Some(properties)).expect("a writer");
        writer.write(&batch).expect("written");
        writer.close().expect("closed");
        desk.put(file.path(), &format!("shop/people/{number}.parquet"));
    }
    desk
}

fn desk(privacy: &str, objects: &[&[Row]]) -> Desk {
    desk_of(privacy, &format!("subject = \"person\"\n{COLUMNS}"), objects)
}

fn run(desk: &Desk) -> Output {
    desk.approve("shop", "groups", 3);
    desk.verho(&["--output", "json", "run", "shop"])
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn done(desk: &Desk) -> serde_json::Value {
    let output = run(desk);
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The run is refused by a guard, nothing is visible and no value is told.
fn refused(desk: &Desk) -> String {
    desk.approve("shop", "groups", 3);
    let output = desk.verho(&["run", "shop"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(7), "{said}");
    assert!(!desk.path("test/shop/releases").exists() && !desk.path("test/shop/current.json").exists());
    assert!(!["person-", "cold", "gout", "001", "999"].iter().any(|value| said.contains(value)), "{said}");
    said
}

/// A row of the output: token, postcode, age, illness.
type Left = (Option<String>, Option<String>, Option<i64>, Option<String>);

fn left(desk: &Desk) -> Vec<Left> {
    let release = std::fs::read_dir(desk.path("test/shop/people")).expect("a table").next().expect("one").expect("one");
    let mut files: Vec<_> =
        std::fs::read_dir(release.path()).expect("a release").map(|file| file.expect("one").path()).collect();
    files.sort();
    let mut rows = Vec::new();
    for file in files {
        let file = std::fs::File::open(file).expect("a part");
        for batch in ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("a reader") {
            let batch = batch.expect("rows");
            let text = |array: &ArrayRef, row: usize| {
                array.is_valid(row).then(|| array.as_string::<i32>().value(row).to_owned())
            };
            let (home, ages) = (batch.column(1).as_struct(), batch.column(2).as_primitive::<Int64Type>());
            rows.extend((0..batch.num_rows()).map(|row| {
                let age = ages.is_valid(row).then(|| ages.value(row));
                (text(batch.column(0), row), text(home.column(0), row), age, text(batch.column(3), row))
            }));
        }
    }
    rows
}

/// The people of every group, counted anew.
type Groups = BTreeMap<(Option<String>, Option<i64>), BTreeSet<Option<String>>>;

fn groups(rows: &[Left]) -> Groups {
    let mut groups: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (person, postcode, age, _) in rows {
        groups.entry((postcode.clone(), *age)).or_default().insert(person.clone());
    }
    groups
}

#[test]
fn rows_of_small_groups_are_withheld_and_counted() {
    let (many, few) = (people(0, 60, "00100", 31), people(60, 4, "99999", 77));
    let desk = desk("k = 5\non_small_group = \"suppress\"\nmax_suppressed = 0.1", &[&many, &few]);
    let done = done(&desk);
    assert_eq!(done["tables"]["people"], 60);
    assert_eq!(done["groups"]["people"]["withheld"], 5, "rounded up to k");
    assert_eq!(done["assessment"]["claim"], "deidentified with k = 5");
    let left = left(&desk);
    assert_eq!(groups(&left).keys().collect::<Vec<_>>(), [&(Some("001".to_owned()), Some(30))]);
}

#[test]
fn a_person_with_many_rows_is_one_person() {
    let mut rows = people(0, 40, "00100", 31);
    rows.extend((0..20).map(|_| row(99, "99999", 77)));
    let desk = desk("k = 5\non_small_group = \"suppress\"\nmax_suppressed = 0.5", &[&rows]);
    assert_eq!(done(&desk)["tables"]["people"], 40);
    let rows_counted = format!("{}\n{COLUMNS}", "");
    let desk = desk_of("k = 5\non_small_group = \"suppress\"", &rows_counted, &[&rows]);
    let checked = desk.verho(&["check"]);
    assert!(String::from_utf8_lossy(&checked.stdout).contains("k counts rows"));
    let facts = done(&desk);
    assert_eq!(facts["tables"]["people"], 60);
    assert!(facts["assessment"]["singling_out"].to_string().contains("fewer people"), "{facts}");
}

/// Nobody's rows count nobody; a person in a group that goes keeps the rows in others, which lose nothing.
#[test]
fn nobody_is_no_one_and_other_groups_stay_whole() {
    let mut rows = people(0, 40, "00100", 31);
    rows.extend((0..9).map(|_| Row { person: None, ..row(0, "22222", 55) }));
    rows.extend([row(0, "99999", 77), row(1, "99999", 77)]);
    let desk = desk("k = 5\non_small_group = \"suppress\"\nmax_suppressed = 0.5", &[&rows]);
    let facts = done(&desk);
    assert_eq!(facts["tables"]["people"], 40);
    assert!(groups(&left(&desk)).values().all(|people| people.len() == 40));
    assert!(facts["assessment"]["singling_out"].to_string().contains("rows in several combinations"), "{facts}");
}

#[test]
fn nulls_are_a_value_of_their_own_and_objects_are_counted_together() {
    let nowhere = |person| Row { postcode: None, age: None, ..row(person, "", 0) };
    let halves =
        |from: usize| -> Vec<Row> { (from..from + 3).map(nowhere).chain(people(from + 10, 3, "00100", 31)).collect() };
    let desk = desk("k = 6", &[&halves(0), &halves(100)]);
    assert_eq!(done(&desk)["tables"]["people"], 12);
    let few: Vec<Row> = people(0, 9, "00100", 31).into_iter().chain((20..22).map(nowhere)).collect();
    refused(&self::desk("k = 6", &[&few]));
}

/// A table of these lines, of which whoever reads the output sees every structure and every sign.
fn desk_of_lines(privacy: &str, columns: &str, lines: impl IntoIterator<Item = String>) -> Desk {
    let desk = Desk::local("shop");
    let head = "customer = \"shop\"\ntable = \"people\"\nsource = \"shop/people/*.ndjson\"\nformat = \"ndjson\"\n\
                output = \"same\"\nsubject = \"person\"\n";
    let person = "person = { class = \"direct\", method = \"pseudonym\", domain = \"person\" }\n";
    desk.write("schemas/shop/people.toml", &format!("{head}[privacy]\n{privacy}\n[columns]\n{person}{columns}"));
    desk.write("production/shop/people/0.ndjson", &lines.into_iter().collect::<String>());
    desk
}

/// Whoever reads the output can tell an address that is missing from one without a town, and the two zeros.
#[test]
fn what_can_be_told_apart_is_not_one_group() {
    let columns = "\"home.town\" = { class = \"quasi\", method = \"keep\", because = \"a test\" }\n\
                   at = { class = \"quasi\", method = \"keep\", type = \"float64\", because = \"a test\" }\n";
    let line = |(person, rest): (usize, &str)| format!("{{\"person\":\"person-{person:04}\",{rest}}}\n");
    let many = (0..20).map(|person| (person, "\"home\":{\"town\":null},\"at\":0.0"));
    for few in ["\"home\":null,\"at\":0.0", "\"home\":{\"town\":null},\"at\":-0.0"] {
        let lines = || many.clone().chain((20..23).map(|person| (person, few))).map(line);
        refused(&desk_of_lines("k = 5", columns, lines()));
        let desk = desk_of_lines("k = 5\non_small_group = \"suppress\"\nmax_suppressed = 0.5", columns, lines());
        assert_eq!(done(&desk)["tables"]["people"], 20, "{few}");
        let risk = desk.facts(&["risk", "shop"]);
        assert_eq!(risk["tables"][0]["after"]["under_k"], 5, "{few}");
    }
}

/// Who is written in two ways that a rule makes alike is one person, in the output too.
#[test]
fn spellings_of_one_person_are_one() {
    let age = "age = { class = \"quasi\", method = \"generalise\", width = 10, type = \"int64\" }\n";
    let name = |at: usize| if at < 6 { format!("person-{at:04}") } else { format!("PERSON-{:04}", at - 6) };
    let lines = || (0..12).map(|at| format!("{{\"person\":\"{}\",\"age\":31}}\n", name(at)));
    for (normalise, code, smallest) in [("", 0, Some(12)), (", normalise = [\"case\"]", 7, None)] {
        let desk = desk_of_lines("k = 11", age, lines());
        let schema = std::fs::read_to_string(desk.path("schemas/shop/people.toml")).expect("a schema");
        let schema = schema.replace("domain = \"person\"", &format!("domain = \"person\"{normalise}"));
        desk.write("schemas/shop/people.toml", &schema);
        assert_eq!(run(&desk).status.code(), Some(code), "{normalise}");
        assert_eq!(desk.facts(&["risk", "shop"])["tables"][0]["after"]["smallest"].as_u64(), smallest, "{normalise}");
    }
}

/// Nobody waits for millions of levels where the coarsest do not do.
#[test]
fn levels_that_cannot_do_are_not_tried() {
    let columns: String = (0..8)
        .map(|at| format!("n{at} = {{ class = \"quasi\", method = \"generalise\", width = 2, type = \"int64\" }}\n"))
        .collect();
    let numbers = |person: u64| (0..8).map(move |at| format!(",\"n{at}\":{}", person * (at + 7) * 7_919 % 1_009));
    let line = |person| format!("{{\"person\":\"person-{person:04}\"{}}}\n", numbers(person).collect::<String>());
    let desk = desk_of_lines("k = 5\non_small_group = \"generalise\"", &columns, (0..300).map(line));
    refused(&desk);
}

#[test]
fn refusals_say_what_to_change_and_no_value() {
    let (many, few) = (people(0, 60, "00100", 31), people(60, 7, "99999", 77));
    let mut told = String::new();
    for privacy in [
        "k = 11",
        "k = 11\non_small_group = \"suppress\"",
        "k = 11\non_small_group = \"generalise\"",
        "k = 5\nl = 5",
        "k = 5\nt = 0.05\non_small_group = \"suppress\"\nmax_suppressed = 0.01",
    ] {
        told += &format!("# {privacy}\n{}\n", refused(&desk(privacy, &[&many, &few])));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn columns_are_made_coarser_until_every_group_holds() {
    // By three digits and ten years there are groups of 3; by two digits there are of 6.
    let objects: Vec<Vec<Row>> =
        (0..8).map(|group| people(3 * group, 3, &format!("0{}{}00", group / 2, group % 2), 31)).collect();
    let objects: Vec<&[Row]> = objects.iter().map(Vec::as_slice).collect();
    let desk = desk("k = 6\non_small_group = \"generalise\"", &objects);
    let facts = done(&desk);
    assert_eq!(facts["tables"]["people"], 24, "no row is withheld");
    let left = groups(&left(&desk));
    assert!(left.len() == 4 && left.values().all(|people| people.len() == 6), "{left:?}");
    let coarser = &facts["groups"]["people"]["coarser"];
    assert_eq!(coarser["home.postcode"], "only the first 2 characters stay readable");
    assert!(coarser.get("age").is_none(), "fewest steps, and no other column");
}

#[test]
fn who_is_in_several_groups_is_told_of_those_that_leave() {
    // Twice by ten years, of which the first half of the people stays so by twenty.
    let rows: Vec<Row> = (0..40).map(|at| row(at % 20, "00100", [0, 10, 0, 20][at / 20 * 2 + at % 20 / 10])).collect();
    let several = |on_small: &str, k: u64| {
        let desk = desk(&format!("k = {k}\non_small_group = \"{on_small}\""), &[&rows]);
        done(&desk)["groups"]["people"]["subjects_in_several"].as_u64()
    };
    assert_eq!(several("refuse", 10), Some(50), "half of the people move on");
    assert_eq!(several("generalise", 20), Some(0), "all are in one");
}

#[test]
fn sensitive_values_are_mixed_or_their_rows_are_withheld() {
    let alike = |from: usize| -> Vec<Row> {
        people(from, 12, "99999", 77).into_iter().map(|row| Row { illness: "gout".to_owned(), ..row }).collect()
    };
    let rows = [people(0, 60, "00100", 31), alike(100)].concat();
    for rule in ["l = 3", "l = 2.5\nl_rule = \"entropy\"", "l = 2\nl_rule = \"recursive\"\nc = 3", "t = 0.3"] {
        let desk = desk(&format!("k = 5\n{rule}\non_small_group = \"suppress\"\nmax_suppressed = 0.2"), &[&rows]);
        let facts = done(&desk);
        assert_eq!(facts["tables"]["people"], 60, "{rule}");
        let group = &facts["groups"]["people"];
        assert_eq!((group["distinct_l"].as_u64(), group["entropy_l"].as_str()), (Some(4), Some("4.0000")), "{rule}");
        assert_eq!(group["t"].as_str(), Some("0.0000"), "{rule}: the whole is what leaves");
        assert!(facts["assessment"]["inference"].to_string().contains("answered within groups"));
    }
    let desk = desk("k = 5", &[&rows]);
    assert_eq!(done(&desk)["tables"]["people"], 72, "nobody asked about values");
}

#[test]
fn any_number_of_threads_makes_the_same() {
    // One in 25 lives where nobody else does, but for the first digit.
    let place = |person: usize| match person % 25 {
        0 => format!("9{person:04}"),
        _ => format!("{:05}", person % 7 * 1_000),
    };
    let person = |row: usize| row % 500;
    let rows: Vec<Row> = (0..900).map(|at| row(person(at), &place(person(at)), (person(at) % 30) as i64)).collect();
    let objects: Vec<&[Row]> = rows.chunks(200).collect();
    for (on_small, most) in [("suppress", 0.1), ("generalise", 0.0)] {
        let privacy = format!("k = 4\nl = 2\non_small_group = \"{on_small}\"\nmax_suppressed = {most}");
        let desk = desk(&privacy, &objects);
        let config = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
        let digests = |threads: usize| {
            desk.write("verho.toml", &format!("{config}\n[limits]\nthreads = {threads}\n"));
            let _ = std::fs::remove_dir_all(desk.path("test"));
            let facts = if threads == 1 { done(&desk) } else { desk.facts(&["run", "shop"]) };
            let mut files = Vec::new();
            let release =
                std::fs::read_dir(desk.path("test/shop/people")).expect("a table").next().expect("one").expect("one");
            for file in std::fs::read_dir(release.path()).expect("a release") {
                let path = file.expect("one").path();
                files.push((path.file_name().map(ToOwned::to_owned), std::fs::read(&path).expect("a part")));
            }
            files.sort();
            (files, facts["groups"].clone())
        };
        let (one, eight) = (digests(1), digests(8));
        assert!(one.0.len() == 5 && one == eight, "{on_small}");
    }
}

#[test]
fn records_are_grouped_as_pages_are() {
    let desk = Desk::local("shop");
    let schema = "customer = \"shop\"\ntable = \"people\"\nsource = \"shop/people/*.ndjson\"\nformat = \"ndjson\"\n\
        output = \"same\"\nsubject = \"person\"\nsample = { by = \"person\", rate = 0.5 }\n\
        privacy = { k = 4, on_small_group = \"suppress\", max_suppressed = 0.9 }\n[columns]\n\
        person = { class = \"direct\", method = \"pseudonym\", domain = \"person\" }\n\
        city = { class = \"quasi\", method = \"fake\", kind = \"city\" }\n\
        age = { type = \"int64\", class = \"quasi\", method = \"generalise\", width = 10 }\n";
    desk.write("schemas/shop/people.toml", schema);
    let text = |from: usize| -> String {
        (from..from + 300)
            .map(|id| format!("{{\"person\":\"p{id}\",\"city\":\"c{}\",\"age\":{}}}\n", id % 3, id * 7 % 90))
            .collect()
    };
    desk.write("production/shop/people/1.ndjson", &text(0));
    desk.write("production/shop/people/2.ndjson", &text(300));
    let facts = done(&desk);
    let release = std::fs::read_dir(desk.path("test/shop/people")).expect("a table").next().expect("one").expect("one");
    let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in std::fs::read_dir(release.path()).expect("a release") {
        for line in std::fs::read_to_string(file.expect("one").path()).expect("text").lines() {
            let row: serde_json::Value = serde_json::from_str(line).expect("an object");
            groups.entry(format!("{} {}", row["city"], row["age"])).or_default().insert(row["person"].to_string());
        }
    }
    assert!(groups.values().all(|people| people.len() >= 4), "{groups:?}");
    let rows = facts["tables"]["people"].as_u64().expect("a number");
    assert!((100..400).contains(&rows), "a sample of half: {rows}");
    let shown = desk.facts(&["preview", "shop", "people", "--rows", "1000"]);
    assert_eq!(shown.as_array().map(Vec::len), Some(left_in_first(&desk)), "a preview shows no withheld row either");
}

fn left_in_first(desk: &Desk) -> usize {
    let release = std::fs::read_dir(desk.path("test/shop/people")).expect("a table").next().expect("one").expect("one");
    std::fs::read_to_string(release.path().join("part-00000.ndjson")).expect("a part").lines().count()
}

#[test]
fn what_cannot_be_grouped_is_refused_by_check() {
    let rows = people(0, 3, "00100", 31);
    let with = |from: &str, to: &str| format!("subject = \"person\"\n{}", COLUMNS.replacen(from, to, 1));
    let plain = with("", "");
    let mut told = String::new();
    for (privacy, columns) in [
        ("k = 1", plain.clone()),
        ("l = 3\nl_rule = \"even\"", plain.clone()),
        ("l_rule = \"entropy\"", plain.clone()),
        ("l = 2\nl_rule = \"recursive\"", plain.clone()),
        ("t = 2", plain.clone()),
        ("on_small_group = \"hide\"", plain.clone()),
        ("max_suppressed = 0.1", plain.clone()),
        ("size = 3", plain.clone()),
        ("k = 3", with("\"quasi\"", "\"attribute\"").replacen("\"quasi\"", "\"attribute\"", 1)),
        ("l = 3", with("\"sensitive\"", "\"attribute\"")),
        ("k = 3", with("\"home.postcode\"", "\"homes[].postcode\"")),
        ("k = 3", with("method = \"generalise\", width = 10", "method = \"shuffle\"")),
        ("k = 3", with("method = \"generalise\", width = 10", "method = \"shift_date\", days = 30")),
    ] {
        let desk = desk_of(privacy, &columns, &[&rows]);
        let output = desk.verho(&["check"]);
        assert_eq!(output.status.code(), Some(3), "{privacy}: {}", said(&output));
        told += &format!("# {privacy}\n{}\n", said(&output).replace(&desk.path("").display().to_string(), ""));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn the_customer_reads_it_and_a_change_of_it_ends_the_approval() {
    let rows = people(0, 30, "00100", 31);
    let desk = desk("k = 11\nl = 2\non_small_group = \"suppress\"", &[&rows]);
    let asked = desk.asked(&desk.approve("shop", "groups", 3));
    assert!(
        asked.contains("every combination of quasi-identifying columns that leaves is shared by at least 11 subjects")
    );
    assert!(asked.contains("level = \"deidentified\"\nk = 11"), "{asked}");
    let planned = desk.facts(&["plan", "shop"]);
    assert_eq!(planned["can_be_earned"]["claim"], "deidentified with k = 11");
    let schema = std::fs::read_to_string(desk.path("schemas/shop/people.toml")).expect("a schema");
    desk.write("schemas/shop/people.toml", &schema.replace("k = 11", "k = 10"));
    let output = desk.verho(&["run", "shop"]);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
}

#[test]
fn what_may_hold_identifiers_earns_less() {
    let rows = people(0, 30, "00100", 31);
    let held = COLUMNS.replace("\"made for a test\"", "\"made for a test\", may_hold = [\"PHONE\"]");
    let desk = desk_of("k = 11", &format!("subject = \"person\"\n{held}"), &[&rows]);
    let earned = &desk.facts(&["plan", "shop"])["can_be_earned"];
    assert_eq!(earned["claim"], "pseudonymised with k = 11");
    assert!(earned["missing"].to_string().contains("`people.illness` may hold what identifies"), "{earned}");
}

/// What nobody recognises in a text, and what a rule says to leave there, stays.
#[test]
fn texts_that_are_scrubbed_earn_what_is_scrubbed_of_them() {
    let rows = people(0, 30, "00100", 31);
    let claim = |rule: &str| {
        let columns =
            COLUMNS.replace("{ class = \"sensitive\", method = \"keep\", because = \"made for a test\" }", rule);
        let desk = desk_of("k = 11", &format!("subject = \"person\"\n{columns}"), &[&rows]);
        desk.facts(&["plan", "shop"])["can_be_earned"]["claim"].as_str().expect("a claim").to_owned()
    };
    let (more, less) = ("deidentified with k = 11", "pseudonymised with k = 11");
    assert_eq!(claim("{ class = \"free_text\", method = \"scrub\" }"), more);
    assert_eq!(claim("{ class = \"free_text\", method = \"scrub\", leave = [\"PERSON\"] }"), less);
    assert_eq!(
        claim("{ class = \"direct\", method = \"items\", split = \",\", each = { method = \"redact\" } }"),
        more
    );
    assert_eq!(claim("{ class = \"direct\", method = \"items\", split = \",\", each = { method = \"scrub\" } }"), less);
    // What stays of a direct identifier is still its.
    assert_eq!(claim("{ class = \"direct\", method = \"mask\" }"), more);
    assert_eq!(claim("{ class = \"direct\", method = \"mask\", first = 3 }"), less);
    assert_eq!(claim("{ class = \"direct\", method = \"generalise\", prefix = 3 }"), less);
    assert_eq!(claim("{ class = \"direct\", method = \"length\" }"), more);
}

#[test]
fn a_claim_says_what_scrubbing_cannot_know() {
    let rows = people(0, 30, "00100", 31);
    let columns = COLUMNS.replace(
        "{ class = \"sensitive\", method = \"keep\", because = \"made for a test\" }",
        "{ class = \"free_text\", method = \"scrub\" }",
    );
    let desk = desk_of("k = 11", &format!("subject = \"person\"\n{columns}"), &[&rows]);
    let earned = &desk.facts(&["plan", "shop"])["can_be_earned"];
    let said = earned["singling_out"].as_str().expect("words");
    assert!(said.ends_with("; of the free text in `people.illness` only what is recognised is replaced"), "{said}");
}

#[test]
fn an_approval_that_promises_more_is_refused_before_a_run_is_counted() {
    let rows = people(0, 30, "00100", 31);
    let notes = "note = { class = \"free_text\", method = \"keep\", because = \"a test\" }\n";
    let desk = desk("k = 11", &[&rows]);
    let file = desk.request("shop", "more", 3);
    let text = std::fs::read_to_string(&file).expect("an approval");
    std::fs::write(&file, text.replace("level = \"deidentified\"", "level = \"anonymous\"")).expect("written");
    desk.sign(&file, "owner", common::desk::CUSTOMER);
    desk.sign(&file, "compliance", common::desk::COMPLIANCE);
    let output = desk.verho(&["run", "shop"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(
        said(&output).contains("promises anonymous with k = 11, the checked facts earn deidentified with k = 11"),
        "{}",
        said(&output)
    );
    // What keeps free text earns less, and the request says so.
    let schema = std::fs::read_to_string(desk.path("schemas/shop/people.toml")).expect("a schema");
    desk.write("schemas/shop/people.toml", &schema.replace("illness         =", &format!("{notes}illness         =")));
    let output = desk.verho(&["check"]);
    assert!(output.status.success(), "{}", said(&output));
}

/// Orders of customers that are there and of some that are not; a few customers order most.
#[test]
fn orphans_and_skew_are_told_after_a_run_and_in_evidence() {
    let rows: Vec<Row> = (0..400).map(|person| row(person, "00100", 31)).collect();
    let columns = format!("subject = \"person\"\n{COLUMNS}").replace(
        "illness         = { class = \"sensitive\", method = \"keep\", because = \"made for a test\" }",
        "illness         = { class = \"sensitive\", method = \"pseudonym\", domain = \"illness\" }",
    );
    let desk = desk_of("k = 11", &columns, &[&rows]);
    desk.write(
        "schemas/shop/orders.toml",
        "customer = \"shop\"\ntable = \"orders\"\nsource = \"shop/orders/*.ndjson\"\nformat = \"ndjson\"\n[columns]\n\
         person = { class = \"direct\", method = \"pseudonym\", domain = \"person\" }\n\
         [[link]]\nfrom = \"person\"\nto = \"people.person\"\n",
    );
    let orders: String = (0..500).map(|at| format!("{{\"person\":\"person-{}\"}}\n", at % 425)).collect();
    desk.write("production/shop/orders/1.ndjson", &orders);
    let facts = done(&desk);
    let link = &facts["links"][0];
    assert_eq!((link["from"].as_str(), link["to"].as_str()), (Some("orders.person"), Some("people.person")));
    assert_eq!((link["orphans"].as_u64(), link["values"].as_u64()), (Some(33), Some(429)), "25 of 425, rounded up");
    assert_eq!(link["exact"], true);
    let skew = |leaf: &str| {
        let all = facts["skew"].as_array().expect("a list");
        all.iter().find(|skew| skew["leaf"] == leaf).expect("a finding").clone()
    };
    assert_eq!(skew("people.person")["flagged"], false, "every person once");
    assert_eq!(
        (skew("people.illness")["flagged"].as_bool(), skew("people.illness")["distinct"].as_u64()),
        (Some(false), Some(11))
    );
    let said = String::from_utf8(desk.verho(&["run", "shop"]).stdout).expect("text");
    assert!(
        said.contains("link `orders.person` to `people.person`: up to 33 of 429 values have no other end"),
        "{said}"
    );
    let evidence = std::fs::read_dir(desk.path("evidence/evidence/shop")).expect("a folder");
    let statements: Vec<String> = evidence
        .filter_map(|file| {
            let envelope = std::fs::read(file.expect("one").path()).expect("evidence");
            let envelope: serde_json::Value = serde_json::from_slice(&envelope).expect("JSON");
            Some(decoded(envelope["payload"].as_str()?))
        })
        .collect();
    let committed = statements.iter().find(|text| text.contains("\"committed\"")).expect("a run");
    for told in ["singling_out", "linkability", "inference", "\"orphans\":33", "frequency_risk", "\"withheld\":0"]
        .into_iter()
        .chain(["no known value of a direct leaf", "groups of people as [privacy] says", "ledger_at_start"])
    {
        assert!(committed.contains(told), "{told}: {committed}");
    }
}

/// The bytes behind RFC 4648's base64, which are text here.
fn decoded(base64: &str) -> String {
    let digit = |byte: &u8| {
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".iter().position(|known| known == byte)
    };
    let digits: Vec<u32> = base64.as_bytes().iter().filter_map(digit).map(|digit| digit as u32).collect();
    let bytes = digits.chunks(4).flat_map(|four| {
        let bits = four.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - four.len()));
        bits.to_be_bytes()[1..four.len()].to_vec()
    });
    String::from_utf8(bytes.collect()).expect("text")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// Counted anew by the output alone, every group has k people, and of those that had them no row is missing.
    #[test]
    fn every_group_that_leaves_has_k_people(
        rows in prop::collection::vec((0usize..40, 0u32..4, 0i64..40, any::<bool>()), 1..150),
        k in 2u64..6,
    ) {
        let rows: Vec<Row> = rows
            .into_iter()
            .map(|(person, place, age, known)| {
                let row = row(person, &format!("{place}00{place}0"), age);
                Row { postcode: row.postcode.clone().filter(|_| known || place > 0), ..row }
            })
            .collect();
        let desk = desk(&format!("k = {k}\non_small_group = \"suppress\"\nmax_suppressed = 1.0"), &[&rows]);
        done(&desk);
        let left = left(&desk);
        prop_assert!(groups(&left).values().all(|people| people.len() as u64 >= k));
        let mut before: BTreeMap<_, (BTreeSet<_>, usize)> = BTreeMap::new();
        for row in &rows {
            let postcode = row.postcode.as_ref().map(|postcode| postcode[..3].to_owned());
            let group = before.entry((postcode, row.age.map(|age| age / 10 * 10))).or_default();
            group.0.insert(row.person.clone());
            group.1 += 1;
        }
        let expected: usize = before.values().filter(|(people, _)| people.len() as u64 >= k).map(|(_, rows)| rows).sum();
        prop_assert_eq!(left.len(), expected);
    }
}
