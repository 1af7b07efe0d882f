//! An approval that ends at any moment of a run: nothing stays visible that was made after it, and what was made is gone, with
//! proof.

mod common;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use common::desk::Desk;
use common::reviewed::enter;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use verho::account::doors::{Production, Test};
use verho::account::file::FileStore;
use verho::account::store::{Object, Pin, Remain, Store, StoreError};
use verho::engine::Progress;
use verho::error::Kind;
use verho::evidence;
use verho::ledger::{Event, Given, Ledger, Told};
use verho::run::ending::{self, Fate};
use verho::run::{self, House, Wish};
use verho::workspace::Workspace;

/// How many moments of a run are tried.
const MOMENTS: u64 = 36;

/// A desk with the demo's data, whose key ring opens without the environment.
fn desk() -> Desk {
    let desk = Desk::local("demo");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/demo");
    desk.put(&data.join("customers-1.parquet"), "demo/customers/customers-1.parquet");
    desk.put(&data.join("orders-1.parquet"), "demo/orders/orders-1.parquet");
    desk.write("schemas/demo/customers.toml", include_str!("../schemas/demo/customers.toml"));
    desk.write("schemas/demo/orders.toml", include_str!("../schemas/demo/orders.toml"));
    desk.open_without_environment();
    desk
}

/// Counts every call of every store of a run, and ends the approval right before or right after one of them.
struct Watch {
    calls: AtomicU64,
    /// The first moment at which the customer's secret was there.
    made: AtomicU64,
    key: PathBuf,
    moment: u64,
    end: Box<dyn Fn() + Send + Sync>,
}

struct Watched {
    store: FileStore,
    watch: Arc<Watch>,
}

impl Watched {
    fn through<T>(&self, call: impl FnOnce(&FileStore) -> T) -> T {
        // Two moments a call: before and after it.
        let at = self.watch.calls.fetch_add(2, Ordering::SeqCst);
        if self.watch.key.exists() {
            self.watch.made.fetch_min(at, Ordering::SeqCst);
        }
        if at == self.watch.moment {
            (self.watch.end)();
        }
        let reply = call(&self.store);
        if at + 1 == self.watch.moment {
            (self.watch.end)();
        }
        reply
    }
}

impl Store for Watched {
    fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        self.through(|store| store.list(prefix))
    }

    fn find(&self, key: &str) -> Result<Option<Object>, StoreError> {
        self.through(|store| store.find(key))
    }

    fn read(&self, object: &Object, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, StoreError> {
        self.through(|store| store.read(object, ranges))
    }

    fn create(&self, key: &str, content: &[Bytes]) -> Result<Pin, StoreError> {
        self.through(|store| store.create(key, content))
    }

    fn replace(&self, key: &str, content: &[Bytes], pin: &Pin) -> Result<Pin, StoreError> {
        self.through(|store| store.replace(key, content, pin))
    }

    fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.through(|store| store.delete(key))
    }

    fn remains(&self, prefix: &str) -> Result<Vec<Remain>, StoreError> {
        self.through(|store| store.remains(prefix))
    }

    fn erase(&self, remains: &[Remain]) -> Result<(), StoreError> {
        self.through(|store| store.erase(remains))
    }
}

struct Silent;

impl Progress for Silent {
    fn part_done(&self, _: u64) {}
}

/// Takes the approval `one` back.
fn withdraw(workspace: &Workspace) {
    let wish = Wish { customer: "demo", approval: Some("one"), operator: None };
    ending::withdraw(workspace, &wish, "a test").unwrap_or_else(|failure| panic!("{}", failure.message));
}

/// Lets another approval take the place of `one`.
fn follow(workspace: &Workspace) {
    let given = Given {
        approval: "two".to_owned(),
        digest: String::new(),
        signatures: BTreeMap::new(),
        signers: Vec::new(),
        not_before: Timestamp::MIN,
        not_after: Timestamp::MAX,
        max_runs: 1,
        retention_days: None,
        renews: Some("one".to_owned()),
    };
    let entered = ending::with_ledger(workspace, "demo", |book| Ok(book.enter("demo", Event::Given(given))?));
    entered.map(drop).unwrap_or_else(|failure| panic!("{}", failure.message));
}

/// A run in which the approval ends at a moment; how it ended, and how it was watched.
fn run_with(desk: &Desk, moment: u64, end: fn(&Workspace)) -> (Result<run::Done, Kind>, Arc<Watch>) {
    let workspace = Workspace::read(&desk.path("")).unwrap_or_else(|fault| panic!("{fault}"));
    let folder = desk.path("");
    let end = Box::new(move || end(&Workspace::read(&folder).unwrap_or_else(|fault| panic!("{fault}"))));
    let (calls, made, key) = (AtomicU64::new(0), AtomicU64::new(u64::MAX), desk.path("keys/demo.age"));
    let watch = Arc::new(Watch { calls, made, key, moment, end });
    let watched = |path: &str| {
        std::fs::create_dir_all(desk.path(path)).expect("a folder");
        Box::new(Watched { store: FileStore::open(desk.path(path)).expect("a store"), watch: Arc::clone(&watch) })
    };
    let mut house = House::open(&workspace, "demo").unwrap_or_else(|failure| panic!("{}", failure.message));
    house.production = Production::new(watched("production"));
    house.test = Test::new(watched("test/demo"));
    house.evidence = watched("evidence");
    let wish = Wish { customer: "demo", approval: None, operator: None };
    let outcome = run::run(&house, &wish, &Silent).map_err(|failure| failure.kind);
    (outcome, watch)
}

/// The events of the ledger, in order.
fn events(desk: &Desk) -> Vec<Event> {
    let workspace = Workspace::read(&desk.path("")).unwrap_or_else(|fault| panic!("{fault}"));
    let store = FileStore::open(desk.path("evidence")).expect("a store");
    let key = evidence::public_key(&workspace).unwrap_or_else(|error| panic!("{error}"));
    let ledger = Ledger::open(&store, key, &desk.path("reader")).expect("is believed");
    assert_eq!(ledger.audit(), Ok(Vec::new()));
    ledger.entries().map(|entry| entry.event.clone()).collect()
}

fn place(events: &[Event], is: impl Fn(&Event) -> bool) -> Option<usize> {
    events.iter().position(is)
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn a_withdrawal_at_any_moment_leaves_nothing_that_was_made_after_it() {
    let whole = desk();
    whole.approve("demo", "one", 9);
    let (outcome, watch) = run_with(&whole, u64::MAX, withdraw);
    outcome.expect("nobody withdraws");
    let moments = watch.calls.load(Ordering::SeqCst);
    let (mut purged, mut stopped, mut after) = (0, 0, 0);
    for number in 0..MOMENTS {
        // The last tenth, where a release becomes visible, is tried as often as all before it.
        let tail = moments - moments / 10;
        let moment = match number % 2 {
            0 => number / 2 * tail / (MOMENTS / 2),
            _ => tail + (number / 2) * (moments - 1 - tail) / (MOMENTS / 2 - 1),
        };
        let desk = desk();
        desk.approve("demo", "one", 9);
        let (outcome, _) = run_with(&desk, moment, withdraw);
        let events = events(&desk);
        let withdrawn = place(&events, |event| matches!(event, Event::Withdrawn { .. })).expect("was entered");
        let committed = place(&events, |event| matches!(event, Event::Told(told) if told.outcome == "committed"));
        let proof = place(&events, |event| matches!(event, Event::Purged(_)));
        let left = files(&desk.path("test/demo"));
        match outcome {
            Ok(_) => {
                after += 1;
                assert!(committed.is_some_and(|committed| committed < withdrawn), "moment {moment}");
            }
            Err(kind) => {
                assert_eq!(kind, Kind::Consent, "moment {moment}");
                assert_eq!(left, Vec::<std::path::PathBuf>::new(), "moment {moment}");
                let is_visible = committed.is_some();
                assert!(!is_visible || proof.is_some_and(|proof| proof > withdrawn), "moment {moment}: no proof");
                purged += u32::from(proof.is_some());
                stopped += 1;
            }
        }
    }
    eprintln!(
        "{MOMENTS} of {moments} moments: {stopped} stopped, of which {purged} purged with proof; {after} came after the run"
    );
    assert!(stopped > 20 && purged > 0 && after > 0, "{stopped} {purged} {after}");
}

#[test]
fn a_secret_that_is_made_while_the_approval_is_withdrawn_does_not_stay() {
    let whole = desk();
    whole.approve("demo", "one", 9);
    let (outcome, watch) = run_with(&whole, u64::MAX, withdraw);
    outcome.expect("nobody withdraws");
    let made = watch.made.load(Ordering::SeqCst);
    for moment in made - 6..made + 6 {
        let desk = desk();
        desk.approve("demo", "one", 9);
        let (outcome, _) = run_with(&desk, moment, withdraw);
        assert_eq!(outcome, Err(Kind::Consent), "moment {moment}");
        assert_eq!(
            files(&desk.path("keys")).len(),
            3,
            "moment {moment}: the evidence key and what opens the ring stay"
        );
        let is_named = |event: &Event| !matches!(event, Event::KeyMade { sha256, .. } if sha256.len() != 64);
        assert!(events(&desk).iter().all(is_named), "moment {moment}");
        assert_sound(&desk);
    }
}

fn assert_sound(desk: &Desk) {
    let said = desk.verho(&["review", "verify"]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
}

#[test]
fn a_new_epoch_that_cannot_be_entered_does_not_begin() {
    let desk = desk();
    desk.approve("demo", "one", 9);
    desk.facts(&["run", "demo"]);
    let (key, kept) = (desk.path("keys/demo.age"), std::fs::read(desk.path("keys/demo.age")).expect("a secret"));
    let entries = events(&desk).len();
    // A folder in the way of the next entry: it can no more be written than in a store that is full.
    let next = desk.path(&format!("evidence/ledger/entry/{entries:012}.json"));
    std::fs::create_dir(&next).expect("a folder");
    assert_eq!(desk.verho(&["keys", "rotate", "demo"]).status.code(), Some(4));
    assert!(std::fs::read(&key).expect("a secret") == kept, "the secret in use stays");
    std::fs::remove_dir(&next).expect("is there");
    assert_sound(&desk);
    desk.facts(&["keys", "rotate", "demo"]);
    assert_sound(&desk);
    std::fs::write(&key, &kept).expect("is writable");
    assert_eq!(desk.verho(&["run", "demo"]).status.code(), Some(4), "a copy of the first secret is refused");
}

#[test]
fn every_secret_that_goes_is_told_where_several_begin_an_epoch_at_once() {
    let desk = desk();
    desk.approve("demo", "one", 9);
    desk.facts(&["run", "demo"]);
    // Who comes while there is none is refused.
    let rotate = || {
        let output = desk.verho(&["keys", "rotate", "demo"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 3)), "{said}");
    };
    for _ in 0..3 {
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(rotate))));
    }
    assert_sound(&desk);
}

#[test]
fn another_ledger_neither_counts_the_runs_of_an_approval_nor_ends_it() {
    let desk = desk();
    desk.approve("demo", "one", 1);
    desk.facts(&["run", "demo"]);
    let toml = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    // As in a clone, which remembers no checkpoint.
    std::fs::remove_dir_all(desk.path(".verho")).expect("is there");
    desk.write("verho.toml", &toml.replacen("file:evidence", "file:elsewhere", 1));
    for command in
        [&["run", "demo"][..], &["consent", "withdraw", "demo", "one"], &["consent", "record", "demo", "one"]]
    {
        let output = desk.verho(command);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.contains("another evidence root")), (Some(4), true), "{said}");
    }
    desk.write("verho.toml", &toml);
    // It has seen the other one by now, where the refusals were entered.
    std::fs::remove_dir_all(desk.path(".verho")).expect("is there");
    assert_eq!(desk.verho(&["run", "demo"]).status.code(), Some(4), "its one run is used up");
    desk.facts(&["consent", "withdraw", "demo", "one"]);
}

#[test]
fn a_withdrawal_that_cannot_destroy_the_secret_says_that_it_holds() {
    let desk = desk();
    desk.approve("demo", "one", 9);
    desk.facts(&["run", "demo"]);
    let (secret, aside) = (desk.path("keys/demo.age"), desk.path("aside"));
    std::fs::rename(&secret, &aside).expect("is there");
    std::fs::create_dir(&secret).expect("a folder in its place");
    let withdraw = ["consent", "withdraw", "demo", "one"];
    let output = desk.verho(&withdraw);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("it is withdrawn, but the pseudonym secret is left"), "{said}");
    assert!(said.contains("hint: "), "{said}");
    assert_eq!(desk.verho(&["run", "demo"]).status.code(), Some(4), "it holds");
    std::fs::remove_dir(&secret).expect("is there");
    std::fs::rename(&aside, &secret).expect("is there");
    assert_eq!(desk.facts(&withdraw)["secret"], "destroyed");
    assert!(!secret.exists());
}

#[test]
fn a_new_epoch_goes_on_wherever_it_was_ended() {
    let desk = desk();
    desk.approve("demo", "one", 9);
    desk.facts(&["run", "demo"]);
    let destroyed = |desk: &Desk| {
        let wrapped = std::fs::read(desk.path("keys/demo.age")).expect("a secret");
        let sha256 = Sha256::digest(wrapped).iter().map(|byte| format!("{byte:02x}")).collect();
        enter(desk, Event::KeyDestroyed { sha256, because: "a new epoch began".into() });
    };
    // It is entered that the first is destroyed, and no more.
    destroyed(&desk);
    assert_eq!(desk.verho(&["run", "demo"]).status.code(), Some(4));
    desk.facts(&["keys", "rotate", "demo"]);
    assert_sound(&desk);
    // It is deleted too, and no other is made.
    destroyed(&desk);
    std::fs::remove_file(desk.path("keys/demo.age")).expect("is there");
    assert_sound(&desk);
    let refused = desk.verho(&["keys", "rotate", "demo"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the next run makes one"));
    desk.facts(&["run", "demo"]);
    assert_sound(&desk);
    let gone = events(&desk).iter().filter(|event| matches!(event, Event::KeyDestroyed { .. })).count();
    assert_eq!(gone, 2, "each is entered once");
}

#[test]
fn a_secret_goes_with_what_was_left_of_its_making() {
    let desk = desk();
    desk.approve("demo", "one", 9);
    desk.facts(&["run", "demo"]);
    let left =
        || std::fs::hard_link(desk.path("keys/demo.age"), desk.path("keys/.draft-0123456789abcdef")).expect("a file");
    left();
    assert_eq!(desk.verho(&["review", "verify"]).status.code(), Some(4), "a second name is found");
    desk.facts(&["run", "demo"]);
    assert_sound(&desk);
    left();
    let kept = std::fs::read(desk.path("keys/demo.age")).expect("a secret");
    desk.facts(&["consent", "withdraw", "demo", "one"]);
    assert!(files(&desk.path("keys")).iter().all(|file| std::fs::read(file).expect("a file") != kept));
    assert_sound(&desk);
    // Under whatever name a copy lies.
    desk.write("keys/demo.backup", "");
    std::fs::write(desk.path("keys/demo.backup"), &kept).expect("is writable");
    let found = desk.verho(&["review", "verify"]);
    let said = String::from_utf8_lossy(&found.stdout);
    assert!(said.contains("keys/demo.backup") && said.contains("a copy of a secret that was destroyed"), "{said}");
}

#[test]
fn a_refresh_makes_no_secret_where_none_may_be() {
    let desk = desk();
    desk.approve("demo", "one", 9);
    desk.facts(&["run", "demo"]);
    desk.facts(&["keys", "destroy", "demo"]);
    std::fs::rename(desk.path("consent/demo"), desk.path("consent/gone")).expect("is there");
    let workspace = Workspace::read(&desk.path("")).unwrap_or_else(|fault| panic!("{fault}"));
    let house = House::open(&workspace, "demo").unwrap_or_else(|failure| panic!("{}", failure.message));
    let wish = Wish { customer: "demo", approval: None, operator: None };
    let refused = run::refresh(&house, &wish, SignedDuration::ZERO, &Silent).map_err(|failure| failure.kind);
    assert_eq!(refused, Err(Kind::Consent));
    assert!(!desk.path("keys/demo.age").exists());
}

#[test]
fn what_a_run_wrote_goes_where_its_approval_ended_before_it_was_visible() {
    let whole = desk();
    whole.approve("demo", "one", 9);
    let (outcome, watch) = run_with(&whole, u64::MAX, follow);
    outcome.expect("nobody follows");
    let moments = watch.calls.load(Ordering::SeqCst);
    let (mut proofs, mut visible) = (0, 0);
    for moment in (moments / 2..moments).step_by(usize::try_from(moments / 20).expect("some")) {
        let desk = desk();
        desk.approve("demo", "one", 9);
        let (outcome, _) = run_with(&desk, moment, follow);
        let events = events(&desk);
        let is_proof = |event: &Event| matches!(event, Event::Purged(purged) if purged.because == "end");
        let is_proved = place(&events, is_proof).is_some();
        let left = files(&desk.path("test/demo"));
        match outcome {
            // What was made in time stays.
            Ok(_) => assert!(!left.is_empty() && !is_proved, "moment {moment}"),
            Err(kind) => assert_eq!((kind, left.as_slice()), (Kind::Consent, &[][..]), "moment {moment}"),
        }
        proofs += u32::from(is_proved);
        visible += u32::from(!left.is_empty());
    }
    assert!(proofs > 0 && visible > 0, "{proofs} {visible}");
}

#[test]
fn a_withdrawal_destroys_the_secret_and_purge_proves_that_all_is_gone() {
    let desk = desk();
    desk.approve("demo", "one", 9);
    let release = desk.facts(&["run", "demo"])["release"].as_str().expect("a name").to_owned();
    desk.facts(&["release", "derive", "demo", &release, "--what", "a copy in the search team's database"]);
    assert_eq!(desk.verho(&["release", "derive", "demo", "never", "--what", "x"]).status.code(), Some(2));
    for unknown in ["never", "../demo", "."] {
        assert_eq!(desk.verho(&["consent", "withdraw", "demo", unknown]).status.code(), Some(4), "{unknown}");
    }
    let facts = desk.facts(&["consent", "withdraw", "demo", "one", "--reason", "a test"]);
    assert_eq!(facts["derived"], serde_json::json!(["a copy in the search team's database"]));
    assert_eq!(facts["secret"], serde_json::to_value(Fate::Destroyed).expect("a word"));
    assert!(!desk.path("keys/demo.age").exists());
    assert_eq!(facts["releases"].as_array().map(Vec::len), Some(1));
    assert_eq!(desk.verho(&["run", "demo"]).status.code(), Some(4));
    let purged = desk.facts(&["purge", "demo"]);
    assert_eq!(purged[0]["proof"]["left"], 0);
    assert_eq!(files(&desk.path("test/demo")), Vec::<std::path::PathBuf>::new());
    assert_eq!(desk.facts(&["purge"]).as_array().map(Vec::len), Some(0), "once is enough");
    let listed = desk.facts(&["consent", "list", "demo"]);
    assert_eq!(listed[0]["state"], "withdrawn");
}

/// Something that the ledger tells of another customer: a release, and that its approval was withdrawn.
fn withdrawn_release_of(desk: &Desk, customer: &str) {
    let workspace = Workspace::read(&desk.path("")).unwrap_or_else(|fault| panic!("{fault}"));
    let told = Told {
        run: "r".to_owned(),
        outcome: "committed".to_owned(),
        approval: Some("one".to_owned()),
        release: Some("made".to_owned()),
        production: None,
        test: None,
        statement: String::new(),
        sha256: String::new(),
    };
    let withdrawn = Event::Withdrawn { approval: "one".to_owned(), by: String::new(), reason: String::new() };
    let entered = ending::with_ledger(&workspace, customer, |book| {
        book.enter(customer, Event::Told(told))?;
        Ok(book.enter(customer, withdrawn)?)
    });
    entered.map(drop).unwrap_or_else(|failure| panic!("{}", failure.message));
}

#[test]
fn a_purge_reaches_customers_whose_schemas_are_gone_and_stops_at_nobodys_trouble() {
    let desk = desk();
    desk.approve("demo", "one", 9);
    desk.facts(&["run", "demo"]);
    desk.facts(&["consent", "withdraw", "demo", "one"]);
    std::fs::remove_dir_all(desk.path("schemas/demo")).expect("is there");
    // Before it and behind it in the order of names.
    for other in ["aaa", "zzz"] {
        withdrawn_release_of(&desk, other);
        desk.write(&format!("test/{other}/orders/made/part-00000.parquet"), "content");
    }
    std::os::unix::fs::symlink("/tmp", desk.path("test/aaa/link")).expect("a link");
    let output = desk.verho(&["--output", "json", "purge"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), said.contains("aaa: ")), (Some(8), true), "{said}");
    let purged: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let customers: Vec<_> = purged.as_array().expect("a list").iter().map(|one| &one["customer"]).collect();
    assert_eq!(customers, ["demo", "zzz"]);
    for gone in ["test/demo", "test/zzz"] {
        assert_eq!(files(&desk.path(gone)), Vec::<std::path::PathBuf>::new());
    }
    std::fs::remove_file(desk.path("test/aaa/link")).expect("is there");
    assert_eq!(desk.facts(&["purge"])[0]["customer"], "aaa");
}

#[test]
fn what_nobody_knows_or_can_read_is_not_taken_for_nothing() {
    let desk = desk();
    for (unknown, says) in
        [("nobody", "known here: demo"), ("../demo", "a name has letters"), ("", "a name has letters")]
    {
        let output = desk.verho(&["purge", unknown]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.contains(says)), (Some(2), true), "{unknown}: {said}");
    }
    assert_eq!(desk.facts(&["purge", "demo"]).as_array().map(Vec::len), Some(0));
    std::fs::remove_dir_all(desk.path("schemas")).expect("is there");
    desk.write("schemas", "no folder");
    for command in ["purge", "check", "refresh"] {
        let output = desk.verho(&[command]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.contains("cannot be read")), (Some(3), true), "{command}: {said}");
    }
}

#[test]
fn a_purged_release_that_comes_back_is_told_and_purged_again() {
    let desk = desk();
    desk.approve("demo", "one", 9);
    let release = desk.facts(&["run", "demo"])["release"].as_str().expect("a name").to_owned();
    desk.facts(&["release", "derive", "demo", &release, "--what", "a copy"]);
    copy(&desk.path("test"), &desk.path("backup"));
    desk.facts(&["consent", "withdraw", "demo", "one"]);
    desk.facts(&["purge", "demo"]);
    assert_eq!(desk.facts(&["review", "verify"]), serde_json::json!([]));

    std::fs::remove_dir_all(desk.path("test")).expect("is there");
    copy(&desk.path("backup"), &desk.path("test"));
    let verified = desk.verho(&["review", "verify"]);
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.code() == Some(4) && said.contains("it was purged"), "{said}");
    let strays = desk.facts(&["review", "strays"]);
    let there = files(&desk.path("test/demo")).len() - 1;
    assert_eq!(strays.as_array().map(Vec::len), Some(there), "all but current.json: {strays}");
    assert_eq!(desk.facts(&["review", "withdrawals"])[0]["state"], "purged, and there again");
    assert_eq!(desk.facts(&["review", "copies"])[0]["state_of_the_release"], "purged, and there again");

    // The manifest alone is gone, as a lifecycle rule leaves it.
    std::fs::remove_file(desk.path(&format!("test/demo/releases/{release}.json"))).expect("is there");
    let again = desk.facts(&["purge", "demo"]);
    assert_eq!((&again[0]["due"]["because"], &again[0]["due"]["releases"][0]), (&"withdrawal".into(), &release.into()));
    assert_eq!(files(&desk.path("test/demo")), Vec::<std::path::PathBuf>::new());
    assert_eq!(desk.facts(&["review", "verify"]), serde_json::json!([]));
    assert_eq!(desk.facts(&["review", "strays"]), serde_json::json!([]));
    assert_eq!(desk.facts(&["review", "withdrawals"])[0]["releases_purged"], 1, "one release, however often");
    assert_eq!(desk.facts(&["purge"]).as_array().map(Vec::len), Some(0));
}

fn copy(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp").arg("-a").args([from, to]).status();
    assert!(copied.expect("cp starts").success());
}

#[test]
fn a_secret_that_was_destroyed_does_not_come_back() {
    let desk = desk();
    desk.approve("demo", "one", 9);
    desk.facts(&["run", "demo"]);
    let kept = std::fs::read(desk.path("keys/demo.age")).expect("a secret");
    desk.facts(&["consent", "withdraw", "demo", "one"]);
    verho::private_file::create(&desk.path("keys/demo.age"), &kept).expect("a file");
    desk.approve("demo", "two", 9);
    let refused = desk.verho(&["run", "demo"]);
    assert_eq!(refused.status.code(), Some(4));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("was destroyed"), "{said}");
    std::fs::remove_file(desk.path("keys/demo.age")).expect("is there");
    desk.facts(&["run", "demo"]);
}

#[test]
fn a_secret_that_another_approval_uses_stays() {
    let desk = desk();
    desk.approve("demo", "one", 9);
    desk.facts(&["run", "demo", "--approval", "one"]);
    desk.approve("demo", "two", 9);
    desk.facts(&["run", "demo", "--approval", "two"]);
    let facts = desk.facts(&["consent", "withdraw", "demo", "one"]);
    assert_eq!(facts["secret"], serde_json::json!({ "kept_for": "two" }));
    let purged = desk.facts(&["purge", "demo"]);
    assert_eq!(purged[0]["due"]["releases"].as_array().map(Vec::len), Some(1), "the other one's release stays");
    let releases = desk.facts(&["release", "list", "demo"]);
    assert_eq!(releases["releases"].as_array().map(Vec::len), Some(1));
    assert_eq!(releases["current"], releases["releases"][0]["release"]);
}
