//! How old the pseudonym secrets are, and which are gone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::sheet::{days, moment};
use super::{Facts, Question, Sheet};
use crate::error::Failure;
use crate::ledger::Event;

pub(super) const QUESTION: Question = Question { name: "keys", asks: "How old the pseudonym secrets are", answer };

const HEAD: &[&str] = &["customer", "epoch", "made", "age in days", "state", "gone", "because"];

/// A secret as the ledger knows it.
#[derive(Default)]
struct Key<'f> {
    epoch: &'f str,
    made: Option<Timestamp>,
    gone: Option<(Timestamp, &'f str)>,
}

fn answer(facts: &Facts<'_>) -> Result<Sheet, Failure> {
    let mut keys: BTreeMap<(&str, &str), Key<'_>> = BTreeMap::new();
    for (_, entry) in facts.entries() {
        match &entry.event {
            Event::KeyMade { epoch, sha256 } => {
                let key = keys.entry((&entry.customer, sha256)).or_default();
                (key.epoch, key.made) = (epoch, key.made.or(Some(entry.at)));
            }
            Event::KeyDestroyed { sha256, because } => {
                keys.entry((&entry.customer, sha256)).or_default().gone = Some((entry.at, because));
            }
            _ => {}
        }
    }
    let mut keys: Vec<_> = keys.into_iter().map(|((customer, _), key)| (customer, key)).collect();
    keys.sort_by_key(|(customer, key)| (*customer, key.made));
    Ok(Sheet { head: HEAD, rows: keys.iter().map(|(customer, key)| row(facts, customer, key)).collect() })
}

fn row(facts: &Facts<'_>, customer: &str, key: &Key<'_>) -> Vec<Value> {
    let end = key.gone.map_or(facts.now, |(at, _)| at);
    vec![
        customer.into(),
        key.epoch.into(),
        key.made.map(moment).into(),
        key.made.map(|made| days(made, end)).into(),
        if key.gone.is_some() { "destroyed" } else { "kept" }.into(),
        key.gone.map(|(at, _)| moment(at)).into(),
        key.gone.map(|(_, because)| because).into(),
    ]
}
