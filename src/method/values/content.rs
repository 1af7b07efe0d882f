//! Choices from the keyed hashes of a column's values.

use arrow::array::Array;

use super::hash_rows;
use crate::keys::lanes::DomainKey;
use crate::method::ApplyError;

/// 64 bits of a hash.
#[inline]
pub fn word<const AT: usize>(hash: &[u8; 32]) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|byte| hash[8 * AT + byte]))
}

/// A number below `end`, which is from 1, from 64 bits; each with the same chance, but for one in 2^64 / `end`.
#[inline]
pub fn below(word: u64, end: usize) -> usize {
    ((u128::from(word) * end as u128) >> 64) as usize
}

/// The first half of the keyed hash of every row's value; zeros where that is null.
pub fn row_hashes(key: &DomainKey, array: &dyn Array) -> Vec<u128> {
    let mut hashes = vec![0; array.len()];
    hash_rows(key, array, |row, hash| hashes[row] = half(hash));
    hashes
}

#[inline]
fn half(hash: &[u8; 32]) -> u128 {
    u128::from_le_bytes(std::array::from_fn(|byte| hash[byte]))
}

/// All values of a row group that are not null, and choices that hang on every one of them.
pub struct Content {
    /// The rows, in order, each with a hash that equal values share.
    pub values: Vec<(u128, u32)>,
    key: DomainKey,
}

impl Content {
    /// Hashes the values under a key.
    ///
    /// # Errors
    /// Where there are more than 2^32 rows.
    pub fn of(key: &DomainKey, array: &dyn Array) -> Result<Self, ApplyError> {
        let rows = array.len();
        u32::try_from(rows).map_err(|_| ApplyError::TooLong { rows })?;
        let mut values = Vec::with_capacity(rows);
        let mut all = Vec::with_capacity(rows * 20);
        hash_rows(key, array, |row, hash| {
            values.push((half(hash), row as u32));
            all.extend_from_slice(&hash[..16]);
            all.extend_from_slice(&(row as u32).to_le_bytes());
        });
        Ok(Content { values, key: DomainKey::new(key.hash(&all)) })
    }

    /// A word for each row.
    pub fn words(&self, rows: usize) -> Vec<u64> {
        let mut words = Vec::with_capacity(rows);
        self.key.hash_each((0..rows).map(|row| (row, row as i128)), |_, hash| words.push(word::<0>(hash)));
        words
    }
}
