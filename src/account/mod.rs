//! The two accounts: where objects lie, and the doors to them.

#[cfg(feature = "s3")]
pub mod apart;
pub mod calls;
#[cfg(feature = "s3")]
pub(crate) mod connection;
pub mod credentials;
pub mod doors;
#[cfg(feature = "s3")]
pub(crate) mod failure;
pub mod file;
#[cfg(feature = "s3")]
pub mod kms;
pub(crate) mod meanwhile;
#[cfg(feature = "s3")]
mod provider;
#[cfg(feature = "s3")]
pub mod roll;
pub mod root;
#[cfg(feature = "s3")]
pub mod s3;
pub mod separate;
#[cfg(feature = "s3")]
mod session;
pub mod side;
pub mod store;
