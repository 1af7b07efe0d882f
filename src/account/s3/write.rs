//! Conditional writes: small objects in one request, large ones in parts that become visible at once.

use std::sync::Arc;

use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart, ServerSideEncryption,
};
use bytes::Bytes;
use tokio::task::JoinSet;

use super::content::{Content, crc64};
use super::{Bucket, pin};
use crate::account::connection::{TRIES, rest};
use crate::account::failure::{Failed, send};
use crate::account::root::Checksums;
use crate::account::store::{Pin, StoreError};

/// Bytes of one part of an upload; S3 takes 10,000 of them, and none but the last may be under 5 MiB.
const PART: usize = 8 << 20;

/// Each is a copy of what it sends.
const PARTS_AT_ONCE: usize = 4;

/// The version and the ETag of what was written.
type Written = (Option<String>, Option<String>);

/// An upload that is under way.
struct Upload {
    bucket: Arc<Bucket>,
    key: String,
    id: String,
}

pub(super) async fn create(bucket: &Arc<Bucket>, key: &str, pieces: &[Bytes]) -> Result<Pin, StoreError> {
    write(bucket, key, &Content::of(pieces), None).await
}

pub(super) async fn replace(bucket: &Arc<Bucket>, key: &str, pieces: &[Bytes], old: &Pin) -> Result<Pin, StoreError> {
    write(bucket, key, &Content::of(pieces), Some(old)).await
}

/// Tries again where another write of the same key is under way (409), which the SDK does not.
async fn write(bucket: &Arc<Bucket>, key: &str, content: &Content<'_>, old: Option<&Pin>) -> Result<Pin, StoreError> {
    let full = bucket.key(key)?;
    let mut sent = 0;
    for tries in 1..=TRIES {
        let written = match old {
            None if content.size() > PART => in_parts(bucket, &full, content).await,
            _ => bucket.put(&full, content, old).await,
        };
        match written {
            Ok((version, etag)) => return pin(version, etag),
            Err(failed) if failed.status == Some(409) => {
                sent += failed.tries;
                rest(tries).await;
            }
            // The other write can have been our own, whose reply was lost.
            Err(failed) => {
                let failed = Failed { tries: sent + failed.tries, ..failed };
                return bucket.settle(key, content, failed, old).await;
            }
        }
    }
    Err(StoreError::Unavailable { tries: TRIES, cause: "others keep writing the same object".into() })
}

impl Bucket {
    async fn put(&self, key: &str, content: &Content<'_>, old: Option<&Pin>) -> Result<Written, Failed> {
        let request = self.client.put_object().bucket(&self.name).expected_bucket_owner(&self.owner).key(key);
        let request = match old {
            None => request.if_none_match("*"),
            Some(old) => request.if_match(&old.etag),
        };
        let request = request
            .set_server_side_encryption(self.encryption())
            .set_ssekms_key_id(self.kms_key.clone())
            .set_checksum_crc64_nvme(self.checksums().map(|_| content.crc64()))
            .body(content.part(0..content.size()).into());
        let reply = send!(request)?;
        self.demand_key(reply.ssekms_key_id.as_deref())?;
        Ok((reply.version_id, reply.e_tag))
    }

    /// What was written must lie there under the key that was asked for.
    fn demand_key(&self, used: Option<&str>) -> Result<(), Failed> {
        let asked = self.kms_key.as_deref();
        match used {
            _ if asked.is_none() => Ok(()),
            None if self.is_stand_in => Ok(()),
            used if used == asked => Ok(()),
            // Some stand-ins name keys in a way of their own.
            Some(used) if self.is_stand_in && used.split(':').count() != 6 => Ok(()),
            _ => Err(broken("another KMS key was used than the one asked for")),
        }
    }

    /// A write whose reply was lost is tried again, and then refused because of itself: so what lies there is
    /// compared with what was sent.
    async fn settle(
        &self,
        key: &str,
        content: &Content<'_>,
        failed: Failed,
        old: Option<&Pin>,
    ) -> Result<Pin, StoreError> {
        if failed.may_be_done()
            && let Some(pin) = self.holds(key, content).await?
        {
            return Ok(pin);
        }
        match (failed.status, old) {
            (Some(412), None) => Err(StoreError::Exists),
            (Some(404 | 412), Some(_)) => Err(StoreError::Changed),
            _ => Err(failed.into()),
        }
    }

    /// The state of an object that is exactly this content.
    async fn holds(&self, key: &str, content: &Content<'_>) -> Result<Option<Pin>, StoreError> {
        let Some(head) = self.head(key).await?.filter(|head| head.object.size == content.size() as u64) else {
            return Ok(None);
        };
        let same = match &head.crc64 {
            Some(crc64) => *crc64 == content.crc64(),
            None => self.same_bytes(&head.object, content).await?,
        };
        Ok(same.then_some(head.object.pin))
    }

    /// For servers that keep no checksum.
    async fn same_bytes(&self, object: &super::Object, content: &Content<'_>) -> Result<bool, StoreError> {
        let size = content.size();
        for start in (0..size).step_by(PART) {
            let end = size.min(start + PART);
            if self.span(object, start as u64..end as u64).await? != content.part(start..end) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn encryption(&self) -> Option<ServerSideEncryption> {
        self.kms_key.as_ref().map(|_| ServerSideEncryption::AwsKms)
    }

    fn checksums(&self) -> Option<ChecksumAlgorithm> {
        (self.checksums == Checksums::Always).then_some(ChecksumAlgorithm::Crc64Nvme)
    }
}

async fn in_parts(bucket: &Arc<Bucket>, key: &str, content: &Content<'_>) -> Result<Written, Failed> {
    let upload = Arc::new(Upload::start(bucket, key).await?);
    let written = match Upload::parts(&upload, content).await {
        Ok(parts) => upload.complete(content, parts).await,
        Err(failed) => Err(failed),
    };
    if written.is_err() {
        upload.abort().await;
    }
    written
}

impl Upload {
    async fn start(bucket: &Arc<Bucket>, key: &str) -> Result<Self, Failed> {
        let request = bucket.client.create_multipart_upload().bucket(&bucket.name).expected_bucket_owner(&bucket.owner);
        let request = request
            .key(key)
            .set_server_side_encryption(bucket.encryption())
            .set_ssekms_key_id(bucket.kms_key.clone())
            .set_checksum_type(bucket.checksums().map(|_| ChecksumType::FullObject))
            .set_checksum_algorithm(bucket.checksums());
        let id = send!(request)?.upload_id.ok_or_else(|| broken("reply names no upload"))?;
        Ok(Upload { bucket: bucket.clone(), key: key.to_owned(), id })
    }

    async fn parts(upload: &Arc<Self>, content: &Content<'_>) -> Result<Vec<CompletedPart>, Failed> {
        let mut tasks = JoinSet::new();
        let mut done = Vec::new();
        for (number, start) in (1..).zip((0..content.size()).step_by(PART)) {
            if tasks.len() == PARTS_AT_ONCE {
                done.extend(next(&mut tasks).await?);
            }
            let (upload, part) = (upload.clone(), content.part(start..content.size().min(start + PART)));
            tasks.spawn(async move { upload.part(number, part).await });
        }
        while let Some(part) = next(&mut tasks).await? {
            done.push(part);
        }
        done.sort_by_key(|part| part.part_number);
        Ok(done)
    }

    async fn part(&self, number: i32, part: Bytes) -> Result<CompletedPart, Failed> {
        let bucket = &self.bucket;
        let crc64 = bucket.checksums().map(|_| crc64(std::slice::from_ref(&part)));
        let request =
            bucket.client.upload_part().bucket(&bucket.name).expected_bucket_owner(&bucket.owner).key(&self.key);
        let request = request.upload_id(&self.id).part_number(number).set_checksum_crc64_nvme(crc64.clone());
        let reply = send!(request.body(part.into()))?;
        let part = CompletedPart::builder().part_number(number).set_e_tag(reply.e_tag).set_checksum_crc64_nvme(crc64);
        Ok(part.build())
    }

    async fn complete(&self, content: &Content<'_>, parts: Vec<CompletedPart>) -> Result<Written, Failed> {
        let bucket = &self.bucket;
        let request =
            bucket.client.complete_multipart_upload().bucket(&bucket.name).expected_bucket_owner(&bucket.owner);
        let request = request
            .key(&self.key)
            .upload_id(&self.id)
            .if_none_match("*")
            .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(parts)).build())
            .set_checksum_type(bucket.checksums().map(|_| ChecksumType::FullObject))
            .set_checksum_crc64_nvme(bucket.checksums().map(|_| content.crc64()));
        let reply = send!(request)?;
        bucket.demand_key(reply.ssekms_key_id.as_deref())?;
        Ok((reply.version_id, reply.e_tag))
    }

    /// As far as it goes: a bucket's lifecycle rule sweeps up what a broken connection leaves.
    async fn abort(&self) {
        let bucket = &self.bucket;
        let request = bucket.client.abort_multipart_upload().bucket(&bucket.name).expected_bucket_owner(&bucket.owner);
        let _ = send!(request.key(&self.key).upload_id(&self.id));
    }
}

async fn next(tasks: &mut JoinSet<Result<CompletedPart, Failed>>) -> Result<Option<CompletedPart>, Failed> {
    match tasks.join_next().await {
        Some(done) => done.map_err(|_| broken("an uploading task broke off"))?.map(Some),
        None => Ok(None),
    }
}

fn broken(code: &str) -> Failed {
    Failed { status: None, code: code.to_owned(), tries: 1 }
}
