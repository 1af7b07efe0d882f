//! What a bucket keeps out of sight, and its end: versions, delete markers, and uploads that were never completed.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::operation::list_multipart_uploads::ListMultipartUploadsOutput;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{Delete, DeleteMarkerEntry, MultipartUpload, ObjectIdentifier, ObjectVersion};

use super::Bucket;
use crate::account::connection::{TRIES, rest};
use crate::account::failure::{Failed, send};
use crate::account::store::{Remain, RemainKind, StoreError};

/// How many versions one request deletes; S3 takes no more.
const BATCH: usize = 1000;

/// An upload that began before was abandoned: the parts of one object are sent in minutes.
const LONGEST: Duration = Duration::from_hours(24);

/// Where a listing goes on: behind a key, and behind one of its versions or uploads.
type Place = (Option<String>, Option<String>);

impl Bucket {
    /// Uploads, then versions and markers. A listing of versions that leaves out what a plain one shows is not believed.
    pub(super) async fn remains(&self, prefix: &str) -> Result<Vec<Remain>, StoreError> {
        let shown = self.list(prefix).await?;
        let mut remains = self.uploads(prefix).await?;
        remains.extend(self.versions(prefix).await?);
        let told: HashSet<&str> =
            remains.iter().filter(|one| one.kind == RemainKind::Version).map(|one| one.key.as_str()).collect();
        match shown.iter().all(|object| told.contains(object.key.as_str())) {
            true => Ok(remains),
            false => Err(damaged("listing of versions leaves out objects")),
        }
    }

    async fn versions(&self, prefix: &str) -> Result<Vec<Remain>, StoreError> {
        let (mut found, mut place) = (Vec::new(), Place::default());
        loop {
            let page = self.page_of_versions(prefix, place.clone()).await?;
            let next =
                page.is_truncated.unwrap_or(false).then_some((page.next_key_marker, page.next_version_id_marker));
            for version in page.versions.unwrap_or_default() {
                found.push(self.version(version)?);
            }
            for marker in page.delete_markers.unwrap_or_default() {
                found.push(self.marker(marker)?);
            }
            match next {
                None => return Ok(found),
                Some(next) => place = onward(next, &place)?,
            }
        }
    }

    async fn uploads(&self, prefix: &str) -> Result<Vec<Remain>, StoreError> {
        let (mut found, mut place) = (Vec::new(), Place::default());
        loop {
            let page = self.page_of_uploads(prefix, place.clone()).await?;
            let next = page.is_truncated.unwrap_or(false).then_some((page.next_key_marker, page.next_upload_id_marker));
            for upload in page.uploads.unwrap_or_default() {
                found.push(self.upload(upload)?);
            }
            match next {
                None => return Ok(found),
                Some(next) => place = onward(next, &place)?,
            }
        }
    }

    async fn page_of_versions(&self, prefix: &str, (key, id): Place) -> Result<ListObjectVersionsOutput, Failed> {
        let request = self.client.list_object_versions().bucket(&self.name).expected_bucket_owner(&self.owner);
        let request = request.prefix(format!("{}{prefix}", self.prefix));
        send!(request.set_key_marker(key).set_version_id_marker(id))
    }

    async fn page_of_uploads(&self, prefix: &str, (key, id): Place) -> Result<ListMultipartUploadsOutput, Failed> {
        let request = self.client.list_multipart_uploads().bucket(&self.name).expected_bucket_owner(&self.owner);
        let request = request.prefix(format!("{}{prefix}", self.prefix));
        send!(request.set_key_marker(key).set_upload_id_marker(id))
    }

    fn version(&self, version: ObjectVersion) -> Result<Remain, StoreError> {
        let size = version.size.and_then(|size| u64::try_from(size).ok());
        let size = size.ok_or_else(|| damaged("listing of versions is incomplete"))?;
        Ok(Remain { size, ..self.remain(RemainKind::Version, version.key, version.version_id)? })
    }

    fn marker(&self, marker: DeleteMarkerEntry) -> Result<Remain, StoreError> {
        self.remain(RemainKind::Marker, marker.key, marker.version_id)
    }

    /// Its parts have a size too, but only a request for each upload would tell it.
    fn upload(&self, upload: MultipartUpload) -> Result<Remain, StoreError> {
        let began = upload.initiated.and_then(|at| SystemTime::try_from(at).ok());
        let is_abandoned = began.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > LONGEST);
        Ok(Remain { is_abandoned, ..self.remain(RemainKind::Upload, upload.key, upload.upload_id)? })
    }

    /// A bucket that never kept versions calls the one that there is `null`.
    fn remain(&self, kind: RemainKind, key: Option<String>, id: Option<String>) -> Result<Remain, StoreError> {
        let key = key.as_deref().and_then(|key| key.strip_prefix(&self.prefix)).map(str::to_owned);
        let (key, id) = key.zip(id).ok_or_else(|| damaged("listing of versions or uploads is incomplete"))?;
        Ok(Remain { kind, key, id, size: 0, is_abandoned: false })
    }

    /// In the order of kinds, so that no old version is seen again while the newer ones go.
    pub(super) async fn erase(&self, remains: &[Remain]) -> Result<(), StoreError> {
        let of = |kind| remains.iter().filter(move |remain| remain.kind == kind).collect::<Vec<_>>();
        for upload in of(RemainKind::Upload) {
            self.abort(upload).await?;
        }
        for kind in [RemainKind::Version, RemainKind::Marker] {
            for batch in of(kind).chunks(BATCH) {
                self.delete_batch(batch).await?;
            }
        }
        Ok(())
    }

    async fn abort(&self, upload: &Remain) -> Result<(), StoreError> {
        let request = self.client.abort_multipart_upload().bucket(&self.name).expected_bucket_owner(&self.owner);
        match send!(request.key(self.full(upload)).upload_id(&upload.id)) {
            Err(failed) if failed.status != Some(404) => Err(failed.into()),
            _ => Ok(()),
        }
    }

    /// The SDK tries a request again, but not what is refused inside of a reply.
    async fn delete_batch(&self, batch: &[&Remain]) -> Result<(), StoreError> {
        for tries in 1..=TRIES {
            match self.delete_once(batch).await? {
                None => return Ok(()),
                Some(code) if is_passing(&code) => rest(tries).await,
                Some(code) if code == "AccessDenied" => return Err(StoreError::Denied(code)),
                Some(code) => return Err(StoreError::Other(format!("refused: {code}"))),
            }
        }
        Err(StoreError::Unavailable { tries: TRIES, cause: "some versions are not deleted".into() })
    }

    /// Of what was not deleted, the first one's code.
    async fn delete_once(&self, batch: &[&Remain]) -> Result<Option<String>, StoreError> {
        let named = batch.iter().map(|one| ObjectIdentifier::builder().key(self.full(one)).version_id(&one.id).build());
        let objects = named.collect::<Result<Vec<_>, _>>();
        let delete = objects.and_then(|objects| Delete::builder().set_objects(Some(objects)).quiet(true).build());
        let delete = delete.map_err(|_| StoreError::Other("request could not be made".into()))?;
        let request = self.client.delete_objects().bucket(&self.name).expected_bucket_owner(&self.owner);
        let kept = send!(request.delete(delete))?.errors.unwrap_or_default();
        Ok(kept.into_iter().next().map(|error| error.code.unwrap_or_default()))
    }

    fn full(&self, remain: &Remain) -> String {
        format!("{}{}", self.prefix, remain.key)
    }
}

/// The place behind a cut page, which must be another than the one before it.
fn onward((key, id): Place, last: &Place) -> Result<Place, StoreError> {
    let next = (key, id);
    if next.0.is_none() || next == *last {
        return Err(damaged("a cut listing says not how it goes on"));
    }
    Ok(next)
}

fn is_passing(code: &str) -> bool {
    matches!(code, "InternalError" | "ServiceUnavailable" | "SlowDown")
}

fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(what.to_owned())
}
