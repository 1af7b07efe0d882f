//! What may be said of a release and why, under the three headings of WP216 (Article 29 Working Party, Opinion 05/2014 on
//! anonymisation techniques, section 2.2), which EDPB Guidelines 01/2025 on pseudonymisation take up.

use serde::{Deserialize, Serialize};

use super::claim::Claim;

/// A claim with its reasons, in words; no value is in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// The claim, in words.
    pub claim: String,
    /// Whether somebody can be picked out.
    pub singling_out: String,
    /// Whether records of one person can be joined, here or with others.
    pub linkability: String,
    /// Whether something can be concluded of somebody.
    pub inference: String,
    /// What stands between this claim and a stronger one.
    pub missing: Vec<String>,
}

/// A claim that was earned, and its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earned {
    pub claim: Claim,
    pub assessment: Assessment,
}

impl Assessment {
    /// The lines that a person reads.
    pub fn text(&self) -> String {
        let Assessment { claim, singling_out, linkability, inference, missing } = self;
        let missing: String = missing.iter().map(|what| format!("  for more: {what}\n")).collect();
        format!(
            "claim: {claim}\n  singling out: {singling_out}\n  linkability: {linkability}\n  inference: {inference}\n\
             {missing}"
        )
    }
}
