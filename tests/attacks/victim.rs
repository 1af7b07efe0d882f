//! A table of people who are nobody, carried over once: what the attacker has, and what is true.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use arrow::util::display::array_value_to_string;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use verho::keys::{Secret, ring_of};
use verho::workspace::Workspace;

use crate::common::desk::Desk;

pub const ROWS: usize = 20_000;

/// Distinct cities, of which the k-th is k times rarer than the first; and branches, all equally frequent.
const CITIES: usize = 400;
const BRANCHES: usize = 50;

const RULES: &str = r#"customer = "shop"
table    = "people"
source   = "shop/people/*.parquet"
format   = "parquet"

[columns]
id     = { class = "direct", method = "pseudonym", domain = "id" }
email  = { class = "direct", method = "pseudonym", domain = "email" }
city   = { class = "quasi", method = "pseudonym", domain = "city" }
branch = { class = "attribute", method = "pseudonym", domain = "branch" }
zip    = { class = "quasi", method = "generalise", prefix = 2 }
born   = { class = "quasi", method = "generalise", to = "year" }
"#;

/// A release, and the source that it was made of, row by row.
pub struct Victim {
    pub desk: Desk,
    pub source: PathBuf,
    pub release: PathBuf,
    before: RecordBatch,
    after: RecordBatch,
}

impl Victim {
    /// Writes a source, has it approved, and carries it over.
    pub fn new() -> Self {
        let desk = Desk::local("shop");
        desk.write("schemas/shop/people.toml", RULES);
        let before = people();
        let source = desk.path("production/shop/people/0.parquet");
        desk.write("production/shop/people/keep", "");
        std::fs::remove_file(desk.path("production/shop/people/keep")).expect("a file");
        write(&before, File::create(&source).expect("a file"));
        desk.approve("shop", "attacked", 1);
        let done = desk.facts(&["run", "shop"]);
        let shown = desk.facts(&["release", "show", "shop", done["release"].as_str().expect("a name")]);
        let objects = shown["tables"]["people"]["objects"].as_array().expect("objects");
        assert_eq!(objects.len(), 1, "rows stand in one object");
        let release = desk.path("test/shop").join(objects[0]["key"].as_str().expect("a key"));
        let after = read(&release);
        assert_eq!(after.num_rows(), ROWS);
        Victim { desk, source, release, before, after }
    }

    /// A column of the source, row by row.
    pub fn before(&self, column: &str) -> Vec<String> {
        texts(&self.before, column)
    }

    /// A column of the release, row by row.
    pub fn after(&self, column: &str) -> Vec<String> {
        texts(&self.after, column)
    }

    /// Whole numbers of the source or the release.
    pub fn numbers(&self, column: &str) -> [Vec<i64>; 2] {
        [&self.before, &self.after].map(|batch| {
            let numbers = batch.column_by_name(column).expect("a column").as_primitive::<arrow::datatypes::Int64Type>();
            numbers.values().to_vec()
        })
    }

    /// The secret of the run, which no attacker has.
    pub fn secret(&self) -> Secret {
        let (_, key) = self.desk.environment.iter().find(|(name, _)| name == "VERHO_KEYRING_KEY").expect("a key");
        self.desk.write("keys/identity", key);
        let written = std::fs::read_to_string(self.desk.path("verho.toml")).expect("a file");
        self.desk.write("verho.toml", &format!("{written}\n[keys]\nidentity = \"keys/identity\"\n"));
        let identity = self.desk.path("keys/identity");
        std::fs::set_permissions(&identity, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its mode");
        let workspace = Workspace::read(&self.desk.path("")).expect("a workspace");
        ring_of(&workspace).and_then(|ring| ring.existing("shop")).expect("the secret")
    }
}

/// Numbers that look like chance and are the same each time (Steele, Lea and Flood 2014, SplitMix64).
pub fn mixed(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

fn people() -> RecordBatch {
    let rows = || 0..ROWS as u64;
    let texts = |of: &dyn Fn(u64) -> String| -> ArrayRef { Arc::new(StringArray::from_iter_values(rows().map(of))) };
    let weights: Vec<f64> = (1..=CITIES)
        .scan(0.0, |sum, rank| {
            *sum += 1.0 / rank as f64;
            Some(*sum)
        })
        .collect();
    let city = |row: u64| {
        let at = mixed(row) as f64 / u64::MAX as f64 * weights[CITIES - 1];
        format!("{:04x} town", mixed(weights.partition_point(|weight| *weight < at) as u64) as u16)
    };
    let email = |row: u64| {
        let length = 1 + (mixed(row + 1) % 12) as usize;
        format!("{}{:08x}@mail.example", "abcdefghijkl".get(..length).unwrap_or_default(), mixed(row + 2) as u32)
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("id", Arc::new(Int64Array::from_iter_values(rows().map(|row| (mixed(row + 3) >> 24) as i64)))),
        ("email", texts(&email)),
        ("city", texts(&city)),
        ("branch", texts(&|row| format!("branch {}", row % BRANCHES as u64))),
        ("zip", texts(&|row| format!("{:05}", mixed(row + 4) % 100_000))),
        ("born", Arc::new(Date32Array::from_iter_values(rows().map(|row| (mixed(row + 5) % 25_000) as i32 - 5_000)))),
    ];
    RecordBatch::try_from_iter(columns).expect("a batch")
}

/// With everything that Parquet can say of values: statistics, page indexes, bloom filters, keys and values.
fn write(batch: &RecordBatch, file: File) {
    let said = KeyValue::new("owner".to_owned(), texts(batch, "email")[0].clone());
    let properties =
        WriterProperties::builder().set_bloom_filter_enabled(true).set_key_value_metadata(Some(vec![said])).build();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("a writer");
    writer.write(batch).expect("written");
    writer.close().expect("closed");
}

fn read(path: &PathBuf) -> RecordBatch {
    let file = File::open(path).expect("an object");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("a reader");
    let batches: Vec<_> = reader.map(|batch| batch.expect("a batch")).collect();
    concat_batches(&batches[0].schema(), &batches).expect("one schema")
}

fn texts(batch: &RecordBatch, column: &str) -> Vec<String> {
    let array = batch.column_by_name(column).expect("a column");
    (0..array.len()).map(|row| array_value_to_string(array, row).expect("a value")).collect()
}
