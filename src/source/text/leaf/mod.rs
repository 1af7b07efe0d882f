//! Leaves: values of one type, built from text, strictly.
//!
//! A text is only taken for a typed value where it is the plain spelling of it: `007`, `+1` and `1.` are no
//! numbers here, as they would leave as another text than they came.

mod moment;
mod number;

use std::sync::Arc;

use arrow::array::{ArrayRef, ArrowPrimitiveType, BooleanBuilder, PrimitiveBuilder, StringBuilder};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};

pub(super) use number::is_number;

/// The text is not a value of the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mismatch;

/// How JSON spells values of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    Text,
    Number,
    Truth,
}

/// Collects the values of one leaf.
pub(super) trait Leaf: Send {
    /// Adds the value that a text spells.
    fn text(&mut self, text: &str) -> Result<(), Mismatch>;

    /// Adds a null.
    fn null(&mut self);

    /// Hands the values over and starts anew.
    fn finish(&mut self) -> ArrayRef;

    /// How JSON spells them.
    fn spelling(&self) -> Spelling;
}

/// Whether every one of these texts is the plain spelling of a value of the type.
pub fn spells<'t>(data_type: &DataType, mut texts: impl Iterator<Item = &'t str>) -> bool {
    leaf(data_type).is_some_and(|mut leaf| texts.all(|text| leaf.text(text).is_ok()))
}

/// The collector for a type; none where text has no plain spelling of it.
pub(super) fn leaf(data_type: &DataType) -> Option<Box<dyn Leaf>> {
    let day = |text: &str| moment::day(text);
    Some(match data_type {
        DataType::Utf8 => Box::new(StringBuilder::new()),
        DataType::Boolean => Box::new(BooleanBuilder::new()),
        DataType::Int8 => parsed::<Int8Type>(data_type, Spelling::Number, number::integer),
        DataType::Int16 => parsed::<Int16Type>(data_type, Spelling::Number, number::integer),
        DataType::Int32 => parsed::<Int32Type>(data_type, Spelling::Number, number::integer),
        DataType::Int64 => parsed::<Int64Type>(data_type, Spelling::Number, number::integer),
        DataType::UInt8 => parsed::<UInt8Type>(data_type, Spelling::Number, number::integer),
        DataType::UInt16 => parsed::<UInt16Type>(data_type, Spelling::Number, number::integer),
        DataType::UInt32 => parsed::<UInt32Type>(data_type, Spelling::Number, number::integer),
        DataType::UInt64 => parsed::<UInt64Type>(data_type, Spelling::Number, number::integer),
        DataType::Float64 => parsed::<Float64Type>(data_type, Spelling::Number, number::float),
        DataType::Decimal128(precision, scale) => {
            let (precision, scale) = (*precision, u8::try_from(*scale).ok()?);
            let decimal = move |text: &str| number::decimal(text, precision, scale);
            parsed::<Decimal128Type>(data_type, Spelling::Number, decimal)
        }
        DataType::Date32 => parsed::<Date32Type>(data_type, Spelling::Text, day),
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let zone = if zone.is_some() { moment::Zone::Given } else { moment::Zone::Absent };
            let instant = move |text: &str| moment::microseconds(text, zone);
            parsed::<TimestampMicrosecondType>(data_type, Spelling::Text, instant)
        }
        _ => return None,
    })
}

impl Leaf for StringBuilder {
    fn text(&mut self, text: &str) -> Result<(), Mismatch> {
        self.append_value(text);
        Ok(())
    }

    fn null(&mut self) {
        self.append_null();
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.finish())
    }

    fn spelling(&self) -> Spelling {
        Spelling::Text
    }
}

impl Leaf for BooleanBuilder {
    fn text(&mut self, text: &str) -> Result<(), Mismatch> {
        match text {
            "true" => self.append_value(true),
            "false" => self.append_value(false),
            _ => return Err(Mismatch),
        }
        Ok(())
    }

    fn null(&mut self) {
        self.append_null();
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.finish())
    }

    fn spelling(&self) -> Spelling {
        Spelling::Truth
    }
}

struct Parsed<T: ArrowPrimitiveType, F> {
    builder: PrimitiveBuilder<T>,
    spelling: Spelling,
    parse: F,
}

fn parsed<T: ArrowPrimitiveType>(
    data_type: &DataType,
    spelling: Spelling,
    parse: impl Fn(&str) -> Option<T::Native> + Send + 'static,
) -> Box<dyn Leaf> {
    Box::new(Parsed { builder: PrimitiveBuilder::<T>::new().with_data_type(data_type.clone()), spelling, parse })
}

impl<T: ArrowPrimitiveType, F: Fn(&str) -> Option<T::Native> + Send> Leaf for Parsed<T, F> {
    fn text(&mut self, text: &str) -> Result<(), Mismatch> {
        self.builder.append_value((self.parse)(text).ok_or(Mismatch)?);
        Ok(())
    }

    fn null(&mut self) {
        self.builder.append_null();
    }

    fn finish(&mut self) -> ArrayRef {
        Arc::new(self.builder.finish())
    }

    fn spelling(&self) -> Spelling {
        self.spelling
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_has_the_declared_type_whatever_it_holds() {
        let zone = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        for data_type in [DataType::Utf8, DataType::Boolean, DataType::Decimal128(7, 2), DataType::Date32, zone] {
            let mut leaf = leaf(&data_type).expect("a leaf");
            leaf.null();
            assert_eq!((leaf.finish().data_type(), leaf.finish().len()), (&data_type, 0));
        }
    }

    #[test]
    fn types_without_a_plain_spelling_have_no_leaf() {
        let negative = DataType::Decimal128(7, -2);
        let seconds = DataType::Timestamp(TimeUnit::Second, None);
        [DataType::Binary, DataType::Float16, negative, seconds].iter().for_each(|data_type| {
            assert!(leaf(data_type).is_none(), "{data_type}");
        });
    }

    #[test]
    fn a_truth_is_true_or_false_in_small_letters() {
        let mut leaf = leaf(&DataType::Boolean).expect("a leaf");
        assert_eq!(["true", "false"].map(|text| leaf.text(text)), [Ok(()); 2]);
        ["True", "TRUE", "1", "yes", "", " true"].iter().for_each(|text| assert_eq!(leaf.text(text), Err(Mismatch)));
    }
}
