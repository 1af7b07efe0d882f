//! Delta Kernel over the right to a log: it reads what that right gives, and nothing else.

use std::io::{BufReader, Cursor};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::json::ReaderBuilder;
use bytes::Bytes;
use delta_kernel::engine::arrow_data::ArrowEngineData;
use delta_kernel::engine::arrow_expression::ArrowEvaluationHandler;
use delta_kernel::engine::arrow_utils::{
    build_json_reorder_indices, fixup_json_read, fixup_parquet_read, json_arrow_schema, parquet_read_plan, parse_json,
};
use delta_kernel::engine::reader_options;
use delta_kernel::engine_data::FilteredEngineData;
use delta_kernel::schema::SchemaRef;
use delta_kernel::{
    Engine, EngineData, EvaluationHandler, FileDataReadResultIterator, FileMeta, FileSize, FileSlice, JsonHandler,
    KernelError, KernelResult, KernelResultIterator, KernelResultIteratorStatic, ParquetFooter, ParquetHandler,
    PredicateRef, StorageHandler,
};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use url::Url;

use crate::account::doors::LogRight;
use crate::account::store::StoreError;
use crate::lake::{LakeError, place};

/// Stands for the table's folder, wherever that is.
pub const ROOT: &str = "memory:///table/";

/// What the kernel needs of the world: the log of one table.
pub struct LogEngine {
    log: Arc<Log>,
    root: Url,
}

struct Log {
    right: LogRight,
    /// Why the store failed below the kernel, which only knows that it did.
    failed: Mutex<Option<StoreError>>,
}

impl LogEngine {
    /// An engine over a log.
    pub fn new(right: LogRight) -> Self {
        let root = Url::parse(ROOT).expect("is one");
        LogEngine { log: Arc::new(Log { right, failed: Mutex::default() }), root }
    }

    /// The table's folder.
    pub fn root(&self) -> &Url {
        &self.root
    }

    /// The right that it reads with.
    pub fn log(&self) -> &LogRight {
        &self.log.right
    }

    /// Why the store failed, if it did.
    pub fn failure(&self) -> Option<StoreError> {
        self.log.failed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Engine for LogEngine {
    fn evaluation_handler(&self) -> Arc<dyn EvaluationHandler> {
        Arc::new(ArrowEvaluationHandler)
    }

    fn storage_handler(&self) -> Arc<dyn StorageHandler> {
        Arc::new(Reads(self.log.clone()))
    }

    fn json_handler(&self) -> Arc<dyn JsonHandler> {
        Arc::new(Reads(self.log.clone()))
    }

    fn parquet_handler(&self) -> Arc<dyn ParquetHandler> {
        Arc::new(Reads(self.log.clone()))
    }
}

/// The handlers of an engine; none of them writes.
struct Reads(Arc<Log>);

fn below(url: &Url) -> KernelResult<&str> {
    url.as_str().strip_prefix(ROOT).ok_or_else(|| KernelError::generic("outside of the table"))
}

fn refused<T>() -> KernelResult<T> {
    Err(KernelError::generic("a table is read, and never written"))
}

impl Reads {
    fn key(&self, url: &Url) -> KernelResult<String> {
        place::relative(below(url)?).map_err(|_: LakeError| KernelError::generic("outside of the table"))
    }

    fn bytes(&self, url: &Url, range: Option<Range<u64>>) -> KernelResult<Bytes> {
        let key = self.key(url)?;
        let read = self.0.right.read(&key).map_err(|error| {
            if error == StoreError::Missing {
                return KernelError::FileNotFound(String::new());
            }
            *self.0.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            KernelError::generic("the store failed")
        })?;
        let Some(range) = range else { return Ok(read) };
        let inside = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
        let inside = inside.filter(|(start, end)| start <= end && *end <= read.len());
        inside.map(|(start, end)| read.slice(start..end)).ok_or_else(|| KernelError::generic("beyond the end"))
    }

    fn meta(&self, key: &str, size: u64) -> KernelResult<FileMeta> {
        let url = Url::parse(ROOT).and_then(|root| root.join(key)).map_err(|_| KernelError::generic("no name"))?;
        Ok(FileMeta { location: url, last_modified: 0, size })
    }
}

impl StorageHandler for Reads {
    fn list_from(&self, path: &Url) -> KernelResult<KernelResultIteratorStatic<FileMeta>> {
        let from = below(path)?.to_owned();
        let folder = from.rfind('/').map_or("", |end| &from[..=end]).to_owned();
        let entries = self.0.right.entries().filter(|(key, _)| key.starts_with(&folder) && *key > from.as_str());
        let found: Vec<_> = entries.map(|(key, object)| self.meta(key, object.size)).collect();
        Ok(Box::new(found.into_iter()))
    }

    fn read_files(&self, files: Vec<FileSlice>) -> KernelResult<KernelResultIteratorStatic<Bytes>> {
        let read: Vec<_> = files.into_iter().map(|(url, range)| self.bytes(&url, range)).collect();
        Ok(Box::new(read.into_iter()))
    }

    fn head(&self, path: &Url) -> KernelResult<FileMeta> {
        let key = self.key(path)?;
        let found = self.0.right.entries().find(|(known, _)| *known == key);
        let (key, object) = found.ok_or_else(|| KernelError::FileNotFound(String::new()))?;
        self.meta(key, object.size)
    }

    fn copy_atomic(&self, _: &Url, _: &Url) -> KernelResult<()> {
        refused()
    }

    fn put(&self, _: &Url, _: Bytes, _: bool) -> KernelResult<()> {
        refused()
    }

    fn delete(&self, _: &Url) -> KernelResult<()> {
        refused()
    }
}

/// The batches of some objects, one object after the other, each read when its turn comes.
fn in_turn<I: Iterator<Item = KernelResult<ArrowEngineData>> + Send + 'static>(
    log: &Arc<Log>,
    files: &[FileMeta],
    open: impl Fn(Bytes, String) -> KernelResult<I> + Send + 'static,
) -> FileDataReadResultIterator {
    let (reads, files) = (Reads(log.clone()), files.to_vec());
    let each = move |file: FileMeta| -> KernelResultIteratorStatic<Box<dyn EngineData>> {
        let opened = reads.bytes(&file.location, None).and_then(|bytes| open(bytes, file.location.to_string()));
        match opened {
            Ok(batches) => Box::new(batches.map(|batch| batch.map(|batch| Box::new(batch) as Box<dyn EngineData>))),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    };
    Box::new(files.into_iter().flat_map(each))
}

impl JsonHandler for Reads {
    fn parse_json(&self, texts: Box<dyn EngineData>, schema: SchemaRef) -> KernelResult<Box<dyn EngineData>> {
        parse_json(texts, schema)
    }

    fn read_json_files(
        &self,
        files: &[FileMeta],
        schema: SchemaRef,
        _: Option<PredicateRef>,
    ) -> KernelResult<FileDataReadResultIterator> {
        let (arrow, order) = (Arc::new(json_arrow_schema(&schema)?), Arc::new(build_json_reorder_indices(&schema)?));
        Ok(in_turn(&self.0, files, move |bytes, place| {
            let reader = ReaderBuilder::new(arrow.clone()).with_coerce_primitive(true);
            let (batches, order) = (reader.build(BufReader::new(Cursor::new(bytes)))?, order.clone());
            Ok(batches.map(move |batch| fixup_json_read(batch?, &order, &place)))
        }))
    }

    fn write_json_file(
        &self,
        _: &Url,
        _: KernelResultIterator<'_, FilteredEngineData>,
        _: bool,
    ) -> KernelResult<FileSize> {
        refused()
    }
}

impl ParquetHandler for Reads {
    fn read_parquet_files(
        &self,
        files: &[FileMeta],
        schema: SchemaRef,
        _: Option<PredicateRef>,
    ) -> KernelResult<FileDataReadResultIterator> {
        Ok(in_turn(&self.0, files, move |bytes, place| {
            let metadata = ArrowReaderMetadata::load(&bytes, reader_options())?;
            let (order, mask) = parquet_read_plan(&schema, &metadata)?;
            let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, metadata);
            if let Some(mask) = mask {
                builder = builder.with_projection(mask);
            }
            let (batches, schema) = (builder.build()?, schema.clone());
            Ok(batches.map(move |batch| fixup_parquet_read(batch?, &order, None, Some(&place), Some(&schema))))
        }))
    }

    fn write_parquet_file(&self, _: Url, _: KernelResultIteratorStatic<Box<dyn EngineData>>) -> KernelResult<FileSize> {
        refused()
    }

    fn read_parquet_footer(&self, file: &FileMeta) -> KernelResult<ParquetFooter> {
        let metadata = ArrowReaderMetadata::load(&self.bytes(&file.location, None)?, reader_options())?;
        let schema = delta_kernel::engine::arrow_conversion::TryFromArrow::try_from_arrow(metadata.schema().as_ref());
        Ok(ParquetFooter { schema: Arc::new(schema?) })
    }
}
