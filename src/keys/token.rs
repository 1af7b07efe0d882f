//! The default form of a pseudonym.

/// Bytes of a token, all of them ASCII.
pub const LENGTH: usize = 16;

/// The lower-case alphabet of RFC 4648, section 6.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Writes the first 80 bits of a hash as 16 base32 letters.
pub fn letters(hash: &[u8; 32]) -> [u8; LENGTH] {
    let high = u64::from_be_bytes([0, 0, 0, hash[0], hash[1], hash[2], hash[3], hash[4]]);
    let low = u64::from_be_bytes([0, 0, 0, hash[5], hash[6], hash[7], hash[8], hash[9]]);
    let mut token = [0; LENGTH];
    for at in 0..LENGTH / 2 {
        token[at] = letter(high >> (35 - 5 * at));
        token[at + LENGTH / 2] = letter(low >> (35 - 5 * at));
    }
    token
}

/// The letter of the lowest five bits.
pub fn letter(bits: u64) -> u8 {
    BASE32[(bits & 31) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_rfc_4648() {
        let mut hash = [0; 32];
        hash[..10].copy_from_slice(b"foobarfoob");
        assert_eq!(&letters(&hash), b"mzxw6ytbojtg633c");
    }
}
