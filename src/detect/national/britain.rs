//! The United Kingdom.

use super::checks::{at, number, weighted};
use super::days::is_day;
use super::{Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "UK_NINO",
        follows: "National Insurance number: HMRC, NIM39110",
        leaves_out: "wrong digits: there is no check digit; numbers without their last letter",
        shapes: &[
            ("AA999999A", 93),
            ("AA 99 99 99 A", 96),
            ("AA 999999 A", 94),
            ("AA 999999A", 93),
            ("AA999999 A", 93),
            ("AA 999 999 A", 90),
        ],
        between: b" -.",
        valid: is_nino,
        purpose: Purpose::Person,
        said_by: &["nino", "national insurance", "ni number", "ni no", "insurance number"],
    },
    Number {
        kind: "UK_NHS",
        follows: "NHS number: NHS Data Dictionary, modulus 11; the CHI number of Scotland has the same check",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("999 999 9999", 0), ("9999999999", 0)],
        between: b" -",
        valid: |letters| weighted(letters, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11) && number(letters) > 0,
        purpose: Purpose::Health,
        said_by: &["nhs", "nhs no", "nhs number", "chi number", "chi"],
    },
    Number {
        kind: "UK_UTR",
        follows: "Unique Taxpayer Reference: HMRC, modulus 11 with the check digit first",
        leaves_out: "some wrong digits, since two remainders each stand for 1 and 2",
        shapes: &[("9999999999", 0), ("99999 99999", 0), ("9999999999A", 0)],
        between: b" ",
        valid: is_utr,
        purpose: Purpose::Tax,
        said_by: &["utr", "unique taxpayer", "taxpayer reference", "self assessment"],
    },
    Number {
        kind: "DRIVER_LICENSE",
        follows: "DVLA driver number: DVLA INF 188/2X; surname, day of birth, initials",
        leaves_out: "wrong digits, since the check letters are not public",
        shapes: &[("*****999999**9AA", 90), ("***** 999999 **9AA", 90), ("***** 999999 **9 AA", 90)],
        between: b" -",
        valid: is_driver,
        purpose: Purpose::Document,
        said_by: &["driving licence", "driver number", "dvla", "driving license"],
    },
    Number {
        kind: "UK_VAT",
        follows: "VAT registration number: HMRC VATREG03850; modulus 97, or 97 less 55",
        leaves_out: "numbers of government departments and health authorities",
        shapes: &[("AA999999999", 82), ("AA 999999999", 82), ("AA 999 9999 99", 86)],
        between: b" ",
        valid: |letters| {
            let digits = &letters[2..];
            let sum = weighted(digits, &[8, 7, 6, 5, 4, 3, 2]) + number(&digits[7..]) as u32;
            matches!(&letters[..2], b"GB" | b"XI")
                && number(digits) > 0
                && (sum.is_multiple_of(97) || sum % 97 == 42 && digits[0] > b'0')
        },
        purpose: Purpose::Tax,
        said_by: &["vat", "vat reg", "vat no"],
    },
];

/// Which letters stand first and second, and which pairs are not given out.
fn is_nino(letters: &[u8]) -> bool {
    let (first, second) = (letters[0], letters[1]);
    !b"DFIQUV".contains(&first)
        && !b"DFIOQUV".contains(&second)
        && ![b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"].contains(&&[first, second])
        && matches!(letters[8], b'A'..=b'D')
}

fn is_utr(letters: &[u8]) -> bool {
    const CHECKS: [u32; 11] = [2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1];
    let digits = letters.strip_suffix(b"K").unwrap_or(letters);
    let sum = weighted(&digits[1..], &[6, 7, 8, 9, 10, 5, 4, 3, 2]);
    digits.len() == 10 && CHECKS[(sum % 11) as usize] == at(digits, 0)
}

/// Months of women have 50 added. Surnames are padded with nines.
fn is_driver(letters: &[u8]) -> bool {
    let surname = letters[..5].iter().position(|letter| *letter == b'9').unwrap_or(5);
    let is_padded = letters[surname..5].iter().all(|letter| *letter == b'9');
    let is_name = surname > 0 && letters[..surname].iter().all(u8::is_ascii_uppercase);
    let initials = &letters[11..13];
    let is_initials = initials[0].is_ascii_uppercase() && (initials[1] == b'9' || initials[1].is_ascii_uppercase());
    let (month, day) = (number(&letters[6..8]), number(&letters[8..10]));
    let month = if month > 50 { month - 50 } else { month };
    is_padded && is_name && is_initials && is_day(2000, month, day)
}
