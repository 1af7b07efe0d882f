//! How a CSV file spells its fields.

use super::super::error::Fault;

/// The dialect of an object; [`Dialect::default`] is that of RFC 4180, with a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dialect {
    /// Stands between fields.
    pub delimiter: u8,
    /// Encloses fields; none where a quote is a character like any other.
    pub quote: Option<u8>,
    /// How a quote stands inside quotes.
    pub escape: Escape,
    /// Whether the first record names the columns.
    pub header: Header,
    /// The text that means null where it stands without quotes.
    pub null: String,
    /// What a quote inside a field without quotes is.
    pub stray_quote: StrayQuote,
}

/// How a quote stands inside quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// `""` is a quote.
    Doubled,
    /// `\"` is a quote and `\\` a backslash. Before anything else in quotes a backslash is refused; outside of
    /// quotes it is data.
    Backslash,
}

/// Whether the first record names the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Header {
    /// It does, exactly as the schema.
    Given,
    /// It is a row already.
    Absent,
}

/// What a quote inside a field without quotes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StrayQuote {
    Refused,
    Kept,
}

impl Default for Dialect {
    fn default() -> Self {
        Dialect {
            delimiter: b',',
            quote: Some(b'"'),
            escape: Escape::Doubled,
            header: Header::Given,
            null: String::new(),
            stray_quote: StrayQuote::Refused,
        }
    }
}

impl Dialect {
    /// Holds the signs against each other: with two meanings of one sign no field is certain.
    pub(in super::super) fn checked(&self) -> Result<(), Fault> {
        let escape = (self.escape == Escape::Backslash).then_some(b'\\');
        let signs = [Some(self.delimiter), self.quote, escape];
        let is_sign = |sign: u8| sign == b'\t' || (b' '..0x7f).contains(&sign);
        let clear = signs
            .iter()
            .enumerate()
            .all(|(at, sign)| sign.is_none_or(|sign| is_sign(sign) && !signs[..at].contains(&Some(sign))));
        let apart = |byte: u8| byte != self.delimiter && Some(byte) != self.quote && !b"\r\n\0".contains(&byte);
        match clear && self.null.bytes().all(apart) {
            true => Ok(()),
            false => Err(Fault::BadDialect),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_has_one_meaning() {
        assert_eq!(Dialect::default().checked(), Ok(()));
        let wrong = [
            Dialect { delimiter: b'"', ..Dialect::default() },
            Dialect { delimiter: b'\n', ..Dialect::default() },
            Dialect { delimiter: 0xe4, ..Dialect::default() },
            Dialect { delimiter: b'\\', escape: Escape::Backslash, ..Dialect::default() },
            Dialect { null: "a,b".to_owned(), ..Dialect::default() },
        ];
        wrong.iter().for_each(|dialect| assert_eq!(dialect.checked(), Err(Fault::BadDialect)));
    }
}
