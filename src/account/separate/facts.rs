//! What is known of an account before it is judged. Plain data: it can be handed from the process that asked to the one
//! that judges, and holds no secret.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Why something could not be seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blind {
    /// The identity lacks a permission.
    Denied(String),
    /// The server at the configured endpoint has no such call.
    NoSuchCall(String),
    /// The call failed, with this code.
    Failed(String),
    /// The account did not answer, or had trouble of its own.
    Unreachable(String),
}

/// Something, or why it could not be seen.
pub type Seen<T> = Result<T, Blind>;

/// One account, as it tells of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub identity: Seen<Identity>,
    /// Who that is in IAM; asked of the accounts that data goes through.
    pub principal: Option<Principal>,
    pub bucket: Bucket,
    pub keys: Vec<Key>,
    /// Whether the account as a whole blocks public access, in all four ways; asked once an account.
    pub account_block: Option<Seen<bool>>,
    /// Whether a trail is on that logs what happens in the region; asked once an account.
    pub trail: Option<Seen<bool>>,
    /// Whether a write was tried and refused; asked of production alone.
    pub write_denied: Option<Seen<bool>>,
}

/// Who acts (STS, GetCallerIdentity).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub account: String,
    pub arn: String,
    /// The SHA-256 of the access key id: enough to see that two are one.
    pub key_digest: String,
    /// When a second factor was given, where verho minted the session itself; in seconds since 1970.
    pub mfa_at: Option<i64>,
    /// Whether the credentials end by themselves.
    pub is_session: bool,
}

impl Identity {
    /// The part behind the account: `root`, `user/name`, `assumed-role/name/session`.
    pub fn name(&self) -> &str {
        self.arn.splitn(6, ':').nth(5).unwrap_or_default()
    }

    /// The role or the user, or whoever else it is.
    pub fn acts_as(&self) -> &str {
        self.role().or_else(|| self.user()).unwrap_or_else(|| self.name())
    }

    /// The role, where one was taken.
    pub fn role(&self) -> Option<&str> {
        self.name().strip_prefix("assumed-role/")?.split('/').next()
    }

    /// The user, where it is one; paths are no part of the name.
    pub fn user(&self) -> Option<&str> {
        self.name().strip_prefix("user/")?.rsplit('/').next()
    }
}

/// What IAM knows of who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// Every policy that is attached, inline or of a group.
    pub policies: Seen<Vec<Policy>>,
    /// Who may take the role; none for a user.
    pub trust: Option<Seen<String>>,
    /// The robot whose long-lived key stands behind all this; none where there is none, and behind a person.
    pub user: Option<Seen<User>>,
    /// By action, whether IAM's simulation allows what must be denied.
    pub forbidden: Seen<BTreeMap<String, bool>>,
}

/// A policy by its name, with what it says; AWS's own policies are known by their ARN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub name: String,
    pub document: Option<String>,
}

/// An IAM user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub name: String,
    pub has_password: Seen<bool>,
    pub mfa_devices: Seen<usize>,
    pub access_keys: Seen<Vec<AccessKey>>,
}

/// A long-lived key of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    pub is_active: bool,
    pub age_days: i64,
    /// Whether it is the one that is used.
    pub is_used_here: bool,
}

/// A bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    pub name: String,
    /// Where it lies, if it is there and is the account's own.
    pub region: Seen<Option<String>>,
    /// How far the server's clock is ahead of ours, in seconds.
    pub clock_ahead: Seen<i64>,
    /// Whether it blocks public access, in all four ways.
    pub block: Seen<bool>,
    /// Whether its policy opens it to the public.
    pub is_public: Seen<bool>,
    pub ownership: Seen<Option<String>>,
    /// The algorithm and the key of its default encryption.
    pub encryption: Seen<Option<(String, Option<String>)>>,
    pub policy: Seen<Option<String>>,
    pub keeps_versions: Seen<bool>,
    pub locks_objects: Seen<bool>,
}

/// A key of KMS that is configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    pub arn: String,
    pub about: Seen<About>,
    /// None for keys that KMS cannot rotate: those that sign.
    pub rotates: Option<Seen<bool>>,
    pub policy: Seen<String>,
}

/// KMS, DescribeKey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    pub arn: String,
    pub by_customer: bool,
    pub enabled: bool,
    pub signs: bool,
}
