//! Every Parquet file of the corpus, through a whole run: values as expected, or a clean refusal.

mod common;

use std::path::{Path, PathBuf};
use std::time::Duration;

use common::desk::Desk;
use common::{corpora, python};
use rayon::prelude::*;
use serde_json::Value;
use verho::detect::{KINDS, KNOWN};

/// What a file made of a run.
struct Ended {
    code: Option<i32>,
    said: String,
    /// The most memory that the run held, in KiB.
    memory: u64,
}

/// A small set that is part of the project covers each kind where the corpus is not there.
fn folder() -> std::path::PathBuf {
    corpora::folder("parquet").unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/parquet"))
}

/// Keeps every leaf that a plan finds unlisted; how a plan then ends.
fn list_leaves(desk: &Desk) -> Ended {
    let mut rules = String::new();
    // What some files hold looks like somebody's, and is none's: what is tried here is whether it is read as it is.
    let anything = format!("{:?}", KINDS.iter().chain([&KNOWN]).collect::<Vec<_>>());
    loop {
        desk.write("schemas/corpus/file.toml", &format!("customer = \"corpus\"\ntable = \"file\"\nsource = \"corpus/file/*.parquet\"\nformat = \"parquet\"\n[columns]\n{rules}"));
        let ended = watched(desk, &["--output", "json", "plan", "corpus"]);
        let said = ended.said.split_once(" not listed in the schema").filter(|_| ended.code == Some(6));
        let Some((said, _)) = said else { return ended };
        // The message is JSON, and so is a quoted key of TOML.
        let named = said
            .split_once("leaf `")
            .or_else(|| said.split_once("leaves `"))
            .and_then(|(_, rest)| rest.rsplit_once('`'));
        let listed =
            named.expect("leaves").0.split("`, `").map(|leaf| {
                format!("\"{leaf}\" = {{ class = \"attribute\", method = \"keep\", because = \"a test\", may_hold = {anything} }}\n")
            });
        let listed: String = listed.collect();
        // A name that cannot be shown as it is cannot be listed from what was shown.
        if listed == rules {
            return ended;
        }
        rules = listed;
    }
}

fn run(desk: &Desk, number: usize, file: &Path) -> Ended {
    for made in ["production", "test", "consent/corpus", "schemas/corpus"] {
        let _ = std::fs::remove_dir_all(desk.path(made));
    }
    desk.put(file, "corpus/file/0.parquet");
    let planned = list_leaves(desk);
    if planned.code != Some(0) {
        return planned;
    }
    desk.approve("corpus", &format!("approval-{number}"), 1);
    watched(desk, &["run", "corpus"])
}

/// Runs to the end, at most a minute, and looks at the memory all the while.
fn watched(desk: &Desk, arguments: &[&str]) -> Ended {
    let mut child = desk.command(arguments).stdout(std::process::Stdio::null()).spawn().expect("the program starts");
    let (started, mut memory) = (std::time::Instant::now(), 0);
    while child.try_wait().expect("a child").is_none() {
        memory = memory.max(peak(child.id()));
        assert!(started.elapsed() < Duration::from_secs(60), "the run hangs");
        std::thread::park_timeout(Duration::from_millis(2));
    }
    let output = child.wait_with_output().expect("an end");
    Ended { code: output.status.code(), said: String::from_utf8_lossy(&output.stderr).into_owned(), memory }
}

fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// A file of the corpus that went through a run.
struct Tried<'e> {
    entry: &'e Value,
    ended: Ended,
    /// Where what left lies, if anything did.
    left: PathBuf,
}

impl Tried<'_> {
    fn said(&self, key: &str) -> &str {
        self.entry[key].as_str().unwrap_or_default()
    }

    /// Why it did not end as its verdict asks, the values that left aside; none if it did.
    fn fault(&self) -> Option<String> {
        let verdict = self.said("verdict");
        if self.ended.memory > 1 << 20 && verdict == "must_refuse_cleanly" {
            return Some(format!("{} KiB of memory", self.ended.memory));
        }
        match self.ended.code {
            Some(0) if verdict == "must_refuse_cleanly" || verdict == "should_refuse_page_crc_wrong" => {
                Some("was read".to_owned())
            }
            Some(0) => None,
            Some(6) if verdict != "must_read" => None,
            _ => Some(format!("{:?}: {}", self.ended.code, self.ended.said)),
        }
    }

    /// Whether it was read as it should be, so that its values are left to compare.
    fn is_read(&self) -> bool {
        self.ended.code == Some(0) && self.fault().is_none()
    }
}

/// How the values that left differ from those that are expected; none where they do not. One process reads them all.
fn differences(corpus: &Path, read: &[&Tried<'_>]) -> Vec<Option<String>> {
    let expected = |one: &Tried<'_>| corpus.join(one.entry["expected_ipc"].as_str().unwrap_or("none"));
    let rows = |one: &Tried<'_>| one.entry["rows"].as_u64().map_or("?".to_owned(), |rows| rows.to_string());
    let arguments: Vec<_> = read.iter().flat_map(|one| [one.left.clone(), expected(one), rows(one).into()]).collect();
    let said = python::run("values.py", &arguments.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    let lines: Vec<_> = said.lines().map(|line| (line != "equal").then(|| line.to_owned())).collect();
    assert_eq!(lines.len(), read.len(), "a line for each");
    lines
}

/// The name of a file, its verdict, and its fault where it has one.
type Judged = (String, String, Option<String>);

/// Takes a file through a run, and puts aside what left.
fn attempt<'e>(desk: &Desk, corpus: &Path, number: usize, entry: &'e Value) -> Tried<'e> {
    let file = corpus.join(entry["file"].as_str().unwrap_or_default());
    let (ended, left) = (run(desk, number, &file), desk.path(&format!("left-{number}")));
    if ended.code == Some(0) {
        std::fs::rename(desk.path("test"), &left).expect("what left is put aside");
    }
    Tried { entry, ended, left }
}

/// Some files in a workspace of their own, whose ledger is read again with every run.
fn judge(corpus: &Path, entries: &[Value]) -> Vec<Judged> {
    let desk = Desk::local("corpus");
    let tried: Vec<_> =
        entries.iter().enumerate().map(|(number, entry)| attempt(&desk, corpus, number, entry)).collect();
    let read: Vec<_> = tried.iter().filter(|one| one.is_read()).collect();
    let mut differences = differences(corpus, &read).into_iter();
    let judged = |one: &Tried<'_>| {
        let difference = if one.is_read() { differences.next().flatten() } else { None };
        (one.said("file").to_owned(), one.said("verdict").to_owned(), one.fault().or(difference))
    };
    tried.iter().map(judged).collect()
}

#[test]
fn every_file_is_read_whole_or_refused() {
    let corpus = folder();
    let entries = corpora::lines(&corpus.join("measured.jsonl"));
    assert!(!entries.is_empty(), "a corpus has files");
    let judged: Vec<Judged> = entries.par_chunks(16).flat_map_iter(|some| judge(&corpus, some)).collect();
    let (mut wrong, mut counts) = (Vec::new(), std::collections::BTreeMap::<String, (u32, u32)>::new());
    for (name, verdict, fault) in judged {
        let count = counts.entry(verdict).or_default();
        count.1 += 1;
        match fault {
            None => count.0 += 1,
            Some(fault) => wrong.push(format!("{name}: {fault}")),
        }
    }
    counts.iter().for_each(|(verdict, (right, all))| eprintln!("{verdict}: {right}/{all}"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
