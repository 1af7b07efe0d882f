//! Many writers at one ledger, some of them killed; receipts that a stranger's program checks.

mod common;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use common::desk::{COMPLIANCE, Desk};
use common::python;
use jiff::{SignedDuration, Timestamp};
use verho::account::file::FileStore;
use verho::ledger::{Book, Entry, Event, Ledger};
use verho::signing::{FileSigner, Signer};

const WRITERS: u64 = 20;
const ENTRIES: u64 = 50;
const KILLED: u64 = 10;

/// Set for a copy of this program that is to write, to the folder it writes in and its number.
const WRITER: &str = "VERHO_TEST_WRITER";

/// One of the writers; it says which entries are in the ledger by making an empty file for each.
fn write(folder: &Path, writer: u64) {
    let store = FileStore::open(folder.join("evidence")).expect("a store");
    let signer = FileSigner::open(&folder.join("key")).unwrap_or_else(|error| panic!("{error}"));
    let mut book = Book::open(&store, &signer, &folder.join(format!("memory-{writer}"))).expect("is believed");
    for entry in 0..ENTRIES {
        let name = format!("{writer}-{entry}");
        let event = Event::Reviewed { by: name.clone(), finding: String::new() };
        book.enter("acme", event).expect("can be written");
        std::fs::write(folder.join("done").join(name), "").expect("a file");
    }
}

fn writer(folder: &Path, number: u64) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "writers_at_once_lose_nothing_and_fork_nothing", "--nocapture"])
        .env(WRITER, format!("{}\n{number}", folder.display()))
        .stdout(Stdio::null())
        .spawn()
        .expect("this program starts again")
}

#[test]
fn writers_at_once_lose_nothing_and_fork_nothing() {
    if let Ok(told) = std::env::var(WRITER) {
        let (folder, number) = told.split_once('\n').expect("a folder and a number");
        return write(Path::new(folder), number.parse().expect("a number"));
    }
    let home = tempfile::tempdir().expect("a folder");
    let signer = FileSigner::create(&home.path().join("key")).unwrap_or_else(|error| panic!("{error}"));
    for folder in ["evidence", "done"] {
        std::fs::create_dir(home.path().join(folder)).expect("a folder");
    }
    let mut writers: Vec<Child> = (0..WRITERS).map(|number| writer(home.path(), number)).collect();
    // Killed while they write, each after another while.
    for (number, killed) in (1..=KILLED).zip(writers.iter_mut()) {
        std::thread::sleep(Duration::from_millis(number * 37 % 151));
        killed.kill().expect("can be killed");
    }
    for (number, mut child) in (0..).zip(writers) {
        let ended = child.wait().expect("it ended");
        assert!(number < KILLED || ended.success(), "writer {number} failed");
    }
    let store = FileStore::open(home.path().join("evidence")).expect("a store");
    let ledger = Ledger::open(&store, signer.verifying_key().clone(), &home.path().join("memory"));
    let ledger = ledger.expect("is believed");
    let mut there: Vec<&str> = ledger
        .entries()
        .map(|entry| match &entry.event {
            Event::Reviewed { by, .. } => by.as_str(),
            other => panic!("{other:?} was never written"),
        })
        .collect();
    let total = there.len();
    there.sort_unstable();
    there.dedup();
    assert_eq!(there.len(), total, "no entry is there twice");
    let done = std::fs::read_dir(home.path().join("done")).expect("a folder").map(|file| file.expect("a file"));
    let lost: Vec<_> = done
        .map(|file| file.file_name().into_string().expect("text"))
        .filter(|name| there.binary_search(&name.as_str()).is_err())
        .collect();
    assert_eq!(lost, Vec::<String>::new(), "what was acknowledged is there");
    assert!(total as u64 >= (WRITERS - KILLED) * ENTRIES, "{total}");
    assert_eq!(ledger.audit(), Ok(Vec::new()));
    eprintln!("{WRITERS} writers, {KILLED} killed: {total} entries, 0 lost, 0 twice, the tree verifies");
}

/// A desk on which approvals come and go.
fn desk() -> Desk {
    let desk = Desk::local("demo");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/demo");
    desk.put(&data.join("customers-1.parquet"), "demo/customers/customers-1.parquet");
    desk.put(&data.join("orders-1.parquet"), "demo/orders/orders-1.parquet");
    desk.write("schemas/demo/customers.toml", include_str!("../schemas/demo/customers.toml"));
    desk.write("schemas/demo/orders.toml", include_str!("../schemas/demo/orders.toml"));
    desk
}

#[test]
fn a_receipt_is_checked_by_this_program_and_by_another_one() {
    let desk = desk();
    desk.approve("demo", "first", 3);
    desk.facts(&["consent", "record", "demo", "first"]);
    desk.facts(&["run", "demo"]);
    let file = desk.path("receipt.json");
    let facts = desk.facts(&["consent", "receipt", "demo", "--out", file.to_str().expect("text")]);
    let key = facts["key"].as_str().expect("a key");
    let checked = desk.facts(&["consent", "verify-receipt", file.to_str().expect("text"), "--key", key]);
    let events: Vec<_> = checked.as_array().expect("a list").iter().map(|entry| &entry["entry"]["event"]).collect();
    let words: Vec<&str> =
        events.iter().filter_map(|event| event.as_object()?.keys().next().map(String::as_str)).collect();
    assert_eq!(words, ["given", "started", "key-made", "told", "told"]);

    let said = python::run("receipt.py", &[&file, Path::new(key)]);
    assert!(said.starts_with("5 entries stand in the tree of 5 "), "{said}");

    let receipt = std::fs::read_to_string(&file).expect("a receipt");
    let mut fewer: serde_json::Value = serde_json::from_str(&receipt).expect("JSON");
    fewer["entries"].as_array_mut().expect("a list").truncate(1);
    let mut none = fewer.clone();
    none["entries"] = serde_json::json!([]);
    for altered in [receipt.replacen("\"index\": 1", "\"index\": 2", 1), fewer.to_string(), none.to_string()] {
        std::fs::write(&file, altered).expect("writable");
        let refused = desk.verho(&["consent", "verify-receipt", file.to_str().expect("text"), "--key", key]);
        assert_eq!(refused.status.code(), Some(4));
    }
    assert_eq!(desk.verho(&["consent", "receipt", "acme"]).status.code(), Some(2), "nothing is told of nobody");
}

#[test]
fn words_too_long_for_the_record_are_refused_and_nothing_is_entered() {
    let desk = desk();
    desk.approve("demo", "first", 9);
    desk.facts(&["consent", "record", "demo", "first"]);
    let long = "\u{1}".repeat(2_001);
    for typed in [
        ["review", "done", "demo", "--by", "x", "--finding", &long],
        ["review", "done", "demo", "--by", &long, "--finding", "x"],
        ["consent", "withdraw", "demo", "first", "--reason", &long, "--quiet"],
        ["consent", "withdraw", "demo", "first", "--by", &long, "--quiet"],
        ["release", "derive", "demo", "never", "--what", &long, "--quiet"],
    ] {
        let refused = desk.verho(&typed);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{said}");
        assert!(said.contains("2000 letters at most, and this has 2001") && said.len() < 300, "{said}");
    }
    // What no option bounds has no room either; the longest of both options has.
    let toml = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    desk.write("verho.toml", &toml.replacen("operator = \"", &format!("operator = \"{}", "x".repeat(60_000)), 1));
    let refused = desk.verho(&["consent", "withdraw", "demo", "first"]);
    assert_eq!(refused.status.code(), Some(2), "{}", String::from_utf8_lossy(&refused.stderr));
    assert_eq!(desk.facts(&["ledger", "show"]).as_array().map(Vec::len), Some(1));
    let most = &long[1..];
    desk.facts(&["review", "done", "demo", "--by", most, "--finding", most]);
    let withdrawn = desk.facts(&["consent", "withdraw", "demo", "first", "--by", most, "--reason", most]);
    assert_eq!(withdrawn["secret"], "absent");
}

#[test]
fn a_ledger_that_was_rolled_back_stops_runs_and_leaves_evidence() {
    let desk = desk();
    desk.approve("demo", "first", 9);
    desk.facts(&["run", "demo"]);
    let ledger = desk.path("evidence/ledger");
    let earlier = desk.path("earlier");
    assert!(Command::new("cp").arg("-a").args([&ledger, &earlier]).status().expect("cp starts").success());
    desk.facts(&["consent", "withdraw", "demo", "first", "--reason", "a test"]);
    std::fs::remove_dir_all(&ledger).expect("can be removed");
    std::fs::rename(&earlier, &ledger).expect("can be moved");
    let refused = desk.verho(&["run", "demo"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(4), "{said}");
    assert!(said.contains("when it was last seen here"), "{said}");
    let refusals = std::fs::read_dir(desk.path("evidence/evidence/demo")).expect("a folder");
    assert!(refusals.flatten().any(|file| file.file_name().to_string_lossy().contains("refused")));
}

#[test]
fn a_clock_that_was_set_back_stops_runs_and_is_told() {
    let desk = desk();
    desk.approve("demo", "first", 9);
    desk.facts(&["run", "demo"]);
    let entered = |from_now: i64| {
        let store = FileStore::open(desk.path("evidence")).expect("a folder");
        let signer = FileSigner::open(&desk.path("keys/evidence")).expect("a key");
        let key = signer.public_key().expect("a key");
        let mut ledger = Ledger::open(&store, key, &desk.path(".verho/checkpoint")).expect("is sound");
        let at = Timestamp::now() + SignedDuration::from_mins(from_now);
        let event = Event::Reviewed { by: COMPLIANCE.to_owned(), finding: "a look".to_owned() };
        ledger.append(&signer, &Entry { at, customer: "demo".to_owned(), event }).expect("is written");
    };
    // The clocks of two writers are never quite the same.
    entered(3);
    entered(0);
    desk.facts(&["run", "demo"]);
    assert_eq!(desk.facts(&["review", "verify"]), serde_json::json!([]));
    entered(40 * 24 * 60);
    for command in [&["run", "demo"][..], &["preview", "demo", "customers"]] {
        let refused = desk.verho(command);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(4) && said.contains("the clock here says"), "{command:?}: {said}");
    }
    entered(0);
    let verified = desk.verho(&["review", "verify"]);
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.code() == Some(4) && said.contains("before that of an earlier entry"), "{said}");
}

#[test]
fn a_witness_that_must_have_cosigned_is_asked_for() {
    let desk = desk();
    common::desk::new_key(&desk.path("people/witness"), "witness");
    desk.approve("demo", "first", 9);
    desk.facts(&["run", "demo"]);
    let (key, memory) = (desk.path("people/witness"), desk.path("witness/memory"));
    let cosign = || {
        let [key, memory] = [&key, &memory].map(|path| path.to_str().expect("text"));
        desk.facts(&["ledger", "witness", "--key", key, "--name", "eyes.example/w", "--memory", memory])
    };
    let witness = cosign()["key"].as_str().expect("a key").to_owned();
    let toml = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    let demanding = format!("signer = {{ file = \"keys/evidence\" }}\nwitnesses = [{{ key = \"{witness}\" }}]");
    desk.write("verho.toml", &toml.replacen("signer = { file = \"keys/evidence\" }", &demanding, 1));
    desk.facts(&["run", "demo"]);
    std::fs::remove_dir_all(desk.path("evidence/ledger/witness")).expect("is there");
    let refused = desk.verho(&["run", "demo"]);
    assert_eq!(refused.status.code(), Some(4), "{}", String::from_utf8_lossy(&refused.stderr));
    cosign();
    desk.facts(&["run", "demo"]);
    assert_eq!(desk.facts(&["review", "verify"]), serde_json::json!([]), "the refusal was entered");
    let runs = desk.facts(&["review", "runs", "demo"]);
    let refused = runs.as_array().expect("runs").iter().filter(|run| run["outcome"] == "refused").count();
    assert_eq!(refused, 1, "{runs}");
}
