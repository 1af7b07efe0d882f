//! docs/schemas.md says what is so: every example on it parses.

use std::fs;
use std::path::Path;

use verho::schema::digest::policy;
use verho::schema::{TableSchema, read_customer};

const PAGE: &str = include_str!("../docs/schemas.md");

/// The examples with this mark behind their fence.
fn examples(mark: &str) -> Vec<String> {
    let blocks = PAGE.split("\n```").skip(1).step_by(2);
    blocks
        .filter_map(|block| block.split_once('\n'))
        .filter(|(fence, _)| *fence == mark)
        .map(|(_, text)| text.into())
        .collect()
}

/// A folder of schemas with the files that examples name beside them.
fn folder() -> tempfile::TempDir {
    let (folder, home) = (tempfile::tempdir().expect("a folder"), Path::new(env!("CARGO_MANIFEST_DIR")));
    for (from, to) in
        [("tests/samples/age.csv", "hierarchies/age.csv"), ("tests/samples/modules/digits.wasm", "modules/digits.wasm")]
    {
        let to = folder.path().join("acme").join(to);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::copy(home.join(from), to).expect("a file");
    }
    folder
}

fn read(folder: &Path, name: &str, text: &str) -> TableSchema {
    let file = folder.join("acme").join(name).with_extension("toml");
    fs::write(&file, text).expect("a file");
    TableSchema::read(&file).unwrap_or_else(|fault| panic!("{fault:?}\n{text}"))
}

#[test]
fn every_fence_of_toml_has_a_mark() {
    let fences: Vec<&str> = PAGE.lines().filter(|line| line.starts_with("```toml")).collect();
    let marked = fences.iter().filter(|fence| ["```toml schema", "```toml rules"].contains(fence));
    assert_eq!(marked.count(), fences.len());
    assert_eq!(examples("toml schema").len() + examples("toml rules").len(), fences.len());
}

#[test]
fn whole_files_parse_and_their_links_agree() {
    let folder = folder();
    let examples = examples("toml schema");
    for (number, text) in examples.iter().enumerate() {
        let table = read(folder.path(), &number.to_string(), text).table;
        let at = |name: &str| folder.path().join("acme").join(name).with_extension("toml");
        fs::rename(at(&number.to_string()), at(&table)).expect("a table of its own");
    }
    let tables = read_customer(folder.path(), "acme").unwrap_or_else(|fault| panic!("{fault:?}"));
    assert_eq!(tables.len(), examples.len());
    assert_eq!(tables.iter().map(|table| table.links.len()).sum::<usize>(), 2);
}

#[test]
fn lines_under_columns_parse() {
    let folder = folder();
    let is_there = |line: &&str| cfg!(feature = "custom") || !line.contains("method = \"custom\"");
    for rules in examples("toml rules") {
        let lines = rules.lines().filter(is_there).collect::<Vec<_>>().join("\n");
        let stands = |column: &&str| lines.lines().any(|line| line.split_whitespace().next() == Some(column));
        let looked_at = ["customer_id", "country", "type"].into_iter().filter(|column| !stands(column));
        let looked_at = looked_at.map(|column| format!("\n{column} = {{ class = \"direct\", method = \"redact\" }}"));
        let lines = lines.clone() + &looked_at.collect::<String>();
        let count = lines.lines().count();
        let head =
            "customer = \"acme\"\ntable = \"lines\"\nsource = \"acme/lines/*\"\nformat = \"parquet\"\n[columns]\n";
        assert_eq!(read(folder.path(), "lines", &format!("{head}{lines}")).columns.len(), count);
    }
}

/// What an approval is for: these objects, and of columns that only their place tells apart, this order.
#[test]
fn another_source_is_another_policy_and_so_is_another_order_where_it_decides() {
    let folder = folder();
    let of = |source: &str, form: &str, rules: [&str; 2]| {
        let head = format!("customer = \"acme\"\ntable = \"t\"\nsource = \"acme/{source}/*\"\n{form}\n[columns]\n");
        policy(&read(folder.path(), "t", &format!("{head}{}\n{}\n", rules[0], rules[1])))
    };
    let (name, label) = (
        "name = { class = \"direct\", method = \"redact\" }",
        "label = { class = \"attribute\", method = \"keep\", because = \"products\" }",
    );
    let (parquet, csv) = ("format = \"parquet\"", "format = \"csv\"");
    let nameless = "format = \"csv\"\n[csv]\nheader = false";
    let skipped = "format = \"csv\"\n[csv]\nheader = \"skipped\"";
    for form in [parquet, csv, nameless, skipped] {
        assert_ne!(of("products", form, [name, label]), of("patients", form, [name, label]), "{form}");
    }
    for form in [parquet, csv] {
        assert_eq!(of("products", form, [name, label]), of("products", form, [label, name]), "{form}");
    }
    for form in [nameless, skipped] {
        assert_ne!(of("products", form, [name, label]), of("products", form, [label, name]), "{form}");
    }
}

#[test]
fn a_direct_identifier_takes_no_method_that_leaves_values() {
    let folder = folder();
    for method in [
        "\"shuffle\"",
        "\"sample\"",
        "\"clamp\", min = 1, max = 9",
        "\"round\", to = 10",
        "\"bucket\", k = 5",
        "\"items\", split = \",\", each = { method = \"shuffle\" }",
    ] {
        let text = |class: &str| {
            format!(
                "customer = \"acme\"\ntable = \"t\"\nsource = \"acme/t/*\"\nformat = \"parquet\"\n[columns]\n\
                 n = {{ class = \"{class}\", method = {method} }}\n"
            )
        };
        let file = folder.path().join("acme").join("t.toml");
        fs::write(&file, text("direct")).expect("a file");
        let fault = TableSchema::read(&file).err().expect("is refused").to_string();
        assert!(fault.contains("a direct identifier cannot"), "{method}: {fault}");
        if !method.contains("items") {
            read(folder.path(), "t", &text("sensitive"));
        }
    }
}
