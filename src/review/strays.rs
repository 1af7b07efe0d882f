//! Objects in test that no release holds, whose release had no approval when it became visible, or was purged.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::facts::Course;
use super::held::{self, Held};
use super::{Facts, Question, Sheet};
use crate::error::Failure;
use crate::ledger::Event;
use crate::release::Manifest;

pub(super) const QUESTION: Question = Question {
    name: "strays",
    asks: "Objects in test without a manifest, of a release that was purged, or whose approval was not valid at commit",
    answer,
};

const HEAD: &[&str] = &["customer", "object", "finding"];

/// By customer and release, when it became visible.
type Committed<'f> = HashMap<(&'f str, &'f str), Timestamp>;

fn answer(facts: &Facts<'_>) -> Result<Sheet, Failure> {
    let (courses, committed) = (facts.courses(), committed(facts));
    let mut rows = Vec::new();
    for customer in facts.customers() {
        let found = of_customer(facts, &customer, &courses, &committed)?;
        rows.extend(
            found.into_iter().map(|(object, finding)| vec![customer.as_str().into(), object.into(), finding.into()]),
        );
    }
    Ok(Sheet { head: HEAD, rows })
}

fn committed<'f>(facts: &'f Facts<'_>) -> Committed<'f> {
    let told = facts.entries().filter_map(|(_, entry)| match &entry.event {
        Event::Told(told) if told.outcome == "committed" => {
            Some(((&*entry.customer, told.release.as_deref()?), entry.at))
        }
        _ => None,
    });
    told.collect()
}

fn of_customer(
    facts: &Facts<'_>,
    customer: &str,
    courses: &BTreeMap<(&str, &str), Course<'_>>,
    committed: &Committed<'_>,
) -> Result<Vec<(String, &'static str)>, Failure> {
    let held = Held::of(facts, customer)?;
    let mut found = Vec::new();
    for (name, manifest) in held.kept() {
        let Some(manifest) = manifest else {
            found.push((format!("releases/{name}.json"), "its manifest was not signed by this workspace's key"));
            continue;
        };
        let at = committed.get(&(customer, name)).copied();
        if let Some(fault) = fault(manifest, courses.get(&(customer, manifest.approval.as_str())), at) {
            found.extend(held::keys(manifest).map(|key| (key.to_owned(), fault)));
        }
    }
    found.extend(held.returned().map(|(_, key)| (key.to_owned(), "its release was purged")));
    found.extend(held.unexplained().into_iter().map(|key| (key.to_owned(), "no manifest holds it")));
    Ok(found)
}

/// Why a release should not have become visible. One whose run died right after the commit became visible when its manifest
/// was made.
fn fault(manifest: &Manifest, course: Option<&Course<'_>>, committed: Option<Timestamp>) -> Option<&'static str> {
    let at = committed.unwrap_or(manifest.created_at);
    let Some((course, (given_at, given))) = course.and_then(|course| Some((course, course.given?))) else {
        return Some("the ledger knows no such approval");
    };
    let faults = [
        (given.digest != manifest.approval_digest, "it was made under another approval of this name"),
        (given_at > at, "the approval came into force later"),
        (given.not_after <= manifest.created_at, "the approval had expired"),
        (course.withdrawn.is_some_and(|(withdrawn, _)| withdrawn < manifest.created_at), "the approval was withdrawn"),
    ];
    faults.into_iter().find(|(is_so, _)| *is_so).map(|(_, fault)| fault)
}
