//! `by`: the method of a value is chosen by another column of its row, which says what kind of value it is.
//!
//! A discriminator column, as in a table of contacts that holds e-mail addresses and phone numbers in one column. All
//! methods must make one type of the column's.

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
    name: "by",
    version: 1,
    summary: "Treats a value by the method that another column of its row names.",
    options: &[
        ("column", "required; the column that says what kind of value it is: text, whole numbers, or true and false"),
        ("of", "required; for each value of that column a table of `method` and its options"),
        ("otherwise", "required; what becomes of all others: a table of a method, \"null\" or \"refuse\""),
    ],
    keying: Keying::Keyed,
    examples: &[
        r#"{ class = "direct", method = "by", column = "type", of = { email = { method = "fake", kind = "email" }, "subject 3" = { method = "pseudonym", domain = "contact" } }, otherwise = { method = "fake", kind = "phone" } }"#,
    ],
    parse,
};

struct By(Branches);

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let column = required_text(section, "column")?;
    let of: Vec<(String, Section<'_>)> = section.required::<Section<'_>>("of")?.all()?;
    let branch = |(name, table)| {
        let conditions = vec![Condition::Named(name)];
        Nested::parse(table).map(|nested| Branch { column: 0, conditions, nested })
    };
    let branches = of.into_iter().map(branch).collect::<Result<Vec<_>, _>>()?;
    if branches.is_empty() {
        return Err(section.fault_at("of", "`of` is empty", None));
    }
    let otherwise = Otherwise::take(section)?;
    let otherwise = otherwise.ok_or_else(|| section.fault("`otherwise` is missing in `by`", None))?;
    Ok(Box::new(By(Branches { method: ENTRY.name, columns: vec![column], branches, otherwise })))
}

impl By {
    /// Kinds and their methods, in the order of the names: no two hold at once, so the order in the schema means nothing.
    fn kinds(&self) -> Vec<(&str, &Nested)> {
        let named = self.0.branches.iter().flat_map(|branch| {
            branch.conditions.iter().filter_map(|condition| {
                if let Condition::Named(name) = condition { Some((name.as_str(), &branch.nested)) } else { None }
            })
        });
        let mut kinds: Vec<_> = named.collect();
        kinds.sort_by_key(|(name, _)| *name);
        kinds
    }
}

impl Method for By {
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
        let column = &self.0.columns[0];
        let kinds = self.kinds().into_iter();
        let kinds: Vec<_> = kinds.map(|(name, nested)| format!("{name:?}: {}", nested.method.words())).collect();
        format!("by what {column:?} says: {}; otherwise: {}", kinds.join("; "), self.0.otherwise.words())
    }

    fn options(&self) -> String {
        let kinds = self.kinds().into_iter().map(|(name, nested)| (name.to_owned(), nested.meaning()));
        let kinds: serde_json::Map<String, Value> = kinds.collect();
        json!({ "column": self.0.columns[0], "of": kinds, "otherwise": self.0.otherwise.meaning() }).to_string()
    }
}
