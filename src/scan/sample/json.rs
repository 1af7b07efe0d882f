//! Samples of JSON: records one a line or in one array, and the shape that they have in common.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::datatypes::{DataType, Field, Fields};
use serde_json::Value;

use super::start::Start;
use super::{Depth, Leaf, ROWS, Taken};
use crate::plan::FileError;
use crate::scan::column::looks_like_data;
use crate::scan::objects::Ending;
use crate::schema::leaves;

/// Looks into the start of an object.
///
/// # Errors
/// Where it holds no records, or their keys look like data.
pub fn take(start: &Start, depth: Depth) -> Result<Taken, FileError> {
    let (records, ended) = records(&start.bytes);
    let mut root = Node::default();
    records.iter().for_each(|record| root.add(record));
    if root.has(&root.objects) && root.is_map() {
        return Err(FileError::Records {
            what: "its records have keys that look like data".to_owned(),
            hint: "a column's name is shown to people: have the keys made values in the source",
        });
    }
    if root.scalars + root.lists.count > 0 || (records.is_empty() && !start.bytes.is_empty()) {
        return Err(FileError::Records {
            what: "it holds no records of JSON".to_owned(),
            hint: "it takes one object a line, or one array of objects",
        });
    }
    let mut notes = Vec::new();
    let leaves = root.fields.iter().flat_map(|(name, node)| column(name, node, depth, &mut notes)).collect();
    let rows = if depth == Depth::Values { records.len() } else { 0 };
    let mut taken = Taken::of(leaves, rows, depth == Depth::Values && ended && start.is_whole);
    taken.notes = notes;
    let is_array = start.bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    taken.ending = Some(if is_array { Ending::Json } else { Ending::Ndjson });
    Ok(taken)
}

/// Records up to the end, to the first that is cut off, or to as many as are wanted; and whether that was the end.
fn records(bytes: &[u8]) -> (Vec<Value>, bool) {
    let mut rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut records = Vec::new();
    let between = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']');
    while records.len() < ROWS {
        let skipped = rest.iter().take_while(|byte| between(byte)).count();
        rest = &rest[skipped..];
        if rest.is_empty() {
            return (records, true);
        }
        let mut stream = serde_json::Deserializer::from_slice(rest).into_iter::<Value>();
        let Some(Ok(record)) = stream.next() else { return (records, false) };
        rest = &rest[stream.byte_offset()..];
        records.push(record);
    }
    (records, false)
}

/// How often something was met.
#[derive(Default)]
struct Met {
    count: usize,
    /// The most keys or items of one.
    widest: usize,
}

/// What stands at one place of all records.
#[derive(Default)]
struct Node {
    objects: Met,
    lists: Met,
    scalars: usize,
    fields: Vec<(String, Node)>,
    item: Option<Box<Node>>,
    texts: Vec<String>,
    data_type: Option<DataType>,
}

impl Node {
    fn has(&self, met: &Met) -> bool {
        met.count > 0
    }

    fn add(&mut self, value: &Value) {
        match value {
            Value::Null => {}
            Value::Object(fields) => {
                self.objects.count += 1;
                self.objects.widest = self.objects.widest.max(fields.len());
                for (name, value) in fields {
                    self.field(name).add(value);
                }
            }
            Value::Array(items) => {
                self.lists.count += 1;
                self.lists.widest = self.lists.widest.max(items.len());
                let item = self.item.get_or_insert_default();
                items.iter().for_each(|value| item.add(value));
            }
            Value::Bool(flag) => self.scalar(DataType::Boolean, flag.to_string()),
            Value::Number(number) if number.is_i64() => self.scalar(DataType::Int64, number.to_string()),
            Value::Number(number) => self.scalar(DataType::Float64, number.to_string()),
            Value::String(text) => self.scalar(DataType::Utf8, text.clone()),
        }
    }

    fn scalar(&mut self, data_type: DataType, text: String) {
        self.scalars += 1;
        self.texts.push(text);
        self.data_type = Some(match &self.data_type {
            None => data_type,
            Some(before) => super::flat::common(before, &data_type),
        });
    }

    fn field(&mut self, name: &str) -> &mut Node {
        let at = self.fields.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.fields.push((name.to_owned(), Node::default()));
            self.fields.len() - 1
        });
        &mut self.fields[at].1
    }

    /// Whether keys are data: far more of them than one object has, or such as nobody names a field.
    fn is_map(&self) -> bool {
        let many = self.fields.len() > 24 && self.fields.len() > 3 * self.objects.widest;
        many || self.fields.iter().any(|(name, _)| looks_like_data(name))
    }

    fn merge(&mut self, other: &Node) {
        for (mine, others) in [(&mut self.objects, &other.objects), (&mut self.lists, &other.lists)] {
            mine.count += others.count;
            mine.widest = mine.widest.max(others.widest);
        }
        other.fields.iter().for_each(|(name, node)| self.field(name).merge(node));
        if let Some(item) = &other.item {
            self.item.get_or_insert_default().merge(item);
        }
        if let Some(data_type) = &other.data_type {
            let scalars = self.scalars + other.scalars;
            other.texts.iter().for_each(|text| self.scalar(data_type.clone(), text.clone()));
            self.scalars = scalars;
        }
    }

    /// Whether values of several shapes stand here.
    fn is_mixed(&self) -> bool {
        [self.has(&self.objects), self.has(&self.lists), self.scalars > 0].into_iter().filter(|has| *has).count() > 1
    }

    /// The type, and the texts of its leaves in their order.
    fn shape(&self) -> (DataType, Vec<Vec<String>>) {
        if self.is_mixed() {
            return (DataType::Utf8, vec![Vec::new()]);
        }
        if self.has(&self.lists) {
            let (item, texts) = self.item.as_deref().map_or((DataType::Utf8, vec![Vec::new()]), Node::shape);
            return (DataType::List(Arc::new(Field::new("element", item, true))), texts);
        }
        if self.fields.is_empty() {
            return (self.data_type.clone().unwrap_or(DataType::Utf8), vec![self.texts.clone()]);
        }
        if self.is_map() {
            return self.map();
        }
        let shapes: Vec<_> = self.fields.iter().map(|(name, node)| (name, node.shape())).collect();
        let fields: Fields =
            shapes.iter().map(|(name, (data_type, _))| Field::new(*name, data_type.clone(), true)).collect();
        (DataType::Struct(fields), shapes.into_iter().flat_map(|(_, (_, texts))| texts).collect())
    }

    fn map(&self) -> (DataType, Vec<Vec<String>>) {
        let mut value = Node::default();
        self.fields.iter().for_each(|(_, node)| value.merge(node));
        let (value, mut texts) = value.shape();
        let pair = Fields::from(vec![Field::new("key", DataType::Utf8, false), Field::new("value", value, true)]);
        texts.insert(0, self.fields.iter().map(|(name, _)| name.clone()).collect());
        (DataType::Map(Arc::new(Field::new("key_value", DataType::Struct(pair), false)), false), texts)
    }

    /// Whether something of several shapes stands here or below.
    fn mixed_below(&self) -> bool {
        self.is_mixed()
            || self.fields.iter().any(|(_, node)| node.mixed_below())
            || self.item.as_ref().is_some_and(|item| item.mixed_below())
    }
}

fn column(name: &str, node: &Node, depth: Depth, notes: &mut Vec<String>) -> Vec<Leaf> {
    if node.mixed_below() {
        notes
            .push(format!("column `{}` holds values of several shapes, which no type can hold", name.escape_default()));
    }
    let (data_type, texts) = node.shape();
    let array = |texts: Vec<String>| -> Vec<ArrayRef> {
        if depth == Depth::Names { Vec::new() } else { vec![Arc::new(StringArray::from(texts))] }
    };
    let leaf = |(leaf, texts): (crate::schema::Leaf, Vec<String>)| Leaf {
        path: leaf.path,
        data_type: leaf.data_type,
        nullable: true,
        texts: array(texts),
    };
    leaves(&Field::new(name, data_type, true)).into_iter().zip(texts).map(leaf).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::Array;

    fn taken(text: &'static str) -> Result<Vec<(String, DataType, usize)>, FileError> {
        let start = Start { bytes: text.as_bytes().into(), is_whole: true };
        let leaves = take(&start, Depth::Values)?.leaves;
        Ok(leaves.into_iter().map(|leaf| (leaf.path.to_string(), leaf.data_type, leaf.texts[0].len())).collect())
    }

    #[test]
    fn lines_and_arrays_have_one_shape() {
        let expected = [
            ("id".to_owned(), DataType::Int64, 2),
            ("tags[]".to_owned(), DataType::Utf8, 3),
            ("at.city".to_owned(), DataType::Utf8, 1),
            ("n".to_owned(), DataType::Float64, 2),
        ];
        let lines = "{\"id\":1,\"tags\":[\"a\",\"b\"],\"at\":{\"city\":\"x\"},\"n\":1}\n{\"id\":2,\"tags\":[\"c\"],\"n\":1.5}\n{\"id\":";
        assert_eq!(taken(lines).expect("records"), expected);
        let array = "[{\"id\":1,\"tags\":[\"a\",\"b\"],\"at\":{\"city\":\"x\"},\"n\":1},\n {\"id\":2,\"tags\":[\"c\"],\"n\":1.5}]";
        assert_eq!(taken(array).expect("records"), expected);
    }

    #[test]
    fn keys_that_are_data_make_a_map() {
        let found = taken("{\"by\":{\"aino@a.example\":1}}\n{\"by\":{\"eino@b.example\":2}}").expect("records");
        assert_eq!(found, [("by{key}".to_owned(), DataType::Utf8, 2), ("by{value}".to_owned(), DataType::Int64, 2)]);
        let said = taken("{\"aino@a.example\":1}").expect_err("no columns").to_string();
        assert!(!said.contains("aino"), "{said}");
    }

    #[test]
    fn what_is_no_record_is_refused() {
        assert!(taken("[1,2]").is_err() && taken("nothing").is_err());
        assert_eq!(taken("{\"a\":[{\"b\":1},2]}").expect("records"), [("a[]".to_owned(), DataType::Utf8, 0)]);
    }
}
