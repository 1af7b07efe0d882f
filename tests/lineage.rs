//! Lineage: events are what the standard says, tell what a run did and no value, and are never in its way.

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::desk::Desk;
use common::{corpora, python};
use serde_json::Value;

/// A desk with the demo's customers, one approval, and a `[lineage]`.
fn desk(lineage: &str) -> Desk {
    let desk = Desk::local("demo");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/demo");
    desk.put(&data.join("customers-1.parquet"), "demo/customers/1.parquet");
    desk.put(&data.join("customers-2.parquet"), "demo/customers/2.parquet");
    desk.write("schemas/demo/customers.toml", include_str!("../schemas/demo/customers.toml"));
    desk.approve("demo", "lineage", 3);
    let written = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    desk.write("verho.toml", &format!("{written}\n[lineage]\n{lineage}\n"));
    desk
}

fn told(desk: &Desk) -> Vec<Value> {
    let text = std::fs::read_to_string(desk.path("lineage.ndjson")).expect("a file");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["eventType"].as_str().expect("a kind")).collect()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_run_tells_its_begin_and_its_end() {
    let desk = desk("file = \"lineage.ndjson\"");
    let done = desk.facts(&["run", "demo"]);
    let events = told(&desk);
    assert_eq!(kinds(&events), ["START", "COMPLETE"]);
    assert_eq!(events[0]["run"]["runId"], events[1]["run"]["runId"]);
    assert!(events[0]["eventTime"].as_str() < events[1]["eventTime"].as_str());
    let (input, output) = (&events[1]["inputs"][0], &events[1]["outputs"][0]);
    let root = |side: &str| format!("file://{}/demo/", desk.path(side).display());
    assert_eq!((&input["namespace"], &input["name"]), (&root("production").into(), &"customers".into()));
    assert_eq!((&output["namespace"], &output["name"]), (&root("test").into(), &"customers".into()));
    assert_eq!(output["facets"]["version"]["datasetVersion"], done["release"]);
    let counts = &output["outputFacets"]["outputStatistics"];
    assert_eq!((&counts["rowCount"], &counts["size"]), (&done["tables"]["customers"], &done["bytes"]));
    assert_eq!(input["inputFacets"]["inputStatistics"]["fileCount"], 2);

    desk.facts(&["run", "demo"]);
    let again = told(&desk);
    assert_eq!((again.len(), &again[..2]), (4, &events[..]));
    assert_ne!(again[0]["run"]["runId"], again[2]["run"]["runId"]);
}

#[test]
fn every_column_says_what_it_was_made_of_and_whether_that_masks() {
    let desk = desk("file = \"lineage.ndjson\"");
    desk.facts(&["run", "demo"]);
    let event = told(&desk).remove(1);
    let lineage = event["outputs"][0]["facets"]["columnLineage"]["fields"].as_object().expect("fields").clone();
    let methods = desk.facts(&["plan", "demo"]);
    let leaves = methods["tables"][0]["leaves"].as_array().expect("leaves").clone();
    let mut masked = BTreeMap::new();
    for leaf in &leaves {
        let (path, method) = (leaf["leaf"].as_str().expect("a path"), leaf["method"].as_str().expect("a method"));
        let Some(field) = lineage.get(path) else {
            assert_eq!(method, "drop", "{path}");
            continue;
        };
        let made = &field["inputFields"][0];
        assert_eq!((&made["field"], &made["name"]), (&path.into(), &"customers".into()));
        assert_eq!(made["transformations"][0]["masking"], method != "keep", "{path}");
        assert_eq!(made["transformations"][0]["type"], "DIRECT");
        *masked.entry(method != "keep").or_insert(0) += 1;
    }
    assert!(masked.len() == 2 && lineage.len() <= leaves.len(), "{masked:?}");
}

#[test]
fn a_refused_run_fails_and_a_withdrawn_one_is_aborted() {
    let desk = desk("file = \"lineage.ndjson\"");
    let refused = desk.verho(&["run", "demo", "--approval", "never"]);
    assert_eq!(refused.status.code(), Some(4));
    desk.facts(&["consent", "withdraw", "demo", "lineage"]);
    let withdrawn = desk.verho(&["run", "demo"]);
    assert_eq!(withdrawn.status.code(), Some(4), "{}", said(&withdrawn));
    let events = told(&desk);
    assert_eq!(kinds(&events), ["START", "FAIL", "START", "ABORT"]);
    for (event, output) in [(&events[1], &refused), (&events[3], &withdrawn)] {
        let why = event["run"]["facets"]["errorMessage"]["message"].as_str().expect("a message");
        assert!(said(output).contains(why), "{why}");
        assert_eq!(event["outputs"].as_array().map(Vec::len), Some(0));
    }
}

#[test]
fn every_event_is_valid_by_the_published_schemas() {
    let Some(schemas) = corpora::folder("specs/openlineage") else { return };
    let desk = desk("file = \"lineage.ndjson\"");
    desk.facts(&["run", "demo"]);
    assert_eq!(desk.verho(&["run", "demo", "--approval", "never"]).status.code(), Some(4));
    desk.facts(&["consent", "withdraw", "demo", "lineage"]);
    assert_eq!(desk.verho(&["run", "demo"]).status.code(), Some(4));
    assert_eq!(kinds(&told(&desk)), ["START", "COMPLETE", "START", "FAIL", "START", "ABORT"]);
    let found = python::run("lineage.py", &[&schemas, &desk.path("lineage.ndjson")]);
    assert!(found.starts_with("6 events, "), "{found}");
}

/// Every value of the demo's direct columns would do; these are some.
#[test]
fn no_event_has_a_value_or_a_key_of_the_source() {
    let desk = desk("file = \"lineage.ndjson\"");
    desk.facts(&["run", "demo"]);
    let text = std::fs::read_to_string(desk.path("lineage.ndjson")).expect("a file");
    for word in ["@", "1.parquet", "2.parquet", ".parquet"] {
        assert!(!text.contains(word), "{word}");
    }
}

/// A receiver on loopback: what it was sent, and how it answers.
struct Web {
    url: String,
    sent: Arc<Mutex<Vec<(String, String)>>>,
}

impl Web {
    /// Takes every request, and answers with a status or not at all.
    fn that_answers(status: Option<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/api/v1/lineage?secret=in-the-url", listener.local_addr().expect("an address"));
        let sent = Arc::new(Mutex::new(Vec::new()));
        let seen = sent.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // A client that leaves is what some tests are about.
                drop(answer(client, status, &seen));
            }
        });
        Web { url, sent }
    }

    fn sent(&self) -> Vec<(String, String)> {
        self.sent.lock().expect("no holder panics").clone()
    }
}

fn answer(mut client: TcpStream, status: Option<u16>, seen: &Mutex<Vec<(String, String)>>) -> std::io::Result<()> {
    let (mut head, mut from) = (String::new(), BufReader::new(client.try_clone()?));
    while !head.ends_with("\r\n\r\n") {
        if from.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let length = head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.expect("a length")];
    from.read_exact(&mut body)?;
    seen.lock().expect("no holder panics").push((head, String::from_utf8(body).expect("text")));
    match status {
        Some(status) => client
            .write_all(format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes()),
        // Until the client leaves.
        None => from.read_to_end(&mut Vec::new()).map(drop),
    }
}

/// The run as it would be without lineage: its answer, but for what differs from run to run.
fn run(desk: &Desk) -> (Output, Duration) {
    let begun = Instant::now();
    let output = desk.verho(&["run", "demo", "--output", "json"]);
    (output, begun.elapsed())
}

fn is_unharmed(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", said(output));
    let facts: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(facts["release"].is_string() && facts["evidence"].is_string(), "{facts}");
}

#[test]
#[cfg(feature = "lineage")]
fn a_receiver_is_sent_both_events_with_its_token() {
    let web = Web::that_answers(Some(201));
    let mut desk = desk(&format!("url = \"{}\"\ntoken_env = \"LINEAGE_TOKEN\"", web.url));
    desk.environment.push(("LINEAGE_TOKEN".into(), "a-token".into()));
    let (output, _) = run(&desk);
    is_unharmed(&output);
    assert_eq!(said(&output), "");
    let sent = web.sent();
    let events: Vec<Value> = sent.iter().map(|(_, body)| serde_json::from_str(body).expect("JSON")).collect();
    assert_eq!(kinds(&events), ["START", "COMPLETE"]);
    for (head, _) in &sent {
        let head = head.to_lowercase();
        assert!(head.starts_with("post /api/v1/lineage?secret=in-the-url http/1.1\r\n"), "{head}");
        assert!(head.contains("\r\nauthorization: bearer a-token\r\n"), "{head}");
        assert!(head.contains("\r\ncontent-type: application/json"), "{head}");
    }
}

#[test]
#[cfg(feature = "lineage")]
fn no_receiver_changes_what_becomes_of_a_run() {
    let refusing = Web::that_answers(Some(503));
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let cases = [
        (refusing.url.clone(), "its receiver answers 503"),
        (Web::that_answers(Some(403)).url, "its receiver answers 403"),
        (Web::that_answers(Some(302)).url, "its receiver answers 302"),
        (format!("http://{closed}/secret"), "its receiver cannot be reached"),
        (Web::that_answers(None).url, "it took more than 2 s"),
    ];
    for (url, why) in cases {
        let desk = desk(&format!("url = \"{url}\""));
        let (output, took) = run(&desk);
        is_unharmed(&output);
        assert_eq!(said(&output), format!("warning: lineage was not told: {why}\n"));
        assert!(took < Duration::from_secs(20), "{took:?}");
        let quiet = desk.verho(&["run", "demo", "--quiet"]);
        assert_eq!((quiet.status.code(), said(&quiet)), (Some(0), String::new()));
    }
    let tried = refusing.sent();
    assert_eq!(tried.len(), 2 * 2 * 3, "every event is tried three times");
}

#[test]
#[cfg(feature = "lineage")]
fn a_token_that_is_missing_is_named_and_nothing_is_sent() {
    let web = Web::that_answers(Some(201));
    let desk = desk(&format!("url = \"{}\"\ntoken_env = \"LINEAGE_TOKEN\"", web.url));
    let (output, _) = run(&desk);
    is_unharmed(&output);
    let why = "the environment variable LINEAGE_TOKEN of `token_env` is not set";
    assert_eq!(said(&output), format!("warning: lineage was not told: {why}\n"));
    assert_eq!(web.sent(), []);
}

#[test]
fn a_file_that_cannot_be_written_changes_nothing() {
    let (output, _) = run(&desk("file = \"no/such/folder/lineage.ndjson\""));
    is_unharmed(&output);
    assert_eq!(said(&output), "warning: lineage was not told: the file cannot be written: entity not found\n");
}
