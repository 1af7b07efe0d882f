//! Columns of files: how many of their values hold what identifies somebody, by kind; never a value.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;
use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, RecordBatchReader};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Fields, Schema};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::super::answer::{Answer, path, table};
use super::batch::{Batch, LONGEST};
use super::unreadable;
use crate::crew::Crew;
use crate::detect::{Recall, Recalls};
use crate::error::{Failure, Kind};
use crate::scan::column::{Names, is_known};
use crate::scan::{columns_of_csv, names_of_json};
use crate::schema::{Header, leaves};
use crate::source::each_leaf;
use crate::source::text::{Dialect, Format, Limits, Packing, Reader, TextError};

/// By this much of a file its dialect and its names are told.
const SAMPLE: usize = 1 << 18;
/// So many columns of a file are counted apart; objects of JSON can have any number of keys.
const MOST: usize = 4096;
/// What the others are counted under.
const OTHERS: &str = "(all others)";
/// Below a path as long as this nothing is named, in bytes.
const LONGEST_PATH: usize = 256;
/// What stands for a key that may be a value.
const KEY: &str = "{key}";

/// What the values of a column hold.
#[derive(Default)]
struct Column {
    /// Values that are not null.
    values: usize,
    /// By kind, how many values hold it.
    kinds: BTreeMap<&'static str, usize>,
}

impl Column {
    fn look(&mut self, recall: &mut Recall, value: &str, least: u8) {
        self.values += 1;
        let mut kinds: Vec<_> =
            recall.find(value).iter().filter(|span| span.score >= least).map(|span| span.kind).collect();
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
        let is_new = !self.places.contains_key(name);
        let name = if is_new && self.names.len() >= MOST { OTHERS } else { name };
        let place = self.places.get(name).copied().unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.columns.push(Column::default());
            self.places.insert(name.to_owned(), self.columns.len() - 1);
            self.columns.len() - 1
        });
        &mut self.columns[place]
    }

    fn merge(&mut self, other: Columns) {
        other.names.iter().zip(other.columns).for_each(|(name, column)| self.named(name).merge(column));
    }
}

/// A field with its names as they may be shown; one that may be somebody's value is a place.
fn shown(names: &mut Names, field: &Field, place: usize, of: &str) -> Field {
    let name = match names.may_be_data(field.name()) {
        true => format!("{of}_{}", place + 1),
        false => field.name().clone(),
    };
    Field::new(name, shown_type(names, field.data_type()), true)
}

fn shown_type(names: &mut Names, data_type: &DataType) -> DataType {
    match data_type {
        DataType::Struct(fields) => DataType::Struct(shown_fields(names, fields, "field")),
        DataType::List(item) => DataType::List(shown_item(names, item)),
        DataType::LargeList(item) => DataType::LargeList(shown_item(names, item)),
        DataType::FixedSizeList(item, size) => DataType::FixedSizeList(shown_item(names, item), *size),
        DataType::Map(entries, sorted) => DataType::Map(shown_item(names, entries), *sorted),
        other => other.clone(),
    }
}

fn shown_item(names: &mut Names, item: &Field) -> Arc<Field> {
    Arc::new(Field::new(item.name(), shown_type(names, item.data_type()), item.is_nullable()))
}

fn shown_fields(names: &mut Names, fields: &Fields, of: &str) -> Fields {
    fields.iter().enumerate().map(|(place, field)| shown(names, field, place, of)).collect()
}

/// How values are looked at.
struct Look<'c> {
    /// What is less certain is left out.
    least: u8,
    crew: &'c Crew,
    recalls: Recalls,
}

/// Counts what the columns of the files hold.
pub(super) fn count(files: &[PathBuf], least: u8, crew: &Crew) -> Result<Answer, Failure> {
    let look = Look { least, crew, recalls: Recalls::default() };
    let counted: Vec<_> =
        files.iter().map(|file| Ok((file, count_file(file, &look)?))).collect::<Result<_, Failure>>()?;
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
    json!({ "file": path(file), "columns": columns })
}

fn count_file(file: &Path, look: &Look<'_>) -> Result<Columns, Failure> {
    let name = file.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let plain = name.trim_end_matches(".gz").trim_end_matches(".zst");
    let input = File::open(file).map_err(|_| unreadable(file))?;
    if plain.ends_with(".parquet") {
        return parquet(file, input, look);
    }
    let unpacked = Packing::of(&name).unpack(Box::new(input)).map_err(|_| unreadable(file))?;
    match plain {
        plain if plain.ends_with(".csv") || plain.ends_with(".tsv") => csv(file, unpacked, look),
        plain if plain.ends_with(".ndjson") || plain.ends_with(".jsonl") => ndjson(file, unpacked, look),
        _ => Err(Failure::new(Kind::Usage, format!("{} has a name that tells no format", file.display()))
            .hint("--columns takes .csv, .tsv, .ndjson, .jsonl and .parquet, text also packed as .gz or .zst")),
    }
}

/// The start of a file.
fn sample(file: &Path, input: &mut Box<dyn Read + Send>) -> Result<Bytes, Failure> {
    let mut sample = Vec::new();
    input.take(SAMPLE as u64).read_to_end(&mut sample).map_err(|_| unreadable(file))?;
    Ok(sample.into())
}

fn csv(file: &Path, mut input: Box<dyn Read + Send>, look: &Look<'_>) -> Result<Columns, Failure> {
    let refused =
        |error: TextError| Failure::new(Kind::Mismatch, format!("{}: {error}", file.display())).hint(error.hint());
    let sample = sample(file, &mut input)?;
    let (dialect, names) = columns_of_csv(sample.clone(), sample.len() < SAMPLE).map_err(refused)?;
    let mut known = Names::default();
    let named = names
        .iter()
        .enumerate()
        .map(|(place, name)| shown(&mut known, &Field::new(name.as_str(), DataType::Utf8, true), place, "column"));
    let shown: Fields = named.collect();
    // A refusal names columns by their places: a first record can be somebody's.
    let placed: Fields =
        (1..=names.len()).map(|place| Field::new(format!("column_{place}"), DataType::Utf8, true)).collect();
    let mut titles = usize::from(dialect.header != Header::Absent);
    let format = Format::Csv(Dialect { header: Header::Absent, ..dialect });
    let whole = Box::new(Cursor::new(sample).chain(input));
    let reader = Reader::new(whole, &format, Arc::new(Schema::new(placed)), Limits::default());
    let mut columns = Columns::default();
    for batch in reader.map_err(refused)? {
        let batch = batch.map_err(refused)?;
        let rows = batch.slice(titles, batch.num_rows() - titles);
        count_batch(&rows, &shown, look, &mut columns);
        titles = 0;
    }
    Ok(columns)
}

fn parquet(file: &Path, input: File, look: &Look<'_>) -> Result<Columns, Failure> {
    // What the decoder says could quote a value.
    let damaged = || {
        Failure::new(Kind::Mismatch, format!("{} is damaged, or is no Parquet", file.display()))
            .hint("write it anew; `verho plan` says more of a file of the workspace")
    };
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(input).and_then(|builder| builder.with_batch_size(8192).build());
    let (reader, mut columns) = (reader.map_err(|_| damaged())?, Columns::default());
    let shown = shown_fields(&mut Names::default(), reader.schema().fields(), "column");
    for batch in reader {
        count_batch(&batch.map_err(|_| damaged())?, &shown, look, &mut columns);
    }
    Ok(columns)
}

/// Counts a batch, its columns on all threads, under names that are shown.
fn count_batch(batch: &RecordBatch, shown: &Fields, look: &Look<'_>, columns: &mut Columns) {
    let mut found: Vec<(String, ArrayRef)> = Vec::new();
    for (field, array) in shown.iter().zip(batch.columns()) {
        let named = leaves(field);
        let Ok(()) = each_leaf(array, |leaf, values| {
            found.push((named[leaf].path.to_string(), values.clone()));
            Ok::<_, Infallible>(())
        });
    }
    let count = |(name, array): &(String, ArrayRef)| {
        let mut column = Column::default();
        let texts = cast(array, &DataType::Utf8).ok();
        let texts = texts.iter().flat_map(|texts| texts.as_string::<i32>().iter().flatten());
        look.recalls.lend(|recall| texts.for_each(|text| column.look(recall, text, look.least)));
        (name.clone(), column)
    };
    let counted: Vec<_> = look.crew.work(|| found.par_iter().map(count).collect());
    counted.into_iter().for_each(|(name, column)| columns.named(&name).merge(column));
}

fn ndjson(file: &Path, mut input: Box<dyn Read + Send>, look: &Look<'_>) -> Result<Columns, Failure> {
    let refused = |line: usize| {
        Failure::new(Kind::Mismatch, format!("{}, line {line}: it is no object of JSON", file.display()))
            .hint("each line is one object, in UTF-8, of 16 MiB at most")
    };
    let (mut columns, mut batch, mut before) = (Columns::default(), Batch::default(), 0);
    let sample = sample(file, &mut input)?;
    let named = names_of_json(&sample);
    let mut input = BufReader::new(Cursor::new(sample).chain(input));
    while batch.read(&mut input).map_err(|_| unreadable(file))? {
        let piece = |(at, lines): (usize, &[Range<usize>])| {
            look.recalls.lend(|recall| {
                let mut objects = Objects::of(look.least, &named, recall);
                let refused = lines.iter().position(|line| objects.look(batch.line(line)).is_none());
                refused.map_or(Ok(objects.columns), |line| Err(at + line))
            })
        };
        let pieces: Vec<_> = look.crew.work(|| batch.pieces().map(piece).collect());
        for piece in pieces {
            columns.merge(piece.map_err(|line| refused(before + line + 1))?);
        }
        before += batch.len();
    }
    Ok(columns)
}

/// Objects of JSON that are looked into.
struct Objects<'n> {
    least: u8,
    /// What their start calls fields.
    named: &'n HashSet<String>,
    recall: &'n mut Recall,
    names: Names,
    columns: Columns,
}

impl<'n> Objects<'n> {
    fn of(least: u8, named: &'n HashSet<String>, recall: &'n mut Recall) -> Self {
        let (names, columns) = Default::default();
        Objects { least, named, recall, names, columns }
    }

    /// Looks into the object that a line holds; nothing where it holds none.
    fn look(&mut self, line: &[u8]) -> Option<()> {
        if line.trim_ascii().is_empty() {
            return Some(());
        }
        let value: Value = serde_json::from_slice(line).ok().filter(|_| line.len() <= LONGEST)?;
        for (key, value) in value.as_object()? {
            let name = self.shown(key).to_owned();
            self.look_below(&name, value);
        }
        Some(())
    }

    fn shown<'k>(&mut self, key: &'k str) -> &'k str {
        let is_named = self.named.contains(key) || is_known(key);
        if is_named && !self.names.may_be_data(key) { key } else { KEY }
    }

    fn look_below(&mut self, path: &str, value: &Value) {
        match value {
            Value::Object(_) | Value::Array(_) if path.len() > LONGEST_PATH => self.look_inside(path, value),
            Value::Object(fields) => fields.iter().for_each(|(key, value)| {
                let path = format!("{path}.{}", self.shown(key));
                self.look_below(&path, value);
            }),
            Value::Array(items) => {
                let path = format!("{path}[]");
                items.iter().for_each(|item| self.look_below(&path, item));
            }
            Value::Null => {}
            Value::String(text) => self.columns.named(path).look(self.recall, text, self.least),
            other => self.columns.named(path).look(self.recall, &other.to_string(), self.least),
        }
    }

    /// Looks at what stands so deep that nothing there is named.
    fn look_inside(&mut self, path: &str, value: &Value) {
        match value {
            Value::Object(fields) => fields.values().for_each(|value| self.look_below(path, value)),
            Value::Array(items) => items.iter().for_each(|item| self.look_below(path, item)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_keys_takes_bounded_memory() {
        // Of no vowels, so that none is a name.
        let letters = |key: usize| [key >> 8, key >> 4, key].map(|at| char::from(b"bcdfghjklmpqrtvx"[at % 16]));
        let key = |at: usize| format!("zq{}{}", if at < MOST { 'z' } else { 'q' }, String::from_iter(letters(at)));
        let named: HashSet<_> = (0..MOST + 9).map(key).collect();
        let keys: Vec<_> = named.iter().map(|key| format!("\"{key}\":1")).collect();
        let line = format!("{{{},\"tags\":[1]}}", keys.join(","));
        let mut recall = Recall::default();
        let mut objects = Objects::of(0, &named, &mut recall);
        objects.look(line.as_bytes()).expect("an object");
        let Columns { names, columns, .. } = &objects.columns;
        assert_eq!((names.len(), names.last().map(String::as_str)), (MOST + 1, Some(OTHERS)));
        assert_eq!(columns.last().map(|others| others.values), Some(10));
    }

    #[test]
    fn what_stands_very_deep_is_counted_and_not_named() {
        let named = HashSet::from(["deep".to_owned()]);
        let mut recall = Recall::default();
        let mut objects = Objects::of(0, &named, &mut recall);
        let line = format!("{}1{}", "{\"deep\":".repeat(100), "}".repeat(100));
        objects.look(line.as_bytes()).expect("an object");
        let Columns { names, columns, .. } = &objects.columns;
        assert_eq!((names.len(), columns[0].values), (1, 1));
        assert!(names[0].len() <= LONGEST_PATH + ".deep".len());
    }

    #[test]
    fn names_at_every_depth_are_looked_at() {
        let inner =
            Field::new("a", DataType::Struct(vec![Field::new("aino_koski", DataType::Utf8, true)].into()), true);
        let outer = Fields::from(vec![Field::new("rows", DataType::List(Arc::new(inner)), true)]);
        let shown = shown_fields(&mut Names::default(), &outer, "column");
        assert_eq!(leaves(&shown[0])[0].path.as_str(), "rows[].field_1");
    }
}
