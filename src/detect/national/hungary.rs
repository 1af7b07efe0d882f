//! Hungary.

use super::checks::{last, number, weighted};
use super::days::is_day;
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "HU_SZEMELYI",
        follows: "személyi azonosító: act XX of 1996, annex 2",
        leaves_out: "a wrong digit that moves the birth to the other side of 1997",
        shapes: &[("9 999999 9999", 75), ("99999999999", 0)],
        between: ANY,
        valid: is_personal,
        purpose: Purpose::Person,
        said_by: &["személyi azonosító", "személyi szám", "személyi száma"],
    },
    Number {
        kind: "HU_TAJ",
        follows: "TAJ szám: act XX of 1996, annex 4",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("999 999 999", 0), ("999999999", 0)],
        between: ANY,
        valid: |letters| weighted(letters, &[3, 7, 3, 7, 3, 7, 3, 7]) % 10 == last(letters),
        purpose: Purpose::Health,
        said_by: &["taj", "taj szám", "taj száma", "tajszám"],
    },
    Number {
        kind: "HU_ADOAZONOSITO",
        follows: "adóazonosító jel: act XX of 1996, annex 3",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("9999999999", 0)],
        between: ANY,
        valid: |letters| letters[0] == b'8' && weighted(letters, &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 == last(letters),
        purpose: Purpose::Tax,
        said_by: &["adóazonosító", "adóazonosító jel", "adóazonosító jele"],
    },
    Number {
        kind: "HU_ADOSZAM",
        follows: "adószám: act CL of 2017; eight digits, alone or before a code of the kind of tax and of the county",
        leaves_out: "the code of the county",
        shapes: &[("AA99999999", 75), ("99999999 9 99", 75), ("99999999", 0)],
        between: b" -",
        valid: |letters| {
            let digits = letters.strip_prefix(b"HU").unwrap_or(letters);
            digits[0].is_ascii_digit() && weighted(digits, &[9, 7, 3, 1, 9, 7, 3, 1]).is_multiple_of(10)
        },
        purpose: Purpose::Tax,
        said_by: &["adószám", "adószáma"],
    },
];

/// People born before 1997 have their digits weighted from the left, later ones from the right.
fn is_personal(letters: &[u8]) -> bool {
    let year = number(&letters[1..3]);
    let century = match letters[0] {
        b'1' | b'2' => 1900,
        b'3' | b'4' if year < 97 => 2000,
        b'3' | b'4' => 1800,
        _ => return false,
    };
    let is_late = century == 2000 || century == 1900 && year >= 97;
    let weights: [u32; 10] = if is_late { [10, 9, 8, 7, 6, 5, 4, 3, 2, 1] } else { [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] };
    is_day(century + year, number(&letters[3..5]), number(&letters[5..7]))
        && weighted(letters, &weights) % 11 == last(letters)
}
