//! Texts, a line each: answered in their order, on all threads, in memory that does not depend on how many there are.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rayon::prelude::*;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

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
            match input.take(LONGEST as u64 + 2).read_until(b'\n', &mut self.bytes)? {
                0 => break,
                _ => self.lines.push(start..self.bytes.len()),
            }
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
        for (line, range) in lines.iter().enumerate() {
            if let Err(why) = self.line(detector, batch.line(range), before + line + 1, &mut answers) {
                return (answers, Some(Refused { line, why }));
            }
        }
        (answers, None)
    }

    fn line(
        &self,
        detector: &mut Detector,
        line: &[u8],
        number: usize,
        answers: &mut Vec<u8>,
    ) -> Result<(), &'static str> {
        if line.len() > LONGEST {
            return Err("it is longer than 16 MiB");
        }
        let line = std::str::from_utf8(line).map_err(|_| "it is not UTF-8")?;
        match self.form {
            Form::Plain => answer_one(answers, &number, line, detector.find(line), self.least),
            Form::Ndjson if line.trim_ascii().is_empty() => {}
            Form::Ndjson => {
                let Line { id, text } =
                    serde_json::from_str(line).map_err(|_| "it has no `id` and `text`, or is no JSON")?;
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

/// A number or a text.
#[derive(Serialize)]
#[serde(untagged)]
enum Id<'l> {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(Cow<'l, str>),
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

/// Scores as they are written, by percent.
static SCORES: LazyLock<Vec<String>> =
    LazyLock::new(|| (0..=100).map(|percent: u8| (f64::from(percent) / 100.0).to_string()).collect());

/// Writes the answer to one text; places count code points.
fn answer_one(answers: &mut Vec<u8>, id: &impl Serialize, text: &str, spans: &[Span], least: u8) {
    answers.extend_from_slice(b"{\"id\":");
    put(answers, id);
    answers.extend_from_slice(b",\"spans\":[");
    let is_ascii = text.is_ascii();
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
        for part in [",\"", span.kind, "\",", &SCORES[usize::from(span.score)], "]"] {
            answers.extend_from_slice(part.as_bytes());
        }
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
    use super::*;

    #[test]
    fn a_line_without_an_end_is_not_read_to_it() {
        let mut batch = Batch::default();
        assert_eq!(batch.read(&mut BufReader::new(std::io::repeat(b'a'))).ok(), Some(true));
        assert_eq!((batch.len(), batch.bytes.len()), (1, LONGEST + 2));
    }
}
