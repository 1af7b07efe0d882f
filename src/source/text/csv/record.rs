//! One record after the other, out of the bytes of a CSV text.

use super::super::Limits;
use super::super::error::{Count, Fault, TextError};
use super::super::input::Input;
use crate::schema::{Dialect, Escape, StrayQuote};

/// The fields of one record.
#[derive(Default)]
pub(super) struct Record {
    data: Vec<u8>,
    ends: Vec<usize>,
    quoted: Vec<bool>,
    /// Whether the field that is being read began with a quote.
    is_quoted: bool,
    /// The line where it begins.
    pub(super) line: u64,
}

impl Record {
    fn begin(&mut self, line: u64) {
        self.data.clear();
        self.ends.clear();
        self.quoted.clear();
        (self.line, self.is_quoted) = (line, false);
    }

    /// How many fields it has.
    pub(super) fn width(&self) -> usize {
        self.ends.len()
    }

    /// How many bytes its fields have.
    pub(super) fn bytes(&self) -> usize {
        self.data.len()
    }

    fn start(&self, field: usize) -> usize {
        if field == 0 { 0 } else { self.ends[field - 1] }
    }

    /// A field, and whether it stood in quotes.
    pub(super) fn field(&self, field: usize) -> (&[u8], bool) {
        (&self.data[self.start(field)..self.ends[field]], self.quoted[field])
    }

    /// Whether it is a line with nothing in it.
    pub(super) fn is_blank(&self) -> bool {
        self.ends == [0] && !self.quoted[0]
    }

    /// The line on which a field begins.
    pub(super) fn line_of(&self, field: usize) -> u64 {
        let before = &self.data[..self.start(field)];
        self.line + before.iter().filter(|byte| **byte == b'\n').count() as u64
    }

    fn end_field(&mut self) {
        self.ends.push(self.data.len());
        self.quoted.push(std::mem::take(&mut self.is_quoted));
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the start of a field.
    Start,
    /// In a field without quotes.
    Plain,
    /// In quotes.
    Quoted,
    /// In quotes, behind a backslash.
    Escaped,
    /// Behind a quote that may have closed.
    Closed,
    /// Behind a carriage return.
    Return,
}

/// What became of a byte.
enum Step {
    Go(State),
    /// The record ends with it.
    End,
}

/// Which bytes are more than text.
type Signs = [bool; 256];

fn signs(bytes: &[u8]) -> Signs {
    let mut signs = [false; 256];
    bytes.iter().for_each(|byte| signs[usize::from(*byte)] = true);
    signs
}

/// Takes records out of a text.
pub(super) struct Records {
    input: Input,
    rules: Rules,
    /// The line that is being read.
    line: u64,
    is_line_ended: bool,
}

struct Rules {
    dialect: Dialect,
    outside: Signs,
    inside: Signs,
    limits: Limits,
    /// The most fields that a record may have.
    width: usize,
}

impl Records {
    pub(super) fn new(input: Input, dialect: &Dialect, limits: Limits, width: usize) -> Self {
        let quote = dialect.quote.unwrap_or(b'\0');
        let escape = if dialect.escape == Escape::Backslash { b'\\' } else { quote };
        let outside = signs(&[dialect.delimiter, quote, b'\r', b'\n', b'\0']);
        let inside = signs(&[quote, escape, b'\n', b'\0']);
        let rules = Rules { dialect: dialect.clone(), outside, inside, limits, width };
        Records { input, rules, line: 1, is_line_ended: true }
    }

    /// Whether the last record ended with its line, and not with the text.
    pub(super) fn is_line_ended(&self) -> bool {
        self.is_line_ended
    }

    /// Reads the next record; false at the end of the text.
    pub(super) fn read(&mut self, record: &mut Record) -> Result<bool, TextError> {
        record.begin(self.line);
        let (mut state, mut opened) = (State::Start, self.line);
        loop {
            let window = self.input.window().map_err(|fault| TextError::at(self.line, fault))?;
            if window.is_empty() {
                self.is_line_ended &= state == State::Start && record.width() == 0;
                return at_end(state, record, opened);
            }
            let mut scan = Scan { rules: &self.rules, record, line: self.line, opened, state };
            let (used, ended) = scan.run(window)?;
            (self.line, opened, state) = (scan.line, scan.opened, scan.state);
            self.input.consume(used);
            if ended {
                self.line += 1;
                return Ok(true);
            }
        }
    }
}

fn at_end(state: State, record: &mut Record, opened: u64) -> Result<bool, TextError> {
    match state {
        State::Quoted | State::Escaped => Err(TextError::at(opened, Fault::OpenQuote)),
        State::Return => Err(TextError::at(record.line, Fault::LoneReturn)),
        State::Start if record.width() == 0 => Ok(false),
        State::Start | State::Plain | State::Closed => {
            record.end_field();
            Ok(true)
        }
    }
}

/// The reading of one window.
struct Scan<'r> {
    rules: &'r Rules,
    record: &'r mut Record,
    line: u64,
    /// Where the last quote opened.
    opened: u64,
    state: State,
}

impl Scan<'_> {
    /// How many bytes of the window were used, and whether the record ended.
    fn run(&mut self, window: &[u8]) -> Result<(usize, bool), TextError> {
        let mut at = 0;
        while at < window.len() {
            let text = self.text(&window[at..]);
            if text > 0 {
                self.push(&window[at..at + text])?;
                at += text;
                continue;
            }
            match self.step(window[at]).map_err(|fault| TextError::at(self.line, fault))? {
                Step::Go(state) => self.state = state,
                Step::End => return Ok((at + 1, true)),
            }
            at += 1;
        }
        Ok((at, false))
    }

    /// How many bytes from here on are nothing but text.
    fn text(&self, window: &[u8]) -> usize {
        let signs = match self.state {
            State::Start | State::Plain => &self.rules.outside,
            State::Quoted => &self.rules.inside,
            State::Escaped | State::Closed | State::Return => return 0,
        };
        window.iter().position(|byte| signs[usize::from(*byte)]).unwrap_or(window.len())
    }

    fn push(&mut self, text: &[u8]) -> Result<(), TextError> {
        let limits = &self.rules.limits;
        let record = self.record.data.len() + text.len();
        let field = record - self.record.ends.last().copied().unwrap_or(0);
        let too_long = |what, limit| Err(TextError::at(self.record.line, Fault::TooLong { what, limit }));
        if field > limits.field_bytes {
            return too_long("field", limits.field_bytes);
        }
        if record > limits.record_bytes {
            return too_long("record", limits.record_bytes);
        }
        self.record.data.extend_from_slice(text);
        if self.state == State::Start {
            self.state = State::Plain;
        }
        Ok(())
    }

    fn step(&mut self, byte: u8) -> Result<Step, Fault> {
        let dialect = &self.rules.dialect;
        let quote = Some(byte) == dialect.quote;
        match (self.state, byte) {
            (_, 0) => Err(Fault::Nul),
            (State::Return, b'\n') => Ok(Step::End),
            (State::Return, _) => Err(Fault::LoneReturn),
            (State::Escaped, b'\\') => self.kept(byte),
            (State::Escaped, _) if quote => self.kept(byte),
            (State::Escaped, _) => Err(Fault::BadEscape),
            (State::Quoted, b'\n') => self.kept(byte),
            (State::Quoted, _) if quote => Ok(Step::Go(State::Closed)),
            (State::Quoted, _) => Ok(Step::Go(State::Escaped)),
            (State::Closed, _) if quote && dialect.escape == Escape::Doubled => self.kept(byte),
            (_, b'\n') => self.end_field().map(|()| Step::End),
            (_, b'\r') => self.end_field().map(|()| Step::Go(State::Return)),
            (_, byte) if byte == dialect.delimiter => self.end_field().map(|()| Step::Go(State::Start)),
            (State::Closed, _) => Err(Fault::AfterQuote),
            (State::Start, _) => {
                (self.record.is_quoted, self.opened) = (true, self.line);
                Ok(Step::Go(State::Quoted))
            }
            (State::Plain, _) => self.stray(byte),
        }
    }

    /// A byte inside quotes that is data all the same.
    fn kept(&mut self, byte: u8) -> Result<Step, Fault> {
        self.state = State::Quoted;
        self.push(&[byte]).map_err(|error| error.fault)?;
        self.line += u64::from(byte == b'\n');
        Ok(Step::Go(State::Quoted))
    }

    fn stray(&mut self, byte: u8) -> Result<Step, Fault> {
        match self.rules.dialect.stray_quote {
            StrayQuote::Refused => Err(Fault::StrayQuote),
            StrayQuote::Kept => self.push(&[byte]).map(|()| Step::Go(State::Plain)).map_err(|error| error.fault),
        }
    }

    fn end_field(&mut self) -> Result<(), Fault> {
        self.record.end_field();
        let planned = self.rules.width;
        match self.record.width() > planned {
            true => Err(Fault::Ragged { found: Count::MoreThan(planned), planned }),
            false => Ok(()),
        }
    }
}
