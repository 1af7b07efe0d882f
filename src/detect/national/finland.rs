//! Finland.

use super::checks::{last, number, weighted};
use super::days::is_day;
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "FI_HETU",
        follows: "henkilötunnus: act 661/2009, decree 128/2010, and decree 690/2022 for the later marks of a century",
        leaves_out: "codes without their mark",
        shapes: &[("999999 999*", 97), ("999999A999*", 97)],
        between: b"-+",
        valid: is_hetu,
        purpose: Purpose::Person,
        said_by: &[
            "hetu*",
            "henkilötunnus",
            "henkilötunnu*",
            "henkilotunnu*",
            "personbeteckning*",
            "sotu",
            "sosiaaliturvatunnus",
        ],
    },
    Number {
        kind: "FI_YTUNNUS",
        follows: "Y-tunnus: act 244/2001, and the Patent and Registration Office for the check digit",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("9999999 9", 0), ("99999999", 0)],
        between: b"-",
        valid: is_ytunnus,
        purpose: Purpose::Firm,
        said_by: &["y tunnus", "ytunnus", "y tunnuksen", "fo nummer"],
    },
    Number {
        kind: "FI_ALV",
        follows: "the Tax Administration: FI and a Y-tunnus without its hyphen",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("AA99999999", 75), ("AA 99999999", 75)],
        between: b" ",
        valid: |letters| letters.starts_with(b"FI") && is_ytunnus(&letters[2..]),
        purpose: Purpose::Tax,
        said_by: &["alv", "alv numero"],
    },
    Number {
        kind: "FI_VERONUMERO",
        follows: "veronumero: the Tax Administration; how its check is made is not public",
        leaves_out: "wrong digits: none is seen",
        shapes: &[("999999999999", 0)],
        between: ANY,
        valid: |letters| letters[0] != b'0',
        purpose: Purpose::Named,
        said_by: &["veronumero*", "skattenummer"],
    },
];

/// The first year of each century and its marks.
const CENTURIES: [(u64, &[u8]); 3] = [(1800, b"+"), (1900, b"-YXWVU"), (2000, b"ABCDEF")];

const CHECKS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

/// The sign of the 19th and 20th century stands between groups, and is not among the letters.
fn is_hetu(letters: &[u8]) -> bool {
    let (day, rest) = letters.split_at(6);
    let (mark, rest) = if rest.len() == 5 { (rest[0], &rest[1..]) } else { (b'-', rest) };
    let Some((century, _)) = CENTURIES.iter().find(|(_, marks)| marks.contains(&mark)) else { return false };
    let serial = number(&rest[..3]);
    let check = CHECKS[((number(day) * 1000 + serial) % 31) as usize];
    serial >= 2 && check == rest[3] && is_day(century + number(&day[4..]), number(&day[2..4]), number(&day[..2]))
}

fn is_ytunnus(letters: &[u8]) -> bool {
    match weighted(&letters[..7], &[7, 9, 10, 5, 8, 4, 2]) % 11 {
        0 => last(letters) == 0,
        1 => false,
        left => last(letters) == 11 - left,
    }
}
