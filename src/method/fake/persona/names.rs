//! The first or the last names of subjects.

use super::slug;
use crate::method::Taken;
use crate::method::fake::draw::{Draws, TRIES, tagged};
use crate::method::fake::seed::Seed;
use crate::method::fake::words::Words;

/// Names of one sort.
pub struct Names {
    /// The names as they are listed.
    pub listed: Words,
    /// Each name in the letters a to z, or another one where it has none of them.
    pub slugs: Words,
    /// The names that slugs were made of.
    sources: Vec<&'static str>,
    /// The word of the hash that chooses.
    at: usize,
}

impl Names {
    /// The names of a list, chosen by this word of the hash; English ones stand for those that have no plain letters.
    pub fn of(english: &[&'static str], listed: &[&'static str], at: usize) -> Self {
        let sources = slug::sources(listed, english);
        let slugs = Words::written(sources.iter().map(|name| slug::of(name).unwrap_or_default()));
        Names { listed: Words::of(listed), slugs, sources, at }
    }

    /// Which are taken, by themselves or by what stands for them.
    pub fn taken(&self, taken: &Taken) -> Vec<bool> {
        let both = self.listed.listed().iter().zip(&self.sources);
        both.map(|(name, source)| taken.holds(name) || taken.holds(source)).collect()
    }

    /// The names, and those that stand for them.
    pub fn vocabulary(&self) -> impl Iterator<Item = &'static str> {
        self.listed.listed().iter().chain(&self.sources).copied()
    }

    /// Writes the subject's name as `written` has it, or six letters where all that were tried are taken.
    #[inline]
    pub fn write(&self, written: &Words, seed: Seed, taken: &[bool], out: &mut Vec<u8>) {
        let first = below(seed.subject, self.at, written.count());
        if taken[first] { self.write_other(written, seed, taken, out) } else { written.write(first, out) }
    }

    #[cold]
    fn write_other(&self, written: &Words, seed: Seed, taken: &[bool], out: &mut Vec<u8>) {
        let other = tagged(seed.key, seed.subject, &[self.at as u8]);
        let mut draws = Draws::new(seed.key, &other);
        match (0..TRIES).map(|_| draws.below(written.count())).find(|name| !taken[*name]) {
            Some(name) => written.write(name, out),
            None => draws.letters(out),
        }
    }
}

/// A number below `end` from one word of the hash.
#[inline]
pub fn below(hash: &[u8; 32], at: usize, end: usize) -> usize {
    let word = std::array::from_fn(|byte| hash[4 * at + byte]);
    ((u64::from(u32::from_le_bytes(word)) * end as u64) >> 32) as usize
}
