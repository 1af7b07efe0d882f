//! `verho consent request`

use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::read;
use crate::cli::answer::{Answer, path};
use crate::cli::init::write_new;
use crate::cli::words::Words;
use crate::consent::request::{Incomplete, Request, Terms, Written, record, steps};
use crate::consent::{Approver, Basis, Claim, Document, Level, Record, Role, Roles, is_id};
use crate::crew::Crew;
use crate::document::{self, Fault};
use crate::error::{Failure, Kind};
use crate::example;
use crate::keys::Secret;
use crate::plan::Plan;
use crate::run::{Wish, ask};
use crate::schema;
use crate::workspace::Workspace;

/// What people settle among them.
#[derive(clap::Args)]
pub struct NewRequest {
    customer: String,
    /// The name of the approval, used once, ever
    #[arg(long, value_name = "ID")]
    id: String,
    /// What the data is wanted for
    #[arg(long, value_parser = Words)]
    purpose: String,
    /// Who approves for the customer: a principal in consent/roles.toml
    #[arg(long, value_name = "PRINCIPAL")]
    approver: String,
    /// The approver's title
    #[arg(long, default_value = "", value_parser = Words)]
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
    /// The earlier approval that this one follows
    #[arg(long, value_name = "ID")]
    renews: Option<String>,
    /// What it rests on: the customer's signature, or papers that two persons of compliance attest
    #[arg(long, value_enum, default_value = "customer-signed")]
    evidence: Evidence,
    /// A paper that belongs to it; its name and its SHA-256 are written down. Can be given several times
    #[arg(long = "document", value_name = "FILE")]
    documents: Vec<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Evidence {
    CustomerSigned,
    DocumentAttested,
}

impl Evidence {
    fn basis(self) -> Basis {
        match self {
            Evidence::CustomerSigned => Basis::CustomerSigned,
            Evidence::DocumentAttested => Basis::DocumentAttested,
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
            renews: None,
            evidence: Evidence::CustomerSigned,
            documents: Vec::new(),
        }
    }

    pub(super) fn run(self, workspace: &Workspace) -> Result<Answer, Failure> {
        let file = request(workspace, &self)?;
        let steps = steps(&read(workspace, &self.customer, &self.id)?.0);
        let [page, text] = [PAGE, TEXT].map(|name| file.with_file_name(name));
        Ok(Answer::new(
            format!("{}\n{}\n{}\n\n{steps}", file.display(), page.display(), text.display()),
            json!({ "file": path(&file), "page": path(&page), "text": path(&text), "approval": self.id, "steps": steps }),
        ))
    }

    fn terms(&self, workspace: &Workspace, person: String) -> Result<Terms, Failure> {
        if !is_id(&self.id) {
            return Err(usage("an approval's name takes letters, digits, `-`, `_` and `.`"));
        }
        let basis = self.evidence.basis();
        let documents = self.documents.iter().map(|file| paper(file)).collect::<Result<Vec<_>, _>>()?;
        if basis == Basis::DocumentAttested && documents.is_empty() {
            return Err(
                usage("document-attested needs a document").hint("name what the customer signed: --document FILE")
            );
        }
        // Whole seconds: the times are read by people.
        let now = Timestamp::from_second(Timestamp::now().as_second()).map_err(|_| usage("the clock is wrong"))?;
        Ok(Terms {
            approval: self.id.clone(),
            renews: self.renewed(workspace)?,
            purpose: self.purpose.clone(),
            given_at: now,
            not_before: now,
            not_after: now + self.length(workspace, basis)?,
            max_runs: self.max_runs,
            basis,
            documents,
            approver: Approver { person, title: self.title.clone(), principal: self.approver.clone() },
            retention_days: self.retention_days,
            claim: Claim { level: Level::Pseudonymised, k: None },
        })
    }

    /// Who approves; a request that the gate would refuse for its approver is none.
    fn person(&self, roles: &Roles) -> Result<String, Failure> {
        let (principal, customer) = (&self.approver, &self.customer);
        let party = roles.party(principal);
        let signs = party.filter(|party| party.may(Role::Customer) && party.organisation == *customer);
        let refused = || {
            usage(&format!("`{principal}` does not sign for customer `{customer}` by consent/roles.toml")).hint(
                format!("give the approver a person, the organisation `{customer}` and the role `customer` there"),
            )
        };
        signs.map(|party| party.person.clone()).ok_or_else(refused)
    }

    /// How long it lasts: no longer than the gate lets it.
    fn length(&self, workspace: &Workspace, basis: Basis) -> Result<SignedDuration, Failure> {
        let most = workspace.consent.max_days.min(basis.most_days().unwrap_or(u64::MAX)).min(3650);
        let days = i64::try_from(self.days).ok().filter(|_| (1..=most).contains(&self.days));
        let days = days.ok_or_else(|| usage(&format!("--days takes 1 to {most} here")))?;
        Ok(SignedDuration::from_hours(24 * days))
    }

    /// The earlier approval, which has to be there.
    fn renewed(&self, workspace: &Workspace) -> Result<Option<String>, Failure> {
        let Some(earlier) = &self.renews else { return Ok(None) };
        if *earlier == self.id {
            return Err(usage("an approval cannot follow itself"));
        }
        read(workspace, &self.customer, earlier)?;
        Ok(Some(earlier.clone()))
    }
}

fn usage(what: &str) -> Failure {
    Failure::new(Kind::Usage, what)
}

/// A paper by its file name and digest.
fn paper(file: &Path) -> Result<Document, Failure> {
    let unreadable = |error: std::io::Error| usage(&format!("{}: cannot be read: {}", file.display(), error.kind()));
    let mut digest = Sha256::new();
    std::io::copy(&mut File::open(file).map_err(unreadable)?, &mut digest).map_err(unreadable)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Document { name, sha256: digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect() })
}

const TOML: &str = "approval.toml";
const PAGE: &str = "request.html";
const TEXT: &str = "request.txt";

/// Writes the approval that the customer is to sign, from schemas and footers, and two pages that say it in words; the
/// file that is to be signed.
pub fn request(workspace: &Workspace, new: &NewRequest) -> Result<PathBuf, Failure> {
    let roles = Roles::parse(&document::Document::read(&workspace.consents().join("roles.toml"))?)?;
    let terms = new.terms(workspace, new.person(&roles)?)?;
    let schemas = schema::read_customer(&workspace.schemas(), &new.customer)?;
    let wish = Wish { customer: &new.customer, approval: None, operator: None };
    let asked = ask(workspace, &wish, &schemas);
    let production = workspace.production_door(&workspace.production)?;
    let crew = Crew::new(workspace.limits.workers())?;
    let plan = Plan::resolve(&new.customer, schemas, &production, &workspace.limits, &crew)?;
    let claims = plan.tables.iter().any(|table| table.schema.privacy.is_some());
    let terms = if claims { Terms { claim: asked.claim, ..terms } } else { terms };
    let internal = |error: Incomplete| Failure::new(Kind::Internal, error.to_string());
    let record = record(&asked, &plan.structures(), terms).map_err(internal)?;
    let asker = roles.party(&asked.operator).cloned();
    let request = Request::of(record, asker, example::told(&plan, &Secret::random())).map_err(internal)?;
    written(&workspace.consents().join(&new.customer).join(&new.id), &request.written())
}

/// Writes all three files or none; one that is there is never written over. What is signed comes last, so that it is never
/// there without its pages, and must read as an approval, since its name is used up by being written.
fn written(folder: &Path, Written { toml, html, text }: &Written) -> Result<PathBuf, Failure> {
    let none = |fault: Fault| usage(&format!("that would be no approval: {}", fault.what));
    Record::parse(&folder.join(TOML), toml).map_err(none)?;
    let files = [(PAGE, html), (TEXT, text), (TOML, toml)].map(|(name, content)| (folder.join(name), content));
    for (at, (file, content)) in files.iter().enumerate() {
        write_new(file, content.as_bytes()).map_err(|failure| {
            // Those before it are this call's own; the folder goes only where nothing else is in it.
            files[..at].iter().for_each(|(own, _)| drop(std::fs::remove_file(own)));
            drop(std::fs::remove_dir(folder));
            match failure.hint {
                Some(_) => failure.hint("an approval's name is used once, ever: take another --id"),
                None => failure,
            }
        })?;
    }
    Ok(folder.join(TOML))
}
