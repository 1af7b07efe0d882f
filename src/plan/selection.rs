//! The columns that say which rows leave, found by name.

use crate::method::is_hashed;
use crate::plan::{ColumnPlan, PlanError};
use crate::schema::{LeafPath, TableSchema, Test, children};

/// The place of each filter's column among the table's.
///
/// # Errors
/// Where there is no such column, it holds no single value a row, or its type cannot be asked.
pub fn join(schema: &TableSchema, columns: &[ColumnPlan]) -> Result<Vec<usize>, PlanError> {
    let find = |filter: &crate::schema::Filter| {
        let fault = |what: &str| PlanError::Rule(filter.fault(format!("column `{}` {what}", filter.column), None));
        let place = columns.iter().position(|column| LeafPath::column(column.field.name()) == filter.column);
        let place = place.ok_or_else(|| fault("is no column of the table"))?;
        let data_type = columns[place].field.data_type();
        if !children(&filter.column, data_type).is_empty() {
            return Err(fault("is nested, and a row is chosen by one value"));
        }
        let can_be_asked = match &filter.test {
            Test::Holds(conditions) => conditions.iter().all(|condition| condition.takes(data_type)),
            Test::Sampled { .. } => is_hashed(data_type),
        };
        if can_be_asked { Ok(place) } else { Err(fault("is of a type that cannot be asked so")) }
    };
    schema.filters.iter().map(find).collect()
}
