//! The leaves that methods look at, found by their paths.

use arrow::datatypes::DataType;

use crate::plan::{ColumnPlan, Place, PlanError, place};
use crate::schema::{Column, LeafPath, TableSchema};

/// Finds for every leaf those that its method looks at.
///
/// # Errors
/// Where there is no such leaf, or the method does not take its type.
pub fn join(schema: &TableSchema, columns: &mut [ColumnPlan]) -> Result<(), PlanError> {
    let places = place::all(columns);
    let type_of = |place: &Place| columns[place.column].leaves[place.leaf].leaf.data_type.clone();
    let types: Vec<DataType> = places.iter().map(type_of).collect();
    for column in columns {
        let mut beside: Vec<Place> = Vec::new();
        for plan in &mut column.leaves {
            let Some(rule) = schema.columns.get(&plan.leaf.path) else { continue };
            for index in found(schema, rule, &plan.leaf.path, (&places, &types))? {
                let place = &places[index];
                let known = beside.iter().position(|known| known.path == place.path);
                plan.beside.push(known.unwrap_or_else(|| {
                    beside.push(place.clone());
                    beside.len() - 1
                }));
            }
        }
        column.beside = beside;
    }
    Ok(())
}

/// The leaves that one rule looks at, as places among all.
fn found(
    schema: &TableSchema,
    rule: &Column,
    leaf: &LeafPath,
    (places, types): (&[Place], &[DataType]),
) -> Result<Vec<usize>, PlanError> {
    let fault =
        |what: String, hint: Option<String>| PlanError::Rule(rule.fault(format!("leaf `{leaf}`: {what}"), hint));
    // Where a method asks for a subject, the schema names one.
    let paths = rule.method.beside().into_iter().filter_map(|beside| schema.looked_at(&beside));
    let place = |path: LeafPath| {
        place::of(places, &path).map_err(|what| fault(format!("it looks at another, and {what}"), None))
    };
    let found = paths.map(place).collect::<Result<Vec<usize>, _>>()?;
    let beside: Vec<_> = found.iter().map(|index| types[*index].clone()).collect();
    rule.method
        .plan_beside(&beside)
        .map_err(|unsupported| fault(unsupported.to_string(), Some("name another column".to_owned())))?;
    Ok(found)
}
