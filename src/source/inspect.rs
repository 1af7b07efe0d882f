//! Whether a chunk's pages hold just what its rows hold, found without building an array of the rows.
//!
//! A column that leaves as encoded pages could carry more than its values: bytes behind the last value of a page,
//! dictionary entries that no row uses any more, text that is none. Every page is decompressed and gone through
//! once; where it is not plain to see that it holds its values and nothing else, the column is decoded and encoded
//! again instead.

use bytes::Bytes;
use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::schema::types::ColumnDescPtr;

use crate::plan::FileError;
use crate::source::codec;
use crate::source::hybrid::walk;
use crate::source::pages::{PageKind, Pages};

// parquet.thrift, `Encoding`.
const PLAIN: i32 = 0;
const PLAIN_DICTIONARY: i32 = 2;
const RLE: i32 = 3;
const RLE_DICTIONARY: i32 = 8;

/// The pages of a chunk that hold their values and nothing else.
pub struct Inspected {
    /// The dictionary's entries, PLAIN and decompressed, and how many there are. Every one is some row's value.
    pub dictionary: Option<(Bytes, usize)>,
}

/// Goes through every page of a flat chunk; none where that does not tell what the rows hold.
///
/// # Errors
/// Where a page cannot be decompressed, or its checksum is wrong.
pub fn inspect(column: &ColumnChunkMetaData, rows: i64, pages: &Pages) -> Result<Option<Inspected>, FileError> {
    let descriptor = column.column_descr_ptr();
    let flat = descriptor.max_rep_level() == 0 && column.num_values() == rows;
    if !pages.gapless || !flat || !codec::is_common(column.compression()) {
        return Ok(None);
    }
    let mut found = Found { used: Vec::new(), dictionary: None, descriptor };
    for page in pages.iter() {
        let body = pages.body(page, column.compression())?;
        if found.page(page.header.kind, &body).is_none() {
            return Ok(None);
        }
    }
    let whole = found.used.iter().all(|used| *used);
    Ok(whole.then_some(Inspected { dictionary: found.dictionary }))
}

/// The indices and definition levels of every row of an inspected chunk whose data pages all have indices.
///
/// # Errors
/// Where the chunk was not inspected.
pub fn rows_of(column: &ColumnChunkMetaData, pages: &Pages) -> Result<IndexedRows, FileError> {
    let mut rows = IndexedRows { indices: Vec::new(), levels: Vec::new() };
    let max_level = column.column_descr().max_def_level();
    for page in pages.iter().filter(|page| !page.header.is_dictionary()) {
        let body = pages.body(page, column.compression())?;
        let data = DataPage::of(page.header.kind, &body, max_level);
        let collected = data.and_then(|data| rows.page(&data));
        collected.ok_or(FileError::Damaged("its indices are not those of its dictionary"))?;
    }
    Ok(rows)
}

/// Every row of a chunk as an index into its dictionary.
pub struct IndexedRows {
    /// Of the rows that are not null.
    pub indices: Vec<i32>,
    /// Definition levels of all rows; empty where no row can be null.
    pub levels: Vec<i16>,
}

impl IndexedRows {
    fn page(&mut self, data: &DataPage<'_>) -> Option<()> {
        let mut present = data.values;
        if data.max_level > 0 {
            present = 0;
            let levels = &mut self.levels;
            walk(data.levels, bits(data.max_level), data.values, |level, times| {
                present += if level == data.max_level { times } else { 0 };
                levels.extend(std::iter::repeat_n(level as i16, times));
            })?;
        }
        let (width, packed) = data.content.split_first().unwrap_or((&0, &[]));
        let indices = &mut self.indices;
        walk(packed, *width, present, |index, times| indices.extend(std::iter::repeat_n(index as i32, times)))?;
        Some(())
    }
}

/// What has been found so far.
struct Found {
    /// Which entries of the dictionary some row uses.
    used: Vec<bool>,
    dictionary: Option<(Bytes, usize)>,
    descriptor: ColumnDescPtr,
}

impl Found {
    fn page(&mut self, kind: PageKind, body: &Bytes) -> Option<()> {
        if let PageKind::Dictionary { values, encoding } = kind {
            let count = usize::try_from(values).ok()?;
            // Every entry but a text of no letters takes some bytes, and that one takes its length.
            if !matches!(encoding, PLAIN | PLAIN_DICTIONARY) || count > body.len() {
                return None;
            }
            self.used = vec![false; count];
            self.dictionary = Some((body.clone(), count));
            return self.values(body, count);
        }
        let data = DataPage::of(kind, body, self.descriptor.max_def_level())?;
        let present = data.present()?;
        match data.encoding {
            RLE_DICTIONARY | PLAIN_DICTIONARY => self.mark(data.content, present),
            PLAIN => self.values(data.content, present),
            _ => None,
        }
    }

    /// Marks the entries that a page's indices name.
    fn mark(&mut self, content: &[u8], present: usize) -> Option<()> {
        let Some((width, packed)) = content.split_first() else { return (present == 0).then_some(()) };
        let (mut inside, used) = (true, &mut self.used);
        let rest = walk(packed, *width, present, |index, _| match used.get_mut(index as usize) {
            Some(entry) => *entry = true,
            None => inside = false,
        })?;
        (inside && rest.is_empty()).then_some(())
    }

    /// Whether the content is `count` PLAIN values and not a byte more.
    fn values(&self, content: &[u8], count: usize) -> Option<()> {
        let width = match self.descriptor.physical_type() {
            Type::INT32 | Type::FLOAT => 4,
            Type::INT64 | Type::DOUBLE => 8,
            Type::FIXED_LEN_BYTE_ARRAY => usize::try_from(self.descriptor.type_length()).ok()?,
            Type::BYTE_ARRAY => return texts(content, count, self.is_text()),
            // Eight to a byte; the rest of the last byte is padding, and could be anything.
            Type::BOOLEAN | Type::INT96 => return None,
        };
        (content.len() == count.checked_mul(width)?).then_some(())
    }

    fn is_text(&self) -> bool {
        let logical = matches!(
            self.descriptor.logical_type_ref(),
            Some(LogicalType::String | LogicalType::Enum | LogicalType::Json)
        );
        let converted =
            matches!(self.descriptor.converted_type(), ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON);
        logical || converted
    }
}

/// Whether the content is `count` byte arrays, each behind its length in 4 bytes, and not a byte more.
fn texts(mut content: &[u8], count: usize, is_text: bool) -> Option<()> {
    for _ in 0..count {
        let (length, rest) = content.split_first_chunk::<4>()?;
        let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        if is_text && std::str::from_utf8(value).is_err() {
            return None;
        }
        content = rest;
    }
    content.is_empty().then_some(())
}

/// The levels and the content of a data page of a flat column.
struct DataPage<'p> {
    values: usize,
    encoding: i32,
    max_level: u32,
    levels: &'p [u8],
    content: &'p [u8],
    /// As a version 2 page says it.
    nulls: Option<usize>,
}

impl<'p> DataPage<'p> {
    /// None where the page is not laid out as a flat column's.
    fn of(kind: PageKind, body: &'p [u8], max_level: i16) -> Option<Self> {
        let max_level = max_level as u32;
        match kind {
            PageKind::Dictionary { .. } => None,
            PageKind::Data { values, encoding, definition, .. } => {
                let (levels, content) = if max_level == 0 { (&[][..], body) } else { version_1(body, definition)? };
                Some(DataPage { values: values as usize, encoding, max_level, levels, content, nulls: None })
            }
            PageKind::DataV2 { values, nulls, rows, encoding, definition, repetition, .. } => {
                let (levels, content) = body.split_at_checked(usize::try_from(definition).ok()?)?;
                let nulls = Some(usize::try_from(nulls).ok()?);
                let page = DataPage { values: values as usize, encoding, max_level, levels, content, nulls };
                (repetition == 0 && rows == values).then_some(page)
            }
        }
    }

    /// How many values are not null.
    fn present(&self) -> Option<usize> {
        if self.max_level == 0 {
            return (self.levels.is_empty() && self.nulls.is_none_or(|nulls| nulls == 0)).then_some(self.values);
        }
        let (mut present, mut highest) = (0, 0);
        let rest = walk(self.levels, bits(self.max_level), self.values, |level, times| {
            highest = highest.max(level);
            present += if level == self.max_level { times } else { 0 };
        })?;
        let sound = rest.is_empty() && highest <= self.max_level;
        (sound && self.nulls.is_none_or(|nulls| nulls == self.values - present)).then_some(present)
    }
}

/// Definition levels carry their length before them in version 1.
fn version_1(body: &[u8], definition: i32) -> Option<(&[u8], &[u8])> {
    let (length, rest) = body.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize).filter(|_| definition == RLE)
}

/// The bits that a level takes.
fn bits(max_level: u32) -> u8 {
    (u32::BITS - max_level.leading_zeros()) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_arrays_are_counted_to_the_last_byte() {
        let two = [3, 0, 0, 0, b'a', b'b', b'c', 0, 0, 0, 0];
        assert_eq!(texts(&two, 2, true), Some(()));
        assert_eq!(texts(&two, 1, true), None, "bytes behind the last value");
        assert_eq!(texts(&two, 3, true), None);
        assert_eq!(texts(&two[..6], 1, true), None);
        let broken = [1, 0, 0, 0, 0xff];
        assert_eq!((texts(&broken, 1, true), texts(&broken, 1, false)), (None, Some(())));
    }

    #[test]
    fn levels_take_as_many_bits_as_the_highest() {
        assert_eq!([0, 1, 2, 3, 4].map(bits), [0, 1, 2, 2, 3]);
    }
}
