//! The columns that methods look at, found by name.

use arrow::datatypes::DataType;

use crate::method::Beside;
use crate::plan::{ColumnPlan, PlanError};
use crate::schema::{Column, LeafPath, TableSchema, children};

/// Finds for every leaf the columns that its method looks at.
///
/// # Errors
/// Where there is no such column, it holds no single value a row, or the method does not take its type.
pub fn join(schema: &TableSchema, columns: &mut [ColumnPlan]) -> Result<(), PlanError> {
    let types: Vec<(LeafPath, DataType)> = columns
        .iter()
        .map(|column| (LeafPath::column(column.field.name()), column.field.data_type().clone()))
        .collect();
    for column in columns {
        let mut beside: Vec<usize> = Vec::new();
        for plan in &mut column.leaves {
            let Some(rule) = schema.columns.get(&plan.leaf.path) else { continue };
            let found = found(schema, rule, &plan.leaf.path, &types)?;
            for index in found {
                let place = beside.iter().position(|known| *known == index).unwrap_or_else(|| {
                    beside.push(index);
                    beside.len() - 1
                });
                plan.beside.push(place);
            }
        }
        column.beside = beside;
    }
    Ok(())
}

/// The places of the columns that one rule looks at.
fn found(
    schema: &TableSchema,
    rule: &Column,
    leaf: &LeafPath,
    types: &[(LeafPath, DataType)],
) -> Result<Vec<usize>, PlanError> {
    let fault =
        |what: String, hint: &str| PlanError::Rule(rule.fault(format!("leaf `{leaf}`: {what}"), hint.to_owned()));
    let mut found = Vec::new();
    for beside in rule.method.beside() {
        let path = match beside {
            Beside::Column(name) => LeafPath::from(name),
            Beside::Subject => schema.subject.clone().ok_or_else(|| {
                fault(
                    "its method needs to know whose row it is".to_owned(),
                    "name the column as `subject`, above [columns]",
                )
            })?,
        };
        let index = types.iter().position(|(known, _)| *known == path).ok_or_else(|| {
            fault(format!("it looks at `{path}`, which is no column"), "name a column that holds one value a row")
        })?;
        if !children(&path, &types[index].1).is_empty() {
            return Err(fault(
                format!("it looks at `{path}`, which is nested"),
                "name a column that holds one value a row",
            ));
        }
        found.push(index);
    }
    let beside: Vec<_> = found.iter().map(|index| types[*index].1.clone()).collect();
    rule.method.plan_beside(&beside).map_err(|unsupported| fault(unsupported.to_string(), "name another column"))?;
    Ok(found)
}
