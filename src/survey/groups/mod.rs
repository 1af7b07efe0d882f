//! How many people stand together in every group of a table, counted before a part leaves.
//!
//! A group is all rows that leave with equal values in every quasi leaf, values being those that leave: each goes through
//! its method first. A null is a value of its own. Subjects are counted exactly up to k; nobody's rows, whose subject is
//! null, count nobody.

mod facts;
mod names;
mod standing;

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::buffer::BooleanBuffer;
use arrow::compute::filter;

use crate::account::doors::OpenProduction;
use crate::crew::Crew;
use crate::keys::Secret;
use crate::method::{Context, Keys, Method, Outcome, Taken, distinct};
use crate::plan::{Content, FileError, Groups, Level, Place, Plan, SourceFile, TablePlan};
use crate::source::{Asked, RawBatch, ReadLimits, Records, RowGroup, filters_hold};
use crate::survey::{Cause, SurveyError, located};

pub use facts::{Counted, Group, Subjects, TooMany};
use facts::{Facts, Map, Row};
pub use names::Names;
pub use standing::{Standing, Standings};

/// The groups of all tables take this share of a run's memory together, at most.
const SHARE: u64 = 4;

/// Rows that are looked at at once.
const ROWS: usize = 64 * 1024;

/// Counts the groups of every table with `[privacy]`, by the table's name.
///
/// # Errors
/// Where an object cannot be read, a method fails on a value, or there are too many groups.
pub fn count(
    plan: &Plan,
    secret: &Secret,
    taken: &Taken,
    production: OpenProduction<'_>,
    crew: &Crew,
    memory: u64,
) -> Result<BTreeMap<String, Counted>, SurveyError> {
    let keys = plan.keys(secret);
    let grouped = plan.tables.iter().filter_map(|table| Some((table, table.groups.as_ref()?)));
    let of_each = memory / SHARE / grouped.clone().count().max(1) as u64;
    let mut counted = BTreeMap::new();
    for (table, groups) in grouped {
        let names = Names::of(secret, &plan.customer, &table.schema.table, groups.quasi.len());
        let counter = Counter::of(table, groups, names, &keys, taken, of_each);
        counter.go_through(production, crew, ReadLimits::of(memory))?;
        counted.insert(table.schema.table.clone(), counter.facts.into_groups());
    }
    Ok(counted)
}

/// Counts the groups of one table.
struct Counter<'c> {
    table: &'c TablePlan,
    groups: &'c Groups,
    names: Names,
    keys: &'c Keys,
    taken: &'c Taken,
    /// Of each quasi leaf: its method, and those that are coarser.
    levels: Vec<Vec<Level<'c>>>,
    facts: Facts,
    /// The columns that are read, as places among the table's, each once.
    columns: Vec<usize>,
}

/// Some of an object's rows.
enum Task<'t> {
    RowGroup(&'t SourceFile, usize),
    Records(&'t SourceFile),
}

impl<'c> Counter<'c> {
    fn of(
        table: &'c TablePlan,
        groups: &'c Groups,
        names: Names,
        keys: &'c Keys,
        taken: &'c Taken,
        memory: u64,
    ) -> Self {
        let k = table.schema.privacy.as_ref().map_or(0, |privacy| privacy.k);
        // Where rows are counted and not people, every row is one more.
        let facts = Facts::new(k, groups.quasi.len(), memory);
        let levels = groups.quasi.iter().map(|place| table.levels(place)).collect();
        let mut columns: Vec<usize> = table.asked.iter().copied().chain(groups.columns()).collect();
        columns.sort_unstable();
        columns.dedup();
        Counter { table, groups, names, keys, taken, levels, facts, columns }
    }

    fn go_through(&self, production: OpenProduction<'_>, crew: &Crew, limits: ReadLimits) -> Result<(), SurveyError> {
        let tasks: Vec<Task<'_>> = self.table.files.iter().flat_map(tasks).collect();
        crew.each(&tasks, production.is_remote(), |task| {
            let (file, looked) = match task {
                Task::RowGroup(file, group) => (file, self.row_group(production, crew, limits, file, *group)),
                Task::Records(file) => (file, crew.call(production.is_remote(), || self.records(production, file))),
            };
            looked.map_err(|cause| located(self.table, self.table.place_of(file), cause))
        })?;
        Ok(())
    }

    fn row_group(
        &self,
        production: OpenProduction<'_>,
        crew: &Crew,
        limits: ReadLimits,
        file: &SourceFile,
        index: usize,
    ) -> Result<(), Cause> {
        let columns = self.columns.iter().map(|column| &self.table.columns[*column]);
        let open = || RowGroup::open(production, file, index, columns, limits);
        let group = crew.call(production.is_remote(), open)?;
        crew.work(|| {
            let mut rows = Asked::new(&group, self.table, &self.columns)?;
            let mut left = group.rows();
            while left > 0 {
                let next = left.min(ROWS);
                self.look(rows.take(next)?.ok_or(FileError::Damaged("a column is missing"))?)?;
                left -= next;
            }
            Ok(rows.end()?)
        })
    }

    fn records(&self, production: OpenProduction<'_>, file: &SourceFile) -> Result<(), Cause> {
        let mut failed = None;
        Records::open(production, self.table, file)?.measure(|batch| {
            let looked = Records::asked(file, self.table, &self.columns, batch).map_or(Ok(()), |rows| self.look(rows));
            if failed.is_none() {
                failed = looked.err();
            }
        })?;
        failed.map_or(Ok(()), Err)
    }

    /// Counts the rows of a batch that leave as far as filters say.
    fn look(&self, batch: RawBatch) -> Result<(), Cause> {
        let columns: Vec<ArrayRef> = batch.columns().cloned().collect();
        let at = |column: &usize| self.columns.binary_search(column).ok().and_then(|at| columns.get(at)).cloned();
        let filters: Vec<ArrayRef> = self.table.asked.iter().filter_map(at).collect();
        let marks = filters_hold(self.table, self.keys, batch.rows(), &filters)
            .map_err(|(column, error)| Cause::Method(column, error))?;
        let leaving = Leaving { counter: self, columns: &columns, marks };
        self.join(&leaving)
    }

    fn join(&self, rows: &Leaving<'_>) -> Result<(), Cause> {
        let (names, parts) = self.name(rows)?;
        let subjects = self.groups.subject.as_ref().map(|place| rows.values(place)).transpose()?;
        let subjects = subjects.map(|subjects| self.names.subjects(&subjects));
        let sensitive: Vec<Vec<u128>> =
            self.groups.sensitive.iter().map(|place| rows.sensitive(place)).collect::<Result<_, _>>()?;
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
    fn name(&self, rows: &Leaving<'_>) -> Result<(Vec<u128>, Vec<Vec<u128>>), Cause> {
        let mut names = vec![0u128; rows.count()];
        let mut parts = Vec::new();
        let has_levels = self.levels.iter().any(|levels| levels.len() > 1);
        for (leaf, (place, levels)) in self.groups.quasi.iter().zip(&self.levels).enumerate() {
            let values = rows.values(place)?;
            if !has_levels {
                self.names.add(leaf, &rows.masked(place, levels[0].method(), &values)?, &mut names);
                continue;
            }
            let of_leaf = self.parts(rows, leaf, place, levels, &values)?;
            names.iter_mut().zip(&of_leaf).for_each(|(name, part)| *name = name.wrapping_add(*part));
            parts.push(of_leaf);
        }
        Ok((names, parts))
    }

    /// One number for a leaf's value at all of its levels: two values share it where they share all of these.
    fn parts(
        &self,
        rows: &Leaving<'_>,
        leaf: usize,
        place: &Place,
        levels: &[Level<'_>],
        values: &ArrayRef,
    ) -> Result<Vec<u128>, Cause> {
        let mut hashes = Vec::with_capacity(levels.len());
        for level in levels {
            let mut of_level = vec![0u128; values.len()];
            self.names.add(leaf, &rows.masked(place, level.method(), values)?, &mut of_level);
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
}

/// The rows of a batch that leave.
struct Leaving<'l> {
    counter: &'l Counter<'l>,
    /// Those that the counter reads, in its order.
    columns: &'l [ArrayRef],
    marks: BooleanBuffer,
}

impl Leaving<'_> {
    fn count(&self) -> usize {
        self.marks.count_set_bits()
    }

    /// A leaf's values as they are read.
    fn values(&self, place: &Place) -> Result<ArrayRef, Cause> {
        let damaged = FileError::Damaged("a column is not the one that was planned");
        let column = self.counter.columns.binary_search(&place.column).ok().and_then(|at| self.columns.get(at));
        let values = column.and_then(|column| place.before(column)).ok_or(damaged.clone())?;
        if self.count() == self.marks.len() {
            return Ok(values);
        }
        filter(&values, &BooleanArray::new(self.marks.clone(), None)).map_err(|_| damaged.into())
    }

    /// A leaf's values as they leave.
    fn masked(&self, place: &Place, method: &dyn Method, values: &ArrayRef) -> Result<ArrayRef, Cause> {
        let plan = &self.counter.table.columns[place.column].leaves[place.leaf];
        if matches!(plan.outcome, Outcome::Untouched) {
            return Ok(values.clone());
        }
        let context = Context { keys: self.counter.keys, taken: self.counter.taken, beside: &[] };
        distinct::apply(method, values, &context).map_err(|error| Cause::Method(place.path.clone(), error))
    }

    fn sensitive(&self, place: &Place) -> Result<Vec<u128>, Cause> {
        let rule = self.counter.table.schema.columns.get(&place.path);
        let rule = rule.ok_or(FileError::Damaged("a column has no rule"))?;
        Ok(self.counter.names.values(&self.masked(place, &*rule.method, &self.values(place)?)?))
    }
}

fn tasks(file: &SourceFile) -> Vec<Task<'_>> {
    match file.content {
        Content::Pages(_) => (0..file.row_groups().len()).map(|group| Task::RowGroup(file, group)).collect(),
        Content::Records { .. } => vec![Task::Records(file)],
    }
}
