//! The two accounts: where objects lie, and the doors to them.

#[cfg(feature = "s3")]
pub(crate) mod connection;
pub mod credentials;
pub mod doors;
#[cfg(feature = "s3")]
pub(crate) mod failure;
pub mod file;
#[cfg(feature = "s3")]
pub mod kms;
#[cfg(feature = "s3")]
mod provider;
pub mod root;
#[cfg(feature = "s3")]
pub mod s3;
pub mod store;
