//! The checks: one small item each, and one line in the list. Each says of every part of the accounts that it is about
//! whether it holds; what cannot be seen never does.

mod buckets;
mod identity;
mod kms;
mod names;
mod people;
pub(super) mod power;
mod robots;
mod watch;

use std::collections::BTreeMap;

use super::facts::{Blind, Facts, Seen};
use super::{Finding, Place, Report, Severity, Sides, State};
use crate::account::side::Side;

/// One thing that must hold.
pub struct Check {
    /// What `[checks]` in verho.toml calls it.
    pub name: &'static str,
    /// What must hold, in words.
    pub demands: &'static str,
    /// The calls that it rests on; none where names alone tell.
    pub asks: &'static [&'static str],
    /// Whether a workspace may make a warning of it.
    pub is_law: bool,
    /// The way out.
    pub hint: &'static str,
    judge: fn(&Look<'_>) -> Vec<Told>,
}

/// All checks, in the order in which they are shown.
pub const CHECKS: [&Check; 26] = [
    &names::CREDENTIALS,
    &names::ROOTS,
    &names::KEYS,
    &names::ROLES,
    &identity::ACCOUNTS,
    &identity::ROOT_USER,
    &identity::ACCESS_KEYS,
    &people::PEOPLE,
    &power::POLICIES,
    &power::FORBIDDEN,
    &power::WRITE,
    &robots::ROBOT_KEYS,
    &robots::ROBOT_KEY_COUNT,
    &buckets::BUCKETS,
    &buckets::REGION,
    &buckets::PUBLIC,
    &buckets::ACCOUNT_PUBLIC,
    &buckets::OWNERSHIP,
    &buckets::ENCRYPTION,
    &buckets::TLS,
    &buckets::OBJECT_LOCK,
    &kms::STATE,
    &kms::ROTATION,
    &watch::TRUST,
    &watch::CLOCK,
    &watch::TRAIL,
];

/// What a check looks at.
pub struct Look<'l> {
    pub sides: &'l Sides<'l>,
    /// Of every place that has an account and was asked.
    pub facts: BTreeMap<Place, Facts>,
}

/// What a check says of one part.
pub(super) struct Told {
    place: Option<Place>,
    state: State,
    says: String,
}

impl<'l> Look<'l> {
    /// What every check has to say of every place.
    fn each(&self, judge: impl Fn(&Place, &'l Side, &Facts) -> Option<Told>) -> Vec<Told> {
        self.facts.iter().filter_map(|(place, facts)| judge(place, self.sides.side(*place), facts)).collect()
    }
}

impl Told {
    fn of(place: impl Into<Option<Place>>, holds: bool, says: impl Into<String>) -> Self {
        Told { place: place.into(), state: if holds { State::Holds } else { State::Broken }, says: says.into() }
    }

    /// What is said of something that was seen; else why it was not.
    fn seen<T>(place: Place, seen: &Seen<T>, judge: impl FnOnce(&T) -> (bool, String)) -> Self {
        match seen {
            Ok(seen) => {
                let (holds, says) = judge(seen);
                Told::of(place, holds, says)
            }
            Err(blind) => Told::unseen(place, blind),
        }
    }

    fn unseen(place: Place, blind: &Blind) -> Self {
        let says = match blind {
            Blind::Denied(permission) => format!("it cannot be looked at without the permission `{permission}`"),
            Blind::NoSuchCall(operation) => format!("this server cannot tell: it has no `{operation}`"),
            Blind::Failed(code) => format!("it cannot be looked at: {code}"),
            Blind::Unreachable(code) => format!("the account does not answer: {code}"),
        };
        Told { place: Some(place), state: State::Unseen(blind.clone()), says }
    }
}

/// Judges everything.
pub(super) fn judge(look: &Look<'_>) -> Report {
    judged(look, CHECKS.into_iter())
}

/// Judges what needs nobody to be asked.
pub(super) fn names_alone(look: &Look<'_>) -> Report {
    judged(look, CHECKS.into_iter().filter(|check| check.asks.is_empty()))
}

fn judged(look: &Look<'_>, checks: impl Iterator<Item = &'static Check>) -> Report {
    let findings = checks.flat_map(|check| (check.judge)(look).into_iter().map(move |told| finding(look, check, told)));
    Report { findings: findings.collect() }
}

fn finding(look: &Look<'_>, check: &'static Check, told: Told) -> Finding {
    let configured = look.sides.severities.get(check.name).copied().unwrap_or(Severity::Refuse);
    let severity = match told.state {
        State::Holds => None,
        // Only servers that stand in for AWS lack calls; they have no such thing to be right or wrong.
        State::Nearly | State::Unseen(Blind::NoSuchCall(_)) => Some(Severity::Warn),
        State::Broken | State::Unseen(_) => Some(configured),
    };
    let hint = severity.is_some().then(|| match &told.state {
        State::Unseen(Blind::Denied(permission)) => {
            format!("grant `{permission}`, as deploy/ does, so that `{}` can be looked at", check.name)
        }
        _ => check.hint.to_owned(),
    });
    Finding { check: check.name, place: told.place, state: told.state, severity, says: told.says, hint }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::account::calls::CALLS;

    #[test]
    fn every_check_has_a_name_of_its_own_and_rests_on_listed_calls() {
        let names: BTreeSet<_> = CHECKS.iter().map(|check| check.name).collect();
        assert_eq!(names.len(), CHECKS.len());
        for check in CHECKS {
            for operation in check.asks {
                let is_listed = CALLS.iter().any(|call| call.operation == *operation);
                assert!(is_listed || check.name == "write_denied", "{} asks {operation}", check.name);
            }
        }
    }
}
