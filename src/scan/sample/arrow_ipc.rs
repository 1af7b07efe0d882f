//! Samples of Arrow IPC: the schema, and the record batches at the start.

use std::io::Cursor;

use arrow::array::ArrayRef;
use arrow::ipc::reader::StreamReader;

use super::start::Start;
use super::{Depth, ROWS, Taken, flat};
use crate::plan::{FileError, contained};
use crate::scan::objects::Ending;

/// What a file begins with; a stream does not.
const FILE: &[u8] = b"ARROW1\0\0";

/// Looks into the start of an object, file or stream.
///
/// # Errors
/// Where it is not Arrow IPC.
pub fn take(start: &Start, depth: Depth) -> Result<Taken, FileError> {
    let is_file = start.bytes.starts_with(FILE);
    let mut at = if is_file { FILE.len() } else { 0 };
    // Writers fill up to a multiple of 64 bytes before the first message.
    at += start.bytes[at..].iter().take_while(|byte| is_file && **byte == 0).count();
    let bytes = start.bytes.slice(at..);
    let damaged = |_| FileError::Damaged("it is not Arrow IPC");
    let (schema, batches, ended) = contained(|| {
        let mut reader = StreamReader::try_new(Cursor::new(bytes), None).map_err(damaged)?;
        let schema = reader.schema();
        let (mut batches, mut rows) = (Vec::new(), 0);
        while depth == Depth::Values && rows < ROWS {
            let Some(Ok(batch)) = reader.next() else { return Ok((schema, batches, true)) };
            rows += batch.num_rows();
            batches.push(batch);
        }
        Ok((schema, batches, false))
    })?;
    let rows: usize = batches.iter().map(|batch| batch.num_rows()).sum();
    let column = |at: usize| batches.iter().map(|batch| batch.column(at).clone()).collect::<Vec<ArrayRef>>();
    let leaves =
        schema.fields().iter().enumerate().flat_map(|(at, field)| flat::leaves_of(field, &column(at))).collect();
    let ending = Some(if is_file { Ending::ArrowFile } else { Ending::ArrowStream });
    Ok(Taken { ending, ..Taken::of(leaves, rows, depth == Depth::Values && ended && start.is_whole) })
}
