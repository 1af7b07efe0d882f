//! Text written row by row.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray, StringArrayType};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer};
use arrow::datatypes::DataType;

use crate::method::ApplyError;

/// Texts one behind the other, as an array holds them.
pub struct Written {
    bytes: Vec<u8>,
    offsets: Vec<i32>,
    rows: usize,
    fits: bool,
}

impl Written {
    /// Room for so many rows and bytes.
    pub fn of(rows: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Written { bytes: Vec::with_capacity(bytes), offsets, rows, fits: true }
    }

    /// Lets a row be written behind those before it; rows left out are empty.
    #[inline]
    pub fn row(&mut self, row: usize, write: impl FnOnce(&mut Vec<u8>)) {
        if self.offsets.len() <= row {
            self.skip_to(row);
        }
        write(&mut self.bytes);
        match i32::try_from(self.bytes.len()) {
            Ok(end) => self.offsets.push(end),
            Err(_) => self.refuse(),
        }
    }

    fn skip_to(&mut self, row: usize) {
        let end = self.end();
        self.offsets.resize(row + 1, end);
    }

    fn end(&self) -> i32 {
        self.offsets.last().copied().unwrap_or(0)
    }

    /// What does not fit is forgotten at once, so that memory stays bounded.
    #[cold]
    fn refuse(&mut self) {
        let end = self.end();
        self.fits = false;
        self.bytes.truncate(end as usize);
        self.offsets.push(end);
    }

    /// All rows, those at `nulls` without a value.
    ///
    /// # Errors
    /// Where the text did not fit into one array.
    pub fn finish(mut self, nulls: Option<NullBuffer>) -> Result<ArrayRef, ApplyError> {
        self.skip_to(self.rows);
        if !self.fits {
            return Err(ApplyError::TooLong { rows: self.rows });
        }
        let offsets = OffsetBuffer::new(self.offsets.into());
        Ok(Arc::new(StringArray::new(offsets, Buffer::from_vec(self.bytes), nulls)))
    }
}

/// Writes another text for every text that is not null, behind what is in the buffer already.
///
/// # Errors
/// Where the batch becomes too long. An array without text has been refused by a method's plan.
pub fn map_text(array: &ArrayRef, mut write: impl FnMut(&str, &mut Vec<u8>)) -> Result<ArrayRef, ApplyError> {
    let mut written = Written::of(array.len(), array.len() * 16);
    each_text(array, |row, text| written.row(row, |out| write(text, out)));
    written.finish(array.nulls().cloned())
}

/// The same, and null where nothing was to be written.
///
/// # Errors
/// Those of [`map_text`].
pub fn map_text_or_null(
    array: &ArrayRef,
    mut write: impl FnMut(&str, &mut Vec<u8>) -> Option<()>,
) -> Result<ArrayRef, ApplyError> {
    let mut written = Written::of(array.len(), array.len() * 16);
    let mut valid = vec![false; array.len()];
    each_text(array, |row, text| {
        written.row(row, |out| {
            let start = out.len();
            valid[row] = write(text, out).is_some();
            out.truncate(if valid[row] { out.len() } else { start });
        });
    });
    written.finish(Some(NullBuffer::from(valid)))
}

/// Hands on every text that is not null with its row.
pub fn each_text(array: &ArrayRef, each: impl FnMut(usize, &str)) {
    match array.data_type() {
        DataType::LargeUtf8 => each_string(array.as_string::<i64>(), each),
        DataType::Utf8View => each_string(array.as_string_view(), each),
        _ => each_string(array.as_string::<i32>(), each),
    }
}

fn each_string<'a>(texts: impl StringArrayType<'a>, mut each: impl FnMut(usize, &str)) {
    for (row, text) in texts.iter().enumerate() {
        if let Some(text) = text {
            each(row, text);
        }
    }
}
