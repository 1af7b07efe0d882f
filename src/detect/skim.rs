//! Tells quickly of most texts that nothing can be found in them: they are plain words that nobody wants to be asked at.
//!
//! Several can look for something, and each is told apart whether it has to. What words tell is remembered, so that a word
//! costs a look, whoever looks for what.

use std::ops::{BitOr, BitOrAssign};

use super::dispatch::Dispatch;
use super::known::Words;
use super::known::name::Names;
use super::text::Marked;
use super::{RECOGNISERS, Recogniser};

/// Sets of words that are remembered; a power of two.
const SETS: usize = 1 << 10;

/// Words of a set: a text's frequent words are a hundred or so, and some two share a set nearly always, and five hardly ever.
const WAYS: usize = 4;

/// Longer words are hardly written.
const LONGEST: usize = 64;

/// No recogniser finds anything in a single word of fewer letters, be it a number of a house or of a post office.
const FEWEST_LETTERS: usize = 6;

/// Whether a text, of which these are the words, is a single word of so few letters that no recogniser finds anything.
pub fn is_short(text: &str, words: &Words) -> bool {
    text.len() < FEWEST_LETTERS && matches!(words.list(), [word] if word.to - word.from == text.len())
}

/// What words and signs tell of the text that they stand in, to each of those who look for something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hints(u32);

impl Hints {
    /// Nothing.
    pub const NONE: Hints = Hints(0);
    /// What is looked for can stand there.
    pub const ASK: Hints = Hints(1);
    /// It can in company.
    pub const LABEL: Hints = Hints(2);
    /// They are company.
    pub const COMPANY: Hints = Hints(4);
    /// Everything, to everybody.
    pub const ALL: Hints = Hints(u32::MAX);

    const BITS: usize = 3;

    /// Those of several who look, in their order.
    pub fn of_each(hints: impl DoubleEndedIterator<Item = Hints>) -> Hints {
        hints.rev().fold(Hints::NONE, |all, hints| Hints(all.0 << Hints::BITS | hints.0))
    }

    /// Whether the one at this place in their order has to look.
    pub fn ask(self, place: usize) -> bool {
        let told = self.0 >> (Hints::BITS * place) & 0b111;
        let in_company = Hints::LABEL | Hints::COMPANY;
        told & Hints::ASK.0 > 0 || told & in_company.0 == in_company.0
    }
}

impl BitOr for Hints {
    type Output = Hints;

    fn bitor(self, other: Hints) -> Hints {
        Hints(self.0 | other.0)
    }
}

impl BitOrAssign for Hints {
    fn bitor_assign(&mut self, other: Hints) {
        *self = *self | other;
    }
}

/// Where recognisers want to be asked that find certain kinds.
pub struct Places {
    dispatch: Dispatch,
    /// Kinds that do not count.
    but: Vec<&'static str>,
}

impl Places {
    /// Those of recognisers that find something else than these kinds.
    pub fn but(kinds: &[&'static str]) -> Self {
        let others = |recogniser: &&'static Recogniser| recogniser.kinds.iter().any(|kind| !kinds.contains(kind));
        let dispatch = Dispatch::of(&RECOGNISERS.iter().copied().filter(others).collect::<Vec<_>>());
        Places { dispatch, but: kinds.to_vec() }
    }

    pub(super) fn dispatch(&self) -> &Dispatch {
        &self.dispatch
    }

    /// Whether a kind counts.
    pub(super) fn counts(&self, kind: &str) -> bool {
        !self.but.contains(&kind)
    }

    /// What a word tells, in small letters of ASCII.
    pub fn of_word(&self, word: &[u8]) -> Hints {
        self.dispatch.hints(word)
    }

    /// What a sign between words tells.
    pub fn of_sign(&self, sign: u8) -> Hints {
        // Behind digits they tell nothing: digits tell everything themselves.
        let is_asked = self.dispatch.marked()[usize::from(sign)].meets(Marked::ANYWHERE.or(Marked::JOINT));
        let asked = if is_asked { Hints::ASK } else { Hints::NONE };
        asked | if sign == b' ' { Hints::NONE } else { Hints::COMPANY }
    }
}

/// Looks over one text after another.
pub struct Skim {
    names: Names,
    signs: [Hints; 256],
    seen: Seen,
}

/// What words tell, by their names, whose last bits tell their sets; in a set the last that came is the first.
struct Seen(Box<[Set]>);

/// A line of a processor's cache.
#[derive(Clone)]
#[repr(align(64))]
struct Set([(u64, Hints); WAYS]);

impl Seen {
    fn none() -> Self {
        // No name is zero, but by chance; then it is one of no word.
        Seen(vec![Set([(0, Hints::ALL); WAYS]); SETS].into())
    }

    /// What the word of a name tells, which has to say it where it is not remembered.
    #[inline]
    fn of(&mut self, name: u64, told: impl FnOnce() -> Hints) -> Hints {
        let Set(set) = &mut self.0[name as usize % SETS];
        match set.iter().find(|(seen, _)| *seen == name) {
            Some((_, hints)) => *hints,
            None => {
                set.rotate_right(1);
                set[0] = (name, told());
                set[0].1
            }
        }
    }
}

impl Skim {
    /// One that remembers no word yet; signs of ASCII between words tell what `of_sign` says.
    pub fn new(of_sign: impl Fn(u8) -> Hints) -> Self {
        let of_byte = |byte: usize| if byte < 0x80 { of_sign(byte as u8) } else { Hints::ALL };
        Skim { names: Names::drawn(), signs: std::array::from_fn(of_byte), seen: Seen::none() }
    }

    /// What a text tells. Words of small letters of ASCII tell what `of_word` says, and in other cases the same; what has
    /// digits or other letters tells everything.
    pub fn look(&mut self, text: &str, of_word: impl Fn(&[u8]) -> Hints) -> Hints {
        let (text, mut at, mut hints) = (text.as_bytes(), 0, Hints::NONE);
        while at < text.len() && hints != Hints::ALL {
            let start = at;
            let (name, has_digit);
            (name, has_digit, at) = self.names.of_letters(text, at);
            if has_digit {
                return Hints::ALL;
            }
            if at > start {
                hints |= self.seen.of(name, || told(&text[start..at], &of_word));
            }
            if let Some(sign) = text.get(at) {
                hints |= self.signs[usize::from(*sign)];
                at += 1;
            }
        }
        hints
    }
}

/// What a word tells in whatever case; one that is longer than words are tells everything.
#[cold]
fn told(word: &[u8], of_word: impl Fn(&[u8]) -> Hints) -> Hints {
    let mut lower = [0; LONGEST];
    let Some(lower) = lower.get_mut(..word.len()) else { return Hints::ALL };
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    of_word(lower)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::{Detector, Starts};

    const NAMES: &[&str] = &["PERSON", "ADDRESS"];

    fn asks(places: &Places, text: &str) -> bool {
        Skim::new(|sign| places.of_sign(sign)).look(text, |word| places.of_word(word)).ask(0)
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
                    "ghp_abcdefghijklmnopqrstuvwxyzABCDEFGHIJ", "aa:bb:cc:dd:ee:ff", "aa-bb-cc-dd-ee-ff", "aaaa.bbbb.cccc", "SG.abc", "born", "lat", "https",
                    "account", "user", "for", "closed", "password", "invalid", "from", "pass", "key", "bearer AbCdEf", "passport",
                    "plate", "tunnus", "begin", "sk", "ssn", "nid", "a", "by", "aino.k",
                ]).prop_map(str::to_owned).boxed(),
            ], 0..8),
        ) {
            let (text, places) = (pieces.join(" "), Places::but(NAMES));
            let found = !Detector::at(&places).find(&text).is_empty();
            prop_assert!(!found || asks(&places, &text), "{text:?}");
        }

        #[test]
        fn behind_labels_nothing_is_found_without_company(
            words in prop::collection::vec(prop_oneof![
                "[a-zA-Z]{1,12}".boxed(),
                prop::sample::select(RECOGNISERS.iter().flat_map(|one| one.starts).flat_map(|starts| match starts {
                    Starts::Label(words) | Starts::Company(words) | Starts::Keyword(words) => *words,
                    _ => &[],
                }).copied().filter(|word| word.is_ascii()).chain(["from", "is", "name"]).collect::<Vec<_>>()).prop_map(str::to_owned).boxed(),
            ], 0..7),
        ) {
            let (text, places) = (words.join(" "), Places::but(NAMES));
            let found = !Detector::at(&places).find(&text).is_empty();
            prop_assert!(!found || asks(&places, &text), "{text:?}");
        }
    }

    #[test]
    fn words_of_one_set_are_asked_once() {
        let (mut seen, mut asked) = (Seen::none(), Vec::new());
        let mut look = |nth: usize| {
            let hints = seen.of((nth * SETS) as u64, || {
                asked.push(nth);
                Hints(nth as u32)
            });
            assert_eq!(hints, Hints(nth as u32));
        };
        [1, 2, 1, 3, 2, 4, 1, 2, 3, 4].into_iter().for_each(&mut look);
        // One more takes the room of the one that came first.
        [5, 2, 3, 4, 5, 1].into_iter().for_each(&mut look);
        assert_eq!((asked, WAYS), (vec![1, 2, 3, 4, 5, 1], 4));
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
        assert!(!asks(&places, "the account of a user") && asks(&places, "the account: aino"));
        assert!(asks(&places, "session closed for user aino") && asks(&places, "illegal user aino"));
        assert!(asks(&places, "the user akoski logged in") && asks(&places, "login as akoski failed"));
        assert!(asks(&places, "call 5") && asks(&places, "Aino at posti dot fi") && asks(&places, "ääni"));
    }
}
