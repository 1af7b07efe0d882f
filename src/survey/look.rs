//! Some columns of a table, read together from its first row to its last: of rows those that leave as filters say.

use std::convert::Infallible;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::compute::filter;

use super::{Cause, SurveyError, located};
use crate::account::doors::OpenProduction;
use crate::crew::Crew;
use crate::method::Keys;
use crate::plan::{Content, FileError, Place, Placed, SourceFile, TablePlan};
use crate::source::{Asked, RawBatch, ReadLimits, Records, RowGroup, each_leaf, filters_hold};

/// Rows that are looked at at once.
const ROWS: usize = 64 * 1024;

/// What reading takes.
#[derive(Clone, Copy)]
pub struct Means<'m> {
    pub production: OpenProduction<'m>,
    pub crew: &'m Crew,
    pub limits: ReadLimits,
    pub keys: &'m Keys,
}

/// A table and those of its columns that are read.
pub struct Look<'l> {
    table: &'l TablePlan,
    /// As places among the table's, in order, each once; those of filters among them.
    columns: Vec<usize>,
}

/// Rows of the columns that are read.
pub struct Looked {
    columns: Vec<(usize, ArrayRef)>,
    rows: usize,
}

impl Looked {
    /// How many rows these are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    fn column(&self, index: usize) -> Result<&ArrayRef, FileError> {
        let column = self.columns.iter().find(|(known, _)| *known == index).map(|(_, column)| column);
        column.ok_or(FileError::Damaged("a column is not the one that was planned"))
    }

    /// The values of a leaf that has one a row.
    ///
    /// # Errors
    /// Where the column is not as planned.
    pub fn values(&self, place: &Place) -> Result<Placed, FileError> {
        let values = place.before(self.column(place.column)?);
        values.ok_or(FileError::Damaged("a column is not the one that was planned"))
    }

    /// All values of any leaf of a column, whatever rows they stand in.
    ///
    /// # Errors
    /// Where the column is not as planned.
    pub fn all_values(&self, column: usize, leaf: usize) -> Result<ArrayRef, FileError> {
        let values = leaf_of(self.column(column)?, leaf);
        values.ok_or(FileError::Damaged("a column is not the one that was planned"))
    }
}

/// The leaf of this place among an array's leaves; of lists and maps only the values that some row holds.
pub(super) fn leaf_of(array: &ArrayRef, place: usize) -> Option<ArrayRef> {
    let mut found = None;
    let Ok(()) = each_leaf(array, |leaf, values| {
        if leaf == place {
            found = Some(values.clone());
        }
        Ok::<_, Infallible>(())
    });
    found
}

/// Some of an object's rows.
enum Task<'t> {
    RowGroup(&'t SourceFile, usize),
    Records(&'t SourceFile),
}

impl<'l> Look<'l> {
    /// At these of a table's columns.
    pub fn at(table: &'l TablePlan, columns: impl IntoIterator<Item = usize>) -> Self {
        let mut columns: Vec<usize> = table.asked.iter().map(|place| place.column).chain(columns).collect();
        columns.sort_unstable();
        columns.dedup();
        Look { table, columns }
    }

    /// Hands all rows to `each`, in batches, several at once and in no order. Batches of one row group, or of one object
    /// of records, come one after the other.
    ///
    /// # Errors
    /// Where an object cannot be read, or `each` fails.
    pub fn each(&self, means: Means<'_>, each: impl Fn(Looked) -> Result<(), Cause> + Sync) -> Result<(), SurveyError> {
        let tasks: Vec<Task<'_>> = self.table.files.iter().flat_map(tasks).collect();
        let is_remote = means.production.is_remote();
        means.crew.each(&tasks, is_remote, |task| {
            let (file, looked) = match task {
                Task::RowGroup(file, group) => (file, self.row_group(means, file, *group, &each)),
                Task::Records(file) => (file, means.crew.call(is_remote, || self.records(means, file, &each))),
            };
            looked.map_err(|cause| located(self.table, self.table.place_of(file), cause))
        })?;
        Ok(())
    }

    fn row_group(
        &self,
        means: Means<'_>,
        file: &SourceFile,
        index: usize,
        each: &(impl Fn(Looked) -> Result<(), Cause> + Sync),
    ) -> Result<(), Cause> {
        let columns = self.columns.iter().map(|column| &self.table.columns[*column]);
        let open = || RowGroup::open(means.production, file, index, columns, means.limits);
        let group = means.crew.call(means.production.is_remote(), open)?;
        means.crew.work(|| {
            let mut rows = Asked::new(&group, self.table, &self.columns)?;
            let mut at = 0;
            while at < group.rows() {
                let next = at..group.rows().min(at + ROWS);
                at = next.end;
                let batch = rows.take(next.len())?.ok_or(FileError::Damaged("a column is missing"))?;
                each(self.looked(means.keys, &group.staying(batch, next)?)?)?;
            }
            Ok(rows.end()?)
        })
    }

    fn records(
        &self,
        means: Means<'_>,
        file: &SourceFile,
        each: &impl Fn(Looked) -> Result<(), Cause>,
    ) -> Result<(), Cause> {
        let mut looked = Ok(());
        Records::open(means.production, self.table, file)?.measure(|batch| {
            let Some(batch) = Records::asked(file, self.table, &self.columns, batch) else { return };
            if looked.is_ok() {
                looked = self.looked(means.keys, &batch).and_then(each);
            }
        })?;
        looked
    }

    /// The rows of a batch that leave as filters say.
    fn looked(&self, keys: &Keys, batch: &RawBatch) -> Result<Looked, Cause> {
        let columns = self.columns.iter().copied().zip(batch.columns().cloned());
        let looked = Looked { columns: columns.collect(), rows: batch.rows() };
        if self.table.asked.is_empty() {
            return Ok(looked);
        }
        let filters = self.table.asked.iter().map(|place| Ok(looked.values(place)?.values));
        let filters = filters.collect::<Result<Vec<_>, FileError>>()?;
        let marks = filters_hold(self.table, keys, batch.rows(), &filters)
            .map_err(|(column, error)| Cause::Method(column, error))?;
        let marks = BooleanArray::new(marks, None);
        let left = |(index, column): &(usize, ArrayRef)| {
            let column = filter(column, &marks).map_err(|_| FileError::Damaged("rows cannot be chosen"))?;
            Ok::<_, FileError>((*index, column))
        };
        let columns = looked.columns.iter().map(left).collect::<Result<_, _>>()?;
        Ok(Looked { columns, rows: marks.true_count() })
    }
}

fn tasks(file: &SourceFile) -> Vec<Task<'_>> {
    match file.content {
        Content::Pages(_) => (0..file.row_groups().len()).map(|group| Task::RowGroup(file, group)).collect(),
        Content::Records { .. } => vec![Task::Records(file)],
    }
}
