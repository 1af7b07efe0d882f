//! Objects of records: read on and on from their start, and each part takes its rows.

use arrow::array::{RecordBatch, new_empty_array};
use arrow::compute::{concat, filter_record_batch};
use arrow::datatypes::FieldRef;
use rayon::prelude::*;

use crate::account::doors::OpenProduction;
use crate::guard::{self, Clearance, ColumnGuard, GroupPassed, Passed, SafeBatch, Uniques};
use crate::plan::{ColumnPlan, FileError, Part, Rows, SourceFile, TablePlan};
use crate::schema::{Form, Output};
use crate::sink::{self, Coding, ColumnEncoder, ColumnLayout, PartEncoder, SafePart, Written};
use crate::source::Records;
use crate::transform::{Masks, asked, choose, mask};

use super::part::{Column, Shared, sealed, shown_rows};
use super::{EngineError, together};

/// Of how many rows a preview shows the first that leave.
const PREVIEWED: usize = 8 * 1024;

/// Carries the parts of one object over, one after the other; columns go in parallel.
pub(super) fn stream(
    shared: &Shared<'_>,
    parts: &[Part],
    mut write: impl FnMut(&Part, SafePart) -> Result<Written, EngineError>,
) -> Result<Vec<Written>, EngineError> {
    let Some(first) = parts.first() else { return Ok(Vec::new()) };
    let table = &shared.plan.tables[first.table];
    let file = &table.files[first.file];
    let mut records = Records::open(shared.production, table, file)?;
    let mut written = Vec::with_capacity(parts.len());
    for part in parts {
        let Rows::Records(rows) = &part.rows else { return Err(EngineError::Bug) };
        let batches = shared.crew.call(shared.production.is_remote(), || records.take(rows.len()))?;
        let (batches, chosen) = only_chosen(table, file, shared.masks, batches)?;
        let of = Taken { shared, table, file, batches: &batches, chosen };
        let safe = match table.schema.form {
            Form::Records { output: Output::Same, .. } => of.as_records(part)?,
            _ => of.as_pages(part, rows.len())?,
        };
        written.push(write(part, safe)?);
    }
    records.end()?;
    Ok(written)
}

/// The rows of one part.
struct Taken<'t> {
    shared: &'t Shared<'t>,
    table: &'t TablePlan,
    file: &'t SourceFile,
    batches: &'t [RecordBatch],
    /// How many rows these are, where the table's filters have chosen them.
    chosen: Option<usize>,
}

/// The rows that leave, and how many they are where not all do.
fn only_chosen(
    table: &TablePlan,
    file: &SourceFile,
    masks: &Masks,
    batches: Vec<RecordBatch>,
) -> Result<(Vec<RecordBatch>, Option<usize>), EngineError> {
    let columns = asked(table, masks);
    if columns.is_empty() {
        return Ok((batches, None));
    }
    let mut left = Vec::with_capacity(batches.len());
    for batch in &batches {
        let Some(asked) = Records::asked(file, table, &columns, batch) else { return Err(EngineError::Bug) };
        left.push(match choose(table, masks, Some(&asked), None)? {
            Some(chosen) => filter_record_batch(batch, chosen.marks()).map_err(|_| EngineError::Bug)?,
            None => batch.clone(),
        });
    }
    let rows = left.iter().map(RecordBatch::num_rows).sum();
    Ok((left, Some(rows)))
}

impl Taken<'_> {
    fn as_pages(&self, part: &Part, rows: usize) -> Result<SafePart, EngineError> {
        let layout = &self.shared.layouts[part.table];
        let columns = self.table.columns.par_iter().zip(&layout.columns);
        let done = columns.map(|(column, layout)| self.pages(column, layout.as_ref()));
        let mut encoder = PartEncoder::new(layout);
        let (encoded, columns) = self.columns(done)?;
        encoder.row_group(self.chosen.unwrap_or(rows), encoded.into_iter().flatten().collect())?;
        let passed = GroupPassed { chosen: self.chosen, columns };
        sealed(encoder, self.shared, part, &[passed])
    }

    fn pages(&self, column: &ColumnPlan, layout: Option<&ColumnLayout>) -> Result<Column, EngineError> {
        let mut guard = self.guard(column);
        let Some(layout) = layout else { return Ok((None, guard.close())) };
        let ready = layout.leaves.iter().map(|_| None).collect();
        let mut encoder = ColumnEncoder::new(layout, |_| Coding::Dictionary, ready)?;
        self.masked(column, &mut guard, |safe| Ok(encoder.write(&safe)?))?;
        Ok((Some(encoder.finish()?), guard.close()))
    }

    fn as_records(&self, part: &Part) -> Result<SafePart, EngineError> {
        let columns = self.table.columns.par_iter().map(|column| self.rows(column));
        let (columns, passed) = self.columns(columns)?;
        let passed = GroupPassed { chosen: self.chosen, columns: passed };
        let clearance = Clearance::of(self.table, part, &[passed], self.shared.masks.standing(self.table))?;
        Ok(sink::records(self.table, &self.file.object.key, columns, &clearance)?)
    }

    /// Works all columns through, in parallel.
    fn columns<T: Send>(
        &self,
        work: impl IndexedParallelIterator<Item = Result<(T, Passed), EngineError>>,
    ) -> Result<(Vec<T>, Vec<Passed>), EngineError> {
        let done: Vec<_> = self.shared.crew.work(|| work.collect());
        Ok(together(done)?.into_iter().unzip())
    }

    fn rows(&self, column: &ColumnPlan) -> Result<(Vec<SafeBatch>, Passed), EngineError> {
        let (mut guard, mut batches) = (self.guard(column), Vec::with_capacity(self.batches.len()));
        if column.output.is_some() {
            self.masked(column, &mut guard, |safe| {
                batches.push(safe);
                Ok(())
            })?;
        }
        Ok((batches, guard.close()))
    }

    fn guard<'g>(&'g self, column: &'g ColumnPlan) -> ColumnGuard<'g> {
        ColumnGuard::new(self.table, column, &self.shared.uniques, self.shared.masks)
    }

    fn masked(
        &self,
        column: &ColumnPlan,
        guard: &mut ColumnGuard<'_>,
        mut each: impl FnMut(SafeBatch) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        for raw in Records::column(self.file, self.table, column, self.batches)? {
            each(guard.admit(mask(self.table, column, self.shared.masks, raw)?)?)?;
        }
        Ok(())
    }
}

/// Some first masked rows of a table, for a preview.
pub(super) fn preview(
    table: &TablePlan,
    production: OpenProduction<'_>,
    masks: &Masks,
    rows: usize,
) -> Result<RecordBatch, EngineError> {
    let with_rows = table.files.iter().find(|file| file.rows() > 0);
    // Enough to choose from.
    let looked_at = |file: &SourceFile| rows.max(PREVIEWED).min(file.rows() as usize);
    let batches = with_rows.map(|file| Records::open(production, table, file)?.take(looked_at(file)));
    let mut batches = batches.transpose()?.unwrap_or_default();
    if let Some(file) = with_rows {
        batches = only_chosen(table, file, masks, batches)?.0;
    }
    let uniques = Uniques::of([table]);
    let first = |(column, output): (&ColumnPlan, &FieldRef)| -> Result<_, EngineError> {
        let mut guard = ColumnGuard::new(table, column, &uniques, masks);
        let mut pieces = vec![new_empty_array(output.data_type())];
        for raw in with_rows.map_or(Ok(Vec::new()), |file| Records::column(file, table, column, &batches))? {
            pieces.extend(guard.admit(mask(table, column, masks, raw)?)?.array().cloned());
        }
        let pieces: Vec<_> = pieces.iter().map(AsRef::as_ref).collect();
        let all = concat(&pieces).map_err(|_| FileError::Damaged("a column cannot be shown"))?;
        Ok((all.slice(0, rows.min(all.len())), guard.close()))
    };
    let columns = table.columns.iter().filter_map(|column| Some((column, column.output.as_ref()?)));
    let (shown, passed): (Vec<_>, Vec<_>) = together(columns.map(first).collect())?.into_iter().unzip();
    let left = passed.first().map_or(0, Passed::rows);
    guard::groups_hold(table, masks.standing(table), &passed, left)?;
    shown_rows(table, shown)
}
