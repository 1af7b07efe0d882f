//! Who may sign, and every approval that came into force.

use super::{Facts, Finding};
use crate::consent::recorded::Approvals;
use crate::error::Failure;
use crate::ledger::Event;
use crate::workspace::Workspace;

/// The files of the trust root.
pub(super) fn trust(workspace: &Workspace) -> Result<Approvals, Finding> {
    Approvals::open(&workspace.consents(), &workspace.consent.trust)
        .map_err(|refusal| Finding::broken("consent", refusal))
}

/// Where the trust root does not hold, no signature can be looked at, which its own finding says.
pub(super) fn check(facts: &Facts<'_>) -> Result<Vec<Finding>, Failure> {
    let Ok(approvals) = trust(facts.workspace) else { return Ok(Vec::new()) };
    let given = facts.entries().filter_map(|(_, entry)| match &entry.event {
        Event::Given(given) => Some((&entry.customer, given)),
        _ => None,
    });
    let found = given.flat_map(|(customer, given)| {
        let place = format!("approval {customer}/{}", given.approval);
        let differences = approvals.differences(customer, given).into_iter();
        differences.map(move |difference| Finding::broken(place.clone(), difference))
    });
    Ok(found.collect())
}
