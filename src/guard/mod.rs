//! [`MaskedBatch`] becomes [`SafeBatch`]: what leaves is exactly what was planned, row by row and type by type.
//!
//! A [`Clearance`] exists only when every column of every row group of a part came through, whole. Without it a part
//! cannot be sealed, and an unsealed part cannot reach the test account.

mod unique;

use arrow::array::{Array, ArrayRef};

use crate::error::{Failure, Kind};
use crate::method::{Nulls, Outcome};
use crate::plan::{ColumnPlan, Part, Rows, TablePlan};
use crate::schema::LeafPath;
use crate::source::{EncodedChunk, RawBatch, SoundChunk};
use crate::transform::MaskedBatch;

pub use unique::Uniques;

/// Why something may not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuardError {
    #[error("column `{0}` is not of the planned type")]
    Type(String),
    #[error("leaf `{0}`: nulls or rows are not as they were")]
    Nulls(LeafPath),
    #[error("column `{0}` has nulls where none were planned")]
    Required(String),
    #[error("column `{0}` holds metadata")]
    Metadata(String),
    #[error("leaf `{0}` is not one that may leave as it is")]
    Kept(LeafPath),
    #[error("leaf `{0}`: two rows of the table have one value, and its rule says `unique`")]
    Repeated(LeafPath),
    #[error("leaf `{0}` is to be unique, and cannot be held to it")]
    Unwatched(LeafPath),
    #[error("part {0} is not whole: rows or columns are missing")]
    Incomplete(usize),
}

impl From<GuardError> for Failure {
    fn from(error: GuardError) -> Self {
        Failure::new(Kind::Guard, format!("refused by a guard: {error}"))
    }
}

/// Rows of one column that may leave, in a part that is whole.
pub struct SafeBatch {
    array: Option<ArrayRef>,
}

impl SafeBatch {
    /// The rows; none where the column is removed.
    pub(crate) fn array(&self) -> Option<&ArrayRef> {
        self.array.as_ref()
    }
}

/// A leaf's encoded pages that may leave as they are.
pub struct SafeChunk {
    chunk: EncodedChunk,
}

impl SafeChunk {
    /// The pages.
    pub(crate) fn into_pages(self) -> EncodedChunk {
        self.chunk
    }
}

/// Watches over one column of one row group.
pub struct ColumnGuard<'p> {
    table: &'p TablePlan,
    column: &'p ColumnPlan,
    uniques: &'p Uniques,
    /// In the batches that passed.
    rows: usize,
    /// In the pages that passed, by leaf.
    encoded: Vec<usize>,
}

impl<'p> ColumnGuard<'p> {
    /// A guard that has seen nothing yet; what must be unique is held against what passes other guards too.
    pub fn new(table: &'p TablePlan, column: &'p ColumnPlan, uniques: &'p Uniques) -> Self {
        ColumnGuard { table, column, uniques, rows: 0, encoded: Vec::new() }
    }

    /// Lets a batch pass that is as planned.
    ///
    /// # Errors
    /// Where type, nullability, null pattern, rows or metadata are not as planned, or a unique value comes again.
    pub fn admit(&mut self, batch: MaskedBatch) -> Result<SafeBatch, GuardError> {
        self.nulls_as_planned(&batch)?;
        self.unique_as_planned(&batch)?;
        if let Some(array) = &batch.array {
            self.as_planned(array, batch.rows)?;
        } else if self.column.output.is_some() {
            return Err(GuardError::Type(self.name()));
        }
        self.rows += batch.rows;
        Ok(SafeBatch { array: batch.array })
    }

    /// Lets the distinct values of a leaf pass, where each stands for some row and became one that is not null.
    ///
    /// # Errors
    /// Where type or number are not as planned, or one is null.
    pub fn admit_distinct(&self, leaf: usize, batch: MaskedBatch) -> Result<SafeBatch, GuardError> {
        let plan = &self.column.leaves[leaf];
        let planned = match &plan.outcome {
            Outcome::Untouched => Some(&plan.leaf.data_type),
            Outcome::Becomes { data_type, nulls: Nulls::Kept } => Some(data_type),
            Outcome::Becomes { .. } | Outcome::Removed => None,
        };
        let array = batch.array.filter(|array| Some(array.data_type()) == planned);
        let array = array.ok_or_else(|| GuardError::Type(self.name()))?;
        if array.len() != batch.rows || array.null_count() > 0 {
            return Err(GuardError::Nulls(plan.leaf.path.clone()));
        }
        Ok(SafeBatch { array: Some(array) })
    }

    /// Lets a leaf's own pages pass, where the plan keeps every value of it.
    ///
    /// # Errors
    /// Where it does not.
    pub fn admit_pages(&mut self, leaf: usize, chunk: SoundChunk) -> Result<SafeChunk, GuardError> {
        match &self.column.leaves[leaf] {
            plan if plan.is_unique => Err(GuardError::Unwatched(plan.leaf.path.clone())),
            plan if matches!(plan.outcome, Outcome::Untouched) => Ok(self.admit_chunk(chunk)),
            plan => Err(GuardError::Kept(plan.leaf.path.clone())),
        }
    }

    /// Lets a leaf's indices pass, of which `entries` have passed as the distinct values; the dictionary of its pages
    /// is replaced by them.
    ///
    /// # Errors
    /// Where nulls would stand elsewhere, or entries are missing.
    pub fn admit_indices(
        &mut self,
        leaf: usize,
        chunk: SoundChunk,
        entries: &SafeBatch,
    ) -> Result<SafeChunk, GuardError> {
        let plan = &self.column.leaves[leaf];
        let same = chunk.dictionary.as_ref().map(RawBatch::rows) == entries.array.as_ref().map(|array| array.len());
        match plan.outcome {
            _ if plan.is_unique => Err(GuardError::Unwatched(plan.leaf.path.clone())),
            Outcome::Becomes { nulls: Nulls::Kept, .. } if same && chunk.is_indexed => Ok(self.admit_chunk(chunk)),
            _ => Err(GuardError::Nulls(plan.leaf.path.clone())),
        }
    }

    fn admit_chunk(&mut self, chunk: SoundChunk) -> SafeChunk {
        self.encoded.push(chunk.pages.rows as usize);
        SafeChunk { chunk: chunk.pages }
    }

    /// What the guard saw pass: the rows of its batches, or where there were none, of its pages.
    pub fn close(self) -> Passed {
        let left = self.column.leaves.iter().filter(|plan| !matches!(plan.outcome, Outcome::Removed)).count();
        let pages = self.encoded.iter().min().copied().filter(|_| self.encoded.len() == left);
        Passed { removed: self.column.output.is_none(), rows: self.rows.max(pages.unwrap_or(0)) }
    }

    fn as_planned(&self, array: &ArrayRef, rows: usize) -> Result<(), GuardError> {
        let output = self.column.output.as_ref().ok_or_else(|| GuardError::Type(self.name()))?;
        if array.data_type() != output.data_type() || array.len() != rows {
            return Err(GuardError::Type(self.name()));
        }
        if !output.is_nullable() && array.null_count() > 0 {
            return Err(GuardError::Required(self.name()));
        }
        if output.metadata().is_empty() { Ok(()) } else { Err(GuardError::Metadata(self.name())) }
    }

    fn nulls_as_planned(&self, batch: &MaskedBatch) -> Result<(), GuardError> {
        for (plan, masked) in self.column.leaves.iter().zip(&batch.leaves) {
            let (before, values) = (masked.nulls_before, masked.values_before);
            let nulls = match plan.outcome {
                Outcome::Becomes { nulls: Nulls::All, .. } => values..=values,
                Outcome::Becomes { nulls: Nulls::Added, .. } => before..=values,
                _ => before..=before,
            };
            if masked.values_after != values || !nulls.contains(&masked.nulls_after) {
                return Err(GuardError::Nulls(plan.leaf.path.clone()));
            }
        }
        Ok(())
    }

    /// Every leaf that is to be unique comes with its values, and none of them has been seen.
    fn unique_as_planned(&self, batch: &MaskedBatch) -> Result<(), GuardError> {
        let planned = self.column.leaves.iter().enumerate().filter(|(_, plan)| plan.is_unique);
        let mut values = batch.unique.iter();
        for (index, plan) in planned {
            let path = &plan.leaf.path;
            let (_, array) =
                values.next().filter(|(at, _)| *at == index).ok_or_else(|| GuardError::Unwatched(path.clone()))?;
            self.uniques.admit(&self.table.schema.table, path, array)?;
        }
        Ok(())
    }

    fn name(&self) -> String {
        LeafPath::column(self.column.field.name()).to_string()
    }
}

/// What a [`ColumnGuard`] saw pass; only it can say so.
pub struct Passed {
    removed: bool,
    rows: usize,
}

/// What passed of one row group.
pub struct GroupPassed {
    /// How many of its rows leave, where some are deleted or the table's filters choose among them.
    pub chosen: Option<usize>,
    /// By column.
    pub columns: Vec<Passed>,
}

/// Says that a part is whole and safe.
///
/// ```compile_fail
/// let forged = verho::guard::Clearance { rows: 1 };
/// ```
/// Reading one is free:
/// ```
/// fn rows(clearance: &verho::guard::Clearance) -> usize {
///     clearance.rows()
/// }
/// ```
pub struct Clearance {
    rows: usize,
}

impl Clearance {
    /// Clears a part of which every column of every row group has passed.
    ///
    /// # Errors
    /// Where a row group, a column or a row is missing.
    pub fn of(table: &TablePlan, part: &Part, passed: &[GroupPassed]) -> Result<Self, GuardError> {
        let incomplete = GuardError::Incomplete(part.number);
        let (groups, deletes) = (table.files[part.file].row_groups(), table.files[part.file].has_deletes());
        let planned: Vec<usize> = match &part.rows {
            Rows::Groups(range) => groups[range.clone()].iter().map(|group| group.num_rows() as usize).collect(),
            Rows::Slice { rows, .. } | Rows::Records(rows) => vec![rows.len()],
        };
        if passed.len() != planned.len() {
            return Err(incomplete);
        }
        let mut leaving = 0;
        for (there, GroupPassed { chosen, columns }) in planned.iter().zip(passed) {
            let rows = chosen.unwrap_or(*there);
            let whole = |passed: &Passed| passed.removed || passed.rows == rows;
            let as_planned = chosen.is_some() == (deletes || !table.asked.is_empty()) && rows <= *there;
            if !as_planned || columns.len() != table.columns.len() || !columns.iter().all(whole) {
                return Err(incomplete);
            }
            leaving += rows;
        }
        Ok(Clearance { rows: leaving })
    }

    /// How many rows the part has.
    pub fn rows(&self) -> usize {
        self.rows
    }
}
