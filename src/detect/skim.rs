//! Tells quickly of most texts that nothing can be found in them: nobody would be asked at any place.
//!
//! A text of ASCII has such a place if it has a digit, a mark or a word that some recogniser wants to be asked at. Words
//! that nobody wants are remembered.

use super::dispatch::Dispatch;
use super::known::Words;
use super::known::name::Names;
use super::{RECOGNISERS, Recogniser};

/// Words that are remembered; a power of two.
const REMEMBERED: usize = 1 << 12;

/// No recogniser finds anything in a single word of fewer letters, be it a number of a house or of a post office.
const FEWEST_LETTERS: usize = 6;

/// Where recognisers want to be asked that find certain kinds.
pub struct Places {
    dispatch: Dispatch,
    /// Kinds that do not count.
    but: Vec<&'static str>,
    /// Bytes between words at which somebody wants to be asked.
    asked: [bool; 256],
}

impl Places {
    /// Those of recognisers that find something else than these kinds.
    pub fn but(kinds: &[&'static str]) -> Self {
        let others = |recogniser: &&'static Recogniser| recogniser.kinds.iter().any(|kind| !kinds.contains(kind));
        let dispatch = Dispatch::of(&RECOGNISERS.iter().copied().filter(others).collect::<Vec<_>>());
        Places { asked: *dispatch.marks_asked(), dispatch, but: kinds.to_vec() }
    }

    pub(super) fn dispatch(&self) -> &Dispatch {
        &self.dispatch
    }

    /// Whether a kind counts.
    pub(super) fn counts(&self, kind: &str) -> bool {
        !self.but.contains(&kind)
    }

    /// Whether somebody could be asked at a word, here in lower case.
    fn ask_at(&self, word: &[u8]) -> bool {
        let word = std::str::from_utf8(word).unwrap_or("0");
        word.contains(|letter: char| letter.is_ascii_digit()) || self.dispatch.asks_at(word)
    }
}

/// Looks over one text after another.
pub struct Skim<'p> {
    places: &'p Places,
    names: Names,
    dull: Box<[u64]>,
}

impl<'p> Skim<'p> {
    /// One that remembers no word yet.
    pub fn of(places: &'p Places) -> Self {
        Skim { places, names: Names::new(&[0; 32]), dull: vec![0; REMEMBERED].into() }
    }

    /// Whether anybody would be asked at any place of a text, of which these are the words; of other texts than ASCII it is
    /// not known, so it is said.
    pub fn asks(&mut self, text: &str, words: &Words) -> bool {
        let Skim { places, names, dull } = self;
        if let [word] = words.list()
            && word.to - word.from == text.len()
            && text.len() < FEWEST_LETTERS
        {
            return false;
        }
        if !text.is_ascii() {
            return true;
        }
        let asked_within = |gap: &[u8]| gap.iter().any(|byte| places.asked[usize::from(*byte)]);
        let mut end = 0;
        for word in words.list() {
            if asked_within(&text.as_bytes()[end..word.from]) {
                return true;
            }
            end = word.to;
            let length = word.end - word.start;
            let name = names.whole_word(words.letters(word), length);
            let place = name as usize % REMEMBERED;
            if dull[place] != name {
                if places.ask_at(&words.letters(word)[..length]) {
                    return true;
                }
                dull[place] = name;
            }
        }
        asked_within(&text.as_bytes()[end..])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::Detector;

    const NAMES: &[&str] = &["PERSON", "ADDRESS"];

    fn asks(places: &Places, text: &str) -> bool {
        let mut words = Words::default();
        words.read(text);
        Skim::of(places).asks(text, &words)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn where_nobody_is_asked_nothing_is_found(
            pieces in prop::collection::vec(prop_oneof![
                "[a-zA-Z]{1,8}".boxed(),
                "[ -~]{1,6}".boxed(),
                prop::sample::select(vec![
                    "password: hunter", "call me at", "aino at posti dot fi", "user aino", "AKIAABCDEFGHIJKLMNOP", "a@b.fi",
                    "ghp_abcdefghijklmnopqrstuvwxyzABCDEFGHIJ", "aa:bb:cc:dd:ee:ff", "SG.abc", "born", "lat", "https",
                ]).prop_map(str::to_owned).boxed(),
            ], 0..8),
        ) {
            let (text, places) = (pieces.join(" "), Places::but(NAMES));
            let found = !Detector::at(&places).find(&text).is_empty();
            prop_assert!(!found || asks(&places, &text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn in_a_short_word_nothing_is_found_that_counts(word in "[a-zA-Z0-9]{1,5}") {
            let places = Places::but(&["PERSON", "ADDRESS", "DATE", "DOB", "GEO"]);
            prop_assert!(Detector::at(&places).find(&word).is_empty(), "{word:?}");
        }
    }

    #[test]
    fn plain_words_ask_nobody() {
        let places = Places::but(&["PERSON", "ADDRESS", "DATE", "GEO", "URL"]);
        assert!(!asks(&places, "the order was late please call customer about invoice") && !asks(&places, ""));
        assert!(asks(&places, "call 5") && asks(&places, "Aino at posti dot fi") && asks(&places, "ääni"));
    }
}
