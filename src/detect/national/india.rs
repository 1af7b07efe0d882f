//! India and Pakistan.

use super::checks::{luhn, luhn_36, number, verhoeff};
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "IN_AADHAAR",
        follows: "Aadhaar: UIDAI, A UID Numbering Scheme for India; Verhoeff's scheme",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("9999 9999 9999", 0), ("999999999999", 0)],
        between: b" -:",
        valid: is_aadhaar,
        purpose: Purpose::Person,
        said_by: &["aadhaar", "aadhar", "uidai", "uid", "आधार"],
    },
    Number {
        kind: "IN_VID",
        follows: "virtual ID of Aadhaar: UIDAI circular 1 of 2018; sixteen digits, Verhoeff's scheme",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("9999 9999 9999 9999", 0), ("9999999999999999", 0)],
        between: b" -",
        valid: is_aadhaar,
        purpose: Purpose::Person,
        said_by: &["vid", "virtual id", "aadhaar"],
    },
    Number {
        kind: "IN_PAN",
        follows: "PAN: Income Tax Department, rule 114; the fourth letter is the sort of holder",
        leaves_out: "wrong letters and digits: how the last letter is made is not public",
        shapes: &[("AAAAA9999A", 78)],
        between: ANY,
        valid: is_pan,
        purpose: Purpose::Named,
        said_by: &["pan", "pan card", "permanent account"],
    },
    Number {
        kind: "IN_GSTIN",
        follows: "GSTIN: CGST rules 2017, rule 10; state, PAN, and Luhn's formula over 36 letters and digits",
        leaves_out: "nothing: every wrong letter and digit is seen",
        shapes: &[("99AAAAA9999A***", 93)],
        between: ANY,
        valid: |letters| {
            let is_state = matches!(number(&letters[..2]), 1..=38 | 97 | 99);
            is_state && is_pan(&letters[2..12]) && letters[12] != b'0' && letters[13] == b'Z' && luhn_36(letters)
        },
        purpose: Purpose::Tax,
        said_by: &["gstin", "gst"],
    },
    Number {
        kind: "IN_EPIC",
        follows: "electoral photo identity card: Election Commission of India; three letters, and Luhn's \
            formula over seven digits",
        leaves_out: "wrong letters",
        shapes: &[("AAA9999999", 0)],
        between: ANY,
        valid: |letters| luhn(&letters[3..]),
        purpose: Purpose::Document,
        said_by: &["epic", "voter", "voter id", "election card"],
    },
    Number {
        kind: "PK_CNIC",
        follows: "CNIC: NADRA; province, family and sex",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("99999 9999999 9", 86), ("9999999999999", 0)],
        between: b"-",
        valid: |letters| matches!(letters[0], b'1'..=b'7') && letters[12] != b'0',
        purpose: Purpose::Named,
        said_by: &["cnic", "nicop"],
    },
];

/// None reads the same from behind.
fn is_aadhaar(letters: &[u8]) -> bool {
    letters[0] >= b'2' && letters.iter().ne(letters.iter().rev()) && verhoeff(letters)
}

fn is_pan(letters: &[u8]) -> bool {
    b"ABCFGHJKLPT".contains(&letters[3]) && letters[5..9] != *b"0000"
}
