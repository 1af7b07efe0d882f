//! Deletion vectors: deleted rows of one object as a bitmap. Delta Lake and Iceberg write the same one.
//!
//! Its length (big-endian), four bytes of magic, a 64-bit Roaring bitmap in the portable format, and a CRC-32 (big-endian) of
//! magic and bitmap: Delta protocol, "Deletion Vector Format"; Iceberg Puffin spec, `deletion-vector-v1`.

use std::ops::Range;

use roaring::RoaringTreemap;

use super::{Deletes, LakeError, Marks, Of};
use crate::account::store::Object;

const MAGIC: [u8; 4] = [0xd1, 0xd3, 0x39, 0x64];

const DAMAGED: LakeError = LakeError::Deletes("a deletion vector is damaged");

/// A deletion vector in an object of its own.
pub struct Vector {
    pub object: Object,
    /// The vector, from its length to its checksum.
    pub range: Range<u64>,
    /// How many rows it deletes, as the log says.
    pub rows: u64,
}

impl Deletes for Vector {
    fn object(&self) -> Option<&Object> {
        Some(&self.object)
    }

    fn rows(&self) -> Option<u64> {
        Some(self.rows)
    }

    fn mark(&self, of: &Of<'_>, rows: &mut Marks) -> Result<(), LakeError> {
        if self.range.end - self.range.start > of.longest {
            return Err(LakeError::Deletes("a deletion vector is too long for `[limits] memory`"));
        }
        mark(&bitmap_of(&(of.read)(&self.object, self.range.clone())?).ok_or(DAMAGED)?, self.rows, rows)
    }
}

/// A deletion vector that stands in the log itself.
#[cfg(feature = "delta")]
pub struct Inline {
    pub bitmap: RoaringTreemap,
    /// How many rows it deletes, as the log says.
    pub rows: u64,
}

#[cfg(feature = "delta")]
impl Deletes for Inline {
    fn object(&self) -> Option<&Object> {
        None
    }

    fn rows(&self) -> Option<u64> {
        Some(self.rows)
    }

    fn mark(&self, _: &Of<'_>, rows: &mut Marks) -> Result<(), LakeError> {
        mark(&self.bitmap, self.rows, rows)
    }
}

/// The bitmap of a whole vector; none where its length, magic or checksum is wrong.
fn bitmap_of(vector: &[u8]) -> Option<RoaringTreemap> {
    let (length, rest) = vector.split_first_chunk::<4>()?;
    let (content, checksum) = rest.split_last_chunk::<4>()?;
    let whole = u32::from_be_bytes(*length) as usize == content.len()
        && u32::from_be_bytes(*checksum) == crc32fast::hash(content);
    let bitmap = content.strip_prefix(&MAGIC).filter(|_| whole)?;
    RoaringTreemap::deserialize_from(bitmap).ok()
}

fn mark(bitmap: &RoaringTreemap, announced: u64, rows: &mut Marks) -> Result<(), LakeError> {
    if bitmap.len() != announced {
        return Err(LakeError::Deletes("a deletion vector has not as many rows as the log says"));
    }
    bitmap.iter().try_for_each(|row| rows.delete(row))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(rows: &[u64]) -> Vec<u8> {
        let mut content = MAGIC.to_vec();
        rows.iter().copied().collect::<RoaringTreemap>().serialize_into(&mut content).expect("in memory");
        let length = u32::try_from(content.len()).expect("short").to_be_bytes();
        [&length[..], &content, &crc32fast::hash(&content).to_be_bytes()].concat()
    }

    fn read(vector: &[u8], announced: u64) -> Result<Vec<bool>, LakeError> {
        let mut rows = Marks::all(100, 13)?;
        mark(&bitmap_of(vector).ok_or(DAMAGED)?, announced, &mut rows)?;
        Ok(rows.finish().iter().collect())
    }

    proptest! {
        #[test]
        fn deleted_rows_and_no_others_are_marked(deleted in proptest::collection::btree_set(0u64..100, 0..100)) {
            let rows: Vec<u64> = deleted.iter().copied().collect();
            let stays = read(&written(&rows), rows.len() as u64).expect("is sound");
            prop_assert!(stays.iter().enumerate().all(|(row, stays)| *stays != deleted.contains(&(row as u64))));
        }

        #[test]
        fn a_changed_vector_is_refused(at in 0usize..40, bit in 0u8..8) {
            let mut vector = written(&[3, 5, 99]);
            let at = at % vector.len();
            vector[at] ^= 1 << bit;
            prop_assert!(read(&vector, 3).is_err());
        }
    }

    #[test]
    fn rows_that_are_not_there_are_refused() {
        assert!(read(&written(&[100]), 1).is_err());
        assert!(read(&written(&[1 << 40]), 1).is_err());
        assert!(read(&written(&[1, 2]), 1).is_err(), "more than the log says");
        assert!(read(&[], 0).is_err());
        assert!(Marks::all(1 << 50, 1 << 30).is_err() && Marks::all(105, 13).is_err(), "a claim is no memory");
    }
}
