//! Keyed BLAKE3 of 16 short values at a time, as `src/keys/lanes.rs` of verho defines it.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, StringArray};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::DataType;
use blake3::IncrementCounter;
use blake3::platform::Platform;

const LANES: usize = 16;
const BLOCK: usize = 64;
pub const TOKEN: usize = 16;

// The flags of a block that is first, last and only, under a key: the BLAKE3 paper, table 3.
const FIRST: u8 = 1;
const LAST_AND_ROOT: u8 = 2 | 8;
const KEYED: u8 = 16;

pub struct Key {
    bytes: [u8; 32],
    words: [u32; 8],
    platform: Platform,
}

impl Key {
    pub fn new(bytes: [u8; 32]) -> Self {
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        Key { bytes, words: std::array::from_fn(|at| word(4 * at)), platform: Platform::detect() }
    }

    /// Hashes a whole column.
    pub fn hash(&self, column: &ArrayRef) -> ArrayRef {
        match column.data_type() {
            DataType::Utf8 => Arc::new(self.strings(column.as_string())),
            DataType::Int64 => Arc::new(self.integers(column.as_primitive())),
            other => panic!("no hash for {other}"),
        }
    }

    pub fn strings(&self, column: &StringArray) -> StringArray {
        let rows = column.len();
        let mut tokens = vec![0; rows * TOKEN];
        let mut waiting = Waiting { blocks: [[0; BLOCK]; LANES], rows: [0; LANES], filled: 0 };
        for row in 0..rows {
            let value = column.value(row).as_bytes();
            if value.len() < BLOCK {
                waiting.push(self, row, value, &mut tokens);
            } else {
                let mut hasher = blake3::Hasher::new_keyed(&self.bytes);
                hasher.update(value).update(&[0xff]);
                letters(hasher.finalize().as_bytes(), &mut tokens[row * TOKEN..]);
            }
        }
        waiting.flush(self, &mut tokens);
        let offsets = OffsetBuffer::from_repeated_length(TOKEN, rows);
        StringArray::new(offsets, tokens.into(), column.nulls().cloned())
    }

    pub fn integers(&self, column: &Int64Array) -> Int64Array {
        let mut hashed = vec![0; column.len()];
        let mut blocks = [[0; BLOCK]; LANES];
        blocks.iter_mut().for_each(|block| block[BLOCK - 1] = 8);
        let mut hashes = [[0; 32]; LANES];
        for (values, results) in column.values().chunks(LANES).zip(hashed.chunks_mut(LANES)) {
            for (value, block) in values.iter().zip(&mut blocks) {
                block[..8].copy_from_slice(&value.to_le_bytes());
            }
            self.many(&blocks[..values.len()], &mut hashes);
            for (hash, result) in hashes.iter().zip(results) {
                *result = i64::from_le_bytes(std::array::from_fn(|at| hash[at])) & i64::MAX;
            }
        }
        Int64Array::new(hashed.into(), column.nulls().cloned())
    }

    fn many(&self, blocks: &[[u8; BLOCK]], hashes: &mut [[u8; 32]; LANES]) {
        let each: [&[u8; BLOCK]; LANES] = std::array::from_fn(|lane| &blocks[lane.min(blocks.len() - 1)]);
        let (each, no) = (&each[..blocks.len()], IncrementCounter::No);
        self.platform.hash_many(each, &self.words, 0, no, KEYED, FIRST, LAST_AND_ROOT, hashes.as_flattened_mut());
    }
}

/// Padded values that wait until they fill the lanes.
struct Waiting {
    blocks: [[u8; BLOCK]; LANES],
    rows: [usize; LANES],
    filled: usize,
}

impl Waiting {
    fn push(&mut self, key: &Key, row: usize, value: &[u8], tokens: &mut [u8]) {
        let block = &mut self.blocks[self.filled];
        *block = [0; BLOCK];
        block[..value.len()].copy_from_slice(value);
        block[BLOCK - 1] = value.len() as u8;
        self.rows[self.filled] = row;
        self.filled += 1;
        if self.filled == LANES {
            self.flush(key, tokens);
        }
    }

    fn flush(&mut self, key: &Key, tokens: &mut [u8]) {
        if self.filled == 0 {
            return;
        }
        let mut hashes = [[0; 32]; LANES];
        key.many(&self.blocks[..self.filled], &mut hashes);
        for (hash, row) in hashes.iter().zip(&self.rows[..self.filled]) {
            letters(hash, &mut tokens[row * TOKEN..]);
        }
        self.filled = 0;
    }
}

/// Writes the first 80 bits of a hash as 16 base32 letters.
fn letters(hash: &[u8; 32], token: &mut [u8]) {
    const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let high = u64::from_be_bytes([0, 0, 0, hash[0], hash[1], hash[2], hash[3], hash[4]]);
    let low = u64::from_be_bytes([0, 0, 0, hash[5], hash[6], hash[7], hash[8], hash[9]]);
    for at in 0..8 {
        token[at] = BASE32[(high >> (35 - 5 * at)) as usize & 31];
        token[at + 8] = BASE32[(low >> (35 - 5 * at)) as usize & 31];
    }
}
