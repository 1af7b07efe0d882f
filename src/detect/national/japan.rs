//! Japan and Korea.

use super::checks::{at, last, number, weighted};
use super::days::is_day;
use super::{Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "JP_MY_NUMBER",
        follows: "個人番号: ordinance 85 of 2014 of the Ministry of Internal Affairs, article 5; modulus 11",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("9999 9999 9999", 0), ("999999999999", 0)],
        between: b" -",
        valid: |letters| (11 - weighted(letters, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10 == last(letters),
        purpose: Purpose::Person,
        said_by: &["個人番号", "マイナンバー", "my number", "mynumber", "individual number"],
    },
    Number {
        kind: "JP_CORPORATE",
        follows: "法人番号: ordinance 70 of 2014 of the Ministry of Finance; weights 1 and 2 modulo 9",
        leaves_out: "a 0 for a 9",
        shapes: &[("9999999999999", 0), ("9 9999 9999 9999", 0)],
        between: b" -",
        valid: |letters| 9 - weighted(&letters[1..], &[2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]) % 9 == at(letters, 0),
        purpose: Purpose::Firm,
        said_by: &["法人番号", "corporate number"],
    },
    Number {
        kind: "KR_RRN",
        follows: "주민등록번호: Resident Registration Act of Korea; modulus 11",
        leaves_out: "some wrong digits, since two remainders share 0 and 1; numbers since October 2020, which \
            no check holds for",
        shapes: &[("999999 9999999", 90), ("9999999999999", 0)],
        between: b"-",
        valid: |letters| is_resident(letters) && (11 - sum(letters) % 11) % 10 == last(letters),
        purpose: Purpose::Person,
        said_by: &["주민등록번호", "주민번호", "rrn", "resident registration", "korean rrn"],
    },
    Number {
        kind: "KR_FRN",
        follows: "외국인등록번호: Immigration Act of Korea; as that of residents, with 2 added to the check",
        leaves_out: "as for residents",
        shapes: &[("999999 9999999", 88), ("9999999999999", 0)],
        between: b"-",
        valid: |letters| {
            matches!(letters[6], b'5'..=b'8') && is_resident(letters) && (13 - sum(letters) % 11) % 10 == last(letters)
        },
        purpose: Purpose::Person,
        said_by: &["외국인등록번호", "frn", "foreigner registration", "korean frn"],
    },
    Number {
        kind: "KR_BRN",
        follows: "사업자등록번호: National Tax Service of Korea; weights 1, 3, 7 and 5",
        leaves_out: "some wrong digits under the weight 5",
        shapes: &[("999 99 99999", 0), ("9999999999", 0)],
        between: b"- ",
        valid: is_business,
        purpose: Purpose::Firm,
        said_by: &["사업자등록번호", "사업자번호", "brn", "business registration"],
    },
];

fn sum(letters: &[u8]) -> u32 {
    weighted(letters, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5])
}

/// The seventh digit says the century and the sex; the next two the place of the report, up to 96.
fn is_resident(letters: &[u8]) -> bool {
    let century = match letters[6] {
        b'1' | b'2' | b'5' | b'6' => 1900,
        b'3' | b'4' | b'7' | b'8' => 2000,
        _ => 1800,
    };
    is_day(century + number(&letters[..2]), number(&letters[2..4]), number(&letters[4..6]))
        && number(&letters[7..9]) <= 96
}

fn is_business(letters: &[u8]) -> bool {
    let sum = weighted(letters, &[1, 3, 7, 1, 3, 7, 1, 3, 5]) + at(letters, 8) * 5 / 10;
    number(&letters[..3]) >= 101 && number(&letters[3..5]) > 0 && (10 - sum % 10) % 10 == last(letters)
}
