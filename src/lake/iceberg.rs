//! Iceberg: metadata and manifests are read by the types of Iceberg's own crate (iceberg.apache.org/spec, versions 1 to 3).
//!
//! There is no catalog here, so the folder itself must say which metadata is the newest.

mod avro;
mod columns;
mod equal;
mod metadata;
mod positions;
mod rows;

use std::collections::HashMap;

use iceberg::spec::{
    DataContentType, DataFile, DataFileFormat, FormatVersion, Manifest, ManifestContentType, ManifestFile,
    ManifestList, ManifestStatus, Schema, Snapshot as IcebergSnapshot, Struct, TableMetadata, Transform,
};

use super::vector::Vector;
use super::{Constants, Deletes, LakeError, LakeFile, Snapshot, place};
use crate::account::doors::LogRight;
use crate::account::store::Object;
use columns::{constant, fields};
use equal::Equal;
use positions::Positions;
use rows::Told;

/// Reads a snapshot of a table from its metadata; the newest, if none is asked for.
///
/// # Errors
/// Where the metadata is not whole, or the table uses what is not supported.
pub fn open(log: &LogRight, snapshot: Option<i64>) -> Result<Snapshot, LakeError> {
    let (metadata, written) = metadata::newest(log)?;
    if metadata.encryption_keys_iter().next().is_some() {
        return Err(LakeError::Unsupported("encryption"));
    }
    let chosen = match snapshot {
        Some(id) => Some(metadata.snapshot_by_id(id).ok_or(LakeError::NoSnapshot(id))?),
        None => metadata.current_snapshot(),
    };
    // An older snapshot is read as it was, the newest by the columns of today.
    let schema = match (snapshot, chosen) {
        (Some(_), Some(chosen)) => {
            chosen.schema(&metadata).map_err(|_| LakeError::Damaged("a snapshot's schema is not there"))?
        }
        _ => metadata.current_schema().clone(),
    };
    metadata::defaults_are_read(&written, &schema)?;
    let table = Table { log, metadata: &metadata, schema: &schema };
    let mut found = Found::default();
    if let Some(chosen) = chosen {
        for manifest in table.manifests(chosen)? {
            table.entries(&manifest, &mut found)?;
        }
    }
    let id = chosen.map_or(-1, |chosen| chosen.snapshot_id());
    Ok(Snapshot { id, fields: fields(&schema)?, files: table.files(&found)? })
}

/// An entry of a manifest that is alive.
struct Entry {
    file: DataFile,
    /// Of its data, from which on deletes apply to it or it applies to data.
    sequence: i64,
    /// Of the partition that it belongs to.
    spec: i32,
    object: Object,
}

impl Entry {
    /// Whether two entries lie in one partition.
    fn is_beside(&self, other: &Entry) -> bool {
        (self.spec, self.file.partition()) == (other.spec, other.file.partition())
    }
}

/// What the manifests of a snapshot name.
#[derive(Default)]
struct Found {
    data: Vec<Entry>,
    vectors: HashMap<String, Entry>,
    positions: Vec<Entry>,
    equal: Vec<Entry>,
}

struct Table<'t> {
    log: &'t LogRight,
    metadata: &'t TableMetadata,
    schema: &'t Schema,
}

impl Table<'_> {
    fn key(&self, location: &str) -> Result<String, LakeError> {
        place::below(self.metadata.location(), location)
    }

    fn object(&self, location: &str) -> Result<Object, LakeError> {
        self.log.find(&self.key(location)?).cloned().ok_or(LakeError::Missing)
    }

    /// A list can be older than the version that the table has by now. One of version 1 tells no deletes, so only a
    /// snapshot of that version, which has no number in the table's sequence, can have it.
    fn manifests(&self, of: &IcebergSnapshot) -> Result<Vec<ManifestFile>, LakeError> {
        let bytes = metadata::read(self.log, &self.key(of.manifest_list())?)?;
        let oldest = if of.sequence_number() == 0 { FormatVersion::V1 } else { FormatVersion::V2 };
        let versions = [FormatVersion::V3, FormatVersion::V2, FormatVersion::V1].into_iter();
        let mut versions = versions.filter(|version| (oldest..=self.metadata.format_version()).contains(version));
        let list = versions.find_map(|version| ManifestList::parse_with_version(&bytes, version).ok());
        Ok(list.ok_or(LakeError::Damaged("a manifest list cannot be read"))?.consume_entries().into_iter().collect())
    }

    fn entries(&self, manifest: &ManifestFile, found: &mut Found) -> Result<(), LakeError> {
        if manifest.key_metadata.as_ref().is_some_and(|key| !key.is_empty()) {
            return Err(LakeError::Unsupported("encryption"));
        }
        let bytes = metadata::read(self.log, &self.key(&manifest.manifest_path)?)?;
        let parsed = Manifest::parse_avro(&bytes).map_err(|_| LakeError::Damaged("a manifest cannot be read"))?;
        let other = LakeError::Damaged("a manifest holds something else than its list says");
        let holds = |content: DataContentType| match manifest.content {
            ManifestContentType::Data => content == DataContentType::Data,
            ManifestContentType::Deletes => content != DataContentType::Data,
        };
        if *parsed.metadata().content() != manifest.content {
            return Err(other);
        }
        // Where the list tells none, it is taken for 0, and they would apply to nothing.
        if manifest.content == ManifestContentType::Deletes && manifest.sequence_number == 0 {
            return Err(LakeError::Damaged("deletes have no sequence number"));
        }
        for entry in parsed.entries().iter().filter(|entry| entry.is_alive()) {
            if !holds(entry.content_type()) {
                return Err(other);
            }
            let inherits = entry.status() == ManifestStatus::Added || manifest.sequence_number == 0;
            let sequence = entry.sequence_number().or(inherits.then_some(manifest.sequence_number));
            let sequence = sequence.ok_or(LakeError::Damaged("an object has no sequence number"))?;
            let file = entry.data_file().clone();
            if file.key_metadata().is_some_and(|key| !key.is_empty()) {
                return Err(LakeError::Unsupported("encryption"));
            }
            let object = self.object(file.file_path())?;
            // Puffin objects hold several vectors, and writers do not agree on whose length they tell.
            if file.file_format() != DataFileFormat::Puffin && file.file_size_in_bytes() != object.size {
                return Err(LakeError::Damaged("an object is not as large as its manifest says"));
            }
            self.sort(Entry { file, sequence, spec: manifest.partition_spec_id, object }, found)?;
        }
        Ok(())
    }

    fn sort(&self, entry: Entry, found: &mut Found) -> Result<(), LakeError> {
        match (entry.file.content_type(), entry.file.file_format()) {
            (DataContentType::Data, DataFileFormat::Parquet) => found.data.push(entry),
            (DataContentType::Data, _) => return Err(LakeError::Unsupported("data files of ORC or Avro")),
            (DataContentType::PositionDeletes, DataFileFormat::Puffin) => {
                let of = entry.file.referenced_data_file();
                let of = of.ok_or(LakeError::Damaged("a deletion vector names no data file"))?;
                if found.vectors.insert(self.key(&of)?, entry).is_some() {
                    return Err(LakeError::Damaged("a data file has two deletion vectors"));
                }
            }
            (DataContentType::PositionDeletes, DataFileFormat::Parquet) => found.positions.push(entry),
            (DataContentType::EqualityDeletes, DataFileFormat::Parquet) => found.equal.push(entry),
            _ => return Err(LakeError::Unsupported("deletes in ORC or Avro")),
        }
        Ok(())
    }

    fn files(&self, found: &Found) -> Result<Vec<LakeFile>, LakeError> {
        let file = |entry: &Entry| {
            let (object, constants) = (entry.object.clone(), self.constants(entry)?);
            Ok(LakeFile { object, deletes: self.deletes(entry, found, &constants)?, constants })
        };
        found.data.iter().map(file).collect()
    }

    /// What applies to a data file ("Scan Planning" in the specification).
    fn deletes(&self, data: &Entry, found: &Found, constants: &Constants) -> Result<Vec<Box<dyn Deletes>>, LakeError> {
        let key = self.key(data.file.file_path())?;
        let mut deletes: Vec<Box<dyn Deletes>> = Vec::new();
        match found.vectors.get(&key).filter(|vector| data.sequence <= vector.sequence) {
            // A vector holds what older deletes by position held.
            Some(vector) => deletes.push(Box::new(vector_of(vector)?)),
            None => {
                let of = |entry: &&Entry| self.may_hold(entry, data, &key);
                for entry in found.positions.iter().filter(of) {
                    let told = Told { object: entry.object.clone(), rows: entry.file.record_count() };
                    let location = self.metadata.location().to_owned();
                    deletes.push(Box::new(Positions { told, location, of: key.clone() }));
                }
            }
        }
        for entry in found.equal.iter().filter(|entry| self.is_equal_to(entry, data)) {
            let object = entry.object.clone();
            deletes.push(Box::new(Equal::of(self.schema, &entry.file, object, constants.clone())?));
        }
        Ok(deletes)
    }

    fn may_hold(&self, deletes: &Entry, data: &Entry, key: &str) -> bool {
        let referenced = deletes.file.referenced_data_file();
        // A location that cannot be understood could be any.
        let is_other = referenced.and_then(|of| self.key(&of).ok()).is_some_and(|of| of != key);
        !is_other && data.sequence <= deletes.sequence && deletes.is_beside(data)
    }

    fn is_equal_to(&self, deletes: &Entry, data: &Entry) -> bool {
        let spec = self.metadata.partition_spec_by_id(deletes.spec);
        let is_global = spec.is_none_or(|spec| spec.is_unpartitioned());
        data.sequence < deletes.sequence && (is_global || deletes.is_beside(data))
    }

    /// The values that every row of a data file has where it lacks the column: of identity partitions, and first defaults.
    fn constants(&self, entry: &Entry) -> Result<Constants, LakeError> {
        let spec = self.metadata.partition_spec_by_id(entry.spec);
        let spec = spec.ok_or(LakeError::Damaged("an object is of a partition that is not described"))?;
        let partition: &Struct = entry.file.partition();
        let mut constants = Vec::new();
        for (field, value) in spec.fields().iter().zip(partition.iter()) {
            let source = self.schema.as_struct().fields().iter().find(|column| column.id == field.source_id);
            if let (Transform::Identity, Some(column), Some(value)) = (field.transform, source, value) {
                constants.extend(constant(column, value)?.map(|array| (column.name.clone(), array)));
            }
        }
        for column in self.schema.as_struct().fields() {
            let is_known = constants.iter().any(|(name, _)| *name == column.name);
            if let (false, Some(value)) = (is_known, &column.initial_default) {
                constants.extend(constant(column, value)?.map(|array| (column.name.clone(), array)));
            }
        }
        Ok(constants)
    }
}

fn vector_of(entry: &Entry) -> Result<Vector, LakeError> {
    let damaged = LakeError::Damaged("a deletion vector is described wrongly");
    let number = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok());
    let (start, length) = number(entry.file.content_offset())
        .zip(number(entry.file.content_size_in_bytes()))
        .ok_or_else(|| damaged.clone())?;
    let end = start.checked_add(length).filter(|end| *end <= entry.object.size).ok_or(damaged)?;
    Ok(Vector { object: entry.object.clone(), range: start..end, rows: entry.file.record_count() })
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use bytes::Bytes;
    use iceberg::spec::{Operation, Summary};

    use super::*;
    use crate::account::doors::{LogKind, Production};
    use crate::account::store::{Store as _, testing::MemoryStore};

    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
        entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
    }

    /// The log of a sample, with one more manifest list.
    fn log_of(sample: &str, list: &[u8]) -> LogRight {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/lake/iceberg").join(sample);
        let store = MemoryStore::default();
        for file in files(&folder) {
            let key = file.strip_prefix(&folder).expect("inside").to_string_lossy().into_owned();
            store.create(&format!("t/{key}"), &[std::fs::read(&file).expect("a file").into()]).expect("created");
        }
        store.create("t/metadata/older.avro", &[Bytes::copy_from_slice(list)]).expect("created");
        Production::new(Box::new(store)).log("t/", LogKind::Iceberg).expect("listed")
    }

    /// A manifest list of version 1: one manifest, of which neither content nor sequence number is told.
    fn first_version() -> Vec<u8> {
        let text =
            |text: &str| [&[(text.len() % 64 * 2) as u8 | 0x80, (text.len() / 64) as u8], text.as_bytes()].concat();
        let field = |name: &str, of: &str| format!(r#"{{"name":"{name}","type":"{of}"}}"#);
        let fields = [("manifest_path", "string"), ("manifest_length", "long"), ("partition_spec_id", "int")];
        let fields = fields.iter().chain(&[("added_snapshot_id", "long")]).map(|(name, of)| field(name, of));
        let fields = fields.collect::<Vec<_>>().join(",");
        let schema = format!(r#"{{"type":"record","name":"manifest_file","fields":[{fields}]}}"#);
        let header = [&b"Obj\x01"[..], &[2], &text("avro.schema"), &text(&schema), &[0], &[7; 16]].concat();
        let record = [&text("m.avro")[..], &[2, 0, 2]].concat();
        [&header[..], &[2, (record.len() * 2) as u8], &record, &[7; 16]].concat()
    }

    #[test]
    fn a_list_that_tells_no_deletes_is_one_of_version_1() {
        let log = log_of("positions", &first_version());
        let (metadata, _) = metadata::newest(&log).expect("is sound");
        let table = Table { log: &log, metadata: &metadata, schema: metadata.current_schema() };
        let listed = |sequence: i64| {
            let summary = Summary { operation: Operation::Append, additional_properties: HashMap::new() };
            let of = IcebergSnapshot::builder().with_snapshot_id(1).with_sequence_number(sequence).with_timestamp_ms(0);
            let list = format!("{}/metadata/older.avro", metadata.location());
            table.manifests(&of.with_manifest_list(list).with_summary(summary).build())
        };
        assert_eq!(listed(0).expect("is of version 1").len(), 1);
        assert_eq!(listed(3).expect_err("is of version 2"), LakeError::Damaged("a manifest list cannot be read"));
    }

    #[test]
    fn a_manifest_holds_what_its_list_says() {
        let log = log_of("positions", b"");
        let (metadata, _) = metadata::newest(&log).expect("is sound");
        let table = Table { log: &log, metadata: &metadata, schema: metadata.current_schema() };
        let current = metadata.current_snapshot().expect("has one");
        let (mut deletes, mut data) = (0, 0);
        for manifest in table.manifests(current).expect("is sound") {
            let is_deletes = manifest.content == ManifestContentType::Deletes;
            let refused = |change: &dyn Fn(&mut ManifestFile)| {
                let mut changed = manifest.clone();
                change(&mut changed);
                table.entries(&changed, &mut Found::default()).is_err()
            };
            let other = if is_deletes { ManifestContentType::Data } else { ManifestContentType::Deletes };
            assert!(!refused(&|_| ()) && refused(&|manifest| manifest.content = other));
            assert_eq!(refused(&|manifest| manifest.sequence_number = 0), is_deletes);
            if is_deletes { deletes += 1 } else { data += 1 }
        }
        assert!(deletes > 0 && data > 0);
    }
}
