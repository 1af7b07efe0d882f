//! The two accounts: where objects lie, and the doors to them.

pub mod credentials;
pub mod file;
pub mod root;
pub mod store;
