//! International bank account numbers.

use crate::detect::checks::mod_97_10;
use crate::detect::context::Vocabulary;
use crate::detect::tags::Tag;
use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "iban",
    kinds: &["IBAN"],
    follows: "ISO 13616-1 (lengths by country of the SWIFT registry) and ISO 7064, mod 97-10",
    leaves_out: "the national check digits inside; numbers that fail the check, but where they are called an IBAN",
    starts: &[Starts::Code, Starts::Digits(13..=32)],
    find,
};

/// How long the numbers of each country are: facts of the SWIFT IBAN registry (ISO 13616).
const LENGTHS: &[(&[u8; 2], u8)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

const SHORTEST: usize = 12;
const LONGEST: usize = 34;

pub(super) static IBAN: Vocabulary = Tag::Iban.list(&["iban"]);

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(index) = at else { return };
    let (word, bytes) = (&text.words()[index], text.bytes());
    if !word.has_letter {
        found.extend((word.end - word.start == 2).then(|| apart(text, index)).flatten());
        return;
    }
    let [country @ .., check, check_too] = &bytes[word.start..word.end.min(word.start + 4)] else { return };
    let Ok(country) = <[u8; 2]>::try_from(country).map(|country| country.map(|letter| letter.to_ascii_uppercase()))
    else {
        return;
    };
    if !country[0].is_ascii_uppercase() || !check.is_ascii_digit() || !check_too.is_ascii_digit() {
        return;
    }
    let Ok(known) =
        LENGTHS.binary_search_by_key(&u16::from_be_bytes(country), |(known, _)| u16::from_be_bytes(**known))
    else {
        return;
    };
    let start = word.start;
    // One of many digits is asked about as such too.
    if found.iter().rev().take(4).any(|last| last.start == start && last.kind == "IBAN") {
        return;
    }
    match whole(bytes, start, usize::from(LENGTHS[known].1)) {
        Some((end, true)) => found.push(Span { start, end, kind: "IBAN", score: 98 }),
        _ if (SHORTEST..=LONGEST).contains(&(word.end - start)) && IBAN.is_before(text, start, 2) => {
            found.push(Span { start, end: word.end, kind: "IBAN", score: 70 });
        }
        _ => {}
    }
}

/// `FI 21 1234 5600 0007 85`: the letters of the country stand apart from the digits.
fn apart(text: &Text<'_>, index: usize) -> Option<Span> {
    let country = index.checked_sub(1).filter(|country| text.between(*country) == b" ")?;
    let letters = <[u8; 2]>::try_from(text.letters(&text.words()[country])).ok()?;
    let known = LENGTHS.binary_search_by_key(&u16::from_be_bytes(letters), |(known, _)| u16::from_be_bytes(**known));
    let start = text.words()[country].start;
    let (end, is_valid) = whole(text.bytes(), start, usize::from(LENGTHS[known.ok()?].1))?;
    is_valid.then_some(Span { start, end, kind: "IBAN", score: 98 })
}

/// Where so many letters and digits end, with a separator here and there, and whether their check digits are right.
fn whole(bytes: &[u8], start: usize, length: usize) -> Option<(usize, bool)> {
    let mut letters = [0; LONGEST];
    let (mut count, mut at) = (0, start);
    while count < length {
        let byte = *bytes.get(at)?;
        if byte.is_ascii_alphanumeric() {
            letters[count] = byte.to_ascii_uppercase();
            count += 1;
        } else if !matches!(byte, b' ' | b'-') || !bytes[at - 1].is_ascii_alphanumeric() {
            return None;
        }
        at += 1;
    }
    // The sum leaves 97 less than a check number of 98 at most, so 00, 01 and 99 are never one.
    let is_checked = !matches!(&letters[2..4], b"00" | b"01" | b"99");
    let is_whole = is_checked && bytes.get(at).is_none_or(|next| !next.is_ascii_alphanumeric());
    is_whole.then(|| (at, mod_97_10(&letters[..length])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::tests::found;

    #[test]
    fn numbers_are_checked_and_may_be_grouped() {
        let ibans = |text: &str| found(text, "IBAN");
        for number in [
            "FI21 1234 5600 0007 85",
            "fi2112345600000785",
            "FI21-1234-5600-0007-85",
            "FI 21 12345600000785",
            "FI 21 1234 5600 0007 85",
            "MT84MALT011000012345MTLCAST001S",
        ] {
            assert_eq!(ibans(&format!("to {number}, or {number} now")), [number, number]);
        }
        assert_eq!(ibans("IBAN: GB48ABCD60169708."), ["GB48ABCD60169708"]);
        for none in [
            "FI21 1234 5600 0007 86",
            "FI2112345600000785X",
            "XX2112345600000785",
            "XX 21 12345600000785",
            "FI 21 12345600000786",
            "AB12",
            "GB00 HLFX 1101 6111 4553 65",
            "account GB48ABCD60169708",
        ] {
            assert!(ibans(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn countries_are_sorted() {
        assert!(LENGTHS.is_sorted_by_key(|(country, _)| *country));
    }
}
