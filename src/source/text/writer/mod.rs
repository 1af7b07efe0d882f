//! Batches become text again, in the format they came in.
//!
//! What is written is read back equal by [`Reader`](super::Reader). Lines end with LF. A CSV null is the
//! dialect's null text without quotes, a text that equals it stands in quotes; quotes stand nowhere else than
//! needed. Nothing is altered: a text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`
//! or `@`) leaves as it is, as a changed value would no longer be the approved one. A spreadsheet is to import
//! such columns as text.

mod csv;
mod json;
mod spell;

use std::io::Write;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::writer::{FileWriter, StreamWriter};

use super::error::{Fault, TextError};
use super::{Format, ipc};

/// Writes the batches of one object; [`Writer::finish`] must end it.
pub struct Writer<W: Write> {
    sink: Sink<W>,
    schema: SchemaRef,
}

enum Sink<W: Write> {
    Csv(csv::Csv, Lines<W>),
    Json(json::Json, Lines<W>),
    File(FileWriter<W>),
    Stream(StreamWriter<W>),
}

/// Bytes on their way out.
struct Lines<W> {
    output: W,
    buffer: Vec<u8>,
}

impl<W: Write> Lines<W> {
    fn new(output: W) -> Self {
        Lines { output, buffer: Vec::new() }
    }

    fn send(&mut self) -> Result<(), TextError> {
        self.output.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

fn arrow(error: ArrowError) -> TextError {
    match error {
        ArrowError::IoError(_, error) => error.into(),
        _ => Fault::Inexpressible("Arrow IPC has no such type or dictionary").into(),
    }
}

/// A batch with nothing under its nulls, whoever made them: Arrow writes whole buffers.
fn emptied(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().map(ipc::emptied).collect::<Result<_, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(batch.schema(), columns, &options)
}

impl<W: Write> Writer<W> {
    /// Starts an object; packed by [`Packing::pack`](super::Packing::pack), where it is.
    ///
    /// # Errors
    /// Where the format cannot hold a column, and what the output says.
    pub fn new(output: W, format: &Format, schema: SchemaRef) -> Result<Self, TextError> {
        let sink = match format {
            Format::Csv(dialect) => {
                let mut lines = Lines::new(output);
                let csv = csv::Csv::start(dialect, &schema, &mut lines.buffer)?;
                lines.send()?;
                Sink::Csv(csv, lines)
            }
            Format::Ndjson => Sink::Json(json::Json::Lines, Lines::new(output)),
            Format::Json => Sink::Json(json::Json::Array { rows: 0 }, Lines::new(output)),
            Format::ArrowFile => Sink::File(FileWriter::try_new(output, &schema).map_err(arrow)?),
            Format::ArrowStream => Sink::Stream(StreamWriter::try_new(output, &schema).map_err(arrow)?),
        };
        Ok(Writer { sink, schema })
    }

    /// Writes the rows of a batch.
    ///
    /// # Errors
    /// Where the batch has another schema or a value that the format cannot express, and what the output says.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), TextError> {
        if batch.schema_ref() != &self.schema {
            return Err(Fault::OtherSchema.into());
        }
        match &mut self.sink {
            Sink::Csv(csv, lines) => csv.write(batch, &mut lines.buffer).and_then(|()| lines.send()),
            Sink::Json(json, lines) => json.write(batch, &mut lines.buffer).and_then(|()| lines.send()),
            Sink::File(writer) => emptied(batch).and_then(|batch| writer.write(&batch)).map_err(arrow),
            Sink::Stream(writer) => emptied(batch).and_then(|batch| writer.write(&batch)).map_err(arrow),
        }
    }

    /// Ends the object and gives the output back.
    ///
    /// # Errors
    /// What the output says.
    pub fn finish(self) -> Result<W, TextError> {
        match self.sink {
            Sink::Csv(_, lines) => Ok(lines.output),
            Sink::Json(json, mut lines) => {
                json.end(&mut lines.buffer);
                lines.send().map(|()| lines.output)
            }
            Sink::File(writer) => writer.into_inner().map_err(arrow),
            Sink::Stream(writer) => writer.into_inner().map_err(arrow),
        }
    }
}
