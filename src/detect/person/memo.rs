//! What is known of words, remembered: most words of a text are few, and are met again and again.
//!
//! Each thread remembers so many of the last words, so that what it holds does not grow, and knows each by all its letters,
//! so that what it was asked before changes no answer.

use std::cell::Cell;

use crate::detect::person::inflection;
use crate::detect::person::lexicon::{Entry, entry_of, plain_of};
use crate::detect::person::plain::Plain;
use crate::detect::person::run::has_family_ending;
use crate::detect::text::{CASE, eight};
use crate::detect::{Text, Word};

/// Words that are remembered; a power of two.
const REMEMBERED: usize = 1 << 12;

/// Longer words, in bytes, are not remembered.
const LONGEST: usize = 16;

thread_local! {
    static WORDS: [Cell<Remembered>; REMEMBERED] =
        const { [const { Cell::new(Remembered { letters: [0; 2], known: Known::NOTHING }) }; REMEMBERED] };
}

/// A word and what is known of it, within one line of a processor's cache.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Remembered {
    letters: Letters,
    known: Known,
}

/// The letters of a word, eight bytes at a time, in lower case where all are of ASCII; zeros behind them.
type Letters = [u64; 2];

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
        let Some(letters) = letters(text, word) else { return Known::found(text, word) };
        WORDS.with(|words| {
            let slot = &words[word.hash as usize % REMEMBERED];
            let remembered = slot.get();
            if remembered.letters == letters {
                return remembered.known;
            }
            let known = Known::found(text, word);
            slot.set(Remembered { letters, known });
            known
        })
    }

    fn found(text: &Text<'_>, word: &Word) -> Self {
        let known = entry_of(text, word);
        let is_sought = known.is_none_or(|entry| entry.common == 0);
        let plain = if is_sought { plain_of(text, word) } else { Plain::default() };
        let base = known.is_none().then(|| inflection::base(&plain)).flatten();
        let entry = known.or(base).unwrap_or_default();
        Known { entry, is_inflected: base.is_some(), has_ending: has_family_ending(&plain) }
    }
}

/// The letters by which a word is remembered; none of a longer one.
fn letters(text: &Text<'_>, word: &Word) -> Option<Letters> {
    let length = Some(word.end - word.start).filter(|length| *length <= LONGEST)?;
    // In letters of other scripts the bit of case tells more than case.
    let case = if word.is_ascii { CASE } else { 0 };
    let part = |from: usize| {
        let beyond = 8 * (8 - length.saturating_sub(from).min(8)) as u32;
        (eight(text.bytes(), word.start + from) | case) & u64::MAX.checked_shr(beyond).unwrap_or(0)
    };
    Some([part(0), if length > 8 { part(8) } else { 0 }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::text::{Buffers, Marked};

    #[test]
    fn what_is_remembered_is_what_is_found() {
        let mut buffers = Buffers::default();
        let text = "Anna anna Virtasella VIRTASELLA STRASSE Straße straÿe MÄKI mäki Smith Abcdefghijklmnopqrst Mäkinen Ab abcdefgh Abcdefghi Koskinen";
        let text = Text::read(text, &[Marked::NOWHERE; 256], &mut buffers);
        for _ in 0..2 {
            for word in text.words() {
                assert_eq!(Known::of(&text, word), Known::found(&text, word), "{}", text.word(word));
            }
        }
    }
}
