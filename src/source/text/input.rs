//! The bytes of a text, read in pieces, without a byte order mark.

use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use super::error::Fault;
use super::wide::{Order, Wide};

/// How much is read at once, in bytes.
const PIECE: usize = 64 << 10;

type Source = Box<dyn Read + Send>;

/// A text behind its byte order mark.
pub(super) struct Input(BufReader<Chain<Cursor<Vec<u8>>, Source>>);

impl Input {
    /// Looks at the first bytes: a mark of UTF-8 is taken away, other encodings and packings are refused.
    pub(super) fn open(source: Source) -> Result<Self, Fault> {
        let (start, source) = begun(source)?;
        Input::behind(start, source)
    }

    /// As [`open`](Self::open); behind a mark of UTF-16, text of it is read too.
    pub(super) fn open_wide(source: Source) -> Result<Self, Fault> {
        let (mut start, source) = begun(source)?;
        let Some(order) = Order::of(&start) else { return Input::behind(start, source) };
        start.drain(..2);
        let wide: Source = Box::new(Wide::new(order, Cursor::new(start).chain(source)));
        Ok(Input(BufReader::with_capacity(PIECE, Cursor::new(Vec::new()).chain(wide))))
    }

    fn behind(mut start: Vec<u8>, source: Source) -> Result<Self, Fault> {
        let wide = matches!(start[..], [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, 0, _] | [_, 0, _, 0]);
        if wide {
            return Err(Fault::WideText);
        }
        // RFC 1952, 2.3.1 and RFC 8878, 3.1.1: no text begins so.
        if start.starts_with(b"\x1f\x8b") || start == b"\x28\xb5\x2f\xfd" {
            return Err(Fault::Packed);
        }
        if start.starts_with(b"\xef\xbb\xbf") {
            start.drain(..3);
        }
        Ok(Input(BufReader::with_capacity(PIECE, Cursor::new(start).chain(source))))
    }

    /// The bytes that are at hand; none at the end.
    pub(super) fn window(&mut self) -> Result<&[u8], Fault> {
        // Two steps, as the borrow of a window cannot leave the loop that retries.
        while let Err(error) = self.0.fill_buf() {
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error.into());
            }
        }
        Ok(self.0.buffer())
    }

    /// Goes on behind so many bytes of the window.
    pub(super) fn consume(&mut self, length: usize) {
        self.0.consume(length);
    }
}

/// The first four bytes, and what is behind them.
fn begun(mut source: Source) -> Result<(Vec<u8>, Source), Fault> {
    let mut start = Vec::with_capacity(4);
    source.by_ref().take(4).read_to_end(&mut start)?;
    Ok((start, source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &'static [u8]) -> Result<Vec<u8>, Fault> {
        let mut input = Input::open(Box::new(bytes))?;
        let mut out = Vec::new();
        loop {
            let window = input.window()?;
            if window.is_empty() {
                return Ok(out);
            }
            let length = window.len();
            out.extend_from_slice(window);
            input.consume(length);
        }
    }

    #[test]
    fn a_mark_of_utf_8_is_taken_away_once() {
        assert_eq!(whole(b"\xef\xbb\xbfab"), Ok(b"ab".to_vec()));
        assert_eq!(whole(b"\xef\xbb\xbf\xef\xbb\xbf"), Ok(b"\xef\xbb\xbf".to_vec()));
        assert_eq!(whole(b""), Ok(Vec::new()));
        assert_eq!(whole(b"abcdef"), Ok(b"abcdef".to_vec()));
    }

    #[test]
    fn what_is_packed_is_no_text() {
        for packed in [&b"\x1f\x8b\x08\0rest"[..], b"\x28\xb5\x2f\xfdrest"] {
            assert_eq!(whole(packed), Err(Fault::Packed));
        }
        assert_eq!(whole(b"\x1f"), Ok(b"\x1f".to_vec()));
    }

    #[test]
    fn utf_16_and_utf_32_are_refused() {
        for text in [&b"\xff\xfea\0"[..], b"\xfe\xff\0a", b"a\0b\0c\0", b"\0a\0b", b"\xff\xfe\0\0a\0\0\0"] {
            assert_eq!(whole(text), Err(Fault::WideText));
        }
    }
}
