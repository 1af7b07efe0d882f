//! The two accounts: where objects lie, and the doors to them.

pub mod store;
