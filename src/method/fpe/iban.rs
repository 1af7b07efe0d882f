//! International bank account numbers (ISO 13616-1), whose check digits are those of ISO/IEC 7064, MOD 97-10.

use super::alphabet::{letter_of_36, numeral_of_36};
use super::form::Format;
use super::misfit::Misfit;
use super::work::Work;

/// Country, check digits, and an account number whose digits stay digits and whose capitals stay capitals.
///
/// The structure that a country registered is kept with them. Check digits inside the account number, which some
/// countries have besides, are encrypted like the others.
pub struct Iban;

/// Where the account number starts.
const ACCOUNT: usize = 4;

/// The shortest (Norway) and the longest that the standard allows.
const LENGTHS: std::ops::RangeInclusive<usize> = 15..=34;

/// The check digits of an IBAN whose numerals are of radix 36; those that it has do not count.
fn check_digits(numerals: &[u16]) -> u16 {
    let moved = numerals[ACCOUNT..].iter().chain(&numerals[..2]).chain(&[0, 0]);
    let rest = moved.fold(0, |rest, numeral| (rest * if *numeral < 10 { 10 } else { 100 } + numeral) % 97);
    98 - rest
}

fn check(numerals: &[u16]) -> Result<(), Misfit> {
    let formed = LENGTHS.contains(&numerals.len())
        && numerals[..2].iter().all(|numeral| *numeral >= 10)
        && numerals[2..ACCOUNT].iter().all(|numeral| *numeral < 10);
    if !formed {
        return Err(Misfit::Form);
    }
    // Of two numbers that are equal modulo 97, as 01 and 98 are, only one is ever written: there are no two ways.
    if numerals[2] * 10 + numerals[3] == check_digits(numerals) { Ok(()) } else { Err(Misfit::Check) }
}

impl Format for Iban {
    fn encrypt(&self, work: &mut Work, text: &str, out: &mut Vec<u8>) -> Result<(), Misfit> {
        let numeral = |letter: char| numeral_of_36(letter).filter(|_| !letter.is_ascii_lowercase());
        work.read(text, numeral)?;
        check(&work.numerals)?;
        work.encrypt_mixed("iban", ACCOUNT)?;
        let digits = check_digits(&work.numerals);
        (work.numerals[2], work.numerals[3]) = (digits / 10, digits % 10);
        work.write(text, out, letter_of_36);
        Ok(())
    }

    fn words(&self) -> String {
        "an account number (IBAN) of the same country and length with right check digits, and with digits, letters and \
         separators where they were"
            .to_owned()
    }

    fn options(&self) -> Vec<(&'static str, String)> {
        vec![("check", "iban".to_owned())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples of the registry of ISO 13616.
    #[test]
    fn check_digits_are_those_of_the_registry() {
        let known = [
            "FI2112345600000785",
            "GB29NWBK60161331926819",
            "NO9386011117947",
            "MT84MALT011000012345MTLCAST001S",
            "SE4550000000058398257466",
        ];
        for number in known {
            let numerals: Vec<u16> = number.chars().filter_map(numeral_of_36).collect();
            assert_eq!(check(&numerals), Ok(()), "{number}");
        }
    }
}
