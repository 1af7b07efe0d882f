//! Norway.

use super::checks::{at, number, weighted};
use super::days::is_day;
use super::{Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "NO_FNR",
        follows: "fødselsnummer and D-nummer: regulation 2017-07-14-1201 (folkeregisterforskriften), chapter 2",
        leaves_out: "numbers of the new check that follows from 2032 on",
        shapes: &[("999999 99999", 88), ("99999999999", 70)],
        between: b" -",
        valid: is_fodselsnummer,
        purpose: Purpose::Person,
        said_by: &[
            "fødselsnummer",
            "fødselsnr",
            "fodselsnummer",
            "personnummer",
            "fnr",
            "d nummer",
            "dnr",
            "national identity number",
        ],
    },
    Number {
        kind: "NO_ORGNR",
        follows: "organisasjonsnummer: the Brønnøysund Register Centre",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("999999999", 0)],
        between: b" ",
        valid: |letters| {
            matches!(letters[0], b'8' | b'9') && weighted(letters, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
        },
        purpose: Purpose::Firm,
        said_by: &["organisasjonsnummer", "orgnr", "org nr", "foretaksnummer"],
    },
    Number {
        kind: "NO_MVA",
        follows: "merverdiavgift: the Brønnøysund Register Centre; an organisasjonsnummer and MVA",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("999999999AAA", 88), ("999 999 999 AAA", 88), ("AA999999999AAA", 90), ("AA 999 999 999 AAA", 90)],
        between: b" ",
        valid: is_mva,
        purpose: Purpose::Tax,
        said_by: &["mva"],
    },
    Number {
        kind: "BANK_ACCOUNT",
        follows: "kontonummer: Bits AS, Norwegian national account numbers",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("9999 99 99999", 0), ("99999999999", 0)],
        between: b" .",
        valid: |letters| weighted(letters, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11),
        purpose: Purpose::Bank,
        said_by: &["konto", "kontonummer", "kontonr"],
    },
];

/// Days have 40 added in D numbers; months have 40, 65 or 80 added in numbers of health registers and of test data.
fn is_fodselsnummer(letters: &[u8]) -> bool {
    let (day, month, year) = (number(&letters[..2]), number(&letters[2..4]), number(&letters[4..6]));
    let day = if day > 40 { day - 40 } else { day };
    let month = [80, 65, 40, 0].into_iter().find(|added| month > *added).map_or(0, |added| month - added);
    let Some(century) = century(number(&letters[6..9]), year) else { return false };
    is_day(century + year, month, day)
        && weighted(letters, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && (weighted(letters, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) + at(letters, 10)).is_multiple_of(11)
}

/// Which century a number of the day is of.
fn century(serial: u64, year: u64) -> Option<u64> {
    match (serial, year) {
        (0..500, _) => Some(1900),
        (500..750, 54..) => Some(1800),
        (900.., 40..) => Some(1900),
        (500.., ..40) => Some(2000),
        _ => None,
    }
}

/// An organisasjonsnummer between NO, or nothing, and MVA.
fn is_mva(letters: &[u8]) -> bool {
    let digits = letters.strip_prefix(b"NO").unwrap_or(letters);
    letters.ends_with(b"MVA") && digits.len() == 12 && weighted(digits, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}
