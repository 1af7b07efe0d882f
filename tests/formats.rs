//! Records of every format, in and out: the whole way, and what is refused on it.

mod common;

use std::path::Path;

use common::desk::Desk;
use common::{corpora, python};

const FORMATS: [&str; 8] = ["csv", "csv.gz", "csv.zst", "ndjson", "ndjson.gz", "json", "arrow", "arrow_stream"];

fn schema(table: &str, format: &str, more: &str, columns: &str) -> String {
    format!(
        "customer = \"acme\"\ntable = \"{table}\"\nsource = \"acme/{table}/**/*\"\nformat = \"{format}\"\n{more}\n[columns]\n{columns}"
    )
}

const PEOPLE: &str = r#"
id = { type = "int64", class = "direct", method = "pseudonym", domain = "person" }
name = { class = "direct", method = "fake", kind = "name" }
born = { type = "date", class = "quasi", method = "generalise", to = "year" }
plan = { class = "attribute", method = "keep", because = "three product names" }
"#;

/// Every object of the release that readers use, by table.
fn objects(desk: &Desk, table: &str) -> Vec<std::path::PathBuf> {
    let root = desk.path("test/acme").join(table);
    let releases = std::fs::read_dir(root).expect("a release").map(|entry| entry.expect("an entry").path());
    let mut found: Vec<_> = releases
        .flat_map(|release| std::fs::read_dir(release).expect("a folder").map(|entry| entry.expect("an entry").path()))
        .collect();
    found.sort();
    found
}

#[test]
fn databases_in_every_format() {
    let Some(relational) = corpora::folder("relational") else { return };
    for database in ["chinook", "sakila"] {
        let corpus = relational.join(database);
        for format in FORMATS {
            let made = tempfile::tempdir().expect("a folder");
            python::run("formats.py", &[Path::new("make"), &corpus, made.path(), Path::new(format)]);
            let desk = Desk::local(database);
            for table in std::fs::read_dir(made.path().join("schemas")).expect("schemas") {
                let table = table.expect("a schema").path();
                let stem = table.file_stem().and_then(|stem| stem.to_str()).expect("a name");
                let text = std::fs::read_to_string(&table).expect("text");
                desk.write(&format!("schemas/{database}/{stem}.toml"), &text);
                let name = format!("0.{format}");
                desk.put(&made.path().join("data").join(stem).join(&name), &format!("{database}/{stem}/{name}"));
            }
            desk.approve(database, "formats", 3);
            let output = desk.verho(&["run", database]);
            assert!(output.status.success(), "{database} {format}: {}", String::from_utf8_lossy(&output.stderr));
            let (data, test) = (made.path().join("data"), desk.path("test").join(database));
            let said = python::run("formats.py", &[Path::new("check"), &corpus, &data, &test, Path::new(format)]);
            eprintln!("{database} {format}: {}", said.trim());
        }
    }
}

#[test]
fn a_row_that_is_not_as_declared_refuses_the_run_with_its_line() {
    let desk = Desk::local("acme");
    desk.write("schemas/acme/people.toml", &schema("people", "csv", "", PEOPLE));
    desk.write("production/acme/people/1.csv", "id,name,born,plan\n1,Aino,1980-02-03,basic\n");
    desk.write("production/acme/people/2.csv", "id,name,born,plan\n2,Ilmari,1985-05-06,basic\n3,Väinö,1990-01-01\n");
    desk.approve("acme", "lines", 3);
    let output = desk.verho(&["run", "acme"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(said.contains("table `people`, object 2 of 2") && said.contains("line 3"), "{said}");
    assert!(!said.contains("Väinö") && !desk.path("test/acme/people").exists(), "{said}");
    desk.write("production/acme/people/2.csv", "id;name;born;plan\n2;Ilmari;1985-05-06;basic\n");
    let output = desk.verho(&["run", "acme"]);
    assert_eq!(output.status.code(), Some(6), "another delimiter is another header");
}

/// What two tables hold together has two columns of one name, as a query that joins them writes it.
#[test]
fn a_header_that_names_two_columns_alike_can_be_skipped() {
    let desk = Desk::local("acme");
    let rows: String = (1..20).map(|n| format!("{n},a{n}@firm.example,{n}.5,{}\n", n * 2)).collect();
    desk.write("production/acme/bills.csv", &format!("id,email,sum,sum\n{rows}"));
    let output = desk.verho(&["scan", "acme"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && told.contains("several columns of its header have one name"), "{told}");
    let file = desk.path("schemas/acme/bills.toml");
    let text = std::fs::read_to_string(&file).expect("a schema");
    assert!(text.contains("header    = \"skipped\"") && text.contains("\nsum_4 = { type = \"int64\""), "{text}");
    let schema = |header: &str, last: &str| {
        let rule = |data_type: &str| {
            format!("{{ type = \"{data_type}\", class = \"attribute\", method = \"keep\", because = \"x\" }}")
        };
        let fake = "{ class = \"direct\", method = \"fake\", kind = \"email\" }";
        let head = "customer = \"acme\"\ntable = \"bills\"\nsource = \"acme/bills.csv\"\nformat = \"csv\"\noutput = \"same\"\n";
        let rules =
            format!("id = {}\nemail = {fake}\nsum = {}\n{last} = {}\n", rule("int64"), rule("float64"), rule("int64"));
        desk.write("schemas/acme/bills.toml", &format!("{head}[csv]\nheader = {header}\n[columns]\n{rules}"));
    };
    schema("true", "tax");
    desk.approve("acme", "named", 1);
    let output = desk.verho(&["run", "acme"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(6), "{told}");
    assert!(told.contains("names the column a second time") && told.contains("header = \"skipped\""), "{told}");
    schema("\"skipped\"", "tax");
    desk.approve("acme", "skipped", 1);
    desk.facts(&["run", "acme"]);
    let text = std::fs::read_to_string(&objects(&desk, "bills")[0]).expect("text");
    let lines: Vec<_> = text.lines().collect();
    assert_eq!((lines[0], lines.len()), ("id,email,sum,tax", 20), "{text}");
    assert!(lines[7].starts_with("7,") && lines[7].ends_with(",7.5,14") && !lines[7].contains("a7@"), "{text}");
}

/// Its columns are as many as the schema's all the same.
#[test]
fn a_skipped_header_is_as_wide_as_its_rows() {
    let desk = Desk::local("acme");
    desk.write("schemas/acme/people.toml", &schema("people", "csv", "[csv]\nheader = \"skipped\"\n", PEOPLE));
    desk.write("production/acme/people/1.csv", "id,id,born\n1,Aino,1980-02-03,basic\n");
    desk.write("production/acme/people/2.csv", "");
    desk.approve("acme", "wide", 1);
    let output = desk.verho(&["run", "acme"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(6), "{told}");
    assert!(told.contains("line 1: the header has 3 columns instead of 4"), "{told}");
}

#[test]
fn records_become_parquet_or_stay_what_they_were() {
    let desk = Desk::local("acme");
    let rows = "{\"id\":1,\"name\":\"Aino\",\"born\":\"1980-02-03\",\"plan\":\"basic\"}\n{\"id\":2,\"name\":null,\"plan\":\"pro\"}\n";
    for (table, more) in [("one", ""), ("two", "output = \"same\"\n")] {
        desk.write(&format!("schemas/acme/{table}.toml"), &schema(table, "ndjson", more, PEOPLE));
        desk.write(&format!("production/acme/{table}/people.ndjson"), rows);
    }
    desk.approve("acme", "both", 3);
    let done = desk.facts(&["run", "acme"]);
    assert_eq!((done["tables"]["one"].as_u64(), done["tables"]["two"].as_u64()), (Some(2), Some(2)));
    let name = |table| objects(&desk, table)[0].file_name().expect("a name").to_string_lossy().into_owned();
    assert_eq!((name("one"), name("two")), ("part-00000.parquet".into(), "part-00000.ndjson".into()));
    let text = std::fs::read_to_string(&objects(&desk, "two")[0]).expect("text");
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    assert_eq!(
        (lines.len(), lines[0]["born"].as_str(), lines[1]["plan"].as_str()),
        (2, Some("1980-01-01"), Some("pro"))
    );
    assert!(lines[0]["id"].as_i64().is_some_and(|id| id > 1_000) && lines[1]["name"].is_null(), "{text}");
    let most = desk.verho(&["preview", "acme", "two", "--rows", "1001"]);
    assert_eq!(most.status.code(), Some(2), "{}", String::from_utf8_lossy(&most.stderr));
    let shown = desk.facts(&["preview", "acme", "two", "--rows", "1"]);
    assert!(shown[0]["id"].is_i64() && shown[0]["born"].is_string(), "{shown}");
    let preview = desk.verho(&["preview", "acme", "two", "--rows", "1"]);
    assert!(preview.status.success() && !String::from_utf8_lossy(&preview.stdout).contains("Aino"));
}

#[test]
fn keys_of_folders_are_columns_of_records_too() {
    let desk = Desk::local("acme");
    let columns = format!("{PEOPLE}city = {{ class = \"quasi\", method = \"pseudonym\", domain = \"city\" }}\n");
    desk.write("schemas/acme/people.toml", &schema("people", "csv", "output = \"same\"\n", &columns));
    desk.write("production/acme/people/city=Turku/1.csv", "id,name,born,plan\n1,Aino,1980-02-03,basic\n");
    desk.approve("acme", "folders", 3);
    let output = desk.verho(&["run", "acme"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(&objects(&desk, "people")[0]).expect("text");
    assert!(text.starts_with("id,name,born,plan,city\n") && !text.contains("Turku"), "{text}");
}

#[test]
fn what_a_dialect_cannot_hold_is_told_by_check() {
    let desk = Desk::local("acme");
    let rules = |text: &str| {
        format!(
            "note = {{ class = \"attribute\", method = \"constant\", value = \"{text}\" }}\n\
             kind = {{ class = \"attribute\", method = \"when\", when = [{{ column = \"note\", null = true, method = \"null\" }}], otherwise = {{ method = \"redact\", with = \"{text}\" }} }}\n"
        )
    };
    let checked = |more: &str, text: &str| {
        desk.write("schemas/acme/people.toml", &schema("people", "csv", more, &rules(text)));
        let output = desk.verho(&["check"]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let bare = "output = \"same\"\n[csv]\nquote = \"\"\nnull = \"-\"\n";
    for text in ["a,b", "-", "a\\nb"] {
        let (code, said) = checked(bare, text);
        assert!(code == Some(3) && said.contains("leaf `note`: `constant` writes a text"), "{text}: {said}");
    }
    assert_eq!(checked(bare, "a").0, Some(0));
    assert_eq!(checked("output = \"same\"\n", "a,b").0, Some(0), "quotes hold it");
    assert_eq!(checked("[csv]\nquote = \"\"\n", "a,b").0, Some(0), "Parquet holds it");
    desk.write(
        "schemas/acme/people.toml",
        &schema("people", "csv", bare, &rules("a,b").replace("constant", "null").replace(", value = \"a,b\"", "")),
    );
    let said = String::from_utf8_lossy(&desk.verho(&["check"]).stderr).into_owned();
    assert!(said.contains("leaf `kind`: `when` writes a text"), "{said}");
}

#[test]
fn a_table_of_which_nothing_is_left_is_told_by_check() {
    let desk = Desk::local("acme");
    let rules = "id = { class = \"direct\", method = \"drop\" }\nname = { class = \"direct\", method = \"drop\" }\n";
    desk.write("schemas/acme/people.toml", &schema("people", "parquet", "", rules));
    let output = desk.verho(&["check"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("people.toml") && said.contains("every column is dropped"), "{said}");
    assert!(said.contains("remove this file"), "{said}");
}

#[test]
fn encrypted_parquet_is_told_as_such() {
    let desk = Desk::local("acme");
    let demo = include_bytes!("../src/cli/demo/customers-1.parquet");
    let footer = u32::from_le_bytes(demo[demo.len() - 8..demo.len() - 4].try_into().expect("a length")) as usize;
    // `encryption_algorithm`, the eighth field of `FileMetaData`: AES_GCM_V1 without options, before the end of the struct.
    let long = [0x0c, 0x10, 0x1c, 0, 0];
    assert_eq!(demo[demo.len() - 9], 0, "the end of the footer");
    let (content, end) = (&demo[..demo.len() - 9], &demo[demo.len() - 4..]);
    let longer = u32::try_from(footer + long.len()).expect("a length").to_le_bytes();
    let plain_footer = [content, &long, &[0], &longer, end].concat();
    let encrypted_footer = [&demo[..demo.len() - 4], b"PARE"].concat();
    desk.write(
        "schemas/acme/people.toml",
        &schema("people", "parquet", "", "id = { class = \"direct\", method = \"null\" }\n"),
    );
    for object in [plain_footer, encrypted_footer] {
        std::fs::create_dir_all(desk.path("production/acme/people")).expect("a folder");
        std::fs::write(desk.path("production/acme/people/1.parquet"), object).expect("a file");
        for command in ["plan", "scan"] {
            let said = String::from_utf8_lossy(&desk.verho(&[command, "acme"]).stderr).into_owned();
            assert!(
                said.contains("encrypted by Parquet's own encryption") && !said.contains("damaged"),
                "{command}: {said}"
            );
        }
    }
}
