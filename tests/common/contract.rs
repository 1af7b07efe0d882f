//! What every store must do, whatever it is made of.

use bytes::Bytes;
use verho::account::store::{Object, Pin, Store, StoreError};

/// One clause: what it says, and the proof, run on a store that is empty.
pub type Clause = (&'static str, fn(&dyn Store));

/// All of them.
pub const CONTRACT: &[Clause] = &[
    ("a created object is found, listed and read", created),
    ("a key is taken once", taken_once),
    ("a replacement needs the state it replaces", replaced),
    ("a pinned read never shows another state", pinned),
    ("ranges come back as asked", ranges),
    ("a range outside the object is refused", outside),
    ("an empty object is an object", empty),
    ("an object is read whole, whatever its size, and one that is not there is missing", whole),
    ("a large object in uneven pieces arrives whole", large),
    ("odd keys are kept to the letter", odd_keys),
    ("what is deleted is gone, twice over", deleted),
    (FREED, freed),
    ("a listing is complete and in key order", listed),
    ("what remains is told and erased, below its prefix alone", erased),
    ("a listing of more than one page is complete, and so is one of what remains", pages),
];

/// The clause that the test server breaks in a bucket with versions: there it takes a delete marker for an object.
pub const FREED: &str = "a deleted key is free again";

/// Runs every clause but some, each on a store of its own.
pub fn hold(but: &[&str], open: impl Fn(usize) -> Box<dyn Store>) {
    for (number, (says, proof)) in CONTRACT.iter().enumerate().filter(|(_, (says, _))| !but.contains(says)) {
        println!("{says}");
        proof(open(number).as_ref());
    }
}

pub fn put(store: &dyn Store, key: &str, content: &'static str) -> Pin {
    store.create(key, &[Bytes::from_static(content.as_bytes())]).expect("created")
}

fn found(store: &dyn Store, key: &str) -> Object {
    store.find(key).expect("asked").expect("is there")
}

fn keys(store: &dyn Store, prefix: &str) -> Vec<String> {
    store.list(prefix).expect("listed").into_iter().map(|object| object.key).collect()
}

fn created(store: &dyn Store) {
    let pin = put(store, "a/b", "content");
    let object = found(store, "a/b");
    assert_eq!((object.key.as_str(), object.size), ("a/b", 7));
    assert_eq!(object.pin.etag, pin.etag);
    let listed = store.list("").expect("listed").remove(0);
    assert_eq!((listed.key.as_str(), listed.size, &listed.pin.etag), ("a/b", 7, &pin.etag));
    assert_eq!(store.read(&listed, std::slice::from_ref(&(0..7))), Ok(vec![Bytes::from_static(b"content")]));
    assert_eq!(store.find("a"), Ok(None));
    assert_eq!(store.find("a/c"), Ok(None));
}

fn whole(store: &dyn Store) {
    for size in [0, 1, (64 << 10) - 1, 64 << 10, (64 << 10) + 1, 200_000] {
        let (key, content) = (format!("{size}"), Bytes::from(vec![b'a'; size]));
        let pin = store.create(&key, std::slice::from_ref(&content)).expect("created");
        let (object, read) = store.whole(&key).expect("read");
        assert_eq!((object.key, object.size, object.pin.etag), (key.clone(), size as u64, pin.etag));
        assert!(read == content, "{key}");
    }
    assert_eq!(store.whole("none").map(|(object, _)| object), Err(StoreError::Missing));
}

fn taken_once(store: &dyn Store) {
    put(store, "a", "first");
    assert_eq!(store.create("a", &[Bytes::from_static(b"second")]), Err(StoreError::Exists));
    assert_eq!(store.create("a", &[Bytes::from_static(b"first")]), Err(StoreError::Exists));
    assert_eq!(store.whole("a").expect("read").1, "first");
}

fn replaced(store: &dyn Store) {
    let first = put(store, "a", "first");
    let second = store.replace("a", &[Bytes::from_static(b"second")], &first).expect("replaced");
    assert_ne!(first.etag, second.etag);
    assert_eq!(store.replace("a", &[Bytes::from_static(b"third")], &first), Err(StoreError::Changed));
    assert_eq!(store.replace("b", &[Bytes::from_static(b"third")], &first), Err(StoreError::Changed));
    let (object, content) = store.whole("a").expect("read");
    assert_eq!((&content[..], &object.pin.etag), (&b"second"[..], &second.etag));
}

fn pinned(store: &dyn Store) {
    let pin = put(store, "a", "first");
    let listed = store.list("").expect("listed").remove(0);
    let object = found(store, "a");
    store.replace("a", &[Bytes::from_static(b"other")], &pin).expect("replaced");
    let read = |object| store.read(object, std::slice::from_ref(&(0..5)));
    assert_eq!(read(&listed), Err(StoreError::Changed));
    match (&object.pin.version, read(&object)) {
        (Some(_), state) => assert_eq!(state, Ok(vec![Bytes::from_static(b"first")])),
        (None, state) => assert_eq!(state, Err(StoreError::Changed)),
    }
}

fn ranges(store: &dyn Store) {
    put(store, "a", "0123456789");
    let asked = [8..10, 0..3, 3..5, 4..4, 2..4, 8..10];
    let read = store.read(&found(store, "a"), &asked).expect("read");
    assert_eq!(read, ["89", "012", "34", "", "23", "89"].map(Bytes::from));
    assert_eq!(store.read(&found(store, "a"), &[]), Ok(Vec::new()));
}

#[expect(clippy::reversed_empty_ranges, reason = "a range that ends before it starts is what is refused")]
fn outside(store: &dyn Store) {
    put(store, "a", "0123456789");
    let object = found(store, "a");
    for range in [5..11, 10..11, 7..3, 0..u64::MAX] {
        let read = store.read(&object, std::slice::from_ref(&range));
        assert!(matches!(read, Err(StoreError::Damaged(_))), "{range:?}");
    }
}

fn empty(store: &dyn Store) {
    store.create("a", &[]).expect("created");
    let (object, content) = store.whole("a").expect("read");
    assert_eq!((object.size, content.len()), (0, 0));
    assert_eq!(store.create("a", &[]), Err(StoreError::Exists));
}

fn large(store: &dyn Store) {
    let pieces: Vec<Bytes> = (0..40).map(|mib| vec![mib; (1 << 20) + usize::from(mib)].into()).collect();
    let size: usize = pieces.iter().map(Bytes::len).sum();
    let pin = store.create("a", &pieces).expect("created");
    let (object, content) = store.whole("a").expect("read");
    assert_eq!((object.size as usize, &object.pin.etag), (size, &pin.etag));
    assert!(content == pieces.concat());
    assert_eq!(store.create("a", &pieces), Err(StoreError::Exists));
}

fn odd_keys(store: &dyn Store) {
    let mut odd = [
        "a b",
        "a+b",
        "a%20b",
        "ä/ö\u{1F9FE}.parquet",
        "a=1/b='x'&y",
        "a/~$!(),;:@?#[]<>\"|^`",
        "a\\b",
        "..a/b..",
        "-",
    ];
    for key in odd {
        store.create(key, &[Bytes::from_static(key.as_bytes())]).expect(key);
        assert_eq!(store.whole(key).expect(key).1, key);
    }
    odd.sort_unstable();
    assert_eq!(keys(store, ""), odd);
    odd.iter().for_each(|key| store.delete(key).expect(key));
    assert_eq!(keys(store, "").len(), 0);
}

fn deleted(store: &dyn Store) {
    put(store, "a/b", "content");
    let object = store.list("").expect("listed").remove(0);
    store.delete("a/b").expect("deleted");
    store.delete("a/b").expect("deleted already");
    store.delete("never/there").expect("deleted already");
    assert_eq!(store.find("a/b"), Ok(None));
    assert_eq!(store.read(&object, std::slice::from_ref(&(0..7))), Err(StoreError::Changed));
}

fn freed(store: &dyn Store) {
    put(store, "a/b", "content");
    store.delete("a/b").expect("deleted");
    put(store, "a/b", "again");
    assert_eq!(store.whole("a/b").expect("read").1, "again");
}

fn listed(store: &dyn Store) {
    let mut all = ["b", "a/z", "a-z", "a/y/x", "ab/c", "a.z", "Z"];
    all.iter().for_each(|key| drop(put(store, key, "x")));
    all.sort_unstable();
    assert_eq!(keys(store, ""), all);
    assert_eq!(keys(store, "a/"), ["a/y/x", "a/z"]);
    assert_eq!(keys(store, "a"), ["a-z", "a.z", "a/y/x", "a/z", "ab/c"]);
    assert_eq!(keys(store, "a/y"), ["a/y/x"]);
    assert_eq!(keys(store, "c/"), Vec::<String>::new());
    assert_eq!(keys(store, "b/c/"), Vec::<String>::new());
}

fn erased(store: &dyn Store) {
    let pin = put(store, "a/b", "first");
    store.replace("a/b", &[Bytes::from_static(b"other")], &pin).expect("replaced");
    ["a-", "a/c", "ab/c", "b/a/b"].iter().for_each(|key| drop(put(store, key, "x")));
    store.delete("a/c").expect("deleted");
    let remains = store.remains("a/").expect("told");
    assert!(remains.iter().any(|remain| remain.key == "a/b" && remain.size == 5));
    assert!(remains.iter().all(|remain| remain.key.starts_with("a/")));
    store.erase(&remains).expect("erased");
    store.erase(&remains).expect("erased already");
    assert_eq!(store.remains("a/"), Ok(Vec::new()));
    assert_eq!(keys(store, ""), ["a-", "ab/c", "b/a/b"]);
    put(store, "a/b", "again");
    assert_eq!(store.whole("a/b").expect("read").1, "again");
}

fn pages(store: &dyn Store) {
    let all: Vec<String> = (0..1003).map(|number| format!("many/{number:04}")).collect();
    all.iter().for_each(|key| drop(put(store, key, "x")));
    assert_eq!(keys(store, "many/"), all);
    let remains = store.remains("many/").expect("told");
    assert_eq!(remains.len(), all.len());
    store.erase(&remains).expect("erased");
    assert_eq!(store.remains(""), Ok(Vec::new()));
}
