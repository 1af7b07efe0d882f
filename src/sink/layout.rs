//! The shape of a table's output files: which leaves there are, and in which form.

use std::sync::Arc;

use arrow::datatypes::{Field, Fields, Schema};
use parquet::arrow::ArrowSchemaConverter;
use parquet::basic::Type;
use parquet::schema::types::{ColumnDescPtr, SchemaDescPtr, SchemaDescriptor};

use crate::method::Outcome;
use crate::plan::{ColumnPlan, TablePlan, Word, reworded};
use crate::sink::EncodeError;

/// The shape of a table's output files.
pub struct Layout {
    pub(super) descriptor: SchemaDescPtr,
    /// In the order of the plan; none where a column is removed.
    pub columns: Vec<Option<ColumnLayout>>,
}

/// The shape of one column of the output.
pub struct ColumnLayout {
    pub(super) field: Arc<Field>,
    pub(super) descriptor: SchemaDescPtr,
    /// Which leaves of the plan's column are left, in Parquet's order.
    pub leaves: Vec<usize>,
}

impl Layout {
    /// The layout of a table.
    ///
    /// # Errors
    /// Where a type has no form in Parquet.
    pub fn new(table: &TablePlan) -> Result<Self, EncodeError> {
        let columns = table.columns.iter().map(|column| ColumnLayout::new(table, column)).collect::<Result<_, _>>()?;
        let words = table.columns.iter().flat_map(|column| words(table, column));
        Ok(Layout { descriptor: described(table.output(), words)?, columns })
    }
}

impl ColumnLayout {
    fn new(table: &TablePlan, column: &ColumnPlan) -> Result<Option<Self>, EncodeError> {
        let Some(field) = column.output.clone() else { return Ok(None) };
        let descriptor = described(Fields::from(vec![field.clone()]), words(table, column))?;
        let leaves: Vec<usize> = left(column).collect();
        (leaves.len() == descriptor.num_columns())
            .then_some(Some(ColumnLayout { field, descriptor, leaves }))
            .ok_or(EncodeError)
    }
}

/// The leaves of a column that are not removed.
fn left(column: &ColumnPlan) -> impl Iterator<Item = usize> {
    (0..column.leaves.len()).filter(|leaf| !matches!(column.leaves[*leaf].outcome, Outcome::Removed))
}

/// What leaves that are left are said to be, where the type of their values does not say it.
fn words(table: &TablePlan, column: &ColumnPlan) -> impl Iterator<Item = Option<Word>> {
    left(column).map(|leaf| table.word(column, leaf))
}

/// The columns in Parquet, and what their leaves are said to be.
fn described(fields: Fields, words: impl Iterator<Item = Option<Word>>) -> Result<SchemaDescPtr, EncodeError> {
    let (plain, mut words) = (descriptor(fields)?, words);
    let worded = reworded(&plain.root_schema_ptr(), &mut |_| words.next().flatten())?;
    Ok(Arc::new(SchemaDescriptor::new(worded)))
}

pub(super) fn descriptor(fields: Fields) -> Result<SchemaDescPtr, EncodeError> {
    let converted: SchemaDescriptor = ArrowSchemaConverter::new().convert(&Schema::new(fields))?;
    Ok(Arc::new(converted))
}

/// Whether pages of values fit a leaf of the output as they are.
pub(super) fn values_fit(source: &ColumnDescPtr, wanted: &ColumnDescPtr) -> bool {
    let width =
        |leaf: &ColumnDescPtr| if leaf.physical_type() == Type::FIXED_LEN_BYTE_ARRAY { leaf.type_length() } else { 0 };
    source.physical_type() == wanted.physical_type() && width(source) == width(wanted) && levels_fit(source, wanted)
}

/// Whether pages of indices into a dictionary fit a leaf of the output, whatever the dictionary becomes.
pub(super) fn levels_fit(source: &ColumnDescPtr, wanted: &ColumnDescPtr) -> bool {
    let levels = |leaf: &ColumnDescPtr| (leaf.max_def_level(), leaf.max_rep_level());
    levels(source) == levels(wanted)
}
