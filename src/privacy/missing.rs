//! How many records agree with each, where some values are missing.
//!
//! There are two rules. A missing value can be a value of its own: then equal keys make a group. Or nobody can tell
//! what it would be, and it matches every value, as sdcMicro's `freqCalc` has it (Templ, Kowarik and Meindl 2015): a
//! record then agrees with every other that differs from it in no value that both have.

use std::collections::HashMap;

use ahash::RandomState;

/// What a missing value agrees with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Other missing values of its column.
    IsAValue,
    /// Every value of its column.
    MatchesAll,
}

/// Distinct keys, with how many records have each and what those weigh together.
#[derive(Debug, Clone, Default)]
pub struct Matching(HashMap<Box<[Option<u32>]>, Frequencies, RandomState>);

/// How many records agree with one, itself included.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Frequencies {
    /// In the sample: sdcMicro's fk.
    pub sample: u64,
    /// In the population, by the weights of a sample: sdcMicro's Fk.
    pub population: f64,
}

impl Frequencies {
    fn add(&mut self, other: Frequencies) {
        self.sample += other.sample;
        self.population += other.population;
    }
}

impl Matching {
    /// Counts a record with its weight; its key has a code for every column, none where the value is missing.
    pub fn add(&mut self, key: &[Option<u32>], weight: f64) {
        let one = Frequencies { sample: 1, population: weight };
        match self.0.get_mut(key) {
            Some(known) => known.add(one),
            None => drop(self.0.insert(key.into(), one)),
        }
    }

    /// Adds the counts of another part of the table.
    pub fn merge(&mut self, other: Matching) {
        other.0.into_iter().for_each(|(key, counted)| self.0.entry(key).or_default().add(counted));
    }

    /// Of every distinct key, how many records agree with it under a rule.
    ///
    /// Keys are compared by which columns they lack: those of two such sets agree where they are equal in all columns that
    /// neither lacks. So it takes distinct keys times sets of missing columns, not pairs of keys.
    pub fn frequencies(&self, rule: Missing) -> HashMap<&[Option<u32>], Frequencies> {
        let own = || self.0.iter().map(|(key, counted)| (key.as_ref(), *counted));
        match rule {
            Missing::IsAValue => own().collect(),
            Missing::MatchesAll => {
                let mut by_gaps: HashMap<Vec<bool>, Vec<&[Option<u32>]>> = HashMap::new();
                own().for_each(|(key, _)| by_gaps.entry(gaps(key)).or_default().push(key));
                let mut found: HashMap<&[Option<u32>], Frequencies> = HashMap::with_capacity(self.0.len());
                for (lacked, keys) in &by_gaps {
                    for (others_lack, others) in &by_gaps {
                        let compared: Vec<usize> =
                            (0..lacked.len()).filter(|at| !lacked[*at] && !others_lack[*at]).collect();
                        self.join(keys, others, &compared, &mut found);
                    }
                }
                found
            }
        }
    }

    /// Adds to every key what those of the others count that agree with it in the compared columns.
    fn join<'k>(
        &self,
        keys: &[&'k [Option<u32>]],
        others: &[&[Option<u32>]],
        compared: &[usize],
        found: &mut HashMap<&'k [Option<u32>], Frequencies>,
    ) {
        let seen = |key: &[Option<u32>]| compared.iter().map(|at| key[*at]).collect::<Vec<_>>();
        let mut counted: HashMap<Vec<Option<u32>>, Frequencies> = HashMap::new();
        others.iter().for_each(|key| counted.entry(seen(key)).or_default().add(self.0[*key]));
        for key in keys {
            found.entry(key).or_default().add(counted.get(&seen(key)).copied().unwrap_or_default());
        }
    }
}

/// Which columns a key lacks.
fn gaps(key: &[Option<u32>]) -> Vec<bool> {
    key.iter().map(Option::is_none).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_missing_value_is_one_or_all() {
        let mut matching = Matching::default();
        [Some(1), Some(1), Some(2), None].iter().for_each(|value| matching.add(&[Some(9), *value], 10.0));
        let sample = |rule, value| matching.frequencies(rule)[&[Some(9), value][..]].sample;
        assert_eq!([Some(1), Some(2), None].map(|value| sample(Missing::IsAValue, value)), [2, 1, 1]);
        assert_eq!([Some(1), Some(2), None].map(|value| sample(Missing::MatchesAll, value)), [3, 2, 4]);
    }

    proptest! {
        #[test]
        fn joins_give_what_comparing_all_pairs_gives(
            keys in prop::collection::vec(prop::collection::vec(prop::option::of(0u32..3), 3), 1..40), at in 0usize..40,
        ) {
            let of = |keys: &[Vec<Option<u32>>]| {
                let mut matching = Matching::default();
                keys.iter().for_each(|key| matching.add(key, 2.0));
                matching
            };
            let (left, right) = keys.split_at(at.min(keys.len()));
            let mut matching = of(left);
            matching.merge(of(right));
            let found = matching.frequencies(Missing::MatchesAll);
            let agree = |one: &Option<u32>, other: &Option<u32>| one.is_none() || other.is_none() || one == other;
            for key in &keys {
                let same = keys.iter().filter(|other| key.iter().zip(*other).all(|(one, other)| agree(one, other)));
                let sample = same.count() as u64;
                prop_assert_eq!(found[key.as_slice()], Frequencies { sample, population: 2.0 * sample as f64 });
            }
        }
    }
}
