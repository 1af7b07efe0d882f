//! Values padded to one block each.

/// The size of a BLAKE3 block in bytes.
pub(super) const BLOCK: usize = 64;

/// What BLAKE3 takes at once.
pub type Block = [u8; BLOCK];

/// A block that holds nothing.
pub(super) const BLANK: Block = [0; BLOCK];

/// A value of up to 63 bytes that can be written into a block, or a longer one.
pub trait Value {
    /// A block before the first value of this kind is written into it.
    const BLANK: Block = BLANK;

    /// Writes the value, zeros and its length over a value of the same kind or [`Value::BLANK`].
    ///
    /// A value that does not fit is given back, and what the block holds then means nothing.
    fn pad(&self, block: &mut Block) -> Option<&[u8]>;
}

impl Value for &[u8] {
    #[inline]
    fn pad(&self, block: &mut Block) -> Option<&[u8]> {
        if self.len() >= BLOCK {
            return Some(self);
        }
        *block = BLANK;
        match self.len() {
            0 => {}
            1 => copy_ends::<1>(self, block),
            2..4 => copy_ends::<2>(self, block),
            4..8 => copy_ends::<4>(self, block),
            8..16 => copy_ends::<8>(self, block),
            16..32 => copy_ends::<16>(self, block),
            _ => copy_ends::<32>(self, block),
        }
        block[BLOCK - 1] = self.len() as u8;
        None
    }
}

/// Copies a value of `N` to `2 * N` bytes as its first `N` and its last `N`: sizes known beforehand need no call.
#[inline]
fn copy_ends<const N: usize>(value: &[u8], block: &mut Block) {
    if let (Some(first), Some(last)) = (value.first_chunk::<N>(), value.last_chunk::<N>()) {
        block[..N].copy_from_slice(first);
        block[value.len() - N..value.len()].copy_from_slice(last);
    }
}

/// A value that lies in a buffer among others.
pub struct Slice<'b> {
    /// The buffer from the value's first byte on.
    pub from: &'b [u8],
    /// The value's length in bytes; those of the buffer at most.
    pub length: usize,
}

/// 64 bytes from place `64 - n` on cover all but the first `n` bytes of a block.
const COVER: [u8; 2 * BLOCK] = {
    let mut cover = [0; 2 * BLOCK];
    let mut at = 0;
    while at < BLOCK {
        cover[at] = 0xff;
        at += 1;
    }
    cover
};

impl Value for Slice<'_> {
    /// Where 64 bytes can be read, they are, and what is not the value's is covered.
    #[inline]
    fn pad(&self, block: &mut Block) -> Option<&[u8]> {
        match self.from.first_chunk::<BLOCK>() {
            Some(bytes) if self.length < BLOCK => {
                let cover = &COVER[BLOCK - self.length..][..BLOCK];
                for at in 0..BLOCK {
                    block[at] = bytes[at] & cover[at];
                }
                block[BLOCK - 1] = self.length as u8;
                None
            }
            _ => match (&self.from[..self.length]).pad(block) {
                None => None,
                Some(_) => Some(&self.from[..self.length]),
            },
        }
    }
}

/// A whole number of 16 bytes, little-endian.
impl Value for i128 {
    const BLANK: Block = {
        let mut blank = BLANK;
        blank[BLOCK - 1] = 16;
        blank
    };

    /// The rest of the block is the same for all of them.
    #[inline]
    fn pad(&self, block: &mut Block) -> Option<&[u8]> {
        block[..16].copy_from_slice(&self.to_le_bytes());
        None
    }
}
