//! Texts down to their first characters.

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::{positive, refusal};
use crate::document::{Fault, Section};
use crate::method::values::{is_text, map_text};
use crate::method::{ApplyError, Context, Method, Outcome, Unsupported, options_text};

/// Takes `prefix`, where it is given.
pub fn take(section: &mut Section<'_>) -> Result<Option<Box<dyn Method>>, Fault> {
    Ok(positive(section, "prefix")?.map(|count| Box::new(Prefix(count)) as Box<dyn Method>))
}

struct Prefix(u64);

impl Method for Prefix {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if is_text(input) {
            return Ok(Outcome::becomes(DataType::Utf8));
        }
        Err(refusal(input, "`prefix` takes text; numbers take `width`, dates and times take `to`"))
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        map_text(input, |text, out| shorten(text, self.0, out))
    }

    fn coarser(&self) -> Option<Box<dyn Method>> {
        (self.0 > 1).then(|| Box::new(Prefix(self.0 - 1)) as Box<dyn Method>)
    }

    fn words(&self) -> String {
        format!("only the first {} characters stay readable", self.0)
    }

    fn options(&self) -> String {
        options_text(&[("prefix", &self.0.to_string())])
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
