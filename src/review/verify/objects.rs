//! Every object, in test and in evidence: those of releases are there, and no other is.

use super::{Facts, Finding};
use crate::account::doors::Test;
use crate::error::Failure;
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

/// What no manifest of a customer holds.
pub(super) fn unexplained(customer: &str, held: &Held<'_>) -> Vec<Finding> {
    let says = |key| loose("test", &format!("{customer}/{key}"), "no manifest holds it");
    held.unexplained().into_iter().map(says).collect()
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
