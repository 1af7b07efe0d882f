//! The life of releases after they were made: the way back to one, and the end of one.

mod common;

use std::path::Path;

use common::desk::Desk;
use jiff::SignedDuration;
use serde_json::Value;
use verho::account::file::FileStore;
use verho::engine::Progress;
use verho::error::{Failure, Kind};
use verho::ledger::{Entry, Event, Ledger, Told};
use verho::release::Manifest;
use verho::run::{self, House, Refreshed, Wish, ending};
use verho::signing::{FileSigner, Signer};
use verho::workspace::Workspace;

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

/// A release that somebody with nothing but the test account made, and pointed readers to.
fn forged(desk: &Desk, like: &str) -> String {
    let (folder, release) = (desk.path("test/demo/releases"), "20261127-forged22".to_owned());
    let mut signed: Value =
        serde_json::from_slice(&std::fs::read(folder.join(format!("{like}.json"))).expect("a file")).expect("JSON");
    signed["manifest"]["release"] = release.clone().into();
    signed["manifest"]["created_at"] = jiff::Timestamp::now().to_string().into();
    let manifest: Manifest = serde_json::from_value(signed["manifest"].clone()).expect("a manifest");
    let payload = serde_json::to_vec(&manifest).expect("JSON");
    signed["envelope"]["payload"] = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, payload).into();
    let path = format!("test/demo/releases/{release}.json");
    desk.write(&path, &format!("{}\n", serde_json::to_string_pretty(&signed).expect("JSON")));
    desk.write("test/demo/current.json", &format!("{{ \"release\": \"{release}\" }}\n"));
    release
}

#[test]
fn readers_are_pointed_to_what_the_ledger_says_they_may_use() {
    let (desk, made) = desk(2);
    let forged = forged(&desk, &made[0]);
    assert_eq!(desk.facts(&["release", "show", "demo", &forged])["release"], forged, "it looks like one");
    refused(&desk, &["release", "use", "demo", &forged], 2, "there is no release");
    // One that the ledger knows, changed and signed by nobody.
    let own = desk.path(&format!("test/demo/releases/{}.json", made[0]));
    let signed = std::fs::read_to_string(&own).expect("a file");
    std::fs::write(&own, signed.replacen("pseudonymised", "anonymous", 1)).expect("a file");
    refused(&desk, &["release", "use", "demo", &made[0]], 4, "was changed after it was signed");
    std::fs::write(&own, signed).expect("a file");
    desk.facts(&["release", "use", "demo", &made[0]]);

    desk.facts(&["consent", "withdraw", "demo", "releases"]);
    refused(&desk, &["release", "use", "demo", &made[1]], 4, "its approval was withdrawn");
    desk.facts(&["purge", "demo"]);
    refused(&desk, &["release", "use", "demo", &made[1]], 2, "there is no release");
}

#[test]
fn a_release_of_which_the_ledger_does_not_say_that_it_became_visible_is_not_used() {
    let told = |outcome: &str, release: &str| {
        let (approval, release) = (Some("releases".to_owned()), Some(release.to_owned()));
        let (run, outcome) = ("r".to_owned(), outcome.to_owned());
        let (production, test, statement, sha256) = (None, None, String::new(), String::new());
        let told = Told { run, outcome, approval, release, production, test, statement, sha256 };
        Entry { at: jiff::Timestamp::now(), customer: "demo".to_owned(), event: Event::Told(told) }
    };
    let entries =
        [told("committed", "late"), told("prepared", "a"), told("committed", "early"), told("committed", "late")];
    let now = jiff::Timestamp::now();
    assert_eq!(ending::usable(entries.iter(), "demo", now), ["early", "late"]);
    let why = ending::demand_usable(entries.iter(), "demo", "a", now).expect_err("is not visible").to_string();
    assert!(why.contains("does not say that it became visible"), "{why}");
}

/// Does something in the middle of a run.
struct Meanwhile<F>(F);

impl<F: Fn() + Sync> Progress for Meanwhile<F> {
    fn part_done(&self, _: u64) {
        self.0();
    }
}

/// What comes of work on a desk, during which something happens.
fn worked<T>(
    desk: &Desk,
    meanwhile: impl Fn() + Sync,
    work: impl FnOnce(&House<'_>, &Wish<'_>, &dyn Progress) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let workspace = Workspace::read(&desk.path("")).unwrap_or_else(|fault| panic!("{fault}"));
    let house = House::open(&workspace, "demo").unwrap_or_else(|failure| panic!("{}", failure.message));
    let wish = Wish { customer: "demo", approval: None, operator: None };
    work(&house, &wish, &Meanwhile(meanwhile))
}

/// What a refresh makes of a desk, however young its newest release is.
fn refreshed(desk: &Desk) -> Refreshed {
    let refreshed =
        worked(desk, || {}, |house, wish, progress| run::refresh(house, wish, SignedDuration::ZERO, progress));
    refreshed.unwrap_or_else(|failure| panic!("{}", failure.message))
}

#[test]
fn a_release_that_lost_an_object_while_it_was_written_does_not_become_visible() {
    let (desk, made) = desk(1);
    desk.open_without_environment();
    let delete = || {
        let unfinished = desk.facts(&["release", "list", "demo"])["unfinished"].clone();
        let release = unfinished[0].as_str().expect("it is being written").to_owned();
        desk.facts(&["release", "delete", "demo", &release]);
    };
    let refused = worked(&desk, delete, run::run).expect_err("its objects are gone");
    assert_eq!(refused.kind, Kind::Storage);
    assert!(refused.message.contains("1 of its 1 objects are not in test as they were written"), "{refused}");
    let listed = desk.facts(&["release", "list", "demo"]);
    assert_eq!((&listed["current"], listed["releases"].as_array().map(Vec::len)), (&made[0].as_str().into(), Some(1)));
    desk.facts(&["run", "demo"]);
}

#[test]
fn a_release_to_which_readers_cannot_be_pointed_goes_again() {
    let (desk, made) = desk(1);
    std::fs::remove_file(desk.path("test/demo/current.json")).expect("deleted");
    std::fs::create_dir(desk.path("test/demo/current.json")).expect("a folder in its place");
    refused(&desk, &["run", "demo"], 8, "the release cannot be made visible");
    assert_eq!(files(&desk).iter().filter(|key| !key.contains(&made[0])).count(), 0, "{:?}", files(&desk));
    std::fs::remove_dir(desk.path("test/demo/current.json")).expect("deleted");
    desk.facts(&["run", "demo"]);
}

#[test]
fn a_customer_is_refreshed_by_one_process_at_a_time() {
    let (desk, made) = desk(1);
    desk.open_without_environment();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/demo");
    desk.put(&data.join("customers-2.parquet"), "demo/customers/2.parquet");
    let again = || assert_eq!(refreshed(&desk), Refreshed::UnderWay);
    let done = worked(&desk, again, |house, wish, progress| run::refresh(house, wish, SignedDuration::ZERO, progress));
    assert!(matches!(done, Ok(Refreshed::Done(_))), "{done:?}");
    assert_eq!(desk.facts(&["release", "list", "demo"])["releases"].as_array().map(Vec::len), Some(made.len() + 1));
    assert_eq!(refreshed(&desk), Refreshed::Unchanged, "the turn is given back");
}

/// A copy of a workspace elsewhere, which knows nothing of locks in the first one.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in from.read_dir().expect("a folder").map(|entry| entry.expect("an entry")) {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() { copy(&path, &to) } else { std::fs::copy(&path, &to).map(drop).expect("a copy") }
    }
}

/// Machines that ask at the same moment whether a refresh is due find the same; the ledger has one of them begin.
#[test]
fn of_machines_that_refresh_at_once_one_does() {
    const MACHINES: usize = 4;
    let (desk, folder) = (desk(0).0, tempfile::tempdir().expect("a folder"));
    let toml = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    let here = format!("file://{}/", desk.path("").display());
    let toml = ["production", "test", "evidence"]
        .iter()
        .fold(toml, |toml, root| toml.replace(&format!("file:{root}\""), &format!("{here}{root}\"")));
    desk.write("verho.toml", &format!("{toml}\n[[refresh]]\ncustomer = \"demo\"\nevery = \"1d\"\n"));
    let machines: Vec<_> = (0..MACHINES).map(|machine| folder.path().join(machine.to_string())).collect();
    for machine in &machines {
        std::fs::create_dir(machine).expect("a folder");
        std::fs::copy(desk.path("verho.toml"), machine.join("verho.toml")).expect("a copy");
        ["consent", "keys", "schemas"].iter().for_each(|part| copy(&desk.path(part), &machine.join(part)));
    }
    let refresh = |machine: &Path| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_verho"));
        command.env_clear().envs(desk.environment.iter().cloned());
        command.args(["--output", "json", "--workspace"]).arg(machine).arg("refresh");
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("starts")
    };
    let ended = machines.iter().map(|machine| refresh(machine)).collect::<Vec<_>>().into_iter();
    for output in ended.map(|child| child.wait_with_output().expect("ended")) {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(desk.facts(&["release", "list", "demo"])["releases"].as_array().map(Vec::len), Some(1));
    let store = FileStore::open(desk.path("evidence")).expect("a folder");
    let key = FileSigner::open(&desk.path("keys/evidence")).expect("a key").public_key().expect("a key");
    let ledger = Ledger::open(&store, key, &folder.path().join("checkpoint")).expect("sound");
    let begun = ledger.entries().filter(|entry| matches!(entry.event, Event::Started(_))).count();
    assert_eq!(begun, 1, "only what begins takes one of the approved runs");
}

#[test]
fn a_refresh_leaves_readers_where_they_were_pointed_until_the_source_changes() {
    let (desk, made) = desk(1);
    desk.open_without_environment();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/demo");
    desk.put(&data.join("customers-2.parquet"), "demo/customers/2.parquet");
    desk.facts(&["run", "demo"]);
    desk.facts(&["release", "use", "demo", &made[0]]);
    let current = || desk.facts(&["release", "list", "demo"])["current"].clone();
    assert_eq!((refreshed(&desk), current()), (Refreshed::Unchanged, Value::from(made[0].as_str())));
    std::fs::remove_file(desk.path("production/demo/customers/2.parquet")).expect("is there");
    let Refreshed::Done(done) = refreshed(&desk) else { panic!("the source has changed") };
    assert_eq!(current(), Value::from(done.release));
}

#[test]
fn a_refresh_does_not_believe_a_release_that_somebody_forged() {
    let (desk, made) = desk(1);
    let forged = forged(&desk, &made[0]);
    desk.facts(&["release", "delete", "demo", &made[0]]);
    let toml = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    desk.write("verho.toml", &format!("{toml}\n[[refresh]]\ncustomer = \"demo\"\nevery = \"1d\"\n"));
    let release = desk.facts(&["refresh"])[0]["outcome"]["done"]["release"].clone();
    assert_ne!(release, forged);
    assert_eq!(desk.facts(&["release", "list", "demo"])["current"], release);
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

#[test]
fn a_deletion_that_was_cut_short_right_before_its_proof_is_proved_by_the_next() {
    let (desk, made) = desk(1);
    for folder in ["customers", "releases"] {
        std::fs::remove_dir_all(desk.path("test/demo").join(folder)).expect("is there");
    }
    std::fs::remove_file(desk.path("test/demo/current.json")).expect("is there");
    let verified = desk.verho(&["review", "verify"]);
    assert!(String::from_utf8_lossy(&verified.stdout).contains("it is gone, and no purge is recorded"));
    let proof = desk.facts(&["release", "delete", "demo", &made[0]])["proof"].clone();
    assert_eq!((&proof["releases"][0], &proof["erased"]["versions"]), (&made[0].as_str().into(), &0.into()));
    assert_eq!(desk.facts(&["review", "verify"]), serde_json::json!([]));
    refused(&desk, &["release", "delete", "demo", &made[0]], 2, "there is no release");
}

#[test]
fn a_broken_manifest_hides_no_other_release() {
    let (desk, made) = desk(5);
    let names = |facts: &Value| {
        facts["releases"].as_array().expect("a list").iter().map(|one| one["release"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&desk.facts(&["release", "list", "demo"])), made, "the oldest first");
    desk.write(&format!("test/demo/releases/{}.json", made[0]), "{}");
    let listed = desk.verho(&["--output", "json", "release", "list", "demo"]);
    let (said, facts) = (String::from_utf8_lossy(&listed.stderr), serde_json::from_slice::<Value>(&listed.stdout));
    let says =
        said.contains(&made[0]) && said.contains("changed after it was signed") && said.contains("release delete");
    assert_eq!((listed.status.code(), says), (Some(4), true), "{said}");
    assert_eq!(names(&facts.expect("JSON")), made[1..]);
    desk.facts(&["release", "delete", "demo", &made[0]]);
    assert_eq!(names(&desk.facts(&["release", "list", "demo"])), made[1..]);
}

#[test]
fn a_release_is_verified_with_the_test_account_and_a_public_key_alone() {
    let (desk, made) = desk(2);
    let key = desk.facts(&["ledger", "key"])["key"].as_str().expect("a key").to_owned();
    for gone in ["production", "evidence", "keys", ".verho"] {
        std::fs::remove_dir_all(desk.path(gone)).expect("a folder");
    }
    let verify = |release: &str| desk.facts(&["verify", release, "--key", &key]);
    let (old, new) = (verify(&made[0]), verify(&made[1]));
    assert_eq!((&old["customer"], &old["approval"], &old["objects"]), (&"demo".into(), &"releases".into(), &1.into()));
    assert_eq!((&old["is_current"], &new["is_current"]), (&false.into(), &true.into()));
    assert_eq!(old["differences"], serde_json::json!([]));
    refused(&desk, &["verify", "never", "--key", &key], 2, "there is no release `never`");
    refused(&desk, &["verify", &made[0]], 3, "keys/evidence.pub");

    let (object, manifest) = (part(&desk, &made[0]), desk.path(&format!("test/demo/releases/{}.json", made[0])));
    let whole = std::fs::read(&object).expect("a file");
    let mut flipped = whole.clone();
    flipped[4] ^= 1;
    for (content, says) in [(&flipped[..], "its bytes are others"), (&whole[1..], "it is of another size")] {
        std::fs::write(&object, content).expect("a file");
        differs(&desk, &made[0], &key, says);
    }
    std::fs::rename(&object, object.with_file_name("part-00001.parquet")).expect("a file");
    differs(&desk, &made[0], &key, "it is gone");
    differs(&desk, &made[0], &key, "no manifest holds it");
    let signed = std::fs::read_to_string(&manifest).expect("a file");
    std::fs::write(&manifest, signed.replacen("pseudonymised", "anonymous", 1)).expect("a file");
    refused(&desk, &["verify", &made[0], "--key", &key], 4, "changed after it was signed");
    verify(&made[1]);
}

#[test]
fn a_release_of_another_key_or_in_another_customers_folder_is_not_verified() {
    let (desk, made) = desk(1);
    desk.facts(&["verify", &made[0]]);
    common::desk::new_key(&desk.path("other"), "other");
    let own = std::fs::read(desk.path("keys/evidence.pub")).expect("a file");
    std::fs::copy(desk.path("other.pub"), desk.path("keys/evidence.pub")).expect("a file");
    refused(&desk, &["verify", &made[0]], 4, "changed after it was signed");
    std::fs::write(desk.path("keys/evidence.pub"), own).expect("a file");
    std::fs::rename(desk.path("test/demo"), desk.path("test/rival")).expect("a folder");
    refused(&desk, &["verify", &made[0]], 2, "there is no release");
    refused(&desk, &["verify", &made[0], "--customer", "rival"], 4, "changed after it was signed");
}

/// The only object of a release.
fn part(desk: &Desk, release: &str) -> std::path::PathBuf {
    desk.path(&format!("test/demo/customers/{release}/part-00000.parquet"))
}

/// A release in which an object differs, as it is told on stdout.
fn differs(desk: &Desk, release: &str, key: &str, says: &str) {
    let output = desk.verho(&["verify", release, "--key", key]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!((output.status.code(), said.contains(says)), (Some(4), true), "{said}");
}

#[test]
fn what_a_run_lacks_is_told_with_the_way_out_and_costs_none() {
    let (mut desk, _) = desk(0);
    let environment = std::mem::take(&mut desk.environment);
    refused(&desk, &["run", "demo"], 3, "VERHO_KEYRING_PASSPHRASE");
    assert_eq!(desk.facts(&["consent", "list", "demo"])[0]["runs_used"], 0);
    desk.environment = environment;
    std::fs::remove_file(desk.path("keys/evidence")).expect("a file");
    refused(&desk, &["run", "demo"], 3, "make one with `ssh-keygen -t ed25519 -N '' -f ");
}

#[test]
fn a_job_says_nothing_when_all_is_well() {
    let (desk, _) = desk(0);
    let toml = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    desk.write("verho.toml", &format!("{toml}\n[[refresh]]\ncustomer = \"demo\"\nevery = \"1d\"\n"));
    for _ in 0..2 {
        let output = desk.verho(&["refresh"]);
        assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
        assert_eq!(desk.facts(&["release", "list", "demo"])["releases"].as_array().map(Vec::len), Some(1));
    }
}
