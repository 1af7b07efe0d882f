//! Which leaves of a table are looked at, and where they stand.

use super::RiskError;
use super::code::is_coded;
use crate::plan::TablePlan;
use crate::schema::{Class, LeafPath};

/// A leaf, and the place of its column among the table's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub leaf: LeafPath,
    pub column: usize,
}

/// The leaves that identify in combination, those that harm, and whose rows these are.
#[derive(Debug)]
pub struct Looked {
    /// The quasi-identifiers first.
    pub leaves: Vec<Place>,
    quasi: usize,
    pub subject: Option<Place>,
}

impl Looked {
    /// The leaves of a table, in the order of the source.
    ///
    /// # Errors
    /// Where there is no quasi-identifier, or a leaf's values cannot be told apart.
    pub fn of(table: &TablePlan) -> Result<Self, RiskError> {
        let mut leaves = of_class(table, Class::Quasi)?;
        let quasi = leaves.len();
        if quasi == 0 {
            return Err(RiskError::NoQuasi(table.schema.table.clone()));
        }
        leaves.extend(of_class(table, Class::Sensitive)?);
        let subject = table.schema.subject.as_ref().and_then(|path| place(table, path));
        Ok(Looked { leaves, quasi, subject })
    }

    /// The quasi-identifiers, as places among the leaves.
    pub fn quasi(&self) -> std::ops::Range<usize> {
        0..self.quasi
    }

    /// The sensitive leaves, as places among the leaves.
    pub fn sensitive(&self) -> std::ops::Range<usize> {
        self.quasi..self.leaves.len()
    }

    /// The leaves of one column, as places among all.
    pub fn of_column(&self, column: usize) -> impl Iterator<Item = (usize, &LeafPath)> {
        let here = self.leaves.iter().enumerate().filter(move |(_, place)| place.column == column);
        here.map(|(at, place)| (at, &place.leaf))
    }

    /// The columns that hold the leaves, each once.
    pub fn columns(&self) -> Vec<usize> {
        let mut columns: Vec<usize> = self.leaves.iter().map(|place| place.column).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

fn of_class(table: &TablePlan, class: Class) -> Result<Vec<Place>, RiskError> {
    let is_class = |leaf: &LeafPath| table.schema.columns.get(leaf).is_some_and(|rule| rule.class == class);
    let columns = table.columns.iter().enumerate();
    let leaves = columns.flat_map(|(column, plan)| plan.leaves.iter().map(move |plan| (column, plan)));
    let wanted = leaves.filter(|(_, plan)| is_class(&plan.leaf.path));
    let coded = |(column, plan): (usize, &crate::plan::LeafPlan)| {
        let is_known = is_coded(&plan.leaf.data_type) && plan.after().is_none_or(is_coded);
        let place = Place { leaf: plan.leaf.path.clone(), column };
        if is_known { Ok(place) } else { Err(RiskError::Type(place.leaf)) }
    };
    wanted.map(coded).collect()
}

fn place(table: &TablePlan, leaf: &LeafPath) -> Option<Place> {
    let holds = |column: &crate::plan::ColumnPlan| column.leaves.iter().any(|plan| plan.leaf.path == *leaf);
    table.columns.iter().position(holds).map(|column| Place { leaf: leaf.clone(), column })
}
