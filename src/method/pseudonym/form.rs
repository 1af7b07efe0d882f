//! The form that a schema asks for, and what it is for a type.

use arrow::datatypes::DataType;

use super::code::{Code, Span, UUID};
use super::{Fault, Section};
use crate::document::nearest;
use crate::method::values::{Nature, nature};

const NAMES: [&str; 6] = ["base32", "hex", "uuid", "digits", "integer", "bytes"];

/// Bytes of a hash, and so the most that a code can have.
const HASH: usize = 32;

/// The most decimal digits whose numbers fit into 64 bits.
const DIGITS: u64 = 19;

/// What codes look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As versions without forms had it: whole numbers for numbers, base32 for all else.
    ByType,
    Base32,
    Hex(usize),
    Uuid,
    Digits(u32),
    /// 63 bits, or a number of a span.
    Integer(Option<Span>),
    /// So many bytes; of a type of one length, that many where nothing is said.
    Bytes(Option<usize>),
}

impl Form {
    /// Takes the options `form`, `length` and `range`.
    ///
    /// # Errors
    /// Where there is no such form, or it takes no such length or range.
    pub fn take(section: &mut Section<'_>) -> Result<Self, Fault> {
        let name: Option<String> = section.optional("form")?;
        let (length, span) = (section.optional::<u64>("length")?, span(section)?);
        let form = match name.as_deref() {
            None if span.is_some() => Form::Integer(span),
            None => Form::ByType,
            Some("base32") => Form::Base32,
            Some("hex") => Form::Hex(up_to(section, length.unwrap_or(20), 2 * HASH as u64)? as usize),
            Some("uuid") => Form::Uuid,
            Some("digits") => Form::Digits(up_to(section, length.unwrap_or(18), DIGITS)? as u32),
            Some("integer") => Form::Integer(span),
            Some("bytes") => {
                let length = length.map(|length| up_to(section, length, HASH as u64)).transpose()?;
                Form::Bytes(length.map(|length| length as usize))
            }
            Some(typed) => return Err(unknown(section, typed)),
        };
        match form {
            Form::Integer(_) | Form::Base32 | Form::Uuid | Form::ByType if length.is_some() => {
                Err(section.fault_at("length", "`length` goes with form = \"hex\", \"digits\" or \"bytes\"", None))
            }
            Form::Integer(_) => Ok(form),
            _ if span.is_some() => Err(section.fault_at("range", "`range` goes with form = \"integer\"", None)),
            _ => Ok(form),
        }
    }

    /// Whether its codes are text for every type, and not one of a fixed outline.
    pub fn takes_prefix(self) -> bool {
        matches!(self, Form::ByType | Form::Base32 | Form::Hex(_) | Form::Digits(_))
    }

    /// What a value of this type becomes, or why it becomes nothing.
    pub fn code(self, input: &DataType) -> Result<Code, &'static str> {
        match (self, input) {
            (Form::ByType, _) if nature(input) == Nature::Number => Ok(Code::Whole),
            (Form::ByType | Form::Base32, _) => Ok(Code::Base32),
            (Form::Hex(length), _) => Ok(Code::Hex(length)),
            (Form::Digits(length), _) => Ok(Code::Digits(length)),
            (Form::Integer(None), _) => Ok(Code::Whole),
            (Form::Integer(Some(span)), _) => Ok(Code::Within(span)),
            (Form::Uuid, DataType::FixedSizeBinary(16)) => Ok(Code::UuidBytes),
            (Form::Uuid, _) => Ok(Code::Uuid),
            (Form::Bytes(asked), DataType::FixedSizeBinary(length)) => fixed(*length as usize, asked),
            (Form::Bytes(asked), DataType::Binary | DataType::LargeBinary) => Ok(Code::Bytes(asked.unwrap_or(UUID))),
            (Form::Bytes(_), _) => Err("form = \"bytes\" takes bytes; text and numbers take another form"),
        }
    }

    /// Name, length and range as a schema has them; nothing where it says nothing of the form.
    pub fn options(self) -> Vec<(&'static str, String)> {
        let of = |name: &str, more: Option<(&'static str, String)>| {
            [("form", name.to_owned())].into_iter().chain(more).collect()
        };
        match self {
            Form::ByType => Vec::new(),
            Form::Base32 => of("base32", None),
            Form::Uuid => of("uuid", None),
            Form::Hex(length) => of("hex", Some(("length", length.to_string()))),
            Form::Digits(length) => of("digits", Some(("length", length.to_string()))),
            Form::Integer(span) => of("integer", span.map(|span| ("range", format!("{}..={}", span.min, span.max)))),
            Form::Bytes(length) => of("bytes", length.map(|length| ("length", length.to_string()))),
        }
    }

    /// What a code is, in plain words.
    pub fn words(self) -> String {
        match self {
            Form::ByType => "a code".to_owned(),
            Form::Base32 => "a code of 16 letters and digits".to_owned(),
            Form::Hex(length) => format!("a code of {length} hexadecimal digits"),
            Form::Digits(length) => format!("a code of {length} digits"),
            Form::Uuid => "a code in the form of a UUID".to_owned(),
            Form::Integer(None) => "a whole number as a code".to_owned(),
            Form::Integer(Some(Span { min, max })) => format!("a whole number from {min} to {max} as a code"),
            Form::Bytes(_) => "a code in bytes".to_owned(),
        }
    }
}

/// Bytes in a type of one length: all of them, or the type would be another.
fn fixed(length: usize, asked: Option<usize>) -> Result<Code, &'static str> {
    match length {
        _ if asked.is_some_and(|asked| asked != length) => {
            Err("`length` is not that of the type, which stays: leave it out, or choose another form")
        }
        1..=HASH => Ok(Code::Fixed(length)),
        _ => Err("form = \"bytes\" makes 1 to 32 bytes; choose another form"),
    }
}

fn span(section: &mut Section<'_>) -> Result<Option<Span>, Fault> {
    let Some(ends) = section.optional::<Vec<i64>>("range")? else { return Ok(None) };
    match ends[..] {
        [min, max] if min < max => Ok(Some(Span { min, max })),
        _ => Err(section.fault_at("range", "`range` takes the least and the greatest number, as in [1, 999999]", None)),
    }
}

fn up_to(section: &Section<'_>, length: u64, most: u64) -> Result<u64, Fault> {
    if (1..=most).contains(&length) {
        return Ok(length);
    }
    Err(section.fault_at("length", format!("`length` of this form is 1 to {most}"), None))
}

fn unknown(section: &Section<'_>, typed: &str) -> Fault {
    let hint = match nearest(typed, NAMES) {
        Some(name) => format!("did you mean \"{name}\"?"),
        None => format!("known here: {}", NAMES.join(", ")),
    };
    section.fault_at("form", format!("unknown form \"{typed}\""), hint)
}
