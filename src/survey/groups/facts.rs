//! What is known of a table's groups: mergeable facts, the same in whatever order rows are met.
//!
//! Memory: a group takes at most [`GROUP`] bytes and 8 for each subject up to k; each different value of a sensitive leaf in a
//! group [`VALUE`], each value of a leaf that can be made coarser [`LEVEL`] and 16 a level. All of a table's groups together
//! take at most what [`Facts::new`] is given; what needs more is refused, however its rows are met. Beside them a table takes
//! two megabytes at most for the [`WATCHED`] subjects.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use ahash::RandomState;

use crate::keys::lanes::shard;
use crate::survey::sample::Least;

/// Of a group in a table that has just grown, and of what is decided over it, in bytes.
const GROUP: u64 = 384;

/// Of a sensitive value in a group, in bytes.
const VALUE: u64 = 56;

/// Of a value of a leaf that can be made coarser, in bytes.
const LEVEL: u64 = 112;

/// Locks to a table, so that threads seldom wait for each other; a power of two.
const SHARDS: usize = 64;

/// Subjects that are watched for rows in several groups.
const WATCHED: usize = 4_096;

/// Groups of a watched subject that are remembered.
const REMEMBERED: usize = 16;

pub(super) type Map<V> = HashMap<u128, V, RandomState>;

/// The groups of one table, by the finest of their levels.
pub struct Facts {
    k: usize,
    shards: [Mutex<Map<Group>>; SHARDS],
    /// For each quasi leaf, where it can be made coarser: from a value to its hashes at all levels.
    levels: Vec<Mutex<Map<Box<[u128]>>>>,
    watched: Mutex<Least<Within>>,
    /// What is left of the memory, in bytes.
    room: Room,
}

/// One group.
#[derive(Debug, Default, Clone)]
pub struct Group {
    pub rows: u64,
    pub subjects: Subjects,
    /// How often each value of each sensitive leaf is in it.
    pub values: Vec<Map<u64>>,
    /// The value of each quasi leaf, where some can be made coarser.
    pub parts: Box<[u128]>,
}

/// The subjects of a group, as far as they need to be known.
#[derive(Debug, Clone)]
pub enum Subjects {
    /// Fewer than k: which, in order.
    Few(Vec<u64>),
    /// k or more.
    Enough,
}

impl Default for Subjects {
    fn default() -> Self {
        Subjects::Few(Vec::new())
    }
}

impl Subjects {
    /// Counts one more subject, where there are fewer than `k`.
    fn add(&mut self, subject: u64, k: usize) {
        let Subjects::Few(few) = self else { return };
        let Err(at) = few.binary_search(&subject) else { return };
        if few.len() + 1 >= k {
            *self = Subjects::Enough;
            return;
        }
        few.insert(at, subject);
    }

    /// Counts those of another group too.
    pub fn join(&mut self, other: &Subjects, k: usize) {
        match other {
            Subjects::Enough => *self = Subjects::Enough,
            Subjects::Few(few) => few.iter().for_each(|subject| self.add(*subject, k)),
        }
    }

    /// How many there are; none where there are k or more.
    pub fn fewer(&self) -> Option<u64> {
        match self {
            Subjects::Few(few) => Some(few.len() as u64),
            Subjects::Enough => None,
        }
    }
}

/// One row, as it is counted.
pub(super) struct Row<'r> {
    pub name: u128,
    pub subject: Option<u64>,
    /// Of each sensitive leaf.
    pub values: &'r mut dyn Iterator<Item = u128>,
    /// Of each quasi leaf, where some can be made coarser.
    pub parts: &'r mut dyn Iterator<Item = u128>,
}

/// The groups of one batch.
pub(super) struct Batch {
    k: usize,
    groups: Map<Group>,
}

impl Batch {
    /// Counts a row.
    pub(super) fn add(&mut self, row: Row<'_>) {
        let group =
            self.groups.entry(row.name).or_insert_with(|| Group { parts: row.parts.collect(), ..Group::default() });
        group.rows += 1;
        if let Some(subject) = row.subject {
            group.subjects.add(subject, self.k);
        }
        for (at, value) in row.values.enumerate() {
            if group.values.len() <= at {
                group.values.push(Map::default());
            }
            *group.values[at].entry(value).or_default() += 1;
        }
    }
}

/// There are more groups, or more different values in them, than may be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany;

struct Room {
    used: AtomicU64,
    most: u64,
}

impl Room {
    fn take(&self, bytes: u64) -> Result<(), TooMany> {
        let before = self.used.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) > self.most { Err(TooMany) } else { Ok(()) }
    }
}

impl Facts {
    /// Of a table of so many quasi leaves, in whose groups up to `k` subjects are counted; all together take at most
    /// `memory` bytes.
    pub fn new(k: u64, leaves: usize, memory: u64) -> Self {
        Facts {
            k: usize::try_from(k).unwrap_or(usize::MAX),
            shards: std::array::from_fn(|_| Mutex::default()),
            levels: (0..leaves).map(|_| Mutex::default()).collect(),
            watched: Mutex::new(Least::new(WATCHED)),
            room: Room { used: AtomicU64::new(0), most: memory },
        }
    }

    /// A batch of which nothing is counted yet.
    pub(super) fn batch(&self) -> Batch {
        Batch { k: self.k, groups: Map::default() }
    }

    /// Adds a batch.
    ///
    /// # Errors
    /// Where there is no room for its groups.
    pub(super) fn join(&self, batch: Batch) -> Result<(), TooMany> {
        for (name, group) in batch.groups {
            let mut shard = self.shards[shard::<SHARDS>(name)].lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = shard.get_mut(&name) {
                self.add(known, group)?;
                continue;
            }
            let values: usize = group.values.iter().map(Map::len).sum();
            let few = (self.k as u64).saturating_mul(8);
            self.room.take(GROUP.saturating_add(few).saturating_add(values as u64 * VALUE))?;
            shard.insert(name, group);
        }
        Ok(())
    }

    fn add(&self, known: &mut Group, group: Group) -> Result<(), TooMany> {
        known.rows += group.rows;
        known.subjects.join(&group.subjects, self.k);
        for (known, values) in known.values.iter_mut().zip(group.values) {
            let before = known.len();
            values.into_iter().for_each(|(value, count)| *known.entry(value).or_default() += count);
            self.room.take((known.len() - before) as u64 * VALUE)?;
        }
        Ok(())
    }

    /// Remembers the hashes of a value of a leaf at all levels.
    ///
    /// # Errors
    /// Where there is no room for it.
    pub(super) fn level(&self, leaf: usize, values: Map<Box<[u128]>>) -> Result<(), TooMany> {
        let mut known = self.levels[leaf].lock().unwrap_or_else(PoisonError::into_inner);
        for (value, hashes) in values {
            if let Entry::Vacant(entry) = known.entry(value) {
                self.room.take(LEVEL + 16 * hashes.len() as u64)?;
                entry.insert(hashes);
            }
        }
        Ok(())
    }

    /// Watches the subjects of some rows, with the groups that they are in.
    pub(super) fn watch(&self, rows: impl Iterator<Item = (u64, u128)>) {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        rows.for_each(|(subject, name)| {
            watched.take(subject, Within::default, |within| within.add(name));
        });
    }

    /// Every group, now that all rows are counted.
    pub fn into_groups(self) -> Counted {
        let inner = |lock: Mutex<Map<Group>>| lock.into_inner().unwrap_or_else(PoisonError::into_inner);
        let groups = self.shards.into_iter().map(inner).collect();
        let levels =
            self.levels.into_iter().map(|lock| lock.into_inner().unwrap_or_else(PoisonError::into_inner)).collect();
        let watched = self.watched.into_inner().unwrap_or_else(PoisonError::into_inner);
        Counted { groups, levels, watched: watched.known().cloned().collect() }
    }
}

/// All groups of one table.
pub struct Counted {
    groups: Vec<Map<Group>>,
    levels: Vec<Map<Box<[u128]>>>,
    /// Subjects that were looked at, evenly taken from all: all of them, where there are no more than 4,096.
    pub watched: Vec<Within>,
}

/// The groups that a subject has rows in.
#[derive(Debug, Clone, Default)]
pub struct Within {
    /// By name; the least ones, where there are too many.
    names: BTreeSet<u128>,
    has_more: bool,
}

impl Within {
    fn add(&mut self, name: u128) {
        self.names.insert(name);
        if self.names.len() > REMEMBERED {
            self.names.pop_last();
            self.has_more = true;
        }
    }

    /// Whether they are several where each becomes another one; too many always are.
    pub fn are_several(&self, becomes: impl Fn(u128) -> u128) -> bool {
        self.has_more || self.names.iter().map(|name| becomes(*name)).collect::<BTreeSet<_>>().len() > 1
    }
}

impl Counted {
    /// The group of a name.
    pub fn group(&self, name: u128) -> Option<&Group> {
        self.groups[shard::<SHARDS>(name)].get(&name)
    }

    /// Every group with its name.
    pub fn groups(&self) -> impl Iterator<Item = (u128, &Group)> {
        self.groups.iter().flatten().map(|(name, group)| (*name, group))
    }

    /// Whether values that are equal at one level of a quasi leaf are so at all that are coarser. Those of a week need not
    /// be of one month, and a hierarchy is what its file says.
    pub fn nests(&self, leaf: usize) -> bool {
        let Some(known) = self.levels.get(leaf) else { return true };
        let levels = known.values().next().map_or(0, |hashes| hashes.len());
        (1..levels).all(|level| {
            let mut above: Map<u128> = Map::default();
            known.values().all(|hashes| *above.entry(hashes[level - 1]).or_insert(hashes[level]) == hashes[level])
        })
    }

    /// The name that a group has at these levels, one for each quasi leaf.
    ///
    /// A name is the sum of the hashes of its values, so a value's is replaced by that of the level.
    pub fn name_at(&self, name: u128, group: &Group, levels: &[usize]) -> u128 {
        if group.parts.is_empty() {
            return name;
        }
        let values = group.parts.iter().zip(&self.levels).zip(levels);
        let hashes = values.map(|((part, known), level)| known.get(part).map_or(*part, |hashes| hashes[*level]));
        hashes.fold(0, u128::wrapping_add)
    }
}
