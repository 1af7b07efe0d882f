//! What a run leaves as evidence, gathered while it goes.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use ssh_key::rand_core::{OsRng, RngCore};

use super::{Findings, Secrets};
use crate::account::separate::{Place, SeparateAccounts};
use crate::account::store::{Object, Store};
use crate::consent::{Approval, Assessment};
use crate::error::{Failure, Kind};
use crate::evidence::journal::{self, Appended};
use crate::evidence::{
    Actor, ApprovalUse, Ended, Input, KnownRecord, Outcome, Output, Proof, RunRecord, State, TableRecord, Tool,
    Treatment,
};
use crate::guard;
use crate::keys::Secret;
use crate::ledger::{Book, Event, Ledger, LedgerError, Purged, Started, Told};
use crate::plan::{Plan, SourceFile, TablePlan};
use crate::scan::{Known, Scan};
use crate::schema::{Leaf, digest};
use crate::signing::Signer;
use crate::sink::Written;
use crate::survey::Counts;

/// Where evidence goes, who signs it, and the ledger that orders it; or why that is not to be believed, which ends the run
/// and must leave evidence all the same.
pub struct Books<'h> {
    pub evidence: &'h dyn Store,
    pub signer: &'h dyn Signer,
    pub ledger: Result<Book<'h>, LedgerError>,
    /// Why nothing may be read by what a sound ledger says, as long as who must cosign it has not. What is refused for it is
    /// entered like all else.
    pub unwatched: Option<LedgerError>,
}

impl<'h> Books<'h> {
    /// The books of an evidence store; `memory` is where the last checkpoint seen is kept.
    pub fn open(evidence: &'h dyn Store, signer: &'h dyn Signer, memory: &Path) -> Self {
        Books { evidence, signer, ledger: Book::open(evidence, signer, memory), unwatched: None }
    }

    /// The ledger, which must be believed.
    pub fn ledger(&mut self) -> Result<&mut Book<'h>, LedgerError> {
        match &self.unwatched {
            Some(error) => Err(error.clone()),
            None => self.ledger.as_mut().map_err(|error| error.clone()),
        }
    }
}

/// The record of a run under way; no value of the data can get into it.
pub struct Trail(RunRecord);

impl Trail {
    /// A run that has just begun.
    pub fn begun(customer: &str, operator: String) -> Self {
        let now = Timestamp::now();
        Trail(RunRecord {
            run: format!("{:016x}", OsRng.next_u64()),
            outcome: Outcome::Failed,
            started: now,
            finished: now,
            tool: Tool::this(),
            operator,
            customer: customer.to_owned(),
            approval: None,
            refusal: None,
            inputs: Vec::new(),
            tables: Vec::new(),
            outputs: Vec::new(),
            release: None,
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
        })
    }

    /// The record of a run that was killed, by what the ledger says of it.
    pub fn of_killed(customer: &str, (at, started): (Timestamp, &Started), approval: Option<ApprovalUse>) -> Self {
        let Trail(record) = Trail::begun(customer, started.operator.clone());
        Trail(RunRecord { run: started.run.clone(), started: at, approval, ..record })
    }

    /// What is known of the run so far.
    pub fn record(&self) -> &RunRecord {
        &self.0
    }

    /// What would be done to which table.
    pub fn planned(&mut self, plan: &Plan) {
        self.0.tables = plan.tables.iter().enumerate().map(|(index, table)| table_record(plan, index, table)).collect();
    }

    /// What was looked at without an approval: which leaves, in how many rows, and what was proposed for them.
    pub fn scanned(&mut self, scan: &Scan) {
        let known = scan.tables.iter().filter_map(|scanned| Some((&scanned.table, scanned.outcome.as_ref().ok()?)));
        self.0.tables = known.map(|(name, known)| scan_record(name, known)).collect();
    }

    /// The run's own name.
    pub fn run(&self) -> &str {
        &self.0.run
    }

    /// The release that was about to be made, and under which approval.
    pub fn release(&self) -> Option<(&str, &str)> {
        Some((self.0.release.as_deref()?, &self.0.approval.as_ref()?.id))
    }

    /// The principal who runs it.
    pub fn operator(&self) -> &str {
        &self.0.operator
    }

    /// Who acts on each side.
    pub fn proved(&mut self, separate: &SeparateAccounts) {
        let who = |place| separate.who(place).map(Actor::from);
        self.0.production = who(Place::Production);
        self.0.test = who(Place::Test);
    }

    /// By which approval, and in which state of the ledger.
    pub fn approved(&mut self, approval: &Approval, ledger: &Ledger<'_>) {
        let destination = approval.destination();
        self.0.approval = Some(approval.into());
        self.0.destination = Some(destination.place.root.clone());
        self.0.destination_key = destination.kms_key.clone();
        self.0.retained_until = approval.retained_until(self.0.started);
        self.0.ledger_at_start = ledger.head().map(Into::into);
    }

    /// How many rows there are, where only going through the objects could tell, and what their groups are like.
    pub fn measured(&mut self, plan: &Plan, secrets: &Secrets, findings: &Findings) {
        self.planned(plan);
        self.keyed(plan, secrets);
        for table in &mut self.0.tables {
            table.groups = findings.groups.get(&table.name).cloned();
        }
        self.0.links = findings.links.clone();
        self.0.skew = findings.skew.clone();
    }

    /// How many values of the source are looked for in all that leaves.
    pub fn surveyed(&mut self, plan: &Plan, counts: Counts) {
        let told = |count: u64| count.next_multiple_of(plan.told());
        self.0.known = Some(KnownRecord { values: told(counts.values), weak: told(counts.weak) });
    }

    /// Under which secret, and which state of which object; both told without telling them.
    pub fn keyed(&mut self, plan: &Plan, secrets: &Secrets) {
        self.0.epoch = Some(secrets.of_pseudonyms().epoch());
        let inputs = plan.tables.iter().flat_map(|table| {
            table.files.iter().enumerate().map(|(index, file)| input(table, index, file, secrets.of_names()))
        });
        self.0.inputs = inputs.collect();
    }

    /// Under which name parts are about to be written: how the run ends, they can be found by it.
    pub fn writes(&mut self, release: &str) {
        self.0.release = Some(release.to_owned());
    }

    /// What was made.
    pub fn written(&mut self, plan: &Plan, assessment: &Assessment, written: &[Written]) {
        self.0.claim = Some(assessment.claim.clone());
        self.0.assessment = Some(assessment.clone());
        self.0.outputs = written.iter().map(output).collect();
        for (table, planned) in self.0.tables.iter_mut().zip(&plan.tables) {
            table.guards = guard::held(planned).map(str::to_owned).collect();
            let own = written.iter().filter(|object| object.key.split('/').next() == Some(table.name.as_str()));
            table.rows_out = own.map(|object| object.rows).sum();
        }
    }

    /// Which release readers were pointed to.
    pub fn switched(&mut self, release: &str) {
        self.0.release = Some(release.to_owned());
    }

    /// What is gone, and the end of which approval asked for it.
    pub fn purged(&mut self, proof: &Proof, ended: Option<Ended>) {
        self.0.purged = Some(proof.clone());
        self.0.ended = ended;
    }

    /// Signs and appends what is about to become visible, so that no release is ever without evidence.
    pub fn prepared(&self, books: &mut Books<'_>) -> Result<(), Failure> {
        let record = RunRecord { outcome: Outcome::Prepared, finished: Timestamp::now(), ..self.0.clone() };
        append(books, record).map(drop)
    }

    /// Signs and appends the record: as `done`, or as what the failure makes it. The record's key.
    pub fn end(&mut self, books: &mut Books<'_>, done: Outcome, failure: Option<&Failure>) -> Result<String, Failure> {
        self.0.finished = Timestamp::now();
        self.0.outcome = failure.map_or(done, outcome);
        self.0.refusal = failure.map(Into::into);
        append(books, self.0.clone())
    }
}

/// The statement first, then its place in the ledger: what the ledger tells of is there.
fn append(books: &mut Books<'_>, mut record: RunRecord) -> Result<String, Failure> {
    record.ledger = books.ledger.as_ref().ok().and_then(|book| book.ledger().head()).map(Into::into);
    let appended = journal::append(books.evidence, books.signer, &record);
    let Appended { key, sha256 } = appended.map_err(|error| Failure::from(error).during("evidence of the run"))?;
    let Ok(book) = &mut books.ledger else { return Ok(key) };
    let (customer, purged) =
        (record.customer.clone(), record.purged.take().map(|proof| purged(proof, record.ended.take())));
    let outcome = record.outcome;
    book.enter(&customer, Event::Told(told(record, outcome, Appended { key: key.clone(), sha256 })))?;
    for part in purged.into_iter().flat_map(Purged::parts) {
        book.enter(&customer, Event::Purged(part))?;
    }
    Ok(key)
}

/// What the ledger says of a statement.
pub(super) fn told(record: RunRecord, outcome: Outcome, statement: Appended) -> Told {
    Told {
        run: record.run,
        outcome: outcome.word().to_owned(),
        approval: record.approval.map(|used| used.id),
        release: record.release,
        production: record.production.map(|actor| actor.arn),
        test: record.test.map(|actor| actor.arn),
        statement: statement.key,
        sha256: statement.sha256,
    }
}

fn purged(proof: Proof, ended: Option<Ended>) -> Purged {
    Purged {
        because: ended.as_ref().map_or_else(|| "asked".to_owned(), |ended| ended.because.clone()),
        approval: ended.map(|ended| ended.approval),
        releases: proof.releases,
        erased: proof.erased.versions + proof.erased.markers + proof.erased.uploads,
        empty_at: proof.listed_again_at,
    }
}

fn outcome(failure: &Failure) -> Outcome {
    match failure.kind {
        Kind::Internal | Kind::Storage | Kind::Interrupted => Outcome::Failed,
        _ => Outcome::Refused,
    }
}

fn table_record(plan: &Plan, index: usize, table: &TablePlan) -> TableRecord {
    let treatment = |rule: &crate::schema::Column| Treatment {
        class: rule.class.name().to_owned(),
        method: rule.entry.name.to_owned(),
        version: rule.entry.version,
    };
    let columns: BTreeMap<_, _> =
        table.schema.columns.iter().map(|(path, rule)| (path.as_str().to_owned(), treatment(rule))).collect();
    TableRecord {
        name: table.schema.table.clone(),
        schema: table.structure.clone(),
        policy: table.policy.clone(),
        snapshot: table.snapshot,
        columns,
        rows_in: rows_told(table, table.rows()),
        rows_out: 0,
        groups: None,
        guards: Vec::new(),
        parts: plan.parts.iter().filter(|part| part.table == index).count() as u64,
    }
}

/// Rows of a source, rounded where the difference from those that leave would tell of a few people who were withheld.
fn rows_told(table: &TablePlan, rows: u64) -> u64 {
    if table.schema.privacy.is_some() { rows.next_multiple_of(table.schema.told()) } else { rows }
}

fn scan_record(name: &str, known: &Known) -> TableRecord {
    let leaves: Vec<_> = known
        .sampled
        .leaves
        .iter()
        .map(|seen| {
            (
                Leaf { path: seen.path.clone(), data_type: seen.data_type.clone(), nullable: seen.nullable },
                seen.is_partition,
            )
        })
        .collect();
    let treatment = |proposal: &crate::scan::Proposal| {
        let (class, method) = proposal.choice.named();
        Treatment { class: class.to_owned(), method: method.to_owned(), version: 0 }
    };
    let paths = leaves.iter().map(|(leaf, _)| leaf.path.as_str().to_owned());
    TableRecord {
        name: name.to_owned(),
        schema: digest::structure(leaves.iter().map(|(leaf, is_key)| (leaf, *is_key))),
        policy: String::new(),
        snapshot: None,
        columns: paths.zip(known.proposals.iter().map(treatment)).collect(),
        rows_in: known.sampled.rows as u64,
        rows_out: 0,
        parts: 0,
        groups: None,
        guards: Vec::new(),
    }
}

fn input(table: &TablePlan, index: usize, file: &SourceFile, secret: &Secret) -> Input {
    let rows = rows_told(table, file.rows());
    Input {
        table: table.schema.table.clone(),
        object: index as u64,
        state: state(&file.object, secret),
        size: file.object.size,
        rows,
    }
}

/// An ETag can be a plain hash of raw content, so it is told under the secret only.
fn state(object: &Object, secret: &Secret) -> State {
    match &object.pin.version {
        Some(version) => State::Version(version.clone()),
        None => State::KeyedDigest(secret.opaque("object", &object.pin.etag)),
    }
}

fn output(written: &Written) -> Output {
    Output { key: written.key.clone(), sha256: written.sha256.clone(), size: written.size, rows: written.rows }
}
