//! Policies name AWS's permissions; the fakes ask for the names of API operations. So each is asked for by its permission.

use fakecloud_cloudtrail::service::CLOUDTRAIL_ACTIONS;
use fakecloud_core::auth::IamAction;
use fakecloud_core::service::{AwsRequest, AwsService};

use crate::account_block;

/// Operations of S3 whose permissions have other names, and what asks for a version of an object.
const PERMISSIONS: &[(&str, &str)] = &[
    ("CompleteMultipartUpload", "PutObject"),
    ("CreateMultipartUpload", "PutObject"),
    ("DeleteBucketEncryption", "PutEncryptionConfiguration"),
    ("DeletePublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("GetBucketEncryption", "GetEncryptionConfiguration"),
    ("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
    ("GetPublicAccessBlock", "GetBucketPublicAccessBlock"),
    ("HeadBucket", "ListBucket"),
    ("HeadObject", "GetObject"),
    ("ListBuckets", "ListAllMyBuckets"),
    ("ListMultipartUploads", "ListBucketMultipartUploads"),
    ("ListObjectVersions", "ListBucketVersions"),
    ("ListObjects", "ListBucket"),
    ("ListObjectsV2", "ListBucket"),
    ("ListParts", "ListMultipartUploadParts"),
    ("PutBucketEncryption", "PutEncryptionConfiguration"),
    ("PutObjectLockConfiguration", "PutBucketObjectLockConfiguration"),
    ("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
    ("UploadPart", "PutObject"),
];

/// What AWS asks for before it does what a request says.
pub fn of(service: &dyn AwsService, request: &AwsRequest) -> Vec<IamAction> {
    match service.service_name() {
        "s3" if account_block::concerns(request) => account_block::permission(request).into_iter().collect(),
        "s3" => service.iam_actions_for(request).into_iter().flat_map(|action| of_bucket(action, request)).collect(),
        "sts" => service.iam_actions_for(request).into_iter().flat_map(|action| of_session(action, request)).collect(),
        "cloudtrail" => of_trail(request).into_iter().collect(),
        _ => service.iam_actions_for(request),
    }
}

fn of_bucket(action: IamAction, request: &AwsRequest) -> Vec<IamAction> {
    if action.service != "s3" {
        return vec![action];
    }
    if action.action == "DeleteObjects" {
        return deleted(request).map(|(key, name)| below(&action, &key, name)).collect();
    }
    let renamed = PERMISSIONS.iter().find(|(operation, _)| *operation == action.action);
    let name = renamed.map_or(action.action, |(_, permission)| permission);
    let name = if request.query_params.contains_key("versionId") { of_version(name) } else { name };
    vec![IamAction { action: name, ..action }]
}

fn of_version(permission: &'static str) -> &'static str {
    match permission {
        "GetObject" => "GetObjectVersion",
        "DeleteObject" => "DeleteObjectVersion",
        other => other,
    }
}

/// Each key that a request deletes, with what that takes.
fn deleted(request: &AwsRequest) -> impl Iterator<Item = (String, &'static str)> {
    let body = std::str::from_utf8(&request.body).unwrap_or_default();
    body.split("<Object>").skip(1).map(|object| {
        let name = if object.contains("<VersionId>") { "DeleteObjectVersion" } else { "DeleteObject" };
        (within(object, "<Key>", "</Key>").to_owned(), name)
    })
}

fn within<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let after = text.split_once(from).map_or("", |(_, after)| after);
    after.split_once(to).map_or("", |(inside, _)| inside)
}

fn below(bucket: &IamAction, key: &str, name: &'static str) -> IamAction {
    IamAction { action: name, service: "s3", resource: format!("{}/{key}", bucket.resource) }
}

/// Who gives a source identity must be allowed to.
fn of_session(action: IamAction, request: &AwsRequest) -> Vec<IamAction> {
    let named = action.action == "AssumeRole" && request.query_params.contains_key("SourceIdentity");
    let identity = named.then(|| IamAction { action: "SetSourceIdentity", ..action.clone() });
    std::iter::once(action).chain(identity).collect()
}

/// The fake asks for nothing. A trail is a resource where a request names one.
fn of_trail(request: &AwsRequest) -> Option<IamAction> {
    let action = CLOUDTRAIL_ACTIONS.iter().find(|action| **action == request.action)?;
    let named = request.json_body()["Name"].as_str().map(|name| trail(name, request));
    Some(IamAction { service: "cloudtrail", action, resource: named.unwrap_or_else(|| "*".to_owned()) })
}

fn trail(name: &str, request: &AwsRequest) -> String {
    match name.starts_with("arn:") {
        true => name.to_owned(),
        false => format!("arn:aws:cloudtrail:{}:{}:trail/{name}", request.region, request.account_id),
    }
}
