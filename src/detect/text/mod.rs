//! A text as recognisers see it: folded, with its words counted off.
//!
//! Folding takes away what hides an identifier from a pattern and changes nothing else: all spaces of Unicode become
//! one plain space, its hyphens, dashes and minus signs `-`, its full-width forms and decimal digits those of ASCII, an
//! accent behind its letter one letter (NFC), and characters of no width go. A text that has none of these is not copied.

mod block;
mod eight;
mod fold;
mod hash;
mod reader;

use std::collections::HashMap;

use crate::detect::Span;
use crate::detect::national::{FEWEST_DIGITS, NOTHING_SAID, Sayings};
use crate::detect::tags::{TABLE, Tags};
pub(super) use eight::{CASE, Eight, eight};
pub use fold::digit_of;
pub use hash::hash_of;
pub(super) use hash::{hash_by, hash_of_plain};
use reader::{Reader, fewer};

/// What is looked up by hashes of words.
pub(super) type ByHash<T> = HashMap<u64, T, ahash::RandomState>;

/// A run of letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// In bytes of the folded text.
    pub start: usize,
    pub end: usize,
    /// Of its lower case.
    pub hash: u64,
    /// What lists say of it.
    pub tags: Tags,
    /// How many digits of ASCII it has, or 255 if more.
    pub digits: u8,
    pub has_letter: bool,
    /// Whether its first letter is a capital.
    pub is_capital: bool,
    /// Whether all of it is ASCII.
    pub is_ascii: bool,
}

impl Word {
    /// Whether a digit of ASCII is in it.
    #[inline]
    pub fn has_digit(&self) -> bool {
        self.digits > 0
    }
}

/// Where a byte outside words is taken note of: a bit for each kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marked(u8);

impl Marked {
    pub(super) const NOWHERE: Marked = Marked(0);
    pub(super) const BEHIND_DIGIT: Marked = Marked(1);
    /// Between letters or digits.
    pub(super) const JOINT: Marked = Marked(2);
    pub(super) const ANYWHERE: Marked = Marked(4);

    /// Those of either.
    pub(super) fn or(self, other: Marked) -> Marked {
        Marked(self.0 | other.0)
    }

    /// Whether both have a kind of place in common.
    #[inline(always)]
    pub(super) fn meets(self, other: Marked) -> bool {
        self.0 & other.0 != 0
    }
}

/// What is used again from text to text.
#[derive(Default)]
pub(super) struct Buffers {
    words: Vec<Word>,
    asked: Asked,
    /// Where marks stand in the folded text.
    marks: Vec<usize>,
    shifts: Vec<Shift>,
    folded: String,
    lower: String,
    /// Words whose hash is only known when the text is folded.
    unhashed: Vec<usize>,
}

/// Places of words at which recognisers can want to be asked, in their order. Of words that are known only when the text is
/// folded all have the place.
#[derive(Default)]
pub(super) struct Asked {
    /// Of words with a digit.
    pub digits: Vec<usize>,
    /// Of words with a capital letter anywhere, and of long ones.
    pub capitals: Vec<usize>,
    /// Of words at which somebody wants to be asked.
    pub keywords: Vec<usize>,
}

impl Asked {
    fn each(&mut self) -> [&mut Vec<usize>; 3] {
        [&mut self.digits, &mut self.capitals, &mut self.keywords]
    }
}

/// A place in the folded text from which on the text is so many bytes ahead or behind.
struct Shift {
    folded: usize,
    /// Where in the text what ends there ends; what has no width stands between this and the next.
    ends: usize,
    /// Where in the text what begins there begins.
    begins: usize,
}

/// A text, folded.
pub struct Text<'t> {
    folded: &'t str,
    words: &'t [Word],
    asked: &'t Asked,
    marks: &'t [usize],
    shifts: &'t [Shift],
    sayings: &'t Sayings,
}

impl<'t> Text<'t> {
    /// Folds a text, counts off its words, and takes note of marks.
    pub(super) fn read(text: &'t str, marked: &[Marked; 256], buffers: &'t mut Buffers) -> Self {
        buffers.words.clear();
        buffers.asked.each().into_iter().for_each(Vec::clear);
        buffers.marks.clear();
        buffers.shifts.clear();
        buffers.folded.clear();
        buffers.unhashed.clear();
        let is_folded = Reader::read(text, marked, buffers);
        let folded = if is_folded { buffers.folded.as_str() } else { text };
        for word in &buffers.unhashed {
            let word = &mut buffers.words[*word];
            let letters = &folded[word.start..word.end];
            word.hash = hash::hash_within(letters, &mut buffers.lower);
            word.tags = TABLE.of_word(word.hash);
            word.is_ascii = letters.is_ascii();
            word.digits = fewer(letters.bytes().filter(u8::is_ascii_digit).count());
        }
        let Buffers { words, asked, marks, shifts, .. } = buffers;
        Text { folded, words, asked, marks, shifts, sayings: &NOTHING_SAID }
    }

    /// The folded text.
    pub fn as_str(&self) -> &str {
        self.folded
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        self.folded.as_bytes()
    }

    /// Its words, in order.
    pub fn words(&self) -> &[Word] {
        self.words
    }

    /// The places of words at which recognisers can want to be asked.
    pub(super) fn asked(&self) -> &Asked {
        self.asked
    }

    /// Where marks stand that were taken note of, in order.
    pub(super) fn marks(&self) -> &[usize] {
        self.marks
    }

    /// The same text, with what its words say of numbers, if some can stand in it.
    pub(super) fn with_sayings(self, sayings: &'t mut Sayings) -> Self {
        let (mut digits, mut next) = (0, 0);
        let has_number = self.asked.digits.iter().any(|place| {
            let before = if *place == next { digits } else { 0 };
            (digits, next) = (before + self.words[*place].digits as usize, place + 1);
            digits >= FEWEST_DIGITS as usize
        });
        if !has_number {
            return self;
        }
        sayings.read(&self);
        Text { sayings, ..self }
    }

    /// What its words say of numbers beside them.
    pub(super) fn sayings(&self) -> &Sayings {
        self.sayings
    }

    /// The letters of a word.
    pub fn word(&self, word: &Word) -> &str {
        &self.folded[word.start..word.end]
    }

    /// The same, as bytes.
    pub(super) fn letters(&self, word: &Word) -> &[u8] {
        &self.bytes()[word.start..word.end]
    }

    /// What stands between a word and the next one, or the end of the text.
    pub fn gap(&self, index: usize) -> &str {
        let end = self.words.get(index + 1).map_or(self.folded.len(), |next| next.start);
        &self.folded[self.words[index].end..end]
    }

    /// The same, as bytes.
    pub(super) fn between(&self, index: usize) -> &[u8] {
        let end = self.words.get(index + 1).map_or(self.folded.len(), |next| next.start);
        &self.bytes()[self.words[index].end..end]
    }

    /// The word that a byte of the folded text belongs to, or the first one behind it.
    pub fn word_at(&self, at: usize) -> usize {
        self.words.partition_point(|word| word.end <= at)
    }

    /// Moves a span from the folded text to the text.
    pub(super) fn place_in_source(&self, span: &mut Span) {
        if self.shifts.is_empty() {
            return;
        }
        let last = |at: usize| self.shifts[..self.shifts.partition_point(|shift| shift.folded <= at)].last();
        span.start = last(span.start).map_or(span.start, |shift| shift.begins + (span.start - shift.folded));
        span.end = last(span.end).map_or(span.end, |shift| match span.end - shift.folded {
            0 => shift.ends,
            further => shift.begins + further,
        });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> String {
        Text::read(text, &[Marked::NOWHERE; 256], &mut Buffers::default()).as_str().to_owned()
    }

    fn words(text: &str) -> Vec<String> {
        let mut buffers = Buffers::default();
        let text = Text::read(text, &[Marked::NOWHERE; 256], &mut buffers);
        text.words().iter().map(|word| text.word(word).to_owned()).collect()
    }

    #[test]
    fn what_hides_an_identifier_is_folded() {
        assert_eq!(folded("040\u{a0}123\u{2011}45\u{2009}67\u{2212}8"), "040 123-45 67-8");
        assert_eq!(folded("\u{ff10}\u{ff14}0\u{200b}1\u{ad}2\u{feff}"), "04012");
        assert_eq!(folded("\u{660}\u{661}\u{6f5} \u{1d7d8}"), "015 0");
        assert_eq!(folded("a\u{308}\u{304}iti"), "\u{1df}iti");
        assert_eq!(words("Ma\u{308}kinen\u{200b}-\u{200b}A\u{30a}"), ["M\u{e4}kinen", "\u{c5}"]);
        assert_eq!(words("x\u{ad}y z\u{3000}4\u{ff15}6"), ["xy", "z", "456"]);
    }

    #[test]
    fn a_span_is_placed_where_it_stood() {
        let source = "\u{200b}a\u{200b}\u{200c}b\u{a0}\u{ff15}\u{ff15} cc";
        let mut buffers = Buffers::default();
        let text = Text::read(source, &[Marked::NOWHERE; 256], &mut buffers);
        let place = |word: &str| {
            let start = text.as_str().find(word).expect("the word");
            let mut span = Span { start, end: start + word.len(), kind: "", score: 0 };
            text.place_in_source(&mut span);
            &source[span.start..span.end]
        };
        assert_eq!(place("a"), "a");
        assert_eq!(place("b"), "b");
        assert_eq!(place("ab"), "a\u{200b}\u{200c}b");
        assert_eq!(place("55"), "\u{ff15}\u{ff15}");
        assert_eq!(place("cc"), "cc");
    }

    #[test]
    fn marks_are_taken_note_of_where_they_are_asked_for() {
        let marks = |marked: Marked, text: &str| {
            let mut buffers = Buffers::default();
            Text::read(text, &[marked; 256], &mut buffers).marks().to_vec()
        };
        let text = "a.b, 1.2, 3;x.";
        assert_eq!(marks(Marked::ANYWHERE, text), [1, 3, 6, 8, 11, 13]);
        assert_eq!(marks(Marked::BEHIND_DIGIT, text), [6, 8, 11]);
        assert_eq!(marks(Marked::JOINT, text), [1, 6, 11]);
        assert_eq!(marks(Marked::NOWHERE, text), [0; 0]);
        // What is folded may be what is asked for.
        assert_eq!(marks(Marked::BEHIND_DIGIT, "\u{ff11}, a"), [1]);
        assert_eq!(marks(Marked::JOINT, "a.\u{200b}b"), [1]);
    }

    #[test]
    fn a_hash_knows_no_case() {
        for (one, other) in
            [("HELSINKI", "helsinki"), ("Åke", "åke"), ("ŁÓDŹ", "łódź"), ("Administrator", "ADMINISTRATOR")]
        {
            assert_eq!(hash_of(one), hash_of(other));
        }
        assert_ne!(hash_of("a"), hash_of("aa"));
        assert_ne!(hash_of("ab"), hash_of("ba"));
    }

    proptest! {
        #[test]
        fn words_are_runs_of_letters_and_digits(source in prop_oneof![".{0,60}", "[a-zA-Zéß0-9 .,]{0,200}", "[a-zé]{60,70}[ a-zé]{0,70}"]) {
            let mut buffers = Buffers::default();
            let text = Text::read(&source, &[Marked::ANYWHERE; 256], &mut buffers);
            let mut end = 0;
            for word in text.words() {
                prop_assert!(word.start >= end && word.end > word.start);
                let letters = text.word(word);
                prop_assert!(letters.chars().all(char::is_alphanumeric), "{letters:?}");
                prop_assert_eq!(word.hash, hash_of(letters));
                prop_assert_eq!(word.has_digit(), letters.bytes().any(|byte| byte.is_ascii_digit()));
                prop_assert_eq!(word.has_letter, letters.chars().any(char::is_alphabetic));
                prop_assert_eq!(word.is_capital, letters.chars().next().is_some_and(char::is_uppercase));
                // Some accents are letters to Unicode; one that stands alone is of no word here.
                let is_of_word = |letter: char| letter.is_alphanumeric() && !('\u{300}'..='\u{36f}').contains(&letter);
                prop_assert!(!text.as_str()[end..word.start].chars().any(is_of_word));
                end = word.end;
            }
            for mark in text.marks() {
                prop_assert!(text.as_str().is_char_boundary(*mark) && !text.bytes()[*mark].is_ascii_alphanumeric());
            }
        }

        #[test]
        fn every_piece_has_its_place(source in "[a-z0-9 \u{200b}\u{a0}\u{ff15}\u{308}\u{e4}aou]{0,30}") {
            let mut buffers = Buffers::default();
            let text = Text::read(&source, &[Marked::NOWHERE; 256], &mut buffers);
            let ends: Vec<_> = (0..=text.as_str().len()).filter(|at| text.as_str().is_char_boundary(*at)).collect();
            let mut before = 0;
            for (start, end) in ends.iter().zip(&ends[1..]) {
                let mut span = Span { start: *start, end: *end, kind: "", score: 0 };
                text.place_in_source(&mut span);
                prop_assert!(source.is_char_boundary(span.start) && source.is_char_boundary(span.end));
                prop_assert!(before <= span.start && span.start < span.end);
                before = span.end;
            }
        }
    }
}
