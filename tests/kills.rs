//! `kill -9` at any moment: nothing half made is ever visible, and the next run succeeds.

mod common;

use std::path::Path;
use std::time::{Duration, Instant};

use common::desk::Desk;
use rayon::prelude::*;
use rustix::process::{Pid, Signal, kill_process};

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
    let releases = desk.path("test/demo/customers").read_dir().into_iter().flatten().flatten();
    releases.map(|release| release.path().read_dir().map_or(0, Iterator::count)).sum()
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

/// Waits for a moment of a run, or for its end.
fn wait(child: &mut std::process::Child, moment: Duration) {
    let started = Instant::now();
    while started.elapsed() < moment && child.try_wait().expect("a child").is_none() {
        std::thread::park_timeout(Duration::from_millis(1));
    }
}
