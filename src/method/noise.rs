//! `noise`: a number becomes another near it, by an amount that only the key tells.
//!
//! The amount comes from the keyed hash of the value, and of the column `by` where one is named. So equal values of one
//! column get equal amounts, or where `by` names the subject, equal values of one subject do: while the key stays, to
//! read again and again tells nothing new, and a sum over many subjects stays about right. With a key for each
//! release, the mean over releases comes near to the value. Where values are few, equal ones can be seen to be equal:
//! name `by`.
//!
//! This is obfuscation. Differential privacy is promised neither for one release nor for several: the noise hangs on
//! the value, is cut off at the bounds, and lies in the digits of floating-point numbers (Mironov, "On significance of
//! the least significant bits for differential privacy", 2012). `epsilon` and `sensitivity` are another way to
//! write the scale of the Laplace mechanism, and no more.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::values::{Bounds, Step, is_hashed};
use super::{
    ApplyError, Beside, Context, Entry, Keying, Method, Outcome, Unsupported, all_taken, optional_text, options_text,
};
use crate::document::{Fault, Section};

mod amounts;
mod blur;
mod kind;
mod scale;

use amounts::amounts;
use kind::Kind;
use scale::Scale;

pub const ENTRY: Entry = Entry {
    name: "noise",
    version: 1,
    summary: "Adds to a number an amount by chance, which only the key tells; obfuscation, not differential privacy.",
    options: &[
        ("kind", "required; \"laplace\" or \"gaussian\""),
        ("scale", "the scale b of laplace (its deviation is 1.41 b), or the standard deviation of gaussian"),
        ("epsilon", "with `sensitivity`, in place of the `scale` of laplace, which is sensitivity / epsilon"),
        ("sensitivity", "with `epsilon`"),
        ("min", "the least that comes out, without quotes; no bound if not given"),
        ("max", "the greatest that comes out"),
        ("round", "a number of which the nearest multiple comes out; as exact as the type if not given"),
        ("by", "the column whose values get amounts of their own, such as the subject's; none if not given"),
        ("domain", "the columns whose equal values get equal amounts share its name; \"noise\" if not given"),
    ],
    keying: Keying::Keyed,
    examples: &[
        r#"{ class = "sensitive", method = "noise", kind = "laplace", scale = 20, min = 0 }"#,
        r#"{ class = "sensitive", method = "noise", kind = "gaussian", scale = 20, max = 9000, round = 5, by = "customer_id" }"#,
        r#"{ class = "sensitive", method = "noise", kind = "laplace", epsilon = 0.1, sensitivity = 2, domain = "age" }"#,
    ],
    parse,
};

struct Noise {
    kind: Kind,
    scale: Scale,
    bounds: Bounds,
    round: Option<Step>,
    by: Option<String>,
    domain: String,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let kind = Kind::take(section)?;
    let scale = Scale::take(section, kind)?;
    let (bounds, round) = (Bounds::take(section)?, Step::take(section, "round")?);
    let by = optional_text(section, "by")?;
    let domain = optional_text(section, "domain")?.unwrap_or_else(|| "noise".to_owned());
    Ok(Box::new(Noise { kind, scale, bounds, round, by, domain }))
}

impl Method for Noise {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if self.whole(input).is_some() || self.bounds.floats(input).is_some() {
            return Ok(Outcome::becomes(input.clone()));
        }
        let way_out = "it takes numbers of up to 128 bits that are not coarser than `scale` and `round`, \
                       with bounds that they can hold; dates take `shift_date`";
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        let by = self.by.as_ref().map(|_| context.only_beside(input.len(), is_hashed)).transpose()?;
        let amounts = amounts(self.kind, context.keys.of(&self.domain)?, input, by);
        self.blur(input, &amounts)
    }

    fn domains(&self) -> Vec<&str> {
        vec![&self.domain]
    }

    fn beside(&self) -> Vec<Beside> {
        self.by.iter().cloned().map(Beside::Column).collect()
    }

    fn plan_beside(&self, types: &[DataType]) -> Result<(), Unsupported> {
        let way_out = "`by` names a column of text, bytes, numbers, booleans, dates or times";
        all_taken(types, is_hashed, ENTRY.name, way_out)
    }

    /// The amount can be nothing.
    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    fn words(&self) -> String {
        let of = self.by.as_ref().map_or(String::new(), |by| format!(" of one value of {by:?}"));
        let bounds = if self.bounds.is_empty() { String::new() } else { format!("; {}", self.bounds.words()) };
        let round = self.round.map_or(String::new(), |step| format!("; rounded to multiples of {step}"));
        format!(
            "blurred by noise of the {} distribution with scale {}, the same for equal values{of}{round}{bounds}; \
             this hides exact figures and is no differential privacy",
            self.kind.name(),
            self.scale.float()
        )
    }

    fn options(&self) -> String {
        let mut options = vec![("kind", self.kind.name().to_owned()), ("domain", self.domain.clone())];
        options.extend(self.scale.options());
        options.extend(self.bounds.options());
        options.extend(self.round.map(|step| ("round", step.to_string())));
        options.extend(self.by.clone().map(|by| ("by", by)));
        options_text(&options.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>())
    }
}
