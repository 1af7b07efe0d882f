//! Choices from a keyed hash.

use crate::keys::lanes::DomainKey;
use crate::keys::token;
use crate::method::Taken;

/// How often a draw is repeated before a word is invented instead.
pub const TRIES: usize = 64;

/// The 32-bit words of a hash, one after the other; behind the last come those of the hash's own hash.
pub struct Draws<'k> {
    key: &'k DomainKey,
    hash: [u8; 32],
    at: usize,
}

impl<'k> Draws<'k> {
    /// All choices of one value.
    pub fn new(key: &'k DomainKey, hash: &[u8; 32]) -> Self {
        Draws { key, hash: *hash, at: 0 }
    }

    fn next(&mut self) -> u32 {
        if self.at == self.hash.len() {
            self.hash = self.key.hash(&self.hash);
            self.at = 0;
        }
        let word = [self.hash[self.at], self.hash[self.at + 1], self.hash[self.at + 2], self.hash[self.at + 3]];
        self.at += 4;
        u32::from_le_bytes(word)
    }

    /// A number below `end`, which is from 1.
    pub fn below(&mut self, end: usize) -> usize {
        ((u64::from(self.next()) * end as u64) >> 32) as usize
    }

    /// Writes a decimal digit.
    pub fn digit(&mut self, out: &mut String) {
        out.push(char::from(b'0' + self.below(10) as u8));
    }

    /// A word of the list that is not taken; none where none was found.
    pub fn word(&mut self, words: &[&'static str], taken: &Taken) -> Option<&'static str> {
        if words.is_empty() {
            return None;
        }
        (0..TRIES).map(|_| words[self.below(words.len())]).find(|word| !taken.holds(word))
    }

    /// Writes six base32 letters, 30 bits of the hash.
    pub fn letters(&mut self, out: &mut String) {
        let bits = u64::from(self.next());
        out.extend((0..6).map(|at| char::from(token::letter(bits >> (5 * at)))));
    }
}
