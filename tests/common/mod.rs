//! What several test files need. Each file uses its own part of it.
#![allow(dead_code, reason = "each test binary uses another part")]

pub mod archive;
pub mod browser;
pub mod contract;
pub mod corpora;
#[cfg(feature = "s3")]
pub mod deployed;
pub mod desk;
#[cfg(feature = "s3")]
pub mod fault;
pub mod python;
pub mod reviewed;
#[cfg(feature = "s3")]
pub mod servers;
#[cfg(feature = "s3")]
pub mod sides;
pub mod spans;
