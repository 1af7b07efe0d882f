//! One run in two processes: neither holds what is the other's, and none outlives the one that started them. And what no
//! process of verho lets out.
#![cfg(all(feature = "s3", target_os = "linux"))]

mod common;

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use common::desk::Desk;
use common::fault::{Fault, Proxy};
use common::servers::{PRODUCTION, TEST, keys};
use common::sides::Accounts;

fn ready(accounts: &Accounts, prefix: &str) -> Desk {
    let mut desk = accounts.demo(prefix);
    desk.approve("demo", "apart", 20);
    desk.environment.push(("VERHO_KEYRING_PASSPHRASE".into(), "used by nobody here".into()));
    desk
}

fn read(pid: u32, what: &str) -> String {
    let bytes = std::fs::read(PathBuf::from(format!("/proc/{pid}/{what}"))).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn children(pid: u32) -> Vec<u32> {
    read(pid, &format!("task/{pid}/children")).split_whitespace().filter_map(|child| child.parse().ok()).collect()
}

/// The two processes of a run, once both are what they are to be: the one that runs, and the one that writes.
fn pair(run: &Child) -> (u32, u32) {
    let until = Instant::now() + Duration::from_secs(20);
    while Instant::now() < until {
        let all = children(run.id());
        let runner = all.iter().find(|pid| read(**pid, "environ").contains("VERHO_TEST_SIDE_IS_APART"));
        let writer = all.iter().find(|pid| read(**pid, "cmdline").contains("\0writer\0"));
        if let (Some(runner), Some(writer)) = (runner, writer) {
            return (*runner, *writer);
        }
    }
    panic!("a run has two processes");
}

fn signal(name: &str, pid: u32) {
    assert!(Command::new("kill").args([name, &pid.to_string()]).status().expect("kill").success());
}

fn is_there(pid: u32) -> bool {
    let status = read(pid, "status");
    !status.is_empty() && !status.contains("State:\tZ")
}

#[test]
fn neither_process_holds_what_is_the_others() {
    let accounts = Accounts::start();
    let desk = ready(&accounts, "held/");
    let mut run = desk.command(&["run", "demo"]).spawn().expect("the program starts");
    let (runner, writer) = pair(&run);
    let (of_runner, of_writer) = (read(runner, "environ"), read(writer, "environ"));
    let (production, test) = (keys(PRODUCTION, "reader"), keys(TEST, "writer"));
    assert!(of_runner.contains(&production.1) && !of_runner.contains(&test.1), "who runs holds production's alone");
    assert!(of_writer.contains(&test.1) && !of_writer.contains(&production.1), "who writes holds test's alone");
    assert!(of_runner.contains("KEYRING") && !of_writer.contains("KEYRING"), "who writes unlocks no secret");
    assert!(run.wait().expect("ended").success());
    let requests = |server: &common::servers::Server| server.requests();
    assert!(requests(&accounts.test).iter().any(|request| request.text("method") == "PUT"));
    assert!(requests(&accounts.production).iter().all(|request| request.text("key") != test.0));
}

#[test]
fn one_process_writes_what_two_do() {
    let accounts = Accounts::start();
    let desk = ready(&accounts, "same/");
    let text = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    let objects = |facts: &serde_json::Value| {
        let release = facts["release"].as_str().expect("a name").to_owned();
        let shown = desk.facts(&["release", "show", "demo", &release]);
        shown["tables"].to_string().replace(&release, "R")
    };
    let two = objects(&desk.facts(&["run", "demo"]));
    desk.write("verho.toml", &format!("{text}\n[limits]\nprocesses = 1\n"));
    let one = objects(&desk.facts(&["run", "demo"]));
    assert_eq!(two, one);
}

#[test]
fn nothing_outlives_who_started_it() {
    let accounts = Accounts::start();
    let desk = ready(&accounts, "kill/");
    let mut run = desk.command(&["run", "demo"]).spawn().expect("the program starts");
    let (runner, writer) = pair(&run);
    signal("-9", run.id());
    run.wait().expect("killed");
    let until = Instant::now() + Duration::from_secs(5);
    while (is_there(runner) || is_there(writer)) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(!is_there(runner) && !is_there(writer), "a process goes on alone");
}

#[test]
fn who_is_asked_to_end_asks_the_one_that_works() {
    let accounts = Accounts::start();
    let desk = ready(&accounts, "asked/");
    let before = accounts.production.requests().len();
    let run = desk.command(&["run", "demo"]).spawn().expect("the program starts");
    let (runner, writer) = pair(&run);
    // Without it a run cannot come to its end; with its first request it listens.
    signal("-STOP", writer);
    let until = Instant::now() + Duration::from_secs(60);
    while accounts.production.requests().len() == before && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    signal("-TERM", run.id());
    signal("-CONT", writer);
    let output = run.wait_with_output().expect("ended");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), said.contains("interrupted; no release was made")), (Some(9), true), "{said}");
    assert!(!is_there(runner) && !is_there(writer), "a process goes on alone");
    assert_eq!(accounts.keys("verho-test", "asked/"), Vec::<String>::new());
    desk.facts(&["run", "demo"]);
}

#[test]
fn a_release_of_which_no_evidence_could_be_written_is_named() {
    let accounts = Accounts::start();
    let desk = ready(&accounts, "untold/");
    let proxy = Proxy::before(&accounts.production.address);
    let text = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    let by_proxy = format!("[evidence]\nendpoint = \"{}\"\n", proxy.url());
    desk.write("verho.toml", &text.replace("[evidence]\n", &by_proxy));
    proxy.fail("PUT", "-committed-", 99, Fault::Refuse(503, "SlowDown"));
    let output = desk.verho(&["run", "demo"]);
    let said = String::from_utf8_lossy(&output.stderr);
    let listed = desk.facts(&["release", "list", "demo"]);
    let told =
        format!("release {} is visible, but no evidence says so", listed["current"].as_str().unwrap_or_default());
    assert_eq!((output.status.code(), said.contains(&told)), (Some(8), true), "{said}");
}

#[test]
fn without_the_one_that_writes_a_run_fails_and_says_so() {
    let accounts = Accounts::start();
    let desk = ready(&accounts, "gone/");
    let run = desk.command(&["run", "demo"]).spawn().expect("the program starts");
    let (_, writer) = pair(&run);
    signal("-9", writer);
    let output = run.wait_with_output().expect("ended");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(8), "{said}");
    assert!(said.contains("the process that holds the test side's credentials is gone"), "{said}");
}

#[test]
fn a_process_that_crashes_leaves_no_memory_behind() {
    let mut held = Command::new(env!("CARGO_BIN_EXE_verho"));
    held.arg("detect").stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut held = held.spawn().expect("the program starts");
    let until = Instant::now() + Duration::from_secs(20);
    let limit =
        |pid| read(pid, "limits").lines().find(|line| line.starts_with("Max core file size")).map(str::to_owned);
    let is_off = |line: &str| line.split_whitespace().filter(|word| *word == "0").count() == 2;
    while !limit(held.id()).is_some_and(|line| is_off(&line)) {
        assert!(Instant::now() < until, "core dumps are on: {:?}", limit(held.id()));
    }
    signal("-ABRT", held.id());
    let ended = held.wait().expect("killed");
    assert!(ended.signal().is_some() && !ended.core_dumped());
}
