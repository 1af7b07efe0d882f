//! Words that say what stands beside them.

use std::sync::OnceLock;

use crate::detect::{Text, Word};

/// Words further away than this say nothing of what stands here, in bytes.
const FARTHEST: usize = 60;

/// A list of words, in lower case.
pub(super) struct Vocabulary {
    words: &'static [&'static str],
    /// By their hashes, in a table of open addressing, a quarter full at most, of which a place is empty at zero.
    hashes: OnceLock<Vec<u64>>,
}

impl Vocabulary {
    pub(super) const fn of(words: &'static [&'static str]) -> Self {
        Vocabulary { words, hashes: OnceLock::new() }
    }

    /// Whether a word is one of the list, in whatever case.
    pub(super) fn has(&self, word: &Word) -> bool {
        let hashes = self.hashes.get_or_init(|| self.table());
        hashes[place(hashes, word.hash)] == word.hash
    }

    fn table(&self) -> Vec<u64> {
        let mut hashes = vec![0; (4 * self.words.len()).next_power_of_two()];
        for hash in self.words.iter().map(|word| super::text::hash_of(word)) {
            let place = place(&hashes, hash);
            hashes[place] = hash;
        }
        hashes
    }

    /// Whether one of so many words before a place of the text is one of the list.
    pub(super) fn is_before(&self, text: &Text<'_>, at: usize, reach: usize) -> bool {
        self.is_among(text, at, text.word_at(at), reach)
    }

    /// The same, where it is known which word the place belongs to, or is the first behind it.
    pub(super) fn is_among(&self, text: &Text<'_>, at: usize, end: usize, reach: usize) -> bool {
        let near = text.words()[end.saturating_sub(reach)..end].iter().rev();
        near.take_while(|word| at.saturating_sub(word.end) <= FARTHEST).any(|word| self.has(word))
    }

    /// Whether one of so many words behind a place of the text is one of the list.
    pub(super) fn is_behind(&self, text: &Text<'_>, at: usize, reach: usize) -> bool {
        let words = text.words()[text.word_at(at)..].iter().take(reach);
        words.take_while(|word| word.start.saturating_sub(at) <= FARTHEST).any(|word| self.has(word))
    }
}

/// Where a hash is in a table, or would be.
fn place(hashes: &[u64], hash: u64) -> usize {
    let mut place = hash as usize;
    loop {
        place &= hashes.len() - 1;
        if hashes[place] == hash || hashes[place] == 0 {
            return place;
        }
        place += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::text::Buffers;

    #[test]
    fn words_near_by_are_seen_in_any_case() {
        static CALLS: Vocabulary = Vocabulary::of(&["puh", "mobil"]);
        let mut buffers = Buffers::default();
        let text = Text::read("PUH. a b 12 Mobil", &[false; 256], &mut buffers);
        assert!(CALLS.is_before(&text, 9, 3) && !CALLS.is_before(&text, 9, 2));
        assert!(CALLS.is_behind(&text, 11, 1) && !CALLS.is_behind(&text, 5, 2));
    }
}
