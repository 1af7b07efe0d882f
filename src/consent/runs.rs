//! How often an approval was used, and whether it was withdrawn: objects in the evidence store that can be made
//! once and are never written over.

use std::collections::BTreeSet;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use crate::account::store::{Store, StoreError, read_whole};

/// One run as it is counted.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Run<'a> {
    pub approval: &'a str,
    /// Of the approval's bytes.
    pub digest: &'a str,
    /// The principal.
    pub operator: &'a str,
    pub at: Timestamp,
}

/// How many runs of an approval are taken.
///
/// # Errors
/// Where the store cannot be listed.
pub fn taken(evidence: &dyn Store, approval: &str) -> Result<u64, StoreError> {
    Ok(evidence.list(&folder(approval))?.len() as u64)
}

/// Whether the approval was withdrawn.
///
/// # Errors
/// Where the store cannot be asked.
pub fn is_withdrawn(evidence: &dyn Store, approval: &str) -> Result<bool, StoreError> {
    evidence.find(&withdrawal(approval)).map(|found| found.is_some())
}

/// Ends an approval for good; one that was withdrawn already stays so.
///
/// # Errors
/// Where the store refuses.
pub fn withdraw(evidence: &dyn Store, run: &Run<'_>) -> Result<(), StoreError> {
    match evidence.create(&withdrawal(run.approval), &content(run)?) {
        Ok(_) | Err(StoreError::Exists) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Takes the first free of `max_runs` runs; two that take at once get two different ones.
pub(super) fn take(evidence: &dyn Store, run: &Run<'_>, max_runs: u64) -> Result<u64, Refusal> {
    let used = used(evidence, run, max_runs)?;
    let content = content(run).map_err(Refusal::Uncounted)?;
    for number in 1..=max_runs {
        let key = key(run.approval, number);
        if used.contains(&key) {
            continue;
        }
        match evidence.create(&key, &content) {
            Ok(_) => return Ok(number),
            // Whoever was faster may have used the name for other content.
            Err(StoreError::Exists) => check(evidence, run)?,
            Err(error) => return Err(Refusal::Uncounted(error)),
        }
    }
    Err(Refusal::UsedUp { max_runs })
}

/// The keys of the runs that are taken, of which one at least must be left.
pub(super) fn used(evidence: &dyn Store, run: &Run<'_>, max_runs: u64) -> Result<BTreeSet<String>, Refusal> {
    check(evidence, run)?;
    let listed = evidence.list(&folder(run.approval)).map_err(Refusal::Uncounted)?;
    if listed.len() as u64 >= max_runs {
        return Err(Refusal::UsedUp { max_runs });
    }
    Ok(listed.into_iter().map(|object| object.key).collect())
}

/// Refuses where the approval was withdrawn, or where its name was used for other content before.
fn check(evidence: &dyn Store, run: &Run<'_>) -> Result<(), Refusal> {
    if is_withdrawn(evidence, run.approval).map_err(Refusal::Uncounted)? {
        return Err(Refusal::Withdrawn);
    }
    match first_digest(evidence, run.approval).map_err(Refusal::Uncounted)? {
        Some(digest) if digest != run.digest => Err(Refusal::NameReused),
        _ => Ok(()),
    }
}

fn first_digest(evidence: &dyn Store, approval: &str) -> Result<Option<String>, StoreError> {
    #[derive(Deserialize)]
    struct Counted {
        digest: String,
    }
    match read_whole(evidence, &key(approval, 1)) {
        Ok((_, bytes)) => match serde_json::from_slice::<Counted>(&bytes) {
            Ok(counted) => Ok(Some(counted.digest)),
            Err(_) => Err(StoreError::Damaged("a counted run is not readable".to_owned())),
        },
        Err(StoreError::Missing) => Ok(None),
        Err(error) => Err(error),
    }
}

fn content(run: &Run<'_>) -> Result<[Bytes; 1], StoreError> {
    serde_json::to_vec(run).map(|json| [Bytes::from(json)]).map_err(|error| StoreError::Other(error.to_string()))
}

fn folder(approval: &str) -> String {
    format!("runs/{approval}/")
}

fn key(approval: &str, number: u64) -> String {
    format!("runs/{approval}/{number:06}.json")
}

fn withdrawal(approval: &str) -> String {
    format!("withdrawn/{approval}.json")
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;
    use crate::account::store::testing::MemoryStore;
    use crate::account::store::{Object, Pin};

    fn run(digest: &'static str) -> Run<'static> {
        Run { approval: "acme-1", digest, operator: "op@x", at: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn runs_are_counted_to_the_last_and_no_further() {
        let store = MemoryStore::default();
        let numbers: Vec<_> = (0..3).map(|_| take(&store, &run("blake3:a"), 3)).collect();
        assert_eq!(numbers, [Ok(1), Ok(2), Ok(3)]);
        assert_eq!(take(&store, &run("blake3:a"), 3), Err(Refusal::UsedUp { max_runs: 3 }));
        assert_eq!(taken(&store, "acme-1"), Ok(3));
    }

    #[test]
    fn takers_at_once_never_share_a_run() {
        let store = MemoryStore::default();
        let take_some = || (0..20).filter_map(|_| take(&store, &run("blake3:a"), 50).ok()).collect::<Vec<_>>();
        let mut numbers: Vec<u64> = std::thread::scope(|scope| {
            let takers: Vec<_> = (0..4).map(|_| scope.spawn(take_some)).collect();
            takers.into_iter().flat_map(|taker| taker.join().expect("does not panic")).collect()
        });
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=50).collect::<Vec<_>>());
    }

    /// Lists nothing, as if every other taker came between listing and taking.
    struct Stale(MemoryStore);

    impl Store for Stale {
        fn list(&self, _: &str) -> Result<Vec<Object>, StoreError> {
            Ok(Vec::new())
        }

        fn find(&self, key: &str) -> Result<Option<Object>, StoreError> {
            self.0.find(key)
        }

        fn read(&self, object: &Object, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, StoreError> {
            self.0.read(object, ranges)
        }

        fn create(&self, key: &str, content: &[Bytes]) -> Result<Pin, StoreError> {
            self.0.create(key, content)
        }

        fn replace(&self, key: &str, content: &[Bytes], pin: &Pin) -> Result<Pin, StoreError> {
            self.0.replace(key, content, pin)
        }

        fn delete(&self, key: &str) -> Result<(), StoreError> {
            self.0.delete(key)
        }
    }

    #[test]
    fn a_run_that_was_taken_after_the_listing_is_not_taken_again() {
        let store = Stale(MemoryStore::default());
        let numbers: Vec<_> = (0..3).map(|_| take(&store, &run("blake3:a"), 2)).collect();
        assert_eq!(numbers, [Ok(1), Ok(2), Err(Refusal::UsedUp { max_runs: 2 })]);
    }

    #[test]
    fn a_name_is_used_for_one_content_ever() {
        let store = MemoryStore::default();
        assert_eq!(take(&store, &run("blake3:a"), 3), Ok(1));
        assert_eq!(take(&store, &run("blake3:b"), 3), Err(Refusal::NameReused));
    }

    #[test]
    fn withdrawn_is_for_good() {
        let store = MemoryStore::default();
        withdraw(&store, &run("blake3:a")).expect("store is writable");
        withdraw(&store, &run("blake3:a")).expect("twice is once");
        assert_eq!(take(&store, &run("blake3:a"), 3), Err(Refusal::Withdrawn));
    }
}
