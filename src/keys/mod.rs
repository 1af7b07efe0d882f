//! Pseudonym secrets: what equal inputs become equal under.

pub mod lanes;
pub mod token;

// SHIM
use crate::error::Failure;
use crate::workspace::Workspace;
pub struct Secret([u8; 32]);
impl Secret {
    pub fn domain_key(&self, _customer: &str, domain: &str) -> lanes::DomainKey {
        lanes::DomainKey::new(blake3::derive_key("verho x", domain.as_bytes()))
    }
    pub fn opaque(&self, what: &str, of: &str) -> String {
        blake3::keyed_hash(&self.0, format!("{what} {of}").as_bytes()).to_hex()[..16].to_string()
    }
    pub fn epoch(&self) -> String {
        "shim".into()
    }
}
pub fn secret_of(_w: &Workspace, _c: &str) -> Result<Secret, Failure> {
    Ok(Secret([7; 32]))
}
pub fn create_identity(_p: &std::path::Path) -> Result<(), Failure> {
    Ok(())
}
