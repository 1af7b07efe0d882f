//! Samples of Arrow IPC: the schema, and the record batches at the start.

use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;

use super::start::Start;
use super::{Depth, ROWS, Taken, flat};
use crate::scan::objects::Ending;
use crate::schema::Format;
use crate::source::text::{Fault, Limits, Reader, TextError, columns_of_arrow};

const NOTE: &str = "no row was looked at: the first record batch of an object is longer than what a scan reads";

/// Looks into the start of an object, file or stream.
///
/// # Errors
/// Where it is not Arrow IPC, or is written so that no run could read it.
pub fn take(start: &Start, depth: Depth) -> Result<Taken, TextError> {
    let (format, schema) = columns_of_arrow(start.bytes.clone())?;
    let ending = Some(if format == Format::ArrowFile { Ending::ArrowFile } else { Ending::ArrowStream });
    let schema = Arc::new(schema);
    let (batches, is_ended) = match depth {
        Depth::Names => (Vec::new(), false),
        Depth::Values => read(start, &format, schema.clone())?,
    };
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let column = |at: usize| batches.iter().map(|batch| batch.column(at).clone()).collect::<Vec<ArrayRef>>();
    let leaves =
        schema.fields().iter().enumerate().flat_map(|(at, field)| flat::leaves_of(field, &column(at))).collect();
    let is_unseen = depth == Depth::Values && rows == 0 && !is_ended;
    let notes = if is_unseen { vec![NOTE.to_owned()] } else { Vec::new() };
    Ok(Taken { ending, notes, ..Taken::of(leaves, rows, is_ended) })
}

/// The first batches, and whether these are all.
fn read(start: &Start, format: &Format, schema: SchemaRef) -> Result<(Vec<RecordBatch>, bool), TextError> {
    let mut reader = Reader::new(Box::new(Cursor::new(start.bytes.clone())), format, schema, Limits::default())?;
    let (mut batches, mut rows) = (Vec::new(), 0);
    while rows < ROWS {
        match reader.next().transpose() {
            Ok(Some(batch)) => {
                rows += batch.num_rows();
                batches.push(batch);
            }
            Ok(None) => return Ok((batches, true)),
            // What was read ends inside of a message.
            Err(TextError { fault: Fault::Arrow(_), .. }) if !start.is_whole => break,
            Err(error) => return Err(error),
        }
    }
    Ok((batches, false))
}
