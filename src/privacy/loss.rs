//! How much of a column's information its method took.

use super::classes::total;
use super::diversity::entropy;
use super::{Classes, share};

/// What a column lost, each from 0 (nothing) to 1 (all of it is one value now).
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Loss {
    /// Non-uniform entropy (de Waal and Willenborg 1999; Gionis and Tassa 2009; ARX's normalised measure): what is left
    /// unknown of a raw value by the one it became, by what was unknown of it before.
    pub entropy: f64,
    /// Granularity (Iyengar 2002; ARX's "Loss"): of how many other raw values a row could be, by all others.
    pub granularity: f64,
}

/// A column that is removed.
pub fn all_lost() -> Loss {
    Loss { entropy: 1.0, granularity: 1.0 }
}

impl Loss {
    /// Measures a column by its classes: those of equal values afterwards, counting raw ones.
    pub fn of(classes: &Classes) -> Self {
        let records = classes.records();
        let unknown: f64 = classes.iter().map(|class| total(class) as f64 * entropy(class)).sum();
        let before = records as f64 * entropy(classes.whole());
        let others = classes.whole().len().saturating_sub(1) as u64;
        let could_be =
            classes.iter().map(|class| total(class) as f64 * share(class.len() as u64 - 1, others)).sum::<f64>();
        Loss {
            entropy: if before > 0.0 { unknown / before } else { 0.0 },
            granularity: if records > 0 { could_be / records as f64 } else { 0.0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Crosstab;
    use super::*;

    fn loss(pairs: &[(u128, u64)]) -> Loss {
        Loss::of(&pairs.iter().copied().collect::<Crosstab>().classes())
    }

    #[test]
    fn nothing_all_and_half() {
        let none = Loss { entropy: 0.0, granularity: 0.0 };
        assert_eq!(loss(&[(8, 1), (9, 2), (9, 2)]), none, "one to one, as a pseudonym");
        assert_eq!(loss(&[(0, 1), (0, 2), (0, 3)]), all_lost());
        // Four values in pairs: 1 bit of 2 is left unknown, and each could be 1 of the 3 others.
        let pairs = loss(&[(0, 1), (0, 2), (1, 3), (1, 4)]);
        assert!((pairs.entropy - 0.5).abs() < 1e-12 && (pairs.granularity - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(loss(&[]), none);
    }

    #[test]
    fn frequent_values_weigh_more() {
        // ARX's worked form: Σ −log₂(n(a) / n(g(a))) by Σ −log₂(n(a) / n), over rows.
        let found = loss(&[(0, 1), (0, 1), (0, 1), (0, 2), (1, 3), (1, 3), (1, 3), (1, 3)]);
        let lost = -(3.0 * 0.75f64.log2() + 0.25f64.log2());
        let before = -(3.0 * 0.375f64.log2() + 0.125f64.log2() + 4.0 * 0.5f64.log2());
        assert!((found.entropy - lost / before).abs() < 1e-12);
    }
}
