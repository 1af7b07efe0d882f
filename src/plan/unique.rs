//! Leaves whose rule says `unique`: what such a rule takes, and what it costs.

use crate::method::{Nulls, Outcome, is_hashed};
use crate::plan::{LeafPlan, PlanError, TablePlan};
use crate::schema::TableSchema;

/// What a value takes that is held against all others, in bytes: a set of 16-byte digests, just grown.
const VALUE: u64 = 40;

/// All of them together take this share of a run's memory, at most: the parts under way need theirs.
const SHARE: u64 = 4;

/// Refuses `unique` where it cannot be held.
///
/// # Errors
/// At the rule of a leaf that stands in a list or a map, that is removed, or whose type is not compared.
pub fn takes(schema: &TableSchema, leaves: &[LeafPlan]) -> Result<(), PlanError> {
    leaves.iter().filter(|plan| plan.is_unique).try_for_each(|plan| {
        let path = &plan.leaf.path;
        let left = !matches!(plan.outcome, Outcome::Becomes { nulls: Nulls::All, .. });
        let what = match plan.after().filter(|_| left) {
            _ if path.is_repeated() => {
                "is part of a list or a map; `unique` takes leaves of one value a row".to_owned()
            }
            None => "is removed: there is nothing to be unique".to_owned(),
            Some(after) if !is_hashed(after) => {
                format!("becomes {after}; `unique` takes text, bytes, numbers, booleans, dates and times")
            }
            Some(_) => return Ok(()),
        };
        let rule = schema.columns.get(path).map(|rule| rule.fault(format!("leaf `{path}` {what}"), remove()));
        Err(PlanError::Rule(rule.unwrap_or_else(|| schema.fault(what, remove()))))
    })
}

fn remove() -> String {
    "remove `unique` from the rule".to_owned()
}

/// Refuses what would not fit into memory: this is the one thing of a run that grows with its rows.
///
/// # Errors
/// At the rule of the first unique leaf where all of them together take too much of `memory`.
pub fn fits(tables: &[TablePlan], memory: u64) -> Result<(), PlanError> {
    let unique = tables.iter().flat_map(|table| {
        let leaves = table.columns.iter().flat_map(|column| &column.leaves).filter(|plan| plan.is_unique);
        leaves.map(move |plan| (table, plan))
    });
    let needed = unique.clone().map(|(table, _)| table.rows().saturating_mul(VALUE)).fold(0, u64::saturating_add);
    let Some((table, plan)) = unique.clone().next().filter(|_| needed > memory / SHARE) else { return Ok(()) };
    let what = format!("leaf `{}`: to hold every `unique` leaf needs {} MiB", plan.leaf.path, needed.div_ceil(1 << 20));
    let hint =
        format!("give [limits] memory {} MiB or more, or have fewer unique leaves", (needed * SHARE).div_ceil(1 << 20));
    let fault = table.schema.columns.get(&plan.leaf.path).map(|rule| rule.fault(what.clone(), hint.clone()));
    Err(PlanError::Rule(fault.unwrap_or_else(|| table.schema.fault(what, hint))))
}
