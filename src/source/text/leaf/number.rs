//! Numbers, in the spelling of JSON (RFC 8259, section 6).

use std::fmt::{self, Write};
use std::str::FromStr;

/// So many digits of a number tell a double from its neighbours; nobody writes more of one who does not mean them.
const DIGITS: usize = 17;

/// Whether a text is a number of JSON: `-`, an integer without leading zeros, a fraction, an exponent.
pub(in super::super) fn is_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let Some((integer, rest)) = digits(rest) else { return false };
    if integer.len() > 1 && integer.starts_with('0') {
        return false;
    }
    let rest = match rest.strip_prefix('.').map(digits) {
        None => rest,
        Some(Some((_, rest))) => rest,
        Some(None) => return false,
    };
    match rest.strip_prefix(['e', 'E']) {
        None => rest.is_empty(),
        Some(rest) => digits(rest.strip_prefix(['+', '-']).unwrap_or(rest)).is_some_and(|(_, rest)| rest.is_empty()),
    }
}

/// The digits at the start of a text, at least one, and what follows them.
fn digits(text: &str) -> Option<(&str, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    (length > 0).then(|| text.split_at(length))
}

fn is_integer(text: &str) -> bool {
    is_number(text) && !text.contains(['.', 'e', 'E'])
}

/// An integer that fits its type; `-0` is none.
pub(super) fn integer<N: FromStr>(text: &str) -> Option<N> {
    if !is_integer(text) || text == "-0" {
        return None;
    }
    text.parse().ok()
}

/// The double next to the number; an integer only where the double is that integer, and more digits than a double has only where
/// they are its own.
pub(super) fn float(text: &str) -> Option<f64> {
    if !is_number(text) {
        return None;
    }
    let double = text.parse::<f64>().ok().filter(|double| double.is_finite())?;
    if double == 0.0 && !is_zero(text) {
        return None;
    }
    // The digits of an integer are often a number that someone counts on: an identifier, an amount.
    let is_exact = match is_integer(text) {
        true => text.parse::<i128>().is_ok_and(|whole| holds(double, whole)),
        false => tells(double, text),
    };
    is_exact.then_some(double)
}

/// Whether no digit of a number is lost in its double: 100000000000000000.25 would leave as 100000000000000000.
fn tells(double: f64, number: &str) -> bool {
    let count = significant(number).count();
    count <= DIGITS || Agrees::with(significant(number)).said_by(format_args!("{double:.*e}", count - 1))
}

/// The digits of a number from the first that is no zero to the last, those of its exponent aside.
fn significant(number: &str) -> impl Iterator<Item = u8> + '_ {
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    mantissa.trim_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit)
}

/// Holds digits that are written against those that are expected, so that nothing is put together for it.
struct Agrees<I> {
    expected: I,
    is_exponent: bool,
}

impl<I: Iterator<Item = u8>> Agrees<I> {
    fn with(expected: I) -> Self {
        Agrees { expected, is_exponent: false }
    }

    fn said_by(mut self, written: fmt::Arguments<'_>) -> bool {
        self.write_fmt(written).is_ok() && self.expected.next().is_none()
    }
}

impl<I: Iterator<Item = u8>> Write for Agrees<I> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.is_exponent |= byte == b'e';
            if byte.is_ascii_digit() && !self.is_exponent && self.expected.next() != Some(byte) {
                return Err(fmt::Error);
            }
        }
        Ok(())
    }
}

/// Whether every digit of a number is a zero, those of its exponent aside.
fn is_zero(number: &str) -> bool {
    let digits = number.split(['e', 'E']).next().unwrap_or_default();
    digits.bytes().all(|byte| matches!(byte, b'-' | b'.' | b'0'))
}

/// Whether a double is exactly that integer; 2^127 itself lies outside of `i128`, and a cast would bend it.
fn holds(double: f64, whole: i128) -> bool {
    double < 170_141_183_460_469_231_731_687_303_715_884_105_728.0 && double as i128 == whole
}

/// The unscaled integer of a decimal; none where digits would be lost.
pub(super) fn decimal(text: &str, precision: u8, scale: u8) -> Option<i128> {
    if !is_number(text) || text.contains(['e', 'E']) {
        return None;
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let missing = usize::from(scale).checked_sub(fraction.len())?;
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    let written = whole.bytes().chain(fraction.bytes()).filter(u8::is_ascii_digit);
    let mut digits = written.chain(std::iter::repeat_n(b'0', missing));
    let value = digits.try_fold(0i128, |value, digit| value.checked_mul(10)?.checked_add(i128::from(digit - b'0')))?;
    let most = 10i128.checked_pow(u32::from(precision))?;
    (value < most).then_some(sign * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_standard() {
        for text in ["0", "-0", "1", "-10", "0.5", "1e5", "1E+5", "1.25e-3", "0e0"] {
            assert!(is_number(text), "{text}");
        }
        for text in ["", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "1 ", " 1", "1_0"] {
            assert!(!is_number(text), "{text}");
        }
    }

    #[test]
    fn an_integer_fits_or_is_refused() {
        assert_eq!(integer::<i8>("-128"), Some(-128));
        assert_eq!(integer::<i64>("9223372036854775807"), Some(i64::MAX));
        assert_eq!(integer::<u64>("18446744073709551615"), Some(u64::MAX));
        for text in ["128", "-129", "1.0", "1e1", "-0", "007", "+1", ""] {
            assert_eq!(integer::<i8>(text), None, "{text}");
        }
        assert_eq!(integer::<u64>("18446744073709551616"), None);
        assert_eq!(integer::<u64>("-1"), None);
    }

    #[test]
    fn a_double_does_not_change_an_integer() {
        assert_eq!(float("9007199254740992"), Some(9_007_199_254_740_992.0));
        assert_eq!(float("9007199254740993"), None);
        assert_eq!(float("170141183460469231731687303715884105727"), None);
        assert_eq!(float("170141183460469231731687303715884105728"), None);
        assert_eq!(float("0.1"), Some(0.1));
        assert_eq!(float("-0").map(f64::to_bits), Some((-0.0f64).to_bits()));
        assert_eq!([float("1e400"), float("inf"), float("nan"), float("1.")], [None; 4]);
        assert_eq!([float("1e-400"), float("-0.1e-399")], [None; 2], "zero is another number");
        assert_eq!([float("0e-400"), float("-0.00")].map(|zero| zero.map(f64::abs)), [Some(0.0); 2]);
        assert_eq!(float("5e-324"), Some(f64::from_bits(1)));
    }

    #[test]
    fn a_double_loses_no_digit_of_a_fraction() {
        for text in
            ["100000000000000000.25", "-1234567890123456789.5", "0.1000000000000000001", "1.2345678901234567890123e9"]
        {
            assert_eq!(float(text), None, "{text}");
        }
        // As they are written by who has doubles: shortest, with 17 digits, padded, or in full.
        for text in [
            "0.30000000000000004",
            "0.10000000000000001",
            "1234567890123.4567",
            "0.1000000000000000055511151231257827",
            "-2.5000000000000000000000000",
            "0.0000000000000000000000123",
            "123000000000000000000000.0",
            "1.7976931348623157e308",
        ] {
            assert_eq!(float(text), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn a_decimal_loses_no_digit() {
        assert_eq!(decimal("-1.5", 5, 2), Some(-150));
        assert_eq!(decimal("999.99", 5, 2), Some(99_999));
        assert_eq!(decimal("-0.01", 5, 2), Some(-1));
        for text in ["1000", "1.005", "1.000", "1e2", "", "."] {
            assert_eq!(decimal(text, 5, 2), None, "{text}");
        }
        let most = "99999999999999999999999999999999999999";
        assert_eq!(decimal(most, 38, 0), Some(10i128.pow(38) - 1));
        assert_eq!(decimal(&format!("{most}9"), 38, 0), None);
    }
}
