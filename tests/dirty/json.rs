//! JSON: the test suite of its syntax, and files of the wild.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, Schema};
use serde_json::Value;
use verho::source::text::{Format, Packing, json};

use super::{bytes, corpora, read, sample};

#[test]
fn the_suite_of_the_syntax_is_taken_and_refused_as_it_says() {
    let Some(home) = corpora::folder("dirty/JSONTestSuite/test_parsing") else { return };
    let mut counts = BTreeMap::<(char, bool), usize>::new();
    for entry in std::fs::read_dir(home).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let (kind, is_taken) = (name.chars().next().expect("a letter"), json::accepts(&bytes(&path)));
        assert!(kind == 'i' || is_taken == (kind == 'y'), "{name}: {is_taken}");
        *counts.entry((kind, is_taken)).or_default() += 1;
    }
    println!("{counts:?}");
    assert_eq!(counts, BTreeMap::from([(('i', false), 12), (('i', true), 5), (('n', false), 93), (('y', true), 47)]));
}

/// The type of some values; none where they are not of one.
fn data_type(values: &[&Value]) -> Option<DataType> {
    let values: Vec<&Value> = values.iter().copied().filter(|value| !value.is_null()).collect();
    let all = |is: fn(&Value) -> bool| values.iter().all(|value| is(value));
    Some(match () {
        () if all(Value::is_string) => DataType::Utf8,
        () if all(Value::is_boolean) => DataType::Boolean,
        () if all(|value| value.is_i64()) => DataType::Int64,
        () if all(Value::is_number) => DataType::Float64,
        () if all(Value::is_object) => DataType::Struct(fields(&values)?),
        () if all(Value::is_array) => {
            let items: Vec<&Value> = values.iter().flat_map(|value| value.as_array()).flatten().collect();
            DataType::List(Arc::new(Field::new("item", data_type(&items)?, true)))
        }
        () => return None,
    })
}

fn fields(objects: &[&Value]) -> Option<Fields> {
    let mut keys = BTreeMap::<&str, Vec<&Value>>::new();
    let all = objects.iter().flat_map(|object| object.as_object()).flatten();
    all.for_each(|(key, value)| keys.entry(key).or_default().push(value));
    keys.iter().map(|(key, values)| Some(Field::new(*key, data_type(values)?, true))).collect()
}

/// The objects of a file as a lenient parser sees them, and how they stand in it; none where it has others too.
fn objects(text: &[u8]) -> (Format, Option<Vec<Value>>) {
    if text.trim_ascii_start().starts_with(b"[") {
        return (
            Format::Json,
            serde_json::from_slice(text).ok().filter(|all: &Vec<Value>| all.iter().all(Value::is_object)),
        );
    }
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let objects = lines.map(|line| serde_json::from_slice(line).ok().filter(Value::is_object)).collect();
    (Format::Ndjson, objects)
}

#[test]
fn every_file_is_read_as_it_stands_or_refused() {
    let Some(home) = corpora::folder("dirty") else { return };
    let mut counts = BTreeMap::<&str, usize>::new();
    for measured in corpora::lines(&home.join("measured.jsonl")) {
        let name = measured["file"].as_str().expect("a name");
        if !name.starts_with("duckdb-json") {
            continue;
        }
        let (bytes, packing) = (bytes(&home.join(name)), Packing::of(name));
        let text = sample(&bytes, packing);
        let (format, objects) = objects(&text);
        let known = match &objects {
            Some(objects) => fields(&objects.iter().collect::<Vec<_>>()),
            // The columns of what can be read, so that a refusal is not for want of them.
            None => fields(
                &serde_json::Deserializer::from_slice(&text)
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .iter()
                    .collect::<Vec<_>>(),
            ),
        };
        let schema = Arc::new(Schema::new(known.clone().unwrap_or_default()));
        let outcome = match (read(&bytes, packing, &format, schema), objects) {
            (Ok(batch), Some(objects)) => {
                assert_eq!(batch.num_rows(), objects.len(), "{name}");
                "read as it stands"
            }
            (Ok(batch), None) => panic!("{name}: {} rows of something else", batch.num_rows()),
            (Err(error), objects) => {
                assert!(error.line.is_some(), "{name}: {error}");
                println!("{name}: {error}");
                match objects {
                    Some(_) if known.is_some() => "refused for more than the syntax",
                    Some(_) => "refused as its values have no one type",
                    None => "refused as it is no row of objects",
                }
            }
        };
        *counts.entry(outcome).or_default() += 1;
    }
    println!("{counts:#?}");
    assert_eq!(counts.values().sum::<usize>(), 40);
    assert_eq!(counts["read as it stands"], 20);
}
