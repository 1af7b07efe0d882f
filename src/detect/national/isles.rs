//! Ireland, Malta and Cyprus.

use super::checks::{number, weighted, worth};
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "IE_PPS",
        follows: "Personal Public Service number: Social Welfare Consolidation Act 2005, section 262; modulus 23",
        leaves_out: "the second letter of numbers before 2013",
        shapes: &[("9999999A", 0), ("9999999AA", 72)],
        between: ANY,
        valid: is_pps,
        purpose: Purpose::Person,
        said_by: &["pps", "pps no", "ppsn", "pps number", "personal public service", "uimhir psp"],
    },
    Number {
        kind: "IE_VAT",
        follows: "VAT number: Revenue Commissioners; IE and seven digits with one or two letters",
        leaves_out: "the old form with a sign in second place",
        shapes: &[("AA9999999A", 85), ("AA9999999AA", 85)],
        between: ANY,
        valid: |letters| letters.starts_with(b"IE") && checks_modulo_23(&letters[2..]),
        purpose: Purpose::Tax,
        said_by: &["vat", "vat no"],
    },
    Number {
        kind: "MT_ID",
        follows: "identity card number: Identity Card and other Identity Documents Act, chapter 258",
        leaves_out: "wrong digits: there is no check digit",
        shapes: &[("9999999A", 0), ("999999A", 0)],
        between: ANY,
        valid: |letters| letters.last().is_some_and(|letter| b"MGAPLHBZ".contains(letter)),
        purpose: Purpose::Named,
        said_by: &["karta ta l identità", "karta tal identità", "maltese id", "id card number malta"],
    },
    Number {
        kind: "MT_VAT",
        follows: "VAT number: Commissioner for Revenue; modulus 37",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("AA99999999", 80)],
        between: ANY,
        valid: |letters| {
            let digits = &letters[2..];
            letters.starts_with(b"MT")
                && digits[0] != b'0'
                && (weighted(digits, &[3, 4, 6, 7, 8, 9]) + number(&digits[6..]) as u32).is_multiple_of(37)
        },
        purpose: Purpose::Tax,
        said_by: &["vat"],
    },
    Number {
        kind: "CY_TIC",
        follows: "tax identification code: Tax Department, by the OECD's note on Cyprus; modulus 26",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("99999999A", 0), ("AA99999999A", 86)],
        between: ANY,
        valid: |letters| is_cypriot(letters.strip_prefix(b"CY").unwrap_or(letters)),
        purpose: Purpose::Tax,
        said_by: &["tic", "αφτ", "α φ τ", "φπα"],
    },
];

/// Since 2013 a second letter counts nine times; the letters W, T and X of before do not.
fn is_pps(letters: &[u8]) -> bool {
    match letters.get(8) {
        None => checks_modulo_23(letters),
        Some(b'A' | b'B' | b'H') => checks_modulo_23(letters),
        Some(b'W' | b'T' | b'X') => checks_modulo_23(&letters[..8]),
        Some(_) => false,
    }
}

fn checks_modulo_23(letters: &[u8]) -> bool {
    let place =
        |letter: u8| if letter == b'W' { Some(0) } else { (b'A'..=b'V').contains(&letter).then(|| worth(letter) - 9) };
    let Some(second) = letters.get(8).map_or(Some(0), |letter| place(*letter)) else { return false };
    let sum = weighted(&letters[..7], &[8, 7, 6, 5, 4, 3, 2]) + 9 * second;
    letters[..7].iter().all(u8::is_ascii_digit) && place(letters[7]) == Some(sum % 23)
}

fn is_cypriot(letters: &[u8]) -> bool {
    const FIRST: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let counts = letters[..8].iter().enumerate().map(|(place, digit)| match (place % 2, worth(*digit)) {
        (0, digit) => FIRST[digit as usize % 10],
        (_, digit) => digit,
    });
    let sum: u32 = counts.sum();
    letters[0].is_ascii_digit() && !letters.starts_with(b"12") && sum % 26 == worth(letters[8]) - 10
}
