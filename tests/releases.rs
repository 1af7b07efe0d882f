//! The life of releases after they were made: the way back to one, and the end of one.

mod common;

use std::path::Path;

use common::desk::Desk;
use serde_json::Value;

/// A desk with the demo's customers, of which one release was made for each name that is given back, the oldest first.
fn desk(releases: usize) -> (Desk, Vec<String>) {
    let desk = Desk::local("demo");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/demo");
    desk.put(&data.join("customers-1.parquet"), "demo/customers/1.parquet");
    desk.write("schemas/demo/customers.toml", include_str!("../schemas/demo/customers.toml"));
    desk.approve("demo", "releases", 9);
    let run = |_| desk.facts(&["run", "demo"])["release"].as_str().expect("a release").to_owned();
    let made = (0..releases).map(run).collect();
    (desk, made)
}

fn refused(desk: &Desk, arguments: &[&str], exit: i32, words: &str) {
    let output = desk.verho(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), said.contains(words)), (Some(exit), true), "{said}");
}

/// The files below the customer's test root, as keys.
fn files(desk: &Desk) -> Vec<String> {
    fn below(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() { below(&entry, found) } else { found.push(entry) }
        }
    }
    let (root, mut found) = (desk.path("test/demo"), Vec::new());
    below(&root, &mut found);
    let key = |path: &std::path::PathBuf| path.strip_prefix(&root).expect("below").display().to_string();
    found.iter().map(key).collect()
}

/// The last record of evidence; its outcome is in its name.
fn last_evidence(desk: &Desk) -> (String, Value) {
    let folder = desk.path("evidence/evidence/demo");
    let names = folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let name = names.max().expect("evidence").into_string().expect("text");
    let envelope: Value =
        serde_json::from_slice(&std::fs::read(folder.join(&name)).expect("a file")).expect("an envelope");
    let payload = envelope["payload"].as_str().expect("a payload");
    let statement = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, payload).expect("base64");
    (name, serde_json::from_slice(&statement).expect("a statement"))
}

#[test]
fn readers_go_back_to_an_earlier_release() {
    let (desk, made) = desk(2);
    assert_eq!(desk.facts(&["release", "list", "demo"])["current"], made[1]);
    assert_eq!(desk.facts(&["release", "use", "demo", &made[0]])["current"], made[0]);
    assert_eq!(desk.facts(&["release", "list", "demo"])["current"], made[0]);
    let (name, statement) = last_evidence(&desk);
    assert!(name.contains("-switched-"), "{name}");
    assert_eq!(statement["predicate"]["release"], made[0]);
    refused(&desk, &["release", "use", "demo", "never"], 2, "there is no release `never`");
    assert_eq!(desk.facts(&["release", "list", "demo"])["current"], made[0]);
}

#[test]
fn a_deleted_release_is_gone_and_the_proof_is_in_evidence() {
    let (desk, made) = desk(2);
    refused(&desk, &["release", "delete", "demo", &made[1]], 2, "readers use release");
    refused(&desk, &["release", "delete", "demo", "never"], 2, "there is no release `never`");
    std::fs::write(desk.path(&format!("test/demo/customers/{}/.verho-1-1", made[0])), "half").expect("a file");

    let facts = desk.facts(&["release", "delete", "demo", &made[0]]);
    let erased = &facts["proof"]["erased"];
    assert_eq!((&erased["versions"], &erased["uploads"]), (&2.into(), &1.into()), "{facts}");
    assert!(files(&desk).iter().all(|key| !key.contains(&made[0])));
    assert_eq!(desk.facts(&["release", "list", "demo"])["releases"].as_array().map(Vec::len), Some(1));
    let (name, statement) = last_evidence(&desk);
    assert!(name.contains("-purged-"), "{name}");
    assert_eq!(statement["predicate"]["purged"], facts["proof"]);

    let said = desk.verho(&["release", "delete", "demo", &made[1]]);
    let said = String::from_utf8(said.stdout).expect("text");
    assert!(said.contains("nothing is left") && !said.contains("part-0"), "{said}");
    assert_eq!(files(&desk), Vec::<String>::new());
}
