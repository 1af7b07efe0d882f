//! The mean of a group, of sorted values, of which there is one at least.

use arrow::datatypes::i256;

/// Rounded to the nearest whole number, half to even; the sum is exact, in 256 bits.
pub fn of_wholes(group: &[(i128, usize)]) -> i128 {
    let sum = group.iter().fold(i256::ZERO, |sum, (value, _)| sum.wrapping_add(i256::from_i128(*value)));
    let count = i256::from_i128(group.len() as i128);
    let over = sum.wrapping_rem(count);
    let over = if over.is_negative() { over.wrapping_add(count) } else { over };
    let below = sum.wrapping_sub(over).wrapping_div(count).to_i128().unwrap_or(group[0].0);
    let rest = over.wrapping_add(over).cmp(&count);
    if rest.is_gt() || (rest.is_eq() && below % 2 != 0) { below + 1 } else { below }
}

/// By sums in one order, so that it is the same on every machine; each value is divided first where sums are infinite.
pub fn of_floats(group: &[(f64, usize)]) -> f64 {
    let count = group.len() as f64;
    let sum: f64 = group.iter().fold(0.0, |sum, (value, _)| sum + value);
    let mean =
        if sum.is_finite() { sum / count } else { group.iter().fold(0.0, |sum, (value, _)| sum + value / count) };
    mean.clamp(group[0].0, group[group.len() - 1].0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(values: &[i128]) -> i128 {
        of_wholes(&values.iter().map(|value| (*value, 0)).collect::<Vec<_>>())
    }

    fn float(values: &[f64]) -> f64 {
        of_floats(&values.iter().map(|value| (*value, 0)).collect::<Vec<_>>())
    }

    #[test]
    fn halves_go_to_the_even_and_nothing_overflows() {
        assert_eq!([whole(&[1, 2]), whole(&[2, 3]), whole(&[-2, -1]), whole(&[-1, 0])], [2, 2, -2, 0]);
        assert_eq!(whole(&[i128::MAX; 3]), i128::MAX);
        assert_eq!(whole(&[i128::MIN; 5]), i128::MIN);
        assert_eq!(float(&[f64::MAX; 3]), f64::MAX);
        assert_eq!(float(&[0.1; 3]), 0.1);
    }

    proptest! {
        #[test]
        fn mean_is_no_further_than_half(values in prop::collection::vec(any::<i64>(), 1..50)) {
            let wide: Vec<i128> = values.iter().map(|value| (*value).into()).collect();
            let (sum, count) = (wide.iter().sum::<i128>(), wide.len() as i128);
            prop_assert!((whole(&wide) * count - sum).abs() * 2 <= count);
        }
    }
}
