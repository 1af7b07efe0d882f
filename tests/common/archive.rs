//! Years of evidence, made in bulk: entries are written first, and one that is appended makes their tiles and the checkpoint.

use std::fs;
use std::path::PathBuf;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use verho::account::doors::Test;
use verho::account::separate;
use verho::account::store::{Object, Pin, Store, StoreError};
use verho::evidence::{RunRecord, journal};
use verho::ledger::{Entry, Event, Given, Ledger, PAYLOAD_TYPE, Started, Told};
use verho::release::{self, Manifest};
use verho::signing::dsse::Envelope;
use verho::signing::{FileSigner, Signer};
use verho::workspace::Workspace;

use super::desk::{COMPLIANCE, CUSTOMER, Desk, OPERATOR};

/// Runs under one approval.
const RUNS: usize = 100;

/// Between two runs.
const PAUSE: SignedDuration = SignedDuration::from_hours(6);

/// Bytes of a part.
const PART: u64 = 1_000_000;

/// Files that are not synced, for what is read once and thrown away.
struct Unsynced(PathBuf);

impl Store for Unsynced {
    /// The one part that a manifest names of a table; no part is written, since no reviewer opens one.
    fn list(&self, folder: &str) -> Result<Vec<Object>, StoreError> {
        let pin = Pin { version: None, etag: String::new() };
        Ok(vec![Object { key: part(folder), size: PART, pin }])
    }

    fn find(&self, key: &str) -> Result<Option<Object>, StoreError> {
        let pin = Pin { version: None, etag: String::new() };
        Ok(fs::metadata(self.0.join(key)).ok().map(|file| Object { key: key.to_owned(), size: file.len(), pin }))
    }

    fn read(&self, object: &Object, ranges: &[std::ops::Range<u64>]) -> Result<Vec<Bytes>, StoreError> {
        let content = Bytes::from(fs::read(self.0.join(&object.key)).map_err(|_| StoreError::Missing)?);
        Ok(ranges.iter().map(|range| content.slice(range.start as usize..range.end as usize)).collect())
    }

    fn create(&self, key: &str, content: &[Bytes]) -> Result<Pin, StoreError> {
        if self.0.join(key).exists() {
            return Err(StoreError::Exists);
        }
        self.replace(key, content, &Pin { version: None, etag: String::new() })
    }

    fn replace(&self, key: &str, content: &[Bytes], pin: &Pin) -> Result<Pin, StoreError> {
        let path = self.0.join(key);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        fs::write(path, content.concat()).expect("a file");
        Ok(pin.clone())
    }

    fn delete(&self, _key: &str) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Gives a desk so many runs of two tables, one every six hours until now, each with two statements and a release.
pub fn fill(desk: &Desk, customer: &str, runs: usize) {
    let signer = FileSigner::open(&desk.path("keys/evidence")).expect("a key");
    let evidence = Unsynced(desk.path("evidence"));
    let test = Test::new(Box::new(Unsynced(desk.path(&format!("test/{customer}")))));
    let workspace = Workspace::read(&desk.path("")).expect("a workspace");
    let separate = separate::prove(&workspace.sides()).expect("folders apart");
    let mut entries = Vec::new();
    for run in 0..runs {
        let at = Timestamp::now() - PAUSE * i32::try_from(runs - run).expect("few runs");
        let enter = |event| Entry { at, customer: customer.to_owned(), event };
        if run % RUNS == 0 {
            entries.push(enter(Event::Given(given(run / RUNS, at))));
        }
        entries.push(enter(Event::Started(started(run))));
        for outcome in ["prepared", "committed"] {
            entries.push(enter(Event::Told(told(&evidence, &signer, &record(customer, run, outcome, at)))));
        }
        release::commit(test.open(&separate), &manifest(customer, run, at), &signer).expect("can be written");
    }
    enter(&evidence, &signer, desk.path("archive.checkpoint"), &entries);
}

/// All but the last entry as their objects alone; the last one finds them and makes the rest.
fn enter(evidence: &dyn Store, signer: &FileSigner, memory: PathBuf, entries: &[Entry]) {
    let (last, first) = entries.split_last().expect("some entries");
    for (place, entry) in first.iter().enumerate() {
        let payload = serde_json::to_vec(entry).expect("JSON");
        let envelope = Envelope::sign_as(PAYLOAD_TYPE, &payload, signer).expect("can sign").to_json();
        evidence.create(&format!("ledger/entry/{place:012}.json"), &[envelope.into()]).expect("is free");
    }
    let key = signer.public_key().expect("a key");
    let mut ledger = Ledger::open(evidence, key, &memory).expect("is sound");
    ledger.append(signer, last).expect("can be written");
}

fn approval(run: usize) -> String {
    format!("approval-{:03}", run / RUNS)
}

fn release(run: usize) -> String {
    format!("20260101-{run:08}")
}

/// The part in a folder of a release.
fn part(folder: &str) -> String {
    format!("{folder}part-00000.parquet")
}

fn digest(run: usize) -> String {
    format!("blake3:{:064}", run / RUNS)
}

fn given(number: usize, at: Timestamp) -> Given {
    Given {
        approval: approval(number * RUNS),
        digest: digest(number * RUNS),
        signatures: [(format!("{CUSTOMER}.sig"), "0".repeat(64))].into(),
        signers: vec![COMPLIANCE.to_owned(), CUSTOMER.to_owned()],
        not_before: at,
        not_after: at + SignedDuration::from_hours(24 * 30),
        max_runs: RUNS as u64,
        retention_days: None,
        renews: None,
    }
}

fn started(run: usize) -> Started {
    Started { run: format!("{run:016x}"), approval: approval(run), digest: digest(run), operator: OPERATOR.to_owned() }
}

fn told(evidence: &dyn Store, signer: &FileSigner, record: &RunRecord) -> Told {
    let appended = journal::append(evidence, signer, record).expect("can be written");
    Told {
        run: record.run.clone(),
        outcome: record.outcome.word().to_owned(),
        approval: record.approval.as_ref().map(|used| used.id.clone()),
        release: record.release.clone(),
        production: None,
        test: None,
        statement: appended.key,
        sha256: appended.sha256,
    }
}

fn record(customer: &str, run: usize, outcome: &str, at: Timestamp) -> RunRecord {
    let column = |class: &str, method: &str| json!({ "class": class, "method": method, "version": 1 });
    let table = |name: &str| {
        json!({
            "name": name, "schema": digest(run), "policy": digest(run), "rows_in": 100_000, "rows_out": 99_000, "parts": 1,
            "columns": {
                "id": column("direct", "pseudonym"), "name": column("direct", "fake"), "city": column("quasi", "generalise"),
                "born": column("quasi", "generalise"), "plan": column("attribute", "keep"), "note": column("free_text", "scrub"),
            },
            "groups": {
                "quasi": ["city", "born"], "counted": "subjects", "k": 11 + run / 500, "coarser": {},
                "withheld": 11 * (run * run % 97),
            },
        })
    };
    let output = |table: &str| {
        let key = part(&format!("{table}/{}/", release(run)));
        json!({ "key": key, "sha256": format!("{run:064x}"), "size": PART, "rows": 99_000 })
    };
    let record = json!({
        "run": format!("{run:016x}"), "outcome": outcome, "started": at, "finished": at,
        "tool": { "name": "verho", "version": "0.1.0", "sha256": "0".repeat(64) },
        "operator": OPERATOR, "customer": customer,
        "approval": {
            "id": approval(run), "digest": digest(run), "signers": [COMPLIANCE, CUSTOMER], "run_number": run % RUNS + 1,
        },
        "inputs": [], "tables": [table("customers"), table("orders")],
        "outputs": [output("customers"), output("orders")],
        "release": release(run), "claim": format!("deidentified with k = {}", 11 + run / 500),
    });
    serde_json::from_value(record).expect("a record")
}

fn manifest(customer: &str, run: usize, at: Timestamp) -> Manifest {
    let table = |name: &str| {
        let key = part(&format!("{name}/{}/", release(run)));
        let object = json!({ "key": key, "sha256": format!("{run:064x}"), "size": PART, "rows": 99_000 });
        json!({ "schema": digest(run), "policy": digest(run), "rows": 99_000, "objects": [object] })
    };
    let manifest = json!({
        "release": release(run), "customer": customer, "created_at": at, "tool": "verho 0.1.0", "approval": approval(run),
        "approval_digest": digest(run), "claim": "deidentified with k = 11", "epoch": "e", "source": "s",
        "tables": { "customers": table("customers"), "orders": table("orders") },
    });
    serde_json::from_value(manifest).expect("a manifest")
}
