//! Approvals that fewer stood behind than should: one organisation alone, or who ran it.

use super::facts::Course;
use super::{Facts, Question, Sheet};
use crate::consent::recorded::Approvals;
use crate::consent::{Party, Roles};
use crate::error::Failure;

pub(super) const QUESTION: Question =
    Question { name: "signers", asks: "Approvals signed by one organisation only, or by their operator", answer };

const HEAD: &[&str] = &["customer", "approval", "finding", "signed by"];

fn answer(facts: &Facts<'_>) -> Result<Sheet, Failure> {
    let approvals = facts.approvals();
    let roles = approvals.as_ref().map(Approvals::roles);
    let (courses, mut rows) = (facts.courses(), Vec::new());
    for ((customer, approval), course) in &courses {
        let Some((_, given)) = course.given else { continue };
        let signers = given.signers.join(", ");
        let found = findings(roles, &given.signers, course);
        rows.extend(
            found.map(|finding| vec![(*customer).into(), (*approval).into(), finding.into(), signers.as_str().into()]),
        );
    }
    Ok(Sheet { head: HEAD, rows })
}

fn findings(
    roles: Option<&Roles>,
    signers: &[String],
    course: &Course<'_>,
) -> impl Iterator<Item = &'static str> + use<> {
    let party = |principal: &String| roles.and_then(|roles| roles.party(principal));
    let parties: Vec<&Party> = signers.iter().filter_map(party).collect();
    let is_known = parties.len() == signers.len();
    let is_alone = parties.iter().all(|one| one.organisation == parties[0].organisation);
    let has_run = |operator: &String| {
        signers.contains(operator)
            || party(operator).is_some_and(|operator| parties.iter().any(|signer| signer.is_person(operator)))
    };
    let is_own = course.started.iter().any(|(_, started)| has_run(&started.operator));
    let found = [
        (!is_known, "nobody knows who a signer is"),
        (is_known && is_alone, "one organisation only"),
        (is_own, "signed by its operator"),
    ];
    found.into_iter().filter(|(is_so, _)| *is_so).map(|(_, finding)| finding)
}
