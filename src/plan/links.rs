//! Links between tables, held against the types that were found.

use crate::method::{Nulls, Outcome};
use crate::plan::domain::alike;
use crate::plan::{LeafPlan, PlanError, TablePlan};
use crate::schema::{LeafPath, Link};

/// Every link of a plan, with the table whose file says so.
pub fn of(tables: &[TablePlan]) -> impl Iterator<Item = (&TablePlan, &Link)> {
    tables.iter().flat_map(|table| table.schema.links.iter().map(move |link| (table, link)))
}

/// Refuses links whose ends become different types, or nothing, or hold values that are never equal.
///
/// # Errors
/// At the first such link.
pub fn join(tables: &[TablePlan]) -> Result<(), PlanError> {
    of(tables).try_for_each(|(table, link)| {
        let leaf = |table: &str, path: &LeafPath| {
            let table = tables.iter().find(|plan| plan.schema.table == table)?;
            Some((table, table.leaf(path)?))
        };
        let ends = [leaf(&table.schema.table, &link.from), leaf(&link.table, &link.to)];
        let [Some(from), Some(to)] = ends else { return Ok(()) };
        let [left, right] = link.ends(&table.schema.table);
        differ(from, to).map_or(Ok(()), |why| {
            let hint = "make the two of one type in the source, or remove the link";
            Err(PlanError::Link(link.fault(format!("`{left}` and `{right}` will not join: {why}"), hint)))
        })
    })
}

/// Why two ends never meet.
fn differ(from: (&TablePlan, &LeafPlan), to: (&TablePlan, &LeafPlan)) -> Option<String> {
    let gone = |plan: &LeafPlan| matches!(plan.outcome, Outcome::Removed | Outcome::Becomes { nulls: Nulls::All, .. });
    if gone(from.1) || gone(to.1) {
        return Some("nothing is left of them".to_owned());
    }
    if let (Some(left), Some(right)) = (from.1.after(), to.1.after())
        && left != right
    {
        return Some(format!("they become {left} and {right}"));
    }
    let (left, right) = (&from.1.leaf.data_type, &to.1.leaf.data_type);
    (!alike(from, to)).then(|| format!("they hold {left} and {right}, which are never equal"))
}
