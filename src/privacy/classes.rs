//! How often each sensitive value stands in each class of equal quasi-identifiers.

use std::collections::HashMap;

use ahash::RandomState;

/// Counts of values by class. It takes 64 bytes for each distinct pair, and as much again for room in the table.
#[derive(Debug, Clone, Default)]
pub struct Crosstab(HashMap<(u128, u64), u64, RandomState>);

impl Crosstab {
    /// Counts a value once more in a class.
    pub fn add(&mut self, class: u128, value: u64) {
        *self.0.entry((class, value)).or_insert(0) += 1;
    }

    /// Adds the counts of another part of the table.
    pub fn merge(&mut self, other: Crosstab) {
        other.0.into_iter().for_each(|(pair, count)| *self.0.entry(pair).or_insert(0) += count);
    }

    /// How many distinct pairs there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The classes with their values in order.
    pub fn classes(&self) -> Classes {
        self.classes_where(|_| true)
    }

    /// Some of the classes, beside the values of the whole table.
    pub fn classes_where(&self, is_wanted: impl Fn(u128) -> bool) -> Classes {
        let mut pairs: Vec<_> = self.0.iter().map(|(pair, count)| (*pair, *count)).collect();
        pairs.sort_unstable();
        let mut whole: Vec<(u64, u64)> = pairs.iter().map(|((_, value), count)| (*value, *count)).collect();
        whole.sort_unstable();
        whole.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            kept.1 += if is_same { next.1 } else { 0 };
            is_same
        });
        pairs.retain(|((class, _), _)| is_wanted(*class));
        let ends = pairs.chunk_by(|((one, _), _), ((other, _), _)| one == other).scan(0, |end, class| {
            *end += class.len();
            Some(*end)
        });
        Classes {
            ends: ends.collect(),
            cells: pairs.iter().map(|((_, value), count)| (*value, *count)).collect(),
            whole,
        }
    }
}

impl FromIterator<(u128, u64)> for Crosstab {
    fn from_iter<I: IntoIterator<Item = (u128, u64)>>(pairs: I) -> Self {
        let mut crosstab = Crosstab::default();
        pairs.into_iter().for_each(|(class, value)| crosstab.add(class, value));
        crosstab
    }
}

/// Every class as its values with their counts, by value, and the whole table likewise.
#[derive(Debug, Clone, Default)]
pub struct Classes {
    cells: Vec<(u64, u64)>,
    /// Where each class ends among the cells.
    ends: Vec<usize>,
    whole: Vec<(u64, u64)>,
}

impl Classes {
    /// The classes, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = &[(u64, u64)]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.cells[start..*end])
    }

    /// The values of the whole table with their counts, by value.
    pub fn whole(&self) -> &[(u64, u64)] {
        &self.whole
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many records there are in the whole table.
    pub fn records(&self) -> u64 {
        total(&self.whole)
    }
}

/// Of all values.
pub(super) fn total(counts: &[(u64, u64)]) -> u64 {
    counts.iter().map(|(_, count)| count).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn classes_and_the_whole_hold_the_same_values() {
        let classes = Crosstab::from_iter([(1, 7), (1, 7), (1, 3), (2, 7)]).classes();
        assert_eq!(classes.iter().collect::<Vec<_>>(), [&[(3, 1), (7, 2)][..], &[(7, 1)]]);
        assert_eq!(classes.whole(), [(3, 1), (7, 3)]);
        assert_eq!(classes.records(), 4);
    }

    #[test]
    fn a_class_that_is_left_out_counts_in_the_whole() {
        let all = Crosstab::from_iter([(1, 7), (1, 7), (1, 3), (2, 9)]);
        let one = all.classes_where(|class| class == 1);
        assert_eq!(one.iter().collect::<Vec<_>>(), [&[(3, 1), (7, 2)][..]]);
        assert_eq!((one.whole(), one.records()), (all.classes().whole(), 4));
        assert!(!one.is_empty() && all.classes_where(|_| false).is_empty());
    }

    proptest! {
        #[test]
        fn parts_merge_into_the_whole(pairs in prop::collection::vec((0u128..9, 0u64..9), 0..99), at in 0usize..99) {
            let (left, right) = pairs.split_at(at.min(pairs.len()));
            let mut merged = Crosstab::from_iter(left.iter().copied());
            merged.merge(right.iter().copied().collect());
            let (merged, whole) = (merged.classes(), Crosstab::from_iter(pairs.iter().copied()).classes());
            prop_assert_eq!(merged.whole(), whole.whole());
            prop_assert!(merged.iter().eq(whole.iter()));
            prop_assert_eq!(whole.records(), pairs.len() as u64);
        }
    }
}
