//! Russia, Ukraine and Belarus.

use super::checks::{at, last, number, remainder, weighted, worth};
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "RU_INN",
        follows: "ИНН: order ММВ-7-6/435 of the Federal Tax Service; of people twelve digits, of firms ten",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("999999999999", 0), ("9999999999", 0)],
        between: ANY,
        valid: is_inn,
        purpose: Purpose::Tax,
        said_by: &["инн", "inn"],
    },
    Number {
        kind: "RU_SNILS",
        follows: "СНИЛС: act 27-FZ; the Social Fund, weights 9 to 1 modulo 101",
        leaves_out: "some wrong digits, since 100 stands for 0; numbers below 001-001-998, which have no check",
        shapes: &[("999 999 999 99", 90), ("99999999999", 0)],
        between: b"- ",
        valid: |letters| {
            number(&letters[..9]) > 1_001_998
                && weighted(letters, &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101 % 100 == number(&letters[9..]) as u32
        },
        purpose: Purpose::Health,
        said_by: &["снилс", "snils"],
    },
    Number {
        kind: "RU_OGRN",
        follows: "ОГРН and ОГРНИП: government decree 438 of 2002; modulus 11, of people in trade 13",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("9999999999999", 0), ("999999999999999", 0)],
        between: ANY,
        valid: |letters| {
            let (digits, divisor) = (&letters[..letters.len() - 1], letters.len() as u64 - 2);
            let is_sort = if letters.len() == 13 { letters[0] != b'0' } else { matches!(letters[0], b'3' | b'4') };
            is_sort && remainder(digits, divisor) % 10 == u64::from(last(letters))
        },
        purpose: Purpose::Firm,
        said_by: &["огрн", "огрнип", "ogrn"],
    },
    Number {
        kind: "UA_RNTRC",
        follows: "РНОКПП: order 822 of 2017 of the Ministry of Finance of Ukraine; days since 1899, modulus 11",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("9999999999", 0)],
        between: ANY,
        valid: |letters| {
            // The first weight is -1, which is 10 modulo 11.
            weighted(letters, &[10, 5, 7, 9, 4, 6, 10, 5, 7]) % 11 % 10 == last(letters)
        },
        purpose: Purpose::Tax,
        said_by: &["рнокпп", "іпн", "ідентифікаційний", "rntrc"],
    },
    Number {
        kind: "BY_UNP",
        follows: "УНП: decree 31 of 2002 of the Ministry of Taxes of Belarus; modulus 11",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("999999999", 0), ("AA9999999", 0)],
        between: ANY,
        valid: is_unp,
        purpose: Purpose::Tax,
        said_by: &["унп", "unp"],
    },
];

fn is_inn(letters: &[u8]) -> bool {
    const WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    let check = |weights: &[u32]| weighted(letters, weights) % 11 % 10;
    match letters.len() {
        10 => number(letters) > 0 && check(&WEIGHTS[2..]) == last(letters),
        _ => number(letters) > 0 && check(&WEIGHTS[1..]) == at(letters, 10) && check(&WEIGHTS) == last(letters),
    }
}

/// The letters of people are those that Cyrillic and Latin share; the second counts its place among them.
fn is_unp(letters: &[u8]) -> bool {
    const SHARED: &[u8; 10] = b"ABCEHKMOPT";
    let second = SHARED.iter().position(|letter| *letter == letters[1]).map_or(worth(letters[1]), |place| place as u32);
    let is_first = matches!(letters[0], b'1'..=b'7' | b'A' | b'B' | b'C' | b'E' | b'H' | b'K' | b'M');
    let is_second = letters[1].is_ascii_digit() || SHARED.contains(&letters[1]);
    let sum = worth(letters[0]) * 29 + second * 23 + weighted(&letters[2..], &[19, 17, 13, 7, 5, 3]);
    is_first && is_second && sum % 11 == last(letters)
}
