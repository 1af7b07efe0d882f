//! Argentina, Chile, Colombia, Ecuador, Paraguay, Peru, Uruguay and Venezuela.

use super::checks::{at, last, luhn, number, weighted, worth};
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "AR_CUIT",
        follows: "CUIT and CUIL: ARCA (AFIP), general resolution 10/1997; modulus 11",
        leaves_out: "some wrong digits, since 10 stands for 9",
        shapes: &[("99 99999999 9", 82), ("99999999999", 0)],
        between: b"-",
        valid: is_cuit,
        purpose: Purpose::Tax,
        said_by: &["cuit", "cuil"],
    },
    Number {
        kind: "AR_DNI",
        follows: "documento nacional de identidad: act 17671; seven or eight digits",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("99 999 999", 0), ("9 999 999", 0), ("99999999", 0), ("9999999", 0)],
        between: b".",
        valid: |letters| letters[0] != b'0',
        purpose: Purpose::Named,
        said_by: &["dni", "d n i"],
    },
    Number {
        kind: "BANK_ACCOUNT",
        follows: "CBU: BCRA, communication A 2559; two blocks with weights 7, 1, 3, 9",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("9999999999999999999999", 88)],
        between: ANY,
        valid: |letters| is_cbu_block(&letters[..8]) && is_cbu_block(&letters[8..]),
        purpose: Purpose::Bank,
        said_by: &["cbu", "cvu"],
    },
    Number {
        kind: "CL_RUT",
        follows: "RUT and RUN: Registro Civil, decree-law 3 of 1969; modulus 11",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[
            ("99 999 999 *", 88),
            ("9 999 999 *", 85),
            ("99999999 *", 0),
            ("9999999 *", 0),
            ("99999999*", 0),
            ("9999999*", 0),
        ],
        between: b".-",
        valid: is_rut,
        purpose: Purpose::Person,
        said_by: &["rut", "run", "r u t"],
    },
    Number {
        kind: "CO_NIT",
        follows: "NIT: DIAN, order 4 of 1989; primes modulo 11",
        leaves_out: "some wrong digits, since two remainders stand for 1",
        shapes: &[("999 999 999 9", 0), ("999999999 9", 0), ("9999999999", 0), ("99999999999", 0), ("999999999", 0)],
        between: b".- ",
        valid: is_nit,
        purpose: Purpose::Tax,
        said_by: &["nit", "rut", "n i t"],
    },
    Number {
        kind: "CO_CC",
        follows: "cédula de ciudadanía and NUIP: Registraduría, act 757/2002; six to ten digits",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("9999999999", 0), ("99999999", 0), ("9 999 999 999", 0), ("99 999 999", 0), ("9999999", 0)],
        between: b".",
        valid: |letters| letters[0] != b'0',
        purpose: Purpose::Named,
        said_by: &["cédula", "cedula", "c c", "cédula de ciudadanía", "nuip"],
    },
    Number {
        kind: "EC_CI",
        follows: "cédula de identidad: Registro Civil; Luhn's formula behind a province",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("9999999999", 0), ("999999999 9", 0)],
        between: b"-",
        valid: is_ecuadorian,
        purpose: Purpose::Person,
        said_by: &["cédula", "cedula", "c i", "cédula de identidad"],
    },
    Number {
        kind: "EC_RUC",
        follows: "RUC: SRI; a person's, of the cédula and 001 on, a public body's or a firm's",
        leaves_out: "some wrong digits of the number of the branch",
        shapes: &[("9999999999999", 0), ("9999999999 999", 0)],
        between: b"-",
        valid: is_ruc_of_ecuador,
        purpose: Purpose::Tax,
        said_by: &["ruc"],
    },
    Number {
        kind: "PE_DNI",
        follows: "DNI (CUI): RENIEC; eight digits and a check digit or letter",
        leaves_out: "some wrong digits, since two remainders stand for 1",
        shapes: &[("99999999 *", 0), ("99999999*", 0)],
        between: b"-",
        valid: is_cui,
        purpose: Purpose::Person,
        said_by: &["dni", "cui", "d n i"],
    },
    Number {
        kind: "PE_RUC",
        follows: "RUC: SUNAT; 10, 15, 17 or 20 first, modulus 11",
        leaves_out: "some wrong digits, since 10 stands for 0 and 11 for 1",
        shapes: &[("99999999999", 0)],
        between: ANY,
        valid: |letters| {
            matches!(&letters[..2], b"10" | b"15" | b"17" | b"20")
                && (11 - weighted(letters, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10 == last(letters)
        },
        purpose: Purpose::Tax,
        said_by: &["ruc"],
    },
    Number {
        kind: "UY_RUT",
        follows: "RUT: DGI; twelve digits, modulus 11",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("999999999999", 0), ("99 999999 999 9", 75), ("AA999999999999", 80)],
        between: ANY,
        valid: |letters| is_rut_of_uruguay(letters.strip_prefix(b"UY").unwrap_or(letters)),
        purpose: Purpose::Tax,
        said_by: &["rut", "ruc"],
    },
    Number {
        kind: "UY_CI",
        follows: "cédula de identidad: DNIC; weights 2, 9, 8, 7, 6, 3, 4 modulo 10",
        leaves_out: "some wrong digits under even weights",
        shapes: &[("9 999 999 9", 70), ("99999999", 0)],
        between: b".-",
        valid: |letters| (10 - weighted(letters, &[2, 9, 8, 7, 6, 3, 4]) % 10) % 10 == last(letters),
        purpose: Purpose::Person,
        said_by: &["cédula", "cedula", "c i"],
    },
    Number {
        kind: "VE_RIF",
        follows: "RIF: SENIAT; V, E, J, P or G first, modulus 11",
        leaves_out: "some wrong digits, since 10 and 11 stand for 0",
        shapes: &[("A 99999999 9", 82), ("A999999999", 70), ("A 999999999", 70)],
        between: b"-",
        valid: is_rif,
        purpose: Purpose::Tax,
        said_by: &["rif"],
    },
    Number {
        kind: "PY_RUC",
        follows: "RUC: SET, decree 6539/2005; up to eight digits and a check digit, modulus 11",
        leaves_out: "some wrong digits, since 10 stands for 0",
        shapes: &[
            ("99999999 9", 0),
            ("9999999 9", 0),
            ("999999 9", 0),
            ("999999999", 0),
            ("99999999", 0),
            ("9999999", 0),
        ],
        between: b"-.",
        valid: |letters| {
            let digits = &letters[..letters.len() - 1];
            let sum: u32 = digits.iter().rev().zip(2..).map(|(digit, weight)| worth(*digit) * weight).sum();
            (11 - sum % 11) % 11 % 10 == last(letters)
        },
        purpose: Purpose::Tax,
        said_by: &["ruc"],
    },
];

fn is_cuit(letters: &[u8]) -> bool {
    let check = match 11 - weighted(letters, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
        11 => 0,
        10 => 9,
        check => check,
    };
    let is_sort = matches!(number(&letters[..2]), 20 | 23 | 24 | 27 | 30 | 33 | 34 | 50 | 51 | 55);
    is_sort && check == last(letters)
}

fn is_cbu_block(digits: &[u8]) -> bool {
    let (check, digits) = (last(digits), &digits[..digits.len() - 1]);
    let products = digits.iter().rev().zip([3, 1, 7, 9].into_iter().cycle());
    let sum: u32 = products.map(|(digit, weight)| worth(*digit) * weight).sum();
    (10 - sum % 10) % 10 == check
}

fn is_rut(letters: &[u8]) -> bool {
    let (check, digits) = (letters[letters.len() - 1], &letters[..letters.len() - 1]);
    let products = digits.iter().rev().zip([2, 3, 4, 5, 6, 7].into_iter().cycle());
    let sum: u32 = products.map(|(digit, weight)| worth(*digit) * weight).sum();
    number(digits) > 0 && b"0K987654321"[(sum % 11) as usize] == check
}

fn is_nit(letters: &[u8]) -> bool {
    const PRIMES: [u32; 15] = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];
    let digits = &letters[..letters.len() - 1];
    let sum: u32 = digits.iter().rev().zip(PRIMES).map(|(digit, prime)| worth(*digit) * prime).sum();
    let check = if sum % 11 < 2 { sum % 11 } else { 11 - sum % 11 };
    check == last(letters)
}

fn is_province(letters: &[u8]) -> bool {
    matches!(number(&letters[..2]), 1..=24 | 30 | 50)
}

fn is_ecuadorian(letters: &[u8]) -> bool {
    is_province(letters) && letters[2] <= b'6' && luhn(&letters[..10])
}

/// The third digit is 9 for firms, 6 for public bodies, and less for people; firms of late keep to no check.
fn is_ruc_of_ecuador(letters: &[u8]) -> bool {
    let is_firm = weighted(letters, &[4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11);
    let is_public = weighted(letters, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11);
    let is_branch = number(&letters[10..]) > 0;
    is_province(letters)
        && is_branch
        && match letters[2] {
            b'9' => is_firm || is_public,
            b'6' => is_public || luhn(&letters[..10]),
            _ => is_ecuadorian(letters),
        }
}

fn is_cui(letters: &[u8]) -> bool {
    let left = weighted(&letters[..8], &[3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    letters[8] == b"65432110987"[left as usize] || letters[8] == b"KJIHGFEDCBA"[left as usize]
}

fn is_rut_of_uruguay(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
    digits[0].is_ascii_digit()
        && (1..=22).contains(&number(&digits[..2]))
        && number(&digits[2..8]) > 0
        && &digits[8..11] == b"001"
        && (11 - sum % 11) % 11 == last(digits)
}

fn is_rif(letters: &[u8]) -> bool {
    let Some(sort) = b"VEJPG".iter().position(|sort| *sort == letters[0]) else { return false };
    let sum = 4 * (sort as u32 + 1) + weighted(&letters[1..9], &[3, 2, 7, 6, 5, 4, 3, 2]);
    let check = 11 - sum % 11;
    at(letters, 9) == if check > 9 { 0 } else { check }
}
