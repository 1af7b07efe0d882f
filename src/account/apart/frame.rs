//! What goes over the socket: a head in JSON, and the bytes that belong to it.
//!
//! A frame is the head's length (4 bytes, big endian), the body's (8 bytes), the head, the body.

use std::io::{self, Read, Write};
use std::ops::Range;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::account::separate::facts::{Facts, Identity, Seen};
use crate::account::store::{Object, Pin, Remain, StoreError};

/// The longest head: a listing of some 100,000 objects of long names.
const LONGEST_HEAD: u32 = 256 << 20;

/// A question or an answer, by its number.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head<T> {
    pub number: u64,
    pub what: T,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Ask {
    /// Of the store below a root.
    Store(String, Call),
    /// What the test account tells of itself.
    Facts,
    Identity,
}

/// The calls of a [`Store`](crate::account::store::Store).
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Call {
    List { prefix: String },
    Find { key: String },
    Read { object: Object, ranges: Vec<Range<u64>> },
    Create { key: String },
    Replace { key: String, pin: Pin },
    Delete { key: String },
    Remains { prefix: String },
    Erase { remains: Vec<Remain> },
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    Objects(Vec<Object>),
    Object(Option<Object>),
    /// How long each of the pieces is that follow.
    Read(Vec<usize>),
    Pin(Pin),
    Done,
    Remains(Vec<Remain>),
    Facts(Box<Facts>),
    Identity(Seen<Identity>),
    Failed(StoreError),
}

pub(super) fn write<T: Serialize>(out: &mut impl Write, number: u64, what: T, body: &[Bytes]) -> io::Result<()> {
    let head = serde_json::to_vec(&Head { number, what })?;
    let length = u32::try_from(head.len()).map_err(io::Error::other)?;
    if length > LONGEST_HEAD {
        return Err(io::Error::other("a head is too long"));
    }
    let size: usize = body.iter().map(Bytes::len).sum();
    out.write_all(&length.to_be_bytes())?;
    out.write_all(&(size as u64).to_be_bytes())?;
    out.write_all(&head)?;
    body.iter().try_for_each(|piece| out.write_all(piece))?;
    out.flush()
}

/// How long the two parts of the next frame are; none at the end.
pub(super) fn lengths(input: &mut impl Read) -> io::Result<Option<(u32, usize)>> {
    let (mut head, mut body) = ([0; 4], [0; 8]);
    match input.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    input.read_exact(&mut body)?;
    let (head, body) = (u32::from_be_bytes(head), u64::from_be_bytes(body));
    if head > LONGEST_HEAD {
        return Err(io::Error::other("a head is too long"));
    }
    Ok(Some((head, usize::try_from(body).map_err(io::Error::other)?)))
}

pub(super) fn read<T: DeserializeOwned>(
    input: &mut impl Read,
    (head, body): (u32, usize),
) -> io::Result<(Head<T>, Bytes)> {
    let mut bytes = vec![0; head as usize];
    input.read_exact(&mut bytes)?;
    let mut content = Vec::with_capacity(body);
    input.take(body as u64).read_to_end(&mut content)?;
    if content.len() < body {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((serde_json::from_slice(&bytes)?, content.into()))
}
