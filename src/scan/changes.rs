//! What a table has become since its schema was written.

use std::path::Path;

use super::objects::Ending;
use super::sample::Seen;
use crate::document::Fault;
use crate::schema::{Class, LeafPath, OPEN, TableSchema, type_name};

/// How a leaf and its rule differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It has no rule.
    New,
    /// No object that was looked into has it.
    Gone,
    /// Its rule declares another type, or has a method that does not take this one.
    Retyped { was: String, is: String },
    /// Its values look like another class than its rule's.
    LooksLike { class: Class, kind: &'static str },
}

impl Change {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Change::New => "new",
            Change::Gone => "gone",
            Change::Retyped { .. } => "retyped",
            Change::LooksLike { .. } => "looks_like",
        }
    }

    /// What it means, in words.
    pub fn words(&self) -> String {
        match self {
            Change::New => "has no rule".to_owned(),
            Change::Gone => "is in no object that was looked into".to_owned(),
            Change::Retyped { was, is } => format!("was {was}, is {is}"),
            Change::LooksLike { class, kind } => format!("looks like {kind}, which is `{}`", class.name()),
        }
    }
}

/// What a file says of its leaves, questions included.
pub struct Ruled {
    /// Path, class, declared type.
    leaves: Vec<(LeafPath, String, Option<String>)>,
    /// The file as a schema, where no question is open.
    schema: Option<TableSchema>,
}

impl Ruled {
    /// Reads a schema file, whether its questions are answered or not.
    ///
    /// # Errors
    /// Where it is none.
    pub fn read(file: &Path) -> Result<Self, Fault> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Fault::whole_file(file, format!("cannot be read: {}", error.kind()), None))?;
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(_) => return TableSchema::read(file).map(|schema| Ruled { leaves: Vec::new(), schema: Some(schema) }),
        };
        let columns = table.get("columns").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        let word = |rule: &toml::Value, key: &str| rule.get(key).and_then(toml::Value::as_str).map(str::to_owned);
        let leaves: Vec<_> = columns
            .iter()
            .map(|(path, rule)| {
                (LeafPath::from(path.clone()), word(rule, "class").unwrap_or_default(), word(rule, "type"))
            })
            .collect();
        let is_open = leaves.iter().any(|(_, class, _)| class == OPEN)
            || columns.values().any(|rule| word(rule, "method").as_deref() == Some(OPEN));
        let schema = if is_open { None } else { Some(TableSchema::read(file)?) };
        Ok(Ruled { leaves, schema })
    }

    /// How the leaves that were seen differ from it.
    pub fn changes(&self, seen: &[Seen], ending: Ending) -> Vec<(LeafPath, Change)> {
        let known = |seen: &Seen| self.leaves.iter().find(|(path, ..)| *path == seen.path);
        let met = seen.iter().flat_map(|seen| {
            let changes = match known(seen) {
                None => vec![Change::New],
                Some((_, class, declared)) => {
                    [self.retyped(seen, declared.as_deref(), ending), looks_like(seen, class)]
                        .into_iter()
                        .flatten()
                        .collect()
                }
            };
            changes.into_iter().map(|change| (seen.path.clone(), change))
        });
        let gone = self.leaves.iter().filter(|(path, ..)| seen.iter().all(|seen| seen.path != *path));
        met.chain(gone.map(|(path, ..)| (path.clone(), Change::Gone))).collect()
    }

    fn retyped(&self, seen: &Seen, declared: Option<&str>, ending: Ending) -> Option<Change> {
        let is = type_name(&seen.data_type).unwrap_or_else(|| seen.data_type.to_string());
        if ending == Ending::Parquet || seen.is_partition {
            let rule = self.schema.as_ref()?.columns.get(&seen.path)?;
            let refused = rule.method.plan(&seen.data_type).is_err();
            return refused.then(|| Change::Retyped { was: format!("of a type that {} takes", rule.entry.name), is });
        }
        let was = declared.unwrap_or("text");
        // Text of a record may be spelled like anything; and where nothing was seen, nothing is known.
        let differs = was != "text" && was != is && seen.facts.values > 0 && !widens(&is, was);
        differs.then(|| Change::Retyped { was: was.to_owned(), is })
    }
}

/// Whether values of the one type can be spelled as values of the other.
fn widens(is: &str, was: &str) -> bool {
    let whole = |name: &str| name.starts_with("int") || name.starts_with("uint");
    let fraction = |name: &str| name == "float64" || name.starts_with("decimal");
    (whole(is) && (whole(was) || fraction(was)))
        || (fraction(is) && fraction(was))
        || (is == "date" && was.starts_with("timestamp"))
}

/// Whether values look like what identifies, and the rule says that they do not.
fn looks_like(seen: &Seen, class: &str) -> Option<Change> {
    let kind = seen.finding.kind;
    let is_open = class == OPEN;
    let lighter = matches!(class, "attribute" | "quasi" | "tenant" | "sensitive");
    let heavy = kind.is_direct() || kind == super::column::Kind::PersonalText;
    (!is_open && lighter && heavy && seen.finding.evidence.is_of_values())
        .then(|| Change::LooksLike { class: kind.class(), kind: kind.name() })
}
