//! By which leaves a table's rows are grouped, and where their values stand.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StructArray, make_array};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field};

use crate::method::{Method, Nulls, Outcome, is_hashed};
use crate::plan::{ColumnPlan, LeafPlan, PlanError, TablePlan};
use crate::schema::{Class, LeafPath, Privacy, TableSchema, children};

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

/// Where a leaf of one value a row stands.
#[derive(Debug, Clone)]
pub struct Place {
    pub path: LeafPath,
    /// Its top-level column, as a place among the table's.
    pub column: usize,
    /// Its place among the column's leaves.
    pub leaf: usize,
    /// The way down the structures of the column as it is read.
    before: Vec<usize>,
    /// The same of the column as it leaves; none where the leaf does not.
    after: Option<Vec<usize>>,
}

impl Place {
    /// The leaf's values of a column as it is read.
    pub fn before(&self, column: &ArrayRef) -> Option<Placed> {
        Placed::at(column, &self.before)
    }

    /// The leaf's values of a column as it leaves.
    pub fn after(&self, column: &ArrayRef) -> Option<Placed> {
        Placed::at(column, self.after.as_ref()?)
    }
}

/// The values of a leaf, one a row.
pub struct Placed {
    /// Null wherever a structure on the way is.
    pub values: ArrayRef,
    /// Of every structure on the way, from the outermost: in which rows it or one around it is null. Who reads the output
    /// can tell these from rows in which the leaf alone is null.
    pub structures: Vec<Option<NullBuffer>>,
}

impl Placed {
    /// What is at the end of a way down.
    fn at(column: &ArrayRef, way: &[usize]) -> Option<Self> {
        let (mut values, mut structures) = (column.clone(), Vec::with_capacity(way.len()));
        for next in way {
            let structure: &StructArray = values.as_struct_opt()?;
            let inner = structure.columns().get(*next)?;
            structures.push(structure.nulls().cloned());
            let nulls = NullBuffer::union(structure.nulls(), inner.nulls());
            let data = inner.to_data().into_builder().nulls(nulls).build().ok()?;
            values = make_array(data);
        }
        Some(Placed { values, structures })
    }
}

/// Finds the leaves of a table with `[privacy]`.
///
/// # Errors
/// Where nothing is left to group by, or a leaf's type cannot be told equal from unequal.
pub fn of(schema: &TableSchema, columns: &[ColumnPlan]) -> Result<Option<Groups>, PlanError> {
    let Some(privacy) = &schema.privacy else { return Ok(None) };
    let places: Vec<Place> = columns.iter().enumerate().flat_map(|(index, column)| places(index, column)).collect();
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
    let subject = schema.subject.as_ref().and_then(|path| places.iter().find(|place| place.path == *path)).cloned();
    if schema.subject.is_some() && subject.is_none() {
        let hint = "name a leaf with one value a row as `subject`".to_owned();
        return Err(PlanError::Rule(privacy.fault("`subject` is no leaf of one value a row", hint)));
    }
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

/// The leaves of a column that are reached through structures alone.
fn places(column: usize, plan: &ColumnPlan) -> Vec<Place> {
    let mut found = Vec::new();
    let root = LeafPath::column(plan.field.name());
    ways(root, &plan.field, plan.output.as_ref(), &(Vec::new(), Some(Vec::new())), &mut found);
    let numbered = found.into_iter().filter_map(|(path, (before, after))| {
        let leaf = plan.leaves.iter().position(|known| known.leaf.path == path)?;
        Some(Place { path, column, leaf, before, after })
    });
    numbered.collect()
}

/// The ways down a column, as it is read and as it leaves.
type Ways = (Vec<usize>, Option<Vec<usize>>);

fn ways(path: LeafPath, field: &Field, output: Option<&Arc<Field>>, here: &Ways, found: &mut Vec<(LeafPath, Ways)>) {
    let DataType::Struct(fields) = field.data_type() else {
        if children(&path, field.data_type()).is_empty() {
            found.push((path, (here.0.clone(), here.1.clone().filter(|_| output.is_some()))));
        }
        return;
    };
    let inner = children(&path, field.data_type());
    for (index, ((path, _), field)) in inner.into_iter().zip(fields).enumerate() {
        let left = output.and_then(|output| {
            let DataType::Struct(left) = output.data_type() else { return None };
            left.iter().position(|kept| kept.name() == field.name()).map(|at| (at, &left[at]))
        });
        let mut there = here.clone();
        there.0.push(index);
        there.1 = there.1.zip(left).map(|(mut way, (at, _))| {
            way.push(at);
            way
        });
        ways(path, field, left.map(|(_, field)| field), &there, found);
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
        let place = |(column, name): (usize, &&str)| Place {
            path: LeafPath::column(name),
            column,
            leaf: 0,
            before: Vec::new(),
            after: Some(Vec::new()),
        };
        Groups { quasi: quasi.iter().enumerate().map(place).collect(), sensitive: Vec::new(), subject: None }
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int64Array, StringArray};

    use super::*;

    #[test]
    fn values_are_null_where_a_structure_on_the_way_is() {
        let ages: ArrayRef = Arc::new(Int64Array::from(vec![1, 0, 3]));
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
        let fields = [("text", texts), ("age", ages)]
            .map(|(name, array)| (Arc::new(Field::new(name, array.data_type().clone(), false)), array));
        let (fields, arrays): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
        let nulls = NullBuffer::from(vec![true, false, true]);
        let person: ArrayRef = Arc::new(StructArray::new(fields.into(), arrays, Some(nulls.clone())));
        let found = Placed::at(&person, &[1]).expect("a leaf");
        let expected: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]));
        assert_eq!((&found.values, found.structures), (&expected, vec![Some(nulls)]));
        assert!(Placed::at(&person, &[2]).is_none());
    }
}
