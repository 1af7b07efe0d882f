//! A decimal in the one form that all equal numbers have.

use arrow::array::ArrowNativeTypeOp;
use arrow::datatypes::{ArrowNativeType, i256};

use crate::keys::lanes::{Block, Value};

/// A decimal without zeros at the end of its fraction.
///
/// A whole number that 128 bits hold is hashed as integers are, in 16 bytes, little-endian. Any other is hashed as its
/// digits, in 16 or else 32 bytes, and its scale in two: the lengths keep the three apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimal {
    Whole(i128),
    Narrow(i128, i16),
    Wide(i256, i16),
}

impl Decimal {
    /// The number `digits / 10^scale`.
    #[inline]
    pub fn of(digits: i128, scale: i8) -> Self {
        // Most decimals are small, and to divide 64 bits by ten is a multiplication.
        let (digits, scale) = match i64::try_from(digits) {
            _ if scale < 0 => return Decimal::of_wide(i256::from_i128(digits), scale),
            Ok(small) => widened(without_zeros(small, scale.into(), 0)),
            Err(_) => without_zeros(digits, scale.into(), 0),
        };
        if scale == 0 { Decimal::Whole(digits) } else { Decimal::Narrow(digits, scale) }
    }

    /// The same of more digits.
    pub fn of_wide(digits: i256, scale: i8) -> Self {
        let (digits, scale) = match times_power(digits, scale) {
            _ if scale >= 0 => without_zeros(digits, scale.into(), 0),
            Some(whole) => (whole, 0),
            // No 256 bits hold it: the zeros are left to the scale, all of them.
            None => without_zeros(digits, scale.into(), i16::MIN),
        };
        match digits.to_i128() {
            Some(digits) if scale == 0 => Decimal::Whole(digits),
            Some(digits) => Decimal::Narrow(digits, scale),
            None => Decimal::Wide(digits, scale),
        }
    }
}

fn widened((digits, scale): (i64, i16)) -> (i128, i16) {
    (digits.into(), scale)
}

/// Takes zeros off the end while the scale is above `least`.
#[inline]
fn without_zeros<N: ArrowNativeTypeOp>(mut digits: N, mut scale: i16, least: i16) -> (N, i16) {
    let ten = N::usize_as(10);
    while scale > least && digits.mod_wrapping(ten).is_zero() {
        digits = digits.div_wrapping(ten);
        scale -= 1;
    }
    (digits, scale)
}

/// `digits * 10^-scale`, where 256 bits hold it.
fn times_power(digits: i256, scale: i8) -> Option<i256> {
    if digits.is_zero() {
        return Some(digits);
    }
    let power = i256::usize_as(10).pow_checked(scale.unsigned_abs().into()).ok()?;
    digits.mul_checked(power).ok()
}

impl Value for Decimal {
    #[inline]
    fn pad(&self, block: &mut Block) -> Option<&[u8]> {
        let (digits, scale, length) = match *self {
            Decimal::Whole(digits) => return written(block, digits, [0; 2], 16),
            Decimal::Narrow(digits, scale) => return written(block, digits, scale.to_le_bytes(), 18),
            Decimal::Wide(digits, scale) => (digits, scale, 34),
        };
        block[..32].copy_from_slice(&digits.to_le_bytes());
        block[32..34].copy_from_slice(&scale.to_le_bytes());
        block[63] = length;
        None
    }
}

/// Writes over a wide decimal too, whose bytes behind the scale become zeros again.
#[inline]
fn written<'b>(block: &mut Block, digits: i128, scale: [u8; 2], length: u8) -> Option<&'b [u8]> {
    block[16..48].fill(0);
    block[..16].copy_from_slice(&digits.to_le_bytes());
    block[16..18].copy_from_slice(&scale);
    block[63] = length;
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn power(exponent: u32) -> i256 {
        i256::usize_as(10).pow_checked(exponent).expect("it is below 10^76")
    }

    #[test]
    fn equal_numbers_have_one_form() {
        assert_eq!(Decimal::of(12_300, 4), Decimal::Narrow(123, 2));
        assert_eq!(Decimal::of(-12_300, 2), Decimal::Whole(-123));
        assert_eq!(Decimal::of(0, 9), Decimal::Whole(0));
        assert_eq!(Decimal::of_wide(i256::ZERO, -128), Decimal::Whole(0));
        assert_eq!(Decimal::of(7, -2), Decimal::Whole(700));
        assert_eq!(Decimal::of_wide(power(70), 40), Decimal::Whole(10i128.pow(30)));
        assert_eq!(Decimal::of_wide(power(70), 2), Decimal::Wide(power(68), 0));
        assert_eq!(Decimal::of(1, -68), Decimal::Wide(power(68), 0));
        assert_eq!(Decimal::of(1, -100), Decimal::of_wide(power(20), -80));
        assert_ne!(Decimal::of(1, -100), Decimal::of(1, -101));
    }

    #[test]
    fn least_and_greatest_have_a_form() {
        for scale in [i8::MIN, -1, 0, 1, i8::MAX] {
            for digits in [i128::MIN, i128::MAX] {
                assert_eq!(Decimal::of(digits, scale), Decimal::of_wide(i256::from_i128(digits), scale));
            }
            Decimal::of_wide(i256::MIN, scale);
        }
    }

    proptest! {
        #[test]
        fn zeros_at_the_end_change_nothing(digits in any::<i64>(), scale in 0i8..20, zeros in 0u32..18) {
            let longer = i128::from(digits) * 10i128.pow(zeros);
            let form = Decimal::of(digits.into(), scale);
            prop_assert_eq!(Decimal::of(longer, scale + zeros as i8), form);
            prop_assert_eq!(Decimal::of_wide(i256::from_i128(longer), scale + zeros as i8), form);
        }

        #[test]
        fn nothing_of_the_value_before_stays_in_a_block(first in any::<(i128, i128)>(), second in any::<i128>(), scale in 0i8..9) {
            let (mut used, mut blank) = ([0; 64], [0; 64]);
            Decimal::of_wide(i256::from_parts(first.0 as u128, first.1), scale).pad(&mut used);
            let second = Decimal::of(second, scale);
            second.pad(&mut used);
            second.pad(&mut blank);
            prop_assert_eq!(used, blank);
        }
    }
}
