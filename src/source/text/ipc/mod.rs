//! Arrow IPC, file and stream, read from front to back with every length checked before it is believed.
//!
//! Both must end with the end-of-stream mark: without it an object that was cut off between two messages would
//! pass for a shorter one. A file's footer is held against what was read. Dictionaries of columns are decoded;
//! metadata of the schema is dropped, as it can hold anything, and so is what lies under nulls.

mod message;
mod nulls;
mod schema;

use std::io::{BufRead, BufReader, Read};

use arrow::array::RecordBatch;
use arrow::buffer::Buffer;
use arrow::datatypes::SchemaRef;
use arrow::ipc::reader::StreamDecoder;

use super::Limits;
use super::error::{Fault, TextError};
use crate::plan::{FileError, contained};
use message::{Kind, Message};
pub(super) use nulls::emptied;
use schema::Columns;

/// What a file begins with.
const START: &[u8] = b"ARROW1\0\0";
/// The largest alignment of the first message, in bytes.
const ALIGNMENT: usize = 64;
/// What a file ends with.
const END: &[u8] = b"ARROW1";
const DAMAGED: Fault = Fault::Arrow("a message contradicts itself");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    File,
    Stream,
}

/// The rows of an Arrow object.
pub(super) struct Rows {
    input: BufReader<Box<dyn Read + Send>>,
    layout: Layout,
    limits: Limits,
    columns: Columns,
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

impl Rows {
    /// The IPC file format.
    pub(super) fn file(input: Box<dyn Read + Send>, planned: SchemaRef, limits: Limits) -> Result<Self, TextError> {
        let mut input = BufReader::new(input);
        if message::bytes(&mut input, START.len())? != START {
            return Err(Fault::Arrow("it does not begin as a file does").into());
        }
        // Writers fill up to a multiple of 64 bytes before the first message.
        let mut left = ALIGNMENT - START.len();
        while left > 0 && input.fill_buf()?.first() == Some(&0) {
            input.consume(1);
            left -= 1;
        }
        Rows::open(input, Layout::File, planned, limits)
    }

    /// The IPC streaming format.
    pub(super) fn stream(input: Box<dyn Read + Send>, planned: SchemaRef, limits: Limits) -> Result<Self, TextError> {
        Rows::open(BufReader::new(input), Layout::Stream, planned, limits)
    }

    fn open(
        mut input: BufReader<Box<dyn Read + Send>>,
        layout: Layout,
        planned: SchemaRef,
        limits: Limits,
    ) -> Result<Self, TextError> {
        let first = Message::read(&mut input, &limits)?.filter(|message| message.kind == Kind::Schema);
        let first = first.ok_or(Fault::Arrow("it does not begin with a schema"))?;
        let columns = Columns::find(&first.schema()?, planned)?;
        let (decoder, pending, read) = (StreamDecoder::new(), first.framed(), Counts::default());
        Ok(Rows { input, layout, limits, columns, decoder, pending, ready: None, read, is_ended: false })
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
