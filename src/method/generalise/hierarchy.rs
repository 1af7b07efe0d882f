//! Values up to a level of a hierarchy that stands in a file.
//!
//! The file is read as ARX writes it: no heading, `;` or `,` between the fields, quotes as in RFC 4180; the first
//! field of a line is a value, and the n-th behind it what the value is at level n. The `*` of the top is a text like
//! any other. Its values are like those of the data: no fault shows one.

use std::io::Write;

use arrow::array::{Array, ArrayRef, AsArray, UInt32Array};
use arrow::compute::take as take_rows;
use arrow::datatypes::DataType;

use super::{ENTRY, positive, refusal};
use crate::document::{Fault, Section};
use crate::method::values::{Unit, Wholes, each_text, each_whole, is_text};
use crate::method::{ApplyError, Context, Method, Outcome, Unsupported, options_text};

mod lines;

use lines::Lines;

/// Takes `hierarchy`, where it is given, and reads its file.
pub fn take(section: &mut Section<'_>) -> Result<Option<Box<dyn Method>>, Fault> {
    let file = section.optional::<String>("hierarchy")?;
    let (level, otherwise) = (positive(section, "level")?, otherwise(section)?);
    let missing = |option: &str, what: &str| Err(section.fault_at(option, what, None));
    match (file, level) {
        (Some(file), Some(level)) => {
            let lines = read(section, &file, level)?;
            Ok(Some(Box::new(Hierarchy { lines, level, otherwise: otherwise.unwrap_or(Otherwise::Refuse) })))
        }
        (Some(_), None) => missing("hierarchy", "`level` is missing beside `hierarchy`"),
        (None, Some(_)) => missing("level", "`level` goes with `hierarchy`"),
        (None, None) if otherwise.is_some() => missing("otherwise", "`otherwise` goes with `hierarchy`"),
        (None, None) => Ok(None),
    }
}

fn otherwise(section: &mut Section<'_>) -> Result<Option<Otherwise>, Fault> {
    match section.optional::<String>("otherwise")?.as_deref() {
        None => Ok(None),
        Some("null") => Ok(Some(Otherwise::Null)),
        Some("refuse") => Ok(Some(Otherwise::Refuse)),
        Some(_) => Err(section.fault_at("otherwise", "`otherwise` takes \"null\" or \"refuse\"", None)),
    }
}

fn read(section: &Section<'_>, file: &str, level: u64) -> Result<Lines, Fault> {
    let fault = |what: String| section.fault_at("hierarchy", format!("\"{file}\" {what}"), None);
    let content = std::fs::read(section.folder().join(file))
        .map_err(|error| fault(format!("cannot be read: {}", error.kind())))?;
    Lines::read(&content, level).map_err(|what| fault(format!("is no hierarchy: {what}")))
}

/// What becomes of a value that is in no line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Otherwise {
    Null,
    Refuse,
}

impl Otherwise {
    fn name(self) -> &'static str {
        match self {
            Otherwise::Null => "null",
            Otherwise::Refuse => "refuse",
        }
    }
}

struct Hierarchy {
    lines: Lines,
    level: u64,
    otherwise: Otherwise,
}

impl Hierarchy {
    /// The line of each value; null where the value is null or in no line.
    fn lines_of(&self, input: &ArrayRef) -> UInt32Array {
        let mut lines = vec![None; input.len()];
        let mut found = |row: usize, value: &[u8]| lines[row] = self.lines.of(value);
        match input.data_type() {
            DataType::Boolean => each_truth(input, found),
            text if is_text(text) => each_text(input, |row, text| found(row, text.as_bytes())),
            _ => {
                let mut digits = Vec::with_capacity(40);
                each_whole(input, |row, number| {
                    digits.clear();
                    let written = write!(digits, "{number}");
                    found(row, if written.is_ok() { &digits } else { b"" });
                });
            }
        }
        UInt32Array::from(lines)
    }
}

fn each_truth(input: &ArrayRef, mut each: impl FnMut(usize, &[u8])) {
    for (row, truth) in input.as_boolean().iter().enumerate() {
        match truth {
            Some(true) => each(row, b"true"),
            Some(false) => each(row, b"false"),
            None => {}
        }
    }
}

impl Method for Hierarchy {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        let whole = |input| Wholes::of(input).is_some_and(|wholes| wholes.unit == Unit::Number { scale: 0 });
        match self.otherwise {
            _ if !is_text(input) && *input != DataType::Boolean && !whole(input) => {
                Err(refusal(input, "`hierarchy` takes text, whole numbers of up to 128 bits, and true and false"))
            }
            Otherwise::Null => Ok(Outcome::becomes_or_null(DataType::Utf8)),
            Otherwise::Refuse => Ok(Outcome::becomes(DataType::Utf8)),
        }
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        let lines = self.lines_of(input);
        if self.otherwise == Otherwise::Refuse && lines.null_count() > input.null_count() {
            return Err(ApplyError::Value { method: ENTRY.name, what: "it stands in no line of its hierarchy" });
        }
        take_rows(&self.lines.texts, &lines, None).map_err(|_| ApplyError::TooLong { rows: input.len() })
    }

    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    fn coarser(&self) -> Option<Box<dyn Method>> {
        let lines = self.lines.above()?;
        Some(Box::new(Hierarchy { lines, level: self.level + 1, otherwise: self.otherwise }))
    }

    fn words(&self) -> String {
        let unlisted = match self.otherwise {
            Otherwise::Null => "becomes null",
            Otherwise::Refuse => "ends the run",
        };
        let digest = &self.lines.digest.to_hex()[..16];
        format!("replaced with level {} of the hierarchy {digest}; a value that is not in it {unlisted}", self.level)
    }

    fn options(&self) -> String {
        let (digest, level) = (self.lines.digest.to_hex(), self.level.to_string());
        options_text(&[("hierarchy", digest.as_str()), ("level", &level), ("otherwise", self.otherwise.name())])
    }
}
