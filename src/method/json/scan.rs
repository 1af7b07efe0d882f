//! The words of JSON (RFC 8259), read strictly and without building anything.

/// What begins at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Object,
    List,
    Text,
    Number,
    Null,
    Flag,
}

/// A place in a text. Every reading function gives none where what it reads is not there.
pub struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    pub fn of(text: &'t str) -> Self {
        Scan { text, at: 0 }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips white space.
    pub fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Whether white space is all that is left.
    pub fn ends(&mut self) -> bool {
        self.space();
        self.rest().is_empty()
    }

    /// Takes a mark, if it is next behind white space.
    pub fn mark(&mut self, mark: u8) -> Option<()> {
        self.space();
        (self.peek() == Some(mark)).then(|| self.at += 1)
    }

    /// What begins here.
    pub fn kind(&mut self) -> Option<Kind> {
        self.space();
        match self.peek()? {
            b'{' => Some(Kind::Object),
            b'[' => Some(Kind::List),
            b'"' => Some(Kind::Text),
            b'-' | b'0'..=b'9' => Some(Kind::Number),
            b'n' => Some(Kind::Null),
            b't' | b'f' => Some(Kind::Flag),
            _ => None,
        }
    }

    /// Takes `null`, `true` or `false`.
    pub fn word(&mut self) -> Option<&'t str> {
        let word = ["null", "true", "false"].into_iter().find(|word| self.rest().starts_with(word))?;
        self.at += word.len();
        Some(word)
    }

    /// Takes a number, as it is written.
    pub fn number(&mut self) -> Option<&'t str> {
        let start = self.at;
        self.one_of(b"-");
        if self.one_of(b"0").is_none() {
            self.digits()?;
        }
        if self.one_of(b".").is_some() {
            self.digits()?;
        }
        if self.one_of(b"eE").is_some() {
            self.one_of(b"+-");
            self.digits()?;
        }
        Some(&self.text[start..self.at])
    }

    fn one_of(&mut self, bytes: &[u8]) -> Option<()> {
        bytes.contains(&self.peek()?).then(|| self.at += 1)
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    /// Takes a string; what it says takes the place of what was in the buffer.
    pub fn string(&mut self, into: &mut String) -> Option<()> {
        self.mark(b'"')?;
        into.clear();
        loop {
            let rest = self.rest();
            let plain = rest.bytes().position(|byte| byte == b'"' || byte == b'\\' || byte < b' ')?;
            into.push_str(&rest[..plain]);
            self.at += plain + 1;
            match rest.as_bytes()[plain] {
                b'"' => return Some(()),
                b'\\' => into.push(self.escaped()?),
                _ => return None,
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let byte = self.peek()?;
        self.at += 1;
        Some(match byte {
            b'"' | b'\\' | b'/' => byte.into(),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unit_or_pair(),
            _ => return None,
        })
    }

    /// One unit of UTF-16, or a pair of surrogates; half a pair is no character.
    fn unit_or_pair(&mut self) -> Option<char> {
        let first = self.unit()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first.into());
        }
        self.one_of(b"\\")?;
        self.one_of(b"u")?;
        char::decode_utf16([first, self.unit()?]).next()?.ok()
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = self.rest().get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.at += 4;
        u16::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_standard() {
        let number = |text| Scan::of(text).number();
        for text in ["0", "-0", "10", "1.50", "-1e5", "2E+10", "3e-2"] {
            assert_eq!(number(text), Some(text));
        }
        assert_eq!(number("01"), Some("0"));
        for text in ["-", ".5", "1.", "1e", "+1", "e1"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn strings_say_what_their_escapes_say() {
        let string = |text: &str| {
            let mut into = "before".to_owned();
            Scan::of(text).string(&mut into).map(|()| into)
        };
        assert_eq!(string(r#""a\u00e4\ud83d\ude00\/\n""#).as_deref(), Some("aä😀/\n"));
        for text in
            [r#""a"#, r#""\x""#, r#""\ud83d""#, r#""\ude00""#, r#""\u12g4""#, "\"\n\"", r#""\u+123""#, r#""\ud83dä""#]
        {
            assert_eq!(string(text), None, "{text}");
        }
    }
}
