//! Iceland.

use super::checks::{number, weighted};
use super::days::is_day;
use super::{Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[Number {
    kind: "IS_KENNITALA",
    follows: "kennitala: act 140/2019, Registers Iceland; of people, and of firms, whose day has 40 added",
    leaves_out: "a wrong last digit, which is the century; system numbers (kerfiskennitala), which have no check digit",
    shapes: &[("999999 9999", 80), ("9999999999", 0)],
    between: b"-",
    valid: is_kennitala,
    purpose: Purpose::Person,
    said_by: &["kennitala", "kennitölu", "kt"],
}];

fn is_kennitala(letters: &[u8]) -> bool {
    let century = match letters[9] {
        b'9' => 1900,
        b'0' => 2000,
        _ => return false,
    };
    let day = number(&letters[..2]);
    let day = if day > 40 { day - 40 } else { day };
    is_day(century + number(&letters[4..6]), number(&letters[2..4]), day)
        && weighted(letters, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}
