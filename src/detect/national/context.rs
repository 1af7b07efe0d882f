//! What the words around a number say that it is.

use std::sync::LazyLock;

use crate::detect::tags::Tag;
use crate::detect::text::{eight, hash_of};
use crate::detect::{Text, Word};

use super::shape::{CERTAIN, Letters, Run, Shape};
use super::{Purpose, numbers};

/// So many words before a number are looked at, and so many after it.
const BEFORE: usize = 10;
const AFTER: usize = 5;

/// Up to so many words before it, a word speaks of it alone.
const NEAR: usize = 4;

/// Up to so many words before it, a word can say that it is something else.
const NEAR_OTHER: usize = 3;

/// How certain a word makes it that a valid number is what it says, in percent.
const NEAR_IT: u8 = 88;
const FAR_FROM_IT: u8 = 75;
const AFTER_IT: u8 = 80;
const GENERALLY_NEAR: u8 = 72;
const GENERALLY_FAR: u8 = 64;

/// The longest phrase that announces a number.
const LONGEST_PHRASE: usize = 4;

/// Words that announce any number for one purpose.
const GENERAL: &[(Purpose, &[&str])] = &[
    (
        Purpose::Person,
        &[
            "national id",
            "national identity",
            "national identification",
            "id number",
            "identity number",
            "id no",
            "identification number",
            "id card",
            "identity card",
            "personal id",
            "personal number",
            "personal code",
            "personal identity",
            "personnummer",
            "personnumret",
            "citizen id",
            "identity code",
            "nid",
        ],
    ),
    (
        Purpose::Tax,
        &[
            "tax id",
            "tax number",
            "tax no",
            "tin",
            "taxpayer id",
            "tax identification",
            "taxpayer identification",
            "tax code",
            "vat",
            "vat id",
            "fiscal code",
            "tax reference",
        ],
    ),
    (Purpose::Health, &["health insurance", "health number", "insurance number", "patient number", "health id"]),
    (Purpose::Firm, &["business number", "business id", "enterprise number"]),
    (Purpose::Bank, &["account", "account number", "bank account", "acct", "routing"]),
    (Purpose::Licence, &["medical license", "medical licence", "provider id", "provider identifier", "prescriber"]),
    (Purpose::Document, &["passport", "id card", "identity card", "document number", "travel document"]),
];

/// Words that announce something else, so that no word before them is meant.
const OTHER: &[&str] = &[
    "amount",
    "article",
    "artikel*",
    "barcode",
    "belopp",
    "bestell*",
    "betrag",
    "build",
    "bytes",
    "card",
    "commande",
    "ean",
    "facture",
    "faktur*",
    "fax",
    "firmware",
    "gsm",
    "gtin",
    "iban",
    "imei",
    "invoice",
    "isbn",
    "item",
    "karte",
    "kort",
    "lasku*",
    "mobile",
    "offset",
    "order",
    "part",
    "pedido",
    "phone",
    "pid",
    "port",
    "puh",
    "puhelin*",
    "rechnung*",
    "ref",
    "reference",
    "session",
    "size",
    "sku",
    "tel",
    "telefon*",
    "telephone",
    "tilaus*",
    "timestamp",
    "tlf",
    "tracking",
    "transaction",
    "tuote*",
    "tuotekoodi",
    "version",
    "viite*",
];

/// What a phrase announces.
#[derive(Debug, Clone, Copy)]
enum Said {
    /// The number at this place of the list.
    Number(usize),
    Purpose(Purpose),
    Other,
}

/// All phrases, so that they are found by their hash.
struct Phrases {
    /// Of whole words, by hash.
    whole: Vec<(u64, Said)>,
    /// Before how many of them the hashes begin with such bits.
    whole_from: Vec<u16>,
    /// Of beginnings of words, by their first letter.
    stems: Vec<(&'static str, Said)>,
    /// Before how many of them the stems begin with such a letter.
    stems_from: Vec<u16>,
    /// How stems begin.
    begins: Bits,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(phrases()));

/// Each phrase, and what it announces.
fn phrases() -> impl Iterator<Item = (&'static str, Said)> {
    let of_numbers = numbers()
        .enumerate()
        .flat_map(|(place, number)| number.said_by.iter().map(move |phrase| (*phrase, Said::Number(place))));
    let general = GENERAL
        .iter()
        .flat_map(|(purpose, phrases)| phrases.iter().map(move |phrase| (*phrase, Said::Purpose(*purpose))));
    of_numbers.chain(general).chain(OTHER.iter().map(|phrase| (*phrase, Said::Other)))
}

/// The last words of phrases, but for beginnings of words.
pub(in crate::detect) fn last_words() -> impl Iterator<Item = &'static str> {
    phrases().filter(|(phrase, _)| !phrase.ends_with('*')).filter_map(|(phrase, _)| phrase.rsplit(' ').next())
}

/// Whether a phrase can end with a word.
fn may_end(word: &Word) -> bool {
    word.tags.has(Tag::Announcement)
}

impl Phrases {
    fn of(phrases: impl Iterator<Item = (&'static str, Said)>) -> Self {
        let (mut whole, mut stems, mut begins) = (Vec::new(), Vec::new(), Bits::default());
        for (phrase, said) in phrases {
            match phrase.strip_suffix('*') {
                Some(stem) => stems.push((stem, said)),
                None => whole.push((phrase.split(' ').map(hash_of).fold(0, joined), said)),
            }
        }
        whole.sort_by_key(|(hash, _)| *hash);
        stems.sort_by_key(|(stem, _)| *stem);
        stems.iter().for_each(|(stem, _)| begins.set(beginning(stem.as_bytes(), 0)));
        let whole_from = counts_before(whole.iter().map(|(hash, _)| first_bits(*hash)), 1 << FIRST_BITS);
        let stems_from = counts_before(stems.iter().map(|(stem, _)| usize::from(stem.as_bytes()[0])), 256);
        Phrases { whole, whole_from, stems, stems_from, begins }
    }

    /// Whether a phrase may end with a word, or a stem begin it.
    fn may_say(&self, text: &Text<'_>, word: &Word) -> bool {
        may_end(word) | self.may_begin(text, word)
    }

    /// Whether a stem may begin a word.
    fn may_begin(&self, text: &Text<'_>, word: &Word) -> bool {
        self.begins.has(beginning(text.bytes(), word.start))
    }

    /// Hands on what is said by the longest phrase that ends before a word: how many words it has.
    fn ending_at(&self, text: &Text<'_>, end: usize, mut take: impl FnMut(Said)) -> usize {
        let words = &text.words()[end.saturating_sub(LONGEST_PHRASE)..end];
        let counts = if words.last().is_some_and(may_end) { words.len() } else { 0 };
        for count in (1..=counts).rev() {
            let hash = words[words.len() - count..].iter().map(|word| word.hash).fold(0, joined);
            let mut said = self.whole(hash).peekable();
            if said.peek().is_some() {
                said.for_each(take);
                return count;
            }
        }
        let last = words.last().filter(|word| !word.has_digit() && self.may_begin(text, word));
        last.into_iter().flat_map(|word| self.begun(text.word(word))).for_each(&mut take);
        1
    }

    /// What is said by words of these hashes.
    fn whole(&self, hash: u64) -> impl Iterator<Item = Said> {
        let same = usize::from(self.whole_from[first_bits(hash)])..usize::from(self.whole_from[first_bits(hash) + 1]);
        self.whole[same].iter().filter(move |(known, _)| *known == hash).map(|(_, said)| *said)
    }

    /// What is said by a word that begins with a stem.
    fn begun(&self, word: &str) -> impl Iterator<Item = Said> {
        let initial = word.as_bytes().first().map_or(0, |letter| usize::from(letter.to_ascii_lowercase()));
        let same = usize::from(self.stems_from[initial])..usize::from(self.stems_from[initial + 1]);
        let begins =
            |stem: &str| word.as_bytes().get(..stem.len()).is_some_and(|it| it.eq_ignore_ascii_case(stem.as_bytes()));
        self.stems[same].iter().filter(move |(stem, _)| begins(stem)).map(|(_, said)| *said)
    }
}

/// A set of numbers of 16 bits.
struct Bits(Box<[u64; 1024]>);

impl Default for Bits {
    fn default() -> Self {
        Bits(Box::new([0; 1024]))
    }
}

impl Bits {
    fn set(&mut self, number: u16) {
        self.0[usize::from(number) / 64] |= 1 << (number % 64);
    }

    fn has(&self, number: u16) -> bool {
        self.0[usize::from(number) / 64] >> (number % 64) & 1 > 0
    }
}

/// So many first bits of a hash say near which others it is.
const FIRST_BITS: u32 = 11;

fn first_bits(hash: u64) -> usize {
    (hash >> (64 - FIRST_BITS)) as usize
}

/// Of numbers in order: how many are less than each number up to a limit.
fn counts_before(numbers: impl Iterator<Item = usize>, limit: usize) -> Vec<u16> {
    let mut counts = vec![0; limit + 1];
    numbers.for_each(|number| counts[number + 1] += 1);
    (0..limit).for_each(|number| counts[number + 1] += counts[number]);
    counts
}

/// The three letters that stand at a place, whatever their case, as a number that is nearly theirs alone; no stem has fewer.
fn beginning(text: &[u8], at: usize) -> u16 {
    let letters = (eight(text, at) as u32 | 0x2020_2020) & 0x00ff_ffff;
    (letters.wrapping_mul(0x9e37_79b1) >> 16) as u16
}

fn joined(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(17) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A set of numbers of the list, and of purposes.
#[derive(Debug, Clone, Copy, Default)]
struct Set {
    numbers: [u64; 4],
    purposes: u8,
}

impl Set {
    fn add(&mut self, said: Said) {
        match said {
            Said::Number(place) => self.numbers[place / 64 % 4] |= 1 << (place % 64),
            Said::Purpose(purpose) => self.purposes |= 1 << purpose as u8,
            Said::Other => {}
        }
    }

    fn is_empty(&self) -> bool {
        self.purposes == 0 && self.numbers == [0; 4]
    }

    fn has(&self, place: usize) -> bool {
        self.numbers[place / 64 % 4] >> (place % 64) & 1 == 1
    }

    fn is_for(&self, purpose: Purpose) -> bool {
        self.purposes >> purpose as u8 & 1 == 1
    }

    /// One certainty if it has the number itself, another if it has its purpose.
    fn says(&self, shape: &Shape, itself: u8, generally: u8) -> u8 {
        match () {
            () if self.has(shape.place) => itself,
            () if self.is_for(shape.number.purpose) => generally,
            () => 0,
        }
    }
}

/// What the words before a number say.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Before {
    near: Set,
    far: Set,
    /// Whether a word near it says that it is something else.
    is_other: bool,
}

impl Before {
    fn says(&self, shape: &Shape) -> u8 {
        let near = self.near.says(shape, NEAR_IT, GENERALLY_NEAR);
        near.max(self.far.says(shape, FAR_FROM_IT, GENERALLY_FAR))
    }

    /// Goes back from a word to the first that announces something else.
    pub(super) fn of(text: &Text<'_>, first: usize) -> Self {
        let (phrases, mut before, mut end) = (&*PHRASES, Before::default(), first);
        while end > first.saturating_sub(BEFORE) {
            let word = &text.words()[end - 1];
            if word.has_digit() | !phrases.may_say(text, word) {
                end -= 1;
                continue;
            }
            let (distance, mut is_other) = (first - end, false);
            end -= phrases.ending_at(text, end, |said| match said {
                Said::Other => is_other = true,
                _ if is_other => {}
                _ if distance < NEAR => before.near.add(said),
                _ => before.far.add(said),
            });
            if is_other {
                before.is_other = distance < NEAR_OTHER;
                break;
            }
        }
        before
    }
}

/// What the words after a number say of it, up to one that is of something else.
fn after(text: &Text<'_>, last: usize) -> Set {
    let (phrases, mut set) = (&*PHRASES, Set::default());
    let goes_on = |gap: &[u8]| gap.iter().all(|byte| b" ()'-/".contains(byte));
    for end in last + 2..=(last + 1 + AFTER).min(text.words().len()) {
        if !goes_on(text.between(end - 2)) || text.words()[end - 1].has_digit() {
            break;
        }
        if !phrases.may_say(text, &text.words()[end - 1]) {
            continue;
        }
        let announces_next =
            text.gap(end - 1).contains([':', '=', '#']) || text.words().get(end).is_some_and(|word| word.has_digit());
        if !announces_next {
            phrases.ending_at(text, end, |said| set.add(said));
        }
    }
    set
}

/// What the text around a run of words says of it.
pub(super) struct Around {
    before: Before,
    after: Set,
    is_glued: bool,
}

impl Around {
    /// What stands before does not change with where the run ends, and is looked at once.
    pub(super) fn of(text: &Text<'_>, run: Run, before: &mut Option<Before>) -> Self {
        let before = *before.get_or_insert_with(|| Before::of(text, run.first));
        Around { before, after: after(text, run.last), is_glued: run.is_glued(text) }
    }

    /// Whether no word near announces any number.
    pub(super) fn is_silent(&self) -> bool {
        [&self.before.near, &self.before.far, &self.after].iter().all(|set| set.is_empty())
    }

    /// How certain it is in percent that letters of a shape are its number, if they are valid; 0: not at all.
    pub(super) fn certainty(&self, shape: &Shape, letters: &Letters) -> u8 {
        let alone = shape.certainty_alone(letters);
        if alone >= CERTAIN {
            return alone;
        }
        let alone = if self.before.is_other || self.is_glued { 0 } else { alone };
        let said = match self.before.says(shape) {
            0 if alone == 0 => self.after.says(shape, AFTER_IT, GENERALLY_FAR),
            said => said,
        };
        // What is grouped in its own way, or a piece of something, has to be named: dates and keys are such.
        let is_said = shape.is_grouped_as(letters) && !self.is_glued || said > GENERALLY_NEAR;
        if is_said { said.max(alone) } else { alone }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::text::{Buffers, Marked};

    #[test]
    fn every_phrase_is_found_where_it_ends() {
        assert!(phrases().filter_map(|(phrase, _)| phrase.strip_suffix('*')).all(|stem| stem.len() >= 3));
        for (phrase, _) in phrases() {
            let (mut buffers, said_of) = (Buffers::default(), format!("x {}", phrase.trim_end_matches('*')));
            let text = Text::read(&said_of, &[Marked::NOWHERE; 256], &mut buffers);
            let (end, mut said) = (text.words().len(), 0);
            let words = PHRASES.ending_at(&text, end, |_| said += 1);
            assert!(said > 0 && words == end - 1, "{phrase}");
        }
        let (mut buffers, mut said) = (Buffers::default(), 0);
        let text = Text::read("tuesday xqzzy", &[Marked::NOWHERE; 256], &mut buffers);
        assert_eq!((PHRASES.ending_at(&text, 2, |_| said += 1), said), (1, 0));
    }
}
