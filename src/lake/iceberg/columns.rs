//! The columns of an Iceberg table as Arrow has them, and single values of them.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Decimal128Array, FixedSizeBinaryArray, Float32Array, Float64Array, Int32Array,
    Int64Array, StringArray,
};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, Fields, TimeUnit};
use iceberg::spec::{Literal, NestedField, PrimitiveLiteral, PrimitiveType, Schema, Type};

use super::super::LakeError;
use super::super::fit::{By, told};
use crate::schema::LeafPath;

/// The columns of a schema, each told by its field id.
///
/// # Errors
/// Where one is of a type that Arrow has not.
pub fn fields(schema: &Schema) -> Result<Fields, LakeError> {
    let columns = schema.as_struct().fields().iter().map(|column| {
        let unknown = || LakeError::Leaf(LeafPath::column(&column.name), "it is of a type that is not supported");
        field(column).map(Arc::new).ok_or_else(unknown)
    });
    columns.collect()
}

fn field(of: &NestedField) -> Option<Field> {
    Some(told(Field::new(&of.name, data_type(&of.field_type)?, !of.required), By::Id(i64::from(of.id))))
}

/// Lists and maps have the names for their inside that Parquet gives them.
fn data_type(of: &Type) -> Option<DataType> {
    Some(match of {
        Type::Primitive(primitive) => scalar(primitive)?,
        Type::Struct(members) => {
            DataType::Struct(members.fields().iter().map(|member| field(member).map(Arc::new)).collect::<Option<_>>()?)
        }
        Type::List(list) => {
            let (item, nullable) = (data_type(&list.element_field.field_type)?, !list.element_field.required);
            DataType::List(Arc::new(Field::new("element", item, nullable)))
        }
        Type::Map(map) => {
            let key = Field::new("key", data_type(&map.key_field.field_type)?, false);
            let value = Field::new("value", data_type(&map.value_field.field_type)?, !map.value_field.required);
            let pair = DataType::Struct(vec![key, value].into());
            DataType::Map(Arc::new(Field::new("key_value", pair, false)), false)
        }
    })
}

fn scalar(of: &PrimitiveType) -> Option<DataType> {
    let utc = || Some("UTC".into());
    Some(match of {
        PrimitiveType::Boolean => DataType::Boolean,
        PrimitiveType::Int => DataType::Int32,
        PrimitiveType::Long => DataType::Int64,
        PrimitiveType::Float => DataType::Float32,
        PrimitiveType::Double => DataType::Float64,
        PrimitiveType::Decimal { precision, scale } => {
            DataType::Decimal128(u8::try_from(*precision).ok()?, i8::try_from(*scale).ok()?)
        }
        PrimitiveType::Date => DataType::Date32,
        PrimitiveType::Time => DataType::Time64(TimeUnit::Microsecond),
        PrimitiveType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        PrimitiveType::Timestamptz => DataType::Timestamp(TimeUnit::Microsecond, utc()),
        PrimitiveType::TimestampNs => DataType::Timestamp(TimeUnit::Nanosecond, None),
        PrimitiveType::TimestamptzNs => DataType::Timestamp(TimeUnit::Nanosecond, utc()),
        PrimitiveType::String => DataType::Utf8,
        PrimitiveType::Uuid => DataType::FixedSizeBinary(16),
        PrimitiveType::Fixed(length) => DataType::FixedSizeBinary(i32::try_from(*length).ok()?),
        PrimitiveType::Binary => DataType::Binary,
    })
}

/// A value of a column as an array of one row; none where the column holds no single value.
///
/// # Errors
/// Where the value is none of the column's type.
pub fn constant(column: &NestedField, value: &Literal) -> Result<Option<ArrayRef>, LakeError> {
    let (Type::Primitive(primitive), Literal::Primitive(value)) = (column.field_type.as_ref(), value) else {
        return Ok(None);
    };
    let what = "an object has a value of it that is none of its type";
    one(primitive, value).map(Some).ok_or_else(|| LakeError::Leaf(LeafPath::column(&column.name), what))
}

fn one(of: &PrimitiveType, value: &PrimitiveLiteral) -> Option<ArrayRef> {
    let to = scalar(of)?;
    let array: ArrayRef = match value {
        PrimitiveLiteral::Boolean(value) => Arc::new(BooleanArray::from(vec![*value])),
        PrimitiveLiteral::Int(value) => Arc::new(Int32Array::from(vec![*value])),
        PrimitiveLiteral::Long(value) => Arc::new(Int64Array::from(vec![*value])),
        PrimitiveLiteral::Float(value) => Arc::new(Float32Array::from(vec![value.0])),
        PrimitiveLiteral::Double(value) => Arc::new(Float64Array::from(vec![value.0])),
        PrimitiveLiteral::String(value) => Arc::new(StringArray::from(vec![value.as_str()])),
        PrimitiveLiteral::Binary(value) if to == DataType::Binary => {
            Arc::new(BinaryArray::from(vec![value.as_slice()]))
        }
        PrimitiveLiteral::Binary(value) => {
            Arc::new(FixedSizeBinaryArray::try_from_iter(std::iter::once(value.as_slice())).ok()?)
        }
        PrimitiveLiteral::Int128(value) => {
            let DataType::Decimal128(precision, scale) = to else { return None };
            Arc::new(Decimal128Array::from(vec![*value]).with_precision_and_scale(precision, scale).ok()?)
        }
        PrimitiveLiteral::UInt128(value) => {
            Arc::new(FixedSizeBinaryArray::try_from_iter(std::iter::once(value.to_be_bytes())).ok()?)
        }
        PrimitiveLiteral::AboveMax | PrimitiveLiteral::BelowMin => return None,
    };
    let cast = cast_with_options(&array, &to, &CastOptions { safe: false, ..CastOptions::default() }).ok()?;
    (*cast.data_type() == to).then_some(cast)
}
