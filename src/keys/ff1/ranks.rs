//! A permutation of the whole numbers below any size, by cycle walking.

use super::halves::Halves;
use super::{Direction, Ff1, Ff1Error};

/// FF1 over radix 2, walked until the result is below the size that is asked for.
///
/// Black and Rogaway, "Ciphers with Arbitrary Finite Domains" (2002), section 4: the steps of a walk are those of a
/// permutation, so that it comes back into the domain, after two of them on average at most.
pub struct Ranks(Ff1);

impl Ranks {
    /// Fewer numbers than these are no secret, however well they are encrypted (SP 800-38G Revision 1).
    pub const LEAST: u128 = 1_000_000;

    /// More numbers than these do not fit into the words that are worked with.
    pub const MOST: u128 = 1 << 127;

    /// Permutations under an AES key of 16, 24 or 32 bytes.
    ///
    /// # Errors
    /// Where the key is of another length.
    pub fn new(key: &[u8]) -> Result<Self, Ff1Error> {
        Ok(Ranks(Ff1::new(key, 2)?))
    }

    /// The number that takes the place of `rank` among those below `size`.
    ///
    /// # Errors
    /// Where `rank` is not below `size`, or `size` is not from [`LEAST`](Ranks::LEAST) to [`MOST`](Ranks::MOST).
    pub fn encrypt(&self, tweak: &[u8], rank: u128, size: u128) -> Result<u128, Ff1Error> {
        self.walk(Direction::Encrypt, tweak, rank, size)
    }

    /// Undoes [`encrypt`](Ranks::encrypt).
    ///
    /// # Errors
    /// Those of [`encrypt`](Ranks::encrypt).
    pub fn decrypt(&self, tweak: &[u8], rank: u128, size: u128) -> Result<u128, Ff1Error> {
        self.walk(Direction::Decrypt, tweak, rank, size)
    }

    fn walk(&self, direction: Direction, tweak: &[u8], mut rank: u128, size: u128) -> Result<u128, Ff1Error> {
        if rank >= size || size > Ranks::MOST {
            return Err(Ff1Error::Numeral);
        }
        if size < Ranks::LEAST {
            return Err(Ff1Error::Short);
        }
        let bits = u128::BITS - (size - 1).leading_zeros();
        loop {
            rank = self.0.permuted(direction, tweak, &Halves::of_bits(rank, bits))?.to_bits();
            if rank < size {
                return Ok(rank);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ranks() -> Ranks {
        Ranks::new(&[7; 32]).expect("32 bytes")
    }

    #[test]
    fn sizes_outside_are_refused() {
        assert_eq!(ranks().encrypt(b"", 0, Ranks::LEAST - 1), Err(Ff1Error::Short));
        assert_eq!(ranks().encrypt(b"", 0, Ranks::MOST + 1), Err(Ff1Error::Numeral));
        assert_eq!(ranks().encrypt(b"", Ranks::LEAST, Ranks::LEAST), Err(Ff1Error::Numeral));
        assert!(ranks().encrypt(b"", Ranks::MOST - 1, Ranks::MOST).is_ok());
    }

    proptest! {
        #[test]
        fn every_rank_comes_back(size in Ranks::LEAST..=Ranks::MOST, rank in any::<u128>(), tweak in any::<[u8; 5]>()) {
            let rank = rank % size;
            let other = ranks().encrypt(&tweak, rank, size).expect("it is below the size");
            prop_assert!(other < size);
            prop_assert_eq!(ranks().decrypt(&tweak, other, size), Ok(rank));
        }
    }
}
