//! A split-block Bloom filter (Putze, Sanders and Singler 2007; the one of Parquet): a look-up touches one cache line.
//!
//! With ten bits to a name about one in a hundred names that were never added is found all the same; with nine one in 65.

/// Eight bits of a name are set in a block, one in each of its words.
const SALTS: [u32; 8] =
    [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31];

/// 256 bits that never cross a cache line.
#[derive(Clone, Copy, Default)]
#[repr(align(32))]
struct Block([u32; 8]);

/// Some of a filter's blocks.
pub(super) struct Filter(Box<[Block]>);

impl Filter {
    /// An empty filter of so many bits, or a few more.
    pub fn new(bits: u64) -> Self {
        let blocks = usize::try_from(bits.div_ceil(256)).unwrap_or(1).max(1);
        Filter(vec![Block::default(); blocks].into())
    }

    /// The filter of some names, with so many bits to each and no more bytes than `most`.
    pub fn of(names: &[u64], bits: u64, most: u64) -> Self {
        let mut filter = Filter::new((bits * names.len() as u64).min(most.saturating_mul(8)));
        names.iter().for_each(|name| filter.add(*name));
        filter
    }

    pub fn add(&mut self, name: u64) {
        let block = self.block(name);
        self.0[block].0.iter_mut().zip(bits(name)).for_each(|(word, bit)| *word |= bit);
    }

    /// Whether a name was added; a few that were not are found too.
    #[inline]
    pub fn holds(&self, name: u64) -> bool {
        let block = &self.0[self.block(name)].0;
        block.iter().zip(bits(name)).fold(true, |all, (word, bit)| all & (word & bit != 0))
    }

    /// The middle bits of a name choose its block: the highest have chosen the filter, the lowest choose the bits.
    #[inline]
    fn block(&self, name: u64) -> usize {
        let middle = (name >> 24) & 0xffff_ffff;
        ((middle * self.0.len() as u64) >> 32) as usize
    }
}

/// Bits to a name of a filter that grows: fifteen of a million names are found that were never added.
const BITS_OF_GROWING: u64 = 20;

/// Of the first of its filters, a mebibyte: what is little is near to the processor.
const FIRST: u64 = 1 << 23;

/// A filter of names whose number nobody knows: where one is full, one four times as large stands beside it.
pub(super) struct Growing {
    filters: Vec<Filter>,
    /// Names that the last one has room for.
    left: u64,
    /// Bits that all may have.
    most: u64,
}

impl Growing {
    /// An empty one, of no more bytes than `most`, or little more.
    pub fn new(most: u64) -> Self {
        let most = most.saturating_mul(8);
        let first = FIRST.min(most);
        Growing { filters: vec![Filter::new(first)], left: first / BITS_OF_GROWING, most: most - first }
    }

    pub fn add(&mut self, name: u64) {
        if self.holds(name) {
            return;
        }
        if self.left == 0 {
            self.grow();
        }
        self.left = self.left.saturating_sub(1);
        self.filters.last_mut().into_iter().for_each(|filter| filter.add(name));
    }

    /// Where there is no room, the last one has to take what comes.
    fn grow(&mut self) {
        let bits = 4 * self.filters.last().map_or(0, |filter| 256 * filter.0.len() as u64);
        if bits <= self.most {
            self.most -= bits;
            self.left = bits / BITS_OF_GROWING;
            self.filters.push(Filter::new(bits));
        }
    }

    #[inline]
    pub fn holds(&self, name: u64) -> bool {
        self.filters.iter().any(|filter| filter.holds(name))
    }
}

#[inline]
fn bits(name: u64) -> [u32; 8] {
    SALTS.map(|salt| 1 << ((name as u32).wrapping_mul(salt) >> 27))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(from: u64, count: u64) -> impl Iterator<Item = u64> {
        (from..from + count)
            .map(|at| u64::from_le_bytes(blake3::hash(&at.to_le_bytes()).as_bytes()[..8].try_into().unwrap()))
    }

    #[test]
    fn what_was_added_is_found_and_little_else() {
        for (bits, one_in) in [(10, 60), (20, 2_000)] {
            let mut filter = Filter::new(bits * 100_000);
            names(0, 100_000).for_each(|name| filter.add(name));
            assert!(names(0, 100_000).all(|name| filter.holds(name)));
            let wrong = names(1 << 32, 100_000).filter(|name| filter.holds(*name)).count();
            assert!(wrong < 100_000 / one_in, "{bits} bits: {wrong} of 100,000 names");
        }
    }

    #[test]
    fn a_filter_of_some_names_has_no_more_bytes_than_it_may() {
        let some: Vec<u64> = names(0, 10_000).collect();
        for (most, blocks) in [(1 << 20, 10_000 * 10 / 256 + 1), (1 << 12, 128)] {
            let filter = Filter::of(&some, 10, most);
            assert_eq!(filter.0.len(), blocks);
            assert!(some.iter().all(|name| filter.holds(*name)));
        }
    }

    #[test]
    fn one_that_grows_stays_exact_while_it_has_room() {
        let mut growing = Growing::new(16 << 20);
        names(0, 1_000_000).for_each(|name| growing.add(name));
        assert_eq!(growing.filters.len(), 2);
        assert!(names(0, 1_000_000).all(|name| growing.holds(name)));
        assert!(names(1 << 32, 100_000).filter(|name| growing.holds(*name)).count() < 100);
        let mut narrow = Growing::new(1 << 10);
        names(0, 10_000).for_each(|name| narrow.add(name));
        assert_eq!(narrow.filters.len(), 1);
        assert!(names(0, 10_000).all(|name| narrow.holds(name)));
    }
}
