//! How far two columns go together.

use super::Classes;
use super::classes::total;

/// Cramér's V of two columns, one as classes and one as their values: from 0 (nothing in common) to 1 (one tells the
/// other), corrected for what tables of few rows show by chance (Cramér 1946; Bergsma 2013). None where a column has one
/// value only, or another one in every row.
pub fn cramers_v(classes: &Classes) -> Option<f64> {
    let (rows, columns) = (classes.iter().count(), classes.whole().len());
    let others = classes.records().checked_sub(1).filter(|others| *others > 0)? as f64;
    let (rows, columns) = (rows as f64 - 1.0, columns as f64 - 1.0);
    let least = (rows - rows * rows / others).min(columns - columns * columns / others);
    if least <= 1e-9 {
        return None;
    }
    let whole = classes.whole();
    let of_class = |class: &[(u64, u64)]| {
        let size = total(class) as f64;
        let of_value = |(value, count): &(u64, u64)| {
            let at = whole.partition_point(|(other, _)| other < value);
            (*count as f64).powi(2) / (size * whole[at].1 as f64)
        };
        class.iter().map(of_value).sum::<f64>()
    };
    let squared: f64 = classes.iter().map(of_class).sum::<f64>() - 1.0;
    Some(((squared - rows * columns / others).max(0.0) / least).sqrt().min(1.0))
}

/// What Pearson's correlation of two columns of numbers needs, of any rows (Chan, Golub and LeVeque 1983).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Moments {
    rows: f64,
    mean: [f64; 2],
    /// Sums of products of distances from the means: of the first column, of the second, of both.
    spread: [f64; 3],
}

impl Moments {
    /// Adds a row; one that holds no number on either side is passed over.
    pub fn add(&mut self, left: f64, right: f64) {
        if left.is_finite() && right.is_finite() {
            self.merge(&Moments { rows: 1.0, mean: [left, right], spread: [0.0; 3] });
        }
    }

    /// Adds the rows of another part of the table.
    pub fn merge(&mut self, other: &Moments) {
        let rows = self.rows + other.rows;
        if rows == 0.0 {
            return;
        }
        let apart = [other.mean[0] - self.mean[0], other.mean[1] - self.mean[1]];
        let weight = self.rows * other.rows / rows;
        let products = [apart[0] * apart[0], apart[1] * apart[1], apart[0] * apart[1]];
        (0..3).for_each(|at| self.spread[at] += other.spread[at] + products[at] * weight);
        (0..2).for_each(|at| self.mean[at] += apart[at] * other.rows / rows);
        self.rows = rows;
    }

    /// Pearson's correlation, from −1 to 1; none where a column does not vary.
    pub fn correlation(&self) -> Option<f64> {
        let scale = (self.spread[0] * self.spread[1]).sqrt();
        (scale > 0.0).then(|| (self.spread[2] / scale).clamp(-1.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Crosstab;
    use super::*;

    #[test]
    fn figures_by_hand() {
        let v = |pairs: &[(u128, u64)]| cramers_v(&pairs.iter().copied().collect::<Crosstab>().classes());
        assert_eq!(v(&[(0, 0), (1, 1), (1, 1)]), Some(1.0));
        assert_eq!(v(&[(0, 0), (0, 1), (1, 0), (1, 1)]), Some(0.0));
        assert_eq!(v(&[(0, 0), (1, 0)]), None);
        assert_eq!(v(&[(0, 0), (1, 1), (2, 2)]), None, "another value in every row");
        // A table of 2 by 2, 3 1 / 1 3: χ² is 2 of 8 rows, of which chance gives 1 of 7.
        let pairs = [(0, 0), (0, 0), (0, 0), (0, 1), (1, 0), (1, 1), (1, 1), (1, 1)];
        assert!((v(&pairs).expect("varies") - 0.125f64.sqrt()).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn moments_merge(rows in prop::collection::vec((-9.0f64..9.0, -9.0f64..9.0), 2..50), at in 0usize..50) {
            let of = |rows: &[(f64, f64)]| {
                let mut moments = Moments::default();
                rows.iter().for_each(|(left, right)| moments.add(*left, *right));
                moments
            };
            let (left, right) = rows.split_at(at.min(rows.len()));
            let mut merged = of(left);
            merged.merge(&of(right));
            let n = rows.len() as f64;
            let mean = |of: fn(&(f64, f64)) -> f64| rows.iter().map(of).sum::<f64>() / n;
            let (x, y) = (mean(|row| row.0), mean(|row| row.1));
            let sum = |of: &dyn Fn(&(f64, f64)) -> f64| rows.iter().map(of).sum::<f64>();
            let by_definition = sum(&|row| (row.0 - x) * (row.1 - y))
                / (sum(&|row| (row.0 - x).powi(2)) * sum(&|row| (row.1 - y).powi(2))).sqrt();
            prop_assert!((merged.correlation().unwrap_or(by_definition) - by_definition).abs() < 1e-9);
            prop_assert!((of(&rows).correlation().unwrap_or(by_definition) - by_definition).abs() < 1e-9);
        }
    }
}
