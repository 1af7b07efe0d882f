//! Canaries: values planted wherever a value can hide, and looked for in everything that leaves or is printed.
//!
//! What verho strips or treats must leave none of them; what it keeps must refuse the run.

#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod canaries {
    pub mod search;
}
mod common;

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, AsArray as _, BinaryArray, Decimal128Array, Float64Array, Int64Array, ListArray, MapArray,
    RecordBatch, StringArray, StructArray, TimestampMicrosecondArray, make_array,
};
use arrow::buffer::OffsetBuffer;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Fields, Int64Type, Schema, TimeUnit};
use arrow::ipc::writer::FileWriter;
use canaries::search::{FIRST_NUMBER, NUMBERS, Needles, STEM, files, unpacked};
use common::desk::Desk;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

const ROWS: usize = NUMBERS as usize;

/// A canary of its own for each place and row: letters alone, so that it is a word of any text.
fn canary(place: usize, row: usize) -> String {
    let letter = |number: usize| char::from(b'a' + (number % 26) as u8);
    format!("{STEM}{}{}{}{}", letter(place / 26), letter(place), letter(row / 26), letter(row))
}

fn texts(value: impl Fn(usize) -> String) -> ArrayRef {
    Arc::new(StringArray::from_iter_values((0..ROWS).map(value)))
}

fn list_of(values: ArrayRef) -> ArrayRef {
    let item = Arc::new(Field::new(canary(20, 0), values.data_type().clone(), false));
    Arc::new(ListArray::new(item, OffsetBuffer::from_repeated_length(1, ROWS), values, None))
}

fn structure(name: &str, values: ArrayRef) -> ArrayRef {
    let fields = Fields::from(vec![Field::new(name, values.data_type().clone(), false)]);
    Arc::new(StructArray::new(fields, vec![values], None))
}

fn map(keys: ArrayRef, values: ArrayRef) -> ArrayRef {
    let fields =
        vec![Field::new(canary(21, 0), DataType::Utf8, false), Field::new(canary(21, 1), DataType::Utf8, true)];
    let entries = StructArray::new(fields.into(), vec![keys, values], None);
    let entry = Arc::new(Field::new(canary(21, 2), entries.data_type().clone(), false));
    Arc::new(MapArray::new(entry, OffsetBuffer::from_repeated_length(1, ROWS), entries, None, false))
}

/// A note in six languages about the person of a row.
fn note(row: usize) -> String {
    let name = canary(1, (row * 7 + 3) % ROWS);
    match row % 6 {
        0 => format!("Asiakas {name} soitti eilen ja pyysi hyvitystä."),
        1 => format!("Kunden {} ringde om sin beställning på Östgötagatan.", name.to_uppercase()),
        2 => format!("Herr {name} hat wegen der Rechnung angerufen (Grüße)."),
        3 => format!("Madame {name}, cliente fidèle, a rappelé."),
        4 => format!("La señora «{}» llamó ayer por el envío.", name.to_lowercase()),
        _ => format!("{name}'s parcel was late; {name} called twice."),
    }
}

/// Canaries in columns of every kind and depth.
fn people() -> Vec<(&'static str, ArrayRef)> {
    let numbers = (FIRST_NUMBER..).take(ROWS);
    let blob = (0..ROWS).map(|row| canary(6, row).into_bytes());
    vec![
        ("id", Arc::new(Int64Array::from_iter_values(numbers))),
        ("name", texts(|row| canary(1, row))),
        ("email", texts(|row| format!("{}@posti.fi", canary(2, row)))),
        ("nick", structure("own", texts(|row| canary(3, row)))),
        ("handles", list_of(texts(|row| canary(4, row)))),
        ("labels", map(texts(|row| canary(5, row)), texts(|row| canary(7, row)))),
        ("blob", Arc::new(BinaryArray::from_iter_values(blob))),
        ("document", texts(|row| format!(r#"{{"name":"{}","step":{row}}}"#, canary(8, row)))),
        ("note", texts(note)),
        ("plan", texts(|row| ["free", "pro"][row % 2].to_owned())),
    ]
}

const HEAD: &str =
    "customer = \"shop\"\ntable = \"people\"\nsource = \"shop/people/**/*.parquet\"\nformat = \"parquet\"\n[columns]\n";

const RULES: &str = r#"
id = { class = "direct", method = "pseudonym", domain = "id" }
name = { class = "direct", method = "fake", kind = "last_name", locale = "fi" }
email = { class = "direct", method = "fake", kind = "email" }
"nick.own" = { class = "direct", method = "redact" }
"handles[]" = { class = "direct", method = "pseudonym", domain = "handle" }
"labels{key}" = { class = "direct", method = "pseudonym", domain = "label" }
"labels{value}" = { class = "direct", method = "null" }
blob = { class = "direct", method = "drop" }
document = { class = "direct", method = "json", paths = { name = { method = "pseudonym", domain = "name" }, step = { method = "keep", because = "a number", as = "integer" } } }
note = { class = "free_text", method = "scrub" }
plan = { class = "attribute", method = "keep", because = "product names" }
owner = { class = "direct", method = "pseudonym", domain = "name" }
"#;

/// A file with canaries in its metadata: schema, columns, footer, writer, statistics, indexes, bloom filters and between
/// its pages and its footer.
fn planted(columns: &[(&str, ArrayRef)], path: &Path) {
    let marked = |place, row| HashMap::from([(canary(place, row), canary(place + 1, row))]);
    let field = |(at, (name, array)): (usize, &(&str, ArrayRef))| {
        Field::new(*name, array.data_type().clone(), true).with_metadata(marked(10, at))
    };
    let fields: Vec<Field> = columns.iter().enumerate().map(field).collect();
    let schema = Arc::new(Schema::new_with_metadata(fields, marked(12, 0)));
    let footer = (0..20).map(|at| KeyValue::new(canary(14, at), canary(15, at))).collect();
    let properties = WriterProperties::builder()
        .set_key_value_metadata(Some(footer))
        .set_created_by(canary(16, 0))
        .set_bloom_filter_enabled(true)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(ROWS / 2))
        // Pages that cannot leave as they are: their values are decoded and encoded anew.
        .set_column_compression("decoded".into(), Compression::GZIP(Default::default()))
        .set_column_dictionary_enabled("plain".into(), false)
        .set_column_dictionary_enabled("delta".into(), false)
        .set_column_encoding("delta".into(), Encoding::DELTA_BYTE_ARRAY)
        .build();
    let arrays = columns.iter().map(|(_, array)| array.clone()).collect();
    let batch = RecordBatch::try_new(schema.clone(), arrays).expect("a batch");
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, Some(properties)).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    let length = u32::from_le_bytes(std::array::from_fn(|at| bytes[bytes.len() - 8 + at])) as usize;
    let (data, footer) = bytes.split_at(bytes.len() - 8 - length);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    let mut file = File::create(path).expect("a file");
    file.write_all(data).expect("written");
    (0..10).for_each(|at| file.write_all(canary(17, at).as_bytes()).expect("written"));
    file.write_all(footer).expect("written");
}

/// Looks through all that a desk's program said and wrote.
fn none_left(desk: &Desk, said: &[Output]) {
    let needles = Needles::new();
    for output in said {
        assert!(!needles.are_in(&output.stdout), "standard output gives a canary away");
        assert!(!needles.are_in(&output.stderr), "standard error gives a canary away");
    }
    for folder in ["test", "evidence", "consent", "keys"] {
        for path in files(&desk.path(folder)) {
            let name = path.strip_prefix(desk.path(folder)).expect("below").display().to_string();
            assert!(!needles.are_in(name.as_bytes()), "the name of a file gives a canary away");
            assert!(!needles.are_in(&std::fs::read(&path).expect("a file")), "{name} gives a canary away");
            if path.extension().is_some_and(|extension| extension == "parquet") {
                assert!(!needles.are_in(&unpacked(&path)), "a page of {name} gives a canary away");
            }
        }
    }
}

#[test]
fn nothing_that_verho_strips_or_treats_leaves_a_canary() {
    let desk = Desk::local("shop");
    desk.write("schemas/shop/people.toml", &format!("{HEAD}{RULES}"));
    let columns = people();
    for row in 0..3 {
        let key = format!("production/shop/people/owner={}/{}.parquet", canary(18, row), canary(19, row));
        planted(&columns, &desk.path(&key));
    }
    let source = files(&desk.path("production"));
    assert!(Needles::new().are_in(&unpacked(&source[0])), "the source is full of them");
    desk.approve("shop", "canaries", 3);
    let mut said = Vec::new();
    for command in [
        &["check"][..],
        &["plan", "shop"],
        &["--output", "json", "plan", "shop"],
        &["preview", "shop", "people"],
        &["run", "shop"],
        &["--output", "json", "run", "shop"],
        &["release", "list", "shop"],
    ] {
        said.push(desk.verho(command));
        let last = &said[said.len() - 1];
        assert!(last.status.success(), "{command:?}: {}", String::from_utf8_lossy(&last.stderr));
    }
    said.push(desk.verho(&["scan", "shop"]));
    let written =
        files(&desk.path("test")).into_iter().filter(|path| path.extension().is_some_and(|end| end == "parquet"));
    let read = |path| ParquetRecordBatchReaderBuilder::try_new(File::open(path).expect("a file")).expect("Parquet");
    let rows: i64 = written.map(|path| read(path).metadata().file_metadata().num_rows()).sum();
    assert_eq!(rows, 2 * 3 * ROWS as i64, "every row of both runs has left");
    none_left(&desk, &said);
}

/// A digit as Arabic writes it.
fn arabic(digit: char) -> char {
    digit.to_digit(10).and_then(|digit| char::from_u32(0x660 + digit)).expect("a digit")
}

/// Leaves that are kept, with a value of another, direct, leaf in them: one each for every way to hold one.
fn holders() -> Vec<(&'static str, &'static str, ArrayRef)> {
    let known = |row: usize| canary(1, row);
    // One row in all: a guard that looks at some rows only would let it leave.
    let rare = |row: usize| if row == 61 { known(7) } else { format!("word {row}") };
    let number = |row: usize| FIRST_NUMBER + row as i64;
    let accented = |row: usize| rare(row).replace("na", "n\u{e0}");
    let bytes =
        |of: &dyn Fn(usize) -> Vec<u8>| -> ArrayRef { Arc::new(BinaryArray::from_iter_values((0..ROWS).map(of))) };
    vec![
        ("whole", "whole", texts(rare)),
        ("word", "word", texts(|row| format!("see {}, please", rare(row).to_uppercase()))),
        ("repeated", "repeated", texts(|row| rare(row % 2 + 60))),
        ("decoded", "decoded", texts(rare)),
        ("plain", "plain", texts(rare)),
        ("delta", "delta", texts(rare)),
        ("nested", "nested.inner", structure("inner", texts(rare))),
        ("listed", "listed[]", list_of(texts(rare))),
        ("keyed", "keyed{key}", map(texts(rare), texts(|_| "x".to_owned()))),
        ("valued", "valued{value}", map(texts(|_| "x".to_owned()), texts(rare))),
        ("escaped", "escaped", texts(|row| format!(r#"{{"by":"{}"}}"#, rare(row).replace('k', "\\u006b")))),
        ("percent", "percent", texts(|row| format!("/p?q={}", rare(row).replace('k', "%6B")))),
        ("entities", "entities", texts(|row| format!("<b>{}</b>", rare(row).replace('k', "&#107;")))),
        ("accents", "accents", texts(|row| rare(row).replace("na", "ńà"))),
        ("hidden", "hidden", texts(|row| rare(row).replace("na", "n\u{200b}a\u{ad}"))),
        ("bytes", "bytes", bytes(&|row| rare(row).into_bytes())),
        ("lines", "lines", bytes(&|row| format!("Dear {},\nthe order", rare(row)).into_bytes())),
        ("replaced", "replaced", bytes(&|row| format!("\u{fffd} {}", rare(row)).into_bytes())),
        ("padded", "padded", bytes(&|row| format!("{}\0\0", accented(row)).into_bytes())),
        ("broken", "broken", bytes(&|row| [accented(row).as_bytes(), b" \xff"].concat())),
        ("latin", "latin", bytes(&|row| accented(row).chars().map(|letter| letter as u8).collect())),
        ("wide", "wide", bytes(&|row| accented(row).encode_utf16().flat_map(u16::to_le_bytes).collect())),
        ("number", "number", Arc::new(Int64Array::from_iter_values((0..ROWS).map(number)))),
        ("float", "float", Arc::new(Float64Array::from_iter_values((0..ROWS).map(|row| number(row) as f64)))),
        ("digits", "digits", texts(|row| format!("no. {}", number(row)))),
        ("scripts", "scripts", texts(|row| number(row).to_string().chars().map(arabic).collect())),
        ("timed", "timed", texts(|row| format!("{}T00:00:00Z", number(row)))),
        ("glued", "glued", texts(|row| format!("0x{}", number(row)))),
        ("pattern", "pattern", texts(|row| format!("{rare}@posti.fi", rare = "nobody".to_owned() + &row.to_string()))),
    ]
}

/// One run in which everything is dropped but one kept leaf.
fn refused(desk: &Desk, at: usize, leaf: &str, all: &[(&str, &str, ArrayRef)]) -> Output {
    let rule = |(name, path, _): &(&str, &str, ArrayRef)| {
        let keep = "{ class = \"attribute\", method = \"keep\", because = \"x\" }";
        let other = "{ class = \"attribute\", method = \"constant\", value = \"x\" }";
        let drop = "{ class = \"attribute\", method = \"drop\" }";
        let own = if *path == leaf { keep } else { drop };
        match *name {
            // Both sides of a map stay or go.
            "keyed" | "valued" if leaf.starts_with(name) => {
                let (key, value) = if leaf.ends_with("{key}") { (keep, other) } else { (other, keep) };
                format!("\"{name}{{key}}\" = {key}\n\"{name}{{value}}\" = {value}\n")
            }
            "keyed" | "valued" => format!("\"{name}{{key}}\" = {drop}\n\"{name}{{value}}\" = {drop}\n"),
            _ => format!("\"{path}\" = {own}\n"),
        }
    };
    let direct = "id = { class = \"direct\", method = \"drop\" }\nname = { class = \"direct\", method = \"pseudonym\", domain = \"n\" }\n";
    let rules: String = all.iter().map(rule).collect();
    desk.write("schemas/shop/people.toml", &format!("{HEAD}{direct}{rules}"));
    desk.approve("shop", &format!("holder-{at}"), 1);
    desk.verho(&["run", "shop", "--approval", &format!("holder-{at}")])
}

#[test]
fn a_kept_leaf_that_holds_a_known_value_refuses_the_run() {
    let desk = Desk::local("shop");
    let all = holders();
    let direct = people().into_iter().take(2);
    let columns: Vec<(&str, ArrayRef)> =
        direct.chain(all.iter().map(|(name, _, array)| (*name, array.clone()))).collect();
    planted(&columns, &desk.path("production/shop/people/0.parquet"));
    let mut said = Vec::new();
    for (at, (_, leaf, _)) in all.iter().enumerate() {
        let output = refused(&desk, at, leaf, &all);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(7), "{leaf}: {text}");
        let kind = if *leaf == "pattern" { "(EMAIL)" } else { "(KNOWN)" };
        assert!(text.contains(&format!("leaf `{leaf}`")) && text.contains(kind), "{text}");
        said.push(output);
    }
    assert!(!files(&desk.path("test")).iter().any(|path| path.ends_with("current.json")), "nothing is visible");
    none_left(&desk, &said);
}

/// Rules of `direct` leaves, a value that each treats, and leaves that are kept and hold what is known by it.
fn written_otherwise() -> Vec<(&'static str, ArrayRef, Vec<ArrayRef>)> {
    let text = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text])) };
    let texts = |all: &[&str]| all.iter().map(|one| text(one)).collect::<Vec<_>>();
    let float = |number: f64| -> ArrayRef { Arc::new(Float64Array::from(vec![number])) };
    let stamp = |micros: i64| -> ArrayRef { Arc::new(TimestampMicrosecondArray::from(vec![micros])) };
    let decimal = Decimal128Array::from(vec![7_700_000_350]).with_precision_and_scale(12, 2).expect("it fits");
    let code = r#"method = "null""#;
    let items = r#"method = "items", split = ";", each = { method = "fake", kind = "name" }"#;
    let segments = r#"method = "segments", pattern = "<user>_<day>", segments = { user = { method = "pseudonym", domain = "c", as = "integer" }, day = { method = "keep", because = "x" } }"#;
    let json = r#"method = "json", unlisted = "drop", paths = { name = { method = "fake", kind = "name" }, "ids[]" = { method = "pseudonym", domain = "c", as = "integer" }, by = { method = "drop" }, at = { method = "items", split = " ", each = { method = "null" } }, step = { method = "keep", because = "x" } }"#;
    let document = r#"{"name":"Maija Mehil\u00e4inen","ids":[77000001],"by":{"who":["Aku Ankkalinna"]},"at":"Oravapolku Turku","step":"keskener\u00e4inen","more":"unlistedword"}"#;
    let seen = ["by Maija Mehiläinen", "77000001", "Ankkalinna: Aku Ankkalinna", "on oravapolku"];
    vec![
        (items, text("Anna Virtanen;Bo Korhonen"), texts(&["seen: Bo Korhonen"])),
        (segments, text("77000002_monday"), texts(&["user 77000002"])),
        (json, text(document), texts(&seen)),
        (code, text("J%C3%A4rvinen%20Aino"), texts(&["by Järvinen Aino"])),
        (code, text(r"J\u00e4rnefelt Eero"), texts(&["by Järnefelt Eero"])),
        (code, text("K&auml;rki Outi"), texts(&["by Kärki Outi"])),
        (code, text("12345678.0"), vec![text("no. 12345678"), Arc::new(Int64Array::from(vec![12_345_678]))]),
        (code, stamp(327_419_107_123_456), texts(&["born 1980-05-17T13:45:07.123456Z", "at 1980-05-17 13:45:07"])),
        (code, stamp(361_670_400_000_000), texts(&["on 1981-06-18"])),
        (code, Arc::new(decimal), texts(&["x 77000003.50", "x 77000003.5"])),
        (code, float(24.938_412_345), texts(&["at 24.938412345"])),
        (code, float(9_007_199_254_740_994.0), vec![float(9_007_199_254_740_994.0), text("9007199254740994")]),
        // What nobody is known by leaves, and so does a document that nobody stands in.
        (json, text(r#"{"name":null,"step":"keskener\u00e4inen","ids":[]}"#), Vec::new()),
        (code, text("Nobody"), texts(&["on Monday, keskeneräinen, unlistedword; 1980-05-17"])),
    ]
}

#[test]
fn what_a_direct_leaf_holds_is_known_in_parts_and_however_it_is_written() {
    let desk = Desk::local("shop");
    let all = written_otherwise();
    let mut columns = Vec::new();
    for (at, (_, value, kept)) in all.iter().enumerate() {
        columns.push((format!("direct{at}"), value.clone()));
        columns.extend(kept.iter().enumerate().map(|(place, kept)| (format!("kept{at}x{place}"), kept.clone())));
    }
    let batch = RecordBatch::try_from_iter(columns.iter().map(|(name, array)| (name, array.clone()))).expect("a batch");
    desk.write("production/shop/people/0.parquet", "");
    let file = File::create(desk.path("production/shop/people/0.parquet")).expect("a file");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    let kept: Vec<&str> =
        columns.iter().map(|(name, _)| name.as_str()).filter(|name| name.starts_with("kept")).collect();
    for (run, leaf) in kept.iter().enumerate() {
        let rule = |(name, _): &(String, ArrayRef)| match name.strip_prefix("direct") {
            Some(at) => {
                format!("{name} = {{ class = \"direct\", {} }}\n", all[at.parse::<usize>().expect("a number")].0)
            }
            None if name == leaf => {
                format!("{name} = {{ class = \"attribute\", method = \"keep\", because = \"x\" }}\n")
            }
            None => format!("{name} = {{ class = \"attribute\", method = \"null\" }}\n"),
        };
        let rules: String = columns.iter().map(rule).collect();
        desk.write("schemas/shop/people.toml", &format!("{HEAD}{rules}"));
        desk.approve("shop", &format!("way-{run}"), 1);
        let output = desk.verho(&["run", "shop", "--approval", &format!("way-{run}")]);
        let said = String::from_utf8_lossy(&output.stderr);
        let is_last = run + 1 == kept.len();
        assert_eq!(output.status.code(), Some(if is_last { 0 } else { 7 }), "{leaf}: {said}");
        assert!(is_last || said.contains(&format!("leaf `{leaf}`")) && said.contains("(KNOWN)"), "{said}");
    }
}

#[test]
fn a_partition_key_that_holds_a_known_value_refuses_the_run() {
    let desk = Desk::local("shop");
    let columns: Vec<_> = people().into_iter().filter(|(name, _)| ["name", "plan"].contains(name)).collect();
    planted(&columns, &desk.path(&format!("production/shop/people/owner={}/0.parquet", canary(1, 9))));
    let kept = "{ class = \"attribute\", method = \"keep\", because = \"x\" }";
    let rules = format!("name = {{ class = \"direct\", method = \"drop\" }}\nplan = {kept}\nowner = {kept}\n");
    desk.write("schemas/shop/people.toml", &format!("{HEAD}{rules}"));
    desk.approve("shop", "key", 1);
    let output = desk.verho(&["run", "shop"]);
    assert_eq!(output.status.code(), Some(7), "{}", String::from_utf8_lossy(&output.stderr));
    none_left(&desk, &[output]);
}

#[test]
fn records_that_hold_a_known_value_refuse_the_run_and_may_where_it_is_approved() {
    let desk = Desk::local("shop");
    let line = |row: usize| format!("{{\"name\":\"{}\",\"note\":\"{}\"}}\n", canary(1, row), note(row));
    desk.write("production/shop/people/0.ndjson", &(0..ROWS).map(line).collect::<String>());
    let schema = |extra: &str| {
        format!(
            "customer = \"shop\"\ntable = \"people\"\nsource = \"shop/people/*.ndjson\"\nformat = \"ndjson\"\n[columns]\n\
             name = {{ class = \"direct\", method = \"pseudonym\", domain = \"n\" }}\n\
             note = {{ class = \"free_text\", method = \"keep\", because = \"x\"{extra} }}\n"
        )
    };
    desk.write("schemas/shop/people.toml", &schema(""));
    desk.approve("shop", "records", 1);
    let output = desk.verho(&["run", "shop"]);
    assert_eq!(output.status.code(), Some(7), "{}", String::from_utf8_lossy(&output.stderr));
    none_left(&desk, &[output]);
    desk.write("schemas/shop/people.toml", &schema(", may_hold = [\"KNOWN\"]"));
    assert_eq!(desk.verho(&["run", "shop"]).status.code(), Some(4), "the policy is another, and nobody approved it");
    let file = desk.approve("shop", "excepted", 1);
    let asked = desk.asked(&file);
    assert!(asked.contains("may hold values of identifying columns (KNOWN), because: x"), "{asked}");
    desk.facts(&["run", "shop", "--approval", "excepted"]);
}

/// What is done to whole numbers of which some are null.
const TREATED: [&str; 7] = [
    r#"method = "round", to = 10"#,
    r#"method = "clamp", max = 9999999999"#,
    r#"method = "noise", kind = "laplace", scale = 5"#,
    r#"method = "bucket", k = 2"#,
    r#"method = "shuffle""#,
    r#"method = "fpe", domain = "f", digits = 10, otherwise = "null""#,
    r#"method = "when", when = [{ column = "plan", is = ["pro"], method = "keep", because = "x" }], otherwise = "null""#,
];

/// Every type that a rule can declare.
fn declared() -> Vec<DataType> {
    use DataType::*;
    let stamp = |zone: Option<&str>| Timestamp(TimeUnit::Microsecond, zone.map(Into::into));
    let numbers = [Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Float64, Decimal128(20, 2)];
    let others = [Utf8, Boolean, Date32, stamp(None), stamp(Some("UTC"))];
    numbers.into_iter().chain(others).collect()
}

/// The same array with every other value null, which is all that changes: the values stay where they were.
fn half_null(array: ArrayRef) -> ArrayRef {
    let nulls = (0..array.len()).map(|row| row % 2 == 0).collect();
    make_array(array.to_data().into_builder().nulls(Some(nulls)).build().expect("as long as it was"))
}

/// A column of every type and shape, with nulls at every level, what leaf it has, and what lies under the nulls.
fn shapes(numbers: &ArrayRef) -> Vec<(String, DataType, ArrayRef)> {
    let mut columns = Vec::new();
    for (at, data_type) in declared().into_iter().enumerate() {
        let exact = cast(numbers, &data_type).expect("a number of the type");
        let small = Int64Array::from_iter_values(numbers.as_primitive::<Int64Type>().values().iter().map(|n| n % 99));
        let values = if exact.null_count() == 0 { exact } else { cast(&small, &data_type).expect("a small number") };
        let field = |name: &str, of: &ArrayRef| Arc::new(Field::new(name, of.data_type().clone(), true));
        let own = |of: ArrayRef| -> ArrayRef { Arc::new(StructArray::from(vec![(field("own", &of), of)])) };
        let list = |of: ArrayRef| -> ArrayRef {
            Arc::new(ListArray::new(field("element", &of), OffsetBuffer::from_repeated_length(1, ROWS), of, None))
        };
        let pair = |of: ArrayRef| {
            let key: ArrayRef = texts(|row| row.to_string());
            let fields = vec![Field::new("key", DataType::Utf8, false), Field::new("value", data_type.clone(), true)];
            StructArray::new(fields.into(), vec![key, of], None)
        };
        let map = |of: StructArray| -> ArrayRef {
            let entry = Arc::new(Field::new("key_value", of.data_type().clone(), false));
            Arc::new(MapArray::new(entry, OffsetBuffer::from_repeated_length(1, ROWS), of, None, false))
        };
        let column = |shape: &str, array| (format!("{shape}{at}"), data_type.clone(), array);
        columns.extend([
            column("plain", half_null(values.clone())),
            column("own", half_null(own(values.clone()))),
            column("list", half_null(list(values.clone()))),
            column("map", half_null(map(pair(values.clone())))),
            column("deep", list(half_null(own(values)))),
        ]);
    }
    columns
}

/// Writes an Arrow object in which these numbers lie under the nulls of all columns, and the schema of its table.
fn veiled(desk: &Desk, hidden: impl Fn(usize) -> i64) {
    let numbers: ArrayRef =
        Arc::new(Int64Array::from_iter_values((0..ROWS).map(|row| if row % 2 == 0 { 7 } else { hidden(row) })));
    let keep = r#"class = "attribute", method = "keep", because = "x""#;
    let plans: ArrayRef = texts(|row| ["free", "pro"][row / 2 % 2].to_owned());
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values((1..).take(ROWS)));
    let mut columns = vec![("id".to_owned(), ids), ("plan".to_owned(), plans)];
    let mut rules = format!(
        "id = {{ type = \"int64\", class = \"direct\", method = \"pseudonym\", domain = \"id\" }}\nplan = {{ {keep} }}\n"
    );
    for (name, data_type, array) in shapes(&numbers) {
        let named = verho::schema::type_name(&data_type).expect("a declared type");
        let leaf = |below: &str| format!("\"{name}{below}\" = {{ type = \"{named}\", {keep} }}\n");
        rules += &match name.trim_end_matches(char::is_numeric) {
            "plain" => leaf(""),
            "own" => leaf(".own"),
            "list" => leaf("[]"),
            "deep" => leaf("[].own"),
            _ => format!("\"{name}{{key}}\" = {{ {keep} }}\n") + &leaf("{value}"),
        };
        columns.push((name, array));
    }
    for (at, method) in TREATED.into_iter().enumerate() {
        rules += &format!("treated{at} = {{ type = \"int64\", class = \"attribute\", {method} }}\n");
        columns.push((format!("treated{at}"), half_null(numbers.clone())));
    }
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect();
    let (schema, arrays) = (Arc::new(Schema::new(fields)), columns.into_iter().map(|(_, array)| array).collect());
    desk.write("production/shop/people/0.arrow", "");
    let file = File::create(desk.path("production/shop/people/0.arrow")).expect("a file");
    let mut writer = FileWriter::try_new(file, &schema).expect("a writer");
    writer.write(&RecordBatch::try_new(schema, arrays).expect("a batch")).expect("written");
    writer.finish().expect("closed");
    let head = "customer = \"shop\"\ntable = \"people\"\nsource = \"shop/people/*.arrow\"\nformat = \"arrow\"\noutput = \"same\"\n[columns]\n";
    desk.write("schemas/shop/people.toml", &format!("{head}{rules}"));
}

#[test]
fn what_lies_under_nulls_leaves_in_no_type_and_no_shape() {
    let desk = Desk::local("shop");
    let hidden: [fn(usize) -> i64; 2] = [|_| 0, |row| FIRST_NUMBER + row as i64];
    for (run, hidden) in hidden.into_iter().enumerate() {
        veiled(&desk, hidden);
        if run == 0 {
            desk.approve("shop", "nulls", 2);
        }
        desk.facts(&["run", "shop"]);
    }
    let is_part = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "arrow");
    let parts: Vec<_> = files(&desk.path("test")).into_iter().filter(is_part).collect();
    let [one, other] = [0, 1].map(|at| std::fs::read(&parts[at]).expect("a part"));
    assert!(one == other, "a part tells what lay under its nulls");
    let source = std::fs::read(desk.path("production/shop/people/0.arrow")).expect("a source");
    assert!(Needles::new().are_in(&source), "the source is full of them");
    none_left(&desk, &[]);
}

#[test]
fn errors_name_no_canary() {
    let mut said = Vec::new();
    let desk = Desk::local("shop");
    let rules = "name = { class = \"direct\", method = \"fpe\", domain = \"n\", alphabet = \"0123456789\" }\n";
    desk.write("schemas/shop/people.toml", &format!("{HEAD}{rules}"));
    let path = desk.path("production/shop/people/0.parquet");
    planted(&people()[1..2], &path);
    desk.approve("shop", "misfits", 9);
    // A value that does not fit its method, a damaged page, a cut file, an unlisted column.
    said.push(desk.verho(&["run", "shop"]));
    let whole = std::fs::read(&path).expect("a file");
    let mut damaged = whole.clone();
    damaged[40..80].fill(0x5a);
    for bytes in [damaged, whole[..whole.len() / 2].to_vec()] {
        std::fs::write(&path, bytes).expect("written");
        said.push(desk.verho(&["run", "shop"]));
    }
    planted(&people(), &path);
    said.push(desk.verho(&["run", "shop"]));
    assert!(said.iter().all(|output| !output.status.success()));
    none_left(&desk, &said);
}
