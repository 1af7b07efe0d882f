//! The names of values, all of them, so that what a filter finds can be confirmed.
//!
//! They lie in a file without a name (`tempfile::tempfile`), which the system deletes with its last handle: keyed hashes
//! of 64 bits and nothing else. A shelf is put into boxes when it is first asked, and then one box is read at a time: names are as
//! good as random, so that boxes are small and of one size.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Names that a shelf holds in memory before they are written away.
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

/// Names are put into so many boxes by their highest bits, and lie in each in any order.
const BOXES: usize = 512;

/// Some of the names: those that begin with the same bits.
#[derive(Default)]
pub(super) struct Shelf {
    stacks: Vec<Stack>,
    loose: Vec<u64>,
    /// Where each box begins, and the last one ends; empty where names are in no boxes.
    boxes: Vec<usize>,
}

impl Shelf {
    /// Adds names in any order.
    pub fn add(&mut self, names: &[u64], cellar: &Cellar) -> io::Result<()> {
        self.boxes.clear();
        self.loose.extend_from_slice(names);
        if self.loose.len() >= LOOSE {
            self.stacks.push(cellar.write(&self.loose)?);
            self.loose.clear();
        }
        Ok(())
    }

    /// Whether a name is among them.
    pub fn holds(&mut self, name: u64, cellar: &Cellar) -> io::Result<bool> {
        if self.boxes.is_empty() {
            self.put_into_boxes(cellar)?;
        }
        let (start, end) = (self.boxes[box_of(name)], self.boxes[box_of(name) + 1]);
        let Some(all) = self.stacks.first() else { return Ok(self.loose[start..end].contains(&name)) };
        let mut names = Vec::with_capacity(end - start);
        cellar.read(Stack { offset: all.offset + 8 * start as u64, names: end - start }, &mut names)?;
        Ok(names.contains(&name))
    }

    /// Where it fails, nothing is lost: who asks again fails again.
    fn put_into_boxes(&mut self, cellar: &Cellar) -> io::Result<()> {
        let mut names = self.loose.clone();
        for stack in &self.stacks {
            cellar.read(*stack, &mut names)?;
        }
        let (names, boxes) = boxed(&names);
        (self.stacks, self.loose) = match names.len() > LOOSE {
            true => (vec![cellar.write(&names)?], Vec::new()),
            false => (Vec::new(), names),
        };
        self.boxes = boxes;
        Ok(())
    }
}

/// Names box by box, and where each box begins: sorting them would cost three times as much, and tell no more.
fn boxed(names: &[u64]) -> (Vec<u64>, Vec<usize>) {
    let mut boxes = vec![0; BOXES + 1];
    names.iter().for_each(|name| boxes[box_of(*name) + 1] += 1);
    (0..BOXES).for_each(|nth| boxes[nth + 1] += boxes[nth]);
    let (mut next, mut boxed) = (boxes.clone(), vec![0; names.len()]);
    for name in names {
        let place = &mut next[box_of(*name)];
        boxed[*place] = *name;
        *place += 1;
    }
    (boxed, boxes)
}

/// The highest bits are those of the shelf.
fn box_of(name: u64) -> usize {
    (name << super::SHELF_BITS >> (u64::BITS - BOXES.ilog2())) as usize
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
    fn names_that_are_all_in_one_box_are_found() {
        let (cellar, mut shelf) = (Cellar::default(), Shelf::default());
        let names: Vec<u64> = (0..20_000).collect();
        shelf.add(&names, &cellar).expect("a file");
        assert!([0, 1, 9_999, 19_999].iter().all(|name| shelf.holds(*name, &cellar).expect("read")));
        assert!(![20_000, u64::MAX].iter().any(|name| shelf.holds(*name, &cellar).expect("read")));
    }
}
