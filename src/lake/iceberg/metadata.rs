//! Which metadata of a table is the newest, where there is no catalog to say so.

use std::io::Read as _;

use bytes::Bytes;
use flate2::read::GzDecoder;
use iceberg::spec::{NestedFieldRef, Schema, TableMetadata};
use serde_json::Value;

use super::super::LakeError;
use super::avro;
use crate::account::doors::LogRight;
use crate::account::store::StoreError;

/// The longest table metadata that is read, unpacked, in bytes.
const LONGEST: u64 = 256 << 20;

/// Reads an object of Avro that the metadata names.
pub fn read(log: &LogRight, key: &str) -> Result<Bytes, LakeError> {
    match log.read(key) {
        Err(StoreError::Missing) => Err(LakeError::Missing),
        Err(StoreError::Denied(_)) => Err(LakeError::Outside),
        Ok(bytes) if !avro::is_bounded(&bytes) => {
            Err(LakeError::Damaged("a manifest or a list of them cannot be read"))
        }
        read => Ok(read?),
    }
}

/// The newest metadata of a table, and its text: of the highest number, `v3.metadata.json` or `00003-<uuid>.metadata.json`,
/// if only one has it; of several, the one that `version-hint.text` names.
///
/// # Errors
/// Where there is none, several could be it, one has no number, or it cannot be read.
pub fn newest(log: &LogRight) -> Result<(TableMetadata, Bytes), LakeError> {
    let unnumbered = LakeError::Damaged("an object of its metadata has no number in its name");
    let names = log.entries().filter_map(|(key, _)| stem_of(key).map(|stem| (number_of(stem), key)));
    let all =
        names.map(|(number, key)| Some((number?, key))).collect::<Option<Vec<(u64, &str)>>>().ok_or(unnumbered)?;
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
    let metadata = serde_json::from_slice(&bytes).map_err(|_| LakeError::Damaged("its metadata cannot be read"))?;
    Ok((metadata, bytes))
}

/// The name of a table metadata without its ending.
fn stem_of(key: &str) -> Option<&str> {
    let name = key.strip_prefix("metadata/")?;
    let name = name.strip_suffix(".metadata.json").or_else(|| name.strip_suffix(".metadata.json.gz"))?;
    Some(name.strip_suffix(".gz").unwrap_or(name))
}

/// The number in the name of a table metadata.
fn number_of(stem: &str) -> Option<u64> {
    let digits = stem.strip_prefix('v').or_else(|| stem.split_once('-').map(|(number, _)| number))?;
    digits.parse().ok().filter(|_| digits.bytes().all(|digit| digit.is_ascii_digit()))
}

/// A hint is a number or a name, with or without its ending.
fn is_named(key: &str, hint: &str) -> bool {
    let stem = stem_of(key).unwrap_or_default();
    key.strip_prefix("metadata/") == Some(hint) || stem == hint || stem.strip_prefix('v') == Some(hint)
}

/// Schemas as they are written, where the crate leaves out what it cannot read.
#[derive(serde::Deserialize)]
struct Written {
    #[serde(default)]
    schemas: Vec<Value>,
}

/// Makes sure that every first default of a schema is one of a column, and was understood: the rows of objects that are
/// older than it have it, and not nulls.
///
/// # Errors
/// Where one is not.
pub fn defaults_are_read(metadata: &[u8], schema: &Schema) -> Result<(), LakeError> {
    let Written { schemas } =
        serde_json::from_slice(metadata).map_err(|_| LakeError::Damaged("its schemas cannot be read"))?;
    let is_it = |written: &&Value| written["schema-id"].as_i64() == Some(i64::from(schema.schema_id()));
    let written = schemas.iter().filter(is_it).map(defaults).max().unwrap_or(0);
    let is_read = |column: &&NestedFieldRef| column.field_type.is_primitive() && column.initial_default.is_some();
    match schema.as_struct().fields().iter().filter(is_read).count() == written {
        true => Ok(()),
        false => Err(LakeError::Unsupported("a first default inside of a column, or of a type that is not known")),
    }
}

/// How many first defaults there are in a schema, at any depth.
fn defaults(written: &Value) -> usize {
    match written {
        Value::Object(members) => {
            let own = members.get("initial-default").is_some_and(|default| !default.is_null());
            usize::from(own) + members.values().map(defaults).sum::<usize>()
        }
        Value::Array(items) => items.iter().map(defaults).sum(),
        _ => 0,
    }
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
    use serde_json::json;

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
        newest(&log).map(|_| ()).expect_err("no metadata is whole here")
    }

    #[test]
    fn first_defaults_are_understood_or_refused() {
        let read = |fields: Value| {
            let schema = json!({ "type": "struct", "schema-id": 1, "fields": fields });
            let other = json!({ "type": "struct", "schema-id": 0, "fields": [member(Some(json!("x")))] });
            let written = json!({ "schemas": [other, schema] }).to_string();
            defaults_are_read(written.as_bytes(), &serde_json::from_value(schema).expect("a schema"))
        };
        let nested = |default| json!({ "id": 1, "name": "a", "required": false, "type": { "type": "struct", "fields": [member(default)] } });
        assert_eq!(read(json!([member(Some(json!("x")))])), Ok(()));
        assert_eq!([read(json!([member(None)])), read(json!([nested(None)]))], [Ok(()), Ok(())]);
        assert!(read(json!([nested(Some(json!("x")))])).is_err(), "rows of older objects would have nulls there");
        assert!(read(json!([member(Some(json!(7)))])).is_err(), "it is none of its type");
    }

    /// A column of text, or a member.
    fn member(default: Option<Value>) -> Value {
        let mut field = json!({ "id": 2, "name": "b", "required": false, "type": "string" });
        if let Some(default) = default {
            field["initial-default"] = default;
        }
        field
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
        assert_eq!(newest_of(&["v1.metadata.json", "v2.metadata.json.gz"], None), chosen);
        let (packed, plain) = ("v2.metadata.json.gz", "v2.metadata.json");
        assert_eq!(newest_of(&[packed, plain], None), LakeError::Ambiguous, "a packed one counts too");
        for nameless in ["copy.metadata.json", "v+2.metadata.json", "copy.metadata.json.gz"] {
            let unnumbered = LakeError::Damaged("an object of its metadata has no number in its name");
            assert_eq!(newest_of(&["v1.metadata.json", nameless], None), unnumbered, "{nameless}");
        }
        assert_eq!(newest_of(&[], None), LakeError::NoLog);
        assert_eq!(newest_of(&["other.json"], None), LakeError::NoLog);
    }
}
