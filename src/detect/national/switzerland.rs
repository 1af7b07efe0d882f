//! Switzerland.

use super::checks::{last, weighted};
use super::{Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "CH_AHV",
        follows: "AHV-Nummer: AHVG article 50c, AHVV article 133; GS1 check digit behind 756 of ISO 3166",
        leaves_out: "the old number of eleven digits",
        shapes: &[("999 9999 9999 99", 97), ("9999999999999", 85)],
        between: b". -",
        valid: |letters| letters.starts_with(b"756") && is_gs1(letters),
        purpose: Purpose::Health,
        said_by: &["ahv", "avs", "ahv nr", "ahv nummer", "no avs", "numero avs", "sozialversicherungsnummer"],
    },
    Number {
        kind: "CH_UID",
        follows: "Unternehmens-Identifikationsnummer: UIDG, UIDV article 3",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("AAA999999999", 88), ("AAA 999 999 999", 88)],
        between: b". -",
        valid: is_uid,
        purpose: Purpose::Firm,
        said_by: &["uid", "ide", "mwst", "tva", "iva"],
    },
];

/// The check digit of GS1, by weights of 1 and 3.
fn is_gs1(letters: &[u8]) -> bool {
    weighted(letters, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

fn is_uid(letters: &[u8]) -> bool {
    let digits = &letters[3..];
    let check = (11 - weighted(digits, &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11;
    letters.starts_with(b"CHE") && check == last(digits)
}
