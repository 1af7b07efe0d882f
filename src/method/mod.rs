//! What is done to a leaf: one file a method, one line in the list.
//!
//! A method is made from its options in a schema ([`Entry::parse`]), says what becomes of a type before
//! any data is read ([`Method::plan`]), and then works batch by batch ([`Method::apply`]). It knows
//! nothing of files: equal inputs give equal outputs, whatever batch they stand in. A method that needs
//! more asks for it: columns of the same rows ([`Method::beside`]), or all values of a row group at once
//! ([`Method::extent`]).

use std::collections::{HashMap, HashSet};

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;

use crate::detect::Known;
use crate::document::{Fault, Section};
use crate::keys::lanes::DomainKey;

pub mod distinct;
pub mod nested;
mod normalise;
mod values;

use nested::Inner;
pub use values::{comparable, hash_rows, is_hashed, rank_rows};

/// Declares every method's module and the catalogue.
macro_rules! catalogue {
    ($($(#[$gate:meta])* $method:ident)*) => {
        $($(#[$gate])* mod $method;)*
        /// Every method there is, by name.
        pub const CATALOGUE: &[&Entry] = &[$($(#[$gate])* &$method::ENTRY),*];
    };
}

catalogue! {
    bucket
    by
    clamp
    constant
    #[cfg(feature = "custom")]
    custom
    drop
    fake
    fpe
    generalise
    items
    json
    keep
    length
    mask
    noise
    null
    pseudonym
    redact
    round
    sample
    scrub
    segments
    shift_date
    shuffle
    when
}

/// What a method makes of a leaf of some type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The leaf is not in the output.
    Removed,
    /// The leaf's values leave as they are.
    Untouched,
    /// The leaf's values become others.
    Becomes { data_type: DataType, nulls: Nulls },
}

impl Outcome {
    /// Other values of this type, null where they were null.
    fn becomes(data_type: DataType) -> Self {
        Outcome::Becomes { data_type, nulls: Nulls::Kept }
    }

    /// Other values of this type, and null for some of them.
    fn becomes_or_null(data_type: DataType) -> Self {
        Outcome::Becomes { data_type, nulls: Nulls::Added }
    }
}

/// Where nulls stand after a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// Exactly where they stood: a leaf that cannot be null still cannot.
    Kept,
    /// There, and perhaps elsewhere: the leaf must be able to hold null.
    Added,
    /// Everywhere.
    All,
}

/// A method that does not take a type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{method}` does not take {data_type}; {way_out}")]
pub struct Unsupported {
    pub method: &'static str,
    pub data_type: DataType,
    pub way_out: &'static str,
}

/// Why a method could not be applied to a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    #[error("a batch of {rows} rows would become more than 2 GiB of text; use smaller batches")]
    TooLong { rows: usize },
    #[error("the leaf is removed, there is nothing to apply")]
    Removed,
    #[error("the key of domain {0:?} is not at hand")]
    NoKey(String),
    #[error("`{method}` cannot take a value: {what}")]
    Value { method: &'static str, what: &'static str },
    #[error("a column that the method looks at is not at hand, or is of a type that it does not take")]
    Beside,
    #[error("a value moves beyond what its type can hold")]
    Beyond,
}

/// What a method needs beside its options.
pub struct Context<'c> {
    /// The keys of the method's [`domains`](Method::domains), perhaps among others.
    pub keys: &'c Keys,
    pub taken: &'c Taken,
    /// The dataset's own values, to be found in text.
    pub known: &'c Known,
    /// The values of the columns that the method looks at ([`Method::beside`]), in its order, for the same rows.
    pub beside: &'c [ArrayRef],
}

impl Context<'_> {
    /// The only column that a method looks at, one value for each of so many rows.
    ///
    /// # Errors
    /// Where it is not at hand, or of a type that is not taken.
    fn only_beside(&self, rows: usize, takes: fn(&DataType) -> bool) -> Result<&ArrayRef, ApplyError> {
        let column = self.beside.first().filter(|column| column.len() == rows && takes(column.data_type()));
        column.ok_or(ApplyError::Beside)
    }
}

/// The keys of domains, by name.
#[derive(Default)]
pub struct Keys(HashMap<String, DomainKey>);

impl Keys {
    /// Keys with the names of their domains.
    pub fn new(keys: impl IntoIterator<Item = (String, DomainKey)>) -> Self {
        Keys(keys.into_iter().collect())
    }

    /// The key of a domain.
    ///
    /// # Errors
    /// Where it is not among these.
    pub fn of(&self, domain: &str) -> Result<&DomainKey, ApplyError> {
        self.0.get(domain).ok_or_else(|| ApplyError::NoKey(domain.to_owned()))
    }
}

/// A leaf of the same rows that a method looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beside {
    /// The one that the schema names as `subject`.
    Subject,
    /// The one of this path. Its values stand one to a row: it is no part of a list or a map.
    Column(String),
}

/// How much of a column a method sees at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Any rows: each value is treated by itself.
    Value,
    /// All rows of a row group, or of the slice of a large one.
    RowGroup,
}

/// Words that occur among the dataset's own values and so must not be drawn by a fake.
#[derive(Default)]
pub struct Taken(HashSet<String>);

impl Taken {
    /// The words of a [`vocabulary`](Method::vocabulary) that were found in the source.
    pub fn new(words: impl IntoIterator<Item = String>) -> Self {
        Taken(words.into_iter().collect())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn holds(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

/// One way to treat the values of a leaf, its options included.
pub trait Method: Send + Sync {
    /// Says what becomes of a leaf of this type.
    ///
    /// # Errors
    /// Where the method does not take the type.
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported>;

    /// Treats one batch: as many values as there were, nulls where they were, of the planned type.
    ///
    /// # Errors
    /// Where [`plan`](Method::plan) refuses the type or removes the leaf, the text is too long, or a value does not fit.
    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError>;

    /// Values as it tells them apart: those that it makes alike before it treats them are equal. The same without such.
    ///
    /// # Errors
    /// Those of [`apply`](Method::apply).
    fn alike(&self, input: &ArrayRef) -> Result<ArrayRef, ApplyError> {
        Ok(input.clone())
    }

    /// Says in plain words what it does, options included, for the customer's approval request.
    fn words(&self) -> String;

    /// The complete options as one JSON object; with name and version it fixes the method's meaning.
    fn options(&self) -> String {
        options_text(&[])
    }

    /// The names under which equal inputs agree, in whatever table they stand; none without a key.
    ///
    /// The first is that of the value as a whole, where the value as a whole has one.
    fn domains(&self) -> Vec<&str> {
        nested::domains(&self.inner().methods())
    }

    /// The domain of the value as a whole; none where only parts of it, or only some values, have one.
    fn whole(&self) -> Option<&str> {
        if self.inner().is_none() { self.domains().first().copied() } else { None }
    }

    /// The methods that it is made of, and of what they are.
    fn inner(&self) -> Inner<'_> {
        Inner::None
    }

    /// Whether a value can leave whole and untouched, whatever it is.
    fn keeps(&self) -> bool {
        self.inner().methods().iter().any(|nested| nested.method.keeps())
    }

    /// Whether values stay in the data as they are, be it for other rows or all but some: such as people can be known by.
    fn leaves_values(&self) -> bool {
        self.inner().methods().iter().any(|nested| nested.method.leaves_values())
    }

    /// Whether an output can hold letters of its input, so that it is looked through before it leaves. Where nothing is
    /// said, it can.
    fn carries_input(&self) -> bool {
        true
    }

    /// Kinds of identifier that all its outputs look like and are not, as the address of a network looks like a host's.
    fn makes(&self) -> &'static [&'static str] {
        &[]
    }

    /// The columns whose values it needs to see with its own; [`Context::beside`] then has them.
    fn beside(&self) -> Vec<Beside> {
        nested::beside(&self.inner().methods())
    }

    /// Says whether it takes the columns that it looks at, which are of these types, in the order of
    /// [`beside`](Method::beside).
    ///
    /// # Errors
    /// Where it does not take one of them.
    fn plan_beside(&self, types: &[DataType]) -> Result<(), Unsupported> {
        nested::plan_beside(&self.inner().methods(), types)
    }

    /// How much of the column it needs to see at once.
    fn extent(&self) -> Extent {
        nested::extent(&self.inner().methods())
    }

    /// How many bits tell one output of this type's values from another, at least, where outputs are codes that can
    /// meet by chance; none where they are not.
    fn code_bits(&self, _input: &DataType) -> Option<u32> {
        None
    }

    /// What two ends of a link must have in common besides the method, so that equal values become equal ones.
    fn agreement(&self) -> String {
        self.options()
    }

    /// Whether a value of this type can come out as it went in, by chance or by nature.
    fn can_return_input(&self, input: &DataType) -> bool {
        self.inner().methods().iter().any(|nested| nested.method.can_return_input(input))
    }

    /// The same method one step coarser, so that more values become equal; none where it has no further step.
    fn coarser(&self) -> Option<Box<dyn Method>> {
        None
    }

    /// Whether texts may come as views of the pages that hold them, and become what they would have become.
    fn takes_views(&self) -> bool {
        false
    }

    /// Whether it costs more to treat a value than to find out that it has been treated before.
    ///
    /// Measured, not guessed: `cargo bench --bench methods distinct`.
    fn repays_distinct(&self) -> bool {
        false
    }

    /// Texts of its options that outputs hold as they are written.
    fn literals(&self) -> Vec<&str> {
        self.inner().methods().into_iter().flat_map(|nested| nested.method.literals()).collect()
    }

    /// Every word that an output can be made of and that could be somebody's real value.
    fn vocabulary(&self) -> Vec<&'static str> {
        nested::vocabulary(&self.inner().methods())
    }
}

/// What makes a method from the rest of its column in a schema.
pub type Parse = fn(&mut Section<'_>) -> Result<Box<dyn Method>, Fault>;

/// A method as the catalogue shows it.
pub struct Entry {
    pub name: &'static str,
    /// Raised with every change of what the method makes of a value.
    pub version: u32,
    /// One sentence.
    pub summary: &'static str,
    /// Every option and what it takes.
    pub options: &'static [(&'static str, &'static str)],
    pub keying: Keying,
    /// Columns as they are written in a schema.
    pub examples: &'static [&'static str],
    /// Takes its options from the column's section; the caller took `class` and `method` and finishes it.
    pub parse: Parse,
}

/// Whether a method's outputs depend on a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keying {
    Keyed,
    Keyless,
}

/// The method of this name.
pub fn find(name: &str) -> Option<&'static Entry> {
    CATALOGUE.iter().copied().find(|entry| entry.name == name)
}

/// Every kind of fake, with the range that is reserved for it and by whom.
pub fn fakes() -> impl Iterator<Item = (&'static str, &'static str)> {
    fake::reserved()
}

/// Options as one JSON object, in the order given.
fn options_text(options: &[(&str, &str)]) -> String {
    let object: serde_json::Map<_, _> = options.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    serde_json::Value::Object(object).to_string()
}

/// Takes text that must be there and say something.
fn required_text(section: &mut Section<'_>, option: &'static str) -> Result<String, Fault> {
    let text = section.required(option)?;
    told(section, option, text)
}

/// Takes text that must say something where it is there.
fn optional_text(section: &mut Section<'_>, option: &'static str) -> Result<Option<String>, Fault> {
    let text = section.optional(option)?;
    text.map(|text| told(section, option, text)).transpose()
}

/// Refuses the first type that is not taken.
fn all_taken(
    types: &[DataType],
    takes: fn(&DataType) -> bool,
    method: &'static str,
    way_out: &'static str,
) -> Result<(), Unsupported> {
    match types.iter().find(|data_type| !takes(data_type)) {
        Some(other) => Err(Unsupported { method, data_type: other.clone(), way_out }),
        None => Ok(()),
    }
}

/// Takes `k`, how many make a group: 11 where it is not given, as for the privacy of a table.
fn group_size(section: &mut Section<'_>) -> Result<usize, Fault> {
    let k = section.optional::<u64>("k")?.unwrap_or(11);
    let size = usize::try_from(k).ok().filter(|size| *size > 1);
    size.ok_or_else(|| section.fault_at("k", "`k` takes a number from 2", None))
}

fn told(section: &Section<'_>, option: &str, text: String) -> Result<String, Fault> {
    if text.trim().is_empty() {
        return Err(section.fault_at(option, format!("`{option}` is empty"), None));
    }
    Ok(text)
}
