//! Australia and New Zealand.

use super::checks::{at, last, number, weighted};
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "AU_TFN",
        follows: "tax file number: Australian Taxation Office; weights 1, 4, 3, 7, 5, 8, 6, 9, 10 modulo 11",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("999 999 999", 0), ("999999999", 0), ("999 999 99", 0), ("99999999", 0)],
        between: b" -",
        valid: |letters| number(letters) > 0 && weighted(letters, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11),
        purpose: Purpose::Tax,
        said_by: &["tfn", "tax file", "tax file number"],
    },
    Number {
        kind: "AU_ABN",
        follows: "Australian Business Number: Australian Business Register; modulus 89, of people in trade too",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("99 999 999 999", 78), ("99999999999", 0)],
        between: b" -",
        valid: is_abn,
        purpose: Purpose::Firm,
        said_by: &["abn", "australian business number"],
    },
    Number {
        kind: "AU_ACN",
        follows: "Australian Company Number: Corporations Regulations 2001, schedule; weights 8 to 1 modulo 10",
        leaves_out: "some wrong digits under even weights",
        shapes: &[("999 999 999", 0), ("999999999", 0)],
        between: b" -",
        valid: |letters| (10 - weighted(letters, &[8, 7, 6, 5, 4, 3, 2, 1]) % 10) % 10 == last(letters),
        purpose: Purpose::Firm,
        said_by: &["acn", "arbn"],
    },
    Number {
        kind: "AU_MEDICARE",
        follows: "Medicare card number: Services Australia, METeOR 270101; weights 1, 3, 7, 9 modulo 10",
        leaves_out: "the number of the issue and of the person",
        shapes: &[("9999 99999 9", 0), ("9999999999", 0), ("99999999999", 0), ("9999 99999 99", 0)],
        between: b" -/",
        valid: |letters| {
            matches!(letters[0], b'2'..=b'6') && weighted(letters, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == at(letters, 8)
        },
        purpose: Purpose::Health,
        said_by: &["medicare", "medicare card", "medicare number"],
    },
    Number {
        kind: "NZ_IRD",
        follows: "IRD number: Inland Revenue, Resident withholding tax specification; two rows of weights modulo 11",
        leaves_out: "some wrong digits, where the second weights take the place of the first",
        shapes: &[("999 999 999", 0), ("99 999 999", 0), ("999999999", 0), ("99999999", 0)],
        between: b"- ",
        valid: is_ird,
        purpose: Purpose::Tax,
        said_by: &["ird", "ird number", "inland revenue"],
    },
    Number {
        kind: "NZ_NHI",
        follows: "National Health Index: HISO 10046:2024; three letters, modulus 11 or, of the new form, 23",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("AAA9999", 0), ("AAA99AA", 0)],
        between: ANY,
        valid: is_health_index,
        purpose: Purpose::Health,
        said_by: &["nhi", "national health index"],
    },
];

/// One is taken from the first digit.
fn is_abn(letters: &[u8]) -> bool {
    let sum = weighted(letters, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    letters[0] != b'0' && (sum - 10).is_multiple_of(89)
}

fn is_ird(letters: &[u8]) -> bool {
    const FIRST: [u32; 8] = [3, 2, 7, 6, 5, 4, 3, 2];
    const SECOND: [u32; 8] = [7, 4, 3, 2, 5, 2, 7, 6];
    let (from, digits) = (9 - letters.len(), &letters[..letters.len() - 1]);
    let check = |weights: &[u32]| (11 - weighted(digits, weights) % 11) % 11;
    let check = if check(&FIRST[from..]) == 10 { check(&SECOND[from..]) } else { check(&FIRST[from..]) };
    (10_000_001..150_000_000).contains(&number(letters)) && check == last(letters)
}

/// Letters count from one, without I and O.
fn is_health_index(letters: &[u8]) -> bool {
    const LETTERS: &[u8; 24] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    let count = |letter: &u8| match letter {
        b'0'..=b'9' => Some(u32::from(letter - b'0')),
        letter => LETTERS.iter().position(|known| known == letter).map(|place| place as u32 + 1),
    };
    let products = letters[..6].iter().zip([7, 6, 5, 4, 3, 2]).map(|(letter, weight)| Some(count(letter)? * weight));
    let Some(sum) = products.sum::<Option<u32>>() else { return false };
    match letters[6] {
        check @ b'0'..=b'9' => sum % 11 != 0 && (11 - sum % 11) % 10 == u32::from(check - b'0'),
        check => count(&check) == Some(23 - sum % 23),
    }
}
