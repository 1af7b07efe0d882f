//! UTF-16 behind a byte order mark, as spreadsheets export text, read as UTF-8.

use std::borrow::Cow;
use std::io::{self, Read};

/// How much is read at once, in bytes.
const PIECE: usize = 64 << 10;

/// Half a character, or half a unit: what the mark says is not so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is not UTF-16 throughout, as its byte order mark says")]
pub struct Half;

/// Which byte of a unit comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// The order that the first four bytes of a text say; none where they say nothing of UTF-16: with two NULs behind it, the mark is
    /// that of UTF-32.
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        match start {
            [_, _, 0, 0, ..] => None,
            [0xff, 0xfe, ..] => Some(Order::Little),
            [0xfe, 0xff, ..] => Some(Order::Big),
            _ => None,
        }
    }

    fn unit(self, bytes: [u8; 2]) -> u16 {
        match self {
            Order::Little => u16::from_le_bytes(bytes),
            Order::Big => u16::from_be_bytes(bytes),
        }
    }

    /// Appends the characters of whole units, but for a first half at the end, and gives how many bytes they took.
    fn decode(self, bytes: &[u8], out: &mut String) -> Result<usize, Half> {
        let units = bytes.as_chunks().0.iter().map(|unit| self.unit(*unit));
        let waits = units.clone().next_back().is_some_and(|unit| (0xd800..0xdc00).contains(&unit));
        let count = units.len() - usize::from(waits);
        for character in char::decode_utf16(units.take(count)) {
            out.push(character.map_err(|_| Half)?);
        }
        Ok(2 * count)
    }
}

/// A text without its mark, decoded as it is read.
pub(super) struct Wide<R> {
    inner: R,
    order: Order,
    /// Bytes that are not decoded yet: less than a character.
    left: Vec<u8>,
    ready: String,
    /// How much of it was handed out.
    taken: usize,
}

impl<R: Read> Wide<R> {
    pub(super) fn new(order: Order, inner: R) -> Self {
        Wide { inner, order, left: Vec::new(), ready: String::new(), taken: 0 }
    }

    /// Decodes the next piece; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        (self.taken, self.ready) = (0, String::new());
        if self.inner.by_ref().take(PIECE as u64).read_to_end(&mut self.left)? == 0 {
            return if self.left.is_empty() { Ok(false) } else { Err(io::Error::other(Half)) };
        }
        let used = self.order.decode(&self.left, &mut self.ready).map_err(io::Error::other)?;
        self.left.drain(..used);
        Ok(true)
    }
}

impl<R: Read> Read for Wide<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.ready.len() {
            if !self.fill()? {
                return Ok(0);
            }
        }
        let ready = &self.ready.as_bytes()[self.taken..];
        let length = ready.len().min(out.len());
        out[..length].copy_from_slice(&ready[..length]);
        self.taken += length;
        Ok(length)
    }
}

/// The start of a text in UTF-8; of UTF-16 without its mark, and as far as it can be read.
pub fn narrowed(start: &[u8]) -> Cow<'_, [u8]> {
    let Some(order) = Order::of(start) else { return start.into() };
    let mut text = String::new();
    // What is wrong shows again when all of it is read.
    let _ = order.decode(&start[2..], &mut text);
    text.into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(order: Order, text: &str) -> Vec<u8> {
        let bytes = |unit: u16| if order == Order::Little { unit.to_le_bytes() } else { unit.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    fn read(order: Order, bytes: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        Wide::new(order, bytes).read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn every_character_comes_back_wherever_pieces_end() {
        for order in [Order::Little, Order::Big] {
            for before in 0..3 {
                let text = "x".repeat(before) + &"aä😀\u{feff}".repeat(40_000);
                assert_eq!(read(order, &wide(order, &text)).expect("text"), text);
            }
        }
    }

    #[test]
    fn half_a_unit_and_half_a_character_are_refused() {
        for broken in [&b"a"[..], b"a\0b", b"\x3d\xd8", b"\x3d\xd8a\0", b"\0\xde"] {
            let error = read(Order::Little, broken).expect_err("a refusal");
            assert!(error.get_ref().is_some_and(|inner| inner.is::<Half>()), "{error}");
        }
    }

    #[test]
    fn a_start_is_read_as_far_as_it_goes() {
        assert_eq!(&*narrowed(b"\xff\xfea\0\x3d\xd8"), b"a");
        assert_eq!(&*narrowed(b"\xfe\xff\0a\0"), b"a");
        assert_eq!(&*narrowed(b"\xff\xfe\0\0a\0\0\0"), b"\xff\xfe\0\0a\0\0\0", "that is UTF-32");
        assert_eq!(&*narrowed(b"plain"), b"plain");
    }
}
