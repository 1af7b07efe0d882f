//! Words that say what stands beside them.

use crate::detect::tags::Tag;
use crate::detect::{Text, Word};

/// Words further away than this say nothing of what stands here, in bytes.
const FARTHEST: usize = 60;

/// A list of words, in lower case.
pub(super) struct Vocabulary {
    tag: Tag,
    words: &'static [&'static str],
}

impl Tag {
    /// The list that this is the tag of.
    pub(super) const fn list(self, words: &'static [&'static str]) -> Vocabulary {
        Vocabulary { tag: self, words }
    }
}

impl Vocabulary {
    pub(super) fn tag(&self) -> Tag {
        self.tag
    }

    pub(super) fn words(&self) -> &'static [&'static str] {
        self.words
    }

    /// Whether a word is one of the list, in whatever case.
    pub(super) fn has(&self, word: &Word) -> bool {
        word.tags.has(self.tag)
    }

    /// Whether one of so many words before a place of the text is one of the list.
    pub(super) fn is_before(&self, text: &Text<'_>, at: usize, reach: usize) -> bool {
        self.is_among(text, at, text.word_at(at), reach)
    }

    /// The same, where it is known which word the place belongs to, or is the first behind it.
    pub(super) fn is_among(&self, text: &Text<'_>, at: usize, end: usize, reach: usize) -> bool {
        self.places_among(text, at, end, reach).next().is_some()
    }

    /// Which of them are, the nearest first.
    pub(super) fn places_among(
        &self,
        text: &Text<'_>,
        at: usize,
        end: usize,
        reach: usize,
    ) -> impl Iterator<Item = usize> {
        let near = (end.saturating_sub(reach)..end).rev().map(|place| (place, &text.words()[place]));
        let near = near.take_while(move |(_, word)| at.saturating_sub(word.end) <= FARTHEST);
        near.filter(|(_, word)| self.has(word)).map(|(place, _)| place)
    }

    /// Whether one of so many words behind a place of the text is one of the list.
    pub(super) fn is_behind(&self, text: &Text<'_>, at: usize, reach: usize) -> bool {
        let words = text.words()[text.word_at(at)..].iter().take(reach);
        words.take_while(|word| word.start.saturating_sub(at) <= FARTHEST).any(|word| self.has(word))
    }
}

#[cfg(test)]
mod tests {
    use crate::detect::Text;
    use crate::detect::phone::CALLS;
    use crate::detect::text::{Buffers, Marked};

    #[test]
    fn words_near_by_are_seen_in_any_case() {
        let mut buffers = Buffers::default();
        let text = Text::read("PUH. a b 12 Mobil", &[Marked::NOWHERE; 256], &mut buffers);
        assert!(CALLS.is_before(&text, 9, 3) && !CALLS.is_before(&text, 9, 2));
        assert!(CALLS.is_behind(&text, 11, 1) && !CALLS.is_behind(&text, 5, 2));
    }
}
