//! `epoch = "release"`: pseudonyms agree within a release and with nothing before or after it, and what they come from is nowhere.

mod common;

use std::collections::BTreeSet;
use std::path::PathBuf;

use common::desk::Desk;
use jiff::SignedDuration;
use serde_json::Value;
use verho::engine::Progress;
use verho::run::{self, House, Refreshed, Wish};
use verho::workspace::Workspace;

const TABLES: [&str; 2] = ["people", "orders"];
const EPOCH: &str = "epoch = \"release\"\n";

/// Two tables of a customer that join, each with what its file says of the epoch.
fn desk(epochs: [&str; 2]) -> Desk {
    let desk = Desk::local("shop");
    for (table, epoch) in TABLES.into_iter().zip(epochs) {
        let rows: String =
            (0..40).map(|row| format!("{{\"id\": \"p-{}\", \"name\": \"Person {row}\"}}\n", row % 20)).collect();
        desk.write(&format!("production/shop/{table}/1.ndjson"), &rows);
        desk.write(&format!("schemas/shop/{table}.toml"), &schema(table, epoch));
    }
    desk
}

fn schema(table: &str, epoch: &str) -> String {
    format!(
        "customer = \"shop\"\ntable = \"{table}\"\nsource = \"shop/{table}/*.ndjson\"\nformat = \"ndjson\"\noutput = \"same\"\n\
         subject = \"id\"\n{epoch}\n[columns]\nid = {{ class = \"direct\", method = \"pseudonym\", domain = \"person\" }}\n\
         name = {{ class = \"direct\", method = \"fake\", kind = \"name\", domain = \"person\", of = \"subject\" }}\n"
    )
}

/// What identifies people in a table of a release, each once.
fn codes(desk: &Desk, table: &str, release: &Value) -> BTreeSet<String> {
    let folder = desk.path(&format!("test/shop/{table}/{}", release.as_str().expect("a release")));
    let parts: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("parts").map(|part| part.expect("a part").path()).collect();
    let text: String = parts.iter().map(|part| std::fs::read_to_string(part).expect("text")).collect();
    let rows = text.lines().map(|row| serde_json::from_str::<Value>(row).expect("a row"));
    rows.map(|row| row["id"].as_str().expect("a code").to_owned()).collect()
}

fn epoch(desk: &Desk, release: &Value) -> Value {
    let manifest = desk.path(&format!("test/shop/releases/{}.json", release.as_str().expect("a release")));
    let manifest = std::fs::read_to_string(manifest).expect("a manifest");
    let statement: Value = serde_json::from_str(&manifest).expect("JSON");
    found(&statement, "epoch").expect("an epoch").clone()
}

/// The first value under a key, however deep.
fn found<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Object(object) => object.get(key).or_else(|| object.values().find_map(|inner| found(inner, key))),
        Value::Array(items) => items.iter().find_map(|inner| found(inner, key)),
        _ => None,
    }
}

#[test]
fn releases_have_nothing_in_common_and_tables_of_one_join() {
    let desk = desk([EPOCH, EPOCH]);
    desk.approve("shop", "one", 3);
    let [first, second] = [(); 2].map(|()| desk.facts(&["run", "shop"]));
    let of = |table: &str, run: &Value| codes(&desk, table, &run["release"]);
    assert_eq!(of("people", &first).len(), 20);
    for run in [&first, &second] {
        assert_eq!(of("people", run), of("orders", run), "tables of one release join");
    }
    assert!(of("people", &first).is_disjoint(&of("people", &second)), "a code is in both releases");
    let linkability = first["assessment"]["linkability"].as_str().expect("words");
    assert!(linkability.starts_with("answered between releases, open within one"), "{linkability}");
}

#[test]
fn what_is_kept_of_the_secret_makes_none_of_the_codes() {
    let desk = desk([EPOCH, EPOCH]);
    desk.approve("shop", "one", 3);
    let drawn = desk.facts(&["run", "shop"]);
    let names = epoch(&desk, &drawn["release"]);
    assert_ne!(names, desk.facts(&["keys", "list"])[0]["epoch"], "the customer's own secret was taken");
    // The same rows and the secret that is kept: what somebody could make who has it.
    for table in TABLES {
        desk.write(&format!("schemas/shop/{table}.toml"), &schema(table, ""));
    }
    desk.approve("shop", "two", 3);
    let kept = desk.facts(&["run", "shop"]);
    let [drawn, kept] = [&drawn, &kept].map(|run| codes(&desk, "people", &run["release"]));
    assert!(drawn.is_disjoint(&kept), "a code comes from what is kept");
}

/// What a refresh makes of a desk, however young its newest release is.
fn refreshed(desk: &Desk) -> Refreshed {
    let workspace = Workspace::read(&desk.path("")).unwrap_or_else(|fault| panic!("{fault}"));
    let house = House::open(&workspace, "shop").unwrap_or_else(|failure| panic!("{}", failure.message));
    let wish = Wish { customer: "shop", approval: None, operator: None };
    let refreshed = run::refresh(&house, &wish, SignedDuration::ZERO, &Quiet);
    refreshed.unwrap_or_else(|failure| panic!("{}", failure.message))
}

struct Quiet;

impl Progress for Quiet {
    fn part_done(&self, _: u64) {}
}

#[test]
fn a_refresh_with_nothing_new_makes_no_release() {
    let desk = desk([EPOCH, EPOCH]);
    desk.open_without_environment();
    desk.approve("shop", "one", 3);
    assert!(matches!(refreshed(&desk), Refreshed::Done(_)));
    assert_eq!(refreshed(&desk), Refreshed::Unchanged);
    desk.write("production/shop/people/2.ndjson", "{\"id\": \"p-99\", \"name\": \"Person 99\"}\n");
    assert!(matches!(refreshed(&desk), Refreshed::Done(_)));
}

#[test]
fn the_customer_reads_of_it_and_signs_it() {
    let [lasting, drawn] = [["", ""], [EPOCH, EPOCH]].map(desk);
    let said = |desk: &Desk| desk.asked(&desk.request("shop", "one", 1));
    assert!(said(&drawn).contains("drawn for each copy, written nowhere and wiped"), "{}", said(&drawn));
    assert!(!said(&lasting).contains("drawn for each copy"));
    let policy = |desk: &Desk| desk.facts(&["check"])["tables"][0]["policy"].clone();
    assert_ne!(policy(&lasting), policy(&drawn), "an approval of the one would do for the other");
}

#[test]
fn tables_that_differ_and_lives_that_nobody_knows_are_refused() {
    for (epochs, said) in [
        ([EPOCH, ""], "orders.toml:1:1: there is no `epoch = \"release\"`, as in the file of `people`"),
        (["", EPOCH], "people.toml:1:1: there is no `epoch = \"release\"`, as in the file of `orders`"),
        (["epoch = \"run\"\n"; 2], "orders.toml:7:9: `epoch` is none that is known"),
    ] {
        let refused = desk(epochs).verho(&["check"]);
        let message = String::from_utf8(refused.stderr).expect("text");
        assert_eq!(refused.status.code(), Some(3), "{message}");
        assert!(message.contains(said), "{message}");
    }
}
