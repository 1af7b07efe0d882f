//! `keep`: values leave as they are, and the schema says why.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;

use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported, options_text, required_text};
use crate::document::{Fault, Section};

pub const ENTRY: Entry = Entry {
    name: "keep",
    version: 1,
    summary: "Leaves every value as it is.",
    options: &[("because", "required; why no person is behind the values")],
    keying: Keying::Keyless,
    examples: &[r#"{ class = "attribute", method = "keep", because = "catalogue number, no person" }"#],
    parse,
};

struct Keep {
    because: String,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    Ok(Box::new(Keep { because: required_text(section, "because")? }))
}

impl Method for Keep {
    fn plan(&self, _: &DataType) -> Result<Outcome, Unsupported> {
        Ok(Outcome::Untouched)
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        Ok(input.clone())
    }

    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    fn keeps(&self) -> bool {
        true
    }

    fn words(&self) -> String {
        format!("kept as it is, because: {}", self.because)
    }

    fn options(&self) -> String {
        options_text(&[("because", &self.because)])
    }

    fn agreement(&self) -> String {
        options_text(&[])
    }
}
