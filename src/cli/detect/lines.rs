//! Texts, a line each: answered in their order, on all threads, in memory that does not depend on how many there are.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use rayon::prelude::*;

use super::batch::{Batch, LONGEST};
use super::line::{Id, Line, put};
use super::unreadable;
use crate::crew::Crew;
use crate::detect::{Recall, Recalls, Span};
use crate::error::{Failure, Kind};

/// What a line holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// An object with `id` and `text`.
    Ndjson,
    /// The text itself.
    Plain,
}

/// Answers every line of the files, or of standard input, on standard output.
pub(super) fn answer(files: &[PathBuf], form: Form, least: u8, crew: &Crew) -> Result<(), Failure> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut number = 0;
    let recalls = Recalls::default();
    let mut through = |input: &mut dyn BufRead, place: &str| {
        Lines { place, form, least, recalls: &recalls }.answer(input, &mut number, crew, &mut out)
    };
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
    recalls: &'l Recalls,
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
            let piece = |(before, lines): (usize, &[Range<usize>])| {
                let piece = self.recalls.lend(|recall| self.piece(recall, &batch, lines, begun + before));
                (before, piece)
            };
            let pieces: Vec<_> = crew.work(|| batch.pieces().map(piece).collect());
            for (before, (answers, refused)) in pieces {
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
        recall: &mut Recall,
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
            if let Err(why) = self.line(recall, bytes, known, before + line + 1, &mut answers) {
                return (answers, Some(Refused { line, why }));
            }
        }
        (answers, None)
    }

    fn line(
        &self,
        recall: &mut Recall,
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
            Form::Plain => answer_one(answers, &Id::Unsigned(number as u64), line, recall.find(line), self.least),
            Form::Ndjson if line.trim_ascii().is_empty() => {}
            Form::Ndjson => {
                let Line { id, text } = Line::read(line).ok_or("it has no `id` and `text`, or is no JSON")?;
                answer_one(answers, &id, &text, recall.find(&text), self.least);
            }
        }
        Ok(())
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
