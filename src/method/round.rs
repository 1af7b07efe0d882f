//! `round`: a number becomes the nearest multiple of another, the even one of two (IEEE 754, ties to even).
//!
//! Where a type ends before the nearest multiple, the last one that it holds.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::values::{Step, Wholes, map_floats, map_wholes, nearest_of, nearest_whole};
use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported, options_text};
use crate::document::{Fault, Section};

pub const ENTRY: Entry = Entry {
    name: "round",
    version: 1,
    summary: "Rounds a number to the nearest multiple of another.",
    options: &[("to", "required; a number above zero, of which the nearest multiple stays, the even one of two")],
    keying: Keying::Keyless,
    examples: &[
        r#"{ class = "sensitive", method = "round", to = 1000 }"#,
        r#"{ class = "sensitive", method = "round", to = 0.5 }"#,
    ],
    parse,
};

struct Round(Step);

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    match Step::take(section, "to")? {
        Some(to) => Ok(Box::new(Round(to))),
        None => Err(section.fault("`to` is missing in `round`", None)),
    }
}

impl Method for Round {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        let wholes = Wholes::of_numbers(input);
        if wholes.is_some_and(|wholes| self.0.wholes(&wholes).is_some()) || nearest_of(input).is_some() {
            return Ok(Outcome::becomes(input.clone()));
        }
        let way_out = "it takes numbers of up to 128 bits that `to` makes coarser: \
                       whole ones from 2, decimals by more than their last digit; dates and times take `generalise`";
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        let Some(wholes) = Wholes::of_numbers(input.data_type()) else {
            let held = nearest_of(input.data_type()).unwrap_or(|value| value);
            return Ok(map_floats(input, |_, value| Some(self.0.nearest(value, held))));
        };
        let step = self.0.wholes(&wholes).unwrap_or(1);
        Ok(map_wholes(input, |_, value| Some(nearest_whole(value, step, &wholes))))
    }

    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    /// Those that are multiples already.
    fn leaves_values(&self) -> bool {
        true
    }

    fn words(&self) -> String {
        format!("rounded to the nearest multiple of {}", self.0)
    }

    fn options(&self) -> String {
        options_text(&[("to", &self.0.to_string())])
    }
}
