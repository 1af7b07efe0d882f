//! Numbers, dates and times as a schema writes them, exact.

use std::fmt::{self, Display, Formatter};

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};

use super::exact::{Exact, between};
use super::whole::Unit;
use crate::document::Scalar;

/// What a schema says that values are compared with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    Number(Exact),
    /// Nanoseconds since 1970 in UTC; a date is its first moment, and a time without a zone is one of UTC.
    Moment(i128),
    /// Nanoseconds since midnight.
    Clock(i128),
}

impl Quantity {
    /// The quantity that is written; none where it is none, or has more digits than 128 bits hold.
    pub fn of(scalar: &Scalar) -> Option<Self> {
        match scalar {
            Scalar::Number(text) => Exact::of(text).map(Quantity::Number),
            Scalar::Time(text) => moment(text).map(Quantity::Moment).or_else(|| clock(text).map(Quantity::Clock)),
            Scalar::Text(_) | Scalar::Truth(_) => None,
        }
    }

    /// The whole numbers of a unit at or below it and at or above it; none where it is of another kind.
    pub fn around(&self, unit: Unit) -> Option<(i128, i128)> {
        match (self, unit) {
            (Quantity::Number(number), Unit::Number { scale }) => Some(number.around(scale)),
            (Quantity::Moment(time), Unit::Moment { nanoseconds })
            | (Quantity::Clock(time), Unit::Clock { nanoseconds }) => Some(between(*time, nanoseconds)),
            _ => None,
        }
    }

    /// The whole number of a unit that it is.
    pub fn exactly(&self, unit: Unit) -> Option<i128> {
        self.around(unit).filter(|(below, above)| below == above).map(|(below, _)| below)
    }

    /// The number nearest to it; none where it is none.
    pub fn float(&self) -> Option<f64> {
        if let Quantity::Number(number) = self { Some(number.float()) } else { None }
    }

    /// Whether both can be compared.
    pub fn is_like(&self, other: &Quantity) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

impl Display for Quantity {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Quantity::Number(number) => number.fmt(f),
            Quantity::Moment(time) => match civil(*time) {
                Some(moment) => write!(f, "{moment}Z"),
                None => write!(f, "{time} ns after 1970"),
            },
            Quantity::Clock(time) => {
                let (seconds, rest) = (time / 1_000_000_000, time % 1_000_000_000);
                write!(f, "{:02}:{:02}:{:02}.{rest:09}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
            }
        }
    }
}

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// A timestamp ends a day before the calendar does, in whatever zone: so the last day, which stands for no end, is counted
/// by the calendar.
fn moment(text: &str) -> Option<i128> {
    let zoned = text.parse::<jiff::Timestamp>().ok().map(|moment| moment.as_nanosecond());
    let since = |time: DateTime| time.duration_since(EPOCH).as_nanos();
    zoned.or_else(|| {
        let date = || text.parse::<Date>().ok().map(|date| date.to_datetime(Time::midnight()));
        // Of an offset nothing would be seen in the calendar.
        let is_civil = text.get(10..).is_none_or(|time| !time.contains(['+', '-']));
        let time = || text.strip_suffix('Z').unwrap_or(text).parse().ok().filter(|_| is_civil);
        if text.contains(':') { time().map(since) } else { date().map(since) }
    })
}

/// The moment in UTC; none where the calendar has no such day.
fn civil(nanoseconds: i128) -> Option<DateTime> {
    let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).ok()?;
    let rest = nanoseconds.rem_euclid(1_000_000_000) as i32;
    EPOCH.checked_add(SignedDuration::new(seconds, rest)).ok()
}

fn clock(text: &str) -> Option<i128> {
    // The parser passes over a day that stands before a time.
    let time: Time = text.parse().ok().filter(|_| text.find(':') == Some(2))?;
    let seconds = (i128::from(time.hour()) * 60 + i128::from(time.minute())) * 60 + i128::from(time.second());
    Some(seconds * 1_000_000_000 + i128::from(time.subsec_nanosecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_utc() {
        let of = |text: &str| Quantity::of(&Scalar::Time(text.to_owned()));
        assert_eq!(of("1970-01-02"), Some(Quantity::Moment(86_400_000_000_000)));
        assert_eq!(of("1970-01-01T01:00:00+01:00"), Some(Quantity::Moment(0)));
        assert_eq!(of("1970-01-01T00:00:01"), Some(Quantity::Moment(1_000_000_000)));
        assert_eq!(of("00:00:01"), Some(Quantity::Clock(1_000_000_000)));
        assert_eq!(of("23:59:59.5").expect("a time").to_string(), "23:59:59.500000000");
    }

    #[test]
    fn days_end_with_the_calendar() {
        let of = |text: &str| Quantity::of(&Scalar::Time(text.to_owned()));
        let end = (2_932_896 + 1) * 86_400_000_000_000;
        assert_eq!(of("9999-12-31"), Some(Quantity::Moment(end - 86_400_000_000_000)));
        assert_eq!(of("9999-12-31T23:59:59.999999999Z"), Some(Quantity::Moment(end - 1)));
        assert_eq!(of("9999-12-31T23:59:59"), Some(Quantity::Moment(end - 1_000_000_000)));
        assert_eq!(of("9999-12-31T23:59:59-02:00"), None);
        for text in ["9999-12-31T00:00:00Z", "9999-12-30T12:00:00Z", "2000-12-31T23:59:59.5Z", "0001-01-01T00:00:00Z"] {
            assert_eq!(of(text).expect("a moment").to_string(), text);
        }
    }
}
