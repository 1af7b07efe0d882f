//! Whether a chunk's pages hold just what its rows hold, found without building an array of the rows.
//!
//! A column that leaves as encoded pages could carry more than its values: bytes behind the last value of a page,
//! dictionary entries that no row uses any more, text that is none. Every page is decompressed and gone through
//! once; where it is not plain to see that it holds its values and nothing else, the column is decoded and encoded
//! again instead.

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{ConvertedType, Encoding, LogicalType, Type};
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::ColumnDescPtr;

use crate::plan::FileError;
use crate::source::chunks::Chunks;
use crate::source::hybrid::walk;
use crate::source::pages::Pages;

/// The pages of a chunk that hold their values and nothing else.
pub struct Inspected {
    /// The dictionary's entries, PLAIN and decompressed, and how many there are. Every one is some row's value.
    pub dictionary: Option<(Bytes, usize)>,
}

/// Goes through every page of a flat chunk; none where that does not tell what the rows hold.
///
/// # Errors
/// Where a page cannot be decompressed, or its checksum is wrong.
pub fn inspect(
    chunks: &Arc<Chunks>,
    group: &RowGroupMetaData,
    leaf: usize,
    pages: &Pages,
) -> Result<Option<Inspected>, FileError> {
    let column = group.column(leaf);
    let descriptor = column.column_descr_ptr();
    if !pages.gapless || descriptor.max_rep_level() > 0 || column.num_values() != group.num_rows() {
        return Ok(None);
    }
    let mut found = Found { used: Vec::new(), dictionary: None, descriptor };
    let mut reader = reader(chunks, column, group.num_rows())?;
    for _ in pages.iter() {
        let Some(page) = reader.get_next_page()? else { return Ok(None) };
        if found.page(&page).is_none() {
            return Ok(None);
        }
    }
    let whole = found.used.iter().all(|used| *used);
    Ok(whole.then_some(Inspected { dictionary: found.dictionary }))
}

fn reader(
    chunks: &Arc<Chunks>,
    column: &ColumnChunkMetaData,
    rows: i64,
) -> Result<SerializedPageReader<Chunks>, FileError> {
    Ok(SerializedPageReader::new(chunks.clone(), column, rows as usize, None)?)
}

/// The indices and definition levels of every row of an inspected chunk whose data pages all have indices.
///
/// # Errors
/// Where the chunk was not inspected.
pub fn rows_of(chunks: &Arc<Chunks>, group: &RowGroupMetaData, leaf: usize) -> Result<IndexedRows, FileError> {
    let column = group.column(leaf);
    let mut rows = IndexedRows { indices: Vec::new(), levels: Vec::new() };
    let mut reader = reader(chunks, column, group.num_rows())?;
    while let Some(page) = reader.get_next_page()? {
        let collected = DataPage::of(&page, column.column_descr().max_def_level())
            .map_or(Some(()), |data| data.and_then(|data| rows.page(&data)));
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
    fn page(&mut self, page: &Page) -> Option<()> {
        if let Page::DictionaryPage { buf, num_values, encoding, .. } = page {
            let plain = matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY);
            self.used = vec![false; *num_values as usize];
            self.dictionary = Some((buf.clone(), self.used.len()));
            return (plain && self.used.len() <= buf.len()).then(|| self.values(buf, self.used.len())).flatten();
        }
        let data = DataPage::of(page, self.descriptor.max_def_level())??;
        let present = data.present()?;
        match page.encoding() {
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => self.mark(data.content, present),
            Encoding::PLAIN => self.values(data.content, present),
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
    max_level: u32,
    levels: &'p [u8],
    content: &'p [u8],
    /// As a version 2 page says it.
    nulls: Option<usize>,
}

impl<'p> DataPage<'p> {
    /// None for a dictionary; `Some(None)` where the page is not laid out as a flat column's.
    fn of(page: &'p Page, max_level: i16) -> Option<Option<Self>> {
        match page {
            Page::DictionaryPage { .. } => None,
            Page::DataPage { buf, num_values, def_level_encoding, .. } => {
                Some(Self::version_1(buf, *num_values as usize, *def_level_encoding, max_level as u32))
            }
            Page::DataPageV2 {
                buf, num_values, num_nulls, num_rows, def_levels_byte_len, rep_levels_byte_len, ..
            } => {
                let flat = *rep_levels_byte_len == 0 && num_rows == num_values;
                let (levels, content) = buf.split_at_checked(*def_levels_byte_len as usize)?;
                let (values, nulls) = (*num_values as usize, Some(*num_nulls as usize));
                Some(flat.then_some(DataPage { values, max_level: max_level as u32, levels, content, nulls }))
            }
        }
    }

    /// Definition levels carry their length before them.
    fn version_1(buf: &'p [u8], values: usize, encoding: Encoding, max_level: u32) -> Option<Self> {
        if max_level == 0 {
            return Some(DataPage { values, max_level, levels: &[], content: buf, nulls: None });
        }
        let (length, rest) = buf.split_first_chunk::<4>()?;
        let (levels, content) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        (encoding == Encoding::RLE).then_some(DataPage { values, max_level, levels, content, nulls: None })
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
