//! The words that fakes draw from, and which of them are names of somebody in the dataset.
//!
//! A word is taken where a value, or words of one, are a piece of it: folded as known values are, so that the name of the
//! source is one in whatever letters, accents and encoding it stands.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::detect::known;
use crate::method::Taken;
use crate::plan::Plan;

/// Shorter values are met by chance in any text, so a word is not taken for holding one, in bytes.
const SHORTEST: usize = 5;

/// The words of a plan's fakes, found by any piece of them.
pub(super) struct Words {
    all: Vec<&'static str>,
    seen: Vec<AtomicBool>,
    /// From each piece of a folded word to the words that hold it.
    pieces: HashMap<Box<str>, Vec<usize>>,
    longest: usize,
    /// In one of them.
    most_words: usize,
}

/// What is needed for one text, and used again for the next.
#[derive(Default)]
pub(super) struct Folding {
    words: known::Words,
    run: String,
}

impl Words {
    pub fn of(plan: &Plan) -> Self {
        let rules = plan.tables.iter().flat_map(|table| table.schema.columns.values());
        Words::new(rules.flat_map(|rule| rule.method.vocabulary()).collect())
    }

    fn new(unique: HashSet<&'static str>) -> Self {
        let mut all: Vec<_> = unique.into_iter().collect();
        all.sort_unstable();
        let (mut pieces, mut folding): (HashMap<Box<str>, Vec<usize>>, _) = (HashMap::new(), Folding::default());
        for (index, word) in all.iter().enumerate() {
            let folded = folding.whole(word);
            let mut of_word: Vec<&str> = pieces_of(folded).collect();
            of_word.sort_unstable();
            of_word.dedup();
            of_word.into_iter().for_each(|piece| pieces.entry(piece.into()).or_default().push(index));
        }
        let seen = all.iter().map(|_| AtomicBool::new(false)).collect();
        let longest = pieces.keys().map(|piece| piece.len()).max().unwrap_or(0);
        let most_words = pieces.keys().map(|piece| piece.split(' ').count()).max().unwrap_or(0);
        Words { all, seen, pieces, longest, most_words }
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Marks the words that hold a value, or a name in it.
    pub fn look_at(&self, text: &str, folding: &mut Folding) {
        folding.words.read(text);
        folding.words.runs(self.most_words, &mut folding.run, |run| self.mark(run));
    }

    fn mark(&self, piece: &str) {
        if piece.len() > self.longest {
            return;
        }
        for word in self.pieces.get(piece).into_iter().flatten() {
            self.seen[*word].store(true, Ordering::Relaxed);
        }
    }

    pub fn taken(self) -> Taken {
        let seen = self.all.iter().zip(&self.seen).filter(|(_, seen)| seen.load(Ordering::Relaxed));
        Taken::new(seen.map(|(word, _)| (*word).to_owned()))
    }
}

impl Folding {
    /// All words of a text, with a space between two.
    fn whole(&mut self, text: &str) -> &str {
        let Folding { words, run } = self;
        run.clear();
        words.read(text);
        words.runs(1, &mut String::new(), |word| {
            run.extend((!run.is_empty()).then_some(' '));
            run.push_str(word);
        });
        run
    }
}

/// Every piece of a word that is long enough to tell something, and the whole word.
fn pieces_of(word: &str) -> impl Iterator<Item = &str> {
    let starts = word.char_indices().map(|(start, _)| start);
    let ends = move |start: usize| word[start..].char_indices().map(move |(at, c)| start + at + c.len_utf8());
    let pieces = starts.flat_map(move |start| ends(start).map(move |end| &word[start..end]));
    pieces.filter(|piece| piece.len() >= SHORTEST).chain(std::iter::once(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_long_enough_or_the_whole() {
        let pieces: Vec<_> = pieces_of("robert").collect();
        assert_eq!(pieces, ["rober", "robert", "obert", "robert"]);
        assert_eq!(pieces_of("ann").collect::<Vec<_>>(), ["ann"]);
    }

    /// Of these words, those that are taken once a text was seen.
    fn taken(words: &[&'static str], text: &str) -> Vec<&'static str> {
        let looked = Words::new(words.iter().copied().collect());
        looked.look_at(text, &mut Folding::default());
        let seen = looked.all.iter().zip(&looked.seen);
        seen.filter(|(_, seen)| seen.load(Ordering::Relaxed)).map(|(word, _)| *word).collect()
    }

    #[test]
    fn a_name_takes_its_word_however_it_is_written() {
        let words = ["Mäkelä", "Väisänen", "Anna-Liisa", "Li", "김철수"];
        for text in ["Mäkelä", "Ma\u{308}kela\u{308}", "MÄKELÄ, Aino", "Makela", "Ｍäkelä", "mä\u{ad}kelä"] {
            assert_eq!(taken(&words, text), ["Mäkelä"], "{text:?}");
        }
        assert_eq!(taken(&words, "Virtanen Anna Liisa"), ["Anna-Liisa"]);
        assert_eq!(taken(&words, "V\u{e4}is\u{e4} and Va\u{308}isa\u{308}"), ["Väisänen"], "a piece of it");
        assert_eq!(taken(&words, "Li 김철수님"), ["Li", "김철수"]);
        assert!(taken(&words, "Lina Anna Mäki").is_empty());
    }
}
