//! What was made of releases, somewhere that verho does not reach.

use super::held::returned;
use super::sheet::moment;
use super::{Facts, Question, Sheet};
use crate::error::Failure;
use crate::ledger::Event;

pub(super) const QUESTION: Question =
    Question { name: "copies", asks: "What was made of releases outside of verho's reach", answer };

const HEAD: &[&str] = &["customer", "at", "release", "what", "by", "state of the release"];

fn answer(facts: &Facts<'_>) -> Result<Sheet, Failure> {
    let (purged, returned) = (facts.purged(), returned(facts)?);
    let state = |customer: &str, release: &str| match purged.contains(&(customer, release)) {
        true if returned.contains(&(customer.to_owned(), release.to_owned())) => "purged, and there again",
        true => "purged",
        false => "kept",
    };
    let rows = facts.entries().filter_map(|(_, entry)| match &entry.event {
        Event::Derived { release, what, by } => Some(vec![
            entry.customer.as_str().into(),
            moment(entry.at),
            release.as_str().into(),
            what.as_str().into(),
            by.as_str().into(),
            state(&entry.customer, release).into(),
        ]),
        _ => None,
    });
    Ok(Sheet { head: HEAD, rows: rows.collect() })
}
