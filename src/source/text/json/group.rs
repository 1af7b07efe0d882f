//! The fields of an object: each at most once, none that is not in the schema.

use std::collections::HashMap;

use arrow::array::ArrayRef;
use arrow::datatypes::Fields;

use super::super::error::Fault;
use super::column::{Column, Placed};
use super::walker::Walker;

/// The columns inside of an object.
pub(super) struct Group {
    fields: Fields,
    columns: Vec<Column>,
    places: HashMap<String, usize>,
    /// For each column, the last object that named it.
    named: Vec<u64>,
    objects: u64,
}

impl Group {
    /// The columns of some fields; a fault has the name of the field.
    pub(super) fn new(fields: &Fields) -> Result<Self, (String, Placed)> {
        let column =
            |field: &arrow::datatypes::FieldRef| Column::new(field).map_err(|fault| (field.name().clone(), fault));
        let columns = fields.iter().map(column).collect::<Result<Vec<_>, _>>()?;
        let mut places = HashMap::with_capacity(columns.len());
        for (place, column) in columns.iter().enumerate() {
            if places.insert(column.name.clone(), place).is_some() {
                return Err((column.name.clone(), Fault::NamedTwice.into()));
            }
        }
        let named = vec![0; columns.len()];
        Ok(Group { fields: fields.clone(), columns, places, named, objects: 0 })
    }

    pub(super) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// How many values an object without keys makes.
    pub(super) fn weight(&self) -> usize {
        self.columns.iter().map(|column| column.weight).sum()
    }

    /// Adds the object that comes next; a fault has the name of the field, where it is in one.
    pub(super) fn read(&mut self, walker: &mut Walker<'_>) -> Result<(), (Option<String>, Placed)> {
        self.objects += 1;
        let own = |fault: Fault| (None, Placed::from(fault));
        walker.enter().map_err(own)?;
        let mut before = 0;
        while walker.more(b'}', before).map_err(own)? {
            let key = walker.key().map_err(own)?;
            let place = self.place(key, before).ok_or_else(|| own(Fault::UnlistedKey { place: before + 1 }))?;
            self.read_field(place, walker).map_err(|fault| (Some(self.columns[place].name.clone()), fault))?;
            before += 1;
        }
        if before == self.columns.len() {
            return Ok(());
        }
        let unnamed = self.columns.iter_mut().zip(&self.named).filter(|(_, named)| **named != self.objects);
        for (column, _) in unnamed {
            column.missing(walker).map_err(|fault| (Some(column.name.clone()), fault))?;
        }
        Ok(())
    }

    /// The place of a key; most objects have their keys in the order of the schema.
    fn place(&self, key: &str, guess: usize) -> Option<usize> {
        match self.columns.get(guess).is_some_and(|column| column.name == key) {
            true => Some(guess),
            false => self.places.get(key).copied(),
        }
    }

    fn read_field(&mut self, place: usize, walker: &mut Walker<'_>) -> Result<(), Placed> {
        if std::mem::replace(&mut self.named[place], self.objects) == self.objects {
            return Err(Fault::DuplicateKey.into());
        }
        self.columns[place].read(walker)
    }

    /// Adds a null to each column.
    pub(super) fn null(&mut self) -> Result<(), Fault> {
        self.columns.iter_mut().try_for_each(Column::null)
    }

    /// Hands the values over and starts anew.
    pub(super) fn finish(&mut self) -> Option<Vec<ArrayRef>> {
        self.columns.iter_mut().map(Column::finish).collect()
    }
}
