//! Brazil.

use super::checks::{last, weighted};
use super::{Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "BR_CPF",
        follows: "CPF: Receita Federal, normative instruction 2172/2024; two digits modulo 11",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("999 999 999 99", 94), ("999999999 99", 80), ("99999999999", 0)],
        between: b".-/",
        valid: is_cpf,
        purpose: Purpose::Person,
        said_by: &["cpf", "c p f", "cadastro de pessoas"],
    },
    Number {
        kind: "BR_CNPJ",
        follows: "CNPJ: Receita Federal, normative instruction 2229/2024, letters among it since July 2026",
        leaves_out: "some wrong letters, since 10 stands for 0",
        shapes: &[("** *** *** **** 99", 94), ("************99", 0)],
        between: b".-/",
        valid: is_cnpj,
        purpose: Purpose::Firm,
        said_by: &["cnpj", "c n p j"],
    },
    Number {
        kind: "BR_PIS",
        follows: "PIS/PASEP/NIT: Caixa Econômica Federal; one digit modulo 11",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[("999 99999 99 9", 85), ("99999999999", 0)],
        between: b".- ",
        valid: |letters| (11 - weighted(letters, &[3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10 == last(letters),
        purpose: Purpose::Health,
        said_by: &["pis", "pasep", "nit", "nis"],
    },
];

fn is_cpf(letters: &[u8]) -> bool {
    let check = |weights: &[u32]| (11 - weighted(letters, weights) % 11) % 11 % 10;
    letters.iter().any(|digit| *digit != letters[0])
        && check(&[10, 9, 8, 7, 6, 5, 4, 3, 2]) == u32::from(letters[9] - b'0')
        && check(&[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) == last(letters)
}

/// Letters count as their place in ASCII behind the digit 0.
fn is_cnpj(letters: &[u8]) -> bool {
    const WEIGHTS: [u32; 13] = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
    let check = |count: usize| {
        let products = letters[..count].iter().zip(&WEIGHTS[13 - count..]);
        let sum: u32 = products.map(|(letter, weight)| u32::from(letter - b'0') * weight).sum();
        (11 - sum % 11) % 11 % 10
    };
    letters[..12].iter().any(|letter| *letter != b'0')
        && check(12) == u32::from(letters[12] - b'0')
        && check(13) == last(letters)
}
