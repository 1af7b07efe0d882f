//! Groups of records that agree in all quasi-identifiers, by key.

use std::collections::HashMap;

use ahash::RandomState;

use super::Sizes;

/// How many records or subjects each group has. A key is a code or a hash of 128 bits of the group's values.
///
/// A group that is there has one at least: rows of which nobody knows whose they are, are of somebody.
///
/// It takes 32 bytes a group and as much again for room in the table.
#[derive(Debug, Clone, Default)]
pub struct Groups(HashMap<u128, u64, RandomState>);

impl Groups {
    /// Counts one more in a group.
    pub fn add(&mut self, key: u128) {
        *self.0.entry(key).or_insert(0) += 1;
    }

    /// Makes a group be there, whoever is in it.
    pub fn touch(&mut self, key: u128) {
        self.0.entry(key).or_insert(0);
    }

    /// Adds the counts of another part of the table.
    pub fn merge(&mut self, other: Groups) {
        other.0.into_iter().for_each(|(key, count)| *self.0.entry(key).or_insert(0) += count);
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many are in a group.
    pub fn size(&self, key: u128) -> u64 {
        self.0.get(&key).map_or(0, |size| (*size).max(1))
    }

    /// Every key with its group's size, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (u128, u64)> {
        self.0.iter().map(|(key, size)| (*key, (*size).max(1)))
    }

    /// How many groups there are of each size.
    pub fn sizes(&self) -> Sizes {
        self.iter().map(|(_, size)| size).collect()
    }
}

impl FromIterator<u128> for Groups {
    fn from_iter<I: IntoIterator<Item = u128>>(keys: I) -> Self {
        let mut groups = Groups::default();
        keys.into_iter().for_each(|key| groups.add(key));
        groups
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_merge_into_the_whole(keys in prop::collection::vec(0u128..20, 0..200), at in 0usize..200) {
            let (left, right) = keys.split_at(at.min(keys.len()));
            let mut merged = Groups::from_iter(left.iter().copied());
            merged.merge(right.iter().copied().collect());
            let whole = Groups::from_iter(keys.iter().copied());
            prop_assert_eq!(merged.sizes(), whole.sizes());
            prop_assert_eq!(whole.sizes().records(), keys.len() as u64);
            prop_assert!((0..20).all(|key| merged.size(key) == whole.size(key)));
        }
    }
}
