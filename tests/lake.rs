//! Tables of Delta Lake and Iceberg, as their own writers made them (`tests/samples/lake`): what their own readers read of
//! them leaves, and nothing else.

#![cfg(feature = "lake")]
#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod common;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, StructArray};
use arrow::datatypes::{DataType, Field, Float64Type, Int32Type, Int64Type, Schema};
use arrow::util::display::array_value_to_string;
use bytes::Bytes;
use common::desk::{COMPLIANCE, CUSTOMER, Desk};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::{Map, Value, json};
use verho::account::doors::Production;
use verho::account::store::{Object, Pin, Store, StoreError};
use verho::run::{self, House, Wish};
use verho::workspace::Workspace;

/// A schema of one table, whose leaves are all kept.
fn schema(format: &str, more: &str, leaves: &[&str]) -> String {
    let rule = r#"{ class = "attribute", method = "keep", because = "made up" }"#;
    let rules: String = leaves.iter().map(|leaf| format!("\"{leaf}\" = {rule}\n")).collect();
    format!(
        "customer = \"acme\"\ntable = \"people\"\nsource = \"acme/people/\"\nformat = \"{format}\"\n{more}\n[columns]\n{rules}"
    )
}

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/lake")
}

/// What the tables' own readers read, by case and snapshot.
fn expected() -> BTreeMap<String, BTreeMap<String, Vec<Value>>> {
    let text = std::fs::read_to_string(samples().join("expected.json")).expect("a file");
    serde_json::from_str(&text).expect("cases")
}

fn format_of(case: &str) -> &str {
    case.split('/').next().expect("a format")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let to = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).expect("a copy")),
        }
    }
}

/// The leaves of some rows, those of structures too.
fn leaves(rows: &[Value]) -> Vec<String> {
    let members = |name: &str| rows.iter().find_map(|row| row[name].as_object());
    let names = rows[0].as_object().expect("a row").keys();
    let of = |name: &String| match members(name) {
        Some(members) => members.keys().map(|member| format!("{name}.{member}")).collect(),
        None => vec![name.clone()],
    };
    names.flat_map(of).collect()
}

/// A desk with one table of the samples under a schema that keeps all of it.
fn desk_of(case: &str, snapshot: &str, rows: &[Value]) -> Desk {
    let desk = Desk::local("acme");
    copy(&samples().join(case), &desk.path("production/acme/people"));
    let more = if snapshot == "newest" { String::new() } else { format!("snapshot = {snapshot}\n") };
    let leaves = leaves(rows);
    let leaves: Vec<&str> = leaves.iter().map(String::as_str).collect();
    desk.write("schemas/acme/people.toml", &schema(format_of(case), &more, &leaves));
    desk
}

fn value(array: &ArrayRef, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Int32 => json!(array.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => json!(array.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => json!(array.as_primitive::<Float64Type>().value(row)),
        DataType::Struct(fields) => {
            let members = fields.iter().zip(array.as_struct().columns());
            members.map(|(field, column)| (field.name().clone(), value(column, row))).collect::<Map<_, _>>().into()
        }
        _ => json!(array_value_to_string(array, row).expect("a text").replace('Z', "+00:00")),
    }
}

fn objects(desk: &Desk) -> Vec<PathBuf> {
    let releases = std::fs::read_dir(desk.path("test/acme/people")).expect("a table");
    let objects = releases.flat_map(|release| std::fs::read_dir(release.expect("a release").path()).expect("parts"));
    let mut objects: Vec<_> = objects.map(|object| object.expect("an object").path()).collect();
    objects.sort();
    objects
}

/// The rows that left, by their ids.
fn carried(desk: &Desk) -> Vec<Value> {
    let of_batch = |batch: RecordBatch| {
        let row = |row: usize| {
            let columns = batch.schema_ref().fields().iter().zip(batch.columns());
            columns.map(|(field, column)| (field.name().clone(), value(column, row))).collect::<Map<_, _>>().into()
        };
        (0..batch.num_rows()).map(row).collect::<Vec<Value>>()
    };
    let read = |path: PathBuf| {
        let file = std::fs::File::open(path).expect("an object");
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("a reader");
        reader.map(|batch| batch.expect("a batch")).flat_map(of_batch).collect::<Vec<Value>>()
    };
    let mut rows: Vec<Value> = objects(desk).into_iter().flat_map(read).collect();
    rows.sort_by_key(|row| row["id"].as_i64());
    rows
}

/// Whether the pages of any object, unpacked, hold a text: values that no row has any more among them.
fn pages_hold(desk: &Desk, text: &str) -> bool {
    objects(desk).into_iter().any(|path| {
        let file = SerializedFileReader::new(std::fs::File::open(path).expect("an object")).expect("Parquet");
        let groups = (0..file.num_row_groups()).map(|group| file.get_row_group(group).expect("a row group"));
        let mut pages = Vec::new();
        for group in groups {
            for column in 0..group.num_columns() {
                pages.extend(group.get_column_page_reader(column).expect("pages").map(|page| page.expect("a page")));
            }
        }
        pages.iter().any(|page| page.buffer().windows(text.len()).any(|window| window == text.as_bytes()))
    })
}

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&[output.stdout.clone(), output.stderr.clone()].concat()).into_owned()
}

#[test]
fn what_their_own_readers_read_leaves() {
    for (case, snapshots) in expected() {
        for (snapshot, rows) in snapshots {
            let desk = desk_of(&case, &snapshot, &rows);
            let plan = desk.facts(&["plan", "acme"]);
            let planned = plan["tables"][0]["snapshot"].as_i64().expect("the snapshot is named");
            assert!(snapshot == "newest" || planned.to_string() == snapshot, "{case} {snapshot}: {planned}");
            desk.approve("acme", "carried", 3);
            let ran = desk.verho(&["--output", "json", "run", "acme"]);
            assert!(ran.status.success(), "{case} {snapshot}: {}", said(&ran));
            assert_eq!(carried(&desk), rows, "{case} {snapshot}");
            assert!(!pages_hold(&desk, "CANARY") || snapshot == "0", "{case} {snapshot}");
            let shown = desk.verho(&["preview", "acme", "people", "--rows", "1000"]);
            assert!(shown.status.success(), "{case} {snapshot}: {}", said(&shown));
            assert!(!said(&shown).contains("CANARY") || snapshot == "0", "{case} {snapshot}");
            assert!(is_named(&desk, planned), "{case} {snapshot}: manifest and evidence name what was read");
        }
    }
}

/// Whether the manifest and some evidence name the snapshot.
fn is_named(desk: &Desk, snapshot: i64) -> bool {
    let files = |folder: &str| {
        let mut found = vec![desk.path(folder)];
        let mut files = Vec::new();
        while let Some(path) = found.pop() {
            match path.is_dir() {
                true => {
                    found.extend(std::fs::read_dir(path).expect("a folder").map(|entry| entry.expect("one").path()))
                }
                // Tiles of the ledger are no text.
                false => files.extend(std::fs::read_to_string(path)),
            }
        }
        files
    };
    let manifest = files("test/acme/releases").iter().any(|text| text.contains(&format!("\"snapshot\": {snapshot}")));
    let statement = |text: &String| {
        let envelope: Value = serde_json::from_str(text).ok()?;
        let payload = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, envelope["payload"].as_str()?).ok()?;
        let statement: Value = serde_json::from_slice(&payload).ok()?;
        statement["predicate"]["tables"][0]["snapshot"].as_i64()
    };
    manifest && files("evidence").iter().any(|text| statement(text) == Some(snapshot))
}

/// A desk with so little memory that row groups of a hundred rows are cut.
fn narrow_desk_of(case: &str, rows: &[Value]) -> Desk {
    let desk = desk_of(case, "newest", rows);
    let configured = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    desk.write("verho.toml", &format!("{configured}\n[limits]\nmemory = \"8KiB\"\npart_size = \"1KiB\"\n"));
    desk.approve("acme", "cut", 3);
    desk
}

#[test]
fn row_groups_that_are_cut_lose_their_deleted_rows_too() {
    let rows = &expected()["delta/vectors"]["newest"];
    let desk = narrow_desk_of("delta/vectors", rows);
    let ran = desk.verho(&["run", "acme"]);
    assert!(ran.status.success(), "{}", said(&ran));
    assert!(objects(&desk).len() > 4, "{} objects", objects(&desk).len());
    assert_eq!(&carried(&desk), rows);
}

#[test]
fn deletes_that_do_not_fit_into_memory_are_refused() {
    let desk = narrow_desk_of("iceberg/positions", &expected()["iceberg/positions"]["newest"]);
    let ran = desk.verho(&["run", "acme"]);
    assert_eq!(ran.status.code(), Some(6), "{}", said(&ran));
    assert!(said(&ran).contains("an object of deletes is too long for `[limits] memory`"), "{}", said(&ran));
}

#[test]
fn columns_become_what_their_rules_say() {
    let rows = &expected()["delta/partitioned"]["newest"];
    let desk = desk_of("delta/partitioned", "newest", rows);
    let columns = "id = { class = \"direct\", method = \"pseudonym\", domain = \"person\" }\n\
         name = { class = \"direct\", method = \"fake\", kind = \"name\" }\n\
         plan = { class = \"attribute\", method = \"keep\", because = \"two words\" }\n\
         city = { class = \"quasi\", method = \"pseudonym\", domain = \"city\" }\n\
         day = { class = \"quasi\", method = \"generalise\", to = \"year\" }\n";
    let head = schema("delta", "", &[]);
    desk.write("schemas/acme/people.toml", &format!("{head}{columns}"));
    desk.approve("acme", "ruled", 3);
    let ran = desk.verho(&["run", "acme"]);
    assert!(ran.status.success(), "{}", said(&ran));
    let left = carried(&desk);
    assert_eq!(left.len(), rows.len());
    assert!(left.iter().all(|row| row["day"] == "2026-01-01"), "a partition's value is a date like any other");
    let text = serde_json::to_string(&left).expect("JSON");
    assert!(["Turku", "São", "Aino", "CANARY"].iter().all(|raw| !text.contains(raw)), "{text}");
    let nulls = |rows: &[Value], name: &str| rows.iter().filter(|row| row[name].is_null()).count();
    assert_eq!((nulls(&left, "city"), nulls(&left, "name")), (nulls(rows, "city"), nulls(rows, "name")));
}

#[test]
fn deleted_rows_count_in_no_group_and_no_first_pass() {
    // With the deleted rows, both groups would be larger than k and one.
    for case in ["delta/vectors", "iceberg/positions", "iceberg/equality"] {
        let rows = &expected()[case]["newest"];
        let pro = rows.iter().filter(|row| row["plan"] == "pro").count();
        let fewest = pro.min(rows.len() - pro);
        for (k, leaves) in [(fewest, true), (fewest + 1, false)] {
            let desk = desk_of(case, "newest", rows);
            let columns = "id = { class = \"direct\", method = \"pseudonym\", domain = \"person\" }\n\
                 name = { class = \"direct\", method = \"fake\", kind = \"name\" }\n\
                 plan = { class = \"quasi\", method = \"keep\", because = \"two words\" }\n";
            let head = schema(format_of(case), "subject = \"id\"\n", &[]);
            let privacy = format!("[privacy]\nk = {k}\non_small_group = \"refuse\"\n");
            desk.write("schemas/acme/people.toml", &format!("{head}{columns}{privacy}"));
            desk.approve("acme", "grouped", 3);
            let ran = desk.verho(&["run", "acme"]);
            assert_eq!(ran.status.success(), leaves, "{case} {k}: {}", said(&ran));
            assert!(!leaves || carried(&desk).len() == rows.len(), "{case}");
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_with_the_way_out() {
    let rows = &expected()["delta/partitioned"]["newest"];
    let desk = desk_of("delta/partitioned", "newest", rows);
    let written = std::fs::read_to_string(desk.path("schemas/acme/people.toml")).expect("a file");
    let refused = |from: &str, to: &str, code: i32, what: &str| {
        assert!(written.contains(from), "{from}");
        desk.write("schemas/acme/people.toml", &written.replace(from, to));
        let planned = desk.verho(&["plan", "acme"]);
        assert_eq!(planned.status.code(), Some(code), "{}", said(&planned));
        assert!(said(&planned).contains(what) && said(&planned).contains("hint:"), "{}", said(&planned));
    };
    refused("acme/people/\"", "acme/people/**/*.parquet\"", 3, "`source` is not the folder of one table");
    refused("acme/people/\"", "acme/people\"", 3, "people.toml:3:");
    refused("acme/people/\"", "acme/others/\"", 6, "holds no log of a table");
    refused("\"delta\"\n", "\"delta\"\nsnapshot = 99\n", 6, "its log has no snapshot 99");
    refused("\"delta\"\n", "\"delta\"\noutput = \"same\"\n", 3, "the output is plain Parquet");
    refused("\"delta\"", "\"iceberg\"", 6, "holds no log of a table");
    refused("\"city\" = {", "\"town\" = {", 6, "`city` is not listed in the schema");
    // Read as a folder of objects, it would give deleted rows back.
    let plain = written.replace("\"delta\"", "\"parquet\"").replace("people/\"", "people/*/*/*.parquet\"");
    desk.write("schemas/acme/people.toml", &plain);
    let planned = desk.verho(&["plan", "acme"]);
    assert_eq!(planned.status.code(), Some(6), "{}", said(&planned));
    assert!(said(&planned).contains("its folder holds the log of a table"), "{}", said(&planned));
    let below = written.replace("\"delta\"", "\"parquet\"").replace("people/\"", "people/city=Turku/**/*.parquet\"");
    desk.write("schemas/acme/people.toml", &below);
    let planned = desk.verho(&["plan", "acme"]);
    assert_eq!(planned.status.code(), Some(6), "{}", said(&planned));
    assert!(said(&planned).contains("lies in the folder of one"), "{}", said(&planned));
}

#[test]
fn another_snapshot_ends_the_approval() {
    let desk = desk_of("delta/vectors", "newest", &expected()["delta/vectors"]["newest"]);
    let asked = desk.asked(&desk.approve("acme", "newest", 3));
    assert!(asked.contains("the version of a Delta Lake table that is the newest when a run begins"), "{asked}");
    let newest = std::fs::read_to_string(desk.path("schemas/acme/people.toml")).expect("a file");
    desk.write("schemas/acme/people.toml", &newest.replace("\"delta\"\n", "\"delta\"\nsnapshot = 0\n"));
    let ran = desk.verho(&["run", "acme"]);
    assert_eq!(ran.status.code(), Some(4), "deleted rows would come back: {}", said(&ran));
    let asked = desk.asked(&desk.request("acme", "older", 3));
    assert!(asked.contains("version 0 of a Delta Lake table"), "{asked}");
}

/// A table of one object whose column has two texts, `a` and `b`, that are called each other's name by now.
fn swapped(is_nested: bool, has_ids: bool) -> Desk {
    let id = |id: i64| if has_ids { [("PARQUET:field_id".to_owned(), id.to_string())].into() } else { HashMap::new() };
    let text = |name: &str, number| Arc::new(Field::new(name, DataType::Utf8, true).with_metadata(id(number)));
    let values = |value: &str| Arc::new(StringArray::from(vec![value; 9])) as ArrayRef;
    // The numbers are those of a table that it was taken from.
    let texts = StructArray::from(vec![(text("a", 3), values("was a")), (text("b", 2), values("was b"))]);
    let batch = if is_nested {
        let field = Field::new("person", texts.data_type().clone(), false).with_metadata(id(1));
        let schema = Schema::new(vec![field, text("note", 4).as_ref().clone()]);
        RecordBatch::try_new(Arc::new(schema), vec![Arc::new(texts), values("x")]).expect("fits")
    } else {
        RecordBatch::from(texts)
    };
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("in memory");
    let content = writer.into_inner().expect("in memory");
    let mapped = |name: &str, physical: &str, id: i64, of: Value| {
        let metadata = json!({ "delta.columnMapping.id": id, "delta.columnMapping.physicalName": physical });
        json!({ "name": name, "type": of, "nullable": id > 1, "metadata": metadata })
    };
    let members = json!([mapped("a", "b", 3, json!("string")), mapped("b", "a", 2, json!("string"))]);
    let members = json!({ "type": "struct", "fields": members });
    let columns = [mapped("person", "person", 1, members.clone()), mapped("note", "note", 4, json!("string"))];
    let columns = json!({ "type": "struct", "fields": columns });
    let columns = if is_nested { columns } else { members };
    let configuration = json!({ "delta.columnMapping.mode": "name", "delta.columnMapping.maxColumnId": "4" });
    let commit = [
        json!({ "protocol": { "minReaderVersion": 2, "minWriterVersion": 5 } }),
        json!({ "metaData": { "id": "1", "format": { "provider": "parquet", "options": {} }, "schemaString": columns.to_string(),
            "partitionColumns": [], "configuration": configuration, "createdTime": 0 } }),
        json!({ "add": { "path": "a.parquet", "partitionValues": {}, "size": content.len(), "modificationTime": 0, "dataChange": true } }),
    ];
    let desk = Desk::local("acme");
    let commit: String = commit.iter().map(|action| format!("{action}\n")).collect();
    desk.write("production/acme/people/_delta_log/00000000000000000000.json", &commit);
    std::fs::write(desk.path("production/acme/people/a.parquet"), content).expect("a file");
    let leaves: &[&str] = if is_nested { &["person.a", "person.b", "note"] } else { &["a", "b"] };
    desk.write("schemas/acme/people.toml", &schema("delta", "", leaves));
    desk
}

#[test]
fn members_that_changed_places_leave_under_their_own_names() {
    for (is_nested, has_ids) in [(false, false), (false, true), (true, false), (true, true)] {
        let desk = swapped(is_nested, has_ids);
        desk.approve("acme", "swapped", 3);
        let ran = desk.verho(&["run", "acme"]);
        assert!(ran.status.success(), "{}", said(&ran));
        let person = json!({ "a": "was b", "b": "was a" });
        let row = if is_nested { json!({ "person": person, "note": "x" }) } else { person };
        assert_eq!(carried(&desk), vec![row; 9], "nested {is_nested}, ids {has_ids}");
    }
}

#[test]
fn members_that_changed_places_are_looked_at_under_their_own_names() {
    let desk = swapped(true, true);
    let kept = r#"{ class = "attribute", method = "keep", because = "made up" }"#;
    let when = r#"when = [{ column = "person.a", is = ["was b"], method = "constant", value = "seen" }], otherwise = "refuse""#;
    let when = format!(r#"{{ class = "attribute", method = "when", {when} }}"#);
    let head = schema("delta", "rows = [{ column = \"person.a\", is = [\"was b\"] }]\n", &[]);
    let rules = format!("\"person.a\" = {kept}\n\"person.b\" = {when}\nnote = {when}\n");
    desk.write("schemas/acme/people.toml", &(head + &rules));
    desk.approve("acme", "swapped", 3);
    let ran = desk.verho(&["run", "acme"]);
    assert!(ran.status.success(), "{}", said(&ran));
    assert_eq!(carried(&desk), vec![json!({ "person": { "a": "was b", "b": "seen" }, "note": "seen" }); 9]);
}

/// The files of a table whose names end so.
fn files(table: &Path, ending: &str) -> Vec<PathBuf> {
    let (mut folders, mut found) = (vec![table.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            match path.is_dir() {
                true => folders.push(path),
                false => found.extend(Some(path).filter(|path| path.to_string_lossy().ends_with(ending))),
            }
        }
    }
    assert!(!found.is_empty(), "{ending}");
    found
}

fn remove(file: &Path) {
    std::fs::remove_file(file).expect("removed");
}

fn change(file: &Path) {
    let mut content = std::fs::read(file).expect("a file");
    let middle = content.len() / 2;
    content[middle] ^= 1;
    std::fs::write(file, content).expect("a file");
}

fn cut(file: &Path) {
    let content = std::fs::read(file).expect("a file");
    std::fs::write(file, &content[..content.len() - 1]).expect("a file");
}

/// A case, what is done to its files of this ending, and what is said then.
type Damage = (&'static str, fn(&Path), &'static str, &'static str);

#[test]
fn a_table_that_is_not_whole_is_refused() {
    let damages: [Damage; 7] = [
        ("delta/vectors", remove, ".bin", "names an object that is not there"),
        ("delta/vectors", change, ".bin", "a deletion vector is damaged"),
        ("delta/compacted", remove, "zstd.parquet", "names an object that is not there"),
        ("delta/vectors", remove, "00001.json", "its log is damaged"),
        ("iceberg/positions", remove, "-deletes.parquet", "names an object that is not there"),
        ("iceberg/vectors", change, "m0.avro", "cannot be read"),
        ("iceberg/positions", cut, "-deletes.parquet", "not as large as its manifest says"),
    ];
    for (case, damage, ending, what) in damages {
        let desk = desk_of(case, "newest", &expected()[case]["newest"]);
        desk.approve("acme", "whole", 3);
        files(&desk.path("production/acme/people"), ending).iter().for_each(|file| damage(file));
        let ran = desk.verho(&["run", "acme"]);
        assert_eq!(ran.status.code(), Some(6), "{case}: {}", said(&ran));
        assert!(said(&ran).contains(what), "{case}: {}", said(&ran));
        assert!(!said(&ran).contains("CANARY") && !said(&ran).contains("part-0"), "{case}: {}", said(&ran));
        assert!(!desk.path("test/acme/releases").exists(), "{case}: nothing is visible");
    }
}

#[test]
fn an_object_outside_of_the_tables_folder_is_refused() {
    let rows = &expected()["delta/evolved"]["newest"];
    for outside in
        ["../others/part.parquet", "file:///etc/part.parquet", "s3://another/part.parquet", "%2E%2E/part.parquet"]
    {
        let desk = desk_of("delta/evolved", "newest", rows);
        let add =
            json!({ "path": outside, "partitionValues": {}, "size": 5, "modificationTime": 0, "dataChange": true });
        let commit = format!("{}\n", json!({ "add": add }));
        desk.write("production/acme/people/_delta_log/00000000000000000003.json", &commit);
        let planned = desk.verho(&["plan", "acme"]);
        assert_eq!(planned.status.code(), Some(6), "{}", said(&planned));
        assert!(said(&planned).contains("outside of the table's folder"), "{}", said(&planned));
    }
    let desk = desk_of("iceberg/evolved", "newest", &expected()["iceberg/evolved"]["newest"]);
    for file in files(&desk.path("production/acme/people"), ".metadata.json") {
        let text = std::fs::read_to_string(&file).expect("text");
        let moved = text.replace(
            "\"location\":\"file:///tmp/lake/iceberg/evolved\"",
            "\"location\":\"file:///tmp/lake/iceberg/evo\"",
        );
        assert!(moved != text);
        std::fs::write(file, moved).expect("written");
    }
    let planned = desk.verho(&["plan", "acme"]);
    assert!(planned.status.code() == Some(6) && said(&planned).contains("outside"), "{}", said(&planned));
}

#[test]
fn features_and_types_that_are_not_known_are_refused_by_name() {
    let rows = &expected()["delta/evolved"]["newest"];
    let protocol = |feature: &str| json!({ "protocol": { "minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": [feature], "writerFeatures": [feature] } });
    let desk = desk_of("delta/evolved", "newest", rows);
    let commit = format!("{}\n", protocol("sealedRows"));
    desk.write("production/acme/people/_delta_log/00000000000000000003.json", &commit);
    let planned = desk.verho(&["plan", "acme"]);
    assert!(planned.status.code() == Some(6) && said(&planned).contains("feature"), "{}", said(&planned));
    // A file that has 64 bits where the table says 32.
    let desk = desk_of("delta/evolved", "newest", rows);
    for file in files(&desk.path("production/acme/people"), "2.json") {
        let text = std::fs::read_to_string(&file).expect("text");
        let narrower = text.replace(
            "\\\"name\\\": \\\"id\\\", \\\"type\\\": \\\"long\\\"",
            "\\\"name\\\": \\\"id\\\", \\\"type\\\": \\\"integer\\\"",
        );
        assert!(narrower != text, "{text}");
        std::fs::write(file, narrower).expect("written");
    }
    let planned = desk.verho(&["plan", "acme"]);
    assert_eq!(planned.status.code(), Some(6), "{}", said(&planned));
    assert!(said(&planned).contains("leaf `id`: an object has it in a type that does not widen"), "{}", said(&planned));
}

#[test]
fn a_scan_names_tables_that_keep_a_log_and_opens_none_of_their_objects() {
    for (case, format) in [("delta/vectors", "delta"), ("iceberg/positions", "iceberg")] {
        let desk = desk_of(case, "newest", &expected()[case]["newest"]);
        let known = desk.verho(&["scan", "acme"]);
        assert!(known.status.success(), "{}", said(&known));
        assert!(said(&known).contains("table people keeps a log and was not looked into"), "{}", said(&known));
        remove(&desk.path("schemas/acme/people.toml"));
        let new = desk.verho(&["scan", "acme"]);
        assert_eq!(new.status.code(), Some(6), "{}", said(&new));
        assert!(said(&new).contains(&format!("as `format = \"{format}\"` says")), "{}", said(&new));
        assert!(!desk.path("schemas/acme/people.toml").exists() && !said(&new).contains("CANARY"), "{}", said(&new));
    }
}

/// A folder of files that counts which of them are read.
struct Counted {
    root: PathBuf,
    read: Arc<Mutex<Vec<String>>>,
}

impl Store for Counted {
    fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let known = files(&self.root, "").into_iter().map(|path| {
            let key = path.strip_prefix(&self.root).expect("below").to_string_lossy().into_owned();
            let size = path.metadata().expect("a file").len();
            Object { key, size, pin: Pin { version: None, etag: String::new() } }
        });
        let mut known: Vec<_> = known.filter(|object| object.key.starts_with(prefix)).collect();
        known.sort_by(|left, right| left.key.cmp(&right.key));
        Ok(known)
    }

    fn find(&self, key: &str) -> Result<Option<Object>, StoreError> {
        Ok(self.list(key)?.into_iter().find(|object| object.key == key))
    }

    fn read(&self, object: &Object, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, StoreError> {
        self.read.lock().expect("no holder panics").push(object.key.clone());
        let content = Bytes::from(std::fs::read(self.root.join(&object.key)).expect("a file"));
        Ok(ranges.iter().map(|range| content.slice(range.start as usize..range.end as usize)).collect())
    }

    fn create(&self, _: &str, _: &[Bytes]) -> Result<Pin, StoreError> {
        unreachable!("production is never written")
    }

    fn replace(&self, _: &str, _: &[Bytes], _: &Pin) -> Result<Pin, StoreError> {
        unreachable!("production is never written")
    }

    fn delete(&self, _: &str) -> Result<(), StoreError> {
        unreachable!("production is never written")
    }
}

struct Silent;

impl verho::engine::Progress for Silent {
    fn part_done(&self, _: u64) {}
}

/// Which objects a run of the newest snapshot reads, before its approval and at all.
fn read_of(case: &str) -> (Vec<String>, Vec<String>) {
    let desk = desk_of(case, "newest", &expected()[case]["newest"]);
    let configured = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    desk.write("verho.toml", &format!("{configured}\n[keys]\nidentity = \"keys/identity\"\n"));
    let identity = &desk.environment.iter().find(|(name, _)| name == "VERHO_KEYRING_KEY").expect("an identity").1;
    desk.write("keys/identity", identity);
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(desk.path("keys/identity"), private).expect("made private");
    let file = desk.request("acme", "counted", 3);
    let workspace = Workspace::read(&desk.path("")).expect("a workspace");
    let house = || {
        let read = Arc::new(Mutex::new(Vec::new()));
        let store = Counted { root: desk.path("production"), read: read.clone() };
        let production = Production::new(Box::new(store));
        (House { production, ..House::open(&workspace, "acme").expect("opened") }, read)
    };
    let wish = Wish { customer: "acme", approval: None, operator: None };
    desk.sign(&file, "owner", CUSTOMER);
    let (unsigned, before) = house();
    let schemas = verho::schema::read_customer(&workspace.schemas(), "acme").expect("schemas");
    let planned = verho::plan::Plan::resolve("acme", schemas, &unsigned.production, &workspace.limits, &unsigned.crew);
    assert!(planned.is_ok() && run::run(&unsigned, &wish, &Silent).is_err(), "one signature is not enough");
    desk.sign(&file, "compliance", COMPLIANCE);
    let (signed, all) = house();
    run::run(&signed, &wish, &Silent).expect("carried over");
    let keys = |read: Arc<Mutex<Vec<String>>>| {
        let mut keys = std::mem::take(&mut *read.lock().expect("no holder panics"));
        keys.sort();
        keys.dedup();
        keys
    };
    (keys(before), keys(all))
}

#[test]
fn objects_that_the_snapshot_does_not_name_are_never_read() {
    for (case, data, deletes) in [
        ("delta/compacted", 2, 0),
        ("delta/vectors", 4, 1),
        ("delta/partitioned", 3, 0),
        ("iceberg/partitioned", 4, 0),
        ("iceberg/positions", 3, 1),
        ("iceberg/equality", 2, 2),
        ("iceberg/vectors", 1, 1),
    ] {
        let (before, all) = read_of(case);
        let is_deletes =
            |key: &&String| ["deletion_vector", "-deletes.", "-equality."].iter().any(|part| key.contains(part));
        let is_log = |key: &&String| key.contains("/_delta_log/") || key.contains("/metadata/");
        assert!(
            before.iter().all(|key| !is_deletes(&key)),
            "{case}: rows that are deleted are read with an approval: {before:?}"
        );
        assert_eq!(all.iter().filter(is_deletes).count(), deletes, "{case}: {all:?}");
        let named = all.iter().filter(|key| !is_log(key) && !is_deletes(key)).count();
        assert_eq!(named, data, "{case}: {all:?}");
    }
}
