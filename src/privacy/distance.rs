//! How far two columns are from each other, as distributions. Shares are of each column's own rows.

use super::classes::total;
use super::{greatest, number_of, share};

/// Counts by code, in the order of the codes.
type Counts = [(u64, u64)];

/// The total variation distance: the share of rows that would have to change, from 0 to 1.
pub fn total_variation(before: &Counts, after: &Counts) -> f64 {
    pairs(before, after).map(|(_, p, q)| (p - q).max(0.0)).sum()
}

/// The Jensen-Shannon distance: the root of the divergence in bits, from 0 to 1 (Lin 1991; Endres and Schindelin 2003).
pub fn jensen_shannon(before: &Counts, after: &Counts) -> f64 {
    let part = |p: f64, middle: f64| if p > 0.0 { p * (p / middle).log2() } else { 0.0 };
    let divergence: f64 =
        pairs(before, after).map(|(_, p, q)| (part(p, (p + q) / 2.0) + part(q, (p + q) / 2.0)) / 2.0).sum();
    divergence.max(0.0).sqrt()
}

/// The Kolmogorov-Smirnov distance of numbers: the most that running shares differ by, from 0 to 1.
pub fn kolmogorov_smirnov(before: &Counts, after: &Counts) -> f64 {
    greatest(gaps(before, after).map(|(_, gap)| gap))
}

/// The earth mover's distance of numbers, by the range of both together, from 0 to 1: how far an average row moved.
pub fn earth_mover(before: &Counts, after: &Counts) -> f64 {
    let mut last: Option<(f64, f64)> = None;
    let (mut moved, mut range) = (0.0, 0.0);
    for (number, gap) in gaps(before, after) {
        if let Some((from, gap)) = last {
            moved += (number - from) * gap;
            range += number - from;
        }
        last = Some((number, gap));
    }
    if range > 0.0 { moved / range } else { 0.0 }
}

/// Every number with how far running shares differ from it on.
fn gaps(before: &Counts, after: &Counts) -> impl Iterator<Item = (f64, f64)> {
    let running = pairs(before, after).scan(0.0, |gap, (code, p, q)| {
        *gap += p - q;
        Some((number_of(code), gap.abs()))
    });
    running.filter(|(number, _)| number.is_finite())
}

/// Every code of either with its shares of both, in order.
fn pairs(before: &Counts, after: &Counts) -> impl Iterator<Item = (u64, f64, f64)> {
    let (all_before, all_after) = (total(before), total(after));
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    std::iter::from_fn(move || {
        let next = [before.peek(), after.peek()].into_iter().flatten().map(|(code, _)| *code).min()?;
        let p = before.next_if(|(code, _)| *code == next).map_or(0, |(_, count)| *count);
        let q = after.next_if(|(code, _)| *code == next).map_or(0, |(_, count)| *count);
        Some((next, share(p, all_before), share(q, all_after)))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Histogram, code_of};
    use super::*;

    fn numbers(numbers: &[f64]) -> Vec<(u64, u64)> {
        numbers.iter().map(|number| code_of(*number)).collect::<Histogram>().sorted()
    }

    #[test]
    fn figures_by_hand() {
        let (left, right) = (vec![(1, 3), (2, 1)], vec![(1, 1), (2, 1), (3, 2)]);
        assert!((total_variation(&left, &right) - 0.5).abs() < 1e-12);
        assert!((jensen_shannon(&[(1, 5)], &[(2, 9)]) - 1.0).abs() < 1e-12, "nothing in common");
        let (low, high) = (numbers(&[0.0, 10.0]), numbers(&[5.0, 10.0]));
        assert!((kolmogorov_smirnov(&low, &high) - 0.5).abs() < 1e-12);
        // Half of the rows moves by half of the range.
        assert!((earth_mover(&low, &high) - 0.25).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn distances_are_distances(
            left in prop::collection::vec(-50i32..50, 1..40), right in prop::collection::vec(-50i32..50, 1..40),
        ) {
            let of = |numbers: &[i32]| self::numbers(&numbers.iter().map(|n| f64::from(*n)).collect::<Vec<_>>());
            let (left, right) = (of(&left), of(&right));
            for distance in [total_variation, jensen_shannon, kolmogorov_smirnov, earth_mover] {
                let there = distance(&left, &right);
                prop_assert!((-1e-12..=1.0 + 1e-12).contains(&there));
                prop_assert!((there - distance(&right, &left)).abs() < 1e-12);
                prop_assert!(distance(&left, &left).abs() < 1e-12);
            }
            prop_assert!(kolmogorov_smirnov(&left, &right) <= total_variation(&left, &right) + 1e-12);
        }
    }
}
