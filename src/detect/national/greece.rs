//! Greece.

use super::checks::{last, luhn, worth};
use super::days::is_ddmmyy;
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "GR_AMKA",
        follows: "AMKA: act 3655/2008, article 153; Luhn's formula over eleven digits, of which six are the day \
            of birth",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("99999999999", 0)],
        between: ANY,
        valid: |letters| is_ddmmyy(letters) && luhn(letters),
        purpose: Purpose::Health,
        said_by: &["αμκα", "amka", "α μ κ α"],
    },
    Number {
        kind: "GR_AFM",
        follows: "AFM: AADE, by the OECD's note on Greece; powers of two modulo 11",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("999999999", 0), ("AA999999999", 82)],
        between: ANY,
        valid: |letters| {
            let digits = [b"EL", b"GR"].iter().find_map(|prefix| letters.strip_prefix(*prefix)).unwrap_or(letters);
            is_afm(digits)
        },
        purpose: Purpose::Tax,
        said_by: &["αφμ", "afm", "α φ μ", "φπα"],
    },
    Number {
        kind: "GR_ADT",
        follows: "arithmos deltiou taftotitas: ministerial decision 3021/19/53 of 2005, letters that Greek and \
            Latin share",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("AA999999", 0), ("AA 999999", 0)],
        between: ANY,
        valid: |letters| letters[..2].iter().all(|letter| b"ABEHIKMNOPTXYZ".contains(letter)),
        purpose: Purpose::Named,
        said_by: &["αδτ", "adt", "ταυτότητα*", "ταυτότητας", "ταυτότητα"],
    },
];

fn is_afm(digits: &[u8]) -> bool {
    let sum = digits[..8].iter().fold(0, |sum, digit| sum * 2 + worth(*digit));
    digits[0].is_ascii_digit() && sum > 0 && sum * 2 % 11 % 10 == last(digits)
}
