//! Words of addresses.
//!
//! Written for this project: words for streets, flats and boxes, and what stands before an address.

use crate::detect::context::Vocabulary;
use crate::detect::tags::Tag;
use crate::detect::{Text, person};

/// Words for streets that stand behind a name in English; where one is met, a name before it is looked at.
pub(super) const ENGLISH_STREETS: &[&str] =
    &["street", "road", "avenue", "boulevard", "drive", "lane", "highway", "terrace", "parkway", "gardens", "mews"];

/// Words for streets that stand before a name in French, in small letters.
pub(super) const FRENCH_STREETS: &[&str] = &["rue", "avenue", "boulevard", "chemin", "impasse", "allée", "quai"];

/// Those of them that are none in English.
pub(super) const FRENCH_ALONE: &[&str] = &["rue", "chemin", "impasse", "allée", "quai"];

/// Words for streets, that stand alone in a name.
const STREETS: &[&str] = &[
    "street",
    "st",
    "road",
    "rd",
    "avenue",
    "ave",
    "boulevard",
    "blvd",
    "drive",
    "dr",
    "lane",
    "ln",
    "way",
    "circle",
    "cir",
    "court",
    "ct",
    "place",
    "pl",
    "square",
    "sq",
    "highway",
    "hwy",
    "terrace",
    "parkway",
    "pkwy",
    "trail",
    "close",
    "crescent",
    "gardens",
    "mews",
    "grove",
    "katu",
    "tie",
    "kuja",
    "polku",
    "väylä",
    "aukio",
    "kaari",
    "ranta",
    "rinne",
    "raitti",
    "gata",
    "gatan",
    "väg",
    "vägen",
    "gränd",
    "torg",
    "torget",
    "stig",
    "stigen",
    "strasse",
    "straße",
    "str",
    "weg",
    "platz",
    "gasse",
    "allee",
    "ufer",
    "ring",
    "damm",
    "rue",
    "chemin",
    "impasse",
    "allée",
    "quai",
    "cours",
    "route",
    "calle",
    "avenida",
    "avda",
    "plaza",
    "paseo",
    "carretera",
    "camino",
    "via",
    "viale",
    "piazza",
    "corso",
    "rua",
    "largo",
    "travessa",
    "ul",
    "ulica",
    "aleja",
    "utca",
    "út",
    "ulice",
    "vej",
    "gade",
    "straat",
    "laan",
    "plein",
];

/// Ends of names of streets in one word.
const STREET_ENDS: &[&str] = &[
    "katu", "tie", "kuja", "polku", "väylä", "aukio", "kaari", "raitti", "gata", "gatan", "väg", "vägen", "gränd",
    "torget", "stigen", "backen", "strasse", "straße", "weg", "platz", "gasse", "allee", "ufer", "damm", "steig",
    "straat", "laan", "plein", "gracht", "gade", "vej", "veien", "vegen", "utca", "str",
];

/// Which of those have a byte as their last, and which as their last but one: most words end with none of them, and this
/// says so in two looks.
static ENDS: [[u64; 256]; 2] = {
    let mut ends = [[0; 256]; 2];
    let mut nth = 0;
    while nth < STREET_ENDS.len() {
        let end = STREET_ENDS[nth].as_bytes();
        ends[0][end[end.len() - 1] as usize] |= 1 << nth;
        ends[1][end[end.len() - 2] as usize] |= 1 << nth;
        nth += 1;
    }
    ends
};

/// A name of a street in one word is so much longer than its end.
const LONGER: usize = 3;

const SHORTEST_COMPOUND: usize = 5;

/// Words before the number of a flat or a box.
const BOXES: &[&str] =
    &["apt", "apartment", "suite", "ste", "flat", "box", "postfach", "postbox", "postilokero", "piso", "unit", "appt"];

/// Words before an address.
const ADDRESSES: &[&str] = &[
    "address",
    "residing",
    "resides",
    "lives",
    "living",
    "located",
    "corner",
    "osoite",
    "osoitteeseen",
    "osoitteen",
    "osoitteessa",
    "asuu",
    "adress",
    "adressen",
    "bor",
    "bosatt",
    "flyttat",
    "adresse",
    "anschrift",
    "wohnhaft",
    "wohnt",
    "habite",
    "domicile",
    "dirección",
    "domicilio",
    "vive",
];

/// Small words within names of streets.
const WITHIN_STREETS: &[&str] =
    &["de", "la", "del", "des", "du", "der", "den", "di", "da", "do", "dos", "van", "von", "and", "of", "le", "les"];

/// Behind names of streets, or before them.
pub(in crate::detect) static STREET: Vocabulary = Tag::Street.list(STREETS);
/// Before numbers of flats and boxes.
pub(in crate::detect) static BOX: Vocabulary = Tag::Box.list(BOXES);
/// Before addresses.
pub(in crate::detect) static ADDRESS: Vocabulary = Tag::Address.list(ADDRESSES);
/// Within names of streets.
pub(in crate::detect) static WITHIN: Vocabulary = Tag::WithinStreet.list(WITHIN_STREETS);

fn letters<'t>(text: &'t Text<'_>, at: usize) -> &'t str {
    text.word(&text.words()[at])
}

/// Whether a word says that a name is one of a street.
pub(super) fn is_street(text: &Text<'_>, at: usize) -> bool {
    STREET.has(&text.words()[at]) || is_compound_street(text, at)
}

/// Whether the end of a word says that it is a name of a street.
pub(super) fn is_compound_street(text: &Text<'_>, at: usize) -> bool {
    let word = letters(text, at);
    let [.., before, last] = word.as_bytes() else { return false };
    let mut ends = ENDS[0][usize::from(*last)] & ENDS[1][usize::from(*before)];
    while ends != 0 && word.len() > SHORTEST_COMPOUND {
        let end = STREET_ENDS[ends.trailing_zeros() as usize];
        if word.len() >= end.len() + LONGER && word.ends_with(end) {
            return true;
        }
        ends &= ends - 1;
    }
    false
}

/// Whether a number of a flat or a box stands behind a word.
pub(super) fn is_box(text: &Text<'_>, at: usize) -> bool {
    BOX.has(&text.words()[at]) || letters(text, at) == "PL"
}

/// Whether a small word can stand within a name of a street.
pub(super) fn is_within(text: &Text<'_>, at: usize) -> bool {
    WITHIN.has(&text.words()[at])
}

/// Whether a word is a common one, and so no name of a street.
pub(super) fn is_common(text: &Text<'_>, at: usize) -> bool {
    person::is_common(text, &text.words()[at])
}

/// Whether a word is of a place's name.
pub(super) fn is_place(text: &Text<'_>, at: usize) -> bool {
    person::is_place(text, &text.words()[at])
}

/// Whether a word shortly before says that an address follows.
pub(super) fn follows_address_word(text: &Text<'_>, first: usize) -> bool {
    let mut before = (first.saturating_sub(3)..first).rev().take_while(|at| text.between(*at).len() <= 3);
    before.any(|at| ADDRESS.has(&text.words()[at]))
}
