//! What one core does of each step that nobody can leave out.

use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{Array, Int64Array, StringArray};
use bytes::Bytes;
use parquet::column::page::PageReader;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::serialized_reader::SerializedPageReader;
use sha2::{Digest, Sha256};

use crate::HASHED;
use crate::hash::{Key, TOKEN};

const TURNS: usize = 5;
const BUFFER: usize = 256 << 20;
const VALUES: usize = 1 << 20;

/// Prints `name value` lines: bytes or values a second, the best of five turns.
pub fn print(input: &str) {
    let source: Bytes = std::fs::read(input).expect("an input file").into();
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&source).expect("Parquet");
    speed("read", source.len(), || std::fs::read(input).expect("an input file"));
    of_memory();
    of_zstd("unzip_hashed", &source, &metadata, |name| HASHED.contains(&name));
    of_zstd("unzip_kept", &source, &metadata, |name| !HASHED.contains(&name));
    of_hashes();
    of_writing(Path::new(input));
}

/// Amounts per second of the fastest turn: the others were disturbed.
fn speed<T>(name: &str, amount: usize, mut work: impl FnMut() -> T) {
    let fastest = (0..TURNS)
        .map(|_| {
            let started = Instant::now();
            black_box(work());
            started.elapsed()
        })
        .min()
        .expect("a turn");
    println!("{name} {:.0}", amount as f64 / fastest.as_secs_f64());
}

fn of_memory() {
    let (from, mut to) = (vec![7u8; BUFFER], vec![1u8; BUFFER]);
    speed("copy", BUFFER, || black_box(&mut to).copy_from_slice(black_box(&from)));
    speed("sha256", BUFFER, || Sha256::digest(&from));
}

/// Page by page, as it lies in the file; counted in bytes that come out.
fn of_zstd(name: &str, source: &Bytes, metadata: &ParquetMetaData, wanted: impl Fn(&str) -> bool) {
    let file = Arc::new(source.clone());
    let pages = || {
        let mut bytes = 0;
        for group in metadata.row_groups() {
            for column in group.columns().iter().filter(|column| wanted(column.column_descr().name())) {
                let rows = group.num_rows() as usize;
                let mut reader = SerializedPageReader::new(file.clone(), column, rows, None).expect("pages");
                while let Some(page) = reader.get_next_page().expect("a page") {
                    bytes += page.buffer().len();
                }
            }
        }
        bytes
    };
    speed(name, pages(), pages);
}

fn of_hashes() {
    let key = Key::new([7; 32]);
    // Of 24 to 26 bytes.
    let emails = StringArray::from_iter_values((0..VALUES).map(|row| format!("aino{:08}@acme.example", row * 7919)));
    let ids = Int64Array::from_iter_values(0..VALUES as i64);
    speed("hash_text", VALUES, || key.strings(&emails));
    speed("hash_integer", VALUES, || key.integers(&ids));
    let tokens = key.strings(&emails);
    let mut page = Vec::with_capacity(VALUES * (4 + TOKEN));
    speed("encode_text", VALUES, || {
        page.clear();
        for row in 0..tokens.len() {
            page.extend_from_slice(&(TOKEN as u32).to_le_bytes());
            page.extend_from_slice(tokens.value(row).as_bytes());
        }
        black_box(&mut page);
    });
}

/// Into the page cache, beside the input: what the disk does later is not counted.
fn of_writing(input: &Path) {
    let (path, content) = (input.with_extension("speed"), vec![7u8; BUFFER]);
    speed("write", BUFFER, || {
        File::create(&path).expect("a file").write_all(&content).expect("room");
        std::fs::remove_file(&path).expect("a file");
    });
}
