//! No value of a leaf stands in two rows of the whole table, where its rule says so.
//!
//! Of every output value 128 bits of a BLAKE3 hash are remembered until the run ends, in about 20 to 40 bytes. That two
//! different values agree in all of them, so that a good run is refused, has a chance of n²/2¹²⁹: of 10⁹ values, one in
//! 10²⁰. Nulls are not compared. All parts of a run share one state, whichever thread works on them.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use ahash::RandomState;
use arrow::array::ArrayRef;

use crate::guard::GuardError;
use crate::keys::lanes::{DomainKey, first_128, shard};
use crate::method::hash_rows;
use crate::plan::TablePlan;
use crate::schema::LeafPath;

const CONTEXT: &str = "verho 2026-11 unique values";

/// Locks to a leaf, so that threads seldom wait for each other; a power of two.
const SHARDS: usize = 64;

/// The values that have passed, of every leaf that is unique.
pub struct Uniques {
    /// By table and leaf.
    leaves: HashMap<(String, LeafPath), Seen>,
    key: DomainKey,
}

/// The values of one leaf, each as 128 bits; a shard has those of the same highest bits.
type Seen = [Mutex<HashSet<u128, RandomState>>; SHARDS];

impl Uniques {
    /// For these tables, of which nothing has passed yet.
    pub fn of<'t>(tables: impl IntoIterator<Item = &'t TablePlan>) -> Self {
        let unique = tables.into_iter().flat_map(|table| {
            let leaves = table.columns.iter().flat_map(|column| &column.leaves).filter(|plan| plan.is_unique);
            leaves.map(|plan| ((table.schema.table.clone(), plan.leaf.path.clone()), seen()))
        });
        // No secret: what is hashed is what leaves, and the hashes stay in memory.
        let key = DomainKey::new(*blake3::Hasher::new_derive_key(CONTEXT).finalize().as_bytes());
        Uniques { leaves: unique.collect(), key }
    }

    /// Lets values of a leaf pass of which none has passed before.
    ///
    /// # Errors
    /// Where one has, or stands here twice, or nothing is known of the leaf.
    pub(super) fn admit(&self, table: &str, leaf: &LeafPath, values: &ArrayRef) -> Result<(), GuardError> {
        let seen = self.leaves.get(&(table.to_owned(), leaf.clone()));
        let seen = seen.ok_or_else(|| GuardError::Unwatched(leaf.clone()))?;
        let mut hashes = Vec::with_capacity(values.len());
        hash_rows(&self.key, values, |_, hash| hashes.push(first_128(hash)));
        if hashes.len() + values.null_count() != values.len() {
            return Err(GuardError::Unwatched(leaf.clone()));
        }
        hashes.sort_unstable();
        let is_new = hashes.chunk_by(|one, next| shard::<SHARDS>(*one) == shard::<SHARDS>(*next)).all(|hashes| {
            let mut known = seen[shard::<SHARDS>(hashes[0])].lock().unwrap_or_else(PoisonError::into_inner);
            hashes.iter().all(|hash| known.insert(*hash))
        });
        if is_new { Ok(()) } else { Err(GuardError::Repeated(leaf.clone())) }
    }
}

fn seen() -> Seen {
    std::array::from_fn(|_| Mutex::default())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, NullArray, StringArray};

    use super::*;

    fn uniques() -> (Uniques, LeafPath) {
        let mut uniques = Uniques::of([]);
        uniques.leaves.insert(("t".to_owned(), LeafPath::column("id")), seen());
        (uniques, LeafPath::column("id"))
    }

    fn texts(values: impl IntoIterator<Item = Option<String>>) -> ArrayRef {
        Arc::new(StringArray::from_iter(values))
    }

    #[test]
    fn a_value_passes_once_in_whatever_batch() {
        let (uniques, id) = uniques();
        let batch = |rows: std::ops::Range<usize>| texts(rows.map(|row| (row % 5 > 0).then(|| row.to_string())));
        assert_eq!(uniques.admit("t", &id, &batch(0..9_000)), Ok(()));
        assert_eq!(uniques.admit("t", &id, &batch(9_000..9_999)), Ok(()));
        assert_eq!(uniques.admit("t", &id, &batch(9_998..9_999)), Err(GuardError::Repeated(id.clone())));
        let twice = texts(["a", "b", "a"].map(|value| Some(value.to_owned())));
        assert_eq!(uniques.admit("t", &id, &twice), Err(GuardError::Repeated(id.clone())));
    }

    #[test]
    fn nulls_are_no_values() {
        let (uniques, id) = uniques();
        assert_eq!(uniques.admit("t", &id, &texts([None, None, Some(String::new())])), Ok(()));
        assert_eq!(uniques.admit("t", &id, &texts([None])), Ok(()));
        assert_eq!(uniques.admit("t", &id, &texts([Some(String::new())])), Err(GuardError::Repeated(id)));
    }

    #[test]
    fn what_nothing_watches_does_not_pass() {
        let (uniques, id) = uniques();
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        assert_eq!(uniques.admit("other", &id, &numbers), Err(GuardError::Unwatched(id.clone())));
        let nothing: ArrayRef = Arc::new(NullArray::new(1));
        assert_eq!(uniques.admit("t", &id, &nothing), Err(GuardError::Unwatched(id)));
    }

    #[test]
    fn threads_share_what_has_passed() {
        let (uniques, id) = uniques();
        let pass = |_| (0..50).filter(|row| uniques.admit("t", &id, &texts([Some(row.to_string())])).is_ok()).count();
        let passed: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|thread| scope.spawn(move || pass(thread))).collect();
            threads.into_iter().map(|thread| thread.join().expect("it ends")).sum()
        });
        assert_eq!(passed, 50);
    }
}
