//! [`RawBatch`] becomes [`MaskedBatch`]: every leaf goes through its method, and nothing else is left.

mod selection;

use std::slice::Iter;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeListArray, GenericListArray, MapArray, OffsetSizeTrait, StructArray,
    UInt32Array, make_comparator,
};
use arrow::buffer::OffsetBuffer;
use arrow::compute::{SortOptions, take};
use arrow::datatypes::{DataType, Field, FieldRef, Fields};
use arrow::error::ArrowError;

use crate::detect::Known;
use crate::keys::Secret;
use crate::method::{ApplyError, Context, Keys, Outcome, Taken, distinct};
use crate::plan::{ColumnPlan, Groups, LeafPlan, Placed, Plan, TablePlan, within};
use crate::schema::LeafPath;
use crate::source::RawBatch;
use crate::survey::{Standing, Standings};

pub use selection::{Chosen, asked, choose};

/// Why a batch cannot be masked. No text of the library below is passed on: it can quote a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    #[error("leaf `{0}`: {1}")]
    Method(LeafPath, ApplyError),
    #[error("a nested column cannot be put together again")]
    Shape,
    #[error("a row is in a group that the first pass has not seen")]
    Group,
}

impl From<ArrowError> for MaskError {
    fn from(_: ArrowError) -> Self {
        MaskError::Shape
    }
}

/// Rows of one column after its methods, and what the guard needs to know of before.
///
/// ```
/// # use verho::{guard::{ColumnGuard, GuardError, SafeBatch}, transform::MaskedBatch};
/// fn leave(guard: &mut ColumnGuard, batch: MaskedBatch) -> Result<SafeBatch, GuardError> {
///     guard.admit(batch)
/// }
/// ```
///
/// A raw batch is no masked one:
/// ```compile_fail
/// # use verho::{guard::{ColumnGuard, GuardError, SafeBatch}, source::RawBatch};
/// fn leave(guard: &mut ColumnGuard, batch: RawBatch) -> Result<SafeBatch, GuardError> {
///     guard.admit(batch)
/// }
/// ```
pub struct MaskedBatch {
    /// None where the whole column is removed.
    pub(crate) array: Option<ArrayRef>,
    pub(crate) rows: usize,
    pub(crate) leaves: Vec<Masked>,
    /// The values of each leaf that is to be unique, with its place among the column's leaves.
    pub(crate) unique: Vec<(usize, ArrayRef)>,
    /// What it was made of, where methods within a value make some of it and others let the rest through.
    pub(crate) raw: Option<ArrayRef>,
}

/// How one leaf of a batch came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Masked {
    pub(crate) values_before: usize,
    pub(crate) values_after: usize,
    pub(crate) nulls_before: usize,
    pub(crate) nulls_after: usize,
}

/// The keys of a plan's domains, the words that no fake may use, the values that are known, and which groups may leave.
pub struct Masks {
    keys: Keys,
    taken: Taken,
    known: Known,
    standings: Standings,
}

impl Masks {
    /// Derives the key of every domain that the plan names.
    pub fn new(plan: &Plan, secret: &Secret, taken: Taken, known: Known, standings: Standings) -> Self {
        let keys = plan.keys(secret);
        Masks { keys, taken, known, standings }
    }

    /// The values that no part may hold.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// How the groups of a table stand; none where it has none.
    pub fn standing(&self, table: &TablePlan) -> Option<&Standing> {
        self.standings.of(&table.schema.table)
    }

    /// The name of each row's group, from the columns as they are read.
    fn names<'c>(
        &self,
        table: &TablePlan,
        groups: &Groups,
        standing: &Standing,
        rows: usize,
        column: impl Fn(usize) -> Option<&'c ArrayRef>,
    ) -> Result<Vec<u128>, MaskError> {
        let mut names = vec![0; rows];
        for (at, place) in groups.quasi.iter().enumerate() {
            let rule = table.schema.columns.get(&place.path).ok_or(MaskError::Shape)?;
            let Placed { values, structures } =
                column(place.column).and_then(|column| place.before(column)).ok_or(MaskError::Shape)?;
            let context = Context { keys: &self.keys, taken: &self.taken, known: &self.known, beside: &[] };
            let masked = match table.columns[place.column].leaves[place.leaf].outcome {
                Outcome::Untouched => values,
                _ => distinct::apply(&*rule.method, &values, &context)
                    .map_err(|error| MaskError::Method(place.path.clone(), error))?,
            };
            standing.names().add(at, &masked, &structures, &mut names);
        }
        Ok(names)
    }
}

/// Masks a batch of a column.
///
/// # Errors
/// Where a method fails on a value, or the column cannot be put together again.
pub fn mask(table: &TablePlan, column: &ColumnPlan, masks: &Masks, batch: RawBatch) -> Result<MaskedBatch, MaskError> {
    let rows = batch.rows();
    let mut work = Work::new(table, masks, &column.leaves, &batch);
    let array = work.field(&batch.array, &column.field, column.output.as_deref())?;
    let raw = has_inner(table, &column.leaves).then(|| batch.array.clone());
    Ok(MaskedBatch { array, rows, leaves: work.masked, unique: work.unique, raw })
}

/// Masks the distinct values of a leaf, each once.
///
/// # Errors
/// Where its method fails on a value.
pub fn mask_distinct(
    table: &TablePlan,
    leaf: &LeafPlan,
    masks: &Masks,
    batch: &RawBatch,
) -> Result<MaskedBatch, MaskError> {
    let mut work = Work::new(table, masks, std::slice::from_ref(leaf), batch);
    let array = work.leaf(&batch.array)?;
    let raw = has_inner(table, std::slice::from_ref(leaf)).then(|| batch.array.clone());
    Ok(MaskedBatch { array, rows: batch.rows(), leaves: work.masked, unique: work.unique, raw })
}

/// Whether some leaf's method is made of others.
fn has_inner(table: &TablePlan, leaves: &[LeafPlan]) -> bool {
    let rules = leaves.iter().filter_map(|plan| table.schema.columns.get(&plan.leaf.path));
    rules.into_iter().any(|rule| !rule.method.inner().is_none())
}

struct Work<'p> {
    table: &'p TablePlan,
    masks: &'p Masks,
    plans: Iter<'p, LeafPlan>,
    masked: Vec<Masked>,
    unique: Vec<(usize, ArrayRef)>,
    /// The leaves that methods look at.
    beside: &'p [ArrayRef],
    /// The row of each value at hand, where it stands in a list and somebody needs to know.
    rows: Option<UInt32Array>,
}

impl<'p> Work<'p> {
    fn new(table: &'p TablePlan, masks: &'p Masks, leaves: &'p [LeafPlan], batch: &'p RawBatch) -> Self {
        let masked = Vec::with_capacity(leaves.len());
        Work { table, masks, plans: leaves.iter(), masked, unique: Vec::new(), beside: &batch.beside, rows: None }
    }

    /// Masks the items of a list, whose rows are those of the lists that hold them.
    fn items(
        &mut self,
        values: &ArrayRef,
        item: &Field,
        output: Option<&Field>,
        list_of: impl Fn() -> Vec<u32>,
    ) -> Result<Option<ArrayRef>, MaskError> {
        if self.beside.is_empty() {
            return self.field(values, item, output);
        }
        let lists = UInt32Array::from(list_of());
        let inner = match &self.rows {
            None => lists,
            Some(rows) => take(rows, &lists, None)?.as_primitive().clone(),
        };
        let outer = self.rows.replace(inner);
        let masked = self.field(values, item, output);
        self.rows = outer;
        masked
    }

    /// The array of a field after its methods; `output` is the field it becomes, none where it is removed.
    fn field(
        &mut self,
        array: &ArrayRef,
        field: &Field,
        output: Option<&Field>,
    ) -> Result<Option<ArrayRef>, MaskError> {
        let output = output.map(Field::data_type);
        match field.data_type() {
            DataType::Struct(fields) => self.structure(array.as_struct(), fields, output),
            DataType::List(item) => self.list::<i32>(array.as_list(), item, output),
            DataType::LargeList(item) => self.list::<i64>(array.as_list(), item, output),
            DataType::FixedSizeList(item, _) => self.fixed_list(array.as_fixed_size_list(), item, output),
            DataType::Map(..) => self.map(array.as_map(), output),
            _ => self.leaf(array),
        }
    }

    fn structure(
        &mut self,
        array: &StructArray,
        fields: &Fields,
        output: Option<&DataType>,
    ) -> Result<Option<ArrayRef>, MaskError> {
        let into = output.and_then(|output| if let DataType::Struct(into) = output { Some(into) } else { None });
        let mut kept = into.into_iter().flatten().peekable();
        let mut arrays = Vec::with_capacity(fields.len());
        for (column, field) in array.columns().iter().zip(fields) {
            // Names are unique (the plan sees to it), so the next kept field is this one or a later one.
            let becomes = kept.next_if(|kept| kept.name() == field.name());
            let column = within(array, column).ok_or(MaskError::Shape)?;
            arrays.extend(self.field(&column, field, becomes.map(AsRef::as_ref))?);
        }
        let Some(into) = into else { return Ok(None) };
        let rebuilt = StructArray::try_new_with_length(into.clone(), arrays, array.nulls().cloned(), array.len())?;
        Ok(Some(Arc::new(rebuilt)))
    }

    fn list<O: OffsetSizeTrait>(
        &mut self,
        array: &GenericListArray<O>,
        item: &Field,
        output: Option<&DataType>,
    ) -> Result<Option<ArrayRef>, MaskError> {
        let into = output.and_then(item_of);
        let (offsets, items) = own_items(array.offsets(), array.values());
        let values = self.items(&items, item, into.map(AsRef::as_ref), || list_of(offsets.lengths()))?;
        let Some((into, values)) = into.zip(values) else { return Ok(None) };
        Ok(Some(Arc::new(GenericListArray::try_new(into.clone(), offsets, values, array.nulls().cloned())?)))
    }

    fn fixed_list(
        &mut self,
        array: &FixedSizeListArray,
        item: &Field,
        output: Option<&DataType>,
    ) -> Result<Option<ArrayRef>, MaskError> {
        let into = output.and_then(item_of);
        let length = array.value_length() as usize;
        let list_of = || list_of(std::iter::repeat_n(length, array.len()));
        let values = self.items(array.values(), item, into.map(AsRef::as_ref), list_of)?;
        let Some((into, values)) = into.zip(values) else { return Ok(None) };
        Ok(Some(Arc::new(FixedSizeListArray::try_new(
            into.clone(),
            array.value_length(),
            values,
            array.nulls().cloned(),
        )?)))
    }

    fn map(&mut self, array: &MapArray, output: Option<&DataType>) -> Result<Option<ArrayRef>, MaskError> {
        let key = self.plans.as_slice().first();
        let into = output
            .and_then(|output| if let DataType::Map(into, sorted) = output { Some((into, *sorted)) } else { None });
        let entries: ArrayRef = Arc::new(array.entries().clone());
        let (offsets, mut pairs) = own_items(array.offsets(), &entries);
        if let Some((into, _)) = into {
            pairs = Arc::new(renamed(pairs.as_struct(), into)?);
        }
        let entries = &Field::new("key_value", pairs.data_type().clone(), false);
        let into_pairs = into.map(|(into, _)| into.as_ref());
        let values = self.items(&pairs, entries, into_pairs, || list_of(offsets.lengths()))?;
        let Some(((into, sorted), values)) = into.zip(values) else { return Ok(None) };
        let (values, nulls) = (values.as_struct().clone(), array.nulls().cloned());
        let rebuilt = MapArray::try_new(into.clone(), offsets, values, nulls, sorted)?;
        if !keys_differ(&rebuilt, pairs.as_struct().column(0))? {
            return Err(key.map_or(MaskError::Shape, |key| self.equal_keys(key)));
        }
        Ok(Some(Arc::new(rebuilt)))
    }

    fn equal_keys(&self, key: &LeafPlan) -> MaskError {
        let method = self.table.schema.columns.get(&key.leaf.path).map_or("", |rule| rule.entry.name);
        let what = "it becomes equal to another key of its map; `pseudonym` makes other keys of other ones";
        MaskError::Method(key.leaf.path.clone(), ApplyError::Value { method, what })
    }

    /// The leaves that a leaf's method looks at, a value for each of its own.
    fn beside_of(&self, plan: &LeafPlan) -> Result<Vec<ArrayRef>, MaskError> {
        let at_rows = |place: &usize| {
            let beside = self.beside.get(*place).ok_or(MaskError::Shape)?;
            match &self.rows {
                None => Ok(beside.clone()),
                Some(rows) => Ok(take(beside, rows, None)?),
            }
        };
        plan.beside.iter().map(at_rows).collect()
    }

    fn leaf(&mut self, array: &ArrayRef) -> Result<Option<ArrayRef>, MaskError> {
        let plan = self.plans.next().ok_or(MaskError::Shape)?;
        let path = &plan.leaf.path;
        let method = self.table.schema.columns.get(path).map(|rule| rule.method.as_ref()).ok_or(MaskError::Shape)?;
        let masked = match plan.outcome {
            Outcome::Removed => None,
            Outcome::Untouched => Some(array.clone()),
            Outcome::Becomes { .. } => {
                let beside = self.beside_of(plan)?;
                let Masks { keys, taken, known, .. } = self.masks;
                let context = Context { keys, taken, known, beside: &beside };
                let done = distinct::apply(method, array, &context);
                Some(done.map_err(|error| MaskError::Method(path.clone(), error))?)
            }
        };
        let after = masked.as_ref().unwrap_or(array);
        if plan.is_unique {
            self.unique.push((self.masked.len(), after.clone()));
        }
        self.masked.push(Masked {
            values_before: array.len(),
            values_after: after.len(),
            nulls_before: array.logical_null_count(),
            nulls_after: after.logical_null_count(),
        });
        Ok(masked)
    }
}

/// The pairs of a map whose two sides have the names that they will have: those of their source do not leave.
fn renamed(pairs: &StructArray, into: &Field) -> Result<StructArray, MaskError> {
    let DataType::Struct(into) = into.data_type() else { return Err(MaskError::Shape) };
    let names = into.iter().zip(pairs.fields()).map(|(into, field)| field.as_ref().clone().with_name(into.name()));
    Ok(StructArray::try_new(names.collect(), pairs.columns().to_vec(), pairs.nulls().cloned())?)
}

/// Whether no two keys of a map have become equal: readers would lose one of their entries, or refuse the column.
fn keys_differ(maps: &MapArray, before: &ArrayRef) -> Result<bool, ArrowError> {
    if Arc::ptr_eq(before, maps.keys()) {
        return Ok(true);
    }
    let [was, is] = [before, maps.keys()].map(|keys| make_comparator(keys, keys, SortOptions::default()));
    let (was, is) = (was?, is?);
    let (mut order, mut differ) = (Vec::new(), true);
    let entries = maps.offsets().windows(2).enumerate().filter(|(row, _)| maps.is_valid(*row));
    entries.for_each(|(_, ends)| {
        order.clear();
        order.extend(ends[0] as usize..ends[1] as usize);
        order.sort_unstable_by(|one, other| is(*one, *other));
        differ &= order.windows(2).all(|pair| is(pair[0], pair[1]).is_ne() || was(pair[0], pair[1]).is_eq());
    });
    Ok(differ)
}

/// The items that the rows at hand hold, and where each row's begin. Rows cut out of a batch still carry all items of it, and a
/// method that sees many at once would take those of other rows for theirs.
fn own_items<O: OffsetSizeTrait>(offsets: &OffsetBuffer<O>, items: &ArrayRef) -> (OffsetBuffer<O>, ArrayRef) {
    let (first, last) = (offsets[0].as_usize(), offsets[offsets.len() - 1].as_usize());
    if first == 0 && last == items.len() {
        return (offsets.clone(), items.clone());
    }
    (OffsetBuffer::from_lengths(offsets.lengths()), items.slice(first, last - first))
}

/// The list of each item.
fn list_of(lengths: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut lists = Vec::new();
    lengths.enumerate().for_each(|(list, length)| lists.resize(lists.len() + length, list as u32));
    lists
}

fn item_of(data_type: &DataType) -> Option<&FieldRef> {
    match data_type {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => Some(item),
        _ => None,
    }
}
