//! The distance between the multiples of a number.

use std::fmt::{self, Display, Formatter};

use super::exact::Exact;
use super::quantity::Quantity;
use super::whole::Wholes;
use crate::document::{Fault, Scalar, Section};

/// A number above zero, exact, and as the quotient of two floating-point numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    exact: Exact,
    digits: f64,
    one: f64,
}

impl Step {
    /// Takes a step where it is given.
    ///
    /// # Errors
    /// Where it is no number above zero.
    pub fn take(section: &mut Section<'_>, option: &'static str) -> Result<Option<Self>, Fault> {
        let Some(scalar) = section.optional::<Scalar>(option)? else { return Ok(None) };
        match Quantity::of(&scalar) {
            Some(Quantity::Number(number)) if number.digits > 0 => Ok(Some(Step::of(number))),
            _ => Err(section.fault_at(option, format!("`{option}` takes a number above zero"), None)),
        }
    }

    /// `10^places` is read, not computed: how exact a power is differs between machines.
    fn of(exact: Exact) -> Self {
        let one = format!("1e{}", exact.places).parse().unwrap_or(f64::NAN);
        Step { exact, digits: exact.digits as f64, one }
    }

    /// The step in whole numbers of a type; none where it is no number of them, or too little to change one.
    pub fn wholes(self, wholes: &Wholes) -> Option<i128> {
        Quantity::Number(self.exact).exactly(wholes.unit).filter(|step| *step > 1)
    }

    /// The nearest number of 64 bits.
    pub fn float(self) -> f64 {
        self.exact.float()
    }

    /// The multiple nearest to a number, the even one of two, or the last one that is not infinite for `held`. Where the way
    /// there leads beyond all numbers, multiples lie closer to each other than numbers do, and the number stays.
    pub fn nearest(self, value: f64, held: fn(f64) -> f64) -> f64 {
        let times = (value * self.one / self.digits).round_ties_even();
        match self.multiple(times) {
            nearest if !nearest.is_finite() => value,
            nearest if held(nearest).is_finite() => nearest,
            _ => self.multiple(times - times.signum()),
        }
    }

    /// The greatest multiple that is not above a number, both as `nearest` rounds them.
    ///
    /// A quotient can come out a little above or below a whole number that it should be, so its neighbours are tried.
    pub fn floor(self, value: f64, nearest: fn(f64) -> f64) -> f64 {
        let times = (value * self.one / self.digits).round_ties_even();
        let multiple = |times| nearest(self.multiple(times));
        if multiple(times) <= value { multiple(times) } else { multiple(times - 1.0) }
    }

    /// A multiple by one rounded product and one rounded quotient, so that three tenths are 0.3.
    fn multiple(self, times: f64) -> f64 {
        times * self.digits / self.one
    }
}

/// The multiple of `step` nearest to a whole number, the even one of two, within the ends of a type.
pub fn nearest_whole(value: i128, step: i128, wholes: &Wholes) -> i128 {
    let (times, over) = (value.div_euclid(step), value.rem_euclid(step));
    let up = over > step - over || (over == step - over && times % 2 != 0);
    let (below, above) = (value - over, value.saturating_add(step - over));
    if (up && above <= wholes.greatest) || below < wholes.least { above } else { below }
}

impl Display for Step {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.exact.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::DataType;
    use proptest::prelude::*;

    use super::*;

    fn step(text: &str) -> Step {
        match Quantity::of(&Scalar::Number(text.to_owned())) {
            Some(Quantity::Number(number)) => Step::of(number),
            _ => panic!("{text} is a number"),
        }
    }

    #[test]
    fn ties_go_to_the_even_multiple_and_ends_are_kept() {
        let bytes = Wholes::of(&DataType::Int8).expect("whole numbers");
        let rounded = [15, 25, -15, -25, 14, 126, -128, -126].map(|value| nearest_whole(value, 10, &bytes));
        assert_eq!(rounded, [20, 20, -20, -20, 10, 120, -120, -120]);
        let nearest = |by: &str, value| step(by).nearest(value, |value| value);
        assert_eq!([0.25, 0.75, -0.25, 0.3].map(|value| nearest("0.5", value)), [0.0, 1.0, 0.0, 0.5]);
        let far = [1e308, -1e308, f64::MAX, f64::INFINITY, f64::NEG_INFINITY];
        assert_eq!(far.map(|value| nearest("0.5", value)), far);
        let half = |value| half::f16::from_f64_const(value).to_f64();
        assert_eq!([65_504.0, -65_504.0, 64_400.0].map(|value| step("1e3").nearest(value, half)), [65e3, -65e3, 64e3]);
    }

    #[test]
    fn tenths_are_the_tenths_one_would_write() {
        let down = |value| step("0.1").floor(value, |value| value);
        assert_eq!([0.3, 0.7, 0.79999, -0.05, 60.17].map(down), [0.3, 0.7, 0.7, -0.1, 60.1]);
        let narrow = |value: f64| f64::from(value as f32);
        assert_eq!(step("0.1").floor(0.7f32.into(), narrow) as f32, 0.7);
    }

    proptest! {
        #[test]
        fn nearest_is_a_multiple_no_further_than_half(value in any::<i64>(), by in 2i128..1_000_000) {
            let wholes = Wholes { least: i128::MIN, greatest: i128::MAX, ..Wholes::of(&DataType::Int64).expect("whole") };
            let rounded = nearest_whole(value.into(), by, &wholes);
            prop_assert!(rounded % by == 0 && (rounded - i128::from(value)).abs() * 2 <= by);
        }

        #[test]
        fn floor_of_a_written_multiple_is_itself(times in -1_000_000i64..1_000_000, places in 1usize..6) {
            let written: f64 = format!("{times}e-{places}").parse().expect("a number");
            prop_assert_eq!(step(&format!("1e-{places}")).floor(written, |value| value), written);
        }
    }
}
