//! Hive partition keys: columns that stand in an object's key.

use arrow::datatypes::{DataType, Field};

/// The name that Hive gives to a null.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// The partition keys in an object's key, with their values, in the order of the folders.
///
/// The values are data: they are written into a column and shown nowhere.
pub fn partitions(key: &str) -> Vec<(String, Option<String>)> {
    let folders = key.rsplit_once('/').map_or("", |(folders, _)| folders);
    let pairs = folders.split('/').filter_map(|folder| folder.split_once('='));
    pairs.map(|(name, value)| (decoded(name), (value != NULL).then(|| decoded(value)))).collect()
}

/// The column that a partition key becomes.
pub fn field(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

/// Percent-decoding (RFC 3986, 2.1); what is no escape stays as it is.
fn decoded(text: &str) -> String {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while at < bytes.len() {
        let escape = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match escape.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => (out.push(byte), at += 3).1,
            None => (out.push(bytes[at]), at += 1).1,
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_folders_only_and_decoded() {
        let found = partitions("acme/t/day=2026-01-01/city=S%C3%A3o%20X/x=__HIVE_DEFAULT_PARTITION__/a=b.parquet");
        let pair = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        assert_eq!(found, [pair("day", Some("2026-01-01")), pair("city", Some("São X")), pair("x", None)]);
        assert_eq!(decoded("100%"), "100%");
    }
}
