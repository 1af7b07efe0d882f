//! A reviewer's questions, asked of a workspace in which something has happened.

mod common;

use std::ops::Range;
use std::sync::Mutex;

use bytes::Bytes;
use common::desk::{COMPLIANCE, CUSTOMER, Desk, OPERATOR};
use common::reviewed::{desk, enter, lived};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use verho::account::file::FileStore;
use verho::account::store::{Object, Pin, Store, StoreError};
use verho::ledger::{Event, Given, Purged, Started};
use verho::review::verify::{Finding, verify};
use verho::workspace::Workspace;

fn text(desk: &Desk, arguments: &[&str]) -> String {
    let output = desk.verho(&[&["review"], arguments].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn rows(desk: &Desk, arguments: &[&str]) -> Vec<Value> {
    let facts = desk.facts(&[&["review"], arguments].concat());
    facts.as_array().expect("rows").clone()
}

/// The same text on every day: what is drawn by chance or told by a clock, as what it is, and blanks as one.
fn settled(text: &str) -> String {
    let settle = |word: &str| {
        let bare = word.trim_end_matches(',');
        let is_hex = |length: usize| bare.len() == length && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_release = bare.len() == 17 && bare.as_bytes()[8] == b'-' && bare[..8].parse::<u32>().is_ok();
        match bare {
            _ if bare.parse::<Timestamp>().is_ok() => "TIME".to_owned(),
            _ if bare.parse::<jiff::civil::Date>().is_ok() => "DAY".to_owned() + &word[bare.len()..],
            _ if is_hex(16) => "RUN".to_owned(),
            _ if is_hex(64) => "SHA256".to_owned(),
            _ if is_release => "RELEASE".to_owned(),
            _ if bare.starts_with("blake3:") => "DIGEST".to_owned(),
            _ if bare.starts_with("evidence/demo/") => "STATEMENT".to_owned(),
            _ => word.to_owned(),
        }
    };
    let line = |line: &str| line.split_whitespace().map(settle).collect::<Vec<_>>().join(" ") + "\n";
    text.lines().map(line).collect()
}

/// The key of an object of the last release.
fn object(desk: &Desk) -> String {
    let shown = desk.facts(&["release", "show", "demo"]);
    shown["tables"]["people"]["objects"][0]["key"].as_str().expect("a key").to_owned()
}

#[test]
fn every_question_is_answered_in_words_without_a_value() {
    let desk = lived();
    let key = object(&desk);
    let asked: [&[&str]; 16] = [
        &["approvals"],
        &["approvals", "demo"],
        &["runs"],
        &["privacy"],
        &["columns"],
        &["texts"],
        &["signers"],
        &["withdrawals"],
        &["retention"],
        &["strays"],
        &["drift"],
        &["keys"],
        &["reviews"],
        &["under", "demo", "first"],
        &["object", "demo", &key],
        &["verify"],
    ];
    let answers = asked.map(|arguments| {
        let answer = text(&desk, arguments);
        assert!(!answer.contains("person-00") && !answer.contains("00100"), "{arguments:?} shows a value");
        format!("$ verho review {}\n{answer}\n", arguments.join(" ").replace(&key, "KEY"))
    });
    let epoch = rows(&desk, &["keys"])[0]["epoch"].as_str().expect("an epoch").to_owned();
    let home = desk.path("").display().to_string();
    insta::assert_snapshot!(settled(&answers.concat().replace(&epoch, "EPOCH").replace(&home, "")));
}

#[test]
fn rows_are_the_same_in_json() {
    let desk = lived();
    let approvals = rows(&desk, &["approvals"]);
    assert_eq!(approvals.len(), 2);
    assert_eq!((&approvals[0]["approval"], &approvals[0]["state"]), (&"second".into(), &"in force".into()));
    assert_eq!(
        (&approvals[1]["state"], &approvals[1]["runs"], &approvals[1]["of"]),
        (&"withdrawn".into(), &2.into(), &5.into())
    );
    assert_eq!(approvals[0]["days_left"], 29);
    let operators = rows(&desk, &["runs"]);
    assert_eq!(operators.len(), 6, "refused ones too");
    assert!(operators.iter().all(|run| run["operator"] == OPERATOR && run["organisation"] == "house"));
    let withheld: Vec<_> = rows(&desk, &["privacy"]).iter().map(|row| row["withheld"].clone()).collect();
    assert_eq!(withheld, [5, 5, 5], "two rows, rounded up to k");
    assert_eq!(rows(&desk, &["verify"]), Vec::<Value>::new());
}

#[test]
fn a_customer_or_approval_or_object_that_nobody_knows_is_refused_with_the_way_out() {
    let desk = lived();
    for arguments in
        [&["runs", "dmeo"][..], &["under", "demo", "third"], &["object", "demo", "people/none/part-00000.csv"]]
    {
        let output = desk.verho(&[&["review"], arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && said.contains("hint: "), "{arguments:?}: {said}");
    }
}

#[test]
fn a_withdrawal_says_when_all_stopped_and_when_nothing_was_left() {
    let desk = lived();
    let open = rows(&desk, &["withdrawals"]);
    assert_eq!((&open[0]["state"], &open[0]["seconds_to_purge"]), (&"open".into(), &Value::Null));
    let releases: Vec<String> = rows(&desk, &["privacy"])
        .iter()
        .take(2)
        .map(|row| row["release"].as_str().expect("a name").to_owned())
        .collect();
    let empty_at = Timestamp::now() + SignedDuration::from_hours(1);
    let releases_of = desk.path("test/demo/people");
    releases.iter().for_each(|release| {
        std::fs::remove_dir_all(releases_of.join(release)).expect("is there");
        std::fs::remove_file(desk.path(&format!("test/demo/releases/{release}.json"))).expect("is there");
    });
    let purged = Purged { approval: Some("first".into()), because: "withdrawal".into(), releases, erased: 9, empty_at };
    enter(&desk, Event::Purged(purged));
    let withdrawn = rows(&desk, &["withdrawals"]).remove(0);
    let seconds = |name: &str| withdrawn[name].as_i64().expect("a number");
    assert!((3600..3700).contains(&seconds("seconds_to_purge")) && (0..100).contains(&seconds("seconds_to_stop")));
    assert_eq!((&withdrawn["releases_purged"], &withdrawn["state"]), (&2.into(), &"purged".into()));
}

#[test]
fn what_is_past_its_time_is_told_until_it_is_purged() {
    let desk = desk();
    let asked = ["--purpose", "a test", "--approver", CUSTOMER, "--retention-days", "0"];
    let asked = [&["consent", "request", "demo", "--id", "short"][..], &asked].concat();
    let file = desk.facts(&asked)["file"].as_str().expect("a file").to_owned();
    desk.sign(file.as_ref(), "owner", CUSTOMER);
    desk.sign(file.as_ref(), "compliance", COMPLIANCE);
    let release = desk.facts(&["run", "demo"])["release"].as_str().expect("a name").to_owned();
    let past = rows(&desk, &["retention"]);
    assert_eq!((past.len(), &past[0]["release"]), (1, &release.as_str().into()));
    let purged = Purged {
        approval: None,
        because: "retention".into(),
        releases: vec![release],
        erased: 1,
        empty_at: Timestamp::now(),
    };
    enter(&desk, Event::Purged(purged));
    assert_eq!(rows(&desk, &["retention"]), past, "it is still there");
    std::fs::remove_dir_all(desk.path("test/demo")).expect("is there");
    assert_eq!(rows(&desk, &["retention"]), Vec::<Value>::new());
}

#[test]
fn no_more_runs_are_said_to_be_used_than_were_approved() {
    let desk = desk();
    desk.approve("demo", "first", 1);
    desk.facts(&["run", "demo"]);
    // Of two that took the last run at once, both began.
    let started = Started { run: "r".into(), approval: "first".into(), digest: "d".into(), operator: OPERATOR.into() };
    enter(&desk, Event::Started(started));
    assert_eq!(desk.facts(&["consent", "list", "demo"])[0]["runs_used"], 1);
    assert_eq!(rows(&desk, &["approvals"])[0]["runs"], 1);
}

#[test]
fn approvals_that_fewer_stood_behind_are_found() {
    let desk = lived();
    assert_eq!(rows(&desk, &["signers"]), Vec::<Value>::new());
    let given = |approval: &str, signers: &[&str]| Given {
        approval: approval.into(),
        digest: "blake3:0".into(),
        signatures: Default::default(),
        signers: signers.iter().map(|signer| (*signer).to_owned()).collect(),
        not_before: Timestamp::now(),
        not_after: Timestamp::now(),
        max_runs: 1,
        retention_days: None,
        renews: None,
    };
    enter(&desk, Event::Given(given("alone", &[COMPLIANCE])));
    enter(&desk, Event::Given(given("own", &[COMPLIANCE, CUSTOMER])));
    enter(&desk, Event::Given(given("nobody", &["who@nowhere.example"])));
    let started = Started { run: "r".into(), approval: "own".into(), digest: "d".into(), operator: COMPLIANCE.into() };
    enter(&desk, Event::Started(started));
    let found: Vec<_> =
        rows(&desk, &["signers"]).iter().map(|row| format!("{}: {}", row["approval"], row["finding"])).collect();
    let nobody = "\"nobody\": \"nobody knows who a signer is\"";
    assert_eq!(found, ["\"alone\": \"one organisation only\"", nobody, "\"own\": \"signed by its operator\""]);
}

#[test]
fn objects_that_no_release_holds_and_releases_without_an_approval_are_found() {
    let desk = lived();
    let key = object(&desk);
    desk.write("test/demo/people/copy.csv", "id\n");
    let strays = rows(&desk, &["strays"]);
    assert_eq!(
        (strays.len(), &strays[0]["object"], &strays[0]["finding"]),
        (1, &"people/copy.csv".into(), &"no manifest holds it".into())
    );
    let release = key.split('/').nth(1).expect("a release");
    let manifest = format!("test/demo/releases/{release}.json");
    let written = std::fs::read_to_string(desk.path(&manifest)).expect("a manifest");
    desk.write(&manifest, &written.replacen("pseudonymised", "anonymous", 1).replacen("deidentified", "anonymous", 1));
    let found: Vec<_> = rows(&desk, &["strays"]).iter().map(|row| row["finding"].clone()).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[0], "its manifest was not signed by this workspace's key");
}

#[test]
fn a_reviewer_needs_no_right_to_sign_but_to_say_that_they_looked() {
    let desk = lived();
    let key = desk.path("keys/evidence");
    let kept = std::fs::read(&key).expect("a key");
    std::fs::remove_file(&key).expect("is there");
    assert_eq!(rows(&desk, &["verify"]), Vec::<Value>::new());
    let done = ["review", "done", "demo", "--by", COMPLIANCE, "--finding", "all in order"];
    assert_eq!(desk.verho(&done).status.code(), Some(3));
    std::fs::write(&key, kept).expect("is writable");
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("is the owner's");
    desk.facts(&done);
    let looked = rows(&desk, &["reviews"]);
    assert_eq!((&looked[0]["by"], &looked[0]["finding"]), (&COMPLIANCE.into(), &"all in order".into()));
}

/// An evidence store beside which other work goes on, once, right after something was listed.
struct Meanwhile<'w> {
    store: FileStore,
    listed: &'static str,
    work: Mutex<Option<Box<dyn FnOnce() + Send + 'w>>>,
}

impl Store for Meanwhile<'_> {
    fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let found = self.store.list(prefix);
        let work = self.work.lock().expect("work").take_if(|_| prefix == self.listed);
        work.into_iter().for_each(|work| work());
        found
    }

    fn find(&self, key: &str) -> Result<Option<Object>, StoreError> {
        self.store.find(key)
    }

    fn read(&self, object: &Object, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, StoreError> {
        self.store.read(object, ranges)
    }

    fn create(&self, key: &str, content: &[Bytes]) -> Result<Pin, StoreError> {
        self.store.create(key, content)
    }

    fn replace(&self, key: &str, content: &[Bytes], pin: &Pin) -> Result<Pin, StoreError> {
        self.store.replace(key, content, pin)
    }

    fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.store.delete(key)
    }
}

/// What is found of a desk on which something is done between what a verification looks at.
fn found_beside(desk: &Desk, listed: &'static str, work: impl FnOnce() + Send) -> Vec<Finding> {
    let workspace = Workspace::read(&desk.path("")).unwrap_or_else(|fault| panic!("{fault}"));
    let store = FileStore::open(desk.path("evidence")).expect("a folder");
    let beside = Meanwhile { store, listed, work: Mutex::new(Some(Box::new(work))) };
    let found = verify(&workspace, &beside).unwrap_or_else(|failure| panic!("{}", failure.message));
    assert!(beside.work.into_inner().expect("work").is_none(), "nothing was done");
    found
}

#[test]
fn work_that_goes_on_beside_a_verification_is_not_told_as_broken() {
    let desk = lived();
    desk.approve("demo", "third", 9);
    for listed in ["ledger/tile/", "evidence/"] {
        let found = found_beside(&desk, listed, || {
            let release = object(&desk).split('/').nth(1).expect("a release").to_owned();
            desk.facts(&["run", "demo"]);
            desk.facts(&["release", "delete", "demo", &release]);
            desk.facts(&["keys", "rotate", "demo"]);
        });
        assert_eq!(found, [], "{listed}");
    }
}

#[test]
fn what_is_broken_beside_work_is_told() {
    let desk = lived();
    let found = found_beside(&desk, "evidence/", || {
        desk.facts(&["keys", "rotate", "demo"]);
        std::fs::remove_file(desk.path("test/demo").join(object(&desk))).expect("is there");
    });
    let said: Vec<_> = found.iter().map(|finding| (finding.gravity.word(), finding.says.as_str())).collect();
    assert_eq!(said, [("broken", "of its 1 objects 1 are gone, and 0 are of another size")]);
}

#[test]
fn parts_that_a_run_may_be_writing_are_told_as_under_way_and_no_others_are() {
    let desk = lived();
    let said = |words: [&str; 2], code: i32| {
        let verified = desk.verho(&["review", "verify"]);
        let said = String::from_utf8_lossy(&verified.stdout).into_owned();
        let all = words.iter().all(|word| said.contains(word));
        assert_eq!((verified.status.code(), all), (Some(code), true), "{said}");
    };
    desk.write("test/demo/people/20261127-aaaaaaaa/part-00000.csv", "id\n");
    said(["loose", "no manifest holds it"], 4);
    let started = Started { run: "r".into(), approval: "second".into(), digest: "d".into(), operator: "o".into() };
    enter(&desk, Event::Started(started));
    said(["under way", "is making it, or was killed"], 0);
    desk.write("test/demo/people/20261127-bbbbbbbb/part-00000.csv", "id\n");
    said(["loose", "20261127-aaaaaaaa"], 4);
}
