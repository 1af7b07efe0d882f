//! `redact`: every text becomes the same text.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::values::{is_text, map_text};
use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported, options_text};
use crate::document::{Fault, Section};

pub const ENTRY: Entry = Entry {
    name: "redact",
    version: 1,
    summary: "Replaces every text with one fixed text.",
    options: &[("with", "the text that is left, \"[redacted]\" if not given")],
    keying: Keying::Keyless,
    examples: &[
        r#"{ class = "free_text", method = "redact" }"#,
        r#"{ class = "free_text", method = "redact", with = "removed" }"#,
    ],
    parse,
};

struct Redact {
    with: String,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let with = section.optional("with")?.unwrap_or_else(|| "[redacted]".to_owned());
    Ok(Box::new(Redact { with }))
}

impl Method for Redact {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if is_text(input) {
            return Ok(Outcome::becomes(DataType::Utf8));
        }
        let way_out = "it takes text; use `null` or `drop`";
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        map_text(input, |_, out| out.extend_from_slice(self.with.as_bytes()))
    }

    /// The text was read and approved.
    fn carries_input(&self) -> bool {
        false
    }

    fn literals(&self) -> Vec<&str> {
        vec![&self.with]
    }

    fn words(&self) -> String {
        format!("every text replaced with {:?}", self.with)
    }

    fn options(&self) -> String {
        options_text(&[("with", &self.with)])
    }
}
