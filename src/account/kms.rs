//! Keys that never leave KMS: they wrap secrets and sign evidence.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{DataKeySpec, EncryptionAlgorithmSpec, MessageType, SigningAlgorithmSpec};
use zeroize::Zeroizing;

use super::connection::{configuration, wait};
use super::failure::send;
use super::root::Access;
use super::store::StoreError;

/// What a wrapped secret is bound to: it only opens with the same names and values (encryption context).
pub type Context = BTreeMap<String, String>;

/// The KMS of one side.
pub struct Kms {
    client: Client,
}

/// A fresh secret, in the clear and as it is stored.
pub struct DataKey {
    /// Wiped when dropped. The SDK's own buffers of the reply are not.
    pub secret: Zeroizing<[u8; 32]>,
    pub wrapped: Vec<u8>,
}

impl Kms {
    /// The KMS that `access` reaches. Nothing is asked of it yet.
    ///
    /// # Errors
    /// Where the region or the credentials are not given, or the credentials cannot be found.
    pub fn open(access: &Access) -> Result<Self, StoreError> {
        let mut config = aws_sdk_kms::config::Builder::from(&configuration(access)?);
        if let Some(endpoint) = &access.kms_endpoint {
            config.set_endpoint_url(Some(endpoint.clone()));
        }
        Ok(Kms { client: Client::from_conf(config.build()) })
    }

    /// Makes 32 random bytes, wrapped under a key (GenerateDataKey, AES-256).
    ///
    /// # Errors
    /// Where the key cannot be used.
    pub fn generate(&self, key_arn: &str, context: &Context) -> Result<DataKey, StoreError> {
        let request = self.client.generate_data_key().key_id(key_arn).key_spec(DataKeySpec::Aes256);
        let reply = wait(async { send!(request.set_encryption_context(Some(pairs(context)))) })?;
        demand_key(reply.key_id(), key_arn)?;
        let wrapped = reply.ciphertext_blob.ok_or_else(|| damaged("reply holds no wrapped key"))?.into_inner();
        Ok(DataKey { secret: secret(reply.plaintext)?, wrapped })
    }

    /// Opens a secret that was wrapped under exactly this key and context (Decrypt).
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where key, context or wrapped bytes are not those of the wrapping.
    pub fn unwrap(&self, key_arn: &str, wrapped: &[u8], context: &Context) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let request = self.client.decrypt().key_id(key_arn).ciphertext_blob(Blob::new(wrapped));
        let request = request.encryption_algorithm(EncryptionAlgorithmSpec::SymmetricDefault);
        let reply = wait(async { send!(request.set_encryption_context(Some(pairs(context)))) })?;
        demand_key(reply.key_id(), key_arn)?;
        secret(reply.plaintext)
    }

    /// Signs a SHA-256 digest (ECDSA on P-256); the signature is DER.
    ///
    /// # Errors
    /// Where the key cannot be used, or is of another kind.
    pub fn sign(&self, key_arn: &str, digest: &[u8; 32]) -> Result<Vec<u8>, StoreError> {
        let request = self.client.sign().key_id(key_arn).message(Blob::new(digest)).message_type(MessageType::Digest);
        let reply = wait(async { send!(request.signing_algorithm(SigningAlgorithmSpec::EcdsaSha256)) })?;
        demand_key(reply.key_id(), key_arn)?;
        reply.signature.map(Blob::into_inner).ok_or_else(|| damaged("reply holds no signature"))
    }

    /// The public half of a signing key (DER, SubjectPublicKeyInfo).
    ///
    /// # Errors
    /// Where the key cannot be read.
    pub fn public_key(&self, key_arn: &str) -> Result<Vec<u8>, StoreError> {
        let reply = wait(async { send!(self.client.get_public_key().key_id(key_arn)) })?;
        demand_key(reply.key_id(), key_arn)?;
        reply.public_key.map(Blob::into_inner).ok_or_else(|| damaged("reply holds no public key"))
    }
}

fn pairs(context: &Context) -> HashMap<String, String> {
    context.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn demand_key(used: Option<&str>, asked: &str) -> Result<(), StoreError> {
    if used == Some(asked) { Ok(()) } else { Err(damaged("another KMS key was used than the ARN asked for")) }
}

fn secret(plaintext: Option<Blob>) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let bytes = Zeroizing::new(plaintext.map(Blob::into_inner).unwrap_or_default());
    let mut secret = Zeroizing::new([0; 32]);
    if bytes.len() != secret.len() {
        return Err(damaged("unwrapped secret is not 32 bytes"));
    }
    secret.copy_from_slice(&bytes);
    Ok(secret)
}

fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(what.to_owned())
}
