//! How many sensitive values a class leaves to choose from: l-diversity (Machanavajjhala et al. 2007).

use super::classes::total;
use super::{Classes, greatest};

impl Classes {
    /// Distinct l-diversity: the fewest values that a class has.
    pub fn distinct_l(&self) -> u64 {
        self.iter().map(|class| class.len() as u64).min().unwrap_or(0)
    }

    /// Entropy l-diversity, as a real number: e to the least entropy of a class; a table is entropy l-diverse for
    /// every l up to it.
    pub fn entropy_l(&self) -> f64 {
        self.iter().map(entropy).fold(f64::INFINITY, f64::min).exp()
    }

    /// Recursive (c,l)-diversity: a table is so for every c greater than this one. Of each class it is what the most
    /// frequent value outweighs: r₁ / (rₗ + … + rₘ), counts from the greatest; infinite where a class has fewer than l
    /// values.
    pub fn recursive_c(&self, l: usize) -> f64 {
        greatest(self.iter().map(|class| {
            let mut counts: Vec<u64> = class.iter().map(|(_, count)| *count).collect();
            counts.sort_unstable_by(|one, other| other.cmp(one));
            let rest: u64 = counts.iter().skip(l.saturating_sub(1)).sum();
            counts.first().copied().unwrap_or(0) as f64 / rest as f64
        }))
    }
}

/// In nats.
pub(super) fn entropy(counts: &[(u64, u64)]) -> f64 {
    let all = total(counts) as f64;
    -counts.iter().map(|(_, count)| *count as f64 / all).map(|p| p * p.ln()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::super::Crosstab;

    fn classes(counts: &[&[u64]]) -> super::Classes {
        let class = |(class, counts): (u128, &&[u64])| {
            let of_value = |(value, count): (u64, &u64)| std::iter::repeat_n((class, value), *count as usize);
            (0u64..).zip(counts.iter()).flat_map(of_value).collect::<Vec<_>>()
        };
        (0u128..).zip(counts).flat_map(class).collect::<Crosstab>().classes()
    }

    #[test]
    fn the_poorest_class_counts() {
        let poor = classes(&[&[1, 1, 1, 1], &[2, 2]]);
        assert_eq!(poor.distinct_l(), 2);
        assert!((poor.entropy_l() - 2.0).abs() < 1e-12);
        assert_eq!(classes(&[&[3], &[1, 1]]).entropy_l(), 1.0);
    }

    #[test]
    fn recursion_weighs_the_most_frequent_against_the_rest() {
        // r = 4, 2, 1: against (2 + 1) for l = 2, against 1 for l = 3.
        let one = classes(&[&[1, 4, 2]]);
        assert_eq!((one.recursive_c(2), one.recursive_c(3)), (4.0 / 3.0, 4.0));
        assert!(one.recursive_c(4).is_infinite());
        assert!((one.recursive_c(1) - 4.0 / 7.0).abs() < 1e-12);
    }
}
