//! The days on which somebody can be born.

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::document::{Fault, Section};

/// Days one after the other.
#[derive(Clone, Copy)]
pub struct Days {
    first: Date,
    count: u32,
}

impl Days {
    /// All days of these years, both included; none where the second is before the first.
    pub fn of(first: i16, last: i16) -> Self {
        let [first, end] = [first, last + 1].map(|year| jiff::civil::date(year, 1, 1));
        Days { first, count: between(first, end).unwrap_or(0) }
    }

    pub fn count(&self) -> u128 {
        self.count.into()
    }

    /// The place of a day among them.
    pub fn place(&self, day: Date) -> Option<u128> {
        between(self.first, day).filter(|place| *place < self.count).map(u128::from)
    }

    /// The day at a place; the last day that there is where it is not among them.
    pub fn at(&self, place: u128) -> Date {
        self.first.saturating_add(SignedDuration::from_hours(24 * i64::try_from(place).unwrap_or(i64::MAX / 24)))
    }
}

/// The days from one to another; none where that is before.
fn between(first: Date, day: Date) -> Option<u32> {
    u32::try_from(day.duration_since(first).as_hours() / 24).ok().filter(|_| day >= first)
}

/// Years of birth, the first and the last.
#[derive(Clone, Copy)]
pub struct Years {
    pub first: i16,
    pub last: i16,
}

/// All that the century marks of a personal identity code can say.
const ALL: [i64; 2] = [1800, 2099];

/// With a hundred numbers a day, so many days make a million codes.
const FEWEST_DAYS: u128 = 10_000;

impl Years {
    /// Takes a range of years; all where there is none.
    pub fn parse(section: &Section<'_>, range: Option<Vec<i64>>) -> Result<Self, Fault> {
        let range = range.unwrap_or(ALL.to_vec());
        let years = match range.as_slice() {
            [first, last] if ALL[0] <= *first && *last <= ALL[1] => Years { first: *first as i16, last: *last as i16 },
            _ => return Err(section.fault_at("range", "`range` takes two years from 1800 to 2099", None)),
        };
        let later = years.since_1900().count();
        if years.days().count() < FEWEST_DAYS || (1..FEWEST_DAYS).contains(&later) {
            let what = "`range` takes 28 years or more, and as many since 1900 or none";
            let hint = "fewer possible codes are no secret (NIST SP 800-38G Rev. 1)".to_owned();
            return Err(section.fault_at("range", what, hint));
        }
        Ok(years)
    }

    pub fn days(self) -> Days {
        Days::of(self.first, self.last)
    }

    pub fn since_1900(self) -> Days {
        Days::of(self.first.max(1900), self.last)
    }

    pub fn words(self) -> String {
        format!("with a birthday from {} to {}", self.first, self.last)
    }

    pub fn option(self) -> (&'static str, String) {
        ("range", format!("[{}, {}]", self.first, self.last))
    }
}

/// The number that digits make; none where one is no digit.
pub fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u16::from(digit - b'0')))
}

/// The day of a year, a month and a day, where there is one.
pub fn day_of(year: u16, month: u16, day: u16) -> Option<Date> {
    Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_its_place() {
        let days = Days::of(1899, 2000);
        assert_eq!(days.count(), 102 * 365 + 25);
        for place in 0..days.count() {
            assert_eq!(days.place(days.at(place)), Some(place));
        }
        assert_eq!(days.place(jiff::civil::date(1898, 12, 31)), None);
        assert_eq!(days.place(jiff::civil::date(2001, 1, 1)), None);
        assert_eq!(Days::of(1900, 1800).count(), 0);
    }

    #[test]
    fn days_that_there_are_not_are_none() {
        assert_eq!(day_of(1900, 2, 29), None);
        assert!(day_of(2000, 2, 29).is_some());
        assert_eq!(number(b"007"), Some(7));
        assert_eq!(number(b"0a7"), None);
    }
}
