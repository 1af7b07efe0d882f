//! Gathers the values of `direct` leaves, on any number of threads.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::filter::{Filter, Growing};
use super::name::{Names, Run};
use super::shelf::{Cellar, Heap, Shelf};
use super::words::Words;
use super::{Known, SHELVES, Values, next_number, shelf_of};

/// Bits of the filter to a value, where there is room.
const BITS: u64 = 10;

/// Names that a thread holds of one heap before it hands them on; those of all fit into a processor's cache.
const HELD: usize = 128;

/// Names that a thread remembers to have handed on; a power of two.
const REMEMBERED: usize = 1 << 12;

/// The names of values could not be kept: there is no room for a temporary file, or it cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the names of known values cannot be kept in a temporary file")]
pub struct NoRoom;

/// What was gathered.
pub struct Gathered {
    pub known: Known,
    /// Values that are looked for; one that came from several threads or in long intervals counts more than once.
    pub values: u64,
    /// Values that are not: any text could hold them.
    pub weak: u64,
}

/// All that has been gathered so far.
pub struct Gathering {
    /// Bytes of the filter.
    most: u64,
    names: Names,
    /// By the first bits of their names.
    heaps: Vec<Mutex<Heap>>,
    heads: Mutex<Growing>,
    cellar: Cellar,
    idle: Mutex<Vec<Gatherer>>,
    values: AtomicU64,
    weak: AtomicU64,
    longest: AtomicUsize,
    most_words: AtomicUsize,
    failed: AtomicBool,
}

impl Gathering {
    /// Nothing yet, under a key of the run's secret, for a filter of so many bytes at most: with less than nine bits to a value
    /// it finds more that is not there, and is then asked twice.
    pub fn new(key: &[u8; 32], most: u64) -> Self {
        Gathering {
            most,
            names: Names::new(key),
            heaps: std::iter::repeat_with(Mutex::default).take(SHELVES).collect(),
            heads: Mutex::new(Growing::new(most)),
            cellar: Cellar::default(),
            idle: Mutex::default(),
            values: AtomicU64::new(0),
            weak: AtomicU64::new(0),
            longest: AtomicUsize::new(0),
            most_words: AtomicUsize::new(0),
            failed: AtomicBool::new(false),
        }
    }

    /// Somebody who gathers on one thread.
    pub fn gatherer(&self) -> Gatherer {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| Gatherer::new(self.names.clone()))
    }

    /// Takes what one has gathered, from time to time or at the end.
    pub fn take(&self, from: &mut Gatherer) {
        from.held
            .full
            .iter()
            .zip(from.held.of_full.chunks(HELD))
            .for_each(|(shelf, names)| self.hand_on(*shelf, names));
        from.held.full.clear();
        from.held.of_full.clear();
        self.begin(&from.heads);
        from.heads.clear();
    }

    /// Takes what one has gathered, and keeps them for the next who asks.
    pub fn take_back(&self, mut gatherer: Gatherer) {
        self.take(&mut gatherer);
        self.values.fetch_add(std::mem::take(&mut gatherer.values), Ordering::Relaxed);
        self.weak.fetch_add(std::mem::take(&mut gatherer.weak), Ordering::Relaxed);
        self.longest.fetch_max(gatherer.longest, Ordering::Relaxed);
        self.most_words.fetch_max(gatherer.most_words, Ordering::Relaxed);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(gatherer);
    }

    /// All that was gathered, ready to be looked up.
    ///
    /// # Errors
    /// Where names could not be written away.
    pub fn finish(self) -> Result<Gathered, NoRoom> {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for mut gatherer in idle {
            (0..SHELVES).for_each(|shelf| self.hand_on(shelf, gatherer.held.take(shelf)));
        }
        if self.failed.into_inner() {
            return Err(NoRoom);
        }
        let of_heap = |heap: Mutex<Heap>| {
            let names = heap.into_inner().unwrap_or_else(PoisonError::into_inner).sorted(&self.cellar)?;
            let filter = Filter::of(&names, BITS, self.most / SHELVES as u64);
            Ok((filter, Shelf::of(names, &self.cellar)?))
        };
        let pieces: std::io::Result<Vec<_>> = self.heaps.into_par_iter().map(of_heap).collect();
        let (filters, shelves) = pieces.map_err(|_| NoRoom)?.into_iter().unzip();
        let (values, weak) = (self.values.into_inner(), self.weak.into_inner());
        let known = Values {
            names: self.names,
            filters,
            heads: self.heads.into_inner().unwrap_or_else(PoisonError::into_inner),
            shelves,
            cellar: self.cellar,
            longest: self.longest.into_inner(),
            most_words: self.most_words.into_inner(),
            number: next_number(),
        };
        Ok(Gathered { known: Known((values > 0).then_some(known)), values, weak })
    }

    fn hand_on(&self, shelf: usize, names: &[u64]) {
        if names.is_empty() {
            return;
        }
        let mut heap = self.heaps[shelf].lock().unwrap_or_else(PoisonError::into_inner);
        if heap.add(names, &self.cellar).is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
    }

    /// Beginnings are on no shelf: their filter has enough bits to be believed.
    fn begin(&self, heads: &[u64]) {
        let mut filter = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        heads.iter().for_each(|head| filter.add(*head));
    }
}

/// Names by their shelves, before they are handed on.
struct Held {
    names: Box<[[u64; HELD]]>,
    counts: [usize; SHELVES],
    /// Shelves of which there were enough.
    full: Vec<usize>,
    /// Their names, one shelf behind the other.
    of_full: Vec<u64>,
}

impl Held {
    fn new() -> Self {
        Held { names: vec![[0; HELD]; SHELVES].into(), counts: [0; SHELVES], full: Vec::new(), of_full: Vec::new() }
    }

    fn add(&mut self, name: u64) {
        let shelf = shelf_of(name);
        let count = &mut self.counts[shelf];
        self.names[shelf][*count] = name;
        *count += 1;
        if *count == HELD {
            *count = 0;
            self.full.push(shelf);
            self.of_full.extend_from_slice(&self.names[shelf]);
        }
    }

    /// The names of a shelf, which has none of them any more.
    fn take(&mut self, shelf: usize) -> &[u64] {
        &self.names[shelf][..std::mem::take(&mut self.counts[shelf])]
    }
}

/// Gathers on one thread.
pub struct Gatherer {
    names: Names,
    words: Words,
    run: Run,
    held: Held,
    heads: Vec<u64>,
    /// Names that were held lately.
    lately: Box<[u64]>,
    /// Beginnings that were. The name of a word as a beginning is the one that it has as a value, and says nothing of that.
    begun: Box<[u64]>,
    /// How codes began lately.
    beginnings: Box<[u32]>,
    values: u64,
    weak: u64,
    longest: usize,
    most_words: usize,
}

impl Gatherer {
    fn new(names: Names) -> Self {
        Gatherer {
            names,
            words: Words::default(),
            run: Run::new(),
            held: Held::new(),
            heads: Vec::new(),
            lately: vec![0; REMEMBERED].into(),
            begun: vec![0; REMEMBERED].into(),
            beginnings: vec![0; REMEMBERED].into(),
            values: 0,
            weak: 0,
            longest: 0,
            most_words: 0,
        }
    }

    /// Whether enough is held that it should be [taken](Gathering::take).
    pub fn is_full(&self) -> bool {
        !self.held.full.is_empty()
    }

    /// Counts values that are not looked for.
    pub fn pass(&mut self, values: u64) {
        self.weak += values;
    }

    /// Adds a number, of which the sign has no say.
    pub fn number(&mut self, number: u128) {
        self.run.clear();
        self.run.add_number(number);
        self.take_run();
    }

    /// Adds a text.
    pub fn text(&mut self, text: &str) {
        let text = without_point(text);
        if !self.run.read_plain(text) {
            self.read_any(text);
        }
        self.take_run();
    }

    fn read_any(&mut self, text: &str) {
        self.words.read(text);
        self.run.clear();
        for word in self.words.list() {
            self.run.add(&self.words.letters(word)[..word.end - word.start]);
            if self.run.is_full() {
                break;
            }
        }
    }

    /// Holds a name to be handed on, unless it was held lately.
    fn hold(&mut self, name: u64) -> bool {
        if std::mem::replace(&mut self.lately[name as usize % REMEMBERED], name) == name {
            return false;
        }
        self.held.add(name);
        true
    }

    fn take_run(&mut self) {
        if self.run.is_weak() {
            self.weak += 1;
            return;
        }
        self.values += 1;
        let name = self.names.of(&self.run);
        if !self.hold(name) {
            return;
        }
        let run = &self.run;
        self.longest = self.longest.max(run.length());
        if !run.is_joined() {
            self.most_words = self.most_words.max(run.words());
        }
        // Most codes of a column begin alike.
        if let Some(beginning) = run.beginning() {
            let place = beginning.wrapping_mul(0x9e37_79b1) as usize >> 4 & (REMEMBERED - 1);
            if std::mem::replace(&mut self.beginnings[place], beginning) == beginning {
                return;
            }
        }
        for head in self.names.heads(run) {
            if std::mem::replace(&mut self.begun[head as usize % REMEMBERED], head) != head {
                self.heads.push(head);
            }
        }
    }
}

/// A whole number as it was before a column of floats made a text of it (`12345678.0`); any other text as it stands.
fn without_point(text: &str) -> &str {
    let whole = text.strip_suffix(".0").filter(|whole| whole.bytes().all(|digit| digit.is_ascii_digit()));
    whole.unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_that_became_a_float_is_the_number() {
        assert_eq!(
            ["12345678.0", "12345678.5", "v1.0", "a.b.0", ".0"].map(without_point),
            ["12345678", "12345678.5", "v1.0", "a.b.0", ""]
        );
    }

    proptest! {
        #[test]
        fn a_plain_text_is_named_as_any_text(text in "[ -~]{0,70}") {
            let gathering = Gathering::new(&[7; 32], 1 << 20);
            let (mut plain, mut any) = (gathering.gatherer(), gathering.gatherer());
            plain.text(&text);
            any.read_any(&text);
            any.take_run();
            prop_assert_eq!(plain.held.counts, any.held.counts);
            prop_assert_eq!((plain.held.names, plain.heads, plain.values), (any.held.names, any.heads, any.values));
            prop_assert_eq!((plain.weak, plain.longest, plain.most_words), (any.weak, any.longest, any.most_words));
        }
    }
}
