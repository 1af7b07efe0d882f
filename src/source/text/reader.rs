//! The one door for all formats: bytes in, batches of the planned columns out.

use std::io::Read;

use arrow::array::RecordBatch;
use arrow::datatypes::{Fields, SchemaRef};

use super::error::{Fault, TextError};
use super::input::Input;
use super::{Format, Limits, csv, ipc, json};

/// The rows of one object. Behind an error or the end there is nothing more.
pub struct Reader {
    rows: Rows,
    is_over: bool,
}

enum Rows {
    Csv(Box<csv::Rows>),
    Json(Box<json::Rows>),
    Arrow(Box<ipc::Rows>),
}

impl Reader {
    /// Opens an object that is unpacked already ([`Packing::unpack`](super::Packing::unpack)).
    ///
    /// The schema has the planned columns: for CSV in the order of the file, for JSON and Arrow by name. All
    /// of them are text unless declared otherwise.
    ///
    /// # Errors
    /// Where a column has a type that the format cannot hold, and where the header or the object's own schema
    /// is not the planned one.
    pub fn new(
        input: Box<dyn Read + Send>,
        format: &Format,
        schema: SchemaRef,
        limits: Limits,
    ) -> Result<Self, TextError> {
        check(schema.fields(), &limits)?;
        let rows = match format {
            Format::Csv(dialect) => {
                Rows::Csv(Box::new(csv::Rows::open(Input::open_wide(input)?, dialect, schema, limits)?))
            }
            Format::Ndjson => Rows::Json(Box::new(json::Rows::lines(Input::open(input)?, schema, limits)?)),
            Format::Json => Rows::Json(Box::new(json::Rows::array(Input::open(input)?, schema, limits)?)),
            Format::ArrowFile => Rows::Arrow(Box::new(ipc::Rows::file(input, schema, limits)?)),
            Format::ArrowStream => Rows::Arrow(Box::new(ipc::Rows::stream(input, schema, limits)?)),
        };
        Ok(Reader { rows, is_over: false })
    }
}

/// Holds the schema against what every format needs.
fn check(fields: &Fields, limits: &Limits) -> Result<(), TextError> {
    if fields.len() > limits.columns {
        return Err(Fault::TooMany { what: "columns", limit: limits.columns }.into());
    }
    let mut names: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(TextError::of_column(pair[0], Fault::NamedTwice)),
        None => Ok(()),
    }
}

impl Iterator for Reader {
    type Item = Result<RecordBatch, TextError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let batch = match &mut self.rows {
            Rows::Csv(rows) => rows.batch(),
            Rows::Json(rows) => rows.batch(),
            Rows::Arrow(rows) => rows.batch(),
        };
        self.is_over = !matches!(batch, Ok(Some(_)));
        batch.transpose()
    }
}
