//! What a leaf's values, and two leaves together, still tell after their methods.

use super::code::Coded;
use super::read::Strip;
use super::report::rounded;
use crate::privacy::{
    Crosstab, Histogram, Loss, Moments, all_lost, cramers_v, earth_mover, jensen_shannon, kolmogorov_smirnov,
    total_variation,
};

/// Pairs are looked at among so many leaves.
const PAIRED: usize = 8;

/// The most combinations of a pair that are counted.
const COMBINATIONS: usize = 1 << 14;

/// How far a leaf's distribution moved; every figure is from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Distance {
    /// Of numbers, days and times.
    Numbers { earth_mover: f64, kolmogorov_smirnov: f64 },
    /// Of values without an order; `shape` compares how often values occur, whatever they are called.
    Categories { total_variation: f64, jensen_shannon: f64, shape: f64 },
}

impl Distance {
    /// The same, to four decimals.
    pub fn rounded(self) -> Self {
        match self {
            Distance::Numbers { earth_mover, kolmogorov_smirnov } => {
                Distance::Numbers { earth_mover: rounded(earth_mover), kolmogorov_smirnov: rounded(kolmogorov_smirnov) }
            }
            Distance::Categories { total_variation, jensen_shannon, shape } => Distance::Categories {
                total_variation: rounded(total_variation),
                jensen_shannon: rounded(jensen_shannon),
                shape: rounded(shape),
            },
        }
    }
}

/// A leaf's values before and after, and which became which.
#[derive(Default)]
struct Column {
    before: Histogram,
    after: Histogram,
    both: Crosstab,
}

/// Every leaf; none where it has more values than there is room for.
pub struct Columns {
    leaves: Vec<Option<Column>>,
    is_removed: Vec<bool>,
    is_numeric: Vec<bool>,
}

impl Columns {
    /// Of which nothing is counted yet.
    pub fn new(leaves: usize) -> Self {
        let columns = (0..leaves).map(|_| Some(Column::default())).collect();
        Columns { leaves: columns, is_removed: vec![false; leaves], is_numeric: vec![true; leaves] }
    }

    /// Counts some rows; where all together take more than `room`, the largest are given up.
    pub fn add(&mut self, before: &[Option<&Coded>], after: &[Option<&Coded>], strip: &Strip, room: usize) {
        for (leaf, column) in self.leaves.iter_mut().enumerate() {
            let (was, becomes) = (before[leaf], after[leaf]);
            self.is_removed[leaf] |= becomes.is_none();
            self.is_numeric[leaf] &= [was, becomes].iter().all(|side| side.is_some_and(|side| side.numbers.is_some()));
            let Some(((was, becomes), column)) = was.zip(becomes).zip(column.as_mut()) else { continue };
            for row in 0..strip.rows {
                let (from, to) = (was.value(row), becomes.value(row));
                column.before.add(from);
                column.after.add(to);
                column.both.add(to.into(), from);
            }
        }
        let size = |column: &Option<Column>| column.as_ref().map_or(0, |column| column.both.len() * 3);
        while self.leaves.iter().map(size).sum::<usize>() > room {
            self.leaves.iter_mut().max_by_key(|column| size(column)).into_iter().for_each(|column| *column = None);
        }
    }

    /// How far a leaf moved and what it lost; none where that was given up, and no distance to what is removed.
    pub fn of(&self, leaf: usize) -> (Option<Distance>, Option<Loss>) {
        match &self.leaves[leaf] {
            _ if self.is_removed[leaf] => (None, Some(all_lost())),
            Some(column) => (Some(self.distance(leaf, column)), Some(Loss::of(&column.both.classes()))),
            None => (None, None),
        }
    }

    /// How often each value of a leaf occurs afterwards; none where the leaf is removed, or was given up.
    pub fn counts_after(&self, leaf: usize) -> Option<Vec<u64>> {
        let column = self.leaves[leaf].as_ref().filter(|_| !self.is_removed[leaf])?;
        Some(column.after.sorted().into_iter().map(|(_, count)| count).collect())
    }

    fn distance(&self, leaf: usize, column: &Column) -> Distance {
        let (before, after) = (column.before.sorted(), column.after.sorted());
        match self.is_numeric[leaf] {
            true => Distance::Numbers {
                earth_mover: earth_mover(&before, &after),
                kolmogorov_smirnov: kolmogorov_smirnov(&before, &after),
            },
            false => Distance::Categories {
                total_variation: total_variation(&before, &after),
                jensen_shannon: jensen_shannon(&before, &after),
                shape: total_variation(&column.before.shape(), &column.after.shape()),
            },
        }
    }
}

/// Two leaves on one side.
#[derive(Default)]
struct Together {
    moments: Moments,
    /// None where they have more combinations than are counted.
    combinations: Option<Crosstab>,
    is_numeric: bool,
    is_removed: bool,
}

impl Together {
    fn new() -> Self {
        Together { combinations: Some(Crosstab::default()), is_numeric: true, ..Together::default() }
    }

    fn add(&mut self, left: Option<&Coded>, right: Option<&Coded>, rows: usize) {
        let Some((left, right)) = left.zip(right) else {
            self.is_removed = true;
            return;
        };
        self.is_numeric &= left.numbers.is_some() && right.numbers.is_some();
        for row in 0..rows {
            if let Some((left, right)) = left.number(row).zip(right.number(row)) {
                self.moments.add(left, right);
            }
            self.combinations.iter_mut().for_each(|counted| counted.add(left.value(row).into(), right.value(row)));
            if self.combinations.as_ref().is_some_and(|counted| counted.len() > COMBINATIONS) {
                self.combinations = None;
            }
        }
    }

    fn correlation(&self) -> Option<f64> {
        self.moments.correlation().filter(|_| self.is_numeric && !self.is_removed)
    }

    fn v(&self) -> Option<f64> {
        let counted = self.combinations.as_ref().filter(|_| !self.is_removed);
        counted.and_then(|counted| cramers_v(&counted.classes()))
    }
}

/// How far two leaves go together, before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Association {
    /// As places among the leaves.
    pub leaves: [usize; 2],
    pub measure: &'static str,
    pub before: f64,
    /// 0 where one of them is removed.
    pub after: f64,
}

/// Every pair of the first leaves.
pub struct Associations(Vec<([usize; 2], [Together; 2])>);

impl Associations {
    /// Of which nothing is counted yet.
    pub fn new(leaves: usize) -> Self {
        let pairs = (0..leaves.min(PAIRED)).flat_map(|right| (0..right).map(move |left| [left, right]));
        Associations(pairs.map(|pair| (pair, [Together::new(), Together::new()])).collect())
    }

    /// Counts some rows.
    pub fn add(&mut self, before: &[Option<&Coded>], after: &[Option<&Coded>], strip: &Strip) {
        for ([left, right], sides) in &mut self.0 {
            sides[0].add(before[*left], before[*right], strip.rows);
            sides[1].add(after[*left], after[*right], strip.rows);
        }
    }

    /// Of every pair that can be measured before: Pearson's correlation where all four are numbers, else Cramér's V.
    pub fn measured(&self) -> Vec<Association> {
        let of = |(leaves, [before, after]): &([usize; 2], [Together; 2])| {
            let numbers = before.correlation().zip(after.correlation()).map(|pair| ("pearson", pair));
            let values = || before.v().map(|was| ("cramers_v", (was, after.v().unwrap_or(0.0))));
            let (measure, (before, after)) = numbers.or_else(values)?;
            Some(Association { leaves: *leaves, measure, before, after })
        };
        self.0.iter().filter_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(values: &[f64]) -> Coded {
        let codes = values.iter().map(|value| u128::from(value.to_bits()) << 64).collect();
        Coded { codes, numbers: Some(values.to_vec()) }
    }

    fn strip(left: [&[f64]; 2], right: [&[f64]; 2]) -> Strip {
        let before = vec![leaf(left[0]), leaf(right[0])];
        Strip { rows: left[0].len(), before, after: vec![Some(leaf(left[1])), Some(leaf(right[1]))], subjects: None }
    }

    #[test]
    fn a_leaf_that_stays_loses_nothing_and_one_that_is_joined_does() {
        let strip = strip([&[1.0, 2.0, 3.0, 4.0], &[1.0, 1.0, 3.0, 3.0]], [&[1.0, 2.0, 3.0, 4.0]; 2]);
        let mut columns = Columns::new(2);
        columns.add(&strip.before(), &strip.after(), &strip, 1000);
        let (distance, loss) = columns.of(1);
        assert_eq!(distance, Some(Distance::Numbers { earth_mover: 0.0, kolmogorov_smirnov: 0.0 }));
        assert_eq!(loss, Some(Loss { entropy: 0.0, granularity: 0.0 }));
        let (distance, loss) = columns.of(0);
        assert!((loss.expect("a loss").entropy - 0.5).abs() < 1e-12);
        // Two of four rows move by one of three.
        assert!(
            matches!(distance, Some(Distance::Numbers { earth_mover, .. }) if (earth_mover - 1.0 / 6.0).abs() < 1e-12)
        );
        columns.add(&strip.before(), &[None, None], &strip, 1000);
        assert_eq!(columns.of(0), (None, Some(all_lost())));
    }

    #[test]
    fn what_goes_together_is_measured_on_both_sides() {
        let strip = strip([&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]], [&[2.0, 4.0, 6.0], &[6.0, 4.0, 2.0]]);
        let mut associations = Associations::new(2);
        associations.add(&strip.before(), &strip.after(), &strip);
        let measured = associations.measured();
        assert_eq!((measured[0].measure, measured[0].leaves), ("pearson", [0, 1]));
        assert!((measured[0].before - 1.0).abs() < 1e-12 && (measured[0].after + 1.0).abs() < 1e-12);
    }
}
