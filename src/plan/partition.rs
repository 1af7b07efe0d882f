//! Hive partition keys: columns that stand in an object's key.

use arrow::datatypes::{DataType, Field};

use crate::plan::FileError;

/// The name that Hive gives to a null.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// The partition keys in an object's key, with their values, in the order of the folders.
///
/// The values are data: they are written into a column and shown nowhere.
///
/// # Errors
/// Where the escapes of one are no text: two values that are none would become one.
pub fn partitions(key: &str) -> Result<Vec<(String, Option<String>)>, FileError> {
    let folders = key.rsplit_once('/').map_or("", |(folders, _)| folders);
    let pairs = folders.split('/').filter_map(|folder| folder.split_once('='));
    let pair = |(name, value): (&str, &str)| {
        let value = (value != NULL).then(|| decoded(value));
        Some((decoded(name)?, if let Some(value) = value { Some(value?) } else { None }))
    };
    pairs.map(pair).collect::<Option<_>>().ok_or(FileError::Escaped)
}

/// The column that a partition key becomes.
pub fn field(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

/// Percent-decoding (RFC 3986, 2.1); what is no escape stays as it is. None where the bytes are not UTF-8.
fn decoded(text: &str) -> Option<String> {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while at < bytes.len() {
        let escape = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match escape.and_then(|hex| Some(digit(hex[0])? << 4 | digit(hex[1])?)) {
            Some(byte) => (out.push(byte), at += 3).1,
            None => (out.push(bytes[at]), at += 1).1,
        }
    }
    String::from_utf8(out).ok()
}

/// What a hexadecimal digit counts; a sign, which the parsers of numbers take, is none.
fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_folders_only_and_decoded() {
        let found = partitions("acme/t/day=2026-01-01/city=S%C3%A3o%20X/x=__HIVE_DEFAULT_PARTITION__/a=b.parquet");
        let found = found.expect("all are text");
        let pair = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        assert_eq!(found, [pair("day", Some("2026-01-01")), pair("city", Some("São X")), pair("x", None)]);
    }

    #[test]
    fn what_is_no_escape_stays_and_what_is_no_text_is_refused() {
        for text in ["100%", "a%+5b", "%-1", "%2", "%g0", "% 5"] {
            assert_eq!(decoded(text).as_deref(), Some(text));
        }
        assert_eq!(decoded("%c3%A4").as_deref(), Some("ä"));
        for key in ["t/c=%E4/f.parquet", "t/c=%F6/f.parquet", "t/%E4=a/f.parquet"] {
            assert_eq!(partitions(key), Err(FileError::Escaped), "{key}");
        }
    }
}
