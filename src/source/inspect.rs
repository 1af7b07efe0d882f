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

use crate::plan::{FileError, contained};
use crate::source::codec;
use crate::source::distinct;
use crate::source::hybrid::walk;
use crate::source::levels::{DataPage, LevelWatch};
use crate::source::onlooker::Onlooker;
use crate::source::pages::{PageKind, Pages};

// parquet.thrift, `Encoding`.
const PLAIN: i32 = 0;
const PLAIN_DICTIONARY: i32 = 2;
const RLE_DICTIONARY: i32 = 8;

/// The pages of a chunk that hold their values and nothing else.
pub struct Inspected {
    /// The dictionary's entries, PLAIN and decompressed, and how many there are. Every one is some row's value.
    pub dictionary: Option<(Bytes, usize)>,
    /// Whether entries stand in the order in which rows use them first, so that their order tells nothing more.
    pub by_first_use: bool,
}

/// Goes through every page of a chunk of `rows` rows; none where that does not tell what the rows hold.
///
/// An onlooker has then seen every value, and perhaps some of them where there is none.
///
/// # Errors
/// Where a page cannot be decompressed, or its checksum is wrong.
pub fn inspect(
    column: &ColumnChunkMetaData,
    rows: i64,
    pages: &Pages,
    levels: LevelWatch,
    onlooker: Option<&mut dyn Onlooker>,
) -> Result<Option<Inspected>, FileError> {
    let codec = column.compression();
    if !pages.gapless || !codec::is_common(codec) || !pages.are_bare(codec) {
        return Ok(None);
    }
    let descriptor = column.column_descr_ptr();
    let mut found = Found {
        used: Vec::new(),
        next: 0,
        by_first_use: true,
        dictionary: None,
        rows: 0,
        descriptor,
        levels,
        onlooker,
    };
    // One room for all pages: memory that is touched for the first time costs as much as what is done in it.
    let mut room = Vec::new();
    for page in pages.iter() {
        let body = pages.body(page, codec, &mut room)?;
        if found.page(page.header.kind, body).is_none() {
            return Ok(None);
        }
    }
    let whole = found.rows as i64 == rows && found.used.iter().all(|used| *used);
    Ok(whole.then_some(Inspected { dictionary: found.dictionary, by_first_use: found.by_first_use }))
}

/// The indices and levels of every row of an inspected chunk whose data pages all have indices.
///
/// # Errors
/// Where the chunk was not inspected.
pub fn rows_of(column: &ColumnChunkMetaData, pages: &Pages) -> Result<IndexedRows, FileError> {
    let (mut rows, mut room) = (IndexedRows::default(), Vec::new());
    for page in pages.iter().filter(|page| !page.header.is_dictionary()) {
        let body = pages.body(page, column.compression(), &mut room)?;
        let data = DataPage::of(page.header.kind, body, column.column_descr());
        let collected = data.and_then(|data| rows.page(&data));
        collected.ok_or(FileError::Damaged("its indices are not those of its dictionary"))?;
    }
    Ok(rows)
}

/// Every row of a chunk as an index into its dictionary.
#[derive(Default)]
pub struct IndexedRows {
    /// Of the values that are not null.
    pub indices: Vec<i32>,
    /// Definition levels of all values; empty where none can be null.
    pub definition: Vec<i16>,
    /// Repetition levels of all values; empty outside of lists.
    pub repetition: Vec<i16>,
}

impl IndexedRows {
    fn page(&mut self, data: &DataPage<'_>) -> Option<()> {
        data.repetition
            .walk(data.values, |level, times| self.repetition.extend(std::iter::repeat_n(level as i16, times)))?;
        data.definition
            .walk(data.values, |level, times| self.definition.extend(std::iter::repeat_n(level as i16, times)))?;
        let present = data.present()?;
        let Some((width, packed)) = data.content.split_first() else { return (present == 0).then_some(()) };
        let indices = &mut self.indices;
        walk(packed, *width, present, |index, times| indices.extend(std::iter::repeat_n(index as i32, times)))?;
        Some(())
    }
}

/// What has been found so far.
struct Found<'o> {
    /// Which entries of the dictionary some row uses.
    used: Vec<bool>,
    /// The entry that is used next if entries are used in their order.
    next: u32,
    by_first_use: bool,
    dictionary: Option<(Bytes, usize)>,
    rows: usize,
    descriptor: ColumnDescPtr,
    levels: LevelWatch,
    onlooker: Option<&'o mut dyn Onlooker>,
}

impl Found<'_> {
    fn page(&mut self, kind: PageKind, body: &[u8]) -> Option<()> {
        if let PageKind::Dictionary { values, encoding } = kind {
            let count = usize::try_from(values).ok()?;
            // Every entry but a text of no letters takes some bytes, and that one takes its length.
            if !matches!(encoding, PLAIN | PLAIN_DICTIONARY) || count > body.len() || count == 0 {
                return None;
            }
            self.used = vec![false; count];
            self.dictionary = Some((Bytes::copy_from_slice(body), count));
            return self.values(body, count);
        }
        let data = DataPage::of(kind, body, &self.descriptor)?;
        let present = data.present()?;
        if self.levels.contradict(&data) {
            return None;
        }
        self.rows += data.rows()?;
        match data.encoding {
            RLE_DICTIONARY | PLAIN_DICTIONARY => self.mark(data.content, present),
            PLAIN => self.values(data.content, present),
            _ => None,
        }
    }

    /// Marks the entries that a page's indices name.
    fn mark(&mut self, content: &[u8], present: usize) -> Option<()> {
        let Some((width, packed)) = content.split_first() else { return (present == 0).then_some(()) };
        let (mut inside, mut next, mut in_order, used) = (true, self.next, self.by_first_use, &mut self.used);
        let rest = walk(packed, *width, present, |index, _| match used.get_mut(index as usize) {
            Some(entry) => {
                *entry = true;
                in_order &= index <= next;
                next += u32::from(index == next);
            }
            None => inside = false,
        })?;
        (self.next, self.by_first_use) = (next, in_order);
        (inside && rest.is_empty()).then_some(())
    }

    /// Whether the content is `count` PLAIN values and not a byte more.
    fn values(&mut self, content: &[u8], count: usize) -> Option<()> {
        let width = match self.descriptor.physical_type() {
            Type::INT32 | Type::FLOAT => 4,
            Type::INT64 | Type::DOUBLE => 8,
            Type::FIXED_LEN_BYTE_ARRAY => usize::try_from(self.descriptor.type_length()).ok()?,
            Type::BYTE_ARRAY if self.is_text() && self.onlooker.is_some() => {
                let onlooker = self.onlooker.as_deref_mut()?;
                return each_text(content, count, |text| onlooker.text(text));
            }
            Type::BYTE_ARRAY => {
                texts(content, count, self.is_text())?;
                return self.show(content, count);
            }
            // Eight to a byte; the rest of the last byte is padding, and could be anything.
            Type::BOOLEAN | Type::INT96 => return None,
        };
        if content.len() != count.checked_mul(width)? {
            return None;
        }
        self.show(content, count)
    }

    /// Shows values to the onlooker; none where they are no values of the leaf's type.
    fn show(&mut self, content: &[u8], count: usize) -> Option<()> {
        let Some(onlooker) = self.onlooker.as_deref_mut().filter(|_| count > 0) else { return Some(()) };
        let content = Bytes::copy_from_slice(content);
        let values = contained(|| distinct::entries(&self.descriptor, &content, count)).ok()?;
        onlooker.values(&values);
        Some(())
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

/// Whether the content is `count` byte arrays and not a byte more.
fn texts(content: &[u8], count: usize, is_text: bool) -> Option<()> {
    // Mostly there is nothing else, and then one look at all is quicker than one at each.
    let looked_at = !is_text || content.is_ascii();
    pieces(content, count, |value| (looked_at || std::str::from_utf8(value).is_ok()).then_some(()))
}

/// Hands on `count` texts; none where the content is anything else.
fn each_text(content: &[u8], count: usize, mut each: impl FnMut(&str)) -> Option<()> {
    // Lengths of short texts are letters too, and then one look at all is quicker than one at each.
    let Ok(all) = std::str::from_utf8(content) else {
        return pieces(content, count, |value| std::str::from_utf8(value).ok().map(&mut each));
    };
    let mut at = 0;
    pieces(content, count, |value| {
        let start = at + 4;
        at = start + value.len();
        all.get(start..at).map(&mut each)
    })
}

/// Hands on `count` byte arrays, each behind its length in 4 bytes; none where there are more bytes, or fewer.
#[inline]
fn pieces<'c>(mut content: &'c [u8], count: usize, mut each: impl FnMut(&'c [u8]) -> Option<()>) -> Option<()> {
    for _ in 0..count {
        let (length, rest) = content.split_first_chunk::<4>()?;
        let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        each(value)?;
        content = rest;
    }
    content.is_empty().then_some(())
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
    fn each_text_is_whole_by_itself() {
        let lengths = |content: &[u8], count: usize| {
            let mut lengths = Vec::new();
            each_text(content, count, |text| lengths.push(text.len())).map(|()| lengths)
        };
        assert_eq!(lengths(&[2, 0, 0, 0, 0xc3, 0xa4, 0, 0, 0, 0, 1, 0, 0, 0, b'a'], 3), Some(vec![2, 0, 1]));
        assert_eq!(lengths(&[1, 0, 0, 0, b'a', 0], 1), None);
        let long = [&[0xa4, 0, 0, 0][..], &[b'a'; 0xa4]].concat();
        assert_eq!(lengths(&long, 1), Some(vec![0xa4]));
        // Half a letter, which the length behind it would make whole.
        assert_eq!(lengths(&[&[1, 0, 0, 0, 0xc3][..], &long].concat(), 2), None);
    }
}
