//! Objects that are packed whole: gzip (RFC 1952) and Zstandard (RFC 8878), unpacked as a stream.

use std::io::{self, BufRead, BufReader, Read, Write};

use flate2::bufread::MultiGzDecoder;
use flate2::{Compression, GzBuilder};

/// The largest window of Zstandard that is taken, as the logarithm of its bytes: what `zstd` itself takes unasked.
const WINDOW_LOG: u32 = 27;
/// The level of Zstandard on output.
const LEVEL: i32 = 3;

/// How the bytes of an object are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    None,
    /// One or more members.
    Gzip,
    /// One or more frames.
    Zstd,
}

/// What is wrong with a packed object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PackingFault {
    #[error("the packed object is cut off")]
    CutOff,
    #[error("the packed object is damaged, or something lies behind its end")]
    Damaged,
}

impl Packing {
    /// The packing that an object's name says: `.gz`, `.zst` or neither, in any case.
    pub fn of(name: &str) -> Self {
        let ending = name.rsplit('.').next().unwrap_or_default();
        match ending {
            ending if ending.eq_ignore_ascii_case("gz") => Packing::Gzip,
            ending if ending.eq_ignore_ascii_case("zst") => Packing::Zstd,
            _ => Packing::None,
        }
    }

    /// The bytes inside, unpacked as they are read.
    ///
    /// # Errors
    /// Where the unpacker cannot be made. What is wrong with the bytes is an error of the reads.
    pub fn unpack(self, input: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
        let input = BufReader::new(input);
        Ok(match self {
            Packing::None => Box::new(input),
            Packing::Gzip => Box::new(Unpack { unpacker: MultiGzDecoder::new(NotEmpty::new(input)) }),
            Packing::Zstd => {
                let mut unpacker = zstd::stream::read::Decoder::with_buffer(NotEmpty::new(input))?;
                unpacker.window_log_max(WINDOW_LOG)?;
                Box::new(Unpack { unpacker })
            }
        })
    }

    /// A writer that packs; equal input gives equal bytes, as no time and no name stands in the header.
    ///
    /// # Errors
    /// Where the packer cannot be made.
    pub fn pack<W: Write>(self, output: W) -> io::Result<Pack<W>> {
        Ok(match self {
            Packing::None => Pack(Packer::None(output)),
            Packing::Gzip => Pack(Packer::Gzip(GzBuilder::new().mtime(0).write(output, Compression::default()))),
            Packing::Zstd => {
                let mut packer = zstd::stream::write::Encoder::new(output, LEVEL)?;
                packer.include_checksum(true)?;
                Pack(Packer::Zstd(packer))
            }
        })
    }
}

/// What [`Packing::pack`] makes.
pub struct Pack<W: Write>(Packer<W>);

enum Packer<W: Write> {
    None(W),
    Gzip(flate2::write::GzEncoder<W>),
    Zstd(zstd::stream::write::Encoder<'static, W>),
}

impl<W: Write> Pack<W> {
    /// Writes what is left and gives the output back; without it the object is cut off.
    ///
    /// # Errors
    /// What the output says.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            Packer::None(mut output) => output.flush().map(|()| output),
            Packer::Gzip(packer) => packer.finish(),
            Packer::Zstd(packer) => packer.finish(),
        }
    }
}

impl<W: Write> Write for Pack<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Packer::None(output) => output.write(bytes),
            Packer::Gzip(packer) => packer.write(bytes),
            Packer::Zstd(packer) => packer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Packer::None(output) => output.flush(),
            Packer::Gzip(packer) => packer.flush(),
            Packer::Zstd(packer) => packer.flush(),
        }
    }
}

/// An unpacker whose errors are told apart from those of the storage below it.
struct Unpack<R> {
    unpacker: R,
}

impl<R: Read> Read for Unpack<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.unpacker.read(out).map_err(|error| match error.get_ref().is_some_and(|inner| inner.is::<Below>()) {
            true => io::Error::from(error.kind()),
            false if error.kind() == io::ErrorKind::Interrupted => error,
            false if error.kind() == io::ErrorKind::UnexpectedEof => io::Error::other(PackingFault::CutOff),
            false => io::Error::other(PackingFault::Damaged),
        })
    }
}

/// Marks an error of the storage below the unpacker.
#[derive(Debug, thiserror::Error)]
#[error("the storage failed")]
struct Below;

/// Packed bytes: none at all are a packed object that was cut off, which unpackers may take for an empty one.
struct NotEmpty<R> {
    inner: R,
    any: bool,
}

impl<R> NotEmpty<R> {
    fn new(inner: R) -> Self {
        NotEmpty { inner, any: false }
    }
}

impl<R: BufRead> Read for NotEmpty<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let length = ready.len().min(out.len());
        out[..length].copy_from_slice(&ready[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for NotEmpty<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let ready = match self.inner.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            ready => ready.map_err(|error| io::Error::new(error.kind(), Below))?,
        };
        match self.any || !ready.is_empty() {
            true => self.any = true,
            false => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        Ok(ready)
    }

    fn consume(&mut self, length: usize) {
        self.inner.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Packing; 3] = [Packing::None, Packing::Gzip, Packing::Zstd];

    fn packed(packing: Packing, text: &[u8]) -> Vec<u8> {
        let mut pack = packing.pack(Vec::new()).expect("a packer");
        pack.write_all(text).expect("written");
        pack.finish().expect("finished")
    }

    fn unpacked(packing: Packing, bytes: Vec<u8>) -> Result<Vec<u8>, super::super::Fault> {
        let mut out = Vec::new();
        packing.unpack(Box::new(io::Cursor::new(bytes)))?.read_to_end(&mut out)?;
        Ok(out)
    }

    #[test]
    fn the_name_says_the_packing() {
        let names = [("a.csv", Packing::None), ("a.csv.gz", Packing::Gzip), ("a.json.ZST", Packing::Zstd)];
        names.into_iter().for_each(|(name, packing)| assert_eq!(Packing::of(name), packing));
    }

    #[test]
    fn what_was_packed_comes_back_in_one_part_or_in_two() {
        for packing in KINDS {
            let two = [packed(packing, b"ab"), packed(packing, b"cd")].concat();
            assert_eq!(unpacked(packing, two), Ok(b"abcd".to_vec()));
        }
    }

    #[test]
    fn packed_bytes_are_the_same_every_time() {
        let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        assert_eq!(packed(Packing::Gzip, b"abc")[..10], header);
        KINDS.into_iter().for_each(|packing| assert_eq!(packed(packing, b"abc"), packed(packing, b"abc")));
    }

    #[test]
    fn every_cut_and_every_byte_behind_the_end_is_refused() {
        for packing in [Packing::Gzip, Packing::Zstd] {
            let whole = packed(packing, b"some text that is packed");
            for length in 0..whole.len() {
                assert!(unpacked(packing, whole[..length].to_vec()).is_err(), "{packing:?} cut at {length}");
            }
            for garbage in [&b"x"[..], b"\0", b"\x1f", b"garbage that is longer than a header"] {
                let longer = [&whole[..], garbage].concat();
                assert!(unpacked(packing, longer).is_err(), "{packing:?} with {} bytes behind it", garbage.len());
            }
        }
    }

    #[test]
    fn every_changed_byte_of_the_content_is_refused() {
        for packing in [Packing::Gzip, Packing::Zstd] {
            let whole = packed(packing, b"some text that is packed");
            for at in whole.len() - 6..whole.len() {
                let mut changed = whole.clone();
                changed[at] ^= 1;
                assert!(unpacked(packing, changed).is_err(), "{packing:?} changed at {at}");
            }
        }
    }

    #[test]
    fn an_error_of_the_storage_is_not_blamed_on_the_packing() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        for packing in KINDS {
            let error = packing.unpack(Box::new(Broken)).expect("an unpacker").read(&mut [0; 8]).expect_err("broken");
            assert_eq!(super::super::Fault::from(error), super::super::Fault::Storage(io::ErrorKind::ConnectionReset));
        }
    }
}
