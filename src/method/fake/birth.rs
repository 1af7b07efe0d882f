//! Dates of birth: another day in the same age band.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Date32Array};
use arrow::datatypes::{DataType, Date32Type};
use jiff::civil::Date;
use jiff::{Span, Unit};

use super::draw::Draws;
use crate::method::values::{Texts, Written, is_text};
use crate::method::{ApplyError, Nulls, Outcome};

/// Years of birth that are not told apart: `years` from each multiple of it.
pub struct Band {
    years: i16,
}

/// The years that bands are made of; dates before and behind belong to the first and the last band.
const YEARS: std::ops::RangeInclusive<i16> = -9_000..=9_000;

impl Band {
    pub fn of(years: u32) -> Self {
        Band { years: i16::try_from(years).unwrap_or(i16::MAX).clamp(1, 100) }
    }

    /// The first day of the band that a day is in, and how many days it has; days count from 1970-01-01.
    fn days(&self, day: i32) -> (i32, i32) {
        let year = date_of(day).map_or(if day < 0 { *YEARS.start() } else { *YEARS.end() }, |date| date.year());
        let year = year.clamp(*YEARS.start(), *YEARS.end());
        let first = year - year.rem_euclid(self.years);
        let [start, end] = [first, first + self.years].map(|year| day_of(Date::constant(year, 1, 1)));
        (start, end - start)
    }

    /// Another day of the band.
    fn other_day(&self, day: i32, draws: &mut Draws) -> i32 {
        let (start, days) = self.days(day);
        let inside = (start..start + days).contains(&day);
        let drawn = start + draws.below((days - i32::from(inside)) as usize) as i32;
        if inside && drawn >= day { drawn + 1 } else { drawn }
    }
}

fn date_of(day: i32) -> Option<Date> {
    let since = Span::new().try_days(day).ok()?;
    Date::constant(1970, 1, 1).checked_add(since).ok()
}

fn day_of(date: Date) -> i32 {
    let since = date.since((Unit::Day, Date::constant(1970, 1, 1)));
    since.map_or(0, |span| span.get_days())
}

/// What becomes of a type: dates stay dates, and a text that is no date becomes null.
pub fn plan(input: &DataType) -> Option<Outcome> {
    match input {
        DataType::Date32 => Some(Outcome::becomes(DataType::Date32)),
        text if is_text(text) => Some(Outcome::Becomes { data_type: DataType::Utf8, nulls: Nulls::Added }),
        _ => None,
    }
}

/// Another day for every date; `each` hands on the draws of every row that is not null, in order.
///
/// # Errors
/// Where the text becomes too long.
pub fn apply(
    band: &Band,
    input: &ArrayRef,
    each: impl FnOnce(&mut dyn FnMut(usize, Draws)) -> Result<(), ApplyError>,
) -> Result<ArrayRef, ApplyError> {
    if *input.data_type() == DataType::Date32 {
        let dates = input.as_primitive::<Date32Type>();
        let mut days = dates.values().to_vec();
        each(&mut |row, mut draws| days[row] = band.other_day(days[row], &mut draws))?;
        return Ok(Arc::new(Date32Array::new(days.into(), input.nulls().cloned())));
    }
    let (texts, mut valid) = (Texts::of(input), vec![false; input.len()]);
    let mut written = Written::of(input.len(), input.len() * 10);
    each(&mut |row, mut draws| {
        let Some(date) = texts.at(row).and_then(iso) else { return };
        valid[row] = true;
        written.row(row, |out| write(band.other_day(day_of(date), &mut draws), out));
    })?;
    written.finish(Some(valid.into()))
}

/// The date of a text `YYYY-MM-DD`, the calendar date of ISO 8601 in its extended form.
fn iso(text: &[u8]) -> Option<Date> {
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0i16, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0')))
    };
    match text {
        [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 => {
            let (month, day) = (number(&[*m1, *m2])?, number(&[*d1, *d2])?);
            Date::new(number(year)?, month as i8, day as i8).ok()
        }
        _ => None,
    }
}

fn write(day: i32, out: &mut Vec<u8>) {
    let Some(date) = date_of(day) else { return };
    let place = |number: i16, place: i16| b'0' + (number / place % 10) as u8;
    out.extend([1_000, 100, 10, 1].map(|at| place(date.year(), at)));
    for number in [date.month(), date.day()] {
        out.push(b'-');
        out.extend([10, 1].map(|at| place(number.into(), at)));
    }
}
