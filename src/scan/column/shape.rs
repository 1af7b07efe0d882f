//! What one value looks like as a whole, told from its letters and signs alone.

use std::net::IpAddr;

use crate::detect::checks::{luhn, mod_97_10};

/// What a value is, where its form tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Email,
    Ip,
    Mac,
    Iban,
    /// Digits that ISO/IEC 7812 could have given, with their check digit.
    Card,
    Url,
    Uuid,
    Date,
    Number,
    /// Digits with signs that telephone numbers are written with, as ITU-T E.123 has them.
    Phone,
    /// A street and a number.
    Street,
}

impl Form {
    /// How many there are.
    pub const COUNT: usize = 11;
}

/// What addresses of pages begin with.
const URLS: [&str; 4] = ["http://", "https://", "www.", "ftp://"];

/// Letters and signs of a value, counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shape {
    pub length: usize,
    pub letters: usize,
    pub digits: usize,
    pub spaces: usize,
    /// Of `@`, `:`, `.`, `-`, `/`, `+`, `(`, in this order.
    signs: [usize; 7],
    /// All that is none of these.
    pub others: usize,
    pub starts_with_capital: bool,
}

impl Shape {
    /// Counts the letters and signs of a value.
    pub fn of(value: &str) -> Self {
        let mut shape = Shape { length: value.len(), ..Shape::default() };
        for byte in value.bytes() {
            match byte {
                b'0'..=b'9' => shape.digits += 1,
                b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => shape.letters += 1,
                b' ' => shape.spaces += 1,
                _ => match b"@:.-/+(".iter().position(|sign| *sign == byte) {
                    Some(at) => shape.signs[at] += 1,
                    None => shape.others += 1,
                },
            }
        }
        shape.starts_with_capital = value.chars().next().is_some_and(char::is_uppercase);
        shape
    }

    /// Whether it holds nothing but words.
    pub fn is_words(&self) -> bool {
        let [at, colons, _, _, slashes, pluses, _] = self.signs;
        self.letters > 0 && self.digits == 0 && at + colons + slashes + pluses == 0 && self.others <= self.spaces + 1
    }

    /// What the value is, where its form tells.
    pub fn form(&self, value: &str) -> Option<Form> {
        let [at, colons, dots, dashes, slashes, pluses, brackets] = self.signs;
        let joins = dots + dashes + self.spaces;
        if at == 1 && self.spaces == 0 && is_email(value) {
            return Some(Form::Email);
        }
        if (dots == 3 && self.digits >= 4 && self.letters == 0) || colons >= 2 {
            if value.split('/').next().is_some_and(|address| address.parse::<IpAddr>().is_ok()) {
                return Some(Form::Ip);
            }
            if is_mac(value) {
                return Some(Form::Mac);
            }
        }
        if dashes == 5 && is_mac(value) {
            return Some(Form::Mac);
        }
        if self.letters == 0
            && self.digits > 0
            && self.others + slashes + colons == 0
            && dashes <= 1
            && dots <= 1
            && self.spaces == 0
            && brackets == 0
            && is_number(value)
        {
            return Some(if is_card(value, self.digits) { Form::Card } else { Form::Number });
        }
        if self.digits >= 3 && is_date(value) {
            return Some(Form::Date);
        }
        if self.letters == 0 && is_card(value, self.digits) && self.digits + joins == self.length {
            return Some(Form::Card);
        }
        if self.digits >= 10 && self.letters >= 2 && is_iban(value) {
            return Some(Form::Iban);
        }
        let may_be_url = (slashes >= 2 && colons >= 1) || dots >= 1;
        if may_be_url && URLS.iter().any(|start| starts_with(value, start)) {
            return Some(Form::Url);
        }
        if dashes >= 4 && is_uuid(value) {
            return Some(Form::Uuid);
        }
        if (7..=15).contains(&self.digits)
            && self.letters == 0
            && self.others <= 1
            && is_phone(value, pluses, brackets, joins + slashes)
        {
            return Some(Form::Phone);
        }
        (self.letters >= 3 && (1..=6).contains(&self.digits) && self.spaces >= 1 && is_street(value))
            .then_some(Form::Street)
    }
}

fn starts_with(value: &str, start: &str) -> bool {
    value.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
}

/// RFC 5321: something, `@`, and a name with a dot in it.
fn is_email(value: &str) -> bool {
    value.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.len() > 3
            && domain.as_bytes()[1..domain.len() - 1].contains(&b'.')
            && !value.contains(['/', ','])
    })
}

/// IEEE 802: six pairs of hexadecimal digits.
fn is_mac(value: &str) -> bool {
    let pairs = value.split([':', '-']);
    value.len() == 17
        && pairs.clone().count() == 6
        && pairs.into_iter().all(|pair| pair.len() == 2 && u8::from_str_radix(pair, 16).is_ok())
}

fn is_number(value: &str) -> bool {
    let plain = value.trim_start_matches(['-', '+']);
    plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && value.len() - plain.len() <= 1
}

/// ISO/IEC 7812: 13 to 19 digits, the first of a network, the last a check digit.
fn is_card(value: &str, digits: usize) -> bool {
    (13..=19).contains(&digits)
        && value.starts_with(['2', '3', '4', '5', '6'])
        && !value.contains('.')
        && luhn(&value.bytes().filter(u8::is_ascii_digit).collect::<Vec<_>>())
}

/// ISO 13616, with its check digits.
fn is_iban(value: &str) -> bool {
    let letters = value.bytes().filter(|byte| !matches!(byte, b' ' | b'-'));
    let letters: Vec<u8> = letters.map(|letter| letter.to_ascii_uppercase()).collect();
    let well_formed = (15..=34).contains(&letters.len())
        && letters.iter().all(u8::is_ascii_alphanumeric)
        && letters[..2].iter().all(u8::is_ascii_alphabetic)
        && letters[2..4].iter().all(u8::is_ascii_digit);
    well_formed && mod_97_10(&letters)
}

/// RFC 9562, with braces around it or without.
fn is_uuid(value: &str) -> bool {
    let inner = value.trim_start_matches('{').trim_end_matches('}').as_bytes();
    let dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    inner.len() == 36
        && inner.iter().enumerate().all(|(at, byte)| if dash(at) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// A date in one of the orders of day, month and year, perhaps with a time behind it.
fn is_date(value: &str) -> bool {
    let day = value.split(['T', ' ']).next().unwrap_or_default();
    let Some(sign) = day.bytes().find(|byte| b"-./".contains(byte)) else { return false };
    let mut parts = [0u32; 3];
    let mut count = 0;
    for part in day.split(char::from(sign)) {
        let Ok(number) = part.parse::<u32>() else { return false };
        if count == 3 || part.len() > 4 {
            return false;
        }
        parts[count] = number;
        count += 1;
    }
    let month_and_day =
        |left: u32, right: u32| (1..=31).contains(&left) && (1..=31).contains(&right) && left.min(right) <= 12;
    count == 3
        && match parts {
            [year @ 1000..=2999, left, right] if year >= 1000 => month_and_day(left, right),
            [left, right, 1800..=2200] => month_and_day(left, right),
            [left, right, 0..=99] if day.len() <= 8 && sign != b'.' => month_and_day(left, right),
            _ => false,
        }
}

/// Signs of a telephone number: a plus before it, brackets in it, or groups.
fn is_phone(value: &str, pluses: usize, brackets: usize, joins: usize) -> bool {
    let international = pluses == 1 && value.starts_with(['+', '(']) || value.starts_with("00") && joins > 0;
    let grouped = value.starts_with(['0', '(', '1']) && (joins >= 1 || brackets == 1);
    international || grouped || (brackets == 1 && joins >= 1)
}

/// Words with a number at the end, or behind a number at the start.
fn is_street(value: &str) -> bool {
    let mut words = value.split([' ', ',']).filter(|word| !word.is_empty());
    let (Some(first), Some(second)) = (words.next(), words.next()) else { return false };
    let is_number = |word: &str| {
        word.len() <= 6
            && word.starts_with(|letter: char| letter.is_ascii_digit())
            && word.bytes().filter(u8::is_ascii_alphabetic).count() <= 1
    };
    let is_word = |word: &str| word.chars().next().is_some_and(char::is_alphabetic);
    let last = words.clone().next_back().unwrap_or(second);
    (is_number(first) && second.chars().next().is_some_and(char::is_uppercase))
        || (is_word(first) && (is_number(last) || words.any(is_number) || is_number(second)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart() {
        let known = [
            ("a.b@c.example", Some(Form::Email)),
            ("192.0.2.7", Some(Form::Ip)),
            ("2001:db8::7", Some(Form::Ip)),
            ("00:00:5e:00:53:01", Some(Form::Mac)),
            ("4111 1111 1111 1111", Some(Form::Card)),
            ("4111111111111112", Some(Form::Number)),
            ("FI21 1234 5600 0007 85", Some(Form::Iban)),
            ("FI22 1234 5600 0007 85", None),
            ("2026-11-26", Some(Form::Date)),
            ("26.11.2026 10:00", Some(Form::Date)),
            ("3/5/13 9:56", Some(Form::Date)),
            ("7.20.88.1162", None),
            ("05.45.5", None),
            ("+358 40 123 4567", Some(Form::Phone)),
            ("(03) 1234 567", Some(Form::Phone)),
            ("Maatullintie 21 A 6", Some(Form::Street)),
            ("68 Nyah St", Some(Form::Street)),
            ("https://example.com/", Some(Form::Url)),
            ("12.5", Some(Form::Number)),
            ("Aino", None),
        ];
        for (value, form) in known {
            assert_eq!(Shape::of(value).form(value), form, "{value}");
        }
    }

    #[test]
    fn no_text_is_too_odd() {
        for odd in ["", "@", "ä@ö", "::::", "-----", "{}", "\u{200b}", "0/0/0", "1.2.3.4.5", "é é é", "a@\u{8f}\u{8f}"]
        {
            let _ = Shape::of(odd).form(odd);
        }
    }
}
