//! `length`: how long a text is, and nothing of what it says.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array};
use arrow::datatypes::DataType;

use super::values::{each_text, is_text};
use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported};
use crate::document::{Fault, Section};

pub const ENTRY: Entry = Entry {
    name: "length",
    version: 1,
    summary: "Replaces a text with the number of its characters (Unicode code points).",
    options: &[],
    keying: Keying::Keyless,
    examples: &[r#"{ class = "free_text", method = "length" }"#],
    parse,
};

struct Length;

fn parse(_: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    Ok(Box::new(Length))
}

impl Method for Length {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if is_text(input) {
            return Ok(Outcome::becomes(DataType::Int64));
        }
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out: "it takes text" })
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        let mut lengths = vec![0; input.len()];
        each_text(input, |row, text| lengths[row] = text.chars().count() as i64);
        Ok(Arc::new(Int64Array::new(lengths.into(), input.logical_nulls())))
    }

    /// Of a text, nothing is left.
    fn carries_input(&self) -> bool {
        false
    }

    fn words(&self) -> String {
        "replaced with the number of its characters".into()
    }
}
