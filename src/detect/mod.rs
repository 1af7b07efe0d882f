//! What identifies people in text: one file a recogniser, one line in the list.
//!
//! A text is read once ([`Text`]): what looks like something else is folded, and its words are counted off. Each
//! recogniser says at which words or marks it wants to be asked ([`Starts`]), and is asked there and nowhere else; it looks
//! at a bounded piece of the text around, so that the whole takes time linear in the text, whatever stands in it.
//! Where two recognisers claim the same letters, the more certain one has them, and of two alike the longer one.

mod dispatch;
mod resolve;
mod text;

use std::ops::RangeInclusive;

use dispatch::DISPATCH;
pub use person::{Likeness, likeness};
pub use text::{Text, Word};

/// Declares every recogniser's module and the list.
macro_rules! recognisers {
    ($($recogniser:ident)*) => {
        $(mod $recogniser;)*
        /// Every recogniser there is, by name.
        pub const RECOGNISERS: &[&Recogniser] = &[$(&$recogniser::RECOGNISER),*];
    };
}

recognisers! {
    address
    email
    introduced
    person
    username
}

/// A piece of text that identifies somebody, in bytes of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub start: usize,
    pub end: usize,
    /// What it is, as `EMAIL`.
    pub kind: &'static str,
    /// How certain that is, in percent.
    pub score: u8,
}

/// A recogniser as the list shows it.
pub struct Recogniser {
    pub name: &'static str,
    /// The kinds of span that it finds.
    pub kinds: &'static [&'static str],
    /// The standard or the source that it follows.
    pub follows: &'static str,
    /// What it does not cover.
    pub leaves_out: &'static str,
    /// Where it is asked.
    pub starts: &'static [Starts],
    /// Looks around a place, no further than a bound of its own, and tells what it finds there.
    pub find: fn(&Text<'_>, At, &mut Vec<Span>),
}

/// At which places of a text a recogniser is asked.
#[derive(Debug, Clone)]
pub enum Starts {
    /// At this byte, which is none of a word.
    Mark(u8),
    /// At a word with a digit in it, where it and the words that one separator each joins to it have so many digits.
    Digits(RangeInclusive<u8>),
    /// At a word without digits that begins with a capital letter.
    Capital,
    /// At one of these words, which are in lower case, in whatever case.
    Keyword(&'static [&'static str]),
    /// At a word that begins with one of these, byte for byte; each is two bytes long or longer.
    Prefix(&'static [&'static str]),
}

/// Where a recogniser is asked.
#[derive(Debug, Clone, Copy)]
pub enum At {
    /// At the byte of the folded text.
    Mark(usize),
    /// At the word of this place among the words.
    Word(usize),
}

/// Finds what identifies people, text by text; what it needs for one is used again for the next.
#[derive(Default)]
pub struct Detector {
    buffers: text::Buffers,
    found: Vec<Span>,
    claims: resolve::Claims,
}

impl Detector {
    /// Every span of a text, from its beginning to its end; none overlaps another.
    pub fn find(&mut self, text: &str) -> &[Span] {
        self.found.clear();
        let text = Text::read(text, DISPATCH.marks_asked(), &mut self.buffers);
        DISPATCH.ask(&text, &mut self.found);
        self.claims.resolve(&mut self.found);
        self.found.iter_mut().for_each(|span| text.place_in_source(span));
        &self.found
    }
}
