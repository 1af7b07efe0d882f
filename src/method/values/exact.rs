//! Numbers of base ten, exact.

use std::cmp::Ordering;
use std::fmt::{self, Display, Formatter};

/// The most digits behind the point that a number may have.
const PLACES: i32 = 38;

/// The quotient rounded down and up.
pub fn between(dividend: i128, divisor: i128) -> (i128, i128) {
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
    pub fn of(text: &str) -> Option<Self> {
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
    pub fn around(self, scale: i32) -> (i128, i128) {
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
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    /// By whole parts, then by fractions, both of which 128 bits hold.
    fn cmp(&self, other: &Self) -> Ordering {
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

    proptest! {
        #[test]
        fn order_is_that_of_the_numbers(a in any::<i32>(), b in any::<i32>(), places in 0i32..6) {
            let of = |digits: i32| number(&format!("{digits}e-{places}"));
            prop_assert_eq!(of(a).cmp(&of(b)), a.cmp(&b));
            prop_assert_eq!(Exact::of(&of(a).to_string()), Some(of(a)));
        }
    }
}
