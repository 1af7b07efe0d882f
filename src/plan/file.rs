//! One source object of a table: what is known of it, and how the table's columns stand in it.

use std::ops::Range;
use std::sync::Arc;

use arrow::datatypes::{Field, Fields};
use parquet::file::metadata::RowGroupMetaData;

use crate::account::doors::Production;
use crate::account::store::Object;
use crate::lake::{Fit, plain};
use crate::plan::column::{ColumnPlan, Origin};
use crate::plan::footer::{FileError, Footer};
use crate::plan::lake::Logged;
use crate::plan::objects::{Fitted, Found};
use crate::plan::partition::{self, partitions};
use crate::plan::word::Word;
use crate::schema::{Form, LeafPath, TableSchema};

/// One source object of a table.
pub struct SourceFile {
    pub object: Object,
    pub content: Content,
    partitions: Vec<(String, Option<String>)>,
    /// How the table's columns stand in it; none where they stand there as in the table.
    pub(super) fitted: Option<Fitted>,
    /// What the table's log says of it, where there is one.
    pub logged: Option<Logged>,
}

/// What is known of an object before it is read.
pub enum Content {
    /// Parquet tells columns and rows in its footer.
    Pages(Footer),
    /// Records tell nothing: their columns are declared, and are held against them as they are read.
    Records { columns: Fields, measured: Option<Measured> },
}

/// What going through an object of records has told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    pub rows: u64,
    /// As arrays in memory, in bytes.
    pub bytes: u64,
}

impl SourceFile {
    pub(super) fn read(schema: &TableSchema, production: &Production, object: Object) -> Result<Self, FileError> {
        let partitions = partitions(&object.key)?;
        let is_key = |path: &LeafPath| partitions.iter().any(|(name, _)| *path == LeafPath::column(name));
        let content = match schema.form {
            Form::Parquet | Form::Lake(_) => Content::Pages(Footer::read(production.footers(), &object)?),
            Form::Records { .. } => Content::Records { columns: schema.records(is_key), measured: None },
        };
        Ok(SourceFile { partitions, content, object, fitted: None, logged: None })
    }

    /// An object that a table's log names; what the folders of its key say is not believed.
    pub(super) fn logged(object: Object, footer: Footer, fitted: Fitted, logged: Logged) -> Self {
        let (content, partitions) = (Content::Pages(footer), Vec::new());
        SourceFile { object, content, partitions, fitted: Some(fitted), logged: Some(logged) }
    }

    /// The footer of Parquet.
    ///
    /// # Errors
    /// Where the object holds records.
    pub fn footer(&self) -> Result<&Footer, FileError> {
        match &self.content {
            Content::Pages(footer) => Ok(footer),
            Content::Records { .. } => Err(FileError::Unsupported("records where pages were asked for")),
        }
    }

    /// The columns in the object itself, or those of the table where they are found in it.
    pub fn columns(&self) -> &Fields {
        match (&self.fitted, &self.content) {
            (Some(fitted), _) => fitted.fields(),
            (None, Content::Pages(footer)) => footer.schema().fields(),
            (None, Content::Records { columns, .. }) => columns,
        }
    }

    /// Where a column of the table is; none where it is a partition key, or all stand here as in the table.
    fn place(&self, column: &ColumnPlan) -> Option<&Found> {
        let Origin::File(index) = column.origin else { return None };
        self.fitted.as_ref().and_then(|fitted| fitted.place(index))
    }

    /// Which top-level column of the object one of the table is; none where the object does not have it.
    pub fn root(&self, column: &ColumnPlan) -> Option<usize> {
        match (column.origin, &self.fitted) {
            (Origin::Partition, _) => None,
            (Origin::File(index), None) => Some(index),
            (Origin::File(_), Some(_)) => self.place(column).and_then(|place| place.root),
        }
    }

    /// What makes a column of the object the table's, where it is another.
    pub fn fit(&self, column: &ColumnPlan) -> Option<&Fit> {
        self.place(column).map(|place| &place.fit).filter(|fit| !fit.is_same())
    }

    /// The leaves of the object's column that one of the table is, among the leaves of the object.
    pub fn leaves(&self, column: &ColumnPlan) -> Range<usize> {
        let (Some(root), Content::Pages(footer)) = (self.root(column), &self.content) else { return 0..0 };
        let schema = footer.arrow.parquet_schema();
        // Leaves stand in the order of their columns.
        let first = |root: usize| {
            let (mut low, mut high) = (0, schema.num_columns());
            while low < high {
                let middle = low.midpoint(high);
                if schema.get_column_root_idx(middle) < root { low = middle + 1 } else { high = middle }
            }
            low
        };
        first(root)..first(root + 1)
    }

    /// A leaf of a column of the table among the leaves of the object; none where the object does not have it.
    pub fn leaf(&self, column: &ColumnPlan, leaf: usize) -> Option<usize> {
        let within = match self.place(column) {
            Some(place) => place.leaves.get(leaf).copied().flatten()?,
            None => leaf,
        };
        self.leaves(column).nth(within)
    }

    /// Whether pages of a column of the object can be the table's as they are: it is nested alike, with its members where they
    /// are. A column that cannot be null has no levels for nulls.
    pub fn has_pages_of(&self, column: &ColumnPlan) -> bool {
        let (Some(root), Content::Pages(footer)) = (self.root(column), &self.content) else { return false };
        let (here, there) = (footer.schema().field(root), column.field.as_ref());
        (here == there || plain(here) == plain(there)) && self.fit(column).is_none_or(Fit::is_in_place)
    }

    /// What the object says of a leaf of a column; none where it is not of the table's own schema.
    pub(super) fn word(&self, column: &ColumnPlan, leaf: usize) -> Option<Word> {
        let (Content::Pages(footer), None) = (&self.content, &self.logged) else { return None };
        let said = self.leaf(column, leaf).and_then(|index| footer.said().get(index));
        said.map(|leaf| Word::of(leaf.self_type()))
    }

    /// Whether some of its rows may be deleted.
    pub fn has_deletes(&self) -> bool {
        self.logged.as_ref().is_some_and(Logged::has_deletes)
    }

    /// The row groups of Parquet; none of records.
    pub fn row_groups(&self) -> &[RowGroupMetaData] {
        match &self.content {
            Content::Pages(footer) => footer.row_groups(),
            Content::Records { .. } => &[],
        }
    }

    /// How many rows it has, as far as that is known.
    pub fn rows(&self) -> u64 {
        match &self.content {
            Content::Pages(footer) => footer.row_groups().iter().map(|group| group.num_rows() as u64).sum(),
            Content::Records { measured, .. } => measured.map_or(0, |measured| measured.rows),
        }
    }

    /// The value of a partition key, for every row of this file.
    pub fn partition(&self, name: &str) -> Option<&str> {
        self.partitions.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.as_deref())
    }

    /// The file's own columns, then its partition keys.
    pub(super) fn fields(&self) -> Vec<(Arc<Field>, Origin)> {
        let own = self.columns().iter().enumerate();
        let own = own.map(|(index, field)| (field.clone(), Origin::File(index)));
        own.chain(self.partitions.iter().map(|(name, _)| (Arc::new(partition::field(name)), Origin::Partition)))
            .collect()
    }
}
