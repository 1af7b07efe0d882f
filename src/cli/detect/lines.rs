//! Texts, a line each: answered in their order, on all threads, in memory that does not depend on how many there are.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rayon::prelude::*;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};
use wide::u8x16;

use super::unreadable;
use crate::crew::Crew;
use crate::detect::{Detector, Span};
use crate::error::{Failure, Kind};

/// What a line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// An object with `id` and `text`.
    Ndjson,
    /// The text itself.
    Plain,
}

/// Lines are handled together up to so many bytes or lines.
const BATCH_BYTES: usize = 1 << 20;
const BATCH_LINES: usize = 1 << 14;
/// Lines that a thread takes at once, at most; of few long ones it takes fewer, so that there is work for all.
const PIECE: usize = 64;
const PIECES: usize = 64;
/// A longer line is refused, so that memory is bounded.
pub(super) const LONGEST: usize = 16 << 20;

/// Some lines of an input, read together.
#[derive(Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    lines: Vec<Range<usize>>,
}

impl Batch {
    /// Reads some lines; false at the end. Of a line that is too long only so much is read that this is seen.
    pub(super) fn read(&mut self, input: &mut dyn BufRead) -> std::io::Result<bool> {
        self.bytes.clear();
        self.lines.clear();
        while self.bytes.len() < BATCH_BYTES && self.lines.len() < BATCH_LINES {
            let start = self.bytes.len();
            read_line(input, &mut self.bytes)?;
            if self.bytes.len() == start {
                break;
            }
            self.lines.push(start..self.bytes.len());
        }
        Ok(!self.lines.is_empty())
    }

    /// How many lines it holds.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Its lines in pieces, each with how many lines are before it.
    pub(super) fn pieces(&self) -> impl IndexedParallelIterator<Item = (usize, &[Range<usize>])> {
        let size = (self.lines.len() / PIECES).clamp(1, PIECE);
        self.lines.par_chunks(size).enumerate().map(move |(at, lines)| (at * size, lines))
    }

    /// A line without its end.
    pub(super) fn line(&self, range: &Range<usize>) -> &[u8] {
        let line = &self.bytes[range.clone()];
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// All that some lines hold, which follow one another, if it is text.
    fn text(&self, lines: &[Range<usize>]) -> Option<&str> {
        let (first, last) = (lines.first()?, lines.last()?);
        std::str::from_utf8(&self.bytes[first.start..last.end]).ok()
    }
}

/// Reads up to the end of a line and with it, or so much that the line is seen to be too long.
fn read_line(input: &mut dyn BufRead, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    let mut rest = LONGEST + 2;
    while rest > 0 {
        let some = match input.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            some => some?,
        };
        let some = &some[..some.len().min(rest)];
        let end = first_of(some, |sixteen| sixteen.simd_eq(u8x16::splat(b'\n')));
        let used = end.map_or(some.len(), |end| end + 1);
        bytes.extend_from_slice(&some[..used]);
        input.consume(used);
        if end.is_some() || used == 0 {
            break;
        }
        rest -= used;
    }
    Ok(())
}

/// The place of the first byte of a kind, of which sixteen at a time are told; it may be told of zeros, which count for none.
#[inline(always)]
fn first_of(bytes: &[u8], is_one: impl Fn(u8x16) -> u8x16) -> Option<usize> {
    let (sixteens, last) = bytes.as_chunks();
    let of_sixteen = |sixteen: &[u8; 16]| match is_one(u8x16::new(*sixteen)).to_bitmask() {
        0 => None,
        ones => Some(ones.trailing_zeros() as usize),
    };
    let in_sixteens = sixteens.iter().enumerate().find_map(|(nth, sixteen)| Some(16 * nth + of_sixteen(sixteen)?));
    in_sixteens.or_else(|| {
        let mut padded = [0; 16];
        padded[..last.len()].copy_from_slice(last);
        of_sixteen(&padded).filter(|at| *at < last.len()).map(|at| 16 * sixteens.len() + at)
    })
}

/// Answers every line of the files, or of standard input, on standard output.
pub(super) fn answer(files: &[PathBuf], form: Form, least: u8, crew: &Crew) -> Result<(), Failure> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut number = 0;
    let mut through =
        |input: &mut dyn BufRead, place: &str| Lines { place, form, least }.answer(input, &mut number, crew, &mut out);
    if files.is_empty() {
        through(&mut std::io::stdin().lock(), "standard input")?;
    }
    for file in files {
        let input = File::open(file).map_err(|_| unreadable(file))?;
        through(&mut BufReader::with_capacity(1 << 18, input), &place_of(file))?;
    }
    written(out.flush()).map(|_| ())
}

fn place_of(file: &Path) -> String {
    file.display().to_string()
}

/// Whether somebody still reads what is written.
fn written(result: std::io::Result<()>) -> Result<bool, Failure> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(_) => Err(Failure::new(Kind::Internal, "stdout cannot be written")),
    }
}

/// How the lines of one input are read.
struct Lines<'l> {
    place: &'l str,
    form: Form,
    least: u8,
}

/// What is wrong with a line, counted from the first of its batch.
struct Refused {
    line: usize,
    why: &'static str,
}

impl Lines<'_> {
    fn answer(
        &self,
        input: &mut dyn BufRead,
        number: &mut usize,
        crew: &Crew,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        let (mut batch, first) = (Batch::default(), *number);
        while self.read(input, &mut batch)? {
            let begun = *number;
            let piece = |detector: &mut Detector, (before, lines): (usize, &[Range<usize>])| {
                let (answers, refused) = self.piece(detector, &batch, lines, begun + before);
                (before, answers, refused)
            };
            let pieces: Vec<_> = crew.work(|| batch.pieces().map_init(Detector::default, piece).collect());
            for (before, answers, refused) in pieces {
                if !written(out.write_all(&answers))? {
                    return Ok(());
                }
                if let Some(Refused { line, why }) = refused {
                    written(out.flush())?;
                    return Err(self.refusal(begun + before + line + 1 - first, why));
                }
            }
            *number += batch.len();
        }
        Ok(())
    }

    fn refusal(&self, line: usize, why: &str) -> Failure {
        let failure = Failure::new(Kind::Mismatch, format!("{}, line {line}: {why}", self.place));
        match self.form {
            Form::Ndjson => {
                failure.hint("a line is {\"id\": text or number, \"text\": text}; --text takes plain lines")
            }
            Form::Plain => failure.hint("lines are of UTF-8 and of 16 MiB at most"),
        }
    }

    fn read(&self, input: &mut dyn BufRead, batch: &mut Batch) -> Result<bool, Failure> {
        batch.read(input).map_err(|_| Failure::new(Kind::Usage, format!("{} cannot be read", self.place)))
    }

    /// The answers to some lines, up to the first that is refused.
    fn piece(
        &self,
        detector: &mut Detector,
        batch: &Batch,
        lines: &[Range<usize>],
        before: usize,
    ) -> (Vec<u8>, Option<Refused>) {
        // Answers are mostly shorter than their lines.
        let mut answers = Vec::with_capacity(lines.iter().map(Range::len).sum());
        // Where all of it is text, so is each line.
        let (text, from) = (batch.text(lines), lines.first().map_or(0, |first| first.start));
        for (line, range) in lines.iter().enumerate() {
            let bytes = batch.line(range);
            let start = range.start - from;
            let known = text.and_then(|text| text.get(start..start + bytes.len()));
            if let Err(why) = self.line(detector, bytes, known, before + line + 1, &mut answers) {
                return (answers, Some(Refused { line, why }));
            }
        }
        (answers, None)
    }

    fn line(
        &self,
        detector: &mut Detector,
        line: &[u8],
        known: Option<&str>,
        number: usize,
        answers: &mut Vec<u8>,
    ) -> Result<(), &'static str> {
        if line.len() > LONGEST {
            return Err("it is longer than 16 MiB");
        }
        let line = known.map_or_else(|| std::str::from_utf8(line), Ok).map_err(|_| "it is not UTF-8")?;
        match self.form {
            Form::Plain => answer_one(answers, &Id::Unsigned(number as u64), line, detector.find(line), self.least),
            Form::Ndjson if line.trim_ascii().is_empty() => {}
            Form::Ndjson => {
                let Line { id, text } = Line::read(line).ok_or("it has no `id` and `text`, or is no JSON")?;
                answer_one(answers, &id, &text, detector.find(&text), self.least);
            }
        }
        Ok(())
    }
}

/// What of a line is looked at; other keys are passed over.
#[derive(Deserialize)]
struct Line<'l> {
    #[serde(borrow)]
    id: Id<'l>,
    #[serde(borrow)]
    text: Cow<'l, str>,
}

impl<'l> Line<'l> {
    fn read(line: &'l str) -> Option<Self> {
        Line::as_mostly_written(line).or_else(|| serde_json::from_str(line).ok())
    }

    /// One that is written as most are, so that nothing of it has to be copied: `id` and `text` alone, in this order, and in
    /// neither what is escaped.
    fn as_mostly_written(line: &'l str) -> Option<Self> {
        let (id, rest) = Id::as_mostly_written(member(line.strip_prefix('{')?, "\"id\"")?)?;
        let text = member(rest.strip_prefix(',')?, "\"text\"")?;
        let (text, rest) = text.split_at_checked(end_of_text(text)?)?;
        (rest == "}").then(|| Line { id, text: Cow::Borrowed(&text[1..text.len() - 1]) })
    }
}

/// What stands behind a key and its colon.
fn member<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let space = |rest: &'l str| rest.strip_prefix(' ').unwrap_or(rest);
    Some(space(space(line).strip_prefix(key)?.strip_prefix(':')?))
}

/// Where a text in quotes ends that stands here, if nothing in it is escaped or has to be.
fn end_of_text(json: &str) -> Option<usize> {
    let letters = json.as_bytes().strip_prefix(b"\"")?;
    let is_special = |sixteen: u8x16| {
        let is_sign = sixteen.simd_eq(u8x16::splat(b'"')) | sixteen.simd_eq(u8x16::splat(b'\\'));
        is_sign | sixteen.simd_le(u8x16::splat(0x1f))
    };
    let end = first_of(letters, is_special)?;
    (letters[end] == b'"').then_some(end + 2)
}

/// A number or a text.
enum Id<'l> {
    /// As it stands in its line.
    Written(&'l str),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(Cow<'l, str>),
}

/// Any number of so many digits is one of 64 bits.
const MOST_DIGITS: usize = 19;

impl<'l> Id<'l> {
    /// One that its answer has as it stands, and what is behind it: a text without escapes, or a number without sign and point.
    fn as_mostly_written(json: &'l str) -> Option<(Self, &'l str)> {
        let end = end_of_text(json).or_else(|| {
            let digits = json.bytes().take_while(u8::is_ascii_digit).count();
            let is_number = (1..=MOST_DIGITS).contains(&digits) && (digits == 1 || !json.starts_with('0'));
            is_number.then_some(digits)
        })?;
        let (id, rest) = json.split_at(end);
        Some((Id::Written(id), rest))
    }

    fn put(&self, answers: &mut Vec<u8>) {
        match self {
            Id::Written(id) => answers.extend_from_slice(id.as_bytes()),
            Id::Unsigned(id) => put(answers, id),
            Id::Signed(id) => put(answers, id),
            Id::Float(id) => put(answers, id),
            Id::Text(id) => put(answers, id),
        }
    }
}

/// By hand: what serde derives tries one kind after the other, and words an error for each that it is not.
impl<'de: 'l, 'l> Deserialize<'de> for Id<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyId)
    }
}

struct AnyId;

impl<'de> Visitor<'de> for AnyId {
    type Value = Id<'de>;

    fn expecting(&self, form: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        form.write_str("a number or a text")
    }

    fn visit_u64<E: Error>(self, id: u64) -> Result<Id<'de>, E> {
        Ok(Id::Unsigned(id))
    }

    fn visit_i64<E: Error>(self, id: i64) -> Result<Id<'de>, E> {
        Ok(Id::Signed(id))
    }

    fn visit_f64<E: Error>(self, id: f64) -> Result<Id<'de>, E> {
        Ok(Id::Float(id))
    }

    fn visit_borrowed_str<E: Error>(self, id: &'de str) -> Result<Id<'de>, E> {
        Ok(Id::Text(id.into()))
    }

    fn visit_str<E: Error>(self, id: &str) -> Result<Id<'de>, E> {
        Ok(Id::Text(id.to_owned().into()))
    }
}

/// What stands behind the kind of a span, by the percent of its score.
static SCORES: LazyLock<Vec<String>> =
    LazyLock::new(|| (0..=100).map(|percent: u8| format!("\",{}]", f64::from(percent) / 100.0)).collect());

/// Writes the answer to one text; places count code points.
fn answer_one(answers: &mut Vec<u8>, id: &Id<'_>, text: &str, spans: &[Span], least: u8) {
    answers.extend_from_slice(b"{\"id\":");
    id.put(answers);
    answers.extend_from_slice(b",\"spans\":[");
    let is_ascii = !spans.is_empty() && text.is_ascii();
    let (mut at, mut points) = (0, 0);
    let mut place = |to: usize| {
        points += if is_ascii { to - at } else { text[at..to].chars().count() };
        at = to;
        points
    };
    let mut separator: &[u8] = b"[";
    for span in spans.iter().filter(|span| span.score >= least) {
        answers.extend_from_slice(separator);
        put(answers, &place(span.start));
        answers.push(b',');
        put(answers, &place(span.end));
        answers.extend_from_slice(b",\"");
        answers.extend_from_slice(span.kind.as_bytes());
        answers.extend_from_slice(SCORES[usize::from(span.score)].as_bytes());
        separator = b",[";
    }
    answers.extend_from_slice(b"]}\n");
}

/// Writes a value in JSON.
fn put(answers: &mut Vec<u8>, value: &impl Serialize) {
    // Memory takes what is written, and numbers and texts are always JSON.
    let _ = serde_json::to_writer(answers, value);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_mostly_written_is_read_as_json_is(
            pieces in prop::collection::vec(prop::sample::select(vec![
                "{\"id\":", "{ \"id\": ", ",\"text\":", ", \"text\" : ", "\"a\"", "\"ä b, {c}: d e f g h i\"", "\"\\n\"",
                "\"a\\\"b\"", "\"\t\"", "7", "007", "0", "-1", "1.5", "18446744073709551616", "9999999999999999999", "}", " ",
                ",\"n\":1", "null",
            ]), 2..7),
            is_whole in any::<bool>()
        ) {
            let whole = || format!("{{\"id\":{},\"text\":{}}}", pieces[0], pieces[1]);
            let line = if is_whole { whole() } else { pieces.concat() };
            let answer = |line: Line<'_>| {
                let mut answers = Vec::new();
                line.id.put(&mut answers);
                (answers, line.text.into_owned())
            };
            if let Some(read) = Line::as_mostly_written(&line) {
                prop_assert_eq!(Some(answer(read)), serde_json::from_str(&line).ok().map(answer), "{}", line);
            }
        }

        #[test]
        fn lines_end_where_they_end(text in "[a\n]{0,80}", room in 1..40usize) {
            let mut input = BufReader::with_capacity(room, text.as_bytes());
            let mut batch = Batch::default();
            batch.read(&mut input).expect("lines");
            let lines: Vec<_> = batch.lines.iter().map(|line| &text[line.clone()]).collect();
            prop_assert_eq!(lines, text.split_inclusive('\n').collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_is_escaped_is_not_as_mostly_written() {
        for line in [
            "{\"id\":\"a-1\",\"text\":\"Aino, 7\"}",
            "{\"id\": 12, \"text\": \"\"}",
            "{\"id\": \"ä\", \"text\": \"a text of more than sixteen letters\"}",
        ] {
            assert!(Line::as_mostly_written(line).is_some(), "{line}");
        }
        for line in [
            "{\"id\":1,\"text\":\"a\\n\"}",
            "{\"id\":1,\"text\":\"a\tb\"}",
            "{\"id\":01,\"text\":\"a\"}",
            "{\"text\":\"a\",\"id\":1}",
        ] {
            assert!(Line::as_mostly_written(line).is_none(), "{line}");
        }
    }

    #[test]
    fn a_line_without_an_end_is_not_read_to_it() {
        let mut batch = Batch::default();
        assert_eq!(batch.read(&mut BufReader::new(std::io::repeat(b'a'))).ok(), Some(true));
        assert_eq!((batch.len(), batch.bytes.len()), (1, LONGEST + 2));
    }
}
