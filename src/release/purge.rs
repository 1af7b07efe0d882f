//! The end of releases: every version, marker and unfinished write of them is erased, and the store is listed again.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::contents::{manifest_of, release_of};
use super::{CURRENT, Current, ReleaseError, json, pointer};
use crate::account::doors::Test;
use crate::account::store::{Remain, StoreError};
use crate::consent::is_id;
use crate::evidence::{Erased, Proof};

/// How often what remains is erased before giving up; others may be writing.
const TRIES: usize = 4;

/// Erases releases for good. What remains is found by listing, since a run that crashed left no manifest.
///
/// Readers are pointed to `next` first, then manifests go, then everything else. Where there is none, `current.json` goes too.
/// A run that is still writing one of the releases must have ended.
///
/// # Errors
/// [`ReleaseError::Left`] where something is left in the end, and whatever the store says; nothing is proved then.
pub fn purge(test: &Test, releases: &[String], next: Option<&str>) -> Result<Proof, ReleaseError> {
    if let Some(name) = releases.iter().find(|name| !is_id(name)) {
        return Err(ReleaseError::Unknown(name.clone()));
    }
    let going: BTreeSet<&str> = releases.iter().map(String::as_str).collect();
    point_away(test, &going, next.filter(|name| !going.contains(name)))?;
    let mut erased = BTreeSet::new();
    for _ in 0..TRIES {
        let left = left(test, &going)?;
        if left.is_empty() {
            return Ok(proof(&going, &erased));
        }
        let (manifests, others): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|remain| manifest_of(&remain.key).is_some());
        test.store.erase(&manifests)?;
        test.store.erase(&others)?;
        erased.extend(manifests.into_iter().chain(others));
    }
    match left(test, &going)? {
        left if left.is_empty() => Ok(proof(&going, &erased)),
        left => Err(ReleaseError::Left(Erased::of(&left))),
    }
}

/// Erases one release that readers do not use, or the last one: where there is no `next`. The proof says whether anything of
/// it was there.
///
/// # Errors
/// [`ReleaseError::InUse`], and as [`purge`].
pub fn delete(test: &Test, release: &str, next: Option<&str>) -> Result<Proof, ReleaseError> {
    if next.is_some() && super::current(test)?.as_deref() == Some(release) {
        return Err(ReleaseError::InUse(release.to_owned()));
    }
    purge(test, &[release.to_owned()], next)
}

/// Points readers away from releases that go; who points them elsewhere meanwhile has the last word.
fn point_away(test: &Test, going: &BTreeSet<&str>, next: Option<&str>) -> Result<(), ReleaseError> {
    let Some(next) = next else { return Ok(()) };
    for _ in 0..TRIES {
        let Some(object) = pointer(test)?.filter(|(_, current)| leads_to(current.as_ref(), going)) else {
            return Ok(());
        };
        let content = [json(&Current { release: next.to_owned() })];
        match test.store.replace(CURRENT, &content, &object.0.pin) {
            Err(StoreError::Changed) => {}
            replaced => return Ok(replaced.map(drop)?),
        }
    }
    Err(StoreError::Changed.into())
}

fn leads_to(current: Option<&Current>, going: &BTreeSet<&str>) -> bool {
    current.is_some_and(|current| going.contains(current.release.as_str()))
}

/// What is left of releases, and of `current.json` where it leads to none but them.
fn left(test: &Test, going: &BTreeSet<&str>) -> Result<Vec<Remain>, ReleaseError> {
    let leads_nowhere = pointer(test)?.is_none_or(|(_, current)| leads_to(current.as_ref(), going));
    let mut left = test.store.remains("")?;
    let is_going = |key: &str| release_of(key).is_some_and(|release| going.contains(release));
    left.retain(|remain| is_going(&remain.key) || (leads_nowhere && remain.key == CURRENT));
    Ok(left)
}

fn proof(going: &BTreeSet<&str>, erased: &BTreeSet<Remain>) -> Proof {
    let releases = going.iter().map(|&name| name.to_owned()).collect();
    Proof { releases, erased: Erased::of(erased), listed_again_at: Timestamp::now(), left: 0 }
}

#[cfg(test)]
mod tests {
    use crate::account::separate::SeparateAccounts;
    use std::collections::BTreeMap;

    use bytes::Bytes;

    use super::*;
    use crate::account::file::FileStore;
    use crate::account::store::Store;
    use crate::account::store::testing::MemoryStore;
    use crate::release::{Manifest, commit, current, key, list};
    use crate::signing::FileSigner;

    /// Releases whose names begin with one another, the later ones made later, each with a part in two tables.
    const RELEASES: [&str; 4] = ["a-1", "a-10", "a", "b-a-1"];

    fn part(table: &str, release: &str) -> String {
        format!("{table}/{release}/part-00000.parquet")
    }

    fn put(store: &dyn Store, key: &str) {
        store.create(key, &[Bytes::from_static(b"content")]).expect("is free");
    }

    fn made(store: Box<dyn Store>) -> Test {
        let (test, folder) = (Test::new(store), tempfile::tempdir().expect("a folder"));
        let signer = FileSigner::create(&folder.path().join("key")).expect("a key");
        for (second, release) in (0..).zip(RELEASES) {
            put(test.store.as_ref(), &part("customers", release));
            put(test.store.as_ref(), &part("orders", release));
            commit(test.open(&SeparateAccounts::of_folders()), &manifest(release, second), &signer).expect("committed");
        }
        test
    }

    fn manifest(release: &str, second: i64) -> Manifest {
        Manifest {
            release: release.to_owned(),
            customer: "acme".to_owned(),
            created_at: Timestamp::from_second(second).expect("a time"),
            tool: String::new(),
            approval: String::new(),
            approval_digest: String::new(),
            claim: String::new(),
            epoch: String::new(),
            source: String::new(),
            tables: BTreeMap::new(),
        }
    }

    fn keys(test: &Test) -> Vec<String> {
        test.store.remains("").expect("looked").into_iter().map(|remain| remain.key).collect()
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    /// On every kind of store that is here.
    fn on_all(proof: impl Fn(Test)) {
        let folder = tempfile::tempdir().expect("a folder");
        proof(made(Box::new(MemoryStore::default())));
        proof(made(Box::new(FileStore::open(folder.path().to_owned()).expect("a store"))));
    }

    #[test]
    fn a_release_is_gone_and_no_object_of_another_is_touched() {
        on_all(|test| {
            let before = keys(&test);
            let proof = purge(&test, &names(&["a-1"]), None).expect("purged");
            let own = [part("customers", "a-1"), part("orders", "a-1"), key("a-1")];
            let expected: Vec<_> = before.into_iter().filter(|key| !own.contains(key)).collect();
            assert_eq!(keys(&test), expected);
            assert_eq!((proof.releases, proof.left), (names(&["a-1"]), 0));
            assert_eq!((proof.erased.versions, proof.erased.markers, proof.erased.uploads), (3, 0, 0));
            assert!(proof.erased.bytes > 14);
            assert_eq!(current(&test), Ok(Some("b-a-1".to_owned())), "readers use what they used");
        });
    }

    #[test]
    fn what_a_crashed_run_left_in_any_table_goes_without_a_manifest() {
        on_all(|test| {
            put(test.store.as_ref(), &part("elsewhere", "crashed"));
            put(test.store.as_ref(), "elsewhere/crashed/deeper/part-00001.parquet");
            assert_eq!(purge(&test, &names(&["crashed"]), None).expect("purged").erased.versions, 2);
            assert!(keys(&test).iter().all(|key| !key.contains("crashed")));
            assert_eq!(purge(&test, &names(&["crashed"]), None).expect("purged again").erased, Erased::default());
        });
    }

    #[test]
    fn readers_are_pointed_to_the_next() {
        on_all(|test| {
            purge(&test, &names(&["b-a-1"]), Some("a-10")).expect("purged");
            assert_eq!(current(&test), Ok(Some("a-10".to_owned())));
            purge(&test, &names(&["a-10"]), Some("a-10")).expect("purged");
            assert_eq!(test.store.find(CURRENT), Ok(None), "where there is no other, readers are pointed to none");
            assert_eq!(list(&test), Ok(names(&["a-1", "a"])));
        });
    }

    #[test]
    fn a_pointer_that_is_none_of_ours_stays() {
        let test = made(Box::new(MemoryStore::default()));
        let pin = test.store.find(CURRENT).expect("asked").expect("is there").pin;
        test.store.replace(CURRENT, &[Bytes::from_static(b"{}")], &pin).expect("replaced");
        purge(&test, &names(&RELEASES), None).expect("purged");
        assert_eq!(keys(&test), [CURRENT]);
    }

    #[test]
    fn only_the_last_release_is_deleted_while_readers_use_it() {
        on_all(|test| {
            assert!(matches!(delete(&test, "b-a-1", Some("a")), Err(ReleaseError::InUse(_))));
            assert_eq!(delete(&test, "never", Some("b-a-1")).expect("nothing is there").erased, Erased::default());
            assert!(matches!(delete(&test, "../a", Some("b-a-1")), Err(ReleaseError::Unknown(_))));
            for release in ["a", "a-1", "a-10"] {
                delete(&test, release, Some("b-a-1")).expect("deleted");
            }
            delete(&test, "b-a-1", None).expect("deleted");
            assert_eq!(keys(&test), Vec::<String>::new());
        });
    }

    #[test]
    fn what_is_left_is_counted_and_not_named() {
        let test = made(Box::new(MemoryStore::that_clings()));
        let refusal = purge(&test, &names(&["a-1"]), None).expect_err("all is left");
        assert_eq!(refusal.to_string(), "3 versions, 0 delete markers and 0 unfinished writes are left");
    }
}
