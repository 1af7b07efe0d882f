//! The two halves of a string of numerals as two numbers.

use fpe::ff1::{NumeralString, Operations};

/// What a half may have of possible values, so that a number below it can take up another byte in 128 bits.
const MOST: u128 = 1 << 120;

/// So many numerals as one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Half {
    value: u128,
    count: usize,
    /// The radix to the power of `count`; above `value`.
    modulus: u128,
}

/// A string of numerals, cut in two as FF1 cuts it: the second half is the longer one where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Halves(Half, Half);

/// A number in bytes, the most significant first.
pub struct Bytes {
    all: [u8; 16],
    from: usize,
}

impl Half {
    fn of(radix: u32, numerals: &[u16]) -> Option<Self> {
        let mut half = Half { value: 0, count: numerals.len(), modulus: 1 };
        for numeral in numerals {
            half.modulus = half.modulus.checked_mul(radix.into()).filter(|modulus| *modulus <= MOST)?;
            half.value = half.value * u128::from(radix) + u128::from(*numeral);
        }
        Some(half)
    }

    fn write(self, radix: u32, numerals: &mut [u16]) {
        let mut rest = self.value;
        for numeral in numerals.iter_mut().rev() {
            *numeral = (rest % u128::from(radix)) as u16;
            rest /= u128::from(radix);
        }
    }

    /// A number of any length modulo this half's; taken down whenever another byte would not fit.
    fn reduced(&self, bytes: impl Iterator<Item = u8>) -> u128 {
        let number = bytes.fold(0, |number: u128, byte| {
            let room = if number < MOST { number } else { number % self.modulus };
            room << 8 | u128::from(byte)
        });
        number % self.modulus
    }
}

impl Halves {
    /// Numerals that are below the radix; none where a half has more than 2¹²⁰ possible values.
    pub fn of(radix: u32, numerals: &[u16]) -> Option<Self> {
        let (first, last) = numerals.split_at(numerals.len() / 2);
        Some(Halves(Half::of(radix, first)?, Half::of(radix, last)?))
    }

    /// The lowest bits of a number as numerals of radix 2; 128 at most.
    pub fn of_bits(number: u128, bits: u32) -> Self {
        let (first, last) = (bits / 2, bits - bits / 2);
        let half = |value, bits: u32| Half { value, count: bits as usize, modulus: 1 << bits };
        Halves(half(number >> last, first), half(number & ((1 << last) - 1), last))
    }

    /// The number whose bits are the numerals.
    pub fn to_bits(self) -> u128 {
        self.0.value * self.1.modulus + self.1.value
    }

    /// Writes the numerals over as many others.
    pub fn write(self, radix: u32, numerals: &mut [u16]) {
        let (first, last) = numerals.split_at_mut(self.0.count);
        self.0.write(radix, first);
        self.1.write(radix, last);
    }
}

impl NumeralString for Halves {
    type Ops = Half;

    /// By construction.
    fn is_valid(&self, _radix: u32) -> bool {
        self.0.value < self.0.modulus && self.1.value < self.1.modulus
    }

    fn numeral_count(&self) -> usize {
        self.0.count + self.1.count
    }

    fn split(&self) -> (Half, Half) {
        (self.0, self.1)
    }

    fn concat(first: Half, last: Half) -> Self {
        Halves(first, last)
    }
}

impl Operations for Half {
    type Bytes = Bytes;

    fn numeral_count(&self) -> usize {
        self.count
    }

    /// `length` is 15 at most, since 120 bits hold the number.
    fn to_be_bytes(&self, _radix: u32, length: usize) -> Bytes {
        Bytes { all: self.value.to_be_bytes(), from: 16 - length }
    }

    fn add_mod_exp(self, other: impl Iterator<Item = u8>, _radix: u32, _count: usize) -> Self {
        Half { value: (self.value + self.reduced(other)) % self.modulus, ..self }
    }

    fn sub_mod_exp(self, other: impl Iterator<Item = u8>, _radix: u32, _count: usize) -> Self {
        Half { value: (self.value + self.modulus - self.reduced(other)) % self.modulus, ..self }
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.all[self.from..]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn long_halves_are_left_to_big_integers() {
        assert!(Halves::of(10, &[9; 72]).is_some());
        assert!(Halves::of(10, &[9; 73]).is_none());
        assert!(Halves::of(65_536, &[65_535; 14]).is_some());
        assert!(Halves::of(65_536, &[65_535; 15]).is_none());
    }

    proptest! {
        #[test]
        fn numerals_come_back(radix in 2u32..=65_536, seed in prop::collection::vec(any::<u16>(), 0..14)) {
            let numerals: Vec<u16> = seed.iter().map(|word| (u32::from(*word) % radix) as u16).collect();
            let mut back = vec![0; numerals.len()];
            Halves::of(radix, &numerals).expect("they fit").write(radix, &mut back);
            prop_assert_eq!(back, numerals);
        }

        #[test]
        fn bits_come_back(number in any::<u128>(), bits in 20u32..=128) {
            let number = number >> (128 - bits);
            prop_assert_eq!(Halves::of_bits(number, bits).to_bits(), number);
        }

        /// The definition: the remainder of the whole number, digit by digit.
        #[test]
        fn any_number_is_reduced(bytes in prop::collection::vec(any::<u8>(), 0..40), modulus in 1..=MOST) {
            let half = Half { value: 0, count: 1, modulus };
            let by_bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
            let defined = by_bits.fold(0, |rest: u128, bit| (rest * 2 + u128::from(bit)) % modulus);
            prop_assert_eq!(half.reduced(bytes.iter().copied()), defined);
        }
    }
}
