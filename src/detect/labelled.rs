//! Numbers that nothing but a word before them tells from others.

use crate::detect::context::Vocabulary;
use crate::detect::tags::Tag;
use crate::detect::{Span, Text};

/// Words that can stand between a label and its number.
pub(super) static FILLERS: Vocabulary = Tag::Filler.list(&[
    "a",
    "car",
    "card",
    "document",
    "es",
    "est",
    "for",
    "id",
    "identity",
    "identification",
    "is",
    "ist",
    "license",
    "licence",
    "my",
    "n",
    "nbr",
    "nº",
    "no",
    "nr",
    "num",
    "number",
    "numero",
    "nummer",
    "número",
    "numéro",
    "nro",
    "of",
    "on",
    "s",
    "the",
    "vehicle",
    "was",
    "är",
]);

/// So many words can stand between.
const MOST_FILLERS: usize = 5;

/// The first word after a label that is no filler.
pub(super) fn first_after(text: &Text<'_>, label: usize) -> Option<usize> {
    let words = text.words();
    let first =
        (label + 1..words.len()).take(MOST_FILLERS).find(|at| words[*at].has_digit() || !FILLERS.has(&words[*at]))?;
    let is_one_sentence = (label..first).all(|at| leads_on(text.gap(at)));
    is_one_sentence.then_some(first)
}

/// Whether what stands between two words does not end what the first speaks of.
fn leads_on(gap: &str) -> bool {
    gap == " " || gap.len() <= 6 && !gap.contains(". ") && !gap.contains(['?', '!', ';', ',', '|', '\n'])
}

/// The last of the words that hyphens join to a word.
pub(super) fn last_joined(text: &Text<'_>, first: usize) -> usize {
    let joins = |at: &usize| text.between(*at) == b"-" && *at + 1 < text.words().len();
    let joined = (first..).take(MOST_JOINED).take_while(joins).count();
    first + joined
}

const MOST_JOINED: usize = 4;

/// Words from a first to a last that are one number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Labelled {
    pub first: usize,
    pub last: usize,
    pub digits: usize,
    pub letters: usize,
}

impl Labelled {
    /// Of the words that hyphens join after a label; none where they are not ASCII.
    pub(super) fn after(text: &Text<'_>, label: usize) -> Option<Self> {
        let first = first_after(text, label)?;
        Labelled::of(text, first, last_joined(text, first))
    }

    /// Of words from a first to a last.
    pub(super) fn of(text: &Text<'_>, first: usize, last: usize) -> Option<Self> {
        let mut labelled = Labelled { first, last, digits: 0, letters: 0 };
        for word in text.words().get(first..=last)? {
            let word = text.word(word);
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            labelled.digits += digits;
            labelled.letters += word.len() - digits;
            if !word.is_ascii() {
                return None;
            }
        }
        Some(labelled)
    }

    pub(super) fn span(self, text: &Text<'_>, kind: &'static str, score: u8) -> Span {
        Span { start: text.words()[self.first].start, end: text.words()[self.last].end, kind, score }
    }
}
