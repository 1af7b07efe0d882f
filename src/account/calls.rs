//! Every call that verho makes of AWS, and the permission that lets it. `deploy/` grants these and no other, and a
//! test compares the two lists; a check that may not look names its permission from here.

/// Whose account is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// The data that is read.
    Production,
    /// The evidence, which lies in the production account.
    Evidence,
    /// The copies that are written.
    Test,
    /// Both accounts, each about itself.
    Both,
}

/// What for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum For {
    /// To carry a dataset over.
    Run,
    /// To prove that the accounts are separate.
    Proof,
    /// To erase what withdrawal or retention demands, and to point readers to another release.
    End,
    /// To answer a reviewer's questions.
    Review,
    /// To mint a session of a person.
    Session,
    /// To roll the key of a robot: only its own.
    Roll,
}

/// One call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Call {
    /// Service and operation, as AWS's log names them.
    pub operation: &'static str,
    /// What policies call the permission; empty where AWS asks for none.
    pub permission: &'static str,
    pub of: Of,
    pub purposes: &'static [For],
}

/// A call whose permission has its name.
const fn call(operation: &'static str, of: Of, purposes: &'static [For]) -> Call {
    Call { operation, permission: operation, of, purposes }
}

/// A call whose permission has another name.
const fn by(permission: &'static str, operation: &'static str, of: Of, purposes: &'static [For]) -> Call {
    Call { operation, permission, of, purposes }
}

use For::{End, Proof, Review, Roll, Run, Session};
use Of::{Both, Evidence, Production, Test};

/// All of them. The write to production that the proof tries is not among them: it must be denied.
pub const CALLS: &[Call] = &[
    // Data of production: listed and read, below the customers' prefix.
    by("s3:ListBucket", "s3:ListObjectsV2", Production, &[Run]),
    by("s3:GetObject", "s3:HeadObject", Production, &[Run]),
    call("s3:GetObject", Production, &[Run]),
    by("s3:GetObjectVersion", "s3:GetObject", Production, &[Run]),
    call("kms:GenerateDataKey", Production, &[Run]),
    call("kms:Decrypt", Production, &[Run]),
    // Evidence: appended to, never deleted.
    by("s3:ListBucket", "s3:ListObjectsV2", Evidence, &[Run, End, Review]),
    by("s3:GetObject", "s3:HeadObject", Evidence, &[Run, End, Review]),
    call("s3:GetObject", Evidence, &[Run, End, Review]),
    by("s3:GetObjectVersion", "s3:GetObject", Evidence, &[Run, End, Review]),
    call("s3:PutObject", Evidence, &[Run, End]),
    by("s3:PutObject", "s3:CreateMultipartUpload", Evidence, &[Run, End]),
    by("s3:PutObject", "s3:UploadPart", Evidence, &[Run, End]),
    by("s3:PutObject", "s3:CompleteMultipartUpload", Evidence, &[Run, End]),
    call("s3:AbortMultipartUpload", Evidence, &[Run, End]),
    call("kms:Sign", Evidence, &[Run, End]),
    call("kms:GetPublicKey", Evidence, &[Run, End, Review]),
    // S3 asks for these in the caller's name, when it writes and reads what the storage key encrypts.
    call("kms:GenerateDataKey", Evidence, &[Run, End]),
    call("kms:Decrypt", Evidence, &[Run, End, Review]),
    // Copies: written below the customers' prefix, read again by who looks after them, erased at their end.
    by("s3:ListBucket", "s3:ListObjectsV2", Test, &[Run, End, Review]),
    by("s3:GetObject", "s3:HeadObject", Test, &[Run, End, Review]),
    call("s3:GetObject", Test, &[Run, End, Review]),
    by("s3:GetObjectVersion", "s3:GetObject", Test, &[Run, End, Review]),
    call("s3:PutObject", Test, &[Run, End]),
    by("s3:PutObject", "s3:CreateMultipartUpload", Test, &[Run]),
    by("s3:PutObject", "s3:UploadPart", Test, &[Run]),
    by("s3:PutObject", "s3:CompleteMultipartUpload", Test, &[Run]),
    call("s3:AbortMultipartUpload", Test, &[Run, End]),
    by("s3:ListBucketVersions", "s3:ListObjectVersions", Test, &[End, Review]),
    by("s3:ListBucketMultipartUploads", "s3:ListMultipartUploads", Test, &[End, Review]),
    call("s3:DeleteObject", Test, &[End]),
    by("s3:DeleteObject", "s3:DeleteObjects", Test, &[End]),
    by("s3:DeleteObjectVersion", "s3:DeleteObjects", Test, &[End]),
    // S3 asks for these in the caller's name, when it writes and reads what the test key encrypts.
    call("kms:GenerateDataKey", Test, &[Run, End]),
    call("kms:Decrypt", Test, &[Run, End, Review]),
    // The proof: each account is asked about itself, and nothing is changed.
    by("", "sts:GetCallerIdentity", Both, &[Proof]),
    // Not HeadBucket: it needs ListBucket without a condition, and so the right to list all keys of the bucket.
    call("s3:GetBucketLocation", Both, &[Proof]),
    by("s3:GetBucketPublicAccessBlock", "s3:GetPublicAccessBlock", Both, &[Proof]),
    by("s3:GetAccountPublicAccessBlock", "s3control:GetPublicAccessBlock", Both, &[Proof]),
    call("s3:GetBucketPolicyStatus", Both, &[Proof]),
    call("s3:GetBucketPolicy", Both, &[Proof]),
    call("s3:GetBucketOwnershipControls", Both, &[Proof]),
    by("s3:GetEncryptionConfiguration", "s3:GetBucketEncryption", Both, &[Proof]),
    call("s3:GetBucketVersioning", Both, &[Proof]),
    by("s3:GetBucketObjectLockConfiguration", "s3:GetObjectLockConfiguration", Both, &[Proof]),
    call("kms:DescribeKey", Both, &[Proof]),
    call("kms:GetKeyRotationStatus", Both, &[Proof]),
    call("kms:GetKeyPolicy", Both, &[Proof]),
    call("iam:GetRole", Both, &[Proof]),
    call("iam:ListAttachedRolePolicies", Both, &[Proof]),
    call("iam:ListRolePolicies", Both, &[Proof]),
    call("iam:GetRolePolicy", Both, &[Proof]),
    call("iam:ListAttachedUserPolicies", Both, &[Proof]),
    call("iam:ListUserPolicies", Both, &[Proof]),
    call("iam:GetUserPolicy", Both, &[Proof]),
    call("iam:ListGroupsForUser", Both, &[Proof]),
    call("iam:ListAttachedGroupPolicies", Both, &[Proof]),
    call("iam:ListGroupPolicies", Both, &[Proof]),
    call("iam:GetGroupPolicy", Both, &[Proof]),
    call("iam:GetPolicy", Both, &[Proof]),
    call("iam:GetPolicyVersion", Both, &[Proof]),
    call("iam:SimulatePrincipalPolicy", Both, &[Proof]),
    call("iam:ListAccessKeys", Both, &[Proof, Roll]),
    call("iam:ListMFADevices", Both, &[Proof]),
    call("iam:GetLoginProfile", Both, &[Proof]),
    call("cloudtrail:DescribeTrails", Both, &[Proof]),
    call("cloudtrail:GetTrailStatus", Both, &[Proof]),
    // A person's session: minted with the person's own keys, for a role of the same account.
    by("", "sts:GetSessionToken", Both, &[Session]),
    call("sts:AssumeRole", Both, &[Session]),
    by("sts:SetSourceIdentity", "sts:AssumeRole", Both, &[Session]),
    // A robot's key: rolled by the robot itself.
    call("iam:CreateAccessKey", Both, &[Roll]),
    call("iam:UpdateAccessKey", Both, &[Roll]),
    call("iam:DeleteAccessKey", Both, &[Roll]),
    call("iam:GetAccessKeyLastUsed", Both, &[Roll]),
];

/// The permission that an operation needs.
pub fn permission(operation: &'static str) -> &'static str {
    let named = CALLS.iter().find(|call| call.operation == operation).map(|call| call.permission);
    named.filter(|permission| !permission.is_empty()).unwrap_or(operation)
}
