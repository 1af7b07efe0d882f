//! One encapsulated message after the other, its lengths within the limits.

use std::io::{BufRead, BufReader, Cursor, Read};

use arrow::buffer::Buffer;
use arrow::datatypes::Schema;
use arrow::ipc::convert::fb_to_schema;
use arrow::ipc::{self, CompressionType, Endianness, MessageHeader};
use lz4_flex::frame::FrameDecoder;

use super::super::Limits;
use super::super::error::{Fault, TextError};
use super::{DAMAGED, Front, guarded};

pub(super) const CONTINUATION: [u8; 4] = [0xff; 4];
/// The mark of the end: a message without metadata.
pub(super) const MARK: &[u8] = &[0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
/// The length of unpacked data stands before packed data in so many bytes.
const LENGTH: usize = 8;
/// Stands for the length where data was left as it is.
const NOT_PACKED: i64 = -1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Schema,
    Dictionary,
    Batch,
}

/// A message whose lengths were checked.
pub(super) struct Message {
    pub(super) kind: Kind,
    /// Bytes of its body once it is unpacked.
    pub(super) unpacked: usize,
    /// Mark, length, metadata and body.
    framed: Vec<u8>,
}

/// Exactly so many bytes; memory is only taken for those that there are.
pub(super) fn bytes(input: &mut impl Read, length: usize) -> Result<Vec<u8>, TextError> {
    let mut bytes = Vec::new();
    input.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() == length { Ok(bytes) } else { Err(Fault::Arrow("it is cut off").into()) }
}

impl Message {
    /// Reads the next message; none at the mark of the end.
    pub(super) fn read(input: &mut impl Read, limits: &Limits) -> Result<Option<Self>, TextError> {
        let limit = limits.message_bytes;
        let fits =
            |length: usize| if length > limit { Err(Fault::TooLong { what: "message", limit }) } else { Ok(length) };
        let mut framed = bytes(input, MARK.len())?;
        if framed == MARK {
            return Ok(None);
        }
        let Some(length) = framed.strip_prefix(&CONTINUATION).and_then(|length| length.try_into().ok()) else {
            return Err(Fault::Arrow("a message has no mark before it").into());
        };
        let metadata = bytes(input, fits(usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX))?)?;
        let (kind, length) = guarded(|| head(&metadata))?;
        let body = bytes(input, fits(length)?)?;
        let unpacked = fits(guarded(|| unpacked(&metadata, &body, limit))?)?;
        framed.extend_from_slice(&metadata);
        framed.extend_from_slice(&body);
        Ok(Some(Message { kind, unpacked, framed }))
    }

    /// Reads the first message of a file, which Polars writes without mark and length: a reader finds the schema in the footer.
    pub(super) fn first_of_file(mut input: Front, limits: &Limits) -> Result<(Option<Self>, Front), TextError> {
        if input.fill_buf()?.starts_with(&CONTINUATION) {
            return Ok((Message::read(&mut input, limits)?, input));
        }
        // Messages begin at multiples of eight bytes, and no schema has the mark at one.
        let (mut metadata, mut next) = (Vec::new(), bytes(&mut input, MARK.len())?);
        while !next.starts_with(&CONTINUATION) {
            metadata.append(&mut next);
            if metadata.len() > limits.message_bytes {
                return Err(Fault::TooLong { what: "message", limit: limits.message_bytes }.into());
            }
            next = bytes(&mut input, MARK.len())?;
        }
        if guarded(|| head(&metadata)) != Ok((Kind::Schema, 0)) {
            return Err(Fault::Arrow("it does not begin with a schema").into());
        }
        let rest: Box<dyn Read + Send> = Box::new(Cursor::new(next).chain(input));
        Ok((Some(Message::unframed(&metadata)), BufReader::new(rest)))
    }

    /// A schema with mark and length before it.
    fn unframed(metadata: &[u8]) -> Self {
        let length = u32::try_from(metadata.len()).unwrap_or(u32::MAX).to_le_bytes();
        Message { kind: Kind::Schema, unpacked: 0, framed: [&CONTINUATION[..], &length, metadata].concat() }
    }

    /// The schema that it is.
    pub(super) fn schema(&self) -> Result<Schema, Fault> {
        guarded(|| {
            let message = ipc::root_as_message(&self.framed[MARK.len()..]).map_err(|_| DAMAGED)?;
            // The decoder does not look at the order of bytes, and would take every number for another.
            let schema = message.header_as_schema().filter(|schema| schema.endianness() == Endianness::Little);
            schema.map(fb_to_schema).ok_or(DAMAGED)
        })
    }

    /// The bytes that it came in.
    pub(super) fn framed(self) -> Buffer {
        Buffer::from_vec(self.framed)
    }
}

/// What a message is, and the length of its body.
fn head(metadata: &[u8]) -> Result<(Kind, usize), Fault> {
    let message = ipc::root_as_message(metadata).map_err(|_| DAMAGED)?;
    let kind = match message.header_type() {
        MessageHeader::Schema => Kind::Schema,
        MessageHeader::DictionaryBatch => Kind::Dictionary,
        MessageHeader::RecordBatch => Kind::Batch,
        _ => return Err(DAMAGED),
    };
    Ok((kind, usize::try_from(message.bodyLength()).map_err(|_| DAMAGED)?))
}

/// How many bytes the body has once it is unpacked; more than the limit is only known as more.
fn unpacked(metadata: &[u8], body: &[u8], limit: usize) -> Result<usize, Fault> {
    let message = ipc::root_as_message(metadata).map_err(|_| DAMAGED)?;
    let dictionary = message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data());
    let Some(batch) = message.header_as_record_batch().or(dictionary) else { return Ok(0) };
    let codec = batch.compression().map(|compression| compression.codec());
    let mut total = 0usize;
    for buffer in batch.buffers().iter().flatten() {
        let (start, length) = (usize::try_from(buffer.offset()), usize::try_from(buffer.length()));
        let (start, length) = (start.map_err(|_| DAMAGED)?, length.map_err(|_| DAMAGED)?);
        let data = body.get(start..).and_then(|rest| rest.get(..length)).ok_or(DAMAGED)?;
        let room = limit.saturating_sub(total);
        total = total.saturating_add(codec.map_or(Ok(length), |codec| claimed(codec, data, room))?);
    }
    Ok(total)
}

/// The length that packed data says it has, and does not exceed.
fn claimed(codec: CompressionType, data: &[u8], room: usize) -> Result<usize, Fault> {
    let Some((length, packed)) = data.split_first_chunk::<LENGTH>() else {
        return if data.is_empty() { Ok(0) } else { Err(DAMAGED) };
    };
    let length = match i64::from_le_bytes(*length) {
        NOT_PACKED => return Ok(packed.len()),
        length => usize::try_from(length).map_err(|_| DAMAGED)?,
    };
    // The decoder of LZ4 goes on beyond the length; that of Zstandard stops there.
    if codec == CompressionType::LZ4_FRAME && length <= room {
        let most = length as u64 + 1;
        let found = std::io::copy(&mut FrameDecoder::new(packed).take(most), &mut std::io::sink());
        if found.map_err(|_| DAMAGED)? > length as u64 {
            return Err(DAMAGED);
        }
    }
    Ok(length)
}
