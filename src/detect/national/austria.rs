//! Austria.

use super::checks::{at, last, luhn, luhn_sum, weighted};
use super::{Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "AT_SVNR",
        follows: "Sozialversicherungsnummer: ASVG section 460d; Dachverband der Sozialversicherungsträger",
        leaves_out: "nothing: every wrong digit is seen; months up to 15 stand for days without free numbers",
        shapes: &[("9999 999999", 78), ("9999999999", 0)],
        between: b" -",
        valid: is_svnr,
        purpose: Purpose::Health,
        said_by: &[
            "sozialversicherungsnummer",
            "sozialversicherungs*",
            "svnr",
            "sv nummer",
            "sv nr",
            "vnr",
            "versicherungsnummer",
        ],
    },
    Number {
        kind: "AT_TIN",
        follows: "Abgabenkontonummer: Federal Ministry of Finance, by the OECD's note on Austria",
        leaves_out: "whether there is such a tax office",
        shapes: &[("99 999 9999", 0), ("999999999", 0)],
        between: b"-/ ",
        valid: luhn,
        purpose: Purpose::Tax,
        said_by: &["steuernummer", "abgabenkontonummer", "abgabenkonto", "st nr"],
    },
    Number {
        kind: "AT_UID",
        follows: "UID-Nummer: UStG 1994, article 28; Federal Ministry of Finance for the check digit",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("AAA99999999", 85), ("AAA 99999999", 85), ("AA A99999999", 85)],
        between: b" ",
        valid: is_uid,
        purpose: Purpose::Tax,
        said_by: &["uid", "uid nummer", "ust id"],
    },
];

/// The check digit is the fourth.
fn is_svnr(letters: &[u8]) -> bool {
    let (day, month) = (at(letters, 4) * 10 + at(letters, 5), at(letters, 6) * 10 + at(letters, 7));
    letters[0] != b'0'
        && (1..=31).contains(&day)
        && (1..=15).contains(&month)
        && weighted(letters, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 == at(letters, 3)
}

/// Luhn's sum over seven digits, to which four is added.
fn is_uid(letters: &[u8]) -> bool {
    letters.starts_with(b"ATU") && (luhn_sum(&letters[3..10]) + 4 + last(letters)).is_multiple_of(10)
}
