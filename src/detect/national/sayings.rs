//! What the words of a text say of numbers, read once a text.

use crate::detect::Text;

use super::phrases::{PHRASES, Saying};

/// What the words of a text say of numbers beside them, phrase by phrase.
#[derive(Debug, Default)]
pub(in crate::detect) struct Sayings(Vec<Saying>);

/// Of a text that nobody looked through.
pub(in crate::detect) static NOTHING_SAID: Sayings = Sayings(Vec::new());

impl Sayings {
    /// Looks through a text once, so that nobody has to beside each of its numbers.
    pub(in crate::detect) fn read(&mut self, text: &Text<'_>) {
        self.0.clear();
        let phrases = &*PHRASES;
        for (at, word) in text.words().iter().enumerate() {
            if !word.has_digit() & phrases.may_say(text, word) {
                self.0.extend(phrases.saying(text, at + 1));
            }
        }
    }

    /// Those that end before a word, the last first.
    pub(super) fn before(&self, first: usize) -> impl Iterator<Item = &Saying> {
        self.0[..self.place(first + 1)].iter().rev()
    }

    /// Whether there is one that ends between two places, both of them among these.
    pub(super) fn is_any(&self, from: usize, to: usize) -> bool {
        self.0.get(self.place(from)).is_some_and(|saying| saying.end <= to)
    }

    pub(super) fn ending_at(&self, end: usize) -> Option<&Saying> {
        self.0.get(self.place(end)).filter(|saying| saying.end == end)
    }

    /// The place of the first that ends there or behind.
    fn place(&self, end: usize) -> usize {
        self.0.partition_point(|saying| saying.end < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::text::{Buffers, Marked};

    /// Where phrases of a text end, and how many words they have.
    fn said(text: &str) -> Vec<(usize, usize)> {
        let (mut buffers, mut sayings) = (Buffers::default(), Sayings::default());
        let text = Text::read(text, &[Marked::NOWHERE; 256], &mut buffers).with_sayings(&mut sayings);
        text.sayings().0.iter().map(|saying| (saying.end, saying.words)).collect()
    }

    #[test]
    fn a_text_with_a_number_is_looked_through_once() {
        assert_eq!(said("their tax id and a passport: 12 34, account number 5"), [(3, 2), (6, 1), (9, 1), (10, 2)]);
        assert_eq!(said("their tax id and a passport: 123 and 12"), []);
        assert_eq!(said("their tax id and a passport: 123.4"), [(3, 2), (6, 1)]);
    }
}
