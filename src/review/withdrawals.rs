//! Approvals that were taken back: how long it took until nothing ran under them, and until nothing of them was left.

use std::collections::BTreeSet;

use serde_json::Value;

use super::facts::Course;
use super::held::returned;
use super::sheet::moment;
use super::{Facts, Question, Sheet};
use crate::error::Failure;

pub(super) const QUESTION: Question =
    Question { name: "withdrawals", asks: "Every withdrawal, with the times to stop and to purge", answer };

pub(super) const HEAD: &[&str] =
    &["customer", "approval", "withdrawn", "by", "seconds to stop", "seconds to purge", "releases purged", "state"];

fn answer(facts: &Facts<'_>) -> Result<Sheet, Failure> {
    let (courses, returned) = (facts.courses(), returned(facts)?);
    let rows = courses.iter().filter_map(|((customer, approval), course)| row(customer, approval, course, &returned));
    Ok(Sheet { head: HEAD, rows: rows.collect() })
}

fn row(
    customer: &str,
    approval: &str,
    course: &Course<'_>,
    returned: &BTreeSet<(String, String)>,
) -> Option<Vec<Value>> {
    let (withdrawn, by) = course.withdrawn?;
    let since = |at: jiff::Timestamp| at.duration_since(withdrawn).as_secs().max(0);
    let stopped = course.told.iter().map(|(at, _)| since(*at)).max().unwrap_or(0);
    let purged: Vec<_> = course.purged.iter().filter(|purged| purged.empty_at >= withdrawn).collect();
    // What came back is purged twice.
    let releases: BTreeSet<&String> = purged.iter().flat_map(|purged| &purged.releases).collect();
    let is_back = releases.iter().any(|release| returned.contains(&(customer.to_owned(), (*release).clone())));
    let was_made = course.told.iter().any(|(_, told)| told.release.is_some());
    Some(vec![
        customer.into(),
        approval.into(),
        moment(withdrawn),
        by.into(),
        stopped.into(),
        purged.iter().map(|purged| since(purged.empty_at)).max().into(),
        releases.len().into(),
        match (purged.is_empty(), was_made) {
            (false, _) if is_back => "purged, and there again",
            (false, _) => "purged",
            (true, true) => "open",
            (true, false) => "nothing was made",
        }
        .into(),
    ])
}
