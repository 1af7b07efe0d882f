//! What must be denied to who acts, as IAM's simulation is asked for it.

use crate::account::root::{Root, partition};
use crate::account::separate::{Place, Sides};
use crate::account::side::Side;

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
        all.push((vec!["s3:DeleteObject", "s3:PutObject"], objects(sides)));
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
