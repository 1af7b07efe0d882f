//! Measures how far a table hides its people, before its methods and after them.
//!
//! Rows are read as a run reads them, masked as a run masks them, and counted by codes. What is kept grows with distinct
//! groups and values, and is bounded: see [`Limits`]. No value is in a [`Report`], and no count below k.

mod code;
mod looked;
mod read;
mod report;
mod sets;
mod tally;
mod utility;

use crate::account::doors::OpenProduction;
use crate::crew::Crew;
use crate::error::{Failure, Kind};
use crate::plan::{FileError, Plan, TablePlan};
use crate::schema::LeafPath;
use crate::source::ReadLimits;
use crate::transform::{MaskError, Masks};

pub use report::{Attacker, Bin, Diversity, Figures, LeafUse, PairUse, Report, Sensitive, SetRisk, TableRisk};
pub use utility::Distance;

use looked::Looked;
use read::{Look, Reader};
use tally::{Population, Repeat, Subjects, Tally};

/// How many share a group where a schema says nothing else.
pub const K: u64 = 11;

/// What all counts take at most, as a share of a run's memory.
const SHARE: u64 = 4;

/// What one count takes, room in its table included, in bytes.
const ENTRY: u64 = 96;

/// How many counts may be held.
///
/// A table needs one for each distinct combination of quasi-identifiers before and after; where a subject has several
/// rows, one for each combination of those with a subject; and one for each with a value of a sensitive leaf. Beyond that
/// a table is refused. Column sets, distances and associations take what is left, or are left out, which is said.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    entries: usize,
    read: ReadLimits,
}

impl Limits {
    /// What follows from the memory that a run may take.
    pub fn of(memory: u64) -> Self {
        let entries = usize::try_from(memory / SHARE / ENTRY).unwrap_or(usize::MAX);
        Limits { entries, read: ReadLimits::of(memory) }
    }
}

/// Why a table cannot be measured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RiskError {
    #[error("table `{0}`: no leaf is of class quasi, so there are no groups to measure")]
    NoQuasi(String),
    #[error("table `{table}`: there are more distinct groups than `[limits] memory` has room for, which are {room}")]
    TooMany { table: String, room: usize },
    #[error("leaf `{0}`: values of its type cannot be told apart")]
    Type(LeafPath),
    #[error("table `{table}`, object {object} of {of} in key order: {error}")]
    File { table: String, object: usize, of: usize, error: FileError },
    #[error(transparent)]
    Mask(#[from] MaskError),
}

impl From<RiskError> for Failure {
    fn from(error: RiskError) -> Self {
        let kind = match &error {
            RiskError::File { error: FileError::Store(_), .. } => Kind::Storage,
            RiskError::NoQuasi(_) => Kind::Usage,
            _ => Kind::Mismatch,
        };
        let failure = Failure::new(kind, error.to_string());
        match error {
            RiskError::NoQuasi(_) => failure.hint("name another table, or classify what identifies in combination"),
            RiskError::TooMany { .. } => {
                failure.hint("raise `memory` under [limits], or generalise the source's leaves")
            }
            RiskError::Type(_) => failure.hint("give the leaf another class, or `drop` it"),
            _ => failure,
        }
    }
}

/// What measuring reads by.
#[derive(Clone, Copy)]
pub struct Setting<'r> {
    pub plan: &'r Plan,
    pub production: OpenProduction<'r>,
    pub masks: &'r Masks,
    pub crew: &'r Crew,
    pub limits: Limits,
}

/// Measures the tables of these places in the plan.
///
/// # Errors
/// Where a table has no quasi-identifier or too many groups, and where its objects cannot be read.
pub fn measure(setting: Setting<'_>, tables: &[usize]) -> Result<Report, RiskError> {
    let measured = tables.iter().map(|index| table(setting, *index));
    Ok(Report { customer: setting.plan.customer.clone(), tables: measured.collect::<Result<_, _>>()? })
}

fn table(setting: Setting<'_>, index: usize) -> Result<TableRisk, RiskError> {
    let (plan, limits) = (&setting.plan.tables[index], setting.limits);
    let looked = Looked::of(plan)?;
    let reader = Reader::new(setting, index, &looked);
    let repeat = repeat(&reader, plan, limits)?;
    let mut tally = Tally::new(&looked, repeat, limits);
    reader.each_strip(Look::Leaving, |strip| tally.add(&strip).within(plan, limits))?;
    // Who is in a sample is not known: a journalist has to look among all.
    let mut all = (!plan.asked.is_empty()).then(|| Population::new(repeat));
    if let Some(all) = &mut all {
        reader.each_strip(Look::All, |strip| all.add(&looked, &strip).within(plan, limits))?;
    }
    let k = plan.schema.privacy.as_ref().map_or(K, |privacy| privacy.k);
    Ok(report::table(plan, &looked, &tally, all.as_ref(), k))
}

/// Finds out whether a subject has several rows, from the subject's column alone.
fn repeat(reader: &Reader<'_>, plan: &TablePlan, limits: Limits) -> Result<Repeat, RiskError> {
    let mut subjects = Subjects::default();
    if plan.schema.subject.is_some() {
        reader.each_strip(Look::Subjects, |strip| {
            subjects.add(strip.subjects.as_deref().unwrap_or_default()).within(plan, limits)
        })?;
    }
    Ok(subjects.repeat())
}
