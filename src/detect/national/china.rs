//! China, Hong Kong and Taiwan.

use super::checks::{mod_11_2, weighted, worth};
use super::days::is_yyyymmdd;
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "CN_RIC",
        follows: "公民身份号码: GB 11643-1999; ISO/IEC 7064 MOD 11-2",
        leaves_out: "whether there is such a county; the fifteen digits of before 1999",
        shapes: &[("99999999999999999*", 96)],
        between: ANY,
        valid: is_citizen,
        purpose: Purpose::Person,
        said_by: &["身份证", "身份证号", "身份证号码", "公民身份号码", "id card", "resident identity"],
    },
    Number {
        kind: "CN_USCC",
        follows: "统一社会信用代码: GB 32100-2015; modulus 31",
        leaves_out: "nothing: every wrong letter and digit is seen",
        shapes: &[("**999999**********", 0)],
        between: ANY,
        valid: is_credit_code,
        purpose: Purpose::Firm,
        said_by: &["统一社会信用代码", "uscc", "social credit"],
    },
    Number {
        kind: "HK_ID",
        follows: "Hong Kong identity card: Immigration Department; one or two letters, six digits, modulus 11 \
            in brackets",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("A999999 *", 90), ("AA999999 *", 92), ("A999999*", 0), ("AA999999*", 0)],
        between: b"(",
        valid: is_hong_kong,
        purpose: Purpose::Person,
        said_by: &["hkid", "hkid card", "hong kong id", "身份證"],
    },
    Number {
        kind: "TW_ID",
        follows: "國民身分證統一編號: Household Registration Act of Taiwan; of foreigners since 2021 too",
        leaves_out: "some wrong letters",
        shapes: &[("A999999999", 0)],
        between: ANY,
        valid: is_taiwanese,
        purpose: Purpose::Person,
        said_by: &["身分證", "身分證字號", "統一編號", "taiwan id", "arc"],
    },
    Number {
        kind: "TW_UBN",
        follows: "統一編號: Ministry of Finance of Taiwan, sums of digits that five divides, as since April 2023",
        leaves_out: "wrong digits that change the sum by five",
        shapes: &[("99999999", 0)],
        between: ANY,
        valid: is_uniform,
        purpose: Purpose::Firm,
        said_by: &["統編", "統一編號", "ubn"],
    },
];

fn is_citizen(letters: &[u8]) -> bool {
    let is_check = letters[17].is_ascii_digit() || letters[17] == b'X';
    letters[0] != b'0' && is_check && is_yyyymmdd(&letters[6..14]) && mod_11_2(letters)
}

fn is_credit_code(letters: &[u8]) -> bool {
    const LETTERS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let place = |letter: &u8| LETTERS.iter().position(|known| known == letter);
    let sum = letters.iter().zip(WEIGHTS).try_fold(0, |sum, (letter, weight)| Some(sum + place(letter)? * weight));
    let is_check = |sum: usize| place(&letters[17]) == Some((31 - sum % 31) % 31);
    letters[..2].iter().all(u8::is_ascii_digit) && sum.is_some_and(is_check)
}

/// One letter has a space before it, which counts 36.
fn is_hong_kong(letters: &[u8]) -> bool {
    const WEIGHTS: [u32; 9] = [9, 8, 7, 6, 5, 4, 3, 2, 1];
    let space = if letters.len() == 8 { 36 * 9 } else { 0 };
    let check = letters[letters.len() - 1];
    (check.is_ascii_digit() || check == b'A')
        && (space + weighted(letters, &WEIGHTS[9 - letters.len()..])).is_multiple_of(11)
}

/// The letter counts two digits, in the order in which counties were founded.
fn is_taiwanese(letters: &[u8]) -> bool {
    const ORDER: &[u8; 26] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";
    let place = ORDER.iter().position(|letter| *letter == letters[0]).map_or(0, |place| place as u32 + 10);
    let sum = place / 10 + place % 10 * 9 + weighted(&letters[1..], &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    matches!(letters[1], b'1' | b'2' | b'8' | b'9') && sum.is_multiple_of(10)
}

fn is_uniform(letters: &[u8]) -> bool {
    let products = letters.iter().zip([1, 2, 1, 2, 1, 2, 4, 1]).map(|(digit, weight)| worth(*digit) * weight);
    let sum: u32 = products.map(|product| product / 10 + product % 10).sum();
    sum.is_multiple_of(5) || (sum + 1).is_multiple_of(5) && letters[6] == b'7'
}
