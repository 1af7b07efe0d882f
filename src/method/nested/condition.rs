//! Conditions on the value of a column, by which a row's method is chosen.
//!
//! As in SQL, a null fulfils nothing but `null = true`. What is no number (NaN) is equal to none, and neither less nor greater.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Date32Array, Int64Array, Scalar as One, StringArray, make_array};
use arrow::buffer::BooleanBuffer;
use arrow::compute::cast;
use arrow::compute::kernels::cmp::{eq, gt, lt};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use serde_json::{Map, Value, json};

use crate::document::{Fault, Literal, Section};
use crate::method::ApplyError;
use crate::method::values::{is_text, map_floats};

/// What must hold of a column's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    Is(Vec<Literal>),
    Not(Vec<Literal>),
    /// The written form of a value, of whatever type the column is.
    Named(String),
    Null,
    Present,
    Less(Literal),
    Greater(Literal),
}

impl Condition {
    /// Takes all conditions of a table.
    ///
    /// # Errors
    /// Where there is none, or a list is empty.
    pub fn take(section: &mut Section<'_>) -> Result<Vec<Self>, Fault> {
        let mut all = Vec::new();
        for (option, of) in [("is", Condition::Is as fn(Vec<Literal>) -> Self), ("not", Condition::Not)] {
            let Some(list) = section.optional::<Vec<Literal>>(option)? else { continue };
            if list.is_empty() {
                return Err(section.fault_at(option, format!("`{option}` is empty"), None));
            }
            all.push(of(list));
        }
        all.extend(
            section.optional::<bool>("null")?.map(|null| if null { Condition::Null } else { Condition::Present }),
        );
        all.extend(section.optional("less")?.map(Condition::Less));
        all.extend(section.optional("greater")?.map(Condition::Greater));
        match all.as_slice() {
            [] => {
                Err(section.fault("there is no condition", "use `is`, `not`, `null`, `less` or `greater`".to_owned()))
            }
            [_, _, ..] if all.contains(&Condition::Null) => {
                Err(section.fault_at("null", "a null fulfils no other condition", None))
            }
            _ => Ok(all),
        }
    }

    /// Whether it can be asked of values of this type.
    pub fn takes(&self, data_type: &DataType) -> bool {
        match self {
            Condition::Null | Condition::Present => true,
            Condition::Named(name) => named(name, data_type).is_some(),
            Condition::Is(list) | Condition::Not(list) => list.iter().all(|scalar| one(scalar, data_type).is_some()),
            Condition::Less(bound) | Condition::Greater(bound) => {
                !matches!(bound, Literal::Text(_) | Literal::Flag(_)) && one(bound, data_type).is_some()
            }
        }
    }

    /// The rows whose values fulfil it.
    ///
    /// # Errors
    /// Where it cannot be asked of the type.
    pub fn holds(&self, column: &ArrayRef) -> Result<BooleanBuffer, ApplyError> {
        let present =
            || column.logical_nulls().map_or_else(|| BooleanBuffer::new_set(column.len()), |n| n.into_inner());
        let data_type = column.data_type();
        match self {
            Condition::Present => Ok(present()),
            Condition::Null => Ok(!&present()),
            Condition::Named(name) => compare(eq, column, named(name, data_type)),
            Condition::Is(list) => any(list, column),
            Condition::Not(list) => Ok(&!&any(list, column)? & &present()),
            Condition::Less(bound) => compare(lt, column, one(bound, data_type)),
            Condition::Greater(bound) => compare(gt, column, one(bound, data_type)),
        }
    }

    /// The same in plain words, behind the name of the column.
    pub fn words(&self) -> String {
        let list =
            |list: &[Literal]| list.iter().map(|scalar| value(scalar).to_string()).collect::<Vec<_>>().join(" or ");
        match self {
            Condition::Is(of) => format!("is {}", list(of)),
            Condition::Not(of) => format!("is not {}", list(of)),
            Condition::Named(name) => format!("is {name:?}"),
            Condition::Null => "is null".to_owned(),
            Condition::Present => "is not null".to_owned(),
            Condition::Less(bound) => format!("is less than {}", value(bound)),
            Condition::Greater(bound) => format!("is greater than {}", value(bound)),
        }
    }

    /// What fixes its meaning, as an option of its table.
    pub fn mean(&self, meaning: &mut Map<String, Value>) {
        let (option, value) = match self {
            Condition::Is(list) => ("is", sorted(list)),
            Condition::Not(list) => ("not", sorted(list)),
            Condition::Named(name) => ("named", name.as_str().into()),
            Condition::Null => ("null", true.into()),
            Condition::Present => ("null", false.into()),
            Condition::Less(bound) => ("less", value(bound)),
            Condition::Greater(bound) => ("greater", value(bound)),
        };
        meaning.insert(option.to_owned(), value);
    }
}

fn value(scalar: &Literal) -> Value {
    match scalar {
        Literal::Text(text) => text.as_str().into(),
        Literal::Whole(number) => (*number).into(),
        Literal::Flag(flag) => (*flag).into(),
        Literal::Day(day) => json!({ "day": day.to_string() }),
    }
}

fn sorted(list: &[Literal]) -> Value {
    let mut values: Vec<_> = list.iter().map(value).collect();
    values.sort_by_key(Value::to_string);
    values.dedup();
    values.into()
}

fn any(list: &[Literal], column: &ArrayRef) -> Result<BooleanBuffer, ApplyError> {
    let mut found = BooleanBuffer::new_unset(column.len());
    for scalar in list {
        found = &found | &compare(eq, column, one(scalar, column.data_type()))?;
    }
    Ok(found)
}

type Kernel = fn(&dyn arrow::array::Datum, &dyn arrow::array::Datum) -> Result<BooleanArray, ArrowError>;

fn compare(kernel: Kernel, column: &ArrayRef, with: Option<ArrayRef>) -> Result<BooleanBuffer, ApplyError> {
    let with = One::new(with.ok_or(ApplyError::Beside)?);
    let found = kernel(&in_order(column), &with).map_err(|_| ApplyError::Beside)?;
    let (values, nulls) = found.into_parts();
    Ok(nulls.map_or(values.clone(), |nulls| &values & nulls.inner()))
}

/// The values as people compare them. The kernels order floating-point numbers by all of their bits: there a zero with a sign is
/// less than zero, and what is no number is more than all numbers, or less.
fn in_order(column: &ArrayRef) -> ArrayRef {
    match column.data_type().is_floating() {
        true => map_floats(column, |_, number| (!number.is_nan()).then_some(number)),
        false => column.clone(),
    }
}

/// The scalar as one value of a column's type; none where no value of that type is equal to it.
fn one(scalar: &Literal, data_type: &DataType) -> Option<ArrayRef> {
    let (given, takes): (ArrayRef, bool) = match scalar {
        Literal::Text(text) => (Arc::new(StringArray::from(vec![text.as_str()])), is_text(data_type)),
        Literal::Whole(number) => (Arc::new(Int64Array::from(vec![*number])), data_type.is_numeric()),
        Literal::Flag(flag) => (Arc::new(BooleanArray::from(vec![*flag])), *data_type == DataType::Boolean),
        Literal::Day(day) => return of_day(*day, data_type),
    };
    let there = cast(&given, data_type).ok().filter(|one| takes && one.is_valid(0))?;
    // A type that rounds holds a neighbour of it.
    let back = cast(&there, given.data_type()).ok()?;
    (back == given).then_some(there)
}

/// A day, or its first moment in UTC.
fn of_day(day: jiff::civil::Date, data_type: &DataType) -> Option<ArrayRef> {
    let since = day.since(jiff::civil::date(1970, 1, 1)).ok()?.get_days();
    let day: ArrayRef = Arc::new(Date32Array::from(vec![since]));
    match data_type {
        DataType::Date32 => Some(day),
        DataType::Timestamp(unit, _) => {
            let moment = cast(&day, &DataType::Timestamp(*unit, None)).ok().filter(|moment| moment.is_valid(0))?;
            moment.to_data().into_builder().data_type(data_type.clone()).build().ok().map(make_array)
        }
        _ => None,
    }
}

/// The value that is written so.
fn named(name: &str, data_type: &DataType) -> Option<ArrayRef> {
    let whole = name.parse().ok().filter(|whole: &i64| whole.to_string() == name).map(Literal::Whole);
    let flag = name.parse().ok().map(Literal::Flag);
    let written = [Some(Literal::Text(name.to_owned())), whole, flag];
    written.iter().flatten().find_map(|scalar| one(scalar, data_type))
}

#[cfg(test)]
mod tests {
    use arrow::array::{Decimal128Array, Float64Array, Int8Array, TimestampSecondArray};

    use super::*;

    fn rows(condition: &Condition, column: ArrayRef) -> Vec<usize> {
        assert!(condition.takes(column.data_type()));
        condition.holds(&column).expect("it can be asked").set_indices().collect()
    }

    fn text(text: &str) -> Literal {
        Literal::Text(text.to_owned())
    }

    #[test]
    fn null_fulfils_nothing_but_null() {
        let column: ArrayRef = Arc::new(StringArray::from(vec![Some("FI"), None, Some("SE")]));
        let of = |condition| rows(&condition, column.clone());
        assert_eq!(of(Condition::Is(vec![text("SE"), text("FI")])), [0, 2]);
        assert_eq!(of(Condition::Not(vec![text("SE")])), [0]);
        assert_eq!(of(Condition::Null), [1]);
        assert_eq!(of(Condition::Present), [0, 2]);
        assert_eq!(of(Condition::Named("FI".to_owned())), [0]);
    }

    #[test]
    fn zero_has_no_sign_and_no_number_is_neither_less_nor_greater() {
        let column: ArrayRef = Arc::new(Float64Array::from(vec![
            Some(-0.0),
            Some(0.0),
            Some(f64::NAN),
            Some(-f64::NAN),
            Some(-1.5),
            None,
        ]));
        let of = |condition| rows(&condition, column.clone());
        assert_eq!(of(Condition::Is(vec![Literal::Whole(0)])), [0, 1]);
        assert_eq!(of(Condition::Named("0".to_owned())), [0, 1]);
        assert_eq!(of(Condition::Not(vec![Literal::Whole(0)])), [2, 3, 4]);
        assert_eq!(of(Condition::Less(Literal::Whole(0))), [4]);
        assert_eq!(of(Condition::Greater(Literal::Whole(-1))), [0, 1]);
        assert_eq!(of(Condition::Present), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn numbers_and_days_are_compared_in_the_type_of_the_column() {
        let small: ArrayRef = Arc::new(Int8Array::from(vec![Some(-5), None, Some(5)]));
        assert_eq!(rows(&Condition::Less(Literal::Whole(0)), small.clone()), [0]);
        assert_eq!(rows(&Condition::Named("5".to_owned()), small.clone()), [2]);
        assert!(!Condition::Less(Literal::Whole(1_000)).takes(&DataType::Int8));
        assert!(!Condition::Is(vec![text("5")]).takes(&DataType::Int8));
        let prices: ArrayRef =
            Arc::new(Decimal128Array::from(vec![499, 500, 501]).with_data_type(DataType::Decimal128(9, 2)));
        assert_eq!(rows(&Condition::Greater(Literal::Whole(5)), prices), [2]);
        assert!(!Condition::Is(vec![Literal::Whole(5)]).takes(&DataType::Decimal128(9, -2)));
        let midnight = jiff::civil::date(1970, 1, 2);
        let moments = TimestampSecondArray::from(vec![86_399, 86_400, 86_401]).with_timezone("Europe/Helsinki");
        assert_eq!(rows(&Condition::Less(Literal::Day(midnight)), Arc::new(moments)), [0]);
        let days: ArrayRef = Arc::new(Date32Array::from(vec![0, 1, 2]));
        assert_eq!(rows(&Condition::Greater(Literal::Day(midnight)), days), [2]);
    }
}
