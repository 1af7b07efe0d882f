//! What is known of words, remembered: most words of a text are few, and are met again and again.
//!
//! Each thread remembers so many of the last words, so that what it holds does not grow. A word is known again by a hash of
//! 64 bits of its letters, as it is in the lists.

use std::cell::Cell;

use crate::detect::person::inflection;
use crate::detect::person::lexicon::{Entry, entry_of};
use crate::detect::person::plain::Plain;
use crate::detect::person::run::has_family_ending;
use crate::detect::text::hash_of_bytes;
use crate::detect::{Text, Word};

/// Words that are remembered; a power of two.
const REMEMBERED: usize = 1 << 12;

thread_local! {
    static WORDS: [Cell<(u64, Known)>; REMEMBERED] = const { [const { Cell::new((0, Known::NOTHING)) }; REMEMBERED] };
}

/// What is known of a word that can be one of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) entry: Entry,
    /// Whether it is known of the word that this one is a case of.
    pub(super) is_inflected: bool,
    /// Whether it ends as family names do.
    pub(super) has_ending: bool,
}

impl Known {
    const NOTHING: Known = Known { entry: Entry::NOTHING, is_inflected: false, has_ending: false };

    /// What is known of a word of a text.
    pub(super) fn of(text: &Text<'_>, word: &Word) -> Self {
        // Case changes nothing of letters of ASCII, and accents are taken off in either case.
        let key = if word.is_ascii { word.hash } else { hash_of_bytes(text.letters(word)) };
        WORDS.with(|words| {
            let slot = &words[key as usize % REMEMBERED];
            let (remembered, known) = slot.get();
            if remembered == key {
                return known;
            }
            let known = Known::found(text, word);
            slot.set((key, known));
            known
        })
    }

    fn found(text: &Text<'_>, word: &Word) -> Self {
        let known = entry_of(text, word);
        let is_sought = known.is_none_or(|entry| entry.common == 0);
        let plain = if is_sought { Plain::of(text.word(word)) } else { Plain::default() };
        let base = known.is_none().then(|| inflection::base(&plain)).flatten();
        let entry = known.or(base).unwrap_or_default();
        Known { entry, is_inflected: base.is_some(), has_ending: has_family_ending(&plain) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::text::Buffers;

    #[test]
    fn what_is_remembered_is_what_is_found() {
        let mut buffers = Buffers::default();
        let text = "Anna anna Virtasella VIRTASELLA Smith Abcdefghijklmnopqrst Mäkinen Ab abcdefgh Abcdefghi Koskinen";
        let text = Text::read(text, &[false; 256], &mut buffers);
        for _ in 0..2 {
            for word in text.words() {
                assert_eq!(Known::of(&text, word), Known::found(&text, word), "{}", text.word(word));
            }
        }
    }
}
