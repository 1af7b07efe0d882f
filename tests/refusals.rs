//! Twenty ways to have no valid approval: each refused with exit 4, in words of its own, before any data is read,
//! and each leaves evidence.

#![cfg(feature = "s3")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::desk::{COMPLIANCE, CUSTOMER, Desk, OPERATOR, new_key};
use common::sides::Accounts;

type Spoil = fn(&Desk, &Path);

/// What is wrong, and how it is made so: with a valid approval in place.
const WAYS: [(&str, Spoil); 20] = [
    ("missing", |_, file| fs::remove_dir_all(file.parent().unwrap()).unwrap()),
    ("unsigned", |_, file| {
        [CUSTOMER, COMPLIANCE].iter().for_each(|who| fs::remove_file(signature(file, who)).unwrap())
    }),
    ("one signer", |_, file| fs::remove_file(signature(file, COMPLIANCE)).unwrap()),
    ("same person twice", |desk, _| {
        let roles = fs::read_to_string(desk.path("consent/roles.toml")).unwrap();
        desk.write("consent/roles.toml", &roles.replace("the officer", "the owner"));
        desk.trust();
    }),
    ("wrong role", |desk, _| {
        let roles = fs::read_to_string(desk.path("consent/roles.toml")).unwrap();
        desk.write("consent/roles.toml", &roles.replace("\"compliance\"", "\"operator\""));
        desk.trust();
    }),
    ("wrong namespace", |desk, file| desk.sign_in("file", file, "compliance", COMPLIANCE)),
    ("wrong key", |desk, file| desk.sign(file, "stranger", COMPLIANCE)),
    ("altered byte", |_, file| {
        let text = fs::read_to_string(file).unwrap();
        fs::write(file, text.replace("a test", "a tesT")).unwrap();
    }),
    ("expired", |desk, file| {
        resigned(desk, file, |text| moved(text, "not_after", "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"))
    }),
    ("not yet valid", |desk, file| {
        resigned(desk, file, |text| moved(text, "not_before", "2096-01-01T00:00:00Z", "2096-01-01T00:00:00Z"))
    }),
    ("other customer", |desk, file| resigned(desk, file, |text| line(text, "customer = ", "\"another\""))),
    ("other table list", |desk, file| {
        resigned(desk, file, |text| text.replace("name = \"orders\"", "name = \"others\""))
    }),
    ("other source", |desk, file| {
        resigned(desk, file, |text| text.replace("s3://verho-production/", "s3://verho-elsewhere/"))
    }),
    ("other destination", |desk, file| {
        resigned(desk, file, |text| text.replace("s3://verho-test/", "s3://verho-elsewhere/"))
    }),
    ("changed schema", |desk, file| {
        resigned(desk, file, |text| line(text, "schema = ", &format!("\"blake3:{}\"", "5".repeat(64))))
    }),
    ("changed method option", |desk, _| {
        let schema = fs::read_to_string(desk.path("schemas/demo/customers.toml")).unwrap();
        desk.write("schemas/demo/customers.toml", &schema.replace("to = \"year\"", "to = \"decade\""));
    }),
    ("used up", |desk, file| {
        resigned(desk, file, |text| line(text, "max_runs = ", "1"));
        assert!(desk.verho(&["run", "demo"]).status.success());
    }),
    ("unknown key", |desk, file| {
        fs::remove_file(signature(file, COMPLIANCE)).unwrap();
        desk.sign(file, "stranger", "somebody");
    }),
    ("unreadable file", |_, file| fs::write(file, [0xff, 0xfe, 0x00]).unwrap()),
    ("operator among the signers", |desk, _| {
        let roles = fs::read_to_string(desk.path("consent/roles.toml")).unwrap();
        desk.write("consent/roles.toml", &roles.replace("the engineer", "the officer"));
        desk.trust();
    }),
];

fn signature(file: &Path, who: &str) -> std::path::PathBuf {
    file.with_file_name(format!("{who}.sig"))
}

/// Changes an approval and has both sign what it is now.
fn resigned(desk: &Desk, file: &Path, change: impl Fn(&str) -> String) {
    let text = fs::read_to_string(file).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed, "the approval is changed");
    fs::write(file, changed).unwrap();
    desk.sign(file, "owner", CUSTOMER);
    desk.sign(file, "compliance", COMPLIANCE);
}

/// The first line that starts so, with another value.
fn line(text: &str, start: &str, value: &str) -> String {
    let tidy = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut done = false;
    let changed = text.lines().map(|line| {
        let hit = !done && tidy(line).starts_with(start);
        done |= hit;
        if hit { format!("{start}{value}") } else { line.to_owned() }
    });
    changed.collect::<Vec<_>>().join("\n") + "\n"
}

/// One time moved, the others so that the record stays possible.
fn moved(text: &str, which: &str, to: &str, others: &str) -> String {
    let text = if which == "not_after" { line(text, "given_at = ", others) } else { text.to_owned() };
    let text = if which == "not_after" {
        line(&text, "not_before = ", others)
    } else {
        line(&text, "not_after = ", "2096-02-01T00:00:00Z")
    };
    line(&text, &format!("{which} = "), to)
}

#[test]
fn every_way_is_refused_in_its_own_words_without_reading_data() {
    let accounts = Accounts::start();
    let mut messages = BTreeSet::new();
    for (way, spoil) in WAYS {
        let desk = accounts.demo(&format!("{}/", way.replace(' ', "-")));
        let file = desk.approve("demo", "demo-1", 12);
        new_key(&desk.path("people/another"), "x");
        spoil(&desk, &file);
        let before = accounts.data_reads().len();
        let output = desk.verho(&["run", "demo", "--operator", OPERATOR]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(4), "{way}: {said}");
        let message = said.lines().find(|line| line.starts_with("error")).unwrap_or_default().to_owned();
        eprintln!("{way}: {message}");
        assert!(messages.insert(message.clone()), "{way} says what another way says: {message}");
        let pages = accounts.data_reads()[before..].iter().filter(|read| !read.is_footer()).count();
        assert_eq!(pages, 0, "{way}: data was read");
        assert!(evidence(&accounts, way).iter().any(|record| record.contains("refused")), "{way}: no evidence");
    }
    assert_eq!(messages.len(), WAYS.len());
}

/// The names of all evidence of a desk.
fn evidence(accounts: &Accounts, way: &str) -> Vec<String> {
    accounts.keys("verho-evidence", &format!("{}/evidence/", way.replace(' ', "-")))
}
