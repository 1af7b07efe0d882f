//! `shift_date`: all dates of a subject move by the same secret number of days.
//!
//! Intervals between dates of one subject stay exactly what they were, and so does the time of day; what season and
//! what year it was stays roughly. The offset comes from the keyed hash of the subject, so that tables whose columns
//! share a domain, `days` and `weekday` agree on it, whatever the type that the subject has in each. It is never zero.
//! Offsets are as many as `days` allows, and who knows one true date of a subject knows all of them.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::values::{Nature, Unit, Wholes, hash_rows, map_wholes, nature};
use super::{
    ApplyError, Beside, Context, Entry, Keying, Method, Outcome, Unsupported, all_taken, optional_text, options_text,
};
use crate::document::{Fault, Section};

mod reach;

use reach::Reach;

pub const ENTRY: Entry = Entry {
    name: "shift_date",
    version: 1,
    summary: "Moves all dates of a subject by the same secret number of days, so that intervals stay.",
    options: &[
        ("days", "required; the most days that a date moves, before or after, 1 to 36500"),
        ("weekday", "true where the day of the week stays, and dates move by whole weeks; false if not given"),
        ("by", "the column whose equal values move alike; the table's subject if not given"),
        ("domain", "the columns that must move alike share its name; \"shift_date\" if not given"),
    ],
    keying: Keying::Keyed,
    examples: &[
        r#"{ class = "quasi", method = "shift_date", days = 30 }"#,
        r#"{ class = "quasi", method = "shift_date", days = 182, weekday = true, by = "patient", domain = "visits" }"#,
    ],
    parse,
};

/// A day in nanoseconds, of 24 hours in whatever zone.
const DAY: i128 = 86_400_000_000_000;

struct ShiftDate {
    reach: Reach,
    by: Beside,
    domain: String,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let reach = Reach::take(section)?;
    let by = optional_text(section, "by")?.map_or(Beside::Subject, Beside::Column);
    let domain = optional_text(section, "domain")?.unwrap_or_else(|| "shift_date".to_owned());
    Ok(Box::new(ShiftDate { reach, by, domain }))
}

impl ShiftDate {
    /// Days for every row; zero where nobody's.
    fn offsets(&self, context: &Context, rows: usize) -> Result<Vec<i128>, ApplyError> {
        let subjects = context.only_beside(rows, takes_subject)?;
        let mut offsets = vec![0; rows];
        hash_rows(context.keys.of(&self.domain)?, subjects, |row, hash| offsets[row] = self.reach.offset(hash));
        Ok(offsets)
    }

    fn whose(&self) -> String {
        match &self.by {
            Beside::Subject => "subject".to_owned(),
            Beside::Column(name) => format!("value of {name:?}"),
        }
    }
}

fn takes_subject(data_type: &DataType) -> bool {
    nature(data_type) != Nature::Other
}

/// How the type counts dates.
fn dates(data_type: &DataType) -> Option<(Wholes, i128)> {
    let wholes = Wholes::of(data_type)?;
    let Unit::Moment { nanoseconds } = wholes.unit else { return None };
    Some((wholes, DAY / nanoseconds))
}

impl Method for ShiftDate {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if dates(input).is_some() {
            return Ok(Outcome::becomes_or_null(input.clone()));
        }
        let way_out = "it takes dates and times with dates; others take `generalise`, `noise` or `null`";
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    /// A date without a subject becomes null.
    ///
    /// # Errors
    /// Where a date would move beyond what its type can hold: at its end, intervals would not stay.
    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        let (wholes, day) = dates(input.data_type()).ok_or(ApplyError::Beyond)?;
        let offsets = self.offsets(context, input.len())?;
        let mut is_beyond = false;
        let shifted = map_wholes(input, |row, value| {
            let moved = value + offsets[row] * day;
            is_beyond |= moved < wholes.least || moved > wholes.greatest;
            (offsets[row] != 0).then_some(moved)
        });
        if is_beyond { Err(ApplyError::Beyond) } else { Ok(shifted) }
    }

    fn domains(&self) -> Vec<&str> {
        vec![&self.domain]
    }

    fn beside(&self) -> Vec<Beside> {
        vec![self.by.clone()]
    }

    fn plan_beside(&self, types: &[DataType]) -> Result<(), Unsupported> {
        let way_out = "a subject is text, bytes, a whole number, a decimal, a date or a time";
        all_taken(types, takes_subject, ENTRY.name, way_out)
    }

    fn words(&self) -> String {
        let (reach, whose) = (self.reach.words(), self.whose());
        format!(
            "moved by a secret number of {reach}, the same for all dates of one {whose} in domain {:?}; \
             intervals stay exact; null where there is no {whose}",
            self.domain
        )
    }

    fn options(&self) -> String {
        let mut options = self.reach.options();
        options.push(("domain", self.domain.clone()));
        if let Beside::Column(name) = &self.by {
            options.push(("by", name.clone()));
        }
        options_text(&options.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>())
    }
}
