//! `verho consent`

mod life;
mod receipt;
mod request;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Common;
use super::answer::{Answer, table};
use super::words::Words;
use crate::consent::{Destination, Record, Refusal, Refused, Standing, ids, view};
use crate::crew::Crew;
use crate::document::Document;
use crate::error::{Failure, Kind};
use crate::evidence;
use crate::ledger::Ledger;
use crate::plan::Plan;
use crate::run::{Wish, ask};
use crate::schema;
use crate::workspace::Workspace;

pub use request::{NewRequest, request};

/// The life of an approval
#[derive(clap::Args)]
pub struct Consent {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Write the approval that the customer is to sign, and pages to read; reads footers only
    Request(NewRequest),
    /// Verify an approval and enter it into the ledger; a first run does it too
    Record {
        customer: String,
        approval: String,
        /// The principal who would run it [default: `operator` in verho.toml]
        #[arg(long, value_name = "PRINCIPAL")]
        operator: Option<String>,
    },
    /// Every approval of a customer, its state, and how many of its runs are used
    List { customer: String },
    /// One approval, as it was signed
    Show { customer: String, approval: String },
    /// Every check of an approval, point by point
    Verify {
        customer: String,
        approval: String,
        /// The principal who would run it [default: `operator` in verho.toml]
        #[arg(long, value_name = "PRINCIPAL")]
        operator: Option<String>,
    },
    /// Take an approval back: no run begins or becomes visible under it from now on
    Withdraw {
        customer: String,
        approval: String,
        /// Who takes it back [default: `operator` in verho.toml]
        #[arg(long, value_name = "PRINCIPAL", value_parser = Words)]
        by: Option<String>,
        /// Why, for the record
        #[arg(long, default_value = "", value_parser = Words)]
        reason: String,
    },
    /// Write what the ledger says of one customer, with proofs, to hand to that customer; needs the right to sign
    Receipt {
        customer: String,
        /// [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Check a receipt; needs no workspace
    VerifyReceipt {
        file: PathBuf,
        /// The ledger's key, as `verho ledger key` prints it; from someone you trust
        #[arg(long, value_name = "KEY")]
        key: String,
    },
}

impl Consent {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        if let What::VerifyReceipt { file, key } = &self.what {
            return receipt::verify(file, key);
        }
        let workspace = common.workspace()?;
        match self.what {
            What::Request(new) => new.run(&workspace),
            What::Record { customer, approval, operator } => life::record(
                &workspace,
                &Wish { customer: &customer, approval: Some(&approval), operator: operator.as_deref() },
            ),
            What::Withdraw { customer, approval, by, reason } => life::withdraw(
                &workspace,
                &Wish { customer: &customer, approval: Some(&approval), operator: by.as_deref() },
                &reason,
            ),
            What::Receipt { customer, out } => receipt::write(&workspace, &customer, out.as_ref()),
            What::VerifyReceipt { file, key } => receipt::verify(&file, &key),
            What::List { customer } => list(&workspace, &customer),
            What::Show { customer, approval } => show(&workspace, &customer, &approval),
            What::Verify { customer, approval, operator } => {
                verify(&workspace, &customer, &approval, operator.as_deref())
            }
        }
    }
}

fn read(workspace: &Workspace, customer: &str, id: &str) -> Result<(Record, String), Failure> {
    if !crate::consent::is_id(customer) || !crate::consent::is_id(id) {
        return Err(Failure::new(Kind::Usage, "that is not the name of a customer and an approval"));
    }
    let path = workspace.consents().join(customer).join(id).join("approval.toml");
    if !path.parent().is_some_and(Path::is_dir) {
        return Err(Refused::from(Refusal::NoSuch { customer: customer.to_owned() }).into());
    }
    let document = Document::read(&path)?;
    Ok((Record::parse(&path, document.text())?, document.text().to_owned()))
}

fn list(workspace: &Workspace, customer: &str) -> Result<Answer, Failure> {
    let evidence = workspace.evidence.side.open_for_writing()?;
    let ledger = Ledger::open(evidence.as_ref(), evidence::public_key(workspace)?, &workspace.ledger_memory())?;
    let (mut rows, mut facts) = (Vec::new(), Vec::new());
    for id in ids(&workspace.consents(), customer)? {
        let (row, fact) = match read(workspace, customer, &id) {
            Ok((record, _)) => life::listed(workspace, &ledger, (customer, &id), &record)?,
            Err(failure) => unreadable(&id, &failure),
        };
        rows.push(row);
        facts.push(fact);
    }
    Ok(Answer::new(table(["approval", "state", "from", "to", "runs", "purpose"], &rows), facts))
}

/// What is listed of an approval whose file is none: the others are listed all the same.
fn unreadable(id: &str, failure: &Failure) -> ([String; 6], Value) {
    let empty = String::new;
    let row = [id.to_owned(), "unreadable".to_owned(), empty(), empty(), empty(), failure.message.clone()];
    (row, json!({ "approval": id, "state": "unreadable", "why": failure.message }))
}

fn show(workspace: &Workspace, customer: &str, id: &str) -> Result<Answer, Failure> {
    let (record, text) = read(workspace, customer, id)?;
    let tables: serde_json::Map<_, _> = record
        .tables
        .iter()
        .map(|(name, terms)| {
            (name.clone(), json!({ "schema": terms.schema, "policy": terms.policy, "columns": terms.columns }))
        })
        .collect();
    let Destination { place, kms_key, residency, retention_days } = &record.destination;
    let documents: Vec<_> =
        record.documents.iter().map(|paper| json!({ "name": paper.name, "sha256": paper.sha256 })).collect();
    let facts = json!({
        "approval": record.approval, "customer": record.customer, "purpose": record.purpose, "given_at": record.given_at,
        "not_before": record.not_before, "not_after": record.not_after, "max_runs": record.max_runs,
        "approver": record.approver.principal, "renews": record.renews, "evidence": record.basis.word(), "claim": record.claim.to_string(), "documents": documents,
        "source": { "account": record.source.account, "root": record.source.root },
        "ledger": record.ledger,
        "destination": { "account": place.account, "root": place.root, "kms_key": kms_key, "residency": residency, "retention_days": retention_days },
        "tables": tables,
    });
    Ok(Answer::new(text, facts))
}

fn verify(workspace: &Workspace, customer: &str, id: &str, operator: Option<&str>) -> Result<Answer, Failure> {
    let schemas = schema::read_customer(&workspace.schemas(), customer)?;
    let asked = ask(workspace, &Wish { customer, approval: Some(id), operator }, &schemas);
    let production = workspace.production_door(&workspace.production)?;
    let crew = Crew::new(workspace.limits.workers())?;
    let plan = Plan::resolve(customer, schemas, &production, &workspace.limits, &crew)?;
    let evidence = workspace.evidence.side.open_for_writing()?;
    let ledger = Ledger::open(evidence.as_ref(), evidence::public_key(workspace)?, &workspace.ledger_memory())?;
    let structures = plan.structures();
    let standing = Standing::of(ledger.entries(), customer, id, asked.now);
    let beyond = view::Beyond { structures: Some(&structures), standing: Some(&standing) };
    let points = view::verify(&workspace.consents(), &workspace.consent.trust, id, &asked, beyond);
    let rows: Vec<_> = points
        .iter()
        .map(|point| [if point.passed() { "ok" } else { "NO" }.to_owned(), point.name.to_owned(), point.message()])
        .collect();
    let facts: Vec<_> = points
        .iter()
        .map(|point| json!({ "check": point.name, "passed": point.passed(), "message": point.message() }))
        .collect();
    let mut answer = Answer::new(table(["", "check", "finding"], &rows), facts);
    let refusal = points.iter().find_map(|point| point.refusal.as_ref());
    answer.failure =
        refusal.map(|refusal| Failure { kind: Kind::Consent, message: refusal.to_string(), hint: refusal.hint() });
    Ok(answer)
}
