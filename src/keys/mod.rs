//! Pseudonym secrets: what equal inputs become equal under.

pub mod lanes;
pub mod token;
