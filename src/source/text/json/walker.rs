//! Walks over one JSON text, value by value, and takes nothing that RFC 8259 does not.

use super::super::Limits;
use super::super::error::Fault;
use super::super::leaf::is_number;

/// What a value is, by its first character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Text,
    Number,
    Truth,
    Null,
}

/// A place in a JSON text.
pub(super) struct Walker<'t> {
    text: &'t str,
    at: usize,
    /// Holds a text with escapes, unescaped.
    scratch: &'t mut String,
    limits: &'t Limits,
    depth: usize,
    /// How many values were made of it.
    values: usize,
}

impl<'t> Walker<'t> {
    pub(super) fn new(text: &'t str, scratch: &'t mut String, limits: &'t Limits) -> Self {
        Walker { text, at: 0, scratch, limits, depth: 0, values: 0 }
    }

    /// How many line feeds stand before the place.
    pub(super) fn lines(&self) -> u64 {
        self.text.as_bytes()[..self.at].iter().filter(|byte| **byte == b'\n').count() as u64
    }

    /// How many values were made so far.
    pub(super) fn values(&self) -> usize {
        self.values
    }

    /// Counts values that are about to be made.
    pub(super) fn spend(&mut self, values: usize) -> Result<(), Fault> {
        self.values = self.values.saturating_add(values);
        match self.values > self.limits.values {
            true => Err(Fault::TooMany { what: "values in one record", limit: self.limits.values }),
            false => Ok(()),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over white space.
    fn space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8, otherwise: &'static str) -> Result<(), Fault> {
        if self.peek() != Some(byte) {
            return Err(Fault::Json(otherwise));
        }
        self.at += 1;
        Ok(())
    }

    /// What the next value is.
    pub(super) fn kind(&mut self) -> Result<Kind, Fault> {
        self.space();
        Ok(match self.peek() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::Text,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b't' | b'f') => Kind::Truth,
            Some(b'n') => Kind::Null,
            Some(_) => return Err(Fault::Json("no value begins with this character")),
            None => return Err(Fault::Json("it ends where a value should be")),
        })
    }

    /// Goes into the array or object that comes next.
    pub(super) fn enter(&mut self) -> Result<(), Fault> {
        self.at += 1;
        self.depth += 1;
        match self.depth > self.limits.depth {
            true => Err(Fault::TooMany { what: "levels of arrays and objects", limit: self.limits.depth }),
            false => Ok(()),
        }
    }

    /// Whether one more item comes behind so many; else goes out again, behind the closing bracket.
    pub(super) fn more(&mut self, close: u8, before: usize) -> Result<bool, Fault> {
        self.space();
        match self.peek() {
            None => Err(Fault::Json("it ends inside of an array or object")),
            Some(byte) if byte == close => {
                self.at += 1;
                self.depth -= 1;
                Ok(false)
            }
            Some(_) if before == 0 => Ok(true),
            Some(b',') => {
                self.at += 1;
                self.space();
                if self.peek() == Some(close) { Err(Fault::Json("a comma before a closing bracket")) } else { Ok(true) }
            }
            Some(_) => Err(Fault::Json("a comma is missing")),
        }
    }

    /// The key that comes next, and its colon.
    pub(super) fn key(&mut self) -> Result<&str, Fault> {
        let place = self.string()?;
        self.space();
        self.take(b':', "a colon is missing")?;
        Ok(self.resolve(place))
    }

    /// The text that comes next.
    pub(super) fn text(&mut self) -> Result<&str, Fault> {
        let place = self.string()?;
        Ok(self.resolve(place))
    }

    fn resolve(&self, place: Option<(usize, usize)>) -> &str {
        place.map_or(self.scratch.as_str(), |(start, end)| &self.text[start..end])
    }

    /// Reads a text: where it stands if it has no escapes, else it is in the scratch.
    fn string(&mut self) -> Result<Option<(usize, usize)>, Fault> {
        self.take(b'"', "a key is not a text")?;
        let start = self.at;
        self.plain();
        if self.peek() == Some(b'"') {
            let end = self.at;
            self.at += 1;
            self.fits(end - start)?;
            return Ok(Some((start, end)));
        }
        self.scratch.clear();
        self.scratch.push_str(&self.text[start..self.at]);
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(Fault::Json("a control character in a text")),
                None => return Err(Fault::Json("it ends inside of a text")),
            }
            let plain = self.at;
            self.plain();
            self.scratch.push_str(&self.text[plain..self.at]);
        }
        self.at += 1;
        self.fits(self.scratch.len()).map(|()| None)
    }

    /// Passes over characters that stand for themselves.
    fn plain(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len());
    }

    fn fits(&self, length: usize) -> Result<(), Fault> {
        let limit = self.limits.field_bytes;
        if length > limit { Err(Fault::TooLong { what: "text", limit }) } else { Ok(()) }
    }

    fn escape(&mut self) -> Result<(), Fault> {
        self.at += 1;
        let letter = self.peek();
        self.at += usize::from(letter.is_some_and(|letter| letter.is_ascii()));
        let character = match letter {
            Some(sign @ (b'"' | b'\\' | b'/')) => char::from(sign),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => self.unicode()?,
            _ => return Err(Fault::Json("an escape that there is not")),
        };
        self.scratch.push(character);
        Ok(())
    }

    /// The character of `\uXXXX`, or of a pair of surrogates.
    fn unicode(&mut self) -> Result<char, Fault> {
        const LONE: Fault = Fault::Json("a lone surrogate");
        let unit = self.unit()?;
        if !(0xd800..0xe000).contains(&unit) {
            return char::from_u32(unit).ok_or(LONE);
        }
        if !self.text[self.at..].starts_with("\\u") {
            return Err(LONE);
        }
        self.at += 2;
        let second = self.unit()?;
        if unit >= 0xdc00 || !(0xdc00..0xe000).contains(&second) {
            return Err(LONE);
        }
        char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (second - 0xdc00)).ok_or(LONE)
    }

    fn unit(&mut self) -> Result<u32, Fault> {
        let digits = self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|d| d.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        self.at += if unit.is_some() { 4 } else { 0 };
        unit.ok_or(Fault::Json("an escape without four hexadecimal digits"))
    }

    /// The number that comes next, as it is spelled.
    pub(super) fn number(&mut self) -> Result<&'t str, Fault> {
        let rest = &self.text[self.at..];
        let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
        let number = &rest[..rest.bytes().position(|byte| !is_part(byte)).unwrap_or(rest.len())];
        if !is_number(number) {
            return Err(Fault::Json("a number that is none"));
        }
        self.fits(number.len())?;
        self.at += number.len();
        Ok(number)
    }

    /// The `true`, `false` or `null` that comes next.
    pub(super) fn word(&mut self) -> Result<&'static str, Fault> {
        let rest = &self.text[self.at..];
        let word = ["true", "false", "null"].into_iter().find(|word| rest.starts_with(word));
        self.at += word.map_or(0, str::len);
        word.ok_or(Fault::Json("a word that is not true, false or null"))
    }

    /// Passes over a value.
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        match self.kind()? {
            Kind::Object => self.skip_items(b'}'),
            Kind::Array => self.skip_items(b']'),
            Kind::Text => self.string().map(|_| ()),
            Kind::Number => self.number().map(|_| ()),
            Kind::Truth | Kind::Null => self.word().map(|_| ()),
        }
    }

    fn skip_items(&mut self, close: u8) -> Result<(), Fault> {
        self.enter()?;
        let mut before = 0;
        while self.more(close, before)? {
            if close == b'}' {
                self.key()?;
            }
            self.skip()?;
            before += 1;
        }
        Ok(())
    }

    /// Nothing but white space is left.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        self.space();
        if self.at == self.text.len() { Ok(()) } else { Err(Fault::Json("something follows the value")) }
    }
}
