//! How mixed a sensitive leaf's values are within a group, and how far they are from those of the whole table.

use std::collections::BTreeMap;

use crate::schema::Diversity;

/// How often each value is there, in the values' order.
pub type Counts = BTreeMap<u128, u64>;

/// Whether values differ as a rule asks.
pub fn is_diverse(counts: &Counts, rule: Diversity) -> bool {
    match rule {
        Diversity::Distinct(l) => counts.len() as u64 >= l,
        // As much as the logarithm tells: l equally frequent values have an entropy of ln(l) and must pass.
        Diversity::Entropy(l) => mixed_as(counts) >= l - 1e-9,
        Diversity::Recursive { l, c } => is_recursive(counts, l, c),
    }
}

/// As many values, equally frequent, would have the same entropy: e to the power of it, by natural logarithms
/// (Machanavajjhala et al., 2007, 3.1).
pub fn mixed_as(counts: &Counts) -> f64 {
    let all = counts.values().sum::<u64>() as f64;
    let entropy: f64 = counts.values().map(|count| *count as f64 / all).map(|share| -share * share.ln()).sum();
    entropy.exp()
}

/// Recursive (c, l)-diversity (Machanavajjhala et al., 2007, 3.2): r₁ < c(rₗ + … + rₘ), counts falling.
fn is_recursive(counts: &Counts, l: u64, c: f64) -> bool {
    let mut falling: Vec<u64> = counts.values().copied().collect();
    falling.sort_unstable_by(|one, next| next.cmp(one));
    let rest: u64 = falling.iter().skip(usize::try_from(l - 1).unwrap_or(usize::MAX)).sum();
    falling.first().is_some_and(|first| (*first as f64) < c * rest as f64)
}

/// How far two distributions are apart, from 0 to 1: the earth mover's distance (Li, Li and Venkatasubramanian, 2007).
///
/// Of values in an order the ordered distance over the values of `whole`, of others the equal distance.
pub fn distance(part: &Counts, whole: &Counts, is_ordered: bool) -> f64 {
    let sizes = [part, whole].map(|counts| counts.values().sum::<u64>() as f64);
    let shares = whole
        .iter()
        .map(|(value, count)| part.get(value).map_or(0.0, |count| *count as f64 / sizes[0]) - *count as f64 / sizes[1]);
    match whole.len() {
        0 | 1 => 0.0,
        values if is_ordered => {
            let ordered = shares.scan(0.0, |sum, share| {
                *sum += share;
                Some(f64::abs(*sum))
            });
            ordered.sum::<f64>() / (values - 1) as f64
        }
        _ => shares.map(f64::abs).sum::<f64>() / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[(u128, u64)]) -> Counts {
        of.iter().copied().collect()
    }

    #[test]
    fn entropy_is_that_of_equal_values() {
        assert!((mixed_as(&counts(&[(1, 5), (2, 5), (3, 5)])) - 3.0).abs() < 1e-12);
        assert!(is_diverse(&counts(&[(1, 7), (2, 7), (3, 7)]), Diversity::Entropy(3.0)));
        assert!(!is_diverse(&counts(&[(1, 8), (2, 7), (3, 7)]), Diversity::Entropy(3.0)));
    }

    #[test]
    fn recursive_diversity_weighs_the_rest() {
        let skewed = counts(&[(1, 6), (2, 3), (3, 2), (4, 1)]);
        assert!(is_diverse(&skewed, Diversity::Recursive { l: 2, c: 1.1 }));
        assert!(!is_diverse(&skewed, Diversity::Recursive { l: 2, c: 1.0 }));
        assert!(!is_diverse(&skewed, Diversity::Recursive { l: 5, c: 100.0 }));
    }

    /// The salaries of the paper's section 5.1: {3k, 4k, 5k} of 3k to 11k are 0.375 away, {6k, 8k, 11k} 0.167.
    #[test]
    fn ordered_distance_is_that_of_the_paper() {
        let whole: Counts = (3..12).map(|salary| (salary, 1)).collect();
        assert!((distance(&counts(&[(3, 1), (4, 1), (5, 1)]), &whole, true) - 0.375).abs() < 1e-12);
        assert!((distance(&counts(&[(6, 1), (8, 1), (11, 1)]), &whole, true) - 1.0 / 6.0).abs() < 1e-12);
        assert!((distance(&counts(&[(3, 1), (4, 1), (5, 1)]), &whole, false) - 2.0 / 3.0).abs() < 1e-12);
    }
}
