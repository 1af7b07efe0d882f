//! What a run leaves as evidence, gathered while it goes.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::House;
use crate::account::store::Object;
use crate::consent::Approval;
use crate::error::{Failure, Kind};
use crate::evidence::{Input, KnownRecord, Outcome, Output, RunRecord, State, TableRecord, Tool, Treatment, journal};
use crate::keys::Secret;
use crate::plan::{Plan, SourceFile, TablePlan};
use crate::sink::Written;
use crate::survey::Counts;

/// The record of a run under way; no value of the data can get into it.
pub struct Trail(RunRecord);

impl Trail {
    /// A run that has just begun.
    pub fn begun(customer: &str, operator: String) -> Self {
        let now = Timestamp::now();
        Trail(RunRecord {
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
            destination: None,
            known: None,
        })
    }

    /// What would be done to which table.
    pub fn planned(&mut self, plan: &Plan) {
        self.0.tables = plan.tables.iter().enumerate().map(|(index, table)| table_record(plan, index, table)).collect();
    }

    /// By which approval.
    pub fn approved(&mut self, approval: &Approval) {
        self.0.approval = Some(approval.into());
        self.0.destination = Some(approval.destination().place.root.clone());
    }

    /// How many rows there are, where only going through the objects could tell.
    pub fn measured(&mut self, plan: &Plan, secret: &Secret) {
        self.planned(plan);
        self.keyed(plan, secret);
    }

    /// How many values of the source are looked for in all that leaves.
    pub fn surveyed(&mut self, counts: Counts) {
        self.0.known = Some(KnownRecord { values: counts.values, weak: counts.weak });
    }

    /// Under which secret, and which state of which object; both told without telling them.
    pub fn keyed(&mut self, plan: &Plan, secret: &Secret) {
        self.0.epoch = Some(secret.epoch());
        let inputs = plan.tables.iter().flat_map(|table| {
            table.files.iter().enumerate().map(|(index, file)| input(&table.schema.table, index, file, secret))
        });
        self.0.inputs = inputs.collect();
    }

    /// What was made.
    pub fn written(&mut self, release: &str, claim: String, written: &[Written]) {
        self.0.release = Some(release.to_owned());
        self.0.claim = Some(claim);
        self.0.outputs = written.iter().map(output).collect();
        for table in &mut self.0.tables {
            let own = written.iter().filter(|object| object.key.split('/').next() == Some(table.name.as_str()));
            table.rows_out = own.map(|object| object.rows).sum();
        }
    }

    /// Signs and appends what is about to become visible, so that no release is ever without evidence.
    pub fn prepared(&self, house: &House<'_>) -> Result<(), Failure> {
        let record = RunRecord { outcome: Outcome::Prepared, finished: Timestamp::now(), ..self.0.clone() };
        append(house, &record).map(drop)
    }

    /// Signs and appends the record: as `done`, or as what the failure makes it. The record's key.
    pub fn end(mut self, house: &House<'_>, done: Outcome, failure: Option<&Failure>) -> Result<String, Failure> {
        self.0.finished = Timestamp::now();
        self.0.outcome = failure.map_or(done, outcome);
        self.0.refusal = failure.map(Into::into);
        append(house, &self.0)
    }
}

fn append(house: &House<'_>, record: &RunRecord) -> Result<String, Failure> {
    let appended = journal::append(house.evidence.as_ref(), house.signer.as_ref(), record);
    appended.map_err(|error| Failure::from(error).during("evidence of the run"))
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
        rows_in: table.rows(),
        rows_out: 0,
        parts: plan.parts.iter().filter(|part| part.table == index).count() as u64,
    }
}

fn input(table: &str, index: usize, file: &SourceFile, secret: &Secret) -> Input {
    let rows = file.rows();
    Input {
        table: table.to_owned(),
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
