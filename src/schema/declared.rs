//! The columns of records, as a schema file declares them: leaf paths with types become fields.

use std::sync::Arc;

use arrow::datatypes::{DECIMAL128_MAX_PRECISION, DataType, Field, Fields, TimeUnit};

use crate::schema::LeafPath;

/// The types that a rule can declare, for messages.
pub const TYPES: &str =
    "text, bool, int8 to int64, uint8 to uint64, float64, decimal(P,S), date, timestamp, timestamp_utc";

/// The type of this name.
pub fn data_type(name: &str) -> Option<DataType> {
    Some(match name {
        "text" => DataType::Utf8,
        "bool" => DataType::Boolean,
        "int8" => DataType::Int8,
        "int16" => DataType::Int16,
        "int32" => DataType::Int32,
        "int64" => DataType::Int64,
        "uint8" => DataType::UInt8,
        "uint16" => DataType::UInt16,
        "uint32" => DataType::UInt32,
        "uint64" => DataType::UInt64,
        "float64" => DataType::Float64,
        "date" => DataType::Date32,
        "timestamp" => DataType::Timestamp(TimeUnit::Microsecond, None),
        "timestamp_utc" => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        other => decimal(other.strip_prefix("decimal(")?.strip_suffix(')')?)?,
    })
}

/// The name of a type; none where a rule cannot declare it.
pub fn type_name(data_type: &DataType) -> Option<String> {
    if let DataType::Decimal128(precision, scale) = data_type {
        return Some(format!("decimal({precision},{scale})"));
    }
    let plain = TYPES.split(", ").flat_map(|names| match names.split_once(" to ") {
        None => vec![names],
        Some(("int8", _)) => vec!["int8", "int16", "int32", "int64"],
        Some(_) => vec!["uint8", "uint16", "uint32", "uint64"],
    });
    let mut named = plain.filter_map(|name| Some((name, self::data_type(name)?)));
    named.find(|(_, known)| known == data_type).map(|(name, _)| name.to_owned())
}

fn decimal(numbers: &str) -> Option<DataType> {
    let (precision, scale) = numbers.split_once(',')?;
    let (precision, scale): (u8, i8) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
    let fits = (1..=DECIMAL128_MAX_PRECISION).contains(&precision) && (0..=precision as i8).contains(&scale);
    fits.then_some(DataType::Decimal128(precision, scale))
}

/// Leaves that cannot be the leaves of one table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undeclared {
    #[error("leaf `{0}` is no path: `address.street`, `tags[]`, `labels{{key}}` and `labels{{value}}` are")]
    Path(LeafPath),
    #[error("leaf `{0}` stands at a place that another one gives another shape")]
    Clash(LeafPath),
    #[error("a map needs both its `{{key}}` and its `{{value}}`: leaf `{0}`")]
    HalfMap(LeafPath),
}

/// What a path goes through below its column.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Item,
    Key,
    Value,
}

/// A node of the tree of all leaves.
enum Node {
    Leaf(DataType),
    Inner(Vec<(Step, Node)>),
}

/// The columns whose leaves these are; every one of them can be null, but for the key of a map.
///
/// # Errors
/// Where a path is none, or two leaves do not fit into one table.
pub fn fields(leaves: &[(LeafPath, DataType)]) -> Result<Fields, Undeclared> {
    let mut columns: Vec<(Step, Node)> = Vec::new();
    for (path, data_type) in leaves {
        let steps = steps(path.as_str()).ok_or_else(|| Undeclared::Path(path.clone()))?;
        grow(&mut columns, &steps, data_type).ok_or_else(|| Undeclared::Clash(path.clone()))?;
    }
    let named = |(step, node): &(Step, Node)| match step {
        Step::Name(name) => field(name, node, true).ok_or_else(|| Undeclared::HalfMap(LeafPath::column(name))),
        _ => Err(Undeclared::Path(LeafPath::column(""))),
    };
    columns.iter().map(named).collect()
}

/// Puts a leaf into the tree; none where something else stands there.
fn grow(nodes: &mut Vec<(Step, Node)>, steps: &[Step], data_type: &DataType) -> Option<()> {
    let (first, rest) = steps.split_first()?;
    let at = nodes.iter().position(|(step, _)| step == first);
    match (rest, at) {
        ([], Some(_)) => None,
        ([], None) => {
            nodes.push((first.clone(), Node::Leaf(data_type.clone())));
            Some(())
        }
        (rest, at) => {
            let at = at.unwrap_or_else(|| {
                nodes.push((first.clone(), Node::Inner(Vec::new())));
                nodes.len() - 1
            });
            match &mut nodes[at].1 {
                Node::Inner(inner) => grow(inner, rest, data_type),
                Node::Leaf(_) => None,
            }
        }
    }
}

fn field(name: &str, node: &Node, nullable: bool) -> Option<Arc<Field>> {
    let data_type = match node {
        Node::Leaf(data_type) => data_type.clone(),
        Node::Inner(inner) => match inner.as_slice() {
            [(Step::Item, item)] => DataType::List(field("element", item, true)?),
            [(Step::Key, key), (Step::Value, value)] | [(Step::Value, value), (Step::Key, key)] => {
                let pair = Fields::from(vec![field("key", key, false)?, field("value", value, true)?]);
                DataType::Map(Arc::new(Field::new("key_value", DataType::Struct(pair), false)), false)
            }
            members => {
                let member = |(step, node): &(Step, Node)| match step {
                    Step::Name(name) => field(name, node, true),
                    _ => None,
                };
                DataType::Struct(members.iter().map(member).collect::<Option<Vec<_>>>()?.into())
            }
        },
    };
    Some(Arc::new(Field::new(name, data_type, nullable)))
}

/// A path taken apart; none where it is none.
fn steps(mut path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let (column, below) = name(path)?;
    steps.push(Step::Name(column));
    path = below;
    while !path.is_empty() {
        let (step, rest) = if let Some(rest) = path.strip_prefix("[]") {
            (Step::Item, rest)
        } else if let Some(rest) = path.strip_prefix("{key}") {
            (Step::Key, rest)
        } else if let Some(rest) = path.strip_prefix("{value}") {
            (Step::Value, rest)
        } else {
            let (member, rest) = name(path.strip_prefix('.')?)?;
            (Step::Name(member), rest)
        };
        steps.push(step);
        path = rest;
    }
    Some(steps)
}

/// The name at the start of a path, and what is behind it.
fn name(path: &str) -> Option<(String, &str)> {
    if let Some(quoted) = path.strip_prefix('"') {
        let mut name = String::new();
        let mut letters = quoted.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => return Some((name, &quoted[at + 1..])),
                '\\' => name.push(letters.next()?.1),
                letter => name.push(letter),
            }
        }
        return None;
    }
    let end = path.find(['.', '[', ']', '{', '}', '"', '\\']).unwrap_or(path.len());
    (end > 0).then(|| (path[..end].to_owned(), &path[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::leaves;

    fn declared(paths: &[&str]) -> Result<Vec<String>, Undeclared> {
        let text = |path: &&str| (LeafPath::from((*path).to_owned()), DataType::Utf8);
        let fields = fields(&paths.iter().map(text).collect::<Vec<_>>())?;
        Ok(fields.iter().flat_map(|field| leaves(field)).map(|leaf| leaf.path.as_str().to_owned()).collect())
    }

    #[test]
    fn leaves_come_back_as_they_were_declared() {
        let paths =
            ["id", "address.street", "address.\"post.code\"", "tags[]", "orders[].sku", "labels{key}", "labels{value}"];
        assert_eq!(declared(&paths).expect("they fit"), paths);
    }

    #[test]
    fn leaves_that_do_not_fit_are_refused() {
        let clash = |path: &str| Err(Undeclared::Clash(LeafPath::from(path.to_owned())));
        assert_eq!(declared(&["a", "a.b"]), clash("a.b"));
        assert_eq!(declared(&["a.b", "a"]), clash("a"));
        assert!(matches!(declared(&["a{key}"]), Err(Undeclared::HalfMap(_))));
        for wrong in ["", ".", "a.", "a[", "a{keys}", "\"a", "a b]"] {
            assert!(matches!(declared(&[wrong]), Err(Undeclared::Path(_))), "{wrong}");
        }
    }

    #[test]
    fn types_are_known_by_name() {
        assert_eq!(data_type("decimal(10, 2)"), Some(DataType::Decimal128(10, 2)));
        assert_eq!(data_type("int64"), Some(DataType::Int64));
        for name in
            ["text", "bool", "int16", "uint64", "float64", "decimal(10,2)", "date", "timestamp", "timestamp_utc"]
        {
            assert_eq!(type_name(&data_type(name).expect(name)).as_deref(), Some(name));
        }
        assert_eq!((data_type("decimal(50,2)"), data_type("integer")), (None, None));
    }
}
