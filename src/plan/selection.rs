//! The leaves that say which rows leave, found by their paths.

use crate::method::is_hashed;
use crate::plan::{ColumnPlan, Place, PlanError, place};
use crate::schema::{Filter, TableSchema, Test};

/// The place of each filter's leaf.
///
/// # Errors
/// Where there is no such leaf, or its type cannot be asked.
pub fn join(schema: &TableSchema, columns: &[ColumnPlan]) -> Result<Vec<Place>, PlanError> {
    let places = place::all(columns);
    let find = |filter: &Filter| {
        let fault = |what: String| PlanError::Rule(filter.fault(what, None));
        let place = &places[place::of(&places, &filter.column).map_err(fault)?];
        let data_type = &columns[place.column].leaves[place.leaf].leaf.data_type;
        let can_be_asked = match &filter.test {
            Test::Holds(conditions) => conditions.iter().all(|condition| condition.takes(data_type)),
            Test::Sampled { .. } => is_hashed(data_type),
        };
        let odd = || fault(format!("column `{}` is of a type that cannot be asked so", filter.column));
        can_be_asked.then(|| place.clone()).ok_or_else(odd)
    };
    schema.filters.iter().map(find).collect()
}
