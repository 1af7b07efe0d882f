//! Every release in test: signed, and what its run says that it made; and every release that should be there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::{Facts, Finding, objects};
use crate::account::store::StoreError;
use crate::error::Failure;
use crate::evidence::RunRecord;
use crate::ledger::{Event, Told};
use crate::release::{self, Manifest};
use crate::review::held::Held;

/// By release; what came last of being prepared and being committed.
type Made<'f> = HashMap<&'f str, &'f Told>;

pub(super) fn check(facts: &Facts<'_>) -> Result<Vec<Finding>, Failure> {
    let found = facts.customers().into_iter().map(|customer| of_customer(facts, &customer));
    Ok(found.collect::<Result<Vec<_>, _>>()?.concat())
}

fn of_customer(facts: &Facts<'_>, customer: &str) -> Result<Vec<Finding>, Failure> {
    let (held, made) = (Held::of(facts, customer)?, made(facts, customer));
    let kept: Vec<_> = held.kept().collect();
    let look = |(name, manifest): (_, Option<&Manifest>)| Some((name, look(facts, &held, manifest, made.get(name))?));
    let mut wrong: Vec<(&str, String)> = kept.into_par_iter().filter_map(look).collect();
    wrong.extend(returned(&held));
    wrong.extend(missing(facts, customer, &held, &made));
    let broken = |(name, says)| Finding::broken(format!("release {customer}/{name}"), says);
    let mut found: Vec<_> = wrong.into_iter().map(broken).collect();
    let pointer = astray(&held, &made)?.map(|says| Finding::broken(format!("current.json of {customer}"), says));
    found.extend(pointer);
    found.extend(objects::unexplained(facts, customer, &held));
    Ok(found)
}

/// Releases that became visible, and are not there any more.
fn missing<'f>(
    facts: &Facts<'_>,
    customer: &str,
    held: &Held<'_>,
    made: &Made<'f>,
) -> impl Iterator<Item = (&'f str, String)> {
    let purged = facts.purged();
    let is_there = |name: &str| held.manifests.contains_key(name) || purged.contains(&(customer, name));
    let missing = made.iter().filter(|(name, told)| is_visible(told) && !is_there(name));
    let missing: Vec<_> = missing.map(|(name, _)| (*name, "it is gone, and no purge is recorded".to_owned())).collect();
    missing.into_iter()
}

fn is_visible(told: &Told) -> bool {
    told.outcome == "committed"
}

/// Where readers are not led to a release. One whose run was killed right before it pointed to it may lack a pointer.
fn astray(held: &Held<'_>, made: &Made<'_>) -> Result<Option<&'static str>, StoreError> {
    let mut sound = held.kept().filter(|(_, manifest)| manifest.is_some()).map(|(name, _)| name);
    Ok(match release::current(&held.test)? {
        Some(current) => (!sound.any(|name| name == current)).then_some("it leads to no release that is there"),
        None if held.contents.has_pointer() => Some("it names no release"),
        None => sound
            .any(|name| made.get(name).is_some_and(|told| is_visible(told)))
            .then_some("it is gone, and releases are there"),
    })
}

/// Releases that were purged and of which something is there, each with what to say of it.
fn returned<'h>(held: &'h Held<'_>) -> BTreeMap<&'h str, String> {
    let mut counts = BTreeMap::<&str, usize>::new();
    held.returned().for_each(|(release, _)| *counts.entry(release).or_default() += 1);
    let says = |count| format!("it was purged, and of its objects there are {count} again; `verho purge` erases them");
    counts.into_iter().map(|(release, count)| (release, says(count))).collect()
}

fn made<'f>(facts: &'f Facts<'_>, customer: &str) -> Made<'f> {
    let told = facts.entries().filter_map(|(_, entry)| match &entry.event {
        Event::Told(told) if entry.customer == customer => Some((told.release.as_deref()?, told)),
        _ => None,
    });
    told.filter(|(_, told)| ["prepared", "committed"].contains(&told.outcome.as_str())).collect()
}

/// What is wrong with one release.
fn look(facts: &Facts<'_>, held: &Held<'_>, manifest: Option<&Manifest>, told: Option<&&Told>) -> Option<String> {
    let Some(manifest) = manifest else { return Some("its manifest was changed, or signed by another key".to_owned()) };
    // A statement that cannot be read has a finding of its own.
    match told.map(|told| facts.statement(told)) {
        None => Some("no run made it".to_owned()),
        Some(Ok(record)) if !is_of(manifest, &record) => Some("its manifest is not what its run says".to_owned()),
        Some(_) => objects::difference(held, manifest),
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
