//! Sweden.

use super::checks::{luhn, number};
use super::days::{is_day, is_yyyymmdd};
use super::{Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "SE_PNR",
        follows: "personnummer and samordningsnummer: act 1991:481, section 18, and SKV 704",
        leaves_out: "the century of ten digits, so that 29 February is taken of any",
        shapes: &[("999999 9999", 86), ("99999999 9999", 92), ("999999999999", 80), ("9999999999", 0)],
        between: b"-+",
        valid: is_personnummer,
        purpose: Purpose::Person,
        said_by: &[
            "personnummer",
            "personnumret",
            "pnr",
            "personnr",
            "person nr",
            "persnr",
            "pers nr",
            "p nr",
            "personbeteckning",
            "samordningsnummer",
            "födelsenummer",
            "personal identity number",
        ],
    },
    Number {
        kind: "SE_ORGNR",
        follows: "organisationsnummer: act 1974:174; SKV 709",
        leaves_out: "firms of one person, whose number is their personnummer",
        shapes: &[("999999 9999", 0), ("9999999999", 0)],
        between: b"-",
        valid: |letters| letters[0] != b'0' && letters[2] >= b'2' && luhn(letters),
        purpose: Purpose::Firm,
        said_by: &["organisationsnummer", "orgnr", "org nr", "organisationsnr"],
    },
    Number {
        kind: "SE_VAT",
        follows: "momsregistreringsnummer: the Tax Agency; SE, ten digits, 01 to 94",
        leaves_out: "wrong letters and the last two digits",
        shapes: &[("AA999999999999", 85)],
        between: b" -",
        valid: |letters| {
            letters.starts_with(b"SE") && luhn(&letters[2..12]) && (1..=94).contains(&number(&letters[12..]))
        },
        purpose: Purpose::Tax,
        said_by: &["moms", "momsnummer", "vat nummer", "momsregistreringsnummer"],
    },
];

/// What a coordination number has added to its day.
const COORDINATION: u64 = 60;

fn is_personnummer(letters: &[u8]) -> bool {
    let short = &letters[letters.len() - 10..];
    let written = number(&short[4..6]);
    let day = if written > COORDINATION { written - COORDINATION } else { written };
    let is_known_day = is_day(2000 + number(&short[..2]), number(&short[2..4]), day);
    let mut born = [b'0'; 8];
    if letters.len() == 12 {
        born.copy_from_slice(&letters[..8]);
        (born[6], born[7]) = (b'0' + (day / 10) as u8, b'0' + (day % 10) as u8);
    }
    is_known_day && (letters.len() == 10 || is_yyyymmdd(&born)) && short[6..9] != *b"000" && luhn(short)
}
