//! Encoded columns become one Parquet file in memory: pieces that are put in order and never copied.

use bytes::Bytes;
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, ParquetMetaData, ParquetMetaDataWriter, RowGroupMetaData,
};
use parquet::schema::types::ColumnDescPtr;

use crate::account::doors::MAGIC;
use crate::guard::Clearance;
use crate::sink::encode::{EncodeError, EncodedColumn};
use crate::sink::{Layout, SafePart};
use crate::source::EncodedChunk;

/// The version of the Parquet format that the output keeps to.
const VERSION: i32 = 1;

/// Puts encoded columns together into one file.
pub struct PartEncoder<'l> {
    layout: &'l Layout,
    pieces: Vec<Bytes>,
    /// Of all pieces.
    length: u64,
    row_groups: Vec<RowGroupMetaData>,
}

impl<'l> PartEncoder<'l> {
    /// An empty file.
    pub fn new(layout: &'l Layout) -> Self {
        let magic = Bytes::from_static(MAGIC);
        PartEncoder { layout, length: magic.len() as u64, pieces: vec![magic], row_groups: Vec::new() }
    }

    /// Adds a row group of `rows` rows; columns in the order of the plan, removed ones left out.
    ///
    /// # Errors
    /// Where the columns are not those of the layout.
    pub fn row_group(&mut self, rows: usize, columns: Vec<EncodedColumn>) -> Result<(), EncodeError> {
        let descriptor = &self.layout.descriptor;
        let (start, chunks) = (self.length, columns.into_iter().flat_map(|column| column.0));
        let mut placed = Vec::with_capacity(descriptor.num_columns());
        for (index, chunk) in chunks.enumerate() {
            let leaf = descriptor.columns().get(index).ok_or(EncodeError)?;
            placed.push(metadata(&chunk, leaf.clone(), self.length)?);
            self.length += chunk.length() as u64;
            self.pieces.extend(chunk.pieces);
        }
        let group = RowGroupMetaData::builder(descriptor.clone())
            .set_num_rows(rows as i64)
            .set_total_byte_size(placed.iter().map(ColumnChunkMetaData::uncompressed_size).sum())
            .set_file_offset(start as i64)
            .set_ordinal(i16::try_from(self.row_groups.len()).map_err(|_| EncodeError)?)
            .set_column_metadata(placed);
        self.row_groups.push(group.build()?);
        Ok(())
    }

    /// Ends the file and seals it, with the guard's word that it is whole.
    ///
    /// # Errors
    /// Where the footer cannot be written.
    pub fn seal(mut self, clearance: &Clearance) -> Result<SafePart, EncodeError> {
        let rows = self.row_groups.iter().map(RowGroupMetaData::num_rows).sum();
        let created_by = concat!("verho ", env!("CARGO_PKG_VERSION")).to_owned();
        let file = FileMetaData::new(VERSION, rows, Some(created_by), None, self.layout.descriptor.clone(), None);
        let mut footer = Vec::new();
        ParquetMetaDataWriter::new(&mut footer, &ParquetMetaData::new(file, self.row_groups)).finish()?;
        self.pieces.push(footer.into());
        Ok(SafePart::seal(self.pieces, clearance))
    }
}

/// Fresh metadata of a chunk that lies at `offset`.
fn metadata(chunk: &EncodedChunk, leaf: ColumnDescPtr, offset: u64) -> Result<ColumnChunkMetaData, EncodeError> {
    let offset = i64::try_from(offset).map_err(|_| EncodeError)?;
    let metadata = ColumnChunkMetaData::builder(leaf)
        .set_compression(chunk.compression)
        .set_encodings(chunk.encodings.clone())
        .set_num_values(chunk.values)
        .set_total_compressed_size(chunk.length() as i64)
        .set_total_uncompressed_size(chunk.uncompressed)
        .set_data_page_offset(offset + chunk.data_offset as i64)
        .set_dictionary_page_offset((chunk.data_offset > 0).then_some(offset));
    Ok(metadata.build()?)
}
