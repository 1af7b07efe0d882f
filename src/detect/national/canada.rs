//! Canada.

use super::checks::{at, luhn, worth};
use super::{Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "CA_SIN",
        follows: "Social Insurance Number: Employment and Social Development Canada; Luhn's formula",
        leaves_out: "nothing: every wrong digit is seen; numbers that begin with 0 or 8 are not of people",
        shapes: &[("999 999 999", 0), ("999999999", 0)],
        between: b" -",
        valid: |letters| !matches!(letters[0], b'0' | b'8') && luhn(letters),
        purpose: Purpose::Person,
        said_by: &["sin", "social insurance", "social insurance number", "assurance sociale", "nas", "sin number"],
    },
    Number {
        kind: "CA_BN",
        follows: "Business Number: Canada Revenue Agency; Luhn's formula, and a program account or none",
        leaves_out: "the reference of the program account",
        shapes: &[("999999999AA9999", 88), ("999999999 AA9999", 88), ("999999999 AA 9999", 88), ("999999999", 0)],
        between: b" -",
        valid: |letters| {
            luhn(&letters[..9])
                && letters.get(9..11).is_none_or(|account| [b"RC", b"RM", b"RP", b"RT"].iter().any(|it| account == *it))
        },
        purpose: Purpose::Firm,
        said_by: &["bn", "business number", "gst", "hst"],
    },
    Number {
        kind: "CA_BC_PHN",
        follows: "Personal Health Number of British Columbia: HIBC Teleplan; modulus 11",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("9999999999", 0), ("9999 999 999", 0)],
        between: b" -",
        valid: is_health_number,
        purpose: Purpose::Health,
        said_by: &["phn", "personal health number", "care card", "msp"],
    },
    Number {
        kind: "CA_OHIP",
        follows: "health card number of Ontario: Ministry of Health; Luhn's formula over ten digits, and a \
            version of two letters",
        leaves_out: "the version",
        shapes: &[("9999999999AA", 75), ("9999 999 999 AA", 85), ("9999 999 999", 0), ("9999999999", 0)],
        between: b" -",
        valid: |letters| letters[0] != b'0' && luhn(&letters[..10]),
        purpose: Purpose::Health,
        said_by: &["ohip", "health card", "ontario health"],
    },
];

fn is_health_number(letters: &[u8]) -> bool {
    const WEIGHTS: [u32; 8] = [2, 4, 8, 5, 10, 9, 7, 3];
    let sum: u32 = letters[1..9].iter().zip(WEIGHTS).map(|(digit, weight)| worth(*digit) * weight % 11).sum();
    letters[0] == b'9' && (11 - sum % 11) % 11 == at(letters, 9)
}
