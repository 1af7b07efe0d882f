//! `verho consent`

mod life;
mod receipt;

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::Common;
use super::answer::{Answer, table};
use crate::account::doors::Production;
use crate::consent::{Approver, Basis, Claim, Level, Record, Standing, request, view};
use crate::crew::Crew;
use crate::document::Document;
use crate::error::{Failure, Kind};
use crate::evidence;
use crate::ledger::Ledger;
use crate::plan::Plan;
use crate::run::{Wish, ask};
use crate::schema::{self, Filter, TableSchema};
use crate::workspace::Workspace;

/// The life of an approval
#[derive(clap::Args)]
pub struct Consent {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Write the approval that the customer is to sign; reads footers only
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
        #[arg(long, value_name = "PRINCIPAL")]
        by: Option<String>,
        /// Why, for the record
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Write what the ledger says of one customer, with proofs, to hand to that customer
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

/// What people settle among them.
#[derive(clap::Args)]
pub struct NewRequest {
    customer: String,
    /// The name of the approval, used once, ever
    #[arg(long, value_name = "ID")]
    id: String,
    /// What the data is wanted for
    #[arg(long)]
    purpose: String,
    /// Who approves for the customer: a principal in consent/roles.toml
    #[arg(long, value_name = "PRINCIPAL")]
    approver: String,
    /// The approver's title
    #[arg(long, default_value = "")]
    title: String,
    /// For how many days, from now
    #[arg(long, default_value_t = 30)]
    days: u64,
    /// For how many runs
    #[arg(long, default_value_t = 12)]
    max_runs: u64,
    /// How long releases may be kept
    #[arg(long, value_name = "DAYS")]
    retention_days: Option<u64>,
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

impl NewRequest {
    /// A request for 30 days and 12 runs.
    pub fn of(customer: &str, id: &str, purpose: &str, approver: &str) -> Self {
        let [customer, id, purpose, approver] = [customer, id, purpose, approver].map(str::to_owned);
        NewRequest {
            customer,
            id,
            purpose,
            approver,
            title: String::new(),
            days: 30,
            max_runs: 12,
            retention_days: None,
        }
    }

    fn run(self, workspace: &Workspace) -> Result<Answer, Failure> {
        let file = request(workspace, &self)?;
        let steps = request::steps(&read(workspace, &self.customer, &self.id)?.0);
        Ok(Answer::new(
            format!("{}\n\n{steps}", file.display()),
            json!({ "file": file, "approval": self.id, "steps": steps }),
        ))
    }

    fn terms(&self, person: String) -> Result<request::Terms, Failure> {
        let usage = |what: &str| Failure::new(Kind::Usage, what);
        if !crate::consent::is_id(&self.id) {
            return Err(usage("an approval's name takes letters, digits, `-`, `_` and `.`"));
        }
        let days = i64::try_from(self.days)
            .ok()
            .filter(|days| (1..=3650).contains(days))
            .ok_or_else(|| usage("--days takes 1 to 3650"))?;
        // Whole seconds: the times are read by people.
        let now = Timestamp::from_second(Timestamp::now().as_second()).map_err(|_| usage("the clock is wrong"))?;
        Ok(request::Terms {
            approval: self.id.clone(),
            purpose: self.purpose.clone(),
            given_at: now,
            not_before: now,
            not_after: now + SignedDuration::from_hours(24 * days),
            max_runs: self.max_runs,
            basis: Basis::CustomerSigned,
            documents: Vec::new(),
            approver: Approver { person, title: self.title.clone(), principal: self.approver.clone() },
            retention_days: self.retention_days,
            claim: Claim { level: Level::Pseudonymised, k: None },
        })
    }
}

/// Writes the approval that the customer is to sign, from schemas and footers.
pub fn request(workspace: &Workspace, new: &NewRequest) -> Result<PathBuf, Failure> {
    let person = person_of(workspace, &new.approver)?;
    let schemas = schema::read_customer(&workspace.schemas(), &new.customer)?;
    let asked = ask(workspace, &Wish { customer: &new.customer, approval: None, operator: None }, &schemas);
    let words = explained(&schemas);
    let production = workspace.production.open().map(Production::new)?;
    let crew = Crew::new(workspace.limits.threads)?;
    let plan = Plan::resolve(&new.customer, schemas, &production, &workspace.limits, &crew)?;
    let internal = |error: request::NoStructure| Failure::new(Kind::Internal, error.to_string());
    let mut terms = new.terms(person)?;
    if plan.tables.iter().any(|table| table.schema.privacy.is_some()) {
        terms.claim = asked.claim;
    }
    let record = request::record(&asked, &plan.structures(), terms).map_err(internal)?;
    let text = request::text(&record, |table, leaf, _| words(table, leaf));
    written(&workspace.consents().join(&new.customer).join(&new.id), &text)
}

fn person_of(workspace: &Workspace, principal: &str) -> Result<String, Failure> {
    let roles = crate::consent::Roles::parse(&Document::read(&workspace.consents().join("roles.toml"))?)?;
    let unknown = || {
        Failure::new(Kind::Usage, format!("`{principal}` is not in consent/roles.toml"))
            .hint("give the approver a person, an organisation and the role `customer` there")
    };
    roles.party(principal).map(|party| party.person.clone()).ok_or_else(unknown)
}

/// What becomes of each leaf, in the words of its method; under no leaf, what is read and which rows leave.
fn explained(schemas: &[TableSchema]) -> impl Fn(&str, &str) -> String + use<> {
    let leaf = |schema: &TableSchema| {
        let words =
            schema.columns.iter().map(|(path, rule)| ((schema.table.clone(), path.as_str().to_owned()), rule.words()));
        let chosen = schema.filters.iter().map(Filter::words).chain(schema.privacy_words());
        let rows: Vec<_> = schema.form.state().into_iter().chain(chosen).collect();
        words.chain([((schema.table.clone(), String::new()), rows.join("; "))]).collect::<Vec<_>>()
    };
    let words: std::collections::HashMap<_, _> = schemas.iter().flat_map(leaf).collect();
    move |table, leaf| words.get(&(table.to_owned(), leaf.to_owned())).cloned().unwrap_or_default()
}

/// Writes a new approval; one that is there is never written over.
fn written(folder: &Path, text: &str) -> Result<PathBuf, Failure> {
    let file = folder.join("approval.toml");
    let new = || {
        std::fs::create_dir_all(folder)?;
        let mut opened = std::fs::File::create_new(&file)?;
        std::io::Write::write_all(&mut opened, text.as_bytes())
    };
    match new() {
        Ok(()) => Ok(file),
        Err(error) => {
            Err(Failure::new(Kind::Invalid, format!("{}: cannot be written: {}", file.display(), error.kind()))
                .hint("an approval's name is used once, ever: take another --id"))
        }
    }
}

fn ids(workspace: &Workspace, customer: &str) -> Vec<String> {
    let entries = std::fs::read_dir(workspace.consents().join(customer)).into_iter().flatten().flatten();
    let mut ids: Vec<String> = entries
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    ids.sort();
    ids
}

fn read(workspace: &Workspace, customer: &str, id: &str) -> Result<(Record, String), Failure> {
    if !crate::consent::is_id(customer) || !crate::consent::is_id(id) {
        return Err(Failure::new(Kind::Usage, "that is not the name of a customer and an approval"));
    }
    let path = workspace.consents().join(customer).join(id).join("approval.toml");
    let document = Document::read(&path)?;
    Ok((Record::parse(&path, document.text())?, document.text().to_owned()))
}

fn list(workspace: &Workspace, customer: &str) -> Result<Answer, Failure> {
    let evidence = workspace.evidence.side.open_for_writing()?;
    let ledger = Ledger::open(evidence.as_ref(), evidence::public_key(workspace)?, &workspace.ledger_memory())?;
    let (mut rows, mut facts) = (Vec::new(), Vec::new());
    for id in ids(workspace, customer) {
        let (record, _) = read(workspace, customer, &id)?;
        let used = Standing::of(ledger.entries(), customer, &id).runs;
        let (state, why) = life::state(workspace, &ledger, &record)?;
        rows.push([
            id.clone(),
            state.word().to_owned(),
            record.not_before.to_string(),
            record.not_after.to_string(),
            format!("{used} of {}", record.max_runs),
            record.purpose.clone(),
        ]);
        facts.push(json!({ "approval": id, "state": state, "why": why, "not_before": record.not_before, "not_after": record.not_after, "max_runs": record.max_runs, "runs_used": used, "purpose": record.purpose }));
    }
    Ok(Answer::new(table(["approval", "state", "from", "to", "runs", "purpose"], &rows), facts))
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
    let facts = json!({
        "approval": record.approval, "customer": record.customer, "purpose": record.purpose, "given_at": record.given_at,
        "not_before": record.not_before, "not_after": record.not_after, "max_runs": record.max_runs,
        "approver": record.approver.principal, "claim": record.claim.to_string(), "tables": tables,
    });
    Ok(Answer::new(text, facts))
}

fn verify(workspace: &Workspace, customer: &str, id: &str, operator: Option<&str>) -> Result<Answer, Failure> {
    let schemas = schema::read_customer(&workspace.schemas(), customer)?;
    let asked = ask(workspace, &Wish { customer, approval: Some(id), operator }, &schemas);
    let production = workspace.production.open().map(Production::new)?;
    let crew = Crew::new(workspace.limits.threads)?;
    let plan = Plan::resolve(customer, schemas, &production, &workspace.limits, &crew)?;
    let evidence = workspace.evidence.side.open_for_writing()?;
    let ledger = Ledger::open(evidence.as_ref(), evidence::public_key(workspace)?, &workspace.ledger_memory())?;
    let structures = plan.structures();
    let standing = Standing::of(ledger.entries(), customer, id);
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
