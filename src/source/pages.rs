//! The pages of a column chunk: where each lies, and what its header says.
//!
//! A kept column is copied as encoded pages. What must not come along is in the headers (statistics, which are
//! raw values) and between the pages; so pages are found by their headers and headers are written anew.

use std::ops::Range;

use bytes::Bytes;
use parquet::basic::{Compression, Encoding};

use crate::plan::FileError;
use crate::plan::thrift::{I32, Reader, STRUCT, TRUE, Writer};
use crate::source::codec;

// parquet.thrift, `Encoding`: what levels are written in.
const RLE: i32 = 3;
const BIT_PACKED: i32 = 4;

/// What a page header says, statistics left out (parquet.thrift, `PageHeader`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageHeader {
    pub kind: PageKind,
    /// Bytes of the page after decompression.
    pub uncompressed: i32,
    /// Bytes of the page as it lies in the file.
    pub compressed: i32,
    /// CRC-32 of the page as it lies in the file.
    pub crc: Option<i32>,
}

/// The part of a header that depends on what the page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    Data { values: i32, encoding: i32, definition: i32, repetition: i32 },
    Dictionary { values: i32, encoding: i32 },
    DataV2 { values: i32, nulls: i32, rows: i32, encoding: i32, definition: i32, repetition: i32, is_compressed: bool },
}

impl PageKind {
    /// Whether the page holds indices into a dictionary (parquet.thrift: PLAIN_DICTIONARY, RLE_DICTIONARY).
    pub fn by_dictionary(self) -> bool {
        match self {
            PageKind::Data { encoding, .. } | PageKind::DataV2 { encoding, .. } => matches!(encoding, 2 | 8),
            PageKind::Dictionary { .. } => false,
        }
    }
}

impl PageHeader {
    /// Parses a header at the start of `bytes`; the header and its length.
    pub fn parse(bytes: &[u8]) -> Option<(Self, usize)> {
        let mut reader = Reader::new(bytes);
        let (mut kind, mut sizes, mut crc, mut body) = (None, [None; 2], None, None);
        let mut last = 0;
        while let Some((id, wire)) = reader.field(last)? {
            match (id, wire) {
                (1, I32) => kind = Some(reader.i32()?),
                (2 | 3, I32) => sizes[id as usize - 2] = Some(reader.i32()?),
                (4, I32) => crc = Some(reader.i32()?),
                (5 | 7 | 8, STRUCT) => body = Some((id, numbers(&mut reader)?)),
                _ => reader.skip(wire)?,
            }
            last = id;
        }
        let kind = page_kind(kind?, body?)?;
        let [uncompressed, compressed] = sizes;
        let header = PageHeader { kind, uncompressed: uncompressed?, compressed: compressed?, crc };
        (header.uncompressed >= 0 && header.compressed >= 0).then_some((header, reader.position()))
    }

    /// Whether the page is a dictionary.
    pub fn is_dictionary(&self) -> bool {
        matches!(self.kind, PageKind::Dictionary { .. })
    }

    /// How many values the page holds, nulls included; 0 for a dictionary.
    pub fn values(&self) -> i32 {
        match self.kind {
            PageKind::Data { values, .. } | PageKind::DataV2 { values, .. } => values,
            PageKind::Dictionary { .. } => 0,
        }
    }

    /// The header as bytes, with nothing in it but what a reader needs.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        let kind = match self.kind {
            PageKind::Data { .. } => 0,
            PageKind::Dictionary { .. } => 2,
            PageKind::DataV2 { .. } => 3,
        };
        writer.i32(1, kind).i32(2, self.uncompressed).i32(3, self.compressed);
        if let Some(crc) = self.crc {
            writer.i32(4, crc);
        }
        match self.kind {
            PageKind::Data { values, encoding, definition, repetition } => {
                let encoding_of_levels = |said| if said == BIT_PACKED { said } else { RLE };
                let levels = [definition, repetition].map(encoding_of_levels);
                writer.open(5).i32(1, values).i32(2, encoding).i32(3, levels[0]).i32(4, levels[1])
            }
            PageKind::Dictionary { values, encoding } => writer.open(7).i32(1, values).i32(2, encoding),
            PageKind::DataV2 { values, nulls, rows, encoding, definition, repetition, is_compressed } => {
                writer.open(8).i32(1, values).i32(2, nulls).i32(3, rows).i32(4, encoding);
                writer.i32(5, definition).i32(6, repetition).truth(7, is_compressed)
            }
        }
        .close();
        writer.finish()
    }
}

/// The first eight numbers of a struct by their ids, truth values as 0 and 1.
fn numbers(reader: &mut Reader<'_>) -> Option<[Option<i32>; 8]> {
    let mut found = [None; 8];
    let mut last = 0;
    while let Some((id, wire)) = reader.field(last)? {
        match wire {
            I32 if (1..8).contains(&id) => found[id as usize] = Some(reader.i32()?),
            1 | 2 if (1..8).contains(&id) => found[id as usize] = Some(i32::from(wire == TRUE)),
            _ => reader.skip(wire)?,
        }
        last = id;
    }
    Some(found)
}

fn page_kind(kind: i32, (body, found): (i16, [Option<i32>; 8])) -> Option<PageKind> {
    let values = found[1].filter(|values| *values >= 0)?;
    match (kind, body) {
        (0, 5) => Some(PageKind::Data { values, encoding: found[2]?, definition: found[3]?, repetition: found[4]? }),
        (2, 7) => Some(PageKind::Dictionary { values, encoding: found[2]? }),
        (3, 8) => Some(PageKind::DataV2 {
            values,
            nulls: found[2]?,
            rows: found[3]?,
            encoding: found[4]?,
            definition: found[5]?,
            repetition: found[6]?,
            is_compressed: found[7].unwrap_or(1) == 1,
        }),
        _ => None,
    }
}

/// parquet.thrift, `Encoding`.
fn encoding(number: i32) -> Option<Encoding> {
    match number {
        0 => Some(Encoding::PLAIN),
        2 => Some(Encoding::PLAIN_DICTIONARY),
        3 => Some(Encoding::RLE),
        8 => Some(Encoding::RLE_DICTIONARY),
        _ => None,
    }
}

/// One page of a chunk.
#[derive(Debug, Clone)]
pub struct Page {
    pub header: PageHeader,
    /// Where the page's content lies in the chunk.
    pub content: Range<usize>,
}

/// The pages of a chunk.
pub struct Pages {
    chunk: Bytes,
    pages: Vec<Page>,
    /// Whether pages fill the chunk to its last byte.
    pub gapless: bool,
}

impl Pages {
    /// Finds the pages of a chunk that holds `values` values; `None` where a header cannot be, or values are missing.
    pub fn find(chunk: Bytes, values: i64) -> Option<Self> {
        let (mut pages, mut at, mut seen) = (Vec::new(), 0, 0);
        while at < chunk.len() && seen < values {
            let (header, length) = PageHeader::parse(&chunk[at..])?;
            let content = at + length..(at + length).checked_add(usize::try_from(header.compressed).ok()?)?;
            if content.end > chunk.len() {
                return None;
            }
            // One dictionary, before all data: a second one would hide what the first holds.
            if matches!(header.kind, PageKind::Dictionary { .. }) && !pages.is_empty() {
                return None;
            }
            seen += i64::from(header.values());
            at = content.end;
            pages.push(Page { header, content });
        }
        (seen == values).then_some(Pages { gapless: at == chunk.len(), chunk, pages })
    }

    /// The pages, in file order.
    pub fn iter(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter()
    }

    /// Whether every page is compressed in one piece with nothing beside it.
    pub fn are_bare(&self, codec: Compression) -> bool {
        self.pages.iter().all(|page| {
            let content = &self.chunk[page.content.clone()];
            match page.header.kind {
                PageKind::DataV2 { definition, repetition, is_compressed, .. } => {
                    let levels = usize::try_from(i64::from(definition) + i64::from(repetition)).ok();
                    let values = levels.and_then(|levels| content.get(levels..));
                    values.is_some_and(|values| !is_compressed || values.is_empty() || codec::is_bare(codec, values))
                }
                PageKind::Data { .. } | PageKind::Dictionary { .. } => codec::is_bare(codec, content),
            }
        })
    }

    /// A page's content, decompressed into `room` where it has to be: levels first, then values.
    ///
    /// # Errors
    /// Where its checksum is wrong or it is not as long as its header says.
    pub fn body<'b>(&'b self, page: &Page, codec: Compression, room: &'b mut Vec<u8>) -> Result<&'b [u8], FileError> {
        let content = &self.chunk[page.content.clone()];
        if page.header.crc.is_some_and(|crc| crc as u32 != crc32fast::hash(content)) {
            return Err(FileError::Damaged("the checksum of a page is wrong"));
        }
        let (levels, codec) = match page.header.kind {
            PageKind::DataV2 { definition, repetition, is_compressed, .. } => {
                let levels = definition.checked_add(repetition).and_then(|levels| usize::try_from(levels).ok());
                (levels, if is_compressed { codec } else { Compression::UNCOMPRESSED })
            }
            PageKind::Data { .. } | PageKind::Dictionary { .. } => (Some(0), codec),
        };
        if codec == Compression::UNCOMPRESSED && content.len() == page.header.uncompressed as usize {
            return Ok(content);
        }
        let damaged = FileError::Damaged("a page cannot be decompressed");
        room.clear();
        unpacked(content, levels, codec, page.header.uncompressed as usize, room).ok_or(damaged)?;
        Ok(room)
    }

    /// The encodings that the pages name, with that of their levels; `None` where one is not of the plain and dictionary
    /// encodings that every reader knows.
    pub fn encodings(&self) -> Option<Vec<Encoding>> {
        let mut found = vec![Encoding::RLE];
        for page in &self.pages {
            let empty = page.header.values() == 0 && !matches!(page.header.kind, PageKind::Dictionary { .. });
            if empty {
                // Its bytes would belong to no row.
                return None;
            }
            let named = encoding(match page.header.kind {
                PageKind::Data { encoding, .. }
                | PageKind::DataV2 { encoding, .. }
                | PageKind::Dictionary { encoding, .. } => encoding,
            })?;
            if !found.contains(&named) {
                found.push(named);
            }
        }
        Some(found)
    }

    /// Whether the chunk is a dictionary and indices into it, to the last page.
    pub fn by_dictionary(&self) -> bool {
        let mut kinds = self.pages.iter().map(|page| page.header.kind);
        kinds.next().is_some_and(|first| matches!(first, PageKind::Dictionary { .. }))
            && kinds.all(PageKind::by_dictionary)
    }

    /// What all pages take after decompression, headers left out, in bytes.
    pub fn total(&self) -> u64 {
        self.pages.iter().map(|page| page.header.uncompressed as u64).sum()
    }

    /// What all pages take after decompression, with headers written anew, in bytes.
    pub fn uncompressed(&self) -> i64 {
        self.pages.iter().map(|page| page.header.write().len() as i64 + i64::from(page.header.uncompressed)).sum()
    }

    /// The most bytes that one page takes after decompression.
    pub fn largest(&self) -> u64 {
        self.pages.iter().map(|page| page.header.uncompressed as u64).max().unwrap_or(0)
    }

    /// The chunk with every header written anew, as pieces in file order, and how many bytes lie before the first data
    /// page. Contents are shared with the source, not copied.
    pub fn rewritten(&self) -> (Vec<Bytes>, usize) {
        let mut pieces = Vec::with_capacity(2 * self.pages.len());
        let (mut length, mut before_data) = (0, 0);
        for page in &self.pages {
            let header = Bytes::from(page.header.write());
            length += header.len() + page.content.len();
            pieces.extend([header, self.chunk.slice(page.content.clone())]);
            if matches!(page.header.kind, PageKind::Dictionary { .. }) {
                before_data = length;
            }
        }
        (pieces, before_data)
    }
}

/// A page's content behind its levels, which are never compressed in version 2 and part of the content before.
fn unpacked(
    content: &[u8],
    levels: Option<usize>,
    codec: Compression,
    length: usize,
    body: &mut Vec<u8>,
) -> Option<()> {
    let (levels, packed) = content.split_at_checked(levels?)?;
    body.extend_from_slice(levels);
    let values = length.checked_sub(levels.len())?;
    // A page of nothing but nulls may have no compressed bytes at all.
    if values > 0 || !packed.is_empty() {
        codec::decompress(codec, packed, values, body)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_comes_back_as_it_was_written() {
        let kinds = [
            PageKind::Data { values: 500_000, encoding: 8, definition: 3, repetition: 3 },
            PageKind::Dictionary { values: 4, encoding: 0 },
            PageKind::DataV2 {
                values: 9,
                nulls: 2,
                rows: 9,
                encoding: 5,
                definition: 4,
                repetition: 0,
                is_compressed: false,
            },
        ];
        for kind in kinds {
            let header = PageHeader { kind, uncompressed: 70_000, compressed: 300, crc: Some(-5) };
            let written = header.write();
            assert_eq!(PageHeader::parse(&written), Some((header, written.len())));
        }
    }

    #[test]
    fn a_cut_header_is_refused_at_every_length() {
        let kind = PageKind::Data { values: 7, encoding: 0, definition: 3, repetition: 3 };
        let written = PageHeader { kind, uncompressed: 1, compressed: 1, crc: None }.write();
        assert!((0..written.len()).all(|length| PageHeader::parse(&written[..length]).is_none()));
    }
}
