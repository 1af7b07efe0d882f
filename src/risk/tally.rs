//! Counts groups and values while rows go by.

use std::collections::HashSet;

use ahash::RandomState;

use super::code::{Coded, is_missing, join};
use super::looked::Looked;
use super::read::Strip;
use super::sets::Sets;
use super::utility::{Associations, Columns};
use super::{Limits, RiskError};
use crate::plan::TablePlan;
use crate::privacy::{Crosstab, Groups};

/// How often a subject can stand in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// In one row at most, or nobody says whose rows these are: rows are counted.
    Once,
    /// In several: each subject counts once in a group.
    Several,
}

/// How many counts are held now.
pub struct Held(usize);

impl Held {
    /// Makes sure that they are no more than may be.
    ///
    /// # Errors
    /// Where they are.
    pub fn within(self, table: &TablePlan, limits: Limits) -> Result<(), RiskError> {
        match self.0 > limits.entries {
            true => Err(RiskError::TooMany { table: table.schema.table.clone(), room: limits.entries }),
            false => Ok(()),
        }
    }
}

/// Finds out whether subjects repeat.
#[derive(Default)]
pub struct Subjects {
    seen: HashSet<u128, RandomState>,
    rows: usize,
}

impl Subjects {
    /// Adds the subjects of some rows; a row without one belongs to nobody else.
    pub fn add(&mut self, codes: &[u128]) -> Held {
        let known = codes.iter().filter(|code| !is_missing(**code));
        known.for_each(|code| {
            self.seen.insert(*code);
            self.rows += 1;
        });
        Held(self.seen.len())
    }

    /// What they were found to do.
    pub fn repeat(&self) -> Repeat {
        if self.seen.len() == self.rows { Repeat::Once } else { Repeat::Several }
    }
}

/// Remembers what was counted of whom, where that matters.
pub struct Once(Option<HashSet<u128, RandomState>>);

impl Once {
    fn new(repeat: Repeat) -> Self {
        Once((repeat == Repeat::Several).then(HashSet::default))
    }

    /// Whether something is new of this subject; all is new of a row that is nobody's.
    fn is_new(&mut self, what: u128, subject: Option<u128>) -> bool {
        match (&mut self.0, subject) {
            (Some(seen), Some(subject)) if !is_missing(subject) => seen.insert(join([what, subject])),
            _ => true,
        }
    }

    fn len(&self) -> usize {
        self.0.as_ref().map_or(0, HashSet::len)
    }
}

/// Groups of subjects.
pub struct Counted {
    pub groups: Groups,
    once: Once,
}

impl Counted {
    pub fn new(repeat: Repeat) -> Self {
        Counted { groups: Groups::default(), once: Once::new(repeat) }
    }

    /// Counts a subject in a group; nobody's row counts nobody.
    pub fn add(&mut self, key: u128, subject: Option<u128>) {
        if subject.is_some_and(is_missing) {
            self.groups.touch(key);
        } else if self.once.is_new(key, subject) {
            self.groups.add(key);
        }
    }

    /// How many counts are held.
    pub fn len(&self) -> usize {
        self.groups.len() + self.once.len()
    }
}

/// How often each value of a sensitive leaf stands in each group.
struct Sensed {
    crosstab: Crosstab,
    once: Once,
    is_numeric: bool,
}

/// Groups and their sensitive values, before or after.
pub struct Side {
    counted: Counted,
    sensed: Vec<Sensed>,
}

impl Side {
    fn new(looked: &Looked, repeat: Repeat) -> Self {
        let sensed = |_| Sensed { crosstab: Crosstab::default(), once: Once::new(repeat), is_numeric: true };
        Side { counted: Counted::new(repeat), sensed: looked.sensitive().map(sensed).collect() }
    }

    fn add(&mut self, looked: &Looked, leaves: &[Option<&Coded>], strip: &Strip) {
        let sensitive = &leaves[looked.sensitive()];
        for (sensed, leaf) in self.sensed.iter_mut().zip(sensitive) {
            sensed.is_numeric &= leaf.is_some_and(|leaf| leaf.numbers.is_some());
        }
        for row in 0..strip.rows {
            let (key, subject) = (key(&leaves[looked.quasi()], row), strip.subject(row));
            self.counted.add(key, subject);
            for (sensed, leaf) in self.sensed.iter_mut().zip(sensitive) {
                let value = leaf.map_or(0, |leaf| leaf.value(row));
                if sensed.once.is_new(join([key, value.into()]), subject) {
                    sensed.crosstab.add(key, value);
                }
            }
        }
    }

    fn len(&self) -> usize {
        self.counted.len() + self.sensed.iter().map(|sensed| sensed.crosstab.len() + sensed.once.len()).sum::<usize>()
    }

    /// Groups by all quasi-identifiers together.
    pub fn groups(&self) -> &Groups {
        &self.counted.groups
    }

    /// Of every sensitive leaf its values by group, and whether they are numbers.
    pub fn sensitive(&self) -> impl Iterator<Item = (&Crosstab, bool)> {
        self.sensed.iter().map(|sensed| (&sensed.crosstab, sensed.is_numeric))
    }
}

impl Strip {
    /// Whose row it is.
    pub fn subject(&self, row: usize) -> Option<u128> {
        self.subjects.as_ref().map(|subjects| subjects[row])
    }

    /// The leaves as they are.
    pub fn before(&self) -> Vec<Option<&Coded>> {
        self.before.iter().map(Some).collect()
    }

    /// The leaves as they will be.
    pub fn after(&self) -> Vec<Option<&Coded>> {
        self.after.iter().map(Option::as_ref).collect()
    }
}

/// The group of a row; a removed leaf tells nothing of it.
pub fn key(leaves: &[Option<&Coded>], row: usize) -> u128 {
    join(leaves.iter().flatten().map(|leaf| leaf.codes[row]))
}

/// All counts of the rows that leave.
pub struct Tally<'l> {
    looked: &'l Looked,
    limits: Limits,
    pub before: Side,
    pub after: Side,
    pub sets: Sets,
    pub columns: Columns,
    pub associations: Associations,
    pub repeat: Repeat,
}

impl<'l> Tally<'l> {
    /// Of which nothing is counted yet.
    pub fn new(looked: &'l Looked, repeat: Repeat, limits: Limits) -> Self {
        Tally {
            looked,
            limits,
            before: Side::new(looked, repeat),
            after: Side::new(looked, repeat),
            sets: Sets::new(looked.quasi(), repeat),
            columns: Columns::new(looked.leaves.len()),
            associations: Associations::new(looked.leaves.len()),
            repeat,
        }
    }

    /// Counts some rows.
    pub fn add(&mut self, strip: &Strip) -> Held {
        let (before, after) = (strip.before(), strip.after());
        let Tally { looked, limits, before: was, after: becomes, sets, columns, associations, .. } = self;
        let room = limits.entries / 4;
        rayon::scope(|scope| {
            scope.spawn(|_| was.add(looked, &before, strip));
            scope.spawn(|_| becomes.add(looked, &after, strip));
            scope.spawn(|_| sets.add(&before, &after, strip, room));
            scope.spawn(|_| columns.add(&before, &after, strip, room));
            scope.spawn(|_| associations.add(&before, &after, strip));
        });
        Held(self.before.len() + self.after.len())
    }
}

/// Groups of all rows, those that stay behind included.
pub struct Population {
    pub before: Counted,
    pub after: Counted,
}

impl Population {
    /// Of which nothing is counted yet.
    pub fn new(repeat: Repeat) -> Self {
        Population { before: Counted::new(repeat), after: Counted::new(repeat) }
    }

    /// Counts some rows.
    pub fn add(&mut self, looked: &Looked, strip: &Strip) -> Held {
        let (before, after) = (strip.before(), strip.after());
        for row in 0..strip.rows {
            let subject = strip.subject(row);
            self.before.add(key(&before[looked.quasi()], row), subject);
            self.after.add(key(&after[looked.quasi()], row), subject);
        }
        Held(self.before.len() + self.after.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MISSING: u128 = 0;

    #[test]
    fn a_subject_counts_once_in_a_group() {
        let mut counted = Counted::new(Repeat::Several);
        for (key, who) in [(1, 700), (1, 700), (2, 700), (1, 800), (1, MISSING), (1, MISSING)] {
            counted.add(key, Some(who));
        }
        assert_eq!((counted.groups.size(1), counted.groups.size(2)), (2, 1), "nobody's rows count nobody");
        counted.add(3, Some(MISSING));
        assert_eq!((counted.groups.size(3), counted.groups.len()), (1, 3), "but somebody they are of");
        let mut rows = Counted::new(Repeat::Once);
        for (key, who) in [(1, 700), (1, 700)] {
            rows.add(key, Some(who));
        }
        assert_eq!(rows.groups.size(1), 2, "who has one row only is not remembered");
    }

    #[test]
    fn subjects_repeat_or_do_not() {
        let mut subjects = Subjects::default();
        subjects.add(&[300, 500, MISSING, MISSING]);
        assert_eq!(subjects.repeat(), Repeat::Once);
        subjects.add(&[500]);
        assert_eq!(subjects.repeat(), Repeat::Several);
    }
}
