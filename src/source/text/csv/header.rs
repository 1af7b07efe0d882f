//! The header, held against the planned columns.
//!
//! A file without a header has data where the names should be: only planned names are named, and places.

use std::collections::HashMap;
use std::io::Cursor;

use super::super::Limits;
use super::super::error::{Count, Fault, TextError};
use super::super::input::Input;
use super::record::{Record, Records};
use crate::schema::Dialect;

impl Dialect {
    /// The fields of the first record of a sample: the names that a schema pins, where they are a header.
    ///
    /// # Errors
    /// Where the sample is empty, not UTF-8, or not of this dialect.
    pub fn names(&self, sample: &[u8]) -> Result<Vec<String>, TextError> {
        if !self.is_clear() {
            return Err(Fault::BadDialect.into());
        }
        let (limits, mut record) = (Limits::default(), Record::default());
        let input = Input::open(Box::new(Cursor::new(sample.to_vec())))?;
        if !Records::new(input, self, limits, limits.columns).read(&mut record)? {
            return Err(TextError::at(1, Fault::NoHeader));
        }
        let name = |place| String::from_utf8(record.field(place).0.to_vec());
        let names = (0..record.width()).map(name).collect::<Result<_, _>>();
        names.map_err(|_| TextError::at(record.line, Fault::NotUtf8))
    }
}

/// At which place of the header each planned name stands.
///
/// # Errors
/// Where one is missing or there twice, or there are more.
pub(super) fn places(header: &Record, names: &[&str]) -> Result<Vec<usize>, TextError> {
    let mut found = HashMap::with_capacity(header.width());
    for place in 0..header.width() {
        let name = header.field(place).0;
        let is_twice = found.insert(name, place).is_some();
        if let Some(name) = names.iter().find(|planned| is_twice && planned.as_bytes() == name) {
            return Err(TextError::within(header.line, name, Fault::HeaderTwice { place: place + 1 }));
        }
    }
    if found.keys().any(|name| std::str::from_utf8(name).is_err()) {
        return Err(TextError::at(header.line, Fault::NotUtf8));
    }
    let lacks = |name: &&str| TextError::within(header.line, name, Fault::HeaderLacks);
    let place = |name: &&str| found.get(name.as_bytes()).copied().ok_or_else(|| lacks(name));
    let places: Vec<usize> = names.iter().map(place).collect::<Result<_, _>>()?;
    is_as_wide(header, names.len()).map(|()| places)
}

/// Whether a header has as many columns as planned.
///
/// # Errors
/// Where it has not.
pub(super) fn is_as_wide(header: &Record, planned: usize) -> Result<(), TextError> {
    let width = header.width();
    let wide = || TextError::at(header.line, Fault::HeaderWidth { found: Count::Exactly(width), planned });
    if width == planned { Ok(()) } else { Err(wide()) }
}
