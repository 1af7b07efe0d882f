//! Belgium, the Netherlands and Luxembourg.

use super::checks::{last, luhn, number, verhoeff, weighted, worth};
use super::days::{LATEST_BIRTH, is_yyyymmdd};
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "NL_BSN",
        follows: "burgerservicenummer: Wabb; RvIG, Logisch ontwerp BSN, for the eleven test",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("999999999", 0), ("9999 99 999", 0), ("999 999 999", 0)],
        between: ANY,
        valid: is_bsn,
        purpose: Purpose::Person,
        said_by: &["bsn", "bsn*", "burgerservicenummer*", "sofinummer", "sofi nummer", "burger service nummer"],
    },
    Number {
        kind: "NL_BTW",
        follows: "btw-identificatienummer: Belastingdienst; of firms of one person since 2020, modulus 97",
        leaves_out: "some wrong digits, since one of two checks is enough",
        shapes: &[("AA999999999A99", 88)],
        between: ANY,
        valid: is_btw,
        purpose: Purpose::Tax,
        said_by: &["btw", "btw nummer", "btw id", "omzetbelasting*"],
    },
    Number {
        kind: "BE_NN",
        follows: "rijksregisternummer, and BIS number, whose month has 20 or 40 added: royal decree of 3 April 1984",
        leaves_out: "a wrong digit where the number is right with and without the 2 of those born since 2000",
        shapes: &[("99 99 99 999 99", 96), ("999999 999 99", 90), ("99999999999", 70)],
        between: ANY,
        valid: is_national_register,
        purpose: Purpose::Person,
        said_by: &[
            "rijksregisternummer",
            "rijksregister*",
            "insz",
            "inss",
            "niss",
            "registre national",
            "numéro national",
            "numéro de registre",
            "insz nummer",
            "nationaal nummer",
            "bis nummer",
            "nn",
        ],
    },
    Number {
        kind: "BE_VAT",
        follows: "ondernemingsnummer: act of 16 January 2003, Crossroads Bank for Enterprises",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("9999 999 999", 0), ("AA9999999999", 86), ("AA 9999 999 999", 86), ("9999999999", 0)],
        between: ANY,
        valid: is_enterprise,
        purpose: Purpose::Firm,
        said_by: &["ondernemingsnummer", "btw", "kbo", "tva", "numéro d entreprise", "bce", "kbo nummer"],
    },
    Number {
        kind: "LU_MATRICULE",
        follows: "matricule: act of 19 June 2013 (identification des personnes physiques); Luhn, then Verhoeff \
            over the same digits",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("9999999999999", 80)],
        between: ANY,
        valid: is_matricule,
        purpose: Purpose::Person,
        said_by: &["matricule", "matrikel*", "matricule national", "numéro d identification"],
    },
    Number {
        kind: "LU_TVA",
        follows: "numéro de TVA: Administration de l'enregistrement; six digits modulo 89",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("AA99999999", 80)],
        between: b" ",
        valid: |letters| letters.starts_with(b"LU") && number(&letters[2..8]) % 89 == number(&letters[8..]),
        purpose: Purpose::Tax,
        said_by: &["tva"],
    },
];

fn is_bsn(letters: &[u8]) -> bool {
    let sum = weighted(letters, &[9, 8, 7, 6, 5, 4, 3, 2]);
    sum > 0 && sum % 11 == last(letters)
}

/// A BSN or RSIN before `B01`; or any digits, of which modulus 97 with letters as their worth is 1.
fn is_btw(letters: &[u8]) -> bool {
    let as_digits = |left: u64, letter: &u8| {
        let worth = u64::from(worth(*letter));
        (left * if worth > 9 { 100 } else { 10 } + worth) % 97
    };
    letters.starts_with(b"NL")
        && letters[11] == b'B'
        && number(&letters[12..]) > 0
        && (is_bsn(&letters[2..11]) || letters.iter().fold(0, as_digits) == 1)
}

/// Numbers of those born since 2000 are checked with a 2 before them. Months and days can be 0 where they are not
/// known.
fn is_national_register(letters: &[u8]) -> bool {
    let check = number(&letters[9..]);
    let is_right = |first: u64| 97 - (first * 1_000_000_000 + number(&letters[..9])) % 97 == check;
    let (month, day) = (number(&letters[2..4]), number(&letters[4..6]));
    let is_month = month <= 12 || (20..=32).contains(&month) || (40..=52).contains(&month);
    let is_late = number(&letters[..2]) + 2000 <= LATEST_BIRTH && is_right(2);
    is_month && day <= 31 && number(&letters[..9]) > 0 && (is_right(0) || is_late)
}

fn is_enterprise(letters: &[u8]) -> bool {
    let digits = letters.strip_prefix(b"BE").unwrap_or(letters);
    digits.iter().all(u8::is_ascii_digit)
        && digits[0] <= b'1'
        && number(&digits[..8]) > 0
        && 97 - number(&digits[..8]) % 97 == number(&digits[8..])
}

fn is_matricule(letters: &[u8]) -> bool {
    let mut second = [b'0'; 12];
    second[..11].copy_from_slice(&letters[..11]);
    second[11] = letters[12];
    is_yyyymmdd(letters) && luhn(&letters[..12]) && verhoeff(&second)
}
