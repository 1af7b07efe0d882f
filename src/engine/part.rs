//! One part: a pure function of plan, part and secret, from fetched bytes to a sealed file.

use rayon::prelude::*;

use crate::account::doors::OpenProduction;
use crate::guard::{Clearance, ColumnGuard, Passed, SafeChunk};
use crate::method::Outcome;
use crate::plan::{ColumnPlan, FileError, Part, Plan, TablePlan};
use crate::sink::{Coding, ColumnEncoder, EncodedColumn, Layout, PartEncoder, SafePart};
use crate::source::RowGroup;
use crate::transform::{Masks, mask};

use super::EngineError;

/// What every part of a run needs.
pub(super) struct Shared<'r> {
    pub(super) plan: &'r Plan,
    pub(super) layouts: &'r [Layout],
    pub(super) production: OpenProduction<'r>,
    pub(super) masks: &'r Masks,
    pub(super) memory: u64,
}

/// Reads, masks, guards and encodes a part. Columns of a row group go in parallel.
pub(super) fn process(shared: &Shared<'_>, part: &Part) -> Result<SafePart, EngineError> {
    let table = &shared.plan.tables[part.table];
    let mut encoder = PartEncoder::new(&shared.layouts[part.table])?;
    let mut passed = Vec::with_capacity(part.row_groups.len());
    for index in part.row_groups.clone() {
        let wanted = table.columns.iter().filter(|column| column.output.is_some());
        let group = RowGroup::fetch(shared.production, &table.files[part.file], index, wanted, shared.memory)?;
        let done: Vec<(Option<EncodedColumn>, Passed)> = table
            .columns
            .par_iter()
            .map(|column| self::column(shared, table, &group, column))
            .collect::<Result<_, _>>()?;
        let (encoded, of_group): (Vec<_>, Vec<_>) = done.into_iter().unzip();
        encoder.row_group(encoded.into_iter().flatten().collect())?;
        passed.push(of_group);
    }
    let clearance = Clearance::of(table, part, &passed)?;
    Ok(encoder.seal(&clearance)?)
}

/// One column of one row group, from pages to pages.
fn column(
    shared: &Shared<'_>,
    table: &TablePlan,
    group: &RowGroup<'_>,
    column: &ColumnPlan,
) -> Result<(Option<EncodedColumn>, Passed), EngineError> {
    let mut guard = ColumnGuard::new(column);
    let mut kept = kept_pages(group, column, &guard)?;
    let coding = |leaf: usize| coding(table, group, column, leaf);
    let Some(mut encoder) = ColumnEncoder::new(column, coding, |leaf| kept[leaf].take())? else {
        return Ok((None, guard.close()));
    };
    group.read::<EngineError>(column, |raw| {
        let safe = guard.admit(mask(table, column, shared.masks, raw)?)?;
        Ok(encoder.write(&safe)?)
    })?;
    Ok((Some(encoder.finish()?), guard.close()))
}

/// The pages of every leaf that is kept as it is, where they hold nothing but its rows.
fn kept_pages(
    group: &RowGroup<'_>,
    column: &ColumnPlan,
    guard: &ColumnGuard<'_>,
) -> Result<Vec<Option<SafeChunk>>, EngineError> {
    let pages = |leaf: usize| -> Result<Option<SafeChunk>, EngineError> {
        if !matches!(column.leaves[leaf].outcome, Outcome::Untouched) {
            return Ok(None);
        }
        let chunk = group.encoded(column, leaf)?;
        Ok(chunk.map(|chunk| guard.admit_encoded(leaf, chunk)).transpose()?)
    };
    (0..column.leaves.len()).map(pages).collect()
}

/// Tokens of values that do not repeat are random bytes: a dictionary or a codec would only cost time.
fn coding(table: &TablePlan, group: &RowGroup<'_>, column: &ColumnPlan, leaf: usize) -> Coding {
    let rule = table.schema.columns.get(&column.leaves[leaf].leaf.path);
    let random = rule.is_some_and(|rule| rule.entry.name == "pseudonym");
    if random && !group.repeats(column, leaf) { Coding::Plain } else { Coding::Dictionary }
}

/// Some first masked rows of a table, for a preview: nothing is encoded or written.
///
/// # Errors
/// As a run would have them.
pub fn preview(
    table: &TablePlan,
    production: OpenProduction<'_>,
    masks: &Masks,
    rows: usize,
) -> Result<arrow::array::RecordBatch, EngineError> {
    let columns: Vec<_> = table.columns.iter().filter(|column| column.output.is_some()).collect();
    let file = table.files.iter().find(|file| !file.footer.row_groups().is_empty());
    let mut shown = Vec::with_capacity(columns.len());
    let group = file.map(|file| RowGroup::fetch(production, file, 0, columns.iter().copied(), u64::MAX)).transpose()?;
    for column in &columns {
        shown.push(first_rows(table, group.as_ref(), column, masks, rows)?);
    }
    let schema = std::sync::Arc::new(arrow::datatypes::Schema::new(table.output()));
    let options = arrow::array::RecordBatchOptions::new().with_row_count(shown.first().map(|array| array.len()));
    arrow::array::RecordBatch::try_new_with_options(schema, shown, &options)
        .map_err(|_| FileError::Damaged("columns differ in length").into())
}

fn first_rows(
    table: &TablePlan,
    group: Option<&RowGroup<'_>>,
    column: &ColumnPlan,
    masks: &Masks,
    rows: usize,
) -> Result<arrow::array::ArrayRef, EngineError> {
    let output = column.output.as_ref().ok_or(FileError::Damaged("a column is removed"))?;
    let (mut shown, mut missing) = (vec![arrow::array::new_empty_array(output.data_type())], rows);
    let mut guard = ColumnGuard::new(column);
    if let Some(group) = group {
        group.read::<EngineError>(column, |raw| {
            let safe = guard.admit(mask(table, column, masks, raw)?)?;
            if let Some(array) = safe.array() {
                let taken = missing.min(array.len());
                shown.push(array.slice(0, taken));
                missing -= taken;
            }
            Ok(())
        })?;
    }
    let pieces: Vec<&dyn arrow::array::Array> = shown.iter().map(AsRef::as_ref).collect();
    Ok(arrow::compute::concat(&pieces).map_err(|_| FileError::Damaged("a column cannot be shown"))?)
}
