//! What lies on the test side, whether a release explains it or not.

use std::collections::{BTreeMap, BTreeSet};

use super::CURRENT;
use crate::account::doors::Test;
use crate::account::store::{RemainKind, StoreError};
use crate::consent::is_id;

/// Everything that takes room below a root.
#[derive(Debug)]
pub struct Contents {
    /// By key, the size in bytes of every object that a listing shows.
    pub objects: BTreeMap<String, u64>,
    /// Keys of what none shows: unfinished writes, and what was deleted and is still kept.
    pub hidden: BTreeSet<String>,
}

impl Contents {
    /// Lists it all; a root that was never made holds nothing.
    ///
    /// # Errors
    /// Where the store cannot be asked, or does not tell all of it.
    pub fn of(test: &Test) -> Result<Self, StoreError> {
        let mut remains = match test.store.remains("") {
            Err(StoreError::Missing) => Vec::new(),
            remains => remains?,
        };
        let Contents { objects, .. } = Contents::shown(test)?;
        remains.retain(|remain| remain.kind == RemainKind::Upload || !objects.contains_key(&remain.key));
        Ok(Contents { objects, hidden: remains.into_iter().map(|remain| remain.key).collect() })
    }

    /// Lists what is not hidden.
    ///
    /// # Errors
    /// Where the store cannot be listed.
    pub fn shown(test: &Test) -> Result<Self, StoreError> {
        let objects = match test.store.list("") {
            Err(StoreError::Missing) => Vec::new(),
            listed => listed?,
        };
        let objects = objects.into_iter().map(|object| (object.key, object.size)).collect();
        Ok(Contents { objects, hidden: BTreeSet::new() })
    }

    /// Whether anything says which release readers use.
    pub fn has_pointer(&self) -> bool {
        self.objects.contains_key(CURRENT)
    }

    /// The names of all visible releases.
    pub fn releases(&self) -> impl Iterator<Item = &str> {
        self.objects.keys().filter_map(|key| manifest_of(key))
    }

    /// The names under which objects lie that no manifest names.
    pub fn unfinished(&self) -> BTreeSet<String> {
        let visible: BTreeSet<&str> = self.releases().collect();
        let named = self.objects.keys().filter(|object| manifest_of(object).is_none());
        let named = named.filter_map(|object| release_of(object)).filter(|name| is_id(name));
        named.filter(|name| !visible.contains(name)).map(str::to_owned).collect()
    }

    /// The keys of all that is there, hidden or not.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.objects.keys().chain(&self.hidden).map(String::as_str)
    }

    /// All that is there of some releases, each with the one that it is of.
    pub fn of_releases<'c>(&'c self, names: &'c BTreeSet<&str>) -> impl Iterator<Item = (&'c str, &'c str)> {
        self.keys().filter_map(|key| Some((release_of(key)?, key))).filter(|(release, _)| names.contains(release))
    }

    /// What neither tells of other objects nor is among those that are known.
    pub fn unexplained(&self, known: &BTreeSet<&str>) -> Vec<&str> {
        let explains = |object: &str| object == CURRENT || manifest_of(object).is_some();
        let shown = self.objects.keys().filter(|object| !explains(object));
        // What is hidden behind the name of a pointer is an earlier pointer; behind another name it can be anything.
        let hidden = self.hidden.iter().filter(|hidden| *hidden != CURRENT);
        shown.chain(hidden).map(String::as_str).filter(|object| !known.contains(object)).collect()
    }
}

/// The release of which an object is the manifest.
pub(super) fn manifest_of(object: &str) -> Option<&str> {
    object.strip_prefix("releases/")?.strip_suffix(".json").filter(|name| is_id(name))
}

/// The release that an object is of: by whole names, since one release's name can begin with another's.
pub(super) fn release_of(object: &str) -> Option<&str> {
    manifest_of(object).or_else(|| match object.split('/').collect::<Vec<_>>()[..] {
        [_, release, _, ..] => Some(release),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::key;

    #[test]
    fn an_object_is_of_the_release_whose_whole_name_it_bears() {
        let cases = [
            ("releases/a-1.json", Some("a-1")),
            ("customers/a-1/part-00000.parquet", Some("a-1")),
            ("customers/a-1/.verho-1-1", Some("a-1")),
            ("customers/a-1/deeper/part-00000.parquet", Some("a-1")),
            ("releases/a-1.parquet", None),
            ("customers/a-1", None),
            ("current.json", None),
        ];
        for (object, release) in cases {
            assert_eq!(release_of(object), release, "{object}");
        }
        assert_eq!(manifest_of(&key("a-1")), Some("a-1"));
        assert_eq!(manifest_of("releases/a/b.json"), None);
    }
}
