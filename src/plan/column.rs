//! One top-level column's plan: what becomes of each of its leaves, and what is then left of it.

use std::slice::Iter;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields};

use crate::method::{Extent, Nulls, Outcome};
use crate::plan::place::Place;
use crate::plan::unique;
use crate::plan::{Mismatch, PlanError};
use crate::schema::{Class, Column, Leaf, LeafPath, TableSchema, children, leaves};

/// Where a column's values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The top-level column of this index in the file.
    File(usize),
    /// The object's key.
    Partition,
}

/// What becomes of one leaf.
pub struct LeafPlan {
    pub leaf: Leaf,
    pub outcome: Outcome,
    /// The leaves that its method looks at, as places in [`ColumnPlan::beside`].
    pub beside: Vec<usize>,
    /// Whether no two values of it may be equal after it, in the whole table.
    pub is_unique: bool,
    /// Whether it says which group a row is in, so that every value of it is looked at as it leaves.
    pub is_grouped: bool,
}

impl LeafPlan {
    /// Whether guards look at every value of it, so that no page of it can leave undecoded.
    pub fn is_watched(&self) -> bool {
        self.is_unique || self.is_grouped
    }

    /// Its type in the output; none where it is removed.
    pub fn after(&self) -> Option<&DataType> {
        match &self.outcome {
            Outcome::Removed => None,
            Outcome::Untouched => Some(&self.leaf.data_type),
            Outcome::Becomes { data_type, .. } => Some(data_type),
        }
    }
}

/// What becomes of one top-level column.
pub struct ColumnPlan {
    pub origin: Origin,
    pub field: Arc<Field>,
    /// In the order in which Parquet stores them.
    pub leaves: Vec<LeafPlan>,
    /// The column in the output; none where every leaf is removed.
    pub output: Option<Arc<Field>>,
    /// The leaves that its methods look at, be they of this column or of others, each once.
    pub beside: Vec<Place>,
    /// How much of it its methods see at once.
    pub extent: Extent,
    /// Whether it is text and its method takes it as views, so that it need not be copied out of its pages.
    pub texts_in_place: bool,
}

/// The plan of a column, if every leaf of it has a rule that can be applied there.
pub(super) fn column(schema: &TableSchema, field: Arc<Field>, origin: Origin) -> Result<ColumnPlan, PlanError> {
    let planned = leaves(&field).into_iter().map(|leaf| leaf_plan(schema, leaf)).collect::<Result<Vec<_>, _>>()?;
    unique::takes(schema, &planned)?;
    let output = output_field(&field, &mut planned.iter()).map_err(|fault| rule_fault(schema, fault))?;
    let methods = planned.iter().filter_map(|plan| schema.columns.get(&plan.leaf.path));
    let whole = methods.into_iter().any(|rule| rule.method.extent() == Extent::RowGroup);
    let extent = if whole { Extent::RowGroup } else { Extent::Value };
    let takes_views = schema.columns.get(&LeafPath::column(field.name())).is_some_and(|rule| rule.method.takes_views());
    let texts_in_place = takes_views && *field.data_type() == DataType::Utf8;
    let output = output.map(Arc::new);
    Ok(ColumnPlan { origin, field, leaves: planned, output, beside: Vec::new(), extent, texts_in_place })
}

fn leaf_plan(schema: &TableSchema, leaf: Leaf) -> Result<LeafPlan, PlanError> {
    let rule: &Column = schema
        .columns
        .get(&leaf.path)
        .ok_or_else(|| Mismatch::Unlisted(vec![leaf.path.clone()]).in_object(schema, 0, 1))?;
    match rule.method.plan(&leaf.data_type) {
        Ok(outcome) => {
            let is_grouped = schema.privacy.is_some() && rule.class == Class::Quasi;
            Ok(LeafPlan { outcome, leaf, beside: Vec::new(), is_unique: rule.is_unique, is_grouped })
        }
        Err(unsupported) => Err(PlanError::Rule(rule.fault(format!("leaf `{}`: {unsupported}", leaf.path), None))),
    }
}

/// A rule that cannot be applied where its leaf stands.
struct Misplaced {
    path: LeafPath,
    what: &'static str,
}

fn rule_fault(schema: &TableSchema, misplaced: Misplaced) -> PlanError {
    let what = format!("leaf `{}`: {}", misplaced.path, misplaced.what);
    let fault = schema.columns.get(&misplaced.path).map(|rule| rule.fault(what.clone(), None));
    PlanError::Rule(fault.unwrap_or_else(|| schema.fault(what, None)))
}

/// The field that is left when every leaf has become what it becomes; leaves are taken in Parquet's order.
fn output_field<'p>(field: &Field, plans: &mut Iter<'p, LeafPlan>) -> Result<Option<Field>, Misplaced> {
    let unnamed = LeafPath::column("");
    if children(&unnamed, field.data_type()).is_empty() {
        let plan = plans.next().expect("there is a plan for each leaf");
        return Ok(match &plan.outcome {
            Outcome::Removed => None,
            Outcome::Untouched => Some(bare(field, field.data_type().clone(), field.is_nullable())),
            Outcome::Becomes { data_type, nulls } => {
                Some(bare(field, data_type.clone(), field.is_nullable() || *nulls != Nulls::Kept))
            }
        });
    }
    let data_type = match field.data_type() {
        DataType::Struct(fields) => {
            let kept = fields.iter().map(|inner| output_field(inner, plans)).collect::<Result<Vec<_>, _>>()?;
            let kept: Fields = kept.into_iter().flatten().collect();
            (!kept.is_empty()).then_some(DataType::Struct(kept))
        }
        DataType::List(item) => output_field(item, plans)?.map(|item| DataType::List(named("element", item))),
        DataType::LargeList(item) => output_field(item, plans)?.map(|item| DataType::LargeList(named("element", item))),
        DataType::FixedSizeList(item, length) => {
            output_field(item, plans)?.map(|item| DataType::FixedSizeList(named("element", item), *length))
        }
        DataType::Map(entries, sorted) => {
            output_map(entries, plans)?.map(|entries| DataType::Map(named("key_value", entries), *sorted))
        }
        _ => None,
    };
    Ok(data_type.map(|data_type| bare(field, data_type, field.is_nullable())))
}

/// The pair of a map: both sides stay or both go, and a key is never null.
fn output_map<'p>(entries: &Field, plans: &mut Iter<'p, LeafPlan>) -> Result<Option<Field>, Misplaced> {
    let DataType::Struct(pair) = entries.data_type() else { return Ok(None) };
    let path = plans.as_slice().first().map_or_else(|| LeafPath::column(""), |plan| plan.leaf.path.clone());
    let misplaced = |what| Misplaced { path: path.clone(), what };
    let key = output_field(&pair[0], plans)?;
    let value = output_field(&pair[1], plans)?;
    match (key, value) {
        (None, None) => Ok(None),
        (Some(key), _) if key.is_nullable() && !pair[0].is_nullable() => {
            Err(misplaced("a key of a map cannot become null"))
        }
        (Some(key), Some(value)) => {
            let pair = Fields::from(vec![named("key", key), named("value", value)]);
            Ok(Some(bare(entries, DataType::Struct(pair), false)))
        }
        _ => Err(misplaced("key and value of a map are dropped together or not at all")),
    }
}

/// A field under the name that Parquet's LogicalTypes.md gives it: what a source calls it stands in no schema that anybody approved.
fn named(name: &str, field: Field) -> Arc<Field> {
    Arc::new(field.with_name(name))
}

/// A field without the metadata of its source.
fn bare(field: &Field, data_type: DataType, nullable: bool) -> Field {
    Field::new(field.name(), data_type, nullable)
}
