//! The risk that somebody is found, for three kinds of attacker (El Emam and Dankar 2008; El Emam 2013, chapter 16;
//! ARX uses the same names and definitions).

use super::{Groups, greatest};

/// What one kind of attacker achieves.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Attack {
    /// The share of records whose own risk is above the threshold.
    pub at_risk: f64,
    /// For the record at most risk.
    pub highest: f64,
    /// The mean over all records, as a share of them.
    pub average: f64,
}

/// The risks of a table that is some or all of a population.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Risks {
    /// Of one who knows that somebody is in the table.
    pub prosecutor: Attack,
    /// Of one who wants to find anybody, and does not know who of the population is in it.
    pub journalist: Attack,
    /// Of one who wants to find as many as possible, and minds no mistakes: the expected share of records found.
    pub marketer: f64,
}

impl Risks {
    /// Measures a table against the population that it was taken from, both grouped by the same keys; a record is at
    /// risk where it is above `threshold`, as a chance.
    ///
    /// A group that the population lacks counts as no larger there.
    pub fn of(table: &Groups, population: &Groups, threshold: f64) -> Self {
        // Of every group its size in the table and in the population.
        let mut pairs: Vec<(u64, u64)> =
            table.iter().map(|(key, size)| (size, population.size(key).max(size))).collect();
        // In one order, so that sums have the same last bit whatever the order of the keys.
        pairs.sort_unstable();
        let records = pairs.iter().map(|(size, _)| *size).sum::<u64>().max(1) as f64;
        let there: u64 = pairs.iter().map(|(_, there)| *there).sum();
        let marketer = pairs.iter().map(|(size, there)| *size as f64 / *there as f64).sum::<f64>() / records;
        let prosecutor = Attack {
            average: pairs.len() as f64 / records,
            ..attack(pairs.iter().map(|(size, _)| (*size, *size)), records, threshold)
        };
        let journalist = Attack {
            average: marketer.max(pairs.len() as f64 / there.max(1) as f64),
            ..attack(pairs.iter().copied(), records, threshold)
        };
        Risks { prosecutor, journalist, marketer }
    }
}

/// Risks of records each of which is one of so many; the average is the caller's.
fn attack(pairs: impl Iterator<Item = (u64, u64)> + Clone, records: f64, threshold: f64) -> Attack {
    let risk = |there: u64| 1.0 / there as f64;
    let above = pairs.clone().filter(|(_, there)| risk(*there) > threshold).map(|(size, _)| size).sum::<u64>();
    let highest = greatest(pairs.map(|(_, there)| risk(there)));
    Attack { at_risk: above as f64 / records, highest, average: 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups of these sizes under the keys from 0.
    fn groups(sizes: &[u64]) -> Groups {
        (0u128..).zip(sizes).flat_map(|(key, size)| std::iter::repeat_n(key, *size as usize)).collect()
    }

    #[test]
    fn a_table_that_is_all_of_its_population_has_one_risk() {
        let table = groups(&[1, 4, 5]);
        let risks = Risks::of(&table, &table, 0.2);
        assert_eq!(risks.prosecutor, risks.journalist);
        assert_eq!(risks.prosecutor, Attack { at_risk: 0.5, highest: 1.0, average: 0.3 });
        assert!((risks.marketer - 0.3).abs() < 1e-12);
    }

    #[test]
    fn a_population_hides_a_sample() {
        // El Emam's formulas by hand: f = 1, 2; F = 4, 10.
        let risks = Risks::of(&groups(&[1, 2]), &groups(&[4, 10]), 0.2);
        assert_eq!((risks.prosecutor.highest, risks.journalist.highest), (1.0, 0.25));
        assert!((risks.marketer - (1.0 / 4.0 + 2.0 / 10.0) / 3.0).abs() < 1e-12);
        assert!((risks.journalist.average - 0.15).abs() < 1e-12);
        assert!((risks.journalist.at_risk - 1.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn a_population_that_lacks_a_group_makes_nothing_safer() {
        let table = groups(&[2]);
        assert_eq!(Risks::of(&table, &Groups::default(), 0.09), Risks::of(&table, &table, 0.09));
        assert_eq!(Risks::of(&Groups::default(), &table, 0.09).marketer, 0.0);
    }
}
