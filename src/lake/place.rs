//! Where an object lies that a log names: below the table's folder, or nowhere.

use super::LakeError;

/// The key below the folder that a path in a Delta log names: relative, with percent-encoding (RFC 3986, 2.1).
///
/// # Errors
/// Where it is absolute, as in a shallow clone, or leads out of the folder.
#[cfg(feature = "delta")]
pub fn relative(path: &str) -> Result<String, LakeError> {
    let scheme = path.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    });
    if scheme || path.starts_with('/') {
        return Err(LakeError::Outside);
    }
    let damaged = LakeError::Damaged("the name of an object is no text");
    inside(&percent_decoded(path).ok_or(damaged)?)
}

/// The key below the folder that a location in Iceberg metadata names, given the location of the table.
///
/// The table's own location stands for its folder, wherever that was when it was written; all else is outside.
///
/// # Errors
/// Where it does not lie below the table's location.
#[cfg(feature = "iceberg")]
pub fn below(table: &str, location: &str) -> Result<String, LakeError> {
    let table = path_of(table).trim_end_matches('/');
    let rest = path_of(location).strip_prefix(table).and_then(|rest| rest.strip_prefix('/'));
    inside(rest.ok_or(LakeError::Outside)?)
}

/// A location without its scheme: `s3://bucket/a`, `s3a://bucket/a` and `file:///a`, `file:/a`, `/a` are pairs of one place.
#[cfg(feature = "iceberg")]
fn path_of(location: &str) -> &str {
    let path = location.split_once("://").map_or(location, |(_, path)| path);
    path.strip_prefix("file:").unwrap_or(path).trim_start_matches('/')
}

fn inside(key: &str) -> Result<String, LakeError> {
    let odd = |part: &str| part.is_empty() || part == "." || part == "..";
    if key.split('/').any(odd) { Err(LakeError::Outside) } else { Ok(key.to_owned()) }
}

#[cfg(feature = "delta")]
fn percent_decoded(text: &str) -> Option<String> {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::with_capacity(text.len()), 0);
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let hex = std::str::from_utf8(bytes.get(at + 1..at + 3)?).ok()?;
            out.push(u8::from_str_radix(hex, 16).ok()?);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "delta")]
    #[test]
    fn a_delta_path_is_decoded_once_and_stays_inside() {
        assert_eq!(relative("city=S%25C3/part-0.parquet"), Ok("city=S%C3/part-0.parquet".into()));
        assert_eq!(relative("day=10:30/a.parquet"), Ok("day=10:30/a.parquet".into()));
        for outside in ["s3://other/a.parquet", "/a", "../a", "a/../../b", "%2E%2E/a", "a//b", "file:/a", ""] {
            assert_eq!(relative(outside), Err(LakeError::Outside), "{outside}");
        }
        assert!(matches!(relative("%zz"), Err(LakeError::Damaged(_))));
    }

    #[cfg(feature = "iceberg")]
    #[test]
    fn a_location_below_the_tables_is_a_key() {
        for (table, location) in [
            ("s3://bucket/t", "s3a://bucket/t/data/a.parquet"),
            ("file:///tmp/t/", "/tmp/t/data/a.parquet"),
            ("file:/tmp/t", "file:///tmp/t/data/a.parquet"),
        ] {
            assert_eq!(below(table, location), Ok("data/a.parquet".into()), "{table} {location}");
        }
        for outside in ["s3://bucket/other/a", "s3://bucket/table/a", "s3://bucket/t", "s3://bucket/t/../o/a"] {
            assert_eq!(below("s3://bucket/t", outside), Err(LakeError::Outside), "{outside}");
        }
    }
}
