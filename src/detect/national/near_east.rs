//! Turkey, Israel, Egypt and the Emirates.

use super::checks::{at, last, luhn, number, worth};
use super::days::is_day;
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "TR_TCKN",
        follows: "T.C. kimlik numarası: act 5490 of Turkey; two digits modulo 10",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("99999999999", 0), ("999 999 999 99", 0)],
        between: b" -",
        valid: is_kimlik,
        purpose: Purpose::Person,
        said_by: &["tc kimlik", "turkish id", "t c kimlik", "kimlik", "tckn", "kimlik no", "tc no", "vatandaşlık"],
    },
    Number {
        kind: "TR_VKN",
        follows: "vergi kimlik numarası: Gelir İdaresi Başkanlığı; powers of two modulo 9",
        leaves_out: "some wrong digits, since 0 and 9 share a remainder",
        shapes: &[("9999999999", 0)],
        between: ANY,
        valid: is_vergi,
        purpose: Purpose::Tax,
        said_by: &["vergi", "vkn", "vergi kimlik", "vergi no", "vergi numarası"],
    },
    Number {
        kind: "IL_ID",
        follows: "mispar zehut: Population Registry of Israel; Luhn's formula over nine digits; firms have \
            numbers of 5",
        leaves_out: "numbers that are written without their leading zeros",
        shapes: &[("999999999", 0), ("99999999 9", 0)],
        between: b"-",
        valid: |letters| number(letters) > 0 && luhn(letters),
        purpose: Purpose::Person,
        said_by: &["ת ז", "תעודת זהות", "מספר זהות", "teudat zehut", "israeli id", "zehut", "ח פ"],
    },
    Number {
        kind: "EG_NATIONAL_ID",
        follows: "الرقم القومي: Civil Status Organization of Egypt; century, day and governorate of birth",
        leaves_out: "wrong digits: how the check is made is not public",
        shapes: &[("99999999999999", 0)],
        between: ANY,
        valid: |letters| {
            let century = match letters[0] {
                b'2' => 1900,
                b'3' => 2000,
                _ => return false,
            };
            let is_governorate = matches!(number(&letters[7..9]), 1..=35 | 88);
            is_governorate && is_day(century + number(&letters[1..3]), number(&letters[3..5]), number(&letters[5..7]))
        },
        purpose: Purpose::Named,
        said_by: &["الرقم القومي", "رقم قومي", "egyptian id"],
    },
    Number {
        kind: "AE_EMIRATES_ID",
        follows: "Emirates ID: Federal Authority for Identity; 784 of ISO 3166, year of birth, Luhn's formula",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("999 9999 9999999 9", 96), ("999999999999999", 80)],
        between: b"- ",
        valid: |letters| letters.starts_with(b"784") && (1900..2100).contains(&number(&letters[3..7])) && luhn(letters),
        purpose: Purpose::Person,
        said_by: &["emirates id", "eid", "الهوية"],
    },
];

fn is_kimlik(letters: &[u8]) -> bool {
    let odd = [0, 2, 4, 6, 8].map(|place| at(letters, place)).iter().sum::<u32>();
    let even = [1, 3, 5, 7].map(|place| at(letters, place)).iter().sum::<u32>();
    let tenth = at(letters, 9);
    letters[0] != b'0' && (odd * 7 + 90 - even) % 10 == tenth && (odd + even + tenth) % 10 == last(letters)
}

fn is_vergi(letters: &[u8]) -> bool {
    let count = |(digit, place): (&u8, u32)| match (worth(*digit) + place) % 10 {
        0 => 0,
        moved => match moved * 2_u32.pow(place) % 9 {
            0 => 9,
            left => left,
        },
    };
    let sum: u32 = letters[..9].iter().rev().zip(1..).map(count).sum();
    (10 - sum % 10) % 10 == last(letters)
}
