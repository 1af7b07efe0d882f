//! Two accounts that share nothing: every way to mix them up is refused by the check that is for it, and every call names
//! whom it expects.
#![cfg(feature = "s3")]

mod common;

use std::process::Output;

use common::desk::Desk;
use common::servers::{PRODUCTION, Request, TEST, keys};
use common::sides::Accounts;

/// A desk with an approval, whose run goes through until a case changes something.
fn ready(accounts: &Accounts, prefix: &str) -> Desk {
    let desk = accounts.demo(prefix);
    desk.approve("demo", "separate", 20);
    desk
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// `verho.toml` in the making of a case.
struct Mix<'a> {
    accounts: &'a Accounts,
    desk: &'a mut Desk,
}

impl Mix<'_> {
    /// Changes one section: the first `from` in it becomes `to`.
    fn change(&mut self, section: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.desk.path("verho.toml")).expect("a file");
        let at = text.find(&format!("[{section}]")).expect("a section");
        let (before, after) = text.split_at(at);
        assert!(after.contains(from), "{section} has no {from}");
        self.desk.write("verho.toml", &format!("{before}{}", after.replacen(from, to, 1)));
    }

    /// Gives a section another source of credentials.
    fn credentials(&mut self, section: &str, to: &str) {
        let own = if section == "test" { "WRITER" } else { "READER" };
        self.change(section, &format!("{{ env_prefix = \"VERHO_{own}\" }}"), to);
    }

    /// Sets the keys that the environment holds for a side.
    fn environment(&mut self, prefix: &str, (key, secret): (String, String)) {
        self.desk.environment.push((format!("{prefix}_ACCESS_KEY_ID"), key));
        self.desk.environment.push((format!("{prefix}_SECRET_ACCESS_KEY"), secret));
    }
}

type Case = (&'static str, &'static str, fn(&mut Mix<'_>));

/// Each way to mix the sides up, and the check that refuses it.
const CASES: [Case; 33] = [
    ("account numbers swapped", "keys", |mix| {
        mix.change("production", PRODUCTION, TEST);
        mix.change("test", TEST, PRODUCTION);
    }),
    ("production named as the test account", "keys", |mix| mix.change("production", PRODUCTION, TEST)),
    ("test named as the production account", "keys", |mix| mix.change("test", TEST, PRODUCTION)),
    ("one environment, production's", "credentials", |mix| {
        mix.credentials("test", "{ env_prefix = \"VERHO_READER\" }")
    }),
    ("one environment, test's", "credentials", |mix| {
        mix.credentials("production", "{ env_prefix = \"VERHO_WRITER\" }")
    }),
    ("environments swapped", "accounts", |mix| {
        mix.credentials("production", "{ env_prefix = \"VERHO_WRITER\" }");
        mix.credentials("test", "{ env_prefix = \"VERHO_READER\" }");
    }),
    ("test's keys in production's environment", "accounts", |mix| {
        mix.environment("VERHO_READER", keys(TEST, "writer"))
    }),
    ("production's keys in test's environment", "accounts", |mix| {
        mix.environment("VERHO_WRITER", keys(PRODUCTION, "reader"))
    }),
    ("one profile file", "credentials", |mix| {
        mix.credentials("production", "{ profile = \"prod\", file = \"/tmp/verho-profiles\" }");
        mix.credentials("test", "{ profile = \"test\", file = \"/tmp/verho-profiles\" }");
    }),
    ("one profile", "credentials", |mix| {
        mix.credentials("production", "{ profile = \"prod\" }");
        mix.credentials("test", "{ profile = \"prod\" }");
    }),
    ("two profiles of the home folder", "credentials", |mix| {
        mix.credentials("production", "{ profile = \"prod\" }");
        mix.credentials("test", "{ profile = \"test\" }");
    }),
    ("one profile file under two names", "credentials", |mix| {
        mix.desk.write("profiles", "");
        let file = mix.desk.path("profiles");
        let other = mix.desk.path("schemas/../profiles");
        mix.credentials("production", &format!("{{ profile = \"prod\", file = \"{}\" }}", file.display()));
        mix.credentials("test", &format!("{{ profile = \"test\", file = \"{}\" }}", other.display()));
    }),
    ("one container", "credentials", |mix| {
        mix.credentials("production", "{ container = true }");
        mix.credentials("test", "{ container = true }");
    }),
    ("one token file", "credentials", |mix| {
        let token = |account| {
            format!("{{ web_identity = {{ role = \"arn:aws:iam::{account}:role/r\", token_file = \"/t\" }} }}")
        };
        mix.credentials("production", &token(PRODUCTION));
        mix.credentials("test", &token(TEST));
    }),
    ("one environment behind two roles", "credentials", |mix| {
        let role = |account| {
            format!("{{ role = \"arn:aws:iam::{account}:role/r\", base = {{ env_prefix = \"VERHO_READER\" }} }}")
        };
        mix.credentials("production", &role(PRODUCTION));
        mix.credentials("test", &role(TEST));
    }),
    ("a role of test for production", "roles", |mix| {
        let role = format!("{{ role = \"arn:aws:iam::{TEST}:role/r\", base = {{ env_prefix = \"VERHO_READER\" }} }}");
        mix.credentials("production", &role);
    }),
    ("a role of production for test", "roles", |mix| {
        let role =
            format!("{{ role = \"arn:aws:iam::{PRODUCTION}:role/r\", base = {{ env_prefix = \"VERHO_WRITER\" }} }}");
        mix.credentials("test", &role);
    }),
    ("a web identity's role of production for test", "roles", |mix| {
        let token =
            format!("{{ web_identity = {{ role = \"arn:aws:iam::{PRODUCTION}:role/r\", token_file = \"/t\" }} }}");
        mix.credentials("test", &token);
    }),
    ("a device of production for test", "roles", |mix| {
        let device = format!("{{ env_prefix = \"VERHO_WRITER\", mfa = \"arn:aws:iam::{PRODUCTION}:mfa/m\" }}");
        mix.credentials("test", &device);
    }),
    ("a device of test for production", "roles", |mix| {
        let device = format!("{{ env_prefix = \"VERHO_READER\", mfa = \"arn:aws:iam::{TEST}:mfa/m\" }}");
        mix.credentials("production", &device);
    }),
    ("encryption keys swapped", "keys", |mix| {
        let (wrapping, output) = (mix.accounts.wrapping.clone(), mix.accounts.output.clone());
        mix.change("production", &wrapping, &output);
        mix.change("test", &output, &wrapping);
    }),
    ("one encryption key, production's", "keys", |mix| {
        let (wrapping, output) = (mix.accounts.wrapping.clone(), mix.accounts.output.clone());
        mix.change("test", &output, &wrapping);
    }),
    ("one encryption key, test's", "keys", |mix| {
        let (wrapping, output) = (mix.accounts.wrapping.clone(), mix.accounts.output.clone());
        mix.change("production", &wrapping, &output);
    }),
    ("evidence signed by test's key", "keys", |mix| {
        let (signing, output) = (mix.accounts.signing.clone(), mix.accounts.output.clone());
        mix.change("evidence", &signing, &output);
    }),
    ("a key that is named by its id", "keys", |mix| {
        let output = mix.accounts.output.clone();
        mix.change("test", &output, output.rsplit('/').next().expect("an id"));
    }),
    ("a key that is named by an alias", "keys", |mix| {
        let output = mix.accounts.output.clone();
        mix.change("test", &output, &format!("arn:aws:kms:eu-west-1:{TEST}:alias/output"));
    }),
    ("another region than the keys'", "keys", |mix| {
        mix.change("production", "region = \"eu-west-1\"", "region = \"us-east-1\"")
    }),
    ("buckets swapped", "buckets", |mix| {
        mix.change("production", "s3://verho-production", "s3://verho-test");
        mix.change("test", "s3://verho-test", "s3://verho-production");
    }),
    ("production in test's bucket", "buckets", |mix| {
        mix.change("production", "s3://verho-production", "s3://verho-test")
    }),
    ("test in production's bucket", "buckets", |mix| mix.change("test", "s3://verho-test", "s3://verho-production")),
    ("evidence in test's bucket", "buckets", |mix| mix.change("evidence", "s3://verho-evidence", "s3://verho-test")),
    ("one bucket at one endpoint", "roots", |mix| {
        let (production, test) = (mix.accounts.production.url(), mix.accounts.test.url());
        mix.change("test", &test, &production);
        mix.change("test", "s3://verho-test", "s3://verho-production");
    }),
    ("endpoints swapped", "accounts", |mix| {
        let (production, test) = (mix.accounts.production.url(), mix.accounts.test.url());
        mix.change("production", &production, &test);
        mix.change("test", &test, &production);
    }),
];

#[test]
fn every_way_to_mix_the_sides_up_is_refused_by_its_check() {
    let accounts = Accounts::start();
    let mut desk = ready(&accounts, "mix/");
    let fine = desk.verho(&["run", "demo"]);
    assert!(fine.status.success(), "{}", said(&fine));
    let (good, environment) =
        (std::fs::read_to_string(desk.path("verho.toml")).expect("a file"), desk.environment.clone());
    let written = accounts.keys("verho-test", "mix/");
    for (way, check, spoil) in CASES {
        spoil(&mut Mix { accounts: &accounts, desk: &mut desk });
        let before = accounts.data_reads().len();
        let output = desk.verho(&["run", "demo"]);
        let words = said(&output);
        eprintln!("{way}: {}", words.lines().find(|line| line.starts_with("error")).unwrap_or_default());
        assert_eq!(output.status.code(), Some(5), "{way}: {words}");
        assert!(words.contains(&format!("check `{check}`")), "{way}: {words}");
        assert_eq!(accounts.data_reads().len(), before, "{way}: an object was read");
        desk.write("verho.toml", &good);
        desk.environment.clone_from(&environment);
    }
    assert_eq!(accounts.keys("verho-test", "mix/"), written, "something was written");
    assert!(desk.verho(&["run", "demo"]).status.success(), "what was changed was all that was wrong");
}

#[test]
fn folders_that_touch_are_no_two_sides() {
    let desk = Desk::local("acme");
    let text = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    for (from, to) in
        [("file:test", "file:production/test"), ("file:test", "file:evidence"), ("file:evidence", "file:test/x")]
    {
        desk.write("verho.toml", &text.replace(from, to));
        let output = desk.verho(&["run", "acme"]);
        assert_eq!(output.status.code(), Some(5), "{}", said(&output));
        assert!(said(&output).contains("check `roots`"), "{}", said(&output));
        assert_eq!(desk.verho(&["doctor"]).status.code(), Some(5));
        assert_eq!(desk.verho(&["check"]).status.code(), Some(5));
    }
}

#[test]
fn sides_that_touch_by_a_link_are_no_two_sides() {
    for within in ["production", "evidence", "production/acme", "keys", "consent/acme", "schemas"] {
        let desk = Desk::local("acme");
        std::fs::create_dir_all(desk.path(within)).expect("a folder");
        std::os::unix::fs::symlink(desk.path(within), desk.path("test")).expect("a link");
        demand_roots(&desk, within);
    }
}

#[test]
fn nothing_of_the_workspace_lies_in_test() {
    let desk = Desk::local("acme");
    let text = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    let keys = |place: &str| format!("{text}[keys]\n{place}\n");
    let signer = |file: &str| text.replace("keys/evidence", file);
    std::fs::create_dir(desk.path("test")).expect("a folder");
    std::os::unix::fs::symlink("test", desk.path("linked")).expect("a link");
    for name in ["evidence", "evidence.pub"] {
        std::fs::copy(desk.path("keys").join(name), desk.path("test").join(name)).expect("a copy");
    }
    for (what, toml) in [
        ("keys in test", keys("folder = \"test/keys\"")),
        ("keys in test by a link", keys("folder = \"linked/keys\"")),
        ("keys in test by another way", keys("folder = \"none/../test/keys\"")),
        ("the identity in test", keys("identity = \"test/identity\"")),
        ("the evidence key in test", signer("test/evidence")),
        ("the workspace in test", text.replace("file:test", "file:.").replace("file:production", "file:../p")),
    ] {
        desk.write("verho.toml", &toml.replace("file:evidence", "file:../e"));
        demand_roots(&desk, what);
    }
}

/// Demands that every command says that roots touch.
fn demand_roots(desk: &Desk, what: &str) {
    for command in [&["check"][..], &["doctor"], &["run", "acme"]] {
        let output = desk.verho(command);
        assert_eq!(output.status.code(), Some(5), "{what}: {}", said(&output));
        let told = said(&output) + &String::from_utf8_lossy(&output.stdout);
        assert!(told.contains("roots"), "{what}: {told}");
    }
}

/// What each request has to carry: whom it expects, and what is written under which key and checksum.
fn hold(requests: &[Request], key: &dyn Fn(&Request) -> String, account: &str) {
    assert!(!requests.is_empty());
    for request in requests.iter().filter(|request| is_s3(request)) {
        assert_eq!(request.text("owner"), account, "{request:?}");
        let is_part = request.text("query").contains("uploadId");
        let writes = request.text("method") == "PUT" && request.text("if_match") != PROBE;
        let starts = request.text("method") == "POST" && request.text("query").contains("uploads");
        if (writes && !is_part) || starts {
            assert_eq!(
                (request.text("sse"), request.text("kms_key")),
                ("aws:kms", key(request).as_str()),
                "{request:?}"
            );
        }
        assert!(!writes || !request.text("crc64").is_empty(), "{request:?}");
    }
}

/// The state that no object has: a write that asks for it can never happen.
const PROBE: &str = "\"00000000000000000000000000000000\"";

/// Requests of KMS, IAM and the like have no bucket: they go to `/`, and name their service as target or in a form.
fn is_s3(request: &Request) -> bool {
    request.text("path") != "/" && !request.text("path").starts_with("/v20180820/")
}

#[test]
fn every_call_of_a_full_a_refused_and_a_resumed_run_names_owner_key_and_checksum() {
    let accounts = Accounts::start();
    let desk = ready(&accounts, "calls/");
    let (wrapping, output) = (accounts.wrapping.clone(), accounts.output.clone());
    let since = |before: (usize, usize)| {
        hold(&accounts.production.requests()[before.0..], &|_| wrapping.clone(), PRODUCTION);
        hold(&accounts.test.requests()[before.1..], &|_| output.clone(), TEST);
    };
    let now = || (accounts.production.requests().len(), accounts.test.requests().len());

    let before = now();
    let full = desk.verho(&["run", "demo"]);
    assert!(full.status.success(), "{}", said(&full));
    since(before);

    let before = now();
    let schema = include_str!("../schemas/demo/customers.toml").replace("to = \"year\"", "to = \"decade\"");
    desk.write("schemas/demo/customers.toml", &schema);
    assert_eq!(desk.verho(&["run", "demo"]).status.code(), Some(4));
    desk.write("schemas/demo/customers.toml", include_str!("../schemas/demo/customers.toml"));
    hold(&accounts.production.requests()[before.0..], &|_| wrapping.clone(), PRODUCTION);

    let before = now();
    let mut child = desk.command(&["run", "demo"]).spawn().expect("the program starts");
    let writes = || accounts.test.requests()[before.1..].iter().any(|request| request.text("method") == "PUT");
    while !writes() && child.try_wait().expect("a state").is_none() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let _ = child.kill();
    child.wait().expect("killed");
    let resumed = desk.verho(&["run", "demo"]);
    assert!(resumed.status.success(), "{}", said(&resumed));
    since(before);
}

/// Requests that a run sends, where a table has so many objects.
fn requests_of_a_run(objects: usize) -> usize {
    let accounts = Accounts::start();
    let desk = accounts.desk("demo", "many/");
    desk.write("schemas/demo/customers.toml", include_str!("../schemas/demo/customers.toml"));
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/demo/customers-1.parquet");
    (0..objects).for_each(|number| accounts.put(&file, &format!("many/demo/customers/{number:04}.parquet")));
    desk.approve("demo", "many", 2);
    let count = || accounts.production.requests().len() + accounts.test.requests().len();
    let before = count();
    let output = desk.verho(&["run", "demo"]);
    assert!(output.status.success(), "{}", said(&output));
    count() - before
}

#[test]
fn a_run_sends_three_requests_an_object_at_most_and_no_check_again() {
    // More with VERHO_OBJECTS.
    let objects = std::env::var("VERHO_OBJECTS").ok().and_then(|objects| objects.parse().ok()).unwrap_or(100);
    let (few, many) = (requests_of_a_run(10), requests_of_a_run(objects));
    eprintln!("10 objects: {few} requests, {objects} objects: {many}");
    assert!(many - few <= 3 * (objects - 10), "{few} requests for 10 objects, {many} for {objects}");
}
