//! The hash of a word in lower case, by which lists of words are looked up.

use super::eight::{CASE, eight};

/// The hash of a word in lower case, by which lists of words are looked up.
pub fn hash_of(word: &str) -> u64 {
    hash_within(word, &mut String::new())
}

/// The hash of a word in small letters of ASCII.
pub fn hash_of_plain(word: &[u8]) -> u64 {
    hash(word)
}

pub(super) fn hash_within(word: &str, lower: &mut String) -> u64 {
    if is_plain(word.as_bytes()) {
        return hash(word.as_bytes());
    }
    lower.clear();
    lower.extend(word.chars().flat_map(char::to_lowercase));
    hash(lower.as_bytes())
}

/// Whether all letters are of ASCII or Latin-1 (UTF-8's first byte C3), where one bit is all that case changes.
fn is_plain(word: &[u8]) -> bool {
    word.iter().all(|byte| byte.is_ascii() || *byte == 0xc3 || (0x80..0xc0).contains(byte))
}

const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

fn hash(word: &[u8]) -> u64 {
    if word.is_empty() { finished(0) } else { hash_at(word, 0, word.len()) }
}

/// The hash of so many letters of a text, at least one, from a place on.
pub(super) fn hash_at(text: &[u8], at: usize, length: usize) -> u64 {
    hash_by(|eighth| eight(text, at + eighth), length)
}

/// The hash of so many letters, at least one: eight bytes at a time, without the bit of case, as they are told at a place.
#[inline(always)]
pub fn hash_by(eight_at: impl Fn(usize) -> u64, length: usize) -> u64 {
    let (mut hash, mut at) = (0, 0);
    while length > at + 8 {
        hash = mix(hash, eight_at(at) | CASE);
        at += 8;
    }
    let beyond = 8 * (at + 8 - length) as u32;
    finished(mix(hash, (eight_at(at) | CASE) & u64::MAX.wrapping_shr(beyond)))
}

fn mix(hash: u64, eight: u64) -> u64 {
    (hash.rotate_left(23) ^ eight).wrapping_mul(FACTOR)
}

fn finished(hash: u64) -> u64 {
    hash ^ (hash >> 32)
}
