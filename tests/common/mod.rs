//! What several test files need. Each file uses its own part of it.
#![allow(dead_code, reason = "each test binary uses another part")]

pub mod contract;
#[cfg(feature = "s3")]
pub mod fault;
#[cfg(feature = "s3")]
pub mod servers;
