//! Samples of JSON: records one a line or in one array, and the shape that they have in common.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ahash::RandomState;
use arrow::array::{ArrayRef, StringArray};
use arrow::datatypes::{DataType, Field, Fields};
use serde_json::Value;

use super::start::Start;
use super::{Depth, Leaf, ROWS, Taken};
use crate::plan::FileError;
use crate::scan::column::{Names, is_known, is_of_common_words, looks_like_a_name};
use crate::scan::objects::Ending;
use crate::schema::{LeafPath, children, leaves};

/// The way out of an object around all records.
const WRAPPED: &str = "write its records alone, one a line (`jq -c '.data[]'`, where their list is called `data`)";

/// Looks into the start of an object.
///
/// # Errors
/// Where it holds no records, or their keys look like data.
pub fn take(start: &Start, depth: Depth) -> Result<Taken, FileError> {
    let is_array = start.bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let Records { records, ended, is_a_line_each } = records(&start.bytes);
    let refused = |what: &str, hint| match &records[..] {
        [all] if !is_array && wraps(all) => {
            FileError::Records { what: "one object is around all its records".to_owned(), hint: WRAPPED }
        }
        _ => FileError::Records { what: what.to_owned(), hint },
    };
    if !is_array && !is_a_line_each {
        let hint = "it takes one object a line (`jq -c .` makes that), or one array of objects";
        return Err(refused("its records do not stand one a line", hint));
    }
    let mut root = Node::default();
    records.iter().for_each(|record| root.add(record));
    if root.has(&root.objects) && root.is_map() {
        let hint = "a column's name is shown to people: have the keys made values in the source";
        return Err(refused("its records have keys that look like data", hint));
    }
    if root.scalars + root.lists.count > 0 || (records.is_empty() && !start.bytes.is_empty()) {
        return Err(refused("it holds no records of JSON", "it takes one object a line, or one array of objects"));
    }
    let mut notes = Vec::new();
    let leaves = root.fields.iter().flat_map(|(name, node)| column(name, node, depth, &mut notes)).collect();
    let rows = if depth == Depth::Values { records.len() } else { 0 };
    let mut taken = Taken::of(leaves, rows, depth == Depth::Values && ended && start.is_whole);
    taken.notes = notes;
    taken.ending = Some(if is_array { Ending::Json } else { Ending::Ndjson });
    Ok(taken)
}

/// Whether an object has a list of objects, as what answers a query puts around them.
fn wraps(record: &Value) -> bool {
    let is_list = |value: &Value| value.as_array().is_some_and(|list| list.first().is_some_and(Value::is_object));
    record.as_object().is_some_and(|fields| fields.values().any(is_list))
}

/// What records call their fields, told from their start; keys that may be data are not among them.
pub fn names_of_json(start: &[u8]) -> HashSet<String> {
    let mut root = Node::default();
    records(start).records.iter().for_each(|record| root.add(record));
    let mut names = HashSet::new();
    name_fields(&root.shape().0, &mut names);
    names
}

fn name_fields(data_type: &DataType, names: &mut HashSet<String>) {
    if let DataType::Struct(fields) = data_type {
        names.extend(fields.iter().map(|field| field.name().clone()));
    }
    let inner = children(&LeafPath::column(""), data_type);
    inner.into_iter().for_each(|(_, field)| name_fields(field.data_type(), names));
}

/// Some first records.
#[derive(Default)]
struct Records {
    records: Vec<Value>,
    /// Whether these are all.
    ended: bool,
    /// Whether each of them stands in one line, and no two in the same.
    is_a_line_each: bool,
}

/// Records up to the end, to the first that is cut off, or to as many as are wanted.
fn records(bytes: &[u8]) -> Records {
    let mut rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut found = Records { is_a_line_each: true, ..Records::default() };
    let between = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']');
    while found.records.len() < ROWS {
        let skipped = rest.iter().take_while(|byte| between(byte)).count();
        let is_apart = found.records.is_empty() || rest[..skipped].contains(&b'\n');
        rest = &rest[skipped..];
        if rest.is_empty() {
            return Records { ended: true, ..found };
        }
        let mut stream = serde_json::Deserializer::from_slice(rest).into_iter::<Value>();
        let Some(Ok(record)) = stream.next() else { return found };
        let (own, behind) = rest.split_at(stream.byte_offset());
        found.is_a_line_each &= is_apart && !own.contains(&b'\n');
        rest = behind;
        found.records.push(record);
    }
    found
}

/// An object of more keys is a map.
const MOST_FIELDS: usize = 4096;

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
    /// Values of any kind, null too.
    met: usize,
    objects: Met,
    lists: Met,
    scalars: usize,
    fields: Vec<(String, Node)>,
    /// Where a field stands among them.
    places: HashMap<String, usize, RandomState>,
    item: Option<Box<Node>>,
    texts: Vec<String>,
    data_type: Option<DataType>,
    /// Whether one value is a text and another a number or the like.
    is_torn: bool,
}

impl Node {
    fn has(&self, met: &Met) -> bool {
        met.count > 0
    }

    fn add(&mut self, value: &Value) {
        self.met += 1;
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
            Value::Number(number) if number.is_u64() => self.scalar(DataType::UInt64, number.to_string()),
            Value::Number(number) => self.scalar(DataType::Float64, number.to_string()),
            Value::String(text) => self.scalar(DataType::Utf8, text.clone()),
        }
    }

    fn scalar(&mut self, data_type: DataType, text: String) {
        self.scalars += 1;
        self.texts.push(text);
        self.data_type = Some(match &self.data_type {
            None => data_type,
            Some(before) => {
                let both = super::flat::common(before, &data_type);
                self.is_torn |= both == DataType::Utf8 && (*before != both || data_type != both);
                both
            }
        });
    }

    fn field(&mut self, name: &str) -> &mut Node {
        let at = self.places.get(name).copied().unwrap_or_else(|| {
            self.places.insert(name.to_owned(), self.fields.len());
            self.fields.push((name.to_owned(), Node::default()));
            self.fields.len() - 1
        });
        &mut self.fields[at].1
    }

    /// Whether keys are data, or may be: more of them than tables have columns, far more than one object has, or such as
    /// nobody names a field. Where nothing tells, as of user names, they are.
    fn is_map(&self) -> bool {
        let count = self.fields.len();
        let many = count > MOST_FIELDS || (count > 24 && count > 3 * self.objects.widest);
        let mut names = Names::default();
        many || self.fields.iter().any(|(name, _)| names.is_data(name))
            || (!self.is_named() && (self.has_people() || (!self.is_settled() && self.is_alike())))
    }

    /// Whether most keys are words that fields are named by.
    fn is_named(&self) -> bool {
        self.fields.iter().filter(|(name, _)| is_known(name)).count() * 2 > self.fields.len()
    }

    /// Whether keys are like names of people or places: most of them where the same come back in every object, since somebody is
    /// called like any word (`meta`, `mark`), else some. A common word is none that comes back.
    fn has_people(&self) -> bool {
        let is_settled = self.is_settled();
        let is_word = |name: &str| is_known(name) || (is_settled && is_of_common_words(name));
        let named = self.fields.iter().filter(|(name, _)| looks_like_a_name(name) && !is_word(name)).count();
        named > 0 && named * if is_settled { 2 } else { 4 } >= self.fields.len()
    }

    /// Whether the same keys come back from object to object.
    fn is_settled(&self) -> bool {
        let met: usize = self.fields.iter().map(|(_, node)| node.met).sum();
        self.objects.count > 1 && met * 2 > self.fields.len() * self.objects.count
    }

    /// Whether what stands behind one key is like what stands behind another.
    fn is_alike(&self) -> bool {
        let number = |data_type: &DataType| matches!(data_type, DataType::Int64 | DataType::UInt64 | DataType::Float64);
        let scalar = |node: &Node| node.data_type.clone().map(|one| if number(&one) { DataType::Float64 } else { one });
        let forms = self.fields.iter().map(|(_, node)| (node.has(&node.objects), node.has(&node.lists), scalar(node)));
        let mut forms = forms.filter(|form| *form != (false, false, None));
        forms.next().is_none_or(|first| forms.all(|form| form == first))
    }

    fn merge(&mut self, other: &Node) {
        self.met += other.met;
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
        self.is_torn
            || [self.has(&self.objects), self.has(&self.lists), self.scalars > 0].into_iter().filter(|has| *has).count()
                > 1
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
        if self.fields.is_empty() && !self.has(&self.objects) {
            return (self.data_type.clone().unwrap_or(DataType::Utf8), vec![self.texts.clone()]);
        }
        // Of an object that is always empty nobody knows the fields, and a map can be empty.
        if self.fields.is_empty() || self.is_map() {
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
    fn an_object_around_all_records_is_told_as_that() {
        for text in ["{\n\"data\": [{\"id\":1},{\"id\":2}],\n\"count\": 2}", "{\"Records\":[{\"by\":\"x\"}]}"] {
            let said = taken(text).expect_err("no records").to_string();
            assert!(said.contains("one object is around all its records"), "{said}");
        }
        assert!(taken("{\"id\":1,\"lines\":[{\"sku\":2}]}").is_ok(), "an order with its lines");
    }

    #[test]
    fn what_no_type_or_only_a_wide_one_holds_is_told() {
        let start = Start {
            bytes: "{\"n\":1,\"big\":1,\"no\":{}}\n{\"n\":\"a\",\"big\":9223372036854775808,\"no\":{}}".into(),
            is_whole: true,
        };
        let taken = take(&start, Depth::Values).expect("records");
        assert_eq!(taken.notes.len(), 1, "a number and a text");
        let found: Vec<_> = taken.leaves.iter().map(|leaf| (leaf.path.to_string(), leaf.data_type.clone())).collect();
        assert_eq!(found[1], ("big".to_owned(), DataType::UInt64));
        assert_eq!([&found[2].0, &found[3].0], ["no{key}", "no{value}"]);
    }

    #[test]
    fn keys_that_may_be_data_make_one_too() {
        for people in [
            "{\"by\":{\"ainok\":1}}\n{\"by\":{\"eerov\":2,\"tiinam\":3}}\n{\"by\":{\"ainok\":4}}",
            "{\"by\":{\"ainok\":1,\"eerov\":2}}\n{\"by\":null}",
            "{\"by\":{\"aino_koski\":1,\"x\":\"\"}}\n{\"by\":{\"aino_koski\":1,\"x\":\"\"}}",
        ] {
            let found = taken(people).expect("records");
            let paths: Vec<_> = found.iter().map(|(path, ..)| path.as_str()).collect();
            assert_eq!(paths, ["by{key}", "by{value}"], "{people}");
        }
        assert!(taken("{\"ainok\":{\"n\":1},\"eerov\":{\"n\":2}}").is_err(), "such records have no columns");
        let found = taken("{\"a\":{\"qwz\":1,\"xyv\":2}}\n{\"a\":{\"qwz\":1,\"xyv\":2}}").expect("records");
        assert_eq!((found[0].0.as_str(), found[1].0.as_str()), ("a.qwz", "a.xyv"), "what comes back is a field");
        let found = taken("{\"price\":1,\"weight\":2}\n{\"price\":3,\"weight\":4}").expect("records");
        assert_eq!((found[0].0.as_str(), found.len()), ("price", 2), "names of people, and words");
        let event = "{\"id\":1,\"value\":\"x\",\"meta\":{\"a\":1}}\n";
        let found = taken(event.repeat(3).leak()).expect("somebody is called Meta");
        assert_eq!(found.iter().map(|(path, ..)| path.as_str()).collect::<Vec<_>>(), ["id", "value", "meta.a"]);
    }

    #[test]
    fn an_object_of_very_many_keys_is_a_map() {
        // Of no vowels, so that none is a name.
        let letters = |at: usize| [at >> 12, at >> 8, at >> 4, at].map(|at| char::from(b"bcdfghjklmpqrtvx"[at % 16]));
        let key = |at: usize| format!("\"zq{}\":{at}", String::from_iter(letters(at)));
        let keys = |count: usize| (0..count).map(key).collect::<Vec<_>>().join(",");
        let text = |count: usize| format!("{{\"by\":{{{keys}}}}}\n", keys = keys(count)).repeat(2);
        let paths = |count: usize| {
            let start = Start { bytes: text(count).into(), is_whole: true };
            take(&start, Depth::Names).expect("records").leaves.len()
        };
        assert_eq!((paths(MOST_FIELDS), paths(MOST_FIELDS + 1)), (MOST_FIELDS, 2));
    }

    #[test]
    fn what_is_no_record_is_refused() {
        assert!(taken("[1,2]").is_err() && taken("nothing").is_err());
        assert_eq!(taken("{\"a\":[{\"b\":1},2],\"id\":1}").expect("records")[0], ("a[]".to_owned(), DataType::Utf8, 0));
    }
}
