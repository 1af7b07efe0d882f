//! `constant`: every value becomes the same one; nulls stay.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Decimal256Array, FixedSizeBinaryArray, LargeBinaryArray, StringArray,
    UInt32Array,
};
use arrow::compute::take;
use arrow::datatypes::{DataType, i256};

use super::values::{Quantity, Unit, Wholes, is_text, one_float, one_whole};
use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported, options_text};
use crate::document::{Fault, Scalar, Section};

pub const ENTRY: Entry = Entry {
    name: "constant",
    version: 1,
    summary: "Replaces every value with the same one; nulls stay.",
    options: &[(
        "value",
        "required; a value of the column's type: text in quotes, or a number, true, a date or a time",
    )],
    keying: Keying::Keyless,
    examples: &[
        r#"{ class = "direct", method = "constant", value = "somebody" }"#,
        r#"{ class = "sensitive", method = "constant", value = 0 }"#,
        r#"{ class = "sensitive", method = "constant", value = 9.5 }"#,
        r#"{ class = "sensitive", method = "constant", value = false }"#,
        r#"{ class = "quasi", method = "constant", value = 2000-01-01 }"#,
        r#"{ class = "quasi", method = "constant", value = 12:00:00 }"#,
    ],
    parse,
};

struct Constant(Value);

enum Value {
    Text(String),
    Truth(bool),
    Quantity(Quantity),
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let value = match section.required("value")? {
        Scalar::Text(text) => Value::Text(text),
        Scalar::Truth(truth) => Value::Truth(truth),
        scalar => match Quantity::of(&scalar) {
            Some(quantity) => Value::Quantity(quantity),
            None => return Err(section.fault_at("value", "`value` has more digits than 128 bits hold", None)),
        },
    };
    Ok(Box::new(Constant(value)))
}

impl Constant {
    /// An array of the value alone; none where it is none of the type.
    fn one(&self, data_type: &DataType) -> Option<ArrayRef> {
        match &self.0 {
            Value::Text(text) => one_text(data_type, text),
            Value::Truth(truth) if *data_type == DataType::Boolean => Some(Arc::new(BooleanArray::from(vec![*truth]))),
            Value::Truth(_) => None,
            Value::Quantity(quantity) => one_quantity(data_type, quantity),
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

fn refusal(data_type: &DataType) -> Unsupported {
    let way_out = "its `value` is none of that type; write text in quotes, and all others without";
    Unsupported { method: ENTRY.name, data_type: data_type.clone(), way_out }
}

impl Method for Constant {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        let one = self.one(input).ok_or_else(|| refusal(input))?;
        Ok(Outcome::becomes(one.data_type().clone()))
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        let one = self.one(input.data_type()).ok_or_else(|| refusal(input.data_type()))?;
        let rows = UInt32Array::new(vec![0; input.len()].into(), input.logical_nulls());
        take(&one, &rows, None).map_err(|_| ApplyError::TooLong { rows: input.len() })
    }

    fn can_return_input(&self, _: &DataType) -> bool {
        true
    }

    fn words(&self) -> String {
        format!("every value replaced with {}", self.0.written())
    }

    fn options(&self) -> String {
        options_text(&[("value", &self.0.written())])
    }
}

impl Value {
    /// As in a schema: text in quotes.
    fn written(&self) -> String {
        match self {
            Value::Text(text) => format!("{text:?}"),
            Value::Truth(truth) => truth.to_string(),
            Value::Quantity(quantity) => quantity.to_string(),
        }
    }
}
