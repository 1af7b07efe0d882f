//! Secrets wrapped by production's KMS: made by GenerateDataKey, opened by Decrypt, bound by their context.

use crate::account::kms::{Context, Kms};
use crate::account::root::Access;
use crate::account::store::StoreError;

use super::ring::{KeyError, Wrapper};
use super::secret::Secret;

/// Wraps under one key of production's KMS.
pub struct KmsWrapper {
    kms: Kms,
    key: String,
}

impl KmsWrapper {
    /// The wrapper of a key, by its ARN.
    ///
    /// # Errors
    /// Where region or credentials are missing.
    pub fn open(access: &Access, key: &str) -> Result<Self, KeyError> {
        Ok(KmsWrapper { kms: Kms::open(access).map_err(service)?, key: key.to_owned() })
    }
}

fn service(error: StoreError) -> KeyError {
    KeyError::Service(error.to_string())
}

/// The context is logged in the clear by the key service, so it names the customer by a digest.
fn context(customer: &str) -> Context {
    let opaque = blake3::derive_key("verho 2026-11 encryption context", customer.as_bytes());
    let pairs = [("verho", "pseudonym secret 1".to_owned()), ("customer", super::letters(&opaque))];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl Wrapper for KmsWrapper {
    fn ending(&self) -> &'static str {
        super::ring::KMS_ENDING
    }

    fn make(&self, customer: &str) -> Result<(Secret, Vec<u8>), KeyError> {
        let made = self.kms.generate(&self.key, &context(customer)).map_err(service)?;
        Ok((Secret::unwrapped(made.secret), made.wrapped))
    }

    fn open(&self, wrapped: &[u8], customer: &str) -> Result<Secret, KeyError> {
        match self.kms.unwrap(&self.key, wrapped, &context(customer)) {
            Ok(secret) => Ok(Secret::unwrapped(secret)),
            Err(StoreError::Damaged(_)) => Err(KeyError::WrongKey),
            Err(error) => Err(service(error)),
        }
    }
}
