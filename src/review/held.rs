//! What lies in test for a customer, held against the manifests that this workspace's key signed.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::Facts;
use crate::account::doors::Test;
use crate::account::store::StoreError;
use crate::error::Failure;
use crate::release::{self, Contents, Manifest, ReleaseError};

/// Everything that is there, and what explains it.
pub(super) struct Held<'f> {
    pub test: Test,
    pub contents: Contents,
    /// By release; none where it was changed, or signed by another key.
    pub manifests: BTreeMap<String, Option<Manifest>>,
    /// Releases that were deleted with proof, there or not.
    purged: BTreeSet<&'f str>,
}

impl<'f> Held<'f> {
    /// Looks at all that is there of a customer.
    pub fn of(facts: &'f Facts<'_>, customer: &str) -> Result<Self, Failure> {
        let test = facts.test(customer)?;
        let contents = Contents::of(&test)?;
        let names: Vec<&str> = contents.releases().collect();
        let read = names.into_par_iter().map(|name| Ok((name.to_owned(), manifest(facts, &test, name)?)));
        let manifests = read.collect::<Result<_, Failure>>()?;
        let purged = facts.purged().into_iter().filter(|(of, _)| *of == customer).map(|(_, release)| release);
        Ok(Held { purged: purged.collect(), test, contents, manifests })
    }

    /// What is there of releases of which nothing should be, each object with its release.
    pub fn returned(&self) -> impl Iterator<Item = (&str, &str)> {
        self.contents.of_releases(&self.purged)
    }

    /// Releases that may be there, each with its manifest.
    pub fn kept(&self) -> impl Iterator<Item = (&str, Option<&Manifest>)> {
        let manifests = self.manifests.iter().map(|(name, manifest)| (name.as_str(), manifest.as_ref()));
        manifests.filter(|(name, _)| !self.purged.contains(name))
    }

    /// What no manifest holds, and is of no release that came back.
    pub fn unexplained(&self) -> Vec<&str> {
        let returned = self.returned().map(|(_, key)| key);
        let known: BTreeSet<&str> =
            self.kept().filter_map(|(_, manifest)| manifest).flat_map(keys).chain(returned).collect();
        self.contents.unexplained(&known)
    }
}

/// The objects of a release.
pub(super) fn keys(manifest: &Manifest) -> impl Iterator<Item = &str> {
    manifest.tables.values().flat_map(|table| &table.objects).map(|object| object.key.as_str())
}

fn manifest(facts: &Facts<'_>, test: &Test, name: &str) -> Result<Option<Manifest>, Failure> {
    match release::verified(test, name, &facts.key) {
        Ok(manifest) => Ok(Some(manifest)),
        // One that is erased between being found and being read is no failure of the store.
        Err(ReleaseError::Store(error)) if error != StoreError::Changed => Err(error.into()),
        Err(_) => Ok(None),
    }
}

/// By customer and release, what was purged and is there again.
pub(super) fn returned(facts: &Facts<'_>) -> Result<BTreeSet<(String, String)>, Failure> {
    let mut purged = BTreeMap::<&str, BTreeSet<&str>>::new();
    for (customer, release) in facts.purged() {
        purged.entry(customer).or_default().insert(release);
    }
    let mut returned = BTreeSet::new();
    for (customer, names) in purged {
        let contents = Contents::of(&facts.test(customer)?)?;
        returned.extend(contents.of_releases(&names).map(|(release, _)| (customer.to_owned(), release.to_owned())));
    }
    Ok(returned)
}
