//! The objects of one table: what may differ between them, and how the columns of each become the table's.
//!
//! They are written over years, and by several programs. Every object has every leaf, in one type; in which order it has them, which
//! of them may be null, and what it calls the inside of lists and maps is its own. The table has its columns in the order of
//! the first object, and one may be null where that of any object may.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Fields, TimeUnit};

use crate::lake::{Fit, LakeError, fit, plain};
use crate::plan::footer::FileError;
use crate::plan::{Mismatch, PlanError};
use crate::plan::{Origin, SourceFile};
use crate::schema::{Leaf, LeafPath, TableSchema, leaves};

/// The columns of a table as they stand in one of its objects.
pub struct Fitted {
    /// The table's.
    fields: Fields,
    places: Vec<Found>,
}

/// A column of a table in one of its objects.
pub struct Found {
    /// Which of the object's columns it is; none where the object does not have it.
    pub root: Option<usize>,
    /// What makes it the table's.
    pub fit: Fit,
    /// Of each of its leaves, which it is among those of the object's column; none where it is not there.
    pub leaves: Vec<Option<usize>>,
}

impl Fitted {
    /// The columns of a table, found among those of an object.
    ///
    /// # Errors
    /// Where one cannot be found for certain.
    pub fn find(
        fields: Fields,
        among: &Fields,
        find: impl Fn(usize) -> Result<(Option<usize>, Fit), LakeError>,
    ) -> Result<Self, LakeError> {
        let place = |(index, field): (usize, &FieldRef)| {
            let (root, fit) = find(index)?;
            let there = root.map_or(&DataType::Null, |root| among[root].data_type());
            Ok(Found { root, leaves: fit.leaves(field.data_type(), there), fit })
        };
        let places = fields.iter().enumerate().map(place).collect::<Result<_, LakeError>>()?;
        Ok(Fitted { fields, places })
    }

    /// The columns of a table, found by their names, each of which the object has.
    fn by_name(fields: &Fields, among: &Fields) -> Result<Self, LakeError> {
        Fitted::find(fields.clone(), among, |index| {
            let (root, found) = fit(&plain(&fields[index]), among, &Vec::new())?;
            let is_same = root.is_some_and(|root| among[root].data_type() == fields[index].data_type());
            Ok((root, if is_same { Fit::Same } else { found }))
        })
    }

    /// The table's columns.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Where a column of the table is.
    pub fn place(&self, index: usize) -> Option<&Found> {
        self.places.get(index)
    }
}

/// The columns of a table, of which every object has all, and its partition keys. Objects that have them otherwise are fitted to them.
///
/// # Errors
/// Where there is no object, or two differ in more than order, nullability and inner names.
pub fn join(schema: &TableSchema, files: &mut [SourceFile]) -> Result<Vec<(Arc<Field>, Origin)>, PlanError> {
    let (of, empty) = (files.len(), || PlanError::Empty { table: schema.table.clone() });
    let first = files.first().ok_or_else(empty)?;
    let (table, mut own) = (first.fields(), first.columns().clone());
    for (index, file) in files.iter().enumerate() {
        let fields = file.fields();
        if index == 0 || fields != table {
            agree(schema, &table, &fields).map_err(|mismatch| mismatch.in_object(schema, index, of))?;
            own = united_by_name(&own, file.columns());
        }
    }
    for (index, file) in files.iter_mut().enumerate().filter(|(_, file)| *file.columns() != own) {
        let refused = |error| PlanError::File { table: schema.table.clone(), object: index + 1, of, error };
        let fitted = Fitted::by_name(&own, file.columns()).map_err(|error| refused(FileError::Lake(error)))?;
        file.fitted = Some(fitted);
    }
    let keys = table.into_iter().filter(|(_, origin)| *origin == Origin::Partition);
    let own = own.iter().enumerate().map(|(index, field)| (field.clone(), Origin::File(index)));
    Ok(own.chain(keys).collect())
}

/// Whether an object has the leaves of the first, each of its type, and all of them are listed.
fn agree(schema: &TableSchema, first: &[(Arc<Field>, Origin)], other: &[(Arc<Field>, Origin)]) -> Result<(), Mismatch> {
    let is_listed = |path: &LeafPath| schema.columns.contains_key(path);
    let mut keys = other.iter().filter(|(_, origin)| *origin == Origin::Partition);
    if keys.any(|(field, _)| !is_listed(&LeafPath::column(field.name()))) {
        return Err(Mismatch::UnlistedKey);
    }
    let (first, other) = (flat(first)?, flat(other)?);
    let unlisted: Vec<LeafPath> = other.keys().filter(|path| !is_listed(path)).cloned().collect();
    if !unlisted.is_empty() {
        return Err(Mismatch::Unlisted(unlisted));
    }
    if let Some(leaf) = first.keys().find(|path| !other.contains_key(path)) {
        return Err(Mismatch::Missing(leaf.clone()));
    }
    other.into_iter().try_for_each(|(leaf, (here, is_key))| match first.get(&leaf) {
        None => Err(Mismatch::Added(leaf)),
        Some((_, was_key)) if *was_key != is_key => Err(Mismatch::Key { leaf, is_key }),
        Some((known, _)) if common(known, &here).is_none() => {
            Err(Mismatch::Differs { leaf, types: Box::new([here, known.clone()]) })
        }
        Some(_) => Ok(()),
    })
}

/// Every leaf of an object: its type, and whether it is a partition key.
fn flat(fields: &[(Arc<Field>, Origin)]) -> Result<BTreeMap<LeafPath, (DataType, bool)>, Mismatch> {
    let mut found = BTreeMap::new();
    for (field, origin) in fields {
        for Leaf { path, data_type, .. } in leaves(field) {
            // Two columns of one path could not be told apart by their rules.
            if found.insert(path.clone(), (data_type, *origin == Origin::Partition)).is_some() {
                return Err(Mismatch::Twice(path));
            }
        }
    }
    Ok(found)
}

/// The type that holds every value of two types of a leaf as it is. Of nanoseconds it is none: they reach from 1677 to 2262.
fn common(one: &DataType, other: &DataType) -> Option<DataType> {
    use TimeUnit::{Microsecond, Millisecond};
    match (one, other) {
        (one, other) if one == other => Some(one.clone()),
        (
            DataType::Timestamp(Millisecond | Microsecond, zone),
            DataType::Timestamp(Millisecond | Microsecond, other),
        ) if zone == other => Some(DataType::Timestamp(Microsecond, zone.clone())),
        _ => None,
    }
}

/// A field that holds what two of the same leaves do, under the names of the first.
fn united(field: &FieldRef, other: &Field) -> FieldRef {
    if field.as_ref() == other {
        return field.clone();
    }
    let data_type = match (field.data_type(), other.data_type()) {
        (DataType::Struct(members), DataType::Struct(others)) => DataType::Struct(united_by_name(members, others)),
        (DataType::List(item), DataType::List(other)) => DataType::List(united(item, other)),
        (DataType::Map(entries, sorted), DataType::Map(others, _)) => {
            DataType::Map(united_pair(entries, others), *sorted)
        }
        (one, other) => common(one, other).unwrap_or_else(|| one.clone()),
    };
    let nullable = field.is_nullable() || other.is_nullable();
    Arc::new(field.as_ref().clone().with_data_type(data_type).with_nullable(nullable))
}

fn united_by_name(fields: &Fields, others: &Fields) -> Fields {
    let named = |name: &str| others.iter().find(|other| other.name() == name);
    let field = |field: &FieldRef| named(field.name()).map_or_else(|| field.clone(), |other| united(field, other));
    fields.iter().map(field).collect()
}

/// Key and value of a map, whatever they are called.
fn united_pair(entries: &FieldRef, others: &FieldRef) -> FieldRef {
    let (DataType::Struct(pair), DataType::Struct(other)) = (entries.data_type(), others.data_type()) else {
        return entries.clone();
    };
    let pair: Fields = pair.iter().zip(other).map(|(field, other)| united(field, other)).collect();
    Arc::new(entries.as_ref().clone().with_data_type(DataType::Struct(pair)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn text(name: &str, nullable: bool) -> Field {
        Field::new(name, DataType::Utf8, nullable)
    }

    fn numbered(field: Field) -> Field {
        field.with_metadata(HashMap::from([("PARQUET:field_id".to_owned(), "7".to_owned())]))
    }

    fn list(name: &str, item: Field) -> Field {
        Field::new(name, DataType::List(Arc::new(item)), false)
    }

    fn map(name: &str, key: &str, value: Field) -> Field {
        let pair = DataType::Struct(vec![text(key, false), value].into());
        Field::new(name, DataType::Map(Arc::new(Field::new("entries", pair, false)), false), false)
    }

    #[test]
    fn what_may_be_null_in_one_object_may_be_in_the_table() {
        let person = |members: Vec<Field>| Field::new("person", DataType::Struct(members.into()), false);
        let table: Fields = vec![
            person(vec![text("a", false), list("b", text("element", false))]),
            map("m", "key", text("value", false)),
        ]
        .into();
        let object: Fields = vec![
            map("m", "k", text("v", true)),
            person(vec![list("b", text("item", true)), text("a", false)]).with_nullable(true),
        ]
        .into();
        let expected: Fields = vec![
            person(vec![text("a", false), list("b", text("element", true))]).with_nullable(true),
            map("m", "key", text("value", true)),
        ]
        .into();
        assert_eq!(united_by_name(&table, &object), expected);
        let fitted = Fitted::by_name(&expected, &object).expect("all are there");
        assert_eq!(fitted.places.iter().map(|place| place.root).collect::<Vec<_>>(), [Some(1), Some(0)]);
        assert_eq!(fitted.places[0].leaves, [Some(1), Some(0)]);
        assert!(!fitted.places[0].fit.is_in_place() && fitted.places[1].fit.is_in_place());
    }

    #[test]
    fn a_number_of_a_field_makes_it_no_other() {
        let table: Fields = vec![numbered(list("a", numbered(text("element", true)))), text("b", true)].into();
        let object: Fields = vec![text("b", true), list("a", text("element", true))].into();
        let fitted = Fitted::by_name(&table, &object).expect("all are there");
        assert_eq!((fitted.places[0].root, &fitted.places[0].leaves), (Some(1), &vec![Some(0)]));
        assert!(fitted.places[0].fit.is_in_place() && fitted.places[1].fit.is_same());
    }

    #[test]
    fn two_units_of_time_have_a_common_one_where_no_moment_is_lost() {
        use TimeUnit::{Microsecond, Millisecond, Nanosecond};
        let moment = |unit, zone: Option<&str>| DataType::Timestamp(unit, zone.map(Into::into));
        let of = |one, other| common(&moment(one, None), &moment(other, None));
        assert_eq!(of(Millisecond, Microsecond), Some(moment(Microsecond, None)));
        assert_eq!(of(Microsecond, Millisecond), Some(moment(Microsecond, None)));
        assert_eq!((of(Nanosecond, Nanosecond), of(Microsecond, Nanosecond)), (Some(moment(Nanosecond, None)), None));
        assert_eq!(common(&moment(Millisecond, Some("UTC")), &moment(Microsecond, None)), None);
    }
}
