//! `clamp`: top and bottom coding, for values so far out that they tell who it is.
//!
//! A bound between two values of a type is the one inside. Values within the bounds stay as they are.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::values::{Bounds, Wholes, map_floats, map_wholes};
use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported, options_text};
use crate::document::{Fault, Section};

pub const ENTRY: Entry = Entry {
    name: "clamp",
    version: 1,
    summary: "Brings numbers, dates and times beyond a bound to that bound; all others stay as they are.",
    options: &[
        ("min", "the least that stays: a number, a date or a time, without quotes; no bound if not given"),
        ("max", "the greatest that stays; one of both must be given"),
    ],
    keying: Keying::Keyless,
    examples: &[
        r#"{ class = "quasi", method = "clamp", min = 18, max = 90 }"#,
        r#"{ class = "quasi", method = "clamp", min = 1930-01-01 }"#,
        r#"{ class = "quasi", method = "clamp", max = 20:00:00 }"#,
    ],
    parse,
};

struct Clamp(Bounds);

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let bounds = Bounds::take(section)?;
    if bounds.is_empty() {
        return Err(section.fault("`clamp` takes `min`, `max` or both", None));
    }
    Ok(Box::new(Clamp(bounds)))
}

impl Clamp {
    fn wholes(&self, data_type: &DataType) -> Option<(i128, i128)> {
        self.0.wholes(&Wholes::of(data_type)?)
    }
}

impl Method for Clamp {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if self.wholes(input).is_some() || self.0.floats(input).is_some() {
            return Ok(Outcome::becomes(input.clone()));
        }
        let way_out =
            "it takes numbers of up to 128 bits, dates and times, with bounds of the same kind that the type can hold";
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        if let Some((least, greatest)) = self.wholes(input.data_type()) {
            return Ok(map_wholes(input, |_, value| Some(value.clamp(least, greatest))));
        }
        let (least, greatest) = self.0.floats(input.data_type()).unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        Ok(map_floats(input, |_, value| Some(value.clamp(least, greatest))))
    }

    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    /// Those within the bounds.
    fn leaves_values(&self) -> bool {
        true
    }

    fn words(&self) -> String {
        format!("{}; all others stay as they are", self.0.words())
    }

    fn options(&self) -> String {
        let options = self.0.options();
        options_text(&options.iter().map(|(name, bound)| (*name, bound.as_str())).collect::<Vec<_>>())
    }
}
