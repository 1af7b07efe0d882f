//! Runs that were refused because the source or the rules were no longer those that were approved.

use super::sheet::moment;
use super::{Facts, Question, Sheet};
use crate::error::{Failure, Kind};
use crate::evidence::RefusalNote;

pub(super) const QUESTION: Question =
    Question { name: "drift", asks: "Refusals because source or rules differ from what was approved", answer };

const HEAD: &[&str] = &["customer", "at", "run", "operator", "approval", "why"];

fn answer(facts: &Facts<'_>) -> Result<Sheet, Failure> {
    let told = facts.told(&["refused"])?;
    let drifted = told.iter().filter_map(|(at, told, record)| {
        let note = record.refusal.as_ref().filter(|note| is_drift(note))?;
        Some(vec![
            record.customer.as_str().into(),
            moment(*at),
            record.run.as_str().into(),
            record.operator.as_str().into(),
            told.approval.as_deref().into(),
            note.message.as_str().into(),
        ])
    });
    Ok(Sheet { head: HEAD, rows: drifted.collect() })
}

/// What the source is says exit code 6; what the gate says of it, or of the rules, its words alone.
fn is_drift(note: &RefusalNote) -> bool {
    note.exit_code == Kind::Mismatch as u8 || note.message.contains("has changed since it was approved")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::{Refusal, Refused};

    #[test]
    fn drift_is_told_from_other_refusals() {
        let is_drift = |refusal: Refusal| is_drift(&(&Failure::from(Refused::from(refusal))).into());
        assert!(is_drift(Refusal::ChangedSchema { table: "people".into() }));
        assert!(is_drift(Refusal::ChangedPolicy { table: "people".into(), columns: Vec::new() }));
        assert!(!is_drift(Refusal::Withdrawn));
        assert!(super::is_drift(&(&Failure::new(Kind::Mismatch, "a leaf is not listed")).into()));
    }
}
