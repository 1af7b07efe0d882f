//! Estonia, Latvia and Lithuania.

use super::checks::{last, number, weighted};
use super::days::{day_in, is_day};
use super::{Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "EE_ISIKUKOOD",
        follows: "isikukood: EVS 585:2007",
        leaves_out: "some wrong digits, since 10 stands for 0 after the second weights",
        shapes: &[("99999999999", 0)],
        between: b" -",
        valid: is_baltic,
        purpose: Purpose::Person,
        said_by: &["isikukood*", "isiku kood", "ik"],
    },
    Number {
        kind: "LT_ASMENS_KODAS",
        follows: "asmens kodas: act I-1100 (Gyventojų registro įstatymas), which follows the Estonian scheme",
        leaves_out: "some wrong digits, as in Estonia, and codes of 9 without a day",
        shapes: &[("99999999999", 0)],
        between: b" -",
        valid: |letters| letters[0] <= b'6' && is_baltic(letters),
        purpose: Purpose::Person,
        said_by: &["asmens kodas", "asmens kodo"],
    },
    Number {
        kind: "LV_PERSONAS_KODS",
        follows: "personas kods: act of the register of natural persons; check by the State Revenue Service's \
            published weights",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("999999 99999", 80), ("99999999999", 0)],
        between: b"-",
        valid: is_latvian,
        purpose: Purpose::Person,
        said_by: &["personas koda", "personas kods", "pers kods"],
    },
    Number {
        kind: "LT_PVM",
        follows: "PVM mokėtojo kodas: the State Tax Inspectorate; LT and nine or twelve digits",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("AA999999999", 78), ("AA999999999999", 78)],
        between: b" ",
        valid: |letters| letters.starts_with(b"LT") && is_pvm(&letters[2..]),
        purpose: Purpose::Tax,
        said_by: &["pvm", "pvm kodas"],
    },
    Number {
        kind: "LV_PVN",
        follows: "PVN numurs: the State Revenue Service; LV and eleven digits, of a firm",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("AA99999999999", 80)],
        between: b" ",
        valid: |letters| {
            let digits = &letters[2..];
            letters.starts_with(b"LV")
                && digits[0] > b'3'
                && weighted(digits, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3
        },
        purpose: Purpose::Tax,
        said_by: &["pvn"],
    },
    Number {
        kind: "EE_KMKR",
        follows: "käibemaksukohustuslase number: the Tax and Customs Board; EE and nine digits",
        leaves_out: "wrong digits of weight 1, 3, 7 that differ by ten",
        shapes: &[("AA999999999", 78)],
        between: b" ",
        valid: |letters| {
            letters.starts_with(b"EE") && weighted(&letters[2..], &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
        },
        purpose: Purpose::Tax,
        said_by: &["kmkr"],
    },
];

/// The scheme that Estonia and Lithuania share.
fn is_baltic(letters: &[u8]) -> bool {
    let century = match letters[0] {
        b'1' | b'2' => 1800,
        b'3' | b'4' => 1900,
        b'5' | b'6' => 2000,
        b'7' | b'8' => 2100,
        _ => return false,
    };
    let check = two_weights(letters, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1], &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]);
    day_in(century, &letters[1..3], &letters[3..5], &letters[5..7]) && last(letters) == check
}

/// The remainder by the first weights, or where that is 10, by the second, in which 10 stands for 0.
fn two_weights(letters: &[u8], first: &[u32], second: &[u32]) -> u32 {
    match weighted(letters, first) % 11 {
        10 => weighted(letters, second) % 11 % 10,
        check => check,
    }
}

/// Codes that begin with 32 are of July 2017 and later, and hold no day.
fn is_latvian(letters: &[u8]) -> bool {
    let check = (1 + weighted(letters, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10;
    let year = 1800 + u64::from(letters[6] - b'0') * 100 + number(&letters[4..6]);
    let is_born = letters[6] <= b'2' && is_day(year, number(&letters[2..4]), number(&letters[..2]));
    last(letters) == check && (letters.starts_with(b"32") || is_born)
}

fn is_pvm(digits: &[u8]) -> bool {
    const FIRST: [u32; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2];
    const SECOND: [u32; 11] = [3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4];
    let weights = digits.len() - 1;
    let registered = digits[digits.len() - 2] == b'1';
    registered && last(digits) == two_weights(digits, &FIRST[..weights], &SECOND[..weights])
}
