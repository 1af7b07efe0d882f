//! Every statement: signed, in its place, named by one entry, and every entry's statement there.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::{Facts, Finding};
use crate::account::store::StoreError;
use crate::error::Failure;
use crate::evidence::journal::{self, JournalError};
use crate::evidence::{Outcome, RunRecord};
use crate::ledger::{Event, Told};
use crate::review::facts::listed;

pub(super) fn check(facts: &Facts<'_>) -> Result<Vec<Finding>, Failure> {
    let told: Vec<(u64, &str, &Told)> = told(facts).collect();
    let mut found: Vec<Finding> =
        told.par_iter().map(|told| look(facts, told)).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let mut named: HashMap<&str, u64> = HashMap::new();
    for (place, _, told) in &told {
        if let Some(first) = named.insert(&told.statement, *place) {
            let says = format!("entry {first} names the same statement");
            found.push(Finding::broken(format!("ledger entry {place}"), says));
        }
    }
    let keys: HashSet<String> =
        listed(facts.evidence.list("evidence/"))?.into_iter().map(|object| object.key).collect();
    let unnamed = keys.iter().filter(|key| !named.contains_key(key.as_str()));
    found.extend(unnamed.map(|key| Finding::loose(format!("statement {key}"), "no entry of the ledger names it")));
    Ok(found)
}

fn told<'f>(facts: &'f Facts<'_>) -> impl Iterator<Item = (u64, &'f str, &'f Told)> {
    facts.entries().filter_map(|(place, entry)| match &entry.event {
        Event::Told(told) => Some((place, entry.customer.as_str(), told)),
        _ => None,
    })
}

/// What is wrong with the statement of one entry.
fn look(facts: &Facts<'_>, (place, customer, told): &(u64, &str, &Told)) -> Result<Option<Finding>, Failure> {
    let named = journal::read_named(facts.evidence, &told.statement, &told.sha256);
    let read = named.and_then(|_| journal::read(facts.evidence, &told.statement, &facts.key));
    let finding =
        |says: &dyn ToString| Some(Finding::broken(format!("statement {}", told.statement), says.to_string()));
    match read {
        Ok(record) if !agrees(&record, customer, told) => Ok(finding(&format!("entry {place} says otherwise"))),
        Ok(record) if !record.fits(&facts.ledger) => Ok(finding(&"it was made in another history of the ledger")),
        Ok(_) => Ok(None),
        Err(JournalError::Store(StoreError::Missing)) => Ok(finding(&"it is gone")),
        Err(JournalError::Store(error)) => Err(error.into()),
        Err(error) => Ok(finding(&error)),
    }
}

/// What a killed run has left is entered as cut short, whatever it says.
fn agrees(record: &RunRecord, customer: &str, told: &Told) -> bool {
    let approval = record.approval.as_ref().map(|used| used.id.as_str());
    let is_its_outcome = [record.outcome.word(), Outcome::CutShort.word()].contains(&told.outcome.as_str());
    let says = (&record.run, approval, &record.release, record.customer.as_str());
    is_its_outcome && says == (&told.run, told.approval.as_deref(), &told.release, customer)
}
