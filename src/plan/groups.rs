//! By which leaves a table's rows are grouped, and where their values stand.

use std::collections::BTreeMap;

use crate::method::{Method, Nulls, Outcome, is_hashed};
use crate::plan::{ColumnPlan, LeafPlan, Place, PlanError, TablePlan, place};
use crate::schema::{Class, LeafPath, Privacy, TableSchema};

/// Steps of a quasi leaf's method that are tried at most: numbers could be made coarser for ever.
const STEPS: usize = 6;

/// The leaves that a table with `[privacy]` is grouped and counted by. All of them have one value a row.
pub struct Groups {
    /// What is left of the `quasi` leaves, in the order of the table's columns.
    pub quasi: Vec<Place>,
    /// What is left of the `sensitive` ones, where `l` or `t` asks of them.
    pub sensitive: Vec<Place>,
    pub subject: Option<Place>,
}

/// Finds the leaves of a table with `[privacy]`.
///
/// # Errors
/// Where nothing is left to group by, or a leaf's type cannot be told equal from unequal.
pub fn of(schema: &TableSchema, columns: &[ColumnPlan]) -> Result<Option<Groups>, PlanError> {
    let Some(privacy) = &schema.privacy else { return Ok(None) };
    let places = place::all(columns);
    let left = |class| {
        let of_class = move |place: &&Place| schema.columns.get(&place.path).is_some_and(|rule| rule.class == class);
        places
            .iter()
            .filter(of_class)
            .filter(|place| leaves_something(&columns[place.column].leaves[place.leaf]))
            .cloned()
    };
    let quasi: Vec<Place> = left(Class::Quasi).collect();
    if quasi.is_empty() {
        let hint = "remove [privacy]: every column of the class `quasi` is dropped or emptied".to_owned();
        return Err(PlanError::Rule(privacy.fault("there is nothing left to group by", hint)));
    }
    let sensitive = if privacy.asks_of_sensitive() { left(Class::Sensitive).collect() } else { Vec::new() };
    let subject = schema.subject.as_ref().map(|path| place::of(&places, path));
    let subject = subject.transpose().map_err(|what| PlanError::Rule(privacy.fault(what, None)))?;
    let subject = subject.map(|index| places[index].clone());
    let groups = Groups { quasi, sensitive, subject };
    groups.are_told_apart(privacy, columns)?;
    Ok(Some(groups))
}

/// Whether the output holds anything of a leaf.
fn leaves_something(plan: &LeafPlan) -> bool {
    !matches!(plan.outcome, Outcome::Removed | Outcome::Becomes { nulls: Nulls::All, .. })
}

impl Groups {
    fn are_told_apart(&self, privacy: &Privacy, columns: &[ColumnPlan]) -> Result<(), PlanError> {
        let plan = |place: &Place| &columns[place.column].leaves[place.leaf];
        let masked = self.quasi.iter().chain(&self.sensitive).map(|place| (place, plan(place).after()));
        let subject = self.subject.iter().map(|place| (place, Some(&plan(place).leaf.data_type)));
        match masked.chain(subject).find(|(_, data_type)| data_type.is_none_or(|data_type| !is_hashed(data_type))) {
            Some((place, _)) => {
                let what = format!("leaf `{}` is of a type whose values are not compared", place.path);
                let hint = "[privacy] takes text, bytes, numbers, booleans, dates and times".to_owned();
                Err(PlanError::Rule(privacy.fault(what, hint)))
            }
            None => Ok(()),
        }
    }

    /// Every top-level column of which values are needed, each once.
    pub fn columns(&self) -> Vec<usize> {
        let all = self.quasi.iter().chain(&self.sensitive).chain(&self.subject);
        let mut columns: Vec<usize> = all.map(|place| place.column).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The top-level columns of the quasi leaves, each once.
    pub fn quasi_columns(&self) -> Vec<usize> {
        let mut columns: Vec<usize> = self.quasi.iter().map(|place| place.column).collect();
        columns.dedup();
        columns
    }
}

impl TablePlan {
    /// The method of a quasi leaf and, where groups may be made coarser, those that go further, one step each.
    ///
    /// All make one type of it, with nulls at the same places or no other.
    pub fn levels(&self, place: &Place) -> Vec<Level<'_>> {
        let Some(rule) = self.schema.columns.get(&place.path) else { return Vec::new() };
        let plan = &self.columns[place.column].leaves[place.leaf];
        let mut levels = vec![Level::Planned(&*rule.method)];
        let generalises =
            self.schema.privacy.as_ref().is_some_and(|privacy| privacy.on_small == crate::schema::OnSmall::Generalise);
        while generalises && levels.len() <= STEPS {
            let coarser = levels.last().and_then(|level| level.method().coarser());
            let same = |method: &dyn Method| method.plan(&plan.leaf.data_type).is_ok_and(|made| made == plan.outcome);
            match coarser.filter(|method| same(&**method)) {
                Some(method) => levels.push(Level::Coarser(method)),
                None => break,
            }
        }
        levels
    }

    /// The table with so many steps further for quasi leaves, by their paths.
    pub fn generalise(&mut self, steps: &BTreeMap<LeafPath, usize>) {
        for (path, steps) in steps {
            let Some(rule) = self.schema.columns.get_mut(path) else { continue };
            for _ in 0..*steps {
                if let Some(coarser) = rule.method.coarser() {
                    rule.method = coarser;
                }
            }
        }
    }
}

/// A method of a quasi leaf.
pub enum Level<'p> {
    /// As the schema has it.
    Planned(&'p dyn Method),
    /// One step further than the level before.
    Coarser(Box<dyn Method>),
}

impl Level<'_> {
    /// The method.
    pub fn method(&self) -> &dyn Method {
        match self {
            Level::Planned(method) => *method,
            Level::Coarser(method) => &**method,
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// Top-level leaves to group by.
    pub fn groups(quasi: &[&str]) -> Groups {
        let place = |(column, name): (usize, &&str)| Place::top(column, name);
        Groups { quasi: quasi.iter().enumerate().map(place).collect(), sensitive: Vec::new(), subject: None }
    }
}
