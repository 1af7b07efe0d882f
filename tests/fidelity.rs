//! What is kept leaves as it came, whatever Arrow makes of it; and what cannot is refused, with nothing left behind.

#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod common;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::desk::Desk;
use parquet::basic::{Compression, ConvertedType, LogicalType};
use parquet::column::reader::ColumnReader;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataWriter};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

const PAGES_THAT_ARE_COPIED: Compression = Compression::SNAPPY;

/// Its frames have room for comments, so that its pages are decoded and written anew.
fn decoded_pages() -> Compression {
    Compression::GZIP(parquet::basic::GzipLevel::default())
}

/// A value of every leaf and its levels.
type Leaf<'l> = (Values, &'l [i16], &'l [i16]);

enum Values {
    Fixed(Vec<Vec<u8>>),
    Text(Vec<&'static str>),
    Int96(Vec<Int96>),
    Int32(Vec<i32>),
}

/// A file of one row group with these leaves.
fn write(schema: &str, codec: Compression, leaves: &[Leaf<'_>]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let root = Arc::new(parse_message_type(schema).expect("a schema"));
    // Statistics count levels, and some here are higher than there are.
    let properties = WriterProperties::builder().set_compression(codec).set_statistics_enabled(EnabledStatistics::None);
    let mut writer =
        SerializedFileWriter::new(file.reopen().expect("a file"), root, Arc::new(properties.build())).expect("ok");
    let mut group = writer.next_row_group().expect("a group");
    for (values, definition, repetition) in leaves {
        let mut column = group.next_column().expect("a column").expect("one more");
        let levels = (Some(*definition).filter(|d| !d.is_empty()), Some(*repetition).filter(|r| !r.is_empty()));
        match (column.untyped(), values) {
            (ColumnWriter::FixedLenByteArrayColumnWriter(writer), Values::Fixed(values)) => {
                let values: Vec<FixedLenByteArray> =
                    values.iter().map(|value| ByteArray::from(value.clone()).into()).collect();
                writer.write_batch(&values, levels.0, levels.1)
            }
            (ColumnWriter::ByteArrayColumnWriter(writer), Values::Text(values)) => {
                let values: Vec<ByteArray> = values.iter().map(|value| ByteArray::from(*value)).collect();
                writer.write_batch(&values, levels.0, levels.1)
            }
            (ColumnWriter::Int96ColumnWriter(writer), Values::Int96(values)) => {
                writer.write_batch(values, levels.0, levels.1)
            }
            (ColumnWriter::Int32ColumnWriter(writer), Values::Int32(values)) => {
                writer.write_batch(values, levels.0, levels.1)
            }
            _ => panic!("values of another type"),
        }
        .expect("values");
        column.close().expect("a column");
    }
    group.close().expect("a group");
    writer.close().expect("a file");
    file
}

fn ids(rows: usize) -> Leaf<'static> {
    const IDS: [&str; 4] = ["user one", "user two", "user three", "user four"];
    (Values::Text(IDS[..rows].to_vec()), &[], &[])
}

const KEEP: &str = r#"{ class = "attribute", method = "keep", because = "a test" }"#;

/// A desk whose table has an id and these leaves, all kept; approved.
fn desk(files: &[(&Path, &str)], leaves: &[&str]) -> Desk {
    let desk = Desk::local("shop");
    for (file, key) in files {
        desk.put(file, &format!("shop/t/{key}"));
    }
    rules(&desk, "format = \"parquet\"", leaves);
    desk
}

fn rules(desk: &Desk, form: &str, leaves: &[&str]) {
    let kept: String = leaves.iter().map(|leaf| format!("\"{leaf}\" = {KEEP}\n")).collect();
    let id = r#"id = { class = "direct", method = "pseudonym", domain = "id" }"#;
    desk.write(
        "schemas/shop/t.toml",
        &format!("customer = \"shop\"\ntable = \"t\"\nsource = \"shop/t/**\"\n{form}\n\n[columns]\n{id}\n{kept}"),
    );
    desk.approve("shop", "one", 9);
}

/// The parts in test, however many they are.
fn parts(desk: &Desk) -> Vec<PathBuf> {
    let below = |folder: &Path| -> Vec<PathBuf> {
        let entries = folder.read_dir().map(|entries| entries.map(|entry| entry.expect("an entry").path()).collect());
        entries.unwrap_or_default()
    };
    below(&desk.path("test/shop/t")).iter().flat_map(|release| below(release)).collect()
}

/// The reader of the only part of a run.
fn carried(desk: &Desk) -> SerializedFileReader<File> {
    desk.facts(&["run", "shop"]);
    let parts = parts(desk);
    assert_eq!(parts.len(), 1);
    SerializedFileReader::new(File::open(&parts[0]).expect("a part")).expect("Parquet")
}

fn fixed(reader: &impl FileReader, leaf: usize) -> Vec<Vec<u8>> {
    let group = reader.get_row_group(0).expect("a group");
    let ColumnReader::FixedLenByteArrayColumnReader(mut column) = group.get_column_reader(leaf).expect("a column")
    else {
        panic!("another type")
    };
    let (mut values, mut definition, mut repetition) = (Vec::new(), Vec::new(), Vec::new());
    column.read_records(99, Some(&mut definition), Some(&mut repetition), &mut values).expect("values");
    values.iter().map(|value: &FixedLenByteArray| value.data().to_vec()).collect()
}

/// How a run ends that must not: its exit code and words, and that nothing of it is left in test.
fn refused(desk: &Desk, words: &[&str]) {
    let output = desk.verho(&["run", "shop"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(6), "{said}");
    words.iter().for_each(|word| assert!(said.contains(word), "{word}: {said}"));
    assert_eq!(parts(desk), Vec::<PathBuf>::new());
}

#[test]
fn an_interval_keeps_its_months() {
    let schema = "message m { required binary id (UTF8); required fixed_len_byte_array(12) term (INTERVAL);
        optional group terms (LIST) { repeated group list { optional fixed_len_byte_array(12) element (INTERVAL); } }
        optional group deal { optional fixed_len_byte_array(12) term (INTERVAL); } }";
    let interval = |months: u8| [months, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0].to_vec();
    let intervals = || Values::Fixed([10, 11, 12].map(interval).to_vec());
    for codec in [PAGES_THAT_ARE_COPIED, decoded_pages()] {
        let leaves =
            [ids(3), (intervals(), &[][..], &[][..]), (intervals(), &[3; 3], &[0; 3]), (intervals(), &[2; 3], &[])];
        let file = write(schema, codec, &leaves);
        let reader = carried(&desk(&[(file.path(), "a.parquet")], &["term", "terms[]", "deal.term"]));
        for leaf in 1..4 {
            assert_eq!(fixed(&reader, leaf), [10, 11, 12].map(interval), "{codec:?}, leaf {leaf}");
            let said = reader.metadata().file_metadata().schema_descr().column(leaf);
            assert_eq!(said.converted_type(), ConvertedType::INTERVAL);
        }
    }
}

#[test]
fn a_date_of_int96_is_not_another_one() {
    let schema = "message m { required binary id (UTF8); required int96 valid_to;
        optional group deals (LIST) { repeated group list { optional int96 element; } } }";
    // Julian days of 0001-01-01, 2020-01-01 and 9999-12-31.
    let days = || {
        let day = |julian: u32| {
            let mut int96 = Int96::new();
            int96.set_data(5_000, 0, julian);
            int96
        };
        Values::Int96([1_721_426, 2_458_850, 5_373_484].map(day).to_vec())
    };
    for codec in [PAGES_THAT_ARE_COPIED, decoded_pages()] {
        let file = write(schema, codec, &[ids(3), (days(), &[][..], &[][..]), (days(), &[3; 3], &[0; 3])]);
        let reader = carried(&desk(&[(file.path(), "a.parquet")], &["valid_to", "deals[]"]));
        let group = reader.get_row_group(0).expect("a group");
        for leaf in [1, 2] {
            let ColumnReader::Int64ColumnReader(mut column) = group.get_column_reader(leaf).expect("a column") else {
                panic!("another type")
            };
            let (mut values, mut definition, mut repetition) = (Vec::new(), Vec::new(), Vec::new());
            column.read_records(9, Some(&mut definition), Some(&mut repetition), &mut values).expect("values");
            let microseconds = [-62_135_596_800, 1_577_836_800, 253_402_214_400i64].map(|at| at * 1_000_000 + 5);
            assert_eq!(values, microseconds, "{codec:?}, leaf {leaf}");
        }
    }
}

#[test]
fn what_a_leaf_is_said_to_be_stays_where_every_object_says_it() {
    let schema = |uuid: &str| {
        format!(
            "message m {{ required binary id (UTF8); optional fixed_len_byte_array(16) key{uuid};
            optional binary kind (ENUM); optional group note {{ optional binary text (JSON); }} }}"
        )
    };
    let leaves = || {
        let text = |text| Values::Text(vec![text]);
        let levels: [&[i16]; 2] = [&[1], &[2]];
        [
            ids(1),
            (Values::Fixed(vec![vec![7; 16]]), levels[0], &[][..]),
            (text("RED"), levels[0], &[]),
            (text("{}"), levels[1], &[]),
        ]
    };
    let worded = write(&schema(" (UUID)"), decoded_pages(), &leaves());
    let plain = write(&schema(""), PAGES_THAT_ARE_COPIED, &leaves());
    let said = |files: &[(&Path, &str)]| {
        let desk = desk(files, &["key", "kind", "note.text"]);
        desk.facts(&["run", "shop"]);
        let part = File::open(parts(&desk).pop().expect("a part")).expect("a part");
        let reader = SerializedFileReader::new(part).expect("Parquet");
        let columns = reader.metadata().file_metadata().schema_descr().columns();
        columns[1..].iter().map(|leaf| leaf.logical_type_ref().cloned()).collect::<Vec<_>>()
    };
    let words = [Some(LogicalType::Uuid), Some(LogicalType::Enum), Some(LogicalType::Json)];
    assert_eq!(said(&[(worded.path(), "a.parquet")]), words);
    let both = said(&[(worded.path(), "a.parquet"), (plain.path(), "b.parquet")]);
    assert_eq!(both, [None, Some(LogicalType::Enum), Some(LogicalType::Json)], "one of them says nothing of its key");
}

#[test]
fn a_uuid_that_reads_as_an_address_is_kept_and_other_bytes_are_not() {
    let schema = "message m { required binary id (UTF8); required fixed_len_byte_array(16) key; }";
    let uuid = *b"\x01\x9a\xff\x10\x02\x03\x47\xfe\xa0a@bc.fi";
    let mut other = uuid;
    other[8] = b' ';
    for (key, code) in [(uuid, 0), (other, 7)] {
        let file = write(schema, decoded_pages(), &[ids(1), (Values::Fixed(vec![key.to_vec()]), &[], &[])]);
        let output = desk(&[(file.path(), "a.parquet")], &["key"]).verho(&["run", "shop"]);
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn levels_that_cannot_be_are_refused_copied_or_decoded() {
    let list = "message m { required binary id (UTF8);
        optional group a (LIST) { repeated group list { optional int32 element; } } }";
    let group = "message m { required binary id (UTF8); optional group a { optional int32 b; } }";
    let values = |values: &[i32]| Values::Int32(values.to_vec());
    for codec in [PAGES_THAT_ARE_COPIED, decoded_pages()] {
        for definition in [[3, 0, 3], [3, 1, 3], [0, 3, 3]] {
            let file = write(list, codec, &[ids(2), (values(&[1, 2]), &definition, &[0, 1, 0])]);
            refused(&desk(&[(file.path(), "a.parquet")], &["a[]"]), &["object 1 of 1", "damaged", "hint:"]);
        }
        let file = write(group, codec, &[ids(3), (values(&[1, 2]), &[2, 3, 2], &[])]);
        refused(&desk(&[(file.path(), "a.parquet")], &["a.b"]), &["object 1 of 1", "damaged", "hint:"]);
        let file = write(list, codec, &[ids(2), (values(&[1, 2]), &[3, 3, 0], &[0, 1, 0])]);
        carried(&desk(&[(file.path(), "a.parquet")], &["a[]"]));
    }
}

#[test]
fn a_dictionary_offset_of_zero_is_none() {
    let file = write(
        "message m { required binary id (UTF8); required int32 a; }",
        Compression::UNCOMPRESSED,
        &[ids(2), (Values::Int32(vec![1, 2]), &[], &[])],
    );
    let bytes = std::fs::read(file.path()).expect("a file");
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes.clone())).expect("Parquet");
    let metadata = ParquetMetaData::clone(reader.metadata());
    // Without its dictionary, which this writer always begins with where it may.
    let mut plain = metadata.into_builder();
    let groups = plain.take_row_groups().into_iter().map(|group| {
        let mut builder = group.into_builder();
        let columns = builder.take_columns();
        let columns = columns.into_iter().map(|chunk| {
            let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
            chunk
                .into_builder()
                .set_data_page_offset(start)
                .set_dictionary_page_offset(Some(0))
                .build()
                .expect("a chunk")
        });
        builder.set_column_metadata(columns.collect()).build().expect("a group")
    });
    let metadata = plain.set_row_groups(groups.collect()).build();
    let length = u32::from_le_bytes(bytes[bytes.len() - 8..][..4].try_into().expect("four bytes")) as usize;
    let mut made = bytes[..bytes.len() - 8 - length].to_vec();
    ParquetMetaDataWriter::new(&mut made, &metadata).finish().expect("a footer");
    std::fs::write(file.path(), made).expect("a file");
    let reader = carried(&desk(&[(file.path(), "a.parquet")], &["a"]));
    assert_eq!(reader.metadata().file_metadata().num_rows(), 2);
}

#[test]
fn a_table_without_rows_is_a_table_with_columns() {
    let schema =
        Arc::new(parse_message_type("message m { required binary id (UTF8); optional int32 a; }").expect("ok"));
    let file = tempfile::NamedTempFile::new().expect("a file");
    let writer = SerializedFileWriter::new(file.reopen().expect("a file"), schema, Arc::default()).expect("a writer");
    writer.close().expect("a file");
    let reader = carried(&desk(&[(file.path(), "a.parquet")], &["a"]));
    let metadata = reader.metadata().file_metadata();
    let names: Vec<_> = metadata.schema_descr().columns().iter().map(|leaf| leaf.name().to_owned()).collect();
    assert_eq!((metadata.num_rows(), names), (0, vec!["id".to_owned(), "a".to_owned()]));
}

#[test]
fn records_without_rows_are_a_table_with_columns() {
    for (form, name, source, expected) in [
        ("format = \"csv\"", "a.csv", "id,a\n", None),
        ("format = \"csv\"\noutput = \"same\"", "a.csv", "id,a\n", Some("id,a\n")),
        ("format = \"json\"\noutput = \"same\"", "a.json", "[]", Some("[]\n")),
    ] {
        let desk = Desk::local("shop");
        desk.write(&format!("production/shop/t/{name}"), source);
        rules(&desk, form, &["a"]);
        match expected {
            None => assert_eq!(carried(&desk).metadata().file_metadata().num_rows(), 0),
            Some(text) => {
                desk.facts(&["run", "shop"]);
                let read =
                    parts(&desk).iter().map(|part| std::fs::read_to_string(part).expect("text")).collect::<Vec<_>>();
                assert_eq!(read, [text]);
            }
        }
    }
}

#[test]
fn an_object_without_a_byte_among_others_holds_no_row() {
    let desk = Desk::local("shop");
    desk.write("production/shop/t/a.csv", "");
    desk.write("production/shop/t/b.csv", "id,a\nuser one,x\n");
    rules(&desk, "format = \"csv\"", &["a"]);
    assert_eq!(carried(&desk).metadata().file_metadata().num_rows(), 1);
}

#[test]
fn a_value_without_a_form_in_the_output_is_told_by_its_column() {
    let form = "format = \"csv\"\noutput = \"same\"";
    let timed = |desk: &Desk, rule: &str| {
        let toml = std::fs::read_to_string(desk.path("schemas/shop/t.toml")).expect("a file");
        desk.write("schemas/shop/t.toml", &format!("{toml}at = {rule}\n"));
    };
    for (value, rule) in [
        ("9999-12-31T23:59:59-02:00", KEEP.replace("{ ", "{ type = \"timestamp_utc\", ")),
        ("0000-01-01", r#"{ type = "date", class = "quasi", method = "generalise", to = "week" }"#.to_owned()),
    ] {
        let desk = Desk::local("shop");
        desk.write("production/shop/t/a.csv", &format!("id,at\nuser one,{value}\n"));
        rules(&desk, form, &[]);
        timed(&desk, &rule);
        let _ = std::fs::remove_dir_all(desk.path("consent/shop"));
        desk.approve("shop", "two", 9);
        refused(&desk, &["column `at`", "has not four digits", "hint:"]);
        let said = desk.verho(&["run", "shop"]);
        assert!(!String::from_utf8_lossy(&said.stderr).contains(value));
    }
}

/// Four thousand rows in parts of their own, the last of which looks like somebody's.
fn late_fault(desk: &Desk) {
    let row = |row: usize| format!("user {row:05}q,word {row}\n");
    let rows: String = (0..4000).map(row).collect();
    desk.write("production/shop/t/a.csv", &format!("id,a\n{rows}user last,anna.virta@acme-oy.fi\n"));
    let toml = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    desk.write("verho.toml", &format!("{toml}\n[limits]\npart_size = \"16KiB\"\n"));
    rules(desk, "format = \"csv\"", &["a"]);
}

#[test]
fn a_refused_run_takes_back_what_it_wrote_and_proves_it() {
    let desk = Desk::local("shop");
    late_fault(&desk);
    let output = desk.verho(&["run", "shop"]);
    assert_eq!(output.status.code(), Some(7), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(parts(&desk), Vec::<PathBuf>::new());
    let evidence = desk.path("evidence/evidence/shop").read_dir().expect("a folder");
    let mut names: Vec<_> =
        evidence.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect();
    names.sort();
    assert!(names.len() == 2 && names[0].contains("-refused-") && names[1].contains("-purged-"), "{names:?}");
    assert_eq!(desk.facts(&["release", "list", "shop"])["unfinished"], serde_json::json!([]));
}

#[test]
fn what_a_killed_run_left_is_named_and_can_be_erased() {
    let desk = Desk::local("shop");
    desk.write("production/shop/t/a.csv", "id,a\nuser one,x\n");
    rules(&desk, "format = \"csv\"", &["a"]);
    let release = desk.facts(&["run", "shop"])["release"].as_str().expect("a release").to_owned();
    assert_eq!(desk.facts(&["release", "list", "shop"])["unfinished"], serde_json::json!([]));
    desk.write("test/shop/t/20260101-cutshort/part-00000.parquet", "a part");
    let listed = desk.facts(&["release", "list", "shop"]);
    assert_eq!(
        (&listed["unfinished"], &listed["current"]),
        (&serde_json::json!(["20260101-cutshort"]), &release.into())
    );
    desk.facts(&["release", "delete", "shop", "20260101-cutshort"]);
    assert_eq!(
        (desk.facts(&["release", "list", "shop"])["unfinished"].clone(), parts(&desk).len()),
        (serde_json::json!([]), 1)
    );
}

#[test]
fn differences_are_told_as_what_they_are() {
    let first = write("message m { required binary id (UTF8); }", PAGES_THAT_ARE_COPIED, &[ids(1)]);
    let new = "message m { required binary id (UTF8); required int32 a; }";
    let second = write(new, PAGES_THAT_ARE_COPIED, &[ids(1), (Values::Int32(vec![1]), &[], &[])]);
    let planned = |desk: &Desk, words: &[&str]| {
        let output = desk.verho(&["plan", "shop"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(6), "{said}");
        words.iter().for_each(|word| assert!(said.contains(word), "{word}: {said}"));
    };
    let told = |files: &[(&Path, &str)], words: &[&str]| {
        let desk = Desk::local("shop");
        files.iter().for_each(|(file, key)| desk.put(file, &format!("shop/t/{key}")));
        let id = r#"id = { class = "direct", method = "pseudonym", domain = "id" }"#;
        desk.write("schemas/shop/t.toml", &format!("customer = \"shop\"\ntable = \"t\"\nsource = \"shop/t/**\"\nformat = \"parquet\"\n[columns]\n{id}\na = {KEEP}\n"));
        planned(&desk, words);
    };
    told(
        &[(first.path(), "a.parquet"), (second.path(), "b.parquet")],
        &["leaf `a` is in this object, and is not in the first"],
    );
    told(
        &[(first.path(), "a.parquet"), (first.path(), "a=1/b.parquet")],
        &["leaf `a` is in this object, and is not in the first"],
    );
    told(&[(first.path(), "a=%E4/b.parquet")], &["escapes (%XX) are not UTF-8", "hint:"]);
    let bytes = std::fs::read(second.path()).expect("a file");
    std::fs::write(second.path(), &bytes[..bytes.len() - 20]).expect("a file");
    told(&[(second.path(), "a.parquet")], &["does not end as a Parquet file", "hint:"]);
}
