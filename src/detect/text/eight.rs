//! Eight bytes of a text at a time, as one number.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x80 * ONES;

/// The bit of case, in eight bytes.
pub const CASE: u64 = 0x20 * ONES;

/// Eight bytes of a text, and how many letters and digits of ASCII they begin with.
pub struct Eight {
    /// In lower case, where they are letters.
    pub lower: u64,
    /// How many letters and digits they begin with.
    pub length: usize,
    /// All bits of those.
    inside: u64,
}

/// The bit that letters have and digits have not, in eight bytes.
const OF_LETTERS: u64 = 0x40 * ONES;

impl Eight {
    #[inline(always)]
    pub fn at(text: &[u8], at: usize) -> Self {
        let eight = eight(text, at);
        let lower = eight | CASE;
        // The high bit of each byte of ASCII that is this one or a later one.
        let (plain, small) = (eight & !HIGHS, lower & !HIGHS);
        let least = |all: u64, byte: u8| all + (0x80 - u64::from(byte)) * ONES;
        let is_digit = least(plain, b'0') ^ least(plain, b':');
        let is_letter = least(small, b'a') ^ least(small, b'{');
        let stops = !(is_digit | is_letter) | eight;
        let length = ((stops & HIGHS).trailing_zeros() / 8) as usize;
        let inside = if length == 8 { u64::MAX } else { (1 << (8 * length)) - 1 };
        Eight { lower, length, inside }
    }

    /// Those that are letters and digits, in lower case; zeros behind them.
    #[inline]
    pub fn lower_letters(&self) -> u64 {
        self.lower & self.inside
    }

    /// How many digits they begin with, letters aside.
    #[inline]
    pub fn digits(&self) -> usize {
        let digits = !self.lower & self.inside & OF_LETTERS;
        // The highest byte of the product is the sum of all; not every processor counts bits as quickly.
        ((digits >> 6).wrapping_mul(ONES) >> 56) as usize
    }

    /// Whether a digit is among the letters and digits that they begin with.
    #[inline]
    pub fn has_digit(&self) -> bool {
        !self.lower & self.inside & OF_LETTERS > 0
    }

    #[inline]
    pub(super) fn has_letter(&self) -> bool {
        self.lower & self.inside & OF_LETTERS > 0
    }
}

/// Eight bytes of the text; behind its end, zeros.
#[inline]
pub fn eight(text: &[u8], at: usize) -> u64 {
    match text.get(at..).unwrap_or_default() {
        [a, b, c, d, e, f, g, h, ..] => u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]),
        // The last eight have them too.
        rest if let Some(last) = text.last_chunk() => {
            u64::from_le_bytes(*last).checked_shr(8 * (8 - rest.len()) as u32).unwrap_or(0)
        }
        rest => rest.iter().rev().fold(0, |all, byte| (all << 8) | u64::from(*byte)),
    }
}
