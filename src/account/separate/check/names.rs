//! What the names in verho.toml alone show.

use std::path::{Path, PathBuf};

use super::{Check, Look, Told};
use crate::account::credentials::Credentials;
use crate::account::root::{self, Root};
use crate::account::separate::policy::account_of;
use crate::account::separate::{Place, Sides};
use crate::account::side::Side;

pub(super) const CREDENTIALS: Check = Check {
    name: "credentials",
    demands: "no source of credentials serves both sides",
    asks: &[],
    is_law: true,
    hint: "give each side a source of its own: another profile file, env_prefix, token file or role",
    judge: credentials,
};

pub(super) const ROOTS: Check = Check {
    name: "roots",
    demands: "no bucket and no folder holds data of both sides, and none of test keys, approvals or schemas",
    asks: &[],
    is_law: true,
    hint: "give production, evidence and test roots that do not touch, by no link either; test has a bucket or a folder of its own",
    judge: roots,
};

pub(super) const KEYS: Check = Check {
    name: "keys",
    demands: "each KMS key is named by its full ARN, in its side's account and region, and none serves both sides",
    asks: &[],
    is_law: true,
    hint: "name keys as arn:aws:kms:REGION:ACCOUNT:key/ID, each of its own account",
    judge: keys,
};

pub(super) const ROLES: Check = Check {
    name: "roles",
    demands: "each role and each device of a person belongs to its side's account",
    asks: &[],
    is_law: true,
    hint: "name roles and devices of the account that `account` names",
    judge: roles,
};

/// The two sides between which nothing is shared.
fn pairs<'s>(sides: &Sides<'s>) -> [(Place, &'s Side); 2] {
    [(Place::Production, sides.production), (Place::Evidence, sides.evidence)]
}

fn credentials(look: &Look<'_>) -> Vec<Told> {
    let test = look.sides.test;
    let of = |side: &Side| side.access.credentials.iter().flat_map(sources).collect::<Vec<_>>();
    let shared = pairs(look.sides).into_iter().flat_map(|(_, side)| of(side)).find(|source| of(test).contains(source));
    vec![match shared {
        Some(source) => Told::of(None, false, format!("{source} serves both sides")),
        None => Told::of(None, true, "each side has its own"),
    }]
}

/// Where a source gets its keys from, each in words that are equal where the place is.
fn sources(credentials: &Credentials) -> Vec<String> {
    match credentials {
        // Two profiles of one file can lean on each other, and whoever reads one reads both.
        Credentials::Profile { file, .. } => vec![format!("profile file {}", place(file.as_ref()))],
        Credentials::Role { arn, base, .. } => std::iter::once(format!("role {arn}")).chain(sources(base)).collect(),
        Credentials::WebIdentity { role, token_file } => {
            vec![format!("role {role}"), format!("token file {}", place(Some(token_file)))]
        }
        Credentials::Container => vec!["the container's role".to_owned()],
        Credentials::EnvPrefix { prefix, .. } => vec![format!("environment {prefix}_*")],
    }
}

/// One name for a file, however it is written.
fn place(file: Option<&PathBuf>) -> String {
    let Some(file) = file else { return "~/.aws".to_owned() };
    let file = file.canonicalize().unwrap_or_else(|_| file.clone());
    let home = std::env::home_dir().map(|home| home.join(".aws"));
    let is_default = home.is_some_and(|home| file.starts_with(home.canonicalize().unwrap_or(home)));
    if is_default { "~/.aws".to_owned() } else { file.display().to_string() }
}

fn roots(look: &Look<'_>) -> Vec<Told> {
    let touching = pairs(look.sides).into_iter().find(|(_, side)| touch(side, look.sides.test));
    vec![match touching {
        Some((place, _)) => Told::of(None, false, format!("{} and test share a bucket or a folder", place.word())),
        None => match own_in_test(look.sides) {
            Some(own) => Told::of(None, false, format!("test and `{}` of the workspace touch", own.display())),
            None => Told::of(None, true, "they do not touch"),
        },
    }]
}

/// What of the workspace lies in test, or has test within it.
fn own_in_test<'s>(sides: &Sides<'s>) -> Option<&'s Path> {
    let Root::File(test) = &sides.test.root else { return None };
    sides.own.iter().map(PathBuf::as_path).find(|own| root::touch(test, own))
}

/// A bucket has one owner, so that two accounts never share one, whatever the prefixes are. Only servers that stand in for
/// AWS each have names of their own.
fn touch(left: &Side, right: &Side) -> bool {
    match (&left.root, &right.root) {
        (Root::S3 { bucket, .. }, Root::S3 { bucket: other, .. }) => {
            bucket == other && left.access.endpoint == right.access.endpoint
        }
        (left, right) => left.overlaps(right),
    }
}

fn keys(look: &Look<'_>) -> Vec<Told> {
    let sides = look.sides;
    let mut told: Vec<Told> = Place::ALL.into_iter().filter_map(|place| keys_of(sides, place)).collect();
    let of_test = sides.keys(Place::Test);
    let shared = [Place::Production, Place::Evidence].into_iter().flat_map(|place| sides.keys(place));
    if shared.into_iter().any(|key| of_test.contains(&key)) {
        told.push(Told::of(None, false, "a KMS key serves both sides"));
    }
    told
}

fn keys_of(sides: &Sides<'_>, place: Place) -> Option<Told> {
    let (side, keys) = (sides.side(place), sides.keys(place));
    if matches!(side.root, Root::File(_)) {
        return None;
    }
    let lacks = side.access.kms_key.is_none() && place != Place::Evidence && side.access.endpoint.is_none();
    let foreign = keys.iter().any(|key| !is_own_key(key, side));
    Some(match (lacks, foreign) {
        (true, _) => Told::of(place, false, "`kms_key` is missing"),
        (_, true) => {
            Told::of(place, false, "a KMS key is not named by the full ARN of a key of this account and region")
        }
        _ if keys.is_empty() => return None,
        _ => Told::of(place, true, "named by full ARNs of this account and region"),
    })
}

fn is_own_key(key: &str, side: &Side) -> bool {
    let parts: Vec<&str> = key.split(':').collect();
    let ["arn", partition, "kms", region, account, id] = parts[..] else { return false };
    partition.starts_with("aws")
        && Some(region) == side.access.region.as_deref()
        && account == side.access.account
        && id.strip_prefix("key/").is_some_and(|id| !id.is_empty())
}

fn roles(look: &Look<'_>) -> Vec<Told> {
    let told = |place: Place| {
        let side = look.sides.side(place);
        let named = arns(side.access.credentials.as_ref()?);
        let foreign = named.iter().any(|arn| account_of(arn) != Some(side.access.account.as_str()));
        let says = if foreign { "a role or a device of another account is named" } else { "of this account" };
        (!named.is_empty()).then(|| Told::of(place, !foreign, says))
    };
    let all: Vec<Told> = Place::ALL.into_iter().filter_map(told).collect();
    if all.is_empty() { vec![Told::of(None, true, "none is named")] } else { all }
}

/// Roles and devices that a source names.
fn arns(credentials: &Credentials) -> Vec<&str> {
    match credentials {
        Credentials::Role { arn, base } => std::iter::once(arn.as_str()).chain(arns(base)).collect(),
        Credentials::WebIdentity { role, .. } => vec![role],
        Credentials::Profile { mfa, .. } | Credentials::EnvPrefix { mfa, .. } => mfa.as_deref().into_iter().collect(),
        Credentials::Container => Vec::new(),
    }
}
