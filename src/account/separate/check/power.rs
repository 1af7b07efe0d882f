//! Nobody who acts for verho can do more than it needs.

use super::{Check, Look, Told};
use crate::account::separate::facts::Policy;
use crate::account::separate::policy::statements;

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
