//! Text that says nothing, about as long as what it stands for.

use fake::locales::{Data, EN};

use super::draw::Draws;

/// Writes words of "lorem ipsum" to as many characters as the input has, or a few less: never more, so that it fits
/// wherever the input did. Words are about as many, as both are about as long.
pub fn lorem(draws: &mut Draws, input: Option<&[u8]>, out: &mut Vec<u8>) {
    let characters = input.unwrap_or_default().iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    let end = out.len() + characters;
    loop {
        let word = draws.one_of(EN::LOREM_WORD).as_bytes();
        let left = end - out.len();
        if word.len() >= left {
            out.extend_from_slice(&word[..left.min(word.len())]);
            return;
        }
        out.extend_from_slice(word);
        if left - word.len() > 1 {
            out.push(b' ');
        } else {
            return;
        }
    }
}
