//! Every kind of store holds the same contract; the S3 ones against a server that checks signatures and policies.

mod common;

use common::contract;
use verho::account::file::FileStore;

#[test]
fn files_hold_the_contract() {
    let folder = tempfile::tempdir().expect("a folder");
    contract::hold(&[], |number| {
        let root = folder.path().join(number.to_string());
        std::fs::create_dir(&root).expect("a root");
        Box::new(FileStore::open(root).expect("a store"))
    });
}

#[test]
fn a_missing_root_is_an_error_until_something_lies_there() {
    use verho::account::store::{Store, StoreError};
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileStore::open(folder.path().join("new/root")).expect("a store");
    assert_eq!(store.list(""), Err(StoreError::Missing));
    assert_eq!(store.find("a"), Ok(None));
    contract::put(&store, "a", "x");
    assert_eq!(store.list("").map(|found| found.len()), Ok(1));
}
