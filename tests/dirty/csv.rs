//! The CSV files of the corpus, held against what other readers measured.

use arrow::array::AsArray;
use serde_json::Value;
use verho::schema::Header;
use verho::source::text::{Dialect, Fault, Format, Packing};

use super::{bytes, corpora, read, read_csv, texts};

/// What Python's reader finds in files of UTF-16 that it is told to be such; the others were not told.
const UTF_16: [(&str, (u64, u64)); 3] = [
    ("duckdb-csv/encodings/all_utf16.csv", (63_486, 1)),
    ("duckdb-csv/encodings/only_utf16.csv", (5, 2)),
    ("duckdb-csv/encodings/utf16.csv", (20, 2)),
];

#[test]
fn the_line_in_which_a_spreadsheet_says_the_delimiter_is_no_record() {
    let dialect = |delimiter| Format::Csv(Dialect { delimiter, ..Dialect::default() });
    let read_by = |bytes: &[u8], delimiter, names: &[&'static str]| {
        read(bytes, Packing::None, &dialect(delimiter), texts(names.to_vec()))
    };
    let plain = read_by(b"a;b\n1;2,5\n", b';', &["a", "b"]).expect("rows");
    for directed in [&b"sep=;\na;b\n1;2,5\n"[..], b"\xef\xbb\xbfsep=;\r\na;b\r\n1;2,5\r\n"] {
        assert_eq!(read_by(directed, b';', &["a", "b"]).as_ref(), Ok(&plain));
    }
    let refused = read_by(b"sep=;\na;b\n1;2;3\n", b';', &["a", "b"]).expect_err("a record too wide");
    assert_eq!(refused.line, Some(3));
    assert!(read_by(b"sep=;\na,b\n1,2\n", b',', &["a", "b"]).is_err(), "it says another one");
    assert!(read_by(b"a;b\nsep=;\n", b';', &["a", "b"]).is_ok_and(|rows| rows.num_rows() == 1), "a row is a row");
    let headless = |bytes: &[u8]| {
        let dialect = Dialect { delimiter: b';', header: Header::Absent, ..Dialect::default() };
        read(bytes, Packing::None, &Format::Csv(dialect), texts(["a", "b"]))
    };
    assert_eq!(headless(b"sep=;\n1;2,5\n").as_ref(), Ok(&plain));
    assert_eq!(headless(b"1;2,5\n").as_ref(), Ok(&plain));
    assert_eq!(headless(b"1;2\n\n3;4\n").expect_err("a blank line").line, Some(2));
    assert_eq!(headless(b"").expect("no row").num_rows(), 0);
    let named = read_by(b"sep=;\n1;2\n", b';', &["sep=", ""]).expect("columns that are called so");
    assert_eq!(named.num_rows(), 1);
}

#[test]
fn half_a_character_of_utf_16_is_refused_and_what_has_no_mark_too() {
    let format = Format::Csv(Dialect::default());
    let fault = |bytes: &[u8]| read(bytes, Packing::None, &format, texts(["a"])).expect_err("a refusal").fault;
    for cut in [&b"\xff\xfea\0\n\0x"[..], b"\xff\xfea\0\n\0\x3d\xd8", b"\xff\xfea\0\n\0\0\xdc\n\0"] {
        let said = fault(cut).to_string();
        assert_eq!(said, "the text is not UTF-16 throughout, as its byte order mark says");
    }
    for other in [&b"a\0\n\0"[..], b"\xff\xfe\0\0a\0\0\0"] {
        assert_eq!(fault(other), Fault::WideText);
        assert!(fault(other).hint().contains("iconv -f UTF-16LE -t UTF-8"));
    }
    // RFC 8259, 8.1: JSON is UTF-8.
    let json = read(b"\xff\xfe{\0}\0", Packing::None, &Format::Ndjson, texts(["a"])).expect_err("a refusal");
    assert_eq!(json.fault, Fault::WideText);
}

#[test]
fn the_spectrum_is_read_as_its_answers_say() {
    let Some(home) = corpora::folder("dirty/csv-spectrum") else { return };
    for name in ["comma_in_quotes", "json", "newlines", "quotes_and_newlines", "simple_crlf"] {
        let batch = read_csv(name, &bytes(&home.join(format!("csvs/{name}.csv")))).expect(name);
        let answers: Vec<serde_json::Map<String, Value>> =
            serde_json::from_slice(&bytes(&home.join(format!("json/{name}.json")))).expect("answers");
        assert_eq!(batch.num_rows(), answers.len(), "{name}");
        for (row, answer) in answers.iter().enumerate() {
            let found = batch
                .schema_ref()
                .fields()
                .iter()
                .zip(batch.columns())
                .map(|(field, column)| (field.name().clone(), Value::from(column.as_string::<i32>().value(row))));
            assert_eq!(found.collect::<serde_json::Map<_, _>>(), *answer, "{name}, row {row}");
        }
    }
    // Without answers: two rows, the quoted fields of the first empty and not null.
    let batch = read_csv("empty_crlf", &bytes(&home.join("csvs/empty_crlf.csv"))).expect("empty_crlf");
    let column = |at: usize| batch.column(at).as_string::<i32>().iter().collect::<Vec<_>>();
    assert_eq!(
        [column(0), column(1), column(2)],
        [[Some("1"), Some("2")], [Some(""), Some("3")], [Some(""), Some("4")]]
    );
}

/// What became of the files of a folder.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcomes {
    agreed: usize,
    refused_at_line: usize,
    refused_whole: usize,
    /// More rows or fewer than all other readers.
    disagreed: usize,
    /// Refused, though two strict readers read it and agree.
    refused_alone: usize,
}

/// Whether another reader found as many rows and columns, the header not counted.
fn is_agreed(measured: &Value, (rows, columns): (u64, u64)) -> bool {
    let found = |reader: &str| Some((measured[reader]["rows"].as_u64()?, measured[reader]["cols"].as_u64()?));
    // Those that know only the comma see one column where another sign stands between fields.
    let by_comma = |(theirs, width): (u64, u64)| theirs == rows && (width == columns || width == 1);
    let sniffed = found("duckdb").is_some_and(|theirs| theirs == (rows, columns) || theirs == (rows + 1, columns));
    let strict = found("rust").map(|(theirs, width)| (theirs.saturating_sub(1), width));
    let others = ["pycsv", "arrow", "polars"].into_iter().filter_map(found).chain(strict);
    sniffed || others.into_iter().any(by_comma)
}

fn size(batch: &arrow::array::RecordBatch) -> (u64, u64) {
    (batch.num_rows() as u64, batch.num_columns() as u64)
}

fn is_read_by_strict_readers(measured: &Value) -> bool {
    let found = |reader: &str| measured[reader]["rows"].as_u64();
    found("pycsv").is_some_and(|rows| found("rust") == Some(rows + 1))
}

#[test]
fn every_file_is_read_as_others_read_it_or_refused() {
    let Some(home) = corpora::folder("dirty") else { return };
    let mut table = std::collections::BTreeMap::<String, Outcomes>::new();
    for measured in corpora::lines(&home.join("measured.jsonl")) {
        let name = measured["file"].as_str().expect("a name");
        let folder = name.split('/').next().expect("a folder");
        if !["csv-spectrum", "duckdb-csv", "arrow-csv"].contains(&folder) {
            continue;
        }
        let outcomes = table.entry(folder.to_owned()).or_default();
        match read_csv(name, &bytes(&home.join(name))) {
            Ok(batch) if is_agreed(&measured, size(&batch)) => outcomes.agreed += 1,
            Ok(batch) if UTF_16.contains(&(name, size(&batch))) => outcomes.agreed += 1,
            Ok(batch) => {
                println!("{name}: {:?}", size(&batch));
                outcomes.disagreed += 1;
            }
            Err(error) => {
                if is_read_by_strict_readers(&measured) {
                    println!("{name}: {error}");
                    outcomes.refused_alone += 1;
                }
                let is_of_the_whole = matches!(error.fault, Fault::WideText | Fault::Packing(_) | Fault::NamedTwice);
                assert!(error.line.is_some() || is_of_the_whole, "{name}: {error}");
                *(if error.line.is_some() { &mut outcomes.refused_at_line } else { &mut outcomes.refused_whole }) += 1;
            }
        }
    }
    println!("{table:#?}");
    let expected = |agreed, refused_at_line, refused_whole, refused_alone| Outcomes {
        agreed,
        refused_at_line,
        refused_whole,
        refused_alone,
        disagreed: 0,
    };
    assert_eq!(table["csv-spectrum"], expected(6, 0, 0, 0));
    assert_eq!(table["arrow-csv"], expected(2, 2, 1, 0));
    assert_eq!(table["duckdb-csv"], expected(183, 201, 19, 22));
}
