//! Mexico.

use super::checks::{last, luhn, worth};
use super::days::is_yymmdd;
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "MX_CURP",
        follows: "CURP: RENAPO, Instructivo normativo para la asignación de la CURP (DOF 18 October 2021)",
        leaves_out: "some wrong digits under even weights and 5",
        shapes: &[("AAAA999999AAAAAA*9", 97)],
        between: ANY,
        valid: is_curp,
        purpose: Purpose::Person,
        said_by: &["curp"],
    },
    Number {
        kind: "MX_RFC",
        follows: "RFC: SAT, rules of annex 1-A of the Resolución Miscelánea Fiscal; people have four letters, \
            firms three",
        leaves_out: "wrong digits: older homoclaves do not keep to the check; letters & and Ñ",
        shapes: &[("AAAA999999***", 82), ("AAA999999***", 70), ("AAAA 999999 ***", 88), ("AAA 999999 ***", 75)],
        between: b" -",
        valid: |letters| is_yymmdd(&letters[letters.len() - 9..]),
        purpose: Purpose::Named,
        said_by: &["rfc", "registro federal"],
    },
    Number {
        kind: "MX_NSS",
        follows: "número de seguridad social: IMSS; Luhn's formula over eleven digits",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("99999999999", 0), ("99 99 99 9999 9", 0)],
        between: ANY,
        valid: luhn,
        purpose: Purpose::Health,
        said_by: &["nss", "imss", "seguridad social", "seguro social"],
    },
];

/// Letters behind N count one more, since Ñ stands between.
fn count(letter: u8) -> u32 {
    worth(letter) + u32::from(letter > b'N')
}

/// The last but one is a digit for those born before 2000, and a letter after.
fn is_curp(letters: &[u8]) -> bool {
    const STATES: &[u8] = b"ASBCBSCCCHCLCMCSDFDGGRGTHGJCMCMNMSNENLNTOCPLQRQTSLSPSRTCTLTSVZYNZS";
    let sum: u32 = letters[..17].iter().zip(0..).map(|(letter, place)| count(*letter) * (18 - place)).sum();
    is_yymmdd(&letters[4..10])
        && matches!(letters[10], b'H' | b'M' | b'X')
        && STATES.chunks(2).any(|state| state == &letters[11..13])
        && (10 - sum % 10) % 10 == last(letters)
}
