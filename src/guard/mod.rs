//! [`MaskedBatch`] becomes [`SafeBatch`]: what leaves is exactly what was planned, row by row and type by type.
//!
//! A [`Clearance`] exists only when every column of every row group of a part came through, whole. Without it a part
//! cannot be sealed, and an unsealed part cannot reach the test account.

mod content;
mod grouped;
pub mod groups;
mod known;
mod mixture;
mod unique;
mod watch;

use arrow::array::{Array, ArrayRef};

use crate::detect::KNOWN;
use crate::error::{Failure, Kind};
use crate::method::{Nulls, Outcome};
use crate::plan::{ColumnPlan, Part, Rows, TablePlan};
use crate::schema::LeafPath;
use crate::source::{EncodedChunk, RawBatch, SoundChunk, each_leaf};
use crate::survey::Standing;
use crate::transform::{MaskedBatch, Masks};

use grouped::Told;
pub use unique::Uniques;
pub use watch::Watch;

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
    #[error("leaf `{0}` is to be unique or to be grouped by, and cannot be held to it")]
    Unwatched(LeafPath),
    /// Counted up to what tells nothing of a few people.
    #[error("leaf `{leaf}`: {} in up to {values} of the values at hand", found(.kind))]
    Holds { leaf: LeafPath, kind: &'static str, values: u64 },
    #[error("leaf `{0}`: its values were not looked at")]
    Unseen(LeafPath),
    #[error("a row is in a group that may not leave")]
    SmallGroup,
    #[error("its rows are in more groups than may be counted at once")]
    TooManyGroups,
    #[error("part {0} is not whole: rows or columns are missing")]
    Incomplete(usize),
}

/// Says what was found, and never which.
fn found(kind: &str) -> String {
    match kind {
        KNOWN => "values of `direct` leaves of the source are found (KNOWN)".to_owned(),
        _ => format!("what identifies a person is found ({kind})"),
    }
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
    masks: &'p Masks,
    /// By leaf; none where there is nothing to look at.
    watches: Vec<Option<Watch<'p>>>,
    grouping: grouped::Watch<'p>,
    /// In the batches that passed.
    rows: usize,
    /// In the pages that passed, by leaf.
    encoded: Vec<usize>,
}

impl<'p> ColumnGuard<'p> {
    /// A guard that has seen nothing yet; what must be unique is held against what passes other guards too, values that are
    /// known leave nowhere, and what is grouped by is held against how the table's groups stand.
    pub fn new(table: &'p TablePlan, column: &'p ColumnPlan, uniques: &'p Uniques, masks: &'p Masks) -> Self {
        let grouping = grouped::Watch::over(table, column, masks.standing(table));
        let (watches, encoded) = (Vec::new(), Vec::new());
        let mut guard = ColumnGuard { table, column, uniques, masks, watches, grouping, rows: 0, encoded };
        guard.watches = (0..column.leaves.len()).map(|leaf| guard.over(leaf)).collect();
        guard
    }

    /// A watch over the pages of a leaf, to be handed in with them; none where nothing need be looked at.
    ///
    /// Where the pages do not leave as they are, the leaf's values are watched as they come.
    pub fn watch(&self, leaf: usize) -> Option<Watch<'p>> {
        self.watches[leaf].as_ref().and_then(|_| self.over(leaf))
    }

    fn over(&self, leaf: usize) -> Option<Watch<'p>> {
        let plan = &self.column.leaves[leaf];
        Watch::over(plan, &self.table.schema, self.masks.known())
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
            self.look_through(array, batch.raw.as_ref())?;
        } else if self.column.output.is_some() {
            return Err(GuardError::Type(self.name()));
        }
        self.grouping.see(batch.array.as_ref())?;
        self.rows += batch.rows;
        Ok(SafeBatch { array: batch.array })
    }

    /// Lets the distinct values of a leaf pass, where each stands for some row and became one that is not null.
    ///
    /// # Errors
    /// Where type or number are not as planned, or one is null.
    pub fn admit_distinct(&mut self, leaf: usize, batch: MaskedBatch) -> Result<SafeBatch, GuardError> {
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
        if let Some(watch) = &mut self.watches[leaf] {
            watch.look(&array, batch.raw.as_ref());
            watch.verdict()?;
        }
        Ok(SafeBatch { array: Some(array) })
    }

    /// Lets a leaf's own pages pass, where the plan keeps every value of it, and the leaf's watch has seen them all.
    ///
    /// # Errors
    /// Where it does not, or the watch has found something.
    pub fn admit_pages(
        &mut self,
        leaf: usize,
        chunk: SoundChunk,
        watch: Option<Watch<'p>>,
    ) -> Result<SafeChunk, GuardError> {
        let plan = &self.column.leaves[leaf];
        match watch {
            None if self.watches[leaf].is_some() => return Err(GuardError::Unseen(plan.leaf.path.clone())),
            Some(watch) if !chunk.is_seen || !watch.is_over(plan) => {
                return Err(GuardError::Unseen(plan.leaf.path.clone()));
            }
            Some(watch) => watch.verdict()?,
            None => {}
        }
        match plan {
            plan if plan.is_watched() => Err(GuardError::Unwatched(plan.leaf.path.clone())),
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
            _ if plan.is_watched() => Err(GuardError::Unwatched(plan.leaf.path.clone())),
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
        let rows = self.rows.max(pages.unwrap_or(0));
        Passed { removed: self.column.output.is_none(), rows, told: self.grouping.told() }
    }

    /// Looks at every value of every leaf that is watched.
    fn look_through(&mut self, array: &ArrayRef, raw: Option<&ArrayRef>) -> Result<(), GuardError> {
        if self.watches.iter().all(Option::is_none) {
            return Ok(());
        }
        let mut raws = vec![None; self.column.leaves.len()];
        if let Some(raw) = raw {
            each_leaf(raw, |leaf, values| {
                raws[leaf] = Some(values.clone());
                Ok::<_, GuardError>(())
            })?;
        }
        let left = self.column.leaves.iter().enumerate().filter(|(_, plan)| plan.after().is_some());
        let left: Vec<usize> = left.map(|(leaf, _)| leaf).collect();
        each_leaf(array, |place, values| {
            let leaf = *left.get(place).ok_or_else(|| GuardError::Type(self.name()))?;
            let Some(watch) = &mut self.watches[leaf] else { return Ok(()) };
            let sources = raws[leaf].as_ref().filter(|sources| sources.len() == values.len());
            watch.look(values, sources);
            watch.verdict()
        })
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
    told: Told,
}

impl Passed {
    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }
}

/// What passed of one row group.
pub struct GroupPassed {
    /// How many of its rows leave, where some are deleted, or filters or groups choose among them.
    pub chosen: Option<usize>,
    /// By column.
    pub columns: Vec<Passed>,
}

/// Holds every row of what passed against the groups of its table, where it has some.
///
/// # Errors
/// Where a leaf of theirs did not pass, or a row is in a group that may not leave.
pub fn groups_hold(
    table: &TablePlan,
    standing: Option<&Standing>,
    passed: &[Passed],
    rows: usize,
) -> Result<(), GuardError> {
    let Some(groups) = &table.groups else { return Ok(()) };
    let told: Vec<_> = passed.iter().map(|passed| &passed.told).collect();
    grouped::all_hold(groups, standing, rows, &told)
}

/// What every part of a table is held to before it leaves, in words.
pub fn held(table: &TablePlan) -> impl Iterator<Item = &'static str> {
    const ALWAYS: [&str; 5] = [
        "types and nulls as planned",
        "every row and column of the part",
        "no metadata",
        "no known value of a direct leaf",
        "nothing that looks like an identifier",
    ];
    let unique = table.schema.columns.values().any(|rule| rule.is_unique).then_some("no value twice where unique");
    let groups = table.schema.privacy.is_some().then_some("groups of people as [privacy] says");
    ALWAYS.into_iter().chain(unique).chain(groups)
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
    /// Where a row group, a column or a row is missing, or a row is in a group that may not leave.
    pub fn of(
        table: &TablePlan,
        part: &Part,
        passed: &[GroupPassed],
        standing: Option<&Standing>,
    ) -> Result<Self, GuardError> {
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
            let as_planned = match chosen {
                Some(_) => deletes || !table.asked.is_empty() || table.groups.is_some(),
                None => !deletes && table.asked.is_empty(),
            };
            if !as_planned || rows > *there || columns.len() != table.columns.len() || !columns.iter().all(whole) {
                return Err(incomplete);
            }
            groups_hold(table, standing, columns, rows)?;
            leaving += rows;
        }
        Ok(Clearance { rows: leaving })
    }

    /// How many rows the part has.
    pub fn rows(&self) -> usize {
        self.rows
    }
}
