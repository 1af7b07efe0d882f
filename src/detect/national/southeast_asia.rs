//! Indonesia, Malaysia, the Philippines, Singapore, Thailand and Vietnam.

use super::checks::{at, last, luhn, number, weighted, worth};
use super::days::{is_day, is_yymmdd};
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "SG_NRIC",
        follows: "NRIC and FIN: National Registration Act 1965 of Singapore; ICA, modulus 11",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("A9999999A", 85)],
        between: ANY,
        valid: is_nric,
        purpose: Purpose::Person,
        said_by: &["nric", "fin", "nric fin"],
    },
    Number {
        kind: "MY_NRIC",
        follows: "MyKad: National Registration Regulations 1990 of Malaysia; day and place of birth",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("999999 99 9999", 84), ("999999999999", 0)],
        between: b"-",
        valid: |letters| is_yymmdd(letters) && is_place(number(&letters[6..8])),
        purpose: Purpose::Person,
        said_by: &["nric", "mykad", "kad pengenalan", "ic number", "ic no", "no kp"],
    },
    Number {
        kind: "TH_PIN",
        follows: "เลขประจำตัวประชาชน: Ministry of Interior of Thailand; weights 13 to 2 modulo 11",
        leaves_out: "some wrong digits, since remainders share digits",
        shapes: &[("9 9999 99999 99 9", 90), ("9999999999999", 0)],
        between: b"- ",
        valid: |letters| matches!(letters[0], b'1'..=b'8') && is_thai(letters),
        purpose: Purpose::Person,
        said_by: &["เลขประจำตัวประชาชน", "บัตรประชาชน", "thai id", "pin", "tnin"],
    },
    Number {
        kind: "ID_NIK",
        follows: "NIK: act 23/2006 of Indonesia; district and day of birth, of women with 40 added",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("9999999999999999", 0)],
        between: ANY,
        valid: is_nik,
        purpose: Purpose::Named,
        said_by: &["nik", "ktp", "nomor induk", "no ktp"],
    },
    Number {
        kind: "ID_NPWP",
        follows: "NPWP: Directorate General of Taxes of Indonesia; fifteen digits, Luhn's formula over nine",
        leaves_out: "the office and the branch",
        shapes: &[("99 999 999 9 999 999", 92), ("999999999999999", 0)],
        between: ANY,
        valid: |letters| luhn(&letters[..9]),
        purpose: Purpose::Tax,
        said_by: &["npwp"],
    },
    Number {
        kind: "VN_MST",
        follows: "mã số thuế: circular 105/2020 of Vietnam; ten digits modulo 11, and a branch or none",
        leaves_out: "the branch",
        shapes: &[("9999999999", 0), ("9999999999999", 0)],
        between: ANY,
        valid: |letters| {
            let sum = weighted(letters, &[31, 29, 23, 19, 17, 13, 7, 5, 3]);
            letters[2..9] != *b"0000000" && letters[10..] != *b"000" && 10 - sum % 11 == at(letters, 9)
        },
        purpose: Purpose::Tax,
        said_by: &["mã số thuế", "mst"],
    },
    Number {
        kind: "VN_CCCD",
        follows: "căn cước công dân: decree 137/2015 of Vietnam; province, century and sex, year",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("999999999999", 0)],
        between: ANY,
        valid: |letters| letters[0] == b'0' && (1..=96).contains(&number(&letters[..3])) && letters[3] <= b'3',
        purpose: Purpose::Named,
        said_by: &["cccd", "căn cước", "căn cước công dân", "cmnd"],
    },
    Number {
        kind: "PH_TIN",
        follows: "TIN: Bureau of Internal Revenue of the Philippines; nine digits, and a branch or none",
        leaves_out: "wrong digits: there is no public check",
        shapes: &[("999 999 999", 0), ("999 999 999 999", 0), ("999 999 999 99999", 0), ("999999999999", 0)],
        between: b"- ",
        valid: |letters| letters[0] != b'0' || number(letters) > 0,
        purpose: Purpose::Named,
        said_by: &["bir tin", "bir", "philippine tin"],
    },
];

/// Series of before 2000 begin with S and F, later ones with T and G, and the latest of foreigners with M.
fn is_nric(letters: &[u8]) -> bool {
    let sum = weighted(&letters[1..8], &[2, 7, 6, 5, 4, 3, 2]);
    let (checks, added) = match letters[0] {
        b'S' => (b"JZIHGFEDCBA", 0),
        b'T' => (b"JZIHGFEDCBA", 4),
        b'F' => (b"XWUTRQPNMLK", 0),
        b'G' => (b"XWUTRQPNMLK", 4),
        b'M' => (b"XWUTRQPNJLK", 3),
        _ => return false,
    };
    checks[((sum + added) % 11) as usize] == letters[8]
}

/// States, and countries for those born abroad.
fn is_place(place: u64) -> bool {
    matches!(place, 1..=16 | 21..=68 | 71 | 72 | 74..=79 | 82..=93 | 98 | 99)
}

fn is_thai(letters: &[u8]) -> bool {
    let sum = weighted(letters, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    (11 - sum % 11) % 10 == last(letters)
}

/// Provinces, of which those of Papua were divided in 2022.
fn is_province(place: u64) -> bool {
    matches!(place, 11..=19 | 21 | 31..=36 | 51..=53 | 61..=65 | 71..=76 | 81 | 82 | 91..=97)
}

fn is_nik(letters: &[u8]) -> bool {
    let day = number(&letters[6..8]);
    let day = if day > 40 { day - 40 } else { day };
    is_province(number(&letters[..2]))
        && is_day(2000 + number(&letters[10..12]), number(&letters[8..10]), day)
        && letters[12..].iter().any(|digit| worth(*digit) > 0)
}
