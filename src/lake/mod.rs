//! Tables that keep a log: which objects a snapshot is made of, which of their rows are deleted, and how the columns of
//! each object become the table's.
//!
//! The log is believed, the folder is not: an object that the snapshot does not name is never read, and a partition's
//! value is the one that the log tells, not the one in a folder's name.

#[cfg(feature = "delta")]
mod delta;
mod fit;
#[cfg(feature = "iceberg")]
mod iceberg;
#[cfg(any(feature = "delta", feature = "iceberg"))]
mod place;
#[cfg(any(feature = "delta", feature = "iceberg"))]
mod vector;

use std::ops::Range;

use arrow::array::ArrayRef;
use arrow::datatypes::Fields;
use bytes::Bytes;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;

use crate::account::doors::{LogKind, Production};
use crate::account::meanwhile::each;
use crate::account::store::{Object, StoreError};
use crate::schema::{Lake, LeafPath};

pub use fit::{Fit, fit, plain};

/// Why a table's log, or what it says of an object, is refused. No text of the libraries below is passed on: they can
/// quote what they met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LakeError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("its folder holds no log of a table")]
    NoLog,
    /// Read without it, rows that are deleted would leave.
    #[error("its folder holds the log of a table, or lies in the folder of one, and its format asks for none")]
    Unasked,
    #[error("it keeps a log, as `format = \"{0}\"` says, and a scan opens no object of such a table")]
    Unscanned(&'static str),
    #[error("its log has no snapshot {0}")]
    NoSnapshot(i64),
    #[error("several objects claim to be its newest metadata")]
    Ambiguous,
    #[error("its log names an object outside of the table's folder")]
    Outside,
    #[error("its log names an object that is not there")]
    Missing,
    #[error("its log is damaged: {0}")]
    Damaged(&'static str),
    #[error("its log uses a feature that is not supported: {0}")]
    Unsupported(&'static str),
    #[error("leaf `{0}`: {1}")]
    Leaf(LeafPath, &'static str),
    #[error("the rows that are deleted from an object cannot be told: {0}")]
    Deletes(&'static str),
}

impl LakeError {
    /// The way out, where there is one.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            LakeError::NoLog => "`source` names the folder that holds `_delta_log/` or `metadata/`",
            LakeError::Unasked => "say `format = \"delta\"` or `\"iceberg\"`, and the table's folder as `source`",
            LakeError::Unscanned(_) => "write its schema by hand: its columns are those of the table",
            LakeError::NoSnapshot(_) => "remove `snapshot` for the newest, or name one that the table still has",
            LakeError::Ambiguous => "have `metadata/version-hint.text` say which one counts",
            LakeError::Outside => "have the table copied whole into its folder, as by a deep clone",
            LakeError::Missing => "name a `snapshot` whose objects are still there",
            LakeError::Unsupported(_) | LakeError::Deletes(_) | LakeError::Leaf(..) => {
                "have the table written anew without it, as by a rewrite of its data files"
            }
            LakeError::Store(_) | LakeError::Damaged(_) => return None,
        })
    }
}

/// One state of a table.
pub struct Snapshot {
    /// The version of a Delta table; the snapshot's id of an Iceberg table.
    pub id: i64,
    /// The table's columns, each with what tells it in an object (see [`fit()`]).
    pub fields: Fields,
    /// In key order.
    pub files: Vec<LakeFile>,
}

/// One object of a snapshot.
pub struct LakeFile {
    pub object: Object,
    pub constants: Constants,
    /// What says which of its rows are deleted.
    pub deletes: Vec<Box<dyn Deletes>>,
}

/// Columns that the log tells where an object does not have them: their names, and each as an array of one row.
pub type Constants = Vec<(String, ArrayRef)>;

/// Says which rows of an object are deleted. It is read like rows: with an approval.
pub trait Deletes: Send + Sync {
    /// The object that it lies in; none where the log itself tells the rows.
    fn object(&self) -> Option<&Object>;

    /// How many rows are deleted, where that is known beforehand.
    fn rows(&self) -> Option<u64>;

    /// Marks the deleted rows.
    ///
    /// # Errors
    /// Where it cannot be read, or names rows that the object does not have.
    fn mark(&self, of: &Of<'_>, rows: &mut Marks) -> Result<(), LakeError>;
}

/// The object that rows are deleted from, and how to read of it and of what deletes them.
pub struct Of<'r> {
    pub object: &'r Object,
    pub footer: &'r ArrowReaderMetadata,
    pub read: &'r Read<'r>,
    pub largest: Largest,
    /// What may be held of an object at once, in bytes.
    pub longest: u64,
}

/// Reads a range of an object.
pub type Read<'r> = dyn Fn(&Object, Range<u64>) -> Result<Bytes, StoreError> + 'r;

/// The most bytes that a page takes after decompression, of a column chunk that holds so many values; none where one is
/// damaged.
pub type Largest = fn(Bytes, i64) -> Option<u64>;

/// A mark for each row of an object: whether it stays.
pub struct Marks(arrow::array::BooleanBufferBuilder);

impl Marks {
    /// All rows stay.
    ///
    /// # Errors
    /// Where their marks would take more than `longest` bytes: how many rows there are is but what a footer claims.
    pub fn all(rows: u64, longest: u64) -> Result<Self, LakeError> {
        let rows = usize::try_from(rows).ok().filter(|rows| rows.div_ceil(8) as u64 <= longest);
        let rows = rows.ok_or(LakeError::Deletes("the object has too many rows for `[limits] memory`"))?;
        let mut marks = arrow::array::BooleanBufferBuilder::new(rows);
        marks.append_n(rows, true);
        Ok(Marks(marks))
    }

    /// Takes a row away.
    ///
    /// # Errors
    /// Where there is no such row.
    pub fn delete(&mut self, row: u64) -> Result<(), LakeError> {
        let row = usize::try_from(row).ok().filter(|row| *row < self.0.len());
        let row = row.ok_or(LakeError::Deletes("a row that the object does not have is deleted"))?;
        self.0.set_bit(row, false);
        Ok(())
    }

    /// The marks, once all deleted rows are known.
    pub fn finish(mut self) -> arrow::buffer::BooleanBuffer {
        self.0.finish()
    }
}

/// Which log of a table an object of this key is of, if it is of any.
pub fn log_of(key: &str) -> Option<LogKind> {
    let (folders, name) = key.rsplit_once('/')?;
    if folders.split('/').any(|folder| folder == "_delta_log") {
        return Some(LogKind::Delta);
    }
    let is_iceberg = folders.rsplit('/').next() == Some("metadata") && name.contains(".metadata.json");
    is_iceberg.then_some(LogKind::Iceberg)
}

/// Whether a folder is that of a table that keeps a log, or lies in one, up to the customer's own folder: what is above that is
/// no part of what the customer approves, and who may list only the customer's folder must be able to run.
///
/// # Errors
/// Where the store cannot be listed.
pub fn is_inside(production: &Production, folder: &str) -> Result<bool, StoreError> {
    let root = folder.is_empty().then_some(0);
    let ends = root.into_iter().chain(folder.match_indices('/').map(|(end, _)| end + 1));
    let logs = ends.flat_map(|end| ["_delta_log/", "metadata/"].map(|log| format!("{}{log}", &folder[..end])));
    let is_log = |object: &Object| log_of(&object.key).is_some();
    let holds = |log: &String| production.list(log).map(|listed| listed.iter().any(is_log));
    each(&logs.collect::<Vec<_>>(), holds).into_iter().try_fold(false, |any, holds| Ok(any | holds?))
}

/// Reads the log of the table in a folder.
///
/// # Errors
/// Where there is none, it cannot be read whole, or says anything that is not known.
pub fn open(production: &Production, folder: &str, lake: Lake) -> Result<Snapshot, LakeError> {
    let mut snapshot = opened(production, folder, lake)?;
    snapshot.files.sort_by(|left, right| left.object.key.cmp(&right.object.key));
    snapshot.files.iter().flat_map(|file| &file.constants).try_for_each(repeatable)?;
    match snapshot.files.windows(2).any(|pair| pair[0].object.key == pair[1].object.key) {
        true => Err(LakeError::Damaged("an object is there twice")),
        false => Ok(snapshot),
    }
}

/// The longest value of a log that stands for every row of an object, in bytes.
const LONGEST_CONSTANT: usize = 4096;

fn repeatable((name, one): &(String, ArrayRef)) -> Result<(), LakeError> {
    let too_long =
        || LakeError::Leaf(LeafPath::column(name), "the log has a value of it that is too long for every row");
    if fit::width(one) > LONGEST_CONSTANT { Err(too_long()) } else { Ok(()) }
}

#[cfg_attr(not(any(feature = "delta", feature = "iceberg")), expect(unused_variables, reason = "formats are features"))]
fn opened(production: &Production, folder: &str, lake: Lake) -> Result<Snapshot, LakeError> {
    match lake {
        #[cfg(feature = "delta")]
        Lake::Delta(version) => {
            let log = production.log(folder, LogKind::Delta)?;
            contained(|| delta::open(log, version))
        }
        #[cfg(feature = "iceberg")]
        Lake::Iceberg(snapshot) => {
            let log = production.log(folder, LogKind::Iceberg)?;
            contained(|| iceberg::open(&log, snapshot))
        }
        #[cfg(not(all(feature = "delta", feature = "iceberg")))]
        _ => Err(LakeError::Unsupported("this verho was built without the format")),
    }
}

/// Runs a parser over a log; a panic inside becomes an error.
#[cfg(any(feature = "delta", feature = "iceberg"))]
fn contained<T>(parse: impl FnOnce() -> Result<T, LakeError>) -> Result<T, LakeError> {
    let parsed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(parse));
    parsed.unwrap_or(Err(LakeError::Damaged("it makes the reader fail")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::store::{Store as _, testing::MemoryStore};

    #[test]
    fn a_value_that_stands_for_every_row_is_short() {
        let of = |length: usize| -> (String, ArrayRef) {
            ("city".to_owned(), std::sync::Arc::new(arrow::array::StringArray::from(vec!["a".repeat(length)])))
        };
        assert!(repeatable(&of(1024)).is_ok() && matches!(repeatable(&of(1 << 20)), Err(LakeError::Leaf(..))));
    }

    #[test]
    fn a_folder_is_inside_of_every_table_around_it() {
        let inside = |log: &str, folder: &str| {
            let store = MemoryStore::default();
            store.create(log, &[Bytes::from_static(b"{}")]).expect("created");
            is_inside(&Production::new(Box::new(store)), folder).expect("listed")
        };
        let delta = "acme/people/_delta_log/00000000000000000000.json";
        assert!(
            inside(delta, "acme/people/")
                && inside(delta, "acme/people/city=Turku/")
                && inside(delta, "acme/people/city=Turku/day=1/")
        );
        assert!(inside("_delta_log/00000000000000000000.json", ""));
        assert!(inside("acme/_delta_log/00000000000000000000.json", "acme/people/"));
        assert!(inside("acme/people/metadata/v1.metadata.json", "acme/people/data/"));
        assert!(inside("acme/people/metadata/v1.gz.metadata.json", "acme/people/data/day=1/"));
        assert!(!inside(delta, "acme/orders/day=1/") && !inside(delta, "acme/people_old/day=1/"));
        assert!(!inside("acme/metadata/columns.json", "acme/people/"), "not every folder of this name is a log");
    }
}
