//! A column of any depth, filled from JSON values by its declared type.

use arrow::array::{ArrayRef, ListArray, StructArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, FieldRef};
use std::sync::Arc;

use super::super::error::Fault;
use super::super::leaf::{Leaf, Spelling, leaf};
use super::group::Group;
use super::map::Entries;
use super::walker::{Kind, Walker};
use crate::schema::LeafPath;

/// A fault and the path of the leaf, as far as it is known on the way up.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) path: String,
    pub(super) fault: Fault,
}

impl Placed {
    /// The fault, one level further up.
    pub(super) fn below(self, part: &str) -> Self {
        Placed { path: format!("{part}{}", self.path), ..self }
    }

    /// The fault, inside a field of an object.
    pub(super) fn below_field(self, name: &str) -> Self {
        self.below(&format!(".{}", LeafPath::column(name).as_str()))
    }
}

impl From<Fault> for Placed {
    fn from(fault: Fault) -> Self {
        Placed { path: String::new(), fault }
    }
}

/// A column, or a field inside of one.
pub(super) struct Column {
    pub(super) name: String,
    nullable: bool,
    shape: Shape,
    /// How many values a null of it makes.
    pub(super) weight: usize,
}

enum Shape {
    Leaf(Box<dyn Leaf>, DataType),
    Struct(Group, Valid),
    List(Box<List>),
    Map(Box<Entries>),
}

/// Which values are not null.
#[derive(Default)]
pub(super) struct Valid(Vec<bool>);

impl Valid {
    pub(super) fn push(&mut self, is_valid: bool) {
        self.0.push(is_valid);
    }

    pub(super) fn finish(&mut self) -> Option<NullBuffer> {
        let valid = std::mem::take(&mut self.0);
        valid.contains(&false).then(|| NullBuffer::from(valid))
    }
}

/// Where the items of each list end.
#[derive(Default)]
pub(super) struct Ends(Vec<i32>);

impl Ends {
    pub(super) fn push(&mut self, items: usize) -> Result<(), Fault> {
        let limit = i32::MAX as usize;
        self.0.push(i32::try_from(items).map_err(|_| Fault::TooMany { what: "items of lists in one batch", limit })?);
        Ok(())
    }

    pub(super) fn finish(&mut self) -> OffsetBuffer<i32> {
        let ends = std::mem::take(&mut self.0);
        OffsetBuffer::new(std::iter::once(0).chain(ends).collect())
    }
}

struct List {
    field: FieldRef,
    item: Column,
    items: usize,
    ends: Ends,
    valid: Valid,
}

impl Column {
    /// A column of a declared type.
    pub(super) fn new(field: &Field) -> Result<Self, Placed> {
        let unsupported = || Fault::Unsupported(field.data_type().to_string());
        let (shape, weight) = match field.data_type() {
            DataType::Struct(fields) => {
                let group = Group::new(fields).map_err(|(name, fault)| fault.below_field(&name))?;
                let weight = 1 + group.weight();
                (Shape::Struct(group, Valid::default()), weight)
            }
            DataType::List(item) => (Shape::List(Box::new(List::new(item)?)), 1),
            DataType::Map(entries, _) => (Shape::Map(Box::new(Entries::new(entries)?)), 1),
            data_type => (Shape::Leaf(leaf(data_type).ok_or_else(unsupported)?, data_type.clone()), 1),
        };
        Ok(Column { name: field.name().clone(), nullable: field.is_nullable(), shape, weight })
    }

    /// Adds the value that comes next.
    pub(super) fn read(&mut self, walker: &mut Walker<'_>) -> Result<(), Placed> {
        match (walker.kind()?, &mut self.shape) {
            (Kind::Null, _) => {
                walker.word()?;
                self.missing(walker)
            }
            (kind, Shape::Leaf(leaf, data_type)) => read_leaf(kind, leaf.as_mut(), data_type, walker),
            (Kind::Object, Shape::Struct(group, valid)) => {
                walker.spend(1)?;
                valid.push(true);
                group.read(walker).map_err(|(name, fault)| match name {
                    Some(name) => fault.below_field(&name),
                    None => fault,
                })
            }
            (Kind::Array, Shape::List(list)) => list.read(walker),
            (Kind::Object, Shape::Map(entries)) => entries.read(walker),
            (_, Shape::Struct(..)) => Err(Fault::WrongType("struct".to_owned()).into()),
            (_, Shape::List(_)) => Err(Fault::WrongType("list".to_owned()).into()),
            (_, Shape::Map(_)) => Err(Fault::WrongType("map".to_owned()).into()),
        }
    }

    /// Adds a null where the schema has room for one.
    pub(super) fn missing(&mut self, walker: &mut Walker<'_>) -> Result<(), Placed> {
        if !self.nullable {
            return Err(Fault::Missing.into());
        }
        walker.spend(self.weight)?;
        Ok(self.null()?)
    }

    /// Adds a null, and one in all that lies below it.
    pub(super) fn null(&mut self) -> Result<(), Fault> {
        match &mut self.shape {
            Shape::Leaf(leaf, _) => leaf.null(),
            Shape::Struct(group, valid) => {
                valid.push(false);
                group.null()?;
            }
            Shape::List(list) => list.null()?,
            Shape::Map(entries) => entries.null()?,
        }
        Ok(())
    }

    /// Hands the values over and starts anew.
    pub(super) fn finish(&mut self) -> Option<ArrayRef> {
        Some(match &mut self.shape {
            Shape::Leaf(leaf, _) => leaf.finish(),
            Shape::Struct(group, valid) => {
                let (fields, length) = (group.fields().clone(), valid.0.len());
                let arrays = group.finish()?;
                Arc::new(StructArray::try_new_with_length(fields, arrays, valid.finish(), length).ok()?)
            }
            Shape::List(list) => list.finish()?,
            Shape::Map(entries) => entries.finish()?,
        })
    }
}

fn read_leaf(kind: Kind, leaf: &mut dyn Leaf, data_type: &DataType, walker: &mut Walker<'_>) -> Result<(), Placed> {
    walker.spend(1)?;
    let wrong = || Fault::wrong_type(data_type);
    let added = match (leaf.spelling(), kind) {
        (Spelling::Text, Kind::Text) => leaf.text(walker.text()?),
        (Spelling::Number, Kind::Number) => leaf.text(walker.number()?),
        (Spelling::Truth, Kind::Truth) => leaf.text(walker.word()?),
        _ => return Err(wrong().into()),
    };
    Ok(added.map_err(|_| wrong())?)
}

impl List {
    fn new(field: &FieldRef) -> Result<Self, Placed> {
        let item = Column::new(field).map_err(|fault| fault.below("[]"))?;
        Ok(List { field: field.clone(), item, items: 0, ends: Ends::default(), valid: Valid::default() })
    }

    fn read(&mut self, walker: &mut Walker<'_>) -> Result<(), Placed> {
        walker.spend(1)?;
        walker.enter()?;
        let mut before = 0;
        while walker.more(b']', before)? {
            self.item.read(walker).map_err(|fault| fault.below("[]"))?;
            before += 1;
        }
        self.items += before;
        self.valid.push(true);
        Ok(self.ends.push(self.items)?)
    }

    fn null(&mut self) -> Result<(), Fault> {
        self.valid.push(false);
        self.ends.push(self.items)
    }

    fn finish(&mut self) -> Option<ArrayRef> {
        self.items = 0;
        let (ends, items) = (self.ends.finish(), self.item.finish()?);
        Some(Arc::new(ListArray::try_new(self.field.clone(), ends, items, self.valid.finish()).ok()?))
    }
}
