//! `mask`: a few characters at the ends of a text stay, the others are covered.
//!
//! The number of characters stays. A text is covered whole where `first` and `last` would leave all of
//! it, or where what they cover is mask characters already: the input does not come out again, unless
//! it is nothing but mask characters itself.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::values::{is_text, map_text};
use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported, options_text};
use crate::document::{Fault, Section};

pub const ENTRY: Entry = Entry {
    name: "mask",
    version: 1,
    summary: "Covers a text with one character, but for some at its ends; its length stays.",
    options: &[
        ("first", "how many characters at the start stay, 0 if not given"),
        ("last", "how many characters at the end stay, 0 if not given"),
        ("with", "the one character that covers, \"*\" if not given"),
    ],
    keying: Keying::Keyless,
    examples: &[
        r#"{ class = "direct", method = "mask" }"#,
        r#"{ class = "direct", method = "mask", first = 1, last = 2, with = "x" }"#,
    ],
    parse,
};

struct Mask {
    first: usize,
    last: usize,
    with: char,
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let mut count =
        |option| Ok(section.optional::<u64>(option)?.map_or(0, |n| usize::try_from(n).unwrap_or(usize::MAX)));
    let (first, last) = (count("first")?, count("last")?);
    let with: Option<String> = section.optional("with")?;
    let mut letters = with.as_deref().unwrap_or("*").chars();
    match (letters.next(), letters.next()) {
        (Some(with), None) => Ok(Box::new(Mask { first, last, with })),
        _ => Err(section.fault_at("with", "`with` takes exactly one character", None)),
    }
}

impl Mask {
    fn cover(&self, text: &str, out: &mut Vec<u8>) {
        let start = out.len();
        // In ASCII a character is a byte, and nothing is to be counted.
        let count = if text.is_ascii() { text.len() } else { text.chars().count() };
        let kept = self.first.saturating_add(self.last);
        if kept < count {
            let (first, last) = (place(text, self.first), place(text, count - self.last));
            out.extend_from_slice(&text.as_bytes()[..first]);
            self.repeat(count - kept, out);
            out.extend_from_slice(&text.as_bytes()[last..]);
        }
        if kept >= count || out[start..] == *text.as_bytes() {
            out.truncate(start);
            self.repeat(count, out);
        }
    }

    fn repeat(&self, count: usize, out: &mut Vec<u8>) {
        let mut bytes = [0; 4];
        match self.with.encode_utf8(&mut bytes).as_bytes() {
            [byte] => out.resize(out.len() + count, *byte),
            bytes => (0..count).for_each(|_| out.extend_from_slice(bytes)),
        }
    }
}

/// The byte at which a character starts; the end for the one behind the last.
fn place(text: &str, character: usize) -> usize {
    if text.is_ascii() {
        return character.min(text.len());
    }
    text.char_indices().nth(character).map_or(text.len(), |(at, _)| at)
}

impl Method for Mask {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if is_text(input) {
            return Ok(Outcome::becomes(DataType::Utf8));
        }
        let way_out = "it takes text; use `generalise` for numbers and dates, or `null`";
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        map_text(input, |text, out| self.cover(text, out))
    }

    fn carries_input(&self) -> bool {
        self.first > 0 || self.last > 0
    }

    fn words(&self) -> String {
        let Mask { first, last, with } = self;
        format!("covered with {with:?}; the first {first} and last {last} characters and the length stay readable")
    }

    fn options(&self) -> String {
        let Mask { first, last, with } = self;
        options_text(&[("first", &first.to_string()), ("last", &last.to_string()), ("with", &with.to_string())])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(first: usize, last: usize, text: &str) -> String {
        let mut out = b"before".to_vec();
        Mask { first, last, with: '*' }.cover(text, &mut out);
        String::from_utf8(out.split_off(6)).expect("it is text")
    }

    #[test]
    fn ends_stay_by_characters() {
        assert_eq!(covered(1, 2, "Ääninen"), "Ä****en");
        assert_eq!(covered(0, 0, "日本"), "**");
        assert_eq!(covered(0, 0, ""), "");
    }

    #[test]
    fn short_or_covered_text_is_covered_whole() {
        assert_eq!(covered(1, 2, "abc"), "***");
        assert_eq!(covered(usize::MAX, 2, "abc"), "***");
        assert_eq!(covered(2, 0, "ab**"), "****");
    }
}
