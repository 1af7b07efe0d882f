//! One customer's pseudonym secret for one epoch, and what is derived from it.

use ssh_key::rand_core::{OsRng, RngCore};
use zeroize::Zeroizing;

use super::lanes::DomainKey;
use super::locked::Locked;

const DOMAIN_CONTEXT: &str = "verho 2026-11 pseudonym domain";
const KNOWN_CONTEXT: &str = "verho 2026-11 known values";
const OPAQUE_CONTEXT: &str = "verho 2026-11 opaque name";
const EPOCH_CONTEXT: &str = "verho 2026-11 epoch id";

/// 32 random bytes in locked memory that are wiped when dropped, never shown and never copied.
///
/// ```
/// let secret = verho::keys::Secret::random();
/// println!("{}", secret.epoch());
/// ```
/// ```compile_fail,E0277
/// let secret = verho::keys::Secret::random();
/// println!("{:?}", secret);
/// ```
/// ```compile_fail,E0599
/// let secret = verho::keys::Secret::random();
/// println!("{}", secret.clone().epoch());
/// ```
pub struct Secret(Locked);

impl Secret {
    /// A new secret from the operating system's randomness.
    pub fn random() -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        OsRng.fill_bytes(bytes.as_mut());
        Secret(Locked::new(bytes))
    }

    /// A secret that a [`Wrapper`](super::Wrapper) has just unwrapped.
    pub fn unwrapped(bytes: Zeroizing<[u8; 32]>) -> Self {
        Secret(Locked::new(bytes))
    }

    /// The bytes, to be wrapped and for nothing else.
    pub fn reveal_for_wrapping(&self) -> &[u8; 32] {
        self.0.bytes()
    }

    /// The key of a domain: BLAKE3 `derive_key` over the secret, the customer (length in 8 bytes, little endian,
    /// before it) and the domain.
    pub fn derive(&self, customer: &str, domain: &str) -> Zeroizing<[u8; 32]> {
        let mut hasher = blake3::Hasher::new_derive_key(DOMAIN_CONTEXT);
        hasher.update(self.0.bytes());
        hasher.update(&(customer.len() as u64).to_le_bytes()).update(customer.as_bytes()).update(domain.as_bytes());
        Zeroizing::new(*hasher.finalize().as_bytes())
    }

    /// The key that a domain's values are hashed with.
    pub fn domain_key(&self, customer: &str, domain: &str) -> DomainKey {
        DomainKey::new(*self.derive(customer, domain))
    }

    /// The key under which a customer's known values get the names that they have in memory.
    pub fn known_values_key(&self, customer: &str) -> Zeroizing<[u8; 32]> {
        let mut hasher = blake3::Hasher::new_derive_key(KNOWN_CONTEXT);
        hasher.update(self.0.bytes()).update(customer.as_bytes());
        Zeroizing::new(*hasher.finalize().as_bytes())
    }

    /// 8 base32 letters for something that must be named and not told: a release, the state of a source.
    pub fn opaque(&self, what: &str, named: &str) -> String {
        let mut hasher = blake3::Hasher::new_derive_key(OPAQUE_CONTEXT);
        hasher.update(self.0.bytes()).update(&(what.len() as u64).to_le_bytes());
        letters(hasher.update(what.as_bytes()).update(named.as_bytes()).finalize().as_bytes())
    }

    /// The epoch's name: 8 base32 letters that say nothing about the secret.
    pub fn epoch(&self) -> String {
        let hash = blake3::Hasher::new_derive_key(EPOCH_CONTEXT).update(self.0.bytes()).finalize();
        letters(hash.as_bytes())
    }
}

/// The first 40 bits as 8 letters of RFC 4648 base32, in lower case.
pub(crate) fn letters(hash: &[u8; 32]) -> String {
    let bits = hash[..5].iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
    let letter = |at: u32| char::from(b"abcdefghijklmnopqrstuvwxyz234567"[(bits >> (35 - 5 * at) & 31) as usize]);
    (0..8).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(byte: u8) -> Secret {
        Secret::unwrapped(Zeroizing::new([byte; 32]))
    }

    #[test]
    fn a_key_depends_on_secret_customer_and_domain_and_on_nothing_else() {
        let key = fixed(1).derive("acme", "customer");
        assert_eq!(key, fixed(1).derive("acme", "customer"));
        assert_ne!(key, fixed(2).derive("acme", "customer"));
        assert_ne!(key, fixed(1).derive("acne", "customer"));
        assert_ne!(key, fixed(1).derive("acme", "order"));
        assert_ne!(fixed(1).derive("ab", "c"), fixed(1).derive("a", "bc"));
    }

    #[test]
    fn a_key_is_public_derive_key_of_the_stated_bytes() {
        let material = [&[1; 32][..], &4u64.to_le_bytes(), b"acme", b"customer"].concat();
        assert_eq!(
            *fixed(1).derive("acme", "customer"),
            blake3::derive_key("verho 2026-11 pseudonym domain", &material)
        );
    }

    #[test]
    fn secrets_differ_and_so_do_their_epochs() {
        let (one, other) = (Secret::random(), Secret::random());
        assert_ne!(one.reveal_for_wrapping(), other.reveal_for_wrapping());
        assert_ne!(one.epoch(), other.epoch());
    }

    #[test]
    fn letters_are_base32() {
        let mut hash = [0; 32];
        hash[..5].copy_from_slice(b"hello");
        assert_eq!(letters(&hash), "nbswy3dp");
    }
}
