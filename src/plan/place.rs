//! Where leaves of one value a row stand: the way down the structures around them.
//!
//! What looks at another leaf of a row (a subject, a filter, a group, a method) finds it here, whatever it is nested in.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StructArray, make_array};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field};

use crate::plan::{ColumnPlan, FileError};
use crate::schema::{LeafPath, children};

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

    /// The same without what is around them.
    ///
    /// # Errors
    /// Where the column is not as planned.
    pub fn values(&self, column: &ArrayRef) -> Result<ArrayRef, FileError> {
        let placed = self.before(column).ok_or(FileError::Damaged("a column is not the one that was planned"))?;
        Ok(placed.values)
    }

    /// Whether it is the whole column.
    pub fn is_column(&self) -> bool {
        self.before.is_empty()
    }

    /// The same leaf in a column of which only the way to it is read, and that column's type.
    pub fn alone(&self, column: &DataType) -> Option<(Place, DataType)> {
        let place = Place { before: vec![0; self.before.len()], ..self.clone() };
        Some((place, only(column, &self.before)?))
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
            values = within(structure, inner)?;
        }
        Some(Placed { values, structures })
    }
}

/// Every leaf of one value a row, in the order of the columns.
pub fn all(columns: &[ColumnPlan]) -> Vec<Place> {
    columns.iter().enumerate().flat_map(|(index, column)| places(index, column)).collect()
}

/// Which of these a leaf is.
///
/// # Errors
/// What to say where it is none of them.
pub fn of(places: &[Place], path: &LeafPath) -> Result<usize, String> {
    let found = places.iter().position(|place| place.path == *path);
    found.ok_or_else(|| format!("`{path}` is no leaf of one value a row"))
}

/// The values of a member, null where its structure is: what stands there of one that cannot be null itself is nobody's.
pub fn within(structure: &StructArray, member: &ArrayRef) -> Option<ArrayRef> {
    let Some(around) = structure.nulls().filter(|nulls| nulls.null_count() > 0) else { return Some(member.clone()) };
    // A column of nothing but nulls has no room to mark one.
    if member.data_type().is_null() || member.nulls().is_some_and(|own| own.contains(around)) {
        return Some(member.clone());
    }
    let nulls = NullBuffer::union(Some(around), member.nulls());
    Some(make_array(member.to_data().into_builder().nulls(nulls).build().ok()?))
}

/// What is left of a type where of every structure only the member on the way is read.
fn only(data_type: &DataType, way: &[usize]) -> Option<DataType> {
    let Some((next, rest)) = way.split_first() else { return Some(data_type.clone()) };
    let DataType::Struct(fields) = data_type else { return None };
    let member = fields.get(*next)?;
    let inner = only(member.data_type(), rest)?;
    Some(DataType::Struct(vec![member.as_ref().clone().with_data_type(inner)].into()))
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

#[cfg(test)]
impl Place {
    /// A column of its own.
    pub(crate) fn top(column: usize, name: &str) -> Self {
        Place { path: LeafPath::column(name), column, leaf: 0, before: Vec::new(), after: Some(Vec::new()) }
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
