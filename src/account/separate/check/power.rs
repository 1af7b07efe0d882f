//! Nobody who acts for verho can do more than it needs.

use super::{Check, Look, Told};
use crate::account::root::Root;
use crate::account::separate::facts::Policy;
use crate::account::separate::policy::{Statement, statements};
use crate::account::separate::{Place, Sides};

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

/// AWS's own policies that give more than any program needs.
const TOO_MUCH: [&str; 6] = [
    "AdministratorAccess",
    "PowerUserAccess",
    "IAMFullAccess",
    "AmazonS3FullAccess",
    "AWSKeyManagementServicePowerUser",
    "job-function/SystemAdministrator",
];

fn policies(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, _, facts| {
        let principal = facts.principal.as_ref()?;
        Some(Told::seen(*place, &principal.policies, |policies| {
            match policies.iter().find(|policy| is_too_much(policy)) {
                Some(policy) => (false, format!("the policy {} makes an administrator or a power user", policy.name)),
                None => (true, format!("{} policies, none of an administrator or a power user", policies.len())),
            }
        }))
    })
}

fn is_too_much(policy: &Policy) -> bool {
    match &policy.document {
        None => TOO_MUCH.iter().any(|name| policy.name.ends_with(&format!(":policy/{name}"))),
        Some(document) => statements(document).is_none_or(|all| all.iter().any(Statement::allows_everything)),
    }
}

fn denied(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, _, facts| {
        let principal = facts.principal.as_ref()?;
        Some(Told::seen(*place, &principal.forbidden, |actions| {
            let allowed: Vec<&str> =
                actions.iter().filter(|(_, allowed)| **allowed).map(|(name, _)| name.as_str()).collect();
            match allowed.is_empty() {
                true => (true, format!("{} actions, all denied", actions.len())),
                false => (false, format!("allowed is {}", allowed.join(", "))),
            }
        }))
    })
}

fn write_denied(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, _, facts| {
        let denied = facts.write_denied.as_ref()?;
        Some(Told::seen(*place, denied, |denied| {
            (
                *denied,
                if *denied { "refused, as it must be" } else { "production lets itself be written to" }.to_owned(),
            )
        }))
    })
}

/// What must be denied at a place: of the account, of its buckets, of what lies in them, and of its keys.
pub(in crate::account::separate) fn forbidden(
    sides: &Sides<'_>,
    place: Place,
) -> Vec<(Vec<&'static str>, Vec<String>)> {
    let side = sides.side(place);
    let Root::S3 { bucket, prefix } = &side.root else { return Vec::new() };
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
    let keys: Vec<String> = [place, if place == Place::Production { Place::Evidence } else { place }]
        .into_iter()
        .flat_map(|place| sides.keys(place))
        .map(str::to_owned)
        .collect();
    let mut all = vec![(of_account, Vec::new()), (of_bucket, buckets(sides, place))];
    if !keys.is_empty() {
        all.push((of_keys, keys));
    }
    if place == Place::Production {
        all.push((vec!["s3:DeleteObject"], vec![format!("{}/{prefix}x", arn(bucket))]));
        let Root::S3 { bucket, prefix } = &sides.evidence.root else { return all };
        let of_evidence = vec!["s3:BypassGovernanceRetention", "s3:DeleteObjectVersion"];
        all.push((of_evidence, vec![format!("{}/{prefix}x", arn(bucket))]));
    }
    all
}

fn buckets(sides: &Sides<'_>, place: Place) -> Vec<String> {
    let places = if place == Place::Production {
        &[Place::Production, Place::Evidence][..]
    } else {
        std::slice::from_ref(&place)
    };
    let named = |place: &Place| match &sides.side(*place).root {
        Root::S3 { bucket, .. } => Some(arn(bucket)),
        Root::File(_) => None,
    };
    places.iter().filter_map(named).collect()
}

fn arn(bucket: &str) -> String {
    format!("arn:aws:s3:::{bucket}")
}
