//! `kill -9` at any moment: nothing half made is ever visible, and the next run succeeds.

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::desk::Desk;
use rayon::prelude::*;
use rustix::process::{Pid, Signal, kill_process};
use verho::account::file::FileStore;
use verho::evidence::{RunRecord, journal};
use verho::signing::{FileSigner, Signer};

const KILLS: u32 = 50;

const KILLS_A_DESK: u32 = 10;

/// A desk with the demo's data, four times over, so that a run takes long enough to be hit anywhere.
fn desk() -> Desk {
    let desk = Desk::local("demo");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/demo");
    for copy in 0..4 {
        for (name, table) in [("customers-1", "customers"), ("customers-2", "customers"), ("orders-1", "orders")] {
            desk.put(&data.join(format!("{name}.parquet")), &format!("demo/{table}/{name}-{copy}.parquet"));
        }
    }
    desk.write("schemas/demo/customers.toml", include_str!("../schemas/demo/customers.toml"));
    desk.write("schemas/demo/orders.toml", include_str!("../schemas/demo/orders.toml"));
    desk.approve("demo", "kills", 3 * KILLS_A_DESK);
    desk
}

/// Every visible release is whole: each object that its manifest names is there, with its size and digest.
fn visible_are_whole(desk: &Desk) -> usize {
    let listed = desk.facts(&["release", "list", "demo"]);
    let releases = listed["releases"].as_array().expect("a list").clone();
    for release in &releases {
        for object in release["tables"]
            .as_object()
            .expect("tables")
            .values()
            .flat_map(|table| table["objects"].as_array().expect("objects"))
        {
            let file = desk.path("test/demo").join(object["key"].as_str().expect("a key"));
            assert_eq!(
                std::fs::metadata(file).expect("the object is there").len(),
                object["size"].as_u64().expect("a size")
            );
        }
    }
    releases.len()
}

/// Kills so many runs in a workspace of its own, whose ledger is read again with every run: how many were cut short.
fn kill_runs(first: u32) -> u32 {
    let desk = desk();
    let run = || {
        let started = Instant::now();
        let ran = desk.verho(&["run", "demo"]);
        (started.elapsed(), ran)
    };
    let (mut whole, first_run) = run();
    assert!(first_run.status.success());
    let (mut releases, mut cut_short) = (visible_are_whole(&desk), 0);
    for kill in first..first + KILLS_A_DESK {
        // Spread over the whole of a run; the order is mixed so that no two neighbours fall on one stage.
        let after = whole.mul_f64(f64::from(kill * 37 % KILLS) / f64::from(KILLS));
        let mut child = desk.command(&["run", "demo"]).spawn().expect("the program starts");
        wait(&mut child, after);
        let _ = child.kill();
        cut_short += u32::from(!child.wait().expect("it ended").success());
        let visible = visible_are_whole(&desk);
        assert!(visible <= releases + 1, "more than one release came of one run");
        // What else the machine does changes how long a run takes.
        let next;
        (whole, next) = run();
        assert!(next.status.success(), "after kill {kill}: {}", String::from_utf8_lossy(&next.stderr));
        let then = visible_are_whole(&desk);
        assert_eq!(then, visible + 1);
        releases = then;
    }
    cut_short
}

#[test]
fn a_killed_run_leaves_nothing_visible_and_the_next_one_succeeds() {
    let firsts: Vec<u32> = (0..KILLS).step_by(KILLS_A_DESK as usize).collect();
    let cut_short: u32 = firsts.par_iter().map(|first| kill_runs(*first)).sum();
    eprintln!("{KILLS} kills, {cut_short} before the end, 0 partial releases, {KILLS} following runs succeeded");
    assert!(cut_short > KILLS / 2, "too few kills hit a run");
}

/// Asks a run to end once it has begun to write: its exit code, and what it said.
fn asked_to_end(desk: &Desk, signal: Signal) -> (Option<i32>, String) {
    let mut run = desk.command(&["run", "demo"]).spawn().expect("the program starts");
    let (before, parts) = (parts(desk), || parts(desk));
    while parts() == before && run.try_wait().expect("a child").is_none() {
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&run), signal).expect("it has not ended");
    let ended = run.wait_with_output().expect("ended");
    (ended.status.code(), String::from_utf8_lossy(&ended.stderr).into_owned())
}

/// How many files lie in the folder of parts of customers, hidden ones too.
fn parts(desk: &Desk) -> usize {
    names_of_parts(desk).count()
}

/// How many of them are no hidden ones.
fn whole_parts(desk: &Desk) -> usize {
    names_of_parts(desk).filter(|name| name.starts_with("part-")).count()
}

fn names_of_parts(desk: &Desk) -> impl Iterator<Item = String> {
    let releases = desk.path("test/demo/customers").read_dir().into_iter().flatten().flatten();
    let parts = releases.flat_map(|release| release.path().read_dir().into_iter().flatten().flatten());
    parts.map(|part| part.file_name().to_string_lossy().into_owned())
}

#[test]
fn a_run_that_is_asked_to_end_takes_back_what_it_wrote() {
    let desk = desk();
    desk.write(
        "verho.toml",
        &format!("{}\n[limits]\nthreads = 1\n", std::fs::read_to_string(desk.path("verho.toml")).expect("a file")),
    );
    desk.facts(&["run", "demo"]);
    let before = parts(&desk);
    for signal in [Signal::INT, Signal::TERM] {
        let (code, said) = asked_to_end(&desk, signal);
        assert_eq!((code, said.contains("interrupted; no release was made")), (Some(9), true), "{signal:?}: {said}");
        assert_eq!((parts(&desk), visible_are_whole(&desk)), (before, 1));
    }
    let outcomes = std::fs::read_dir(desk.path("evidence/evidence/demo")).expect("evidence").flatten();
    let failed = outcomes.filter(|record| record.file_name().to_string_lossy().contains("-failed-")).count();
    assert_eq!(failed, 2, "evidence says that they came to nothing");
    desk.facts(&["run", "demo"]);
}

/// A desk of which one run is whole.
fn whole_once() -> Desk {
    let desk = desk();
    let slow =
        format!("{}\n[limits]\nthreads = 1\n", std::fs::read_to_string(desk.path("verho.toml")).expect("a file"));
    desk.write("verho.toml", &slow);
    desk.facts(&["run", "demo"]);
    desk
}

/// Kills a run that has written a part: its name in the ledger.
fn killed_while_it_writes(desk: &Desk) -> String {
    let before = whole_parts(desk);
    let mut run = desk.command(&["run", "demo"]).spawn().expect("the program starts");
    while whole_parts(desk) == before && run.try_wait().expect("a child").is_none() {
        std::thread::yield_now();
    }
    run.kill().expect("it has not ended");
    run.wait().expect("it ended");
    let open: Vec<_> = runs(desk).into_iter().filter(|(_, outcome)| outcome == "no end").collect();
    assert_eq!(open.len(), 1, "{open:?}");
    open[0].0.clone()
}

/// Every run of the ledger, and how it ended.
fn runs(desk: &Desk) -> Vec<(String, String)> {
    let rows = desk.facts(&["review", "runs"]);
    let text = |row: &serde_json::Value, name: &str| row[name].as_str().expect("text").to_owned();
    rows.as_array().expect("rows").iter().map(|row| (text(row, "run"), text(row, "outcome"))).collect()
}

/// Puts a hidden file into the customer's folder of test, as a write that is under way has one.
fn hidden(desk: &Desk, name: &str) -> std::fs::File {
    std::fs::write(desk.path(name), "unfinished").expect("a file");
    std::fs::File::open(desk.path(name)).expect("a file")
}

fn is_there(desk: &Desk, names: &[&str]) -> Vec<bool> {
    names.iter().map(|name| desk.path(name).exists()).collect()
}

#[test]
fn the_next_run_takes_away_what_a_killed_one_left_and_nothing_that_somebody_writes() {
    const LEFT: [&str; 3] = ["test/demo/.verho-1-0", "test/demo/releases/.verho-1-1", "test/demo/.verho-1-2"];
    let desk = whole_once();
    let killed = killed_while_it_writes(&desk);
    assert_eq!(desk.facts(&["release", "list", "demo"])["unfinished"].as_array().map(Vec::len), Some(1));
    hidden(&desk, LEFT[0]);
    hidden(&desk, LEFT[1]);
    let held = hidden(&desk, LEFT[2]);
    held.lock().expect("a lock");
    desk.facts(&["run", "demo"]);
    assert_eq!(is_there(&desk, &LEFT), [false, false, true]);
    assert_eq!(desk.facts(&["release", "list", "demo"])["unfinished"].as_array().map(Vec::len), Some(0));
    assert_eq!((visible_are_whole(&desk), is_there(&desk, &[&format!(".verho/runs/{killed}")])), (2, vec![false]));
    assert!(runs(&desk).contains(&(killed, "cut-short".to_owned())));
    drop(held);
    desk.facts(&["purge", "demo"]);
    assert_eq!(is_there(&desk, &LEFT), [false; 3]);
    assert!(desk.verho(&["review", "verify"]).status.success());
}

/// What a run that goes on has written is not touched, whoever else runs meanwhile.
#[test]
fn a_run_that_lives_is_not_taken_for_a_killed_one() {
    let desk = whole_once();
    let before = parts(&desk);
    let mut run = desk.command(&["run", "demo"]).spawn().expect("the program starts");
    while parts(&desk) == before && run.try_wait().expect("a child").is_none() {
        std::thread::yield_now();
    }
    desk.facts(&["run", "demo"]);
    desk.facts(&["purge", "demo"]);
    let ended = run.wait_with_output().expect("ended");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(visible_are_whole(&desk), 3);
}

/// A purge needs no further run: what a customer has withdrawn must not lie in test because a run was killed.
#[test]
fn a_purge_erases_what_a_killed_run_wrote_under_an_approval_that_was_withdrawn() {
    let desk = whole_once();
    let killed = killed_while_it_writes(&desk);
    desk.facts(&["consent", "withdraw", "demo", "kills", "--by", common::desk::CUSTOMER, "--reason", "over"]);
    desk.facts(&["purge", "demo"]);
    assert_eq!(parts(&desk), 0);
    assert!(runs(&desk).contains(&(killed, "cut-short".to_owned())));
    assert!(desk.verho(&["review", "verify"]).status.success());
}

/// Killed between a statement and its entry: no entry names the statement, until the next run says what it is.
#[test]
fn a_statement_that_no_entry_names_is_entered_as_cut_short() {
    let desk = whole_once();
    let killed = killed_while_it_writes(&desk);
    let (store, signer) = (
        FileStore::open(desk.path("evidence")).expect("a folder"),
        FileSigner::open(&desk.path("keys/evidence")).expect("a key"),
    );
    let first = journal::list(&store, "demo").expect("listed").remove(0);
    let record = journal::read(&store, &first, &signer.public_key().expect("a key")).expect("a statement");
    let told =
        |run: &str, customer: &str| RunRecord { run: run.to_owned(), customer: customer.to_owned(), ..record.clone() };
    let loose = journal::append(&store, &signer, &told(&killed, "demo")).expect("appended").key;
    let foreign = journal::append(
        &store,
        &FileSigner::create(&desk.path("people/other")).expect("a key"),
        &told(&killed, "demo2"),
    );
    let foreign = foreign.expect("appended").key;
    let recent =
        journal::append(&store, &signer, &RunRecord { finished: jiff::Timestamp::now(), ..told("0f", "demo") });
    let recent = recent.expect("appended").key;
    let said = String::from_utf8(desk.verho(&["review", "verify"]).stdout).expect("text");
    assert!(said.contains(&loose) && said.contains("no entry of the ledger names it"), "{said}");
    desk.facts(&["run", "demo"]);
    let said = String::from_utf8(desk.verho(&["review", "verify"]).stdout).expect("text");
    assert!(!said.contains(&loose), "{said}");
    // One of another key is nobody's, and one of a run that may be entering it just now waits.
    assert!(said.contains(&foreign) && said.contains(&recent), "{said}");
    assert!(!said.contains("broken"), "{said}");
    assert!(runs(&desk).contains(&(killed, "cut-short".to_owned())));
}

/// Waits for a moment of a run, or for its end.
fn wait(child: &mut std::process::Child, moment: Duration) {
    let started = Instant::now();
    while started.elapsed() < moment && child.try_wait().expect("a child").is_none() {
        std::thread::park_timeout(Duration::from_millis(1));
    }
}
