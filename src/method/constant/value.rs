//! One value, as an array of any type that holds it.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Decimal256Array, FixedSizeBinaryArray, LargeBinaryArray, StringArray,
};
use arrow::datatypes::{DataType, i256};

use crate::document::Scalar;
use crate::method::values::{Quantity, Unit, Wholes, is_text, one_float, one_whole};

/// As a schema gives it.
pub enum Value {
    Text(String),
    Truth(bool),
    Quantity(Quantity),
}

impl Value {
    /// The value that is written; none where it is a number that 128 bits do not hold, or none at all.
    pub fn of(scalar: Scalar) -> Option<Self> {
        match scalar {
            Scalar::Text(text) => Some(Value::Text(text)),
            Scalar::Truth(truth) => Some(Value::Truth(truth)),
            number_or_time => Quantity::of(&number_or_time).map(Value::Quantity),
        }
    }

    /// An array of the value alone; none where it is none of the type.
    pub fn one(&self, data_type: &DataType) -> Option<ArrayRef> {
        match self {
            Value::Text(text) => one_text(data_type, text),
            Value::Truth(truth) if *data_type == DataType::Boolean => Some(Arc::new(BooleanArray::from(vec![*truth]))),
            Value::Truth(_) => None,
            Value::Quantity(quantity) => one_quantity(data_type, quantity),
        }
    }

    /// The text that it is, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    /// As in a schema: text in quotes.
    pub fn written(&self) -> String {
        match self {
            Value::Text(text) => format!("{text:?}"),
            Value::Truth(truth) => truth.to_string(),
            Value::Quantity(quantity) => quantity.to_string(),
        }
    }
}

fn one_text(data_type: &DataType, text: &str) -> Option<ArrayRef> {
    match data_type {
        text_type if is_text(text_type) => Some(Arc::new(StringArray::from_iter_values([text]))),
        DataType::Binary => Some(Arc::new(BinaryArray::from_iter_values([text]))),
        DataType::LargeBinary => Some(Arc::new(LargeBinaryArray::from_iter_values([text]))),
        DataType::FixedSizeBinary(length) if usize::try_from(*length) == Ok(text.len()) => {
            FixedSizeBinaryArray::try_from_iter([text].into_iter()).ok().map(|array| Arc::new(array) as ArrayRef)
        }
        _ => None,
    }
}

fn one_quantity(data_type: &DataType, quantity: &Quantity) -> Option<ArrayRef> {
    if let DataType::Decimal256(precision, scale) = data_type {
        let digits = i256::from_i128(quantity.exactly(Unit::Number { scale: (*scale).into() })?);
        let array = Decimal256Array::from(vec![digits]).with_precision_and_scale(*precision, *scale).ok()?;
        return array.validate_decimal_precision(*precision).ok().map(|()| Arc::new(array) as ArrayRef);
    }
    match Wholes::of(data_type) {
        Some(wholes) => {
            let value = quantity.exactly(wholes.unit)?;
            (wholes.least..=wholes.greatest).contains(&value).then(|| one_whole(data_type, value))
        }
        None => one_float(data_type, quantity.float()?),
    }
}
