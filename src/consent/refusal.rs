//! Every way of having no valid approval, one variant each, with the way out.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::NAMESPACE;
use super::claim::Claim;
use crate::document::Fault;
use crate::error::{Failure, Kind};
use crate::ledger::LedgerError;

/// Why the gate stays shut. Names approvals, principals, tables and leaf paths, never a data value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("customer `{customer}` has given no approval")]
    Missing { customer: String },
    #[error("customer `{customer}` has no approval of this name")]
    NoSuch { customer: String },
    #[error("approval cannot be read: {0}")]
    Unreadable(Box<Fault>),
    #[error("who may sign cannot be read: {0}")]
    Authority(Box<Fault>),
    #[error("consent/allowed_signers and consent/roles.toml are not the ones that `consent.trust` names")]
    TrustMismatch { computed: String },
    #[error("approval is named `{named}` inside, other than its folder")]
    NameDiffers { named: String },
    #[error("nobody has signed")]
    Unsigned,
    #[error("signature file `{file}` is no OpenSSH signature")]
    Garbled { file: String },
    #[error("signature file `{file}` was made in the namespace `{found}`, not `{NAMESPACE}`")]
    WrongNamespace { file: String, found: String },
    #[error("signature file `{file}` was made with a key that nobody is listed with")]
    UnknownKey { file: String },
    #[error("signature file `{file}` was made with another key than the one listed for `{principal}`")]
    WrongKey { file: String, principal: String },
    #[error("key of `{principal}` is not listed for signing approvals")]
    KeyNotForApprovals { principal: String },
    #[error("key of `{principal}` was not valid when the approval was given")]
    KeyOutOfDate { principal: String },
    #[error("key of `{principal}` is not valid now, and nothing shows that it signed while it was")]
    KeyEnded { principal: String },
    #[error("key of `{principal}` signed without its holder's touch")]
    Untouched { principal: String },
    #[error("approval is not what `{principal}` signed: a byte was altered")]
    Altered { principal: String },
    #[error("`{principal}` signed but has no entry in consent/roles.toml")]
    NoRole { principal: String },
    #[error("`{principal}` signed but has neither the role `customer` nor `compliance`")]
    WrongRole { principal: String },
    #[error("`{principal}` signs for the customer `{organisation}`, not for `{customer}`")]
    OtherOrganisation { principal: String, organisation: String, customer: String },
    #[error("only the customer has signed, a signature from compliance is missing")]
    ComplianceMissing,
    #[error("only compliance has signed, the customer's signature is missing")]
    CustomerMissing,
    #[error("customer and compliance signature come from the same person, {person}")]
    SamePerson { person: String },
    #[error("document-attested approval needs compliance signatures of two different persons, {found} found")]
    AttestersMissing { found: usize },
    #[error("document-attested approval names no document")]
    NoDocument,
    #[error("document-attested approval runs for more than {limit} days")]
    AttestedTooLong { limit: u64 },
    #[error("approver `{principal}` has not signed")]
    ApproverDidNotSign { principal: String },
    #[error("operator `{principal}` is unknown in consent/roles.toml")]
    OperatorUnknown { principal: String },
    #[error("`{principal}` does not have the role `operator`")]
    NotAnOperator { principal: String },
    #[error("{person} signed the approval and cannot be the one who runs it")]
    OperatorSigned { person: String },
    #[error("approval is not yet valid, it begins at {from}")]
    NotYet { from: Timestamp },
    #[error("approval expired at {at}")]
    Expired { at: Timestamp },
    #[error("approval runs for more than the {limit} days that `consent.max_days` allows")]
    TooLong { limit: u64 },
    #[error("approval is for the customer `{approved}`, not for `{asked}`")]
    OtherCustomer { approved: String, asked: String },
    #[error("approval is for another {part} of the source than the configured one")]
    OtherSource { part: &'static str },
    #[error("approval is for another {part} of the destination than the configured one")]
    OtherDestination { part: &'static str },
    #[error("approval counts its runs in the ledger of another evidence root than the configured one")]
    OtherLedger,
    #[error("approved tables are not those of the dataset{}", lists(&[("not approved", not_approved), ("approved only", approved_only)]))]
    OtherTables { not_approved: Vec<String>, approved_only: Vec<String> },
    #[error("structure of table `{table}` has changed since it was approved")]
    ChangedSchema { table: String },
    #[error("what is done to table `{table}` has changed since it was approved{}", lists(&[("columns", columns)]))]
    ChangedPolicy { table: String, columns: Vec<String> },
    #[error("columns of table `{table}` are described other than what its policy digest does{}", lists(&[("columns", columns)]))]
    WordsDisagree { table: String, columns: Vec<String> },
    #[error("approval promises {approved}, the checked facts earn {earned}")]
    ClaimNotEarned { approved: Claim, earned: Claim },
    #[error("all {max_runs} approved runs are used up")]
    UsedUp { max_runs: u64 },
    #[error("another run of the customer began just now")]
    Overtaken,
    #[error("runs are already counted for another approval of this name")]
    NameReused,
    #[error("approval was withdrawn")]
    Withdrawn,
    #[error("approval was followed by `{by}`")]
    Superseded { by: String },
    #[error("pseudonym secret was destroyed, and is there again")]
    KeyReturned,
    #[error(transparent)]
    Ledger(Box<LedgerError>),
}

impl From<LedgerError> for Refusal {
    fn from(error: LedgerError) -> Self {
        Refusal::Ledger(Box::new(error))
    }
}

impl Refusal {
    /// A file that is there and cannot be read, which says nothing of what is in it.
    pub(super) fn unread(file: &Path, error: &std::io::Error) -> Self {
        let fault = Fault::whole_file(file, format!("cannot be read: {}", error.kind()), None);
        Refusal::Unreadable(Box::new(fault))
    }

    /// The way out.
    pub fn hint(&self) -> Option<String> {
        match self {
            // What cannot be read says nothing of what is in it.
            Refusal::Unreadable(fault) | Refusal::Authority(fault) => fault.hint.clone(),
            _ => self.hint_on_signing().or_else(|| self.hint_on_terms()),
        }
    }

    fn hint_on_signing(&self) -> Option<String> {
        let hint = match self {
            Refusal::TrustMismatch { computed } => {
                format!(
                    "review who may sign; if it is right, set `trust = \"{computed}\"` under [consent] in verho.toml"
                )
            }
            Refusal::Unsigned => signing("KEY"),
            Refusal::Garbled { file } => format!("make `{file}` anew: {}", signing("KEY")),
            Refusal::WrongNamespace { .. } => signing("KEY"),
            Refusal::UnknownKey { .. } => {
                "name the file `<principal>.sig`, and list the key in consent/allowed_signers \
                if it should count"
                    .to_owned()
            }
            Refusal::WrongKey { principal, .. } => {
                format!("`{principal}` signs with the key listed in consent/allowed_signers, or has the new one listed")
            }
            Refusal::KeyNotForApprovals { .. } => format!("add `{NAMESPACE}` to the key's `namespaces`"),
            Refusal::KeyOutOfDate { .. } => "sign with a key that is valid at `given_at`".to_owned(),
            Refusal::KeyEnded { .. } => {
                "sign with a key that is valid; an approval that the ledger learned of in time outlives its keys"
                    .to_owned()
            }
            Refusal::Untouched { .. } => "sign again and touch the security key".to_owned(),
            Refusal::Altered { .. } => "restore the signed file, or have all sign the new one".to_owned(),
            Refusal::NoRole { principal } => format!("add `[\"{principal}\"]` to consent/roles.toml"),
            Refusal::WrongRole { .. } => "remove the signature, or give the role in consent/roles.toml".to_owned(),
            Refusal::OtherOrganisation { customer, .. } => format!("a principal of `{customer}` must sign"),
            Refusal::ComplianceMissing => {
                format!("someone with the role `compliance` reviews, then: {}", signing("KEY"))
            }
            Refusal::CustomerMissing => format!("the customer reviews, then: {}", signing("KEY")),
            Refusal::SamePerson { .. } => "a second person must sign (four eyes)".to_owned(),
            Refusal::AttestersMissing { .. } => "two persons with the role `compliance` must sign".to_owned(),
            Refusal::ApproverDidNotSign { principal } => {
                format!("`{principal}` must sign, or whoever did is the approver")
            }
            _ => return None,
        };
        Some(hint)
    }

    fn hint_on_terms(&self) -> Option<String> {
        const ASK_AGAIN: &str = "ask for a new approval: `verho consent request`";
        let hint = match self {
            Refusal::Missing { .. } => "ask for one: `verho consent request`",
            Refusal::NoSuch { .. } => "see `verho consent list`",
            Refusal::NameDiffers { .. } => "name the folder like the approval; the signed file stays as it is",
            Refusal::NoDocument => "list what the customer signed under `documents`",
            Refusal::AttestedTooLong { .. } => "shorten it, or have the customer sign",
            Refusal::OperatorUnknown { .. } | Refusal::NotAnOperator { .. } => {
                "give the role `operator` in consent/roles.toml, then renew `consent.trust`"
            }
            Refusal::OperatorSigned { .. } => "someone who did not sign must run it (four eyes)",
            Refusal::NotYet { .. } => "wait until then, or ask for an earlier begin",
            Refusal::OtherCustomer { .. } => "move the approval to its customer's folder",
            Refusal::OtherLedger => {
                "set `root` under [evidence] back to the one that the approval names, and put `.verho/checkpoint` aside if it is \
                of the other; or ask for a new approval"
            }
            Refusal::WordsDisagree { .. } => {
                "approval and schema were made by different versions; ask for a new approval"
            }
            Refusal::ClaimNotEarned { .. } => "strengthen the schema, or ask for an approval that promises less",
            Refusal::NameReused => "a name is used once, ever; ask for an approval under a new one",
            Refusal::Overtaken => "wait for its end; it may be one of another machine",
            Refusal::KeyReturned => "delete it with `verho keys destroy`; the next run makes a new secret",
            Refusal::Ledger(error) => return Failure::from(LedgerError::clone(error)).hint,
            _ => ASK_AGAIN,
        };
        Some(hint.to_owned())
    }
}

fn signing(key: &str) -> String {
    format!("ssh-keygen -Y sign -f {key} -n {NAMESPACE} approval.toml")
}

fn lists(named: &[(&str, &Vec<String>)]) -> String {
    let filled = named.iter().filter(|(_, names)| !names.is_empty());
    let texts: Vec<_> = filled.map(|(what, names)| format!("{what}: {}", names.join(", "))).collect();
    if texts.is_empty() { String::new() } else { format!(" ({})", texts.join("; ")) }
}

/// A refusal, and the approval it is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{refusal}", approval.as_ref().map(|name| format!("approval `{name}`: ")).unwrap_or_default())]
pub struct Refused {
    pub refusal: Refusal,
    /// The approval's folder name.
    pub approval: Option<String>,
    pub path: Option<PathBuf>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Refused { refusal, approval: None, path: None }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let kind = match &refused.refusal {
            Refusal::Ledger(error) => Failure::from(LedgerError::clone(error)).kind,
            _ => Kind::Consent,
        };
        Failure { kind, message: refused.to_string(), hint: refused.refusal.hint() }
    }
}
