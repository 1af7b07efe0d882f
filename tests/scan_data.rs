//! Schemas proposed from data: what is found, what is linked, what changed, and that no value is told.

#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use common::corpora;
use common::desk::Desk;
use parquet::arrow::ArrowWriter;
use serde_json::Value;

const QUESTION: &str = r#"class = "?", method = "?""#;

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// What a scan says of every leaf, whatever its exit code.
fn scanned(desk: &Desk) -> Vec<Value> {
    let output = desk.verho(&["--output", "json", "scan", "acme"]);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// Entities that identify, and the types of labels: the rules of `score_columns.py`.
fn identifies(entity: &str) -> bool {
    const IDENTIFYING: [&str; 21] = [
        "name",
        "email",
        "phone",
        "card",
        "iban",
        "ip",
        "national_id",
        "mac",
        "passport",
        "driver_license",
        "bank_account",
        "url",
        "secret",
        "licence",
        "id",
        "address",
        "username",
        "device_id",
        "plate",
        "free_text_pii",
        "url.person",
    ];
    IDENTIFYING.contains(&entity)
}

fn family(label: &str) -> &str {
    if label.starts_with("name") { "name" } else { label }
}

#[test]
fn columns_that_identify_are_found_with_their_type() {
    let Some(folder) = corpora::folder("pii/columns") else { return };
    let desk = Desk::local("acme");
    for file in std::fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("an entry").path()) {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        if name.ends_with(".csv") && name != "labels.csv" {
            desk.put(&file, &format!("acme/{name}"));
        }
    }
    let leaves = scanned(&desk);
    let entities: BTreeMap<(&str, &str), &str> = leaves
        .iter()
        .map(|leaf| ((text(leaf, "table"), text(leaf, "column").trim_matches('"')), text(leaf, "entity")))
        .collect();
    let (mut found, mut typed, mut missed, mut wrong) = (0, 0, Vec::new(), Vec::new());
    let mut labels = csv::Reader::from_path(folder.join("labels.csv")).expect("labels");
    for label in labels.deserialize::<BTreeMap<String, String>>().map(|label| label.expect("a label")) {
        if label["strict"] != "1" || label["type"] == "person_key" {
            continue;
        }
        let place = (label["table"].as_str(), label["column"].as_str());
        let entity = entities.get(&place).copied().unwrap_or_default();
        match (label["label"] == "identifying", identifies(entity)) {
            (true, true) => {
                found += 1;
                typed += usize::from(entity == family(&label["type"]));
            }
            (true, false) => missed.push(format!("{}.{}", place.0, place.1)),
            (false, true) => wrong.push(format!("{}.{}", place.0, place.1)),
            (false, false) => {}
        }
    }
    let all = found + missed.len();
    eprintln!("{found} of {all} found, {typed} of the right type; missed {missed:?}; wrong {wrong:?}");
    assert!(found * 100 >= all * 95, "recall: {missed:?}");
    assert!(found * 100 >= (found + wrong.len()) * 90, "precision: {wrong:?}");
    assert!(typed * 100 >= found * 90, "types");
}

/// Links of a database, as `table.column->table.column`.
fn links_of(folder: &Path) -> BTreeSet<String> {
    let read =
        |name: &str| std::fs::read(folder.join(name)).ok().and_then(|text| serde_json::from_slice::<Value>(&text).ok());
    if let Some(links) = read("links.json") {
        let of = |link: &Value| {
            format!(
                "{}.{}->{}.{}",
                text(link, "table"),
                text(link, "column"),
                text(link, "ref_table"),
                text(link, "ref_column")
            )
        };
        return links["links"].as_array().expect("links").iter().map(of).collect();
    }
    let links = read("links_measured.json").expect("links");
    let measured = links.as_array().expect("links").iter().filter(|link| link.get("child_rows").is_some());
    measured.map(|link| text(link, "link").to_owned()).collect()
}

/// Puts every table of a database below production; none of `upload` where there is the array that it was made from.
fn put_database(desk: &Desk, folder: &Path) {
    let mut files: Vec<PathBuf> = Vec::new();
    for part in [folder.to_owned(), folder.join("upload")] {
        files.extend(std::fs::read_dir(part).into_iter().flatten().map(|entry| entry.expect("an entry").path()));
    }
    files.sort();
    for file in files {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let table = name.split('.').next().expect("a stem").to_owned();
        let is_data = [".csv", ".json", ".ndjson.gz"].iter().any(|ending| name.ends_with(ending));
        let is_said = ["links", "links_measured", "schema"].contains(&table.as_str());
        if is_data && !is_said && !desk.path(&format!("production/acme/{table}.json")).exists() {
            desk.put(&file, &format!("acme/{name}"));
        }
    }
}

#[test]
fn links_between_tables_are_measured() {
    let (Some(relational), Some(aito)) = (corpora::folder("relational"), corpora::folder("aito")) else { return };
    let databases = [
        relational.join("chinook"),
        relational.join("sakila"),
        relational.join("northwind"),
        aito.join("grocery-store"),
        aito.join("generated-ecom"),
    ];
    let (mut right, mut all_true, mut all_said) = (0, 0, 0);
    for folder in databases {
        let desk = Desk::local("acme");
        put_database(&desk, &folder);
        let leaves = scanned(&desk);
        let unread: BTreeSet<&str> =
            leaves.iter().filter(|leaf| leaf.get("error").is_some()).map(|leaf| text(leaf, "table")).collect();
        let tables: BTreeSet<&str> =
            leaves.iter().map(|leaf| text(leaf, "table")).filter(|table| !unread.contains(table)).collect();
        let linked = leaves.iter().filter(|leaf| leaf["link"].is_object());
        let told: BTreeSet<String> = linked
            .map(|leaf| format!("{}.{}->{}", text(leaf, "table"), text(leaf, "column"), text(&leaf["link"], "to")))
            .collect();
        let is_there = |link: &String| {
            link.split("->").all(|end| end.split('.').next().is_some_and(|table| tables.contains(table)))
        };
        let true_links: BTreeSet<String> = links_of(&folder).into_iter().filter(is_there).collect();
        let hits = told.intersection(&true_links).count();
        eprintln!(
            "{}: {hits} right of {} told and {} true; not told {:?}; not true {:?}; unread {unread:?}",
            folder.display(),
            told.len(),
            true_links.len(),
            true_links.difference(&told).collect::<Vec<_>>(),
            told.difference(&true_links).collect::<Vec<_>>()
        );
        (right, all_true, all_said) = (right + hits, all_true + true_links.len(), all_said + told.len());
    }
    assert!(
        right * 100 >= all_true * 90 && right * 100 >= all_said * 85,
        "{right} right of {all_said} told and {all_true} true"
    );
}

fn parquet(desk: &Desk, key: &str, columns: Vec<(&str, ArrayRef)>) {
    let fields: Vec<_> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let batch =
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.into_iter().map(|(_, array)| array).collect())
            .expect("a batch");
    desk.write(&format!("production/{key}"), "");
    let file = std::fs::File::create(desk.path(&format!("production/{key}"))).expect("a file");
    #[expect(clippy::disallowed_types, reason = "a test makes what a customer has")]
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.close().expect("a footer");
}

fn texts(make: impl Fn(usize) -> String) -> ArrayRef {
    Arc::new(StringArray::from_iter_values((0..40).map(make)))
}

/// A customer with a table of each form, whose values are made by `text`.
fn workspace(value: impl Fn(&str, usize) -> String) -> Desk {
    let desk = Desk::local("acme");
    for (first, day, city) in [(1, "2026-11-01", "lahti"), (41, "2026-11-02", "oulu")] {
        let city = value(city, 0);
        parquet(
            &desk,
            &format!("acme/customers/day={day}/city={city}/part.parquet"),
            vec![
                ("customer_id", Arc::new(Int32Array::from_iter_values(first..first + 40))),
                ("first_name", texts(|n| value("Aino", n))),
                ("email", texts(|n| format!("{}@posti.example", value("aino", n)))),
                ("shirt", texts(|n| value(["S", "M", "L"][n % 3], 0))),
            ],
        );
    }
    let orders: String =
        (0..40).map(|n| format!("{n};{};{};{}.5\n", n % 30 + 1, value("Hello there, my friend", n), n)).collect();
    desk.write("production/acme/orders.csv", &format!("order_id;customer_id;note;total\n{orders}"));
    let headless: String = (0..40).map(|n| format!("{},{}\n", value("Aino", n), value("Katu", n))).collect();
    desk.write("production/acme/people.csv", &headless);
    let visit = |n: usize| {
        let address = serde_json::json!({ "street": value("Katu 1", n), "tags": [value("tag", n)] });
        let by = BTreeMap::from([(format!("{}@posti.example", value("aino", n)), n)]);
        serde_json::json!({ "visit": n, "phone": value("+358 40 123 4567", n), "address": address, "by": by })
            .to_string()
    };
    let visits: Vec<_> = (0..40).map(visit).collect();
    desk.write("production/acme/visits/a.ndjson", &visits.join("\n"));
    desk.write("production/acme/events.json", &format!("[{}]", visits.join(",")));
    desk
}

fn plain(text: &str, n: usize) -> String {
    let letter = char::from(b'a' + (n % 26) as u8);
    if n == 0 { text.to_owned() } else { format!("{text}{letter}") }
}

fn schemas(desk: &Desk) -> BTreeMap<String, String> {
    let files =
        std::fs::read_dir(desk.path("schemas/acme")).expect("schemas").map(|entry| entry.expect("an entry").path());
    files
        .map(|file| {
            (
                file.file_name().expect("a name").to_string_lossy().into_owned(),
                std::fs::read_to_string(&file).expect("text"),
            )
        })
        .collect()
}

/// Takes the first answer that is offered for every question.
fn take_offers(desk: &Desk) {
    for (name, text) in schemas(desk) {
        let lines: Vec<_> = text.lines().collect();
        let offer = |at: usize| {
            let start = (0..at)
                .rev()
                .take_while(|before| lines[*before].starts_with("# ") && lines[*before].contains(" = { "))
                .last();
            lines[start.expect("an offer")].trim_start_matches("# ")
        };
        let taken = |(at, line): (usize, &&str)| if line.contains(QUESTION) { offer(at) } else { line }.to_owned();
        let taken: Vec<_> = lines.iter().enumerate().map(taken).collect();
        desk.write(&format!("schemas/acme/{name}"), &taken.join("\n"));
    }
}

#[test]
fn a_customer_is_scanned_answered_checked_planned_and_unchanged() {
    let desk = workspace(plain);
    let first = desk.verho(&["scan", "acme"]);
    assert!(first.status.success(), "{}", said(&first));
    let files = schemas(&desk);
    assert_eq!(
        files.keys().collect::<Vec<_>>(),
        ["customers.toml", "events.toml", "orders.toml", "people.toml", "visits.toml"]
    );
    let holds = |file: &str, lines: &[&str]| {
        for line in lines {
            assert!(files[file].lines().any(|known| known.starts_with(line)), "{line} in {file}:\n{}", files[file]);
        }
    };
    holds(
        "customers.toml",
        &[
            "source   = \"acme/customers/**/*.parquet\"",
            "subject  = \"customer_id\"",
            "customer_id = { class = \"direct\", method = \"pseudonym\", domain = \"customers.customer_id\" }",
            "first_name = { class = \"direct\", method = \"fake\", kind = \"first_name\" }",
            "email = { class = \"direct\", method = \"fake\", kind = \"email\" }",
            "shirt = { class = \"?\", method = \"?\" }",
            "day = { class = \"?\", method = \"?\" }",
            "city = { class = \"quasi\", method = \"fake\", kind = \"city\" }",
        ],
    );
    holds(
        "orders.toml",
        &[
            "delimiter = \";\"",
            "customer_id = { type = \"int64\"",
            "total = { type = \"float64\", class = \"?\"",
            "to   = \"customers.customer_id\"",
            "note = { type = \"text\", class = \"free_text\"",
        ],
    );
    holds("people.toml", &["header    = false", "column_1 = "]);
    holds(
        "visits.toml",
        &[
            "format   = \"ndjson\"",
            "phone = { type = \"text\", class = \"direct\"",
            "\"address.street\" = { type = \"text\", class = \"direct\"",
            "\"address.tags[]\" = ",
            "\"by{key}\" = { type = \"text\", class = \"direct\", method = \"fake\", kind = \"email\" }",
        ],
    );
    holds("events.toml", &["format   = \"json\""]);
    let refused = desk.verho(&["check"]);
    assert!(refused.status.code() == Some(3) && said(&refused).contains("is an open question"), "{}", said(&refused));
    take_offers(&desk);
    let answered = schemas(&desk);
    for command in [&["check"][..], &["plan", "acme"], &["scan", "acme"]] {
        let output = desk.verho(command);
        assert!(output.status.success(), "{command:?}: {}", said(&output));
    }
    assert!(said(&desk.verho(&["scan", "acme"])).contains("5 tables have their schema already; nothing changed"));
    assert_eq!(schemas(&desk), answered, "a scan leaves files alone");
    desk.approve("acme", "scan", 1);
    let run = desk.verho(&["run", "acme"]);
    assert!(run.status.success(), "{}", said(&run));
}

#[test]
fn what_changed_is_told_and_files_are_left_alone() {
    let desk = workspace(plain);
    assert!(desk.verho(&["scan", "acme"]).status.success());
    take_offers(&desk);
    let orders = schemas(&desk)["orders.toml"].replace("class = \"free_text\"", "class = \"attribute\"");
    desk.write("schemas/acme/orders.toml", &orders);
    let rows: String = (0..40).map(|n| format!("x{n};a{n}@posti.example;new\n")).collect();
    desk.write("production/acme/orders.csv", &format!("order_id;note;extra_field\n{rows}"));
    desk.write("production/acme/more.csv", "email;n\na@b.example;1\n");
    std::fs::remove_file(desk.path("production/acme/people.csv")).expect("a file");
    let output = desk.verho(&["--output", "json", "scan", "acme"]);
    assert_eq!(output.status.code(), Some(6), "{}", said(&output));
    let leaves: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    let changes: BTreeSet<_> = leaves
        .iter()
        .filter(|leaf| leaf["change"].is_string())
        .map(|leaf| (text(leaf, "table"), text(leaf, "column"), text(leaf, "change")))
        .collect();
    let expected = [
        ("orders", "customer_id", "gone"),
        ("orders", "extra_field", "new"),
        ("orders", "note", "looks_like"),
        ("orders", "order_id", "retyped"),
        ("orders", "total", "gone"),
        ("people", "", "gone"),
    ];
    assert_eq!(changes, BTreeSet::from(expected));
    assert_eq!(schemas(&desk)["orders.toml"], orders);
    assert!(schemas(&desk).contains_key("more.toml"), "a new table has its file");
}

/// Every text that a scan leaves or prints.
fn everything(desk: &Desk, printed: &[&Output]) -> String {
    fn walk(folder: &Path, into: &mut String) {
        for path in std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path()) {
            match path.is_dir() {
                true => walk(&path, into),
                false => *into += &String::from_utf8_lossy(&std::fs::read(&path).expect("a file")),
            }
            *into += &path.to_string_lossy();
        }
    }
    let mut all: String = printed.iter().map(|output| said(output)).collect();
    let mut evidence = String::new();
    walk(&desk.path("evidence"), &mut evidence);
    let envelopes = evidence.split('"').filter(|part| part.len() > 80);
    use base64::Engine;
    let decoded = envelopes.filter_map(|part| base64::engine::general_purpose::STANDARD.decode(part).ok());
    all.extend(decoded.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
    all += &evidence;
    walk(&desk.path("schemas"), &mut all);
    walk(&desk.path("test"), &mut all);
    all
}

#[test]
fn no_value_is_told_wherever_it_stands() {
    let desk = workspace(|text, n| format!("{text}Kanarialintu{n}"));
    // What cannot be read is told without what stands in it.
    desk.write("production/acme/broken.csv", "email,n\n\"Kanarialintu\"x,1\n");
    desk.write("production/acme/ragged.csv", "a,b\nKanarialintu\n1,2,3\n");
    desk.write("production/acme/odd.json", "{\"Kanarialintu@posti.example\": 1}");
    desk.write("production/acme/not.parquet", "Kanarialintu, and again Kanarialintu");
    desk.write(
        "production/acme/cut.ndjson.gz",
        "Kanarialintu, which is no gzip, and so on, and so on, until it is long enough",
    );
    desk.write("production/acme/Kanarialintu folder/a.csv", "a\n1\n");
    // Small letters make no name of a value, nor do braces.
    desk.write("production/acme/lower.csv", "kanarialintu,abc\nsatakieli,def\n");
    desk.write("production/acme/numbers.csv", "kanarialintu,n/a\nsatakieli,5\n");
    desk.write(
        "production/acme/users.ndjson",
        "{\"id\":1,\"by\":{\"kanarialintu\":1}}\n{\"id\":2,\"by\":{\"satakieli\":2}}\n",
    );
    desk.write("production/acme/dump.json", "{\"kanarialintu\":{\"n\":1},\"satakieli\":{\"n\":2}}");
    let outputs = [
        desk.verho(&["scan", "acme"]),
        desk.verho(&["--output", "json", "scan", "acme"]),
        desk.verho(&["scan", "acme", "--names-only"]),
    ];
    assert_eq!(outputs[0].status.code(), Some(6), "{}", said(&outputs[0]));
    let all = everything(&desk, &outputs.iter().collect::<Vec<_>>());
    assert!(
        all.contains("customers.customer_id") && all.contains("\"outcome\":\"scan\""),
        "evidence and files were looked through"
    );
    let at = all.to_lowercase().find("kanarialintu");
    assert_eq!(at.map(|at| &all[at.saturating_sub(200)..(at + 60).min(all.len())]), None);
    assert!(std::fs::read_dir(desk.path("test")).is_err(), "the test door is not opened");
}

#[test]
fn names_alone_need_no_value() {
    let desk = workspace(plain);
    let output = desk.verho(&["--output", "json", "scan", "acme", "--names-only"]);
    assert!(output.status.success(), "{}", said(&output));
    let leaves: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(leaves.iter().all(|leaf| leaf["values"] == 0 && leaf["link"].is_null()));
    let email = leaves.iter().find(|leaf| leaf["column"] == "email").expect("a leaf");
    assert_eq!((text(email, "entity"), text(email, "why")), ("email", "e-mail address by its name; no value was seen"));
}

#[test]
fn types_of_footers_reach_the_proposal() {
    let desk = Desk::local("acme");
    let days = Arc::new(arrow::array::Date32Array::from_iter_values(10_000..10_040));
    parquet(
        &desk,
        "acme/users/a.parquet",
        vec![("birth_date", days), ("age", Arc::new(Int32Array::from_iter_values(20..60)))],
    );
    let leaves = scanned(&desk);
    let rules: Vec<_> = leaves.iter().map(|leaf| text(leaf, "rule")).collect();
    assert_eq!(
        rules,
        [
            r#"class = "quasi", method = "generalise", to = "year""#,
            r#"class = "quasi", method = "generalise", width = 10"#
        ]
    );
    assert_eq!(DataType::Date32.to_string(), text(&leaves[0], "type").replace("date", "Date32"));
}

/// Whether a schema file has a line that begins so.
fn holds(desk: &Desk, file: &str, line: &str) -> bool {
    let files = schemas(desk);
    files[file].lines().any(|known| known.starts_with(line))
}

#[test]
fn nulls_of_databases_stay_nulls() {
    let desk = Desk::local("acme");
    let phone = |n: usize| {
        if n.is_multiple_of(3) { "\\N".to_owned() } else { format!("\"+358 40 {:07}\"", n * 104_729 % 10_000_000) }
    };
    let rows: String = (0..90).map(|n| format!("{n},{},{n}.5\n", phone(n))).collect();
    desk.write("production/acme/people.csv", &format!("id,phone,balance\n{rows}"));
    assert!(desk.verho(&["scan", "acme"]).status.success());
    assert!(holds(&desk, "people.toml", "null      = \"\\\\N\""), "{:?}", schemas(&desk));
    take_offers(&desk);
    desk.approve("acme", "nulls", 1);
    desk.facts(&["run", "acme"]);
    let release =
        std::fs::read_dir(desk.path("test/acme/people")).expect("a release").next().expect("one").expect("one");
    let text = std::fs::read_to_string(release.path().join("part-00000.csv")).expect("rows");
    assert_eq!(text.lines().filter(|line| line.contains(",\\N,")).count(), 30, "{text}");
}

/// Days and times in texts are what they are, with a zone or without, and become coarser as such.
#[test]
fn days_and_times_that_are_written_as_text_are_told() {
    let desk = Desk::local("acme");
    let (day, time) = (|n: usize| format!("19{}-0{}-1{}", 50 + n, 1 + n % 9, n % 9), "10:11:12");
    let people = |n: usize| {
        let days = serde_json::json!({ day(n): n });
        let by = serde_json::json!({ "born": day(n), "seen": format!("{}T{time}Z", day(n)) });
        serde_json::json!({ "n": n, "by": by, "at": format!("{}T{time}.5", day(n)), "days": days }).to_string()
    };
    desk.write("production/acme/people.ndjson", &(0..40).map(people).collect::<Vec<_>>().join("\n"));
    let visits: String = (0..40).map(|n| format!("{n},{}T{time}+02:00\n", day(n))).collect();
    desk.write("production/acme/visits.csv", &format!("visit,started\n{visits}"));
    assert!(desk.verho(&["scan", "acme"]).status.success());
    let year = "class = \"quasi\", method = \"generalise\", to = \"year\"";
    assert!(
        holds(&desk, "people.toml", &format!("\"by.born\" = {{ type = \"date\", {year} }}")),
        "{:?}",
        schemas(&desk)
    );
    for (file, told) in [
        ("people.toml", "\"by.seen\" = { type = \"timestamp_utc\""),
        ("people.toml", "at = { type = \"timestamp\","),
        ("people.toml", "\"days{key}\" = { type = \"text\""),
        ("visits.toml", "started = { type = \"timestamp_utc\""),
    ] {
        assert!(holds(&desk, file, told), "{told}: {:?}", schemas(&desk));
    }
    take_offers(&desk);
    desk.approve("acme", "days", 1);
    desk.facts(&["run", "acme"]);
    let release =
        std::fs::read_dir(desk.path("test/acme/people")).expect("a release").next().expect("one").expect("one");
    let text = std::fs::read_to_string(release.path().join("part-00000.ndjson")).expect("rows");
    assert_eq!(
        text.lines().filter(|line| line.contains("\"born\":\"19") && line.contains("-01-01\"")).count(),
        40,
        "{text}"
    );
}

/// Projects are told apart by region and number, and everything that is of one has both.
#[test]
fn rows_that_join_by_several_columns_still_do() {
    let desk = Desk::local("acme");
    let project = |n: usize| format!("{},{}", ["EU", "US", "APAC"][n % 3], 100 + n / 3);
    let projects: String = (0..40).map(|n| format!("{},Project {n}\n", project(n))).collect();
    desk.write("production/acme/projects.csv", &format!("region,project_no,title\n{projects}"));
    let entries: String = (0..400).map(|n| format!("E{n:05},{},{}.5\n", project(n * 7 % 40), n % 9)).collect();
    desk.write("production/acme/entries.csv", &format!("entry_id,region,project_no,hours\n{entries}"));
    let others: String = (0..40).map(|n| format!("{},{}\n", 9000 + n, n % 5)).collect();
    desk.write("production/acme/others.csv", &format!("project_no,grade\n{others}"));
    assert!(desk.verho(&["scan", "acme"]).status.success());
    let domain = |file: &str, column: &str, domain: &str| {
        assert!(schemas(&desk)[file].contains(&format!("{column}\", domain = \"{domain}\"")), "{:?}", schemas(&desk))
    };
    let number = "project_no = { type = \"int64\", class = \"direct\", method = \"pseudonym";
    let region = "# region = { type = \"text\", class = \"quasi\", method = \"pseudonym";
    domain("entries.toml", number, "projects.project_no");
    domain("projects.toml", number, "projects.project_no");
    domain("others.toml", number, "others.project_no");
    domain("entries.toml", region, "entries.region");
    domain("projects.toml", region, "entries.region");
    assert!(schemas(&desk)["entries.toml"].contains("; has values of projects.project_no"));
}

/// Codes of a list are its codes, whatever the columns are called that have them; a few words that stand anywhere are nobody's.
#[test]
fn codes_of_a_list_are_the_same_wherever_they_stand() {
    let desk = Desk::local("acme");
    let code = |n: usize| format!("{}{}X", char::from(b'A' + (n % 26) as u8), char::from(b'A' + (n / 26) as u8));
    let list: String = (0..120).map(|n| format!("{},Field {n},{}\n", code(n), code(n / 2))).collect();
    desk.write("production/acme/fields.csv", &format!("iata,title,relief\n{list}"));
    let weather: String = (0..60).map(|n| format!("{},{n}.5\n", code(n % 3))).collect();
    desk.write("production/acme/weather.csv", &format!("origin,wind\n{weather}"));
    let hops: String =
        (0..400).map(|n| format!("{n},{},{},{}\n", code(n % 3), code(n % 90), ["on", "off"][n % 2])).collect();
    desk.write("production/acme/hops.csv", &format!("hop,origin,dest,state\n{hops}"));
    assert!(desk.verho(&["scan", "acme"]).status.success());
    let domain = |file: &str, column: &str, domain: &str| {
        let rule = format!(
            "# {column} = {{ type = \"text\", class = \"quasi\", method = \"pseudonym\", domain = \"{domain}\""
        );
        assert!(holds(&desk, file, &rule), "{rule}: {:?}", schemas(&desk))
    };
    domain("hops.toml", "origin", "fields.iata");
    domain("hops.toml", "dest", "fields.iata");
    domain("weather.toml", "origin", "fields.iata");
    domain("fields.toml", "iata", "fields.iata");
    domain("fields.toml", "relief", "fields.iata");
    domain("hops.toml", "state", "hops.state");
}

/// A key in a language that nobody here reads is a question, and a code one of its answers.
#[test]
fn numbers_that_tell_rows_apart_may_be_codes() {
    let desk = Desk::local("acme");
    let students: String = (0..60).map(|n| format!("{};{}\n", 7001 + n, 2015 + n % 8)).collect();
    desk.write("production/acme/students.csv", &format!("ΑΜ;έτος\n{students}"));
    let marks: String = (0..200).map(|n| format!("{};{}\n", 7001 + n * 7 % 60, n % 10)).collect();
    desk.write("production/acme/marks.csv", &format!("ΑΜ;βαθμός\n{marks}"));
    assert!(desk.verho(&["scan", "acme"]).status.success());
    let code = "# \"ΑΜ\" = { type = \"int64\", class = \"quasi\", method = \"pseudonym\", domain = \"students.ΑΜ\" }";
    for file in ["students.toml", "marks.toml"] {
        assert!(holds(&desk, file, code), "{file}: {:?}", schemas(&desk));
    }
    assert!(
        !schemas(&desk)["marks.toml"]
            .contains("# \"βαθμός\" = { type = \"int64\", class = \"quasi\", method = \"pseudonym")
    );
}

/// Departments lead to one another by a code, and nobody stands above them.
#[test]
fn codes_that_lead_upward_are_links_and_nobodys_rows() {
    let desk = Desk::local("acme");
    let department =
        |n: usize| format!("D{n:02},Unit {n},{}\n", if n < 3 { String::new() } else { format!("D{:02}", n % 3) });
    let departments: String = (0..12).map(department).collect();
    desk.write("production/acme/departments.csv", &format!("dept_code,title,parent_code\n{departments}"));
    let employees: String =
        (1..80).map(|n| format!("{n},{}\n", if n < 5 { String::new() } else { (n / 5).to_string() })).collect();
    desk.write("production/acme/employees.csv", &format!("id,manager_id\n{employees}"));
    assert!(desk.verho(&["scan", "acme"]).status.success());
    assert!(holds(&desk, "departments.toml", "to   = \"departments.dept_code\""), "{:?}", schemas(&desk));
    assert!(!holds(&desk, "departments.toml", "subject"), "{:?}", schemas(&desk));
    assert!(holds(&desk, "employees.toml", "subject  = \"id\""), "{:?}", schemas(&desk));
}

/// Where some are missing, many writers make fractions of keys: `12.0` is employee 12, and joins her.
#[test]
fn keys_that_became_fractions_still_join() {
    let desk = Desk::local("acme");
    let boss = |n: usize| if n < 5 { String::new() } else { format!("{}.0", 1000 + n / 5) };
    let employees: String = (0..200).map(|n| format!("{},{}\n", 1000 + n, boss(n))).collect();
    desk.write("production/acme/employees.csv", &format!("employee_id,manager_id\n{employees}"));
    let number: ArrayRef = Arc::new(Int64Array::from_iter_values(9000..9050));
    let holder: ArrayRef = Arc::new(Float64Array::from_iter((0..50).map(|n| (n % 4 > 0).then(|| f64::from(1000 + n)))));
    parquet(&desk, "acme/badges/0.parquet", vec![("badge_no", number), ("employee_id", holder)]);
    assert!(desk.verho(&["scan", "acme"]).status.success());
    let key = "class = \"direct\", method = \"pseudonym\", domain = \"employees.employee_id\"";
    assert!(holds(&desk, "badges.toml", &format!("employee_id = {{ {key} }}")), "{:?}", schemas(&desk));
    assert!(
        holds(&desk, "employees.toml", &format!("manager_id = {{ type = \"float64\", {key} }}")),
        "{:?}",
        schemas(&desk)
    );
    assert!(holds(&desk, "badges.toml", "to   = \"employees.employee_id\""), "{:?}", schemas(&desk));
    take_offers(&desk);
    desk.approve("acme", "keys", 1);
    let output = desk.verho(&["run", "acme"]);
    let told = said(&output);
    assert!(output.status.success(), "{told}");
    assert!(told.matches("have their other end").count() == 2, "{told}");
    let release = std::fs::read_dir(desk.path("test/acme/employees")).expect("a release").next().expect("one");
    let text = std::fs::read_to_string(release.expect("one").path().join("part-00000.csv")).expect("rows");
    let rows: Vec<_> = text.lines().skip(1).filter_map(|line| line.split_once(',')).collect();
    let boss_of = |n: usize| rows[n].1;
    assert!((5..200).all(|n| boss_of(n) == rows[n / 5].0) && (0..5).all(|n| boss_of(n).is_empty()), "{text}");
}

/// An export of a day without rows is a header, and that of its fellows.
#[test]
fn a_header_alone_is_that_of_other_objects() {
    let desk = Desk::local("acme");
    desk.write("production/acme/visits/1.csv", "visit,reason\n");
    desk.write("production/acme/visits/2.csv", &format!("visit,reason\n{}", "7,tired\n8,ill\n".repeat(9)));
    desk.write("production/acme/visits/3.csv", "visit,reason\n");
    let output = desk.verho(&["scan", "acme"]);
    let told = said(&output);
    assert!(output.status.success() && !told.contains("note:"), "{told}");
    assert!(holds(&desk, "visits.toml", "visit = { type = \"int64\""), "{:?}", schemas(&desk));
    assert!(!holds(&desk, "visits.toml", "header"), "{:?}", schemas(&desk));
}

/// Digits that a fraction of two cannot tell are kept, by a decimal; without one nothing leaves.
#[test]
fn numbers_with_many_digits_leave_as_they_came() {
    let desk = Desk::local("acme");
    let rows: String = (0..40).map(|n| format!("{n},{}00000000000000000.25\n", n + 1)).collect();
    desk.write("production/acme/ledgers.csv", &format!("n,amount\n{rows}"));
    assert!(desk.verho(&["scan", "acme"]).status.success());
    let keep =
        |data_type: &str| format!("{{ type = \"{data_type}\", class = \"attribute\", method = \"keep\", because = \"");
    assert!(holds(&desk, "ledgers.toml", &format!("# amount = {}", keep("decimal(38,2)"))), "{:?}", schemas(&desk));
    let schema = |data_type: &str| {
        let rules = format!("n = {}x\" }}\namount = {}x\" }}\n", keep("int64"), keep(data_type));
        let head = "customer = \"acme\"\ntable = \"ledgers\"\nsource = \"acme/ledgers.csv\"\nformat = \"csv\"\noutput = \"same\"\n";
        desk.write("schemas/acme/ledgers.toml", &format!("{head}[columns]\n{rules}"));
    };
    schema("float64");
    desk.approve("acme", "digits", 1);
    let output = desk.verho(&["run", "acme"]);
    let told = said(&output);
    assert_eq!(output.status.code(), Some(6), "{told}");
    assert!(told.contains("line 2, column `amount`") && told.contains("declare a decimal"), "{told}");
    schema("decimal(38,2)");
    desk.approve("acme", "decimals", 1);
    desk.facts(&["run", "acme"]);
    let release =
        std::fs::read_dir(desk.path("test/acme/ledgers")).expect("a release").next().expect("one").expect("one");
    let text = std::fs::read_to_string(release.path().join("part-00000.csv")).expect("rows");
    assert_eq!(text, format!("n,amount\n{rows}"));
}

/// A shop's orders, with their lines and their products, and tickets about them.
fn shop() -> Desk {
    let desk = Desk::local("acme");
    let titles = ["Laptop stand", "Office chair", "Desk lamp", "Water bottle"];
    let products: String = (0..4).map(|n| format!("SKU-{n:04},{},{n}.5\n", titles[n])).collect();
    desk.write("production/acme/products.csv", &format!("sku,title,price\n{products}"));
    let email = |n: usize| format!("person{n}@somewhere.fi");
    let customers: String = (0..60).map(|n| format!("c{n:05},{}\n", email(n))).collect();
    desk.write("production/acme/customers.csv", &format!("customer_id,email\n{customers}"));
    let order = |n: usize| {
        let (sku, code) = (n % 4, ["SUMMER", "VIP10", "WELCOME"][n % 3]);
        let line = format!("{{\"sku\":\"SKU-{sku:04}\",\"title\":\"{}\",\"qty\":{}}}", titles[sku], n % 3);
        format!(
            "{{\"order_id\":\"o{n:06}\",\"email\":\"{}\",\"items\":[{line}],\"discount_code\":\"{code}\"}}\n",
            email(n % 50)
        )
    };
    desk.write("production/acme/orders.ndjson", &(0..90).map(order).collect::<String>());
    let ticket = |n: usize| format!("t{n:04},c{:05},{}\n", n % 60, n % 4);
    desk.write(
        "production/acme/tickets.csv",
        &format!("ticket_id,customer_id,assignee_id\n{}", (0..90).map(ticket).collect::<String>()),
    );
    let lone = |n: usize| format!("n{n:04},{}\n", n % 4);
    desk.write("production/acme/notes.csv", &format!("note_id,author_id\n{}", (0..90).map(lone).collect::<String>()));
    desk
}

#[test]
fn what_joins_stays_readable_and_copies_lead_nowhere() {
    let desk = shop();
    assert!(desk.verho(&["scan", "acme"]).status.success());
    let domain = "method = \"fake\", kind = \"email\", distinct = true, domain = \"customers.email\"";
    for (file, line) in [
        (
            "orders.toml",
            "\"items[].sku\" = { type = \"text\", class = \"direct\", method = \"pseudonym\", domain = \"products.sku\" }",
        ),
        ("orders.toml", "from = \"items[].sku\""),
        ("orders.toml", &format!("email = {{ type = \"text\", class = \"direct\", {domain} }}")),
        ("customers.toml", &format!("email = {{ type = \"text\", class = \"direct\", {domain} }}")),
        ("orders.toml", "discount_code = { type = \"text\", class = \"?\""),
        ("products.toml", "title = { type = \"text\", class = \"?\""),
        ("tickets.toml", "subject  = \"customer_id\""),
    ] {
        assert!(holds(&desk, file, line), "{line} in {}", schemas(&desk)[file]);
    }
    assert!(!holds(&desk, "orders.toml", "from = \"items[].title\""));
    assert!(!holds(&desk, "notes.toml", "subject"), "who writes is not whose row it is");
}

/// Events of people, who stand in a structure of this name.
fn event(who: &str, n: usize) -> String {
    let person = n % 60;
    let (given, family) =
        (["Aino", "Ilmari", "Liisa", "Pekka"][person % 4], ["Virtanen", "Laine", "Koskinen"][person % 3]);
    format!(
        "{{\"event_id\":\"e{n:06}\",\"{who}\":{{\"id\":\"u{person:05}\",\"name\":\"{given} {family}\",\
         \"email\":\"{given}.{person}@mail.fi\"}},\"to\":[{{\"user_id\":\"u{:05}\"}}],\"action\":\"view\"}}\n",
        n % 50
    )
}

#[test]
fn whose_row_it_is_may_stand_in_a_structure() {
    let desk = Desk::local("acme");
    for who in ["user", "actor", "assignee"] {
        desk.write(
            &format!("production/acme/{who}_events.ndjson"),
            &(0..200).map(|n| event(who, n)).collect::<String>(),
        );
    }
    let output = desk.verho(&["scan", "acme"]);
    assert!(output.status.success(), "{}", said(&output));
    for who in ["user", "actor"] {
        let file = format!("{who}_events.toml");
        assert!(holds(&desk, &file, &format!("subject  = \"{who}.id\"")), "{}", schemas(&desk)[&file]);
        assert!(holds(
            &desk,
            &file,
            &format!("\"{who}.name\" = {{ type = \"text\", class = \"direct\", method = \"fake\"")
        ));
    }
    assert!(!holds(&desk, "assignee_events.toml", "subject"), "who is assigned a row is not whose row it is");
}

#[test]
fn what_cannot_be_read_is_told_with_the_way_out() {
    let desk = Desk::local("acme");
    desk.write("production/acme/config.json", "{\n  \"name\": \"x\",\n  \"size\": 3\n}\n");
    desk.write("production/acme/ragged.csv", "id,name\n1,a\n2,b\n3,c,d\n4,e\n");
    let output = desk.verho(&["scan", "acme"]);
    let told = said(&output);
    assert_eq!(output.status.code(), Some(6), "{told}");
    for words in [
        "table config could not be looked into: its records do not stand one a line; it takes one object a line",
        "table ragged could not be looked into: line 4: the record has 3 fields instead of 2; quote the fields",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn objects_that_no_run_reads_together_are_told() {
    let desk = Desk::local("acme");
    desk.write("production/acme/mixed/1.ndjson", &"{\"id\":1,\"size\":2,\"rest\":null}\n".repeat(3));
    desk.write("production/acme/mixed/2.ndjson", &"{\"id\":\"one\",\"size\":2.5,\"rest\":3}\n".repeat(3));
    desk.write("production/acme/mixed/3.ndjson", &"{\"shop\":\"x\",\"price\":2.5,\"size\":3}\n".repeat(3));
    let output = desk.verho(&["scan", "acme"]);
    let told = said(&output);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("leaf `id` has one type in some objects and another in others"), "{told}");
    assert!(told.contains("its objects have few leaves in common"), "{told}");
    assert!(!told.contains("`size`") && !told.contains("`rest`"), "numbers are numbers, and nulls of any type: {told}");
    assert!(holds(&desk, "mixed.toml", "rest = { type = \"int64\""), "{:?}", schemas(&desk));
}

#[test]
fn every_leaf_that_may_not_leave_is_told_at_once() {
    let desk = Desk::local("acme");
    let keep = "{ class = \"attribute\", method = \"keep\", because = \"a test\" }";
    let schema = |table: &str, columns: &str| {
        format!(
            "customer = \"acme\"\ntable = \"{table}\"\nsource = \"acme/{table}.csv\"\nformat = \"csv\"\n[columns]\n{columns}"
        )
    };
    desk.write(
        "schemas/acme/people.toml",
        &schema("people", "name = { class = \"direct\", method = \"fake\", kind = \"name\" }\n"),
    );
    desk.write("production/acme/people.csv", "name\nMarjatta Korkeamaa\n");
    for table in ["albums", "tracks"] {
        desk.write(
            &format!("schemas/acme/{table}.toml"),
            &schema(table, &format!("title = {keep}\nby = {keep}\nyear = {keep}\n")),
        );
        desk.write(
            &format!("production/acme/{table}.csv"),
            "title,by,year\nMarjatta Korkeamaa live,Marjatta Korkeamaa,1999\n",
        );
    }
    desk.approve("acme", "all", 1);
    let output = desk.verho(&["run", "acme"]);
    let told = said(&output);
    assert_eq!(output.status.code(), Some(7), "{told}");
    for table in ["albums", "tracks"] {
        for leaf in ["title", "by"] {
            let words =
                format!("table `{table}`, object 1 of 1 in key order: leaf `{leaf}`: values of `direct` leaves");
            assert!(told.contains(&words), "{words}: {told}");
        }
    }
    assert!(!told.contains("Marjatta") && !told.contains("`year`"), "{told}");
    let left = Command::new("find").arg(desk.path("test")).args(["-type", "f"]).output().expect("find starts");
    assert!(left.stdout.is_empty(), "nothing is left: {}", String::from_utf8_lossy(&left.stdout));
}
