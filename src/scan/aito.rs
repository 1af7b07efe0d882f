//! Aito's schema of a database, as its upload form takes it: tables, columns with types, links.
//!
//! What else it says of a column, as `nullable` and `analyzer`, decides nothing here and is passed over.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::document::Fault;
use crate::schema::is_table_name;

/// Tables and their columns, in the order of the file; every link leads to one of these columns.
#[derive(Debug)]
pub struct Tables(pub Vec<Table>);

/// A table of Aito.
#[derive(Debug)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Debug)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    pub shape: Shape,
    /// The column whose values these are.
    pub link: Option<End>,
}

/// Aito's types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Boolean,
    Int,
    Decimal,
    String,
    /// Text that is analysed: words of a language, or tags.
    Text,
}

/// How many values a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    One,
    /// A list, which Aito writes as `String[]`.
    Many,
}

/// A column, named with its table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct End {
    pub table: String,
    pub column: String,
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.table, self.column)
    }
}

impl Kind {
    const ALL: [(&str, Kind); 5] = [
        ("Boolean", Kind::Boolean),
        ("Int", Kind::Int),
        ("Decimal", Kind::Decimal),
        ("String", Kind::String),
        ("Text", Kind::Text),
    ];

    fn parse(name: &str) -> Option<(Kind, Shape)> {
        let (name, shape) = name.strip_suffix("[]").map_or((name, Shape::One), |item| (item, Shape::Many));
        Kind::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| (kind, shape))
    }

    /// Whether it is text of either sort.
    pub fn is_text(self) -> bool {
        matches!(self, Kind::String | Kind::Text)
    }
}

#[derive(Deserialize)]
struct WrittenTable {
    r#type: String,
    columns: Map<String, Value>,
}

#[derive(Deserialize)]
struct WrittenColumn {
    r#type: String,
    link: Option<String>,
}

impl Tables {
    /// Reads a file: `{"schema": {table: …}}`, or one table alone, which then is called `name`.
    ///
    /// # Errors
    /// Where it is no schema of Aito, or has a name or a type that no schema file can hold. No message quotes the file but
    /// for names: it could be data, given by mistake.
    pub fn read(file: &Path, name: Option<&str>) -> Result<Self, Fault> {
        let fault = |what: String, hint: &str| Fault::whole_file(file, what, hint.to_owned());
        let text = std::fs::read(file)
            .map_err(|error| Fault::whole_file(file, format!("cannot be read: {}", error.kind()), None))?;
        let value: Value = serde_json::from_slice(&text).map_err(|error| Fault {
            line: error.line().max(1),
            column: error.column().max(1),
            ..fault("is not JSON".to_owned(), FORM)
        })?;
        let tables = named(value, name).and_then(|tables| tables.into_iter().map(table).collect());
        let tables = tables.map_err(|Refused(what, hint)| fault(what, hint))?;
        Tables(tables).joined().map_err(|Refused(what, hint)| fault(what, hint))
    }

    /// Every column with the place that it has.
    pub fn columns(&self) -> impl Iterator<Item = (End, &Column)> {
        let of = |table: &Table, column: &Column| End { table: table.name.clone(), column: column.name.clone() };
        self.0.iter().flat_map(move |table| table.columns.iter().map(move |column| (of(table, column), column)))
    }

    /// The tables, if every link leads somewhere.
    fn joined(self) -> Result<Self, Refused> {
        let lost = self.columns().find_map(|(from, column)| {
            let to = column.link.as_ref()?;
            let lost = self.columns().all(|(end, _)| end != *to) || from == *to;
            lost.then(|| Refused(format!("`{from}` links to no other column of these tables"), "mend the link"))
        });
        lost.map_or(Ok(self), Err)
    }
}

/// Why a file is none, and the way out.
struct Refused(String, &'static str);

const FORM: &str = r#"as in {"schema": {"users": {"type": "table", "columns": {"id": {"type": "Int"}}}}}"#;

/// Every table with its name.
fn named(value: Value, name: Option<&str>) -> Result<Vec<(String, Value)>, Refused> {
    let none = || Refused("is not a schema of Aito".to_owned(), FORM);
    let Value::Object(mut root) = value else { return Err(none()) };
    match (root.remove("schema"), name) {
        (Some(Value::Object(tables)), None) if !tables.is_empty() => Ok(tables.into_iter().collect()),
        (Some(_), Some(_)) => Err(Refused("names its tables itself".to_owned(), "leave --table out")),
        (None, Some(name)) => Ok(vec![(name.to_owned(), Value::Object(root))]),
        (None, None) if root.contains_key("columns") => {
            Err(Refused("holds one table, and no name of it".to_owned(), "name it with --table NAME"))
        }
        _ => Err(none()),
    }
}

fn table((name, value): (String, Value)) -> Result<Table, Refused> {
    if !is_table_name(&name) {
        let what = format!("table {name:?}: a table's name takes letters, digits, `-` and `_`, and not `releases`");
        return Err(Refused(what, "its name becomes a folder of the test account: give it another one"));
    }
    let written = serde_json::from_value::<WrittenTable>(value).ok().filter(|written| written.r#type == "table");
    let written = written.ok_or_else(|| Refused(format!("table `{name}` is not a table of Aito"), FORM))?;
    if written.columns.is_empty() {
        return Err(Refused(format!("table `{name}` has no columns"), FORM));
    }
    let columns = written.columns.into_iter().map(|(column_name, value)| column(&name, column_name, value));
    Ok(Table { columns: columns.collect::<Result<_, _>>()?, name })
}

fn column(table: &str, name: String, value: Value) -> Result<Column, Refused> {
    let place = format!("column {name:?} of table `{table}`");
    if name.chars().any(char::is_control) {
        return Err(Refused(format!("{place}: a name has no control characters"), "give it another name"));
    }
    let written: WrittenColumn =
        serde_json::from_value(value).map_err(|_| Refused(format!("{place} is not a column of Aito"), FORM))?;
    let (kind, shape) = Kind::parse(&written.r#type).ok_or_else(|| {
        let hint =
            "known: Boolean, Int, Decimal, String, Text, and lists of them, as in String[]; write this table by hand";
        Refused(format!("{place} is of an unknown type"), hint)
    })?;
    let end = |link: String| match link.split_once('.') {
        Some((table, column)) => Ok(End { table: table.to_owned(), column: column.to_owned() }),
        None => Err(Refused(format!("{place}: its link names no column"), "as in \"users.id\"")),
    };
    Ok(Column { link: written.link.map(end).transpose()?, name, kind, shape })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, name: Option<&str>) -> Result<Tables, Fault> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("text");
        Tables::read(file.path(), name)
    }

    #[test]
    fn columns_come_in_the_order_of_the_file() {
        let text = r#"{"schema": {"b": {"type": "table", "columns": {"z": {"type": "Int"}, "a": {"type": "String[]", "link": "b.z"}}}}}"#;
        let tables = read(text, None).expect("a schema");
        let found: Vec<_> =
            tables.columns().map(|(end, column)| (end.to_string(), column.kind, column.shape)).collect();
        assert_eq!(found, [("b.z".into(), Kind::Int, Shape::One), ("b.a".into(), Kind::String, Shape::Many)]);
    }

    #[test]
    fn what_is_no_schema_is_refused_and_not_quoted() {
        let column = |column: &str| format!(r#"{{"type": "table", "columns": {{"secret": {column}}}}}"#);
        let wrong = [
            ("{\"name\":\"Aino\"}\n{\"name\":\"Eino\"}".to_owned(), ":2:"),
            (r#"{"name": "Aino", "type": "table"}"#.to_owned(), "is not a table"),
            (column(r#"{"type": "Aino"}"#), "unknown type"),
            (column(r#"{"type": 3}"#), "not a column"),
            (column(r#"{"type": "Int", "link": "Aino"}"#), "names no column"),
            (column(r#"{"type": "Int", "link": "t.other"}"#), "no other column"),
            (column(r#"{"type": "Int", "link": "t.secret"}"#), "no other column"),
            (r#"{"type": "table", "columns": {"a\nb": {"type": "Int"}}}"#.to_owned(), "control"),
            (r#"{"schema": {"t": {}}}"#.to_owned(), "leave --table out"),
        ];
        for (text, says) in wrong {
            let fault = read(&text, Some("t")).expect_err(&text);
            let said = format!("{fault} {}", fault.hint.clone().unwrap_or_default());
            assert!(said.contains(says) && !said.contains("Aino"), "{text}: {said}");
        }
        assert!(read(&column(r#"{"type": "Int"}"#), Some("../t")).is_err(), "a name that climbs");
        assert!(read(&column(r#"{"type": "Int"}"#), None).expect_err("no name").hint.is_some());
    }
}
