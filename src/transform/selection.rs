//! Which rows leave: those that are not deleted, and for which every filter of the table holds.

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::buffer::BooleanBuffer;

use crate::method::hash_rows;
use crate::plan::TablePlan;
use crate::schema::{Filter, Test};
use crate::source::RawBatch;
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

/// Chooses among some rows of the table by the columns of its filters, in their order, and by which of them `stay`, where
/// some are deleted; none where all leave.
///
/// # Errors
/// Where a column is not of the type that was planned.
pub fn choose(
    table: &TablePlan,
    masks: &Masks,
    asked: Option<&RawBatch>,
    stay: Option<BooleanBuffer>,
) -> Result<Option<Chosen>, MaskError> {
    let Some(rows) = asked.map(RawBatch::rows).or(stay.as_ref().map(BooleanBuffer::len)) else { return Ok(None) };
    let mut all = stay.unwrap_or_else(|| BooleanBuffer::new_set(rows));
    let columns = asked.into_iter().flat_map(|asked| std::iter::once(&asked.array).chain(&asked.beside));
    for (filter, column) in table.schema.filters.iter().zip(columns) {
        all = &all & &holds(filter, column, masks)?;
    }
    Ok(Some(Chosen(BooleanArray::new(all, None))))
}

/// The rows for which a filter holds; a null belongs to nobody and is in no sample.
fn holds(filter: &Filter, column: &ArrayRef, masks: &Masks) -> Result<BooleanBuffer, MaskError> {
    let failed = |error| MaskError::Method(filter.column.clone(), error);
    match &filter.test {
        Test::Holds(conditions) => {
            let mut all = BooleanBuffer::new_set(column.len());
            for condition in conditions {
                all = &all & &condition.holds(column).map_err(failed)?;
            }
            Ok(all)
        }
        Test::Sampled { domain, rate } => {
            let mut marks = vec![false; column.len()];
            // All hashes are 2⁶⁴ many: a product of doubles that IEEE 754 fixes to the last bit.
            let below = (rate * 2f64.powi(64)) as u64;
            hash_rows(masks.keys.of(domain).map_err(failed)?, column, |row, hash| {
                let word = [hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]];
                marks[row] = u64::from_le_bytes(word) < below;
            });
            Ok(marks.into())
        }
    }
}
