//! How many people stand together in every group of a table, counted before a part leaves.
//!
//! A group is all rows that leave with equal values in every quasi leaf, values being those that leave: each goes through
//! its method first. A null is a value of its own, and so is one of a structure around it. Subjects are counted exactly up to k; nobody's rows, whose subject is
//! null, count nobody.

mod facts;
mod names;
mod standing;

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef};

use super::look::{Look, Looked, Means};
use super::{Cause, SurveyError, alike};
use crate::keys::Secret;
use crate::method::{Context, Method, Outcome, distinct};
use crate::plan::{FileError, Groups, Level, Place, Placed, Plan, TablePlan};
use crate::survey::Surveyed;

pub use facts::{Counted, Group, Subjects, TooMany};
use facts::{Facts, Map, Row};
pub use names::{Names, as_it_lies};
pub use standing::{Standing, Standings};

/// The groups of all tables take this share of a run's memory together, at most.
const SHARE: u64 = 4;

/// Counts the groups of every table with `[privacy]`, by the table's name.
///
/// # Errors
/// Where an object cannot be read, a method fails on a value, or there are too many groups.
pub fn count(
    plan: &Plan,
    secret: &Secret,
    surveyed: &Surveyed,
    means: Means<'_>,
    memory: u64,
) -> Result<BTreeMap<String, Counted>, SurveyError> {
    let grouped = plan.tables.iter().filter_map(|table| Some((table, table.groups.as_ref()?)));
    let of_each = memory / SHARE / grouped.clone().count().max(1) as u64;
    let context = Context { keys: means.keys, taken: &surveyed.taken, known: &surveyed.known, beside: &[] };
    let mut counted = BTreeMap::new();
    for (table, groups) in grouped {
        let names = Names::of(secret, &plan.customer, &table.schema.table, groups.quasi.len());
        let counter = Counter::of(table, groups, names, &context, of_each);
        Look::at(table, groups.columns()).each(means, |rows| counter.join(&rows))?;
        counted.insert(table.schema.table.clone(), counter.facts.into_groups());
    }
    Ok(counted)
}

/// Counts the groups of one table.
struct Counter<'c> {
    table: &'c TablePlan,
    groups: &'c Groups,
    names: Names,
    context: &'c Context<'c>,
    /// Of each quasi leaf: its method, and those that are coarser.
    levels: Vec<Vec<Level<'c>>>,
    facts: Facts,
}

impl<'c> Counter<'c> {
    fn of(table: &'c TablePlan, groups: &'c Groups, names: Names, context: &'c Context<'c>, memory: u64) -> Self {
        let k = table.schema.privacy.as_ref().map_or(0, |privacy| privacy.k);
        // Where rows are counted and not people, every row is one more.
        let facts = Facts::new(k, groups.quasi.len(), memory);
        let levels = groups.quasi.iter().map(|place| table.levels(place)).collect();
        Counter { table, groups, names, context, levels, facts }
    }

    /// Counts some rows.
    fn join(&self, rows: &Looked) -> Result<(), Cause> {
        let (names, parts) = self.name(rows)?;
        let subjects = |place: &Place| {
            let values = alike(self.table, &place.path, rows.values(place)?.values)?;
            Ok::<_, Cause>(self.names.subjects(&values))
        };
        let subjects = self.groups.subject.as_ref().map(subjects).transpose()?;
        let sensitive: Vec<Vec<u128>> =
            self.groups.sensitive.iter().map(|place| self.sensitive(rows, place)).collect::<Result<_, _>>()?;
        let mut batch = self.facts.batch();
        for (row, name) in names.iter().enumerate() {
            batch.add(Row {
                name: *name,
                subject: subjects.as_ref().and_then(|subjects| subjects[row]),
                values: &mut sensitive.iter().map(|values| values[row]),
                parts: &mut parts.iter().map(|parts| parts[row]),
            });
        }
        self.facts.join(batch)?;
        if let Some(subjects) = subjects {
            self.facts.watch(names.iter().zip(&subjects).filter_map(|(name, subject)| Some(((*subject)?, *name))));
        }
        Ok(())
    }

    /// The finest name of each row's group, and of each quasi leaf the parts of the names, where levels could change them.
    fn name(&self, rows: &Looked) -> Result<(Vec<u128>, Vec<Vec<u128>>), Cause> {
        let mut names = vec![0u128; rows.rows()];
        let mut parts = Vec::new();
        let has_levels = self.levels.iter().any(|levels| levels.len() > 1);
        for (leaf, (place, levels)) in self.groups.quasi.iter().zip(&self.levels).enumerate() {
            let placed = rows.values(place)?;
            if !has_levels {
                let masked = self.masked(place, levels[0].method(), &placed.values)?;
                self.names.add(leaf, &masked, &placed.structures, &mut names);
                continue;
            }
            let of_leaf = self.parts(leaf, place, levels, &placed)?;
            names.iter_mut().zip(&of_leaf).for_each(|(name, part)| *name = name.wrapping_add(*part));
            parts.push(of_leaf);
        }
        Ok((names, parts))
    }

    /// One number for a leaf's value at all of its levels: two values share it where they share all of these.
    fn parts(&self, leaf: usize, place: &Place, levels: &[Level<'_>], placed: &Placed) -> Result<Vec<u128>, Cause> {
        let Placed { values, structures } = placed;
        let mut hashes = Vec::with_capacity(levels.len());
        for level in levels {
            let mut of_level = vec![0u128; values.len()];
            self.names.add(leaf, &self.masked(place, level.method(), values)?, structures, &mut of_level);
            hashes.push(of_level);
        }
        let at = |row: usize| hashes.iter().map(move |of_level| of_level[row]);
        if let [only] = hashes.as_slice() {
            return Ok(only.clone());
        }
        let part =
            |row| (0..).zip(at(row)).fold(0, |part: u128, (level, hash)| part.wrapping_add(hash.rotate_left(level)));
        let parts: Vec<u128> = (0..values.len()).map(part).collect();
        let mut known: Map<Box<[u128]>> = Map::default();
        for (row, part) in parts.iter().enumerate() {
            known.entry(*part).or_insert_with(|| at(row).collect());
        }
        self.facts.level(leaf, known)?;
        Ok(parts)
    }

    /// A leaf's values as they leave.
    fn masked(&self, place: &Place, method: &dyn Method, values: &ArrayRef) -> Result<ArrayRef, Cause> {
        let plan = &self.table.columns[place.column].leaves[place.leaf];
        if matches!(plan.outcome, Outcome::Untouched) {
            return Ok(values.clone());
        }
        distinct::apply(method, values, self.context).map_err(|error| Cause::Method(place.path.clone(), error))
    }

    fn sensitive(&self, rows: &Looked, place: &Place) -> Result<Vec<u128>, Cause> {
        let rule = self.table.schema.columns.get(&place.path);
        let rule = rule.ok_or(FileError::Damaged("a column has no rule"))?;
        Ok(self.names.values(&self.masked(place, &*rule.method, &rows.values(place)?.values)?))
    }
}
