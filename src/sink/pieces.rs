//! Bytes that grow without ever being moved: a part can take hundreds of megabytes.

use std::io;

use bytes::{Bytes, BytesMut};

/// Bytes of one piece.
const PIECE: usize = 8 << 20;

/// A writer that keeps what is written in pieces of a fixed size.
#[derive(Default)]
pub(super) struct Pieces {
    full: Vec<Bytes>,
    last: BytesMut,
}

impl Pieces {
    /// All that was written, in order.
    pub(super) fn into_bytes(mut self) -> Vec<Bytes> {
        self.full.push(self.last.freeze());
        self.full
    }
}

impl io::Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.last.len() == self.last.capacity() {
            let full = std::mem::replace(&mut self.last, BytesMut::with_capacity(PIECE));
            self.full.extend((!full.is_empty()).then(|| full.freeze()));
        }
        let taken = bytes.len().min(self.last.capacity() - self.last.len());
        self.last.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn pieces_hold_what_was_written_in_order() {
        let mut pieces = Pieces::default();
        let long: Vec<u8> = (0..PIECE + 77).map(|byte| byte as u8).collect();
        pieces.write_all(&long).unwrap();
        pieces.write_all(b"end").unwrap();
        let whole = pieces.into_bytes().concat();
        assert!(whole.starts_with(&long) && whole.ends_with(b"end") && whole.len() == PIECE + 80);
    }
}
