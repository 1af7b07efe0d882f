//! One table's plan: every leaf has a method, or there is no plan.

use std::thread;

use arrow::datatypes::Fields;

use crate::account::doors::Production;
use crate::account::meanwhile::meanwhile;
use crate::account::store::Object;
use crate::crew::Crew;
use crate::lake::{self, LakeError};
use crate::method::Outcome;
use crate::plan::PlanError;
use crate::plan::beside;
use crate::plan::codes::{self, Codes};
use crate::plan::column::{ColumnPlan, LeafPlan, Origin, column};
use crate::plan::file::{Content, SourceFile};
use crate::plan::groups::{self, Groups};
use crate::plan::lake::{Logged, read as read_logged};
use crate::plan::objects;
use crate::plan::place::Place;
use crate::plan::selection;
use crate::plan::word::Word;
use crate::schema::{Form, LeafPath, TableSchema, digest};

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
    /// Gives every leaf of a table's objects its method.
    ///
    /// # Errors
    /// Where there is no object, two differ, or a leaf and the schema do not match.
    pub fn resolve(schema: TableSchema, objects: Objects) -> Result<Self, PlanError> {
        let Objects { mut files, snapshot } = objects;
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
    pub(super) fn is_uuid(&self, path: &LeafPath) -> bool {
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

/// What a table is made of.
pub struct Objects {
    files: Vec<SourceFile>,
    /// Which state of a table with a log it is.
    snapshot: Option<i64>,
}

impl Objects {
    /// Lists a table's objects, and reads every footer.
    ///
    /// # Errors
    /// Where one is not readable.
    pub fn of(schema: &TableSchema, production: &Production, crew: &Crew) -> Result<Self, PlanError> {
        match schema.form {
            Form::Lake(which) => read_logged(schema, which, production, crew)
                .map(|(files, snapshot)| Objects { files, snapshot: Some(snapshot) }),
            _ => Ok(Objects { files: listed(schema, production, crew)?, snapshot: None }),
        }
    }
}

/// All objects that the schema's pattern matches.
fn listed(schema: &TableSchema, production: &Production, crew: &Crew) -> Result<Vec<SourceFile>, PlanError> {
    let not_listed = |error| PlanError::List { table: schema.table.clone(), error };
    let (folder, is_parquet) = (schema.source.folder(), schema.form == Form::Parquet);
    let (listed, is_inside) = thread::scope(|scope| {
        let is_inside = is_parquet.then(|| meanwhile(scope, || lake::is_inside(production, folder)));
        (production.list(folder), is_inside.map_or(Ok(false), |is_inside| is_inside()))
    });
    let (listed, is_inside) = (listed.map_err(not_listed)?, is_inside.map_err(not_listed)?);
    // The log of a table lies among the objects, or in a folder around theirs.
    if is_parquet && (is_inside || listed.iter().any(|object| lake::log_of(&object.key).is_some())) {
        return Err(PlanError::Lake { table: schema.table.clone(), error: LakeError::Unasked });
    }
    let objects: Vec<_> = listed.into_iter().filter(|object| schema.source.matches(&object.key)).collect();
    let numbered: Vec<_> = (1..).zip(&objects).collect();
    crew.each(&numbered, production.is_remote(), |(number, object)| {
        let read = crew.call(production.is_remote(), || SourceFile::read(schema, production, Object::clone(object)));
        read.map_err(|error| PlanError::File { table: schema.table.clone(), object: *number, of: objects.len(), error })
    })
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
