//! The start of an object of records, unpacked.

use std::io::{self, Read};

use bytes::Bytes;

use super::Depth;
use crate::account::doors::Sample;
use crate::plan::FileError;
use crate::source::text::Packing;

/// So much of an object is read, as it lies there, in bytes.
const READ: u64 = 2 << 20;
/// So much tells the names, in bytes.
const NAMED: u64 = 64 << 10;
/// And so much of it is kept once it is unpacked.
const KEPT: usize = 4 << 20;

/// Some first bytes of an object.
pub struct Start {
    pub bytes: Bytes,
    /// Whether the object ends with them.
    pub is_whole: bool,
}

/// Reads and unpacks the start of an object.
///
/// # Errors
/// Where it cannot be read, or is not packed as its name says.
pub fn of(sample: &Sample<'_>, depth: Depth) -> Result<Start, FileError> {
    let object = sample.object();
    let end = object.size.min(if depth == Depth::Names { NAMED } else { READ });
    let read = sample.read(0..end)?;
    let packing = Packing::of(&object.key);
    if packing == Packing::None {
        return Ok(Start { bytes: read, is_whole: end == object.size });
    }
    let damaged = |_| FileError::Damaged("it is not packed as its name says");
    let unpacker = packing.unpack(Box::new(io::Cursor::new(read))).map_err(damaged)?;
    let (bytes, ended) = unpack(unpacker);
    if bytes.is_empty() && object.size > 64 {
        return Err(FileError::Damaged("it is not packed as its name says"));
    }
    Ok(Start { bytes: bytes.into(), is_whole: ended && end == object.size })
}

/// As much as comes out, and whether that is all: a start is cut off somewhere, which is no fault here.
fn unpack(unpacker: Box<dyn Read + Send>) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    let mut bounded = unpacker.take(KEPT as u64);
    let mut piece = vec![0; 64 << 10];
    loop {
        match bounded.read(&mut piece) {
            Ok(0) => return (bytes, bounded.limit() > 0),
            Ok(length) => bytes.extend_from_slice(&piece[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return (bytes, false),
        }
    }
}
