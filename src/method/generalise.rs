//! `generalise`: a value becomes the start of a range that holds it and others.
//!
//! One of three. `to`: a date or time becomes the first moment of its month, quarter, year or decade, in
//! UTC. `width`: a number becomes the greatest multiple of the width that is not above it; where the type
//! cannot hold that, the least number it holds. `prefix`: a text becomes its first characters. A number or
//! date that already is the start of its range equals its input, by nature; a text never does.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::values::{is_text, map_text};
use super::{ApplyError, Context, Entry, Keying, Method, Outcome, Unsupported, options_text};
use crate::document::{Fault, Section, nearest};

mod calendar;
mod width;

use calendar::Span;

pub const ENTRY: Entry = Entry {
    name: "generalise",
    version: 1,
    summary: "Makes a value coarser: the year of a date, a range of numbers, the start of a text.",
    options: &[
        ("to", "dates and times: \"month\", \"quarter\", \"year\" or \"decade\"; its first moment in UTC stays"),
        ("width", "numbers: a whole number from 1, or from 2 for whole numbers; multiples of it stay"),
        ("prefix", "text: how many characters stay, from 1"),
    ],
    keying: Keying::Keyless,
    examples: &[
        r#"{ class = "quasi", method = "generalise", to = "year" }"#,
        r#"{ class = "quasi", method = "generalise", width = 10 }"#,
        r#"{ class = "quasi", method = "generalise", prefix = 2 }"#,
    ],
    parse,
};

enum Generalise {
    To(Span),
    Width(u64),
    Prefix(u64),
}

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let to: Option<String> = section.optional("to")?;
    let (width, prefix) = (section.optional("width")?, section.optional("prefix")?);
    let method = match (to, width, prefix) {
        (Some(to), None, None) => Generalise::To(span(section, &to)?),
        (None, Some(width), None) => Generalise::Width(positive(section, "width", width)?),
        (None, None, Some(prefix)) => Generalise::Prefix(positive(section, "prefix", prefix)?),
        _ => return Err(section.fault("`generalise` takes exactly one of `to`, `width` and `prefix`", None)),
    };
    Ok(Box::new(method))
}

fn span(section: &Section<'_>, name: &str) -> Result<Span, Fault> {
    Span::ALL.into_iter().find(|span| span.name() == name).ok_or_else(|| {
        let hint = match nearest(name, Span::ALL.map(Span::name)) {
            Some(known) => format!("did you mean \"{known}\"?"),
            None => format!("known here: {}", Span::ALL.map(Span::name).join(", ")),
        };
        section.fault_at("to", format!("\"{name}\" is no span of time"), hint)
    })
}

fn positive(section: &Section<'_>, option: &str, number: u64) -> Result<u64, Fault> {
    if number > 0 {
        Ok(number)
    } else {
        Err(section.fault_at(option, format!("`{option}` takes a number from 1"), None))
    }
}

impl Method for Generalise {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        let way_out = match self {
            Generalise::To(_) if calendar::takes(input) => return Ok(Outcome::becomes(input.clone())),
            Generalise::Width(width) if width::takes(input, *width) => return Ok(Outcome::becomes(input.clone())),
            Generalise::Prefix(_) if is_text(input) => return Ok(Outcome::becomes(DataType::Utf8)),
            Generalise::To(_) => "`to` takes dates and times; a date in text takes `prefix`",
            Generalise::Width(1) => "`width` takes numbers, and whole numbers from width 2",
            Generalise::Width(_) => "`width` takes numbers; text takes `prefix`, dates and times take `to`",
            Generalise::Prefix(_) => "`prefix` takes text; numbers take `width`, dates and times take `to`",
        };
        Err(Unsupported { method: ENTRY.name, data_type: input.clone(), way_out })
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        match self {
            Generalise::To(span) => Ok(calendar::truncate(input, *span)),
            Generalise::Width(width) => Ok(width::floor(input, *width)),
            Generalise::Prefix(count) => map_text(input, |text, out| shorten(text, *count, out)),
        }
    }

    fn can_return_input(&self, input: &DataType) -> bool {
        !is_text(input)
    }

    fn words(&self) -> String {
        match self {
            Generalise::To(span) => format!("only the {} stays readable", span.name()),
            Generalise::Width(width) => format!("rounded down to a multiple of {width}"),
            Generalise::Prefix(count) => format!("only the first {count} characters stay readable"),
        }
    }

    fn options(&self) -> String {
        match self {
            Generalise::To(span) => options_text(&[("to", span.name())]),
            Generalise::Width(width) => options_text(&[("width", &width.to_string())]),
            Generalise::Prefix(count) => options_text(&[("prefix", &count.to_string())]),
        }
    }
}

/// Writes the first characters; a text that has no more than those ends in `*`, or is covered whole.
fn shorten(text: &str, count: u64, out: &mut Vec<u8>) {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let end = text.char_indices().nth(count).map(|(end, _)| end);
    let shorter = end.or_else(|| text.char_indices().next_back().map(|(last, _)| last));
    let start = out.len();
    out.extend_from_slice(&text.as_bytes()[..shorter.unwrap_or(0)]);
    if end.is_none() && !text.is_empty() {
        out.push(b'*');
    }
    if out[start..] == *text.as_bytes() {
        out.truncate(start);
        out.extend(text.chars().map(|_| b'*'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortened(text: &str, count: u64) -> String {
        let mut out = b"before".to_vec();
        shorten(text, count, &mut out);
        String::from_utf8(out.split_off(6)).expect("it is text")
    }

    #[test]
    fn text_is_never_returned_whole() {
        assert_eq!(shortened("00100", 2), "00");
        assert_eq!(shortened("00", 2), "0*");
        assert_eq!(shortened("0", 2), "*");
        assert_eq!(shortened("0*", 2), "**");
        assert_eq!(shortened("ÄÖ", u64::MAX), "Ä*");
        assert_eq!(shortened("", 2), "");
    }
}
