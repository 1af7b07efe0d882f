//! Leaf paths, written as they are read: `address.street`, `tags[]`, `orders[].sku`, `labels{key}`.

use std::fmt;

use arrow::datatypes::{DataType, Field};

/// The path of one leaf below its top-level column.
///
/// A name that holds one of `. [ ] { } "` or is empty is written in double quotes, `"` and `\` escaped by `\`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafPath(String);

impl LeafPath {
    /// The path of a top-level column.
    pub fn column(name: &str) -> Self {
        LeafPath(quoted(name))
    }

    /// The path as it stands in a schema file.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it leads through a list or a map, so that a row has any number of its values.
    pub fn is_repeated(&self) -> bool {
        let (mut quoted, mut escaped) = (false, false);
        for letter in self.0.chars() {
            match letter {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                '[' | '{' if !quoted => return true,
                _ => {}
            }
        }
        false
    }

    /// Whether it is of the keys of a map, or its name looks like that.
    pub fn is_key(&self) -> bool {
        self.0.contains("{key}")
    }

    /// Whether it leads through another, which is then a structure and no leaf.
    pub fn is_inside(&self, other: &LeafPath) -> bool {
        self.0.strip_prefix(other.as_str()).is_some_and(|rest| rest.starts_with('.'))
    }

    fn child(&self, name: &str) -> Self {
        LeafPath(format!("{}.{}", self.0, quoted(name)))
    }

    fn with(&self, suffix: &str) -> Self {
        LeafPath(format!("{}{suffix}", self.0))
    }
}

impl fmt::Display for LeafPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A name comes from a file: a control character in it must not reach a terminal.
        self.0
            .chars()
            .try_for_each(|c| if c.is_control() { write!(f, "{}", c.escape_default()) } else { write!(f, "{c}") })
    }
}

impl From<String> for LeafPath {
    fn from(written: String) -> Self {
        LeafPath(written)
    }
}

fn quoted(name: &str) -> String {
    if !name.is_empty() && !name.contains(['.', '[', ']', '{', '}', '"', '\\']) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The fields directly inside a field, with their paths; empty for a leaf.
pub fn children<'f>(path: &LeafPath, data_type: &'f DataType) -> Vec<(LeafPath, &'f Field)> {
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| (path.child(field.name()), field.as_ref())).collect(),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            vec![(path.with("[]"), item.as_ref())]
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(pair) if pair.len() == 2 => {
                vec![(path.with("{key}"), pair[0].as_ref()), (path.with("{value}"), pair[1].as_ref())]
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A leaf: where it is, what it holds, and whether it can be null itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    pub path: LeafPath,
    pub data_type: DataType,
    pub nullable: bool,
}

/// The leaves of a column, in the order in which Parquet stores them.
pub fn leaves(field: &Field) -> Vec<Leaf> {
    let mut found = Vec::new();
    collect(LeafPath::column(field.name()), field, &mut found);
    found
}

fn collect(path: LeafPath, field: &Field, found: &mut Vec<Leaf>) {
    let inner = children(&path, field.data_type());
    if inner.is_empty() {
        found.push(Leaf { path, data_type: field.data_type().clone(), nullable: field.is_nullable() });
        return;
    }
    inner.into_iter().for_each(|(path, field)| collect(path, field, found));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::Fields;

    use super::*;

    fn paths(field: &Field) -> Vec<String> {
        leaves(field).iter().map(|leaf| leaf.path.to_string()).collect()
    }

    #[test]
    fn nested_leaves_are_written_as_they_are_read() {
        let text = |name: &str| Arc::new(Field::new(name, DataType::Utf8, true));
        let order = DataType::Struct(Fields::from(vec![text("sku"), text("a.b")]));
        let orders = Field::new("orders", DataType::List(Arc::new(Field::new("element", order, true))), true);
        assert_eq!(paths(&orders), ["orders[].sku", "orders[].\"a.b\""]);
        let pair = DataType::Struct(Fields::from(vec![text("key"), text("value")]));
        let labels = Field::new("labels", DataType::Map(Arc::new(Field::new("entries", pair, false)), false), true);
        assert_eq!(paths(&labels), ["labels{key}", "labels{value}"]);
    }

    #[test]
    fn a_column_named_like_a_path_is_not_that_path() {
        let flat = leaves(&Field::new("address.street", DataType::Utf8, true));
        assert_eq!(flat[0].path.as_str(), "\"address.street\"");
    }

    #[test]
    fn lists_and_maps_are_told_from_names_that_look_so() {
        let repeated = |written: &str| LeafPath::from(written.to_owned()).is_repeated();
        assert!(repeated("tags[]") && repeated("orders[].sku") && repeated("labels{key}") && repeated("\"a\\\"\"[]"));
        assert!(!repeated("address.street") && !repeated("\"tags[]\"") && !repeated("\"a\\\"[\""));
    }
}
