//! Which rows a table's filters let leave.

use arrow::array::{Array, ArrayRef};
use arrow::buffer::BooleanBuffer;

use crate::method::{ApplyError, Keys, hash_rows};
use crate::plan::TablePlan;
use crate::schema::{Filter, LeafPath, Test};

/// The rows for which every filter of a table holds; `columns` are those of the filters, in their order.
///
/// # Errors
/// Where a column is not of the type that was planned, with the filter's column.
pub fn filters_hold(
    table: &TablePlan,
    keys: &Keys,
    rows: usize,
    columns: &[ArrayRef],
) -> Result<BooleanBuffer, (LeafPath, ApplyError)> {
    let mut all = BooleanBuffer::new_set(rows);
    for (filter, column) in table.schema.filters.iter().zip(columns) {
        all = &all & &holds(filter, column, keys).map_err(|error| (filter.column.clone(), error))?;
    }
    Ok(all)
}

/// The rows for which a filter holds; a null belongs to nobody and is in no sample.
fn holds(filter: &Filter, column: &ArrayRef, keys: &Keys) -> Result<BooleanBuffer, ApplyError> {
    match &filter.test {
        Test::Holds(conditions) => {
            let mut all = BooleanBuffer::new_set(column.len());
            for condition in conditions {
                all = &all & &condition.holds(column)?;
            }
            Ok(all)
        }
        Test::Sampled { domain, rate } => {
            let mut marks = vec![false; column.len()];
            // All hashes are 2⁶⁴ many: a product of doubles that IEEE 754 fixes to the last bit.
            let below = (rate * 2f64.powi(64)) as u64;
            hash_rows(keys.of(domain)?, column, |row, hash| {
                let word = [hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7]];
                marks[row] = u64::from_le_bytes(word) < below;
            });
            Ok(marks.into())
        }
    }
}
