//! Files with one fault each: the fault decides what is right.

use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use verho::schema::type_name;
use verho::source::text::{Dialect, Fault, Format, Packing, StrayQuote, TextError};

use super::{bytes, corpora, integers, read, read_csv, texts};

fn made(name: &str) -> Option<Vec<u8>> {
    Some(bytes(&corpora::folder("dirty/made")?.join(name)))
}

fn line_and_fault(read: Result<RecordBatch, TextError>) -> (Option<u64>, Fault) {
    let error = read.expect_err("a refusal");
    (error.line, error.fault)
}

fn csv(name: &str) -> Option<Result<RecordBatch, TextError>> {
    Some(read_csv(name, &made(name)?))
}

fn lines(name: &str, schema: SchemaRef) -> Option<Result<RecordBatch, TextError>> {
    Some(read(&made(name)?, Packing::of(name), &Format::Ndjson, schema))
}

fn people() -> SchemaRef {
    let id = Field::new("id", DataType::Int64, true);
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![id, text("email"), text("name"), text("note"), text("x")]))
}

#[test]
fn csv_files_without_a_fault_are_read() {
    let files = [
        ("bom_utf8.csv", 1, 2),
        ("field_1e6_chars.csv", 2, 3),
        ("formula_injection.csv", 4, 2),
        ("header_only.csv", 0, 2),
        ("header_with_newline.csv", 1, 2),
        ("wide_20000_columns.csv", 1, 20_000),
    ];
    for (name, rows, columns) in files {
        let Some(read) = csv(name) else { return };
        let batch = read.expect(name);
        assert_eq!((batch.num_rows(), batch.num_columns()), (rows, columns), "{name}");
    }
}

#[test]
fn a_mark_before_the_header_is_no_part_of_a_name() {
    let Some(read) = csv("bom_utf8.csv") else { return };
    assert!(read.expect("rows").schema().field(0).name().is_ascii());
}

/// As spreadsheets export text.
#[test]
fn utf_16_behind_its_mark_is_read() {
    let Some(bytes) = made("utf16le_bom.csv") else { return };
    let units = bytes[2..].chunks(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    let plain: String = char::decode_utf16(units).map(|unit| unit.expect("a character")).collect();
    let read = |bytes: &[u8]| super::read_csv("utf16le_bom.csv", bytes).expect("rows");
    assert_eq!(read(&bytes), read(plain.as_bytes()));
    let big: Vec<u8> = bytes.chunks(2).flat_map(|unit| [unit[1], unit[0]]).collect();
    assert_eq!(read(&big), read(plain.as_bytes()));
}

#[test]
fn csv_files_with_a_fault_are_refused_at_its_line() {
    let (lone, ragged) = (Fault::LoneReturn, |found| Fault::Ragged { found, planned: 3 });
    let files = [
        ("lone_cr.csv", Some(1), lone),
        ("ragged.csv", Some(3), ragged(verho::source::text::Count::Exactly(2))),
        ("unterminated_quote.csv", Some(2), Fault::OpenQuote),
    ];
    for (name, line, fault) in files {
        let Some(read) = csv(name) else { return };
        assert_eq!(line_and_fault(read), (line, fault), "{name}");
    }
}

#[test]
fn formulas_are_kept_as_they_are_where_stray_quotes_are() {
    let Some(bytes) = made("formula_injection.csv") else { return };
    let strict = read(&bytes, Packing::None, &Format::Csv(Dialect::default()), texts(["id", "name"]));
    assert_eq!(line_and_fault(strict), (Some(2), Fault::StrayQuote));
    let dialect = Dialect { stray_quote: StrayQuote::Kept, ..Dialect::default() };
    let batch = read(&bytes, Packing::None, &Format::Csv(dialect), texts(["id", "name"])).expect("rows");
    let names: Vec<_> = batch.column(1).as_string::<i32>().iter().flatten().collect();
    assert_eq!(names, ["=HYPERLINK(\"http://x\")", "+1+1", "@SUM(A1)", "-2+3"]);
}

#[test]
fn ndjson_files_are_read_or_refused_at_their_line() {
    let Some(read) = lines("blank_lines.ndjson", people()) else { return };
    assert_eq!(read.expect("rows").num_rows(), 2);
    let files = [
        ("deep_100000.ndjson", 1, Fault::NotAnObject),
        ("duplicate_keys.ndjson", 1, Fault::DuplicateKey),
        ("invalid_utf8.ndjson", 2, Fault::NotUtf8),
        ("lone_surrogate.ndjson", 1, Fault::Json("a lone surrogate")),
        ("truncated_last_line.ndjson", 2, Fault::Json("it ends inside of a text")),
    ];
    for (name, line, fault) in files {
        let read = lines(name, people()).expect("a file");
        assert_eq!(line_and_fault(read), (Some(line), fault), "{name}");
    }
}

#[test]
fn numbers_that_do_not_fit_are_refused_at_their_line() {
    let of = |data_type: &DataType| Arc::new(Schema::new(vec![Field::new("id", data_type.clone(), true)]));
    let types = [
        (DataType::Int64, 2),
        (DataType::UInt64, 2),
        (DataType::Float64, 1),
        (DataType::Utf8, 1),
        (DataType::Decimal128(38, 0), 4),
        (DataType::Decimal128(38, 18), 4),
    ];
    for (data_type, line) in types {
        let Some(read) = lines("big_ints.ndjson", of(&data_type)) else { return };
        assert_eq!(line_and_fault(read), (Some(line), Fault::WrongType(type_name(&data_type).expect("a name"))));
    }
}

#[test]
fn packed_files_are_whole_or_refused() {
    for name in ["gzip_truncated.ndjson.gz", "gzip_trailing_garbage.ndjson.gz"] {
        let Some(read) = lines(name, people()) else { return };
        let (_, fault) = line_and_fault(read);
        assert!(matches!(fault, Fault::Packing(_)), "{name}: {fault}");
    }
}

#[test]
fn a_bomb_is_refused_before_it_fills_the_memory() {
    let Some(bomb) = made("gzip_bomb_100MB.ndjson.gz") else { return };
    let mut outcome = None;
    let used = allocation_counter::measure(|| {
        outcome = Some(read(&bomb, Packing::Gzip, &Format::Ndjson, people()));
    });
    println!("at most {} bytes", used.bytes_max);
    assert_eq!(
        line_and_fault(outcome.expect("an outcome")),
        (Some(1), Fault::TooLong { what: "record", limit: 16 << 20 })
    );
    assert!(used.bytes_max < 64 << 20, "{}", used.bytes_max);
}

#[test]
fn a_blank_line_is_null_in_one_column_and_a_fault_in_more() {
    let format = Format::Csv(Dialect::default());
    let one = read(b"a\n1\n\n2\n", Packing::None, &format, integers(&["a"])).expect("rows");
    assert_eq!((one.num_rows(), one.column(0).null_count()), (3, 1));
    let two = |text: &[u8]| read(text, Packing::None, &format, integers(&["a", "b"]));
    assert_eq!(line_and_fault(two(b"a,b\n1,2\n\n3,4\n")), (Some(3), Fault::BlankLine));
    assert_eq!(two(b"a,b\n1,2\n\n\n").expect("rows").num_rows(), 1);
}

#[test]
fn lines_are_counted_through_quotes_and_columns_named() {
    let format = Format::Csv(Dialect::default());
    let text = b"a,b\n1,2\n\"3\",4\n5,\"x\ny\"\n";
    let schema =
        Arc::new(Schema::new(vec![Field::new("a", DataType::Int64, true), Field::new("b", DataType::Utf8, true)]));
    assert_eq!(read(text, Packing::None, &format, schema.clone()).expect("rows").num_rows(), 3);
    let error = read(b"b\n\"x\ny\"\n\"z\n", Packing::None, &format, texts(["b"])).expect_err("a refusal");
    assert_eq!(error.to_string(), "line 4: a quote opens here and never closes");
    let error =
        read(b"b,a\n\"x\ny\",7x\n", Packing::None, &format, Arc::new(schema.project(&[1, 0]).expect("columns")));
    assert_eq!(error.expect_err("a refusal").to_string(), "line 3, column `a`: the value is not of the type int64");
}

#[test]
fn a_header_is_the_planned_one_and_never_quoted() {
    let of = |text: &[u8]| read(text, Packing::None, &Format::Csv(Dialect::default()), texts(["id", "email"]));
    let told = |text: &[u8]| of(text).expect_err("a refusal").to_string();
    assert_eq!(of(b"").expect("an object without a byte").num_rows(), 0);
    assert_eq!(
        told("id,emäil\n".chars().map(|char| char as u8).collect::<Vec<_>>().as_slice()),
        "line 1: the text is not UTF-8"
    );
    assert_eq!(told(b"id\n"), "line 1, column `email`: the header does not name the column");
    assert_eq!(told(b"id,email,secret\n"), "line 1: the header has more than 2 columns instead of 2");
    assert_eq!(told(b"id,secret\n"), "line 1, column `email`: the header does not name the column");
    assert_eq!(told(b"id,id\n"), "line 1, column `id`: the header names the column a second time, at place 2");
    let moved = of(b"email,id\na@b.fi,\"7\"\n").expect("names tell which is which");
    let column = |at: usize| moved.column(at).as_string::<i32>().value(0).to_owned();
    assert_eq!([column(0), column(1)], ["7", "a@b.fi"]);
}

#[test]
fn keys_are_listed_and_paths_told() {
    let inner: arrow::datatypes::Fields = vec![Field::new("sku", DataType::Int64, false)].into();
    let item = Field::new("item", DataType::Struct(inner), true);
    let schema = Arc::new(Schema::new(vec![Field::new("orders", DataType::List(item.into()), true)]));
    let told = |text: &str, format: Format| {
        read(text.as_bytes(), Packing::None, &format, schema.clone()).expect_err("a refusal").to_string()
    };
    let lines = |text: &str| told(text, Format::Ndjson);
    assert_eq!(lines("{\"secret\":1}"), "line 1: key 1 of the object is not in the schema");
    assert_eq!(
        lines("{}\n{\"orders\":[{\"sku\":1,\"secret\":2}]}"),
        "line 2, column `orders[]`: key 2 of the object is not in the schema"
    );
    assert_eq!(
        lines("{\"orders\":[{\"sku\":\"x\"}]}"),
        "line 1, column `orders[].sku`: the value is not of the type int64"
    );
    assert_eq!(
        lines("{\"orders\":[{}]}"),
        "line 1, column `orders[].sku`: there is no value, but the schema demands one"
    );
    assert_eq!(
        lines("{\"orders\":null,\"\\u006frders\":null}"),
        "line 1, column `orders`: a key stands twice in one object"
    );
    assert_eq!(lines("{} {}"), "line 1: not valid JSON: something follows the value");
    let array = |text: &str| told(text, Format::Json);
    assert_eq!(array("[\n{},\n{\"orders\":\n[1]}]"), "line 4, column `orders[]`: the value is not of the type struct");
    assert_eq!(array("[{}\n{}]"), "line 2: not valid JSON: a comma is missing");
    assert_eq!(array("[{},]"), "line 1: not valid JSON: no value begins with this character");
    assert_eq!(array("[{}] x"), "line 1: not valid JSON: something follows the value");
    assert_eq!(array("[{},\n"), "line 2: not valid JSON: it ends inside of the array");
    assert_eq!(array("{}"), "line 1: the document is not an array of objects");
    assert_eq!(array("[1]"), "line 1: the record is not an object");
}

#[test]
fn a_map_has_each_key_once() {
    let mut map =
        arrow::array::MapBuilder::new(None, arrow::array::StringBuilder::new(), arrow::array::StringBuilder::new());
    let schema = Arc::new(Schema::new(vec![Field::new("m", Array::data_type(&map.finish()).clone(), true)]));
    let read = |text: &str| read(text.as_bytes(), Packing::None, &Format::Ndjson, schema.clone());
    assert_eq!(read("{\"m\":{\"a\":\"1\",\"b\":\"1\"}}\n{\"m\":{\"a\":\"2\"}}").expect("rows").num_rows(), 2);
    let error = read("{\"m\":{\"a\":\"1\",\"b\":\"2\",\"\\u0061\":\"3\"}}").expect_err("a refusal");
    assert_eq!(error.to_string(), "line 1, column `m{key}`: a key stands twice in one object");
}
