//! The journal: one signed object a run, made once, in a store that nobody writes over.

use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use ssh_key::PublicKey;

use super::statement::{RunRecord, StatementError};
use crate::account::store::{Store, StoreError};
use crate::consent::is_id;
use crate::error::{Failure, Kind};
use crate::keys::letters;
use crate::signing::dsse::{Envelope, EnvelopeError, PAYLOAD_TYPE};
use crate::signing::{SignError, Signer};

/// Why evidence cannot be written or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    #[error("evidence names no customer")]
    Customer,
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error("evidence store: {0}")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    #[error(transparent)]
    Statement(#[from] StatementError),
    #[error("evidence lies under another name than its own")]
    Moved,
    #[error("evidence is not what the ledger names")]
    Replaced,
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Sign(error) => error.into(),
            JournalError::Store(_) => Failure::new(Kind::Storage, error.to_string()),
            JournalError::Customer => Failure::new(Kind::Internal, error.to_string()),
            _ => Failure::new(Kind::Invalid, error.to_string())
                .hint("evidence may have been altered; keep it as it is and find out"),
        }
    }
}

/// Where a record lies, and the SHA-256 of its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    pub key: String,
    pub sha256: String,
}

/// Signs a run's record and appends it.
///
/// A second try after a reply was lost finds its own object and is content with it.
///
/// # Errors
/// Where the record cannot be signed or written.
pub fn append(store: &dyn Store, signer: &dyn Signer, record: &RunRecord) -> Result<Appended, JournalError> {
    if !is_id(&record.customer) {
        return Err(JournalError::Customer);
    }
    let statement = record.to_statement();
    let key = key(record, &statement);
    let made = Bytes::from(Envelope::sign(&statement, signer)?.to_json());
    let written = match store.create(&key, std::slice::from_ref(&made)) {
        // Not byte for byte: some keys sign the same differently each time.
        Err(StoreError::Exists) => {
            let (_, there) = store.whole(&key)?;
            if !Envelope::parse(&there)?.carries(&statement) {
                return Err(StoreError::Exists.into());
            }
            there
        }
        outcome => outcome.map(|_| made)?,
    };
    Ok(Appended { key, sha256: sha256(&written) })
}

fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// The keys of a customer's evidence, the oldest first.
///
/// # Errors
/// Where the store cannot be listed.
pub fn list(store: &dyn Store, customer: &str) -> Result<Vec<String>, JournalError> {
    if !is_id(customer) {
        return Err(JournalError::Customer);
    }
    Ok(store.list(&format!("evidence/{customer}/"))?.into_iter().map(|object| object.key).collect())
}

/// The record under `key`, if `public_key` signed it and it lies where it was put.
///
/// # Errors
/// Where it cannot be read or is not to be believed.
pub fn read(store: &dyn Store, key_of_record: &str, public_key: &PublicKey) -> Result<RunRecord, JournalError> {
    read_signed(store, key_of_record, public_key).map(|(record, _)| record)
}

/// As [`read`], and how an entry of the ledger names it.
///
/// # Errors
/// As there.
pub fn read_signed(
    store: &dyn Store,
    key_of_record: &str,
    public_key: &PublicKey,
) -> Result<(RunRecord, Appended), JournalError> {
    let (_, json) = store.whole(key_of_record)?;
    let statement = Envelope::parse(&json)?.verify(public_key)?;
    let record = RunRecord::from_statement(&statement)?;
    if key(&record, &statement) != key_of_record {
        return Err(JournalError::Moved);
    }
    Ok((record, Appended { key: key_of_record.to_owned(), sha256: sha256(&json) }))
}

/// The record under `key`, if its bytes are those that the ledger names: whoever signed the entry signed them too, so no
/// signature is looked at again.
///
/// # Errors
/// Where it cannot be read, or is another.
pub fn read_named(store: &dyn Store, key: &str, named: &str) -> Result<RunRecord, JournalError> {
    let (_, json) = store.whole(key)?;
    if sha256(&json) != named {
        return Err(JournalError::Replaced);
    }
    Ok(RunRecord::from_statement(&Envelope::parse(&json)?.claimed_as(PAYLOAD_TYPE)?)?)
}

/// `evidence/<customer>/<time>-<outcome>-<8 letters of the statement's hash>.dsse.json`: sorts by time, and says
/// which statement lies there.
fn key(record: &RunRecord, statement: &[u8]) -> String {
    let letters = letters(blake3::hash(statement).as_bytes());
    let (customer, outcome) = (&record.customer, record.outcome.word());
    format!("evidence/{customer}/{}-{outcome}-{letters}.dsse.json", stamp(record.finished))
}

fn stamp(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%S.%9fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::store::testing::MemoryStore;
    use crate::evidence::statement::Outcome;
    use crate::evidence::statement::testing::run;
    use crate::signing::testing::signer;

    #[test]
    fn what_is_appended_is_listed_in_order_and_read_back() {
        let (store, signer) = (MemoryStore::default(), signer(1));
        let later = RunRecord {
            finished: "2026-11-24T12:00:02Z".parse().expect("is a time"),
            outcome: Outcome::Failed,
            ..run()
        };
        let keys = [&later, &run()].map(|record| append(&store, &signer, record).expect("can be written").key);
        assert!(keys[1].starts_with("evidence/acme/20261124T120001.500000000Z-committed-"), "{}", keys[1]);
        assert_eq!(list(&store, "acme").expect("can be listed"), [keys[1].clone(), keys[0].clone()]);
        assert_eq!(read(&store, &keys[0], signer.verifying_key()), Ok(later));
    }

    #[test]
    fn a_second_try_is_no_second_record() {
        let (store, signer) = (MemoryStore::default(), signer(1));
        let keys = [(); 2].map(|()| append(&store, &signer, &run()).expect("can be written"));
        assert_eq!(keys[0], keys[1]);
        assert_eq!(list(&store, "acme").map(|keys| keys.len()), Ok(1));
    }

    #[test]
    fn altered_moved_or_foreign_evidence_is_not_believed() {
        let (store, one, other) = (MemoryStore::default(), signer(1), signer(2));
        let key = append(&store, &one, &run()).expect("can be written").key;
        assert_eq!(read(&store, &key, other.verifying_key()), Err(EnvelopeError::Signature.into()));

        let (object, json) = store.whole(&key).expect("is there");
        let moved = key.replace("acme", "globex");
        store.create(&moved, std::slice::from_ref(&json)).expect("is free");
        assert_eq!(read(&store, &moved, one.verifying_key()), Err(JournalError::Moved));

        let mut altered = json.to_vec();
        altered[20] ^= 1;
        store.replace(&key, &[altered.into()], &object.pin).expect("is there");
        assert!(read(&store, &key, one.verifying_key()).is_err());
    }

    #[test]
    fn a_record_that_the_ledger_names_is_known_by_every_byte() {
        let (store, signer) = (MemoryStore::default(), signer(1));
        let Appended { key, sha256 } = append(&store, &signer, &run()).expect("can be written");
        assert_eq!(read_named(&store, &key, &sha256), Ok(run()));
        let (object, json) = store.whole(&key).expect("is there");
        store.replace(&key, &[[&json[..], b" "].concat().into()], &object.pin).expect("is there");
        assert_eq!(read(&store, &key, signer.verifying_key()), Ok(run()), "a blank changes no signature");
        assert_eq!(read_named(&store, &key, &sha256), Err(JournalError::Replaced));
    }

    #[test]
    fn a_customer_that_climbs_is_refused() {
        let record = RunRecord { customer: "../acme".to_owned(), ..run() };
        assert_eq!(append(&MemoryStore::default(), &signer(1), &record), Err(JournalError::Customer));
    }
}
