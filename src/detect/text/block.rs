//! What 64 bytes of a text are, a bit each: runs of a kind are then found by counting zeros instead of looking at bytes.

use wide::u8x16;

use super::eight::eight;

/// So many bytes are looked at at once.
pub(super) const BYTES: usize = 64;

/// Bytes of a text; the first has the lowest bit of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// Letters of ASCII, and of Latin-1 in both of their bytes, where both are among these.
    pub letters: u64,
    pub digits: u64,
    /// Capital letters, by their first bytes.
    pub capitals: u64,
    /// Those of characters beyond ASCII.
    pub wide: u64,
    /// Spaces of ASCII.
    pub spaces: u64,
}

impl Block {
    /// The bytes from a place of a text on; behind its end, zeros.
    #[inline(always)]
    pub fn at(text: &[u8], at: usize) -> Self {
        let rest = text.get(at..).unwrap_or_default();
        match rest.first_chunk() {
            Some(bytes) => Block::of(bytes),
            None => Block::last(text, at, rest.len()),
        }
    }

    /// The last bytes of a text, fewer than a block has.
    fn last(text: &[u8], at: usize, count: usize) -> Self {
        let mut bytes = [0; BYTES];
        let (eights, _) = bytes.as_chunks_mut();
        for (nth, part) in eights.iter_mut().enumerate().take(count.div_ceil(8)) {
            *part = eight(text, at + 8 * nth).to_le_bytes();
        }
        Block::of(&bytes)
    }

    #[inline(always)]
    fn of(bytes: &[u8; BYTES]) -> Self {
        let mut block = Block::default();
        let (sixteens, _) = bytes.as_chunks::<16>();
        for (nth, sixteen) in sixteens.iter().enumerate() {
            block.put(u8x16::new(*sixteen), 16 * nth);
        }
        if block.wide == 0 { block } else { block.with_latin(bytes) }
    }

    #[inline(always)]
    fn put(&mut self, bytes: u8x16, at: usize) {
        let is_in = |bytes: u8x16, first: u8, last: u8| {
            (bytes - u8x16::splat(first)).simd_le(u8x16::splat(last - first)).to_bitmask()
        };
        self.letters |= u64::from(is_in(bytes | u8x16::splat(0x20), b'a', b'z')) << at;
        self.digits |= u64::from(is_in(bytes, b'0', b'9')) << at;
        self.capitals |= u64::from(is_in(bytes, b'A', b'Z')) << at;
        // The highest bit, which is the one that is gathered.
        self.wide |= u64::from(bytes.to_bitmask()) << at;
        self.spaces |= u64::from(bytes.simd_eq(u8x16::splat(b' ')).to_bitmask()) << at;
    }

    /// Takes in the letters of Latin-1, which are C3 80 to C3 BF but for the signs of times and division.
    #[inline(never)]
    fn with_latin(mut self, bytes: &[u8; BYTES]) -> Self {
        let mut wide = self.wide;
        while wide != 0 {
            let at = wide.trailing_zeros() as usize;
            wide &= wide - 1;
            if let [0xc3, second, ..] = bytes[at..]
                && !matches!(second, 0x97 | 0xb7)
            {
                self.letters |= 0b11 << at;
                self.capitals |= u64::from(second < 0x9f) << at;
                wide &= wide.wrapping_sub(1);
            }
        }
        self
    }

    /// Those that words are made of.
    #[inline(always)]
    pub fn words(&self) -> u64 {
        self.letters | self.digits
    }

    /// Those of characters that have to be looked at one by one.
    #[inline(always)]
    pub fn odd(&self) -> u64 {
        self.wide & !self.letters
    }
}

/// The bits of so many first bytes, or of all.
#[inline(always)]
pub(super) fn up_to(count: usize) -> u64 {
    if count < BYTES { (1 << count) - 1 } else { u64::MAX }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_are_what_they_are(text in "[ -~\t\u{80}-\u{bf}\u{4e00}]{0,70}") {
            let block = Block::at(text.as_bytes(), 0);
            let bytes = text.bytes().chain([0; BYTES]).take(BYTES);
            let set = |is_in: fn(u8) -> bool| bytes.clone().enumerate().fold(0, |set, (at, byte)| set | u64::from(is_in(byte)) << at);
            prop_assert_eq!(block.letters, set(|byte| byte.is_ascii_alphabetic()));
            prop_assert_eq!(block.digits, set(|byte| byte.is_ascii_digit()));
            prop_assert_eq!(block.capitals, set(|byte| byte.is_ascii_uppercase()));
            prop_assert_eq!(block.wide, set(|byte| !byte.is_ascii()));
            prop_assert_eq!(block.spaces, set(|byte| byte == b' '));
        }

        #[test]
        fn letters_of_latin_are_letters(text in "[a-zA-Z0-9 àÉöÿßŁ×÷ä中]{0,40}", from in 0..4usize) {
            let from = text.char_indices().map(|(at, _)| at).nth(from).unwrap_or_default();
            let (block, rest) = (Block::at(text.as_bytes(), from), &text[from..]);
            for (at, letter) in rest.char_indices().take_while(|(at, letter)| at + letter.len_utf8() <= BYTES) {
                let is_letter = letter.is_alphabetic() && u32::from(letter) < 0x100;
                prop_assert_eq!(block.letters >> at & 1 == 1, is_letter, "{}", letter);
                prop_assert_eq!(block.capitals >> at & 1 == 1, is_letter && letter.is_uppercase());
                prop_assert_eq!(block.odd() >> at & 1 == 1, !letter.is_ascii() && !is_letter);
            }
        }
    }
}
