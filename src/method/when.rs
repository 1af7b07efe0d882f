//! `when`: the method of a value depends on another column of its row.
//!
//! Conditions are tried in the order in which they are written, and the first that holds decides. A null in the other
//! column fulfils nothing but `null = true`. All methods must make one type of the column's.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use serde_json::{Value, json};

use super::nested::branches::{Branch, Branches};
use super::nested::condition::Condition;
use super::nested::otherwise::Otherwise;
use super::nested::{Inner, Nested};
use super::{ApplyError, Beside, Context, Entry, Keying, Method, Outcome, Unsupported, required_text};
use crate::document::{Fault, Section};

pub const ENTRY: Entry = Entry {
    name: "when",
    version: 1,
    summary: "Treats a value by the first method whose condition on another column of its row holds.",
    options: &[
        (
            "when",
            "required; a list of tables, each with `column`, at least one of `is` and `not` (lists of texts, whole numbers, \
             true, false or days), `null` (true or false), `less` and `greater` (a whole number or a day), and `method` with \
             its options; all conditions of a table must hold",
        ),
        ("otherwise", "required; what becomes of all others: a table of a method, \"null\" or \"refuse\""),
    ],
    keying: Keying::Keyed,
    examples: &[
        r#"{ class = "direct", method = "when", when = [{ column = "country", is = ["subject 3", "FI"], method = "pseudonym", domain = "name" }, { column = "country", null = true, method = "redact" }], otherwise = { method = "fake", kind = "name", locale = "de" } }"#,
        r#"{ class = "direct", method = "when", when = [{ column = "kind", not = ["test"], method = "pseudonym", domain = "customer" }], otherwise = "null" }"#,
    ],
    parse,
};

struct When(Branches);

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let tables: Vec<Section<'_>> = section.required("when")?;
    let (mut columns, mut branches) = (Vec::new(), Vec::with_capacity(tables.len()));
    for mut table in tables {
        let name = required_text(&mut table, "column")?;
        let column = columns.iter().position(|known| *known == name).unwrap_or(columns.len());
        if column == columns.len() {
            columns.push(name);
        }
        let conditions = Condition::take(&mut table)?;
        branches.push(Branch { column, conditions, nested: Nested::parse(table)? });
    }
    if branches.is_empty() {
        return Err(section.fault_at("when", "`when` is empty", None));
    }
    let otherwise = Otherwise::take(section)?;
    let otherwise = otherwise.ok_or_else(|| section.fault("`otherwise` is missing in `when`", None))?;
    Ok(Box::new(When(Branches { method: ENTRY.name, columns, branches, otherwise })))
}

impl When {
    fn meaning(&self, branch: &Branch) -> Value {
        let mut meaning = serde_json::Map::new();
        meaning.insert("column".to_owned(), self.0.columns[branch.column].as_str().into());
        branch.conditions.iter().for_each(|condition| condition.mean(&mut meaning));
        meaning.insert("by".to_owned(), branch.nested.meaning());
        meaning.into()
    }

    fn words_of(&self, branch: &Branch) -> String {
        let column = &self.0.columns[branch.column];
        let conditions: Vec<_> = branch.conditions.iter().map(Condition::words).collect();
        format!("where {column:?} {}: {}", conditions.join(" and "), branch.nested.method.words())
    }
}

impl Method for When {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        self.0.plan(input)
    }

    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        self.0.apply(input, context)
    }

    fn inner(&self) -> Inner<'_> {
        Inner::OfWhole(self.0.inner())
    }

    fn carries_input(&self) -> bool {
        self.0.inner().iter().any(|nested| nested.method.carries_input())
    }

    fn beside(&self) -> Vec<Beside> {
        self.0.beside()
    }

    fn plan_beside(&self, types: &[DataType]) -> Result<(), Unsupported> {
        self.0.plan_beside(types)
    }

    fn words(&self) -> String {
        let branches: Vec<_> = self.0.branches.iter().map(|branch| self.words_of(branch)).collect();
        format!("{}; otherwise: {}", branches.join("; else "), self.0.otherwise.words())
    }

    fn options(&self) -> String {
        let branches: Vec<_> = self.0.branches.iter().map(|branch| self.meaning(branch)).collect();
        json!({ "when": branches, "otherwise": self.0.otherwise.meaning() }).to_string()
    }
}
