//! Text as it is met in the wild: read as it was meant, or refused with its line; never shifted, never a panic.

#[path = "common/corpora.rs"]
mod corpora;
#[path = "dirty/csv.rs"]
mod csv;
#[path = "dirty/ipc.rs"]
mod ipc;
#[path = "dirty/json.rs"]
mod json;
#[path = "dirty/limits.rs"]
mod limits;
#[path = "dirty/made.rs"]
mod made;
#[path = "dirty/noise.rs"]
mod noise;
#[path = "dirty/round_trip.rs"]
mod round_trip;

use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use verho::source::text::{Dialect, Format, Limits, Packing, Reader, TextError};

/// How much of an object its dialect is detected from, in bytes.
const SAMPLE: u64 = 256 << 10;

/// All rows of an object in one batch.
fn read(bytes: &[u8], packing: Packing, format: &Format, schema: SchemaRef) -> Result<RecordBatch, TextError> {
    let unpacked = packing.unpack(Box::new(Cursor::new(bytes.to_vec()))).expect("an unpacker");
    let batches = Reader::new(unpacked, format, schema.clone(), Limits::default())?.collect::<Result<Vec<_>, _>>()?;
    Ok(concat_batches(&schema, &batches).expect("batches of one schema"))
}

/// Columns of text.
fn texts<N: Into<String>>(names: impl IntoIterator<Item = N>) -> SchemaRef {
    let fields: Vec<Field> = names.into_iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
    Arc::new(Schema::new(fields))
}

fn integers(names: &[&str]) -> SchemaRef {
    let fields: Vec<Field> = names.iter().map(|name| Field::new(*name, DataType::Int64, true)).collect();
    Arc::new(Schema::new(fields))
}

/// The start of what is packed, as far as it can be read.
fn sample(bytes: &[u8], packing: Packing) -> Vec<u8> {
    let unpacked = packing.unpack(Box::new(Cursor::new(bytes.to_vec()))).expect("an unpacker");
    let mut sample = Vec::new();
    // A fault shows again when all of it is read.
    let _ = unpacked.take(SAMPLE).read_to_end(&mut sample);
    sample
}

/// Reads a CSV object as text: its dialect detected or else the default, its columns those of its header.
fn read_csv(name: &str, bytes: &[u8]) -> Result<RecordBatch, TextError> {
    let packing = Packing::of(name);
    let sample = sample(bytes, packing);
    let dialect = Dialect::detect(&sample).unwrap_or_default();
    let names = dialect.names(&sample)?;
    read(bytes, packing, &Format::Csv(dialect), texts(names))
}

fn bytes(file: &Path) -> Vec<u8> {
    std::fs::read(file).expect("a file of the corpus")
}
