//! Why an object of text is refused, where, and the way out.

use std::io;

use arrow::datatypes::DataType;

use super::packing::PackingFault;
use super::wide::Half;
use crate::schema::{LeafPath, type_name};

/// A refusal: the physical line (counted from 1) and the column where they are known; never a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{fault}", place(*.line, .column.as_ref()))]
pub struct TextError {
    /// The line of the unpacked text, counted from 1.
    pub line: Option<u64>,
    /// The leaf, as the schema names it.
    pub column: Option<LeafPath>,
    /// What is wrong there.
    pub fault: Fault,
}

fn place(line: Option<u64>, column: Option<&LeafPath>) -> String {
    match (line, column) {
        (Some(line), Some(column)) => format!("line {line}, column `{column}`: "),
        (Some(line), None) => format!("line {line}: "),
        (None, Some(column)) => format!("column `{column}`: "),
        (None, None) => String::new(),
    }
}

impl TextError {
    /// A fault of the object as a whole.
    pub(super) fn whole(fault: Fault) -> Self {
        TextError { line: None, column: None, fault }
    }

    /// A fault in a line.
    pub(super) fn at(line: u64, fault: Fault) -> Self {
        TextError { line: Some(line), column: None, fault }
    }

    /// A fault in a line and column.
    pub(super) fn within(line: u64, column: &str, fault: Fault) -> Self {
        TextError { line: Some(line), column: Some(LeafPath::column(column)), fault }
    }

    /// A fault of a column, wherever it is met.
    pub(super) fn of_column(column: &str, fault: Fault) -> Self {
        TextError { line: None, column: Some(LeafPath::column(column)), fault }
    }

    /// The way out.
    pub fn hint(&self) -> &'static str {
        self.fault.hint()
    }
}

/// What is wrong with an object of text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the object cannot be read: {0}")]
    Storage(io::ErrorKind),
    #[error("{0}")]
    Packing(PackingFault),
    #[error("the text is not UTF-8")]
    NotUtf8,
    #[error("the text is UTF-16 or UTF-32, not UTF-8")]
    WideText,
    #[error("{0}")]
    Half(#[from] Half),
    #[error("the object is packed, and its name does not say so")]
    Packed,
    #[error("the text holds a NUL character")]
    Nul,
    #[error("the {what} is longer than {limit} bytes")]
    TooLong { what: &'static str, limit: usize },
    #[error("more than {limit} {what}")]
    TooMany { what: &'static str, limit: usize },
    #[error("it takes no column of type {0}")]
    Unsupported(String),
    #[error("the schema names it twice")]
    NamedTwice,
    #[error("the value is not of the type {0}")]
    WrongType(String),
    #[error("a date has a time of day, or lies beyond the calendar")]
    PartOfDay,
    #[error("there is no value, but the schema demands one")]
    Missing,
    #[error("a carriage return without a line feed")]
    LoneReturn,
    #[error("the record has {found} fields instead of {planned}")]
    Ragged { found: Count, planned: usize },
    #[error("a blank line between records")]
    BlankLine,
    #[error("a quote opens here and never closes")]
    OpenQuote,
    #[error("text behind a closing quote")]
    AfterQuote,
    #[error("a quote inside a field that is not quoted")]
    StrayQuote,
    #[error("an escape before a character that needs none")]
    BadEscape,
    #[error("there is no header")]
    NoHeader,
    #[error("the header has {found} columns instead of {planned}")]
    HeaderWidth { found: Count, planned: usize },
    #[error("the header does not name the column")]
    HeaderLacks,
    #[error("the header names the column a second time, at place {place}")]
    HeaderTwice { place: usize },
    #[error("a dialect whose signs are not different ASCII characters, or whose null text holds one of them")]
    BadDialect,
    #[error("no dialect gives every record of the sample as many fields")]
    NoDialect,
    #[error("more than one dialect fits the sample")]
    ManyDialects,
    #[error("not valid JSON: {0}")]
    Json(&'static str),
    #[error("the record is not an object")]
    NotAnObject,
    #[error("the document is not an array of objects")]
    NotAnArray,
    #[error("key {place} of the object is not in the schema")]
    UnlistedKey { place: usize },
    #[error("a key stands twice in one object")]
    DuplicateKey,
    #[error("not valid Arrow IPC: {0}")]
    Arrow(&'static str),
    #[error("the object is {is} of Arrow IPC")]
    OtherLayout { is: &'static str },
    #[error("a dictionary stands behind the rows that use it")]
    LateDictionary,
    #[error("the object has no such column")]
    NoColumn,
    #[error("the column is not listed in the schema")]
    UnlistedColumn,
    #[error("the column's type in the object is {0}")]
    OtherType(String),
    #[error("the object's schema is not the planned one")]
    OtherSchema,
    #[error("the format cannot express the value: {0}")]
    Inexpressible(&'static str),
}

/// How many there are; counting stops where there are more than planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Exactly(usize),
    MoreThan(usize),
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Count::Exactly(count) => write!(f, "{count}"),
            Count::MoreThan(count) => write!(f, "more than {count}"),
        }
    }
}

impl Fault {
    /// A value that is none of a type, which is named as a schema names it.
    pub(super) fn wrong_type(data_type: &DataType) -> Self {
        Fault::WrongType(type_name(data_type).unwrap_or_else(|| data_type.to_string()))
    }

    /// A column of another type than planned, which is named as a schema names it.
    pub(super) fn other_type(data_type: &DataType) -> Self {
        Fault::OtherType(match data_type {
            DataType::Struct(_) => "a group of leaves".to_owned(),
            DataType::List(_) => "a list".to_owned(),
            DataType::Map(..) => "a map".to_owned(),
            other => type_name(other).unwrap_or_else(|| other.to_string()),
        })
    }

    /// The way out.
    pub fn hint(&self) -> &'static str {
        match self {
            Fault::Storage(_) => "read it again",
            Fault::Packing(_) => "copy the object again from its origin, or pack it again",
            Fault::NotUtf8 => "convert the object to UTF-8 (`iconv -f WINDOWS-1252 -t UTF-8`, or from what it is in)",
            Fault::WideText => {
                "convert the object to UTF-8 (`iconv -f UTF-16LE -t UTF-8`); of CSV, UTF-16 behind its mark is read"
            }
            Fault::Half(_) => "export the object again, as UTF-8",
            Fault::Packed => "let its name end in `.gz` or `.zst`, and `source` match it",
            Fault::Nul => "export the object again: a text has no NUL characters",
            Fault::TooLong { .. } => "look for a quote that never closes, or raise the limit",
            Fault::TooMany { .. } => "raise the limit, or plan fewer of them",
            Fault::Unsupported(_) => "declare text, bool, an integer, float64, decimal, date or timestamp",
            Fault::NamedTwice => "name every column once",
            // A text is in quotes, and what is in brackets has leaves of its own.
            Fault::WrongType(kind) if ["text", "struct", "list", "map"].contains(&kind.as_str()) => {
                "correct the object, or declare what stands there in the schema, in its shape"
            }
            Fault::WrongType(kind) if kind == "float64" => {
                "correct the object; or declare a decimal, where it has more digits than a float64 tells, or text"
            }
            Fault::WrongType(_) => "correct the object, or declare the column as text in the schema",
            Fault::PartOfDay => "export the column as a timestamp, or as whole days",
            Fault::Missing => "correct the object, or let the column be null in the schema",
            Fault::LoneReturn => "convert the line ends to LF or CRLF, or quote the field",
            Fault::Ragged { .. } => "quote the fields that hold the delimiter, and give every record all fields",
            Fault::BlankLine => "remove the blank line",
            Fault::OpenQuote | Fault::AfterQuote | Fault::BadEscape => "quote as the dialect says, or name its escape",
            Fault::StrayQuote => "quote the whole field, or let the dialect keep stray quotes",
            Fault::NoHeader => "add the header, or say `header = false` in the dialect",
            Fault::HeaderTwice { .. } => {
                "say `header = \"skipped\"` under [csv], and give the columns names of their own, in the order of the header"
            }
            Fault::HeaderWidth { .. } | Fault::HeaderLacks => {
                "bring the schema's columns in line with the header; where it parts them by another sign, say so under [csv]"
            }
            Fault::BadDialect => "choose different ASCII signs for delimiter, quote and escape",
            Fault::NoDialect | Fault::ManyDialects => "name the delimiter in the schema",
            Fault::Json(_) => "export the object again as JSON (RFC 8259)",
            Fault::NotAnObject => "write one object for each row",
            Fault::NotAnArray => "write one array of objects, or one object a line as NDJSON",
            Fault::UnlistedKey { .. } => "add the key to the schema with a rule of its own",
            Fault::DuplicateKey => "name every key once in an object",
            Fault::Arrow(_) => "export the object again as Arrow IPC",
            Fault::OtherLayout { .. } => "say `format = \"arrow\"` for a file and `arrow_stream` for a stream",
            Fault::LateDictionary => {
                "write it as a stream (`write_ipc_stream` of Polars), as Parquet, or without dictionaries (categorical columns)"
            }
            Fault::UnlistedColumn => "give it a class and a method under [columns], and have the change approved",
            Fault::NoColumn | Fault::OtherType(_) | Fault::OtherSchema => "bring the schema in line with the object",
            Fault::Inexpressible(_) => {
                "leave `output` out, so that the table is written as Parquet; or let the rule's method make another value of it"
            }
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        let inner = error.get_ref();
        let packing = inner.and_then(|inner| inner.downcast_ref().copied()).map(Fault::Packing);
        let half = || inner.and_then(|inner| inner.downcast_ref().copied()).map(Fault::Half);
        packing.or_else(half).unwrap_or_else(|| Fault::Storage(error.kind()))
    }
}

impl From<Fault> for TextError {
    fn from(fault: Fault) -> Self {
        TextError::whole(fault)
    }
}

impl From<io::Error> for TextError {
    fn from(error: io::Error) -> Self {
        TextError::whole(error.into())
    }
}
