//! How few and how uneven the values of a pseudonymised leaf are: who knows how often each occurs finds them by counting.
//!
//! Looked at are tables with `[privacy]`: of each up to [`PIECES`] row groups or objects of records, evenly spread, and of each
//! of those the first [`ROWS`] rows. Counts are merged as Agarwal et al., "Mergeable summaries" (2012), merge those of Misra
//! and Gries (1982): of n rows, a value's count is at most n/[`COUNTED`] too low. Pieces are joined in their order, so that
//! figures are the same on any number of threads.

use std::collections::HashMap;

use ahash::RandomState;
use arrow::array::{Array, ArrayRef};
use arrow::compute::concat;
use serde::{Deserialize, Serialize};

use super::look::{Means, leaf_of};
use super::sample::Least;
use super::{Cause, SurveyError, located};
use crate::method::{Method, hash_rows};
use crate::plan::{ColumnPlan, Content, FileError, Plan, SourceFile, TablePlan};
use crate::privacy::frequency_risk;
use crate::source::{Asked, Records, RowGroup};

/// Pieces of a table that are looked at, at most.
const PIECES: usize = 16;

/// Rows of a piece that are looked at, at most.
const ROWS: usize = 64 * 1024;

/// Values of which counts are kept.
const COUNTED: usize = 4_096;

/// Values by which it is estimated how many different ones there are.
const SAMPLED: usize = 1_024;

/// From this share of rows on, a leaf is flagged.
const NOTABLE: f64 = 0.05;

/// What was found of one pseudonymised leaf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkewFinding {
    pub leaf: String,
    pub domain: String,
    /// Values that were looked at, rounded up to a multiple of 11, or of the table's k.
    pub values: u64,
    /// Different ones among them, about, rounded up to a multiple of 11, or of the table's k.
    pub distinct: u64,
    /// The share of rows that somebody recovers who knows how often every value occurs and matches ranks, about.
    pub frequency_risk: String,
    /// Whether that is much, and much more than by chance.
    pub flagged: bool,
}

/// A pseudonymised leaf.
struct Coded<'c> {
    column: usize,
    leaf: usize,
    path: String,
    method: &'c dyn Method,
    domain: &'c str,
}

/// Looks at every leaf of tables with `[privacy]` whose values as a whole become codes of a domain.
///
/// # Errors
/// Where an object cannot be read.
pub fn skew(plan: &Plan, means: Means<'_>) -> Result<Vec<SkewFinding>, SurveyError> {
    let mut found = Vec::new();
    for table in plan.tables.iter().filter(|table| table.groups.is_some()) {
        found.extend(of_table(table, means)?);
    }
    Ok(found)
}

fn of_table(table: &TablePlan, means: Means<'_>) -> Result<Vec<SkewFinding>, SurveyError> {
    let coded: Vec<Coded<'_>> =
        table.columns.iter().enumerate().flat_map(|(index, column)| coded(table, index, column)).collect();
    if coded.is_empty() {
        return Ok(Vec::new());
    }
    let all: Vec<(&SourceFile, usize)> = table.files.iter().flat_map(pieces).collect();
    let pieces: Vec<_> = all.iter().step_by(all.len().div_ceil(PIECES).max(1)).collect();
    let is_remote = means.production.is_remote();
    let counted = means.crew.each(&pieces, is_remote, |(file, index)| {
        let looked = match file.content {
            Content::Pages(_) => look_at_pages(table, &coded, means, file, *index),
            Content::Records { .. } => look_at_records(table, &coded, means, file),
        };
        looked.map_err(|cause| located(table, table.place_of(file), cause))
    })?;
    let joined = counted.into_iter().reduce(|mut all, next| {
        all.iter_mut().zip(next).for_each(|(all, next)| all.join(next));
        all
    });
    Ok(joined
        .into_iter()
        .flatten()
        .zip(&coded)
        .map(|(summary, coded)| summary.finding(coded, table.schema.told()))
        .collect())
}

fn coded<'c>(table: &'c TablePlan, index: usize, column: &'c ColumnPlan) -> Vec<Coded<'c>> {
    let of_leaf = |(leaf, plan): (usize, &'c crate::plan::LeafPlan)| {
        let method = &*table.schema.columns.get(&plan.leaf.path)?.method;
        let (path, domain) = (format!("{}.{}", table.schema.table, plan.leaf.path), method.whole()?);
        plan.after().map(|_| Coded { column: index, leaf, path, method, domain })
    };
    column.leaves.iter().enumerate().filter_map(of_leaf).collect()
}

fn pieces(file: &SourceFile) -> Vec<(&SourceFile, usize)> {
    match file.content {
        Content::Pages(_) => (0..file.row_groups().len()).map(|group| (file, group)).collect(),
        Content::Records { .. } => vec![(file, 0)],
    }
}

fn look_at_pages(
    table: &TablePlan,
    coded: &[Coded<'_>],
    means: Means<'_>,
    file: &SourceFile,
    index: usize,
) -> Result<Vec<Summary>, Cause> {
    let columns = coded.iter().map(|coded| &table.columns[coded.column]);
    let open = || RowGroup::open(means.production, file, index, columns, means.limits);
    let group = means.crew.call(means.production.is_remote(), open)?;
    means.crew.work(|| {
        let of_leaf = |coded: &Coded<'_>| {
            let rows = 0..group.rows().min(ROWS);
            let column = Asked::new(&group, table, &[coded.column])?.take(rows.len())?;
            let column = group.staying(column.ok_or(FileError::Damaged("a column is missing"))?, rows)?;
            Summary::of(coded, column.columns(), means)
        };
        coded.iter().map(of_leaf).collect()
    })
}

fn look_at_records(
    table: &TablePlan,
    coded: &[Coded<'_>],
    means: Means<'_>,
    file: &SourceFile,
) -> Result<Vec<Summary>, Cause> {
    means.crew.call(means.production.is_remote(), || {
        let rows = usize::try_from(file.rows()).unwrap_or(usize::MAX).min(ROWS);
        let batches = Records::open(means.production, table, file)?.take(rows)?;
        let of_leaf = |coded: &Coded<'_>| {
            let columns: Vec<ArrayRef> =
                batches.iter().map(|batch| Records::rows_of(file, &table.columns[coded.column], batch)).collect();
            Summary::of(coded, columns.iter(), means)
        };
        coded.iter().map(of_leaf).collect()
    })
}

/// What was counted of one leaf.
struct Summary {
    counts: HashMap<u64, u64, RandomState>,
    /// By how much a count is too low, at most.
    short: u64,
    sample: Least<()>,
    values: u64,
}

impl Summary {
    fn of<'a>(coded: &Coded<'_>, columns: impl Iterator<Item = &'a ArrayRef>, means: Means<'_>) -> Result<Self, Cause> {
        let lost = || FileError::Damaged("a column is not the one that was planned");
        let leaves = columns.map(|column| leaf_of(column, coded.leaf).ok_or_else(lost));
        let leaves = leaves.collect::<Result<Vec<_>, _>>()?;
        let mut summary = Summary { counts: HashMap::default(), short: 0, sample: Least::new(SAMPLED), values: 0 };
        if leaves.is_empty() {
            return Ok(summary);
        }
        let pieces: Vec<&dyn Array> = leaves.iter().map(AsRef::as_ref).collect();
        let values = coded.method.alike(&concat(&pieces).map_err(|_| lost())?).map_err(|_| lost())?;
        let key = means.keys.of(coded.domain).map_err(|_| lost())?;
        hash_rows(key, &values, |_, hash| {
            summary.values += 1;
            *summary.counts.entry(u64::from_le_bytes(std::array::from_fn(|at| hash[at]))).or_default() += 1;
        });
        let Summary { counts, sample, .. } = &mut summary;
        counts.keys().for_each(|hash| sample.take(*hash, || (), |()| ()));
        summary.reduce();
        Ok(summary)
    }

    /// Counts another piece too.
    fn join(&mut self, other: Summary) {
        self.values += other.values;
        self.short += other.short;
        other.counts.into_iter().for_each(|(hash, count)| *self.counts.entry(hash).or_default() += count);
        self.sample.join(other.sample);
        self.reduce();
    }

    /// Keeps the greatest counts, less the first that is not kept.
    fn reduce(&mut self) {
        let mut falling: Vec<u64> = self.counts.values().copied().collect();
        falling.sort_unstable_by(|one, next| next.cmp(one));
        let Some(less) = falling.get(COUNTED) else { return };
        self.short += less;
        self.counts.retain(|_, count| {
            *count -= (*count).min(*less);
            *count > 0
        });
    }

    /// Of values that are rare no count is kept, and hardly any row of theirs is recovered; what the others lost to them
    /// is counted as theirs again, so that the figure is rather too high than too low.
    fn frequency_risk(&self) -> f64 {
        let counts = || self.counts.values().map(|count| count + self.short);
        let kept: u64 = counts().sum();
        (frequency_risk(counts()) * kept as f64 / self.values.max(1) as f64).min(1.0)
    }

    fn finding(self, coded: &Coded<'_>, multiple: u64) -> SkewFinding {
        let distinct = self.sample.distinct();
        let risk = self.frequency_risk();
        SkewFinding {
            leaf: coded.path.clone(),
            domain: coded.domain.to_owned(),
            values: self.values.next_multiple_of(multiple),
            distinct: distinct.next_multiple_of(multiple),
            frequency_risk: format!("{risk:.2}"),
            flagged: risk >= NOTABLE && risk > 2.0 / distinct.max(1) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(counts: impl IntoIterator<Item = (u64, u64)>) -> Summary {
        let counts: HashMap<u64, u64, RandomState> = counts.into_iter().collect();
        let values = counts.values().sum();
        let mut summary = Summary { counts, short: 0, sample: Least::new(SAMPLED), values };
        summary.reduce();
        summary
    }

    /// One value has a third of all rows, the others one each.
    #[test]
    fn the_frequent_survive_and_are_at_most_a_share_too_low() {
        let mut all = summary([]);
        for piece in 0..8 {
            all.join(summary((1..2_001).map(|value| (piece * 10_000 + value, 1)).chain([(0, 1_000)])));
        }
        let counted = all.counts[&0];
        assert!(counted <= 8_000 && 8_000 - counted <= all.values / COUNTED as u64, "{counted}");
    }

    /// Every value has a count of its own, so that ranks tell all of them.
    #[test]
    fn more_values_than_are_counted_hide_hardly_one() {
        let values = COUNTED as u64 + 200;
        let all = summary((0..values).map(|value| (value, 20_000 + value)));
        let (risk, exact) = (all.frequency_risk(), COUNTED as f64 / values as f64);
        assert!(risk > exact - 0.01 && risk <= 1.0, "{risk}");
    }
}
