//! `null`: the leaf stays, its values go.

use arrow::array::{Array, ArrayRef, new_null_array};
use arrow::datatypes::DataType;

use super::{ApplyError, Context, Entry, Keying, Method, Nulls, Outcome, Unsupported};
use crate::document::{Fault, Section};

pub const ENTRY: Entry = Entry {
    name: "null",
    version: 1,
    summary: "Keeps the column and its type, with no value in it.",
    options: &[],
    keying: Keying::Keyless,
    examples: &[r#"{ class = "sensitive", method = "null" }"#],
    parse,
};

struct Null;

fn parse(_: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    Ok(Box::new(Null))
}

impl Method for Null {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        Ok(Outcome::Becomes { data_type: input.clone(), nulls: Nulls::All })
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        Ok(new_null_array(input.data_type(), input.len()))
    }

    /// Nothing is left.
    fn carries_input(&self) -> bool {
        false
    }

    fn words(&self) -> String {
        "emptied: the column stays, every value is removed".into()
    }
}
