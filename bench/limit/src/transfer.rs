//! One file from input to output: hashed columns in parallel, kept ones as the bytes they are.

use std::fs::File;
use std::sync::Arc;

use arrow::datatypes::Schema;
use bytes::Bytes;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::arrow::{ArrowSchemaConverter, ProjectionMask};
use parquet::basic::{Compression, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use crate::HASHED;
use crate::hash::Key;

/// Hashed columns whose values hardly repeat: no dictionary and no codec helps their tokens.
const UNIQUE: [&str; 4] = ["customer_id", "email", "phone", "iban"];
const BATCH: usize = 65_536;

struct Source {
    bytes: Bytes,
    metadata: ArrowReaderMetadata,
    properties: WriterPropertiesPtr,
    key: Key,
}

pub fn run(input: &str, output: &str, threads: usize) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let source = Source::open(input);
    let schema = source.metadata.metadata().file_metadata().schema_descr().root_schema_ptr();
    let out = File::create(output).expect("an output file");
    let mut writer = SerializedFileWriter::new(out, schema, source.properties.clone()).expect("a writer");
    for (group, row_group) in source.metadata.metadata().row_groups().iter().enumerate() {
        let columns = 0..row_group.num_columns();
        let chunks: Vec<_> =
            pool.install(|| columns.into_par_iter().map(|column| source.hashed(group, column)).collect());
        let mut out = writer.next_row_group().expect("a row group");
        for (column, chunk) in chunks.into_iter().enumerate() {
            match chunk {
                Some(chunk) => chunk.append_to_row_group(&mut out),
                None => out.append_column(&source.bytes, kept(row_group, column)),
            }
            .expect("a column");
        }
        out.close().expect("a row group");
    }
    writer.close().expect("a file");
}

impl Source {
    fn open(input: &str) -> Self {
        let bytes: Bytes = std::fs::read(input).expect("an input file").into();
        let metadata = ArrowReaderMetadata::load(&bytes, Default::default()).expect("Parquet");
        Source { bytes, metadata, properties: Arc::new(properties()), key: Key::new([7; 32]) }
    }

    /// One column of one row group, hashed and encoded; nothing where it is kept.
    fn hashed(&self, group: usize, column: usize) -> Option<ArrowColumnChunk> {
        let field = self.metadata.schema().field(column);
        if !HASHED.contains(&field.name().as_str()) {
            return None;
        }
        let mask = ProjectionMask::leaves(self.metadata.metadata().file_metadata().schema_descr(), [column]);
        let batches = ParquetRecordBatchReaderBuilder::new_with_metadata(self.bytes.clone(), self.metadata.clone())
            .with_projection(mask)
            .with_row_groups(vec![group])
            .with_batch_size(BATCH)
            .build()
            .expect("a reader");
        let schema = Arc::new(Schema::new(vec![field.clone()]));
        let root = ArrowSchemaConverter::new().convert(&schema).expect("a schema").root_schema_ptr();
        let nowhere = SerializedFileWriter::new(Vec::new(), root, self.properties.clone()).expect("a writer");
        let factory = ArrowRowGroupWriterFactory::new(&nowhere, schema.clone());
        let mut writer = factory.create_column_writers(group).expect("column writers").remove(0);
        for batch in batches {
            let hashed = self.key.hash(batch.expect("rows").column(0));
            for leaf in compute_leaves(schema.field(0), &hashed).expect("a leaf") {
                writer.write(&leaf).expect("rows");
            }
        }
        Some(writer.close().expect("a column"))
    }
}

fn kept(row_group: &RowGroupMetaData, column: usize) -> ColumnCloseResult {
    let metadata = row_group.column(column).clone();
    ColumnCloseResult {
        bytes_written: metadata.compressed_size() as u64,
        rows_written: row_group.num_rows() as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    }
}

fn properties() -> WriterProperties {
    let zstd = Compression::ZSTD(ZstdLevel::try_new(1).expect("a level"));
    let mut builder = WriterProperties::builder()
        .set_compression(zstd)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        // parquet 59 panics on a file where only some chunks have an offset index.
        .set_offset_index_disabled(true);
    for name in UNIQUE {
        builder = builder
            .set_column_dictionary_enabled(name.into(), false)
            .set_column_compression(name.into(), Compression::UNCOMPRESSED);
    }
    builder.build()
}
