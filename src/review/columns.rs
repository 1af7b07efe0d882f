//! What became of columns that tell something: those that were ever kept or pseudonymised, and all free text.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::sheet::moment;
use super::{Facts, Question, Sheet};
use crate::error::Failure;
use crate::evidence::{RunRecord, Treatment};
use crate::schema::Class;

pub(super) const LEFT: Question = Question {
    name: "columns",
    asks: "Every column that was ever kept or pseudonymised, and since when",
    answer: |facts| answer(facts, |treatment| fate(&treatment.method).is_some()),
};

pub(super) const FREE_TEXT: Question = Question {
    name: "texts",
    asks: "Every column of free text, and its method",
    answer: |facts| answer(facts, |treatment| treatment.class == Class::FreeText.name()),
};

const HEAD: &[&str] = &["customer", "table", "column", "class", "method", "version", "fate", "runs", "first", "last"];

/// Outcomes in which somebody saw rows.
const SEEN: &[&str] = &["committed", "preview"];

/// Customer, table, leaf, class, method and its version.
type Column = (String, String, String, String, String, u32);

/// How often, first and last.
type Uses = (u64, Timestamp, Timestamp);

fn answer(facts: &Facts<'_>, is_asked: impl Fn(&Treatment) -> bool) -> Result<Sheet, Failure> {
    let mut columns: BTreeMap<Column, Uses> = BTreeMap::new();
    for (at, _, record) in facts.told(SEEN)? {
        for column in
            treated(&record).filter(|(_, _, treatment)| is_asked(treatment)).map(|found| named(&record, found))
        {
            let uses = columns.entry(column).or_insert((0, at, at));
            *uses = (uses.0 + 1, uses.1, at);
        }
    }
    Ok(Sheet { head: HEAD, rows: columns.into_iter().map(row).collect() })
}

fn treated(record: &RunRecord) -> impl Iterator<Item = (&str, &str, &Treatment)> {
    record.tables.iter().flat_map(|table| {
        let (name, leaves) = (table.name.as_str(), table.columns.iter());
        leaves.map(move |(leaf, treatment)| (name, leaf.as_str(), treatment))
    })
}

fn named(record: &RunRecord, (table, leaf, treatment): (&str, &str, &Treatment)) -> Column {
    let [customer, table, leaf] = [&record.customer, table, leaf].map(str::to_owned);
    (customer, table, leaf, treatment.class.clone(), treatment.method.clone(), treatment.version)
}

fn row(((customer, table, leaf, class, method, version), (runs, first, last)): (Column, Uses)) -> Vec<Value> {
    let fate = fate(&method);
    vec![
        customer.into(),
        table.into(),
        leaf.into(),
        class.into(),
        method.into(),
        version.into(),
        fate.into(),
        runs.into(),
        moment(first),
        moment(last),
    ]
}

/// What a method leaves of a value, where that is the value or a code of it.
fn fate(method: &str) -> Option<&'static str> {
    match method {
        "keep" | "normalise" | "shuffle" | "sample" => Some("kept"),
        "pseudonym" | "fpe" => Some("pseudonymised"),
        // Methods within them may keep.
        "by" | "custom" | "items" | "json" | "segments" | "when" => Some("by parts"),
        _ => None,
    }
}
