//! A line of `id` and `text`, read where it lies.

use std::borrow::Cow;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};
use wide::u8x16;

use super::batch::first_of;

/// What of a line is looked at; other keys are passed over.
#[derive(Deserialize)]
pub(super) struct Line<'l> {
    #[serde(borrow)]
    pub id: Id<'l>,
    #[serde(borrow)]
    pub text: Cow<'l, str>,
}

impl<'l> Line<'l> {
    pub(super) fn read(line: &'l str) -> Option<Self> {
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
pub(super) enum Id<'l> {
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

    /// Writes it as an answer has it.
    pub(super) fn put(&self, answers: &mut Vec<u8>) {
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

/// Writes a value in JSON.
pub(super) fn put(answers: &mut Vec<u8>, value: &impl Serialize) {
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
}
