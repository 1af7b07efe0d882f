//! Policies name AWS's permissions; the fakes look for the names of API operations. So both are written down.

use serde_json::Value;

/// Permissions whose operations have other names.
const OPERATIONS: &[(&str, &[&str])] = &[
    ("s3:DeleteObjectVersion", &["s3:DeleteObject"]),
    ("s3:GetBucketPublicAccessBlock", &["s3:GetPublicAccessBlock"]),
    ("s3:GetEncryptionConfiguration", &["s3:GetBucketEncryption"]),
    ("s3:GetObject", &["s3:HeadObject"]),
    ("s3:GetObjectVersion", &["s3:GetObject", "s3:HeadObject"]),
    ("s3:ListBucket", &["s3:HeadBucket", "s3:ListObjects", "s3:ListObjectsV2"]),
    ("s3:ListBucketMultipartUploads", &["s3:ListMultipartUploads"]),
    ("s3:ListBucketVersions", &["s3:ListObjectVersions"]),
    ("s3:ListMultipartUploadParts", &["s3:ListParts"]),
    ("s3:PutObject", &["s3:CompleteMultipartUpload", "s3:CreateMultipartUpload", "s3:UploadPart"]),
];

/// A policy document in which each permission is joined by its operations.
pub fn with_operations(document: &str) -> serde_json::Result<String> {
    let mut policy: Value = serde_json::from_str(document)?;
    let statements = match &mut policy["Statement"] {
        Value::Array(statements) => statements.as_mut_slice(),
        one => std::slice::from_mut(one),
    };
    for statement in statements {
        for field in ["Action", "NotAction"] {
            if let Some(actions) = statement.get_mut(field) {
                *actions = expand(actions);
            }
        }
    }
    serde_json::to_string(&policy)
}

fn expand(actions: &Value) -> Value {
    let named: Vec<&str> = match actions {
        Value::Array(actions) => actions.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    let operations =
        |action: &str| OPERATIONS.iter().find(|(name, _)| *name == action).map_or(&[][..], |(_, also)| also);
    named.iter().flat_map(|action| std::iter::once(*action).chain(operations(action).iter().copied())).collect()
}
