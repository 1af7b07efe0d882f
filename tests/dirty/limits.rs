//! What is more than the limits is refused, and a value costs no allocation.

use std::fmt::Write;
use std::io::Cursor;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use verho::source::text::{Dialect, Fault, Format, Limits, Reader, TextError};

use super::{integers, texts};

fn csv() -> Format {
    Format::Csv(Dialect::default())
}

fn batches(text: &str, format: &Format, schema: SchemaRef, limits: Limits) -> Result<Vec<RecordBatch>, TextError> {
    Reader::new(Box::new(Cursor::new(text.to_owned())), format, schema, limits)?.collect()
}

/// What a text is refused for, and where; one byte or value less than it is not.
fn refused(text: &str, format: &Format, limits: Limits) -> (Option<u64>, Fault) {
    let lists = DataType::List(Field::new("item", DataType::Int64, true).into());
    let schema = match format {
        Format::Csv(_) => texts(["a", "b"]),
        _ => Arc::new(Schema::new(vec![Field::new("a", DataType::Utf8, true), Field::new("l", lists, true)])),
    };
    assert!(batches(text, format, schema.clone(), Limits::default()).is_ok(), "{text}");
    let error = batches(text, format, schema, limits).expect_err("a refusal");
    (error.line, error.fault)
}

#[test]
fn records_and_fields_have_a_longest() {
    let long = |what, limit| Fault::TooLong { what, limit };
    let (record, field) =
        (Limits { record_bytes: 20, ..Limits::default() }, Limits { field_bytes: 9, ..Limits::default() });
    let text = "a,b\n1,2\n0123456789,\"0123456789\n\"\n";
    assert_eq!(refused(text, &csv(), record), (Some(3), long("record", 20)));
    assert_eq!(refused(text, &csv(), field), (Some(3), long("field", 9)));
    let text = "{}\n{\"a\":\"01234\\n6789\"}\n";
    assert_eq!(refused(text, &Format::Ndjson, Limits { record_bytes: 16, ..record }), (Some(2), long("record", 16)));
    assert_eq!(refused(text, &Format::Ndjson, field), (Some(2), long("text", 9)));
    let text = "[{},\n{\"a\":\"0123456789\"}]";
    assert_eq!(refused(text, &Format::Json, Limits { record_bytes: 16, ..record }), (Some(2), long("record", 16)));
}

#[test]
fn values_and_levels_have_a_most() {
    let many = |what, limit| Fault::TooMany { what, limit };
    let text = "{\"a\":null,\"l\":[1,2,3]}";
    let values = Limits { values: 4, ..Limits::default() };
    assert_eq!(refused(text, &Format::Ndjson, values), (Some(1), many("values in one record", 4)));
    let depth = Limits { depth: 1, ..Limits::default() };
    assert_eq!(refused(text, &Format::Ndjson, depth), (Some(1), many("levels of arrays and objects", 1)));
    let columns = Limits { columns: 1, ..Limits::default() };
    assert_eq!(refused("a,b\n", &csv(), columns), (None, many("columns", 1)));
}

#[test]
fn batches_end_by_rows_or_by_bytes() {
    let text = format!("a\n{}", "12345678\n".repeat(10));
    let sizes = |limits| -> Vec<usize> {
        let batches = batches(&text, &csv(), texts(["a"]), limits).expect("rows");
        batches.iter().map(RecordBatch::num_rows).collect()
    };
    assert_eq!(sizes(Limits { batch_rows: 4, ..Limits::default() }), [4, 4, 2]);
    assert_eq!(sizes(Limits { batch_bytes: 27, ..Limits::default() }), [3, 3, 3, 1]);
}

#[test]
fn a_value_costs_no_allocation() {
    let count = |rows: usize, format: &Format| {
        let mut text = if *format == Format::Ndjson { String::new() } else { "a,b\n".to_owned() };
        for row in 1..=rows {
            let line = match format {
                Format::Ndjson => writeln!(text, "{{\"a\":{row},\"b\":-{row}1}}"),
                _ => writeln!(text, "{row},-{row}1"),
            };
            line.expect("written");
        }
        let used = allocation_counter::measure(|| {
            let batches = batches(&text, format, integers(&["a", "b"]), Limits::default()).expect("rows");
            assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), rows);
        });
        used.count_total
    };
    for format in [csv(), Format::Ndjson] {
        let (few, many) = (count(1000, &format), count(8000, &format));
        println!("{few} allocations for 1000 rows, {many} for 8000");
        assert!(many < few + 100, "{few} and {many}");
    }
}
