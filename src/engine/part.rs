//! One part: a pure function of plan, part and secret, from fetched bytes to a sealed file.

use std::ops::Range;

use rayon::prelude::*;

use crate::account::doors::OpenProduction;
use crate::crew::Crew;
use crate::guard::{self, Clearance, ColumnGuard, GroupPassed, Passed, Uniques};
use crate::method::{Extent, Nulls, Outcome};
use crate::plan::{ColumnPlan, FileError, LeafPlan, Part, Plan, TablePlan};
use crate::schema::Form;
use crate::sink::{Coding, ColumnEncoder, ColumnLayout, EncodedColumn, Layout, PartEncoder, ReadyLeaf, SafePart};
use crate::source::{self, Onlooker, ReadLimits, RowGroup};
use crate::transform::{Chosen, Masks, asked, choose, mask, mask_distinct};

use super::{EngineError, together};

/// What every part of a run needs.
pub(super) struct Shared<'r> {
    pub(super) plan: &'r Plan,
    pub(super) layouts: Vec<Layout>,
    pub(super) production: OpenProduction<'r>,
    pub(super) masks: &'r Masks,
    pub(super) crew: &'r Crew,
    pub(super) limits: ReadLimits,
    pub(super) uniques: Uniques,
}

/// A column as encoded, none where it is removed, and what its guard saw.
pub(super) type Column = (Option<EncodedColumn>, Passed);

/// Reads, masks, guards and encodes a part of whole row groups. Columns of a row group go in parallel.
pub(super) fn whole(shared: &Shared<'_>, part: &Part, groups: Range<usize>) -> Result<SafePart, EngineError> {
    let (table, layout) = (&shared.plan.tables[part.table], &shared.layouts[part.table]);
    let file = &table.files[part.file];
    let mut encoder = PartEncoder::new(layout);
    let mut passed = Vec::with_capacity(groups.len());
    for index in groups {
        let open = || RowGroup::open(shared.production, file, index, table.read(), shared.limits);
        let group = shared.crew.call(shared.production.is_remote(), open)?;
        let chosen = shared.crew.work(|| rows_chosen(table, &group, shared.masks))?;
        let columns = table.columns.par_iter().zip(&layout.columns);
        let done =
            columns.map(|(plan, layout)| column(shared, table, &group, chosen.as_ref(), (plan, layout.as_ref())));
        let done = shared.crew.work(|| done.collect::<Vec<_>>());
        passed.push(gathered(&mut encoder, group.rows(), chosen.as_ref(), done)?);
    }
    sealed(encoder, shared, part, &passed)
}

/// Adds the columns of a row group to its file; what their guards saw.
pub(super) fn gathered(
    encoder: &mut PartEncoder<'_>,
    rows: usize,
    chosen: Option<&Chosen>,
    columns: Vec<Result<Column, EngineError>>,
) -> Result<GroupPassed, EngineError> {
    let (encoded, columns): (Vec<_>, Vec<_>) = together(columns)?.into_iter().unzip();
    let chosen = chosen.map(Chosen::rows);
    encoder.row_group(chosen.unwrap_or(rows), encoded.into_iter().flatten().collect())?;
    Ok(GroupPassed { chosen, columns })
}

/// Which rows of a row group leave; none where all do.
fn rows_chosen(table: &TablePlan, group: &RowGroup<'_>, masks: &Masks) -> Result<Option<Chosen>, EngineError> {
    let mut asked = source::Asked::new(group, table, &asked(table, masks))?;
    let rows = asked.take(group.rows())?;
    asked.end()?;
    Ok(choose(table, masks, rows.as_ref(), group.stays(0..group.rows()))?)
}

/// Ends a part of which every column has passed.
pub(super) fn sealed(
    encoder: PartEncoder<'_>,
    shared: &Shared<'_>,
    part: &Part,
    passed: &[GroupPassed],
) -> Result<SafePart, EngineError> {
    let table = &shared.plan.tables[part.table];
    let clearance = Clearance::of(table, part, passed, shared.masks.standing(table))?;
    Ok(encoder.seal(&clearance)?)
}

/// One column of one row group, from pages to pages.
fn column(
    shared: &Shared<'_>,
    table: &TablePlan,
    group: &RowGroup<'_>,
    chosen: Option<&Chosen>,
    (column, layout): (&ColumnPlan, Option<&ColumnLayout>),
) -> Result<Column, EngineError> {
    let mut guard = ColumnGuard::new(table, column, &shared.uniques, shared.masks);
    let Some(layout) = layout else { return Ok((None, guard.close())) };
    let task = Task { shared, table, group, column, layout };
    let mut ready = |index| if chosen.is_some() { Ok(None) } else { task.ready(index, &mut guard) };
    let ready = (0..layout.leaves.len()).map(&mut ready).collect::<Result<Vec<_>, EngineError>>()?;
    if ready.iter().all(Option::is_some) {
        return Ok((Some(EncodedColumn::ready(ready.into_iter().flatten().collect())), guard.close()));
    }
    let mut encoder = ColumnEncoder::new(layout, |leaf| coding(table, group, column, leaf), ready)?;
    let mut source = source::Rows::new(group, table, column)?;
    source.take::<EngineError>(group.rows(), chosen.map(Chosen::marks), |raw| {
        let safe = guard.admit(mask(table, column, shared.masks, raw)?)?;
        Ok(encoder.write(&safe)?)
    })?;
    source.end()?;
    Ok((Some(encoder.finish()?), guard.close()))
}

/// One column of one row group, and where it goes.
struct Task<'t> {
    shared: &'t Shared<'t>,
    table: &'t TablePlan,
    group: &'t RowGroup<'t>,
    column: &'t ColumnPlan,
    layout: &'t ColumnLayout,
}

impl Task<'_> {
    /// A leaf's pages where no row of it needs decoding: it is kept, or a method makes another dictionary of its own.
    ///
    /// `index` counts the leaves that are left.
    fn ready(&self, index: usize, guard: &mut ColumnGuard<'_>) -> Result<Option<ReadyLeaf>, EngineError> {
        let leaf = self.layout.leaves[index];
        let Some(chunk) = self.group.leaf(self.column, leaf) else { return Ok(None) };
        let plan = &self.column.leaves[leaf];
        match &plan.outcome {
            // Its values are held against each other, row by row.
            _ if plan.is_watched() => Ok(None),
            Outcome::Untouched if self.layout.takes_values(index, chunk, &plan.leaf.data_type) => {
                self.kept(leaf, guard)
            }
            // Of a map the keys are held against each other.
            Outcome::Becomes { nulls: Nulls::Kept, .. }
                if self.is_by_value(plan)
                    && !plan.leaf.path.is_key()
                    && self.layout.takes_indices(index, chunk)
                    && self.group.repeats(self.column, leaf) =>
            {
                self.translated(leaf, guard)
            }
            _ => Ok(None),
        }
    }

    /// Whether equal values become equal ones, whatever stands beside them.
    fn is_by_value(&self, plan: &LeafPlan) -> bool {
        plan.beside.is_empty() && self.column.extent == Extent::Value
    }

    fn kept(&self, leaf: usize, guard: &mut ColumnGuard<'_>) -> Result<Option<ReadyLeaf>, EngineError> {
        let mut watch = guard.watch(leaf);
        let onlooker = watch.as_mut().map(|watch| watch as &mut dyn Onlooker);
        let Some(chunk) = self.group.sound(self.column, leaf, onlooker)? else { return Ok(None) };
        Ok(Some(ReadyLeaf::kept(guard.admit_pages(leaf, chunk, watch)?)))
    }

    /// Masks each distinct value once; rows keep their indices.
    fn translated(&self, leaf: usize, guard: &mut ColumnGuard<'_>) -> Result<Option<ReadyLeaf>, EngineError> {
        let Some(chunk) = self.group.sound(self.column, leaf, None)? else { return Ok(None) };
        let Some(entries) = &chunk.dictionary else { return Ok(None) };
        let masked = mask_distinct(self.table, &self.column.leaves[leaf], self.shared.masks, entries)?;
        let safe = guard.admit_distinct(leaf, masked)?;
        let indices = guard.admit_indices(leaf, chunk, &safe)?;
        let rows = || Ok::<_, EngineError>(self.group.indexed_rows(self.column, leaf)?);
        ReadyLeaf::translated(&safe, indices, rows).map(Some)
    }
}

/// Tokens of values that do not repeat are random bytes: a dictionary or a codec would only cost time.
pub(super) fn coding(table: &TablePlan, group: &RowGroup<'_>, column: &ColumnPlan, leaf: usize) -> Coding {
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
    limits: ReadLimits,
    rows: usize,
) -> Result<arrow::array::RecordBatch, EngineError> {
    if let Form::Records { .. } = table.schema.form {
        return super::records::preview(table, production, masks, rows);
    }
    let columns: Vec<_> = table.columns.iter().filter(|column| column.output.is_some()).collect();
    let file = table.files.iter().find(|file| !file.row_groups().is_empty());
    let group = file.map(|file| RowGroup::open(production, file, 0, table.read(), limits)).transpose()?;
    let first = columns.iter().map(|column| first_rows(table, group.as_ref(), column, masks, rows));
    let (shown, passed): (Vec<_>, Vec<_>) = together(first.collect())?.into_iter().unzip();
    let left = passed.first().map_or(0, Passed::rows);
    guard::groups_hold(table, masks.standing(table), &passed, left)?;
    shown_rows(table, shown)
}

/// The output's columns as rows to look at.
pub(super) fn shown_rows(
    table: &TablePlan,
    shown: Vec<arrow::array::ArrayRef>,
) -> Result<arrow::array::RecordBatch, EngineError> {
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
) -> Result<(arrow::array::ArrayRef, Passed), EngineError> {
    let output = column.output.as_ref().ok_or(FileError::Damaged("a column is removed"))?;
    let (mut shown, mut missing) = (vec![arrow::array::new_empty_array(output.data_type())], rows);
    let uniques = Uniques::of([table]);
    let mut guard = ColumnGuard::new(table, column, &uniques, masks);
    if let Some(group) = group {
        let chosen = rows_chosen(table, group, masks)?;
        let marks = chosen.as_ref().map(Chosen::marks);
        source::Rows::new(group, table, column)?.take::<EngineError>(group.rows(), marks, |raw| {
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
    let first = arrow::compute::concat(&pieces).map_err(|_| FileError::Damaged("a column cannot be shown"))?;
    Ok((first, guard.close()))
}
