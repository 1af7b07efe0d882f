//! Germany.

use super::checks::{at, last, mod_11_10, number, weighted, worth};
use super::days::is_day;
use super::{ANY, Number, Purpose};

pub(super) const NUMBERS: &[Number] = &[
    Number {
        kind: "DE_STEUER_ID",
        follows: "Identifikationsnummer: AO section 139b, StIdV; ISO/IEC 7064 MOD 11,10",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("99 999 999 999", 0), ("99999999999", 0)],
        between: ANY,
        valid: is_identification,
        purpose: Purpose::Tax,
        said_by: &[
            "steuer id",
            "steuerid",
            "steuer identifikationsnummer",
            "steueridentifikation*",
            "idnr",
            "id nr",
            "tin",
            "steuerliche identifikationsnummer",
            "identifikationsnummer",
            "steuer idnr",
        ],
    },
    Number {
        kind: "DE_STEUERNUMMER",
        follows: "Steuernummer: AO section 139a; the shapes of the federal states and of the ELSTER form",
        leaves_out: "wrong digits: the check differs by state and is not looked at",
        shapes: &[
            ("99 999 99999", 0),
            ("999 999 99999", 0),
            ("999 9999 9999", 0),
            ("9999999999", 0),
            ("99999999999", 0),
            ("9999999999999", 0),
        ],
        between: ANY,
        valid: |letters| letters.len() != 13 || letters[4] == b'0',
        purpose: Purpose::Named,
        said_by: &["steuernummer", "steuer nr", "steuer nummer", "st nr", "stnr", "steuernr"],
    },
    Number {
        kind: "DE_RVNR",
        follows: "Rentenversicherungsnummer: VKVV section 2",
        leaves_out: "the areas that are given out",
        shapes: &[("99999999A999", 92), ("99 999999 A 999", 92), ("99 999999 A99 9", 92)],
        between: ANY,
        valid: is_pension,
        purpose: Purpose::Health,
        said_by: &["rentenversicherung*", "sozialversicherung*", "rvnr", "sv nummer", "svnr", "versicherungsnummer"],
    },
    Number {
        kind: "DE_KVNR",
        follows: "Krankenversichertennummer: SGB V section 290; GKV-Spitzenverband, Richtlinie zum Aufbau",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("A999999999", 0)],
        between: ANY,
        valid: is_insured,
        purpose: Purpose::Health,
        said_by: &["kvnr", "krankenversicherung*", "versichertennummer", "krankenkasse*", "egk", "versicherten*"],
    },
    Number {
        kind: "DE_AUSWEIS",
        follows: "Personalausweis and Reisepass: ICAO Doc 9303; PAuswV section 28 for the letters in use",
        leaves_out: "letters that differ by ten",
        shapes: &[("**********", 0), ("*********", 0)],
        between: b" ",
        valid: is_document,
        purpose: Purpose::Named,
        said_by: &[
            "personalausweis*",
            "ausweis*",
            "reisepass*",
            "reisepaß*",
            "pass nr",
            "passnummer",
            "ausweis nr",
            "perso",
        ],
    },
    Number {
        kind: "DE_LANR",
        follows: "Arztnummer: KBV, Richtlinie nach SGB V section 75 (7), annex",
        leaves_out: "the two digits of the speciality",
        shapes: &[("999999999", 0), ("9999999 99", 0)],
        between: b" /",
        valid: |letters| (10 - weighted(letters, &[4, 9, 4, 9, 4, 9]) % 10) % 10 == at(letters, 6),
        purpose: Purpose::Licence,
        said_by: &["lanr", "arztnummer", "arzt nr"],
    },
    Number {
        kind: "DE_UST_ID",
        follows: "Umsatzsteuer-Identifikationsnummer: UStG section 27a; ISO/IEC 7064 MOD 11,10",
        leaves_out: "nothing: every wrong digit is seen",
        shapes: &[("AA999999999", 86), ("AA 999999999", 86), ("AA 999 999 999", 86)],
        between: b" -",
        valid: |letters| letters.starts_with(b"DE") && letters[2] != b'0' && mod_11_10(&letters[2..]),
        purpose: Purpose::Tax,
        said_by: &["ust id", "ust idnr", "ust id nr", "umsatzsteuer*", "mwst"],
    },
];

/// One digit of the first ten stands two or three times, and all others once at most.
fn is_identification(letters: &[u8]) -> bool {
    let mut counts = [0; 10];
    letters[..10].iter().for_each(|digit| counts[worth(*digit) as usize] += 1);
    let mut repeated = counts.iter().filter(|count| **count > 1);
    letters[0] != b'0' && matches!((repeated.next(), repeated.next()), (Some(2..=3), None)) && mod_11_10(letters)
}

/// Area, day of birth, initial, serial and check digit; the letter counts as two digits.
fn is_pension(letters: &[u8]) -> bool {
    const WEIGHTS: [u32; 12] = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
    let initial = worth(letters[8]) - 9;
    let digits = letters[..8].iter().map(|digit| worth(*digit)).chain([initial / 10, initial % 10]);
    let digits = digits.chain(letters[9..11].iter().map(|digit| worth(*digit)));
    let sum: u32 = digits.zip(WEIGHTS).map(|(digit, weight)| digit * weight).map(|it| it / 10 + it % 10).sum();
    let (day, month) = (number(&letters[2..4]), number(&letters[4..6]));
    // Days have 50 added where a day has no numbers left.
    is_day(2000, month, if day > 50 { day - 50 } else { day }) && sum % 10 == last(letters)
}

/// The initial counts as two digits, and Luhn's formula weights from the left.
fn is_insured(letters: &[u8]) -> bool {
    let initial = worth(letters[0]) - 9;
    let digits = [initial / 10, initial % 10].into_iter().chain(letters[1..9].iter().map(|digit| worth(*digit)));
    let products = digits.enumerate().map(|(place, digit)| digit * (1 + place as u32 % 2));
    products.map(|product| product / 10 + product % 10).sum::<u32>() % 10 == last(letters)
}

/// Nine letters and digits, with the check digit of the machine-readable zone behind them or not.
fn is_document(letters: &[u8]) -> bool {
    let is_used = |letter: &u8| letter.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(letter);
    let (serial, check) = letters.split_at(9);
    let starts = b"CFGHJKLMNPRTVWXYZ".contains(&serial[0]);
    let right = check.first().is_none_or(|check| weighted(serial, &[7, 3, 1, 7, 3, 1, 7, 3, 1]) % 10 == worth(*check));
    starts
        && serial.iter().all(is_used)
        && check.iter().all(u8::is_ascii_digit)
        && right
        && serial[1..].iter().any(u8::is_ascii_digit)
}
