//! The long-lived keys of robots: how old they are, and how one is rolled without a moment in which none works.
#![cfg(feature = "s3")]

mod common;

use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use common::desk::Desk;
use common::servers::{TEST, keys};
use common::sides::Accounts;

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// A desk whose robot in test has its key in a profile of its own file.
fn with_profile(accounts: &Accounts) -> Desk {
    let desk = accounts.desk("demo", "robots/");
    let (key, secret) = keys(TEST, "writer");
    let profile =
        format!("# ours\n[other]\nregion = x\n[writer]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n");
    desk.write("writer.profiles", &profile);
    let file = desk.path("writer.profiles");
    let text = std::fs::read_to_string(desk.path("verho.toml")).expect("a file");
    let source = format!("{{ profile = \"writer\", file = \"{}\" }}", file.display());
    desk.write("verho.toml", &text.replace("{ env_prefix = \"VERHO_WRITER\" }", &source));
    desk
}

/// Ids of the robot's keys in test, with whether they are active.
fn listed(accounts: &Accounts) -> Vec<(String, bool)> {
    let list = accounts.test.iam().list_access_keys().user_name("writer").send();
    let keys = accounts.test.wait(list).expect("listed").access_key_metadata;
    let active =
        |key: &aws_sdk_iam::types::AccessKeyMetadata| key.status().is_some_and(|status| status.as_str() == "Active");
    keys.iter().map(|key| (key.access_key_id().expect("an id").to_owned(), active(key))).collect()
}

#[test]
fn robots_are_listed_without_their_keys() {
    let accounts = Accounts::start();
    let desk = accounts.desk("demo", "robots/");
    let facts = desk.facts(&["keys", "robots"]);
    let rows = facts.as_array().expect("a list");
    let users: Vec<_> =
        rows.iter().map(|row| (row["side"].as_str(), row["key"]["user"].as_str(), row["age_days"].as_i64())).collect();
    assert_eq!(users, [(Some("production"), Some("reader"), Some(1)), (Some("test"), Some("writer"), Some(1))]);
    let shown = said(&desk.verho(&["keys", "robots"]));
    assert!(shown.contains("in use here") && !shown.contains(&keys(TEST, "writer").0), "{shown}");
}

#[test]
fn a_key_in_a_profile_is_rolled_step_by_step() {
    let accounts = Accounts::start();
    let desk = with_profile(&accounts);
    let old = keys(TEST, "writer").0;
    assert_eq!(desk.facts(&["keys", "roll", "test"])["rolled"], "written");
    assert_eq!(listed(&accounts).iter().filter(|(_, active)| *active).count(), 2, "the old one goes on working");
    assert_eq!(desk.facts(&["keys", "roll", "test"])["rolled"], "disabled");
    let profile = std::fs::read_to_string(desk.path("writer.profiles")).expect("a file");
    assert!(profile.starts_with("# ours\n[other]\nregion = x\n[writer]\n") && !profile.contains(&old), "{profile}");
    let now = listed(&accounts);
    assert_eq!(now.iter().filter(|(_, active)| *active).count(), 1);
    assert!(now.contains(&(old.clone(), false)), "{now:?}");

    let again = desk.facts(&["keys", "roll", "test"]);
    assert!(again["rolled"]["waiting"].is_string(), "{again}");
    assert_eq!(desk.facts(&["keys", "roll", "test", "--grace", "0"])["rolled"], "deleted");
    assert!(listed(&accounts).iter().all(|(id, active)| *id != old && *active));
}

#[test]
fn a_newer_key_is_deleted_only_if_somebody_says_that_nobody_has_it() {
    let accounts = Accounts::start();
    let desk = with_profile(&accounts);
    let made = accounts.test.wait(accounts.test.iam().create_access_key().user_name("writer").send()).expect("a key");
    let newer = made.access_key().expect("a key").access_key_id().to_owned();
    let refused = desk.verho(&["keys", "roll", "test"]);
    assert_eq!(refused.status.code(), Some(5), "{}", said(&refused));
    assert!(
        said(&refused).contains(&newer[newer.len() - 4..]) && !said(&refused).contains(&newer),
        "{}",
        said(&refused)
    );
    assert_eq!(desk.facts(&["keys", "roll", "test", "--discard-newer"])["rolled"], "written");
    assert!(listed(&accounts).iter().all(|(id, _)| *id != newer));
}

#[test]
fn a_key_of_the_environment_is_written_where_it_is_asked_for() {
    let accounts = Accounts::start();
    let mut desk = accounts.desk("demo", "robots/");
    let nowhere = desk.verho(&["keys", "roll", "test"]);
    assert_eq!(nowhere.status.code(), Some(2), "{}", said(&nowhere));
    assert_eq!(listed(&accounts).len(), 1, "no key is made that has no place");

    let file = desk.path("new.env");
    let to = file.to_str().expect("text").to_owned();
    assert_eq!(desk.facts(&["keys", "roll", "test", "--to", &to])["rolled"], "written");
    assert_eq!(std::fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&file).expect("a file");
    let variables =
        text.lines().filter_map(|line| line.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned()));
    let is_both = listed(&accounts).iter().filter(|(_, active)| *active).count() == 2;
    assert!(is_both, "the old one works until the new one is used");
    desk.environment.retain(|(name, _)| !name.starts_with("VERHO_WRITER"));
    desk.environment.extend(variables);
    assert_eq!(desk.facts(&["keys", "roll", "test"])["rolled"], "disabled");
    assert!(listed(&accounts).contains(&(keys(TEST, "writer").0, false)));
}
