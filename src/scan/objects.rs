//! A customer's objects, grouped into tables by where they lie.

use std::collections::BTreeMap;

use crate::account::doors::LogKind;
use crate::account::store::Object;
use crate::lake::log_of;
use crate::schema::is_table_name;

/// What an object is, by the ending of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    Parquet,
    Csv,
    Ndjson,
    Json,
    ArrowFile,
    ArrowStream,
}

const ENDINGS: [(&str, Ending); 10] = [
    ("parquet", Ending::Parquet),
    ("csv", Ending::Csv),
    ("tsv", Ending::Csv),
    ("ndjson", Ending::Ndjson),
    ("jsonl", Ending::Ndjson),
    ("json", Ending::Json),
    ("arrow", Ending::ArrowFile),
    ("feather", Ending::ArrowFile),
    ("arrows", Ending::ArrowStream),
    ("arrow_stream", Ending::ArrowStream),
];

/// Objects of one table.
pub struct Table {
    pub name: String,
    /// Which objects they are, as a schema file says it.
    pub source: String,
    pub ending: Ending,
    /// In key order.
    pub objects: Vec<Object>,
}

/// What lies below a customer's folder.
pub struct Found {
    /// By name.
    pub tables: Vec<Table>,
    /// Tables whose log alone says which of their objects count, and which log that is.
    pub logged: BTreeMap<String, LogKind>,
    /// Objects that belong to no table: of an unknown ending, or in a folder whose name no table can have.
    pub passed_over: usize,
}

/// Groups objects into tables: those of a folder, or one file by itself.
///
/// What begins with `_` or `.` is not data, as everywhere; an object of another ending than most of its folder is passed over.
/// Of a folder with the log of a table in it no object is taken: some can hold rows that are deleted.
pub fn group(customer: &str, objects: Vec<Object>) -> Found {
    let mut groups: BTreeMap<String, BTreeMap<(Ending, String), Vec<Object>>> = BTreeMap::new();
    let mut passed_over = 0;
    let logged = logged(customer, &objects);
    let is_logged = |key: &str| folder(customer, key).is_some_and(|folder| logged.contains_key(folder));
    for object in objects {
        if is_hidden(&object.key) || object.size == 0 || is_logged(&object.key) {
            continue;
        }
        match place(customer, &object.key) {
            Some((table, ending, source)) => {
                groups.entry(table).or_default().entry((ending, source)).or_default().push(object)
            }
            None => passed_over += 1,
        }
    }
    let table = |(name, endings): (String, BTreeMap<(Ending, String), Vec<Object>>)| {
        let all: usize = endings.values().map(Vec::len).sum();
        let ((ending, source), objects) = endings.into_iter().rev().max_by_key(|(_, objects)| objects.len())?;
        passed_over += all - objects.len();
        Some(Table { name, source, ending, objects })
    };
    let tables = groups.into_iter().filter_map(table).collect();
    Found { tables, logged, passed_over }
}

fn logged(customer: &str, objects: &[Object]) -> BTreeMap<String, LogKind> {
    let table = |object: &Object| Some((folder(customer, &object.key)?.to_owned(), log_of(&object.key)?));
    objects.iter().filter_map(table).filter(|(name, _)| is_table_name(name)).collect()
}

/// The folder in the customer's that a key lies in.
fn folder<'k>(customer: &str, key: &'k str) -> Option<&'k str> {
    let inside = key.strip_prefix(customer)?.strip_prefix('/')?;
    inside.split_once('/').map(|(folder, _)| folder)
}

fn is_hidden(key: &str) -> bool {
    key.split('/').any(|part| part.starts_with(['_', '.']))
}

/// The table of a key, its ending, and the pattern of its fellows.
fn place(customer: &str, key: &str) -> Option<(String, Ending, String)> {
    let inside = key.strip_prefix(customer)?.strip_prefix('/')?;
    let file = inside.rsplit('/').next()?;
    let (written, ending) = ending(file)?;
    let (table, source) = match inside.split_once('/') {
        Some((folder, _)) => (folder, format!("{customer}/{folder}/**/*.{written}")),
        None => {
            let stem = file.strip_suffix(&format!(".{written}"))?;
            (stem, format!("{customer}/{file}"))
        }
    };
    is_table_name(table).then(|| (table.to_owned(), ending, source))
}

/// The ending of a name as it is written, with its packing, and what it says.
fn ending(file: &str) -> Option<(String, Ending)> {
    let (rest, packing) = match file.rsplit_once('.')? {
        (rest, packing) if ["gz", "zst"].contains(&packing.to_ascii_lowercase().as_str()) => (rest, Some(packing)),
        _ => (file, None),
    };
    let written = rest.rsplit_once('.')?.1;
    let (_, ending) = ENDINGS.into_iter().find(|(known, _)| written.eq_ignore_ascii_case(known))?;
    let packed = packing.map_or_else(String::new, |packing| format!(".{packing}"));
    (ending != Ending::Parquet || packing.is_none()).then(|| (format!("{written}{packed}"), ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::store::Pin;

    fn found(keys: &[&str]) -> Found {
        let object =
            |key: &&str| Object { key: (*key).to_owned(), size: 9, pin: Pin { version: None, etag: String::new() } };
        group("acme", keys.iter().map(object).collect())
    }

    #[test]
    fn folders_and_files_are_tables() {
        let found = found(&[
            "acme/customers/day=1/a.parquet",
            "acme/customers/day=2/b.parquet",
            "acme/customers/_SUCCESS",
            "acme/customers/readme.md",
            "acme/orders.csv.gz",
            "acme/odd name/x.csv",
            "acme/visits/2026/a.ndjson.gz",
        ]);
        let tables: Vec<_> = found
            .tables
            .iter()
            .map(|table| (table.name.as_str(), table.source.as_str(), table.objects.len()))
            .collect();
        let expected = [
            ("customers", "acme/customers/**/*.parquet", 2),
            ("orders", "acme/orders.csv.gz", 1),
            ("visits", "acme/visits/**/*.ndjson.gz", 1),
        ];
        assert_eq!((tables.as_slice(), found.passed_over), (&expected[..], 2));
    }

    #[test]
    fn no_object_of_a_table_with_a_log_is_taken() {
        let found = found(&[
            "acme/people/_delta_log/00000000000000000000.json",
            "acme/people/city=1/a.parquet",
            "acme/visits/data/a.parquet",
            "acme/visits/metadata/v1.metadata.json",
            "acme/orders/eu/_delta_log/00000000000000000000.json",
            "acme/orders/us/a.parquet",
            "acme/plain/a.parquet",
        ]);
        let names: Vec<_> = found.tables.iter().map(|table| table.name.as_str()).collect();
        assert_eq!((names.as_slice(), found.passed_over), (&["plain"][..], 0));
        let logged: Vec<_> = found.logged.iter().map(|(name, kind)| (name.as_str(), kind.format())).collect();
        assert_eq!(logged, [("orders", "delta"), ("people", "delta"), ("visits", "iceberg")]);
    }
}
