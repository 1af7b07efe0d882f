//! Where an approval stands in its life, in one word and why.

use serde::Serialize;

use super::record::Record;
use super::refusal::Refusal;
use super::standing::Standing;
use super::view::Point;

/// The states of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Asked for; those who must sign have not all signed, and it never came into force.
    Requested,
    /// In force, or signed and not begun.
    Given,
    /// Followed by one with the same terms for every table.
    Renewed,
    /// Followed by one with other terms.
    Superseded,
    Expired,
    UsedUp,
    Withdrawn,
    /// It would hold, but for what changed since.
    Invalidated,
}

impl State {
    /// The word that a reader sees.
    pub fn word(self) -> &'static str {
        match self {
            State::Requested => "requested",
            State::Given => "given",
            State::Renewed => "renewed",
            State::Superseded => "superseded",
            State::Expired => "expired",
            State::UsedUp => "used up",
            State::Withdrawn => "withdrawn",
            State::Invalidated => "invalidated",
        }
    }

    /// The state that some checks and the ledger tell of, and the reason; `follower` is the record of the approval that
    /// follows, where it can be read.
    pub fn of(record: &Record, points: &[Point], standing: &Standing, follower: Option<&Record>) -> (Self, String) {
        let refusals = || points.iter().filter_map(|point| point.refusal.as_ref().map(|refusal| (point.name, refusal)));
        let failing = |name: &str| refusals().find(|(point, _)| *point == name);
        if let Some(at) = standing.withdrawn_at {
            return (State::Withdrawn, format!("at {at}"));
        }
        if let Some(by) = &standing.followed_by {
            let is_same = follower.is_some_and(|follower| follower.tables == record.tables);
            return (if is_same { State::Renewed } else { State::Superseded }, format!("by `{by}`"));
        }
        if let Some((_, refusal)) = failing("end") {
            return (State::Expired, refusal.to_string());
        }
        if standing.runs >= record.max_runs {
            return (State::UsedUp, Refusal::UsedUp { max_runs: record.max_runs }.to_string());
        }
        let first = refusals().find(|(name, _)| !["begin", "operator"].contains(name));
        match first {
            None => (State::Given, format!("until {}", record.not_after)),
            Some((_, refusal)) if standing.given.is_none() && is_about_signing(refusal) => {
                (State::Requested, refusal.to_string())
            }
            Some((_, refusal)) => (State::Invalidated, refusal.to_string()),
        }
    }
}

/// Whether somebody has yet to sign.
fn is_about_signing(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Unsigned
            | Refusal::ComplianceMissing
            | Refusal::CustomerMissing
            | Refusal::AttestersMissing { .. }
            | Refusal::ApproverDidNotSign { .. }
    )
}
