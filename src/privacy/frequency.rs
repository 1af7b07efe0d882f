//! What somebody who knows how often each value occurs learns from codes that occur as often.

use std::collections::BTreeMap;

use super::share;

/// The share of rows that a frequency attack recovers: the attacker has the histogram of the source, orders values and
/// codes by how often they occur, and takes those of one rank for the same.
///
/// Values that occur equally often are guessed among each other, so that of each such set of m values with c rows each,
/// c of m·c rows are expected to be right: the figure is the sum of the distinct counts by that of all counts. It is 1
/// where all counts differ, and near 0 where all are equal and many. (Naveed, Kamara and Wright 2015 attack in this way.)
pub fn frequency_risk(counts: impl IntoIterator<Item = u64>) -> f64 {
    let mut values: BTreeMap<u64, u64> = BTreeMap::new();
    counts.into_iter().filter(|count| *count > 0).for_each(|count| *values.entry(count).or_insert(0) += 1);
    share(values.keys().sum(), values.iter().map(|(count, values)| count * values).sum())
}

/// The share of rows that is recovered by chance: one of as many values as there are is right.
pub fn frequency_chance(counts: impl IntoIterator<Item = u64>) -> f64 {
    share(1, counts.into_iter().filter(|count| *count > 0).count() as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn figures_by_hand() {
        assert_eq!(frequency_risk([5, 3, 1]), 1.0, "every count is another");
        assert_eq!(frequency_risk([2, 2, 2, 2]), 0.25, "four that cannot be told apart");
        assert_eq!(frequency_risk([6, 1, 1, 0]), 7.0 / 8.0);
        assert_eq!((frequency_risk([]), frequency_chance([0])), (0.0, 0.0));
    }

    proptest! {
        #[test]
        fn it_is_never_below_chance(counts in prop::collection::vec(1u64..9, 1..50)) {
            let (risk, chance) = (frequency_risk(counts.clone()), frequency_chance(counts));
            prop_assert!(chance <= risk + 1e-12 && risk <= 1.0);
        }
    }
}
