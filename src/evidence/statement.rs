//! What a run says of itself: an in-toto Statement v1 whose subjects are the objects it made. No value is in it.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::sync::LazyLock;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::proof::Proof;
use crate::account::separate::facts::Identity;
use crate::consent::Assessment;
use crate::guard::groups::Finding;
use crate::ledger::{Head, Ledger};
use crate::survey::{LinkFinding, SkewFinding};

/// The kind of predicate that a [`RunRecord`] is.
pub const PREDICATE_TYPE: &str = "https://verho.dev/run/v1";
const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// A statement that is not one of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    #[error("evidence is no in-toto statement of a run")]
    Form,
    #[error("evidence names other objects as its subject than its record")]
    Subject,
}

/// One run, or the attempt at one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    /// Drawn by chance; the ledger names the run by it.
    pub run: String,
    pub outcome: Outcome,
    pub started: Timestamp,
    pub finished: Timestamp,
    pub tool: Tool,
    /// The principal.
    pub operator: String,
    pub customer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalUse>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalNote>,
    pub inputs: Vec<Input>,
    pub tables: Vec<TableRecord>,
    pub outputs: Vec<Output>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
    /// The claim that was earned, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// Why, and what remains open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Assessment>,
    /// How many values of links have no other end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkFinding>,
    /// How uneven the values of pseudonymised leaves are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skew: Vec<SkewFinding>,
    /// The root that was written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// The key that the output is encrypted with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_key: Option<String>,
    /// When what was made must be deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retained_until: Option<Timestamp>,
    /// The ledger when the run began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger_at_start: Option<TreeHead>,
    /// The ledger when this statement was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<TreeHead>,
    /// What was looked for in all that left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<KnownRecord>,
    /// That releases are gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purged: Option<Proof>,
    /// Which approval's end asked for that, and in which way it ended; somebody asked where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// Who acted in the production account, as AWS's own log names it; none for folders, and where a server cannot tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub production: Option<Actor>,
    /// The same in the test account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Actor>,
}

/// An identity of AWS. Of a role it holds the session's name, by which its calls are found in AWS's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    pub account: String,
    pub arn: String,
    /// When a second factor was given, where verho minted the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa_at: Option<Timestamp>,
}

impl From<&Identity> for Actor {
    fn from(identity: &Identity) -> Self {
        let mfa_at = identity.mfa_at.and_then(|second| Timestamp::from_second(second).ok());
        Actor { account: identity.account.clone(), arn: identity.arn.clone(), mfa_at }
    }
}

/// The end of an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    pub approval: String,
    /// `withdrawal`, `retention`, or `no release` where a run came to nothing.
    pub because: String,
}

/// A state of the ledger: how many entries, and the root over them in hex (RFC 6962).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeHead {
    pub size: u64,
    pub root: String,
}

impl From<Head> for TreeHead {
    fn from(head: Head) -> Self {
        TreeHead { size: head.size, root: head.root.iter().map(|byte| format!("{byte:02x}")).collect() }
    }
}

/// The values of `direct` leaves, counted; one that stands in several places can count more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownRecord {
    /// That were looked for.
    pub values: u64,
    /// That were not: any text could hold them.
    pub weak: u64,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Everything is written and nothing visible yet; the manifest is next.
    Prepared,
    Committed,
    Refused,
    Failed,
    Preview,
    /// Samples were looked at to propose schemas; no approval is needed, and nothing leaves.
    Scan,
    /// Risks were measured; nothing was made.
    Measured,
    /// Releases were erased for good.
    Purged,
    /// Readers were pointed to another release.
    Switched,
    /// It was killed before it could tell how it ended; a later one says so.
    #[serde(rename = "cut-short")]
    CutShort,
}

impl Outcome {
    /// The word in files and names.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Prepared => "prepared",
            Outcome::Committed => "committed",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
            Outcome::Preview => "preview",
            Outcome::Scan => "scan",
            Outcome::Measured => "measured",
            Outcome::Purged => "purged",
            Outcome::Switched => "switched",
            Outcome::CutShort => "cut-short",
        }
    }
}

/// The program that ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    pub name: String,
    pub version: String,
    /// The SHA-256 of the program's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl Tool {
    /// This program.
    pub fn this() -> Self {
        static SHA256: LazyLock<Option<String>> = LazyLock::new(|| {
            let file = std::fs::File::open(std::env::current_exe().ok()?).ok()?;
            let mut hasher = Sha256::new();
            std::io::copy(&mut BufReader::with_capacity(1 << 20, file), &mut hasher).ok()?;
            Some(format!("{:x}", hasher.finalize()))
        });
        Tool {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sha256: SHA256.clone(),
        }
    }
}

/// Which approval was used, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalUse {
    pub id: String,
    /// Of the signed bytes.
    pub digest: String,
    /// Principals.
    pub signers: Vec<String>,
    /// From 1.
    pub run_number: u64,
}

impl From<&crate::consent::Approval> for ApprovalUse {
    fn from(approval: &crate::consent::Approval) -> Self {
        ApprovalUse {
            id: approval.id().to_owned(),
            digest: approval.digest().to_owned(),
            signers: approval.signers().iter().map(|signer| signer.principal.clone()).collect(),
            run_number: approval.run_number(),
        }
    }
}

/// Why nothing was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusalNote {
    pub kind: String,
    pub exit_code: u8,
    pub message: String,
}

impl From<&crate::error::Failure> for RefusalNote {
    fn from(failure: &crate::error::Failure) -> Self {
        let kind = format!("{:?}", failure.kind).to_lowercase();
        RefusalNote { kind, exit_code: failure.kind as u8, message: failure.message.clone() }
    }
}

/// One object that was read. Its key is not told, since a key can carry a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    pub table: String,
    /// Its place in the table's listing, from 0.
    pub object: u64,
    pub state: State,
    /// In bytes.
    pub size: u64,
    pub rows: u64,
}

/// Which state of an object was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As the store names it.
    Version(String),
    /// A digest under the customer's secret, where the store keeps no versions.
    KeyedDigest(String),
}

/// What was done to one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRecord {
    pub name: String,
    pub schema: String,
    pub policy: String,
    /// Which state of a source that keeps a log: a version of Delta Lake, a snapshot's id of Iceberg.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<i64>,
    /// By leaf path.
    pub columns: BTreeMap<String, Treatment>,
    pub rows_in: u64,
    pub rows_out: u64,
    pub parts: u64,
    /// What its groups are like, where they were counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Finding>,
    /// What every part of it has passed, where it left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<String>,
}

/// What was done to one leaf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Treatment {
    pub class: String,
    pub method: String,
    /// Of the method.
    pub version: u32,
}

/// One object that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Below the destination.
    pub key: String,
    /// 64 hex digits.
    pub sha256: String,
    /// In bytes.
    pub size: u64,
    pub rows: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: RunRecord,
}

#[derive(PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    name: String,
    digest: BTreeMap<String, String>,
}

impl RunRecord {
    /// The statement as JSON.
    pub fn to_statement(&self) -> Vec<u8> {
        let statement = Statement {
            kind: STATEMENT_TYPE.to_owned(),
            subject: self.subjects(),
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate: self.clone(),
        };
        serde_json::to_vec(&statement).expect("text, numbers and maps by text are JSON")
    }

    /// The run of a statement.
    ///
    /// # Errors
    /// Where it is another kind of statement, or its subjects are not the run's outputs.
    pub fn from_statement(json: &[u8]) -> Result<Self, StatementError> {
        let statement: Statement = serde_json::from_slice(json).map_err(|_| StatementError::Form)?;
        if statement.kind != STATEMENT_TYPE || statement.predicate_type != PREDICATE_TYPE {
            return Err(StatementError::Form);
        }
        if statement.subject != statement.predicate.subjects() {
            return Err(StatementError::Subject);
        }
        Ok(statement.predicate)
    }

    /// Whether the states of the ledger that the run has seen are states of this one.
    pub fn fits(&self, ledger: &Ledger<'_>) -> bool {
        let is_its = |head: &TreeHead| {
            let root = ledger.root(head.size);
            root.is_some_and(|root| TreeHead::from(Head { size: head.size, root }) == *head)
        };
        [&self.ledger_at_start, &self.ledger].into_iter().flatten().all(is_its)
    }

    /// A statement needs a subject; a run that made nothing is its own.
    fn subjects(&self) -> Vec<Subject> {
        let subject = |name: &str, sha256: String| Subject {
            name: name.to_owned(),
            digest: BTreeMap::from([("sha256".to_owned(), sha256)]),
        };
        if self.outputs.is_empty() {
            let record = serde_json::to_vec(self).expect("text, numbers and maps by text are JSON");
            return vec![subject("run", format!("{:x}", Sha256::digest(record)))];
        }
        self.outputs.iter().map(|output| subject(&output.key, output.sha256.clone())).collect()
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A run that made one object.
    pub fn run() -> RunRecord {
        let treatment = Treatment { class: "direct".to_owned(), method: "fake".to_owned(), version: 1 };
        RunRecord {
            run: "run-1".to_owned(),
            outcome: Outcome::Committed,
            started: "2026-11-24T12:00:00Z".parse().expect("is a time"),
            finished: "2026-11-24T12:00:01.5Z".parse().expect("is a time"),
            tool: Tool::this(),
            operator: "op@house.example".to_owned(),
            customer: "acme".to_owned(),
            approval: None,
            refusal: None,
            inputs: vec![Input {
                table: "customers".to_owned(),
                object: 0,
                state: State::Version("3".to_owned()),
                size: 9,
                rows: 2,
            }],
            tables: vec![TableRecord {
                name: "customers".to_owned(),
                schema: "blake3:1".to_owned(),
                policy: "blake3:3".to_owned(),
                snapshot: None,
                columns: BTreeMap::from([("name".to_owned(), treatment)]),
                rows_in: 2,
                rows_out: 2,
                parts: 1,
                groups: None,
                guards: Vec::new(),
            }],
            outputs: vec![Output {
                key: "customers/r1/part-00000.parquet".to_owned(),
                sha256: "ab".repeat(32),
                size: 7,
                rows: 2,
            }],
            release: Some("r1".to_owned()),
            epoch: None,
            claim: None,
            assessment: None,
            links: Vec::new(),
            skew: Vec::new(),
            destination: None,
            destination_key: None,
            retained_until: None,
            ledger_at_start: None,
            ledger: None,
            known: None,
            purged: None,
            ended: None,
            production: None,
            test: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::run;
    use super::*;
    use crate::error::{Failure, Kind};

    fn json(record: &RunRecord) -> serde_json::Value {
        serde_json::from_slice(&record.to_statement()).expect("is JSON")
    }

    #[test]
    fn a_statement_reads_as_what_was_stated() {
        assert_eq!(RunRecord::from_statement(&run().to_statement()), Ok(run()));
    }

    #[test]
    fn subjects_are_the_outputs_by_their_digest() {
        let statement = json(&run());
        assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
        assert_eq!(statement["predicateType"], "https://verho.dev/run/v1");
        assert_eq!(statement["subject"][0]["name"], "customers/r1/part-00000.parquet");
        assert_eq!(statement["subject"][0]["digest"]["sha256"], "ab".repeat(32));
        assert_eq!(statement["predicate"]["outcome"], "committed");
        assert_eq!(statement["predicate"]["inputs"][0]["state"]["version"], "3");
    }

    #[test]
    fn a_refused_run_has_a_subject_and_says_why() {
        let failure = Failure::new(Kind::Consent, "nobody has signed");
        let refused =
            RunRecord { outcome: Outcome::Refused, outputs: Vec::new(), refusal: Some((&failure).into()), ..run() };
        let statement = json(&refused);
        assert_eq!(statement["subject"].as_array().map(Vec::len), Some(1));
        assert_eq!(statement["predicate"]["refusal"]["exit_code"], 4);
        assert_eq!(statement["predicate"]["refusal"]["kind"], "consent");
        assert_eq!(RunRecord::from_statement(&refused.to_statement()), Ok(refused));
    }

    #[test]
    fn the_use_of_an_approval_names_those_who_signed() {
        let used = ApprovalUse::from(&crate::consent::testing::approval());
        assert_eq!((used.id.as_str(), used.run_number), ("acme-2026-11", 1));
        assert_eq!(used.signers, ["kaisa.koski@house.example", "maija.meri@acme.example"]);
    }

    #[test]
    fn other_statements_are_refused() {
        let text = String::from_utf8(run().to_statement()).expect("is text");
        let with = |from: &str, to: &str| {
            assert!(text.contains(from), "{from}");
            RunRecord::from_statement(text.replacen(from, to, 1).as_bytes()).expect_err(to)
        };
        assert_eq!(with("Statement/v1", "Statement/v2"), StatementError::Form);
        assert_eq!(with("run/v1", "run/v2"), StatementError::Form);
        assert_eq!(with("\"operator\"", "\"operater\""), StatementError::Form);
        assert_eq!(with("abab", "cdab"), StatementError::Subject);
    }
}
