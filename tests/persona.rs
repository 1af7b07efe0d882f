//! A person's names and addresses agree across the tables of a whole run, for every one of a hundred thousand subjects.

#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod common;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use common::desk::Desk;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

const SUBJECTS: i64 = 100_000;

/// Each table with the columns that name its subjects, and the kind of fake that each takes.
const TABLES: [(&str, &[(&str, &str)]); 3] = [
    ("customers", &[("first", "first_name"), ("last", "last_name")]),
    ("contacts", &[("name", "name"), ("mail", "email")]),
    ("logins", &[("user", "user_name")]),
];

/// The subjects of a table in an order of its own, the same ones in all.
fn subjects(table: usize) -> impl Iterator<Item = i64> + Clone {
    let step = [1, 7, 49_999][table];
    (0..SUBJECTS).map(move |row| row * step % SUBJECTS)
}

fn desk() -> Desk {
    let desk = Desk::local("shop");
    for (at, (table, columns)) in TABLES.iter().enumerate() {
        let mut schema = format!(
            "customer = \"shop\"\ntable = \"{table}\"\nsource = \"shop/{table}/*.parquet\"\nformat = \"parquet\"\n\
             subject = \"id\"\n[columns]\nid = {{ class = \"direct\", method = \"pseudonym\", domain = \"customer\" }}\n"
        );
        let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(subjects(at)));
        let mut arrays = vec![("id", ids)];
        for (name, kind) in *columns {
            let rule = r#"class = "direct", method = "fake", locale = "fi", domain = "person", of = "subject""#;
            schema += &format!("{name} = {{ {rule}, kind = \"{kind}\" }}\n");
            let own = subjects(at).map(|subject| format!("{kind} {subject} of before"));
            arrays.push((name, Arc::new(StringArray::from_iter_values(own))));
        }
        desk.write(&format!("schemas/shop/{table}.toml"), &schema);
        let batch = RecordBatch::try_from_iter(arrays).expect("a batch");
        let file = tempfile::NamedTempFile::new().expect("a file");
        let mut writer =
            ArrowWriter::try_new(file.reopen().expect("a handle"), batch.schema(), None).expect("a writer");
        writer.write(&batch).expect("written");
        writer.close().expect("closed");
        desk.put(file.path(), &format!("shop/{table}/0.parquet"));
    }
    desk
}

/// The values of every column of a table, by the pseudonym of their subject.
fn by_subject(desk: &Desk, table: &str) -> HashMap<i64, Vec<String>> {
    let mut found = HashMap::new();
    for part in parts(&desk.path(&format!("test/shop/{table}"))) {
        let file = std::fs::File::open(part).expect("a part");
        for batch in ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("a reader") {
            let batch = batch.expect("a batch");
            let ids: &Int64Array = batch.column(0).as_primitive();
            for row in 0..batch.num_rows() {
                let values = batch.columns()[1..].iter().map(|column| column.as_string::<i32>().value(row).to_owned());
                assert!(found.insert(ids.value(row), values.collect()).is_none(), "a subject is there twice");
            }
        }
    }
    found
}

fn parts(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { parts(&path) } else { vec![path] }).collect()
}

fn plain(name: &str) -> String {
    let letter = |letter: char| match letter {
        'ä' | 'å' => 'a',
        'ö' => 'o',
        'é' => 'e',
        other => other,
    };
    name.to_lowercase().chars().map(letter).filter(char::is_ascii_alphanumeric).collect()
}

#[test]
fn five_columns_of_three_tables_agree_on_every_subject() {
    let desk = desk();
    assert_eq!(
        desk.facts(&["plan", "shop"])["warnings"],
        serde_json::json!([]),
        "fakes of a persona join by whose they are"
    );
    desk.approve("shop", "persona", 1);
    let output = desk.verho(&["run", "shop"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let [customers, contacts, logins] = TABLES.map(|(table, _)| by_subject(&desk, table));
    assert_eq!([customers.len(), contacts.len(), logins.len()], [SUBJECTS as usize; 3]);
    for (subject, names) in &customers {
        let [first, last] = names.as_slice() else { panic!("two names") };
        let [name, mail] = contacts[subject].as_slice() else { panic!("a name and an address") };
        let [user] = logins[subject].as_slice() else { panic!("a user name") };
        assert_eq!(*name, format!("{first} {last}"));
        let (local, host) = mail.split_once('@').expect("an address");
        assert_eq!(local, user);
        assert!(["example.com", "example.net", "example.org"].contains(&host), "a host that RFC 2606 does not keep");
        let digits = user.strip_prefix(&format!("{}.{}", plain(first), plain(last))).expect("the names of the subject");
        assert!(digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit()), "four digits");
    }
}
