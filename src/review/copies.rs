//! What was made of releases, somewhere that verho does not reach.

use super::sheet::moment;
use super::{Facts, Question, Sheet};
use crate::error::Failure;
use crate::ledger::Event;

pub(super) const QUESTION: Question =
    Question { name: "copies", asks: "What was made of releases outside of verho's reach", answer };

const HEAD: &[&str] = &["customer", "at", "release", "what", "by", "state of the release"];

fn answer(facts: &Facts<'_>) -> Result<Sheet, Failure> {
    let purged = facts.purged();
    let rows = facts.entries().filter_map(|(_, entry)| match &entry.event {
        Event::Derived { release, what, by } => Some(vec![
            entry.customer.as_str().into(),
            moment(entry.at),
            release.as_str().into(),
            what.as_str().into(),
            by.as_str().into(),
            if purged.contains(&(&*entry.customer, &**release)) { "purged" } else { "kept" }.into(),
        ]),
        _ => None,
    });
    Ok(Sheet { head: HEAD, rows: rows.collect() })
}
