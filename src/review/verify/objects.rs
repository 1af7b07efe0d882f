//! Every object, in test and in evidence: those of releases are there, and no other is.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Facts, Finding, Gravity};
use crate::account::doors::Test;
use crate::error::Failure;
use crate::evidence::unended::{LONGEST, unended};
use crate::release::{Contents, Manifest};
use crate::review::facts::listed;
use crate::review::held::Held;

/// What lies beside all customers in test, and beside ledger and statements in evidence.
pub(super) fn check(facts: &Facts<'_>) -> Result<Vec<Finding>, Failure> {
    let customers = facts.customers();
    let is_of_customer = |key: &&str| key.split_once('/').is_some_and(|(folder, _)| customers.contains(folder));
    let contents = whole(facts)?;
    let elsewhere = contents.keys().filter(|key| !is_of_customer(key));
    let mut found: Vec<_> = elsewhere.map(|key| loose("test", key, "it is of no customer")).collect();
    for object in listed(facts.evidence.list(""))? {
        // Statements are looked at by themselves.
        if !object.key.starts_with("evidence/") && !facts.ledger.holds(&object)? {
            found.push(loose("evidence", &object.key, "neither the ledger nor a statement is made of it"));
        }
    }
    Ok(found)
}

/// All of test. What is hidden is looked at here only in a folder: of a bucket, the right to see it ends at the customers' prefix.
fn whole(facts: &Facts<'_>) -> Result<Contents, Failure> {
    let test = Test::new(facts.workspace.test.open()?);
    Ok(if test.is_remote() { Contents::shown(&test) } else { Contents::of(&test) }?)
}

/// What no manifest of a customer holds. Where as many runs may be going on as releases are unfinished, these are theirs.
pub(super) fn unexplained(facts: &Facts<'_>, customer: &str, held: &Held<'_>) -> Vec<Finding> {
    let (begun, unfinished) = (under_way(facts, customer), held.contents.unfinished());
    let theirs: BTreeSet<&str> =
        unfinished.iter().filter(|_| unfinished.len() <= begun.len()).map(String::as_str).collect();
    let written: BTreeSet<&str> = held.contents.of_releases(&theirs).map(|(_, key)| key).collect();
    let last = begun.last().map(Timestamp::to_string).unwrap_or_default();
    let found = held.unexplained().into_iter().map(|key| {
        let place = format!("{customer}/{key}");
        match written.contains(key) {
            true => Finding {
                gravity: Gravity::UnderWay,
                says: format!("no manifest holds it; a run that began at {last} is making it, or was killed"),
                ..loose("test", &place, "")
            },
            false => loose("test", &place, "no manifest holds it"),
        }
    });
    found.collect()
}

/// When those runs of a customer began, in the last day, that have not told how they ended.
fn under_way(facts: &Facts<'_>, customer: &str) -> Vec<Timestamp> {
    let begun = unended(facts.ledger.entries(), customer).into_iter().map(|(at, _)| at);
    begun.filter(|at| facts.now.duration_since(*at) < LONGEST).collect()
}

/// How the objects of a release differ from its manifest, if they do: in their number or their size.
pub(super) fn difference(held: &Held<'_>, manifest: &Manifest) -> Option<String> {
    let (mut all, mut gone, mut other) = (0, 0, 0);
    for object in manifest.tables.values().flat_map(|table| &table.objects) {
        all += 1;
        match held.contents.objects.get(&object.key) {
            None => gone += 1,
            Some(size) => other += usize::from(*size != object.size),
        }
    }
    (gone + other > 0).then(|| format!("of its {all} objects {gone} are gone, and {other} are of another size"))
}

fn loose(root: &str, key: &str, says: &str) -> Finding {
    Finding::loose(format!("object {key} of {root}"), says)
}
