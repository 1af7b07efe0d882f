//! INT96: timestamps of the years before Parquet had others, a Julian day and the nanoseconds of it.
//!
//! Nanoseconds since 1970 reach from 1677 to 2262, and a date beyond would become another one; such dates are common,
//! since "for ever" is 9999-12-31. So they are counted in microseconds, as Spark does, which writes most of them.

use std::slice::Iter;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::basic::Type;
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescPtr;

use super::interpreted;

/// The same columns, with their INT96 timestamps in microseconds.
pub(super) fn as_microseconds(arrow: ArrowReaderMetadata) -> Result<ArrowReaderMetadata, ParquetError> {
    let mut leaves = arrow.parquet_schema().columns().iter();
    if leaves.clone().all(|leaf| leaf.physical_type() != Type::INT96) {
        return Ok(arrow);
    }
    let fields: Vec<_> = arrow.schema().fields().iter().map(|field| counted(field, &mut leaves)).collect();
    interpreted(arrow.metadata().clone(), Some(Arc::new(Schema::new(fields))))
}

/// A field whose leaves are the next ones of Parquet.
fn counted(field: &Arc<Field>, leaves: &mut Iter<'_, ColumnDescPtr>) -> Arc<Field> {
    let data_type = match field.data_type() {
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(|field| counted(field, leaves)).collect()),
        DataType::List(item) => DataType::List(counted(item, leaves)),
        DataType::Map(entries, sorted) => DataType::Map(counted(entries, leaves), *sorted),
        leaf => match (leaves.next().map(|leaf| leaf.physical_type()), leaf) {
            (Some(Type::INT96), DataType::Timestamp(_, zone)) => {
                DataType::Timestamp(TimeUnit::Microsecond, zone.clone())
            }
            _ => leaf.clone(),
        },
    };
    Arc::new(field.as_ref().clone().with_data_type(data_type))
}
