//! A release held against what was signed, by whoever can read the test account and has the public key.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};
use ssh_key::PublicKey;

use super::contents::{Contents, manifest_of};
use super::{Manifest, ReleaseError, verified};
use crate::account::doors::Test;
use crate::account::store::{Object, Store, StoreError};
use crate::sink::Written;

/// How many bytes of an object are held at once.
const PIECE: usize = 8 << 20;

/// A release whose manifest was signed, and how what lies there differs from it.
pub struct Verified {
    pub manifest: Manifest,
    /// In the order of keys; none where all is as it was signed.
    pub differences: Vec<Difference>,
}

/// One object that is not as the manifest says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    pub object: String,
    pub says: &'static str,
}

/// Reads every object of a customer's release, and holds its digest against the manifest that `public_key` signed.
///
/// # Errors
/// Where there is no such release, its manifest was not signed by this key for this customer, or the store cannot be read.
pub fn verify(test: &Test, customer: &str, release: &str, public_key: &PublicKey) -> Result<Verified, ReleaseError> {
    let manifest = verified(test, release, public_key)?;
    if manifest.customer != customer {
        return Err(ReleaseError::Broken(release.to_owned()));
    }
    let objects: Vec<&Written> = manifest.tables.values().flat_map(|table| &table.objects).collect();
    let looked = objects.par_iter().map(|written| Ok(difference(test.store.as_ref(), written)?));
    let changed = looked.collect::<Result<Vec<_>, ReleaseError>>()?;
    let mut differences: Vec<_> = changed.into_iter().flatten().collect();
    differences.extend(beside(&Contents::shown(test)?, release, &objects));
    differences.sort();
    Ok(Verified { manifest, differences })
}

fn difference(store: &dyn Store, written: &Written) -> Result<Option<Difference>, StoreError> {
    let says = |says| Ok(Some(Difference { object: written.key.clone(), says }));
    match store.find(&written.key)? {
        None => says("it is gone"),
        Some(object) if object.size != written.size => says("it is of another size"),
        Some(object) if digest(store, &object)? != written.sha256 => says("its bytes are others"),
        Some(_) => Ok(None),
    }
}

/// The SHA-256 of an object's bytes, read piece by piece.
fn digest(store: &dyn Store, object: &Object) -> Result<String, StoreError> {
    let mut digest = Sha256::new();
    for start in (0..object.size).step_by(PIECE) {
        let piece = start..object.size.min(start + PIECE as u64);
        store.read(object, &[piece])?.iter().for_each(|bytes| digest.update(bytes));
    }
    Ok(format!("{:x}", digest.finalize()))
}

/// What lies among a release's objects, and is none of them.
fn beside(contents: &Contents, release: &str, objects: &[&Written]) -> Vec<Difference> {
    let known: BTreeSet<&str> = objects.iter().map(|written| written.key.as_str()).collect();
    let named = BTreeSet::from([release]);
    let found = contents.of_releases(&named).map(|(_, key)| key).filter(|key| manifest_of(key).is_none());
    let strange = found.filter(|key| !known.contains(key));
    strange.map(|key| Difference { object: key.to_owned(), says: "no manifest holds it" }).collect()
}
