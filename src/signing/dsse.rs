//! DSSE v1.0.2: an envelope that signs bytes together with what they are.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};
use ssh_key::PublicKey;

use super::{SignError, Signer, verifies};

/// The type of every payload here.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// Why an envelope is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    #[error("evidence is no DSSE envelope")]
    Form,
    #[error("evidence carries no signature of this key")]
    Signature,
    #[error("evidence is of another type than in-toto")]
    Type,
}

/// The JSON envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Base64.
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Signature {
    /// A hint only; never decides.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    keyid: String,
    /// Base64.
    sig: String,
}

/// The bytes that are signed: `DSSEv1 LEN(type) type LEN(body) body`.
pub fn pae(payload_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), body.len());
    [head.as_bytes(), body].concat()
}

impl Envelope {
    /// Signs a payload of [`PAYLOAD_TYPE`].
    ///
    /// # Errors
    /// Where the signer cannot sign.
    pub fn sign(payload: &[u8], signer: &dyn Signer) -> Result<Self, SignError> {
        Self::sign_as(PAYLOAD_TYPE, payload, signer)
    }

    /// Signs a payload of any type.
    ///
    /// # Errors
    /// Where the signer cannot sign.
    pub fn sign_as(payload_type: &str, payload: &[u8], signer: &dyn Signer) -> Result<Self, SignError> {
        let sig = signer.sign(&pae(payload_type, payload))?;
        Ok(Envelope {
            payload: STANDARD.encode(payload),
            payload_type: payload_type.to_owned(),
            signatures: vec![Signature { keyid: signer.key_id(), sig: STANDARD.encode(sig) }],
        })
    }

    /// Parses an envelope, believing nothing yet.
    ///
    /// # Errors
    /// Where it is not one.
    pub fn parse(json: &[u8]) -> Result<Self, EnvelopeError> {
        serde_json::from_slice(json).map_err(|_| EnvelopeError::Form)
    }

    /// The envelope as one line of JSON.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("text and lists of text are JSON")
    }

    /// Whether this is what is inside, whoever signed it.
    pub(crate) fn carries(&self, payload: &[u8]) -> bool {
        self.carries_as(PAYLOAD_TYPE, payload)
    }

    /// Whether this is what is inside, as this type, whoever signed it.
    pub(crate) fn carries_as(&self, payload_type: &str, payload: &[u8]) -> bool {
        self.payload_type == payload_type && decode(&self.payload).is_ok_and(|inside| inside == payload)
    }

    /// The payload, if `key` signed it and it is of [`PAYLOAD_TYPE`].
    ///
    /// # Errors
    /// Where no signature is the key's, or what was signed is of another type.
    pub fn verify(&self, key: &PublicKey) -> Result<Vec<u8>, EnvelopeError> {
        self.verify_as(PAYLOAD_TYPE, key)
    }

    /// As [`verify`](Self::verify), of any type.
    ///
    /// # Errors
    /// As there.
    pub fn verify_as(&self, payload_type: &str, key: &PublicKey) -> Result<Vec<u8>, EnvelopeError> {
        let payload = self.signed_by(key)?;
        if self.payload_type == payload_type { Ok(payload) } else { Err(EnvelopeError::Type) }
    }

    /// The payload, whoever signed it: for one whose bytes something else vouches for.
    ///
    /// # Errors
    /// Where it is of another type.
    pub fn claimed_as(&self, payload_type: &str) -> Result<Vec<u8>, EnvelopeError> {
        if self.payload_type == payload_type { decode(&self.payload) } else { Err(EnvelopeError::Type) }
    }

    fn signed_by(&self, key: &PublicKey) -> Result<Vec<u8>, EnvelopeError> {
        let payload = decode(&self.payload)?;
        let signed = pae(&self.payload_type, &payload);
        for signature in &self.signatures {
            if verifies(key, &signed, &decode(&signature.sig)?) {
                return Ok(payload);
            }
        }
        Err(EnvelopeError::Signature)
    }
}

/// Verifiers must take both alphabets.
fn decode(text: &str) -> Result<Vec<u8>, EnvelopeError> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).map_err(|_| EnvelopeError::Form)
}

#[cfg(test)]
mod tests {
    use ssh_key::public::KeyData;

    use super::*;
    use crate::signing::testing::signer;

    /// The test vector of the DSSE specification, with its public key as uncompressed point.
    const VECTOR: &str = r#"{"payload": "aGVsbG8gd29ybGQ=", "payloadType": "http://example.com/HelloWorld", "signatures":
        [{"sig": "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="}]}"#;
    const VECTOR_X: &str = "67cd390f77aa359cb08c2235f652270493a9ed832b0abcc01f70954c0390d238";
    const VECTOR_Y: &str = "0c782bd54e269125a44f4433aff1432ce94e12bca73aa67ac80cea12608ddf74";

    fn vector_key() -> PublicKey {
        let hex = format!("04{VECTOR_X}{VECTOR_Y}");
        let byte = |at: usize| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("is hex");
        let point: Vec<u8> = (0..65).map(byte).collect();
        let key = ssh_key::public::EcdsaPublicKey::from_sec1_bytes(&point).expect("is a point");
        PublicKey::from(KeyData::from(key))
    }

    #[test]
    fn the_encoding_is_that_of_the_specification() {
        let encoded = pae("http://example.com/HelloWorld", b"hello world");
        assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
        assert_eq!(pae("", b""), b"DSSEv1 0  0 ");
    }

    #[test]
    fn the_envelope_of_the_specification_verifies_and_its_type_is_refused() {
        let envelope = Envelope::parse(VECTOR.as_bytes()).expect("is an envelope");
        assert_eq!(envelope.signed_by(&vector_key()), Ok(b"hello world".to_vec()));
        assert_eq!(envelope.verify(&vector_key()), Err(EnvelopeError::Type));
        let altered = VECTOR.replace("29ybGQ=", "29ybGE=");
        let altered = Envelope::parse(altered.as_bytes()).expect("is an envelope");
        assert_eq!(altered.signed_by(&vector_key()), Err(EnvelopeError::Signature));
    }

    #[test]
    fn what_is_signed_here_verifies_and_nothing_else() {
        let (one, other) = (signer(1), signer(2));
        let envelope = Envelope::sign(b"{}", &one).expect("can sign");
        let read = Envelope::parse(&envelope.to_json()).expect("is an envelope");
        assert_eq!(read.verify(one.verifying_key()), Ok(b"{}".to_vec()));
        assert_eq!(read.verify(other.verifying_key()), Err(EnvelopeError::Signature));
        let retyped = Envelope { payload_type: "text/plain".to_owned(), ..envelope };
        assert_eq!(retyped.verify(one.verifying_key()), Err(EnvelopeError::Signature));
    }

    #[test]
    fn both_alphabets_are_taken() {
        let one = signer(1);
        let mut envelope = Envelope::sign(&[0xfb, 0xff, 0xfe], &one).expect("can sign");
        envelope.payload = URL_SAFE.encode([0xfb, 0xff, 0xfe]);
        assert_eq!(envelope.verify(one.verifying_key()), Ok(vec![0xfb, 0xff, 0xfe]));
    }
}
