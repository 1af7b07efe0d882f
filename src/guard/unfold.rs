//! Texts within texts: what stands in a text behind the escapes of JSON (RFC 8259, 7) and of URLs (RFC 3986, 2.1).

/// Texts in texts that are looked into; what is wrapped more often is not written by any format that we know of.
const DEPTH: usize = 4;

/// Reads texts; what is used for one is used again for the next.
#[derive(Default)]
pub(super) struct Unfolded {
    outer: String,
    inner: String,
}

impl Unfolded {
    /// Hands on a text as it stands, and as it reads with its escapes taken out, once and again, until `each` has found
    /// something. Where both kinds are met, one may have been meant as letters: so also with each kind alone taken out.
    pub fn readings<T>(&mut self, text: &str, mut each: impl FnMut(&str) -> Option<T>) -> Option<T> {
        let has = |sign: char| text.as_bytes().contains(&(sign as u8));
        let ways: &[&[char]] = match (has('\\'), has('%')) {
            (false, false) => &[],
            (true, true) => &[&['\\', '%'], &['\\'], &['%']],
            _ => &[&['\\', '%']],
        };
        each(text).or_else(|| ways.iter().find_map(|signs| self.without(text, signs, &mut each)))
    }

    fn without<T>(&mut self, text: &str, signs: &[char], each: &mut impl FnMut(&str) -> Option<T>) -> Option<T> {
        self.outer.clear();
        self.outer.push_str(text);
        for _ in 0..DEPTH {
            self.inner.clear();
            unfold(&self.outer, signs, &mut self.inner);
            if self.inner == self.outer {
                return None;
            }
            let found = each(&self.inner);
            if found.is_some() {
                return found;
            }
            std::mem::swap(&mut self.outer, &mut self.inner);
        }
        None
    }
}

/// Whether an escape begins with this byte.
pub(super) fn is_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'%')
}

/// Takes the outermost escapes that begin with some signs out; what is none stays.
fn unfold(mut text: &str, signs: &[char], into: &mut String) {
    while let Some(at) = text.find(signs) {
        into.push_str(&text[..at]);
        text = &text[at..];
        let rest = if text.starts_with('%') { percent(text, into) } else { backslash(text, into) };
        text = rest.unwrap_or_else(|| {
            into.push_str(&text[..1]);
            &text[1..]
        });
    }
    into.push_str(text);
}

fn backslash<'t>(text: &'t str, into: &mut String) -> Option<&'t str> {
    let plain = match text.as_bytes().get(1)? {
        letter @ (b'"' | b'\\' | b'/') => char::from(*letter),
        // All white space parts words alike.
        b'b' | b'f' | b'n' | b'r' | b't' => ' ',
        b'u' => return unicode(text, into),
        _ => return None,
    };
    into.push(plain);
    Some(&text[2..])
}

/// A code unit of UTF-16, or two.
fn unicode<'t>(text: &'t str, into: &mut String) -> Option<&'t str> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u").filter(|digits| is_hexadecimal(digits))?;
        u16::from_str_radix(digits, 16).ok()
    };
    let units = [unit(0)?, unit(6).unwrap_or(0)];
    let first = char::decode_utf16(units).next()?.unwrap_or(char::REPLACEMENT_CHARACTER);
    into.push(first);
    Some(&text[6 * first.len_utf16()..])
}

/// Bytes of UTF-8, each as two digits; those that are of no letter are letters of Latin-1.
fn percent<'t>(text: &'t str, into: &mut String) -> Option<&'t str> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(digits) = rest.strip_prefix('%').and_then(|rest| rest.get(..2)).filter(|two| is_hexadecimal(two)) {
        bytes.extend(u8::from_str_radix(digits, 16));
        rest = &rest[3..];
    }
    for chunk in bytes.utf8_chunks() {
        into.push_str(chunk.valid());
        into.extend(chunk.invalid().iter().map(|byte| char::from(*byte)));
    }
    (!bytes.is_empty()).then_some(rest)
}

/// A sign is no digit, though numbers may have one.
fn is_hexadecimal(digits: &str) -> bool {
    digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn readings(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        Unfolded::default().readings(text, |reading| {
            all.push(reading.to_owned());
            None::<()>
        });
        all
    }

    #[test]
    fn escapes_are_taken_out_one_layer_at_a_time() {
        assert_eq!(readings("plain"), ["plain"]);
        assert_eq!(readings(r"M\u00e4kel\u00E4\n\ud83d\ude00")[1], "Mäkelä 😀");
        assert_eq!(
            readings(r#"{"a":"{\"b\":\"M\\u00e4ki\"}"}"#)[1..],
            [r#"{"a":"{"b":"M\u00e4ki"}"}"#, r#"{"a":"{"b":"Mäki"}"}"#]
        );
        assert_eq!(readings("q=M%C3%A4ki%20a%40b&100%")[1], "q=Mäki a@b&100%");
        assert_eq!(readings("M%E4ki")[1], "Mäki", "Latin-1");
        assert_eq!(readings("%FF%C3%A4m")[1], "ÿäm", "a broken byte breaks no other");
        assert_eq!(readings(r"%+5 \u+123"), [r"%+5 \u+123"]);
    }

    #[test]
    fn one_kind_of_escape_takes_no_letters_of_the_other() {
        let reads = |text: &str, name: &str| readings(text).iter().any(|reading| reading.contains(name));
        assert!(reads(r"name LIKE '%Ber\u00e4nek%'", "Beränek"));
        assert!(reads(r"\\srv\bj%C3%B6rn.virtanen", "björn.virtanen"));
        assert!(reads(r"a%5Cu00e4b", "aäb"), "one within the other");
    }

    proptest! {
        #[test]
        fn what_json_writes_is_read(text in any::<String>()) {
            prop_assume!(!text.contains(['\\', '%']) && !text.contains(char::is_control));
            let all = readings(&serde_json::to_string(&text).expect("JSON"));
            prop_assert!(all.iter().any(|reading| reading.contains(&text)));
        }

        #[test]
        fn any_text_is_read(text in r"([a-z%\\u0-9äü]|\\u[0-9a-f]{0,4}|%[0-9a-fA-F]{0,2}){0,30}") {
            prop_assert_eq!(&readings(&text)[0], &text);
        }
    }
}
