//! Signs with a key that never leaves KMS: ECDSA on P-256 over the SHA-256 of the message.

use p256::pkcs8::DecodePublicKey;
use sha2::{Digest, Sha256};
use ssh_key::PublicKey;
use ssh_key::public::{EcdsaPublicKey, KeyData};

use super::{SignError, Signer};
use crate::account::kms::Kms;
use crate::account::root::Access;
use crate::account::store::StoreError;

/// A key of the evidence account's KMS.
pub struct KmsSigner {
    kms: Kms,
    key: String,
}

impl KmsSigner {
    /// The signer of a key, by its ARN.
    ///
    /// # Errors
    /// Where region or credentials are missing.
    pub fn open(access: &Access, key: &str) -> Result<Self, SignError> {
        Ok(KmsSigner { kms: Kms::open(access).map_err(service)?, key: key.to_owned() })
    }
}

fn service(error: StoreError) -> SignError {
    SignError::Service(error.to_string())
}

impl Signer for KmsSigner {
    fn key_id(&self) -> String {
        self.key.clone()
    }

    fn public_key(&self) -> Result<PublicKey, SignError> {
        let der = self.kms.public_key(&self.key).map_err(service)?;
        let other = || SignError::Service("the KMS key is none of ECDSA on P-256".into());
        let key = p256::PublicKey::from_public_key_der(&der).map_err(|_| other())?;
        let point = EcdsaPublicKey::from_sec1_bytes(&key.to_sec1_bytes()).map_err(|_| other())?;
        Ok(PublicKey::from(KeyData::from(point)))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let der = self.kms.sign(&self.key, &Sha256::digest(message).into()).map_err(service)?;
        // KMS answers in DER; a signature here is r and s, 32 bytes each.
        let signature =
            p256::ecdsa::Signature::from_der(&der).map_err(|_| SignError::Service("reply is no signature".into()))?;
        Ok(signature.to_bytes().to_vec())
    }
}
