//! What one customer can be handed: its entries, each with the proof that it stands in the ledger, and nothing of others.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tlog_tiles::{Hash, check_record};

use super::note::NoteKey;
use super::{CHECKPOINT, Entry, Ledger, LedgerError, Tree, parse, read_latest, tree};

/// The kind of file.
pub const KIND: &str = "https://verho.dev/receipt/v1";

/// Entries of one customer with inclusion proofs (RFC 6962, section 2.1.1), to be checked offline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    pub kind: String,
    pub customer: String,
    /// The ledger's key, as signed notes write it; believed only if it is the one that was given otherwise.
    pub ledger: String,
    /// The signed tree head.
    pub checkpoint: String,
    pub entries: Vec<Proved>,
}

/// One entry and the way from it to the tree head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proved {
    /// Its place, from 0.
    pub index: u64,
    /// The bytes that stand in the tree, in base64.
    pub entry: String,
    /// Hashes of its neighbours on the way up, in base64, the lowest first.
    pub proof: Vec<String>,
}

impl Ledger<'_> {
    /// The receipt of a customer under the last checkpoint.
    ///
    /// # Errors
    /// Where there is none.
    pub fn receipt(&self, customer: &str) -> Result<Receipt, LedgerError> {
        let head = self.head.ok_or(LedgerError::Checkpoint)?;
        let (_, checkpoint) = read_latest(self.store, CHECKPOINT)?;
        let size = self.key.head(&checkpoint)?.size.min(head.size);
        if size != self.key.head(&checkpoint)?.size {
            return Err(LedgerError::Contended);
        }
        let own = (0..size).zip(&self.recorded).filter(|(_, recorded)| recorded.entry.customer == customer);
        let proved = own.map(|(index, recorded)| proved(&self.tree, size, index, &recorded.bytes));
        Ok(Receipt {
            kind: KIND.to_owned(),
            customer: customer.to_owned(),
            ledger: self.key.to_string(),
            checkpoint: String::from_utf8(checkpoint.to_vec()).map_err(|_| LedgerError::Checkpoint)?,
            entries: proved.collect(),
        })
    }
}

fn proved(tree: &Tree, size: u64, index: u64, bytes: &[u8]) -> Proved {
    let proof = tree.proof(size, index).unwrap_or_default();
    Proved { index, entry: STANDARD.encode(bytes), proof: proof.iter().map(|hash| STANDARD.encode(hash.0)).collect() }
}

impl Receipt {
    /// Reads a receipt, believing nothing yet.
    ///
    /// # Errors
    /// Where it is none.
    pub fn parse(json: &[u8]) -> Result<Self, LedgerError> {
        let receipt: Receipt = serde_json::from_slice(json).map_err(|_| LedgerError::Receipt("it cannot be read"))?;
        if receipt.kind == KIND { Ok(receipt) } else { Err(LedgerError::Receipt("it is of another kind")) }
    }

    /// The entries, if each is signed, is the customer's, and stands in the tree that `key` signed.
    ///
    /// # Errors
    /// The first thing that is not so.
    pub fn verify(&self, key: &NoteKey) -> Result<Vec<(u64, Entry)>, LedgerError> {
        if self.ledger != key.to_string() {
            return Err(LedgerError::Receipt("it names another key"));
        }
        let head = key.head(self.checkpoint.as_bytes())?;
        let entries = self.entries.iter().map(|proved| {
            let bytes = STANDARD.decode(&proved.entry).map_err(|_| LedgerError::Entry(proved.index))?;
            let entry = parse(&bytes, Some(key.public_key())).ok_or(LedgerError::Entry(proved.index))?;
            if entry.customer != self.customer {
                return Err(LedgerError::Receipt("an entry is another customer's"));
            }
            let path = proved.proof.iter().map(|hash| hash_of(hash)).collect::<Option<Vec<_>>>();
            let path = path.ok_or(LedgerError::Receipt("a proof is none"))?;
            check_record(&path, head.size, Hash(head.root), proved.index, tree::leaf(&bytes))
                .map_err(|_| LedgerError::Receipt("an entry is not in the tree"))?;
            Ok((proved.index, entry))
        });
        entries.collect()
    }
}

fn hash_of(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok().map(Hash)
}
