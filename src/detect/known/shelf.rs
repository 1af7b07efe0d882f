//! The names of values, all of them, so that what a filter finds can be confirmed.
//!
//! They lie in a file without a name (`tempfile::tempfile`), which the system deletes with its last handle: keyed hashes
//! of 64 bits and nothing else. A shelf is sorted when it is first asked, one at a time, and then read by position: names are as
//! good as random, so that a name's place among sorted ones is known to within some hundreds.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names that a shelf holds in memory before they are written away, and names that are read at once.
const LOOSE: usize = 2_048;

/// The file of all shelves; there is none where all names fit into memory.
#[derive(Default)]
pub(super) struct Cellar {
    file: OnceLock<File>,
    end: AtomicU64,
}

/// Names somewhere in the file.
#[derive(Debug, Clone, Copy)]
struct Stack {
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
        let mut bytes = vec![0; 8 * names.len()];
        bytes.as_chunks_mut().0.iter_mut().zip(names).for_each(|(eight, name)| *eight = name.to_le_bytes());
        let offset = self.end.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.file()?.write_all_at(&bytes, offset)?;
        Ok(Stack { offset, names: names.len() })
    }

    fn read(&self, stack: Stack, into: &mut Vec<u64>) -> io::Result<()> {
        let mut bytes = vec![0; 8 * stack.names];
        self.file()?.read_exact_at(&mut bytes, stack.offset)?;
        into.extend(bytes.as_chunks().0.iter().map(|eight| u64::from_le_bytes(*eight)));
        Ok(())
    }
}

/// Some of the names: those that begin with the same bits.
#[derive(Default)]
pub(super) struct Shelf {
    stacks: Vec<Stack>,
    loose: Vec<u64>,
    is_sorted: bool,
}

impl Shelf {
    /// Adds names in any order.
    pub fn add(&mut self, names: &[u64], cellar: &Cellar) -> io::Result<()> {
        self.is_sorted = false;
        self.loose.extend_from_slice(names);
        if self.loose.len() >= LOOSE {
            self.stacks.push(cellar.write(&self.loose)?);
            self.loose.clear();
        }
        Ok(())
    }

    /// Whether a name is among them.
    pub fn holds(&mut self, name: u64, cellar: &Cellar) -> io::Result<bool> {
        if !self.is_sorted {
            self.sort(cellar)?;
        }
        if self.loose.binary_search(&name).is_ok() {
            return Ok(true);
        }
        self.stacks.first().map_or(Ok(false), |sorted| search(*sorted, name, cellar))
    }

    /// Where it fails, nothing is lost: who asks again fails again.
    fn sort(&mut self, cellar: &Cellar) -> io::Result<()> {
        let mut names = self.loose.clone();
        for stack in &self.stacks {
            cellar.read(*stack, &mut names)?;
        }
        names.sort_unstable();
        names.dedup();
        (self.stacks, self.loose) = match names.len() > LOOSE {
            true => (vec![cellar.write(&names)?], Vec::new()),
            false => (Vec::new(), names),
        };
        self.is_sorted = true;
        Ok(())
    }
}

/// Looks for a name among sorted ones, where it should be and then towards it.
fn search(sorted: Stack, name: u64, cellar: &Cellar) -> io::Result<bool> {
    let (mut low, mut high) = (0, sorted.names);
    // The highest bits are those of the shelf.
    let share = (name << super::SHELF_BITS) as u128;
    let mut at = ((share * sorted.names as u128) >> 64) as usize;
    let mut names = Vec::with_capacity(LOOSE);
    while low < high {
        let start = at.saturating_sub(LOOSE / 8).clamp(low, high - 1);
        let end = (start + LOOSE / 4).min(high);
        names.clear();
        cellar.read(Stack { offset: sorted.offset + 8 * start as u64, names: end - start }, &mut names)?;
        match names.binary_search(&name) {
            Ok(_) => return Ok(true),
            Err(0) => high = start,
            Err(place) if place == names.len() => low = end,
            Err(_) => return Ok(false),
        }
        at = low + (high - low) / 2;
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(at: u64) -> u64 {
        let hash = blake3::hash(&at.to_le_bytes());
        u64::from_le_bytes(std::array::from_fn(|byte| hash.as_bytes()[byte])) >> super::super::SHELF_BITS
    }

    #[test]
    fn every_name_is_found_and_no_other() {
        for count in [0, 1, 100, LOOSE as u64, 50_000] {
            let (cellar, mut shelf) = (Cellar::default(), Shelf::default());
            let names: Vec<u64> = (0..count).map(name).collect();
            for some in names.chunks(64) {
                shelf.add(some, &cellar).expect("a file");
            }
            assert!(names.iter().step_by(7).all(|name| shelf.holds(*name, &cellar).expect("read")), "{count}");
            assert!((count..count + 500).map(name).all(|name| !shelf.holds(name, &cellar).expect("read")), "{count}");
            assert_eq!(cellar.file.get().is_none(), count < LOOSE as u64, "few names need no file");
        }
    }

    #[test]
    fn after_a_failure_names_are_not_forgotten() {
        let (cellar, mut shelf) = (Cellar::default(), Shelf::default());
        shelf.add(&(0..5_000).map(name).collect::<Vec<_>>(), &cellar).expect("a file");
        shelf.stacks.push(Stack { offset: 1 << 40, names: 1 });
        assert!(shelf.holds(name(3), &cellar).is_err() && shelf.holds(name(3), &cellar).is_err());
        shelf.stacks.pop();
        assert!(shelf.holds(name(3), &cellar).expect("a file") && shelf.holds(name(4_999), &cellar).expect("a file"));
    }

    #[test]
    fn names_that_come_later_are_found_too() {
        let (cellar, mut shelf) = (Cellar::default(), Shelf::default());
        shelf.add(&[5], &cellar).expect("memory");
        assert!(!shelf.holds(6, &cellar).expect("memory"));
        shelf.add(&[6], &cellar).expect("memory");
        assert!(shelf.holds(6, &cellar).expect("memory") && shelf.holds(5, &cellar).expect("memory"));
    }

    #[test]
    fn names_far_from_their_place_are_found() {
        let (cellar, mut shelf) = (Cellar::default(), Shelf::default());
        let names: Vec<u64> = (0..20_000).collect();
        shelf.add(&names, &cellar).expect("a file");
        assert!([0, 1, 9_999, 19_999].iter().all(|name| shelf.holds(*name, &cellar).expect("read")));
        assert!(![20_000, u64::MAX].iter().any(|name| shelf.holds(*name, &cellar).expect("read")));
    }
}
