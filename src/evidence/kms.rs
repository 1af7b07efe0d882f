//! Evidence signed by a key that never leaves KMS: ECDSA on P-256 over the SHA-256 of the DSSE encoding.

use sha2::{Digest, Sha256};

use super::signer::{SignError, Signer};
use crate::account::kms::Kms;
use crate::account::root::Access;
use crate::account::store::StoreError;

/// Signs with a key of the evidence account's KMS.
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

    fn sign(&self, pae: &[u8]) -> Result<Vec<u8>, SignError> {
        let der = self.kms.sign(&self.key, &Sha256::digest(pae).into()).map_err(service)?;
        // KMS answers in DER; DSSE here carries r and s, 32 bytes each.
        let signature =
            p256::ecdsa::Signature::from_der(&der).map_err(|_| SignError::Service("reply is no signature".into()))?;
        Ok(signature.to_bytes().to_vec())
    }
}
