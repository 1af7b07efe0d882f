//! Bytes that grow without ever being moved: a part can take hundreds of megabytes.

use std::collections::VecDeque;
use std::io::{self, Read};

use bytes::{Buf, Bytes, BytesMut};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

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

/// Bytes in pieces, read from their beginning: what a column chunk is copied from.
pub(super) struct Stream<'p>(pub(super) &'p [Bytes]);

impl Length for Stream<'_> {
    fn len(&self) -> u64 {
        self.0.iter().map(|piece| piece.len() as u64).sum()
    }
}

impl ChunkReader for Stream<'_> {
    type T = Chained;

    fn get_read(&self, start: u64) -> Result<Chained> {
        match start {
            0 => Ok(Chained(self.0.iter().cloned().collect())),
            _ => Err(ParquetError::EOF("a chunk is read from its beginning".into())),
        }
    }

    fn get_bytes(&self, _start: u64, _length: usize) -> Result<Bytes> {
        Err(ParquetError::NYI("a chunk is read as a stream".into()))
    }
}

/// A reader of one piece after the other.
pub(super) struct Chained(VecDeque<Bytes>);

impl Read for Chained {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.0.front().is_some_and(Bytes::is_empty) {
            self.0.pop_front();
        }
        let Some(piece) = self.0.front_mut() else { return Ok(0) };
        let taken = piece.len().min(into.len());
        piece.copy_to_slice(&mut into[..taken]);
        Ok(taken)
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
