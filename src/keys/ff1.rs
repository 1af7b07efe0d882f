//! FF1 of NIST SP 800-38G: a permutation of all strings of one length over one radix, chosen by a key and a tweak.
//!
//! The algorithm is the `fpe` crate's and the block cipher the `aes` crate's; FF3 and FF3-1 are broken and not here.
//! Strings of fewer than a million possible values are refused, as Revision 1 of the standard asks. What this file
//! adds is how numerals are held: where each half of a string fits into 120 bits, nothing is allocated.

use aes::{Aes128Enc, Aes192Enc, Aes256Enc};
use fpe::ff1::{FF1, FlexibleNumeralString, NumeralString};

mod halves;
mod ranks;

use halves::Halves;
pub use ranks::Ranks;

/// Why FF1 does not take what it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Ff1Error {
    #[error("an AES key has 16, 24 or 32 bytes")]
    Key,
    #[error("a radix is a number from 2 to 65536")]
    Radix,
    #[error("a numeral is not below the radix")]
    Numeral,
    #[error("the string has fewer than a million possible values")]
    Short,
}

/// FF1 with a key, over a radix. The key's schedule is wiped when dropped.
pub struct Ff1 {
    cipher: Cipher,
    radix: u32,
}

/// AES by the length of its key. FF1 uses its forward direction alone.
enum Cipher {
    Aes128(FF1<Aes128Enc>),
    Aes192(FF1<Aes192Enc>),
    Aes256(FF1<Aes256Enc>),
}

#[derive(Clone, Copy)]
enum Direction {
    Encrypt,
    Decrypt,
}

impl Ff1 {
    /// FF1 with an AES key of 16, 24 or 32 bytes over a radix from 2 to 65536.
    ///
    /// # Errors
    /// Where the key is of another length, or the radix lies outside.
    pub fn new(key: &[u8], radix: u32) -> Result<Self, Ff1Error> {
        let cipher = match key.len() {
            16 => FF1::new(key, radix).map(Cipher::Aes128),
            24 => FF1::new(key, radix).map(Cipher::Aes192),
            32 => FF1::new(key, radix).map(Cipher::Aes256),
            _ => return Err(Ff1Error::Key),
        };
        Ok(Ff1 { cipher: cipher.map_err(|_| Ff1Error::Radix)?, radix })
    }

    /// Encrypts a string of numerals, the most significant first, in its place.
    ///
    /// # Errors
    /// Where a numeral is not below the radix, or the string has fewer than a million possible values.
    pub fn encrypt(&self, tweak: &[u8], numerals: &mut [u16]) -> Result<(), Ff1Error> {
        self.run(Direction::Encrypt, tweak, numerals)
    }

    /// Undoes [`encrypt`](Ff1::encrypt).
    ///
    /// # Errors
    /// Those of [`encrypt`](Ff1::encrypt).
    pub fn decrypt(&self, tweak: &[u8], numerals: &mut [u16]) -> Result<(), Ff1Error> {
        self.run(Direction::Decrypt, tweak, numerals)
    }

    fn run(&self, direction: Direction, tweak: &[u8], numerals: &mut [u16]) -> Result<(), Ff1Error> {
        if numerals.iter().any(|numeral| u32::from(*numeral) >= self.radix) {
            return Err(Ff1Error::Numeral);
        }
        match Halves::of(self.radix, numerals) {
            Some(halves) => self.permuted(direction, tweak, &halves)?.write(self.radix, numerals),
            None => self.run_long(direction, tweak, numerals)?,
        }
        Ok(())
    }

    /// A string that is too long for machine words; the crate's big integers allocate.
    #[cold]
    fn run_long(&self, direction: Direction, tweak: &[u8], numerals: &mut [u16]) -> Result<(), Ff1Error> {
        let long = FlexibleNumeralString::from(numerals.to_vec());
        let permuted: Vec<u16> = self.permuted(direction, tweak, &long)?.into();
        numerals.copy_from_slice(&permuted);
        Ok(())
    }

    fn permuted<N: NumeralString>(&self, direction: Direction, tweak: &[u8], string: &N) -> Result<N, Ff1Error> {
        let permuted = match (&self.cipher, direction) {
            (Cipher::Aes128(ff1), Direction::Encrypt) => ff1.encrypt(tweak, string),
            (Cipher::Aes128(ff1), Direction::Decrypt) => ff1.decrypt(tweak, string),
            (Cipher::Aes192(ff1), Direction::Encrypt) => ff1.encrypt(tweak, string),
            (Cipher::Aes192(ff1), Direction::Decrypt) => ff1.decrypt(tweak, string),
            (Cipher::Aes256(ff1), Direction::Encrypt) => ff1.encrypt(tweak, string),
            (Cipher::Aes256(ff1), Direction::Decrypt) => ff1.decrypt(tweak, string),
        };
        // The numerals were checked, and no string of this program has 2³² of them.
        permuted.map_err(|_| Ff1Error::Short)
    }
}
