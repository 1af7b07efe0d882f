//! What the choices of a row come from.

use super::draw::{Draws, TRIES, tagged};
use crate::keys::lanes::DomainKey;

/// What the choices of a row come from.
#[derive(Clone, Copy)]
pub struct Seed<'k> {
    pub key: &'k DomainKey,
    /// The hash of the value itself.
    pub own: &'k [u8; 32],
    /// The hash of the subject, or of the value again where there is none.
    pub subject: &'k [u8; 32],
    /// What separates the choices from those of other kinds; none where a value's own are drawn as they always were.
    pub tag: Option<&'static str>,
}

impl<'k> Seed<'k> {
    /// The choices.
    #[inline]
    pub fn draws(&self) -> Draws<'k> {
        match self.tag {
            None => Draws::new(self.key, self.own),
            Some(tag) => Draws::of_subject(self.key, tagged(self.key, self.subject, tag.as_bytes()), self.own),
        }
    }
}

/// Writes until it is not the input.
#[inline]
pub fn unlike(
    input: Option<&[u8]>,
    mut draws: Draws,
    out: &mut Vec<u8>,
    mut write: impl FnMut(&mut Draws, &mut Vec<u8>),
) {
    let start = out.len();
    for _ in 0..TRIES {
        write(&mut draws, out);
        if !input.is_some_and(|input| input.eq_ignore_ascii_case(&out[start..])) {
            return;
        }
        out.truncate(start);
    }
    draws.letters(out);
}
