//! The first pass, over few columns: what must be known of the whole before any part may leave.
//!
//! The values of every `direct` leaf are gathered ([`Known`]), so that guards find them wherever they would leave. And a fake
//! must not be the name of somebody in the dataset: the words that fakes draw from are looked for among those values;
//! those found are taken, and no fake uses them. Memory is bounded, never by the data, and what is found in two parts is
//! simply joined.

mod direct;
mod groups;
mod links;
mod look;
mod sample;
mod skew;
mod words;

use std::collections::BTreeMap;

use arrow::array::ArrayRef;
use rayon::prelude::*;

use crate::account::doors::OpenProduction;
use crate::crew::Crew;
use crate::detect::Known;
use crate::detect::known::NoRoom;
use crate::method::{ApplyError, Taken};
use crate::plan::{ColumnPlan, Content, FileError, Measured, Plan, SourceFile, TablePlan};
use crate::schema::LeafPath;
use crate::source::{ReadLimits, Records, RowGroup};

pub use direct::Counts;
use direct::{Direct, rule};
pub use groups::{Counted, Group, Names, Standing, Standings, Subjects, as_it_lies, count};
pub use links::{LinkFinding, orphans};
pub use look::Means;
pub use skew::{SkewFinding, skew};

/// What the first pass has told.
pub struct Surveyed {
    /// The words that no fake may use.
    pub taken: Taken,
    /// The values that leave nowhere.
    pub known: Known,
    pub counts: Counts,
    /// The objects of records, by their places: table, object.
    pub measured: BTreeMap<(usize, usize), Measured>,
}

/// Goes through every object of records, and through every `direct` leaf: its values are those that leave nowhere, and
/// words that the plan's fakes draw from are taken where they are among them. Values are named under `key`.
///
/// # Errors
/// Where an object cannot be read, a record is not as declared, or there is no room for temporary data.
pub fn survey(
    plan: &Plan,
    production: OpenProduction<'_>,
    crew: &Crew,
    memory: u64,
    key: &[u8; 32],
) -> Result<Surveyed, SurveyError> {
    let direct = Direct::of(plan, key, memory);
    if !direct.is_idle() {
        look_at_pages(plan, &direct, production, crew, ReadLimits::of(memory))?;
    }
    let measured = measure(plan, &direct, production, crew)?;
    let (taken, known, counts) = crew.work(|| direct.finish())?;
    Ok(Surveyed { taken, known, counts, measured })
}

/// Why the first pass ends the run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SurveyError {
    #[error("table `{table}`, object {object} of {of} in key order: {error}")]
    Object { table: String, object: usize, of: usize, error: Cause },
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
}

/// What ends the first pass at an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("leaf `{0}`: {1}")]
    Method(LeafPath, ApplyError),
    #[error("its rows are in more groups than may be counted at once")]
    TooMany,
}

impl From<groups::TooMany> for Cause {
    fn from(groups::TooMany: groups::TooMany) -> Self {
        Cause::TooMany
    }
}

/// Goes through every object of records, so that a record which is not as declared is known before a part leaves.
fn measure(
    plan: &Plan,
    direct: &Direct,
    production: OpenProduction<'_>,
    crew: &Crew,
) -> Result<BTreeMap<(usize, usize), Measured>, SurveyError> {
    let files = |(at, table)| std::iter::zip(std::iter::repeat((at, table)), table_files(table));
    let objects: Vec<_> = plan.tables.iter().enumerate().flat_map(files).collect();
    let measured = crew.each(&objects, production.is_remote(), |((at, table), (index, file))| {
        let columns: Vec<_> = table.columns.iter().filter(|column| holds_direct(table, column)).collect();
        let go_through = || {
            Records::open(production, table, file)?.measure(|batch| {
                columns.iter().for_each(|column| direct.look(table, column, &Records::rows_of(file, column, batch)));
            })
        };
        let measured = crew.call(production.is_remote(), go_through);
        measured.map(|measured| ((*at, *index), measured)).map_err(|error| located(table, *index, error))
    })?;
    Ok(measured.into_iter().collect())
}

fn table_files(table: &TablePlan) -> impl Iterator<Item = (usize, &SourceFile)> {
    table.files.iter().enumerate().filter(|(_, file)| matches!(file.content, Content::Records { .. }))
}

/// Values of a leaf as its rule tells them apart.
fn alike(table: &TablePlan, leaf: &LeafPath, values: ArrayRef) -> Result<ArrayRef, Cause> {
    let Some(rule) = table.schema.columns.get(leaf) else { return Ok(values) };
    rule.method.alike(&values).map_err(|error| Cause::Method(leaf.clone(), error))
}

fn located(table: &TablePlan, index: usize, error: impl Into<Cause>) -> SurveyError {
    let (table, of) = (table.schema.table.clone(), table.files.len());
    SurveyError::Object { table, object: index + 1, of, error: error.into() }
}

/// Looks through every `direct` leaf of Parquet.
fn look_at_pages(
    plan: &Plan,
    direct: &Direct,
    production: OpenProduction<'_>,
    crew: &Crew,
    limits: ReadLimits,
) -> Result<(), SurveyError> {
    let groups: Vec<_> = plan.tables.iter().flat_map(row_groups).collect();
    crew.each(&groups, production.is_remote(), |(table, file, index)| {
        let columns: Vec<_> = table.columns.iter().filter(|column| holds_direct(table, column)).collect();
        let open = || RowGroup::open(production, file, *index, columns.iter().copied(), limits);
        let at_pages = || {
            let group = crew.call(production.is_remote(), open)?;
            crew.work(|| columns.par_iter().try_for_each(|column| look_through(direct, table, &group, column)))
        };
        at_pages().map_err(|error| located(table, table.place_of(file), error))
    })?;
    Ok(())
}

/// Looks at a column's leaves in their pages, or where one of them needs decoding, at its rows.
fn look_through(
    direct: &Direct,
    table: &TablePlan,
    group: &RowGroup<'_>,
    column: &ColumnPlan,
) -> Result<(), FileError> {
    let rules = column.leaves.iter().enumerate().filter_map(|(leaf, plan)| Some((leaf, rule(table, plan)?)));
    for (leaf, rule) in rules {
        if group.sound(column, leaf, Some(&mut direct.looker(&*rule.method)))?.is_none() {
            return group.read(column, |batch| {
                direct.look(table, column, &batch.array);
                Ok(())
            });
        }
    }
    Ok(())
}

fn row_groups(table: &TablePlan) -> impl Iterator<Item = (&TablePlan, &SourceFile, usize)> {
    table.files.iter().flat_map(move |file| (0..file.row_groups().len()).map(move |index| (table, file, index)))
}

fn holds_direct(table: &TablePlan, column: &ColumnPlan) -> bool {
    column.leaves.iter().any(|plan| rule(table, plan).is_some())
}
