//! All that was done under one approval, in the order of the ledger.

use serde_json::Value;

use super::sheet::moment;
use super::{Facts, Sheet};
use crate::error::{Failure, Kind};
use crate::ledger::{Entry, Event};

const HEAD: &[&str] = &["entry", "at", "event", "run", "by", "what"];

/// Every entry about an approval.
///
/// # Errors
/// [`Kind::Usage`] where there is none.
pub fn under(facts: &Facts<'_>, approval: &str) -> Result<Sheet, Failure> {
    let own = facts.entries().filter(|(_, entry)| entry.event.approval() == Some(approval));
    let rows: Vec<_> = own.map(|(place, entry)| row(place, entry)).collect();
    if rows.is_empty() {
        let failure = Failure::new(Kind::Usage, "the ledger knows no approval of this name");
        return Err(failure.hint("`verho review approvals` lists all"));
    }
    Ok(Sheet { head: HEAD, rows })
}

fn row(place: u64, entry: &Entry) -> Vec<Value> {
    let (run, by, what) = told(&entry.event);
    vec![place.into(), moment(entry.at), entry.event.word().into(), run.into(), by.into(), what.into()]
}

/// The run, who did it, and what.
fn told(event: &Event) -> (Option<&str>, Option<&str>, String) {
    match event {
        Event::Given(given) => {
            let until = given.not_after.strftime("%Y-%m-%d");
            (None, None, format!("{} runs until {until}, signed by {}", given.max_runs, given.signers.join(", ")))
        }
        Event::Withdrawn { by, reason, .. } => (None, Some(by), reason.clone()),
        Event::Started(started) => (Some(&started.run), Some(&started.operator), "began".to_owned()),
        Event::Told(told) => {
            let release = told.release.as_deref().map_or_else(String::new, |name| format!(", release {name}"));
            (Some(&told.run), None, format!("{}{release}", told.outcome))
        }
        Event::Purged(purged) => {
            (None, None, format!("{} of {}: nothing is left", purged.because, purged.releases.join(", ")))
        }
        other => (None, None, other.word().to_owned()),
    }
}
