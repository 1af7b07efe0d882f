//! What the words around a number say that it is.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::detect::tags::Tag;
use crate::detect::text::{eight, hash_of};
use crate::detect::{Text, Word};

use super::shape::{CERTAIN, Letters, MOST_GROUPS, Run, Says, Shape};
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

/// What one or more phrases of the same words say.
#[derive(Debug, Clone, Copy, Default)]
struct Phrase {
    said: Set,
    /// Whether it announces something else.
    is_other: bool,
    /// Whether the words are one, and not only the end of a longer one.
    is_whole: bool,
    /// Whether a longer one ends with them.
    is_end: bool,
}

impl Phrase {
    fn add(&mut self, said: Said) {
        self.is_whole = true;
        match said {
            Said::Number(place) => self.said.numbers[place / 64 % 4] |= 1 << (place % 64),
            Said::Purpose(purpose) => self.said.purposes |= 1 << purpose as u8,
            Said::Other => self.is_other = true,
        }
    }
}

/// All phrases, so that they are found by their hash.
struct Phrases {
    /// Of whole words and ends of them, by hash.
    whole: Vec<(u64, Phrase)>,
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
        let (mut whole, mut stems, mut begins) = (BTreeMap::<u64, Phrase>::new(), Vec::new(), Bits([0; 1024]));
        for (phrase, said) in phrases {
            match phrase.strip_suffix('*') {
                Some(stem) => stems.push((stem, said)),
                None => add_whole(&mut whole, phrase, said),
            }
        }
        let whole: Vec<_> = whole.into_iter().collect();
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

    /// What is said by the longest phrase that ends before a word; where there is none, by stems that begin the word.
    fn saying(&self, text: &Text<'_>, end: usize) -> Option<Saying> {
        let word = &text.words()[end - 1];
        let (mut hash, mut words, mut longest) = (0, 0, Phrase::default());
        if may_end(word) {
            for (before, word) in text.words()[..end].iter().rev().take(LONGEST_PHRASE).enumerate() {
                hash = joined(hash, word.hash);
                let Some(phrase) = self.whole(hash) else { break };
                if phrase.is_whole {
                    (words, longest) = (before + 1, *phrase);
                }
                if !phrase.is_end {
                    break;
                }
            }
        }
        if words == 0 && self.may_begin(text, word) {
            words = 1;
            self.begun(text.word(word)).for_each(|said| longest.add(said));
        }
        let Phrase { said, is_other, is_whole, .. } = longest;
        is_whole.then_some(Saying { end, words, said, is_other })
    }

    /// What words of these hashes are, if phrases end with them.
    fn whole(&self, hash: u64) -> Option<&Phrase> {
        let same = usize::from(self.whole_from[first_bits(hash)])..usize::from(self.whole_from[first_bits(hash) + 1]);
        self.whole[same].iter().find(|(known, _)| *known == hash).map(|(_, phrase)| phrase)
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
struct Bits([u64; 1024]);

impl Bits {
    fn set(&mut self, number: u16) {
        self.0[usize::from(number) / 64] |= 1 << (number % 64);
    }

    fn has(&self, number: u16) -> bool {
        self.0[usize::from(number) / 64] >> (number % 64) & 1 > 0
    }
}

/// Adds a phrase, and of each of its ends that a longer one has it.
fn add_whole(whole: &mut BTreeMap<u64, Phrase>, phrase: &str, said: Said) {
    let mut hash = 0;
    for word in phrase.rsplit(' ') {
        whole.entry(hash).and_modify(|end| end.is_end = true);
        hash = joined(hash, hash_of(word));
        whole.entry(hash).or_default();
    }
    whole.entry(hash).or_default().add(said);
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
    // Only the last letters of a text are fewer than four.
    let four = text.get(at..).and_then(<[u8]>::first_chunk);
    let four = four.map_or_else(|| eight(text, at) as u32, |four| u32::from_le_bytes(*four));
    let letters = (four | 0x2020_2020) & 0x00ff_ffff;
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
    fn add_all(&mut self, other: &Set) {
        self.numbers.iter_mut().zip(other.numbers).for_each(|(all, numbers)| *all |= numbers);
        self.purposes |= other.purposes;
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

/// What the words of a text say of numbers beside them, phrase by phrase.
#[derive(Debug, Default)]
pub(in crate::detect) struct Sayings(Vec<Saying>);

/// What a phrase says.
#[derive(Debug)]
struct Saying {
    /// The place behind its last word.
    end: usize,
    words: usize,
    said: Set,
    /// Whether it announces something else.
    is_other: bool,
}

/// Of a text that nobody looked through.
pub(in crate::detect) static NOTHING_SAID: Sayings = Sayings(Vec::new());

impl Sayings {
    /// Looks through a text once, so that nobody has to beside each of its numbers.
    pub(in crate::detect) fn read(&mut self, text: &Text<'_>) {
        self.0.clear();
        let phrases = &*PHRASES;
        for (at, word) in text.words().iter().enumerate() {
            if !word.has_digit() & phrases.may_say(text, word) {
                self.0.extend(phrases.saying(text, at + 1));
            }
        }
    }

    /// Those that end before a word, the last first.
    fn before(&self, first: usize) -> impl Iterator<Item = &Saying> {
        self.0[..self.place(first + 1)].iter().rev()
    }

    /// Whether there is one that ends between two places, both of them among these.
    fn is_any(&self, from: usize, to: usize) -> bool {
        self.0.get(self.place(from)).is_some_and(|saying| saying.end <= to)
    }

    fn ending_at(&self, end: usize) -> Option<&Saying> {
        self.0.get(self.place(end)).filter(|saying| saying.end == end)
    }

    /// The place of the first that ends there or behind.
    fn place(&self, end: usize) -> usize {
        self.0.partition_point(|saying| saying.end < end)
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

    /// Whether a word announces some number.
    pub(super) fn announces(&self) -> bool {
        !self.near.is_empty() || !self.far.is_empty()
    }

    /// Goes back from a word to the first that announces something else.
    pub(super) fn of(text: &Text<'_>, first: usize) -> Self {
        let (mut before, mut end) = (Before::default(), first);
        for saying in text.sayings().before(first) {
            let distance = first - saying.end;
            if distance >= BEFORE {
                break;
            }
            // What is within a longer phrase is no phrase of its own.
            if saying.end > end {
                continue;
            }
            end = saying.end - saying.words;
            let said = if distance < NEAR { &mut before.near } else { &mut before.far };
            said.add_all(&saying.said);
            if saying.is_other {
                before.is_other = distance < NEAR_OTHER;
                break;
            }
        }
        before
    }
}

/// Whether words may say something of a number that begins with a word, behind wherever it may end.
pub(super) fn may_be_said_behind(text: &Text<'_>, first: usize) -> bool {
    text.sayings().is_any(first + 2, first + MOST_GROUPS + AFTER)
}

/// What can stand between a number and words that say what it is.
const SAID_BEHIND: &[u8] = b" ()'-/";

/// What the words after a number say of it, up to one that is of something else.
fn after(text: &Text<'_>, last: usize) -> Set {
    let (sayings, mut set) = (text.sayings(), Set::default());
    if !sayings.is_any(last + 2, last + 1 + AFTER) {
        return set;
    }
    let goes_on = |gap: &[u8]| gap.iter().all(|byte| SAID_BEHIND.contains(byte));
    for end in last + 2..=(last + 1 + AFTER).min(text.words().len()) {
        if !goes_on(text.between(end - 2)) || text.words()[end - 1].has_digit() {
            break;
        }
        let announces_next = || {
            text.gap(end - 1).contains([':', '=', '#']) || text.words().get(end).is_some_and(|word| word.has_digit())
        };
        if let Some(saying) = sayings.ending_at(end).filter(|_| !announces_next()) {
            set.add_all(&saying.said);
        }
    }
    set
}

/// What the text around a run of words says of it.
pub(super) struct Around<'b> {
    before: &'b Before,
    after: Set,
    /// All that is said, before and after.
    said: Set,
    is_glued: bool,
}

impl<'b> Around<'b> {
    /// What stands before does not change with where the run ends.
    pub(super) fn of(text: &Text<'_>, run: Run, before: &'b Before) -> Self {
        let after = after(text, run.last);
        let mut said = after;
        [before.near, before.far].iter().for_each(|before| said.add_all(before));
        Around { before, after, said, is_glued: run.is_glued(text) }
    }

    /// How much a shape has to say itself, as no word near does.
    pub(super) fn asks_for(&self) -> Says {
        match () {
            () if !self.said.is_empty() => Says::Nothing,
            () if self.before.is_other || self.is_glued => Says::Certainly,
            () => Says::Something,
        }
    }

    /// Whether a shape can count at all.
    pub(super) fn may_count(&self, shape: &Shape) -> bool {
        shape.alone > 0 || self.said.has(shape.place) || self.said.is_for(shape.number.purpose)
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

    /// Where phrases of a text end, and how many words they have.
    fn said(text: &str) -> Vec<(usize, usize)> {
        let (mut buffers, mut sayings) = (Buffers::default(), Sayings::default());
        let text = Text::read(text, &[Marked::NOWHERE; 256], &mut buffers).with_sayings(&mut sayings);
        text.sayings().0.iter().map(|saying| (saying.end, saying.words)).collect()
    }

    #[test]
    fn a_text_with_a_number_is_looked_through_once() {
        assert_eq!(said("their tax id and a passport: 12 34, account number 5"), [(3, 2), (6, 1), (9, 1), (10, 2)]);
        assert_eq!(said("their tax id and a passport: 123 and 12"), []);
        assert_eq!(said("their tax id and a passport: 123.4"), [(3, 2), (6, 1)]);
    }

    #[test]
    fn what_is_within_a_longer_phrase_says_nothing_of_its_own() {
        let (mut buffers, mut sayings) = (Buffers::default(), Sayings::default());
        let text = Text::read("medicare number 12345678", &[Marked::NOWHERE; 256], &mut buffers);
        let text = text.with_sayings(&mut sayings);
        // Medicare is of two countries, and its number by this name of one.
        let announced = |before: Before| before.near.numbers.iter().map(|numbers| numbers.count_ones()).sum::<u32>();
        assert_eq!((announced(Before::of(&text, 1)), announced(Before::of(&text, 2))), (2, 1));
        assert!(text.sayings().is_any(2, 2) && !text.sayings().is_any(3, 9) && text.sayings().ending_at(2).is_some());
    }

    #[test]
    fn every_phrase_is_found_where_it_ends() {
        assert!(phrases().filter_map(|(phrase, _)| phrase.strip_suffix('*')).all(|stem| stem.len() >= 3));
        for (phrase, _) in phrases() {
            let (mut buffers, said_of) = (Buffers::default(), format!("x {}", phrase.trim_end_matches('*')));
            let text = Text::read(&said_of, &[Marked::NOWHERE; 256], &mut buffers);
            let end = text.words().len();
            assert!(PHRASES.saying(&text, end).is_some_and(|saying| saying.words == end - 1), "{phrase}");
        }
        // What is said of a number beside what is something else is not asked for an order.
        let stems = || phrases().filter_map(|(phrase, said)| Some((phrase.strip_suffix('*')?, said)));
        for (other, _) in stems().filter(|(_, said)| matches!(said, Said::Other)) {
            let mut longer = stems().filter(|(stem, _)| stem.starts_with(other) || other.starts_with(stem));
            assert!(longer.all(|(_, said)| matches!(said, Said::Other)), "{other}");
        }
        let mut buffers = Buffers::default();
        let text = Text::read("tuesday xqzzy", &[Marked::NOWHERE; 256], &mut buffers);
        assert!(PHRASES.saying(&text, 2).is_none());
    }
}
