//! The right to what a table says of itself: the log of Delta Lake, the metadata files of Iceberg. No row lies in them.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::{Production, read_one};
use crate::account::store::{Object, Store, StoreError};

/// The longest object of a log that is read, in bytes.
const LONGEST: u64 = 256 << 20;

/// Which log a table keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogKind {
    /// Commits and checkpoints in `_delta_log/`.
    Delta,
    /// Table metadata, manifest lists and manifests in `metadata/`.
    Iceberg,
}

impl LogKind {
    /// The format that it makes a table of, as schema files call it.
    pub fn format(self) -> &'static str {
        match self {
            LogKind::Delta => "delta",
            LogKind::Iceberg => "iceberg",
        }
    }

    /// Whether an object of this key below the table's folder is of the log. Iceberg writers put files of deleted rows
    /// beside manifests; those are told by their endings.
    fn holds(self, key: &str) -> bool {
        let ends = |endings: &[&str]| endings.iter().any(|ending| key.ends_with(ending));
        match self {
            LogKind::Delta => key.starts_with("_delta_log/"),
            LogKind::Iceberg => {
                key.starts_with("metadata/") && ends(&[".json", ".json.gz", ".avro", "version-hint.text"])
            }
        }
    }
}

impl Production {
    /// The engineer's right to the log of the table in a folder, whose objects are listed and pinned now.
    ///
    /// # Errors
    /// Where the store cannot be listed.
    pub fn log(&self, folder: &str, kind: LogKind) -> Result<LogRight, StoreError> {
        let listed = self.list(folder)?.into_iter();
        let objects = listed.filter_map(|object| Some((object.key.strip_prefix(folder)?.to_owned(), object)));
        Ok(LogRight { store: self.store.clone(), kind, objects: objects.collect() })
    }
}

/// The objects in a table's folder, by their keys below it, and the right to read of them the log alone.
#[derive(Clone)]
pub struct LogRight {
    store: Arc<dyn Store>,
    kind: LogKind,
    objects: BTreeMap<String, Object>,
}

impl LogRight {
    /// The object of a key below the folder.
    pub fn find(&self, key: &str) -> Option<&Object> {
        self.objects.get(key)
    }

    /// The objects of the log below the folder, in key order.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Object)> {
        let all = self.objects.iter().map(|(key, object)| (key.as_str(), object));
        all.filter(|(key, _)| self.kind.holds(key))
    }

    /// The whole of an object of the log.
    ///
    /// # Errors
    /// Where it is none, is not there, or is longer than logs are.
    pub fn read(&self, key: &str) -> Result<Bytes, StoreError> {
        if !self.kind.holds(key) {
            return Err(StoreError::Denied("only the log of a table can be read so".into()));
        }
        let object = self.find(key).ok_or(StoreError::Missing)?;
        match object.size {
            size if size > LONGEST => Err(StoreError::Unfit("an object of a log is too long".into())),
            size => read_one(self.store.as_ref(), object, 0..size),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::store::testing::MemoryStore;

    #[test]
    fn rows_are_out_of_reach() {
        let store = MemoryStore::default();
        for key in [
            "t/_delta_log/0.json",
            "t/a.parquet",
            "t/metadata/v1.metadata.json",
            "t/metadata/v2.metadata.json.gz",
            "t/metadata/dv.puffin",
        ] {
            store.create(key, &[Bytes::from_static(b"{}")]).expect("created");
        }
        let production = Production::new(Box::new(store));
        let reads = |kind, key| production.log("t/", kind).expect("listed").read(key).is_ok();
        assert!(reads(LogKind::Delta, "_delta_log/0.json") && reads(LogKind::Iceberg, "metadata/v1.metadata.json"));
        assert!(reads(LogKind::Iceberg, "metadata/v2.metadata.json.gz"));
        for refused in ["a.parquet", "metadata/dv.puffin", "metadata/v1.metadata.json"] {
            assert!(!reads(LogKind::Delta, refused), "{refused}");
        }
        assert!(!reads(LogKind::Iceberg, "a.parquet") && !reads(LogKind::Iceberg, "metadata/dv.puffin"));
    }
}
