//! What a way to write tokens costs and takes: time and size of each choice, for tokens that repeat and that do not.
//!
//! `cargo bench --bench encodings` prints the table that stands in `docs/performance.md`.

#![expect(clippy::disallowed_types, reason = "the choices of the sink are compared here")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use verho::keys::lanes::DomainKey;
use verho::keys::token;

/// As the program has it: what grows and is freed costs another time elsewhere.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As in a row group of the benchmark file.
const ROWS: usize = 500_000;

const RUNS: usize = 5;

type Choice = (&'static str, fn(WriterPropertiesBuilder) -> WriterPropertiesBuilder);

const CHOICES: [Choice; 6] = [
    ("PLAIN", |plain| plain),
    ("PLAIN, zstd 1", |plain| plain.set_compression(zstd())),
    ("PLAIN, snappy", |plain| plain.set_compression(Compression::SNAPPY)),
    ("DELTA_LENGTH_BYTE_ARRAY", |plain| plain.set_encoding(Encoding::DELTA_LENGTH_BYTE_ARRAY)),
    ("dictionary", |plain| plain.set_dictionary_enabled(true)),
    ("dictionary, zstd 1", |plain| plain.set_dictionary_enabled(true).set_compression(zstd())),
];

fn zstd() -> Compression {
    Compression::ZSTD(ZstdLevel::try_new(1).expect("a level"))
}

/// Tokens of so many distinct values.
fn tokens(distinct: usize) -> RecordBatch {
    let key = DomainKey::new([7; 32]);
    let token = |row: usize| String::from_utf8(token::letters(&key.hash(&(row % distinct).to_le_bytes())).to_vec());
    let tokens = StringArray::from_iter_values((0..ROWS).map(|row| token(row).expect("ASCII")));
    RecordBatch::try_from_iter([("token", Arc::new(tokens) as ArrayRef)]).expect("a batch")
}

fn written(batch: &RecordBatch, choice: Choice) -> (Duration, usize) {
    let plain = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true);
    let started = Instant::now();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(choice.1(plain).build())).expect("a writer");
    writer.write(batch).expect("written");
    let size = writer.into_inner().expect("a file").len();
    (started.elapsed(), size)
}

fn main() {
    println!("| tokens | written as | ns a value | bytes a value |\n|---|---|---|---|");
    for (name, distinct) in [("each its own", ROWS), ("of 10,000 values", 10_000), ("of 300 values", 300)] {
        let batch = tokens(distinct);
        for choice in CHOICES {
            let mut runs: Vec<_> = (0..RUNS).map(|_| written(&batch, choice)).collect();
            runs.sort_unstable();
            let (time, size) = runs[RUNS / 2];
            let (time, size) = (time.as_nanos() as f64 / ROWS as f64, size as f64 / ROWS as f64);
            println!("| {name} | {} | {time:.1} | {size:.1} |", choice.0);
        }
    }
}
