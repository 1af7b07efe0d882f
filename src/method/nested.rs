//! Methods inside methods: parsed from a table in a column's rule, applied on parts of its values or on some of them.
//!
//! A method that is made of others names them ([`Method::inner`]); what it needs is what they need together, and its
//! meaning holds theirs, with name and version ([`Nested::meaning`]).

use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::DataType;
use serde_json::{Value, json};

use super::{ApplyError, Beside, CATALOGUE, Context, Entry, Extent, Method, Outcome, Unsupported, distinct, find};
use crate::document::{Fault, Section, nearest};

pub mod branches;
pub mod condition;
pub mod otherwise;
pub mod part;
pub mod pieces;
pub mod texts;

/// A method that another one applies.
pub struct Nested {
    entry: &'static Entry,
    pub method: Box<dyn Method>,
}

impl Nested {
    /// Reads a table that holds a method and its options, and nothing else.
    ///
    /// # Errors
    /// Where the method is unknown, or an option is wrong or unknown.
    pub fn parse(mut section: Section<'_>) -> Result<Self, Fault> {
        let nested = Nested::take(&mut section)?;
        section.finish()?;
        Ok(nested)
    }

    /// Takes a method and its options; the caller takes what else is there, before this, and finishes the section.
    ///
    /// # Errors
    /// Where the method is unknown or an option is wrong.
    pub fn take(section: &mut Section<'_>) -> Result<Self, Fault> {
        let name: String = section.required("method")?;
        let entry =
            find(&name).ok_or_else(|| unknown(section, "method", &name, CATALOGUE.iter().map(|one| one.name)))?;
        Ok(Nested { entry, method: (entry.parse)(section)? })
    }

    /// The method's name.
    pub fn name(&self) -> &'static str {
        self.entry.name
    }

    /// What fixes its meaning: name, version and options.
    pub fn meaning(&self) -> Value {
        let options = self.method.options();
        let options: Value = serde_json::from_str(&options).unwrap_or(Value::String(options));
        json!({ "method": self.entry.name, "version": self.entry.version, "options": options })
    }

    /// The type that comes out, and whether more nulls do; none where the leaf is removed.
    pub fn makes(&self, input: &DataType) -> Result<Option<(DataType, super::Nulls)>, Unsupported> {
        Ok(match self.method.plan(input)? {
            Outcome::Removed => None,
            Outcome::Untouched => Some((input.clone(), super::Nulls::Kept)),
            Outcome::Becomes { data_type, nulls } => Some((data_type, nulls)),
        })
    }

    /// Treats values of some rows; `context` holds the method's own columns, for all rows.
    ///
    /// # Errors
    /// Those of [`Method::apply`].
    pub fn apply(&self, values: &ArrayRef, rows: &UInt32Array, context: &Context) -> Result<ArrayRef, ApplyError> {
        let at_rows =
            |column: &ArrayRef| take(column, rows, None).map_err(|_| ApplyError::TooLong { rows: rows.len() });
        let beside = context.beside.iter().map(at_rows).collect::<Result<Vec<_>, _>>()?;
        distinct::apply(&*self.method, values, &Context { beside: &beside, ..*context })
    }
}

/// The methods that another one is made of, in the order in which their columns stand in [`Context::beside`].
pub enum Inner<'m> {
    None,
    /// Each treats some values as wholes.
    OfWhole(Vec<&'m Nested>),
    /// Each treats some parts of a text.
    OfParts(&'m dyn Apart),
    /// Each treats what recognisers find in a text; guards look for that by themselves.
    OfFound(Vec<&'m Nested>),
}

/// Takes a text into parts, each of which has its method.
pub trait Apart {
    fn methods(&self) -> Vec<&Nested>;

    /// Hands on the parts of a text with their methods, those that are left out too, or the text where it cannot be taken
    /// apart; says whether the text comes out as it is, since nothing in it has a rule that does anything.
    fn each_part(&self, text: &str, each: &mut dyn FnMut(&Nested, &str)) -> bool;
}

impl<'m> Inner<'m> {
    /// Whether there are none.
    pub fn is_none(&self) -> bool {
        self.methods().is_empty()
    }

    pub fn methods(&self) -> Vec<&'m Nested> {
        match self {
            Inner::None => Vec::new(),
            Inner::OfWhole(methods) | Inner::OfFound(methods) => methods.clone(),
            Inner::OfParts(apart) => apart.methods(),
        }
    }
}

/// Hands on the parts of a text of which a method lets nothing through: as a whole value each of them would be known. Says
/// whether the text comes out as it is, whatever stands beside it.
pub fn replaced(method: &dyn Method, text: &str, each: &mut dyn FnMut(&str)) -> bool {
    match method.inner() {
        Inner::None | Inner::OfFound(_) => false,
        Inner::OfWhole(methods) => {
            for nested in methods {
                replaced(&*nested.method, text, each);
            }
            false
        }
        Inner::OfParts(apart) => apart.each_part(text, &mut |nested, piece| {
            if nested.method.carries_input() {
                replaced(&*nested.method, piece, each);
            } else {
                each(piece);
            }
        }),
    }
}

/// A fault of a word that is none of those known.
pub fn unknown<'n>(
    section: &Section<'_>,
    key: &str,
    typed: &str,
    known: impl Iterator<Item = &'n str> + Clone,
) -> Fault {
    let hint = match nearest(typed, known.clone()) {
        Some(name) => format!("did you mean \"{name}\"?"),
        None => format!("known here: {}", known.collect::<Vec<_>>().join(", ")),
    };
    section.fault_at(key, format!("unknown {key} \"{typed}\""), hint)
}

/// The columns at hand, of which every inner method gets its own in turn.
pub struct Shares<'c>(pub &'c [ArrayRef]);

impl<'c> Shares<'c> {
    /// The columns of the next method.
    ///
    /// # Errors
    /// Where there are too few.
    pub fn of(&mut self, nested: &Nested) -> Result<&'c [ArrayRef], ApplyError> {
        let (own, rest) = self.0.split_at_checked(nested.method.beside().len()).ok_or(ApplyError::Beside)?;
        self.0 = rest;
        Ok(own)
    }
}

/// The domains of all, each once.
pub fn domains<'n>(inner: &[&'n Nested]) -> Vec<&'n str> {
    let mut domains = Vec::new();
    for domain in inner.iter().flat_map(|nested| nested.method.domains()) {
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    domains
}

/// The columns that all look at, one method's behind the other's.
pub fn beside(inner: &[&Nested]) -> Vec<Beside> {
    inner.iter().flat_map(|nested| nested.method.beside()).collect()
}

/// Whether each takes the columns that it looks at.
///
/// # Errors
/// Where one does not.
pub fn plan_beside(inner: &[&Nested], mut types: &[DataType]) -> Result<(), Unsupported> {
    for nested in inner {
        let (own, rest) = types.split_at(nested.method.beside().len().min(types.len()));
        nested.method.plan_beside(own)?;
        types = rest;
    }
    Ok(())
}

/// All rows of a row group where one needs them.
pub fn extent(inner: &[&Nested]) -> Extent {
    let whole = inner.iter().any(|nested| nested.method.extent() == Extent::RowGroup);
    if whole { Extent::RowGroup } else { Extent::Value }
}

/// The words of all.
pub fn vocabulary(inner: &[&Nested]) -> Vec<&'static str> {
    inner.iter().flat_map(|nested| nested.method.vocabulary()).collect()
}
