//! Some lines of an input, read together.

use std::io::{BufRead, ErrorKind};
use std::ops::Range;

use rayon::prelude::*;
use wide::u8x16;

/// Lines are handled together up to so many bytes or lines.
const BATCH_BYTES: usize = 1 << 20;
const BATCH_LINES: usize = 1 << 14;
/// Lines that a thread takes at once, at most; of few long ones it takes fewer, so that there is work for all.
const PIECE: usize = 64;
const PIECES: usize = 64;
/// A longer line is refused, so that memory is bounded.
pub(super) const LONGEST: usize = 16 << 20;

/// Some lines of an input, read together.
#[derive(Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    lines: Vec<Range<usize>>,
}

impl Batch {
    /// Reads some lines; false at the end. Of a line that is too long only so much is read that this is seen.
    pub(super) fn read(&mut self, input: &mut dyn BufRead) -> std::io::Result<bool> {
        self.bytes.clear();
        self.lines.clear();
        while self.bytes.len() < BATCH_BYTES && self.lines.len() < BATCH_LINES {
            let start = self.bytes.len();
            read_line(input, &mut self.bytes)?;
            if self.bytes.len() == start {
                break;
            }
            self.lines.push(start..self.bytes.len());
        }
        Ok(!self.lines.is_empty())
    }

    /// How many lines it holds.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Its lines in pieces, each with how many lines are before it.
    pub(super) fn pieces(&self) -> impl IndexedParallelIterator<Item = (usize, &[Range<usize>])> {
        let size = (self.lines.len() / PIECES).clamp(1, PIECE);
        self.lines.par_chunks(size).enumerate().map(move |(at, lines)| (at * size, lines))
    }

    /// A line without its end.
    pub(super) fn line(&self, range: &Range<usize>) -> &[u8] {
        let line = &self.bytes[range.clone()];
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// All that some lines hold, which follow one another, if it is text.
    pub(super) fn text(&self, lines: &[Range<usize>]) -> Option<&str> {
        let (first, last) = (lines.first()?, lines.last()?);
        std::str::from_utf8(&self.bytes[first.start..last.end]).ok()
    }
}

/// Reads up to the end of a line and with it, or so much that the line is seen to be too long.
fn read_line(input: &mut dyn BufRead, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    let mut rest = LONGEST + 2;
    while rest > 0 {
        let some = match input.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            some => some?,
        };
        let some = &some[..some.len().min(rest)];
        let end = first_of(some, |sixteen| sixteen.simd_eq(u8x16::splat(b'\n')));
        let used = end.map_or(some.len(), |end| end + 1);
        bytes.extend_from_slice(&some[..used]);
        input.consume(used);
        if end.is_some() || used == 0 {
            break;
        }
        rest -= used;
    }
    Ok(())
}

/// The place of the first byte of a kind, of which sixteen at a time are told; it may be told of zeros, which count for none.
#[inline(always)]
pub(super) fn first_of(bytes: &[u8], is_one: impl Fn(u8x16) -> u8x16) -> Option<usize> {
    let (sixteens, last) = bytes.as_chunks();
    let of_sixteen = |sixteen: &[u8; 16]| match is_one(u8x16::new(*sixteen)).to_bitmask() {
        0 => None,
        ones => Some(ones.trailing_zeros() as usize),
    };
    let in_sixteens = sixteens.iter().enumerate().find_map(|(nth, sixteen)| Some(16 * nth + of_sixteen(sixteen)?));
    in_sixteens.or_else(|| {
        let mut padded = [0; 16];
        padded[..last.len()].copy_from_slice(last);
        of_sixteen(&padded).filter(|at| *at < last.len()).map(|at| 16 * sixteens.len() + at)
    })
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lines_end_where_they_end(text in "[a\n]{0,80}", room in 1..40usize) {
            let mut input = BufReader::with_capacity(room, text.as_bytes());
            let mut batch = Batch::default();
            batch.read(&mut input).expect("lines");
            let lines: Vec<_> = batch.lines.iter().map(|line| &text[line.clone()]).collect();
            prop_assert_eq!(lines, text.split_inclusive('\n').collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_line_without_an_end_is_not_read_to_it() {
        let mut batch = Batch::default();
        assert_eq!(batch.read(&mut BufReader::new(std::io::repeat(b'a'))).ok(), Some(true));
        assert_eq!((batch.len(), batch.bytes.len()), (1, LONGEST + 2));
    }
}
