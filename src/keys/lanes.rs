//! The keyed hash under every pseudonym: BLAKE3, 16 short values at a time.
//!
//! A value of up to 63 bytes is padded with zeros to one block of 64 whose last byte is the value's
//! length. A longer one is hashed whole, followed by one `0xFF`. No two values give the same bytes, and
//! every result equals `blake3::keyed_hash` of those bytes.
//!
//! The many-lanes code is no part of blake3's promised interface, so the crate is pinned and this file
//! alone calls it. A key trusts the lanes only after they have agreed with the public function; where
//! there are none, or they disagree, values are hashed one by one, with the same results.

use blake3::IncrementCounter;
use blake3::platform::Platform;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The size of a BLAKE3 block in bytes.
const BLOCK: usize = 64;

/// Values hashed at once; the widest that BLAKE3 has code for.
const LANES: usize = 16;

// The flags of a block that is first, last and only, under a key: the BLAKE3 paper, table 3.
const CHUNK_START: u8 = 1;
const CHUNK_END: u8 = 2;
const ROOT: u8 = 8;
const KEYED_HASH: u8 = 16;

/// The key of one domain of one customer and epoch; wiped when dropped, never shown.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct DomainKey {
    bytes: [u8; 32],
    words: [u32; 8],
    #[zeroize(skip)]
    lanes: Option<Platform>,
}

impl DomainKey {
    /// A key of 32 bytes that nobody can guess.
    pub fn new(bytes: [u8; 32]) -> Self {
        let words = std::array::from_fn(|at| {
            u32::from_le_bytes([bytes[4 * at], bytes[4 * at + 1], bytes[4 * at + 2], bytes[4 * at + 3]])
        });
        let mut key = DomainKey { bytes, words, lanes: None };
        key.lanes = key.trusted(Platform::detect());
        key
    }

    /// The keyed hash of one value.
    pub fn hash(&self, value: &[u8]) -> [u8; 32] {
        if value.len() < BLOCK {
            let mut block = [0; BLOCK];
            pad(value, &mut block);
            return self.hash_block(&block);
        }
        let mut hasher = blake3::Hasher::new_keyed(&self.bytes);
        hasher.update(value).update(&[0xff]);
        *hasher.finalize().as_bytes()
    }

    /// Hands on the keyed hash of every value with the number that came with it, in the order they came.
    ///
    /// Nothing is allocated.
    pub fn hash_each<V: AsRef<[u8]>>(
        &self,
        values: impl Iterator<Item = (usize, V)>,
        mut each: impl FnMut(usize, &[u8; 32]),
    ) {
        let mut waiting = Waiting::new();
        for (number, value) in values {
            let value = value.as_ref();
            if value.len() < BLOCK {
                pad(value, &mut waiting.blocks[waiting.filled]);
                waiting.numbers[waiting.filled] = number;
                waiting.filled += 1;
                if waiting.filled == LANES {
                    waiting.flush(self, &mut each);
                }
            } else {
                waiting.flush(self, &mut each);
                each(number, &self.hash(value));
            }
        }
        waiting.flush(self, &mut each);
    }

    fn hash_block(&self, block: &[u8; BLOCK]) -> [u8; 32] {
        *blake3::keyed_hash(&self.bytes, block).as_bytes()
    }

    /// Hashes up to 16 blocks at once.
    fn hash_blocks(&self, blocks: &[[u8; BLOCK]], hashes: &mut [[u8; 32]; LANES]) {
        match self.lanes {
            Some(platform) => self.hash_lanes(platform, blocks, hashes),
            None => blocks.iter().zip(hashes).for_each(|(block, hash)| *hash = self.hash_block(block)),
        }
    }

    fn hash_lanes(&self, platform: Platform, blocks: &[[u8; BLOCK]], hashes: &mut [[u8; 32]; LANES]) {
        let last = blocks.len().saturating_sub(1);
        let each: [&[u8; BLOCK]; LANES] = std::array::from_fn(|lane| &blocks[lane.min(last)]);
        platform.hash_many(
            &each[..blocks.len()],
            &self.words,
            0,
            IncrementCounter::No,
            KEYED_HASH,
            CHUNK_START,
            CHUNK_END | ROOT,
            hashes.as_flattened_mut(),
        );
    }

    /// The platform, where it has lanes and they give what the public function gives.
    fn trusted(&self, platform: Platform) -> Option<Platform> {
        if platform.simd_degree() == 1 {
            return None;
        }
        let blocks: [[u8; BLOCK]; LANES] = std::array::from_fn(|lane| [lane as u8; BLOCK]);
        let mut hashes = [[0; 32]; LANES];
        self.hash_lanes(platform, &blocks, &mut hashes);
        blocks.iter().zip(&hashes).all(|(block, hash)| self.hash_block(block) == *hash).then_some(platform)
    }
}

/// Padded values that wait until there are enough to fill the lanes.
struct Waiting {
    blocks: [[u8; BLOCK]; LANES],
    numbers: [usize; LANES],
    filled: usize,
    hashes: [[u8; 32]; LANES],
}

impl Waiting {
    fn new() -> Self {
        Waiting { blocks: [[0; BLOCK]; LANES], numbers: [0; LANES], filled: 0, hashes: [[0; 32]; LANES] }
    }

    fn flush(&mut self, key: &DomainKey, each: &mut impl FnMut(usize, &[u8; 32])) {
        if self.filled == 0 {
            return;
        }
        key.hash_blocks(&self.blocks[..self.filled], &mut self.hashes);
        for (number, hash) in self.numbers[..self.filled].iter().zip(&self.hashes) {
            each(*number, hash);
        }
        self.filled = 0;
    }
}

/// Pads a value of at most 63 bytes.
fn pad(value: &[u8], block: &mut [u8; BLOCK]) {
    *block = [0; BLOCK];
    block[..value.len()].copy_from_slice(value);
    block[BLOCK - 1] = value.len() as u8;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &[u8; 32] = b"whats the Elvish word for friend";

    /// The definition, in the words of the public interface only.
    fn defined(value: &[u8]) -> [u8; 32] {
        let mut bytes = value.to_vec();
        if value.len() < 64 {
            bytes.resize(63, 0);
            bytes.push(value.len() as u8);
        } else {
            bytes.push(0xff);
        }
        *blake3::keyed_hash(KEY, &bytes).as_bytes()
    }

    fn hex(hash: &[u8; 32]) -> String {
        blake3::Hash::from_bytes(*hash).to_hex().to_string()
    }

    /// From BLAKE3's published test vectors: input bytes count up to 250 and start again.
    #[test]
    fn primitive_gives_the_published_vectors() {
        let vectors = [
            (0, "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26"),
            (8, "be2f5495c61cba1bb348a34948c004045e3bd4dae8f0fe82bf44d0da245a0600"),
            (64, "ba8ced36f327700d213f120b1a207a3b8c04330528586f414d09f2f7d9ccb7e6"),
            (129, "d4a64dae6cdccbac1e5287f54f17c5f985105457c1a2ec1878ebd4b57e20d38f"),
            (1024, "75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4"),
        ];
        for (length, published) in vectors {
            let input: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            assert_eq!(hex(blake3::keyed_hash(KEY, &input).as_bytes()), published);
        }
    }

    #[test]
    fn lanes_give_the_published_vector_of_one_block() {
        let block: [u8; BLOCK] = std::array::from_fn(|at| at as u8);
        let (key, mut hashes) = (DomainKey::new(*KEY), [[0; 32]; LANES]);
        key.hash_lanes(Platform::detect(), &[block; LANES], &mut hashes);
        for hash in &hashes {
            assert_eq!(hex(hash), "ba8ced36f327700d213f120b1a207a3b8c04330528586f414d09f2f7d9ccb7e6");
        }
    }

    #[test]
    fn lanes_are_trusted_where_the_machine_has_them() {
        assert_eq!(DomainKey::new(*KEY).lanes.is_some(), Platform::detect().simd_degree() > 1);
    }

    #[test]
    fn every_length_is_hashed_as_defined() {
        let key = DomainKey::new(*KEY);
        let bytes = [0xa5; 200];
        for length in 0..=bytes.len() {
            assert_eq!(key.hash(&bytes[..length]), defined(&bytes[..length]), "{length}");
        }
    }

    #[test]
    fn values_that_end_in_padding_stay_apart() {
        let key = DomainKey::new(*KEY);
        assert_ne!(key.hash(b"a"), key.hash(b"a\0"));
        let mut padded = [0; 64];
        pad(b"a", &mut padded);
        assert_ne!(key.hash(b"a"), key.hash(&padded));
    }

    proptest! {
        #[test]
        fn many_equal_one_by_one(values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..40)) {
            for lanes in [None, DomainKey::new(*KEY).lanes] {
                let mut key = DomainKey::new(*KEY);
                key.lanes = lanes;
                let mut seen = Vec::new();
                key.hash_each(values.iter().enumerate(), |number, hash| seen.push((number, *hash)));
                let expected: Vec<_> = values.iter().map(|value| defined(value)).enumerate().collect();
                prop_assert_eq!(seen, expected);
            }
        }
    }
}
