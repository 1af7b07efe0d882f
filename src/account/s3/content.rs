//! What is written: pieces that are seen as one run of bytes.

use std::ops::Range;

use aws_smithy_checksums::ChecksumAlgorithm;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;

/// The bytes of one object, in pieces of any length.
pub(super) struct Content<'c> {
    pieces: &'c [Bytes],
}

impl<'c> Content<'c> {
    pub(super) fn of(pieces: &'c [Bytes]) -> Self {
        Content { pieces }
    }

    /// In bytes.
    pub(super) fn size(&self) -> usize {
        self.pieces.iter().map(Bytes::len).sum()
    }

    /// The CRC-64/NVME of the whole, in base64 as S3 writes it.
    pub(super) fn crc64(&self) -> String {
        crc64(self.pieces)
    }

    /// A part of the whole; copied only where it spans pieces.
    pub(super) fn part(&self, range: Range<usize>) -> Bytes {
        let parts = self.overlapping(&range);
        match parts.as_slice() {
            [one] => one.clone(),
            parts => parts.concat().into(),
        }
    }

    fn overlapping(&self, range: &Range<usize>) -> Vec<Bytes> {
        let mut start = 0;
        let cut = |piece: &Bytes| {
            let here = start..start + piece.len();
            start = here.end;
            let (from, to) = (range.start.max(here.start), range.end.min(here.end));
            (from < to).then(|| piece.slice(from - here.start..to - here.start))
        };
        self.pieces.iter().filter_map(cut).collect()
    }
}

/// The CRC-64/NVME of some pieces in a row, in base64 as S3 writes it.
pub(super) fn crc64(pieces: &[Bytes]) -> String {
    let mut checksum = ChecksumAlgorithm::Crc64Nvme.into_impl();
    pieces.iter().for_each(|piece| checksum.update(piece));
    BASE64_STANDARD.encode(checksum.finalize())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn checksum_is_the_published_one() {
        // The check value of CRC-64/NVME: its checksum of "123456789".
        let check = BASE64_STANDARD.encode(0xAE8B_1486_0A79_9888_u64.to_be_bytes());
        assert_eq!(crc64(&[Bytes::from_static(b"1234"), Bytes::from_static(b"56789")]), check);
    }

    proptest! {
        #[test]
        fn a_part_is_what_it_is_of_the_whole(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..6),
            at in 0usize..50, length in 0usize..50,
        ) {
            let whole = pieces.concat();
            let range = at.min(whole.len())..(at + length).min(whole.len());
            let pieces: Vec<Bytes> = pieces.into_iter().map(Bytes::from).collect();
            let content = Content::of(&pieces);
            prop_assert_eq!(content.size(), whole.len());
            prop_assert_eq!(&content.part(range.clone())[..], &whole[range]);
        }
    }
}
