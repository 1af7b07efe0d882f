//! Texts within texts: what stands in a text behind the escapes of JSON (RFC 8259, 7), of programs (`\xe4`, `\303`), of URLs
//! (RFC 3986, 2.1) and of HTML (its standard, 13.5), and what is glued to what is none of it: a day to the `T` of a time
//! (ISO 8601), digits to `0x`.

use html_escape::decode_html_entities_to_string;

/// Texts in texts that are looked into; what is wrapped more often is not written by any format that we know of.
const DEPTH: usize = 4;

/// Escapes begin with these.
const SIGNS: &[char] = &['\\', '%', '&'];

/// Bytes in the longest name that HTML gives a character, with its signs.
const LONGEST_ENTITY: usize = 33;

/// Before so many hexadecimal digits `\x` stands for all of them, as databases write bytes.
const MANY_DIGITS: usize = 8;

/// Reads texts; what is used for one is used again for the next.
#[derive(Default)]
pub struct Unfolded {
    outer: String,
    inner: String,
}

impl Unfolded {
    /// Hands on a text as it stands, and as it reads with its escapes taken out, once and again, until `each` has found
    /// something. Where several kinds are met, one may have been meant as letters: so also with each kind alone taken out.
    pub fn readings<T>(&mut self, text: &str, mut each: impl FnMut(&str) -> Option<T>) -> Option<T> {
        let met = met(text);
        let is_met = |place: &usize| met >> place & 1 == 1;
        let several = (met & OF_SIGNS).count_ones() > 1;
        let alone = (0..SIGNS.len()).filter(|place| several && is_met(place)).map(|place| &SIGNS[place..=place]);
        each(text)
            .or_else(|| if met == 0 { None } else { self.without(text, SIGNS, &mut each) })
            .or_else(|| alone.into_iter().find_map(|sign| self.without(text, sign, &mut each)))
    }

    /// Hands on a text as it stands, and where it holds escapes, as [it reads](Unfolded::readings) without them.
    pub fn unescaped(&mut self, text: &str, mut each: impl FnMut(&str)) {
        match has_sign(text.as_bytes()) {
            false => each(text),
            true => drop(self.readings(text, |reading| {
                each(reading);
                None::<()>
            })),
        }
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

/// A bit for each sign, in their order.
const OF_SIGNS: u8 = (1 << SIGNS.len()) - 1;
/// Of what can be glued to a number.
const GLUE: u8 = 1 << SIGNS.len();
const DIGIT: u8 = GLUE << 1;

/// What each byte is.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut place = 0;
    while place < SIGNS.len() {
        classes[SIGNS[place] as usize] = 1 << place;
        place += 1;
    }
    (classes[b't' as usize], classes[b'T' as usize]) = (GLUE, GLUE);
    (classes[b'x' as usize], classes[b'X' as usize]) = (GLUE, GLUE);
    let mut digit = b'0';
    while digit <= b'9' {
        classes[digit as usize] = DIGIT;
        digit += 1;
    }
    classes
};

/// Which signs stand in a text, and whether anything may be glued to a number: most texts have nothing of it.
fn met(text: &str) -> u8 {
    let (mut met, mut before) = (0, 0);
    for byte in text.bytes() {
        let class = CLASSES[usize::from(byte)];
        met |= class & OF_SIGNS | (before >> 1) & class & GLUE;
        before = class;
    }
    met
}

/// Whether any sign stands in a text, eight bytes at a time: every direct value is asked.
fn has_sign(text: &[u8]) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // The high bit of the first byte that is none, and of no byte before it.
    let none = |eight: u64| eight.wrapping_sub(EACH) & !eight & (EACH << 7);
    let (eights, rest) = text.as_chunks();
    let of_eight = |eight: &[u8; 8]| {
        let eight = u64::from_le_bytes(*eight);
        SIGNS.iter().fold(0, |met, sign| met | none(eight ^ (EACH * (*sign as u64)))) != 0
    };
    eights.iter().any(of_eight) || rest.iter().any(|byte| is_escape(*byte))
}

/// Whether an escape begins with this byte.
pub fn is_escape(byte: u8) -> bool {
    SIGNS.contains(&char::from(byte))
}

/// What a word is, here in small letters of ASCII, where something is glued to it.
pub fn parted(word: &[u8]) -> Option<&[u8]> {
    let digits = word.iter().take_while(|letter| letter.is_ascii_digit()).count();
    match word.get(digits)? {
        b't' if digits > 0 => Some(&word[..digits]),
        b'x' if word[..digits] == *b"0" => Some(&word[2..]),
        _ => None,
    }
}

/// Takes the outermost escapes that begin with some signs out, and parts what is glued; what is none stays.
fn unfold(mut text: &str, signs: &[char], into: &mut String) {
    while let Some(at) = text.find(|letter| matches!(letter, 'T' | 't' | 'X' | 'x') || signs.contains(&letter)) {
        into.push_str(&text[..at]);
        text = &text[at..];
        let rest = match text.as_bytes()[0] {
            b'\\' => backslash(text, into),
            b'%' => bytes(text, &PERCENT, into),
            b'&' => entity(text, into),
            _ => glue(text, into),
        };
        text = rest.unwrap_or_else(|| {
            into.push_str(&text[..1]);
            &text[1..]
        });
    }
    into.push_str(text);
}

/// What only parts a number from what is written before or behind it.
fn glue<'t>(text: &'t str, into: &mut String) -> Option<&'t str> {
    let (sign, rest) = text.split_at(1);
    let is_before: fn(char) -> bool =
        if sign.eq_ignore_ascii_case("t") { |letter| letter.is_ascii_digit() } else { |letter| letter == '0' };
    let is_glue = into.ends_with(is_before) && rest.starts_with(|letter: char| letter.is_ascii_hexdigit());
    is_glue.then(|| {
        into.push(' ');
        rest
    })
}

fn backslash<'t>(text: &'t str, into: &mut String) -> Option<&'t str> {
    let plain = match text.as_bytes().get(1)? {
        letter @ (b'"' | b'\\' | b'/') => char::from(*letter),
        // All white space parts words alike.
        b'b' | b'f' | b'n' | b'r' | b't' => ' ',
        b'u' => return unicode(text, into),
        b'x' if text[2..].bytes().take_while(u8::is_ascii_hexdigit).count() >= MANY_DIGITS => ' ',
        b'x' => return bytes(text, &HEXADECIMAL, into),
        _ => return bytes(text, &OCTAL, into),
    };
    into.push(plain);
    Some(&text[2..])
}

/// A code unit of UTF-16, or two.
fn unicode<'t>(text: &'t str, into: &mut String) -> Option<&'t str> {
    let unit = |at: usize| u16::try_from(code(text.get(at..)?, "\\u", 4, 16)?).ok();
    let units = [unit(0)?, unit(6).unwrap_or(0)];
    let first = char::decode_utf16(units).next()?.unwrap_or(char::REPLACEMENT_CHARACTER);
    into.push(first);
    Some(&text[6 * first.len_utf16()..])
}

/// How bytes are written: what stands before each, how many digits it has, and of which base they are.
type Notation = (&'static str, usize, u32);
const PERCENT: Notation = ("%", 2, 16);
const HEXADECIMAL: Notation = ("\\x", 2, 16);
const OCTAL: Notation = ("\\", 3, 8);

/// Bytes of UTF-8; those that are of no letter are letters of Latin-1.
fn bytes<'t>(text: &'t str, (sign, digits, base): &Notation, into: &mut String) -> Option<&'t str> {
    let (mut bytes, mut rest) = (Vec::new(), text);
    while let Some(byte) = code(rest, sign, *digits, *base).and_then(|code| u8::try_from(code).ok()) {
        bytes.push(byte);
        rest = &rest[sign.len() + digits..];
    }
    for chunk in bytes.utf8_chunks() {
        into.push_str(chunk.valid());
        into.extend(chunk.invalid().iter().map(|byte| char::from(*byte)));
    }
    (!bytes.is_empty()).then_some(rest)
}

/// The number that so many digits behind a sign are.
fn code(text: &str, sign: &str, digits: usize, base: u32) -> Option<u32> {
    let digits = text.strip_prefix(sign)?.get(..digits)?;
    // A sign is no digit, though numbers may have one.
    digits.chars().try_fold(0, |code, digit| Some(base * code + digit.to_digit(base)?))
}

/// A character by its name or number.
fn entity<'t>(text: &'t str, into: &mut String) -> Option<&'t str> {
    let end = 1 + text.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';')?;
    let (entity, rest) = text.split_at(end);
    let before = into.len();
    decode_html_entities_to_string(entity, into);
    let is_one = into[before..] != *entity;
    into.truncate(if is_one { into.len() } else { before });
    is_one.then_some(rest)
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
        assert_eq!(readings(r"M\xe4kel\xc3\xa4, M\303\244ki, \400")[1], r"Mäkelä, Mäki, \400");
    }

    #[test]
    fn one_kind_of_escape_takes_no_letters_of_the_other() {
        let reads = |text: &str, name: &str| readings(text).iter().any(|reading| reading.contains(name));
        assert!(reads(r"name LIKE '%Ber\u00e4nek%'", "Beränek"));
        assert!(reads(r"\\srv\bj%C3%B6rn.virtanen", "björn.virtanen"));
        assert!(reads(r"a%5Cu00e4b", "aäb"), "one within the other");
    }

    #[test]
    fn characters_of_html_are_read_by_their_names_and_numbers() {
        assert_eq!(readings("M&auml;kel&#228; O&#x27;Brien&nbsp;&amp; Co")[1], "Mäkelä O'Brien\u{a0}& Co");
        assert_eq!(readings("M&amp;auml;ki")[2], "Mäki", "twice");
        assert_eq!(readings("AT&T; R&D &nothing; &#;"), ["AT&T; R&D &nothing; &#;"]);
    }

    #[test]
    fn what_is_glued_to_a_number_is_parted_from_it() {
        assert_eq!(readings("born 1980-05-17T00:00:00.000Z")[1], "born 1980-05-17 00:00:00.000Z");
        assert_eq!(readings(r"0x550e8400e29b \x550e8400e29b")[1], "0 550e8400e29b  550e8400e29b");
        assert_eq!(readings("Text 5 Txx 10x").len(), 1);
        let parted = |word: &str| parted(word.as_bytes()).map(|part| String::from_utf8_lossy(part).into_owned());
        assert_eq!(parted("17t00").as_deref(), Some("17"));
        assert_eq!(parted("0x550e").as_deref(), Some("550e"));
        assert_eq!([parted("text"), parted("10x5"), parted("17"), parted("")], [const { None }; 4]);
    }

    #[test]
    fn a_sign_is_seen_wherever_it_stands() {
        for length in 0..40 {
            let mut text = vec![b'a'; length];
            assert!(!has_sign(&text) && !has_sign(&vec![0xff; length]));
            for place in 0..length {
                for sign in SIGNS {
                    text[place] = *sign as u8;
                    assert!(has_sign(&text), "{sign} at {place} of {length}");
                }
                text[place] = b'z';
            }
        }
    }

    proptest! {
        #[test]
        fn what_json_writes_is_read(text in any::<String>()) {
            prop_assume!(!text.contains(['\\', '%', '&', 'T', 't', 'X', 'x']) && !text.contains(char::is_control));
            let all = readings(&serde_json::to_string(&text).expect("JSON"));
            prop_assert!(all.iter().any(|reading| reading.contains(&text)));
        }

        #[test]
        fn any_text_is_read(text in r"([a-z%&;#\\u0-9TXäü]|\\[ux][0-9a-f]{0,4}|%[0-9a-fA-F]{0,2}|&#?[a-z0-9]{0,4};){0,30}") {
            prop_assert_eq!(&readings(&text)[0], &text);
        }
    }
}
