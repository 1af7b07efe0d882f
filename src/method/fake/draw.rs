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
    /// The hash of the value that is replaced, whatever the choices come from.
    own: &'k [u8; 32],
}

/// The hash of another hash, another one for each tag, which has up to 31 bytes.
#[inline]
pub fn tagged(key: &DomainKey, hash: &[u8; 32], tag: &[u8]) -> [u8; 32] {
    let mut both = [0; 63];
    both[..32].copy_from_slice(hash);
    both[32..32 + tag.len()].copy_from_slice(tag);
    key.hash(&both[..32 + tag.len()])
}

/// The 80 bits of a hash by which `distinct` tells values apart: others than those of a pseudonym in the same domain.
#[inline]
fn told_apart(hash: &[u8; 32]) -> [u8; 32] {
    let mut turned = *hash;
    turned.rotate_left(22);
    turned
}

impl<'k> Draws<'k> {
    /// All choices of one value.
    #[inline]
    pub fn new(key: &'k DomainKey, own: &'k [u8; 32]) -> Self {
        Draws { key, hash: *own, at: 0, own }
    }

    /// All choices of one subject, where the value itself has the hash `own`.
    #[inline]
    pub fn of_subject(key: &'k DomainKey, subject: [u8; 32], own: &'k [u8; 32]) -> Self {
        Draws { key, hash: subject, at: 0, own }
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

    /// Writes a decimal digit that is not 0, and then so many others.
    pub fn number(&mut self, digits: usize, out: &mut Vec<u8>) {
        out.push(b'1' + self.below(9) as u8);
        (1..digits).for_each(|_| self.digit(out));
    }

    /// One of these.
    #[inline]
    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// Sixteen bytes of the hash.
    pub fn sixteen(&mut self) -> [u8; 16] {
        let words = std::array::from_fn(|_| self.next().to_le_bytes());
        let words: [[u8; 4]; 4] = words;
        std::array::from_fn(|at| words[at / 4][at % 4])
    }

    /// Sixteen bytes of the value's own hash, however often they are asked for.
    pub fn own_sixteen(&self) -> [u8; 16] {
        std::array::from_fn(|at| self.own[16 + at])
    }

    /// Writes 16 base32 letters: 80 bits of the value's own hash, however often they are asked for.
    pub fn own_letters(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&token::letters(&told_apart(self.own)));
    }

    /// Writes six base32 letters, 30 bits of the hash.
    #[inline]
    pub fn letters(&mut self, out: &mut Vec<u8>) {
        let end = out.len() + 6;
        out.extend_from_slice(&token::eight(self.next().into()).to_le_bytes());
        out.truncate(end);
    }
}
