//! `constant`: every value becomes the same one; nulls stay.

use arrow::array::{Array, ArrayRef, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::DataType;

use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported, options_text};
use crate::document::{Fault, Section};

mod value;

use value::Value;

pub const ENTRY: Entry = Entry {
    name: "constant",
    version: 1,
    summary: "Replaces every value with the same one; nulls stay.",
    options: &[(
        "value",
        "required; a value of the column's type: text in quotes, or a number, true, a date or a time",
    )],
    keying: Keying::Keyless,
    examples: &[
        r#"{ class = "direct", method = "constant", value = "somebody" }"#,
        r#"{ class = "sensitive", method = "constant", value = 0 }"#,
        r#"{ class = "sensitive", method = "constant", value = 9.5 }"#,
        r#"{ class = "sensitive", method = "constant", value = false }"#,
        r#"{ class = "quasi", method = "constant", value = 2000-01-01 }"#,
        r#"{ class = "quasi", method = "constant", value = 12:00:00 }"#,
    ],
    parse,
};

struct Constant(Value);

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    match Value::of(section.required("value")?) {
        Some(value) => Ok(Box::new(Constant(value))),
        None => Err(section.fault_at("value", "`value` is no number, or has more digits than 128 bits hold", None)),
    }
}

fn refusal(data_type: &DataType) -> Unsupported {
    let way_out = "its `value` is none of that type; write text in quotes, and all others without";
    Unsupported { method: ENTRY.name, data_type: data_type.clone(), way_out }
}

impl Method for Constant {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        let one = self.0.one(input).ok_or_else(|| refusal(input))?;
        Ok(Outcome::becomes(one.data_type().clone()))
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        let one = self.0.one(input.data_type()).ok_or_else(|| refusal(input.data_type()))?;
        let rows = UInt32Array::new(vec![0; input.len()].into(), input.logical_nulls());
        take(&one, &rows, None).map_err(|_| ApplyError::TooLong { rows: input.len() })
    }

    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    /// The constant was read and approved.
    fn carries_input(&self) -> bool {
        false
    }

    fn literals(&self) -> Vec<&str> {
        self.0.text().into_iter().collect()
    }

    fn words(&self) -> String {
        format!("every value replaced with {}", self.0.written())
    }

    fn options(&self) -> String {
        options_text(&[("value", &self.0.written())])
    }
}
