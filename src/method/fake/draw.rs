//! Choices from a keyed hash.

use crate::keys::lanes::DomainKey;
use crate::keys::token;

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
    #[inline]
    pub fn new(key: &'k DomainKey, hash: &[u8; 32]) -> Self {
        Draws { key, hash: *hash, at: 0 }
    }

    #[inline]
    fn next(&mut self) -> u32 {
        if self.at == self.hash.len() {
            self.go_on();
        }
        let word = [self.hash[self.at], self.hash[self.at + 1], self.hash[self.at + 2], self.hash[self.at + 3]];
        self.at += 4;
        u32::from_le_bytes(word)
    }

    #[cold]
    fn go_on(&mut self) {
        self.hash = self.key.hash(&self.hash);
        self.at = 0;
    }

    /// A number below `end`, which is from 1.
    #[inline]
    pub fn below(&mut self, end: usize) -> usize {
        ((u64::from(self.next()) * end as u64) >> 32) as usize
    }

    /// Writes a decimal digit.
    #[inline]
    pub fn digit(&mut self, out: &mut Vec<u8>) {
        out.push(b'0' + self.below(10) as u8);
    }

    /// Writes six base32 letters, 30 bits of the hash.
    #[inline]
    pub fn letters(&mut self, out: &mut Vec<u8>) {
        let end = out.len() + 6;
        out.extend_from_slice(&token::eight(self.next().into()).to_le_bytes());
        out.truncate(end);
    }
}
