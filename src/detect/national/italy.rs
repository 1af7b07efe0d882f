//! Italy.

use super::checks::{luhn, number, worth};
use super::days::is_day;
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "IT_CF",
        follows: "codice fiscale: ministerial decree 12 March 1974 and 23 December 1976, omocodia among it",
        leaves_out: "whether there is such a municipality; in text, codes with fewer than six digits",
        shapes: &[("AAAAAA**A**A***A", 97), ("AAA AAA **A** A***A", 95)],
        between: ANY,
        valid: is_codice_fiscale,
        purpose: Purpose::Person,
        said_by: &["codice fiscale", "cf", "c f", "cod fisc"],
    },
    Number {
        kind: "IT_PIVA",
        follows: "partita IVA: presidential decree 633/1972, article 35; Luhn's formula",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("99999999999", 0), ("AA99999999999", 85), ("AA 99999999999", 85)],
        between: ANY,
        valid: |letters| is_partita_iva(letters.strip_prefix(b"IT").unwrap_or(letters)),
        purpose: Purpose::Tax,
        said_by: &["partita iva", "p iva", "piva", "iva"],
    },
];

/// Digits can be letters, where two people would have one code.
const AS_LETTERS: &[u8; 10] = b"LMNPQRSTUV";

/// What letters and digits count at the odd places, which are counted from one.
const ODD: [u32; 26] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

fn is_codice_fiscale(letters: &[u8]) -> bool {
    let place = |letter: u8| if letter.is_ascii_digit() { worth(letter) } else { worth(letter) - 10 };
    let sum: u32 = letters[..15]
        .iter()
        .enumerate()
        .map(|(at, letter)| match at % 2 {
            0 => ODD[place(*letter) as usize],
            _ => place(*letter),
        })
        .sum();
    let pair = |at: usize| Some(digit(letters[at])? * 10 + digit(letters[at + 1])?);
    let month = b"ABCDEHLMPRST".iter().position(|month| *month == letters[8]);
    let (Some(year), Some(month), Some(day)) = (pair(6), month, pair(9)) else { return false };
    // Women have 40 added to their day.
    let day = if day > 40 { day - 40 } else { day };
    let is_place = letters[12..15].iter().all(|letter| digit(*letter).is_some());
    is_place && is_day(2000 + year, month as u64 + 1, day) && sum % 26 == worth(letters[15]) - 10
}

/// The digit that stands there, or that a letter stands for.
fn digit(letter: u8) -> Option<u64> {
    let place = AS_LETTERS.iter().position(|it| *it == letter);
    if letter.is_ascii_digit() { Some(u64::from(letter - b'0')) } else { place.map(|place| place as u64) }
}

/// The three digits before the last are the office of the province.
fn is_partita_iva(digits: &[u8]) -> bool {
    let is_office = |office: u64| (1..=100).contains(&office) || matches!(office, 120 | 121 | 888 | 999);
    digits[0].is_ascii_digit() && number(&digits[..7]) > 0 && is_office(number(&digits[7..10])) && luhn(digits)
}
