//! The buckets: whose they are, where they lie, and how they are kept.

use super::{Check, Look, Told};
use crate::account::separate::Place;
use crate::account::separate::facts::Bucket;
use crate::account::separate::policy::{Statement, account_of, statements};

pub(super) const BUCKETS: Check = Check {
    name: "buckets",
    demands: "each bucket is there and is its side's account's own",
    asks: &["s3:GetBucketLocation"],
    is_law: true,
    hint: "look up `root` and `account`; whoever acts needs s3:GetBucketLocation on the bucket",
    judge: buckets,
};

pub(super) const REGION: Check = Check {
    name: "region",
    demands: "each bucket lies in the region that is configured, which an approval may bind",
    asks: &["s3:GetBucketLocation"],
    is_law: false,
    hint: "write the bucket's own region, and ask for an approval that allows it",
    judge: region,
};

pub(super) const PUBLIC: Check = Check {
    name: "public_access",
    demands: "each bucket blocks public access in all four ways, and its policy opens nothing to the public",
    asks: &["s3:GetPublicAccessBlock", "s3:GetBucketPolicyStatus"],
    is_law: false,
    hint: "turn on all four settings of Block Public Access of the bucket",
    judge: public,
};

pub(super) const ACCOUNT_PUBLIC: Check = Check {
    name: "account_public_access",
    demands: "each account blocks public access in all four ways",
    asks: &["s3control:GetPublicAccessBlock"],
    is_law: false,
    hint: "turn on all four settings of Block Public Access of the account",
    judge: account_public,
};

pub(super) const OWNERSHIP: Check = Check {
    name: "ownership",
    demands: "each bucket's owner owns all objects in it, so that no ACL counts",
    asks: &["s3:GetBucketOwnershipControls"],
    is_law: false,
    hint: "set Object Ownership of the bucket to BucketOwnerEnforced",
    judge: ownership,
};

pub(super) const ENCRYPTION: Check = Check {
    name: "encryption",
    demands: "each bucket encrypts by default with a KMS key of its account, test's with exactly `kms_key`",
    asks: &["s3:GetBucketEncryption"],
    is_law: false,
    hint: "set the bucket's default encryption to SSE-KMS with its own account's key, named by its full ARN",
    judge: encryption,
};

pub(super) const TLS: Check = Check {
    name: "tls_only",
    demands: "each bucket's policy refuses whatever does not come over TLS",
    asks: &["s3:GetBucketPolicy"],
    is_law: false,
    hint: "deny s3:* to everybody on the bucket and all in it where aws:SecureTransport is false",
    judge: tls,
};

pub(super) const OBJECT_LOCK: Check = Check {
    name: "object_lock",
    demands: "evidence is versioned under Object Lock; data is not locked, so that it can be erased",
    asks: &["s3:GetBucketVersioning", "s3:GetObjectLockConfiguration"],
    is_law: false,
    hint: "evidence needs a bucket of its own, made with Object Lock; data one without",
    judge: object_lock,
};

fn buckets(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, side, facts| {
        let own = format!("of account {}", side.access.account);
        Some(match &facts.bucket.region {
            Ok(None) => {
                Told::of(*place, false, format!("there is no bucket {} {own} that may be looked at", facts.bucket.name))
            }
            // Its region is another check's matter.
            Ok(Some(_)) | Err(super::Blind::NoSuchCall(_)) => Told::of(*place, true, own),
            Err(blind) => Told::unseen(*place, blind),
        })
    })
}

fn region(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, side, facts| {
        let there = facts.bucket.region.as_ref().map(Option::as_deref);
        let configured = side.access.region.as_deref().unwrap_or_default();
        match there {
            // A bucket that is not there lies nowhere.
            Ok(None) => None,
            Ok(Some(region)) => Some(Told::of(*place, region == configured, format!("the bucket lies in {region}"))),
            Err(blind) => Some(Told::unseen(*place, blind)),
        }
    })
}

/// Of every bucket that is there.
fn kept(look: &Look<'_>, judge: impl Fn(Place, &Bucket) -> Told) -> Vec<Told> {
    look.each(|place, _, facts| {
        let is_there = !matches!(facts.bucket.region, Ok(None));
        is_there.then(|| judge(*place, &facts.bucket))
    })
}

fn public(look: &Look<'_>) -> Vec<Told> {
    kept(look, |place, bucket| match (&bucket.block, &bucket.is_public) {
        (_, Ok(true)) => Told::of(place, false, "its policy opens it to the public"),
        (Ok(true), Err(blind)) => Told::unseen(place, blind),
        (block, _) => Told::seen(place, block, |block| {
            (*block, if *block { "blocked" } else { "not blocked in all four ways" }.to_owned())
        }),
    })
}

fn account_public(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, _, facts| {
        let block = facts.account_block.as_ref()?;
        Some(Told::seen(*place, block, |block| {
            (*block, if *block { "blocked" } else { "not blocked in all four ways" }.to_owned())
        }))
    })
}

fn ownership(look: &Look<'_>) -> Vec<Told> {
    kept(look, |place, bucket| {
        Told::seen(place, &bucket.ownership, |ownership| {
            let says = ownership.as_deref().unwrap_or("not set");
            (says == "BucketOwnerEnforced", says.to_owned())
        })
    })
}

fn encryption(look: &Look<'_>) -> Vec<Told> {
    kept(look, |place, bucket| {
        let side = look.sides.side(place);
        let is_right = |key: &str| match (place, &side.access.kms_key) {
            (Place::Test, Some(wanted)) => key == wanted,
            _ => account_of(key) == Some(side.access.account.as_str()),
        };
        Told::seen(place, &bucket.encryption, |encryption| match encryption {
            Some((algorithm, Some(key))) if algorithm.starts_with("aws:kms") && is_right(key) => {
                (true, "SSE-KMS with its own key".to_owned())
            }
            Some((algorithm, Some(_))) => (false, format!("{algorithm} with another key than its own")),
            Some((algorithm, None)) => (false, format!("{algorithm}, without a key of the account's own")),
            None => (false, "not set".to_owned()),
        })
    })
}

fn tls(look: &Look<'_>) -> Vec<Told> {
    kept(look, |place, bucket| {
        Told::seen(place, &bucket.policy, |policy| {
            let all: Vec<Statement> = policy.as_deref().and_then(statements).unwrap_or_default();
            let holds = all.iter().any(|statement| statement.demands_tls(&bucket.name));
            (holds, if holds { "demanded" } else { "not demanded" }.to_owned())
        })
    })
}

fn object_lock(look: &Look<'_>) -> Vec<Told> {
    kept(look, |place, bucket| match (place, &bucket.keeps_versions) {
        (Place::Evidence, Err(blind)) => Told::unseen(place, blind),
        (Place::Evidence, Ok(false)) => Told::of(place, false, "evidence is not versioned"),
        (Place::Evidence, Ok(true)) => Told::seen(place, &bucket.locks_objects, |locks| {
            (*locks, if *locks { "versioned and locked" } else { "not locked" }.to_owned())
        }),
        _ => Told::seen(place, &bucket.locks_objects, |locks| {
            (!locks, if *locks { "locked, so that nothing can be erased" } else { "not locked" }.to_owned())
        }),
    })
}
