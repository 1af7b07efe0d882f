//! What was held and claimed: k, suppression and claim of every release, over time.

use super::sheet::moment;
use super::{Facts, Question, Sheet};
use crate::error::Failure;
use crate::evidence::{RunRecord, TableRecord};

pub(super) const QUESTION: Question =
    Question { name: "privacy", asks: "k, suppression and claim of every release, over time", answer };

const HEAD: &[&str] = &["customer", "at", "release", "claim", "table", "counted", "k", "withheld", "rows out"];

fn answer(facts: &Facts<'_>) -> Result<Sheet, Failure> {
    let told = facts.told(&["committed"])?;
    let tables = told.iter().flat_map(|(at, _, record)| record.tables.iter().map(move |table| (*at, record, table)));
    Ok(Sheet { head: HEAD, rows: tables.map(|(at, record, table)| row(at, record, table)).collect() })
}

/// Counts are shown as they stand in evidence, where they are rounded already.
fn row(at: jiff::Timestamp, record: &RunRecord, table: &TableRecord) -> Vec<serde_json::Value> {
    let groups = table.groups.as_ref();
    vec![
        record.customer.as_str().into(),
        moment(at),
        record.release.as_deref().into(),
        record.claim.as_deref().into(),
        table.name.as_str().into(),
        groups.map(|groups| groups.counted.as_str()).into(),
        groups.map(|groups| groups.k).into(),
        groups.map(|groups| groups.withheld).into(),
        table.rows_out.into(),
    ]
}
