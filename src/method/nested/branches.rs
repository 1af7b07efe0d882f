//! Rows of a batch, each by the method that is chosen for it.

use arrow::array::{Array, ArrayRef, UInt32Array, new_empty_array, new_null_array};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{cast, interleave, take};
use arrow::datatypes::DataType;

use super::condition::Condition;
use super::otherwise::Otherwise;
use super::{Nested, Shares};
use crate::method::values::is_text;
use crate::method::{ApplyError, Beside, Context, Nulls, Outcome, Unsupported};

/// A method, and the rows it is for.
pub struct Branch {
    /// The column that is asked, by its place among [`Branches::columns`].
    pub column: usize,
    /// All of them must hold.
    pub conditions: Vec<Condition>,
    pub nested: Nested,
}

/// Methods for rows; the first whose conditions hold is taken.
pub struct Branches {
    pub method: &'static str,
    pub columns: Vec<String>,
    pub branches: Vec<Branch>,
    pub otherwise: Otherwise,
}

impl Branches {
    /// The methods in the order in which their columns stand behind those of the conditions.
    pub fn inner(&self) -> Vec<&Nested> {
        self.branches.iter().map(|branch| &branch.nested).chain(self.otherwise.nested()).collect()
    }

    /// What becomes of a type: the one type that all methods make of it.
    ///
    /// # Errors
    /// Where one does not take it, or removes the leaf, or they make several types.
    pub fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        let refused = |way_out| Unsupported { method: self.method, data_type: input.clone(), way_out };
        let inner = self.inner();
        let plans = inner.iter().map(|nested| nested.makes(input)).collect::<Result<Option<Vec<_>>, _>>();
        let plans = plans.map_err(|_| refused("one of its methods does not take it; each must"))?;
        let plans = plans.ok_or_else(|| refused("a value cannot be left out where others stay; use `null`"))?;
        let untouched = |nested: &&Nested| nested.method.plan(input) == Ok(Outcome::Untouched);
        if self.otherwise.nested().is_some() && inner.iter().all(untouched) {
            return Ok(Outcome::Untouched);
        }
        let first = plans.first().map_or(input, |(data_type, _)| data_type);
        let data_type = match () {
            () if plans.iter().all(|(data_type, _)| data_type == first) => first.clone(),
            () if plans.iter().all(|(data_type, _)| is_text(data_type)) => DataType::Utf8,
            () => return Err(refused("its methods make different types of it; they must make one")),
        };
        let kept = plans.iter().all(|(_, nulls)| *nulls == Nulls::Kept) && !matches!(self.otherwise, Otherwise::Null);
        Ok(Outcome::Becomes { data_type, nulls: if kept { Nulls::Kept } else { Nulls::Added } })
    }

    /// The columns of the conditions, then those of the methods.
    pub fn beside(&self) -> Vec<Beside> {
        let asked = self.columns.iter().cloned().map(Beside::Column);
        asked.chain(super::beside(&self.inner())).collect()
    }

    /// Whether the conditions can be asked of the columns, and the methods take theirs.
    ///
    /// # Errors
    /// Where one cannot.
    pub fn plan_beside(&self, types: &[DataType]) -> Result<(), Unsupported> {
        let (asked, rest) = types.split_at(self.columns.len().min(types.len()));
        for branch in &self.branches {
            let Some(data_type) = asked.get(branch.column) else { continue };
            if !branch.conditions.iter().all(|condition| condition.takes(data_type)) {
                let way_out = "one of its conditions compares a column of this type with a value that is never in it";
                return Err(Unsupported { method: self.method, data_type: data_type.clone(), way_out });
            }
        }
        super::plan_beside(&self.inner(), rest)
    }

    /// Treats a batch: the rows of each method together, in one call.
    ///
    /// # Errors
    /// Where the plan refuses the type, a method fails, or a value that no condition holds for is refused.
    pub fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        let target = match self.plan(input.data_type())? {
            Outcome::Becomes { data_type, .. } => data_type,
            _ => return Ok(input.clone()),
        };
        let (asked, rest) = context.beside.split_at_checked(self.columns.len()).ok_or(ApplyError::Beside)?;
        let chosen = Chosen::of(self, input.len(), asked)?;
        let mut shares = Shares(rest);
        let mut made = Vec::with_capacity(self.branches.len() + 1);
        for (nested, rows) in self.inner().into_iter().zip(&chosen.rows) {
            let own = Context { beside: shares.of(nested)?, ..*context };
            made.push(treat(nested, input, rows, &own, &target)?);
        }
        if self.otherwise.nested().is_none() {
            let rows = chosen.rows.last().ok_or(ApplyError::Beside)?;
            made.push(self.without_method(input, rows, &target)?);
        }
        chosen.together(&made, input.len())
    }

    fn without_method(&self, input: &ArrayRef, rows: &UInt32Array, to: &DataType) -> Result<ArrayRef, ApplyError> {
        let refuses = matches!(self.otherwise, Otherwise::Refuse);
        if refuses && rows.values().iter().any(|row| input.is_valid(*row as usize)) {
            return Err(ApplyError::Value { method: self.method, what: "no condition holds for its row" });
        }
        Ok(new_null_array(to, rows.len()))
    }
}

fn treat(
    nested: &Nested,
    input: &ArrayRef,
    rows: &UInt32Array,
    context: &Context,
    to: &DataType,
) -> Result<ArrayRef, ApplyError> {
    if rows.is_empty() {
        return Ok(new_empty_array(to));
    }
    let too_long = |_| ApplyError::TooLong { rows: input.len() };
    let made = nested.apply(&take(input, rows, None).map_err(too_long)?, rows, context)?;
    if made.data_type() == to { Ok(made) } else { cast(&made, to).map_err(too_long) }
}

/// Which method each row gets.
struct Chosen {
    /// By branch, and behind them what no branch is for.
    rows: Vec<UInt32Array>,
    of_rows: Vec<u32>,
}

impl Chosen {
    fn of(branches: &Branches, rows: usize, asked: &[ArrayRef]) -> Result<Self, ApplyError> {
        let mut of_rows = vec![branches.branches.len() as u32; rows];
        let mut open = BooleanBuffer::new_set(rows);
        for (index, branch) in branches.branches.iter().enumerate() {
            let column = asked.get(branch.column).filter(|column| column.len() == rows).ok_or(ApplyError::Beside)?;
            let mut holds = open.clone();
            for condition in &branch.conditions {
                holds = &holds & &condition.holds(column)?;
            }
            holds.set_indices().for_each(|row| of_rows[row] = index as u32);
            open = &open & &!&holds;
        }
        let mut counts = vec![0; branches.branches.len() + 1];
        of_rows.iter().for_each(|choice| counts[*choice as usize] += 1);
        let mut lists: Vec<Vec<u32>> = counts.into_iter().map(Vec::with_capacity).collect();
        of_rows.iter().zip(0..).for_each(|(choice, row)| lists[*choice as usize].push(row));
        Ok(Chosen { rows: lists.into_iter().map(UInt32Array::from).collect(), of_rows })
    }

    /// The values of all methods in the order of the rows.
    fn together(&self, made: &[ArrayRef], rows: usize) -> Result<ArrayRef, ApplyError> {
        if let Some(all) = made.iter().find(|array| array.len() == rows) {
            return Ok(all.clone());
        }
        let mut next = vec![0; made.len()];
        let place = |choice: &u32| {
            let choice = *choice as usize;
            next[choice] += 1;
            (choice, next[choice] - 1)
        };
        let places: Vec<_> = self.of_rows.iter().map(place).collect();
        let arrays: Vec<&dyn Array> = made.iter().map(AsRef::as_ref).collect();
        interleave(&arrays, &places).map_err(|_| ApplyError::TooLong { rows })
    }
}
