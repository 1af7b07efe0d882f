//! A text as recognisers see it: folded, with its words counted off.
//!
//! Folding takes away what hides an identifier from a pattern and changes nothing else: all spaces of Unicode become
//! one plain space, its hyphens and minus signs `-`, full-width forms their narrow ones, and characters of no width go.

use std::borrow::Cow;

use crate::detect::Span;

/// A run of letters and digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// In bytes of the folded text.
    pub start: usize,
    pub end: usize,
    pub has_digit: bool,
    pub has_letter: bool,
    /// Whether its first letter is a capital.
    pub is_capital: bool,
    /// Of its lower case.
    pub hash: u64,
}

/// What is used again from text to text.
#[derive(Default)]
pub(super) struct Buffers {
    words: Vec<Word>,
    /// Where the folded text and the text differ in length: a place in the folded text, and the place in the text.
    shifts: Vec<(usize, usize)>,
}

/// A text, folded.
pub struct Text<'t> {
    folded: Cow<'t, str>,
    words: &'t [Word],
    shifts: &'t [(usize, usize)],
}

impl<'t> Text<'t> {
    /// Folds a text and counts off its words.
    pub(super) fn read(text: &'t str, buffers: &'t mut Buffers) -> Self {
        buffers.words.clear();
        buffers.shifts.clear();
        count_off(text, &mut buffers.words);
        Text { folded: Cow::Borrowed(text), words: &buffers.words, shifts: &buffers.shifts }
    }

    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.folded
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        self.folded.as_bytes()
    }

    /// Its words, in order.
    pub fn words(&self) -> &[Word] {
        self.words
    }

    /// The letters of a word.
    pub fn word(&self, word: &Word) -> &str {
        &self.folded[word.start..word.end]
    }

    /// What stands between a word and the next one, or the end of the text.
    pub fn gap(&self, index: usize) -> &str {
        let end = self.words.get(index + 1).map_or(self.folded.len(), |next| next.start);
        &self.folded[self.words[index].end..end]
    }

    /// Moves a span from the folded text to the text.
    pub(super) fn place_in_source(&self, span: &mut Span) {
        let place = |at: usize| {
            let before = self.shifts.partition_point(|(folded, _)| *folded <= at);
            before.checked_sub(1).map_or(at, |last| self.shifts[last].1 + (at - self.shifts[last].0))
        };
        (span.start, span.end) = (place(span.start), place(span.end));
    }
}

/// The hash of a word in lower case, by which lists of words are looked up.
pub fn hash_of(word: &str) -> u64 {
    word.chars().flat_map(char::to_lowercase).fold(0, mix)
}

fn mix(hash: u64, letter: char) -> u64 {
    (hash.rotate_left(5) ^ u64::from(u32::from(letter))).wrapping_mul(0x517c_c1b7_2722_0a95)
}

fn count_off(text: &str, words: &mut Vec<Word>) {
    let mut open: Option<Word> = None;
    for (at, letter) in text.char_indices() {
        if letter.is_alphanumeric() {
            let word = open.get_or_insert_with(|| Word {
                start: at,
                end: at,
                has_digit: false,
                has_letter: false,
                is_capital: letter.is_uppercase(),
                hash: 0,
            });
            word.end = at + letter.len_utf8();
            word.has_digit |= letter.is_ascii_digit();
            word.has_letter |= letter.is_alphabetic();
            word.hash = letter.to_lowercase().fold(word.hash, mix);
        } else {
            words.extend(open.take());
        }
    }
    words.extend(open);
}
