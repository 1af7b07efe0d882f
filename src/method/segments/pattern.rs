//! Patterns of literal text and named segments.

/// Where a segment stands in a text, in bytes.
pub type Range = std::ops::Range<usize>;

/// What a segment is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chars {
    Any,
    Digits,
    Letters,
    Alphanumeric,
}

/// All of them, in the order in which messages name them.
pub const CHARS: &[Chars] = &[Chars::Any, Chars::Digits, Chars::Letters, Chars::Alphanumeric];

impl Chars {
    /// The name as it stands in a schema.
    pub fn name(self) -> &'static str {
        match self {
            Chars::Any => "any",
            Chars::Digits => "digits",
            Chars::Letters => "letters",
            Chars::Alphanumeric => "alphanumeric",
        }
    }

    fn hold(self, byte: u8) -> bool {
        match self {
            Chars::Any => true,
            Chars::Digits => byte.is_ascii_digit(),
            Chars::Letters => byte.is_ascii_alphabetic(),
            Chars::Alphanumeric => byte.is_ascii_alphanumeric(),
        }
    }

    /// Whether no character is of both.
    fn apart(self, other: Chars) -> bool {
        matches!((self, other), (Chars::Digits, Chars::Letters) | (Chars::Letters, Chars::Digits))
    }
}

/// A pattern, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    written: String,
    names: Vec<String>,
    chars: Vec<Chars>,
    /// One before each segment, and one behind the last.
    literals: Vec<String>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(written: &str) -> Result<Self, String> {
        let (mut names, mut literals) = (Vec::new(), vec![String::new()]);
        let mut rest = written;
        while let Some(at) = rest.find('<') {
            let literal = literals.last_mut().ok_or("it is empty")?;
            literal.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(behind) = rest.strip_prefix('<') {
                literal.push('<');
                rest = behind;
                continue;
            }
            let (name, behind) = rest.split_once('>').ok_or("a segment has no `>` at its end")?;
            names.push(checked(name, &names)?);
            literals.push(String::new());
            rest = behind;
        }
        literals.last_mut().ok_or("it is empty")?.push_str(rest);
        if names.is_empty() {
            return Err("it has no segment, as in \"<user>_<day>\"".to_owned());
        }
        Ok(Pattern { written: written.to_owned(), chars: vec![Chars::Any; names.len()], names, literals })
    }

    /// Says what a segment is made of.
    pub fn restrict(&mut self, segment: usize, chars: Chars) {
        self.chars[segment] = chars;
    }

    /// Whether it is clear where every segment ends.
    ///
    /// # Errors
    /// Where it is not, with the two segments.
    pub fn separated(&self) -> Result<(), String> {
        let unclear = (1..self.names.len())
            .find(|index| self.literals[*index].is_empty() && !self.chars[index - 1].apart(self.chars[*index]));
        match unclear {
            None => Ok(()),
            Some(index) => Err(format!(
                "nothing stands between <{}> and <{}>; put a literal there, or give one `chars = \"digits\"` and the other \
                 \"letters\"",
                self.names[index - 1],
                self.names[index]
            )),
        }
    }

    /// Finds every segment of a text; tells whether it fits. No segment is empty.
    pub fn find(&self, text: &str, found: &mut Vec<Range>) -> bool {
        found.clear();
        let Some(rest) = text.strip_prefix(self.literals[0].as_str()) else { return false };
        let mut at = text.len() - rest.len();
        for (index, chars) in self.chars.iter().enumerate() {
            let Some(length) = self.length(index, &text[at..]) else { return false };
            if length == 0 || !text.as_bytes()[at..at + length].iter().all(|byte| chars.hold(*byte)) {
                return false;
            }
            found.push(at..at + length);
            at += length + self.literals[index + 1].len();
        }
        true
    }

    /// How long a segment is with which the rest of a text begins.
    fn length(&self, index: usize, rest: &str) -> Option<usize> {
        let literal = self.literals[index + 1].as_str();
        if index + 1 == self.names.len() {
            return rest.strip_suffix(literal).map(str::len);
        }
        if literal.is_empty() {
            return Some(rest.bytes().take_while(|byte| self.chars[index].hold(*byte)).count());
        }
        let first = rest.chars().next()?.len_utf8();
        rest[first..].find(literal).map(|at| first + at)
    }

    /// The names of the segments, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What a segment is made of.
    pub fn chars(&self, segment: usize) -> Chars {
        self.chars[segment]
    }

    /// The literals before the segments.
    pub fn before(&self) -> impl Iterator<Item = &str> {
        self.literals.iter().map(String::as_str)
    }

    /// The literal behind the last segment.
    pub fn behind(&self) -> &str {
        self.literals.last().map_or("", String::as_str)
    }

    /// The pattern as it stands in the schema.
    pub fn written(&self) -> &str {
        &self.written
    }
}

fn checked(name: &str, names: &[String]) -> Result<String, String> {
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err("a segment's name is made of letters, digits and `_`".to_owned());
    }
    if names.iter().any(|known| known == name) {
        return Err(format!("segment <{name}> is there twice"));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(written: &str, chars: &[Chars]) -> Pattern {
        let mut pattern = Pattern::parse(written).expect("it is right");
        chars.iter().enumerate().for_each(|(index, chars)| pattern.restrict(index, *chars));
        pattern
    }

    fn found<'t>(pattern: &Pattern, text: &'t str) -> Option<Vec<&'t str>> {
        let mut ranges = Vec::new();
        pattern.find(text, &mut ranges).then(|| ranges.into_iter().map(|range| &text[range]).collect())
    }

    #[test]
    fn segments_end_where_their_literal_stands_first() {
        let visit = pattern("<user>_<day>_<n>", &[]);
        assert_eq!(found(&visit, "7_monday_3"), Some(vec!["7", "monday", "3"]));
        assert_eq!(found(&visit, "a_b_c_d"), Some(vec!["a", "b", "c_d"]));
        assert_eq!(found(&visit, "__b_c"), Some(vec!["_", "b", "c"]));
        assert_eq!(found(&visit, "ä_ö_å"), Some(vec!["ä", "ö", "å"]));
        for text in ["", "_", "a_b", "a_b_", "_a_b", "a__b"] {
            assert_eq!(found(&visit, text), None, "{text}");
        }
    }

    #[test]
    fn literals_at_the_ends_are_part_of_it() {
        let tag = pattern("<<<name>>", &[]);
        assert_eq!(found(&tag, "<a>b>"), Some(vec!["a>b"]));
        assert_eq!(found(&tag, "<>"), None);
        assert_eq!(found(&tag, "a>"), None);
        let one = pattern("<all>", &[]);
        assert_eq!(found(&one, "x y"), Some(vec!["x y"]));
    }

    #[test]
    fn characters_say_where_a_segment_ends() {
        let plate = pattern("<letters><digits>", &[Chars::Letters, Chars::Digits]);
        assert!(plate.separated().is_ok());
        assert_eq!(found(&plate, "ABC123"), Some(vec!["ABC", "123"]));
        assert_eq!(found(&plate, "ABC"), None);
        assert_eq!(found(&plate, "AB1C"), None);
        assert!(pattern("<a><b>", &[Chars::Digits, Chars::Alphanumeric]).separated().is_err());
        assert!(pattern("<a><b>", &[]).separated().is_err());
    }

    #[test]
    fn wrong_patterns_are_refused() {
        for written in ["", "plain", "<a", "<a>_<a>", "<>", "<a b>", "<<a>"] {
            assert!(Pattern::parse(written).is_err(), "{written}");
        }
    }

    proptest! {
        #[test]
        fn segments_and_literals_are_the_text(text in "[a_.ä]{0,12}") {
            let pattern = pattern("<one>_<two>.<three>", &[]);
            if let Some(parts) = found(&pattern, &text) {
                prop_assert_eq!(format!("{}_{}.{}", parts[0], parts[1], parts[2]), text);
            }
        }
    }
}
