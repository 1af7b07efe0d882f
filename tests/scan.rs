//! Aito's schemas become schema files: nothing runs before every question is answered, and then links hold.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use common::corpora;
use common::desk::Desk;
use serde_json::Value;

const QUESTION: &str = r#"class = "?", method = "?""#;
const ANSWER: &str = r#"class = "attribute", method = "keep", because = "a test""#;

/// Every schema of Aito in the corpus, with its tables; one that is a table alone is called `table`.
fn corpus() -> Vec<(PathBuf, Value)> {
    let Some(aito) = corpora::folder("aito") else { return Vec::new() };
    let folders = std::fs::read_dir(aito).expect("a corpus").map(|entry| entry.expect("an entry").path());
    let files = folders.filter(|path| path.is_dir()).flat_map(|folder| std::fs::read_dir(folder).expect("a folder"));
    let mut files: Vec<_> = files.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".json") && file.to_string_lossy().contains("schema"));
    files.sort();
    let schema = |file: &PathBuf| {
        let mut value: Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
        let tables =
            if value.get("columns").is_some() { serde_json::json!({ "table": value }) } else { value["schema"].take() };
        tables.is_object().then_some((file.clone(), tables))
    };
    files.iter().filter_map(schema).collect()
}

/// Scans a schema into a new workspace.
fn scanned(file: &Path, tables: &Value) -> (Desk, Value) {
    let desk = Desk::local("acme");
    let place = file.to_str().expect("text");
    let alone: &[&str] = if tables.get("table").is_some() { &["--table", "table"] } else { &[] };
    let facts = desk.facts(&[&["scan", "acme", "--aito", place], alone].concat());
    (desk, facts)
}

fn schema_file(desk: &Desk, table: &str) -> PathBuf {
    desk.path(&format!("schemas/acme/{table}.toml"))
}

fn answer(desk: &Desk, table: &str, answer: &str) {
    let file = schema_file(desk, table);
    let text = std::fs::read_to_string(&file).expect("a schema");
    std::fs::write(file, text.replace(QUESTION, answer)).expect("a schema");
}

/// Takes the first answer that is offered for every question.
fn take_offers(desk: &Desk, table: &str) {
    let file = schema_file(desk, table);
    let text = std::fs::read_to_string(&file).expect("a schema");
    let lines: Vec<_> = text.lines().collect();
    let taken = |(at, line): (usize, &&str)| match line.contains(QUESTION) {
        true => lines[at - 2].strip_prefix("# ").expect("an offer").to_owned(),
        false => (*line).to_owned(),
    };
    let taken: Vec<_> = lines.iter().enumerate().map(taken).collect();
    std::fs::write(file, taken.join("\n")).expect("a schema");
}

fn names(tables: &Value) -> Vec<&String> {
    tables.as_object().expect("tables").keys().collect()
}

/// Links as both ends: those that a schema file has, or those that Aito's has.
fn links_written(desk: &Desk, table: &str) -> Vec<(String, String)> {
    let written: toml::Table =
        std::fs::read_to_string(schema_file(desk, table)).expect("a file").parse().expect("TOML");
    let links = written.get("link").and_then(|links| links.as_array()).cloned().unwrap_or_default();
    let text = |link: &toml::Value, key: &str| link[key].as_str().expect("text").to_owned();
    links.iter().map(|link| (format!("{table}.{}", text(link, "from")), text(link, "to"))).collect()
}

fn links_of_aito(tables: &Value, table: &str) -> Vec<(String, String)> {
    let columns = tables[table]["columns"].as_object().expect("columns");
    let link = |(name, column): (&String, &Value)| {
        column["link"].as_str().map(|to| (format!("{table}.{name}"), to.to_owned()))
    };
    columns.iter().filter_map(link).collect()
}

#[test]
fn every_schema_of_aito_becomes_schemas_with_its_links_and_questions() {
    let (mut all_tables, mut all_links, mut all_open) = (0, 0, 0);
    for (file, tables) in corpus() {
        let (desk, facts) = scanned(&file, &tables);
        for table in names(&tables) {
            let text = std::fs::read_to_string(schema_file(&desk, table)).expect("a file for every table");
            let links = links_written(&desk, table);
            assert_eq!(links, links_of_aito(&tables, table), "{} {table}", file.display());
            let lines: Vec<_> =
                text.lines().filter(|line| line.contains("= { type") && !line.starts_with('#')).collect();
            let columns = tables[table]["columns"].as_object().expect("columns");
            assert_eq!(lines.len(), columns.len(), "{table}: one rule a column");
            let in_order = lines.iter().zip(columns.keys()).all(|(line, name)| line.starts_with(name.as_str()));
            assert!(in_order, "{table}: in order");
            (all_tables, all_links) = (all_tables + 1, all_links + links.len());
        }
        let open = facts["open"].as_u64().expect("a number");
        let output = desk.verho(&["check"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(if open > 0 { 3 } else { 0 }), "{said}");
        assert_eq!(said.contains("is an open question") && said.contains("hint: choose a class"), open > 0, "{said}");
        names(&tables).into_iter().for_each(|table| answer(&desk, table, ANSWER));
        let offered = scanned(&file, &tables).0;
        names(&tables).into_iter().for_each(|table| take_offers(&offered, table));
        for desk in [desk, offered] {
            let output = desk.verho(&["check"]);
            assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
        }
        all_open += open;
    }
    eprintln!("{all_tables} tables, {all_links} links, {all_open} questions");
}

#[test]
fn a_question_is_told_with_its_place_and_all_others() {
    let desk = Desk::local("acme");
    let columns = r#"{"id": {"type": "Int"}, "city": {"type": "String"}, "email": {"type": "String"}, "a.b": {"type": "Decimal"}}"#;
    desk.write("aito.json", &format!(r#"{{"type": "table", "columns": {columns}}}"#));
    let file = desk.path("aito.json");
    let scan = ["scan", "acme", "--table", "people", "--aito", file.to_str().expect("text")];
    let said = desk.verho(&scan);
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        text.contains("people.toml  4        0      2         2") && text.contains("2 questions are open"),
        "{text}"
    );
    let output = desk.verho(&["check"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("people.toml:") && said.contains(r#"leaf `city` is an open question; others here: `"a.b"`"#),
        "{said}"
    );
    let halves = [
        r#"class = "quasi", method = "?""#,
        r#"class = "?", method = "keep", because = "x""#,
        r#"class = "attribute", method = "keep", because = """#,
    ];
    for half in halves {
        let written = std::fs::read_to_string(schema_file(&desk, "people")).expect("a schema");
        desk.write("schemas/acme/people.toml", &written.replace(QUESTION, half));
        assert_eq!(desk.verho(&["check"]).status.code(), Some(3), "half an answer is none");
        desk.write("schemas/acme/people.toml", &written);
    }
    let before = std::fs::read(schema_file(&desk, "people")).expect("a schema");
    let again = desk.verho(&scan);
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(again.status.code() == Some(3) && said.contains("people.toml is there already"), "{said}");
    assert_eq!(std::fs::read(schema_file(&desk, "people")).expect("a schema"), before);
}

#[test]
fn one_file_that_is_there_leaves_all_unwritten() {
    let desk = Desk::local("acme");
    let table = r#"{"type": "table", "columns": {"id": {"type": "Int"}}}"#;
    desk.write("aito.json", &format!(r#"{{"schema": {{"first": {table}, "second": {table}}}}}"#));
    desk.write("schemas/acme/second.toml", "mine");
    let file = desk.path("aito.json");
    let output = desk.verho(&["scan", "acme", "--aito", file.to_str().expect("text")]);
    assert_eq!(output.status.code(), Some(3));
    assert!(!schema_file(&desk, "first").exists());
    assert_eq!(std::fs::read_to_string(schema_file(&desk, "second")).expect("a file"), "mine");
}

#[test]
fn what_cannot_be_a_customer_or_a_file_is_refused() {
    let desk = Desk::local("acme");
    assert_eq!(desk.verho(&["scan", "../acme", "--aito", "x"]).status.code(), Some(2));
    assert_eq!(desk.verho(&["scan", "acme", "--aito", "no such file"]).status.code(), Some(3));
    assert_eq!(desk.verho(&["scan", "acme", "--aito", "x", "--names-only"]).status.code(), Some(2));
}

type Rows = Vec<serde_json::Map<String, Value>>;

fn row(line: &str) -> serde_json::Map<String, Value> {
    serde_json::from_str(line).expect("an object")
}

fn read_packed(file: &Path) -> Rows {
    let opened = flate2::read::MultiGzDecoder::new(File::open(file).expect("a file"));
    BufReader::new(opened).lines().map(|line| row(&line.expect("a line"))).collect()
}

/// The rows of a table in the corpus: as uploaded, or as the array that they were made from.
fn source_rows(folder: &Path, table: &str) -> Option<Rows> {
    let uploaded = folder.join(format!("upload/{table}.ndjson.gz"));
    if uploaded.is_file() {
        return Some(read_packed(&uploaded));
    }
    let text = std::fs::read(folder.join(format!("{table}.json"))).ok()?;
    Some(serde_json::from_slice(&text).expect("an array of objects"))
}

fn upload(desk: &Desk, table: &str, rows: &Rows) {
    let key = format!("production/acme/{table}/2026/part.ndjson.gz");
    desk.write(&key, "");
    let mut packed = flate2::write::GzEncoder::new(File::create(desk.path(&key)).expect("a file"), Default::default());
    rows.iter().for_each(|row| writeln!(packed, "{}", Value::from(row.clone())).expect("a line"));
    packed.finish().expect("a file");
}

fn released(desk: &Desk, table: &str) -> Rows {
    let releases = std::fs::read_dir(desk.path(&format!("test/acme/{table}"))).expect("a release");
    let objects = releases.flat_map(|release| std::fs::read_dir(release.expect("an entry").path()).expect("a folder"));
    objects.flat_map(|object| read_packed(&object.expect("an entry").path())).collect()
}

/// A table that is declared and has no objects: its file and the links to it are taken out by hand.
fn forget(desk: &Desk, absent: &[&String], present: &[&String]) {
    absent.iter().for_each(|table| std::fs::remove_file(schema_file(desk, table)).expect("a schema"));
    for table in present {
        let text = std::fs::read_to_string(schema_file(desk, table)).expect("a schema");
        let (rules, links) = text.split_once("\n[[link]]").map_or((text.as_str(), ""), |(rules, links)| (rules, links));
        let leads_away = |link: &&str| absent.iter().any(|table| link.contains(&format!("to   = \"{table}.")));
        let kept = links.split("\n[[link]]").filter(|link| !link.is_empty() && !leads_away(link));
        let kept: String = kept.map(|link| format!("\n[[link]]{link}")).collect();
        std::fs::write(schema_file(desk, table), format!("{rules}{kept}")).expect("a schema");
    }
}

/// Rows with a value, distinct values, and those that the other end has not.
fn measure(rows: &BTreeMap<&String, Rows>, link: &str) -> Option<(u64, u64, u64, BTreeSet<String>)> {
    let (child, parent) = link.split_once("->")?;
    let values = |end: &str| -> Option<Vec<String>> {
        let (table, column) = end.split_once('.')?;
        let rows = rows.iter().find(|(name, _)| **name == table)?.1;
        Some(rows.iter().filter_map(|row| row.get(column)).filter(|v| !v.is_null()).map(Value::to_string).collect())
    };
    let (child, parent) = (values(child)?, values(parent)?.into_iter().collect::<BTreeSet<_>>());
    let distinct: BTreeSet<_> = child.iter().cloned().collect();
    let orphans = distinct.difference(&parent).count();
    Some((child.len() as u64, distinct.len() as u64, orphans as u64, distinct))
}

#[test]
fn links_hold_through_a_whole_run() {
    let mut held = 0;
    for (file, tables) in corpus() {
        let folder = file.parent().expect("a folder");
        let Ok(measured) = std::fs::read(folder.join("links_measured.json")) else { continue };
        let measured: Vec<Value> = serde_json::from_slice(&measured).expect("links");
        let (desk, _) = scanned(&file, &tables);
        let every = names(&tables).into_iter();
        let source: BTreeMap<_, _> =
            every.filter_map(|table| source_rows(folder, table).map(|rows| (table, rows))).collect();
        let (present, absent): (Vec<_>, Vec<_>) =
            names(&tables).into_iter().partition(|name| source.contains_key(name));
        forget(&desk, &absent, &present);
        present.iter().for_each(|table| take_offers(&desk, table));
        source.iter().for_each(|(table, rows)| upload(&desk, table, rows));
        desk.approve("acme", "scan", 3);
        let output = desk.verho(&["run", "acme"]);
        assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
        let release: BTreeMap<&String, Rows> = present.iter().map(|table| (*table, released(&desk, table))).collect();
        for entry in measured.iter().filter(|entry| entry.get("child_rows").is_some()) {
            let link = entry["link"].as_str().expect("a link");
            let number = |key: &str| entry[key].as_u64().expect("a number");
            let told = (number("nonnull"), number("distinct"), number("orphans"));
            let [before, after] = [&source, &release].map(|rows| measure(rows, link).expect("both ends"));
            assert_eq!((before.0, before.1, before.2), told, "{link}");
            assert_eq!((after.0, after.1, after.2), told, "{link}");
            assert!(before.3.is_disjoint(&after.3), "{link}: a key is left as it was");
            held += 1;
        }
    }
    eprintln!("{held} links hold");
}
