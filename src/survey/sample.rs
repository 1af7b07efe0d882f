//! An even sample of distinct values that is the same in whatever order they are met: those of the least hashes.
//!
//! Beyer, Haas, Reinwald, Sismanis and Gemulla, "On synopses for distinct-value estimation under multiset operations"
//! (2007): of k values with the greatest at the fraction u of all hashes there are (k - 1)/u, with an error of about
//! 1/√(k - 2); all there are where they are fewer than k.

use std::collections::BTreeMap;

/// Up to so many values, by hashes that are evenly spread, with what is known of each.
pub struct Least<T> {
    most: usize,
    values: BTreeMap<u64, T>,
    is_whole: bool,
}

impl<T> Least<T> {
    /// A sample of at most so many values, two at least.
    pub fn new(most: usize) -> Self {
        Least { most: most.max(2), values: BTreeMap::new(), is_whole: true }
    }

    /// Takes a value, for the first time as `new`; then `change` sees what is known of it. One that is too great is left.
    pub fn take(&mut self, hash: u64, new: impl FnOnce() -> T, change: impl FnOnce(&mut T)) {
        if hash > self.greatest() {
            self.is_whole = false;
            return;
        }
        change(self.values.entry(hash).or_insert_with(new));
        if self.values.len() > self.most {
            self.values.pop_last();
            self.is_whole = false;
        }
    }

    /// Takes all of another sample of values, of which nothing is known but that they are there.
    pub fn join(&mut self, other: Self) {
        self.is_whole &= other.is_whole;
        other.values.into_iter().for_each(|(hash, known)| self.take(hash, || known, |_| ()));
    }

    /// The greatest hash that can still be taken: it only ever falls.
    pub fn greatest(&self) -> u64 {
        match self.values.last_key_value() {
            Some((greatest, _)) if self.values.len() == self.most => *greatest,
            _ => u64::MAX,
        }
    }

    /// Whether it holds every value there is.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// How many values there are, about.
    pub fn distinct(&self) -> u64 {
        let held = self.values.len() as u64;
        match self.values.last_key_value() {
            Some((greatest, _)) if !self.is_whole => {
                ((held - 1) as f64 / ((*greatest as f64 + 1.0) / 2f64.powi(64))).round() as u64
            }
            _ => held,
        }
    }

    /// What is known of each value of the sample.
    pub fn known(&self) -> impl ExactSizeIterator<Item = &T> {
        self.values.values()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sampled(values: impl Iterator<Item = u64>, most: usize) -> Least<u32> {
        let mut least = Least::new(most);
        values.for_each(|value| least.take(value, || 0, |met| *met += 1));
        least
    }

    #[test]
    fn many_values_are_estimated() {
        let hash =
            |value: u64| u64::from_le_bytes(blake3::hash(&value.to_le_bytes()).as_bytes()[..8].try_into().expect("8"));
        let least = sampled((0..100_000).map(hash), 1_024);
        assert!((90_000..110_000).contains(&least.distinct()) && !least.is_whole(), "{}", least.distinct());
        assert_eq!(sampled((0..1_000).map(hash), 1_024).distinct(), 1_000);
    }

    proptest! {
        #[test]
        fn order_tells_nothing(mut values in prop::collection::vec(0u64..60, 0..200)) {
            let (one, mut sorted) = (sampled(values.iter().copied(), 16), values.clone());
            sorted.sort_unstable();
            values.reverse();
            for other in [sampled(values.into_iter(), 16), sampled(sorted.into_iter(), 16)] {
                prop_assert_eq!(&one.values, &other.values);
                prop_assert_eq!((one.is_whole, one.distinct()), (other.is_whole, other.distinct()));
            }
        }
    }
}
