//! The default form of a pseudonym.

use std::array::from_fn;

/// Bytes of a token, all of them ASCII.
pub const LENGTH: usize = 16;

/// Writes the first 80 bits of a hash as 16 letters of RFC 4648's base32 alphabet (section 6) in lower case.
#[inline]
pub fn letters(hash: &[u8; 32]) -> [u8; LENGTH] {
    let eight_from = |at: usize| u64::from_be_bytes(from_fn(|byte| hash[at + byte]));
    // The second 40 bits are read with the two bytes before them, as one word.
    let (high, low) = (eight_from(0) >> 24, eight_from(2) & 0xff_ffff_ffff);
    let both = u128::from(eight(high)) << 64 | u128::from(eight(low));
    both.to_be_bytes()
}

/// Eight letters for the lowest 40 bits, five bits a byte, the lowest five in the lowest byte.
///
/// All eight bytes are worked on at once, and no table is read: time does not depend on the bits.
#[inline]
pub fn eight(bits: u64) -> u64 {
    let halves = (bits & 0xf_ffff) | (bits & 0xff_fff0_0000) << 12;
    let quarters = (halves & 0x0000_03ff_0000_03ff) | (halves & 0x000f_fc00_000f_fc00) << 6;
    let fives = (quarters & 0x001f_001f_001f_001f) | (quarters & 0x03e0_03e0_03e0_03e0) << 3;
    // From 26 on come the digits: adding 102 sets the highest bit there.
    let digits = (fives + 0x6666_6666_6666_6666) >> 7 & 0x0101_0101_0101_0101;
    fives + 0x6161_6161_6161_6161 - digits * u64::from(b'a' + 26 - b'2')
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

    #[test]
    fn letters_are_those_of_rfc_4648() {
        let mut hash = [0; 32];
        hash[..10].copy_from_slice(b"foobarfoob");
        assert_eq!(&letters(&hash), b"mzxw6ytbojtg633c");
    }

    #[test]
    fn every_five_bits_have_their_letter_in_every_place() {
        for place in 0..8 {
            for bits in 0..32u64 {
                let mut expected = [b'a'; 8];
                expected[place] = BASE32[bits as usize];
                assert_eq!(eight(bits << (5 * place)).to_le_bytes(), expected);
            }
        }
    }
}
