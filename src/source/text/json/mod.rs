//! JSON (RFC 8259): one object a row, each key in the schema and once.
//!
//! A byte order mark at the start is passed over, and so are NDJSON lines of white space only. A key that is
//! missing is null. Numbers are taken in the spelling of the standard and where they fit the declared type;
//! a text is no number and a number no text. Two spellings of one key (`"a"` and `"\u0061"`) are one key.

mod column;
mod frames;
mod group;
mod map;
mod rows;
mod walker;

pub(super) use rows::Rows;

use walker::Walker;

/// Whether bytes are one JSON document: the syntax of RFC 8259, without a byte order mark.
///
/// Stricter than the syntax: surrogates stand in pairs, and arrays and objects are not nested deeper than
/// [`Limits::default`](super::Limits::default) lets them be. Keys may stand twice, as the syntax allows it.
pub fn accepts(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let (limits, mut scratch) = (super::Limits::default(), String::new());
    let mut walker = Walker::new(text, &mut scratch, &limits);
    walker.skip().and_then(|()| walker.end()).is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::accepts;

    #[test]
    fn nesting_ends_at_the_limit() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(accepts(nested(128).as_bytes()));
        assert!(!accepts(nested(129).as_bytes()));
    }

    #[test]
    fn surrogates_stand_in_pairs() {
        assert!(accepts(br#""\ud83d\ude00""#));
        for text in
            [r#""\ud800""#, r#""\udc00""#, r#""\ud800\ud800""#, r#""\ud800x""#, r#""\ud800\n""#, r#""\ud83d\u+e00""#]
        {
            assert!(!accepts(text.as_bytes()), "{text}");
        }
    }

    proptest! {
        /// Made of the signs of JSON, so that many of the texts are nearly valid.
        #[test]
        fn the_syntax_is_that_of_another_parser(
            text in r#"[\[\]{}:,"\\0-2eE+. \-ntu]{0,12}|[\[{]?("a"|:|,|1|-0|1e2|true|null|\[|\]|\{|\}| ){0,9}"#
        ) {
            // Numbers out of the range of a double are valid syntax, which serde_json does not take.
            let is_huge = text.contains(['e', 'E']);
            let other = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            prop_assert!(accepts(text.as_bytes()) == other || is_huge && !other, "{}", text);
        }
    }
}
