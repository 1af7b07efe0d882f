//! The header, held against the planned columns.
//!
//! A file without a header has data where the names should be: only planned names are named, and places.

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

/// Holds the first record against the planned names.
pub(super) fn check(header: &Record, names: &[&str]) -> Result<(), TextError> {
    let found = |place: usize| header.field(place).0;
    let mut common = names.iter().enumerate().take(header.width());
    if let Some((place, name)) = common.find(|(place, name)| found(*place) != name.as_bytes()) {
        return Err(misplaced(header, names, place, name));
    }
    match header.width() == names.len() {
        true => Ok(()),
        false => Err(width(header, names)),
    }
}

/// Too many or too few columns.
fn width(header: &Record, names: &[&str]) -> TextError {
    let fault = Fault::HeaderWidth { found: Count::Exactly(header.width()), planned: names.len() };
    match names.get(header.width()) {
        Some(name) => TextError::within(header.line, name, fault),
        None => TextError::at(header.line, fault),
    }
}

/// Why another name stands at the place of a planned one.
fn misplaced(header: &Record, names: &[&str], place: usize, name: &str) -> TextError {
    let found = header.field(place).0;
    if std::str::from_utf8(found).is_err() {
        return TextError::at(header.line, Fault::NotUtf8);
    }
    if let Some(twice) = names[..place].iter().find(|before| before.as_bytes() == found) {
        return TextError::within(header.line, twice, Fault::HeaderTwice { place: place + 1 });
    }
    let elsewhere = (0..header.width()).find(|other| header.field(*other).0 == name.as_bytes());
    let fault = match elsewhere {
        Some(other) => Fault::HeaderMoved { found: other + 1, planned: place + 1 },
        None => Fault::HeaderLacks { place: place + 1 },
    };
    TextError::within(header.line, name, fault)
}
