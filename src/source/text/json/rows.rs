//! Records become batches of the planned columns.

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::SchemaRef;

use super::super::Limits;
use super::super::error::{Fault, TextError};
use super::super::input::Input;
use super::column::Placed;
use super::frames::Frames;
use super::group::Group;
use super::walker::{Kind, Walker};
use crate::schema::LeafPath;

/// What one value takes at least in a batch, in bytes.
const VALUE_BYTES: usize = 8;

/// The rows of a JSON text.
pub(in super::super) struct Rows {
    frames: Frames,
    group: Group,
    schema: SchemaRef,
    limits: Limits,
    scratch: String,
}

impl Rows {
    /// One object a line.
    pub(in super::super) fn lines(input: Input, schema: SchemaRef, limits: Limits) -> Result<Self, TextError> {
        Rows::new(Frames::lines(input, &limits), schema, limits)
    }

    /// One array of objects.
    pub(in super::super) fn array(input: Input, schema: SchemaRef, limits: Limits) -> Result<Self, TextError> {
        Rows::new(Frames::array(input, &limits), schema, limits)
    }

    fn new(frames: Frames, schema: SchemaRef, limits: Limits) -> Result<Self, TextError> {
        let group = Group::new(schema.fields()).map_err(|(name, placed)| error(None, Some(&name), placed))?;
        Ok(Rows { frames, group, schema, limits, scratch: String::new() })
    }

    /// The next batch; none at the end.
    pub(in super::super) fn batch(&mut self) -> Result<Option<RecordBatch>, TextError> {
        let (mut rows, mut bytes) = (0, 0);
        while rows < self.limits.batch_rows && bytes < self.limits.batch_bytes {
            let Some((start, text)) = self.frames.read()? else { break };
            let mut walker = Walker::new(text, &mut self.scratch, &self.limits);
            let read = record(&mut self.group, &mut walker);
            read.map_err(|(name, placed)| error(Some(start + walker.lines()), name.as_deref(), placed))?;
            bytes += text.len() + walker.values() * VALUE_BYTES;
            rows += 1;
        }
        if rows == 0 {
            return Ok(None);
        }
        let arrays = self.group.finish().ok_or(Fault::OtherSchema)?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(self.schema.clone(), arrays, &options);
        batch.map(Some).map_err(|_| Fault::OtherSchema.into())
    }
}

fn record(group: &mut Group, walker: &mut Walker<'_>) -> Result<(), (Option<String>, Placed)> {
    let own = |fault: Fault| (None, Placed::from(fault));
    if walker.kind().map_err(own)? != Kind::Object {
        return Err(own(Fault::NotAnObject));
    }
    group.read(walker)?;
    walker.end().map_err(own)
}

/// The path of a fault: the column, and what lies below it.
fn error(line: Option<u64>, name: Option<&str>, placed: Placed) -> TextError {
    let column = name.map(|name| LeafPath::from(format!("{}{}", LeafPath::column(name).as_str(), placed.path)));
    TextError { line, column, fault: placed.fault }
}
