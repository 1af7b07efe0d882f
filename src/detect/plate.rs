//! Registration numbers of vehicles, where a word says so.

use crate::detect::labelled::first_after;
use crate::detect::{At, Recogniser, Span, Starts, Text};

pub(super) const RECOGNISER: Recogniser = Recogniser {
    name: "plate",
    kinds: &["PLATE"],
    follows: "DVLA INF104, FZV annex 4 (DE), arrêté of 9 February 2009 (FR), RD 2822/1998 (ES), Traficom, \
        Transportstyrelsen",
    leaves_out: "plates without a word that announces them; personal plates of letters alone",
    starts: &[Starts::Label(&[
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
        "vehicle",
        "ajoneuvo",
        "ajoneuvon",
        "rekisterinro",
        "fordon",
        "fordonet",
        "fahrzeug",
        "véhicule",
        "vehículo",
        "veicolo",
        "voertuig",
        "nummerplate",
        "registreringsskylt",
    ])],
    find,
};

/// What plates look like: `A` a letter, `9` a digit, a space what stands between. Longer ones come first.
///
/// In order: the United Kingdom; France and Italy; Germany; Sweden and Finland; Spain; the Netherlands; Turkey;
/// India; others.
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
    let mut looks = Looks::default();
    let mut last_of_longest = None;
    for last in first..text.words().len().min(first + MOST_GROUPS) {
        if is_plain_word(text, first, last) || !looks.push(text.letters(&text.words()[last])) {
            break;
        }
        if SHAPES.iter().any(|shape| shape.as_bytes() == looks.as_bytes()) {
            last_of_longest = Some(last);
        }
        if !matches!(text.between(last), [b' ' | b'-' | b'.']) || !looks.push(b" ") {
            break;
        }
    }
    last_of_longest
}

/// Whether a word beside a space is one of the sentence, as in `registration 2024 was`, or `vehicle 2021 BMW`.
fn is_plain_word(text: &Text<'_>, first: usize, last: usize) -> bool {
    let is_low = text.letters(&text.words()[last]).iter().all(u8::is_ascii_lowercase);
    let is_behind = last > first && text.between(last - 1) == b" ";
    let is_year = || matches!(text.letters(&text.words()[first]), [b'1', b'9', _, _] | [b'2', b'0', _, _]);
    is_low && (is_behind || text.between(last) == b" ") || is_behind && is_year()
}

/// No shape is longer.
const LONGEST: usize = 13;

/// What words look like, as shapes are written.
#[derive(Default)]
struct Looks {
    signs: [u8; LONGEST],
    count: usize,
}

impl Looks {
    /// Takes more of the text; not if it is too long, or holds other letters.
    fn push(&mut self, piece: &[u8]) -> bool {
        for byte in piece {
            let sign = match byte {
                b' ' => b' ',
                byte if byte.is_ascii_digit() => b'9',
                byte if byte.is_ascii_alphabetic() => b'A',
                _ => return false,
            };
            let Some(place) = self.signs.get_mut(self.count) else { return false };
            *place = sign;
            self.count += 1;
        }
        true
    }

    fn as_bytes(&self) -> &[u8] {
        &self.signs[..self.count]
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::tests::found;

    #[test]
    fn a_plate_is_found_behind_its_word() {
        assert_eq!(found("Registration GX04 TLV, driver", "PLATE"), ["GX04 TLV"]);
        assert_eq!(found("Auton rekisterinumero SGB-920.", "PLATE"), ["SGB-920"]);
        assert_eq!(found("Kennzeichen: B-AB 1234", "PLATE"), ["B-AB 1234"]);
        assert_eq!(found("Fahrzeug M-HV 9637, Halter", "PLATE"), ["M-HV 9637"]);
        assert_eq!(found("Ajoneuvo CGE-649 pysäköity", "PLATE"), ["CGE-649"]);
        assert_eq!(found("Vehicle GX04 TLV registered", "PLATE"), ["GX04 TLV"]);
        for none in ["registration 2024 was open", "vehicle has 123 parts", "Vehicle: 2021 BMW X5"] {
            assert!(found(none, "PLATE").is_empty(), "{none}");
        }
        assert!(found("registration of the new GX04 TLV", "PLATE").is_empty());
    }
}
