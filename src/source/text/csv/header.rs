//! The header, held against the planned columns.
//!
//! A file without a header has data where the names should be: only planned names are named, and places.

use std::collections::HashMap;
use std::io::Cursor;

use super::super::Limits;
use super::super::error::{Count, Fault, TextError};
use super::super::input::Input;
use super::super::wide::narrowed;
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
        let input = Input::open(Box::new(Cursor::new(undirected(&narrowed(sample)).1.to_vec())))?;
        if !Records::new(input, self, limits, limits.columns).read(&mut record)? {
            return Err(TextError::at(1, Fault::NoHeader));
        }
        let name = |place| String::from_utf8(record.field(place).0.to_vec());
        let names = (0..record.width()).map(name).collect::<Result<_, _>>();
        names.map_err(|_| TextError::at(record.line, Fault::NotUtf8))
    }
}

/// What spreadsheets put before the header to say what parts fields.
const DIRECTIVE: &[u8] = b"sep=";

/// The delimiter that the first line of a text in UTF-8 says, and the text without that line.
pub fn undirected(text: &[u8]) -> (Option<u8>, &[u8]) {
    match text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).strip_prefix(DIRECTIVE) {
        Some([sign, b'\n', rest @ ..] | [sign, b'\r', b'\n', rest @ ..]) if !b"\r\n\"".contains(sign) => {
            (Some(*sign), rest)
        }
        _ => (None, text),
    }
}

/// Whether a first record is that line: it names the delimiter that the record was read with, and no column.
pub(super) fn is_directive(first: &Record, names: &[&str]) -> bool {
    let is_bare = |field: usize, text: &[u8]| first.field(field) == (text, false);
    first.width() == 2 && is_bare(0, DIRECTIVE) && is_bare(1, b"") && !names.contains(&"sep=")
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
