//! A customer's objects, grouped into tables by where they lie.

use std::collections::{BTreeMap, BTreeSet};

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
/// What begins with `_` or `.` is not data, as everywhere; an object of another ending than most of its folder is passed over, and so is
/// one that is packed otherwise where both may be the same.
/// Of a folder with the log of a table in it no object is taken: some can hold rows that are deleted.
pub fn group(customer: &str, objects: Vec<Object>) -> Found {
    let mut groups: BTreeMap<String, BTreeMap<(Ending, String), Packed>> = BTreeMap::new();
    let mut passed_over = 0;
    let logged = logged(customer, &objects);
    let is_logged = |key: &str| folder(customer, key).is_some_and(|folder| logged.contains_key(folder));
    for object in objects {
        if is_hidden(&object.key) || object.size == 0 || is_logged(&object.key) {
            continue;
        }
        match place(customer, &object.key) {
            Some(Place { table, ending, source, packing }) => {
                let packed = groups.entry(table).or_default().entry((ending, source)).or_default();
                packed.entry(packing).or_default().push(object)
            }
            None => passed_over += 1,
        }
    }
    let table = |(name, endings): (String, BTreeMap<(Ending, String), Packed>)| {
        let all: usize = endings.values().flat_map(BTreeMap::values).map(Vec::len).sum();
        let alike = endings.into_iter().flat_map(|((ending, source), packed)| {
            together(packed).into_iter().map(move |(packing, objects)| (ending, source.clone() + &packing, objects))
        });
        let alike: Vec<_> = alike.collect();
        let (ending, source, objects) = alike.into_iter().rev().max_by_key(|(.., objects)| objects.len())?;
        passed_over += all - objects.len();
        Some(Table { name, source, ending, objects })
    };
    let tables = groups.into_iter().filter_map(table).collect();
    Found { tables, logged, passed_over }
}

/// Objects of one ending, by how they are packed.
type Packed = BTreeMap<String, Vec<Object>>;

/// Objects of one ending that a pattern takes together, behind what it ends in: all, but where one may be another one unpacked.
fn together(packed: Packed) -> Packed {
    let plain = |(packing, object): (&String, &Object)| object.key.strip_suffix(packing.as_str()).map(str::to_owned);
    let keys = || packed.iter().flat_map(|(packing, objects)| std::iter::repeat(packing).zip(objects));
    let apart: BTreeSet<_> = keys().filter_map(plain).collect();
    if packed.len() == 1 || apart.len() < keys().count() {
        return packed;
    }
    let mut objects: Vec<_> = packed.into_values().flatten().collect();
    objects.sort_by(|left, right| left.key.cmp(&right.key));
    BTreeMap::from([("*".to_owned(), objects)])
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

/// Where a key belongs.
struct Place {
    table: String,
    ending: Ending,
    /// The pattern of its fellows, up to what says how they are packed.
    source: String,
    /// As the name ends then.
    packing: String,
}

fn place(customer: &str, key: &str) -> Option<Place> {
    let inside = key.strip_prefix(customer)?.strip_prefix('/')?;
    let file = inside.rsplit('/').next()?;
    let (written, packing, ending) = ending(file)?;
    let (table, source) = match inside.split_once('/') {
        Some((folder, _)) => (folder, format!("{customer}/{folder}/**/*.{written}")),
        None => {
            let file = file.strip_suffix(&packing)?;
            (file.strip_suffix(&format!(".{written}"))?, format!("{customer}/{file}"))
        }
    };
    is_table_name(table).then(|| Place { table: table.to_owned(), ending, source, packing })
}

/// The ending of a name as it is written, that of its packing, and what it says.
fn ending(file: &str) -> Option<(String, String, Ending)> {
    let (rest, packing) = match file.rsplit_once('.')? {
        (rest, packing) if ["gz", "zst"].contains(&packing.to_ascii_lowercase().as_str()) => (rest, Some(packing)),
        _ => (file, None),
    };
    let written = rest.rsplit_once('.')?.1;
    let (_, ending) = ENDINGS.into_iter().find(|(known, _)| written.eq_ignore_ascii_case(known))?;
    let packed = packing.map_or_else(String::new, |packing| format!(".{packing}"));
    (ending != Ending::Parquet || packing.is_none()).then(|| (written.to_owned(), packed, ending))
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
    fn objects_of_a_table_may_be_packed_or_not() {
        let told = |keys: &[&str]| {
            let found = found(keys);
            let tables = found.tables.iter().map(|table| (table.source.clone(), table.objects.len()));
            (tables.collect::<Vec<_>>(), found.passed_over)
        };
        let both = ["acme/t/1.csv.gz", "acme/t/2.csv.gz", "acme/t/3.csv", "acme/t/4.tsv"];
        assert_eq!(told(&both), (vec![("acme/t/**/*.csv*".to_owned(), 3)], 1));
        let copies = ["acme/t/1.csv.gz", "acme/t/2.csv.gz", "acme/t/2.csv"];
        assert_eq!(told(&copies), (vec![("acme/t/**/*.csv.gz".to_owned(), 2)], 1), "rows would come twice");
        assert_eq!(told(&["acme/t.csv", "acme/t.csv.gz"]), (vec![("acme/t.csv".to_owned(), 1)], 1));
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
