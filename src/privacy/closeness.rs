//! How far a class's values are from the whole table's: t-closeness by the earth mover's distance (Li, Li and
//! Venkatasubramanian 2007), with the three ground distances of that paper.

use super::classes::total;
use super::{Classes, greatest, share};

impl Classes {
    /// t-closeness with equal distance, for values without an order: half of what all shares differ by.
    pub fn t_equal(&self) -> f64 {
        let records = self.records();
        let of_whole = |value| share(count_of(self.whole(), value), records);
        greatest(self.iter().map(|class| {
            let size = total(class);
            class.iter().map(|(value, count)| (share(*count, size) - of_whole(*value)).max(0.0)).sum()
        }))
    }

    /// t-closeness with ordered distance, for numbers: values stand in the order of their codes, at equal distances.
    pub fn t_ordered(&self) -> f64 {
        let running = Running::of(self.whole());
        greatest(self.iter().map(|class| running.distance(class)))
    }

    /// t-closeness with hierarchical distance: moving a share costs the height at which two values meet.
    pub fn t_hierarchical(&self, taxonomy: &Taxonomy) -> f64 {
        let records = self.records();
        greatest(self.iter().map(|class| {
            let size = total(class);
            let differs =
                |(value, count): &(u64, u64)| (*value, share(count_of(class, *value), size) - share(*count, records));
            taxonomy.distance(self.whole().iter().map(differs))
        }))
    }
}

fn count_of(counts: &[(u64, u64)], value: u64) -> u64 {
    counts.binary_search_by_key(&value, |(value, _)| *value).map_or(0, |at| counts[at].1)
}

/// The running shares of the whole table, and their running sums, so that a class costs only the values that it has.
struct Running<'c> {
    whole: &'c [(u64, u64)],
    /// Up to and with each value.
    shares: Vec<f64>,
    /// Of the shares before each value.
    sums: Vec<f64>,
}

impl<'c> Running<'c> {
    fn of(whole: &'c [(u64, u64)]) -> Self {
        let all = total(whole);
        let shares: Vec<f64> = whole
            .iter()
            .scan(0, |so_far, (_, count)| {
                *so_far += count;
                Some(share(*so_far, all))
            })
            .collect();
        let mut sums = vec![0.0];
        sums.extend(shares.iter().scan(0.0, |sum, share| {
            *sum += share;
            Some(*sum)
        }));
        Running { whole, shares, sums }
    }

    /// The mean over all but one value of how far the running shares of a class are from those of the table.
    fn distance(&self, class: &[(u64, u64)]) -> f64 {
        let size = total(class);
        let (mut from, mut so_far, mut moved) = (0, 0, 0.0);
        for (value, count) in class {
            let at = self.whole.partition_point(|(other, _)| other < value);
            moved += self.between(from, at, share(so_far, size));
            (from, so_far) = (at, so_far + count);
        }
        moved += self.between(from, self.whole.len(), 1.0);
        moved / self.whole.len().saturating_sub(1).max(1) as f64
    }

    /// What a class that stands at `level` from one value to another differs by there.
    fn between(&self, from: usize, to: usize, level: f64) -> f64 {
        let middle = from + self.shares[from..to].partition_point(|share| *share < level);
        let sum = |from: usize, to: usize| self.sums[to] - self.sums[from];
        level * (middle - from) as f64 - sum(from, middle) + sum(middle, to) - level * (to - middle) as f64
    }
}

/// A hierarchy of values: the group of each value on every level, from the finest to the one that holds all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxonomy {
    /// By value: its groups from the level above it to the top.
    lines: Vec<(u64, Vec<u64>)>,
    height: usize,
}

impl Taxonomy {
    /// A hierarchy of lines, each a value and its groups up to the top; none where lines differ in length, a value
    /// stands twice, groups part that were joined below, or there is not one top.
    pub fn new(lines: impl IntoIterator<Item = (u64, Vec<u64>)>) -> Option<Self> {
        let mut lines: Vec<_> = lines.into_iter().collect();
        lines.sort_unstable();
        let height = lines.first()?.1.len();
        let is_even = lines.iter().all(|(_, groups)| groups.len() == height && height > 0);
        let is_once = lines.windows(2).all(|pair| pair[0].0 != pair[1].0);
        let is_tree = is_even
            && (0..height).all(|level| {
                let mut pairs: Vec<_> =
                    lines.iter().map(|(_, groups)| (groups[level], groups.get(level + 1))).collect();
                pairs.sort_unstable();
                pairs.dedup();
                pairs.windows(2).all(|pair| pair[0].0 != pair[1].0) && (level + 1 < height || pairs.len() == 1)
            });
        (is_once && is_tree).then_some(Taxonomy { lines, height })
    }

    /// What it costs to move shares so that none is too many or too few: at every group, whatever its members can
    /// settle among themselves, at the group's height. A value that has no line is settled at the top.
    fn distance(&self, differences: impl Iterator<Item = (u64, f64)>) -> f64 {
        let mut extras: Vec<(&[u64], f64)> = differences.map(|(value, extra)| (self.groups(value), extra)).collect();
        let mut cost = 0.0;
        for level in 1..=self.height {
            // Groups of one level stand together: all members of a group have the same groups above.
            extras.sort_by(|(one, _), (other, _)| one.iter().rev().cmp(other.iter().rev()));
            let mut joined: Vec<(&[u64], f64)> = Vec::new();
            let is_one = |one: &[u64], other: &[u64]| !one.is_empty() && one.first() == other.first();
            for members in extras.chunk_by(|(one, _), (other, _)| is_one(one, other)) {
                let surplus: f64 = members.iter().map(|(_, extra)| extra.max(0.0)).sum();
                let lack: f64 = members.iter().map(|(_, extra)| (-extra).max(0.0)).sum();
                cost += surplus.min(lack) * level as f64 / self.height as f64;
                joined.push((members[0].0.get(1..).unwrap_or_default(), surplus - lack));
            }
            extras = joined;
        }
        cost + extras.iter().map(|(_, extra)| extra.max(0.0)).sum::<f64>()
    }

    fn groups(&self, value: u64) -> &[u64] {
        self.lines.binary_search_by_key(&value, |(value, _)| *value).map_or(&[], |at| self.lines[at].1.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Crosstab;
    use super::*;

    /// The salaries of Li et al., section 5.1: nine values from 3k to 11k, and one class.
    fn salaries(class: [u64; 3]) -> Classes {
        let others = (3..=11).filter(|salary| !class.contains(salary)).map(|salary| (1, salary));
        class.into_iter().map(|salary| (0, salary)).chain(others).collect::<Crosstab>().classes()
    }

    #[test]
    fn the_ordered_distances_that_the_paper_prints() {
        let of = |class| Running::of(salaries(class).whole()).distance(&class.map(|salary| (salary, 1)));
        assert!((of([3, 4, 5]) - 0.375).abs() < 1e-12);
        assert!((of([6, 8, 11]) - 0.167).abs() < 0.0005);
    }

    #[test]
    fn a_hierarchy_makes_near_values_cheap() {
        // Two groups of two under one top; the class has all of one value, the table a quarter of each.
        let taxonomy = Taxonomy::new([(1, vec![10, 99]), (2, vec![10, 99]), (3, vec![20, 99]), (4, vec![20, 99])]);
        let classes = Crosstab::from_iter([(0, 1), (1, 2), (1, 3), (1, 4)]).classes();
        // By hand: a quarter moves to its neighbour at height 1 of 2, a half across at height 2 of 2.
        assert!((classes.t_hierarchical(&taxonomy.expect("a tree")) - (0.125 + 0.5)).abs() < 1e-12);
        assert!((classes.t_equal() - 0.75).abs() < 1e-12);
        let some = Taxonomy::new([(1, vec![10, 99]), (2, vec![10, 99])]).expect("a tree");
        // A quarter to the neighbour at half the price; the rest belongs nowhere and pays in full.
        assert!((classes.t_hierarchical(&some) - (0.125 + 0.5)).abs() < 1e-12);
    }

    #[test]
    fn what_is_no_tree_is_none() {
        assert_eq!(Taxonomy::new([(1, vec![10, 99]), (2, vec![10, 98])]), None, "a group with two groups above it");
        assert_eq!(Taxonomy::new([(1, vec![10]), (2, vec![20])]), None, "two tops");
        assert_eq!(Taxonomy::new([(1, vec![9]), (1, vec![9])]), None, "a value twice");
        assert_eq!(Taxonomy::new([(1, vec![9]), (2, vec![8, 9])]), None, "uneven");
        assert_eq!(Taxonomy::new([]), None);
    }

    proptest! {
        #[test]
        fn running_sums_give_what_the_definition_gives(pairs in prop::collection::vec((0u128..5, 0u64..30), 1..99)) {
            let classes = pairs.into_iter().collect::<Crosstab>().classes();
            let (all, values) = (classes.records() as f64, classes.whole());
            let by_definition = greatest(classes.iter().map(|class| {
                let size = total(class) as f64;
                let differ = |(value, count): &(u64, u64)| count_of(class, *value) as f64 / size - *count as f64 / all;
                let running = values.iter().map(differ).scan(0.0, |sum, d| { *sum += d; Some(*sum) });
                running.map(f64::abs).sum::<f64>() / (values.len() - 1).max(1) as f64
            }));
            prop_assert!((classes.t_ordered() - by_definition).abs() < 1e-12);
            prop_assert!((0.0..=1.0).contains(&classes.t_equal()));
        }

        #[test]
        fn a_flat_hierarchy_is_equal_distance(pairs in prop::collection::vec((0u128..5, 0u64..9), 1..60)) {
            let classes = pairs.into_iter().collect::<Crosstab>().classes();
            let flat = Taxonomy::new((0..9).map(|value| (value, vec![99]))).expect("a tree");
            prop_assert!((classes.t_hierarchical(&flat) - classes.t_equal()).abs() < 1e-12);
        }
    }
}
