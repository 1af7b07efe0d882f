//! Two accounts on two servers, each with a user of its own, and desks that work between them.

use std::path::Path;

use super::desk::{Desk, Side};
use super::servers::{PRODUCTION, REGION, Request, Server, TEST, User, keys, least};
use verho::account::calls::Of;

/// Two accounts that share nothing.
pub struct Accounts {
    pub production: Server,
    pub test: Server,
    /// The ARNs of the keys that wrap secrets, sign evidence, and encrypt what is written.
    pub wrapping: String,
    pub signing: String,
    pub output: String,
}

/// One read of a source object.
pub struct DataRead {
    range: String,
    size: u64,
}

impl DataRead {
    /// Whether only the end of the object was read: the last 8 bytes, or the metadata before them.
    ///
    /// The test objects are far larger than their footers; a page lies in the first half.
    pub fn is_footer(&self) -> bool {
        let first =
            self.range.trim_start_matches("bytes=").split('-').next().and_then(|first| first.parse::<u64>().ok());
        first.is_some_and(|first| first > self.size / 2)
    }
}

impl Accounts {
    /// Starts both, with buckets for data and evidence and a KMS key on each side.
    pub fn start() -> Self {
        let reads = least(&[(Of::Production, "verho-production"), (Of::Evidence, "verho-evidence")]);
        let writes = least(&[(Of::Test, "verho-test")]);
        let production = Server::start(PRODUCTION, &[User { name: "reader", policy: reads, key_age_days: 1 }]);
        let test = Server::start(TEST, &[User { name: "writer", policy: writes, key_age_days: 1 }]);
        let (wrapping, signing) = (production.encryption_key(), production.signing_key());
        let output = test.encryption_key();
        production.guarded_bucket("verho-production", &wrapping, false);
        production.guarded_bucket("verho-evidence", &wrapping, true);
        test.guarded_bucket("verho-test", &output, false);
        production.block_account();
        test.block_account();
        production.trail("verho-evidence");
        test.trail("verho-test");
        Accounts { production, test, wrapping, signing, output }
    }

    /// A desk between the accounts, below a prefix of every bucket.
    pub fn desk(&self, customer: &str, prefix: &str) -> Desk {
        let side = |server: &Server, bucket: &str, user: &str, key: &str| {
            format!(
                "account = \"{}\"\nroot = \"s3://{bucket}/{prefix}\"\nregion = \"{REGION}\"\nendpoint = \"{}\"\ncredentials = {{ env_prefix = \"VERHO_{}\" }}\nkms_key = \"{key}\"\n",
                server.account,
                server.url(),
                user.to_uppercase()
            )
        };
        let production = Side(side(&self.production, "verho-production", "reader", &self.wrapping));
        let test = Side(side(&self.test, "verho-test", "writer", &self.output));
        let evidence =
            Side(format!("root = \"s3://verho-evidence/{prefix}\"\nsigner = {{ kms_key = \"{}\" }}\n", self.signing));
        let mut desk = Desk::new(customer, &production, &test, &evidence);
        desk.environment.clear();
        for (server, user) in [(&self.production, "reader"), (&self.test, "writer")] {
            let (key, secret) = keys(&server.account, user);
            desk.environment.push((format!("VERHO_{}_ACCESS_KEY_ID", user.to_uppercase()), key));
            desk.environment.push((format!("VERHO_{}_SECRET_ACCESS_KEY", user.to_uppercase()), secret));
        }
        desk
    }

    /// Uploads a file to the production bucket.
    pub fn put(&self, file: &Path, key: &str) {
        let body = std::fs::read(file).expect("a file").into();
        let put = self.production.s3().put_object().bucket("verho-production").key(key).body(body);
        self.production.wait(put.send()).expect("uploaded");
    }

    /// Uploads the demo's data below a prefix.
    pub fn put_demo(&self, prefix: &str) {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/demo");
        for (name, table) in [("customers-1", "customers"), ("customers-2", "customers"), ("orders-1", "orders")] {
            self.put(&data.join(format!("{name}.parquet")), &format!("{prefix}demo/{table}/{name}.parquet"));
        }
    }

    /// A desk with the demo's data below a prefix, and its schemas.
    pub fn demo(&self, prefix: &str) -> Desk {
        self.put_demo(prefix);
        let desk = self.desk("demo", prefix);
        desk.write("schemas/demo/customers.toml", include_str!("../../schemas/demo/customers.toml"));
        desk.write("schemas/demo/orders.toml", include_str!("../../schemas/demo/orders.toml"));
        desk
    }

    /// Every read of a Parquet object that the production server has seen.
    pub fn data_reads(&self) -> Vec<DataRead> {
        let reads = self
            .production
            .requests()
            .into_iter()
            .filter(|request| request.text("method") == "GET" && request.text("path").ends_with(".parquet"));
        reads.map(|request| DataRead { size: self.size(&request), range: request.text("range").to_owned() }).collect()
    }

    fn size(&self, request: &Request) -> u64 {
        let (bucket, key) = request.text("path").trim_start_matches('/').split_once('/').expect("a key");
        let head = self.production.s3().head_object().bucket(bucket).key(key);
        self.production.wait(head.send()).expect("an object").content_length().unwrap_or(0) as u64
    }

    /// Every key of a bucket below a prefix.
    pub fn keys(&self, bucket: &str, prefix: &str) -> Vec<String> {
        self.server_of(bucket).wait(async {
            let mut pages =
                self.server_of(bucket).s3().list_objects_v2().bucket(bucket).prefix(prefix).into_paginator().send();
            let mut keys = Vec::new();
            while let Some(page) = pages.next().await {
                keys.extend(
                    page.expect("a page").contents().iter().filter_map(|object| object.key().map(str::to_owned)),
                );
            }
            keys
        })
    }

    /// Downloads every object of a bucket below a prefix into a folder.
    pub fn download(&self, bucket: &str, prefix: &str, folder: &Path) {
        for key in self.keys(bucket, prefix) {
            let path = folder.join(key.strip_prefix(prefix).expect("the prefix"));
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            let get = self.server_of(bucket).s3().get_object().bucket(bucket).key(&key);
            let bytes = self
                .server_of(bucket)
                .wait(async { get.send().await.expect("an object").body.collect().await.expect("bytes").into_bytes() });
            std::fs::write(path, bytes).expect("a file");
        }
    }

    fn server_of(&self, bucket: &str) -> &Server {
        if bucket == "verho-test" { &self.test } else { &self.production }
    }
}
