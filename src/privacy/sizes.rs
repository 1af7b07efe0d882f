//! Sizes of groups, and what follows from them alone.

use std::collections::BTreeMap;

use super::share;

/// How many groups there are of each size, in records.
///
/// There are at most √(2n) sizes among n records, so this is small whatever the table is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sizes(BTreeMap<u64, u64>);

impl FromIterator<u64> for Sizes {
    /// The sizes of some groups, one each; an empty group is none.
    fn from_iter<I: IntoIterator<Item = u64>>(sizes: I) -> Self {
        let mut counted = BTreeMap::new();
        sizes.into_iter().filter(|size| *size > 0).for_each(|size| *counted.entry(size).or_insert(0) += 1);
        Sizes(counted)
    }
}

impl Sizes {
    /// Every size with how many groups have it, from the smallest.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().map(|(size, groups)| (*size, *groups))
    }

    /// The k of k-anonymity, which is the size of the smallest group (Sweeney 2002); 0 of no group.
    pub fn k(&self) -> u64 {
        self.0.keys().next().copied().unwrap_or(0)
    }

    /// The size of the largest group.
    pub fn largest(&self) -> u64 {
        self.0.keys().next_back().copied().unwrap_or(0)
    }

    /// How many groups there are.
    pub fn classes(&self) -> u64 {
        self.0.values().sum()
    }

    /// How many records there are.
    pub fn records(&self) -> u64 {
        self.iter().map(|(size, groups)| size * groups).sum()
    }

    /// Records that are alone in their group.
    pub fn uniques(&self) -> u64 {
        self.0.get(&1).copied().unwrap_or(0)
    }

    /// Records in groups smaller than `size`.
    pub fn records_under(&self, size: u64) -> u64 {
        self.0.range(..size).map(|(size, groups)| size * groups).sum()
    }

    /// The mean of all sizes, in records.
    pub fn average(&self) -> f64 {
        share(self.records(), self.classes())
    }

    /// The chance of guessing a record's person, as the mean over all records: groups by records (ARX, El Emam 2013).
    pub fn average_risk(&self) -> f64 {
        share(self.classes(), self.records())
    }

    /// The same for the record at most risk.
    pub fn highest_risk(&self) -> f64 {
        share(1, self.k())
    }

    /// The sum of squared sizes: for every record, from how many it cannot be told (Bayardo and Agrawal 2005).
    pub fn discernibility(&self) -> u128 {
        self.iter().map(|(size, groups)| u128::from(size) * u128::from(size) * u128::from(groups)).sum()
    }

    /// The share of records that would have to go so that all others differ: distinct groups by records (Motwani and
    /// Xu 2007).
    pub fn distinction(&self) -> f64 {
        self.average_risk()
    }

    /// The share of pairs of records that differ (Motwani and Xu 2007).
    pub fn separation(&self) -> f64 {
        let records = u128::from(self.records());
        let pairs = records * records.saturating_sub(1);
        if pairs == 0 { 0.0 } else { 1.0 - (self.discernibility() - records) as f64 / pairs as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_three_groups() {
        let sizes = Sizes::from_iter([1, 2, 5, 0]);
        assert_eq!((sizes.k(), sizes.largest(), sizes.classes(), sizes.records()), (1, 5, 3, 8));
        assert_eq!((sizes.uniques(), sizes.records_under(5), sizes.discernibility()), (1, 3, 30));
        assert_eq!((sizes.average_risk(), sizes.highest_risk()), (0.375, 1.0));
        assert!((sizes.separation() - (1.0 - 22.0 / 56.0)).abs() < 1e-12);
    }

    #[test]
    fn nothing_has_no_risk() {
        let none = Sizes::default();
        assert_eq!((none.k(), none.records(), none.discernibility()), (0, 0, 0));
        assert_eq!((none.average(), none.highest_risk(), none.separation()), (0.0, 0.0, 0.0));
    }
}
