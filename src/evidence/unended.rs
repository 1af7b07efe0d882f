//! Runs of which the ledger tells that they began, and not how they ended: they go on, or were killed.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::Outcome;
use crate::ledger::{Entry, Event, Started};

/// A run that began before was killed, whatever is not said of it.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// When each of a customer's runs began that have not told how they ended, the first one first.
pub fn unended<'e>(entries: impl Iterator<Item = &'e Entry> + Clone, customer: &str) -> Vec<(Timestamp, &'e Started)> {
    let own = || entries.clone().filter(|entry| entry.customer == customer);
    let ended: HashSet<&str> = own().filter_map(ended).collect();
    let began = own().filter_map(|entry| match &entry.event {
        Event::Started(started) => Some((entry.at, started)),
        _ => None,
    });
    began.filter(|(_, started)| !ended.contains(started.run.as_str())).collect()
}

/// The run whose end an entry tells of.
fn ended(entry: &Entry) -> Option<&str> {
    match &entry.event {
        Event::Told(told) if told.outcome != Outcome::Prepared.word() => Some(&told.run),
        _ => None,
    }
}
