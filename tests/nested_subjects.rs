//! Leaves in structures say whose row it is, as columns do: what hangs on them comes out as of the same data without structures.

#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod common;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::*;
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::concat_batches;
use arrow::datatypes::*;
use arrow::ipc::writer::{FileWriter, StreamWriter};
use common::desk::Desk;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;
use serde_json::{Value, json};

const ROWS: usize = 600;
const FORMATS: [&str; 4] = ["parquet", "ndjson", "arrow", "arrow_stream"];

/// Whether leaves stand in structures.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    Flat,
    Nested,
}

/// One row: what is said of the person is missing where nobody did it.
struct Row(usize);

impl Row {
    fn is_anybody(&self) -> bool {
        self.0 % 13 != 5
    }

    fn id(&self) -> Option<i64> {
        self.is_anybody().then_some((self.0 * 7 % 97) as i64)
    }

    fn of_person(&self, what: &str) -> Option<String> {
        self.id().filter(|_| self.0 % 11 != 3).map(|id| format!("{what}-{:04}-{}", id, self.0 % 2))
    }

    fn team(&self) -> Option<&'static str> {
        self.is_anybody().then_some(["red", "blue", "green"][self.0 % 3])
    }

    fn shop(&self) -> &'static str {
        if self.0.is_multiple_of(17) { "other" } else { "acme" }
    }

    fn state(&self) -> Option<&'static str> {
        [Some("done"), Some("draft"), None, Some("sent")][self.0 % 4]
    }
}

fn texts<'t>(values: impl Iterator<Item = Option<&'t str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

/// The leaves of a person, in order.
fn person() -> Vec<(&'static str, ArrayRef)> {
    let rows = || (0..ROWS).map(Row);
    let of =
        |what: &'static str| -> ArrayRef { Arc::new(rows().map(|row| row.of_person(what)).collect::<StringArray>()) };
    let mails: Vec<Option<String>> = rows().flat_map(|row| [row.of_person("first"), row.of_person("second")]).collect();
    let item = Arc::new(Field::new("item", DataType::Utf8, true));
    let lengths = std::iter::repeat_n(2, ROWS);
    let nobody = NullBuffer::from_iter(rows().map(|row| row.is_anybody()));
    let mails =
        ListArray::new(item, OffsetBuffer::from_lengths(lengths), Arc::new(StringArray::from(mails)), Some(nobody));
    vec![
        ("id", Arc::new(rows().map(|row| row.id()).collect::<Int64Array>())),
        ("name", of("name")),
        ("email", of("email")),
        ("team", texts(rows().map(|row| row.team()))),
        ("mails", Arc::new(mails)),
    ]
}

fn structure(members: Vec<(&str, ArrayRef)>, nulls: Option<NullBuffer>, required: &[&str]) -> ArrayRef {
    let field =
        |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), !required.contains(name));
    let fields: Fields = members.iter().map(field).collect();
    Arc::new(StructArray::new(fields, members.into_iter().map(|(_, array)| array).collect(), nulls))
}

/// The columns that are looked from, and whose leaves are the same in both shapes.
fn others() -> Vec<(&'static str, ArrayRef)> {
    let rows = || 0..ROWS as i32;
    vec![
        ("at", Arc::new(Date32Array::from_iter_values(rows().map(|row| 10_000 + row)))),
        ("till", Arc::new(Date32Array::from_iter_values(rows().map(|row| 10_003 + row * 2)))),
        ("kind", Arc::new(StringArray::from_iter_values(rows().map(|row| format!("kind {:03}", row % 50))))),
        ("amount", Arc::new(Int64Array::from_iter_values(rows().map(|row| i64::from(row) * 3 + 500)))),
        ("points", Arc::new(Int64Array::from_iter_values(rows().map(i64::from)))),
        ("by", Arc::new(StringArray::from_iter_values(rows().map(|row| format!("teller {:02}", row % 20))))),
    ]
}

fn batch(shape: Shape, required: &[&str]) -> RecordBatch {
    let (mut columns, rows) = (others(), || (0..ROWS).map(Row));
    let (shop, state) = (texts(rows().map(|row| Some(row.shop()))), texts(rows().map(|row| row.state())));
    match shape {
        Shape::Flat => {
            columns.extend(person());
            columns.extend([("shop", shop), ("state", state)]);
        }
        Shape::Nested => {
            let nobody = NullBuffer::from_iter(rows().map(|row| row.is_anybody()));
            columns.push(("actor", structure(person(), Some(nobody), required)));
            let shop = structure(vec![("name", shop)], None, &[]);
            columns.push(("meta", structure(vec![("shop", shop), ("state", state)], None, &[])));
        }
    }
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .expect("a batch")
}

/// Records of one object a line.
fn lines(shape: Shape) -> String {
    let day = |days: i64| (jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(days)).to_string();
    let line = |row: Row| {
        let at = row.0 as i64;
        let mut object = json!({
            "at": day(10_000 + at), "till": day(10_003 + at * 2), "kind": format!("kind {:03}", at % 50),
            "amount": at * 3 + 500, "points": at, "by": format!("teller {:02}", at % 20),
        });
        let mails = row.is_anybody().then(|| [row.of_person("first"), row.of_person("second")]);
        let person = json!({
            "id": row.id(), "name": row.of_person("name"), "email": row.of_person("email"), "team": row.team(),
            "mails": mails,
        });
        let more = match shape {
            Shape::Flat => {
                let mut more = json!({ "shop": row.shop(), "state": row.state() });
                more.as_object_mut().expect("an object").extend(person.as_object().expect("an object").clone());
                more
            }
            Shape::Nested => {
                let actor = if row.is_anybody() { person } else { Value::Null };
                json!({ "actor": actor, "meta": { "shop": { "name": row.shop() }, "state": row.state() } })
            }
        };
        object.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        object.to_string() + "\n"
    };
    (0..ROWS).map(Row).map(line).collect()
}

fn write(desk: &Desk, table: &str, shape: Shape, format: &str, required: &[&str]) {
    let key = format!("acme/{table}/0.{format}");
    if format == "ndjson" {
        return desk.write(&format!("production/{key}"), &lines(shape));
    }
    let batch = batch(shape, required);
    let file = tempfile::NamedTempFile::new().expect("a file");
    let handle = file.reopen().expect("a handle");
    match format {
        "parquet" => {
            let properties = WriterProperties::builder().set_max_row_group_row_count(Some(70)).build();
            let mut writer = ArrowWriter::try_new(handle, batch.schema(), Some(properties)).expect("a writer");
            writer.write(&batch).expect("written");
            writer.close().expect("closed");
        }
        "arrow" => {
            let mut writer = FileWriter::try_new(handle, &batch.schema()).expect("a writer");
            writer.write(&batch).and_then(|()| writer.finish()).expect("written");
        }
        _ => {
            let mut writer = StreamWriter::try_new(handle, &batch.schema()).expect("a writer");
            writer.write(&batch).and_then(|()| writer.finish()).expect("written");
        }
    }
    desk.put(file.path(), &key);
}

/// The same rules over the leaves of both shapes. `PERSON`, `SHOP` and `STATE` stand for what is around them.
const RULES: &str = r#"
at         = { TYPE(date) class = "quasi", method = "shift_date", days = 30 }
till       = { TYPE(date) class = "quasi", method = "shift_date", days = 30, by = "PERSONid", domain = "till" }
kind       = { class = "direct", method = "when", when = [{ column = "PERSONteam", is = ["red"], method = "pseudonym", domain = "kind" }, { column = "PERSONid", null = true, method = "redact" }], otherwise = { method = "fake", kind = "name", domain = "person", of = "PERSONid" } }
amount     = { TYPE(int64) class = "sensitive", method = "noise", kind = "gaussian", scale = 20, by = "PERSONid", domain = "amount" }
points     = { TYPE(int64) class = "sensitive", method = "shuffle", group = "PERSONteam", domain = "points" }
by         = { class = "direct", method = "fake", kind = "user_name", domain = "person", of = "PERSONname" }
"PERSONid" = { TYPE(int64) class = "direct", method = "pseudonym", domain = "person" }
"PERSONname"    = { class = "direct", method = "fake", kind = "name", domain = "person", of = "subject" }
"PERSONemail"   = { class = "direct", method = "fake", kind = "email", domain = "person", of = "PERSONid" }
"PERSONteam"    = { class = "attribute", method = "keep", because = "three colours" }
"PERSONmails[]" = { class = "direct", method = "fake", kind = "email", domain = "person", of = "PERSONid" }
"SHOP"          = { class = "tenant", method = "keep", because = "the customer's own name" }
"STATE"         = { class = "attribute", method = "keep", because = "three words" }
"#;

/// All of a person is left out, and yet looked at.
const LEFT_OUT: &[&str] = &["PERSONid", "PERSONname", "PERSONemail", "PERSONteam", "PERSONmails[]"];

fn schema(table: &str, shape: Shape, format: &str, more: &str, rules: &str) -> String {
    let mut text = format!(
        "customer = \"acme\"\ntable = \"{table}\"\nsource = \"acme/{table}/*\"\nformat = \"{format}\"\n\
         subject = \"PERSONid\"\n{more}\n[columns]\n{rules}"
    );
    for (name, flat, nested) in
        [("PERSON", "", "actor."), ("SHOP", "shop", "meta.shop.name"), ("STATE", "state", "meta.state")]
    {
        text = text.replace(name, if shape == Shape::Flat { flat } else { nested });
    }
    for data_type in ["date", "int64"] {
        let declared = if format == "parquet" { String::new() } else { format!("type = \"{data_type}\",") };
        text = text.replace(&format!("TYPE({data_type})"), &declared);
    }
    text
}

/// A desk with the same rows in both shapes.
fn desk(format: &str, more: &str, rules: &str, required: &[&str]) -> Desk {
    let desk = Desk::local("acme");
    for (table, shape) in [("flat", Shape::Flat), ("nested", Shape::Nested)] {
        desk.write(&format!("schemas/acme/{table}.toml"), &schema(table, shape, format, more, rules));
        write(&desk, table, shape, format, required);
    }
    desk
}

fn read(file: &Path) -> RecordBatch {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(file).expect("a part")).expect("Parquet");
    let batches: Vec<_> = reader.build().expect("a reader").map(|batch| batch.expect("rows")).collect();
    concat_batches(&batches[0].schema(), &batches).expect("one batch")
}

/// All rows of a table's release, in the order of its parts.
fn left(desk: &Desk, table: &str) -> RecordBatch {
    let release = std::fs::read_dir(desk.path("test/acme").join(table)).expect("a table").next().expect("a release");
    let release = release.expect("an entry").path();
    let mut parts: Vec<_> = std::fs::read_dir(release).expect("parts").map(|part| part.expect("one").path()).collect();
    parts.sort();
    let batches: Vec<_> = parts.iter().map(|part| read(part)).collect();
    concat_batches(&batches[0].schema(), &batches).expect("one batch")
}

/// The leaf of this path, null where a structure around it is.
fn leaf(batch: &RecordBatch, path: &str) -> Option<ArrayRef> {
    let mut steps = path.split('.');
    let first = batch.column_by_name(steps.next()?)?.clone();
    steps.try_fold(first, |array, step| {
        let structure = array.as_struct();
        let inner = structure.column_by_name(step)?;
        let nulls = NullBuffer::union(structure.nulls(), inner.nulls());
        Some(make_array(inner.to_data().into_builder().nulls(nulls).build().expect("an array")))
    })
}

const LEAVES: &[(&str, &str)] = &[
    ("at", "at"),
    ("till", "till"),
    ("kind", "kind"),
    ("amount", "amount"),
    ("points", "points"),
    ("by", "by"),
    ("id", "actor.id"),
    ("name", "actor.name"),
    ("email", "actor.email"),
    ("team", "actor.team"),
    ("mails", "actor.mails"),
    ("shop", "meta.shop.name"),
    ("state", "meta.state"),
];

/// Every leaf of both shapes came out alike; how many rows.
fn agree(desk: &Desk, case: &str) -> usize {
    let (flat, nested) = (left(desk, "flat"), left(desk, "nested"));
    for (own, path) in LEAVES {
        assert_eq!(leaf(&flat, own), leaf(&nested, path), "{case}: `{own}` and `{path}`");
    }
    flat.num_rows()
}

fn run(desk: &Desk) -> Value {
    desk.approve("acme", "nested", 3);
    desk.facts(&["run", "acme"])
}

#[test]
fn what_hangs_on_a_leaf_in_structures_is_as_of_a_column() {
    for format in FORMATS {
        let desk = desk(format, "tenant = \"acme\"\n", RULES, &[]);
        run(&desk);
        assert_eq!(agree(&desk, format), (0..ROWS).filter(|row| row % 17 != 0).count());
        let nested = left(&desk, "nested");
        // One person, one name, whatever their own said.
        let (ids, names) = (leaf(&nested, "actor.id").expect("ids"), leaf(&nested, "actor.name").expect("names"));
        let (ids, names) = (ids.as_primitive::<Int64Type>(), names.as_string::<i32>());
        let pairs = ids.iter().zip(names).filter_map(|(id, name)| Some((id?, name?.to_owned())));
        let pairs: std::collections::BTreeSet<_> = pairs.collect();
        assert_eq!(pairs.iter().map(|(id, _)| id).collect::<std::collections::BTreeSet<_>>().len(), pairs.len());
        assert!(pairs.len() > 90, "{}", pairs.len());
    }
}

#[test]
fn all_formats_make_the_same_of_it() {
    let desk = Desk::local("acme");
    for table in FORMATS {
        desk.write(
            &format!("schemas/acme/{table}.toml"),
            &schema(table, Shape::Nested, table, "tenant = \"acme\"", RULES),
        );
        write(&desk, table, Shape::Nested, table, &[]);
    }
    run(&desk);
    let [pages, others @ ..] = FORMATS.map(|table| left(&desk, table));
    for (format, other) in FORMATS[1..].iter().zip(others) {
        // Which values are shuffled among themselves hangs on parts.
        for (_, path) in LEAVES.iter().filter(|(_, path)| *path != "points") {
            assert_eq!(leaf(&pages, path), leaf(&other, path), "{format}: `{path}`");
        }
    }
}

#[test]
fn rows_are_chosen_by_leaves_in_structures() {
    let chosen = "tenant = \"acme\"\nrows = [{ column = \"STATE\", not = [\"draft\"] }]\n\
        sample = { by = \"PERSONid\", rate = 0.5 }\n";
    for format in FORMATS {
        let desk = desk(format, chosen, RULES, &[]);
        let done = run(&desk);
        assert_eq!(done["tables"]["flat"], done["tables"]["nested"], "{format}");
        let rows = agree(&desk, format);
        assert!((40..300).contains(&rows), "{format}: {rows}");
        let ids = leaf(&left(&desk, "nested"), "actor.id").expect("ids");
        assert_eq!(ids.null_count(), 0, "nobody is in no sample");
    }
}

#[test]
fn a_structure_of_which_nothing_leaves_is_looked_at_all_the_same() {
    let mut rules = RULES.to_owned();
    for path in LEFT_OUT {
        let line = rules.lines().find(|line| line.starts_with(&format!("\"{path}\""))).expect("a rule").to_owned();
        let data_type = if *path == "PERSONid" { "TYPE(int64) " } else { "" };
        rules = rules.replace(&line, &format!("\"{path}\" = {{ {data_type}class = \"direct\", method = \"drop\" }}"));
    }
    for format in FORMATS {
        let desk = desk(format, "tenant = \"acme\"\n", &rules, &[]);
        run(&desk);
        assert!(left(&desk, "nested").column_by_name("actor").is_none());
        agree(&desk, format);
    }
}

#[test]
fn slices_and_members_that_are_never_null_change_nothing() {
    for (limits, required) in [("", &["id"][..]), ("[limits]\nmemory = \"64KiB\"\n", &[]), ("", &["id", "team"])] {
        let desk = desk(
            "parquet",
            "tenant = \"acme\"\n",
            &RULES.replace("method = \"shuffle\", group = \"PERSONteam\", domain = \"points\"", "method = \"null\""),
            required,
        );
        let config = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
        desk.write("verho.toml", &format!("{config}\n{limits}"));
        run(&desk);
        agree(&desk, limits);
        let parts =
            std::fs::read_dir(desk.path("test/acme/nested")).expect("a table").next().expect("one").expect("one");
        assert_eq!(std::fs::read_dir(parts.path()).expect("parts").count() > 9, !limits.is_empty());
    }
}

#[test]
fn people_in_structures_are_counted_as_those_of_a_column() {
    let rules =
        RULES.replace("method = \"shift_date\", days = 30 }", "method = \"generalise\", to = \"year\" }").replace(
            "class = \"quasi\", method = \"shift_date\", days = 30, by",
            "class = \"attribute\", method = \"shift_date\", days = 30, by",
        );
    let privacy = "tenant = \"acme\"\nprivacy = { k = 85, on_small_group = \"suppress\", max_suppressed = 0.9 }\n";
    for format in FORMATS {
        let desk = desk(format, privacy, &rules, &[]);
        let done = run(&desk);
        let groups = |table: &str| done["groups"][table].clone();
        assert_eq!(groups("flat"), groups("nested"), "{format}");
        let rows = agree(&desk, format);
        assert!(rows > 0 && rows < ROWS * 16 / 17, "{format}: {rows} and some withheld");
        let risk = desk.facts(&["risk", "acme"]);
        let counted = |table: usize| risk["tables"][table]["before"].clone();
        assert_eq!(counted(0), counted(1), "{format}: {risk}");
        assert_eq!(risk["tables"][1]["subject"], "actor.id");
    }
}

#[test]
fn previews_and_requests_show_people_of_structures() {
    for format in ["parquet", "ndjson"] {
        let desk = desk(format, "tenant = \"acme\"\n", RULES, &[]);
        let asked = desk.approve("acme", "nested", 3);
        let asked = desk.asked(&asked);
        assert!(asked.contains("drawn after \"actor.id\""), "{asked}");
        let shown = |table: &str| desk.facts(&["preview", "acme", table, "--rows", "9"]);
        let (flat, nested) = (shown("flat"), shown("nested"));
        for row in 0..9 {
            assert_eq!(flat[row]["email"], nested[row]["actor"]["email"]);
            assert_eq!(flat[row]["at"], nested[row]["at"]);
        }
    }
}

#[test]
fn what_is_no_leaf_of_one_value_is_refused_with_the_way_out() {
    let faults = [
        ("a subject in a list", "subject = \"actor.id\"", "subject = \"actor.mails[]\""),
        ("a subject that is a structure", "subject = \"actor.id\"", "subject = \"actor\""),
        ("a subject that is misspelt", "subject = \"actor.id\"", "subject = \"actor.idd\""),
        ("no subject", "subject = \"actor.id\"\n", ""),
        ("a fake of a list", "of = \"actor.name\"", "of = \"actor.mails[]\""),
        ("a fake of a structure", "of = \"actor.name\"", "of = \"meta\""),
        ("a shift by what is not there", "by = \"actor.id\", domain = \"till\"", "by = \"user.id\", domain = \"till\""),
        ("a condition on a list", "column = \"actor.team\"", "column = \"actor.mails[]\""),
        (
            "a sample by a list",
            "tenant = \"acme\"",
            "tenant = \"acme\"\nsample = { by = \"actor.mails[]\", rate = 0.5 }",
        ),
        ("a tenant in a list", "\"meta.shop.name\"", "\"meta.shops[]\""),
        ("a path without quotes", "\"meta.state\" ", "meta.state "),
        ("rows by a list", "tenant = \"acme\"", "tenant = \"acme\"\nrows = [{ column = \"meta\", is = [\"x\"] }]"),
    ];
    let good = schema("nested", Shape::Nested, "ndjson", "tenant = \"acme\"", RULES);
    let desk = Desk::local("acme");
    let mut told = String::new();
    for (fault, from, to) in faults {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{fault}");
        desk.write("schemas/acme/nested.toml", &bad);
        let output = desk.verho(&["check"]);
        let said = String::from_utf8_lossy(&output.stderr).replace(&desk.path("").display().to_string(), "");
        assert_eq!(output.status.code(), Some(3), "{fault}: {said}");
        told += &format!("# {fault}\n{said}\n");
    }
    desk.write("schemas/acme/nested.toml", &good);
    assert!(desk.verho(&["check"]).status.success());
    insta::assert_snapshot!(told);
}
