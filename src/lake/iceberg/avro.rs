//! How large an Avro object becomes, found out before it is read (Avro specification, "Object Container Files").

use std::io::{self, Read};

use flate2::read::DeflateDecoder;

/// The most that the blocks of an object may take together, unpacked, in bytes.
const LONGEST: u64 = 256 << 20;

/// Whether an object is whole, takes no more than [`LONGEST`], and has no record without a byte, of which a block could
/// claim any number.
pub fn is_bounded(object: &[u8]) -> bool {
    bounded(object).is_some()
}

fn bounded(object: &[u8]) -> Option<()> {
    let mut rest = Rest(object.strip_prefix(b"Obj\x01")?);
    let codec = codec(&mut rest)?;
    let (mark, mut left) = (rest.take(16)?, LONGEST);
    while !rest.0.is_empty() {
        let (records, length) = (rest.length()?, rest.length()?);
        let block = rest.take(length)?;
        let unpacked = codec.unpacked(block, left).filter(|unpacked| *unpacked >= records as u64)?;
        left = left.checked_sub(unpacked)?;
        (rest.take(16)? == mark).then_some(())?;
    }
    Some(())
}

/// How blocks are packed.
#[derive(Clone, Copy)]
enum Codec {
    Null,
    Deflate,
    Snappy,
    Zstandard,
}

impl Codec {
    fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"null" => Codec::Null,
            b"deflate" => Codec::Deflate,
            b"snappy" => Codec::Snappy,
            b"zstandard" => Codec::Zstandard,
            _ => return None,
        })
    }

    /// How many bytes a block has, unpacked; more than `most` of them are not all counted.
    fn unpacked(self, block: &[u8], most: u64) -> Option<u64> {
        let counted = |reader: &mut dyn Read| io::copy(&mut reader.take(most + 1), &mut io::sink()).ok();
        match self {
            Codec::Null => Some(block.len() as u64),
            Codec::Deflate => counted(&mut DeflateDecoder::new(block)),
            // A checksum of four bytes is behind it.
            Codec::Snappy => {
                let packed = block.split_last_chunk::<4>()?.0;
                snap::raw::decompress_len(packed).ok().map(|length| length as u64)
            }
            Codec::Zstandard => counted(&mut zstd::Decoder::new(block).ok()?),
        }
    }
}

/// The codec that the pairs of the header name.
fn codec(header: &mut Rest<'_>) -> Option<Codec> {
    let mut codec = Codec::Null;
    loop {
        let pairs = match header.number()? {
            0 => return Some(codec),
            // The pairs' length in bytes stands behind a count below 0.
            count if count < 0 => header.number().map(|_| count.unsigned_abs())?,
            count => count.unsigned_abs(),
        };
        for _ in 0..pairs {
            let (key, value) = (header.text()?, header.text()?);
            if key == b"avro.codec" {
                codec = Codec::named(value)?;
            }
        }
    }
}

/// What is left of an object.
struct Rest<'o>(&'o [u8]);

impl<'o> Rest<'o> {
    fn take(&mut self, length: usize) -> Option<&'o [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// A `long`: seven bits a byte, the lowest first, with the sign in the lowest.
    fn number(&mut self) -> Option<i64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some((number >> 1) as i64 ^ -((number & 1) as i64));
            }
        }
        None
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn text(&mut self) -> Option<&'o [u8]> {
        let length = self.length()?;
        self.take(length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::DeflateEncoder};

    use super::*;

    fn number(number: i64) -> Vec<u8> {
        let (mut left, mut bytes) = (((number << 1) ^ (number >> 63)) as u64, Vec::new());
        while left >= 0x80 {
            bytes.push(left as u8 | 0x80);
            left >>= 7;
        }
        bytes.push(left as u8);
        bytes
    }

    fn text(text: &[u8]) -> Vec<u8> {
        [number(text.len() as i64), text.to_vec()].concat()
    }

    /// An object of one block.
    fn object(codec: &str, records: i64, block: &[u8]) -> Vec<u8> {
        let pairs = [number(1), text(b"avro.codec"), text(codec.as_bytes()), number(0)].concat();
        let block = [number(records), text(block)].concat();
        [&b"Obj\x01"[..], &pairs, &[7; 16], &block, &[7; 16]].concat()
    }

    fn deflated(length: u64) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        io::copy(&mut io::repeat(0).take(length), &mut encoder).expect("in memory");
        encoder.flush().expect("in memory");
        encoder.finish().expect("in memory")
    }

    #[test]
    fn what_becomes_too_large_is_told_before_it_is_read() {
        assert!(is_bounded(&object("null", 2, b"ab")) && is_bounded(&object("deflate", 9, &deflated(1 << 20))));
        assert!(!is_bounded(&object("deflate", 9, &deflated(LONGEST + 1))));
        let vast = [&[0xff, 0xff, 0xff, 0xff, 0x0f][..], &[0; 4]].concat();
        assert!(!is_bounded(&object("snappy", 1, &vast)));
        let zeros = zstd::encode_all(io::repeat(0).take(LONGEST + 1), 1).expect("in memory");
        assert!(!is_bounded(&object("zstandard", 1, &zeros)));
    }

    #[test]
    fn records_of_nothing_and_what_is_not_whole_are_refused() {
        assert!(!is_bounded(&object("null", 3, b"ab")) && !is_bounded(&object("null", -1, b"ab")));
        assert!(!is_bounded(&object("null", 1 << 60, b"")) && !is_bounded(&object("xz", 1, b"ab")));
        let whole = object("null", 2, b"ab");
        assert!((1..20).all(|cut| !is_bounded(&whole[..whole.len() - cut])));
    }
}
