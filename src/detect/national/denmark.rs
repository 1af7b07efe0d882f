//! Denmark.

use super::checks::{number, weighted};
use super::days::{LATEST_BIRTH, is_day};
use super::{Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "DK_CPR",
        follows: "CPR-nummer: act 1010/2020 (CPR-loven); the CPR Office, Personnummeret i CPR, for centuries",
        leaves_out: "wrong digits of the last four, since modulus 11 is not kept to since October 2007; births \
            after 2027",
        shapes: &[("999999 9999", 0), ("9999999999", 0)],
        between: b" -",
        valid: is_cpr,
        purpose: Purpose::Person,
        said_by: &["cpr", "cpr nr", "cpr nummer", "cprnr", "cprnummer", "personnr"],
    },
    Number {
        kind: "DK_CVR",
        follows: "CVR-nummer: the Danish Business Authority",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("99999999", 0), ("99 99 99 99", 0)],
        between: b" ",
        valid: is_cvr,
        purpose: Purpose::Firm,
        said_by: &["cvr", "cvr nr", "cvrnr", "cvr nummer", "se nr"],
    },
    Number {
        kind: "DK_VAT",
        follows: "momsnummer: the Danish Business Authority; DK and a CVR-nummer",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("AA99999999", 78), ("AA 99999999", 78)],
        between: b" ",
        valid: |letters| letters.starts_with(b"DK") && is_cvr(&letters[2..]),
        purpose: Purpose::Tax,
        said_by: &["moms"],
    },
];

fn is_cpr(letters: &[u8]) -> bool {
    let year = number(&letters[4..6]);
    let century = match (letters[6], year) {
        (b'5'..=b'8', 58..) => 1800,
        (b'0'..=b'3', _) | (b'4' | b'9', 37..) => 1900,
        _ => 2000,
    };
    let year = century + year;
    year <= LATEST_BIRTH && is_day(year, number(&letters[2..4]), number(&letters[..2]))
}

fn is_cvr(letters: &[u8]) -> bool {
    letters[0] != b'0' && weighted(letters, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}
