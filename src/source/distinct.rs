//! A dictionary's entries as a batch of their own: the distinct values of a column chunk.
//!
//! A dictionary page is a column that cannot be null: PLAIN values, one after the other. So it is read as one, by the
//! same reader as every column.

use std::sync::Arc;

use arrow::array::ArrayRef;
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, Encoding, Repetition};
use parquet::file::metadata::{ColumnChunkMetaData, FileMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor, Type};

use crate::plan::FileError;
use crate::source::pages::{PageHeader, PageKind};

/// The `count` entries of a dictionary of a leaf.
///
/// # Errors
/// Where the entries are not values of the leaf's type.
pub fn entries(leaf: &ColumnDescPtr, plain: &Bytes, count: usize) -> Result<ArrayRef, FileError> {
    let too_large = |_| FileError::TooLarge("a dictionary of more than 2 GiB".into());
    let size = i32::try_from(plain.len()).map_err(too_large)?;
    // The numbers of PLAIN and RLE in parquet.thrift, `Encoding`.
    let kind = PageKind::Data { values: count as i32, encoding: 0, definition: 3, repetition: 3 };
    let header = PageHeader { kind, uncompressed: size, compressed: size, crc: None }.write();
    let page = Bytes::from([header.as_slice(), plain].concat());
    let metadata = metadata(leaf, count as i64, page.len() as i64)?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::try_new(Arc::new(metadata), options)?;
    let mut reader =
        ParquetRecordBatchReaderBuilder::new_with_metadata(page, metadata).with_batch_size(count.max(1)).build()?;
    let batch = reader.next().and_then(Result::ok).filter(|batch| batch.num_rows() == count);
    let column = batch.and_then(|batch| batch.columns().first().cloned());
    column.ok_or(FileError::Damaged("a dictionary cannot be decoded"))
}

/// The metadata of a file of one page.
fn metadata(leaf: &ColumnDescPtr, count: i64, size: i64) -> Result<ParquetMetaData, FileError> {
    let root = Type::group_type_builder("dictionary").with_fields(vec![Arc::new(required(leaf)?)]).build()?;
    let schema = Arc::new(SchemaDescriptor::new(Arc::new(root)));
    let chunk = ColumnChunkMetaData::builder(schema.column(0))
        .set_compression(Compression::UNCOMPRESSED)
        .set_encodings(vec![Encoding::PLAIN])
        .set_num_values(count)
        .set_total_compressed_size(size)
        .set_total_uncompressed_size(size)
        .set_data_page_offset(0)
        .build()?;
    let group = RowGroupMetaData::builder(schema.clone()).set_num_rows(count).set_total_byte_size(size);
    let group = group.set_column_metadata(vec![chunk]).build()?;
    Ok(ParquetMetaData::new(FileMetaData::new(1, count, None, None, schema, None), vec![group]))
}

/// The leaf's type, in a column that cannot be null.
fn required(leaf: &ColumnDescPtr) -> Result<Type, FileError> {
    let built = Type::primitive_type_builder("entry", leaf.physical_type())
        .with_repetition(Repetition::REQUIRED)
        .with_converted_type(leaf.converted_type())
        .with_logical_type(leaf.logical_type_ref().cloned())
        .with_length(leaf.type_length())
        .with_precision(leaf.type_precision())
        .with_scale(leaf.type_scale());
    Ok(built.build()?)
}
