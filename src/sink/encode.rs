//! Safe batches become a Parquet file with fresh metadata: no statistics, indexes, filters or key-value pairs.

#![expect(clippy::disallowed_types, reason = "the one place where the output is written")]

use std::sync::Arc;

use arrow::datatypes::{Field, Fields, Schema};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Type, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnDescPtr, SchemaDescPtr, SchemaDescriptor, TypePtr};

use crate::guard::{Clearance, SafeBatch, SafeChunk};
use crate::method::Outcome;
use crate::plan::{ColumnPlan, TablePlan};
use crate::sink::SafePart;
use crate::sink::pieces::{Pieces, Stream};
use crate::source::EncodedChunk;

/// Why a part cannot be encoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the output cannot be encoded")]
pub struct EncodeError;

impl From<ParquetError> for EncodeError {
    fn from(_: ParquetError) -> Self {
        EncodeError
    }
}

/// How a leaf is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// Values repeat: a dictionary and zstd.
    Dictionary,
    /// Values are random and each its own: as they are, since neither dictionary nor codec gains anything.
    Plain,
}

/// The shape of a table's output files.
pub struct Layout {
    root: TypePtr,
    properties: WriterPropertiesPtr,
}

impl Layout {
    /// The layout of a table.
    ///
    /// # Errors
    /// Where a type has no form in Parquet.
    pub fn new(table: &TablePlan) -> Result<Self, EncodeError> {
        let descriptor = descriptor(table.output())?;
        Ok(Layout { root: descriptor.root_schema_ptr(), properties: Arc::new(properties().build()) })
    }
}

fn descriptor(fields: Fields) -> Result<SchemaDescriptor, EncodeError> {
    Ok(ArrowSchemaConverter::new().convert(&Schema::new(fields))?)
}

fn properties() -> parquet::file::properties::WriterPropertiesBuilder {
    let zstd = Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default());
    // Page and offset indexes would hold values, and parquet 59 panics where only some chunks have one.
    WriterProperties::builder()
        .set_compression(zstd)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_created_by(concat!("verho ", env!("CARGO_PKG_VERSION")).to_owned())
}

/// Encodes one column of one row group.
pub struct ColumnEncoder {
    field: Arc<Field>,
    leaves: Vec<Leaf>,
}

enum Leaf {
    Encoding(Box<ArrowColumnWriter>),
    Supplied(SafeChunk, ColumnDescPtr),
}

/// One column of one row group, encoded.
pub struct EncodedColumn(Vec<Finished>);

enum Finished {
    Encoded(Box<ArrowColumnChunk>),
    Supplied(SafeChunk, ColumnDescPtr),
}

impl ColumnEncoder {
    /// An encoder of a column that is in the output; `coding` and `supplied` are asked for each leaf of the source.
    ///
    /// A supplied chunk is taken where its pages are what the output needs, and encoded anew where they are not.
    ///
    /// # Errors
    /// Where a type has no form in Parquet.
    pub fn new(
        column: &ColumnPlan,
        coding: impl Fn(usize) -> Coding,
        mut supplied: impl FnMut(usize) -> Option<SafeChunk>,
    ) -> Result<Option<Self>, EncodeError> {
        let Some(field) = column.output.clone() else { return Ok(None) };
        let descriptor: SchemaDescPtr = Arc::new(descriptor(Fields::from(vec![field.clone()]))?);
        let kept: Vec<usize> =
            (0..column.leaves.len()).filter(|leaf| !matches!(column.leaves[*leaf].outcome, Outcome::Removed)).collect();
        if kept.len() != descriptor.num_columns() {
            return Err(EncodeError);
        }
        let mut own = properties();
        for (index, _) in kept.iter().enumerate().filter(|(_, leaf)| coding(**leaf) == Coding::Plain) {
            let path = descriptor.column(index).path().clone();
            own = own
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_compression(path, Compression::UNCOMPRESSED);
        }
        let writers = writers(&field, &descriptor, own.build())?;
        let leaves = writers.into_iter().zip(kept).enumerate().map(|(index, (writer, leaf))| {
            let wanted = descriptor.column(index);
            match supplied(leaf).filter(|chunk| fits(chunk.chunk(), &wanted)) {
                Some(chunk) => Leaf::Supplied(chunk, wanted),
                None => Leaf::Encoding(Box::new(writer)),
            }
        });
        Ok(Some(ColumnEncoder { leaves: leaves.collect(), field }))
    }

    /// Encodes a batch.
    ///
    /// # Errors
    /// Where the batch is not of the column's type.
    pub fn write(&mut self, batch: &SafeBatch) -> Result<(), EncodeError> {
        let array = batch.array().ok_or(EncodeError)?;
        if self.leaves.iter().all(|leaf| matches!(leaf, Leaf::Supplied(..))) {
            return Ok(());
        }
        let computed = compute_leaves(&self.field, array)?;
        for (leaf, values) in self.leaves.iter_mut().zip(&computed) {
            if let Leaf::Encoding(writer) = leaf {
                writer.write(values)?;
            }
        }
        Ok(())
    }

    /// Ends the column.
    ///
    /// # Errors
    /// Where the last page cannot be encoded.
    pub fn finish(self) -> Result<EncodedColumn, EncodeError> {
        let finish = |leaf| match leaf {
            Leaf::Encoding(writer) => Ok(Finished::Encoded(Box::new(writer.close()?))),
            Leaf::Supplied(chunk, descriptor) => Ok(Finished::Supplied(chunk, descriptor)),
        };
        self.leaves.into_iter().map(finish).collect::<Result<_, _>>().map(EncodedColumn)
    }
}

fn writers(
    field: &Arc<Field>,
    descriptor: &SchemaDescPtr,
    properties: WriterProperties,
) -> Result<Vec<ArrowColumnWriter>, EncodeError> {
    let scratch = SerializedFileWriter::new(std::io::sink(), descriptor.root_schema_ptr(), Arc::new(properties))?;
    let schema = Arc::new(Schema::new(vec![field.clone()]));
    Ok(ArrowRowGroupWriterFactory::new(&scratch, schema).create_column_writers(0)?)
}

/// Whether encoded pages are what the output's leaf needs, in a form that every reader knows.
fn fits(chunk: &EncodedChunk, wanted: &ColumnDescPtr) -> bool {
    let codec = matches!(
        chunk.compression,
        Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) | Compression::ZSTD(_)
    );
    let source = &chunk.descriptor;
    let levels = |leaf: &ColumnDescPtr| (leaf.max_def_level(), leaf.max_rep_level());
    let width =
        |leaf: &ColumnDescPtr| if leaf.physical_type() == Type::FIXED_LEN_BYTE_ARRAY { leaf.type_length() } else { 0 };
    codec
        && source.physical_type() == wanted.physical_type()
        && width(source) == width(wanted)
        && levels(source) == levels(wanted)
}

/// Puts encoded columns together into one file, in memory.
pub struct PartEncoder {
    file: SerializedFileWriter<Pieces>,
}

impl PartEncoder {
    /// An empty file.
    ///
    /// # Errors
    /// None that a valid layout gives.
    pub fn new(layout: &Layout) -> Result<Self, EncodeError> {
        Ok(PartEncoder {
            file: SerializedFileWriter::new(Pieces::default(), layout.root.clone(), layout.properties.clone())?,
        })
    }

    /// Adds a row group; columns in the order of the plan, removed ones left out.
    ///
    /// # Errors
    /// Where the columns are not those of the layout.
    pub fn row_group(&mut self, columns: Vec<EncodedColumn>) -> Result<(), EncodeError> {
        let mut group = self.file.next_row_group()?;
        for leaf in columns.into_iter().flat_map(|column| column.0) {
            match leaf {
                Finished::Encoded(chunk) => chunk.append_to_row_group(&mut group)?,
                Finished::Supplied(chunk, descriptor) => {
                    group.append_column(&Stream(&chunk.chunk().pieces), closed(chunk.chunk(), descriptor)?)?
                }
            }
        }
        group.close()?;
        Ok(())
    }

    /// Ends the file and seals it, with the guard's word that it is whole.
    ///
    /// # Errors
    /// Where the footer cannot be written.
    pub fn seal(self, clearance: &Clearance) -> Result<SafePart, EncodeError> {
        Ok(SafePart::seal(self.file.into_inner()?.into_bytes(), clearance))
    }
}

/// Fresh metadata for a chunk of encoded pages.
fn closed(chunk: &EncodedChunk, descriptor: ColumnDescPtr) -> Result<ColumnCloseResult, EncodeError> {
    let metadata = ColumnChunkMetaData::builder(descriptor)
        .set_compression(chunk.compression)
        .set_encodings(chunk.encodings.clone())
        .set_num_values(chunk.values)
        .set_total_compressed_size(chunk.length as i64)
        .set_total_uncompressed_size(chunk.uncompressed)
        .set_data_page_offset(chunk.data_offset as i64)
        .set_dictionary_page_offset((chunk.data_offset > 0).then_some(0))
        .build()?;
    Ok(ColumnCloseResult {
        bytes_written: chunk.length as u64,
        rows_written: chunk.rows,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    })
}
