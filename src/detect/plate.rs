//! Registration numbers of vehicles, where a word says so.

use crate::detect::labelled::first_after;
use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "plate",
    kinds: &["PLATE"],
    follows: "DVLA INF104, FZV annex 4 (DE), arrêté of 9 February 2009 (FR), RD 2822/1998 (ES), Traficom, Transportstyrelsen",
    leaves_out: "plates without a word that announces them; personal plates of letters alone",
    starts: &[Starts::Keyword(&[
        "registration",
        "reg",
        "plate",
        "plates",
        "vrm",
        "rekisterinumero",
        "rekisterinumeron",
        "rekisteritunnus",
        "rekkari",
        "regnr",
        "registreringsnummer",
        "regnummer",
        "kennzeichen",
        "kfz",
        "immatriculation",
        "immatriculé",
        "plaque",
        "matrícula",
        "matricula",
        "targa",
        "kenteken",
        "plakası",
        "plaka",
    ])],
    find,
};

/// What plates look like: `A` a letter, `9` a digit, a space what stands between. Longer ones come first.
///
/// In order: the United Kingdom; France and Italy; Germany; Sweden and Finland; Spain; the Netherlands; Turkey; India; others.
const SHAPES: &[&str] = &[
    "AA99 AAA",
    "AA99AAA",
    "A999 AAA",
    "A999AAA",
    "AAA 999A",
    "AAA999A",
    "AA 999 AA",
    "AA999AA",
    "A AA 9999",
    "AA AA 9999",
    "AAA AA 9999",
    "A A 9999",
    "AA A 9999",
    "AAA A 9999",
    "A AA 999",
    "AA AA 999",
    "AAA AA 999",
    "AA A 999",
    "A AA 99",
    "AAA 999",
    "AAA999",
    "AAA 99A",
    "AAA99A",
    "AA 999",
    "AAA 99",
    "AAA 9999",
    "AAA9999",
    "9999 AAA",
    "9999AAA",
    "99 AAA 9",
    "99 AA 999",
    "99 AAA 999",
    "99 A 9999",
    "99AAA999",
    "AA 99 AA",
    "AA99AA9999",
    "AA 99 AA 9999",
    "9AAA999",
    "999 AAA",
];

/// No shape has more groups.
const MOST_GROUPS: usize = 4;

fn find(text: &Text<'_>, at: At, found: &mut Vec<Span>) {
    let At::Word(label) = at else { return };
    let Some(first) = first_after(text, label) else { return };
    if let Some(last) = last_of_plate(text, first) {
        let (start, end) = (text.words()[first].start, text.words()[last].end);
        found.push(Span { start, end, kind: "PLATE", score: 78 });
    }
}

/// The word at which the longest plate ends that begins with a word.
fn last_of_plate(text: &Text<'_>, first: usize) -> Option<usize> {
    let words = text.words();
    let joins = |at: &usize| matches!(text.gap(*at).as_bytes(), [b' ' | b'-' | b'.']);
    let groups = 1 + (first..words.len().saturating_sub(1)).take(MOST_GROUPS - 1).take_while(joins).count();
    (first..first + groups).rev().find(|last| SHAPES.iter().any(|shape| is_of(text, first, *last, shape)))
}

fn is_of(text: &Text<'_>, first: usize, last: usize, shape: &str) -> bool {
    let words = &text.words()[first..=last];
    let groups = shape.split(' ');
    groups.clone().count() == words.len() && groups.zip(words).all(|(group, word)| fits(group, text.word(word)))
}

fn fits(group: &str, word: &str) -> bool {
    let fits = |(sign, byte): (u8, u8)| if sign == b'9' { byte.is_ascii_digit() } else { byte.is_ascii_alphabetic() };
    group.len() == word.len() && group.bytes().zip(word.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn a_plate_is_found_behind_its_word() {
        assert_eq!(found("Registration GX04 TLV, driver", "PLATE"), ["GX04 TLV"]);
        assert_eq!(found("Auton rekisterinumero SGB-920.", "PLATE"), ["SGB-920"]);
        assert_eq!(found("Kennzeichen: B-AB 1234", "PLATE"), ["B-AB 1234"]);
        assert!(found("registration of the new GX04 TLV", "PLATE").is_empty());
    }
}
