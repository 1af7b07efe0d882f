//! Ranged reads of one pinned state. No byte is read that was not asked for.

use std::ops::Range;
use std::sync::Arc;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Bytes, BytesMut};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::{Bucket, pin};
use crate::account::connection::{TRIES, rest, wait};
use crate::account::failure::{Failed, send};
use crate::account::root::Pace;
use crate::account::store::{Object, StoreError};

const AT_ONCE: usize = 8;

/// Bytes that one request asks for at most: a single stream of S3 is slower than the network.
const PART: u64 = 8 << 20;

pub(super) fn read(bucket: &Arc<Bucket>, object: &Object, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, StoreError> {
    if ranges.iter().any(|range| range.start > range.end || range.end > object.size) {
        return Err(StoreError::Damaged("range outside the object".into()));
    }
    let spans = joined(ranges);
    let read = wait(read_all(bucket, object, &spans))?;
    let piece = |range: &Range<u64>| piece(range, &spans, &read);
    ranges.iter().map(piece).collect()
}

/// So much of an object is asked for before its size is known: most that are read whole are smaller.
const SMALL: u64 = 64 << 10;

/// A whole object in the state that it is in; of a small one in one request.
pub(super) async fn whole(bucket: &Arc<Bucket>, key: &str) -> Result<(Object, Bytes), StoreError> {
    if let Some(small) = bucket.small(key).await? {
        return Ok(small);
    }
    let object = bucket.head(key).await?.ok_or(StoreError::Missing)?.object;
    let span = 0..object.size;
    let bytes = if span.is_empty() { Bytes::new() } else { read_all(bucket, &object, &[span]).await?.swap_remove(0) };
    Ok((object, bytes))
}

/// The ranges in order, those that touch exactly made one.
fn joined(ranges: &[Range<u64>]) -> Vec<Range<u64>> {
    let mut sorted: Vec<_> = ranges.iter().filter(|range| !range.is_empty()).cloned().collect();
    sorted.sort_by_key(|range| (range.start, range.end));
    sorted.dedup();
    let mut spans: Vec<Range<u64>> = Vec::new();
    for range in sorted {
        match spans.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => spans.push(range),
        }
    }
    spans
}

fn piece(range: &Range<u64>, spans: &[Range<u64>], read: &[Bytes]) -> Result<Bytes, StoreError> {
    if range.is_empty() {
        return Ok(Bytes::new());
    }
    let holds = |span: &Range<u64>| span.start <= range.start && range.end <= span.end;
    let at = spans.iter().position(holds).ok_or_else(|| StoreError::Damaged("a range was not read".into()))?;
    let from = (range.start - spans[at].start) as usize;
    Ok(read[at].slice(from..from + (range.end - range.start) as usize))
}

async fn read_all(bucket: &Arc<Bucket>, object: &Object, spans: &[Range<u64>]) -> Result<Vec<Bytes>, StoreError> {
    let object = Arc::new(object.clone());
    let free = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for (number, (span, part, room)) in spans.iter().enumerate().flat_map(|(at, span)| in_parts(at, span)).enumerate() {
        let (bucket, object, free) = (bucket.clone(), object.clone(), free.clone());
        tasks.spawn(async move {
            let _slot = free.acquire().await;
            bucket.fill(&object, part, room).await.map(|bytes| (number, span, bytes))
        });
    }
    let mut parts = Vec::with_capacity(tasks.len());
    while let Some(done) = tasks.join_next().await {
        parts.push(done.map_err(|_| StoreError::Other("a reading task broke off".into()))??);
    }
    parts.sort_unstable_by_key(|(number, ..)| *number);
    let mut read = vec![BytesMut::new(); spans.len()];
    // Parts of one span lie side by side already, so that nothing is copied.
    parts.into_iter().for_each(|(_, span, bytes)| read[span].unsplit(bytes));
    Ok(read.into_iter().map(BytesMut::freeze).collect())
}

/// The parts of a span that are read at once, each with its room in one run of memory.
fn in_parts(at: usize, span: &Range<u64>) -> impl Iterator<Item = (usize, Range<u64>, BytesMut)> {
    let (end, mut rest) = (span.end, BytesMut::with_capacity((span.end - span.start) as usize));
    span.clone().step_by(PART as usize).map(move |start| {
        let part = start..end.min(start + PART);
        let behind = rest.split_off((part.end - part.start) as usize);
        (at, part, std::mem::replace(&mut rest, behind))
    })
}

impl Bucket {
    /// A span of an object.
    pub(super) async fn span(&self, object: &Object, span: Range<u64>) -> Result<Bytes, StoreError> {
        let room = BytesMut::with_capacity((span.end - span.start) as usize);
        self.fill(object, span, room).await.map(BytesMut::freeze)
    }

    /// The SDK tries again until a reply begins; here, until one is whole.
    async fn fill(&self, object: &Object, span: Range<u64>, mut room: BytesMut) -> Result<BytesMut, StoreError> {
        let mut cause = "";
        for tries in 1..=TRIES {
            let reply = match self.get(object, &span).await {
                // A version or an object that is gone is a state that is gone.
                Err(failed) if failed.status == Some(404) => return Err(StoreError::Changed),
                reply => reply?,
            };
            check(&reply, object, &span)?;
            cause = match collect(reply.body, span.end - span.start, self.pace, &mut room).await? {
                Came::Whole => return Ok(room),
                Came::Cut => "reply was cut short",
                Came::TooSlowly => "reply came too slowly",
            };
            rest(tries).await;
        }
        Err(StoreError::Unavailable { tries: TRIES, cause: cause.into() })
    }

    /// An object that is small, and whose first reply is whole; none where it has to be looked at more closely.
    async fn small(&self, key: &str) -> Result<Option<(Object, Bytes)>, StoreError> {
        let request = self.client.get_object().bucket(&self.name).expected_bucket_owner(&self.owner);
        let reply = match send!(request.key(self.key(key)?).range(format!("bytes=0-{}", SMALL - 1))) {
            // Nothing is within any range of an empty object.
            Err(failed) if failed.status == Some(416) => return Ok(None),
            reply => reply?,
        };
        let length = reply.content_length().and_then(|length| u64::try_from(length).ok()).unwrap_or_default();
        let is_whole = reply.content_range() == Some(&format!("bytes 0-{}/{length}", length.saturating_sub(1)));
        if !is_whole || length > SMALL {
            return Ok(None);
        }
        let pin = pin(reply.version_id, reply.e_tag)?;
        let mut room = BytesMut::with_capacity(length as usize);
        let came = collect(reply.body, length, self.pace, &mut room).await?;
        let object = Object { key: key.to_owned(), size: length, pin };
        Ok((came == Came::Whole).then(|| (object, room.freeze())))
    }

    async fn get(&self, object: &Object, span: &Range<u64>) -> Result<GetObjectOutput, Failed> {
        let request = self.client.get_object().bucket(&self.name).expected_bucket_owner(&self.owner);
        let request = request.key(format!("{}{}", self.prefix, object.key));
        let request = match &object.pin.version {
            Some(version) => request.version_id(version),
            None => request.if_match(&object.pin.etag),
        };
        send!(request.range(format!("bytes={}-{}", span.start, span.end - 1)))
    }
}

/// Some servers ignore a condition or a range; then the reply says so.
fn check(reply: &GetObjectOutput, object: &Object, span: &Range<u64>) -> Result<(), StoreError> {
    if reply.e_tag().map(unquoted) != Some(unquoted(&object.pin.etag)) {
        return Err(StoreError::Changed);
    }
    let range = format!("bytes {}-{}/{}", span.start, span.end - 1, object.size);
    if reply.content_range() != Some(&range) {
        return Err(StoreError::Damaged("reply holds another range than asked for".into()));
    }
    if reply.content_length().is_some_and(|length| length.unsigned_abs() != span.end - span.start) {
        return Err(StoreError::Damaged("reply is of another length than asked for".into()));
    }
    Ok(())
}

fn unquoted(etag: &str) -> &str {
    etag.trim_matches('"')
}

/// How a body came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    Whole,
    /// The connection broke inside it.
    Cut,
    /// A server that drips would be waited for without end.
    TooSlowly,
}

/// Reads a body into its room.
async fn collect(mut body: ByteStream, length: u64, pace: Pace, room: &mut BytesMut) -> Result<Came, StoreError> {
    room.clear();
    let (mut due, mut enough) = (Instant::now() + pace.within, pace.bytes);
    loop {
        let Ok(next) = timeout_at(due, body.next()).await else { return Ok(Came::TooSlowly) };
        let Some(chunk) = next else { break };
        let Ok(chunk) = chunk else { return Ok(Came::Cut) };
        if chunk.len() as u64 > length - room.len() as u64 {
            return Err(StoreError::Damaged("reply is longer than asked for".into()));
        }
        room.extend_from_slice(&chunk);
        if room.len() as u64 >= enough {
            (due, enough) = (Instant::now() + pace.within, room.len() as u64 + pace.bytes);
        }
    }
    Ok(if room.len() as u64 == length { Came::Whole } else { Came::Cut })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ranges_that_touch_are_joined() {
        assert_eq!(joined(&[10..20, 0..10, 21..30, 5..5]), [0..20, 21..30]);
        assert_eq!(joined(&[0..10, 0..10, 5..12]), [0..10, 5..12]);
    }

    #[test]
    fn parts_of_a_span_come_together_without_a_copy() {
        let span = 3..3 + 2 * PART + 5;
        let mut parts: Vec<_> = in_parts(0, &span).collect();
        let ranges: Vec<_> = parts.iter().map(|(_, part, _)| part.clone()).collect();
        assert_eq!(ranges, [3..3 + PART, 3 + PART..3 + 2 * PART, 3 + 2 * PART..span.end]);
        parts.iter_mut().for_each(|(_, part, room)| room.resize((part.end - part.start) as usize, 7));
        let first = parts[0].2.as_ptr();
        let mut whole = BytesMut::new();
        parts.into_iter().for_each(|(.., room)| whole.unsplit(room));
        assert_eq!((whole.len() as u64, whole.as_ptr()), (span.end - span.start, first));
    }

    #[test]
    fn pieces_are_cut_out_of_their_span() {
        let (spans, read) = ([0..4, 6..8], [Bytes::from_static(b"abcd"), Bytes::from_static(b"gh")]);
        assert_eq!(piece(&(2..4), &spans, &read), Ok(Bytes::from_static(b"cd")));
        assert_eq!(piece(&(6..7), &spans, &read), Ok(Bytes::from_static(b"g")));
        assert_eq!(piece(&(9..9), &spans, &read), Ok(Bytes::new()));
    }
}
