//! What a bucket tells of itself, and whether a write to it is refused.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, ObjectLockEnabled, PublicAccessBlockConfiguration,
    ServerSideEncryption,
};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use ssh_key::rand_core::{OsRng, RngCore};

use super::{Clients, unless_none};
use crate::account::connection::wait;
use crate::account::failure::{Failed, send};
use crate::account::meanwhile::meanwhile;
use crate::account::root::Access;
use crate::account::separate::facts::{Blind, Bucket, Seen};

impl Clients {
    pub(super) fn bucket(&self, name: &str) -> Bucket {
        std::thread::scope(|scope| {
            let place = meanwhile(scope, || self.place(name));
            let block = meanwhile(scope, || self.block(name));
            let is_public = meanwhile(scope, || self.is_public(name));
            let ownership = meanwhile(scope, || self.ownership(name));
            let encryption = meanwhile(scope, || self.encryption(name));
            let policy = meanwhile(scope, || self.policy(name));
            let keeps_versions = meanwhile(scope, || self.keeps_versions(name));
            let locks_objects = meanwhile(scope, || self.locks_objects(name));
            let (region, clock_ahead) = place();
            Bucket {
                name: name.to_owned(),
                region,
                clock_ahead,
                block: block(),
                is_public: is_public(),
                ownership: ownership(),
                encryption: encryption(),
                policy: policy(),
                keeps_versions: keeps_versions(),
                locks_objects: locks_objects(),
            }
        })
    }

    /// Where the bucket lies, if it is there, and the server's time.
    fn place(&self, name: &str) -> (Seen<Option<String>>, Seen<i64>) {
        let date = Date::default();
        let request = self.s3.get_bucket_location().bucket(name).expected_bucket_owner(&self.account);
        let sent = wait(async { send!(request, date.clone()) });
        let place = match sent {
            Ok(reply) => Ok(Some(region(reply.location_constraint.as_ref().map(BucketLocationConstraint::as_str)))),
            Err(failed) if matches!(failed.status, Some(400..500)) => Ok(None),
            Err(failed) => Err(self.blind("s3:GetBucketLocation")(failed)),
        };
        let ahead = date.ahead().ok_or_else(|| undated(&place));
        (place, ahead)
    }

    fn block(&self, name: &str) -> Seen<bool> {
        let request = self.s3.get_public_access_block().bucket(name).expected_bucket_owner(&self.account);
        let reply = unless_none(wait(async { send!(request) }), &["NoSuchPublicAccessBlockConfiguration"]);
        let reply = reply.map_err(self.blind("s3:GetPublicAccessBlock"))?;
        Ok(reply.and_then(|reply| reply.public_access_block_configuration).is_some_and(|block| blocks_all(&block)))
    }

    fn is_public(&self, name: &str) -> Seen<bool> {
        let request = self.s3.get_bucket_policy_status().bucket(name).expected_bucket_owner(&self.account);
        let reply = unless_none(wait(async { send!(request) }), &["NoSuchBucketPolicy"]);
        let reply = reply.map_err(self.blind("s3:GetBucketPolicyStatus"))?;
        Ok(reply.and_then(|reply| reply.policy_status).and_then(|status| status.is_public).unwrap_or(false))
    }

    fn ownership(&self, name: &str) -> Seen<Option<String>> {
        let request = self.s3.get_bucket_ownership_controls().bucket(name).expected_bucket_owner(&self.account);
        let reply = unless_none(wait(async { send!(request) }), &["OwnershipControlsNotFoundError"]);
        let reply = reply.map_err(self.blind("s3:GetBucketOwnershipControls"))?;
        let rules = reply.and_then(|reply| reply.ownership_controls).map(|controls| controls.rules);
        Ok(rules.and_then(|rules| Some(rules.first()?.object_ownership.as_str().to_owned())))
    }

    fn encryption(&self, name: &str) -> Seen<Option<(String, Option<String>)>> {
        let request = self.s3.get_bucket_encryption().bucket(name).expected_bucket_owner(&self.account);
        let none = ["ServerSideEncryptionConfigurationNotFoundError"];
        let reply = unless_none(wait(async { send!(request) }), &none).map_err(self.blind("s3:GetBucketEncryption"))?;
        let rules = reply.and_then(|reply| reply.server_side_encryption_configuration).map(|given| given.rules);
        let rule = rules.and_then(|rules| rules.into_iter().next()?.apply_server_side_encryption_by_default);
        Ok(rule.map(|rule| (rule.sse_algorithm.as_str().to_owned(), rule.kms_master_key_id)))
    }

    fn policy(&self, name: &str) -> Seen<Option<String>> {
        let request = self.s3.get_bucket_policy().bucket(name).expected_bucket_owner(&self.account);
        let reply = unless_none(wait(async { send!(request) }), &["NoSuchBucketPolicy"]);
        Ok(reply.map_err(self.blind("s3:GetBucketPolicy"))?.and_then(|reply| reply.policy))
    }

    fn keeps_versions(&self, name: &str) -> Seen<bool> {
        let request = self.s3.get_bucket_versioning().bucket(name).expected_bucket_owner(&self.account);
        let reply = wait(async { send!(request) }).map_err(self.blind("s3:GetBucketVersioning"))?;
        Ok(reply.status == Some(BucketVersioningStatus::Enabled))
    }

    fn locks_objects(&self, name: &str) -> Seen<bool> {
        let request = self.s3.get_object_lock_configuration().bucket(name).expected_bucket_owner(&self.account);
        let reply = unless_none(wait(async { send!(request) }), &["ObjectLockConfigurationNotFoundError"]);
        let reply = reply.map_err(self.blind("s3:GetObjectLockConfiguration"))?;
        let lock = reply.and_then(|reply| reply.object_lock_configuration).and_then(|lock| lock.object_lock_enabled);
        Ok(lock == Some(ObjectLockEnabled::Enabled))
    }

    /// Whether a write is refused, below a folder of a customer. One is tried that can never happen: on AWS, of an object that is
    /// there, if it is not. Servers that stand in for AWS may not know that condition, so of them it is asked that an object
    /// of a fresh name is there in a state that none has.
    pub(super) fn write_denied(&self, bucket: &str, folder: &str, access: &Access) -> Seen<bool> {
        let there = if self.is_stand_in { None } else { self.any(bucket, folder) };
        let request = self.s3.put_object().bucket(bucket).expected_bucket_owner(&self.account);
        // As a real write would be, since a policy may refuse others.
        let encrypted = access.kms_key.as_ref().map(|_| ServerSideEncryption::AwsKms);
        let request = request.set_server_side_encryption(encrypted).set_ssekms_key_id(access.kms_key.clone());
        let request = match there {
            Some(key) => request.key(key).if_none_match("*"),
            None => {
                let key = format!("{folder}.verho-may-not-write-{:016x}", OsRng.next_u64());
                request.key(key).if_match("\"00000000000000000000000000000000\"")
            }
        };
        match wait(async { send!(request) }) {
            Err(Failed { status: Some(401 | 403), .. }) => Ok(true),
            Ok(_) | Err(Failed { status: Some(404 | 409 | 412), .. }) => Ok(false),
            Err(failed) => Err(self.blind("s3:PutObject")(failed)),
        }
    }

    /// The key of some object in a folder, which nothing shows.
    fn any(&self, bucket: &str, folder: &str) -> Option<String> {
        let request = self.s3.list_objects_v2().bucket(bucket).expected_bucket_owner(&self.account);
        let listed = wait(async { send!(request.prefix(folder).max_keys(1)) }).ok()?;
        listed.contents.unwrap_or_default().into_iter().next()?.key
    }
}

/// S3 names its first two regions otherwise than all else does.
fn region(constraint: Option<&str>) -> String {
    match constraint {
        None | Some("") => "us-east-1".to_owned(),
        Some("EU") => "eu-west-1".to_owned(),
        Some(other) => other.to_owned(),
    }
}

/// Why there is no date: where nobody answered, that is why.
fn undated(place: &Seen<Option<String>>) -> Blind {
    match place {
        Err(Blind::Unreachable(code)) => Blind::Unreachable(code.clone()),
        _ => Blind::Failed("no date in the reply".into()),
    }
}

fn blocks_all(block: &PublicAccessBlockConfiguration) -> bool {
    let all =
        [block.block_public_acls, block.ignore_public_acls, block.block_public_policy, block.restrict_public_buckets];
    all.iter().all(|one| *one == Some(true))
}

/// Keeps how far the server's clock is ahead, as the `Date` of its reply tells.
#[derive(Debug, Clone, Default)]
struct Date(Arc<Mutex<Option<i64>>>);

impl Date {
    fn ahead(&self) -> Option<i64> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for Date {
    fn name(&self) -> &'static str {
        "date"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date").and_then(|date| rfc2822::parse(date).ok());
        let ahead = date.map(|date| date.timestamp().as_second() - Timestamp::now().as_second());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = ahead;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_does_not_answer_has_no_wrong_clock() {
        let gone = Blind::Unreachable("no connection".into());
        assert_eq!(undated(&Err(gone.clone())), gone);
        for answered in [Ok(Some("eu-west-1".to_owned())), Ok(None), Err(Blind::Denied("s3:GetBucketLocation".into()))]
        {
            assert_eq!(undated(&answered), Blind::Failed("no date in the reply".into()));
        }
    }
}
