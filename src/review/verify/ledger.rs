//! The ledger itself: every object that it is made of, no entry twice, and none before its time.

use std::collections::HashSet;

use super::{Facts, Finding};
use crate::error::Failure;

/// An entry that stands twice, to its nanosecond, was copied: signed, but never entered again.
pub(super) fn check(facts: &Facts<'_>) -> Result<Vec<Finding>, Failure> {
    let audited = facts.ledger.audit()?.into_iter().map(|error| Finding::broken("ledger", error));
    let mut seen = HashSet::new();
    let copied = (0_u64..).zip(facts.ledger.entries()).filter(|(_, entry)| {
        !seen.insert(serde_json::to_string(entry).expect("text, numbers and maps by text are JSON"))
    });
    let copied = copied.map(|(place, _)| Finding::broken(format!("ledger entry {place}"), "it is a copy of another"));
    let backward = facts.ledger.backward().into_iter().map(|place| {
        Finding::broken(format!("ledger entry {place}"), "its time is well before that of an earlier entry")
    });
    Ok(audited.chain(copied).chain(backward).collect())
}
