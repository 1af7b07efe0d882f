//! Poland.

use super::checks::{last, number, weighted};
use super::days::is_day;
use super::{Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "PL_PESEL",
        follows: "PESEL: act of 24 September 2010 (ustawa o ewidencji ludności), article 15",
        leaves_out: "nothing: every wrong digit is seen, as all weights have no divisor in common with 10",
        shapes: &[("99999999999", 0)],
        between: b" -",
        valid: is_pesel,
        purpose: Purpose::Person,
        said_by: &["pesel", "pesel*"],
    },
    Number {
        kind: "PL_NIP",
        follows: "NIP: act of 13 October 1995 (ustawa o zasadach ewidencji podatników), for people and firms",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("999 999 99 99", 0), ("999 99 99 999", 0), ("9999999999", 0), ("AA9999999999", 80)],
        between: b" -",
        valid: |letters| is_nip(letters.strip_prefix(b"PL").unwrap_or(letters)),
        purpose: Purpose::Tax,
        said_by: &["nip"],
    },
    Number {
        kind: "PL_REGON",
        follows: "REGON: regulation of 30 November 2015 of the Council of Ministers",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("999999999", 0), ("99999999999999", 0)],
        between: b" -",
        valid: is_regon,
        purpose: Purpose::Firm,
        said_by: &["regon"],
    },
    Number {
        kind: "PL_DOWOD",
        follows: "dowód osobisty: ICAO Doc 9303 weights over its series and number",
        leaves_out: "a wrong letter that differs from the right one by ten, and cards of before 2001",
        shapes: &[("AAA999999", 0), ("AAA 999999", 0)],
        between: b" ",
        valid: |letters| weighted(letters, &[7, 3, 1, 9, 7, 3, 1, 7, 3]).is_multiple_of(10),
        purpose: Purpose::Document,
        said_by: &["dowód", "dowod", "dowodu", "dowód osobisty", "seria i numer"],
    },
];

/// The months of each century, of which 1900 comes first.
fn is_pesel(letters: &[u8]) -> bool {
    let month = number(&letters[2..4]);
    let century = [1900, 2000, 2100, 2200, 1800][(month / 20) as usize % 5];
    is_day(century + number(&letters[..2]), month % 20, number(&letters[4..6]))
        && weighted(letters, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

fn is_nip(digits: &[u8]) -> bool {
    digits.iter().all(u8::is_ascii_digit) && weighted(digits, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == last(digits)
}

fn is_regon(digits: &[u8]) -> bool {
    let check = |digits: &[u8], weights: &[u32]| weighted(digits, weights) % 11 % 10;
    let is_short = check(digits, &[8, 9, 2, 3, 4, 5, 6, 7]) == u32::from(digits[8] - b'0');
    is_short && (digits.len() == 9 || check(digits, &[2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8]) == last(digits))
}
