//! How the columns of one object become the table's: renamed, widened, put into the table's order, or filled with nulls.
//!
//! A field of the table carries in its metadata what tells it in an object: its field id, or its name there; without either it has
//! one name in both. What an object has beyond the table's columns is dropped by the table and never read.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, MapArray, StructArray, UInt32Array, new_null_array};
use arrow::compute::{CastOptions, cast_with_options, take};
use arrow::datatypes::{DataType, Field, FieldRef, Fields, TimeUnit};
use arrow::error::ArrowError;
use parquet::arrow::PARQUET_FIELD_ID_META_KEY;

use super::{Constants, LakeError};
use crate::schema::{LeafPath, children};

/// The key of the name that a field has in objects.
const NAME: &str = "name in objects";

/// What tells a field in an object; never two things, which could be of two fields.
#[cfg_attr(not(any(test, feature = "delta", feature = "iceberg")), expect(dead_code, reason = "formats are features"))]
pub enum By<'n> {
    Id(i64),
    Name(&'n str),
}

/// A field of a table, with what tells it in an object.
#[cfg_attr(not(any(test, feature = "delta", feature = "iceberg")), expect(dead_code, reason = "formats are features"))]
pub fn told(field: Field, by: By<'_>) -> Field {
    let (key, value) = match by {
        By::Id(id) => (PARQUET_FIELD_ID_META_KEY, id.to_string()),
        By::Name(name) => (NAME, name.to_owned()),
    };
    field.with_metadata(HashMap::from([(key.to_owned(), value)]))
}

/// A field without what tells it, down to its leaves.
pub fn plain(field: &Field) -> Field {
    let inner = |field: &FieldRef| Arc::new(plain(field));
    let data_type = match field.data_type() {
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inner).collect()),
        DataType::List(item) => DataType::List(inner(item)),
        DataType::Map(entries, sorted) => DataType::Map(inner(entries), *sorted),
        other => other.clone(),
    };
    Field::new(field.name(), data_type, field.is_nullable())
}

/// What makes a column of the table of one in an object.
#[derive(Debug, Clone)]
pub enum Fit {
    /// It is the same.
    Same,
    /// The object does not have it, or not as the log tells it: one row for all.
    Constant(ArrayRef),
    /// Its values are the same in a wider type.
    Widened,
    /// Of each member, which of the object's it is.
    Struct(Vec<(Option<usize>, Fit)>),
    List(Box<Fit>),
    /// Of key and value.
    Map(Box<[Fit; 2]>),
}

/// Finds a column of the table among those of an object: its place, and what makes it the table's. `constants` stand for
/// columns that the object does not have.
///
/// # Errors
/// Where two could be it, it is of a type that is not the table's nor widens to it, or it is missing and cannot be null.
pub fn fit(column: &Field, among: &Fields, constants: &Constants) -> Result<(Option<usize>, Fit), LakeError> {
    let path = LeafPath::column(column.name());
    let is_there = place(&path, column, among)?.is_some();
    match constants.iter().find(|(name, _)| name == column.name() && !is_there) {
        Some((_, one)) if one.data_type() == plain(column).data_type() => Ok((None, Fit::Constant(one.clone()))),
        Some(_) => Err(LakeError::Leaf(path, "the log has it in another type")),
        None => found(&path, column, among),
    }
}

fn found(path: &LeafPath, wanted: &Field, among: &Fields) -> Result<(Option<usize>, Fit), LakeError> {
    match place(path, wanted, among)? {
        Some(at) => Ok((Some(at), between(path, wanted.data_type(), among[at].data_type())?)),
        None if wanted.is_nullable() => Ok((None, Fit::Constant(new_null_array(plain(wanted).data_type(), 1)))),
        None => Err(LakeError::Leaf(path.clone(), "an object does not have it, and it cannot be null")),
    }
}

fn place(path: &LeafPath, wanted: &Field, among: &Fields) -> Result<Option<usize>, LakeError> {
    let id_of = |field: &Field| field.metadata().get(PARQUET_FIELD_ID_META_KEY).cloned();
    let (id, name) = (id_of(wanted), wanted.metadata().get(NAME).unwrap_or(wanted.name()));
    let is_it = |field: &FieldRef| match &id {
        Some(_) => id_of(field) == id,
        None => name == field.name(),
    };
    if id.is_some() && !among.is_empty() && !among.iter().any(|field| id_of(field).is_some()) {
        return Err(LakeError::Leaf(path.clone(), "an object has no field ids, by which it could be found"));
    }
    let mut all = among.iter().enumerate().filter(|(_, field)| is_it(field)).map(|(at, _)| at);
    match (all.next(), all.next()) {
        (_, Some(_)) => Err(LakeError::Leaf(path.clone(), "an object has it twice")),
        (at, None) => Ok(at),
    }
}

fn between(path: &LeafPath, to: &DataType, from: &DataType) -> Result<Fit, LakeError> {
    let inner = || children(path, to).into_iter();
    let shape = || LakeError::Leaf(path.clone(), "an object has it in another shape");
    match (to, from) {
        // What is nested carries what tells its inside, which the table's columns do not.
        (to, from) if to == from && !to.is_nested() => Ok(Fit::Same),
        (DataType::Struct(_), DataType::Struct(members)) => {
            let members = inner().map(|(path, wanted)| found(&path, wanted, members));
            members.collect::<Result<_, _>>().map(Fit::Struct)
        }
        (DataType::List(_), DataType::List(item)) => {
            let (path, wanted) = inner().next().ok_or_else(shape)?;
            Ok(Fit::List(Box::new(between(&path, wanted.data_type(), item.data_type())?)))
        }
        (DataType::Map(..), DataType::Map(..)) => {
            let there = children(path, from);
            let fits =
                inner().zip(there).map(|((path, to), (_, from))| between(&path, to.data_type(), from.data_type()));
            let fits: Vec<Fit> = fits.collect::<Result<_, _>>()?;
            <[Fit; 2]>::try_from(fits).map(|fits| Fit::Map(Box::new(fits))).map_err(|_| shape())
        }
        (to, from) if widens(from, to) => Ok(Fit::Widened),
        _ => Err(LakeError::Leaf(path.clone(), "an object has it in a type that does not widen to the table's")),
    }
}

/// Whether every value of one type is one of another: what Delta's type widening and Iceberg's promotion allow, and INT96
/// timestamps, which were written before Parquet had others.
fn widens(from: &DataType, to: &DataType) -> bool {
    use DataType::{Date32, Decimal128, Float32, Float64, Int8, Int16, Int32, Int64, Timestamp};
    match (from, to) {
        (Int8, Int16 | Int32 | Int64) | (Int16, Int32 | Int64) | (Int32, Int64) => true,
        (Int8 | Int16 | Int32 | Float32, Float64) => true,
        (Decimal128(from, scale), Decimal128(to, wider)) => {
            let (digits, places) = (i16::from(*to) - i16::from(*from), i16::from(*wider) - i16::from(*scale));
            places >= 0 && digits >= places
        }
        (Int8 | Int16 | Int32, Decimal128(precision, scale)) => i16::from(*precision) - i16::from(*scale) >= 10,
        (Int64, Decimal128(precision, scale)) => i16::from(*precision) - i16::from(*scale) >= 20,
        (Date32, Timestamp(TimeUnit::Microsecond, None)) => true,
        (Timestamp(TimeUnit::Nanosecond, None), Timestamp(TimeUnit::Microsecond, _)) => true,
        (Timestamp(TimeUnit::Millisecond, from), Timestamp(TimeUnit::Microsecond, to)) => from == to,
        _ => false,
    }
}

impl Fit {
    /// Whether nothing is to be done.
    pub fn is_same(&self) -> bool {
        matches!(self, Fit::Same)
    }

    /// Whether every leaf of the column is the object's leaf at the same place, as it is there, where both are of one type.
    pub fn is_in_place(&self) -> bool {
        match self {
            Fit::Same => true,
            Fit::Struct(members) => {
                members.iter().enumerate().all(|(here, (there, fit))| *there == Some(here) && fit.is_in_place())
            }
            Fit::List(item) => item.is_in_place(),
            Fit::Map(pair) => pair.iter().all(Fit::is_in_place),
            Fit::Constant(_) | Fit::Widened => false,
        }
    }

    /// Of each leaf of the table's column, which is of type `to`, which it is among those of the object's, of type `from`.
    pub fn leaves(&self, to: &DataType, from: &DataType) -> Vec<Option<usize>> {
        let inside: Vec<(Option<usize>, &Fit)> = match self {
            Fit::Same | Fit::Widened => return (0..count(to)).map(Some).collect(),
            Fit::Constant(_) => return vec![None; count(to)],
            Fit::Struct(members) => members.iter().map(|(at, fit)| (*at, fit)).collect(),
            Fit::List(item) => vec![(Some(0), item)],
            Fit::Map(pair) => pair.iter().enumerate().map(|(at, fit)| (Some(at), fit)).collect(),
        };
        let (to, from) = (inner(to), inner(from));
        let member = |((at, fit), to): ((Option<usize>, &Fit), &DataType)| match at.and_then(|at| from.get(at)) {
            None => vec![None; count(to)],
            Some(there) => {
                let before: usize = from.iter().take(at.unwrap_or(0)).map(|before| count(before)).sum();
                fit.leaves(to, there).into_iter().map(|leaf| leaf.map(|leaf| before + leaf)).collect()
            }
        };
        inside.into_iter().zip(to).flat_map(member).collect()
    }

    /// What a row of it takes that is in no object, in bytes.
    pub fn width(&self) -> usize {
        match self {
            Fit::Constant(one) => width(one),
            _ => 0,
        }
    }

    /// Rows of the object's column as rows of the table's, which is of type `to`; `rows` of them, where it has none.
    ///
    /// # Errors
    /// Where a value does not fit, or there is a null where none can be.
    pub fn apply(&self, array: Option<&ArrayRef>, rows: usize, to: &DataType) -> Result<ArrayRef, ArrowError> {
        if let Fit::Constant(one) = self {
            return repeated(one, rows);
        }
        let array = array.ok_or_else(|| ArrowError::SchemaError("a column is missing".into()))?;
        match (self, to) {
            (Fit::Widened, to) => cast_with_options(array, to, &CastOptions { safe: false, ..CastOptions::default() }),
            (Fit::Struct(members), DataType::Struct(fields)) => of_struct(members, array.as_struct(), fields),
            (Fit::List(fit), DataType::List(item)) => {
                let list = array.as_list::<i32>();
                let values = fit.apply(Some(list.values()), 0, item.data_type())?;
                let (offsets, nulls) = (list.offsets().clone(), list.nulls().cloned());
                Ok(Arc::new(ListArray::try_new(item.clone(), offsets, values, nulls)?))
            }
            (Fit::Map(fits), DataType::Map(entries, sorted)) => of_map(fits, array.as_map(), entries, *sorted),
            _ => Ok(array.clone()),
        }
    }
}

fn of_struct(members: &[(Option<usize>, Fit)], array: &StructArray, to: &Fields) -> Result<ArrayRef, ArrowError> {
    let member = |((at, fit), field): (&(Option<usize>, Fit), &FieldRef)| {
        fit.apply(at.map(|at| array.column(at)), array.len(), field.data_type())
    };
    let arrays = members.iter().zip(to).map(member).collect::<Result<_, _>>()?;
    Ok(Arc::new(StructArray::try_new_with_length(to.clone(), arrays, array.nulls().cloned(), array.len())?))
}

fn of_map(fits: &[Fit; 2], array: &MapArray, to: &FieldRef, sorted: bool) -> Result<ArrayRef, ArrowError> {
    let DataType::Struct(pair) = to.data_type() else {
        return Err(ArrowError::SchemaError("a map has no pair".into()));
    };
    let sides = fits.iter().zip(array.entries().columns()).zip(pair);
    let sides = sides.map(|((fit, side), field)| fit.apply(Some(side), 0, field.data_type()));
    let entries = StructArray::try_new(pair.clone(), sides.collect::<Result<_, _>>()?, None)?;
    let (offsets, nulls) = (array.offsets().clone(), array.nulls().cloned());
    Ok(Arc::new(MapArray::try_new(to.clone(), offsets, entries, nulls, sorted)?))
}

/// The types directly inside a type.
fn inner(data_type: &DataType) -> Vec<&DataType> {
    children(&LeafPath::column(""), data_type).into_iter().map(|(_, field)| field.data_type()).collect()
}

/// How many leaves a type has.
fn count(data_type: &DataType) -> usize {
    let inner = inner(data_type);
    if inner.is_empty() { 1 } else { inner.into_iter().map(count).sum() }
}

/// What an array's rows take, in bytes.
pub fn width(array: &ArrayRef) -> usize {
    array.to_data().get_slice_memory_size().unwrap_or(usize::MAX)
}

/// One row, so many times.
fn repeated(one: &ArrayRef, rows: usize) -> Result<ArrayRef, ArrowError> {
    match one.null_count() {
        0 => take(one, &UInt32Array::from(vec![0; rows]), None),
        _ => Ok(new_null_array(one.data_type(), rows)),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int32Array, Int64Array, StringArray};

    use super::*;

    fn id(name: &str, data_type: DataType, id: i64) -> Field {
        told(Field::new(name, data_type, true), By::Id(id))
    }

    #[test]
    fn columns_are_found_by_id_whatever_their_names_are() {
        let object: Fields = vec![id("b", DataType::Int32, 1), id("a", DataType::Utf8, 2)].into();
        let (at, fit_of) = fit(&id("a", DataType::Int64, 1), &object, &Vec::new()).expect("fits");
        assert_eq!(at, Some(0));
        let array: ArrayRef = Arc::new(Int32Array::from(vec![1, 2]));
        let widened = fit_of.apply(Some(&array), 2, &DataType::Int64).expect("widens");
        assert_eq!(widened.as_ref(), &Int64Array::from(vec![1, 2]) as &dyn Array);
        let (at, fit_of) = fit(&id("a", DataType::Utf8, 7), &object, &Vec::new()).expect("was added later");
        assert!(at.is_none() && fit_of.apply(None, 3, &DataType::Utf8).expect("nulls").null_count() == 3);
    }

    #[test]
    fn members_of_structures_are_found_alike() {
        let old = DataType::Struct(vec![id("street", DataType::Utf8, 2), id("zip", DataType::Utf8, 3)].into());
        let new = DataType::Struct(vec![id("postcode", DataType::Utf8, 3), id("city", DataType::Utf8, 4)].into());
        let (_, fit_of) =
            fit(&id("address", new.clone(), 1), &vec![id("address", old, 1)].into(), &Vec::new()).expect("fits");
        let texts = |text: &str| Arc::new(StringArray::from(vec![text])) as ArrayRef;
        let text = |name: &str| Arc::new(Field::new(name, DataType::Utf8, true));
        let array: ArrayRef =
            Arc::new(StructArray::from(vec![(text("street"), texts("Katu 1")), (text("zip"), texts("00100"))]));
        let to = plain(&id("address", new, 1));
        let made = fit_of.apply(Some(&array), 1, to.data_type()).expect("fits");
        assert_eq!(made.data_type(), to.data_type());
        assert_eq!(made.as_struct().column(0).as_string::<i32>().value(0), "00100");
        assert_eq!(made.as_struct().column(1).null_count(), 1);
    }

    #[test]
    fn a_column_that_is_told_by_name_has_whatever_id() {
        let object: Fields = vec![id("b", DataType::Int32, 1), id("a", DataType::Utf8, 2)].into();
        let named = told(Field::new("renamed", DataType::Utf8, true), By::Name("a"));
        assert_eq!(fit(&named, &object, &Vec::new()).expect("fits").0, Some(1));
        let unnumbered = Fields::from(vec![Field::new("a", DataType::Utf8, true)]);
        assert!(fit(&id("a", DataType::Utf8, 2), &unnumbered, &Vec::new()).is_err(), "a name is no id");
    }

    #[test]
    fn only_what_lies_where_it_lay_is_in_place() {
        let of = |names: [&str; 2]| {
            let member = |name: &str| told(Field::new(name, DataType::Utf8, true), By::Name(name));
            DataType::Struct(names.map(member).to_vec().into())
        };
        let list = |item: DataType| DataType::List(Arc::new(Field::new("element", item, true)));
        let is_in_place = |to: DataType, from: DataType| {
            let column = |data_type| told(Field::new("x", data_type, true), By::Name("x"));
            fit(&column(to), &vec![column(from)].into(), &Vec::new()).expect("fits").1.is_in_place()
        };
        assert!(is_in_place(of(["a", "b"]), of(["a", "b"])) && is_in_place(list(of(["a", "b"])), list(of(["a", "b"]))));
        assert!(
            !is_in_place(of(["b", "a"]), of(["a", "b"])) && !is_in_place(list(of(["b", "a"])), list(of(["a", "b"])))
        );
        assert!(!is_in_place(of(["a", "c"]), of(["a", "b"])), "one is nothing but nulls");
        assert!(!is_in_place(DataType::Int64, DataType::Int32));
    }

    #[test]
    fn leaves_are_found_where_their_members_are() {
        let list = |item: DataType| DataType::List(Arc::new(Field::new("element", item, true)));
        let of = |members: Vec<(&str, DataType)>| {
            let member = |(name, data_type): (&str, DataType)| Field::new(name, data_type, true);
            DataType::Struct(members.into_iter().map(member).collect::<Vec<_>>().into())
        };
        let pair = || of(vec![("x", DataType::Utf8), ("y", DataType::Int64)]);
        let to = list(of(vec![("a", DataType::Utf8), ("new", pair()), ("b", pair()), ("c", DataType::Int64)]));
        let from = list(of(vec![("c", DataType::Int32), ("b", pair()), ("a", DataType::Utf8)]));
        let [column, object] = [&to, &from].map(|data_type| Field::new("column", data_type.clone(), true));
        let (_, fit_of) = fit(&column, &vec![object].into(), &Vec::new()).expect("fits");
        assert_eq!(fit_of.leaves(&to, &from), [Some(3), None, None, Some(1), Some(2), Some(0)]);
    }

    #[test]
    fn what_does_not_widen_is_refused_by_name() {
        let refused = |to, from| match fit(&id("a", to, 1), &vec![id("a", from, 1)].into(), &Vec::new()) {
            Err(LakeError::Leaf(path, _)) => path.as_str().to_owned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(DataType::Int32, DataType::Int64), "a");
        assert_eq!(refused(DataType::Utf8, DataType::Binary), "a");
        assert_eq!(refused(DataType::Decimal128(10, 2), DataType::Decimal128(10, 1)), "a");
        assert_eq!(refused(DataType::Decimal128(10, 2), DataType::Decimal128(12, 2)), "a");
        assert_eq!(refused(DataType::Decimal128(38, 100), DataType::Decimal128(1, -100)), "a");
        let twice = vec![id("a", DataType::Utf8, 1), id("b", DataType::Utf8, 1)].into();
        assert!(fit(&id("a", DataType::Utf8, 1), &twice, &Vec::new()).is_err());
        let required = told(Field::new("a", DataType::Utf8, false), By::Id(9));
        assert!(fit(&required, &twice, &Vec::new()).is_err(), "missing and required");
    }
}
