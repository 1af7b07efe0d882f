//! Signed tree heads: checkpoints (c2sp.org/tlog-checkpoint) as signed notes (c2sp.org/signed-note), and the
//! cosignatures of those who watch that a tree only grows (c2sp.org/tlog-cosignature, `cosignature/v1`).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p256::pkcs8::EncodePublicKey;
use sha2::{Digest, Sha256};
use signed_note::{Note, VerifierList};
use ssh_key::PublicKey;
use ssh_key::public::{EcdsaPublicKey, Ed25519PublicKey, KeyData};
use tlog_tiles::{Checkpoint, Hash};

use super::LedgerError;
use crate::signing::{Signer, verifies};

/// What a key signs, as signed notes number it.
const ED25519: u8 = 1;
const ECDSA: u8 = 2;
const COSIGNATURE: u8 = 4;

/// The public key of a log or of a witness, under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    kind: u8,
    key: PublicKey,
}

/// How large a tree is, and its root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    pub size: u64,
    pub root: [u8; 32],
}

impl NoteKey {
    /// The key of a ledger; its name, which is the ledger's origin too, comes from the key.
    ///
    /// # Errors
    /// Where it is no key that signs evidence.
    pub fn of_ledger(key: PublicKey) -> Result<Self, LedgerError> {
        let kind = match key.key_data() {
            KeyData::Ed25519(_) => ED25519,
            KeyData::Ecdsa(EcdsaPublicKey::NistP256(_)) => ECDSA,
            _ => return Err(LedgerError::Key),
        };
        let digest = Sha256::digest(encoded(kind, &key)?);
        let name: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(NoteKey { name: format!("verho.dev/ledger/{name}"), kind, key })
    }

    /// The key of a witness; ed25519 alone.
    ///
    /// # Errors
    /// Where name or key cannot be one of a witness.
    pub fn of_witness(name: &str, key: PublicKey) -> Result<Self, LedgerError> {
        let usable = matches!(key.key_data(), KeyData::Ed25519(_)) && signed_note::is_key_name_valid(name);
        if usable { Ok(NoteKey { name: name.to_owned(), kind: COSIGNATURE, key }) } else { Err(LedgerError::Key) }
    }

    /// Reads `name+hash+base64`, the encoding of signed notes.
    ///
    /// # Errors
    /// Where it is another text, or the hash is not the key's.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(LedgerError::Key);
        };
        let bytes = STANDARD.decode(key).map_err(|_| LedgerError::Key)?;
        let (kind, raw) = bytes.split_first().ok_or(LedgerError::Key)?;
        let read = NoteKey { name: name.to_owned(), kind: *kind, key: decoded(*kind, raw)? };
        if read.to_string() == text.trim() { Ok(read) } else { Err(LedgerError::Key) }
    }

    /// The name, which is a log's origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it cosigns, and keeps no ledger.
    pub fn is_witness(&self) -> bool {
        self.kind == COSIGNATURE
    }

    /// What verifies the entries of this ledger.
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    fn id(&self) -> u32 {
        match encoded(self.kind, &self.key) {
            Ok(encoded) if self.kind == ECDSA => {
                let digest = Sha256::digest(&encoded[1..]);
                u32::from_be_bytes(digest[..4].try_into().expect("a digest has 32 bytes"))
            }
            Ok(encoded) => signed_note::key_id(&self.name, &encoded),
            Err(_) => 0,
        }
    }

    /// The head that a checkpoint shows, if this log signed it.
    ///
    /// # Errors
    /// Where it is none, another log's, or not signed by this key.
    pub fn head(&self, checkpoint: &[u8]) -> Result<Head, LedgerError> {
        let note = Note::from_bytes(checkpoint).map_err(|_| LedgerError::Checkpoint)?;
        note.verify(&VerifierList::new(vec![Box::new(self.clone())])).map_err(|_| LedgerError::Checkpoint)?;
        // Verified signatures hang on the text alone; any other line could be changed unseen.
        if note.to_bytes() != checkpoint {
            return Err(LedgerError::Checkpoint);
        }
        head_of(note.text(), &self.name)
    }

    /// A checkpoint of a head.
    ///
    /// # Errors
    /// Where the signer cannot sign.
    pub fn checkpoint(&self, head: Head, signer: &dyn Signer) -> Result<Vec<u8>, LedgerError> {
        let text = Checkpoint::new(&self.name, head.size, Hash(head.root), "").map_err(|_| LedgerError::Checkpoint)?;
        let mut note = Note::new(&text.to_bytes(), &[]).map_err(|_| LedgerError::Checkpoint)?;
        note.add_sigs(&[&Pen { key: self, signature: self.sign(&text.to_bytes(), signer)? }])
            .map_err(|_| LedgerError::Checkpoint)?;
        Ok(note.to_bytes())
    }

    fn sign(&self, text: &[u8], signer: &dyn Signer) -> Result<Vec<u8>, LedgerError> {
        let raw = signer.sign(text)?;
        if self.kind != ECDSA {
            return Ok(raw);
        }
        let signature = p256::ecdsa::Signature::from_slice(&raw).map_err(|_| LedgerError::Key)?;
        Ok(signature.to_der().as_bytes().to_vec())
    }

    /// A checkpoint with this witness's cosignature behind its signatures.
    ///
    /// # Errors
    /// Where it is no note, or the signer cannot sign.
    pub fn cosigned(&self, checkpoint: &[u8], seconds: u64, signer: &dyn Signer) -> Result<Vec<u8>, LedgerError> {
        let mut note = Note::from_bytes(checkpoint).map_err(|_| LedgerError::Checkpoint)?;
        let raw = signer.sign(&cosigned_message(seconds, note.text()))?;
        let signature = [&seconds.to_be_bytes(), raw.as_slice()].concat();
        note.add_sigs(&[&Pen { key: self, signature }]).map_err(|_| LedgerError::Checkpoint)?;
        Ok(note.to_bytes())
    }

    /// When this witness cosigned a checkpoint of the ledger, and which head.
    ///
    /// # Errors
    /// Where it did not.
    pub fn cosignature(&self, checkpoint: &[u8], ledger: &NoteKey) -> Result<(u64, Head), LedgerError> {
        let note = Note::from_bytes(checkpoint).map_err(|_| LedgerError::Checkpoint)?;
        let known = VerifierList::new(vec![Box::new(self.clone()), Box::new(ledger.clone())]);
        let (verified, _) = note.verify(&known).map_err(|_| LedgerError::Checkpoint)?;
        let by = |key: &NoteKey| verified.iter().find(|line| line.name() == key.name && line.id() == key.id());
        let (Some(own), Some(_)) = (by(self), by(ledger)) else { return Err(LedgerError::Witness) };
        let seconds = own.signature().first_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes));
        Ok((seconds.ok_or(LedgerError::Checkpoint)?, head_of(note.text(), &ledger.name)?))
    }
}

fn head_of(text: &[u8], origin: &str) -> Result<Head, LedgerError> {
    let checkpoint = Checkpoint::from_bytes(text).map_err(|_| LedgerError::Checkpoint)?;
    let is_ours = checkpoint.origin() == origin && checkpoint.extension().is_empty();
    let head = Head { size: checkpoint.size(), root: checkpoint.hash().0 };
    if is_ours { Ok(head) } else { Err(LedgerError::Origin) }
}

fn cosigned_message(seconds: u64, text: &[u8]) -> Vec<u8> {
    [format!("cosignature/v1\ntime {seconds}\n").as_bytes(), text].concat()
}

/// The kind of a key and its bytes: 32 of ed25519, or the DER of an elliptic curve's point (SPKI).
fn encoded(kind: u8, key: &PublicKey) -> Result<Vec<u8>, LedgerError> {
    let bytes = match key.key_data() {
        KeyData::Ed25519(key) => key.0.to_vec(),
        KeyData::Ecdsa(EcdsaPublicKey::NistP256(point)) => {
            let key = p256::PublicKey::from_sec1_bytes(point.as_bytes()).map_err(|_| LedgerError::Key)?;
            key.to_public_key_der().map_err(|_| LedgerError::Key)?.into_vec()
        }
        _ => return Err(LedgerError::Key),
    };
    Ok([&[kind], bytes.as_slice()].concat())
}

fn decoded(kind: u8, raw: &[u8]) -> Result<PublicKey, LedgerError> {
    use p256::pkcs8::DecodePublicKey;
    let data = match kind {
        ED25519 | COSIGNATURE => KeyData::Ed25519(Ed25519PublicKey(raw.try_into().map_err(|_| LedgerError::Key)?)),
        ECDSA => {
            let key = p256::PublicKey::from_public_key_der(raw).map_err(|_| LedgerError::Key)?;
            KeyData::Ecdsa(EcdsaPublicKey::from_sec1_bytes(&key.to_sec1_bytes()).map_err(|_| LedgerError::Key)?)
        }
        _ => return Err(LedgerError::Key),
    };
    Ok(PublicKey::from(data))
}

impl fmt::Display for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = encoded(self.kind, &self.key).map_err(|_| fmt::Error)?;
        write!(f, "{}+{:08x}+{}", self.name, self.id(), STANDARD.encode(encoded))
    }
}

impl signed_note::Verifier for NoteKey {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.id()
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        match self.kind {
            COSIGNATURE => signature.split_first_chunk::<8>().is_some_and(|(seconds, raw)| {
                verifies(&self.key, &cosigned_message(u64::from_be_bytes(*seconds), text), raw)
            }),
            ECDSA => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| verifies(&self.key, text, &signature.to_bytes())),
            _ => verifies(&self.key, text, signature),
        }
    }
}

/// A signature that is made already, in the shape that notes take.
struct Pen<'k> {
    key: &'k NoteKey,
    signature: Vec<u8>,
}

impl signed_note::Signer for Pen<'_> {
    fn name(&self) -> &str {
        &self.key.name
    }

    fn key_id(&self) -> u32 {
        self.key.id()
    }

    fn sign(&self, _text: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.signature.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing::testing::signer;

    fn key(seed: u8) -> NoteKey {
        NoteKey::of_ledger(signer(seed).verifying_key().clone()).expect("is ed25519")
    }

    fn head() -> Head {
        Head { size: 3, root: [7; 32] }
    }

    /// The key and the note of the specification's reference implementation (golang.org/x/mod/sumdb/note).
    #[test]
    fn a_note_of_the_reference_implementation_verifies() {
        let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let text =
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        let line = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let key = NoteKey::parse(vkey).expect("is a key");
        let note = Note::from_bytes(format!("{text}\n{line}").as_bytes()).expect("is a note");
        assert!(note.verify(&VerifierList::new(vec![Box::new(key.clone())])).is_ok());
        assert_eq!(key.to_string(), vkey);
    }

    #[test]
    fn a_checkpoint_shows_the_head_that_was_signed_and_no_other() {
        let signed = key(1).checkpoint(head(), &signer(1)).expect("can sign");
        assert_eq!(key(1).head(&signed), Ok(head()));
        assert_eq!(key(2).head(&signed), Err(LedgerError::Checkpoint));
        for at in 0..signed.len() {
            let mut altered = signed.clone();
            altered[at] ^= 1;
            assert!(key(1).head(&altered).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_key_reads_as_what_was_written() {
        assert_eq!(NoteKey::parse(&key(1).to_string()), Ok(key(1)));
        let altered = key(1).to_string().replace("ledger/", "ledgers/");
        assert_eq!(NoteKey::parse(&altered), Err(LedgerError::Key));
    }

    #[test]
    fn a_witness_says_when_and_what_it_saw() {
        let witness = NoteKey::of_witness("eyes.example", signer(2).verifying_key().clone()).expect("is ed25519");
        let signed = key(1).checkpoint(head(), &signer(1)).expect("can sign");
        assert_eq!(witness.cosignature(&signed, &key(1)), Err(LedgerError::Witness));
        let cosigned = witness.cosigned(&signed, 1_700_000_000, &signer(2)).expect("can sign");
        assert_eq!(witness.cosignature(&cosigned, &key(1)), Ok((1_700_000_000, head())));
        assert_eq!(key(1).head(&cosigned), Ok(head()));
        let other = witness.cosigned(&signed, 1_700_000_000, &signer(3)).expect("can sign");
        assert!(witness.cosignature(&other, &key(1)).is_err());
    }
}
