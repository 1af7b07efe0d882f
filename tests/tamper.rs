//! Nothing that is recorded can be changed, taken away, put elsewhere or repeated without `review verify` noticing.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use common::desk::Desk;
use common::reviewed::{enter, lived};
use verho::account::file::FileStore;
use verho::error::Failure;
use verho::ledger::{Entry, Event, Ledger};
use verho::review::verify::{Finding, Gravity, look};
use verho::signing::{FileSigner, Signer};
use verho::workspace::Workspace;

/// Bytes that are changed, at least.
const CHANGES: usize = 2_000;

/// A copy of a workspace, to be tampered with.
struct Copy(tempfile::TempDir);

impl Copy {
    fn of(desk: &Desk) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        copy(&desk.path(""), folder.path());
        Copy(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What one look finds: nothing goes on beside it.
    fn verify(&self) -> Result<Vec<Finding>, Failure> {
        let workspace = Workspace::read(self.0.path()).expect("a workspace");
        look(&workspace, &FileStore::open(self.path("evidence")).expect("a folder"))
    }

    fn is_sound(&self) -> bool {
        self.verify().is_ok_and(|found| found.is_empty())
    }

    /// Every file below some folders, by its name below the workspace.
    fn files(&self, folders: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        folders.iter().for_each(|folder| list(&self.path(folder), &mut found));
        let name =
            |path: &PathBuf| path.strip_prefix(self.0.path()).expect("is below").to_str().expect("text").to_owned();
        let mut names: Vec<_> = found.iter().map(name).collect();
        names.sort();
        names
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("a file")
    }

    fn write(&self, name: &str, content: &[u8]) {
        fs::create_dir_all(self.path(name).parent().expect("a folder")).expect("folders");
        fs::write(self.path(name), content).expect("a file");
        if name.starts_with("keys/") {
            fs::set_permissions(self.path(name), PermissionsExt::from_mode(0o600)).expect("is the owner's");
        }
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).expect("is there");
    }

    /// Does something, demands that it is noticed, and puts everything back.
    fn demand_noticed(&self, what: &str, names: &[&str], tamper: impl FnOnce()) {
        let kept: Vec<_> = names.iter().map(|name| fs::read(self.path(name)).ok()).collect();
        tamper();
        assert!(!self.is_sound(), "{what} was not noticed");
        for (name, kept) in names.iter().zip(kept) {
            match kept {
                Some(content) => self.write(name, &content),
                None => self.remove(name),
            }
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("a copy")),
        }
    }
}

fn list(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() { list(&path, found) } else { found.push(path) }
    }
}

/// All that is recorded: approvals with their signatures, who may sign, wrapped secrets, ledger, statements, manifests.
fn recorded(copy: &Copy) -> Vec<String> {
    let is_recorded = |name: &String| {
        let is_consent = name.ends_with("approval.toml") || name.ends_with(".sig") || name.matches('/').count() == 1;
        !name.starts_with("consent/") || is_consent
    };
    let mut names = copy.files(&["consent", "evidence", "test/demo/releases"]);
    names.retain(is_recorded);
    names.push("keys/demo.age".to_owned());
    names
}

/// Places that are spread over a file, the same ones each time.
fn places(name: &str, length: usize, wanted: usize) -> BTreeSet<usize> {
    let mut state = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut places: BTreeSet<usize> = [0, length - 1].into();
    while places.len() < wanted.min(length) {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        places.insert((state >> 33) as usize % length);
    }
    places
}

#[test]
fn every_byte_that_is_changed_is_noticed() {
    let desk = lived();
    let copies = [Copy::of(&desk), Copy::of(&desk)];
    let names = recorded(&copies[0]);
    for kind in [
        "approval.toml",
        ".sig",
        "allowed_signers",
        "roles.toml",
        ".age",
        "ledger/entry/",
        "tile/entries",
        "tile/0/",
        "checkpoint",
        "evidence/demo/",
        "releases/",
    ] {
        assert!(names.iter().any(|name| name.contains(kind)), "{kind} is among {names:?}");
    }
    let wanted = CHANGES.div_ceil(names.len()) + 4;
    let tried = |(at, copy): (usize, &Copy)| -> usize {
        assert!(copy.is_sound(), "{:?}", copy.verify());
        let own = names.iter().skip(at).step_by(copies.len());
        let tried = own.map(|name| changed(copy, name, wanted)).sum();
        assert!(copy.is_sound(), "all is put back");
        tried
    };
    let tried: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = copies.iter().enumerate().map(|copy| scope.spawn(move || tried(copy))).collect();
        threads.into_iter().map(|thread| thread.join().expect("holds")).sum()
    });
    println!("{tried} changed bytes in {} files, all noticed", names.len());
    assert!(tried >= CHANGES, "{tried}");
}

/// Changes one bit at each of some places of a file, one after the other.
fn changed(copy: &Copy, name: &str, wanted: usize) -> usize {
    let content = copy.read(name);
    let mut places = places(name, content.len(), wanted);
    places.retain(|place| !hint(name, &content).contains(place));
    for place in &places {
        let mut altered = content.clone();
        altered[*place] ^= 1 << (place % 7);
        copy.write(name, &altered);
        assert!(!copy.is_sound(), "{name}: byte {place} of {}", content.len());
    }
    copy.write(name, &content);
    places.len()
}

/// Where a manifest names the key that signed it: a hint, which DSSE leaves unsigned, and nothing else fixes its bytes.
fn hint(name: &str, content: &[u8]) -> std::ops::Range<usize> {
    let text = String::from_utf8_lossy(content);
    let start = text.find("\"keyid\": \"").map(|at| at + "\"keyid\": \"".len());
    match start.filter(|_| name.starts_with("test/")) {
        Some(start) => start..start + text[start..].find('"').expect("an end"),
        None => 0..0,
    }
}

#[test]
fn every_file_that_is_taken_away_is_noticed() {
    let desk = lived();
    let copy = Copy::of(&desk);
    // What a tree has outgrown may go; the pieces of this checkpoint may not.
    for name in recorded(&copy).iter().filter(|name| !is_outgrown(&copy, name)) {
        copy.demand_noticed(name, &[name], || copy.remove(name));
    }
    assert!(copy.is_sound());
}

/// Whether it is a partial piece of a smaller tree.
fn is_outgrown(copy: &Copy, name: &str) -> bool {
    let entries = copy.files(&["evidence/ledger/entry"]).len().to_string();
    name.split_once(".p/").is_some_and(|(_, width)| width != entries)
}

#[test]
fn every_object_in_test_that_is_taken_away_or_cut_is_noticed() {
    let desk = lived();
    let copy = Copy::of(&desk);
    let names: Vec<_> = copy.files(&["test"]).into_iter().filter(|name| !name.contains("/releases/")).collect();
    assert!(
        names.iter().any(|name| name.ends_with(".parquet")) && names.iter().any(|name| name.ends_with("current.json"))
    );
    for name in &names {
        copy.demand_noticed(&format!("{name} gone"), &[name], || copy.remove(name));
        copy.demand_noticed(&format!("{name} cut"), &[name], || {
            let content = copy.read(name);
            copy.write(name, &content[..content.len() - 3]);
        });
    }
    let pointer = "test/demo/current.json";
    for text in ["{\"release\":\"20990101-aaaaaaaa\"}", "{}", ""] {
        copy.demand_noticed(&format!("`{text}`"), &[pointer], || copy.write(pointer, text.as_bytes()));
    }
    let other = copy.files(&["test/demo/releases"]).remove(0);
    let other = other.trim_start_matches("test/demo/releases/").trim_end_matches(".json");
    copy.write(pointer, format!("{{\"release\":\"{other}\"}}").as_bytes());
    assert!(copy.is_sound(), "readers may be led to any release");
}

#[test]
fn every_object_that_nothing_explains_is_noticed() {
    let desk = lived();
    let copy = Copy::of(&desk);
    let (raw, entry) =
        (copy.read("production/demo/people/1.csv"), copy.read("evidence/ledger/entry/000000000003.json"));
    let later = format!("evidence/ledger/entry/{:012}.json", copy.files(&["evidence/ledger/entry"]).len() + 1);
    let in_test = ["raw.csv", "other/raw.csv", "demo/raw.csv", "demo/people/raw.csv", "demo/.verho-9-9", ".verho-9-9"];
    let below = ["x.parquet", "q/y.json", ".json", "x"].map(|name| format!("demo/releases/{name}"));
    let in_test = in_test.into_iter().map(str::to_owned).chain(below).map(|name| format!("test/{name}"));
    let beside =
        ["junk", "ledger/foo", "ledger/entry/3.json", "ledger/entry/000000000999.json", "ledger/witness/x.checkpoint"];
    let in_evidence = beside.map(|name| format!("evidence/{name}")).into_iter().chain([later]);
    for name in in_test.chain(in_evidence) {
        let content = if name.contains("/ledger/") { &entry } else { &raw };
        copy.demand_noticed(&name, &[&name], || {
            copy.write(&name, content);
            let found = copy.verify().expect("can be read");
            assert!(found.iter().all(|finding| finding.gravity == Gravity::Loose), "{found:?}");
        });
    }
    assert!(copy.is_sound());
}

#[test]
fn what_is_put_in_the_place_of_another_is_noticed() {
    let desk = lived();
    let copy = Copy::of(&desk);
    let swap = |one: &str, other: &str| {
        copy.demand_noticed(&format!("{one} for {other}"), &[one, other], || {
            let (first, second) = (copy.read(one), copy.read(other));
            copy.write(one, &second);
            copy.write(other, &first);
        });
    };
    for folder in ["evidence/ledger/entry", "evidence/evidence/demo", "test/demo/releases", "consent/demo/first"] {
        let names: Vec<_> = recorded(&copy).into_iter().filter(|name| name.starts_with(folder)).collect();
        names.windows(2).for_each(|pair| swap(&pair[0], &pair[1]));
    }
    swap("consent/demo/first/approval.toml", "consent/demo/second/approval.toml");
    swap("consent/allowed_signers", "consent/roles.toml");
    assert!(copy.is_sound());
}

#[test]
fn what_is_repeated_or_added_is_noticed() {
    let desk = lived();
    let copy = Copy::of(&desk);
    let entries = copy.files(&["evidence/ledger/entry"]);
    let next = format!("evidence/ledger/entry/{:012}.json", entries.len());
    for entry in &entries {
        copy.demand_noticed(&format!("{entry} again"), &[&next], || copy.write(&next, &copy.read(entry)));
    }
    let statement = copy.files(&["evidence/evidence/demo"]).remove(0);
    let repeats = [
        (statement.clone(), statement.replace("evidence/demo/", "evidence/globex/")),
        (statement.clone(), statement.replace("evidence/demo/2", "evidence/demo/3")),
        ("consent/demo/first/owner@acme.example.sig".into(), "consent/demo/first/more.sig".into()),
        (copy.files(&["test/demo/releases"]).remove(0), "test/demo/releases/20260101-aaaaaaaa.json".into()),
        ("keys/demo.age".into(), "keys/globex.age".into()),
        ("keys/demo.age".into(), "keys/demo.age.bak".into()),
        ("keys/demo.age".into(), "keys/.draft-0123456789abcdef".into()),
    ];
    for (from, to) in repeats {
        let content = copy.read(&from);
        copy.demand_noticed(&to, &[&to], || copy.write(&to, &content));
    }
    assert!(copy.is_sound());
}

#[test]
fn a_secret_that_was_destroyed_and_comes_back_is_noticed() {
    let desk = lived();
    let wrapped = fs::read(desk.path("keys/demo.age")).expect("a file");
    let made = desk.facts(&["review", "keys"]);
    assert_eq!(made.as_array().map(Vec::len), Some(1));
    let sha256 = sha256(&wrapped);
    enter(&desk, Event::KeyDestroyed { sha256, because: "withdrawal".into() });
    let copy = Copy::of(&desk);
    let found = copy.verify().expect("can be read");
    assert!(found.iter().any(|finding| finding.says.contains("is there again")), "{found:?}");
    copy.remove("keys/demo.age");
    assert!(copy.is_sound());
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    format!("{:x}", Sha256::digest(bytes))
}

/// The ledger as somebody who holds its key would write it anew, from some entries.
fn rewritten(copy: &Copy, keep: impl Fn(usize, &Entry) -> bool) {
    let signer = FileSigner::open(&copy.path("keys/evidence")).expect("a key");
    let key = signer.public_key().expect("a key");
    let entries: Vec<Entry> = {
        let store = FileStore::open(copy.path("evidence")).expect("a folder");
        let ledger = Ledger::open(&store, key.clone(), &copy.path("other.checkpoint")).expect("is sound");
        ledger.entries().cloned().collect()
    };
    fs::remove_dir_all(copy.path("evidence/ledger")).expect("is there");
    let store = FileStore::open(copy.path("evidence")).expect("a folder");
    let mut ledger = Ledger::open(&store, key, &copy.path("forged.checkpoint")).expect("is empty");
    let kept = entries.iter().enumerate().filter(|(place, entry)| keep(*place, entry)).map(|(_, entry)| entry);
    for entry in kept {
        ledger.append(&signer, entry).expect("can be written");
    }
}

/// Whether a forger keeps an entry, by its place.
type Kept<'k> = &'k dyn Fn(usize, &Entry) -> bool;

#[test]
fn a_history_that_was_rolled_back_or_written_anew_is_noticed_even_by_a_newcomer() {
    let desk = lived();
    let last = fs::read_dir(desk.path("evidence/ledger/entry")).expect("a folder").count() - 1;
    let is_of_run = |entry: &Entry| matches!(&entry.event, Event::Started(_));
    let forgeries: [(&str, Kept<'_>); 4] = [
        ("without its end", &|place, _| place != last),
        ("without its beginning", &|place, _| place != 0),
        ("without runs that began", &|_, entry| !is_of_run(entry)),
        ("without the withdrawal", &|_, entry| !matches!(entry.event, Event::Withdrawn { .. })),
    ];
    for (what, keep) in forgeries {
        for is_known in [true, false] {
            let copy = Copy::of(&desk);
            rewritten(&copy, keep);
            if !is_known {
                copy.remove(".verho/checkpoint");
            }
            assert!(!copy.is_sound(), "{what}, and the reviewer {}", if is_known { "knew it" } else { "is new" });
        }
    }
}
