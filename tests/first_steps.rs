//! What a stranger does first: the demo, a workspace of their own, and the words they read on the way.

mod common;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::desk::{CUSTOMER, Desk};

fn verho(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_verho")).env_clear().args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[test]
fn the_demo_walks_the_whole_way_and_its_hints_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = folder.path().join("demo");
    let place = demo.to_str().expect("text");
    let output = verho(&["demo", place]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    assert!(said.contains("customer `demo` has given no approval (exit 4)") && said.contains("is visible"), "{said}");
    for more in [
        vec!["plan", "demo"],
        vec!["preview", "demo", "customers"],
        vec!["release", "show", "demo"],
        vec!["consent", "verify", "demo", "demo-1"],
        vec!["refresh"],
    ] {
        let output = verho(&[&["--workspace", place], more.as_slice()].concat());
        assert!(output.status.success(), "{more:?}: {}", text(&output.stderr));
    }
    assert_eq!(verho(&["demo", place]).status.code(), Some(2), "a folder that is there is not touched");
}

#[test]
fn a_new_workspace_says_what_is_left_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().to_str().expect("text");
    assert!(verho(&["init", place]).status.success());
    let output = verho(&["--workspace", place, "check"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("trust = \"blake3:"), "{}", text(&output.stderr));
    assert_eq!(verho(&["init", place]).status.code(), Some(3), "nothing is written over");
    common::desk::new_key(&folder.path().join("keys/evidence"), "evidence");
}

#[test]
fn a_workspace_is_made_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let last = folder.path().join("consent/roles.toml");
    std::fs::create_dir(folder.path().join("consent")).expect("a folder");
    std::fs::write(&last, "").expect("a file");
    let refused = verho(&["init", folder.path().to_str().expect("text")]);
    assert!(refused.status.code() == Some(3) && text(&refused.stderr).contains("roles.toml"));
    assert_eq!(std::fs::read_to_string(&last).expect("a file"), "", "it is as it was");
    for name in ["verho.toml", "schemas/example.toml", "consent/allowed_signers"] {
        assert!(!folder.path().join(name).exists(), "{name}");
    }
}

#[test]
fn a_path_that_is_no_text_is_a_path_all_the_same() {
    let home = tempfile::tempdir().expect("a folder");
    let odd = |name: &[u8]| home.path().join(OsStr::from_bytes(name));
    let run = |arguments: &[&OsStr]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_verho"));
        let output = command.env_clear().args(["--output", "json"]).args(arguments).output().expect("it starts");
        assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON")
    };
    let word = OsStr::new;
    let demo = odd(b"demo-\xff");
    run(&[word("demo"), demo.as_os_str()]);
    run(&[word("init"), odd(b"init-\xff").as_os_str()]);
    let here = [word("--workspace"), demo.as_os_str()];
    let within = |arguments: &[&OsStr]| run(&[&here, arguments].concat());
    within(&[word("review"), word("report"), word("--out"), odd(b"\xff.html").as_os_str()]);
    within(&[word("consent"), word("receipt"), word("demo"), word("--out"), odd(b"\xff.json").as_os_str()]);
    let asked = ["consent", "request", "demo", "--id", "next", "--purpose", "p", "--approver", "owner@demo.example"];
    within(&asked.map(OsStr::new));
    std::fs::write(odd(b"\xff.csv"), "a\n1\n").expect("a file");
    let counted = run(&[word("detect"), word("--columns"), odd(b"\xff.csv").as_os_str()]);
    assert!(counted[0]["file"].as_str().is_some_and(|file| file.ends_with(".csv")), "{counted}");
}

/// A link to itself stands for whatever keeps a file from being read: nobody can, not even who may read everything.
#[test]
fn what_cannot_be_read_is_not_told_as_missing() {
    let desk = common::reviewed::lived();
    let cases: [(&str, &[&str], i32, &str); 9] = [
        ("keys/evidence.pub", &["review", "verify"], 8, "ssh-keygen"),
        ("consent/demo", &["run", "demo"], 4, "has given no approval"),
        ("consent/demo", &["run", "demo", "--approval", "second"], 4, "no approval of this name"),
        ("consent/demo", &["consent", "list", "demo"], 3, "second"),
        (
            "consent/demo/second/owner@acme.example.sig",
            &["run", "demo", "--approval", "second"],
            4,
            "is no OpenSSH signature",
        ),
        ("consent/allowed_signers", &["run", "demo"], 4, "new approval"),
        ("schemas", &["purge"], 3, "nothing is due"),
        ("schemas/demo", &["refresh"], 3, "nothing"),
        ("schemas/demo/people.toml", &["check"], 3, "there are no schemas"),
    ];
    for (name, command, exit, wrong) in cases {
        let (path, kept) = (desk.path(name), desk.path("kept"));
        std::fs::rename(&path, &kept).expect("is there");
        std::os::unix::fs::symlink(&path, &path).expect("a link");
        let refused = desk.verho(command);
        let said = text(&refused.stdout) + &text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(exit), "{name}, {command:?}: {said}");
        assert!(!said.contains(wrong) && said.contains("loop"), "{name}, {command:?}: {said}");
        std::fs::remove_file(&path).expect("is there");
        std::fs::rename(&kept, &path).expect("is there");
    }
    std::fs::write(desk.path("consent/allowed_signers"), b"\xff").expect("a file");
    let refused = desk.verho(&["run", "demo"]);
    let said = text(&refused.stderr);
    assert!(refused.status.code() == Some(4) && said.contains("allowed_signers") && !said.contains("new"), "{said}");
}

/// A name that was mistyped makes no customer: nothing is written, and nothing knows of it afterwards.
#[test]
fn a_customer_that_nobody_knows_is_refused_and_leaves_nothing() {
    let desk = common::reviewed::lived();
    let before = files(&desk);
    let commands: [&[&str]; 6] = [
        &["run", "demoo"],
        &["preview", "demoo", "people"],
        &["risk", "demoo"],
        &["release", "delete", "demoo", "20260101-abc"],
        &["release", "use", "demoo", "20260101-abc"],
        &["purge", "demoo"],
    ];
    for command in commands {
        let refused = desk.verho(command);
        let said = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{command:?}: {said}");
        assert!(said.contains("knows this customer") && said.contains("did you mean `demo`?"), "{command:?}: {said}");
        let now = files(&desk);
        let more: Vec<_> = now.symmetric_difference(&before).collect();
        assert!(more.is_empty(), "{command:?}: {more:?}");
    }
    let refused = desk.verho(&["run", "entirely-else"]);
    assert!(text(&refused.stderr).contains("hint: known here: "), "{}", text(&refused.stderr));
}

/// Every file and folder of a desk.
fn files(desk: &Desk) -> BTreeSet<PathBuf> {
    fn below(folder: &Path, found: &mut BTreeSet<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            if entry.file_type().expect("a kind").is_dir() {
                below(&entry.path(), found);
            }
            found.insert(entry.path());
        }
    }
    let mut found = BTreeSet::new();
    below(&desk.path(""), &mut found);
    found
}

#[test]
fn what_is_typed_wrong_is_told_as_json_too() {
    for arguments in
        [&["frob"][..], &["run"], &[], &["run", "demo", "--frob"], &["consent"], &["release", "show", "demo", "../x"]]
    {
        for output in [&["--output", "json"][..], &["--output=json"]] {
            let refused = verho(&[output, arguments].concat());
            let facts: serde_json::Value = serde_json::from_slice(&refused.stderr).expect("JSON");
            assert_eq!((refused.status.code(), &facts["exit"]), (Some(2), &2.into()), "{arguments:?}");
            let told = ["error", "hint"].map(|name| facts[name].as_str().expect("text").to_owned());
            assert!(told.iter().all(|told| !told.is_empty() && !told.contains('\n')), "{facts}");
            assert!(refused.stdout.is_empty(), "{arguments:?}");
        }
        let plain = text(&verho(arguments).stderr);
        assert!(plain.contains("--help") && serde_json::from_str::<serde_json::Value>(&plain).is_err(), "{plain}");
    }
    for asked in ["--help", "--version"] {
        let output = verho(&["--output", "json", asked]);
        assert!(output.status.success() && text(&output.stdout).starts_with(['C', 'v']), "{asked}");
    }
}

#[test]
fn that_nobody_reads_what_is_said_changes_no_exit_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let workspace = folder.path().to_str().expect("text");
    for (arguments, code) in
        [(&["run", "nobody"][..], 3), (&["--output", "json", "run", "nobody"], 3), (&["run"], 2), (&["--help"], 0)]
    {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_verho"));
        command.args(["--workspace", workspace]).args(arguments).stdout(writer.try_clone().expect("a handle"));
        let ended = command.stderr(writer).status().expect("the program starts");
        assert_eq!(ended.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn names_of_customers_and_releases_are_names_wherever_they_stand() {
    let desk = Desk::local("acme");
    let commands: [&[&str]; 15] = [
        &["run", "NAME"],
        &["plan", "NAME"],
        &["scan", "NAME"],
        &["purge", "NAME"],
        &["keys", "destroy", "NAME"],
        &["consent", "list", "NAME"],
        &["consent", "receipt", "NAME"],
        &["review", "runs", "NAME"],
        &["ledger", "show", "NAME"],
        &["release", "list", "NAME"],
        &["release", "show", "acme", "NAME"],
        &["release", "use", "acme", "NAME"],
        &["release", "delete", "acme", "NAME"],
        &["release", "derive", "acme", "NAME", "--what", "x"],
        &["verify", "NAME"],
    ];
    for command in commands {
        for name in ["../production", "/etc", "..", ".", "", "a/b", "a\u{1b}[2J"] {
            let typed: Vec<&str> = command.iter().map(|word| if *word == "NAME" { name } else { word }).collect();
            let refused = desk.verho(&typed);
            let said = text(&refused.stderr);
            assert_eq!(refused.status.code(), Some(2), "{typed:?}: {said}");
            assert!(said.contains("a name has letters") || name.is_empty(), "{typed:?}: {said}");
            assert!(!said.contains('\u{1b}'), "{said:?}");
        }
    }
}

#[test]
fn nothing_that_a_terminal_obeys_is_shown() {
    let desk = common::reviewed::lived();
    let evil = "a\u{1b}[2J\u{9b}1m\u{202e}b\nerror: none";
    let asked = ["--purpose", evil, "--approver", CUSTOMER, "--title", evil];
    desk.facts(&[&["consent", "request", "demo", "--id", "evil"][..], &asked].concat());
    let release = desk.facts(&["release", "list", "demo"])["current"].as_str().expect("a name").to_owned();
    desk.facts(&["release", "derive", "demo", &release, "--what", evil, "--operator", evil]);
    let commands: [&[&str]; 7] = [
        &["consent", "list", "demo"],
        &["review", "copies"],
        &["methods", evil],
        &["run", "demo", "--operator", evil],
        &["run", "demo", "--approval", evil],
        &["review", "runs", "--frob", evil],
        &["preview", "demo", evil],
    ];
    for command in commands {
        for form in ["text", "json"] {
            let output = desk.verho(&[&["--output", form], command].concat());
            let said = text(&output.stdout) + &text(&output.stderr);
            let is_obeyed = |letter: char| letter != '\n' && (letter.is_control() || letter == '\u{202e}');
            assert!(!said.contains(is_obeyed), "{command:?}: {said:?}");
            assert!(!said.contains("[2J") || said.contains("\\u001b") || said.contains("[U+001B]"), "{said}");
            assert!(!said.contains("\nerror: none"), "{command:?}: {said}");
            let told = if output.stdout.is_empty() { &output.stderr } else { &output.stdout };
            assert!(form == "text" || serde_json::from_slice::<serde_json::Value>(told).is_ok(), "{command:?}: {said}");
        }
    }
}

/// Each file has one fault, named by its file name; every message is held by a snapshot.
#[test]
fn every_fault_of_a_file_is_told_with_its_place_and_the_way_out() {
    let desk = Desk::local("acme");
    let good = include_str!("../src/cli/init/example.toml");
    let faults = [
        ("unknown key", good.replace("subject ", "subjekt ")),
        ("unknown method", good.replace("\"pseudonym\"", "\"pseudonim\"")),
        ("unknown class", good.replace("\"quasi\"", "\"kvasi\"")),
        ("unknown option", good.replace("to = \"year\"", "to = \"year\", too = 1")),
        ("missing option", good.replace(", domain = \"customer\"", "")),
        ("keep without because", good.replace(", because = \"four product names\"", "")),
        (
            "a direct identifier kept",
            good.replace("method = \"fake\", kind = \"name\"", "method = \"keep\", because = \"nice\""),
        ),
        ("unknown format", good.replace("\"parquet\"", "\"avro\"")),
        ("subject that is no column", good.replace("subject  = \"customer_id\"", "subject  = \"id\"")),
        ("source that climbs", good.replace("acme/customers/**", "../customers/**")),
        ("wrong kind", good.replace("\"acme\"", "7")),
        ("not TOML", good.replace("[columns]", "[columns")),
        ("groups of one person", format!("{good}\n[privacy]\nk = 1\n")),
    ];
    let mut told = String::new();
    for (fault, schema) in faults {
        assert_ne!(schema, good, "{fault}");
        desk.write("schemas/acme/customers.toml", &schema);
        let output = desk.verho(&["check"]);
        assert_eq!(output.status.code(), Some(3), "{fault}: {}", text(&output.stderr));
        told += &format!("# {fault}\n{}\n", text(&output.stderr).replace(&desk.path("").display().to_string(), ""));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn completions_manual_and_catalogue_are_made_from_the_code() {
    assert!(text(&verho(&["completions", "bash"]).stdout).contains("_verho"));
    let manual = text(&verho(&["man"]).stdout);
    let named: BTreeSet<_> = manual.lines().filter_map(|line| line.strip_suffix("(1)")).collect();
    assert!(named.contains("verho\\-consent\\-request"), "{named:?}");
    let titled = |name: &&str| manual.contains(&format!(".TH {} 1", name.replace("\\-", "-")));
    let missing: Vec<_> = named.iter().filter(|name| !titled(name)).collect();
    assert!(missing.is_empty(), "the manual names pages that it lacks: {missing:?}");
    let methods = text(&verho(&["methods"]).stdout);
    for method in verho::method::CATALOGUE {
        assert!(methods.contains(method.name) && verho(&["methods", method.name]).status.success());
    }
    assert_eq!(verho(&["methods", "pseudonim"]).status.code(), Some(2));
}
