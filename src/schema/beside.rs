//! Leaves that are looked at from elsewhere, be it to treat another leaf, to choose rows or to count people.
//!
//! Of such a leaf a row has one value: it is a column, or stands in structures alone.

use std::collections::BTreeMap;

use crate::document::{Fault, nearest};
use crate::method::Beside;
use crate::schema::{Column, LeafPath};

/// Why a leaf cannot be looked at: what it is, to be said behind its name, and the way out.
pub struct Unfit {
    pub what: &'static str,
    pub hint: String,
}

/// The path of a leaf that a method looks at; none where that is the subject and there is none.
pub fn path(subject: Option<&LeafPath>, beside: &Beside) -> Option<LeafPath> {
    match beside {
        Beside::Subject => subject.cloned(),
        Beside::Column(written) => Some(LeafPath::from(written.clone())),
    }
}

/// The rule of a leaf of which a row has one value.
///
/// # Errors
/// Where it is no leaf of the table, or a row can have several values of it.
pub fn single<'c>(columns: &'c BTreeMap<LeafPath, Column>, path: &LeafPath) -> Result<&'c Column, Unfit> {
    match columns.get(path) {
        Some(_) if path.is_repeated() => Err(Unfit {
            what: "is part of a list or a map, so that a row can have several values of it",
            hint: "name a leaf with one value a row: a column, or a leaf in structures alone".to_owned(),
        }),
        Some(rule) => Ok(rule),
        None => Err(missing(columns, path)),
    }
}

fn missing(columns: &BTreeMap<LeafPath, Column>, path: &LeafPath) -> Unfit {
    let single = || columns.keys().filter(|known| !known.is_repeated());
    let inside: Vec<_> = single().filter(|known| known.is_inside(path)).map(|known| format!("`{known}`")).collect();
    if !inside.is_empty() {
        let hint = format!("name one of its leaves: {}", inside.join(", "));
        return Unfit { what: "is a structure, and no leaf", hint };
    }
    let near = nearest(path.as_str(), single().map(LeafPath::as_str));
    let listed = || "name a leaf that is listed under [columns]".to_owned();
    let hint = near.map_or_else(listed, |name| format!("did you mean `{name}`?"));
    Unfit { what: "is not one of the columns", hint }
}

/// Finds every leaf that a rule looks at.
///
/// # Errors
/// At the first rule that looks at what is not there, or at a subject where none is named.
pub fn all_there(columns: &BTreeMap<LeafPath, Column>, subject: Option<&LeafPath>) -> Result<(), Fault> {
    for (leaf, rule) in columns {
        for beside in rule.method.beside() {
            let path = path(subject, &beside).ok_or_else(|| {
                let hint = "name the leaf that says so as `subject`, above [columns]".to_owned();
                rule.fault(format!("leaf `{leaf}`: its method needs to know whose row it is"), hint)
            })?;
            let unfit =
                |unfit: Unfit| rule.fault(format!("leaf `{leaf}` looks at `{path}`, which {}", unfit.what), unfit.hint);
            single(columns, &path).map_err(unfit)?;
        }
    }
    Ok(())
}
