//! Objects in a bucket, below a prefix. Every call demands the bucket's owner.

mod content;
mod erase;
mod read;
mod write;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::operation::list_objects_v2::ListObjectsV2Output;
use aws_sdk_s3::types::ChecksumMode;
use bytes::Bytes;

use super::connection::{configuration, wait};
use super::failure::{Failed, send};
use super::root::{Access, Checksums, Pace};
use super::store::{Object, Pin, Remain, Store, StoreError};

/// A store of objects in one bucket.
#[derive(Clone)]
pub struct S3Store(Arc<Bucket>);

struct Bucket {
    client: Client,
    name: String,
    /// Empty, or ends with `/`.
    prefix: String,
    owner: String,
    kms_key: Option<String>,
    checksums: Checksums,
    pace: Pace,
    /// Whether a server other than AWS answers, which may leave out of a reply what AWS says.
    is_stand_in: bool,
}

/// What HEAD tells of an object.
struct Head {
    object: Object,
    /// In base64, as S3 writes it.
    crc64: Option<String>,
}

impl S3Store {
    /// A store below `prefix` (empty, or ends with `/`). Nothing is asked of the server yet.
    ///
    /// # Errors
    /// Where the region or the credentials are not given, or the credentials cannot be found.
    pub fn open(bucket: &str, prefix: &str, access: &Access) -> Result<Self, StoreError> {
        let narrowed_to = access.narrowed_to.clone().or_else(|| Some(format!("{bucket}/{prefix}")));
        let narrowed = Access { narrowed_to, ..access.clone() };
        Ok(S3Store(Arc::new(Bucket {
            client: client(access, &configuration(&narrowed)?),
            name: bucket.to_owned(),
            prefix: prefix.to_owned(),
            owner: access.account.clone(),
            kms_key: access.kms_key.clone(),
            checksums: access.checksums,
            pace: access.pace,
            is_stand_in: access.endpoint.is_some(),
        })))
    }

    /// Waits for a call; what keeps it from being done is told with the bucket.
    fn ask<T, E>(&self, call: impl Future<Output = Result<T, E>>) -> Result<T, StoreError>
    where
        StoreError: From<E>,
    {
        wait(call).map_err(|error| self.named(error.into()))
    }

    fn named(&self, error: StoreError) -> StoreError {
        error.at(&format!("s3://{}", self.0.name))
    }
}

/// A client of S3 as all of one side are.
pub(super) fn client(access: &Access, config: &SdkConfig) -> Client {
    let config = aws_sdk_s3::config::Builder::from(config)
        .force_path_style(access.endpoint.is_some())
        // Checksums are set by hand on every write; a ranged read has none to validate.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    Client::from_conf(config.build())
}

impl Store for S3Store {
    fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        self.ask(self.0.list(prefix))
    }

    fn find(&self, key: &str) -> Result<Option<Object>, StoreError> {
        Ok(self.ask(self.0.head(key))?.map(|head| head.object))
    }

    fn read(&self, object: &Object, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, StoreError> {
        read::read(&self.0, object, ranges).map_err(|error| self.named(error))
    }

    fn whole(&self, key: &str) -> Result<(Object, Bytes), StoreError> {
        self.ask(read::whole(&self.0, key))
    }

    fn create(&self, key: &str, content: &[Bytes]) -> Result<Pin, StoreError> {
        self.ask(write::create(&self.0, key, content))
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn replace(&self, key: &str, content: &[Bytes], pin: &Pin) -> Result<Pin, StoreError> {
        self.ask(write::replace(&self.0, key, content, pin))
    }

    fn delete(&self, key: &str) -> Result<(), StoreError> {
        let bucket = &self.0;
        let request = bucket.client.delete_object().bucket(&bucket.name).expected_bucket_owner(&bucket.owner);
        self.ask(async { send!(request.key(bucket.key(key)?)).map_err(StoreError::from) }).map(|_| ())
    }

    fn remains(&self, prefix: &str) -> Result<Vec<Remain>, StoreError> {
        self.ask(self.0.remains(prefix))
    }

    fn erase(&self, remains: &[Remain]) -> Result<(), StoreError> {
        self.ask(self.0.erase(remains))
    }
}

impl Bucket {
    fn key(&self, key: &str) -> Result<String, StoreError> {
        if key.is_empty() {
            return Err(StoreError::Other("key is empty".into()));
        }
        Ok(format!("{}{key}", self.prefix))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let mut found = BTreeMap::new();
        let mut token = None;
        loop {
            let page = self.page(prefix, token.clone()).await?;
            let more = page.is_truncated() == Some(true);
            let next = page.next_continuation_token().map(str::to_owned);
            for listed in page.contents.unwrap_or_default() {
                let Some(object) = self.listed(listed)? else { continue };
                // A page that comes again would bring its rows in twice, or never end.
                if found.insert(object.key.clone(), object).is_some() {
                    return Err(StoreError::Damaged("a listing names an object twice".into()));
                }
            }
            if !more {
                return Ok(found.into_values().collect());
            }
            if next.is_none() || next == token {
                return Err(StoreError::Damaged("a cut listing says not how it goes on".into()));
            }
            token = next;
        }
    }

    async fn page(&self, prefix: &str, token: Option<String>) -> Result<ListObjectsV2Output, Failed> {
        let request = self.client.list_objects_v2().bucket(&self.name).expected_bucket_owner(&self.owner);
        send!(request.prefix(format!("{}{prefix}", self.prefix)).set_continuation_token(token))
    }

    /// None for the empty object some tools put at the root to show a folder.
    fn listed(&self, listed: aws_sdk_s3::types::Object) -> Result<Option<Object>, StoreError> {
        let damaged = || StoreError::Damaged("listing is incomplete".into());
        let key = listed.key.as_deref().and_then(|key| key.strip_prefix(&self.prefix)).ok_or_else(damaged)?;
        let size = listed.size.and_then(|size| u64::try_from(size).ok()).ok_or_else(damaged)?;
        let etag = listed.e_tag.clone().ok_or_else(damaged)?;
        let object = Object { key: key.to_owned(), size, pin: Pin { version: None, etag } };
        Ok(Some(object).filter(|object| !object.key.is_empty()))
    }

    async fn head(&self, key: &str) -> Result<Option<Head>, StoreError> {
        let request = self.client.head_object().bucket(&self.name).expected_bucket_owner(&self.owner);
        let mode = (self.checksums == Checksums::Always).then_some(ChecksumMode::Enabled);
        let reply = match send!(request.key(self.key(key)?).set_checksum_mode(mode)) {
            Err(failed) if failed.status == Some(404) => return Ok(None),
            reply => reply?,
        };
        let damaged = || StoreError::Damaged("reply names no size or no ETag".into());
        let size = reply.content_length.and_then(|size| u64::try_from(size).ok()).ok_or_else(damaged)?;
        let pin = pin(reply.version_id, reply.e_tag)?;
        Ok(Some(Head { object: Object { key: key.to_owned(), size, pin }, crc64: reply.checksum_crc64_nvme }))
    }
}

fn pin(version: Option<String>, etag: Option<String>) -> Result<Pin, StoreError> {
    let etag = etag.ok_or_else(|| StoreError::Damaged("reply names no ETag".into()))?;
    // `null` is what a bucket that keeps no versions may answer.
    Ok(Pin { version: version.filter(|version| version != "null"), etag })
}
