//! Phrases, found in a text by the hashes of their words.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::detect::tags::Tag;
use crate::detect::text::{eight, hash_of};
use crate::detect::{Text, Word};

use super::Purpose;
use super::announcements::{Said, phrases};
use super::shape::Shape;

/// The longest phrase that announces a number.
const LONGEST_PHRASE: usize = 4;

/// A set of numbers of the list, and of purposes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Set {
    pub numbers: [u64; 4],
    pub purposes: u8,
}

impl Set {
    pub(super) fn add_all(&mut self, other: &Set) {
        self.numbers.iter_mut().zip(other.numbers).for_each(|(all, numbers)| *all |= numbers);
        self.purposes |= other.purposes;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.purposes == 0 && self.numbers == [0; 4]
    }

    pub(super) fn has(&self, place: usize) -> bool {
        self.numbers[place / 64 % 4] >> (place % 64) & 1 == 1
    }

    pub(super) fn is_for(&self, purpose: Purpose) -> bool {
        self.purposes >> purpose as u8 & 1 == 1
    }

    /// One certainty if it has the number itself, another if it has its purpose.
    pub(super) fn says(&self, shape: &Shape, itself: u8, generally: u8) -> u8 {
        match () {
            () if self.has(shape.place) => itself,
            () if self.is_for(shape.number.purpose) => generally,
            () => 0,
        }
    }
}

/// What a phrase says.
#[derive(Debug)]
pub(super) struct Saying {
    /// The place behind its last word.
    pub end: usize,
    pub words: usize,
    pub said: Set,
    /// Whether it announces something else.
    pub is_other: bool,
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
pub(super) struct Phrases {
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

pub(super) static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(phrases()));

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
    pub(super) fn may_say(&self, text: &Text<'_>, word: &Word) -> bool {
        may_end(word) | self.may_begin(text, word)
    }

    /// Whether a stem may begin a word.
    fn may_begin(&self, text: &Text<'_>, word: &Word) -> bool {
        self.begins.has(beginning(text.bytes(), word.start))
    }

    /// What is said by the longest phrase that ends before a word; where there is none, by stems that begin the word.
    pub(super) fn saying(&self, text: &Text<'_>, end: usize) -> Option<Saying> {
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
