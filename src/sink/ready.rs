//! Leaves that need no row to be decoded: kept pages, and indices into a dictionary whose entries were masked.
//!
//! A masked dictionary must not hold a value twice: readers that keep dictionaries would take the two for different
//! ones. Nor may its order tell of the raw one: of sorted names a token's place would be the name's. Where a method gave
//! two entries the same value, or entries do not stand in the order of their first use, indices are written anew;
//! everywhere else they leave as they are.

#![expect(clippy::disallowed_types, reason = "one of the places where the output is encoded")]

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use ahash::RandomState;
use arrow::array::{Array, ArrayRef, Int32Array, UInt32Array};
use arrow::datatypes::{DataType, Field, Fields};
use arrow::row::{RowConverter, SortField};
use bytes::Bytes;
use parquet::basic::{Compression, Encoding, Repetition, Type as Physical};
use parquet::column::page::{Page, PageReader};
use parquet::data_type::Int32Type;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnDescPtr, Type};

use crate::guard::{SafeBatch, SafeChunk};
use crate::sink::encode::{EncodeError, ReadyLeaf, properties, written};
use crate::sink::layout::{ColumnLayout, descriptor, levels_fit, values_fit};
use crate::source::{EncodedChunk, IndexedRows, PageHeader, PageKind, Pages, codec};

/// The encodings of a chunk with a dictionary.
const BY_DICTIONARY: [Encoding; 3] = [Encoding::RLE, Encoding::PLAIN, Encoding::RLE_DICTIONARY];

impl ColumnLayout {
    /// Whether a chunk's pages can leave as they are, `index` counting the leaves that are left.
    ///
    /// Of types that are narrower than the way they are stored, a reader sees a part of what the pages hold.
    pub fn takes_values(&self, index: usize, chunk: &ColumnChunkMetaData, data_type: &DataType) -> bool {
        use DataType::{Int8, Int16, Null, UInt8, UInt16};
        let (source, wanted) = (chunk.column_descr_ptr(), self.descriptor.column(index));
        let is_whole = !matches!(data_type, Null | Int8 | Int16 | UInt8 | UInt16);
        is_whole && codec::is_common(chunk.compression()) && values_fit(&source, &wanted)
    }

    /// Whether a chunk's indices can leave as they are, whatever its dictionary becomes.
    pub fn takes_indices(&self, index: usize, chunk: &ColumnChunkMetaData) -> bool {
        let (source, wanted) = (chunk.column_descr_ptr(), self.descriptor.column(index));
        codec::is_common(chunk.compression()) && levels_fit(&source, &wanted)
    }
}

impl ReadyLeaf {
    /// A leaf that is kept.
    pub fn kept(pages: SafeChunk) -> Self {
        ReadyLeaf(pages.into_pages())
    }

    /// A leaf of which each distinct value was masked once. `rows` is asked for where indices must be written anew.
    ///
    /// # Errors
    /// Where the dictionary cannot be encoded, and whatever `rows` says.
    pub fn translated<E: From<EncodeError>>(
        dictionary: &SafeBatch,
        indices: SafeChunk,
        rows: impl FnOnce() -> Result<IndexedRows, E>,
    ) -> Result<Self, E> {
        let (entries, indices) = (dictionary.array().ok_or(EncodeError)?, indices.into_pages());
        let (distinct, places) = merged(entries)?;
        Ok(ReadyLeaf(match indices.by_first_use && distinct.len() == entries.len() {
            true => with_dictionary(entries, indices)?,
            false => reindexed(&distinct, &places, rows()?, &indices)?,
        }))
    }
}

/// The distinct ones of some values, and for each value its place among them.
fn merged(values: &ArrayRef) -> Result<(ArrayRef, Vec<i32>), EncodeError> {
    let converter = RowConverter::new(vec![SortField::new(values.data_type().clone())]);
    let rows = converter.and_then(|converter| converter.convert_columns(std::slice::from_ref(values)));
    let rows = rows.map_err(|_| EncodeError)?;
    let mut places = HashMap::with_capacity_and_hasher(values.len(), RandomState::new());
    let (mut firsts, mut of_each) = (Vec::with_capacity(values.len()), Vec::with_capacity(values.len()));
    for (at, row) in rows.iter().enumerate() {
        let place = match places.entry(row) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                firsts.push(at as u32);
                *new.insert(firsts.len() as i32 - 1)
            }
        };
        of_each.push(place);
    }
    let distinct = if firsts.len() == values.len() { values.clone() } else { taken(values, firsts.into())? };
    Ok((distinct, of_each))
}

fn taken(values: &ArrayRef, places: UInt32Array) -> Result<ArrayRef, EncodeError> {
    arrow::compute::take(values, &places, None).map_err(|_| EncodeError)
}

/// The chunk with another dictionary in front of its data pages.
fn with_dictionary(entries: &ArrayRef, chunk: EncodedChunk) -> Result<EncodedChunk, EncodeError> {
    let [header, content] = chunk.pieces.get(..2).ok_or(EncodeError)? else { return Err(EncodeError) };
    let (old, _) = PageHeader::parse(header).filter(|(header, _)| header.is_dictionary()).ok_or(EncodeError)?;
    let (page, new) = dictionary_page(entries, chunk.compression)?;
    let size = |header: &Bytes, uncompressed: i32| header.len() as i64 + i64::from(uncompressed);
    let uncompressed = chunk.uncompressed - size(header, old.uncompressed) + size(&page[0], new.uncompressed);
    let length = |pieces: [&Bytes; 2]| pieces[0].len() + pieces[1].len();
    let data_offset = chunk.data_offset - length([header, content]) + length([&page[0], &page[1]]);
    let mut pieces = chunk.pieces;
    pieces.splice(..2, page);
    Ok(EncodedChunk { pieces, data_offset, uncompressed, encodings: BY_DICTIONARY.to_vec(), ..chunk })
}

/// Values as a dictionary page: PLAIN, as a data page of a column that cannot be null holds them.
fn dictionary_page(entries: &ArrayRef, compression: Compression) -> Result<([Bytes; 2], PageHeader), EncodeError> {
    let field = Arc::new(Field::new("entry", entries.data_type().clone(), false));
    let descriptor = descriptor(Fields::from(vec![field.clone()]))?;
    // Compressed here, with a context that lasts.
    let one_page = properties(Compression::UNCOMPRESSED)
        .set_dictionary_enabled(false)
        .set_data_page_size_limit(usize::MAX)
        .set_data_page_row_count_limit(usize::MAX);
    let chunk = written(&ColumnLayout { field, descriptor, leaves: vec![0] }, one_page.build(), entries)?;
    let [header, plain] = <[Bytes; 2]>::try_from(chunk.pieces).map_err(|_| EncodeError)?;
    let (header, _) = PageHeader::parse(&header).ok_or(EncodeError)?;
    let content = codec::compress(compression, &plain).ok_or(EncodeError)?;
    let kind = PageKind::Dictionary { values: header.values(), encoding: 0 };
    let compressed = i32::try_from(content.len()).map_err(|_| EncodeError)?;
    let header = PageHeader { kind, compressed, ..header };
    Ok(([header.write().into(), content.into()], header))
}

/// A chunk of the same rows over other entries: each row's index goes to the place of its entry.
fn reindexed(
    distinct: &ArrayRef,
    places: &[i32],
    rows: IndexedRows,
    old: &EncodedChunk,
) -> Result<EncodedChunk, EncodeError> {
    let place = |index: &i32| places.get(*index as usize).copied().ok_or(EncodeError);
    let indices = rows.indices.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    let (bytes, column) = integers(&indices, &rows, old)?;
    let order = order(&bytes, &column)?;
    let pages = Pages::find(bytes, column.num_values()).ok_or(EncodeError)?;
    let (pieces, data_offset) = pages.rewritten();
    let chunk = EncodedChunk {
        pieces,
        data_offset,
        uncompressed: pages.uncompressed(),
        values: old.values,
        compression: old.compression,
        encodings: BY_DICTIONARY.to_vec(),
        rows: old.rows,
        descriptor: old.descriptor.clone(),
        by_first_use: true,
    };
    with_dictionary(&taken(distinct, order)?, chunk)
}

/// A column of integers with a dictionary, at the levels of `like`: its bytes, and its metadata with offsets into them.
fn integers(
    values: &[i32],
    rows: &IndexedRows,
    like: &EncodedChunk,
) -> Result<(Bytes, ColumnChunkMetaData), EncodeError> {
    let by_dictionary = properties(like.compression).set_dictionary_page_size_limit(usize::MAX).build();
    let mut file = Vec::new();
    let root = Arc::new(integer(&like.descriptor)?);
    let mut writer = SerializedFileWriter::new(&mut file, root, Arc::new(by_dictionary))?;
    let mut group = writer.next_row_group()?;
    let mut column = group.next_column()?.ok_or(EncodeError)?;
    let definition = (!rows.definition.is_empty()).then_some(&rows.definition[..]);
    let repetition = (!rows.repetition.is_empty()).then_some(&rows.repetition[..]);
    column.typed::<Int32Type>().write_batch(values, definition, repetition)?;
    column.close()?;
    group.close()?;
    let metadata = writer.close()?.row_group(0).column(0).clone();
    let (start, length) = metadata.byte_range();
    let moved = metadata.into_builder().set_dictionary_page_offset(Some(0));
    let bytes = Bytes::from(file).slice(start as usize..(start + length) as usize);
    Ok((bytes, moved.build()?))
}

/// A schema of one integer with as many levels as the leaf: which of them repeat makes no difference to their bytes.
fn integer(like: &ColumnDescPtr) -> Result<Type, EncodeError> {
    let (definition, repetition) = (like.max_def_level(), like.max_rep_level());
    let leaf = Type::primitive_type_builder("index", Physical::INT32).with_repetition(Repetition::REQUIRED).build()?;
    let nested = (0..definition).try_fold(leaf, |inner, level| {
        let kind = if level < repetition { Repetition::REPEATED } else { Repetition::OPTIONAL };
        Type::group_type_builder("group").with_repetition(kind).with_fields(vec![Arc::new(inner)]).build()
    })?;
    Ok(Type::group_type_builder("indices").with_fields(vec![Arc::new(nested)]).build()?)
}

/// The entries of an integer column's dictionary, in its order.
fn order(bytes: &Bytes, column: &ColumnChunkMetaData) -> Result<UInt32Array, EncodeError> {
    let mut reader = SerializedPageReader::new(Arc::new(bytes.clone()), column, column.num_values() as usize, None)?;
    let Some(Page::DictionaryPage { buf, num_values, .. }) = reader.get_next_page()? else { return Err(EncodeError) };
    let (fours, rest) = buf.as_chunks::<4>();
    let entries = Int32Array::from_iter_values(fours.iter().map(|four| i32::from_le_bytes(*four)));
    let whole = rest.is_empty() && entries.len() == num_values as usize;
    whole.then(|| entries.unary(|entry| entry as u32)).ok_or(EncodeError)
}
