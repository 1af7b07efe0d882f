//! Which rows leave: those that are not deleted, for which every filter of the table holds, and so does their group.

use arrow::array::BooleanArray;
use arrow::buffer::BooleanBuffer;

use crate::plan::{Groups, Place, TablePlan};
use crate::source::{RawBatch, filters_hold};
use crate::survey::Standing;
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
/// They are those of its filters, and those of its groups, where some group is withheld; each once, in order.
pub fn asked(table: &TablePlan, masks: &Masks) -> Vec<usize> {
    let filters = table.asked.iter().map(|place| place.column);
    let grouped = withholding(table, masks).map(|(groups, _)| groups.quasi_columns());
    let mut columns: Vec<usize> = filters.chain(grouped.into_iter().flatten()).collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}

/// The groups of a table of which some are withheld.
fn withholding<'m>(table: &'m TablePlan, masks: &'m Masks) -> Option<(&'m Groups, &'m Standing)> {
    let standing = masks.standing(table).filter(|standing| standing.withholds())?;
    Some((table.groups.as_ref()?, standing))
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
    let columns: Vec<_> =
        self::asked(table, masks).into_iter().zip(asked.into_iter().flat_map(RawBatch::columns)).collect();
    let column = |index: usize| columns.iter().find(|(at, _)| *at == index).map(|(_, column)| *column);
    let filter = |place: &Place| Some(place.before(column(place.column)?)?.values);
    let filters = table.asked.iter().map(filter).collect::<Option<Vec<_>>>().ok_or(MaskError::Shape)?;
    let failed = |(column, error)| MaskError::Method(column, error);
    let mut marks = filters_hold(table, &masks.keys, rows, &filters).map_err(failed)?;
    let is_free = filters.is_empty() && stay.is_none();
    if let Some(stay) = &stay {
        marks = &marks & stay;
    }
    if let Some((groups, standing)) = withholding(table, masks) {
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
