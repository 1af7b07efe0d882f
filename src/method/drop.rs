//! `drop`: the leaf is not in the output.

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;

use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported};
use crate::document::{Fault, Section};

pub const ENTRY: Entry = Entry {
    name: "drop",
    version: 1,
    summary: "Leaves the column out.",
    options: &[],
    keying: Keying::Keyless,
    examples: &[r#"{ class = "direct", method = "drop" }"#],
    parse,
};

struct Drop;

fn parse(_: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    Ok(Box::new(Drop))
}

impl Method for Drop {
    fn plan(&self, _: &DataType) -> Result<Outcome, Unsupported> {
        Ok(Outcome::Removed)
    }

    fn apply(&self, _: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        Err(ApplyError::Removed)
    }

    /// Nothing is left.
    fn carries_input(&self) -> bool {
        false
    }

    fn words(&self) -> String {
        "left out entirely".into()
    }
}
