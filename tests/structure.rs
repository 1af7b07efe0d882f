//! The tree checks itself: stages look only upstream, and nothing is forgotten.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in the order in which data goes through them; each may use those before it.
const ROOMS: [&str; 34] = [
    "process",
    "document",
    "account",
    "error",
    "page",
    "private_file",
    "signing",
    "ledger",
    "consent",
    "workspace",
    "crew",
    "keys",
    "detect",
    "privacy",
    "method",
    "schema",
    "lake",
    "plan",
    "source",
    "scan",
    "example",
    "survey",
    "transform",
    "risk",
    "guard",
    "sink",
    "engine",
    "evidence",
    "lineage",
    "release",
    "review",
    "run",
    "cli",
    "main",
];

/// What looks downstream all the same, and why.
const ALLOWED: [(&str, &str, &str); 1] = [("account", "consent", "the production door demands an Approval")];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> =
        entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The room that a file belongs to.
fn room(file: &Path) -> String {
    let inside = file.strip_prefix(home()).expect("below src");
    let first = inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// A file without its comments and tests.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("text");
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The word that a text begins with.
fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The rooms that a file names after `crate::`, its tests aside.
fn named(file: &Path) -> BTreeSet<String> {
    code(file).split("crate::").skip(1).map(word).filter(|word| ROOMS.contains(&word.as_str())).collect()
}

fn place(room: &str) -> usize {
    ROOMS.iter().position(|known| *known == room).unwrap_or_else(|| panic!("room {room} has no place in the order"))
}

#[test]
fn stages_look_only_upstream() {
    for file in sources(&home()).iter().filter(|file| room(file) != "lib") {
        let here = room(file);
        for there in named(file) {
            let allowed = ALLOWED.iter().any(|(from, to, _)| *from == here && *to == there);
            assert!(place(&there) <= place(&here) || allowed, "{}: {here} looks downstream at {there}", file.display());
        }
    }
}

#[test]
fn the_test_of_the_order_sees_a_look_downstream() {
    assert!(place("sink") > place("source"));
    assert!(named(&home().join("engine/part.rs")).contains("sink"));
}

/// The rooms with code that does so, tests aside.
fn rooms_where(does: impl Fn(&str) -> bool) -> BTreeSet<String> {
    sources(&home()).iter().filter(|file| does(&code(file))).map(|file| room(file)).collect()
}

fn rooms_that_name(thing: &str) -> BTreeSet<String> {
    rooms_where(|code| code.contains(thing))
}

/// What code takes out of the room of doors, one by one or in braces; `*` where it takes all, or gives the room another name.
fn doors_named(code: &str) -> BTreeSet<String> {
    let taken = |rest: &str| match rest.starts_with(['{', '*']) {
        true => rest.split(';').next().unwrap_or_default().split_inclusive('*').flat_map(words).collect(),
        false => vec![word(rest)],
    };
    let renamed = code.contains("doors as ").then(|| "*".to_owned());
    code.split("doors::").skip(1).flat_map(taken).chain(renamed).collect()
}

fn words(text: &str) -> Vec<String> {
    let all = text.ends_with('*').then(|| "*".to_owned());
    text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).chain(all).collect()
}

#[test]
fn only_scan_looks_without_an_approval() {
    for thing in ["Sampler", "sampler", "SAMPLED_BYTES"] {
        let rooms = rooms_that_name(thing);
        assert!(rooms.iter().all(|room| room == "account" || room == "scan"), "{thing} is named by {rooms:?}");
    }
    assert!(rooms_that_name("Sampler").contains("scan"), "the test sees who names it");
    for thing in ["MaskedBatch", "OpenProduction"] {
        assert!(!rooms_that_name(thing).contains("scan"), "scan has no business with {thing}");
    }
    let opens = |code: &str| doors_named(code).iter().any(|door| ["OpenTest", "Test", "*"].contains(&door.as_str()));
    let rooms = rooms_where(opens);
    assert!(!rooms.contains("scan"), "scan has no business with the test door");
    assert!(rooms.contains("sink"), "the test sees who opens it: {rooms:?}");
}

#[test]
fn the_test_of_doors_sees_them_however_they_are_named() {
    for code in [
        "use crate::account::doors::Test;",
        "use crate::account::doors::{\n    Production,\n    Test as Door,\n};",
        "use crate::account::{store::Store, doors::{log::{Log}, Test}};",
        "use crate::account::doors;\nfn open(door: &doors::Test) {}",
    ] {
        assert!(doors_named(code).contains("Test"), "{code}");
    }
    for code in
        ["use crate::account::doors::*;", "use crate::account::doors as d;", "use x::doors::{Production, inner::*};"]
    {
        assert!(doors_named(code).contains("*"), "{code}");
    }
    assert!(!doors_named("use crate::account::doors::{Production, Tested}; fn a(b: Test) {}").contains("Test"));
}

/// The module that a line of a list names: alone, or before one more word.
fn in_list(line: &str) -> Option<&str> {
    let (module, rest) = line.split_once(' ').unwrap_or((line, ""));
    rest.chars().all(char::is_alphabetic).then_some(module)
}

#[test]
fn every_file_is_a_module() {
    for file in sources(&home()) {
        let stem = file.file_stem().expect("a name").to_string_lossy().into_owned();
        if ["main", "lib", "mod"].contains(&stem.as_str()) {
            continue;
        }
        let parent = file.parent().expect("a folder");
        let declared = [parent.join("mod.rs"), parent.with_extension("rs"), parent.join("lib.rs")];
        let names = |path: &PathBuf| {
            let text = fs::read_to_string(path).unwrap_or_default();
            // A list names a module alone, or with what is typed for it.
            let listed =
                |line: &str| line.strip_prefix("    ").is_some_and(|line| in_list(line) == Some(stem.as_str()));
            text.contains(&format!("mod {stem};")) || text.lines().any(listed)
        };
        assert!(declared.iter().any(names), "{} belongs to no module", file.display());
    }
}

/// The operations that code calls, as `service_operation`: methods of a client, however the line is broken.
#[cfg(feature = "s3")]
fn operations_called() -> BTreeSet<String> {
    let text: String = sources(&home().join("account")).iter().map(|file| code(file)).collect();
    let text: String = text.split_whitespace().collect();
    let clients = ["client", "s3", "kms", "iam", "sts", "trails", "control"];
    let called =
        clients.iter().flat_map(|client| text.split(&format!("{client}.")).skip(1).map(word).collect::<Vec<_>>());
    let names: BTreeSet<String> = verho::account::calls::CALLS.iter().map(|call| snake(call.operation)).collect();
    called.filter(|method| method.contains('_') && !method.starts_with("set_") || names.contains(method)).collect()
}

/// `s3:ListObjectsV2` as the method of a client: `list_objects_v2`.
#[cfg(feature = "s3")]
fn snake(operation: &str) -> String {
    let name = operation.split(':').next_back().unwrap_or_default().replace("MFA", "Mfa").replace("SSH", "Ssh");
    let parts = name.chars().flat_map(|letter| {
        let gap = letter.is_ascii_uppercase().then_some('_');
        gap.into_iter().chain([letter.to_ascii_lowercase()])
    });
    parts.collect::<String>().trim_start_matches('_').to_owned()
}

/// What code calls is what the list says, which `deploy/` is compared with. A write to production is tried to be refused, and
/// the test key's use is S3's own.
#[test]
#[cfg(feature = "s3")]
fn the_list_of_calls_is_what_code_calls() {
    let called = operations_called();
    let listed: BTreeSet<String> = verho::account::calls::CALLS.iter().map(|call| snake(call.operation)).collect();
    assert_eq!(listed.difference(&called).collect::<Vec<_>>(), Vec::<&String>::new(), "listed, and called by nobody");
    assert_eq!(called.difference(&listed).collect::<Vec<_>>(), Vec::<&String>::new(), "called, and not listed");
    assert!(called.len() > 40, "the test sees what is called: {called:?}");
}
