//! Safe batches become column chunks: pages in pieces, with fresh metadata and no statistics, indexes or filters.

#![expect(clippy::disallowed_types, reason = "one of the places where the output is encoded")]

use std::sync::{Arc, Mutex};

use arrow::array::ArrayRef;
use arrow::datatypes::Schema;
use bytes::Bytes;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, Type, ZstdLevel};
use parquet::column::page_store::{PageKey, PageStore, PageStoreArgs, PageStoreFactory};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnDescPtr;

use crate::guard::SafeBatch;
use crate::sink::layout::ColumnLayout;
use crate::source::{EncodedChunk, PageHeader};

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

/// Properties of everything that is written.
///
/// Page and offset indexes would hold values, and parquet 59 panics where only some chunks have one.
pub(super) fn properties(compression: Compression) -> WriterPropertiesBuilder {
    WriterProperties::builder()
        .set_compression(compression)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
}

/// The codec of what is encoded here and is not random.
fn zstd() -> Compression {
    Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default())
}

/// Encodes one column of one row group.
pub struct ColumnEncoder<'l> {
    layout: &'l ColumnLayout,
    leaves: Vec<Leaf>,
}

enum Leaf {
    Encoding { writer: Box<ArrowColumnWriter>, pages: Kept, descriptor: ColumnDescPtr },
    Ready(EncodedChunk),
}

/// One column of one row group, encoded.
pub struct EncodedColumn(pub(super) Vec<EncodedChunk>);

impl EncodedColumn {
    /// A column of which every leaf was ready before a row was decoded.
    pub fn ready(leaves: Vec<ReadyLeaf>) -> Self {
        EncodedColumn(leaves.into_iter().map(|leaf| leaf.0).collect())
    }
}

/// A leaf whose pages need no row to be decoded.
pub struct ReadyLeaf(pub(super) EncodedChunk);

impl<'l> ColumnEncoder<'l> {
    /// An encoder of a column; `coding` is asked for each leaf that is left in the output, and `ready` holds those of
    /// them that need no encoding.
    ///
    /// # Errors
    /// Where a type has no form in Parquet.
    pub fn new(
        layout: &'l ColumnLayout,
        coding: impl Fn(usize) -> Coding,
        ready: Vec<Option<ReadyLeaf>>,
    ) -> Result<Self, EncodeError> {
        let mut own = properties(zstd());
        for (index, _) in layout.leaves.iter().enumerate().filter(|(_, leaf)| coding(**leaf) == Coding::Plain) {
            let path = layout.descriptor.column(index).path().clone();
            if layout.descriptor.column(index).physical_type() == Type::BYTE_ARRAY {
                // The format prefers it to PLAIN, always: lengths that are all the same take no room.
                own = own.set_column_encoding(path.clone(), Encoding::DELTA_LENGTH_BYTE_ARRAY);
            }
            own = own
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_compression(path, Compression::UNCOMPRESSED);
        }
        let (writers, pages) = writers(layout, own.build())?;
        let leaves =
            writers.into_iter().zip(pages).zip(ready).enumerate().map(
                |(index, ((writer, pages), ready))| match ready {
                    Some(ready) => Leaf::Ready(ready.0),
                    None => {
                        Leaf::Encoding { writer: Box::new(writer), pages, descriptor: layout.descriptor.column(index) }
                    }
                },
            );
        Ok(ColumnEncoder { leaves: leaves.collect(), layout })
    }

    /// Encodes a batch.
    ///
    /// # Errors
    /// Where the batch is not of the column's type.
    pub fn write(&mut self, batch: &SafeBatch) -> Result<(), EncodeError> {
        let computed = compute_leaves(&self.layout.field, batch.array().ok_or(EncodeError)?)?;
        for (leaf, values) in self.leaves.iter_mut().zip(&computed) {
            if let Leaf::Encoding { writer, .. } = leaf {
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
            Leaf::Encoding { writer, pages, descriptor } => finished(*writer, &pages, descriptor),
            Leaf::Ready(chunk) => Ok(chunk),
        };
        self.leaves.into_iter().map(finish).collect::<Result<_, _>>().map(EncodedColumn)
    }
}

/// One array as a chunk of its own.
pub(super) fn written(
    layout: &ColumnLayout,
    properties: WriterProperties,
    values: &ArrayRef,
) -> Result<EncodedChunk, EncodeError> {
    let (mut writers, pages) = writers(layout, properties)?;
    let (mut writer, pages) = writers.pop().zip(pages.first()).ok_or(EncodeError)?;
    for leaf in &compute_leaves(&layout.field, values)? {
        writer.write(leaf)?;
    }
    finished(writer, pages, layout.descriptor.column(0))
}

fn writers(
    layout: &ColumnLayout,
    properties: WriterProperties,
) -> Result<(Vec<ArrowColumnWriter>, Vec<Kept>), EncodeError> {
    let root = layout.descriptor.root_schema_ptr();
    let scratch = SerializedFileWriter::new(std::io::sink(), root, Arc::new(properties))?;
    let schema = Arc::new(Schema::new(vec![layout.field.clone()]));
    let kept = Arc::new(KeptPages::default());
    let factory = ArrowRowGroupWriterFactory::new(&scratch, schema).with_page_store_factory(kept.clone());
    let writers = factory.create_column_writers(0)?;
    let pages = kept.0.lock().map_err(|_| EncodeError)?.drain(..).collect();
    Ok((writers, pages))
}

/// The chunk that a writer has written; its dictionary, which comes last from the writer, is its first page.
fn finished(writer: ArrowColumnWriter, pages: &Kept, descriptor: ColumnDescPtr) -> Result<EncodedChunk, EncodeError> {
    let closed = writer.close()?;
    let result = closed.close();
    let mut pieces = std::mem::take(&mut *pages.lock().map_err(|_| EncodeError)?);
    let is_dictionary = |header: &Bytes| PageHeader::parse(header).is_some_and(|(header, _)| header.is_dictionary());
    let mut data_offset = 0;
    if let Some(at) = (0..pieces.len()).step_by(2).find(|at| is_dictionary(&pieces[*at])) {
        data_offset = pieces[at..at + 2].iter().map(Bytes::len).sum();
        pieces[..at + 2].rotate_right(2);
    }
    Ok(EncodedChunk {
        data_offset,
        uncompressed: result.metadata.uncompressed_size(),
        values: result.metadata.num_values(),
        compression: result.metadata.compression(),
        encodings: result.metadata.encodings().collect(),
        rows: result.rows_written,
        pieces,
        descriptor,
        by_first_use: true,
    })
}

/// The pages of one leaf, header and content in turn, in the order in which they were written.
type Kept = Arc<Mutex<Vec<Bytes>>>;

/// Keeps pages where they are: a part is put together from them without a copy.
#[derive(Debug, Default)]
struct KeptPages(Mutex<Vec<Kept>>);

struct KeptStore(Kept);

impl PageStoreFactory for KeptPages {
    fn create(&self, _args: &PageStoreArgs<'_>) -> parquet::errors::Result<Box<dyn PageStore>> {
        let pages = Kept::default();
        self.0.lock().map_err(|_| lost())?.push(pages.clone());
        Ok(Box::new(KeptStore(pages)))
    }
}

impl PageStore for KeptStore {
    fn put(&mut self, page: Bytes) -> parquet::errors::Result<PageKey> {
        let mut pages = self.0.lock().map_err(|_| lost())?;
        pages.push(page);
        Ok(PageKey::new(pages.len() as u64 - 1))
    }

    fn take(&mut self, _key: PageKey) -> parquet::errors::Result<Bytes> {
        Err(lost())
    }
}

fn lost() -> ParquetError {
    ParquetError::General("pages are taken from their chunk".into())
}
