//! The codecs that every reader knows, with one context a thread.
//!
//! A library that makes a context for every column spends more on contexts than on pages where objects are small.

use std::cell::RefCell;
use std::io::Cursor;

use parquet::basic::Compression;

/// The level at which pages are compressed again: fast, and on what is written here as good as any.
const LEVEL: i32 = 1;

/// What a frame begins with that is not one to be skipped: RFC 8878, 3.1.1.
const ZSTD_FRAME: [u8; 4] = 0xfd2f_b528_u32.to_le_bytes();

thread_local! {
    static UNZSTD: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
    static ZSTD: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
}

/// Whether pages of this codec can be gone through to the last byte, and can leave as they are.
///
/// Gzip is not among them: its members have room for comments and its blocks for nothing at all.
pub fn is_common(codec: Compression) -> bool {
    matches!(codec, Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_))
}

/// Appends what some bytes were before compression, which has to be `length` bytes; none where it is not.
pub fn decompress(codec: Compression, bytes: &[u8], length: usize, out: &mut Vec<u8>) -> Option<()> {
    let start = out.len();
    out.reserve_exact(length);
    match codec {
        Compression::UNCOMPRESSED => out.extend_from_slice(bytes),
        Compression::SNAPPY => {
            out.resize(start + length, 0);
            snap::raw::Decoder::new().decompress(bytes, &mut out[start..]).ok().filter(|found| *found == length)?;
        }
        Compression::ZSTD(_) => {
            UNZSTD.with_borrow_mut(|context| {
                let mut behind = Cursor::new(&mut *out);
                behind.set_position(start as u64);
                made(context, zstd::bulk::Decompressor::new)?.decompress_to_buffer(bytes, &mut behind).ok()
            })?;
        }
        _ => return None,
    }
    (out.len() == start + length).then_some(())
}

/// Whether compressed bytes hold their content and nothing beside it.
///
/// Snappy has no room for more.
pub fn is_bare(codec: Compression, bytes: &[u8]) -> bool {
    !matches!(codec, Compression::ZSTD(_)) || one_frame(bytes).is_some()
}

/// Goes through one frame of Zstandard to its end, which has to be that of the bytes; none where a block is empty or a
/// dictionary is named. RFC 8878, 3.1.1.
fn one_frame(bytes: &[u8]) -> Option<()> {
    let descriptor = *bytes.strip_prefix(&ZSTD_FRAME)?.first()?;
    let (is_single, has_checksum) = (descriptor >> 5 & 1 == 1, descriptor >> 2 & 1 == 1);
    let content_size = [usize::from(is_single), 2, 4, 8][usize::from(descriptor >> 6)];
    if descriptor & 0b1011 != 0 {
        return None;
    }
    let mut rest = bytes.get(5 + usize::from(!is_single) + content_size..)?;
    loop {
        let (head, blocks) = rest.split_first_chunk::<3>()?;
        let head = u32::from_le_bytes([head[0], head[1], head[2], 0]);
        let (is_last, kind, size) = (head & 1 == 1, head >> 1 & 3, (head >> 3) as usize);
        // An empty block is how an empty frame ends, and nothing else.
        if kind == 3 || size == 0 && !(is_last && kind == 0) {
            return None;
        }
        rest = blocks.get(if kind == 1 { 1 } else { size }..)?;
        if is_last {
            break;
        }
    }
    (rest.len() == if has_checksum { 4 } else { 0 }).then_some(())
}

/// Some bytes, compressed; none where the codec is not a common one.
pub fn compress(codec: Compression, bytes: &[u8]) -> Option<Vec<u8>> {
    match codec {
        Compression::UNCOMPRESSED => Some(bytes.to_vec()),
        Compression::SNAPPY => snap::raw::Encoder::new().compress_vec(bytes).ok(),
        Compression::ZSTD(_) => {
            ZSTD.with_borrow_mut(|context| made(context, || zstd::bulk::Compressor::new(LEVEL))?.compress(bytes).ok())
        }
        _ => None,
    }
}

/// The context of this thread, made when it is first needed.
fn made<C>(context: &mut Option<C>, make: impl FnOnce() -> std::io::Result<C>) -> Option<&mut C> {
    if context.is_none() {
        *context = make().ok();
    }
    context.as_mut()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn common() -> [Compression; 3] {
        [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::ZSTD(Default::default())]
    }

    #[test]
    fn a_wrong_length_and_damage_are_noticed() {
        for codec in common() {
            let bytes = compress(codec, b"twelve bytes").expect("compressed");
            for wrong in [11, 13] {
                assert_eq!(decompress(codec, &bytes, wrong, &mut Vec::new()), None, "{codec:?} {wrong}");
            }
            let cut = &bytes[..bytes.len() - 3];
            assert_eq!(decompress(codec, cut, 12, &mut Vec::new()), None, "{codec:?}");
        }
        assert!(!is_common(Compression::LZ4) && compress(Compression::LZ4, b"").is_none());
    }

    #[test]
    fn frames_to_be_skipped_and_empty_blocks_are_noticed() {
        for codec in common() {
            assert!(is_bare(codec, &compress(codec, b"twelve bytes").expect("compressed")), "{codec:?}");
        }
        let zstd = Compression::ZSTD(Default::default());
        let frame = compress(zstd, b"twelve bytes").expect("compressed");
        // RFC 8878, 3.1.2: a magic number, a length, and anything.
        let skipped = [&0x184d_2a50_u32.to_le_bytes()[..], &4u32.to_le_bytes(), b"anna"].concat();
        for hidden in [[&frame[..], &skipped].concat(), [&skipped[..], &frame].concat()] {
            assert_eq!(decompress(zstd, &hidden, 12, &mut Vec::new()), Some(()));
            assert!(!is_bare(zstd, &hidden));
        }
        // A block that repeats a byte no time at all carries that byte.
        let mut empty = frame.clone();
        empty.splice(6..6, [0b010, 0, 0, b'a']);
        assert_eq!((is_bare(zstd, &frame), is_bare(zstd, &empty)), (true, false));
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            for codec in common() {
                let mut back = b"before".to_vec();
                let packed = compress(codec, &bytes).expect("compressed");
                prop_assert_eq!(decompress(codec, &packed, bytes.len(), &mut back), Some(()));
                prop_assert_eq!(&back[6..], &bytes);
            }
        }
    }
}
