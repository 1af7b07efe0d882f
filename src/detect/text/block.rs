//! What 64 bytes of a text are, a bit each: runs of a kind are then found by counting zeros instead of looking at bytes.

use wide::u8x16;

/// So many bytes are looked at at once.
pub(super) const BYTES: usize = 64;

/// The bytes of a block, and as many behind it as any eight that begin in it have.
pub(super) type Window = [u8; BYTES + 8];

/// Bytes of a text; the first has the lowest bit of each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'w> {
    window: &'w Window,
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

impl<'w> Block<'w> {
    /// The bytes from a place of a text on; behind its end, what the room holds for them, which is zeros.
    #[inline(always)]
    pub fn at(text: &'w [u8], at: usize, room: &'w mut Window) -> Self {
        let rest = text.get(at..).unwrap_or_default();
        match rest.first_chunk() {
            Some(window) => Block::of(window),
            None => {
                room[..rest.len()].copy_from_slice(rest);
                Block::of(room)
            }
        }
    }

    #[inline(always)]
    fn of(window: &'w Window) -> Self {
        let mut block = Block { window, letters: 0, digits: 0, capitals: 0, wide: 0, spaces: 0 };
        let (sixteens, _) = window.as_chunks::<16>();
        for (nth, sixteen) in sixteens.iter().take(BYTES / 16).enumerate() {
            block.put(u8x16::new(*sixteen), 16 * nth);
        }
        if block.wide == 0 { block } else { block.with_latin() }
    }

    /// Eight bytes from one of the block on, as one number.
    #[inline(always)]
    pub fn eight(&self, at: usize) -> u64 {
        self.window[at % BYTES..].first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight))
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
    fn with_latin(mut self) -> Self {
        let (bytes, mut wide) = (&self.window[..BYTES], self.wide);
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
            let mut room = [0; BYTES + 8];
            let block = Block::at(text.as_bytes(), 0, &mut room);
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
            let mut room = [0; BYTES + 8];
            let (block, rest) = (Block::at(text.as_bytes(), from, &mut room), &text[from..]);
            for (at, letter) in rest.char_indices().take_while(|(at, letter)| at + letter.len_utf8() <= BYTES) {
                let is_letter = letter.is_alphabetic() && u32::from(letter) < 0x100;
                prop_assert_eq!(block.letters >> at & 1 == 1, is_letter, "{}", letter);
                prop_assert_eq!(block.capitals >> at & 1 == 1, is_letter && letter.is_uppercase());
                prop_assert_eq!(block.odd() >> at & 1 == 1, !letter.is_ascii() && !is_letter);
            }
        }
    }
}
