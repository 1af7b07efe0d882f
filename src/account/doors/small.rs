//! Small objects of a far store, read whole once: the passes of a run then share one request.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;

use crate::account::store::{Object, Pin, Store, StoreError};

/// An object of at most so many bytes is small: more takes a request longer than asking for a part of it again.
const SMALL: u64 = 1 << 20;

/// One object; whoever comes while it is read waits for it.
type Whole = Arc<OnceLock<Result<Bytes, StoreError>>>;

/// What is held of small objects.
#[derive(Default)]
pub(super) struct Small {
    held: Mutex<Held>,
    /// In bytes; none is held where this is 0.
    most: u64,
}

#[derive(Default)]
struct Held {
    /// By key and state: what is held is never another state than the one that is asked for.
    by_state: HashMap<(String, Pin), Whole>,
    bytes: u64,
}

impl Small {
    pub(super) fn of(most: u64) -> Self {
        Small { held: Mutex::default(), most }
    }

    /// As the store reads them.
    pub(super) fn read(
        &self,
        store: &dyn Store,
        object: &Object,
        ranges: &[Range<u64>],
    ) -> Result<Vec<Bytes>, StoreError> {
        let Some(whole) = self.place(object) else { return store.read(object, ranges) };
        let read = || {
            let read = store.read(object, std::slice::from_ref(&(0..object.size)))?;
            read.into_iter().next().ok_or_else(super::no_reply)
        };
        let whole = whole.get_or_init(read).clone()?;
        ranges.iter().map(|range| part(&whole, range)).collect()
    }

    /// Where an object is held or is to be; none where there is no room for it.
    fn place(&self, object: &Object) -> Option<Whole> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let state = (object.key.clone(), object.pin.clone());
        if let Some(whole) = held.by_state.get(&state) {
            return Some(whole.clone());
        }
        if object.size > SMALL || held.bytes + object.size > self.most {
            return None;
        }
        held.bytes += object.size;
        Some(held.by_state.entry(state).or_default().clone())
    }
}

fn part(whole: &Bytes, range: &Range<u64>) -> Result<Bytes, StoreError> {
    let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
    let inside = range.start <= range.end && at(range.end) <= whole.len();
    let short = || StoreError::Damaged("a read goes beyond the end".into());
    inside.then(|| whole.slice(at(range.start)..at(range.end))).ok_or_else(short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::store::testing::MemoryStore;

    fn stored(store: &MemoryStore, key: &str, bytes: usize) -> Object {
        store.create(key, &[Bytes::from(vec![7; bytes])]).expect("is free");
        store.find(key).expect("is there").expect("an object")
    }

    #[test]
    fn no_more_is_held_than_may_be() {
        let (store, small) = (MemoryStore::default(), Small::of(100));
        let (one, other) = (stored(&store, "a", 60), stored(&store, "b", 60));
        for object in [&one, &other, &one] {
            assert_eq!(small.read(&store, object, &[2..4, 0..1]).expect("read").concat(), vec![7; 3]);
        }
        assert_eq!(small.held.lock().expect("held").bytes, 60, "one is held, the other read from the store");
    }

    #[test]
    fn another_state_of_an_object_is_another_object() {
        let (store, small) = (MemoryStore::default(), Small::of(100));
        let object = stored(&store, "a", 10);
        let read = |object: &Object| small.read(&store, object, std::slice::from_ref(&(0..1)));
        assert!(read(&object).is_ok());
        let other = Object { pin: Pin { etag: "another".to_owned(), ..object.pin.clone() }, ..object.clone() };
        assert!(read(&other).is_err(), "what is held of the one is not given out for the other");
        assert!(read(&object).is_ok());
    }

    #[test]
    fn what_lies_beyond_the_end_is_no_part_of_it() {
        let (store, small) = (MemoryStore::default(), Small::of(100));
        let object = stored(&store, "a", 10);
        let read = |range| small.read(&store, &object, std::slice::from_ref(&range));
        assert!(read(8..11).is_err());
        assert_eq!(read(8..10).expect("read").concat(), vec![7; 2]);
    }
}
