//! France.

use super::checks::{luhn, number, remainder};
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "FR_NIR",
        follows: "numéro d'inscription au répertoire: decree 82-103 of 22 January 1982; INSEE",
        leaves_out: "whether there is such a commune; numbers without their key are only known by a word near them",
        shapes: &[
            ("9 99 99 9* 999 999 99", 97),
            ("9 99 99 99 999 999 99", 97),
            ("999999*99999999", 85),
            ("9 99 99 9* 999 999", 0),
            ("999999*999999 99", 92),
            ("999999*999999", 0),
        ],
        between: ANY,
        valid: is_nir,
        purpose: Purpose::Person,
        said_by: &[
            "nir",
            "numéro de sécurité sociale",
            "sécurité sociale",
            "securite sociale",
            "sécu",
            "secu",
            "insee",
            "numéro insee",
            "immatriculation",
            "n ss",
            "nss",
            "carte vitale",
        ],
    },
    Number {
        kind: "FR_NIF",
        follows: "numéro fiscal de référence (SPI): DGFiP, by the OECD's note on France; ten digits modulo 511",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("9999999999999", 0), ("99 99 999 999 999", 75)],
        between: ANY,
        valid: |letters| letters[0] <= b'3' && number(&letters[..10]) % 511 == number(&letters[10..]),
        purpose: Purpose::Tax,
        said_by: &["numéro fiscal", "numero fiscal", "spi", "nif", "référence fiscale", "identifiant fiscal"],
    },
    Number {
        kind: "FR_SIREN",
        follows: "SIREN: code de commerce R123-221; INSEE, Luhn's formula",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("999999999", 0), ("999 999 999", 0)],
        between: ANY,
        valid: |letters| luhn(letters) && letters.iter().any(|digit| *digit != b'0'),
        purpose: Purpose::Firm,
        said_by: &["siren", "rcs"],
    },
    Number {
        kind: "FR_SIRET",
        follows: "SIRET: code de commerce R123-221; a SIREN and five digits, of La Poste by the sum of digits",
        leaves_out: "numbers of foreign entities, which begin with 2 and letters",
        shapes: &[("99999999999999", 0), ("999 999 999 99999", 78)],
        between: ANY,
        valid: |letters| {
            luhn(letters)
                || letters.starts_with(b"356000000")
                    && letters.iter().map(|it| u32::from(it - b'0')).sum::<u32>().is_multiple_of(5)
        },
        purpose: Purpose::Firm,
        said_by: &["siret"],
    },
    Number {
        kind: "FR_TVA",
        follows: "numéro de TVA intracommunautaire: BOI-TVA-DECLA-20-10-10-20; a key of two digits and a SIREN",
        leaves_out: "keys with letters",
        shapes: &[("AA99999999999", 86), ("AA 99999999999", 86), ("AA 99 999 999 999", 86)],
        between: ANY,
        valid: is_tva,
        purpose: Purpose::Tax,
        said_by: &["tva"],
    },
];

/// Corsica's departments count as 19 and 18. Months of 20 and more stand for unknown ones.
fn is_nir(letters: &[u8]) -> bool {
    let mut digits = [b'0'; 13];
    digits.copy_from_slice(&letters[..13]);
    match (digits[5], digits[6]) {
        (b'2', b'A') => digits[5..7].copy_from_slice(b"19"),
        (b'2', b'B') => digits[5..7].copy_from_slice(b"18"),
        (_, letter) if letter.is_ascii_digit() => {}
        _ => return false,
    }
    let month = number(&digits[3..5]);
    let is_month = (1..=12).contains(&month) || (20..=42).contains(&month) || month >= 50;
    let is_right = letters.len() == 13 || 97 - remainder(&digits, 97) == number(&letters[13..]);
    matches!(digits[0], b'1'..=b'4' | b'7' | b'8') && is_month && is_right
}

fn is_tva(letters: &[u8]) -> bool {
    let siren = &letters[4..];
    // Monaco has numbers of this form whose SIREN begins with 000 and is none.
    let is_siren = luhn(siren) || siren.starts_with(b"000");
    letters.starts_with(b"FR") && is_siren && (number(siren) * 100 + 12) % 97 == number(&letters[2..4])
}
