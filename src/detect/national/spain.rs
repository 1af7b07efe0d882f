//! Spain.

use super::checks::{luhn_sum, number, weighted};
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "ES_DNI",
        follows: "documento nacional de identidad: royal decree 1553/2005; the letter by modulus 23 (royal \
            decree 1065/2007 for NIF)",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("99999999A", 76), ("99999999 A", 76), ("99 999 999 A", 85)],
        between: ANY,
        valid: |letters| letter_of(number(&letters[..8])) == letters[8],
        purpose: Purpose::Person,
        said_by: &["dni", "nif", "d n i", "documento nacional", "documento de identidad", "n i f"],
    },
    Number {
        kind: "ES_NIE",
        follows: "número de identidad de extranjero: royal decree 557/2011, article 206",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("A9999999A", 85), ("A 9999999 A", 88), ("A9999999 A", 88)],
        between: ANY,
        valid: |letters| {
            let first = b"XYZ".iter().position(|letter| *letter == letters[0]);
            first.is_some_and(|first| letter_of(first as u64 * 10_000_000 + number(&letters[1..8])) == letters[8])
        },
        purpose: Purpose::Person,
        said_by: &["nie", "n i e", "número de extranjero"],
    },
    Number {
        kind: "ES_NIF",
        follows: "número de identificación fiscal: royal decree 1065/2007; of firms (order EHA/451/2008), and \
            of people without a DNI (K, L, M)",
        leaves_out: "which firms have a letter and which a digit for their check",
        shapes: &[("A9999999*", 0), ("A 9999999*", 75)],
        between: ANY,
        valid: is_firm,
        purpose: Purpose::Tax,
        said_by: &["nif", "cif", "n i f", "c i f"],
    },
    Number {
        kind: "ES_NUSS",
        follows: "número de la Seguridad Social: royal decree 84/1996, article 21; ten digits modulo 97",
        leaves_out: "whether there is such a province",
        shapes: &[("999999999999", 0), ("99 99999999 99", 80), ("99 9999999999", 0)],
        between: ANY,
        valid: is_social_security,
        purpose: Purpose::Health,
        said_by: &["seguridad social", "nuss", "naf", "número de afiliación", "afiliación", "nº ss"],
    },
    Number {
        kind: "BANK_ACCOUNT",
        follows: "código cuenta cliente: Consejo Superior Bancario, norma 19; two check digits modulo 11",
        leaves_out: "some wrong digits, since 10 stands for 1",
        shapes: &[("99999999999999999999", 70), ("9999 9999 99 9999999999", 88)],
        between: ANY,
        valid: is_account,
        purpose: Purpose::Bank,
        said_by: &["ccc", "cuenta", "código cuenta cliente"],
    },
];

fn letter_of(number: u64) -> u8 {
    b"TRWAGMYFPDXBNJZSQVHLCKE"[(number % 23) as usize]
}

fn is_firm(letters: &[u8]) -> bool {
    let mut digits = [b'0'; 8];
    digits[..7].copy_from_slice(&letters[1..8]);
    let check = (10 - luhn_sum(&digits) % 10) % 10;
    match letters[0] {
        b'K' | b'L' | b'M' => letter_of(number(&letters[1..8])) == letters[8],
        b'A'..=b'H' | b'J' | b'N' | b'P'..=b'S' | b'U'..=b'W' => {
            letters[8] == b'0' + check as u8 || letters[8] == b"JABCDEFGHI"[check as usize]
        }
        _ => false,
    }
}

/// Numbers below ten million stand behind the province without their leading zero.
fn is_social_security(letters: &[u8]) -> bool {
    let (province, person) = (number(&letters[..2]), number(&letters[2..10]));
    let whole = if person < 10_000_000 { province * 10_000_000 + person } else { province * 100_000_000 + person };
    (1..=66).contains(&province) && whole % 97 == number(&letters[10..])
}

fn is_account(letters: &[u8]) -> bool {
    const WEIGHTS: [u32; 10] = [1, 2, 4, 8, 5, 10, 9, 7, 3, 6];
    let check = |digits: &[u8], weights: &[u32]| match 11 - weighted(digits, weights) % 11 {
        11 => b'0',
        10 => b'1',
        check => b'0' + check as u8,
    };
    check(&letters[..8], &WEIGHTS[2..]) == letters[8] && check(&letters[10..], &WEIGHTS) == letters[9]
}
