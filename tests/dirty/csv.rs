//! The CSV files of the corpus, held against what other readers measured.

use arrow::array::AsArray;
use serde_json::Value;
use verho::source::text::Fault;

use super::{bytes, corpora, read_csv};

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
    assert_eq!(table["duckdb-csv"], expected(179, 201, 23, 22));
}
