//! The text of one record after the other: a line, or an element of the array.

use super::super::Limits;
use super::super::error::{Fault, TextError};
use super::super::input::Input;

/// How records stand in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Lines,
    /// An array of which this was met last.
    Array(Met),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Met {
    Nothing,
    Open,
    Element,
    Comma,
    Close,
}

impl Met {
    /// What is wrong with a byte behind it.
    fn unexpected(self, byte: u8) -> Fault {
        match (self, byte) {
            (Met::Nothing, _) => Fault::NotAnArray,
            (Met::Open | Met::Comma, b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => Fault::NotAnObject,
            (Met::Open | Met::Comma, _) => Fault::Json("no value begins with this character"),
            (Met::Element, _) => Fault::Json("a comma is missing"),
            (Met::Close, _) => Fault::Json("something follows the value"),
        }
    }
}

/// Cuts a text into the texts of its records.
pub(super) struct Frames {
    input: Input,
    layout: Layout,
    line: u64,
    limit: usize,
    frame: Vec<u8>,
}

impl Frames {
    pub(super) fn lines(input: Input, limits: &Limits) -> Self {
        Frames { input, layout: Layout::Lines, line: 1, limit: limits.record_bytes, frame: Vec::new() }
    }

    pub(super) fn array(input: Input, limits: &Limits) -> Self {
        Frames { layout: Layout::Array(Met::Nothing), ..Frames::lines(input, limits) }
    }

    /// The text of the next record and the line where it begins; none at the end.
    pub(super) fn read(&mut self) -> Result<Option<(u64, &str)>, TextError> {
        let start = match self.layout {
            Layout::Lines => self.line()?,
            Layout::Array(met) => self.element(met)?,
        };
        let Some(start) = start else { return Ok(None) };
        match std::str::from_utf8(&self.frame) {
            Ok(text) => Ok(Some((start, text))),
            Err(error) => Err(TextError::at(start + feeds(&self.frame[..error.valid_up_to()]), Fault::NotUtf8)),
        }
    }

    /// The bytes at hand; a fault of the storage has the line that it came to.
    fn window(&mut self) -> Result<&[u8], TextError> {
        let line = self.line;
        self.input.window().map_err(|fault| TextError::at(line, fault))
    }

    /// Moves bytes of the window to the frame.
    fn keep(&mut self, start: u64, length: usize) -> Result<(), TextError> {
        let (limit, window) = (self.limit, self.input.window()?);
        if self.frame.len() + length > limit {
            return Err(TextError::at(start, Fault::TooLong { what: "record", limit }));
        }
        self.line += feeds(&window[..length]);
        self.frame.extend_from_slice(&window[..length]);
        self.input.consume(length);
        Ok(())
    }

    /// Reads a line that is not blank.
    fn line(&mut self) -> Result<Option<u64>, TextError> {
        loop {
            self.frame.clear();
            let start = self.line;
            let is_last = self.rest_of_line(start)?;
            if !self.frame.iter().all(|byte| b" \t\r\n".contains(byte)) {
                return Ok(Some(start));
            }
            if is_last {
                return Ok(None);
            }
        }
    }

    /// Reads up to a line feed and passes over it, or to the end of the text, which it tells.
    fn rest_of_line(&mut self, start: u64) -> Result<bool, TextError> {
        loop {
            let window = self.window()?;
            let (feed, length) = (window.iter().position(|byte| *byte == b'\n'), window.len());
            if length == 0 {
                return Ok(true);
            }
            self.keep(start, feed.map_or(length, |feed| feed + 1))?;
            if feed.is_some() {
                self.frame.pop();
                return Ok(false);
            }
        }
    }

    /// Reads an element of the array, brackets in balance; what is inside is not looked at.
    fn element(&mut self, mut met: Met) -> Result<Option<u64>, TextError> {
        while let Some(byte) = self.sign()? {
            met = match (met, byte) {
                (Met::Nothing, b'[') => Met::Open,
                (Met::Open | Met::Comma, b'{') => {
                    self.layout = Layout::Array(Met::Element);
                    return self.balanced().map(Some);
                }
                (Met::Element, b',') => Met::Comma,
                (Met::Open | Met::Element, b']') => Met::Close,
                _ => return Err(TextError::at(self.line, met.unexpected(byte))),
            };
            self.input.consume(1);
        }
        self.layout = Layout::Array(met);
        match met {
            Met::Close => Ok(None),
            Met::Nothing => Err(TextError::at(self.line, Fault::NotAnArray)),
            _ => Err(TextError::at(self.line, Fault::Json("it ends inside of the array"))),
        }
    }

    /// The next byte that is not white space.
    fn sign(&mut self) -> Result<Option<u8>, TextError> {
        loop {
            let window = self.window()?;
            let blank = window.iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
            let (sign, feeds) = (window.get(blank).copied(), feeds(&window[..blank]));
            self.line += feeds;
            self.input.consume(blank);
            if sign.is_some() || blank == 0 {
                return Ok(sign);
            }
        }
    }

    /// Reads from an opening brace to the one that closes it.
    fn balanced(&mut self) -> Result<u64, TextError> {
        self.frame.clear();
        let (start, mut balance) = (self.line, Balance::default());
        loop {
            let window = self.window()?;
            let (closed, length) = (window.iter().position(|byte| balance.closes(*byte)), window.len());
            if length == 0 {
                return Err(TextError::at(self.line, Fault::Json("it ends inside of an object")));
            }
            self.keep(start, closed.map_or(length, |closed| closed + 1))?;
            if closed.is_some() {
                return Ok(start);
            }
        }
    }
}

fn feeds(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// Counts brackets outside of texts.
#[derive(Default)]
struct Balance {
    open: usize,
    in_text: bool,
    is_escaped: bool,
}

impl Balance {
    /// Whether the byte closes what the first one opened.
    fn closes(&mut self, byte: u8) -> bool {
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' if self.in_text => self.is_escaped = true,
            b'"' => self.in_text = !self.in_text,
            _ if self.in_text => {}
            b'{' | b'[' => self.open += 1,
            b'}' | b']' => self.open -= 1,
            _ => {}
        }
        self.open == 0
    }
}
