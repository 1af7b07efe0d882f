//! S3 as a store: the contract, what every request carries, who is let in, and what happens when replies break.
#![cfg(feature = "s3")]

mod common;

use std::time::Duration;

use bytes::Bytes;
use common::contract::{self, put};
use common::fault::{Fault, Proxy};
use common::servers::{PRODUCTION, Request, Role, Server, TEST, User, allow, keys};
use verho::account::credentials::Credentials;
use verho::account::doors::Test;
use verho::account::root::{Access, Checksums, Pace};
use verho::account::s3::S3Store;
use verho::account::store::{Store, StoreError};
use verho::evidence::Erased;
use verho::release::{purge, tidy};

const BUCKET: &str = "acme-data";

fn server() -> Server {
    let server = Server::with_free_user(PRODUCTION, "worker");
    server.bucket(BUCKET);
    server
}

fn store(access: &Access) -> S3Store {
    S3Store::open(BUCKET, "below/", access).expect("a store")
}

#[test]
fn buckets_hold_the_contract() {
    let server = server();
    let access = server.access("worker");
    contract::hold(&[], |number| Box::new(S3Store::open(BUCKET, &format!("{number}/"), &access).expect("a store")));
}

#[test]
fn buckets_with_versions_and_without_checksums_hold_the_contract() {
    let server = Server::with_free_user(PRODUCTION, "worker");
    server.versioned_bucket(BUCKET);
    let access = Access { checksums: Checksums::WhenRequired, ..server.access("worker") };
    contract::hold(&[contract::FREED], |number| {
        Box::new(S3Store::open(BUCKET, &format!("{number}/"), &access).expect("a store"))
    });
    let sent = server.requests();
    assert!(sent.iter().all(|request| request.text("crc64").is_empty()));
}

#[test]
fn every_request_names_the_owner_and_every_write_key_and_checksum() {
    let server = server();
    let access = Access { kms_key: Some(server.encryption_key()), ..server.access("worker") };
    let store = store(&access);
    let before = server.requests().len();
    let pin = put(&store, "small", "content");
    store.replace("small", &[Bytes::from_static(b"other")], &pin).expect("replaced");
    store.create("large", &[vec![7; 17 << 20].into()]).expect("created");
    let (_, content) = store.whole("small").expect("read");
    assert_eq!(content, "other");
    store.list("").expect("listed");
    store.delete("small").expect("deleted");

    let sent = &server.requests()[before..];
    assert!(sent.iter().all(|request| request.text("owner") == PRODUCTION), "{sent:#?}");
    let started = |request: &&Request| request.text("query").contains("uploads");
    let puts = |request: &&Request| request.text("method") == "PUT" && !request.text("query").contains("uploadId");
    for write in sent.iter().filter(|request| started(request) || puts(request)) {
        assert_eq!((write.text("sse"), write.text("kms_key")), ("aws:kms", access.kms_key.as_deref().unwrap()));
    }
    for write in sent.iter().filter(|request| request.text("method") == "PUT") {
        assert!(!write.text("crc64").is_empty(), "{write:?}");
    }
    assert_eq!(sent.iter().filter(started).count(), 1);
    assert_eq!(sent.iter().filter(puts).count(), 2);
}

#[test]
fn a_write_that_lies_under_another_key_is_no_success() {
    const OTHER: &str = "arn:aws:kms:eu-west-1:111111111111:key/00000000-0000-0000-0000-000000000000";
    let server = server();
    let proxy = Proxy::before(&server.address);
    let key = Some(server.encryption_key());
    let store = store(&Access { kms_key: key, endpoint: Some(proxy.url()), ..server.access("worker") });
    let pin = put(&store, "fine", "content");
    let content = [Bytes::from_static(b"content")];
    proxy.fail("PUT", "", 1, Fault::Key(OTHER));
    let refused = store.create("small", &content).expect_err("another key");
    assert!(refused.to_string().contains("another KMS key"), "{refused}");
    proxy.fail("PUT", "", 1, Fault::Key(OTHER));
    assert!(store.replace("fine", &content, &pin).is_err());
    proxy.fail("POST", "uploadId", 1, Fault::Key(OTHER));
    assert!(store.create("large", &[vec![7; 17 << 20].into()]).is_err());
    assert_eq!(proxy.left(), 0);
}

#[test]
fn no_byte_is_read_that_was_not_asked_for() {
    let server = server();
    let store = store(&server.access("worker"));
    put(&store, "a", "0123456789");
    let object = store.list("").expect("listed").remove(0);
    let before = server.requests().len();
    store.read(&object, &[8..10, 0..3, 3..5, 6..6]).expect("read");
    let sent = server.requests();
    let mut ranges: Vec<_> = sent[before..].iter().map(|request| request.text("range")).collect();
    ranges.sort_unstable();
    assert_eq!(ranges, ["bytes=0-4", "bytes=8-9"]);
    assert!(sent[before..].iter().all(|request| request.text("if_match") == object.pin.etag));
}

#[test]
fn an_old_version_is_read_by_its_version() {
    let server = Server::with_free_user(PRODUCTION, "worker");
    server.versioned_bucket(BUCKET);
    let store = store(&server.access("worker"));
    put(&store, "a", "first");
    let object = store.find("a").expect("asked").expect("is there");
    assert!(object.pin.version.is_some());
    store.delete("a").expect("deleted");
    assert_eq!(store.read(&object, std::slice::from_ref(&(0..5))), Ok(vec![Bytes::from_static(b"first")]));
}

#[test]
fn one_side_never_opens_the_other() {
    let (production, test) = (server(), Server::with_free_user(TEST, "worker"));
    test.bucket(BUCKET);
    for (server, other) in [(&production, TEST), (&test, PRODUCTION)] {
        let foreign = store(&server.access_with(keys(other, "worker"), "foreign"));
        assert!(matches!(foreign.list(""), Err(StoreError::Denied(_))));
        assert!(matches!(foreign.create("a", &[]), Err(StoreError::Denied(_))));
        let misled = store(&Access { account: other.to_owned(), ..server.access("worker") });
        assert!(matches!(misled.list(""), Err(StoreError::Denied(_))));
        assert!(matches!(misled.create("a", &[]), Err(StoreError::Denied(_))));
        assert_eq!(store(&server.access("worker")).list(""), Ok(Vec::new()));
    }
}

#[test]
fn a_reader_cannot_write_and_a_missing_bucket_is_missing() {
    let policy = allow(&["s3:GetObject", "s3:ListBucket"]);
    let server = Server::start(PRODUCTION, &[User { name: "reader", policy, key_age_days: 0 }]);
    server.bucket(BUCKET);
    let reader = store(&server.access("reader"));
    assert_eq!(reader.list(""), Ok(Vec::new()));
    assert_eq!(reader.find("a"), Ok(None));
    assert!(matches!(reader.create("a", &[]), Err(StoreError::Denied(_))));
    assert!(matches!(reader.delete("a"), Err(StoreError::Denied(_))));
    let nowhere = S3Store::open("no-such-bucket", "", &server.access("reader")).expect("a store");
    assert_eq!(nowhere.list(""), Err(StoreError::Missing));
}

#[test]
fn a_missing_profile_is_denied_not_replaced() {
    let server = server();
    let mut access = server.access("worker");
    let file = std::path::PathBuf::from("/nowhere/credentials");
    access.credentials = Some(Credentials::Profile { name: "worker".into(), file: Some(file), mfa: None });
    assert!(matches!(store(&access).list(""), Err(StoreError::Denied(_))));
}

#[test]
fn a_role_is_taken_with_the_keys_of_its_base() {
    let user = User { name: "worker", policy: allow(&["sts:AssumeRole"]), key_age_days: 0 };
    let role = Role { name: "reader", policy: allow(&["s3:ListBucket"]) };
    let server = Server::start_with_roles(PRODUCTION, &[user], &[role]);
    server.bucket(BUCKET);
    let base = server.access("worker");
    assert!(matches!(store(&base).list(""), Err(StoreError::Denied(_))));
    let taken = |name: &str| {
        let arn = format!("arn:aws:iam::{PRODUCTION}:role/{name}");
        let role = Credentials::Role { arn, base: Box::new(base.credentials.clone().expect("a profile")) };
        store(&Access { credentials: Some(role), ..base.clone() })
    };
    assert_eq!(taken("reader").list(""), Ok(Vec::new()));
    assert!(matches!(taken("other").list(""), Err(StoreError::Denied(_))));
}

/// Runs itself as a child, whose environment holds two sets of keys: those asked for, and a default set.
#[test]
fn the_named_environment_is_used_and_the_default_one_is_not() {
    const SELF: &str = "the_named_environment_is_used_and_the_default_one_is_not";
    let from = |prefix: &str| Credentials::EnvPrefix { prefix: prefix.into(), mfa: None };
    if let Ok(url) = std::env::var("VERHO_TEST_SERVER") {
        let access = Access {
            endpoint: Some(url),
            account: PRODUCTION.into(),
            region: Some("eu-west-1".into()),
            ..Access::default()
        };
        let named = Access { credentials: Some(from("VERHO_PROD")), ..access.clone() };
        assert_eq!(store(&named).list(""), Ok(Vec::new()));
        let unnamed = Access { credentials: Some(from("VERHO_TEST")), ..access };
        let refusal = S3Store::open(BUCKET, "", &unnamed).err();
        assert_eq!(refusal, Some(StoreError::Other("VERHO_TEST_ACCESS_KEY_ID is not set in the environment".into())));
        return;
    }
    let server = server();
    let before = server.requests().len();
    let (key, secret) = keys(PRODUCTION, "worker");
    let mut child = std::process::Command::new(std::env::current_exe().expect("itself"));
    child.args(["--exact", SELF]).env("VERHO_TEST_SERVER", server.url());
    child.env("VERHO_PROD_ACCESS_KEY_ID", &key).env("VERHO_PROD_SECRET_ACCESS_KEY", secret);
    child.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").env("AWS_REGION", "us-east-1");
    assert!(child.status().expect("run").success());
    let sent = &server.requests()[before..];
    assert!(!sent.is_empty() && sent.iter().all(|request| request.text("key") == key), "{sent:#?}");
}

/// Why something cannot be done, and where.
fn here(why: &str) -> String {
    format!("{why} (s3://{BUCKET})")
}

fn behind_proxy(server: &Server) -> (Proxy, S3Store) {
    let proxy = Proxy::before(&server.address);
    let store = store(&Access { endpoint: Some(proxy.url()), ..server.access("worker") });
    (proxy, store)
}

#[test]
fn passing_faults_are_passed_over() {
    let server = server();
    for fault in [Fault::Refuse(503, "SlowDown"), Fault::Refuse(500, "InternalError"), Fault::Reset, Fault::LoseReply] {
        let (proxy, store) = behind_proxy(&server);
        for method in ["PUT", "GET", "HEAD", "DELETE"] {
            proxy.fail(method, "", 2, fault);
        }
        let pin = put(&store, "a", "first");
        let pin = store.replace("a", &[Bytes::from_static(b"second")], &pin).expect("replaced");
        assert_eq!(store.whole("a").map(|(object, content)| (object.pin, content)), Ok((pin.clone(), "second".into())));
        assert_eq!(store.find("a").map(|object| object.map(|object| object.pin)), Ok(Some(pin)));
        store.delete("a").expect("deleted");
        assert_eq!(proxy.left(), 0, "{fault:?}");
    }
}

#[test]
fn a_cut_reply_is_read_again() {
    let server = server();
    let (proxy, store) = behind_proxy(&server);
    put(&store, "a", "0123456789");
    proxy.fail("GET", "", 2, Fault::CutReply(4));
    assert_eq!(store.whole("a").expect("read").1, "0123456789");
    proxy.fail("GET", "", 99, Fault::CutReply(4));
    let gave_up = store.whole("a").map(|(_, content)| content);
    assert_eq!(gave_up, Err(StoreError::Unavailable { tries: 5, cause: here("reply was cut short") }));
}

#[test]
fn a_reply_that_drips_is_asked_for_again_and_not_waited_for_without_end() {
    let server = server();
    let proxy = Proxy::before(&server.address);
    let pace = Pace { bytes: 1 << 10, within: Duration::from_millis(300), ..Pace::default() };
    let access = Access { endpoint: Some(proxy.url()), pace, ..server.access("worker") };
    let store = store(&access);
    store.create("a", &[Bytes::from("0123456789".repeat(1000))]).expect("created");
    // Some bytes come all the time.
    let drip = Fault::Drip(Duration::from_millis(20));
    proxy.fail("GET", "", 2, drip);
    assert_eq!(store.whole("a").expect("read").1.len(), 10_000);
    proxy.fail("GET", "", 99, drip);
    let gave_up = store.whole("a").map(|(_, content)| content.len());
    assert_eq!(gave_up, Err(StoreError::Unavailable { tries: 5, cause: here("reply came too slowly") }));
}

#[test]
fn an_answer_that_drips_is_asked_for_again_too() {
    let server = server();
    let proxy = Proxy::before(&server.address);
    let pace = Pace { answer: Duration::from_millis(500), ..Pace::default() };
    let access = Access { endpoint: Some(proxy.url()), pace, ..server.access("worker") };
    let store = store(&access);
    put(&store, "a", "content");
    proxy.fail("GET", "list-type", 99, Fault::Drip(Duration::from_millis(20)));
    assert_eq!(store.list(""), Err(StoreError::Unavailable { tries: 5, cause: here("timed out") }));
}

#[test]
fn a_reply_that_is_slow_and_keeps_the_pace_is_waited_for() {
    let server = server();
    let proxy = Proxy::before(&server.address);
    let pace = Pace { bytes: 10, within: Duration::from_secs(2), ..Pace::default() };
    let access = Access { endpoint: Some(proxy.url()), pace, ..server.access("worker") };
    let store = store(&access);
    store.create("a", &[Bytes::from("0123456789".repeat(30))]).expect("created");
    proxy.fail("GET", "", 1, Fault::Drip(Duration::from_millis(10)));
    assert_eq!(store.whole("a").expect("read").1.len(), 300);
    assert_eq!(proxy.left(), 0);
}

#[test]
fn a_fault_that_stays_is_named_with_its_tries() {
    let server = server();
    let (proxy, store) = behind_proxy(&server);
    proxy.fail("GET", "list-type", 99, Fault::Refuse(503, "SlowDown"));
    assert_eq!(store.list(""), Err(StoreError::Unavailable { tries: 5, cause: here("SlowDown") }));
    assert_eq!(proxy.left(), 94);
}

#[test]
fn another_writers_object_is_not_taken_for_ours() {
    let server = server();
    let (proxy, store) = behind_proxy(&server);
    put(&store, "a", "theirs");
    proxy.fail("PUT", "", 1, Fault::Reset);
    assert_eq!(store.create("a", &[Bytes::from_static(b"oursss")]), Err(StoreError::Exists));
    assert_eq!(proxy.left(), 0);
}

#[test]
fn a_conflict_of_writers_is_tried_again() {
    let server = server();
    let (proxy, store) = behind_proxy(&server);
    proxy.fail("PUT", "", 2, Fault::Refuse(409, "ConditionalRequestConflict"));
    put(&store, "a", "content");
    assert_eq!(proxy.left(), 0);
}

const LARGE: usize = 17 << 20;

#[test]
fn a_write_that_meets_its_own_lost_one_is_done() {
    let server = server();
    let (proxy, store) = behind_proxy(&server);
    proxy.fail("PUT", "", 1, Fault::LoseReply);
    proxy.fail("PUT", "", 1, Fault::Refuse(409, "ConditionalRequestConflict"));
    store.create("a", &[Bytes::from_static(b"content")]).expect("it lies there");
    assert_eq!(proxy.left(), 0);
    proxy.fail("PUT", "", 1, Fault::LoseReply);
    proxy.fail("PUT", "", 1, Fault::Refuse(409, "ConditionalRequestConflict"));
    assert_eq!(store.create("a", &[Bytes::from_static(b"other")]), Err(StoreError::Exists), "that is not ours");
}

#[test]
fn a_listing_that_names_an_object_twice_is_not_believed() {
    const TWICE: &str = "<ListBucketResult><IsTruncated>false</IsTruncated>\
        <Contents><Key>below/a</Key><Size>1</Size><ETag>&quot;e&quot;</ETag></Contents>\
        <Contents><Key>below/b</Key><Size>1</Size><ETag>&quot;e&quot;</ETag></Contents>\
        <Contents><Key>below/a</Key><Size>1</Size><ETag>&quot;e&quot;</ETag></Contents></ListBucketResult>";
    let server = server();
    let (proxy, store) = behind_proxy(&server);
    proxy.fail("GET", "list-type=2", 1, Fault::Answer(TWICE));
    let refused = store.list("").expect_err("its rows would come twice");
    assert_eq!(refused.to_string(), "reply is damaged: a listing names an object twice");
    assert_eq!(store.list(""), Ok(Vec::new()));
}

#[test]
fn a_large_write_survives_a_lost_reply_to_its_last_step() {
    let server = server();
    for checksums in [Checksums::Always, Checksums::WhenRequired] {
        let proxy = Proxy::before(&server.address);
        let access = Access { endpoint: Some(proxy.url()), checksums, ..server.access("worker") };
        let store = store(&access);
        proxy.fail("PUT", "partNumber=2", 1, Fault::Refuse(503, "SlowDown"));
        proxy.fail("POST", "uploadId", 1, Fault::LoseReply);
        let key = format!("{checksums:?}");
        let pin = store.create(&key, &[vec![1; LARGE].into()]).expect("created");
        assert_eq!(store.find(&key).expect("asked").map(|object| object.pin), Some(pin));
        assert_eq!(proxy.left(), 0);
    }
}

#[test]
fn a_large_write_that_fails_leaves_nothing() {
    let server = server();
    let (proxy, store) = behind_proxy(&server);
    proxy.fail("PUT", "partNumber=2", 99, Fault::Refuse(403, "AccessDenied"));
    assert!(matches!(store.create("a", &[vec![1; LARGE].into()]), Err(StoreError::Denied(_))));
    let inside = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>on purpose</Message></Error>";
    proxy.fail("POST", "uploadId", 99, Fault::Answer(inside));
    let other = store.create("b", &[vec![1; LARGE].into()]);
    assert!(other.is_err(), "an error inside a 200");
    let left = server.wait(server.s3().list_multipart_uploads().bucket(BUCKET).send()).expect("listed");
    assert_eq!(left.uploads().len(), 0);
}

/// Begins an upload that nobody completes.
fn begin_upload(server: &Server, key: &str) {
    let begun = server.s3().create_multipart_upload().bucket(BUCKET).key(key).send();
    server.wait(begun).expect("begun");
}

/// In a bucket with versions: an object that was written twice, one that was deleted, and an upload.
fn lived_in(server: &Server, store: &S3Store, folder: &str) {
    let pin = put(store, &format!("{folder}written-twice"), "first");
    store.replace(&format!("{folder}written-twice"), &[Bytes::from_static(b"other")], &pin).expect("replaced");
    put(store, &format!("{folder}deleted"), "gone");
    store.delete(&format!("{folder}deleted")).expect("deleted");
    begin_upload(server, &format!("below/{folder}begun"));
}

/// How many there are of each kind, and their bytes.
fn counted(store: &dyn Store, prefix: &str) -> Erased {
    Erased::of(&store.remains(prefix).expect("told"))
}

const LIVED_IN: Erased = Erased { versions: 3, markers: 1, uploads: 1, bytes: 14 };

#[test]
fn old_versions_markers_and_open_uploads_are_erased_and_nothing_else() {
    let server = Server::with_free_user(PRODUCTION, "worker");
    server.versioned_bucket(BUCKET);
    let store = store(&server.access("worker"));
    ["a/", "a-1/"].iter().for_each(|folder| lived_in(&server, &store, folder));
    assert_eq!(counted(&store, "a/"), LIVED_IN);
    let (remains, before) = (store.remains("a/").expect("told"), server.requests().len());
    store.erase(&remains).expect("erased");
    store.erase(&remains).expect("erased already");
    assert_eq!(store.remains("a/"), Ok(Vec::new()));
    assert_eq!(counted(&store, ""), LIVED_IN);
    assert!(server.requests()[before..].iter().all(|request| request.text("owner") == PRODUCTION));
}

/// A listing of one upload that began long ago, of another that began just now, and of one that is none of ours.
fn uploads(begun: &[(&str, &str)]) -> &'static str {
    let uploads = begun.iter().map(|(key, at)| {
        format!("<Upload><Key>below/{key}</Key><UploadId>{key}</UploadId><Initiated>{at}</Initiated></Upload>")
    });
    let listing = format!(
        "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>{}</ListMultipartUploadsResult>",
        uploads.collect::<String>()
    );
    Box::leak(listing.into_boxed_str())
}

#[test]
fn an_upload_that_was_begun_a_day_ago_is_abandoned_and_taken_away_where_it_is_of_a_part() {
    let server = server();
    let (proxy, store) = behind_proxy(&server);
    let now = jiff::Timestamp::now().to_string();
    let old = "2026-01-01T00:00:00.000Z";
    let begun =
        uploads(&[("t/r/part-00000.parquet", old), ("t/r/part-00001.parquet", &now), ("their/own/upload.bin", old)]);
    proxy.fail("GET", "uploads", 2, Fault::Answer(begun));
    let abandoned = store.remains("").expect("told").into_iter().filter(|remain| remain.is_abandoned);
    assert_eq!(
        abandoned.map(|remain| remain.key).collect::<Vec<_>>(),
        ["t/r/part-00000.parquet", "their/own/upload.bin"]
    );
    let before = server.requests().len();
    let tidied = tidy(&Test::new(Box::new(store))).expect("tidied");
    assert_eq!(tidied, Erased { uploads: 1, ..Erased::default() });
    let sent = server.requests();
    let aborted: Vec<_> = sent[before..].iter().filter(|request| request.text("method") == "DELETE").collect();
    assert_eq!(aborted.len(), 1, "{aborted:?}");
    assert!(aborted[0].text("query").contains("part-00000"), "{aborted:?}");
}

#[test]
fn more_open_uploads_than_a_page_holds_are_all_erased() {
    let server = server();
    let store = store(&server.access("worker"));
    (0..1003).for_each(|number| begin_upload(&server, &format!("below/many/{}", number % 7)));
    let remains = store.remains("").expect("told");
    assert_eq!(Erased::of(&remains), Erased { uploads: 1003, ..Erased::default() });
    store.erase(&remains).expect("erased");
    assert_eq!(store.remains(""), Ok(Vec::new()));
}

#[test]
fn a_server_that_does_not_tell_what_remains_is_not_taken_for_an_empty_one() {
    let server = server();
    let (proxy, store) = behind_proxy(&server);
    put(&store, "a", "content");
    let plain = "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    for target in ["versions", "uploads"] {
        for fault in [Fault::Refuse(501, "NotImplemented"), Fault::Refuse(403, "AccessDenied"), Fault::Answer(plain)] {
            proxy.fail("GET", target, 1, fault);
            assert!(store.remains("").is_err(), "{target} {fault:?}");
            assert_eq!(proxy.left(), 0, "{target} {fault:?}");
        }
    }
    let none = "<?xml version=\"1.0\"?><ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>";
    proxy.fail("GET", "versions", 1, Fault::Answer(none));
    assert_eq!(store.remains(""), Err(StoreError::Damaged("listing of versions leaves out objects".into())));
    let endless = "<?xml version=\"1.0\"?><ListVersionsResult><IsTruncated>true</IsTruncated></ListVersionsResult>";
    proxy.fail("GET", "versions", 1, Fault::Answer(endless));
    assert!(matches!(store.remains(""), Err(StoreError::Damaged(_))));
}

#[test]
fn what_a_server_does_not_erase_is_no_success() {
    let server = server();
    let (proxy, store) = behind_proxy(&server);
    put(&store, "a", "content");
    let remains = store.remains("").expect("told");
    let denied = "<?xml version=\"1.0\"?><DeleteResult><Error><Code>AccessDenied</Code></Error></DeleteResult>";
    proxy.fail("POST", "delete", 1, Fault::Answer(denied));
    assert_eq!(store.erase(&remains), Err(StoreError::Denied(here("AccessDenied"))));
    let busy = "<?xml version=\"1.0\"?><DeleteResult><Error><Code>InternalError</Code></Error></DeleteResult>";
    proxy.fail("POST", "delete", 99, Fault::Answer(busy));
    assert!(matches!(store.erase(&remains), Err(StoreError::Unavailable { tries: 5, .. })));
    assert_eq!(proxy.left(), 94);
    let (proxy, store) = behind_proxy(&server);
    proxy.fail("POST", "delete", 2, Fault::Answer(busy));
    store.erase(&remains).expect("erased at the third try");
    assert_eq!((proxy.left(), store.remains("")), (0, Ok(Vec::new())));
}

#[test]
fn a_release_in_a_bucket_with_versions_is_purged_with_all_that_it_left() {
    let server = Server::with_free_user(PRODUCTION, "worker");
    server.versioned_bucket(BUCKET);
    let access = server.access("worker");
    let store = store(&access);
    ["customers/r-1/", "orders/r-1/", "customers/r-10/"].iter().for_each(|folder| lived_in(&server, &store, folder));
    put(&store, "releases/r-1.json", "{}");
    put(&store, "current.json", "{\"release\":\"r-1\"}");
    let proof = purge(&Test::new(Box::new(store)), &["r-1".to_owned()], None).expect("purged");
    assert_eq!(proof.erased, Erased { versions: 8, markers: 2, uploads: 2, bytes: 28 + 2 + 17 });
    let left = S3Store::open(BUCKET, "below/", &access).expect("a store").remains("").expect("told");
    assert_eq!(Erased::of(&left), LIVED_IN);
    assert!(left.iter().all(|remain| remain.key.starts_with("customers/r-10/")));
}

/// Of an object that went, no older state is seen while the rest of it goes.
#[test]
fn markers_go_last() {
    let server = Server::with_free_user(PRODUCTION, "worker");
    server.versioned_bucket(BUCKET);
    let (proxy, store) = behind_proxy(&server);
    lived_in(&server, &store, "");
    let remains = store.remains("").expect("told");
    // The first request passes whole.
    proxy.fail("POST", "delete", 1, Fault::CutReply(1 << 20));
    proxy.fail("POST", "delete", 1, Fault::Refuse(403, "AccessDenied"));
    assert!(store.erase(&remains).is_err());
    assert_eq!(counted(&store, ""), Erased { markers: 1, ..Erased::default() });
}
