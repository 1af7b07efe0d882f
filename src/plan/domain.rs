//! Leaves that share a domain, and whether their equal values become equal ones.

use std::fmt;

use arrow::datatypes::DataType;

use crate::method::comparable;
use crate::plan::{LeafPlan, TablePlan};
use crate::schema::Column;

/// Whether values of two leaves can be equal, and are then treated as such. A UUID in its bytes is not the text of one.
pub fn alike(one: (&TablePlan, &LeafPlan), other: (&TablePlan, &LeafPlan)) -> bool {
    use DataType::{FixedSizeBinary, LargeUtf8, Utf8, Utf8View};
    let apart = |(table, bytes): (&TablePlan, &LeafPlan), text: &LeafPlan| {
        bytes.leaf.data_type == FixedSizeBinary(16)
            && matches!(text.leaf.data_type, Utf8 | LargeUtf8 | Utf8View)
            && table.is_uuid(&bytes.leaf.path)
    };
    comparable(&one.1.leaf.data_type, &other.1.leaf.data_type) && !apart(one, other.1) && !apart(other, one.1)
}

/// A leaf, its table and its rule.
#[derive(Clone, Copy)]
pub struct End<'p> {
    table: &'p TablePlan,
    plan: &'p LeafPlan,
    rule: &'p Column,
}

impl End<'_> {
    /// Whether equal values become equal whatever stands beside them: a persona's fakes agree by whose they are.
    pub fn joins(&self) -> bool {
        self.rule.method.beside().is_empty()
    }

    /// Why equal values of two ends do not become equal, if they do not.
    pub fn differs(&self, other: &End<'_>) -> Option<&'static str> {
        let means = |end: &End<'_>| (end.rule.entry.name, end.rule.method.agreement());
        match self {
            _ if self.plan.outcome != other.plan.outcome => Some("become different types"),
            _ if means(self) != means(other) => Some("have different methods or options"),
            _ if !alike((self.table, self.plan), (other.table, other.plan)) => Some("hold different kinds of value"),
            _ => None,
        }
    }
}

impl fmt::Display for End<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table.schema.table, self.plan.leaf.path)
    }
}

/// Every leaf of a plan's tables that shares a domain, for the check that both ends of a link agree.
pub fn domains(tables: &[TablePlan]) -> impl Iterator<Item = (&str, End<'_>)> {
    let leaves = tables
        .iter()
        .flat_map(|table| table.columns.iter().flat_map(|column| &column.leaves).map(move |plan| (table, plan)));
    leaves.filter_map(|(table, plan)| {
        let rule = table.schema.columns.get(&plan.leaf.path)?;
        rule.method.whole().map(|domain| (domain, End { table, plan, rule }))
    })
}
