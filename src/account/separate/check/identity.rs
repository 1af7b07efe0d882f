//! Who acts on each side (STS, GetCallerIdentity).

use super::{Check, Look, Told};
use crate::account::root::Root;
use crate::account::separate::Place;

pub(super) const ACCOUNTS: Check = Check {
    name: "accounts",
    demands: "each side's credentials are of the account that is configured for it, and the two accounts differ",
    asks: &["sts:GetCallerIdentity"],
    is_law: true,
    hint: "look up `account` and `credentials` of both sides in verho.toml",
    judge: accounts,
};

pub(super) const ROOT_USER: Check = Check {
    name: "root_user",
    demands: "nobody acts as the root user of an account",
    asks: &["sts:GetCallerIdentity"],
    is_law: true,
    hint: "take a role; the root user's keys belong into no program",
    judge: root_user,
};

pub(super) const ACCESS_KEYS: Check = Check {
    name: "access_keys",
    demands: "the two sides use different access keys",
    asks: &["sts:GetCallerIdentity"],
    is_law: true,
    hint: "make a key of its own in each account",
    judge: access_keys,
};

fn accounts(look: &Look<'_>) -> Vec<Told> {
    let mut told = look.each(|place, side, facts| {
        let configured = &side.access.account;
        Some(Told::seen(*place, &facts.identity, |who| {
            let holds = who.account == *configured;
            let says = if holds {
                who.arn.clone()
            } else {
                format!("the credentials are of another account than {configured}")
            };
            (holds, says)
        }))
    });
    let named = |place: Place| look.sides.side(place).access.account.as_str();
    let both_are_buckets =
        [Place::Production, Place::Test].iter().all(|place| matches!(look.sides.side(*place).root, Root::S3 { .. }));
    if both_are_buckets {
        let differ = named(Place::Production) != named(Place::Test) && named(Place::Evidence) != named(Place::Test);
        told.push(Told::of(None, differ, if differ { "they differ" } else { "one account is named for both sides" }));
    }
    told
}

fn root_user(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, _, facts| {
        let who = facts.identity.as_ref().ok()?;
        let is_root = who.name() == "root";
        Some(Told::of(*place, !is_root, if is_root { "the root user acts" } else { "the root user does not act" }))
    })
}

fn access_keys(look: &Look<'_>) -> Vec<Told> {
    let key =
        |place: Place| look.facts.get(&place).map(|facts| facts.identity.as_ref().map(|who| who.key_digest.as_str()));
    let (Some(production), Some(evidence), Some(test)) =
        (key(Place::Production), key(Place::Evidence), key(Place::Test))
    else {
        return Vec::new();
    };
    // Where an account does not say who acts, `accounts` tells.
    let (Ok(production), Ok(evidence), Ok(test)) = (production, evidence, test) else { return Vec::new() };
    let differ = production != test && evidence != test;
    vec![Told::of(None, differ, if differ { "they differ" } else { "one access key serves both sides" })]
}
