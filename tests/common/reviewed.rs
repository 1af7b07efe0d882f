//! A desk with something to review: two approvals, one withdrawn and purged, runs, refusals and drift.

use std::fmt::Write;
use std::process::Output;

use verho::account::file::FileStore;
use verho::ledger::{Book, Event};
use verho::signing::FileSigner;

use super::desk::Desk;

const SCHEMA: &str = r#"
customer = "demo"
table    = "people"
source   = "demo/people/*.csv"
format   = "csv"
subject  = "id"

[columns]
id       = { class = "direct", method = "pseudonym", domain = "person" }
postcode = { class = "quasi", method = "generalise", prefix = 2 }
plan     = { class = "attribute", method = "keep", because = "two names" }
note     = { class = "free_text", method = "scrub" }

[privacy]
k              = 5
on_small_group = "suppress"
max_suppressed = 0.2
"#;

/// A desk of one table, of which two rows are withheld.
pub fn desk() -> Desk {
    let desk = Desk::local("demo");
    desk.write("schemas/demo/people.toml", SCHEMA);
    let mut rows = "id,postcode,plan,note\n".to_owned();
    for person in 0..42 {
        let postcode = ["00100", "33100", "99999"][if person < 40 { person % 2 } else { 2 }];
        writeln!(rows, "person-{person:04},{postcode},basic,called about order {person}").expect("a line");
    }
    desk.write("production/demo/people/1.csv", &rows);
    desk
}

/// Two runs under `first`, which is then withdrawn; one refused; one under `second`, and one that met other columns.
pub fn lived() -> Desk {
    let desk = desk();
    refused(&desk, &["run", "demo"], 4);
    desk.approve("demo", "first", 5);
    ran(&desk);
    ran(&desk);
    enter(
        &desk,
        Event::Withdrawn { approval: "first".into(), by: "owner@acme.example".into(), reason: "it is over".into() },
    );
    refused(&desk, &["run", "demo", "--approval", "first"], 4);
    desk.approve("demo", "second", 3);
    ran(&desk);
    desk.write("production/demo/people/2.csv", "id,postcode,plan,note,phone\n");
    refused(&desk, &["run", "demo"], 6);
    std::fs::remove_file(desk.path("production/demo/people/2.csv")).expect("is there");
    desk
}

/// Enters what no run does.
pub fn enter(desk: &Desk, event: Event) {
    let store = FileStore::open(desk.path("evidence")).expect("a folder");
    let signer = FileSigner::open(&desk.path("keys/evidence")).expect("a key");
    let mut book = Book::open(&store, &signer, &desk.path(".verho/checkpoint")).expect("is sound");
    book.enter("demo", event).expect("can be written");
}

fn ran(desk: &Desk) {
    desk.facts(&["run", "demo"]);
}

fn refused(desk: &Desk, arguments: &[&str], code: i32) -> Output {
    let output = desk.verho(arguments);
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    output
}
