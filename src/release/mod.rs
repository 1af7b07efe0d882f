//! A release: one complete anonymised copy, visible from the one write of its manifest on.
//!
//! ```text
//! <root>/<table>/<release>/part-00000.parquet     before the manifest, seen by nobody
//! <root>/releases/<release>.json                  the signed manifest: the commit point
//! <root>/current.json                             which release readers use
//! ```

mod contents;
mod purge;
mod tidy;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ssh_key::PublicKey;

use crate::account::doors::{OpenTest, Test};
use crate::account::meanwhile::{each, meanwhile};
use crate::account::store::{Object, StoreError};
use crate::evidence::Erased;
use crate::signing::dsse::Envelope;
use crate::signing::{SignError, Signer};
use crate::sink::Written;
pub use contents::Contents;
pub use purge::{delete, purge};
pub use tidy::tidy;
pub use verify::{Difference, Verified, verify};

/// The media type of a manifest inside its envelope.
const PAYLOAD_TYPE: &str = "application/vnd.verho.release+json";

/// Which release readers use.
const CURRENT: &str = "current.json";

/// What a release is made of, and by whose approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub release: String,
    pub customer: String,
    pub created_at: Timestamp,
    /// Name and version of the program.
    pub tool: String,
    pub approval: String,
    /// `blake3:…` of the approval's signed bytes.
    pub approval_digest: String,
    pub claim: String,
    /// The epoch of the pseudonym secret: inside it pseudonyms are stable.
    pub epoch: String,
    /// A keyed digest of which source objects in which state were read.
    pub source: String,
    pub tables: BTreeMap<String, TableRelease>,
}

/// One table of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRelease {
    /// Digest of what the source is.
    pub schema: String,
    /// Digest of what became of it.
    pub policy: String,
    /// Which state of a source that keeps a log: a version of Delta Lake, a snapshot's id of Iceberg.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<i64>,
    pub rows: u64,
    pub objects: Vec<Written>,
}

/// A manifest as it lies in the test account: to be read as it is, and to be verified by its envelope.
#[derive(Serialize, Deserialize)]
struct Signed {
    manifest: Manifest,
    envelope: Envelope,
}

#[derive(Serialize, Deserialize)]
struct Current {
    release: String,
}

/// Why a release cannot be made or shown.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no release `{0}`")]
    Unknown(String),
    #[error("the manifest of release `{0}` is not one, or was changed after it was signed")]
    Broken(String),
    #[error("readers are not pointed to release `{0}`: {1}")]
    Barred(String, &'static str),
    #[error("readers use release `{0}`, and others are there")]
    InUse(String),
    #[error("{} versions, {} delete markers and {} unfinished writes are left", .0.versions, .0.markers, .0.uploads)]
    Left(Erased),
    #[error("{lost} of its {all} objects are not in test as they were written")]
    Lost { lost: usize, all: usize },
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// Makes a release visible: one conditional write of its manifest. Then readers are pointed to it.
///
/// # Errors
/// Where one of its objects is not there any more, or the manifest cannot be signed or written; then nothing is visible.
/// Where readers cannot be pointed to it, it is.
pub fn commit(test: OpenTest<'_>, manifest: &Manifest, signer: &dyn Signer) -> Result<(), ReleaseError> {
    let payload = serde_json::to_vec(manifest).map_err(|_| ReleaseError::Broken(manifest.release.clone()))?;
    let envelope = Envelope::sign_as(PAYLOAD_TYPE, &payload, signer)?;
    // Last, since until now anybody could take the release for one that was cut short, and delete it.
    demand_whole(test.door, manifest)?;
    let visible = [json(&Signed { manifest: manifest.clone(), envelope })];
    let (made, current) = thread::scope(|scope| {
        let current = meanwhile(scope, || test.door.store.find(CURRENT));
        (test.door.store.create(&key(&manifest.release), &visible), current())
    });
    made?;
    Ok(point_to(test.door, &manifest.release, current?)?)
}

/// Every object that a manifest names must lie there.
fn demand_whole(test: &Test, manifest: &Manifest) -> Result<(), ReleaseError> {
    let (mut lost, mut all) = (0, 0);
    let tables: Vec<_> = manifest.tables.iter().collect();
    let listed = each(&tables, |(name, _)| test.store.list(&format!("{name}/{}/", manifest.release)));
    for ((_, table), there) in tables.into_iter().zip(listed) {
        let there = there?;
        let there: BTreeSet<(&str, u64)> = there.iter().map(|object| (object.key.as_str(), object.size)).collect();
        all += table.objects.len();
        lost += table.objects.iter().filter(|object| !there.contains(&(object.key.as_str(), object.size))).count();
    }
    if lost == 0 { Ok(()) } else { Err(ReleaseError::Lost { lost, all }) }
}

/// Points readers to a visible release that `public_key` signed: the way back to an earlier one.
///
/// # Errors
/// Where it is not visible, or is not what was signed.
pub fn switch(test: &Test, release: &str, public_key: &PublicKey) -> Result<(), ReleaseError> {
    verified(test, release, public_key)?;
    Ok(point_to(test, release, test.store.find(CURRENT)?)?)
}

/// The last of some releases that is visible and signed by `public_key`.
///
/// # Errors
/// Where the store fails.
pub fn last(test: &Test, releases: &[String], public_key: &PublicKey) -> Result<Option<Manifest>, ReleaseError> {
    for name in releases.iter().rev() {
        match verified(test, name, public_key) {
            Err(ReleaseError::Unknown(_) | ReleaseError::Broken(_)) => {}
            manifest => return manifest.map(Some),
        }
    }
    Ok(None)
}

/// Points readers to a release, whatever they were pointed to; a race with another release is run again.
fn point_to(test: &Test, release: &str, mut current: Option<Object>) -> Result<(), StoreError> {
    let content = [json(&Current { release: release.to_owned() })];
    for _ in 0..8 {
        let written = match &current {
            Some(object) => test.store.replace(CURRENT, &content, &object.pin),
            None => test.store.create(CURRENT, &content),
        };
        match written {
            Err(StoreError::Changed | StoreError::Exists) => current = test.store.find(CURRENT)?,
            other => return other.map(drop),
        }
    }
    Err(StoreError::Changed)
}

fn key(release: &str) -> String {
    format!("releases/{release}.json")
}

fn json(value: &impl Serialize) -> Bytes {
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes.into()
}

/// The names of all visible releases, in their order: of those of one day it says nothing.
///
/// # Errors
/// Where the store cannot be listed.
pub fn list(test: &Test) -> Result<Vec<String>, StoreError> {
    let objects = test.store.list("releases/")?;
    Ok(objects.iter().filter_map(|object| contents::manifest_of(&object.key).map(str::to_owned)).collect())
}

/// The release that readers use.
///
/// # Errors
/// Where the store fails.
pub fn current(test: &Test) -> Result<Option<String>, StoreError> {
    Ok(pointer(test)?.and_then(|(_, current)| current).map(|current| current.release))
}

/// `current.json`, and what it says; it says nothing where it is not one of ours.
fn pointer(test: &Test) -> Result<Option<(Object, Option<Current>)>, StoreError> {
    match test.store.as_ref().whole(CURRENT) {
        Ok((object, bytes)) => Ok(Some((object, serde_json::from_slice(&bytes).ok()))),
        Err(StoreError::Missing) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The manifest of a visible release; what is shown is what was signed.
///
/// # Errors
/// Where there is none, or what is shown is not what was signed.
pub fn show(test: &Test, release: &str) -> Result<Manifest, ReleaseError> {
    Ok(read(test, release)?.1.manifest)
}

/// As [`show`], where `public_key` signed it and nothing else stands in its object.
///
/// # Errors
/// As there, and where it was not.
pub fn verified(test: &Test, release: &str, public_key: &PublicKey) -> Result<Manifest, ReleaseError> {
    let (bytes, signed) = read(test, release)?;
    let is_signed = signed.envelope.verify_as(PAYLOAD_TYPE, public_key).is_ok();
    if is_signed && json(&signed) == bytes {
        Ok(signed.manifest)
    } else {
        Err(ReleaseError::Broken(release.to_owned()))
    }
}

fn read(test: &Test, release: &str) -> Result<(Bytes, Signed), ReleaseError> {
    let bytes = match test.store.as_ref().whole(&key(release)) {
        Ok((_, bytes)) => bytes,
        Err(StoreError::Missing) => return Err(ReleaseError::Unknown(release.to_owned())),
        Err(error) => return Err(error.into()),
    };
    let broken = || ReleaseError::Broken(release.to_owned());
    let signed: Signed = serde_json::from_slice(&bytes).map_err(|_| broken())?;
    let payload = serde_json::to_vec(&signed.manifest).map_err(|_| broken())?;
    let untouched = signed.envelope.carries_as(PAYLOAD_TYPE, &payload) && signed.manifest.release == release;
    if untouched { Ok((bytes, signed)) } else { Err(broken()) }
}
