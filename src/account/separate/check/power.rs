//! Nobody who acts for verho can do more than it needs.

use super::{Check, Look, Told};
use crate::account::root::{Root, partition};
use crate::account::separate::facts::Policy;
use crate::account::separate::policy::statements;
use crate::account::separate::{Place, Sides};
use crate::account::side::Side;

pub(super) const POLICIES: Check = Check {
    name: "policies",
    demands: "no policy makes an administrator or a power user of who acts, attached, inline or of a group",
    asks: &[
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:GetRolePolicy",
        "iam:ListAttachedUserPolicies",
        "iam:ListUserPolicies",
        "iam:GetUserPolicy",
        "iam:ListGroupsForUser",
        "iam:ListAttachedGroupPolicies",
        "iam:ListGroupPolicies",
        "iam:GetGroupPolicy",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
    ],
    is_law: true,
    hint: "take a role as deploy/ makes it, with the permissions of docs/aws.md and no other",
    judge: policies,
};

pub(super) const FORBIDDEN: Check = Check {
    name: "forbidden",
    demands: "IAM's simulation denies who acts what none of them may do",
    asks: &["iam:SimulatePrincipalPolicy"],
    is_law: false,
    hint: "take these permissions away; deploy/ grants what is needed",
    judge: denied,
};

pub(super) const WRITE: Check = Check {
    name: "write_denied",
    demands: "a write to the production data is refused",
    asks: &["s3:PutObject"],
    is_law: true,
    hint: "who reads production may not write there: take s3:PutObject away, or the session off the bucket's writers",
    judge: write_denied,
};

/// What AWS calls its own policies that give more than any program needs.
const TOO_MUCH: [&str; 3] = ["Administrator", "FullAccess", "PowerUser"];

fn policies(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, side, facts| {
        let principal = facts.principal.as_ref()?;
        let account = &side.access.account;
        Some(Told::seen(*place, &principal.policies, |policies| {
            match policies.iter().find(|policy| is_too_much(policy, account)) {
                Some(policy) => (false, format!("the policy {} makes an administrator or a power user", policy.name)),
                None => (true, format!("{} policies, none of an administrator or a power user", policies.len())),
            }
        }))
    })
}

fn is_too_much(policy: &Policy, account: &str) -> bool {
    match &policy.document {
        None => TOO_MUCH.iter().any(|words| policy.name.contains(words)),
        Some(document) => {
            statements(document).is_none_or(|all| all.iter().any(|statement| statement.makes_administrators(account)))
        }
    }
}

/// A write to production is another check's matter.
fn denied(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, _, facts| {
        let principal = facts.principal.as_ref()?;
        Some(Told::seen(*place, &principal.forbidden, |actions| {
            let allowed =
                actions.iter().filter(|(name, allowed)| **allowed && *name != PUT).map(|(name, _)| name.as_str());
            let allowed: Vec<&str> = allowed.collect();
            match allowed.is_empty() {
                true => (true, format!("{} actions, all denied", actions.len())),
                false => (false, format!("allowed is {}", allowed.join(", "))),
            }
        }))
    })
}

const PUT: &str = "s3:PutObject";

/// Tried, and simulated where that may be looked at: the one cannot write everywhere, the other knows no policies of buckets.
fn write_denied(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, _, facts| {
        let tried = facts.write_denied.as_ref()?;
        let simulated = facts.principal.as_ref().and_then(|principal| principal.forbidden.as_ref().ok()?.get(PUT));
        Some(Told::seen(*place, tried, |denied| match (*denied, simulated) {
            (true, None | Some(false)) => (true, "refused, as it must be".to_owned()),
            _ => (false, "production lets itself be written to".to_owned()),
        }))
    })
}

/// What must be denied at a place: of the account, of its buckets, of what lies in them, and of its keys.
pub(in crate::account::separate) fn forbidden(
    sides: &Sides<'_>,
    place: Place,
) -> Vec<(Vec<&'static str>, Vec<String>)> {
    if arn(sides.side(place)).is_none() {
        return Vec::new();
    }
    let of_account = vec![
        "iam:AttachRolePolicy",
        "iam:AttachUserPolicy",
        "iam:CreateLoginProfile",
        "iam:CreateRole",
        "iam:CreateUser",
        "iam:PutRolePolicy",
        "iam:PutUserPolicy",
        "iam:UpdateAssumeRolePolicy",
        "cloudtrail:DeleteTrail",
        "cloudtrail:StopLogging",
    ];
    let of_bucket = vec![
        "s3:DeleteBucket",
        "s3:DeleteBucketPolicy",
        "s3:PutBucketAcl",
        "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock",
        "s3:PutEncryptionConfiguration",
    ];
    let of_keys = vec!["kms:CreateGrant", "kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"];
    let of_evidence = vec!["s3:BypassGovernanceRetention", "s3:DeleteObjectVersion"];
    let places = places(sides, place);
    let keys: Vec<String> = places.iter().flat_map(|place| sides.keys(*place)).map(str::to_owned).collect();
    let buckets = places.iter().filter_map(|place| Some(arn(sides.side(*place))?.0)).collect();
    let mut all = vec![(of_account, Vec::new()), (of_bucket, buckets)];
    if !keys.is_empty() {
        all.push((of_keys, keys));
    }
    if place == Place::Production {
        all.push((vec!["s3:DeleteObject", PUT], objects(sides)));
    }
    if places.contains(&Place::Evidence) {
        all.push((
            of_evidence,
            arn(sides.evidence).map(|(bucket, prefix)| format!("{bucket}/{prefix}x")).into_iter().collect(),
        ));
    }
    all
}

/// The places that who acts at one also acts at.
fn places(sides: &Sides<'_>, place: Place) -> Vec<Place> {
    match place {
        Place::Production if !sides.evidence_is_apart() => vec![Place::Production, Place::Evidence],
        place => vec![place],
    }
}

/// An object of each customer, or of the root where there is none.
fn objects(sides: &Sides<'_>) -> Vec<String> {
    let Some((bucket, prefix)) = arn(sides.production) else { return Vec::new() };
    let of = |folder: &str| format!("{bucket}/{prefix}{folder}x");
    match sides.customers.is_empty() {
        true => vec![of("")],
        false => sides.customers.iter().map(|customer| of(&format!("{customer}/"))).collect(),
    }
}

/// The ARN of a side's bucket, and the prefix in it.
fn arn(side: &Side) -> Option<(String, &str)> {
    let Root::S3 { bucket, prefix } = &side.root else { return None };
    let partition = partition(side.access.region.as_deref());
    Some((format!("arn:{partition}:s3:::{bucket}"), prefix))
}
