//! Who has looked before, and what they found.

use super::sheet::moment;
use super::{Facts, Question, Sheet};
use crate::error::Failure;
use crate::ledger::Event;

pub(super) const QUESTION: Question = Question { name: "reviews", asks: "Who has looked, and what they found", answer };

const HEAD: &[&str] = &["customer", "at", "by", "finding"];

fn answer(facts: &Facts<'_>) -> Result<Sheet, Failure> {
    let rows = facts.entries().filter_map(|(_, entry)| match &entry.event {
        Event::Reviewed { by, finding } => {
            Some(vec![entry.customer.as_str().into(), moment(entry.at), by.as_str().into(), finding.as_str().into()])
        }
        _ => None,
    });
    Ok(Sheet { head: HEAD, rows: rows.collect() })
}
