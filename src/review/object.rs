//! One object in test: by whose approval it is there, who ran it, and with which tool.

use serde_json::Value;

use super::facts::listed;
use super::sheet::moment;
use super::{Facts, Sheet};
use crate::account::doors::Test;
use crate::consent::recorded;
use crate::error::{Failure, Kind};
use crate::evidence::RunRecord;
use crate::ledger::{Event, Given, Told};
use crate::release::{self, Manifest};

const HEAD: &[&str] = &["of the object", "is"];

/// What stands behind an object, by its key below the customer's folder in test.
///
/// # Errors
/// [`Kind::Usage`] where no release holds it; [`Kind::Consent`] where its release cannot be traced to a run.
pub fn object(facts: &Facts<'_>, customer: &str, key: &str) -> Result<Sheet, Failure> {
    let (manifest, digest) = holder(facts, &facts.test(customer)?, key)?;
    let (at, told) = told(facts, customer, &manifest.release)?;
    let record = facts.statement(told)?;
    let courses = facts.courses();
    let course = courses.get(&(customer, manifest.approval.as_str()));
    let given = course.and_then(|course| course.given).map(|(_, given)| given);
    let mut rows = vec![
        ["sha256".into(), digest.into()],
        ["release".into(), manifest.release.as_str().into()],
        ["visible since".into(), moment(at)],
        ["claim".into(), manifest.claim.as_str().into()],
        ["approval".into(), manifest.approval.as_str().into()],
        ["approval digest".into(), manifest.approval_digest.as_str().into()],
        ["approval today".into(), course.map(|course| course.state(facts.now).word()).into()],
    ];
    rows.extend(approver(facts, customer, given));
    rows.extend(of_run(&record, told));
    Ok(Sheet { head: HEAD, rows: rows.into_iter().map(Vec::from).collect() })
}

/// The verified manifest that holds an object, and the object's digest. A release is a folder in the object's key.
fn holder(facts: &Facts<'_>, test: &Test, key: &str) -> Result<(Manifest, String), Failure> {
    for name in listed(release::list(test))?.iter().filter(|name| key.split('/').any(|part| part == name.as_str())) {
        let manifest = release::verified(test, name, &facts.key).map_err(broken)?;
        let found = manifest.tables.values().flat_map(|table| &table.objects).find(|object| object.key == key);
        if let Some(digest) = found.map(|object| object.sha256.clone()) {
            return Ok((manifest, digest));
        }
    }
    let failure = Failure::new(Kind::Usage, "no release of this customer holds an object of this key");
    Err(failure.hint("keys are below the customer's folder; `verho review strays` lists objects that no release holds"))
}

fn broken(error: release::ReleaseError) -> Failure {
    match error {
        release::ReleaseError::Store(error) => error.into(),
        error => {
            Failure::new(Kind::Consent, error.to_string()).hint("`verho review verify` shows what is not as it was")
        }
    }
}

/// Where a run says that it made the release visible, or at least that it was about to.
fn told<'f>(facts: &'f Facts<'_>, customer: &str, release: &str) -> Result<(jiff::Timestamp, &'f Told), Failure> {
    let own = facts.entries().filter_map(|(_, entry)| match &entry.event {
        Event::Told(told) if entry.customer == customer && told.release.as_deref() == Some(release) => {
            Some((entry.at, told))
        }
        _ => None,
    });
    own.filter(|(_, told)| ["prepared", "committed"].contains(&told.outcome.as_str()))
        .last()
        .ok_or_else(|| Failure::new(Kind::Consent, "the ledger knows of no run that made this release"))
}

fn approver(facts: &Facts<'_>, customer: &str, given: Option<&Given>) -> Vec<[Value; 2]> {
    let Some(given) = given else { return Vec::new() };
    let record = recorded::record(&facts.workspace.consents(), customer, given);
    let approver = match record {
        Ok(record) => [record.approver.person, record.approver.title, record.approver.principal]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        Err(difference) => difference.to_string(),
    };
    vec![["approver".into(), approver.into()], ["signed by".into(), given.signers.join(", ").into()]]
}

fn of_run(record: &RunRecord, told: &Told) -> [[Value; 2]; 5] {
    [
        ["operator".into(), record.operator.as_str().into()],
        ["run".into(), record.run.as_str().into()],
        ["tool".into(), format!("{} {}", record.tool.name, record.tool.version).into()],
        ["tool sha256".into(), record.tool.sha256.as_deref().into()],
        ["statement".into(), told.statement.as_str().into()],
    ]
}
