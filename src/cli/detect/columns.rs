//! Columns of files: how many of their values hold what identifies somebody, by kind; never a value.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::super::answer::{Answer, table};
use super::unreadable;
use crate::crew::Crew;
use crate::detect::Detector;
use crate::error::{Failure, Kind};
use crate::source::text::{Dialect, Format, Limits, Packing, Reader, TextError};

/// By this much of a CSV file its dialect is told.
const SAMPLE: usize = 1 << 18;
/// Records of JSON that are handled together.
const RECORDS: usize = 4096;

/// What the values of a column hold.
#[derive(Default)]
struct Column {
    /// Values that are not null.
    values: usize,
    /// By kind, how many values hold it.
    kinds: BTreeMap<&'static str, usize>,
}

impl Column {
    fn look(&mut self, detector: &mut Detector, value: &str, least: u8) {
        self.values += 1;
        let mut kinds: Vec<_> =
            detector.find(value).iter().filter(|span| span.score >= least).map(|span| span.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.into_iter().for_each(|kind| *self.kinds.entry(kind).or_default() += 1);
    }

    fn merge(&mut self, other: Column) {
        self.values += other.values;
        other.kinds.into_iter().for_each(|(kind, count)| *self.kinds.entry(kind).or_default() += count);
    }
}

/// The columns of a file, in their order.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
    columns: Vec<Column>,
    places: HashMap<String, usize>,
}

impl Columns {
    fn named(&mut self, name: &str) -> &mut Column {
        let place = self.places.get(name).copied().unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.columns.push(Column::default());
            self.places.insert(name.to_owned(), self.columns.len() - 1);
            self.columns.len() - 1
        });
        &mut self.columns[place]
    }
}

/// A name as it may be shown: of a file without a header, and of an object used as a map, a name can be somebody's value.
fn shown(detector: &mut Detector, name: &str, otherwise: impl FnOnce() -> String) -> String {
    if detector.find(name).is_empty() { name.to_owned() } else { otherwise() }
}

/// Counts what the columns of the files hold.
pub(super) fn count(files: &[PathBuf], least: u8, crew: &Crew) -> Result<Answer, Failure> {
    let counted: Vec<_> =
        files.iter().map(|file| Ok((file, count_file(file, least, crew)?))).collect::<Result<_, Failure>>()?;
    let mut text = String::new();
    for (file, columns) in &counted {
        text += &format!("{}\n{}", file.display(), table(["column", "values", "kind", "with it"], &rows(columns)));
    }
    let facts: Vec<_> = counted.iter().map(|(file, columns)| facts(file, columns)).collect();
    Ok(Answer::new(text, facts))
}

fn rows(columns: &Columns) -> Vec<[String; 4]> {
    let of_column = |(name, column): (&String, &Column)| -> Vec<[String; 4]> {
        let row = |kind: &str, count: String| [name.clone(), column.values.to_string(), kind.to_owned(), count];
        match column.kinds.is_empty() {
            true => vec![row("", String::new())],
            false => column.kinds.iter().map(|(kind, count)| row(kind, count.to_string())).collect(),
        }
    };
    columns.names.iter().zip(&columns.columns).flat_map(of_column).collect()
}

fn facts(file: &Path, columns: &Columns) -> Value {
    let column =
        |(name, column): (&String, &Column)| json!({ "column": name, "values": column.values, "kinds": column.kinds });
    let columns: Vec<_> = columns.names.iter().zip(&columns.columns).map(column).collect();
    json!({ "file": file, "columns": columns })
}

fn count_file(file: &Path, least: u8, crew: &Crew) -> Result<Columns, Failure> {
    let name = file.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let plain = name.trim_end_matches(".gz").trim_end_matches(".zst");
    let input = File::open(file).map_err(|_| unreadable(file))?;
    if plain.ends_with(".parquet") {
        return parquet(file, input, least, crew);
    }
    let unpacked = Packing::of(&name).unpack(Box::new(input)).map_err(|_| unreadable(file))?;
    match plain {
        plain if plain.ends_with(".csv") || plain.ends_with(".tsv") => csv(file, unpacked, least, crew),
        plain if plain.ends_with(".ndjson") || plain.ends_with(".jsonl") => ndjson(file, unpacked, least, crew),
        _ => Err(Failure::new(Kind::Usage, format!("{} has a name that tells no format", file.display()))
            .hint("--columns takes .csv, .tsv, .ndjson, .jsonl and .parquet, text also packed as .gz or .zst")),
    }
}

fn csv(file: &Path, mut input: Box<dyn Read + Send>, least: u8, crew: &Crew) -> Result<Columns, Failure> {
    let refused =
        |error: TextError| Failure::new(Kind::Mismatch, format!("{}: {error}", file.display())).hint(error.hint());
    let mut sample = Vec::new();
    input.by_ref().take(SAMPLE as u64).read_to_end(&mut sample).map_err(|_| unreadable(file))?;
    let dialect = Dialect::detect(&sample).map_err(refused)?;
    let names = dialect.names(&sample).map_err(refused)?;
    let fields: Vec<_> = names.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
    let whole = Box::new(Cursor::new(sample).chain(input));
    let reader = Reader::new(whole, &Format::Csv(dialect), Arc::new(Schema::new(fields)), Limits::default());
    let mut columns = Columns::default();
    for batch in reader.map_err(refused)? {
        count_batch(&batch.map_err(refused)?, least, crew, &mut columns);
    }
    Ok(columns)
}

fn parquet(file: &Path, input: File, least: u8, crew: &Crew) -> Result<Columns, Failure> {
    // What the decoder says could quote a value.
    let damaged = || {
        Failure::new(Kind::Mismatch, format!("{} is damaged, or is no Parquet", file.display()))
            .hint("write it anew; `verho plan` says more of a file of the workspace")
    };
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(input).and_then(|builder| builder.with_batch_size(8192).build());
    let mut columns = Columns::default();
    for batch in reader.map_err(|_| damaged())? {
        count_batch(&batch.map_err(|_| damaged())?, least, crew, &mut columns);
    }
    Ok(columns)
}

/// Counts a batch, its columns on all threads.
fn count_batch(batch: &RecordBatch, least: u8, crew: &Crew, columns: &mut Columns) {
    let (schema, mut leaves, mut detector) = (batch.schema(), Vec::new(), Detector::default());
    for (place, (field, array)) in schema.fields().iter().zip(batch.columns()).enumerate() {
        leaves_of(&shown(&mut detector, field.name(), || format!("column {}", place + 1)), array, &mut leaves);
    }
    let count = |detector: &mut Detector, (name, array): &(String, ArrayRef)| {
        let mut column = Column::default();
        let texts = cast(array, &DataType::Utf8).ok();
        let texts = texts.iter().flat_map(|texts| texts.as_string::<i32>().iter().flatten());
        texts.for_each(|text| column.look(detector, text, least));
        (name.clone(), column)
    };
    let counted: Vec<_> = crew.work(|| leaves.par_iter().map_init(Detector::default, count).collect());
    counted.into_iter().for_each(|(name, column)| columns.named(&name).merge(column));
}

/// The leaves below a column, named by their paths.
fn leaves_of(path: &str, array: &ArrayRef, leaves: &mut Vec<(String, ArrayRef)>) {
    match array.data_type() {
        DataType::Struct(fields) => {
            for (field, child) in fields.iter().zip(array.as_struct().columns()) {
                leaves_of(&format!("{path}.{}", field.name()), child, leaves);
            }
        }
        DataType::List(_) => leaves_of(&format!("{path}[]"), array.as_list::<i32>().values(), leaves),
        DataType::LargeList(_) => leaves_of(&format!("{path}[]"), array.as_list::<i64>().values(), leaves),
        DataType::Map(_, _) => {
            leaves_of(&format!("{path}{{key}}"), array.as_map().keys(), leaves);
            leaves_of(&format!("{path}{{value}}"), array.as_map().values(), leaves);
        }
        _ => leaves.push((path.to_owned(), array.clone())),
    }
}

fn ndjson(file: &Path, input: Box<dyn Read + Send>, least: u8, crew: &Crew) -> Result<Columns, Failure> {
    let refused = |line: usize| {
        Failure::new(Kind::Mismatch, format!("{}, line {line}: it is no object of JSON", file.display()))
            .hint("each line is one object, in UTF-8")
    };
    let mut columns = Columns::default();
    let mut lines = std::io::BufRead::split(std::io::BufReader::new(input), b'\n').peekable();
    let mut before = 0;
    while lines.peek().is_some() {
        let batch: Vec<_> = lines.by_ref().take(RECORDS).collect::<Result<_, _>>().map_err(|_| unreadable(file))?;
        let piece = |(at, lines): (usize, &[Vec<u8>])| {
            let (mut detector, mut counted) = (Detector::default(), Columns::default());
            for (line, bytes) in lines.iter().enumerate().filter(|(_, bytes)| !bytes.trim_ascii().is_empty()) {
                let value: Value = serde_json::from_slice(bytes).map_err(|_| at * 64 + line)?;
                let object = value.as_object().ok_or(at * 64 + line)?;
                for (key, value) in object {
                    let name = shown(&mut detector, key, || "{key}".to_owned());
                    look_below(&name, value, &mut detector, least, &mut counted);
                }
            }
            Ok::<_, usize>(counted)
        };
        let pieces: Vec<_> = crew.work(|| batch.par_chunks(64).enumerate().map(piece).collect());
        for piece in pieces {
            let counted = piece.map_err(|line| refused(before + line + 1))?;
            counted.names.iter().zip(counted.columns).for_each(|(name, column)| columns.named(name).merge(column));
        }
        before += batch.len();
    }
    Ok(columns)
}

fn look_below(path: &str, value: &Value, detector: &mut Detector, least: u8, columns: &mut Columns) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            let path = format!("{path}.{}", shown(detector, key, || "{key}".to_owned()));
            look_below(&path, value, detector, least, columns);
        }),
        Value::Array(items) => {
            items.iter().for_each(|item| look_below(&format!("{path}[]"), item, detector, least, columns));
        }
        Value::Null => {}
        Value::String(text) => columns.named(path).look(detector, text, least),
        other => columns.named(path).look(detector, &other.to_string(), least),
    }
}
