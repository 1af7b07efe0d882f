//! Who is let in from outside, what time it is there, and whether what happens is logged.

use super::{Check, Look, Told};
use crate::account::separate::Place;
use crate::account::separate::facts::{Facts, Key, Seen};
use crate::account::separate::policy::statements;

/// How far two clocks may be apart, in seconds.
const APART: i64 = 60;

pub(super) const TRUST: Check = Check {
    name: "trust",
    demands: "no policy of a bucket, a key or a role lets anybody of another account in",
    asks: &["s3:GetBucketPolicy", "kms:GetKeyPolicy", "iam:GetRole"],
    is_law: true,
    hint: "take principals of other accounts and `*` out of the policy",
    judge: trust,
};

pub(super) const CLOCK: Check = Check {
    name: "clock",
    demands: "the clock here is within 60 seconds of the account's",
    asks: &["s3:GetBucketLocation"],
    is_law: false,
    hint: "set the clock by NTP; approvals begin and end by it",
    judge: clock,
};

pub(super) const TRAIL: Check = Check {
    name: "audit_trail",
    demands: "a trail logs what happens in each account's region",
    asks: &["cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus"],
    is_law: false,
    hint: "make a trail for all regions, and start its logging",
    judge: trail,
};

/// A policy by what it is of; whether it is a role's trust.
type Held = Seen<(String, Option<String>, bool)>;

fn trust(look: &Look<'_>) -> Vec<Told> {
    let of_place = |place: &Place, account: &str, facts: &Facts| {
        // A bucket that is not there has no policy.
        let bucket = (facts.bucket.region != Ok(None)).then(|| facts.bucket.policy.clone());
        let bucket = bucket.map(|policy| policy.map(|policy| ("the bucket's policy".to_owned(), policy, false)));
        let of_key =
            |key: &Key| key.policy.clone().map(|policy| (format!("the policy of {}", key.arn), Some(policy), false));
        let trust = facts.principal.as_ref().and_then(|principal| principal.trust.clone());
        let role = trust.map(|trust| trust.map(|trust| ("the role's trust policy".to_owned(), Some(trust), true)));
        told(*place, account, bucket.into_iter().chain(facts.keys.iter().map(of_key)).chain(role).collect())
    };
    look.each(|place, side, facts| Some(of_place(place, &side.access.account, facts)))
}

/// A policy that lets others in weighs more than one that cannot be seen.
fn told(place: Place, account: &str, policies: Vec<Held>) -> Told {
    let lets_in = |policy: &str, is_trust: bool| {
        statements(policy).is_none_or(|all| all.iter().any(|one| one.lets_in_others(account, is_trust)))
    };
    let is_open =
        |policy: &Option<String>, is_trust: bool| policy.as_deref().is_some_and(|text| lets_in(text, is_trust));
    let open = policies.iter().flatten().find(|(_, policy, is_trust)| is_open(policy, *is_trust));
    match (open, policies.iter().find_map(|policy| policy.as_ref().err())) {
        (Some((name, _, _)), _) => {
            Told::of(place, false, format!("{name} lets somebody in who is not of account {account}"))
        }
        (None, Some(blind)) => Told::unseen(place, blind),
        (None, None) => Told::of(place, true, format!("{} policies, nobody from outside", policies.len())),
    }
}

fn clock(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, _, facts| {
        Some(Told::seen(*place, &facts.bucket.clock_ahead, |ahead| {
            (ahead.abs() <= APART, format!("{} seconds apart", ahead.abs()))
        }))
    })
}

fn trail(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, _, facts| {
        let trail = facts.trail.as_ref()?;
        Some(Told::seen(*place, trail, |on| (*on, if *on { "on" } else { "no trail is logging" }.to_owned())))
    })
}
