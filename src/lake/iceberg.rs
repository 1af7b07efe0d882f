//! Iceberg: metadata and manifests are read by the types of Iceberg's own crate (iceberg.apache.org/spec, versions 1 to 3).
//!
//! There is no catalog here, so the folder itself must say which metadata is the newest.

mod columns;
mod equal;
mod metadata;
mod positions;

use std::collections::HashMap;

use iceberg::spec::{
    DataContentType, DataFile, DataFileFormat, FormatVersion, Manifest, ManifestFile, ManifestList, ManifestStatus,
    Schema, Struct, TableMetadata, Transform,
};

use super::vector::Vector;
use super::{Constants, Deletes, LakeError, LakeFile, Snapshot, place};
use crate::account::doors::LogRight;
use crate::account::store::Object;
use columns::{constant, fields};
use equal::Equal;
use positions::Positions;

/// Reads a snapshot of a table from its metadata; the newest, if none is asked for.
///
/// # Errors
/// Where the metadata is not whole, or the table uses what is not supported.
pub fn open(log: &LogRight, snapshot: Option<i64>) -> Result<Snapshot, LakeError> {
    let metadata = metadata::newest(log)?;
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
    let table = Table { log, metadata: &metadata, schema: &schema };
    let mut found = Found::default();
    if let Some(chosen) = chosen {
        for manifest in table.manifests(chosen.manifest_list())? {
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

    /// A list can be older than the version that the table has by now.
    fn manifests(&self, list: &str) -> Result<Vec<ManifestFile>, LakeError> {
        let bytes = metadata::read(self.log, &self.key(list)?)?;
        let versions = [FormatVersion::V3, FormatVersion::V2, FormatVersion::V1].into_iter();
        let mut versions = versions.filter(|version| *version <= self.metadata.format_version());
        let list = versions.find_map(|version| ManifestList::parse_with_version(&bytes, version).ok());
        Ok(list.ok_or(LakeError::Damaged("a manifest list cannot be read"))?.consume_entries().into_iter().collect())
    }

    fn entries(&self, manifest: &ManifestFile, found: &mut Found) -> Result<(), LakeError> {
        if manifest.key_metadata.as_ref().is_some_and(|key| !key.is_empty()) {
            return Err(LakeError::Unsupported("encryption"));
        }
        let bytes = metadata::read(self.log, &self.key(&manifest.manifest_path)?)?;
        let parsed = Manifest::parse_avro(&bytes).map_err(|_| LakeError::Damaged("a manifest cannot be read"))?;
        for entry in parsed.entries().iter().filter(|entry| entry.is_alive()) {
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
                    let location = self.metadata.location().to_owned();
                    deletes.push(Box::new(Positions { object: entry.object.clone(), location, of: key.clone() }));
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
