//! The edge: every stage's error becomes a kind with an exit code, a message, and a way out.

/// What the reader of a failure can do about it; the exit code (DESIGN 6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Internal = 1,
    Usage = 2,
    Invalid = 3,
    Consent = 4,
    Accounts = 5,
    Mismatch = 6,
    Guard = 7,
    Storage = 8,
    Interrupted = 9,
}

/// A failure as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub kind: Kind,
    pub message: String,
    pub hint: Option<String>,
}

impl Failure {
    /// A failure without a way out; see [`Failure::hint`].
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Failure { kind, message: message.into(), hint: None }
    }

    /// Says the way out.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says what was being done.
    pub fn during(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }
}

impl From<crate::document::Fault> for Failure {
    fn from(fault: crate::document::Fault) -> Self {
        Failure { kind: Kind::Invalid, message: fault.to_string(), hint: fault.hint }
    }
}

impl From<crate::account::store::StoreError> for Failure {
    fn from(error: crate::account::store::StoreError) -> Self {
        Failure { kind: Kind::Storage, message: error.to_string(), hint: error.hint().map(str::to_owned) }
    }
}

impl From<crate::account::separate::NotSeparate> for Failure {
    fn from(error: crate::account::separate::NotSeparate) -> Self {
        use crate::account::separate::NotSeparate;
        let kind = match error {
            NotSeparate::Refused(_) | NotSeparate::Changed(_) => Kind::Accounts,
            NotSeparate::Unreachable(_) | NotSeparate::Store(_) => Kind::Storage,
        };
        Failure { kind, message: error.to_string(), hint: error.hint() }
    }
}
