//! A store in memory that keeps the contract: `create` never writes over, `replace` only what is still pinned.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard};

use bytes::Bytes;

use super::{Object, Pin, Remain, RemainKind, Store, StoreError};

#[derive(Default)]
pub struct MemoryStore {
    objects: Mutex<BTreeMap<String, (u64, Bytes)>>,
    /// Whether it says that it erased, and did not.
    clings: bool,
}

impl MemoryStore {
    pub fn that_clings() -> Self {
        MemoryStore { clings: true, ..MemoryStore::default() }
    }

    fn objects(&self) -> MutexGuard<'_, BTreeMap<String, (u64, Bytes)>> {
        self.objects.lock().expect("no holder panics")
    }
}

fn pin(state: u64) -> Pin {
    Pin { version: None, etag: state.to_string() }
}

fn object(key: &str, (state, content): &(u64, Bytes)) -> Object {
    Object { key: key.to_owned(), size: content.len() as u64, pin: pin(*state) }
}

impl Store for MemoryStore {
    fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let objects = self.objects();
        Ok(objects.iter().filter(|(key, _)| key.starts_with(prefix)).map(|(key, kept)| object(key, kept)).collect())
    }

    fn find(&self, key: &str) -> Result<Option<Object>, StoreError> {
        Ok(self.objects().get(key).map(|kept| object(key, kept)))
    }

    fn read(&self, asked: &Object, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, StoreError> {
        let objects = self.objects();
        let (state, content) = objects.get(&asked.key).ok_or(StoreError::Changed)?;
        if pin(*state) != asked.pin {
            return Err(StoreError::Changed);
        }
        Ok(ranges.iter().map(|range| content.slice(range.start as usize..range.end as usize)).collect())
    }

    fn create(&self, key: &str, content: &[Bytes]) -> Result<Pin, StoreError> {
        let mut objects = self.objects();
        if objects.contains_key(key) {
            return Err(StoreError::Exists);
        }
        objects.insert(key.to_owned(), (0, content.concat().into()));
        Ok(pin(0))
    }

    fn replace(&self, key: &str, content: &[Bytes], expected: &Pin) -> Result<Pin, StoreError> {
        let mut objects = self.objects();
        match objects.get_mut(key) {
            Some((state, kept)) if pin(*state) == *expected => {
                *state += 1;
                *kept = content.concat().into();
                Ok(pin(*state))
            }
            _ => Err(StoreError::Changed),
        }
    }

    fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.objects().remove(key);
        Ok(())
    }

    fn remains(&self, prefix: &str) -> Result<Vec<Remain>, StoreError> {
        let remain = |Object { key, size, pin }| Remain {
            kind: RemainKind::Version,
            key,
            id: pin.etag,
            size,
            is_abandoned: false,
        };
        Ok(self.list(prefix)?.into_iter().map(remain).collect())
    }

    fn erase(&self, remains: &[Remain]) -> Result<(), StoreError> {
        let mut objects = self.objects();
        let is_one =
            |key: &str, state: u64| remains.iter().any(|remain| remain.key == key && remain.id == pin(state).etag);
        objects.retain(|key, (state, _)| self.clings || !is_one(key, *state));
        Ok(())
    }
}
