//! Which rows leave: those that are not deleted, for which every filter of the table holds, and so does their group.

use arrow::array::BooleanArray;
use arrow::buffer::BooleanBuffer;

use crate::plan::TablePlan;
use crate::source::{RawBatch, filters_hold};
use crate::transform::{MaskError, Masks};

/// Which of some rows leave. Only [`choose`] makes one.
#[derive(Debug, Clone)]
pub struct Chosen(BooleanArray);

impl Chosen {
    /// How many rows leave.
    pub fn rows(&self) -> usize {
        self.0.true_count()
    }

    /// A row for each that there was: whether it leaves.
    pub fn marks(&self) -> &BooleanArray {
        &self.0
    }
}

/// The columns by which rows of a table are chosen, as places among the table's; none where every row leaves.
///
/// First those of its filters, in their order, then those of its groups, where some group is withheld.
pub fn asked(table: &TablePlan, masks: &Masks) -> Vec<usize> {
    let withheld = masks.standing(table).filter(|standing| standing.withholds());
    let grouped = withheld.and(table.groups.as_ref()).map(|groups| groups.quasi_columns());
    table.asked.iter().copied().chain(grouped.into_iter().flatten()).collect()
}

/// Chooses among some rows of the table by the columns that are [asked], and by which of them `stay`, where some are
/// deleted; none where none is deleted, no filter stands and all leave.
///
/// # Errors
/// Where a column is not of the type that was planned, or a row is in a group that nobody knows.
pub fn choose(
    table: &TablePlan,
    masks: &Masks,
    asked: Option<&RawBatch>,
    stay: Option<BooleanBuffer>,
) -> Result<Option<Chosen>, MaskError> {
    let Some(rows) = asked.map(RawBatch::rows).or(stay.as_ref().map(BooleanBuffer::len)) else { return Ok(None) };
    let columns = asked.into_iter().flat_map(RawBatch::columns).enumerate();
    let (filters, grouped): (Vec<_>, Vec<_>) = columns.partition(|(at, _)| *at < table.asked.len());
    let filters: Vec<_> = filters.into_iter().map(|(_, column)| column.clone()).collect();
    let failed = |(column, error)| MaskError::Method(column, error);
    let mut marks = filters_hold(table, &masks.keys, rows, &filters).map_err(failed)?;
    let is_free = filters.is_empty() && stay.is_none();
    if let Some(stay) = &stay {
        marks = &marks & stay;
    }
    if let (Some(standing), Some(groups)) = (masks.standing(table), &table.groups)
        && !grouped.is_empty()
    {
        let columns = groups.quasi_columns();
        let column = |index: usize| columns.iter().zip(&grouped).find(|(at, _)| **at == index).map(|(_, (_, of))| *of);
        let names = masks.names(table, groups, standing, rows, column)?;
        let held = names.iter().zip(&marks).map(|(name, passes)| !passes || standing.holds(*name).is_some());
        if !held.into_iter().all(|known| known) {
            return Err(MaskError::Group);
        }
        marks = names.iter().zip(&marks).map(|(name, passes)| passes && standing.holds(*name) == Some(true)).collect();
    }
    let all = is_free && marks.count_set_bits() == rows;
    Ok((!all).then(|| Chosen(BooleanArray::new(marks, None))))
}
