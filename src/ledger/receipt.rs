//! What one customer can be handed: its entries, each with the proof that it stands in the ledger, the word of the ledger's key
//! that these are all, and nothing of others.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tlog_tiles::{Hash, check_record};

use super::note::NoteKey;
use super::{Book, CHECKPOINT, Entry, Head, Ledger, LedgerError, Tree, parse, read_latest, tree};
use crate::signing::dsse::pae;
use crate::signing::{Signer, verifies};

/// The kind of file.
pub const KIND: &str = "https://verho.dev/receipt/v2";
/// The type of what is signed of a receipt.
const PAYLOAD_TYPE: &str = "application/vnd.verho.receipt+json";

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
    /// The signature of the ledger's key, in base64, over a DSSE payload: customer, size and root of the tree, and the places
    /// of all entries that the customer has in it.
    pub all: String,
}

/// What is signed of a receipt, so that nobody on its way leaves out an entry.
#[derive(Serialize)]
struct All<'r> {
    customer: &'r str,
    size: u64,
    /// In base64, as the checkpoint has it.
    root: String,
    places: Vec<u64>,
}

impl All<'_> {
    fn signed(customer: &str, head: Head, entries: &[Proved]) -> Vec<u8> {
        let places = entries.iter().map(|proved| proved.index).collect();
        let all = All { customer, size: head.size, root: STANDARD.encode(head.root), places };
        pae(PAYLOAD_TYPE, &serde_json::to_vec(&all).expect("text, numbers and lists are JSON"))
    }
}

/// One entry and the way from it to the tree head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proved {
    /// Its place, from 0.
    pub index: u64,
    /// Its bytes, in base64.
    pub entry: String,
    /// Hashes of its neighbours on the way up, in base64, the lowest first.
    pub proof: Vec<String>,
}

impl Book<'_> {
    /// The receipt of a customer under the last checkpoint.
    ///
    /// # Errors
    /// Where there is no checkpoint, no entry of the customer, or nothing can be signed.
    pub fn receipt(&self, customer: &str) -> Result<Receipt, LedgerError> {
        self.ledger.receipt(customer, self.signer)
    }
}

impl Ledger<'_> {
    pub(super) fn receipt(&self, customer: &str, signer: &dyn Signer) -> Result<Receipt, LedgerError> {
        let (_, checkpoint) = read_latest(self.store, CHECKPOINT)?;
        let head = self.key.head(&checkpoint)?;
        if self.head != Some(head) {
            return Err(LedgerError::Contended);
        }
        let own = (0..head.size).zip(&self.recorded).filter(|(_, recorded)| recorded.entry.customer == customer);
        let proved = own.map(|(index, recorded)| proved(&self.tree, head.size, index, &recorded.bytes));
        let entries: Vec<Proved> = proved.collect();
        if entries.is_empty() {
            return Err(LedgerError::Nobody);
        }
        Ok(Receipt {
            kind: KIND.to_owned(),
            customer: customer.to_owned(),
            ledger: self.key.to_string(),
            checkpoint: String::from_utf8(checkpoint.to_vec()).map_err(|_| LedgerError::Checkpoint)?,
            all: STANDARD.encode(signer.sign(&All::signed(customer, head, &entries))?),
            entries,
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

    /// The entries and the tree they stand in, if each is signed, is the customer's, and stands in the tree that `key` signed,
    /// and `key` says that there are no others.
    ///
    /// # Errors
    /// The first thing that is not so.
    pub fn verify(&self, key: &NoteKey) -> Result<(Head, Vec<(u64, Entry)>), LedgerError> {
        if self.ledger != key.to_string() {
            return Err(LedgerError::Receipt("it names another key"));
        }
        let head = key.head(self.checkpoint.as_bytes())?;
        let all = STANDARD.decode(&self.all).unwrap_or_default();
        if !verifies(key.public_key(), &All::signed(&self.customer, head, &self.entries), &all) {
            return Err(LedgerError::Receipt("its entries are not all that the ledger's key says there are"));
        }
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
        Ok((head, entries.collect::<Result<_, _>>()?))
    }
}

fn hash_of(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok().map(Hash)
}
