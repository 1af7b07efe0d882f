//! Every method, on every type that it takes, under every pattern of nulls, does to a nested leaf what it does to a column.
//!
//! Whole runs: a column of values and the same values inside structures, lists, maps and lists of structures have one rule
//! each, and what has become of them is held against each other, value by value.

#![expect(clippy::disallowed_types, reason = "sources are written here")]

mod columns;
mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::*;
use arrow::buffer::OffsetBuffer;
use arrow::compute::concat_batches;
use arrow::datatypes::*;
use common::desk::Desk;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use verho::document::{Document, Section};
use verho::method::{Beside, CATALOGUE, Method, Outcome, find};

const ROWS: usize = 40;

/// How values can stand in a column.
const SHAPES: [Shape; 4] = [Shape::Structure, Shape::List, Shape::Map, Shape::ListOfStructures];

/// Whether a row has no value.
type IsNull = fn(usize) -> bool;

/// Which rows of a table have no value.
const NULLS: [(&str, IsNull); 4] =
    [("full", |_| false), ("some", |row| row % 7 == 3), ("half", |row| row % 2 == 0), ("empty", |_| true)];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    Structure,
    List,
    Map,
    ListOfStructures,
}

impl Shape {
    fn suffix(self) -> &'static str {
        match self {
            Shape::Structure => ".v",
            Shape::List => "[]",
            Shape::Map => "{value}",
            Shape::ListOfStructures => "[].v",
        }
    }

    /// The values, one to a row, in this shape.
    fn around(self, values: &ArrayRef) -> ArrayRef {
        let field = |name: &str| Arc::new(Field::new(name, values.data_type().clone(), true));
        let one_each = || OffsetBuffer::from_lengths(std::iter::repeat_n(1, values.len()));
        let structure: ArrayRef = Arc::new(StructArray::from(vec![(field("v"), values.clone())]));
        let list = |items: ArrayRef| {
            let item = Arc::new(Field::new("item", items.data_type().clone(), true));
            Arc::new(ListArray::new(item, one_each(), items, None)) as ArrayRef
        };
        match self {
            Shape::Structure => structure,
            Shape::List => list(values.clone()),
            Shape::ListOfStructures => list(structure),
            Shape::Map => {
                let keys: ArrayRef = Arc::new(StringArray::from_iter_values((0..values.len()).map(|_| "k")));
                let key = Arc::new(Field::new("key", DataType::Utf8, false));
                let pairs = StructArray::from(vec![(key, keys), (field("value"), values.clone())]);
                let entries = Arc::new(Field::new("entries", pairs.data_type().clone(), false));
                Arc::new(MapArray::new(entries, one_each(), pairs, None, false))
            }
        }
    }

    /// The values that stand in this shape.
    fn inside(self, array: &ArrayRef) -> ArrayRef {
        match self {
            Shape::Structure => array.as_struct().column(0).clone(),
            Shape::List => array.as_list::<i32>().values().clone(),
            Shape::Map => array.as_map().values().clone(),
            Shape::ListOfStructures => array.as_list::<i32>().values().as_struct().column(0).clone(),
        }
    }
}

/// A rule of the catalogue's examples for values of one type.
struct Case {
    name: String,
    rule: String,
    values: ArrayRef,
    removes: bool,
}

fn parse(rule: &str) -> Box<dyn Method> {
    let document = Document::of(Path::new("tests/samples/table.toml"), format!("column = {rule}\n"));
    let mut section: Section = document.root().and_then(|mut root| root.required("column")).expect("a table");
    let _: String = section.required("class").expect("a class");
    let name: String = section.required("method").expect("a method");
    (find(&name).expect("it is in the catalogue").parse)(&mut section).expect("an example is right")
}

/// The class has no part in what becomes of values; without `direct` ones nothing is held against the source, and what
/// looks like an identifier may stay here.
fn rule_of(name: &str, example: &str) -> String {
    let class = example.split('"').nth(1).expect("the class stands first");
    let rule = example.replacen(class, "attribute", 1);
    let because = if name == "keep" { "" } else { ", because = \"a test\"" };
    let may_hold = r#"may_hold = ["PHONE", "IBAN", "CARD", "FI_HETU", "SE_PNR", "EMAIL"]"#;
    format!("{}, {may_hold}{because} }}", rule.trim_end_matches([' ', '}']).to_owned() + &closing(&rule))
}

/// The braces that an example needs before its last one.
fn closing(rule: &str) -> String {
    let ends = rule.len() - rule.trim_end_matches([' ', '}']).len();
    let braces = rule[rule.len() - ends..].matches('}').count();
    " }".repeat(braces - 1)
}

/// One type of each sort; what a type of the same sort does, `tests/methods.rs` holds.
fn is_tried(data_type: &DataType) -> bool {
    use DataType::*;
    matches!(
        data_type,
        Utf8 | Binary | Int64 | UInt8 | Float16 | Float64 | Boolean | Date32 | Decimal128(38, 2) | FixedSizeBinary(16)
    ) || *data_type == Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

fn cases(is_null: IsNull) -> Vec<Case> {
    let examples = CATALOGUE.iter().flat_map(|entry| entry.examples.iter().map(move |example| (entry.name, *example)));
    let mut cases = Vec::new();
    for (index, (name, example)) in examples.enumerate() {
        let (rule, method) = (rule_of(name, example), parse(example));
        let text = |row| columns::fitting::text(example, row).unwrap_or_else(|| format!("teksti {row:04}"));
        let present = |row: &usize| !is_null(*row);
        let all = columns::of(
            ROWS,
            |row| Some(row).filter(present).map(|row| row as i64 + 11),
            |row| Some(row).filter(present).map(text),
        );
        for values in all.into_iter().filter(|values| is_tried(values.data_type())) {
            let Ok(outcome) = method.plan(values.data_type()) else { continue };
            let case = format!("{name}_{index}_{}", cases.len());
            cases.push(Case { name: case, rule: rule.clone(), values, removes: outcome == Outcome::Removed });
        }
    }
    cases
}

/// The columns that rules look at, none of which is a case's own.
fn looked_at() -> BTreeSet<String> {
    let examples = CATALOGUE.iter().flat_map(|entry| entry.examples);
    let beside = examples.flat_map(|example| parse(example).beside());
    let named = beside.filter_map(|beside| if let Beside::Column(name) = beside { Some(name) } else { None });
    named.chain(["subject_of_row".to_owned()]).collect()
}

fn table(desk: &Desk, table: &str, cases: &[Case]) {
    let mut schema = format!(
        "customer = \"shop\"\ntable = \"{table}\"\nsource = \"shop/{table}/*.parquet\"\nformat = \"parquet\"\n\
         subject = \"subject_of_row\"\n[columns]\n"
    );
    let keep = "{ class = \"attribute\", method = \"keep\", because = \"a test\" }";
    let mut arrays: Vec<(String, ArrayRef)> = Vec::new();
    for name in looked_at() {
        schema += &format!("{name} = {keep}\n");
        arrays.push((
            name,
            Arc::new(StringArray::from_iter_values((0..ROWS).map(|row| format!("subject {}", row % 23)))),
        ));
    }
    for Case { name, rule, values, removes } in cases {
        schema += &format!("{name} = {rule}\n");
        arrays.push((name.clone(), values.clone()));
        for shape in SHAPES {
            let nested = format!("{name}_{shape:?}");
            schema += &format!("\"{nested}{}\" = {rule}\n", shape.suffix());
            if shape == Shape::Map {
                let key = if *removes { "{ class = \"attribute\", method = \"drop\" }" } else { keep };
                schema += &format!("\"{nested}{{key}}\" = {key}\n");
            }
            arrays.push((nested, shape.around(values)));
        }
    }
    desk.write(&format!("schemas/shop/{table}.toml"), &schema);
    let batch = RecordBatch::try_from_iter_with_nullable(arrays.into_iter().map(|(name, array)| (name, array, true)));
    let batch = batch.expect("a batch");
    let file = tempfile::NamedTempFile::new().expect("a file");
    let mut writer = ArrowWriter::try_new(file.reopen().expect("a handle"), batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    desk.put(file.path(), &format!("shop/{table}/0.parquet"));
}

fn output(desk: &Desk, table: &str) -> RecordBatch {
    let folder = desk.path(&format!("test/shop/{table}"));
    let release = std::fs::read_dir(folder).expect("a folder").next().expect("a release").expect("an entry").path();
    let part = std::fs::File::open(release.join("part-00000.parquet")).expect("a part");
    let reader = ParquetRecordBatchReaderBuilder::try_new(part).expect("Parquet").build().expect("a reader");
    let batches: Vec<_> = reader.map(|batch| batch.expect("a batch")).collect();
    concat_batches(&batches[0].schema(), &batches).expect("one batch")
}

#[test]
fn a_nested_value_becomes_what_it_becomes_in_a_column() {
    let desk = Desk::local("shop");
    let modules = "tests/samples/modules/digits.wasm";
    for (from, to) in [("tests/samples/age.csv", "age.csv"), (modules, "modules/digits.wasm")] {
        let to = desk.path(&format!("schemas/shop/{to}"));
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        std::fs::copy(from, to).expect("copied");
    }
    let tables = NULLS.map(|(name, is_null)| (name, cases(is_null)));
    tables.iter().for_each(|(name, cases)| table(&desk, name, cases));
    desk.approve("shop", "nesting", 1);
    let ran = desk.verho(&["run", "shop"]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let mut compared = 0;
    for (table, cases) in &tables {
        let output = output(&desk, table);
        assert_eq!(output.num_rows(), ROWS);
        for case in cases {
            let column = output.column_by_name(&case.name);
            assert_eq!(column.is_none(), case.removes, "{}", case.rule);
            for shape in SHAPES {
                let nested = output.column_by_name(&format!("{}_{shape:?}", case.name));
                let inside = nested.map(|nested| shape.inside(nested));
                assert_eq!(
                    inside.as_ref(),
                    column,
                    "{table}: {} in {shape:?} of {}",
                    case.rule,
                    case.values.data_type()
                );
                compared += 1;
            }
        }
    }
    println!("{compared} nested leaves of {} rows", ROWS);
    assert!(compared > 2_000, "{compared}");
}

/// Maps of these keys, each with some number.
fn maps(of: &[&[&str]]) -> ArrayRef {
    let mut builder = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
    for keys in of {
        for key in *keys {
            builder.keys().append_value(key);
            builder.values().append_value(7);
        }
        builder.append(true).expect("as many values as keys");
    }
    Arc::new(builder.finish())
}

#[test]
fn keys_of_a_map_that_become_equal_refuse_the_run() {
    let (one_each, two): ([&[&str]; 2], [&[&str]; 2]) = ([&["home"], &["work"]], [&["home", "work"], &[]]);
    let twice: [&[&str]; 1] = [&["home", "home"]];
    let codes = "method = \"pseudonym\", domain = \"place\"";
    let cases = [
        (maps(&one_each), "method = \"redact\"", 0),
        (maps(&two), "method = \"redact\"", 6),
        (maps(&two), "method = \"constant\", value = \"x\"", 6),
        (maps(&two), codes, 0),
        (maps(&two), "method = \"drop\"", 0),
        // What the source holds twice is not of the method's making.
        (maps(&twice), codes, 0),
    ];
    for (array, rule, code) in cases {
        let desk = Desk::local("shop");
        let value = if rule.contains("drop") { "drop" } else { "null" };
        desk.write(
            "schemas/shop/people.toml",
            &format!(
                "customer = \"shop\"\ntable = \"people\"\nsource = \"shop/people/*.parquet\"\nformat = \"parquet\"\n\
                 [columns]\n\"m{{key}}\" = {{ class = \"direct\", {rule} }}\n\
                 \"m{{value}}\" = {{ class = \"direct\", method = \"{value}\" }}\n\
                 n = {{ class = \"direct\", method = \"null\" }}\n"
            ),
        );
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1; array.len()]));
        let batch = RecordBatch::try_from_iter([("m", array), ("n", numbers)]).expect("a batch");
        let file = tempfile::NamedTempFile::new().expect("a file");
        let handle = file.reopen().expect("a handle");
        let mut writer = ArrowWriter::try_new(handle, batch.schema(), None).expect("a writer");
        writer.write(&batch).expect("written");
        writer.close().expect("closed");
        desk.put(file.path(), "shop/people/0.parquet");
        desk.approve("shop", "maps", 1);
        let ran = desk.verho(&["run", "shop"]);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(code), "{rule}: {said}");
        assert!(code == 0 || said.contains("`m{key}`") && said.contains("equal to another key of its map"), "{said}");
    }
}
