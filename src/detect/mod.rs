//! What identifies people in text: one file a recogniser, one line in the list.
//!
//! A text is read once ([`Text`]): what looks like something else is folded, and its words are counted off. Each
//! recogniser says at which words or marks it wants to be asked ([`Starts`]), and is asked there and nowhere else; it looks
//! at a bounded piece of the text around, so that the whole takes time linear in the text, whatever stands in it.
//! Where two recognisers claim the same letters, the more certain one has them, and of two alike the longer one.

mod calendar;
pub(crate) mod checks;
mod comma;
mod context;
mod dispatch;
mod host;
pub mod known;
mod labelled;
mod recall;
mod resolve;
mod skim;
mod tags;
mod text;

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use dispatch::DISPATCH;
pub use known::{KNOWN, Known};
pub use national::{Number, Purpose, kinds_of, numbers, valid};
pub use person::{Likeness, likeness};
pub use recall::{Recall, Recalls};
pub use skim::{Hints, Places, Skim, is_short};
pub use tags::Tags;
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
    bank_account
    birth_date
    card
    crypto
    date
    driver_license
    email
    email_spoken
    geo
    iban
    introduced
    ip
    mac
    national
    national_id
    passport
    person
    phone
    plate
    secret
    ssn
    url
    username
}

/// Raised with every change of what is found, from the first release on.
pub const VERSION: u32 = 1;

/// Every kind that a recogniser finds, sorted, once.
pub static KINDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut kinds: Vec<_> = RECOGNISERS.iter().flat_map(|recogniser| recogniser.kinds).copied().collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
});

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
    /// At this byte, which is none of a word; of a character beyond ASCII, its first.
    Mark(u8),
    /// At this byte, where a digit is right before it; it may be asked at others as well.
    BehindDigit(u8),
    /// At this byte, where letters or digits are on both sides of it; it may be asked at others as well.
    Joint(u8),
    /// At a word with a digit in it, where it and the words that one separator each joins to it have so many digits.
    Digits(RangeInclusive<u8>),
    /// At a word of both digits and letters.
    Code,
    /// At a word without digits that begins with a capital letter.
    Capital,
    /// At one of these words, which are in lower case, in whatever case.
    Keyword(&'static [&'static str]),
    /// At one of these words as well, behind which something is found in company alone: of a digit, of a sign that is no
    /// space, or of a word that is [`Starts::Company`].
    Label(&'static [&'static str]),
    /// Nowhere, but for the labels beside one of these words.
    Company(&'static [&'static str]),
    /// At a word that begins with one of these, byte for byte; each has a capital letter.
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
pub struct Detector<'p> {
    /// Where it looks, and for what; everywhere for everything if not given.
    places: Option<&'p Places>,
    buffers: text::Buffers,
    sayings: national::Sayings,
    found: Vec<Span>,
    claims: resolve::Claims,
}

impl<'p> Detector<'p> {
    /// One that looks for some kinds only. What is of another kind claims no letters.
    pub fn at(places: &'p Places) -> Self {
        Detector { places: Some(places), ..Detector::default() }
    }

    /// Every span of a text, from its beginning to its end; none overlaps another.
    pub fn find(&mut self, text: &str) -> &[Span] {
        self.found.clear();
        let dispatch = self.places.map_or(&*DISPATCH, Places::dispatch);
        let text = Text::read(text, dispatch.marked(), &mut self.buffers).with_sayings(&mut self.sayings);
        dispatch.ask(&text, &mut self.found);
        if let Some(places) = self.places {
            self.found.retain(|span| places.counts(span.kind));
        }
        self.claims.resolve(&mut self.found);
        self.found.iter_mut().for_each(|span| text.place_in_source(span));
        &self.found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What of a text is found to be of a kind.
    pub(super) fn found(text: &str, kind: &str) -> Vec<String> {
        let spans = Detector::default().find(text).to_vec();
        let of_kind = spans.iter().filter(|span| span.kind == kind);
        of_kind.map(|span| text[span.start..span.end].to_owned()).collect()
    }

    fn hold(text: &str) -> Result<(), TestCaseError> {
        let mut detector = Detector::default();
        let first = detector.find(text).to_vec();
        let mut end = 0;
        for span in &first {
            prop_assert!(span.start >= end && span.end > span.start, "{span:?}");
            prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{span:?}");
            prop_assert!(span.score <= 100 && RECOGNISERS.iter().any(|one| one.kinds.contains(&span.kind)), "{span:?}");
            end = span.end;
        }
        detector.find("something else: 040 1234567");
        prop_assert_eq!(detector.find(text), first);
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn spans_are_whole_letters_in_order(text in ".{0,120}") {
            hold(&text)?;
        }

        #[test]
        fn so_they_are_where_much_looks_like_something(
            pieces in prop::collection::vec(prop_oneof![
                "[0-9]{1,5}", "[-+./:@%,()\\[\\] =_'\"]", "[a-fA-Z]{1,4}", Just("\u{200b}".to_owned()), Just("\u{a0}".to_owned()),
                Just("\u{ff11}".to_owned()), Just("°".to_owned()), Just("%40".to_owned()), Just("http://".to_owned()), Just("www.".to_owned()),
                Just("0x".to_owned()), Just("FI21".to_owned()), Just("password: ".to_owned()), Just("born ".to_owned()), Just(" at ".to_owned()),
                Just("-----BEGIN PRIVATE KEY-----".to_owned()), Just("eyJ".to_owned()), Just("ä\u{301}".to_owned()), Just("🧡".to_owned()),
            ], 0..30)
        ) {
            hold(&pieces.concat())?;
        }

        #[test]
        fn so_they_are_where_much_of_the_same_follows(
            start in prop_oneof![
                Just("http://"), Just("http://u:p@"), Just("www."), Just("a@"), Just("a at "), Just("0x"), Just("+358 "), Just("FI21"),
                Just("password: "), Just("born "), Just("Aino "), Just("::"),
            ],
            piece in prop_oneof!["[中ä]{1,21}\\.", "[0-9]{1,4}[ .:-]", "[A-Za-zä]{1,9}[ .-]?", "\\PC{1,3}", "[0-9a-f]{1,4}:?"],
            times in 1..200usize,
            end in ".{0,4}"
        ) {
            hold(&[start, &piece.repeat(times), &end].concat())?;
        }
    }

    #[test]
    fn the_list_is_in_order_and_says_all() {
        assert!(RECOGNISERS.is_sorted_by_key(|one| one.name));
        for one in RECOGNISERS {
            assert!(
                !one.kinds.is_empty()
                    && !one.follows.is_empty()
                    && !one.leaves_out.is_empty()
                    && !one.starts.is_empty()
            );
            let prefixes = one
                .starts
                .iter()
                .flat_map(|starts| if let Starts::Prefix(prefixes) = starts { *prefixes } else { &[] });
            assert!(prefixes.into_iter().all(|prefix| prefix.contains(char::is_uppercase)));
        }
    }
}
