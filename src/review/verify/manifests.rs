//! Every release in test: signed, and what its run says that it made; and every release that should be there.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::{Facts, Finding};
use crate::account::doors::Test;
use crate::error::Failure;
use crate::evidence::RunRecord;
use crate::ledger::{Event, Told};
use crate::release::{self, Manifest, ReleaseError};
use crate::review::facts::listed;

/// By release; what came last of being prepared and being committed.
type Made<'f> = HashMap<&'f str, &'f Told>;

pub(super) fn check(facts: &Facts<'_>) -> Result<Vec<Finding>, Failure> {
    let (mut found, purged) = (Vec::new(), facts.purged());
    for customer in facts.customers() {
        let (test, made) = (facts.test(&customer)?, made(facts, &customer));
        let releases = listed(release::list(&test))?;
        let looked = releases.par_iter().map(|name| look(facts, &test, name, made.get(name.as_str()).copied()));
        let looked: Vec<_> = looked.collect::<Result<_, _>>()?;
        found.extend(looked.into_iter().flatten().map(|says| Finding::broken(place(&customer, says.0), says.1)));
        let there: BTreeSet<&str> = releases.iter().map(String::as_str).collect();
        let is_visible = |told: &Told| told.outcome == "committed";
        let is_purged = |name: &str| purged.contains(&(customer.as_str(), name));
        let missing = made.iter().filter(|(name, told)| is_visible(told) && !is_purged(name) && !there.contains(*name));
        found.extend(missing.map(|(name, _)| {
            Finding::broken(place(&customer, (*name).to_owned()), "it is gone, and no purge is recorded")
        }));
    }
    Ok(found)
}

fn place(customer: &str, release: String) -> String {
    format!("release {customer}/{release}")
}

fn made<'f>(facts: &'f Facts<'_>, customer: &str) -> Made<'f> {
    let told = facts.entries().filter_map(|(_, entry)| match &entry.event {
        Event::Told(told) if entry.customer == customer => Some((told.release.as_deref()?, told)),
        _ => None,
    });
    told.filter(|(_, told)| ["prepared", "committed"].contains(&told.outcome.as_str())).collect()
}

/// What is wrong with one release.
fn look(
    facts: &Facts<'_>,
    test: &Test,
    name: &str,
    told: Option<&Told>,
) -> Result<Option<(String, &'static str)>, Failure> {
    let manifest = match release::verified(test, name, &facts.key) {
        Ok(manifest) => manifest,
        Err(ReleaseError::Store(error)) => return Err(error.into()),
        Err(_) => return Ok(Some((name.to_owned(), "its manifest was changed, or signed by another key"))),
    };
    // A statement that cannot be read has a finding of its own.
    let says = match told.map(|told| facts.statement(told)) {
        None => Some("no run made it"),
        Some(Ok(record)) if !is_of(&manifest, &record) => Some("its manifest is not what its run says"),
        Some(_) => None,
    };
    Ok(says.map(|says| (name.to_owned(), says)))
}

fn is_of(manifest: &Manifest, record: &RunRecord) -> bool {
    let held: BTreeSet<_> = manifest
        .tables
        .values()
        .flat_map(|table| &table.objects)
        .map(|object| (&object.key, &object.sha256, object.size, object.rows))
        .collect();
    let made: BTreeSet<_> =
        record.outputs.iter().map(|output| (&output.key, &output.sha256, output.size, output.rows)).collect();
    let approval = record.approval.as_ref().map(|used| (&used.id, &used.digest));
    held == made && approval == Some((&manifest.approval, &manifest.approval_digest))
}
