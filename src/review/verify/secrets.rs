//! Wrapped secrets: those that the ledger knows, as they were, none that was destroyed, and no copy. None is opened.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Facts, Finding};
use crate::error::Failure;
use crate::keys::{self, KeyError, Shelf};
use crate::ledger::Event;
use crate::signing::public_key_file;
use crate::workspace::{EvidenceSigner, Workspace};

/// By customer and digest, whether the ledger says that the secret is gone.
type Known<'f> = BTreeMap<(&'f str, &'f str), bool>;

pub(super) fn check(facts: &Facts<'_>) -> Result<Vec<Finding>, Failure> {
    let known = known(facts);
    let shelf = keys::shelf_of(facts.workspace);
    let wrapped = wrapped(&shelf)?;
    let there = |customer: &str, digest: &str| wrapped.iter().any(|(of, found)| of == customer && found == digest);
    let missing = known.iter().filter(|((customer, digest), is_gone)| !**is_gone && !there(customer, digest));
    let missing = missing.map(|((customer, _), _)| Finding::broken(place(customer), "it is changed or gone"));
    let odd = wrapped.iter().filter_map(|(customer, digest)| match known.get(&(customer.as_str(), digest.as_str())) {
        Some(false) => None,
        Some(true) => Some(Finding::broken(place(customer), "it was destroyed, and is there again")),
        None => Some(Finding::loose(place(customer), "the ledger does not know it")),
    });
    Ok(missing.chain(odd).chain(strays(facts.workspace, &shelf, &known)?).collect())
}

/// Files among the secrets that nobody put there for verho: left by a process that was killed, or copied.
fn strays(workspace: &Workspace, shelf: &Shelf, known: &Known<'_>) -> Result<Vec<Finding>, KeyError> {
    let own = named(workspace);
    let is_gone = |digest: &str| known.iter().any(|((_, known), is_gone)| *known == digest && *is_gone);
    let said = |(path, digest): (PathBuf, String)| {
        let place = format!("file {}", path.strip_prefix(&workspace.folder).unwrap_or(&path).display());
        match is_gone(&digest) {
            true => Finding::broken(place, "it is a copy of a secret that was destroyed"),
            false => Finding::loose(place, "it lies among the secrets, and no record tells of it"),
        }
    };
    let strays = shelf.strays()?.into_iter().filter(|(path, _)| !own.iter().any(|known| known == path));
    Ok(strays.map(said).collect())
}

/// Keys that the workspace names, which may lie among the secrets.
fn named(workspace: &Workspace) -> Vec<PathBuf> {
    let signer = match &workspace.evidence.signer {
        EvidenceSigner::File(path) => vec![path.clone(), public_key_file(path)],
        EvidenceSigner::Kms(_) => Vec::new(),
    };
    signer.into_iter().chain(workspace.keys.identity.clone()).collect()
}

/// By customer, the digest of every wrapped secret that is here.
fn wrapped(shelf: &Shelf) -> Result<Vec<(String, String)>, KeyError> {
    let found = shelf.customers().into_iter().map(|customer| Ok((shelf.digest(&customer)?, customer)));
    let found = found.collect::<Result<Vec<_>, KeyError>>()?;
    Ok(found.into_iter().filter_map(|(digest, customer)| Some((customer, digest?))).collect())
}

fn known<'f>(facts: &'f Facts<'_>) -> Known<'f> {
    let mut known = Known::new();
    for (_, entry) in facts.entries() {
        match &entry.event {
            Event::KeyMade { sha256, .. } => drop(known.entry((&entry.customer, sha256)).or_insert(false)),
            Event::KeyDestroyed { sha256, .. } => drop(known.insert((&entry.customer, sha256), true)),
            _ => {}
        }
    }
    known
}

fn place(customer: &str) -> String {
    format!("wrapped secret of {customer}")
}
