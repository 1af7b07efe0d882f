//! The whole ledger looked at again: every signature, every tile, every bundle, every object it is made of.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::{CHECKPOINT, Ledger, LedgerError, entry_key, parse, read_latest, tree};
use crate::account::store::{Object, StoreError};

impl Ledger<'_> {
    /// What is wrong with the objects that the ledger is made of; nothing, where all is well.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn audit(&self) -> Result<Vec<LedgerError>, LedgerError> {
        let places: Vec<u64> = (0..self.tree.size()).collect();
        let entries = places.par_iter().map(|place| self.audit_entry(*place));
        let mut found: Vec<_> = entries.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        found.extend((self.head.is_none() && !places.is_empty()).then_some(LedgerError::Checkpoint));
        found.extend(self.audit_pieces()?);
        Ok(found)
    }

    /// Whether an object is one that the ledger is made of, or a state of it that a witness keeps.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn holds(&self, object: &Object) -> Result<bool, LedgerError> {
        let Some(name) = object.key.strip_prefix("ledger/") else { return Ok(false) };
        Ok(match name.split_once('/') {
            None => object.key == CHECKPOINT,
            // Pieces are all looked at by what they hold.
            Some(("tile", _)) => true,
            Some(("entry", name)) => {
                let place = name.strip_suffix(".json").and_then(|place| place.parse().ok());
                place.is_some_and(|place| place < self.tree.size() && entry_key(place) == object.key)
            }
            Some(("witness", _)) => self.is_state(&read_latest(self.store, &object.key)?.1),
            Some(_) => false,
        })
    }

    /// Whether it is a checkpoint that this ledger has come through.
    fn is_state(&self, checkpoint: &[u8]) -> bool {
        self.key.head(checkpoint).is_ok_and(|head| self.demand(head).is_ok())
    }

    /// Every piece must be what the entries make, and those that the checkpoint asks for must be there.
    fn audit_pieces(&self) -> Result<Vec<LedgerError>, LedgerError> {
        let needed = self.head.map_or_else(Vec::new, |head| self.pieces(0, head.size));
        let mut missing: BTreeSet<String> = needed.into_iter().map(|piece| piece.path).collect();
        let mut found = Vec::new();
        for object in self.store.list("ledger/tile/")? {
            let path = object.key.strip_prefix("ledger/").unwrap_or_default().to_owned();
            let made = match tree::bundle_range(&path) {
                Some(range) => self.bundle(range),
                None => self.tree.tile(&path),
            };
            let content = match self.store.read(&object, std::slice::from_ref(&(0..object.size))) {
                // Taken away since it was listed, as writers do with a piece that a larger one takes the place of.
                Err(StoreError::Changed | StoreError::Missing) => continue,
                content => content?.concat(),
            };
            if made.is_none_or(|made| made != content) {
                found.push(LedgerError::Piece(path.clone()));
            }
            missing.remove(&path);
        }
        found.extend(missing.into_iter().map(LedgerError::Piece));
        Ok(found)
    }

    /// An entry's own object must be there and be what stands in the tree, and be signed.
    fn audit_entry(&self, place: u64) -> Result<Option<LedgerError>, LedgerError> {
        let known = &self.recorded[super::position(place)].bytes;
        let object = match self.store.whole(&entry_key(place)) {
            Err(StoreError::Missing) => return Ok(Some(LedgerError::Entry(place))),
            other => other?.1,
        };
        let sound = object == known && parse(known, Some(self.key.public_key())).is_some();
        Ok((!sound).then_some(LedgerError::Entry(place)))
    }
}
