//! South Africa, Nigeria, Kenya and Mauritius.

use super::checks::{last, luhn, number, weighted};
use super::days::{is_ddmmyy, is_yymmdd};
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "ZA_ID",
        follows: "identity number: Identification Act 68 of 1997 of South Africa; day of birth, citizenship, \
            Luhn's formula",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("999999 9999 99 9", 92), ("999999 9999 999", 85), ("9999999999999", 0)],
        between: b" -",
        valid: |letters| is_yymmdd(letters) && matches!(letters[10], b'0'..=b'2') && luhn(letters),
        purpose: Purpose::Person,
        said_by: &[
            "rsa id",
            "south african id",
            "sa id",
            "id nommer",
            "identity no",
            "resident number",
            "permanent resident",
        ],
    },
    Number {
        kind: "ZA_TIN",
        follows: "tax reference number: South African Revenue Service; Luhn's formula over ten digits",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("9999999999", 0), ("9999 999 99 9", 0)],
        between: b"/ ",
        valid: |letters| matches!(letters[0], b'0'..=b'3' | b'9') && luhn(letters),
        purpose: Purpose::Tax,
        said_by: &["sars", "income tax", "belasting"],
    },
    Number {
        kind: "NG_NIN",
        follows: "National Identification Number: NIMC of Nigeria; eleven digits",
        leaves_out: "wrong digits: how the check is made is not public",
        shapes: &[("99999999999", 0)],
        between: ANY,
        valid: |letters| number(letters) > 0,
        purpose: Purpose::Named,
        said_by: &["nin", "nimc", "nigerian"],
    },
    Number {
        kind: "KE_PIN",
        follows: "PIN: Kenya Revenue Authority; A of people and P of firms, nine digits and a letter",
        leaves_out: "wrong digits: how the letter is made is not public",
        shapes: &[("A999999999A", 82)],
        between: ANY,
        valid: |letters| matches!(letters[0], b'A' | b'P'),
        purpose: Purpose::Named,
        said_by: &["kra", "kra pin"],
    },
    Number {
        kind: "MU_NID",
        follows: "national identity card number: Civil Status Division of Mauritius; initial, day of birth, modulus 17",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("A9999999999999", 75), ("A999999999999A", 75)],
        between: ANY,
        valid: is_mauritian,
        purpose: Purpose::Person,
        said_by: &["nid", "national identity"],
    },
];

/// Letters count from ten; the check can be a letter up to G.
fn is_mauritian(letters: &[u8]) -> bool {
    let sum = weighted(&letters[..13], &[14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    is_ddmmyy(&letters[1..7]) && (17 - sum % 17) % 17 == last(letters)
}
