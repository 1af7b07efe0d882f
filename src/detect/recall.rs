//! Texts that come again, as values of columns and lines of logs do: what was found in one is not looked for twice.
//!
//! A text is remembered when it comes for the second time, so that those that never do cost next to nothing. It is known by
//! all its letters, so that what came before changes no answer, and only so many are remembered, so that memory does not
//! depend on how many come.

use std::hash::{BuildHasher, Hasher};
use std::sync::{Mutex, PoisonError};

use crate::detect::{Detector, Span};

/// Longer texts, in bytes, seldom come twice.
const LONGEST: usize = 1 << 10;

/// Bytes of texts that are remembered.
const ROOM: usize = 2 << 20;

/// Sets of texts; a power of two.
const SETS: usize = 1 << 13;
/// Texts of a set.
const WAYS: usize = 4;

/// Finds what identifies people, and remembers what it found.
pub struct Recall {
    detector: Detector<'static>,
    key: ahash::RandomState,
    /// By the last bits of their hashes; in a set the last that came is the first.
    sets: Box<[Set]>,
    texts: Vec<u8>,
    spans: Vec<Span>,
}

/// A line of a processor's cache.
#[derive(Clone, Copy, Default)]
#[repr(align(64))]
struct Set([Remembered; WAYS]);

/// A text and what was found in it. Of one that came once there is its hash alone, and no letter.
#[derive(Clone, Copy, Default)]
struct Remembered {
    /// The first bits of its hash.
    hash: u32,
    /// Where it begins among texts.
    text: u32,
    /// In bytes.
    length: u16,
    /// How many spans it has.
    spans: u16,
    /// The first of them.
    span: u32,
}

impl Default for Recall {
    fn default() -> Self {
        let key = ahash::RandomState::new();
        let sets = vec![Set::default(); SETS].into();
        Recall { detector: Detector::default(), key, sets, texts: Vec::new(), spans: Vec::new() }
    }
}

impl Recall {
    /// What [`Detector::find`] finds in a text.
    pub fn find(&mut self, text: &str) -> &[Span] {
        if !(1..=LONGEST).contains(&text.len()) {
            return self.detector.find(text);
        }
        let mut hasher = self.key.build_hasher();
        hasher.write(text.as_bytes());
        let hash = hasher.finish();
        let Set(set) = &mut self.sets[hash as usize % SETS];
        let Some(place) = set.iter().position(|one| one.hash == (hash >> 32) as u32) else {
            set.rotate_right(1);
            set[0] = Remembered { hash: (hash >> 32) as u32, ..Remembered::default() };
            return self.detector.find(text);
        };
        let known = set[place];
        match self.texts[known.text as usize..][..usize::from(known.length)] == *text.as_bytes() {
            true => &self.spans[known.span as usize..][..usize::from(known.spans)],
            false => self.remember(hash, place, text),
        }
    }

    /// Looks for what is in a text, and remembers it at a place of its set.
    fn remember(&mut self, hash: u64, place: usize, text: &str) -> &[Span] {
        if self.texts.len() + text.len() > ROOM {
            self.forget();
        }
        let found = self.detector.find(text);
        self.sets[hash as usize % SETS].0[place] = Remembered {
            hash: (hash >> 32) as u32,
            text: self.texts.len() as u32,
            length: text.len() as u16,
            spans: found.len() as u16,
            span: self.spans.len() as u32,
        };
        self.texts.extend_from_slice(text.as_bytes());
        self.spans.extend_from_slice(found);
        found
    }

    fn forget(&mut self) {
        self.sets.fill(Set::default());
        self.texts.clear();
        self.spans.clear();
    }
}

/// As many of them as work at once.
#[derive(Default)]
pub struct Recalls(Mutex<Vec<Recall>>);

impl Recalls {
    /// Works with one that nobody works with.
    pub fn lend<R>(&self, work: impl FnOnce(&mut Recall) -> R) -> R {
        let idle = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lent = idle().pop();
        let mut recall = lent.unwrap_or_default();
        let result = work(&mut recall);
        idle().push(recall);
        result
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_came_before_changes_no_answer(
            texts in prop::collection::vec("[a-c]{0,2}(Aino Virtanen|040 123456[0-3]|[a-b]@c\\.fi)?[.]{0,2}", 1..60)
        ) {
            let (mut recall, mut detector) = (Recall::default(), Detector::default());
            for text in texts.iter().chain(&texts).chain(&texts) {
                prop_assert_eq!(recall.find(text), detector.find(text), "{}", text);
            }
        }
    }

    #[test]
    fn a_text_that_comes_again_is_not_looked_at_again() {
        let mut recall = Recall::default();
        let text = "call 040 1234567";
        let first = recall.find(text).to_vec();
        assert!(recall.texts.is_empty(), "it may never come again");
        recall.find(text);
        // What is remembered is shown, so that it is seen not to be found anew.
        recall.spans[0].kind = "REMEMBERED";
        assert_eq!((first[0].kind, recall.find(text)[0].kind), ("PHONE", "REMEMBERED"));
    }

    #[test]
    fn memory_does_not_grow_with_texts() {
        let (mut recall, mut detector) = (Recall::default(), Detector::default());
        let text = |nth: usize| format!("{nth} {} 040 1234567", "a".repeat(LONGEST - 30));
        for nth in (0..3 * ROOM / LONGEST).flat_map(|nth| [nth, nth]) {
            assert_eq!(recall.find(&text(nth)), detector.find(&text(nth)));
            assert!(recall.texts.len() <= ROOM);
        }
        assert_eq!(recall.find(&text(0)), detector.find(&text(0)));
    }

    #[test]
    fn one_that_is_given_back_is_lent_again() {
        let (recalls, text) = (Recalls::default(), "call 040 1234567");
        recalls.lend(|recall| recall.find(text).len() + recall.find(text).len());
        recalls.lend(|recall| assert!(!recall.texts.is_empty()));
        recalls.lend(|_| recalls.lend(|other| assert!(other.texts.is_empty())));
    }
}
