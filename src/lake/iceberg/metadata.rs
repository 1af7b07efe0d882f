//! Which metadata of a table is the newest, where there is no catalog to say so.

use std::io::Read as _;

use bytes::Bytes;
use flate2::read::GzDecoder;
use iceberg::spec::TableMetadata;

use super::super::LakeError;
use crate::account::doors::LogRight;
use crate::account::store::StoreError;

/// The longest table metadata that is read, unpacked, in bytes.
const LONGEST: u64 = 1 << 30;

/// Reads an object that the metadata names.
pub fn read(log: &LogRight, key: &str) -> Result<Bytes, LakeError> {
    match log.read(key) {
        Err(StoreError::Missing) => Err(LakeError::Missing),
        Err(StoreError::Denied(_)) => Err(LakeError::Outside),
        read => Ok(read?),
    }
}

/// The newest metadata of a table: of the highest number, `v3.metadata.json` or `00003-<uuid>.metadata.json`, if only one
/// has it; of several, the one that `version-hint.text` names.
///
/// # Errors
/// Where there is none, several could be it, or it cannot be read.
pub fn newest(log: &LogRight) -> Result<TableMetadata, LakeError> {
    let numbered = log.entries().filter_map(|(key, _)| number_of(key).map(|number| (number, key)));
    let all: Vec<(u64, &str)> = numbered.collect();
    let highest = all.iter().map(|(number, _)| *number).max().ok_or(LakeError::NoLog)?;
    let newest: Vec<&str> = all.iter().filter(|(number, _)| *number == highest).map(|(_, key)| *key).collect();
    let hint = log.find("metadata/version-hint.text").map(|_| log.read("metadata/version-hint.text")).transpose()?;
    let hint = hint.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
    if hint.as_ref().and_then(|hint| hint.parse().ok()).is_some_and(|hinted: u64| hinted > highest) {
        return Err(LakeError::Damaged("its newest metadata is not there"));
    }
    let named = |key: &&&str| hint.as_ref().is_some_and(|hint| is_named(key, hint));
    let key = match newest.as_slice() {
        [key] => key,
        several => several.iter().find(named).ok_or(LakeError::Ambiguous)?,
    };
    let bytes = unpacked(&log.read(key)?)?;
    serde_json::from_slice(&bytes).map_err(|_| LakeError::Damaged("its metadata cannot be read"))
}

/// The number in the name of a table metadata.
fn number_of(key: &str) -> Option<u64> {
    let name = key.strip_prefix("metadata/")?;
    let name = name.strip_suffix(".metadata.json").or_else(|| name.strip_suffix(".metadata.json.gz"))?;
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let digits = name.strip_prefix('v').or_else(|| name.split_once('-').map(|(number, _)| number))?;
    digits.parse().ok()
}

/// A hint is a number or a name, with or without its ending.
fn is_named(key: &str, hint: &str) -> bool {
    let name = key.trim_start_matches("metadata/");
    [
        format!("v{hint}.metadata.json"),
        format!("v{hint}.gz.metadata.json"),
        format!("{hint}.metadata.json"),
        hint.to_owned(),
    ]
    .iter()
    .any(|hinted| name == hinted)
}

/// Metadata may be packed, whatever its name is.
fn unpacked(bytes: &Bytes) -> Result<Bytes, LakeError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes.clone());
    }
    let mut whole = Vec::new();
    let read = GzDecoder::new(bytes.as_ref()).take(LONGEST).read_to_end(&mut whole);
    match read {
        Ok(length) if (length as u64) < LONGEST => Ok(whole.into()),
        _ => Err(LakeError::Damaged("its metadata cannot be unpacked")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::doors::{LogKind, Production};
    use crate::account::store::{Store as _, testing::MemoryStore};

    fn newest_of(keys: &[&'static str], hint: Option<&'static str>) -> LakeError {
        let store = MemoryStore::default();
        for key in keys {
            store.create(&format!("t/metadata/{key}"), &[Bytes::from_static(b"{}")]).expect("created");
        }
        if let Some(hint) = hint {
            store.create("t/metadata/version-hint.text", &[Bytes::from_static(hint.as_bytes())]).expect("created");
        }
        let log = Production::new(Box::new(store)).log("t/", LogKind::Iceberg).expect("listed");
        newest(&log).expect_err("no metadata is whole here")
    }

    #[test]
    fn the_highest_number_counts_if_it_is_one() {
        let chosen = LakeError::Damaged("its metadata cannot be read");
        assert_eq!(newest_of(&["00001-a.metadata.json", "00002-b.metadata.json"], None), chosen);
        assert_eq!(newest_of(&["v1.metadata.json", "v2.gz.metadata.json"], Some("1")), chosen);
        let two = ["00002-a.metadata.json", "00002-b.metadata.json"];
        assert_eq!(newest_of(&two, None), LakeError::Ambiguous);
        assert_eq!(newest_of(&two, Some("00002-b.metadata.json")), chosen);
        assert_eq!(
            newest_of(&["v1.metadata.json"], Some("7\n")),
            LakeError::Damaged("its newest metadata is not there")
        );
        assert_eq!(newest_of(&[], None), LakeError::NoLog);
        assert_eq!(newest_of(&["other.json"], None), LakeError::NoLog);
    }
}
