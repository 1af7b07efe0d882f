//! How often each value of a column occurs, and codes that stand for values.

use std::collections::HashMap;

use ahash::RandomState;

/// How often each code occurs.
#[derive(Debug, Clone, Default)]
pub struct Histogram(HashMap<u64, u64, RandomState>);

impl Histogram {
    /// Counts a code once more.
    pub fn add(&mut self, code: u64) {
        *self.0.entry(code).or_insert(0) += 1;
    }

    /// Adds the counts of another part of the table.
    pub fn merge(&mut self, other: Histogram) {
        other.0.into_iter().for_each(|(code, count)| *self.0.entry(code).or_insert(0) += count);
    }

    /// How many codes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every code with its count, by code.
    pub fn sorted(&self) -> Vec<(u64, u64)> {
        let mut counts: Vec<_> = self.0.iter().map(|(code, count)| (*code, *count)).collect();
        counts.sort_unstable();
        counts
    }

    /// The counts alone, the greatest first: the shape of the column, whatever its values are called.
    pub fn shape(&self) -> Vec<(u64, u64)> {
        let mut counts: Vec<u64> = self.0.values().copied().collect();
        counts.sort_unstable_by(|one, other| other.cmp(one));
        (0..).zip(counts).collect()
    }
}

impl FromIterator<u64> for Histogram {
    fn from_iter<I: IntoIterator<Item = u64>>(codes: I) -> Self {
        let mut histogram = Histogram::default();
        codes.into_iter().for_each(|code| histogram.add(code));
        histogram
    }
}

/// A code of a number; codes stand in the order of their numbers (IEEE 754 total order, one zero).
pub fn code_of(number: f64) -> u64 {
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// The number of a code.
pub fn number_of(code: u64) -> f64 {
    f64::from_bits(if code >> 63 == 1 { code & !(1 << 63) } else { !code })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn codes_stand_in_the_order_of_numbers(one in -1e300f64..1e300, other in -1e300f64..1e300) {
            prop_assert_eq!(one.partial_cmp(&other), Some(code_of(one).cmp(&code_of(other))));
            prop_assert_eq!(number_of(code_of(one)), one);
        }
    }

    #[test]
    fn a_shape_forgets_which_value_is_which() {
        let shape = |codes: &[u64]| Histogram::from_iter(codes.iter().copied()).shape();
        assert_eq!(shape(&[7, 7, 1]), shape(&[2, 9, 9]));
        assert_eq!(shape(&[7, 7, 1]), [(0, 2), (1, 1)]);
    }
}
