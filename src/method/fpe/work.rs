//! What is at hand while the values of a batch are encrypted, used again for each of them.

use super::CONTEXT;
use super::misfit::Misfit;
use crate::keys::ff1::{Ff1, Ff1Error, Ranks};
use crate::keys::lanes::DomainKey;

/// The characters that stay where they are, where an alphabet does not count them.
const SEPARATORS: &str = " -+./,:_()";

/// Ciphers, and room for the numerals of one value.
pub struct Work {
    ff1: Ff1,
    ranks: Ranks,
    pub numerals: Vec<u16>,
    tweak: Vec<u8>,
}

impl Work {
    /// Ciphers under a domain's key; `radix` is that of numerals that are encrypted as such.
    pub fn new(key: &DomainKey, radix: u32) -> Self {
        let key = key.derive(CONTEXT);
        let (ff1, ranks) = (Ff1::new(&*key, radix), Ranks::new(&*key));
        let known = "a key of 32 bytes, and a radix that was parsed";
        Work { ff1: ff1.expect(known), ranks: ranks.expect(known), numerals: Vec::new(), tweak: Vec::new() }
    }

    /// Takes the numerals of a text, separators left out.
    pub fn read(&mut self, text: &str, numeral: impl Fn(char) -> Option<u16>) -> Result<(), Misfit> {
        self.numerals.clear();
        for letter in text.chars() {
            match numeral(letter) {
                Some(numeral) => self.numerals.push(numeral),
                None if SEPARATORS.contains(letter) => {}
                None => return Err(Misfit::Foreign),
            }
        }
        Ok(())
    }

    /// Writes the numerals in the places that those of `text` have; `letter` is told what stood there.
    pub fn write(&self, text: &str, out: &mut Vec<u8>, letter: impl Fn(u16, char) -> Option<char>) {
        let mut numerals = self.numerals.iter();
        let mut bytes = [0; 4];
        for stood in text.chars() {
            let counts = letter(0, stood).is_some();
            let numeral = if counts { numerals.next() } else { None };
            let stands = numeral.and_then(|numeral| letter(*numeral, stood)).unwrap_or(stood);
            out.extend_from_slice(stands.encode_utf8(&mut bytes).as_bytes());
        }
    }

    /// Encrypts the first so many numerals as a string.
    pub fn encrypt(&mut self, tweak: &str, count: usize) -> Result<(), Misfit> {
        Ok(self.ff1.encrypt(tweak.as_bytes(), &mut self.numerals[..count])?)
    }

    /// Encrypts a number below a size.
    pub fn encrypt_rank(&self, tweak: &[u8], rank: u128, size: u128) -> Result<u128, Misfit> {
        Ok(self.ranks.encrypt(tweak, rank, size)?)
    }

    /// Encrypts numerals of radix 36 from a place on: digits stay digits, and letters stay letters.
    ///
    /// All of them together are one number whose digits are of radix 10 or 26. The tweak says which are which.
    pub fn encrypt_mixed(&mut self, form: &str, from: usize) -> Result<(), Misfit> {
        self.tweak.clear();
        self.tweak.extend_from_slice(form.as_bytes());
        let (mut rank, mut size) = (0, 1u128);
        for numeral in &self.numerals[from..] {
            let (radix, first) = radix_of(*numeral);
            size = size.checked_mul(radix).filter(|size| *size <= Ranks::MOST).ok_or(Misfit::Long)?;
            rank = rank * radix + u128::from(numeral - first);
            self.tweak.push(if radix == 10 { b'9' } else { b'A' });
        }
        let mut rest = self.ranks.encrypt(&self.tweak, rank, size)?;
        for numeral in self.numerals[from..].iter_mut().rev() {
            let (radix, first) = radix_of(*numeral);
            *numeral = (rest % radix) as u16 + first;
            rest /= radix;
        }
        Ok(())
    }
}

/// The radix of what a numeral of radix 36 stays, and the first of them.
fn radix_of(numeral: u16) -> (u128, u16) {
    if numeral < 10 { (10, 0) } else { (26, 10) }
}

impl From<Ff1Error> for Misfit {
    /// Numerals are parsed and so below their radix; only their number can be wrong.
    fn from(_: Ff1Error) -> Self {
        Misfit::Short
    }
}
