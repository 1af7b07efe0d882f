//! What the ledger says: one event, when, and of which customer. No value of the data is in it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Releases in one entry: far from what it has room for, with names of 64 letters.
const RELEASES: usize = 400;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub at: Timestamp,
    pub customer: String,
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// An approval came into force.
    Given(Given),
    /// The customer took an approval back; from here on nothing may begin or become visible under it.
    Withdrawn { approval: String, by: String, reason: String },
    /// One of the approved runs was taken.
    Started(Started),
    /// A run came to a point or to its end, and left a statement.
    Told(Told),
    /// Everything of some releases was deleted, and nothing found when looked for again.
    Purged(Purged),
    /// A pseudonym secret was made; the digest is of its wrapped form.
    KeyMade { epoch: String, sha256: String },
    /// A pseudonym secret is gone, named by the digest of its wrapped form.
    KeyDestroyed { sha256: String, because: String },
    /// Something was made of a release, somewhere that verho does not reach.
    Derived { release: String, what: String, by: String },
    /// A reviewer has looked.
    Reviewed { by: String, finding: String },
}

/// An approval as it came into force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    pub approval: String,
    /// Of the signed bytes: `blake3:` and 64 hex digits.
    pub digest: String,
    /// By file name, the SHA-256 of each signature.
    pub signatures: std::collections::BTreeMap<String, String>,
    /// The principals who signed.
    pub signers: Vec<String>,
    /// From when on it takes the place of the one that it follows.
    #[serde(default)]
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    pub max_runs: u64,
    /// How long what was made may be kept, in days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u64>,
    /// The approval that this one follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews: Option<String>,
}

/// A run that began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Started {
    /// Drawn by chance.
    pub run: String,
    pub approval: String,
    /// Of the approval's bytes.
    pub digest: String,
    /// The principal.
    pub operator: String,
}

/// A point of a run that a statement tells of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    pub run: String,
    /// `prepared`, `committed`, `refused`, `failed`, and so on.
    pub outcome: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// The ARN of who acted in the production account, where it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub production: Option<String>,
    /// The same of the test account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// Where the statement lies in the evidence store.
    pub statement: String,
    /// Of the statement's envelope.
    pub sha256: String,
}

/// A deletion that was looked after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purged {
    /// The approval whose end asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// `withdrawal`, `retention`, `end` or `asked`.
    pub because: String,
    pub releases: Vec<String>,
    /// States of objects that were deleted: versions, delete markers, unfinished writes.
    pub erased: u64,
    /// When all that remains in the store was listed once more, and held nothing of them.
    pub empty_at: Timestamp,
}

impl Given {
    /// When what was made at some moment must be deleted; none where no time was agreed on.
    pub fn retained_until(&self, made: Timestamp) -> Option<Timestamp> {
        let hours = i64::try_from(self.retention_days?).ok()?.checked_mul(24)?;
        made.checked_add(SignedDuration::from_hours(hours)).ok()
    }
}

impl Purged {
    /// The same as entries that are short enough, however many releases there were; the first counts what was erased.
    pub fn parts(self) -> Vec<Purged> {
        let of = |(place, releases): (usize, &[String])| Purged {
            releases: releases.to_vec(),
            erased: if place == 0 { self.erased } else { 0 },
            ..self.clone()
        };
        self.releases.chunks(RELEASES).enumerate().map(of).collect()
    }
}

impl Event {
    /// The word that a reader filters by.
    pub fn word(&self) -> &'static str {
        match self {
            Event::Given(_) => "given",
            Event::Withdrawn { .. } => "withdrawn",
            Event::Started(_) => "started",
            Event::Told(_) => "told",
            Event::Purged(_) => "purged",
            Event::KeyMade { .. } => "key-made",
            Event::KeyDestroyed { .. } => "key-destroyed",
            Event::Derived { .. } => "derived",
            Event::Reviewed { .. } => "reviewed",
        }
    }

    /// The approval that it is about.
    pub fn approval(&self) -> Option<&str> {
        match self {
            Event::Given(given) => Some(&given.approval),
            Event::Withdrawn { approval, .. } => Some(approval),
            Event::Started(started) => Some(&started.approval),
            Event::Told(told) => told.approval.as_deref(),
            Event::Purged(purged) => purged.approval.as_deref(),
            _ => None,
        }
    }
}
