//! The names of values, all of them, so that what a filter finds can be confirmed.
//!
//! They lie in a file without a name (`tempfile::tempfile`), which the system deletes with its last handle: keyed hashes
//! of 64 bits and nothing else. As they come they are heaped up; when all have come, every heap is sorted onto a shelf, and then
//! one box of it is read at a time: names are as good as random, so that boxes are small and of one size.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names that a heap holds in memory before they are written away.
const LOOSE: usize = 2_048;

/// The file of all names; there is none where they fit into memory.
#[derive(Default)]
pub(super) struct Cellar {
    file: OnceLock<File>,
    end: AtomicU64,
}

/// Names somewhere in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stack {
    offset: u64,
    names: usize,
}

impl Cellar {
    fn file(&self) -> io::Result<&File> {
        if self.file.get().is_none() {
            // Where another thread is quicker, this one's file is gone at once.
            let _ = self.file.set(tempfile::tempfile()?);
        }
        self.file.get().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn write(&self, names: &[u64]) -> io::Result<Stack> {
        let offset = self.end.fetch_add(8 * names.len() as u64, Ordering::Relaxed);
        let (mut bytes, mut at) = (Vec::with_capacity(8 * LOOSE), offset);
        for some in names.chunks(LOOSE) {
            bytes.resize(8 * some.len(), 0);
            bytes.as_chunks_mut().0.iter_mut().zip(some).for_each(|(eight, name)| *eight = name.to_le_bytes());
            self.file()?.write_all_at(&bytes, at)?;
            at += bytes.len() as u64;
        }
        Ok(Stack { offset, names: names.len() })
    }

    fn read(&self, stack: Stack, into: &mut Vec<u64>) -> io::Result<()> {
        let mut bytes = vec![0; 8 * stack.names];
        self.file()?.read_exact_at(&mut bytes, stack.offset)?;
        into.extend(bytes.as_chunks().0.iter().map(|eight| u64::from_le_bytes(*eight)));
        Ok(())
    }
}

/// Some of the names, as they come: those that begin with the same bits.
#[derive(Default)]
pub(super) struct Heap {
    stacks: Vec<Stack>,
    loose: Vec<u64>,
}

impl Heap {
    pub fn add(&mut self, names: &[u64], cellar: &Cellar) -> io::Result<()> {
        self.loose.extend_from_slice(names);
        if self.loose.len() >= LOOSE {
            self.stacks.push(cellar.write(&self.loose)?);
            self.loose.clear();
        }
        Ok(())
    }

    /// Each of them once, in order.
    pub fn sorted(self, cellar: &Cellar) -> io::Result<Vec<u64>> {
        let mut names = self.loose;
        names.reserve_exact(self.stacks.iter().map(|stack| stack.names).sum());
        self.stacks.iter().try_for_each(|stack| cellar.read(*stack, &mut names))?;
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }
}

/// Names of a box, and up to twice as many: so much is read at once.
const BOX: usize = 128;

/// The names of a heap, to be looked up.
pub(super) enum Shelf {
    Here(Vec<u64>),
    InCellar {
        offset: u64,
        /// Where each box begins, and the last one ends: a power of two of them, told apart by the names' highest bits.
        boxes: Vec<u32>,
    },
}

impl Shelf {
    /// Of names in order.
    pub fn of(names: Vec<u64>, cellar: &Cellar) -> io::Result<Self> {
        if names.len() <= LOOSE {
            return Ok(Shelf::Here(names));
        }
        let bits = (names.len() / BOX).ilog2();
        let start = |nth: usize| u32::try_from(names.partition_point(|name| box_of(*name, bits) < nth));
        let boxes: Result<_, _> = (0..=1 << bits).map(start).collect();
        Ok(Shelf::InCellar { offset: cellar.write(&names)?.offset, boxes: boxes.map_err(io::Error::other)? })
    }

    /// Whether a name is among them.
    pub fn holds(&self, name: u64, cellar: &Cellar) -> io::Result<bool> {
        match self {
            Shelf::Here(names) => Ok(names.binary_search(&name).is_ok()),
            Shelf::InCellar { offset, boxes } => {
                let of_name = box_of(name, (boxes.len() - 1).ilog2());
                let (start, end) = (boxes[of_name], boxes[of_name + 1]);
                let stack = Stack { offset: offset + 8 * u64::from(start), names: (end - start) as usize };
                let mut names = Vec::with_capacity(stack.names);
                cellar.read(stack, &mut names)?;
                Ok(names.binary_search(&name).is_ok())
            }
        }
    }
}

/// Of so many boxes' bits, at least one; the highest bits are those of the shelf.
fn box_of(name: u64, bits: u32) -> usize {
    (name << super::SHELF_BITS >> (u64::BITS - bits)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(at: u64) -> u64 {
        let hash = blake3::hash(&at.to_le_bytes());
        u64::from_le_bytes(std::array::from_fn(|byte| hash.as_bytes()[byte])) >> super::super::SHELF_BITS
    }

    fn shelf(names: &[u64], cellar: &Cellar) -> Shelf {
        let mut heap = Heap::default();
        names.chunks(64).for_each(|some| heap.add(some, cellar).expect("a file"));
        Shelf::of(heap.sorted(cellar).expect("a file"), cellar).expect("a file")
    }

    #[test]
    fn every_name_is_found_and_no_other() {
        for count in [0, 1, 100, LOOSE as u64, 50_000] {
            let cellar = Cellar::default();
            let names: Vec<u64> = (0..count).map(name).collect();
            let shelf = shelf(&names, &cellar);
            assert!(names.iter().step_by(7).all(|name| shelf.holds(*name, &cellar).expect("read")), "{count}");
            assert!((count..count + 500).map(name).all(|name| !shelf.holds(name, &cellar).expect("read")), "{count}");
            assert_eq!(cellar.file.get().is_none(), count < LOOSE as u64, "few names need no file");
        }
    }

    #[test]
    fn a_name_that_comes_often_is_there_once() {
        let (cellar, mut heap) = (Cellar::default(), Heap::default());
        let names: Vec<u64> = (0..3_000).map(name).collect();
        (0..10).for_each(|_| heap.add(&names, &cellar).expect("a file"));
        assert_eq!(heap.sorted(&cellar).expect("a file").len(), names.len());
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let (cellar, mut heap) = (Cellar::default(), Heap::default());
        heap.add(&(0..5_000).map(name).collect::<Vec<_>>(), &cellar).expect("a file");
        heap.stacks.push(Stack { offset: 1 << 40, names: 1 });
        assert!(heap.sorted(&cellar).is_err());
        let lost = Shelf::InCellar { offset: 1 << 40, boxes: vec![0, 1, 2] };
        assert!(lost.holds(name(3), &cellar).is_err());
    }

    #[test]
    fn names_that_are_all_in_one_box_are_found() {
        let cellar = Cellar::default();
        let names: Vec<u64> = (0..20_000).collect();
        let shelf = shelf(&names, &cellar);
        assert!([0, 1, 9_999, 19_999].iter().all(|name| shelf.holds(*name, &cellar).expect("read")));
        assert!(![20_000, u64::MAX].iter().any(|name| shelf.holds(*name, &cellar).expect("read")));
    }
}
