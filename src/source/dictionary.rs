//! Whether a chunk's dictionary holds only what its rows hold.
//!
//! A writer may leave values in a dictionary that no row refers to any more. A column copied as encoded pages would
//! carry them along, so such a column is encoded again instead.

use std::sync::Arc;

use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::serialized_reader::SerializedPageReader;

use crate::plan::FileError;
use crate::source::chunks::Chunks;
use crate::source::pages::{PageKind, Pages};

/// Whether every entry of the dictionary of a column chunk is some row's value; true where there is no dictionary.
///
/// Only flat columns are followed: for others the answer is false.
///
/// # Errors
/// Where a page is damaged.
pub fn fully_used(
    chunks: &Arc<Chunks>,
    group: &RowGroupMetaData,
    leaf: usize,
    found: &Pages,
) -> Result<bool, FileError> {
    let column = group.column(leaf);
    if column.column_descr().max_rep_level() > 0 {
        return Ok(false);
    }
    let mut pages = SerializedPageReader::new(chunks.clone(), column, group.num_rows() as usize, None)?;
    let mut used: Vec<bool> = Vec::new();
    let nullable = column.column_descr().max_def_level() > 0;
    for page in found.iter() {
        if !page.header.kind.by_dictionary() && !matches!(page.header.kind, PageKind::Dictionary { .. }) {
            pages.skip_next_page()?;
            continue;
        }
        let Some(page) = pages.get_next_page()? else { return Ok(false) };
        let seen = match &page {
            Page::DataPage { def_level_encoding, .. } if nullable && *def_level_encoding != Encoding::RLE => None,
            Page::DictionaryPage { num_values, .. } => {
                used = vec![false; *num_values as usize];
                Some(())
            }
            Page::DataPage { encoding, buf, .. } if by_dictionary(*encoding) => {
                levels_passed(buf, nullable).and_then(|indices| mark(indices, &mut used))
            }
            Page::DataPageV2 { encoding, buf, def_levels_byte_len, rep_levels_byte_len, .. }
                if by_dictionary(*encoding) =>
            {
                buf.get((def_levels_byte_len + rep_levels_byte_len) as usize..)
                    .and_then(|indices| mark(indices, &mut used))
            }
            _ => Some(()),
        };
        if seen.is_none() {
            return Ok(false);
        }
    }
    Ok(used.iter().all(|used| *used))
}

fn by_dictionary(encoding: Encoding) -> bool {
    matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY)
}

/// The indices of a version 1 page: behind the definition levels, which carry their length before them.
fn levels_passed(page: &[u8], nullable: bool) -> Option<&[u8]> {
    if !nullable {
        return Some(page);
    }
    let (length, rest) = page.split_first_chunk::<4>()?;
    rest.get(u32::from_le_bytes(*length) as usize..)
}

/// Marks each index of a page as used; `None` where the bytes are no indices of this dictionary.
///
/// RLE and bit-packing hybrid of the Parquet format: <https://parquet.apache.org/docs/file-format/data-pages/encodings/>
fn mark(indices: &[u8], used: &mut [bool]) -> Option<()> {
    let Some((&width, mut rest)) = indices.split_first() else { return Some(()) };
    let width = usize::from(width);
    if width > 32 {
        return None;
    }
    while !rest.is_empty() {
        let (head, after) = varint(rest)?;
        rest = if head & 1 == 0 {
            let bytes = width.div_ceil(8);
            let value = little_endian(after.get(..bytes)?);
            *used.get_mut(value as usize)? = true;
            &after[bytes..]
        } else {
            let bytes = (head >> 1).checked_mul(width)?;
            // The last run may be cut short by its page, and its last group of eight is padded with zeros.
            let (packed, after) = after.split_at(bytes.min(after.len()));
            let last_group = packed.len().saturating_sub(1) / width.max(1) * width;
            let (full, last) = packed.split_at(if after.is_empty() { last_group } else { packed.len() });
            unpack(full, width, |index| index_used(index, used));
            unpack(last, width, |index| {
                if index > 0 {
                    index_used(index, used)
                }
            });
            after
        };
    }
    Some(())
}

fn index_used(index: usize, used: &mut [bool]) {
    if let Some(entry) = used.get_mut(index) {
        *entry = true;
    }
}

/// Hands every bit-packed index to `each`.
fn unpack(packed: &[u8], width: usize, mut each: impl FnMut(usize)) {
    if width == 0 {
        return;
    }
    let mask = u64::MAX >> (64 - width);
    let (mut buffer, mut bits) = (0u64, 0);
    for byte in packed {
        buffer |= u64::from(*byte) << bits;
        bits += 8;
        while bits >= width {
            each((buffer & mask) as usize);
            buffer >>= width;
            bits -= width;
        }
    }
}

fn varint(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0usize;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

fn little_endian(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_packed_groups_mark_their_entries() {
        let mut used = vec![false; 8];
        // Width 3; a run of four 5s; a group of eight: 0 to 7 packed is 0x88 0xc6 0xfa.
        assert_eq!(mark(&[3, 4 << 1, 5], &mut used), Some(()));
        assert_eq!(used.iter().filter(|used| **used).count(), 1);
        assert_eq!(mark(&[3, 1 << 1 | 1, 0x88, 0xc6, 0xfa], &mut used), Some(()));
        assert_eq!(used, [false, true, true, true, true, true, true, true], "a zero in the last group may be padding");
        assert_eq!(mark(&[3, 1 << 1, 0], &mut used), Some(()));
        assert!(used.iter().all(|used| *used));
    }

    #[test]
    fn an_index_beyond_the_dictionary_is_noticed() {
        assert_eq!(mark(&[3, 4 << 1, 5], &mut [false; 5]), None);
    }
}
