//! Romania and Moldova.

use super::checks::{last, number, weighted};
use super::days::is_day;
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "RO_CNP",
        follows: "cod numeric personal: act 105/1996 and government decision 801/2016; control 279146358279",
        leaves_out: "some wrong digits, since 10 stands for 1",
        shapes: &[("9999999999999", 0)],
        between: ANY,
        valid: is_cnp,
        purpose: Purpose::Person,
        said_by: &["cnp", "cod numeric personal", "c n p"],
    },
    Number {
        kind: "RO_CUI",
        follows: "cod unic de înregistrare: act 359/2004; control 753217532",
        leaves_out: "some wrong digits, since 10 stands for 0; codes of fewer than six digits",
        shapes: &[
            ("999999", 0),
            ("9999999", 0),
            ("99999999", 0),
            ("999999999", 0),
            ("9999999999", 0),
            ("AA999999", 70),
            ("AA9999999", 70),
            ("AA99999999", 75),
            ("AA999999999", 75),
            ("AA9999999999", 75),
        ],
        between: ANY,
        valid: |letters| is_cui(letters.strip_prefix(b"RO").unwrap_or(letters)),
        purpose: Purpose::Tax,
        said_by: &["cui", "cif", "cod fiscal", "cod unic"],
    },
    Number {
        kind: "MD_IDNP",
        follows: "IDNP and IDNO: act 1320/1997 of Moldova; weights 7, 3, 1",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("9999999999999", 0)],
        between: ANY,
        valid: |letters| weighted(letters, &[7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]) % 10 == last(letters),
        purpose: Purpose::Person,
        said_by: &["idnp", "idno", "cod personal"],
    },
];

fn is_cnp(letters: &[u8]) -> bool {
    let century = match letters[0] {
        b'1' | b'2' => 1900,
        b'3' | b'4' => 1800,
        b'5' | b'6' => 2000,
        b'7' | b'8' | b'9' => 1900,
        _ => return false,
    };
    let year = number(&letters[1..3]);
    // Foreigners can be of either century.
    let is_born = |century: u64| is_day(century + year, number(&letters[3..5]), number(&letters[5..7]));
    let county = number(&letters[7..9]);
    let is_county = matches!(county, 1..=48 | 51 | 52 | 70 | 80..=83);
    let check = match weighted(letters, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11 {
        10 => 1,
        check => check,
    };
    (is_born(century) || letters[0] >= b'7' && is_born(2000)) && is_county && check == last(letters)
}

fn is_cui(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 9] = [7, 5, 3, 2, 1, 7, 5, 3, 2];
    let Some(first) = 10_usize.checked_sub(digits.len()) else { return false };
    let sum = weighted(&digits[..digits.len() - 1], &WEIGHTS[first..]);
    digits[0].is_ascii_digit() && digits[0] != b'0' && sum * 10 % 11 % 10 == last(digits)
}
