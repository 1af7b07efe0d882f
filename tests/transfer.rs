//! The ways through the engine give the same: by dictionary or value by value, in one part or in slices of a row group.

#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod common;

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Date32Array, Float64Array, Int64Array, ListArray, RecordBatch, StringArray,
    StructArray,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::datatypes::{DataType, Field, Schema};
use common::desk::Desk;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};

const ROWS: usize = 60_000;

const RULES: &str = r#"customer = "shop"
table    = "people"
source   = "shop/people/*.parquet"
format   = "parquet"

[columns]
id               = { class = "direct", method = "pseudonym", domain = "id" }
name             = { class = "direct", method = "pseudonym", domain = "name" }
city             = { class = "quasi", method = "fake", kind = "city" }
day              = { class = "quasi", method = "generalise", to = "month" }
plan             = { class = "attribute", method = "keep", because = "product names" }
amount           = { class = "attribute", method = "keep", because = "a measure" }
"address.street" = { class = "direct", method = "mask", first = 1 }
"address.zip"    = { class = "quasi", method = "generalise", prefix = 2 }
"tags[]"         = { class = "attribute", method = "pseudonym", domain = "tag" }
"orders[].sku"   = { class = "attribute", method = "mask", first = 5 }
"orders[].kind"  = { class = "attribute", method = "keep", because = "two words" }
"#;

/// Values that repeat in every way: with nulls, at every depth, of text, days and numbers.
fn people() -> RecordBatch {
    let rows = || 0..ROWS;
    let text = |value: &dyn Fn(usize) -> Option<String>| StringArray::from_iter(rows().map(value));
    let street = text(&|row| (row % 5 > 0).then(|| format!("{} katu {}", row % 300, row % 7)));
    let zip = text(&|row| Some(format!("{:05}", row % 90)));
    let fields = vec![Field::new("street", DataType::Utf8, true), Field::new("zip", DataType::Utf8, false)];
    let there = NullBuffer::from_iter(rows().map(|row| row % 11 > 0));
    let address = StructArray::new(fields.into(), vec![Arc::new(street), Arc::new(zip)], Some(there));
    let tags = StringArray::from_iter_values((0..2 * ROWS).map(|tag| format!("tag {}", tag % 50)));
    let item = Arc::new(Field::new("element", DataType::Utf8, false));
    let tags = ListArray::new(item, OffsetBuffer::from_repeated_length(2, ROWS), Arc::new(tags), None);
    let sku = StringArray::from_iter((0..ROWS).map(|row| (row % 3 > 0).then(|| format!("sku {:03}", row % 700))));
    let kind = StringArray::from_iter_values((0..ROWS).map(|row| ["new", "used"][row % 2]));
    let fields = vec![Field::new("sku", DataType::Utf8, true), Field::new("kind", DataType::Utf8, false)];
    let order = StructArray::new(fields.into(), vec![Arc::new(sku), Arc::new(kind)], None);
    let item = Arc::new(Field::new("element", order.data_type().clone(), true));
    // Every fifth person has five orders, the others have none, and every tenth has no list.
    let lengths = (0..ROWS).map(|row| if row % 5 == 0 { 5 } else { 0 });
    let listed = NullBuffer::from_iter(rows().map(|row| row % 10 != 1));
    let orders = ListArray::new(item, OffsetBuffer::from_lengths(lengths), Arc::new(order), Some(listed));
    let name = text(&|row| (row % 7 > 0).then(|| format!("name {}", row * 31 % 400)));
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        ("id", Arc::new(Int64Array::from_iter_values(rows().map(|row| row as i64 * 7919))), false),
        ("name", Arc::new(name), true),
        ("city", Arc::new(text(&|row| Some(format!("city {}", row % 1000)))), true),
        ("day", Arc::new(Date32Array::from_iter_values(rows().map(|row| row as i32 % 800))), false),
        ("plan", Arc::new(text(&|row| Some(["free", "basic", "pro"][row % 3].to_owned()))), false),
        ("amount", Arc::new(Float64Array::from_iter_values(rows().map(|row| row as f64 / 3.0))), false),
        ("address", Arc::new(address), true),
        ("tags", Arc::new(tags), false),
        ("orders", Arc::new(orders), true),
    ];
    RecordBatch::try_from_iter_with_nullable(columns).expect("a batch")
}

fn write(batch: &RecordBatch, by_dictionary: bool) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_dictionary_enabled(by_dictionary)
        .build();
    let handle = file.reopen().expect("a handle");
    let mut writer = ArrowWriter::try_new(handle, batch.schema(), Some(properties)).expect("a writer");
    writer.write(batch).expect("written");
    writer.close().expect("closed");
    file
}

fn desk() -> Desk {
    let desk = Desk::local("shop");
    desk.write("schemas/shop/people.toml", RULES);
    desk
}

/// One run over one file: the objects of its release, in order.
fn carried(desk: &Desk, file: &Path) -> Vec<PathBuf> {
    desk.put(file, "shop/people/0.parquet");
    if !desk.path("consent/shop").exists() {
        desk.approve("shop", "transfer", 9);
    }
    let done = desk.facts(&["run", "shop"]);
    let shown = desk.facts(&["release", "show", "shop", done["release"].as_str().expect("a name")]);
    let tables = shown["tables"].as_object().expect("tables").values();
    let objects = tables.flat_map(|table| table["objects"].as_array().expect("objects"));
    objects.map(|object| desk.path("test/shop").join(object["key"].as_str().expect("a key"))).collect()
}

fn rows_of(objects: &[PathBuf]) -> RecordBatch {
    let read = |path: &PathBuf| {
        let file = File::open(path).expect("an object");
        ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("a reader")
    };
    let batches: Vec<_> = objects.iter().flat_map(|path| read(path).map(|batch| batch.expect("a batch"))).collect();
    concat_batches(&batches[0].schema(), &batches).expect("one schema")
}

/// The entries of a leaf's dictionary in the first row group of an object, each as its bytes.
fn dictionary(object: &Path, leaf: usize) -> Vec<Vec<u8>> {
    let reader = SerializedFileReader::new(File::open(object).expect("an object")).expect("Parquet");
    let group = reader.get_row_group(0).expect("a row group");
    let page = group.get_column_page_reader(leaf).expect("pages").get_next_page().expect("a page");
    let Some(Page::DictionaryPage { buf, num_values, .. }) = page else { panic!("leaf {leaf} has no dictionary") };
    let mut rest = &buf[..];
    let mut entries = Vec::new();
    for _ in 0..num_values {
        let length = match group.metadata().column(leaf).column_type() {
            parquet::basic::Type::BYTE_ARRAY => {
                let (length, after) = rest.split_first_chunk::<4>().expect("a length");
                rest = after;
                u32::from_le_bytes(*length) as usize
            }
            _ => 4,
        };
        let (entry, after) = rest.split_at(length);
        entries.push(entry.to_vec());
        rest = after;
    }
    entries
}

#[test]
fn dictionaries_give_what_values_one_by_one_give() {
    let (desk, people) = (desk(), people());
    let by_dictionary = carried(&desk, write(&people, true).path());
    let one_by_one = carried(&desk, write(&people, false).path());
    let (left, right) = (rows_of(&by_dictionary), rows_of(&one_by_one));
    assert_eq!(left, right);
    assert_eq!(left.num_rows(), ROWS);
    assert_ne!(left.column(1), people.column(1), "names are masked");
    assert_eq!(left.column_by_name("plan"), people.column_by_name("plan"));
    let kinds = |batch: &RecordBatch| {
        let orders = batch.column_by_name("orders").expect("orders").as_list::<i32>().clone();
        orders.values().as_struct().column(1).clone()
    };
    assert_eq!(&kinds(&left), &kinds(&people), "kept in lists too");
    let names = left.column_by_name("name").expect("names");
    assert_eq!(names.logical_nulls(), people.column_by_name("name").expect("names").logical_nulls());
}

#[test]
fn a_masked_dictionary_holds_each_value_once_and_no_other() {
    let (desk, people) = (desk(), people());
    let objects = carried(&desk, write(&people, true).path());
    // Leaves: id, name, city, day, plan, amount, address.street, address.zip, tags, orders.sku, orders.kind.
    let distinct = [(1, 400), (3, 27), (4, 3), (7, 1), (8, 50), (9, 7), (10, 2)];
    for (leaf, expected) in distinct {
        let entries = dictionary(&objects[0], leaf);
        let once: HashSet<_> = entries.iter().collect();
        assert_eq!((once.len(), entries.len()), (expected, expected), "leaf {leaf}");
    }
    let cities = dictionary(&objects[0], 2);
    assert_eq!(cities.iter().collect::<HashSet<_>>().len(), cities.len());
}

#[test]
fn a_row_group_of_any_size_is_cut_into_slices() {
    let (desk, people) = (desk(), people());
    let file = write(&people, true);
    let whole = carried(&desk, file.path());
    let config = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    desk.write("verho.toml", &format!("{config}\n[limits]\nmemory = \"4MiB\"\nthreads = 2\n"));
    let sliced = carried(&desk, file.path());
    assert!(whole.len() == 1 && sliced.len() > 4, "{} and {} objects", whole.len(), sliced.len());
    assert_eq!(rows_of(&whole), rows_of(&sliced));
}

#[test]
fn chosen_rows_are_those_of_the_whole_in_one_part_and_in_slices() {
    let (desk, people) = (desk(), people());
    let file = write(&people, true);
    let whole = rows_of(&carried(&desk, file.path()));
    let plans = whole.column_by_name("plan").expect("plans").as_string::<i32>();
    let wanted: BooleanArray = plans.iter().map(|plan| Some(plan == Some("pro"))).collect();
    let wanted = filter_record_batch(&whole, &wanted).expect("as many marks as rows");
    let filter = "rows = [{ column = \"plan\", is = [\"pro\"] }]\n\n[columns]";
    desk.write("schemas/shop/people.toml", &RULES.replace("[columns]", filter));
    desk.approve("shop", "chosen", 9);
    let config = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    for memory in ["2GiB", "4MiB"] {
        desk.write("verho.toml", &format!("{config}\n[limits]\nmemory = \"{memory}\"\n"));
        assert_eq!(rows_of(&carried(&desk, file.path())), wanted, "{memory}");
    }
}

#[test]
fn threads_change_no_byte() {
    let (desk, people) = (desk(), people());
    let file = write(&people, true);
    let bytes = |objects: Vec<PathBuf>| -> Vec<Vec<u8>> {
        objects.iter().map(|object| std::fs::read(object).expect("an object")).collect()
    };
    let config = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    let mut seen = Vec::new();
    for threads in [1, 3] {
        desk.write("verho.toml", &format!("{config}\n[limits]\nmemory = \"16MiB\"\nthreads = {threads}\n"));
        seen.push(bytes(carried(&desk, file.path())));
    }
    assert!(seen[0] == seen[1], "one thread and three wrote different bytes");
}

/// A file of one text column: a dictionary as it stands here, and rows that are indices into it.
fn indexed(entries: &[&str], rows: &[u8]) -> tempfile::NamedTempFile {
    let schema = Schema::new(vec![Field::new("plan", DataType::Utf8, false)]);
    let descriptor = parquet::arrow::ArrowSchemaConverter::new().convert(&schema).expect("a schema");
    let plain: Vec<u8> =
        entries.iter().flat_map(|text| [&(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat()).collect();
    let dictionary_size = plain.len();
    let num_values = entries.len() as u32;
    let dictionary =
        Page::DictionaryPage { buf: plain.into(), num_values, encoding: Encoding::PLAIN, is_sorted: false };
    // Two bits a value, and a run for each.
    let runs: Vec<u8> = std::iter::once(2).chain(rows.iter().flat_map(|index| [1 << 1, *index])).collect();
    let data_size = runs.len();
    let data = Page::DataPage {
        buf: runs.into(),
        num_values: rows.len() as u32,
        encoding: Encoding::RLE_DICTIONARY,
        def_level_encoding: Encoding::RLE,
        rep_level_encoding: Encoding::RLE,
        statistics: None,
    };
    let mut chunk = TrackedWrite::new(Vec::new());
    let mut pages = SerializedPageWriter::new(&mut chunk);
    let first = pages.write_page(CompressedPage::new(dictionary, dictionary_size)).expect("a page");
    pages.write_page(CompressedPage::new(data, data_size)).expect("a page");
    let bytes = bytes::Bytes::from(chunk.into_inner().expect("bytes"));
    let metadata = ColumnChunkMetaData::builder(descriptor.column(0))
        .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
        .set_num_values(rows.len() as i64)
        .set_total_compressed_size(bytes.len() as i64)
        .set_total_uncompressed_size(bytes.len() as i64)
        .set_dictionary_page_offset(Some(0))
        .set_data_page_offset(first.bytes_written as i64)
        .build()
        .expect("metadata");
    let closed = ColumnCloseResult {
        bytes_written: bytes.len() as u64,
        rows_written: rows.len() as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    let file = tempfile::NamedTempFile::new().expect("a file");
    let handle = file.reopen().expect("a handle");
    let mut writer =
        SerializedFileWriter::new(handle, descriptor.root_schema_ptr(), Default::default()).expect("a file");
    let mut group = writer.next_row_group().expect("a row group");
    group.append_column(&bytes, closed).expect("a column");
    group.close().expect("closed");
    writer.close().expect("closed");
    file
}

/// A desk with one column and one rule for it, approved for one run over a file.
fn desk_of(rule: &str, file: &Path) -> Desk {
    let desk = Desk::local("shop");
    let head = "customer = \"shop\"\ntable = \"people\"\nsource = \"shop/people/*.parquet\"\nformat = \"parquet\"\n";
    desk.write("schemas/shop/people.toml", &format!("{head}[columns]\nplan = {{ {rule} }}\n"));
    desk.put(file, "shop/people/0.parquet");
    desk.approve("shop", "indexed", 1);
    desk
}

#[test]
fn a_value_that_no_row_has_any_more_stays_behind() {
    let file = indexed(&["free", "basic", "left-behind"], &[0, 0, 1, 0, 1, 1]);
    for method in [r#"method = "keep", because = "product names""#, r#"method = "mask", first = 8"#] {
        let desk = desk_of(&format!(r#"class = "attribute", {method}"#), file.path());
        let objects = carried(&desk, file.path());
        assert_eq!(rows_of(&objects).column(0).as_string::<i32>().iter().flatten().count(), 6);
        let written = std::fs::read(&objects[0]).expect("an object");
        assert!(!written.windows(8).any(|window| window == b"left-beh"), "{method}");
    }
}

#[test]
fn the_order_of_a_sorted_dictionary_stays_behind() {
    let file = indexed(&["anna", "berta", "cilla"], &[2, 0, 2, 1]);
    let desk = desk_of(r#"class = "direct", method = "pseudonym", domain = "name""#, file.path());
    let objects = carried(&desk, file.path());
    let rows = rows_of(&objects);
    let tokens: Vec<_> =
        rows.column(0).as_string::<i32>().iter().flatten().map(|token| token.as_bytes().to_vec()).collect();
    assert_eq!(tokens[0], tokens[2]);
    assert_eq!(dictionary(&objects[0], 0), [&tokens[0][..], &tokens[1], &tokens[3]], "in the order of their first use");
}
