//! What a Parquet object says of itself: structure and row groups, read with the engineer's right to footers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::ConvertedType;
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataReader, RowGroupMetaData,
};
use parquet::schema::types::{ColumnDescPtr, SchemaDescPtr, SchemaDescriptor};

use crate::account::doors::{ENCRYPTED, FooterRight};
use crate::account::store::{Object, StoreError};
use crate::error::Kind;
use crate::lake::LakeError;
use crate::plan::thrift;
use crate::plan::word::{Word, reworded};

mod int96;

/// Why an object is refused. The texts of the parser are not passed on: they can quote what they met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the log of its table says of it.
    #[error(transparent)]
    Lake(#[from] LakeError),
    #[error("damaged: {0}")]
    Damaged(&'static str),
    #[error("its footer or columns are encrypted by Parquet's own encryption, and no key of that is known here")]
    Encrypted,
    /// Not named: a key can hold a value.
    #[error("its key has a partition key or value whose escapes (%XX) are not UTF-8")]
    Escaped,
    #[error("uses a feature of Parquet that is not supported: {0}")]
    Unsupported(&'static str),
    /// No text here quotes a value: it names line, column and rule.
    #[error("{what}")]
    Records { what: String, hint: &'static str },
    #[error("needs more memory than `[limits] memory` gives: {0}")]
    TooLarge(String),
}

impl FileError {
    /// Whether the source is to blame, or the way to it.
    pub fn kind(&self) -> Kind {
        match self {
            FileError::Store(error) | FileError::Lake(LakeError::Store(error)) => match error {
                StoreError::Changed | StoreError::Missing | StoreError::Unfit(_) => Kind::Mismatch,
                _ => Kind::Storage,
            },
            _ => Kind::Mismatch,
        }
    }

    /// The way out, where there is one that is always the same.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            FileError::Store(StoreError::Changed | StoreError::Missing) => {
                Some("the source changed during the run; run again")
            }
            FileError::Store(StoreError::Damaged(_)) => Some("the server or the way to it is at fault; run again"),
            FileError::Store(StoreError::Unfit(_)) => {
                Some("narrow `source` to the table's objects, or have this one written again as plain Parquet")
            }
            FileError::Store(_) => None,
            FileError::Lake(error) => error.hint(),
            FileError::Damaged(_) => Some("have the object written again; its rows cannot be trusted"),
            FileError::Encrypted => Some(
                "have the object written without Parquet's own encryption; that of the bucket (SSE-KMS) is no hindrance",
            ),
            FileError::Escaped => Some("have the folder written again, with its name in UTF-8 before it is escaped"),
            FileError::Unsupported(_) => Some("have the object written without it"),
            FileError::Records { hint, .. } => Some(hint),
            FileError::TooLarge(_) => Some("raise `memory` under [limits], or write the object with smaller pages"),
        }
    }
}

impl From<ParquetError> for FileError {
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::NYI(_) => FileError::Unsupported("the reader does not know it yet"),
            ParquetError::EOF(_) | ParquetError::NeedMoreData(_) | ParquetError::NeedMoreDataRange(_) => {
                FileError::Damaged("it ends too early")
            }
            ParquetError::IndexOutOfBound(..) => FileError::Damaged("something lies beyond its end"),
            _ => FileError::Damaged("it is not valid Parquet"),
        }
    }
}

/// Runs a parser over untrusted bytes; a panic inside becomes an error.
///
/// # Errors
/// What the parser says, and [`FileError::Damaged`] for a panic.
pub fn contained<T>(parse: impl FnOnce() -> Result<T, FileError>) -> Result<T, FileError> {
    catch_unwind(AssertUnwindSafe(parse)).unwrap_or(Err(FileError::Damaged("it makes the reader fail")))
}

/// The parsed footer of one object.
#[derive(Clone)]
pub struct Footer {
    pub arrow: ArrowReaderMetadata,
    /// The schema with all words that it has for its leaves.
    said: SchemaDescPtr,
    /// The same, with the texts of columns as views; made when it is first asked for.
    in_place: OnceLock<Option<ArrowReaderMetadata>>,
}

impl Footer {
    /// Reads and checks the footer of an object.
    ///
    /// # Errors
    /// Where the object is not Parquet, is encrypted, or its footer contradicts itself.
    pub fn read(right: FooterRight<'_>, object: &Object) -> Result<Self, FileError> {
        let bytes = right.metadata(object).map_err(|error| match error {
            StoreError::Unfit(what) if what == ENCRYPTED => FileError::Encrypted,
            error => error.into(),
        })?;
        if has_encryption(&bytes) {
            return Err(FileError::Encrypted);
        }
        let data = 4..object.size - 8 - bytes.len() as u64;
        contained(|| {
            let (metadata, said) = decoded(&bytes)?;
            let metadata = without_void_offsets(metadata)?;
            consistent(&metadata, data)?;
            let arrow = int96::as_microseconds(interpreted(Arc::new(metadata), None)?)?;
            // Columns are found by their place: a root that Arrow leaves out would shift all behind it.
            let roots = arrow.parquet_schema().root_schema().get_fields();
            let fields = arrow.schema().fields();
            if roots.len() != fields.len() || roots.iter().zip(fields).any(|(root, field)| root.name() != field.name())
            {
                return Err(FileError::Unsupported("a group without columns"));
            }
            Ok(Footer { arrow, said, in_place: OnceLock::new() })
        })
    }

    /// The columns.
    pub fn schema(&self) -> &Arc<Schema> {
        self.arrow.schema()
    }

    /// The leaves as the object describes them: those of [`Self::arrow`] have no words that would make less of them.
    pub fn said(&self) -> &[ColumnDescPtr] {
        self.said.columns()
    }

    /// What a reader needs that hands the texts of columns on where they lie, as views.
    ///
    /// # Errors
    /// Where there is no such reader.
    pub fn texts_in_place(&self) -> Result<&ArrowReaderMetadata, FileError> {
        let viewed = |field: &Arc<Field>| match field.data_type() {
            DataType::Utf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)),
            _ => field.clone(),
        };
        let make = || {
            let schema = Arc::new(Schema::new(self.schema().fields().iter().map(viewed).collect::<Vec<_>>()));
            interpreted(self.arrow.metadata().clone(), Some(schema)).ok()
        };
        let made = self.in_place.get_or_init(|| contained(|| Ok(make())).ok().flatten());
        made.as_ref().ok_or(FileError::Unsupported("texts that cannot be read where they lie"))
    }

    /// The row groups.
    pub fn row_groups(&self) -> &[RowGroupMetaData] {
        self.arrow.metadata().row_groups()
    }
}

/// Whether a footer that anybody can read says that columns are encrypted (parquet.thrift, `FileMetaData`).
fn has_encryption(footer: &[u8]) -> bool {
    const ENCRYPTION_ALGORITHM: i16 = 8;
    let (mut fields, mut last) = (thrift::Reader::new(footer), 0);
    while let Some(Some((id, wire))) = fields.field(last) {
        if id == ENCRYPTION_ALGORITHM {
            return true;
        }
        if fields.skip(wire).is_none() {
            return false;
        }
        last = id;
    }
    false
}

/// The metadata, each leaf of it read as all that it holds, and the schema as it stands in the object.
fn decoded(bytes: &[u8]) -> Result<(ParquetMetaData, SchemaDescPtr), FileError> {
    let metadata = ParquetMetaDataReader::decode_metadata(bytes)?;
    let said = metadata.file_metadata().schema_descr_ptr();
    if said.columns().iter().all(|leaf| leaf.converted_type() != ConvertedType::INTERVAL) {
        return Ok((metadata, said));
    }
    // Months, days and milliseconds are twelve bytes. Arrow's intervals hold some of them, and none holds all.
    let whole = |word: Word| if word.converted == ConvertedType::INTERVAL { Word::NONE } else { word };
    let plain = reworded(&said.root_schema_ptr(), &mut |leaf| Some(whole(Word::of(leaf))))?;
    let options = ParquetMetaDataOptions::new().with_schema(Arc::new(SchemaDescriptor::new(plain)));
    Ok((ParquetMetaDataReader::decode_metadata_with_options(bytes, Some(&options))?, said))
}

/// Metadata with the types that Arrow gives to columns, or with others for the same columns.
///
/// Only the Parquet schema is believed: an embedded Arrow schema is one more thing that could lie.
fn interpreted(
    metadata: Arc<ParquetMetaData>,
    types: Option<Arc<Schema>>,
) -> Result<ArrowReaderMetadata, ParquetError> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let options = match types {
        Some(types) => options.with_schema(types),
        None => options,
    };
    ArrowReaderMetadata::try_new(metadata, options)
}

/// Some writers say 0 where a chunk has no dictionary; no page lies in front of the object's first bytes.
fn without_void_offsets(metadata: ParquetMetaData) -> Result<ParquetMetaData, ParquetError> {
    let is_void = |chunk: &ColumnChunkMetaData| chunk.dictionary_page_offset().is_some_and(|at| (0..4).contains(&at));
    if !metadata.row_groups().iter().flat_map(RowGroupMetaData::columns).any(is_void) {
        return Ok(metadata);
    }
    let placed = |chunk: ColumnChunkMetaData| match is_void(&chunk) {
        true => chunk.into_builder().set_dictionary_page_offset(None).build(),
        false => Ok(chunk),
    };
    let group = |group: RowGroupMetaData| {
        let mut builder = group.into_builder();
        let columns = builder.take_columns().into_iter().map(placed).collect::<Result<_, _>>()?;
        builder.set_column_metadata(columns).build()
    };
    let mut builder = metadata.into_builder();
    let groups = builder.take_row_groups().into_iter().map(group).collect::<Result<_, ParquetError>>()?;
    Ok(builder.set_row_groups(groups).build())
}

/// Holds a footer's claims against each other and against the object's size.
fn consistent(metadata: &ParquetMetaData, data: std::ops::Range<u64>) -> Result<(), FileError> {
    let mut rows = 0i64;
    for group in metadata.row_groups() {
        let counted = u32::try_from(group.num_rows())
            .map_err(|_| FileError::Damaged("a row group has an impossible number of rows"))?;
        rows += i64::from(counted);
        group.columns().iter().try_for_each(|chunk| chunk_fits(chunk, &data))?;
    }
    match rows == metadata.file_metadata().num_rows() {
        true => Ok(()),
        false => Err(FileError::Damaged("its row groups do not add up to its rows")),
    }
}

fn chunk_fits(chunk: &ColumnChunkMetaData, data: &std::ops::Range<u64>) -> Result<(), FileError> {
    if chunk.file_path().is_some() {
        return Err(FileError::Unsupported("a column that lies in another file"));
    }
    let outside = FileError::Damaged("a column lies outside the file");
    let starts = [Some(chunk.data_page_offset()), chunk.dictionary_page_offset()];
    if chunk.compressed_size() < 0 || chunk.num_values() < 0 || starts.into_iter().flatten().any(|start| start < 0) {
        return Err(outside);
    }
    let (start, length) = chunk.byte_range();
    let end = start.checked_add(length).ok_or(FileError::Damaged("a column lies outside the file"))?;
    // Old writers count a page header less than there is (PARQUET-816), so only the object's end is a bound.
    if length > 0 && (start < data.start || end > data.end) { Err(outside) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_fails_is_not_told_as_a_source_that_differs() {
        let told = |error: StoreError| {
            let error = FileError::Store(error);
            (error.kind(), error.to_string(), error.hint())
        };
        let (kind, words, hint) = told(StoreError::Unfit("too short for a Parquet file".into()));
        assert_eq!((kind, words.as_str()), (Kind::Mismatch, "too short for a Parquet file"));
        assert!(hint.is_some_and(|hint| hint.starts_with("narrow `source`")));
        let (kind, words, hint) = told(StoreError::Damaged("reply holds another range than asked for".into()));
        assert_eq!(
            (kind, words.as_str()),
            (Kind::Storage, "reply is damaged: reply holds another range than asked for")
        );
        assert_eq!(hint, Some("the server or the way to it is at fault; run again"));
        for error in [StoreError::Other("refused: InvalidRange".into()), StoreError::Denied("AccessDenied".into())] {
            assert_eq!(FileError::Lake(LakeError::Store(error.clone())).kind(), Kind::Storage);
            assert_eq!(told(error).0, Kind::Storage);
        }
        assert_eq!(told(StoreError::Changed).0, Kind::Mismatch);
    }
}
