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
pub fn map_text(array: &ArrayRef, write: impl FnMut(&str, &mut Vec<u8>)) -> Result<ArrayRef, ApplyError> {
    match array.data_type() {
        DataType::LargeUtf8 => map_strings(array.as_string::<i64>(), write),
        DataType::Utf8View => map_strings(array.as_string_view(), write),
        _ => map_strings(array.as_string::<i32>(), write),
    }
}

fn map_strings<'a>(
    texts: impl StringArrayType<'a>,
    mut write: impl FnMut(&str, &mut Vec<u8>),
) -> Result<ArrayRef, ApplyError> {
    let mut written = Written::of(texts.len(), texts.len() * 16);
    for (row, text) in texts.iter().enumerate() {
        if let Some(text) = text {
            written.row(row, |out| write(text, out));
        }
    }
    written.finish(texts.nulls().cloned())
}
