//! A map: an object whose keys are data, each of them once.

use std::sync::Arc;

use arrow::array::{ArrayRef, MapArray, StringBuilder, StructArray};
use arrow::datatypes::{DataType, FieldRef, Fields};

use super::super::error::Fault;
use super::column::{Column, Ends, Placed, Valid};
use super::walker::Walker;

/// The entries of the maps of a column.
pub(super) struct Entries {
    field: FieldRef,
    pair: Fields,
    keys: StringBuilder,
    value: Column,
    entries: usize,
    ends: Ends,
    valid: Valid,
    seen: Seen,
}

impl Entries {
    /// Maps from text to the declared type.
    pub(super) fn new(field: &FieldRef) -> Result<Self, Placed> {
        let pair = match field.data_type() {
            DataType::Struct(pair) if pair.len() == 2 && *pair[0].data_type() == DataType::Utf8 => pair.clone(),
            other => return Err(Placed::from(Fault::Unsupported(other.to_string())).below("{key}")),
        };
        let value = Column::new(&pair[1]).map_err(|fault| fault.below("{value}"))?;
        let (field, keys, ends, valid) = (field.clone(), StringBuilder::new(), Ends::default(), Valid::default());
        Ok(Entries { field, pair, keys, value, entries: 0, ends, valid, seen: Seen::default() })
    }

    /// Adds the object that comes next.
    pub(super) fn read(&mut self, walker: &mut Walker<'_>) -> Result<(), Placed> {
        walker.spend(1)?;
        walker.enter()?;
        self.seen.clear();
        let mut before = 0;
        while walker.more(b'}', before)? {
            let key = walker.key()?;
            self.keys.append_value(key);
            self.seen.push(key);
            walker.spend(1)?;
            self.value.read(walker).map_err(|fault| fault.below("{value}"))?;
            before += 1;
        }
        if self.seen.is_any_twice() {
            return Err(Placed::from(Fault::DuplicateKey).below("{key}"));
        }
        self.entries += before;
        self.valid.push(true);
        Ok(self.ends.push(self.entries)?)
    }

    pub(super) fn null(&mut self) -> Result<(), Fault> {
        self.valid.push(false);
        self.ends.push(self.entries)
    }

    pub(super) fn finish(&mut self) -> Option<ArrayRef> {
        self.entries = 0;
        let columns: Vec<ArrayRef> = vec![Arc::new(self.keys.finish()), self.value.finish()?];
        let pairs = StructArray::try_new(self.pair.clone(), columns, None).ok()?;
        let map = MapArray::try_new(self.field.clone(), self.ends.finish(), pairs, self.valid.finish(), false);
        Some(Arc::new(map.ok()?))
    }
}

/// The keys of one map.
#[derive(Default)]
struct Seen {
    text: String,
    places: Vec<(usize, usize)>,
}

impl Seen {
    fn clear(&mut self) {
        self.text.clear();
        self.places.clear();
    }

    fn push(&mut self, key: &str) {
        let start = self.text.len();
        self.text.push_str(key);
        self.places.push((start, self.text.len()));
    }

    fn is_any_twice(&mut self) -> bool {
        let key = |place: &(usize, usize)| &self.text[place.0..place.1];
        self.places.sort_unstable_by(|one, other| key(one).cmp(key(other)));
        self.places.windows(2).any(|pair| key(&pair[0]) == key(&pair[1]))
    }
}
