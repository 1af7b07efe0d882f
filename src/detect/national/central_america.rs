//! Costa Rica, the Dominican Republic, El Salvador and Guatemala.

use super::checks::{last, luhn, number, weighted, worth};
use super::{Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "DO_CEDULA",
        follows: "cédula de identidad y electoral: JCE, act 8-92; Luhn's formula",
        leaves_out: "some hundred old ones that keep to no check",
        shapes: &[("999 9999999 9", 85), ("99999999999", 0)],
        between: b"- ",
        valid: |letters| letters[..3] != *b"000" && luhn(letters),
        purpose: Purpose::Person,
        said_by: &["cédula", "cedula", "cédula de identidad"],
    },
    Number {
        kind: "DO_RNC",
        follows: "RNC: DGII; nine digits, modulus 11",
        leaves_out: "some wrong digits, since remainders share digits",
        shapes: &[("9 99 99999 9", 70), ("999999999", 0)],
        between: b"-",
        valid: |letters| (10 - weighted(letters, &[7, 9, 8, 6, 5, 4, 3, 2]) % 11) % 9 + 1 == last(letters),
        purpose: Purpose::Tax,
        said_by: &["rnc"],
    },
    Number {
        kind: "CR_CEDULA",
        follows: "cédula de identidad: TSE; nine digits, or ten with a zero before them",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("9 9999 9999", 0), ("999999999", 0), ("99 9999 9999", 0), ("9999999999", 0)],
        between: b"-",
        valid: |letters| {
            let digits = letters.strip_prefix(b"0").unwrap_or(letters);
            digits.len() == 9 && digits[0] != b'0'
        },
        purpose: Purpose::Named,
        said_by: &["cédula", "cedula"],
    },
    Number {
        kind: "SV_NIT",
        follows: "NIT: Ministerio de Hacienda; fourteen digits, modulus 11 by two rows of weights",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("9999 999999 999 9", 85), ("99999999999999", 0)],
        between: b"-",
        valid: is_nit_of_el_salvador,
        purpose: Purpose::Tax,
        said_by: &["nit"],
    },
    Number {
        kind: "SV_DUI",
        follows: "DUI: RNPN; eight digits weighted 9 to 2, modulus 10",
        leaves_out: "some wrong digits under even weights",
        shapes: &[("99999999 9", 0), ("999999999", 0)],
        between: b"-",
        valid: |letters| (10 - weighted(letters, &[9, 8, 7, 6, 5, 4, 3, 2]) % 10) % 10 == last(letters),
        purpose: Purpose::Person,
        said_by: &["dui"],
    },
    Number {
        kind: "GT_NIT",
        follows: "NIT: SAT; up to eight digits and a check digit or K, modulus 11",
        leaves_out: "numbers of fewer than six digits",
        shapes: &[
            ("999999 *", 0),
            ("9999999 *", 0),
            ("99999999 *", 0),
            ("999999*", 0),
            ("9999999*", 0),
            ("99999999*", 0),
        ],
        between: b"-",
        valid: is_nit_of_guatemala,
        purpose: Purpose::Tax,
        said_by: &["nit"],
    },
];

/// Numbers up to 100 of a day are of the old kind.
fn is_nit_of_el_salvador(letters: &[u8]) -> bool {
    const OLD: [u32; 13] = [14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2];
    const NEW: [u32; 13] = [2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let is_old = number(&letters[10..13]) <= 100;
    let check = if is_old { weighted(letters, &OLD) % 11 } else { (11 - weighted(letters, &NEW) % 11) % 11 };
    matches!(letters[0], b'0' | b'1' | b'9') && check % 10 == last(letters)
}

fn is_nit_of_guatemala(letters: &[u8]) -> bool {
    let (check, digits) = (letters[letters.len() - 1], &letters[..letters.len() - 1]);
    let sum: u32 = digits.iter().rev().zip(2..).map(|(digit, weight)| worth(*digit) * weight).sum();
    b"0123456789K"[((11 - sum % 11) % 11) as usize] == check
}
