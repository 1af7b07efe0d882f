//! Arrow IPC, file and stream, read from front to back with every length checked before it is believed.
//!
//! Both must end with the end-of-stream mark: without it an object that was cut off between two messages would
//! pass for a shorter one. A file's footer is held against what was read. Columns are made plain ([`plain_type`]);
//! metadata of the schema is dropped, as it can hold anything, and so is what lies under nulls.

mod message;
mod nulls;
mod plain;
mod schema;

use std::io::{BufRead, BufReader, Cursor, Read};

use arrow::array::RecordBatch;
use arrow::buffer::Buffer;
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::ipc::reader::StreamDecoder;
use bytes::Bytes;

use super::error::{Fault, TextError};
use super::{Format, Limits};
use crate::plan::{FileError, contained};
use message::{CONTINUATION, Kind, Message};
pub(super) use nulls::emptied;
use plain::plain_type;
use schema::{Columns, has_dictionaries};

/// What a file begins with.
const START: &[u8] = b"ARROW1\0\0";
/// The largest alignment of the first message, in bytes.
const ALIGNMENT: usize = 64;
/// What a file ends with.
const END: &[u8] = b"ARROW1";
const DAMAGED: Fault = Fault::Arrow("a message contradicts itself");

/// What is left of an object.
type Front = BufReader<Box<dyn Read + Send>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    File,
    Stream,
}

/// The rows of an Arrow object.
pub(super) struct Rows {
    input: Front,
    layout: Layout,
    limits: Limits,
    columns: Columns,
    has_dictionaries: bool,
    decoder: StreamDecoder,
    /// Bytes of messages that the decoder has not taken yet.
    pending: Buffer,
    /// Rows that were decoded and not handed out yet.
    ready: Option<RecordBatch>,
    read: Counts,
    is_ended: bool,
}

#[derive(Default)]
struct Counts {
    batches: usize,
    dictionaries: usize,
    /// Of all dictionaries, unpacked.
    dictionary_bytes: usize,
}

/// Runs the parser of a foreign crate: what it says is not passed on, as it can quote what it met.
fn guarded<T, E>(parse: impl FnOnce() -> Result<T, E>) -> Result<T, Fault> {
    contained(|| parse().map_err(|_| FileError::Damaged("not valid"))).map_err(|_| DAMAGED)
}

/// The schema at the start of a file, and what is behind it.
fn first_of_file(mut input: Front, limits: &Limits) -> Result<(Message, Front), TextError> {
    match message::bytes(&mut input, START.len())? {
        start if start == START => {}
        start if start.starts_with(&CONTINUATION) => return Err(Fault::OtherLayout { is: "a stream" }.into()),
        _ => return Err(Fault::Arrow("it does not begin as a file does").into()),
    }
    // Writers fill up to a multiple of 64 bytes before the first message.
    let mut left = ALIGNMENT - START.len();
    while left > 0 && input.fill_buf()?.first() == Some(&0) {
        input.consume(1);
        left -= 1;
    }
    let (first, input) = Message::first_of_file(input, limits)?;
    Ok((schema_of(first)?, input))
}

/// The schema at the start of a stream.
fn first_of_stream(input: &mut Front, limits: &Limits) -> Result<Message, TextError> {
    if input.fill_buf()?.starts_with(START) {
        return Err(Fault::OtherLayout { is: "a file" }.into());
    }
    schema_of(Message::read(input, limits)?)
}

fn schema_of(first: Option<Message>) -> Result<Message, TextError> {
    let first = first.filter(|message| message.kind == Kind::Schema);
    first.ok_or_else(|| Fault::Arrow("it does not begin with a schema").into())
}

/// Whether the start of an object is that of a file or of a stream, and its columns in their plain form.
///
/// # Errors
/// Where it is neither, or the start does not hold all of the schema.
pub fn columns(start: Bytes) -> Result<(Format, Schema), TextError> {
    let (is_file, limits) = (start.starts_with(START), Limits::default());
    let mut input: Front = BufReader::new(Box::new(Cursor::new(start)));
    let (format, first) = match is_file {
        true => (Format::ArrowFile, first_of_file(input, &limits)?.0),
        false => (Format::ArrowStream, first_of_stream(&mut input, &limits)?),
    };
    let schema = first.schema()?;
    let plain = schema.fields().iter().map(|field| Field::new(field.name(), plain_type(field.data_type()), true));
    Ok((format, Schema::new(plain.collect::<Vec<_>>())))
}

impl Rows {
    /// The IPC file format.
    pub(super) fn file(input: Box<dyn Read + Send>, planned: SchemaRef, limits: Limits) -> Result<Self, TextError> {
        let (first, input) = first_of_file(BufReader::new(input), &limits)?;
        Rows::open(first, input, Layout::File, planned, limits)
    }

    /// The IPC streaming format.
    pub(super) fn stream(input: Box<dyn Read + Send>, planned: SchemaRef, limits: Limits) -> Result<Self, TextError> {
        let mut input = BufReader::new(input);
        let first = first_of_stream(&mut input, &limits)?;
        Rows::open(first, input, Layout::Stream, planned, limits)
    }

    fn open(
        first: Message,
        input: Front,
        layout: Layout,
        planned: SchemaRef,
        limits: Limits,
    ) -> Result<Self, TextError> {
        let schema = first.schema()?;
        let (columns, has_dictionaries) = (Columns::find(&schema, planned)?, has_dictionaries(&schema));
        Ok(Rows {
            input,
            layout,
            limits,
            columns,
            has_dictionaries,
            decoder: StreamDecoder::new(),
            pending: first.framed(),
            ready: None,
            read: Counts::default(),
            is_ended: false,
        })
    }

    /// The next batch; none at the end.
    pub(super) fn batch(&mut self) -> Result<Option<RecordBatch>, TextError> {
        loop {
            if let Some(batch) = self.ready.take().filter(|batch| batch.num_rows() > 0) {
                let rows = self.columns.rows_at_once(&batch, &self.limits);
                let first = self.columns.plain(&batch.slice(0, rows))?;
                self.ready = Some(batch.slice(rows, batch.num_rows() - rows));
                return Ok(Some(first));
            }
            self.ready = guarded(|| self.decoder.decode(&mut self.pending))?;
            if self.ready.is_some() || !self.pending.is_empty() {
                continue;
            }
            if self.is_ended {
                return self.close().map(|()| None);
            }
            self.feed()?;
        }
    }

    /// Reads the next message for the decoder.
    fn feed(&mut self) -> Result<(), TextError> {
        let Some(message) = Message::read(&mut self.input, &self.limits)? else {
            self.is_ended = true;
            self.pending = Buffer::from(message::MARK);
            return Ok(());
        };
        match message.kind {
            // A file may have them anywhere, as its footer says where; it is read from front to back.
            Kind::Batch if self.has_dictionaries && self.read.dictionaries == 0 => {
                return Err(Fault::LateDictionary.into());
            }
            Kind::Batch => self.read.batches += 1,
            Kind::Dictionary => {
                self.read.dictionaries += 1;
                self.read.dictionary_bytes = self.read.dictionary_bytes.saturating_add(message.unpacked);
            }
            Kind::Schema => return Err(Fault::Arrow("a second schema").into()),
        }
        if self.read.dictionary_bytes > self.limits.message_bytes {
            return Err(Fault::TooLong { what: "dictionaries", limit: self.limits.message_bytes }.into());
        }
        self.pending = message.framed();
        Ok(())
    }

    /// Looks at what stands behind the mark of the end.
    fn close(&mut self) -> Result<(), TextError> {
        guarded(|| self.decoder.finish())?;
        let limit = self.limits.message_bytes;
        let mut rest = Vec::new();
        self.input.by_ref().take(limit as u64 + 1).read_to_end(&mut rest)?;
        let is_whole = match self.layout {
            Layout::Stream => rest.is_empty(),
            Layout::File => rest.len() <= limit && self.is_footer(&rest),
        };
        if is_whole { Ok(()) } else { Err(Fault::Arrow("what follows its end is not its own, or is missing").into()) }
    }

    /// Whether bytes are the footer of what was read: footer, its length, the sign of the end.
    fn is_footer(&self, rest: &[u8]) -> bool {
        let Some((footer, length)) = rest.strip_suffix(END).and_then(|rest| rest.split_last_chunk::<4>()) else {
            return false;
        };
        let counts = guarded(|| -> Result<_, ()> {
            let footer = arrow::ipc::root_as_footer(footer).map_err(|_| ())?;
            let count = |blocks: Option<usize>| blocks.unwrap_or(0);
            let batches = footer.recordBatches().map(|blocks| blocks.len());
            Ok((count(batches), count(footer.dictionaries().map(|blocks| blocks.len()))))
        });
        let is_whole = usize::try_from(i32::from_le_bytes(*length)) == Ok(footer.len());
        is_whole && counts == Ok((self.read.batches, self.read.dictionaries))
    }
}
