//! Croatia, Slovenia, Serbia and their neighbours, who share the master citizen number.

use super::checks::{last, mod_11_10, number, weighted};
use super::days::is_day;
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "HR_OIB",
        follows: "OIB: act of 23 May 2008 (NN 60/08); ISO/IEC 7064 MOD 11,10",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("99999999999", 0), ("AA99999999999", 88)],
        between: ANY,
        valid: |letters| {
            let digits = letters.strip_prefix(b"HR").unwrap_or(letters);
            digits[0].is_ascii_digit() && mod_11_10(digits)
        },
        purpose: Purpose::Person,
        said_by: &["oib", "osobni identifikacijski"],
    },
    Number {
        kind: "SI_EMSO",
        follows: "EMŠO: act of the central population register (ZCRP), article 9",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("9999999999999", 0)],
        between: ANY,
        valid: is_master,
        purpose: Purpose::Person,
        said_by: &["emšo", "emso", "matična številka"],
    },
    Number {
        kind: "RS_JMBG",
        follows: "JMBG: the Yugoslav act of 1976, kept in Serbia, Bosnia, Montenegro and North Macedonia",
        leaves_out: "as in Slovenia, of which it is the same number",
        shapes: &[("9999999999999", 0)],
        between: ANY,
        valid: is_master,
        purpose: Purpose::Person,
        said_by: &["jmbg", "embg", "јмбг", "ембг", "matični broj"],
    },
    Number {
        kind: "SI_DAVCNA",
        follows: "davčna številka: act of tax procedure (ZDavP-2); modulus 11",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("99999999", 0), ("AA99999999", 80)],
        between: ANY,
        valid: |letters| is_davcna(letters.strip_prefix(b"SI").unwrap_or(letters)),
        purpose: Purpose::Tax,
        said_by: &["davčna številka", "davčna", "davcna stevilka", "ddv"],
    },
    Number {
        kind: "RS_PIB",
        follows: "PIB: act of tax procedure of Serbia; ISO/IEC 7064 MOD 11,10",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("999999999", 0)],
        between: ANY,
        valid: mod_11_10,
        purpose: Purpose::Tax,
        said_by: &["pib", "пиб"],
    },
];

/// Years have three digits.
fn is_master(letters: &[u8]) -> bool {
    let year = number(&letters[4..7]);
    let year = if year < 800 { 2000 + year } else { 1000 + year };
    let sum = weighted(letters, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    (1850..2100).contains(&year)
        && is_day(year, number(&letters[2..4]), number(&letters[..2]))
        && (11 - sum % 11) % 11 % 10 == last(letters)
}

fn is_davcna(digits: &[u8]) -> bool {
    let check = 11 - weighted(digits, &[8, 7, 6, 5, 4, 3, 2]) % 11;
    digits[0].is_ascii_digit() && digits[0] != b'0' && check < 11 && check % 10 == last(digits)
}
