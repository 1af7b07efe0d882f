//! The keyed hash under every pseudonym: BLAKE3, many short values at a time.
//!
//! A value of up to 63 bytes is padded with zeros to one block of 64 whose last byte is the value's
//! length. A longer one is hashed whole, followed by one `0xFF`. No two values give the same bytes, and
//! every result equals `blake3::keyed_hash` of those bytes.
//!
//! The many-lanes code is no part of blake3's promised interface, so the crate is pinned and this file
//! alone calls it: 16 values at once with AVX-512, 8 with AVX2, 4 with SSE4.1, SSE2 or NEON, whatever the
//! machine has. A key trusts the lanes only after they have agreed with the public function; where there are
//! none, or they disagree, values are hashed one by one, with the same results.

use std::array::from_fn;

use blake3::IncrementCounter;
use blake3::platform::Platform;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

mod pad;

pub use pad::{Block, Slice, Value};

use pad::{BLANK, BLOCK};

/// Values handed to BLAKE3 at once; the widest that it has code for.
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
        let words =
            from_fn(|at| u32::from_le_bytes([bytes[4 * at], bytes[4 * at + 1], bytes[4 * at + 2], bytes[4 * at + 3]]));
        let mut key = DomainKey { bytes, words, lanes: None };
        key.lanes = key.trusted(Platform::detect());
        key
    }

    /// The keyed hash of one value.
    pub fn hash(&self, value: &[u8]) -> [u8; 32] {
        let mut block = BLANK;
        match value.pad(&mut block) {
            None => self.hash_block(&block),
            Some(long) => self.hash_long(long),
        }
    }

    /// A key for something else than the hash: BLAKE3 `derive_key` of the context over the key's bytes.
    ///
    /// BLAKE3 keeps its modes apart, so that no value's hash tells anything of it.
    pub fn derive(&self, context: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(blake3::derive_key(context, &self.bytes))
    }

    /// Hands on the keyed hash of every value with the number that came with it, in the order they came.
    ///
    /// Nothing is allocated.
    pub fn hash_each<V: Value>(
        &self,
        mut values: impl Iterator<Item = (usize, V)>,
        mut each: impl FnMut(usize, &[u8; 32]),
    ) {
        let mut lanes = Lanes::of(V::BLANK);
        loop {
            let filled = lanes.fill(self, &mut values);
            lanes.hash(self, filled);
            lanes.numbers.iter().zip(&lanes.hashes).take(filled).for_each(|(number, hash)| each(*number, hash));
            if filled < LANES {
                return;
            }
        }
    }

    fn hash_block(&self, block: &Block) -> [u8; 32] {
        *blake3::keyed_hash(&self.bytes, block).as_bytes()
    }

    #[cold]
    fn hash_long(&self, value: &[u8]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.bytes);
        hasher.update(value).update(&[0xff]);
        *hasher.finalize().as_bytes()
    }

    /// Hashes up to 16 blocks at once.
    fn hash_blocks(&self, blocks: &[&Block], hashes: &mut [[u8; 32]; LANES]) {
        match self.lanes {
            Some(platform) => self.hash_lanes(platform, blocks, hashes),
            None => blocks.iter().zip(hashes).for_each(|(block, hash)| *hash = self.hash_block(block)),
        }
    }

    fn hash_lanes(&self, platform: Platform, blocks: &[&Block], hashes: &mut [[u8; 32]; LANES]) {
        platform.hash_many(
            blocks,
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
        let blocks: [Block; LANES] = from_fn(|lane| [lane as u8; BLOCK]);
        let mut hashes = [[0; 32]; LANES];
        self.hash_lanes(platform, &blocks.each_ref(), &mut hashes);
        blocks.iter().zip(&hashes).all(|(block, hash)| self.hash_block(block) == *hash).then_some(platform)
    }
}

/// Padded values on their way through the lanes.
struct Lanes {
    blocks: [Block; LANES],
    numbers: [usize; LANES],
    hashes: [[u8; 32]; LANES],
    /// One bit for each lane whose value did not fit into its block.
    long: u32,
    long_hashes: [[u8; 32]; LANES],
}

impl Lanes {
    fn of(blank: Block) -> Self {
        let hashes = [[0; 32]; LANES];
        Lanes { blocks: [blank; LANES], numbers: [0; LANES], hashes, long: 0, long_hashes: hashes }
    }

    /// Pads the next values; tells how many there were. Too long ones are hashed at once.
    #[inline]
    fn fill<V: Value>(&mut self, key: &DomainKey, values: &mut impl Iterator<Item = (usize, V)>) -> usize {
        self.long = 0;
        let mut filled = 0;
        for ((block, into), (number, value)) in self.blocks.iter_mut().zip(&mut self.numbers).zip(values) {
            *into = number;
            if let Some(long) = value.pad(block) {
                self.long |= 1 << filled;
                self.long_hashes[filled] = key.hash_long(long);
            }
            filled += 1;
        }
        filled
    }

    /// Hashes the blocks that are filled, and puts the hashes of too long values in place of their blocks'.
    #[inline]
    fn hash(&mut self, key: &DomainKey, filled: usize) {
        key.hash_blocks(&self.blocks.each_ref()[..filled], &mut self.hashes);
        if self.long != 0 {
            let long = self.long;
            let places = self.hashes.iter_mut().zip(&self.long_hashes).enumerate();
            places.filter(|(lane, _)| long >> lane & 1 == 1).for_each(|(_, (place, hash))| *place = *hash);
        }
    }
}

/// The first 128 bits of a hash.
pub fn first_128(hash: &[u8; 32]) -> u128 {
    u128::from_be_bytes(std::array::from_fn(|at| hash[at]))
}

/// Which of so many shards, a power of two, has what begins with a hash's first bits.
pub fn shard<const SHARDS: usize>(hash: u128) -> usize {
    (hash >> (u128::BITS - SHARDS.ilog2())) as usize
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

    /// Every level that this machine has; the widest, be it AVX-512 or NEON, is the one detected.
    fn platforms() -> Vec<Platform> {
        let mut all = vec![Platform::Portable, Platform::detect()];
        #[cfg(target_arch = "x86_64")]
        all.extend([Platform::sse2(), Platform::sse41(), Platform::avx2()].into_iter().flatten());
        all
    }

    /// A key for each level, and one that hashes one by one.
    fn keys() -> impl Iterator<Item = DomainKey> {
        let lanes = platforms().into_iter().map(Some).chain([None]);
        lanes.map(|lanes| {
            let mut key = DomainKey::new(*KEY);
            key.lanes = lanes;
            key
        })
    }

    #[test]
    fn lanes_of_every_level_give_the_published_vector_of_one_block() {
        let block: Block = from_fn(|at| at as u8);
        for key in keys() {
            let mut hashes = [[0; 32]; LANES];
            key.hash_blocks(&[&block; LANES], &mut hashes);
            for hash in &hashes {
                assert_eq!(hex(hash), "ba8ced36f327700d213f120b1a207a3b8c04330528586f414d09f2f7d9ccb7e6");
            }
        }
    }

    #[test]
    fn lanes_are_trusted_where_the_machine_has_them() {
        let key = DomainKey::new(*KEY);
        assert_eq!(key.lanes.is_some(), Platform::detect().simd_degree() > 1);
        for platform in platforms() {
            assert_eq!(key.trusted(platform).is_some(), platform.simd_degree() > 1, "{platform:?}");
        }
    }

    #[test]
    fn lanes_that_disagree_are_not_trusted() {
        let mut key = DomainKey::new(*KEY);
        key.words[0] ^= 1;
        assert!(platforms().into_iter().all(|platform| key.trusted(platform).is_none()));
    }

    /// What this file calls is promised by no version: whoever moves the pin reads this file, then this line.
    #[test]
    fn crate_is_the_one_this_was_written_for() {
        let manifest = include_str!("../../Cargo.toml");
        assert!(manifest.lines().any(|line| line == r#"blake3 = "=1.8.7""#));
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
    fn derived_keys_are_public_derive_key_and_differ_by_context() {
        let key = DomainKey::new(*KEY);
        assert_eq!(*key.derive("one"), blake3::derive_key("one", KEY));
        assert_ne!(*key.derive("one"), *key.derive("other"));
    }

    #[test]
    fn values_that_end_in_padding_stay_apart() {
        let key = DomainKey::new(*KEY);
        assert_ne!(key.hash(b"a"), key.hash(b"a\0"));
        let mut padded = BLANK;
        assert!(b"a".as_slice().pad(&mut padded).is_none());
        assert_ne!(key.hash(b"a"), key.hash(&padded));
    }

    fn hashed<V: Value>(key: &DomainKey, values: impl Iterator<Item = V>) -> Vec<(usize, [u8; 32])> {
        let mut seen = Vec::new();
        key.hash_each(values.enumerate(), |number, hash| seen.push((number, *hash)));
        seen
    }

    proptest! {
        #[test]
        fn many_equal_one_by_one_on_every_level(
            values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..40),
        ) {
            let expected: Vec<_> = values.iter().map(|value| defined(value)).enumerate().collect();
            let buffer = values.concat();
            let starts = values.iter().scan(0, |end, value| { *end += value.len(); Some(*end - value.len()) });
            let slices: Vec<_> = starts.zip(&values).map(|(start, value)| (start, value.len())).collect();
            for key in keys() {
                prop_assert_eq!(&hashed(&key, values.iter().map(Vec::as_slice)), &expected);
                let slices = slices.iter().map(|&(start, length)| Slice { from: &buffer[start..], length });
                prop_assert_eq!(&hashed(&key, slices), &expected);
            }
        }

        #[test]
        fn whole_numbers_are_hashed_as_their_bytes(numbers in prop::collection::vec(any::<i128>(), 0..40)) {
            let expected: Vec<_> = numbers.iter().map(|number| defined(&number.to_le_bytes())).enumerate().collect();
            for key in keys() {
                prop_assert_eq!(&hashed(&key, numbers.iter().copied()), &expected);
            }
        }
    }
}
