//! Safe batches become records again, in the format and packing of their source.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, new_empty_array};
use arrow::compute::concat;
use arrow::datatypes::{DataType, Schema};

use crate::guard::{Clearance, SafeBatch};
use crate::plan::TablePlan;
use crate::schema::{Form, Format};
use crate::sink::{EncodeError, SafePart};
use crate::source::text::{Fault, Packing, TextError, Writer};

/// Why a part cannot be written as records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordsError {
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A value that has no form there; its column is named, and it is not.
    #[error(transparent)]
    Value(TextError),
}

impl From<TextError> for RecordsError {
    fn from(error: TextError) -> Self {
        match error.fault {
            Fault::Inexpressible(_) => RecordsError::Value(error),
            _ => RecordsError::Encode(EncodeError),
        }
    }
}

/// Writes a part whose columns have passed, in the order of the plan; removed ones have no batches.
///
/// `key` is that of the source object: its ending says how it was packed.
///
/// # Errors
/// Where the format cannot hold the rows.
pub fn records(
    table: &TablePlan,
    key: &str,
    columns: Vec<Vec<SafeBatch>>,
    clearance: &Clearance,
) -> Result<SafePart, RecordsError> {
    let Form::Records { format, .. } = &table.schema.form else { return Err(EncodeError.into()) };
    let left =
        table.columns.iter().zip(&columns).filter_map(|(column, batches)| Some((column.output.as_ref()?, batches)));
    let arrays = left.map(|(field, batches)| whole(field.data_type(), batches)).collect::<Result<Vec<_>, _>>()?;
    let schema = Arc::new(Schema::new(table.output()));
    let options = RecordBatchOptions::new().with_row_count(Some(clearance.rows()));
    let batch = RecordBatch::try_new_with_options(schema.clone(), arrays, &options).map_err(|_| EncodeError)?;
    let packed = Packing::of(key).pack(Vec::new()).map_err(|_| EncodeError)?;
    let mut writer = Writer::new(packed, format, schema)?;
    writer.write(&batch)?;
    let packed = writer.finish().map_err(|_| EncodeError)?;
    let bytes = packed.finish().map_err(|_| EncodeError)?;
    Ok(SafePart::seal(vec![bytes.into()], clearance))
}

/// A column's batches as one array.
fn whole(data_type: &DataType, batches: &[SafeBatch]) -> Result<ArrayRef, EncodeError> {
    let pieces: Vec<_> = batches.iter().filter_map(SafeBatch::array).map(AsRef::as_ref).collect();
    if pieces.is_empty() { Ok(new_empty_array(data_type)) } else { concat(&pieces).map_err(|_| EncodeError) }
}

/// The ending of an output object's name.
pub fn ending(format: &Format, key: &str) -> String {
    let of_format = match format {
        Format::Csv(_) => "csv",
        Format::Ndjson => "ndjson",
        Format::Json => "json",
        Format::ArrowFile => "arrow",
        Format::ArrowStream => "arrows",
    };
    let packing = match Packing::of(key) {
        Packing::None => "",
        Packing::Gzip => ".gz",
        Packing::Zstd => ".zst",
    };
    format!("{of_format}{packing}")
}
