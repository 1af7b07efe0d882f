//! One table's plan: every leaf has a method, or there is no plan.

use std::fmt;
use std::ops::Range;
use std::slice::Iter;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields};
use parquet::file::metadata::RowGroupMetaData;

use crate::account::doors::Production;
use crate::account::store::{Object, StoreError};
use crate::crew::Crew;
use crate::lake::{self, Fit, LakeError, plain};
use crate::method::{Extent, Nulls, Outcome, comparable};
use crate::plan::beside;
use crate::plan::codes::{self, Codes};
use crate::plan::footer::{FileError, Footer};
use crate::plan::groups::{self, Groups};
use crate::plan::lake::{Logged, read as read_logged};
use crate::plan::objects::{self, Fitted, Found};
use crate::plan::partition::{self, partitions};
use crate::plan::place::Place;
use crate::plan::selection;
use crate::plan::unique;
use crate::plan::word::Word;
use crate::plan::{Mismatch, PlanError};
use crate::schema::{Class, Column, Form, Leaf, LeafPath, TableSchema, children, digest, leaves};

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
    fn read(schema: &TableSchema, production: &Production, object: Object) -> Result<Self, FileError> {
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
    fn word(&self, column: &ColumnPlan, leaf: usize) -> Option<Word> {
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

/// Where a column's values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The top-level column of this index in the file.
    File(usize),
    /// The object's key.
    Partition,
}

/// What becomes of one leaf.
pub struct LeafPlan {
    pub leaf: Leaf,
    pub outcome: Outcome,
    /// The leaves that its method looks at, as places in [`ColumnPlan::beside`].
    pub beside: Vec<usize>,
    /// Whether no two values of it may be equal after it, in the whole table.
    pub is_unique: bool,
    /// Whether it says which group a row is in, so that every value of it is looked at as it leaves.
    pub is_grouped: bool,
}

impl LeafPlan {
    /// Whether guards look at every value of it, so that no page of it can leave undecoded.
    pub fn is_watched(&self) -> bool {
        self.is_unique || self.is_grouped
    }

    /// Its type in the output; none where it is removed.
    pub fn after(&self) -> Option<&DataType> {
        match &self.outcome {
            Outcome::Removed => None,
            Outcome::Untouched => Some(&self.leaf.data_type),
            Outcome::Becomes { data_type, .. } => Some(data_type),
        }
    }
}

/// What becomes of one top-level column.
pub struct ColumnPlan {
    pub origin: Origin,
    pub field: Arc<Field>,
    /// In the order in which Parquet stores them.
    pub leaves: Vec<LeafPlan>,
    /// The column in the output; none where every leaf is removed.
    pub output: Option<Arc<Field>>,
    /// The leaves that its methods look at, be they of this column or of others, each once.
    pub beside: Vec<Place>,
    /// How much of it its methods see at once.
    pub extent: Extent,
    /// Whether it is text and its method takes it as views, so that it need not be copied out of its pages.
    pub texts_in_place: bool,
}

/// A table, its objects, and what becomes of every leaf.
pub struct TablePlan {
    pub schema: TableSchema,
    pub files: Vec<SourceFile>,
    pub columns: Vec<ColumnPlan>,
    /// The leaves of the schema's filters, in their order.
    pub asked: Vec<Place>,
    /// By what its rows are grouped, where the schema has `[privacy]`.
    pub groups: Option<Groups>,
    /// Which state of a table with a log is read: a version of Delta Lake, a snapshot's id of Iceberg.
    pub snapshot: Option<i64>,
    /// The digest of what the data is.
    pub structure: String,
    /// The digest of what becomes of it.
    pub policy: String,
}

impl TablePlan {
    /// Lists a table's objects, reads every footer, and gives every leaf its method.
    ///
    /// # Errors
    /// Where there is no object, one is not readable, two differ, or a leaf and the schema do not match.
    pub fn resolve(schema: TableSchema, production: &Production, crew: &Crew) -> Result<Self, PlanError> {
        let (mut files, snapshot) = match schema.form {
            Form::Lake(which) => read_logged(&schema, which, production, crew).map(|(files, id)| (files, Some(id)))?,
            _ => (listed(&schema, production, crew)?, None),
        };
        let fields = objects::join(&schema, &mut files)?;
        let mut columns =
            fields.into_iter().map(|(field, origin)| column(&schema, field, origin)).collect::<Result<Vec<_>, _>>()?;
        all_met(&schema, &columns)?;
        beside::join(&schema, &mut columns)?;
        let asked = selection::join(&schema, &columns)?;
        let every = columns
            .iter()
            .flat_map(|column| column.leaves.iter().map(|plan| (&plan.leaf, column.origin == Origin::Partition)));
        let (structure, policy) = (digest::structure(every), digest::policy(&schema));
        let groups = groups::of(&schema, &columns)?;
        let table = TablePlan { structure, policy, columns, asked, groups, snapshot, files, schema };
        codes::tell_apart(&table)?;
        Ok(table)
    }

    /// The leaves that become codes, and how likely two of their values share one.
    pub fn codes(&self) -> Vec<Codes> {
        codes::of(self)
    }

    /// Which of the table's objects a file is, from 0.
    pub fn place_of(&self, file: &SourceFile) -> usize {
        self.files.iter().position(|known| known.object.key == file.object.key).unwrap_or(0)
    }

    /// What a leaf that is kept is said to be by every object, where Arrow has no type for that.
    pub fn word(&self, column: &ColumnPlan, leaf: usize) -> Option<Word> {
        let (first, others) = self.files.split_first().filter(|_| column.leaves[leaf].outcome == Outcome::Untouched)?;
        let word = first.word(column, leaf).filter(Word::is_beyond_arrow)?;
        others.iter().all(|file| file.word(column, leaf).as_ref() == Some(&word)).then_some(word)
    }

    /// Whether an object says that a leaf holds UUIDs in their bytes.
    fn is_uuid(&self, path: &LeafPath) -> bool {
        let leaf_of = |column: &ColumnPlan| column.leaves.iter().position(|plan| plan.leaf.path == *path);
        let place = self.columns.iter().find_map(|column| Some((column, leaf_of(column)?)));
        place.is_some_and(|(column, leaf)| {
            self.files.iter().filter_map(|file| file.word(column, leaf)).any(|word| word.is_uuid())
        })
    }

    /// The columns of the output, in the order of the source.
    pub fn output(&self) -> Fields {
        self.columns.iter().filter_map(|column| column.output.clone()).collect()
    }

    /// The columns of which values are read: those of the output, and those that methods and filters look at.
    pub fn read(&self) -> impl Iterator<Item = &ColumnPlan> {
        let looked_at = |index: &usize| {
            let mut places = self.asked.iter().chain(self.columns.iter().flat_map(|column| &column.beside));
            places.any(|place| place.column == *index)
        };
        let wanted = move |(index, column): &(usize, &ColumnPlan)| column.output.is_some() || looked_at(index);
        self.columns.iter().enumerate().filter(wanted).map(|(_, column)| column)
    }

    /// The plan of one leaf.
    pub fn leaf(&self, path: &LeafPath) -> Option<&LeafPlan> {
        self.columns.iter().flat_map(|column| &column.leaves).find(|plan| plan.leaf.path == *path)
    }

    /// Rows in all objects, as far as they are known.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(SourceFile::rows).sum()
    }

    /// How many of them are deleted, where that is known beforehand; none where some may be and only reading can tell.
    pub fn deleted(&self) -> Option<u64> {
        self.files.iter().map(|file| file.logged.as_ref().map_or(Some(0), Logged::deleted)).sum()
    }

    /// Whether its rows are not known yet: they are records that nobody went through.
    pub fn is_unmeasured(&self) -> bool {
        let unmeasured = |file: &SourceFile| matches!(file.content, Content::Records { measured: None, .. });
        self.files.iter().any(unmeasured)
    }
}

/// All objects that the schema's pattern matches.
fn listed(schema: &TableSchema, production: &Production, crew: &Crew) -> Result<Vec<SourceFile>, PlanError> {
    let not_listed = |error| PlanError::List { table: schema.table.clone(), error };
    let listed = production.list(schema.source.folder()).map_err(not_listed)?;
    if schema.form == Form::Parquet && is_logged(schema, production, &listed).map_err(not_listed)? {
        return Err(PlanError::Lake { table: schema.table.clone(), error: LakeError::Unasked });
    }
    let objects: Vec<_> = listed.into_iter().filter(|object| schema.source.matches(&object.key)).collect();
    let numbered: Vec<_> = (1..).zip(&objects).collect();
    crew.each(&numbered, production.is_remote(), |(number, object)| {
        let read = crew.call(production.is_remote(), || SourceFile::read(schema, production, Object::clone(object)));
        read.map_err(|error| PlanError::File { table: schema.table.clone(), object: *number, of: objects.len(), error })
    })
}

/// Whether the log of a table lies among the objects, or in a folder around theirs.
fn is_logged(schema: &TableSchema, production: &Production, listed: &[Object]) -> Result<bool, StoreError> {
    let is_among = listed.iter().any(|object| lake::log_of(&object.key).is_some());
    Ok(is_among || lake::is_inside(production, schema.source.folder())?)
}

fn all_met(schema: &TableSchema, columns: &[ColumnPlan]) -> Result<(), PlanError> {
    let met = |path: &LeafPath| columns.iter().flat_map(|column| &column.leaves).any(|plan| plan.leaf.path == *path);
    match schema.columns.iter().find(|(path, _)| !met(path)) {
        Some((path, rule)) => {
            Err(PlanError::Rule(rule.fault(
                format!("leaf `{path}` is not in the source"),
                "remove its rule, or check the source".to_owned(),
            )))
        }
        None => Ok(()),
    }
}

fn column(schema: &TableSchema, field: Arc<Field>, origin: Origin) -> Result<ColumnPlan, PlanError> {
    let planned = leaves(&field).into_iter().map(|leaf| leaf_plan(schema, leaf)).collect::<Result<Vec<_>, _>>()?;
    unique::takes(schema, &planned)?;
    let output = output_field(&field, &mut planned.iter()).map_err(|fault| rule_fault(schema, fault))?;
    let methods = planned.iter().filter_map(|plan| schema.columns.get(&plan.leaf.path));
    let whole = methods.into_iter().any(|rule| rule.method.extent() == Extent::RowGroup);
    let extent = if whole { Extent::RowGroup } else { Extent::Value };
    let takes_views = schema.columns.get(&LeafPath::column(field.name())).is_some_and(|rule| rule.method.takes_views());
    let texts_in_place = takes_views && *field.data_type() == DataType::Utf8;
    let output = output.map(Arc::new);
    Ok(ColumnPlan { origin, field, leaves: planned, output, beside: Vec::new(), extent, texts_in_place })
}

fn leaf_plan(schema: &TableSchema, leaf: Leaf) -> Result<LeafPlan, PlanError> {
    let rule: &Column = schema
        .columns
        .get(&leaf.path)
        .ok_or_else(|| Mismatch::Unlisted(vec![leaf.path.clone()]).in_object(schema, 0, 1))?;
    match rule.method.plan(&leaf.data_type) {
        Ok(outcome) => {
            let is_grouped = schema.privacy.is_some() && rule.class == Class::Quasi;
            Ok(LeafPlan { outcome, leaf, beside: Vec::new(), is_unique: rule.is_unique, is_grouped })
        }
        Err(unsupported) => Err(PlanError::Rule(rule.fault(format!("leaf `{}`: {unsupported}", leaf.path), None))),
    }
}

/// A rule that cannot be applied where its leaf stands.
struct Misplaced {
    path: LeafPath,
    what: &'static str,
}

fn rule_fault(schema: &TableSchema, misplaced: Misplaced) -> PlanError {
    let what = format!("leaf `{}`: {}", misplaced.path, misplaced.what);
    let fault = schema.columns.get(&misplaced.path).map(|rule| rule.fault(what.clone(), None));
    PlanError::Rule(fault.unwrap_or_else(|| schema.fault(what, None)))
}

/// The field that is left when every leaf has become what it becomes; leaves are taken in Parquet's order.
fn output_field<'p>(field: &Field, plans: &mut Iter<'p, LeafPlan>) -> Result<Option<Field>, Misplaced> {
    let unnamed = LeafPath::column("");
    if children(&unnamed, field.data_type()).is_empty() {
        let plan = plans.next().expect("there is a plan for each leaf");
        return Ok(match &plan.outcome {
            Outcome::Removed => None,
            Outcome::Untouched => Some(bare(field, field.data_type().clone(), field.is_nullable())),
            Outcome::Becomes { data_type, nulls } => {
                Some(bare(field, data_type.clone(), field.is_nullable() || *nulls != Nulls::Kept))
            }
        });
    }
    let data_type = match field.data_type() {
        DataType::Struct(fields) => {
            let kept = fields.iter().map(|inner| output_field(inner, plans)).collect::<Result<Vec<_>, _>>()?;
            let kept: Fields = kept.into_iter().flatten().collect();
            (!kept.is_empty()).then_some(DataType::Struct(kept))
        }
        DataType::List(item) => output_field(item, plans)?.map(|item| DataType::List(named("element", item))),
        DataType::LargeList(item) => output_field(item, plans)?.map(|item| DataType::LargeList(named("element", item))),
        DataType::FixedSizeList(item, length) => {
            output_field(item, plans)?.map(|item| DataType::FixedSizeList(named("element", item), *length))
        }
        DataType::Map(entries, sorted) => {
            output_map(entries, plans)?.map(|entries| DataType::Map(named("key_value", entries), *sorted))
        }
        _ => None,
    };
    Ok(data_type.map(|data_type| bare(field, data_type, field.is_nullable())))
}

/// The pair of a map: both sides stay or both go, and a key is never null.
fn output_map<'p>(entries: &Field, plans: &mut Iter<'p, LeafPlan>) -> Result<Option<Field>, Misplaced> {
    let DataType::Struct(pair) = entries.data_type() else { return Ok(None) };
    let path = plans.as_slice().first().map_or_else(|| LeafPath::column(""), |plan| plan.leaf.path.clone());
    let misplaced = |what| Misplaced { path: path.clone(), what };
    let key = output_field(&pair[0], plans)?;
    let value = output_field(&pair[1], plans)?;
    match (key, value) {
        (None, None) => Ok(None),
        (Some(key), _) if key.is_nullable() && !pair[0].is_nullable() => {
            Err(misplaced("a key of a map cannot become null"))
        }
        (Some(key), Some(value)) => {
            let pair = Fields::from(vec![named("key", key), named("value", value)]);
            Ok(Some(bare(entries, DataType::Struct(pair), false)))
        }
        _ => Err(misplaced("key and value of a map are dropped together or not at all")),
    }
}

/// A field under the name that Parquet's LogicalTypes.md gives it: what a source calls it stands in no schema that anybody approved.
fn named(name: &str, field: Field) -> Arc<Field> {
    Arc::new(field.with_name(name))
}

/// A field without the metadata of its source.
fn bare(field: &Field, data_type: DataType, nullable: bool) -> Field {
    Field::new(field.name(), data_type, nullable)
}

/// Whether values of two leaves can be equal, and are then treated as such. A UUID in its bytes is not the text of one.
pub fn alike(one: (&TablePlan, &LeafPlan), other: (&TablePlan, &LeafPlan)) -> bool {
    use DataType::{FixedSizeBinary, LargeUtf8, Utf8, Utf8View};
    let apart = |(table, bytes): (&TablePlan, &LeafPlan), text: &LeafPlan| {
        bytes.leaf.data_type == FixedSizeBinary(16)
            && matches!(text.leaf.data_type, Utf8 | LargeUtf8 | Utf8View)
            && table.is_uuid(&bytes.leaf.path)
    };
    comparable(&one.1.leaf.data_type, &other.1.leaf.data_type) && !apart(one, other.1) && !apart(other, one.1)
}

/// A leaf, its table and its rule.
#[derive(Clone, Copy)]
pub struct End<'p> {
    table: &'p TablePlan,
    plan: &'p LeafPlan,
    rule: &'p Column,
}

impl End<'_> {
    /// Whether equal values become equal whatever stands beside them: a persona's fakes agree by whose they are.
    pub fn joins(&self) -> bool {
        self.rule.method.beside().is_empty()
    }

    /// Why equal values of two ends do not become equal, if they do not.
    pub fn differs(&self, other: &End<'_>) -> Option<&'static str> {
        let means = |end: &End<'_>| (end.rule.entry.name, end.rule.method.agreement());
        match self {
            _ if self.plan.outcome != other.plan.outcome => Some("become different types"),
            _ if means(self) != means(other) => Some("have different methods or options"),
            _ if !alike((self.table, self.plan), (other.table, other.plan)) => Some("hold different kinds of value"),
            _ => None,
        }
    }
}

impl fmt::Display for End<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table.schema.table, self.plan.leaf.path)
    }
}

/// Every leaf of a plan's tables that shares a domain, for the check that both ends of a link agree.
pub fn domains(tables: &[TablePlan]) -> impl Iterator<Item = (&str, End<'_>)> {
    let leaves = tables
        .iter()
        .flat_map(|table| table.columns.iter().flat_map(|column| &column.leaves).map(move |plan| (table, plan)));
    leaves.filter_map(|(table, plan)| {
        let rule = table.schema.columns.get(&plan.leaf.path)?;
        rule.method.whole().map(|domain| (domain, End { table, plan, rule }))
    })
}
