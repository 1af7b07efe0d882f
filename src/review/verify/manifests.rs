//! Every release in test: signed, and what its run says that it made; and every release that should be there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::{Facts, Finding};
use crate::error::Failure;
use crate::evidence::RunRecord;
use crate::ledger::{Event, Told};
use crate::release::Manifest;
use crate::review::held::Held;

/// By release; what came last of being prepared and being committed.
type Made<'f> = HashMap<&'f str, &'f Told>;

pub(super) fn check(facts: &Facts<'_>) -> Result<Vec<Finding>, Failure> {
    let (mut found, purged) = (Vec::new(), facts.purged());
    for customer in facts.customers() {
        let (held, made) = (Held::of(facts, &customer)?, made(facts, &customer));
        let broken = |(name, says): (&str, String)| Finding::broken(place(&customer, name), says);
        let kept: Vec<_> = held.kept().collect();
        let looked =
            kept.into_par_iter().filter_map(|(name, manifest)| Some((name, look(facts, manifest, made.get(name))?)));
        found.extend(looked.collect::<Vec<_>>().into_iter().map(|(name, says)| broken((name, says.to_owned()))));
        found.extend(returned(&held).into_iter().map(broken));
        let is_visible = |told: &Told| told.outcome == "committed";
        let is_there = |name: &str| held.manifests.contains_key(name) || purged.contains(&(customer.as_str(), name));
        let missing = made.iter().filter(|(name, told)| is_visible(told) && !is_there(name));
        found.extend(missing.map(|(name, _)| broken((name, "it is gone, and no purge is recorded".to_owned()))));
    }
    Ok(found)
}

/// Releases that were purged and of which something is there, each with what to say of it.
fn returned<'h>(held: &'h Held<'_>) -> BTreeMap<&'h str, String> {
    let mut counts = BTreeMap::<&str, usize>::new();
    held.returned().for_each(|(release, _)| *counts.entry(release).or_default() += 1);
    let says = |count| format!("it was purged, and of its objects there are {count} again; `verho purge` erases them");
    counts.into_iter().map(|(release, count)| (release, says(count))).collect()
}

fn place(customer: &str, release: &str) -> String {
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
fn look(facts: &Facts<'_>, manifest: Option<&Manifest>, told: Option<&&Told>) -> Option<&'static str> {
    let Some(manifest) = manifest else { return Some("its manifest was changed, or signed by another key") };
    // A statement that cannot be read has a finding of its own.
    match told.map(|told| facts.statement(told)) {
        None => Some("no run made it"),
        Some(Ok(record)) if !is_of(manifest, &record) => Some("its manifest is not what its run says"),
        Some(_) => None,
    }
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
