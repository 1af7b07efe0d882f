//! Who ran what, with which identity.

use rayon::prelude::*;
use serde_json::Value;

use super::facts::Run;
use super::sheet::moment;
use super::{Facts, Question, Sheet};
use crate::consent::Roles;
use crate::consent::recorded::Approvals;
use crate::error::Failure;

pub(super) const QUESTION: Question =
    Question { name: "runs", asks: "Who ran what, when, and with which identity", answer };

const HEAD: &[&str] = &[
    "customer",
    "run",
    "began",
    "operator",
    "person",
    "organisation",
    "approval",
    "outcome",
    "release",
    "in production",
    "in test",
];

fn answer(facts: &Facts<'_>) -> Result<Sheet, Failure> {
    let approvals = facts.approvals();
    let roles = approvals.as_ref().map(Approvals::roles);
    let rows = facts.runs().par_iter().map(|run| row(facts, roles, run)).collect::<Result<_, _>>()?;
    Ok(Sheet { head: HEAD, rows })
}

fn row(facts: &Facts<'_>, roles: Option<&Roles>, run: &Run<'_>) -> Result<Vec<Value>, Failure> {
    let (began, operator) = match run.started {
        Some((at, started)) => (at, started.operator.clone()),
        None => {
            let (_, told) = run.told.first().expect("a run is heard of by its beginning or by what it told");
            let record = facts.statement(told)?;
            (record.started, record.operator)
        }
    };
    let party = roles.and_then(|roles| roles.party(&operator));
    let last = run.told.last().map(|(_, told)| *told);
    let approval = run.started.map(|(_, started)| &started.approval).or(last.and_then(|told| told.approval.as_ref()));
    Ok(vec![
        run.customer.into(),
        run.run.into(),
        moment(began),
        operator.as_str().into(),
        party.map(|party| party.person.clone()).into(),
        party.map(|party| party.organisation.clone()).into(),
        approval.map(String::as_str).into(),
        last.map_or("no end", |told| &told.outcome).into(),
        last.and_then(|told| told.release.as_deref()).into(),
        last.and_then(|told| told.production.as_deref()).into(),
        last.and_then(|told| told.test.as_deref()).into(),
    ])
}
