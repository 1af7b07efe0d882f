//! Numbers that end in a check digit of Luhn's: payment cards and the like (ISO/IEC 7812-1, annex B).

use super::form::Format;
use super::misfit::Misfit;
use super::work::Work;

/// Digits of which the last is the check digit; the issuer's first digits do not stay.
pub struct Luhn;

/// The digit that makes a number right behind these.
pub fn check_digit(digits: &[u16]) -> u16 {
    let doubled = |digit: u16| if digit < 5 { 2 * digit } else { 2 * digit - 9 };
    let weighed = digits.iter().rev().enumerate();
    let sum: u32 = weighed.map(|(at, digit)| u32::from(if at % 2 == 0 { doubled(*digit) } else { *digit })).sum();
    ((10 - sum % 10) % 10) as u16
}

impl Format for Luhn {
    fn encrypt(&self, work: &mut Work, text: &str, out: &mut Vec<u8>) -> Result<(), Misfit> {
        let digit = |letter: char| letter.to_digit(10).map(|digit| digit as u16);
        work.read(text, digit)?;
        let (check, payload) = work.numerals.split_last().ok_or(Misfit::Short)?;
        if *check != check_digit(payload) {
            return Err(Misfit::Check);
        }
        let last = payload.len();
        work.encrypt("luhn", last)?;
        work.numerals[last] = check_digit(&work.numerals[..last]);
        work.write(text, out, |numeral, stood| digit(stood).and_then(|_| char::from_digit(numeral.into(), 10)));
        Ok(())
    }

    fn words(&self) -> String {
        "a number of the same length with a right check digit (Luhn), and the same separators".to_owned()
    }

    fn options(&self) -> Vec<(&'static str, String)> {
        vec![("check", "luhn".to_owned())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_known_numbers() {
        let known = ["4242424242424242", "378282246310005", "79927398713", "6011000990139424"];
        for number in known {
            let digits: Vec<u16> = number.bytes().map(|byte| u16::from(byte - b'0')).collect();
            let (check, payload) = digits.split_last().expect("there are some");
            assert_eq!(check_digit(payload), *check, "{number}");
        }
    }
}
