//! Bulgaria.

use super::checks::{last, number, weighted};
use super::days::is_day;
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "BG_EGN",
        follows: "EGN: act of civil registration (ZGR), article 11; GRAO for the weights",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("9999999999", 0)],
        between: ANY,
        valid: is_egn,
        purpose: Purpose::Person,
        said_by: &["егн", "egn"],
    },
    Number {
        kind: "BG_LNCH",
        follows: "LNCh, the personal number of a foreigner: act of foreigners (ZChRB); weights 21 to 1",
        leaves_out: "nothing: every wrong digit is seen, as all weights have no divisor in common with 10",
        shapes: &[("9999999999", 0)],
        between: ANY,
        valid: |letters| weighted(letters, &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10 == last(letters),
        purpose: Purpose::Person,
        said_by: &["лнч", "lnch", "пнф"],
    },
    Number {
        kind: "BG_EIK",
        follows: "EIK (BULSTAT): act of the BULSTAT register; two rows of weights modulo 11",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("999999999", 0), ("AA999999999", 80)],
        between: ANY,
        valid: |letters| is_eik(letters.strip_prefix(b"BG").unwrap_or(letters)),
        purpose: Purpose::Tax,
        said_by: &["еик", "eik", "булстат", "bulstat", "ддс"],
    },
];

/// Months of 1800 have 20 added, and those of 2000 have 40.
fn is_egn(letters: &[u8]) -> bool {
    let (year, month) = (number(&letters[..2]), number(&letters[2..4]));
    let (century, month) = match month {
        41.. => (2000, month - 40),
        21.. => (1800, month - 20),
        _ => (1900, month),
    };
    is_day(century + year, month, number(&letters[4..6]))
        && weighted(letters, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == last(letters)
}

fn is_eik(digits: &[u8]) -> bool {
    let check = match weighted(digits, &[1, 2, 3, 4, 5, 6, 7, 8]) % 11 {
        10 => weighted(digits, &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10,
        check => check,
    };
    digits[0].is_ascii_digit() && check == last(digits)
}
