//! Numbers, dates and times as a schema writes them, exact.

use std::fmt::{self, Display, Formatter};

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::whole::Unit;
use crate::document::Scalar;

/// The most digits behind the point that a schema's number may have.
const PLACES: i32 = 38;

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
            Quantity::Moment(time) => match jiff::Timestamp::from_nanosecond(*time) {
                Ok(moment) => moment.fmt(f),
                Err(_) => write!(f, "{time} ns after 1970"),
            },
            Quantity::Clock(time) => {
                let (seconds, rest) = (time / 1_000_000_000, time % 1_000_000_000);
                write!(f, "{:02}:{:02}:{:02}.{rest:09}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
            }
        }
    }
}

fn moment(text: &str) -> Option<i128> {
    let zoned = text.parse::<jiff::Timestamp>().ok().map(|moment| moment.as_nanosecond());
    let first = |time: DateTime| TimeZone::UTC.to_timestamp(time).ok().map(|moment| moment.as_nanosecond());
    zoned.or_else(|| {
        let date = || text.parse::<Date>().ok().map(|date| date.to_datetime(Time::midnight()));
        if text.contains(':') { text.parse().ok().and_then(first) } else { date().and_then(first) }
    })
}

fn clock(text: &str) -> Option<i128> {
    let time: Time = text.parse().ok()?;
    let seconds = (i128::from(time.hour()) * 60 + i128::from(time.minute())) * 60 + i128::from(time.second());
    Some(seconds * 1_000_000_000 + i128::from(time.subsec_nanosecond()))
}

/// The quotient rounded down and up.
fn between(dividend: i128, divisor: i128) -> (i128, i128) {
    let below = dividend.div_euclid(divisor);
    (below, below + i128::from(dividend.rem_euclid(divisor) != 0))
}

/// The number `digits / 10^places`, with no zero behind the last digit of its fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    pub digits: i128,
    pub places: i32,
}

impl Exact {
    /// The number that is written in base ten, perhaps with an exponent.
    fn of(text: &str) -> Option<Self> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let (mut digits, mut places) = (
            format!("{whole}{fraction}").parse::<i128>().ok()?,
            i32::try_from(fraction.len()).ok()?.checked_sub(exponent.parse().ok()?)?,
        );
        while digits % 10 == 0 && places > 0 {
            (digits, places) = (digits / 10, places - 1);
        }
        if places < 0 {
            (digits, places) = (digits.checked_mul(power(places.checked_neg()?)?)?, 0);
        }
        (places <= PLACES).then_some(Exact { digits, places })
    }

    /// The whole numbers around `number * 10^scale`; at the end of 128 bits where it lies beyond.
    fn around(self, scale: i32) -> (i128, i128) {
        let more = scale - self.places;
        let beyond = if self.digits < 0 { i128::MIN } else { i128::MAX };
        match power(more.abs()) {
            _ if self.digits == 0 => (0, 0),
            Some(power) if more < 0 => between(self.digits, power),
            Some(power) => self.digits.checked_mul(power).map_or((beyond, beyond), |whole| (whole, whole)),
            None if more < 0 => {
                if self.digits < 0 {
                    (-1, 0)
                } else {
                    (0, 1)
                }
            }
            None => (beyond, beyond),
        }
    }

    /// The nearest number of 64 bits.
    pub fn float(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }
}

fn power(exponent: i32) -> Option<i128> {
    10i128.checked_pow(exponent.try_into().ok()?)
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    /// By whole parts, then by fractions, both of which 128 bits hold.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let parts = |number: &Exact| {
            let one = power(number.places).unwrap_or(i128::MAX);
            let rest = number.digits.rem_euclid(one);
            (number.digits.div_euclid(one), rest * power(PLACES - number.places).unwrap_or(1))
        };
        parts(self).cmp(&parts(other))
    }
}

impl Display for Exact {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.places == 0 {
            return self.digits.fmt(f);
        }
        let sign = if self.digits < 0 { "-" } else { "" };
        let one = power(self.places).unwrap_or(i128::MAX).unsigned_abs();
        let (whole, rest) = (self.digits.unsigned_abs() / one, self.digits.unsigned_abs() % one);
        write!(f, "{sign}{whole}.{rest:0>width$}", width = self.places as usize)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Exact {
        Exact::of(text).expect("it is a number")
    }

    #[test]
    fn numbers_are_read_exactly_and_written_in_one_form() {
        for (written, form) in
            [("0.50", "0.5"), ("-0.05", "-0.05"), ("1e3", "1000"), ("12.5e-1", "1.25"), ("+7", "7"), ("-0.0", "0")]
        {
            assert_eq!(number(written).to_string(), form);
        }
        assert!(["inf", "nan", "", "1e99", "1e-39"].iter().all(|text| Exact::of(text).is_none()));
    }

    #[test]
    fn whole_numbers_around_are_below_and_above() {
        assert_eq!(number("-0.5").around(0), (-1, 0));
        assert_eq!(number("2.25").around(1), (22, 23));
        assert_eq!(number("2.25").around(2), (225, 225));
        assert_eq!(number("-1").around(127), (i128::MIN, i128::MIN));
        assert_eq!(number("0.1").around(-128), (0, 1));
    }

    #[test]
    fn times_are_read_in_utc() {
        let of = |text: &str| Quantity::of(&Scalar::Time(text.to_owned()));
        assert_eq!(of("1970-01-02"), Some(Quantity::Moment(86_400_000_000_000)));
        assert_eq!(of("1970-01-01T01:00:00+01:00"), Some(Quantity::Moment(0)));
        assert_eq!(of("1970-01-01T00:00:01"), Some(Quantity::Moment(1_000_000_000)));
        assert_eq!(of("00:00:01"), Some(Quantity::Clock(1_000_000_000)));
        assert_eq!(of("23:59:59.5").expect("a time").to_string(), "23:59:59.500000000");
    }

    proptest! {
        #[test]
        fn order_is_that_of_the_numbers(a in any::<i32>(), b in any::<i32>(), places in 0i32..6) {
            let of = |digits: i32| number(&format!("{digits}e-{places}"));
            prop_assert_eq!(of(a).cmp(&of(b)), a.cmp(&b));
            prop_assert_eq!(Exact::of(&of(a).to_string()), Some(of(a)));
        }
    }
}
