//! One server process for each account, made for one test and killed with it.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use aws_sdk_kms::types::{KeySpec, KeyUsageType};
use aws_sdk_s3::config::{BehaviorVersion, Credentials as Keys, Region};
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, ObjectOwnership, OwnershipControls,
    OwnershipControlsRule, PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, VersioningConfiguration,
};
use aws_sdk_s3control::config::endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint};
use verho::account::calls::{CALLS, Call, Of};
use verho::account::credentials::Credentials;
use verho::account::root::Access;

pub const PRODUCTION: &str = "111111111111";
pub const TEST: &str = "222222222222";
pub const REGION: &str = "eu-west-1";

/// An account of its own, in memory unless it was started in a folder.
pub struct Server {
    child: Child,
    folder: tempfile::TempDir,
    runtime: tokio::runtime::Runtime,
    pub account: String,
    /// Host and port.
    pub address: String,
}

/// Somebody with an access key and a policy.
pub struct User<'u> {
    pub name: &'u str,
    pub policy: serde_json::Value,
    pub key_age_days: u32,
}

/// A role that the account's own users may take, with a policy.
pub struct Role<'r> {
    pub name: &'r str,
    pub policy: serde_json::Value,
}

/// One request as the server saw it.
#[derive(Debug, Clone)]
pub struct Request(serde_json::Value);

impl Server {
    /// Starts an account with users; keys and secrets follow from account and name.
    pub fn start(account: &str, users: &[User<'_>]) -> Self {
        Server::start_with_roles(account, users, &[])
    }

    /// Starts an account with users and roles.
    pub fn start_with_roles(account: &str, users: &[User<'_>], roles: &[Role<'_>]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(program());
        command.args(["127.0.0.1:0", account, "--region", REGION, "--log"]).arg(folder.path().join("requests"));
        for user in users {
            let policy = folder.path().join(format!("{}.json", user.name));
            std::fs::write(&policy, user.policy.to_string()).expect("policy written");
            let (key, secret) = keys(account, user.name);
            let policy = policy.display();
            command.arg("--user").arg(format!("{}:{key}:{secret}:{policy}:{}", user.name, user.key_age_days));
        }
        for role in roles {
            let policy = folder.path().join(format!("{}.role.json", role.name));
            std::fs::write(&policy, role.policy.to_string()).expect("policy written");
            command.arg("--role").arg(format!("{}:{}", role.name, policy.display()));
        }
        let errors = File::create(folder.path().join("errors")).expect("a log");
        let mut child = command.stdout(Stdio::piped()).stderr(errors).spawn().expect("server started");
        // The first line is written once the port is bound: no waiting, no guessed port.
        let mut address = String::new();
        let out = child.stdout.take().expect("stdout is piped");
        BufReader::new(out).read_line(&mut address).expect("an address");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Server { child, folder, runtime, account: account.to_owned(), address: address.trim().to_owned() }
    }

    /// An account with one user who may do anything.
    pub fn with_free_user(account: &str, name: &str) -> Self {
        Server::start(account, &[User { name, policy: allow(&["s3:*", "kms:*", "sts:*"]), key_age_days: 0 }])
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How verho reaches this account as a user: through a profile in a file of its own.
    pub fn access(&self, user: &str) -> Access {
        self.access_with(keys(&self.account, user), user)
    }

    /// The same, with somebody else's keys.
    pub fn access_with(&self, (key, secret): (String, String), name: &str) -> Access {
        let file = self.folder.path().join(format!("{name}.credentials"));
        let profile = format!("[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n");
        std::fs::write(&file, profile).expect("profile written");
        Access {
            account: self.account.clone(),
            region: Some(REGION.to_owned()),
            endpoint: Some(self.url()),
            credentials: Some(Credentials::Profile { name: name.to_owned(), file: Some(file), mfa: None }),
            ..Access::default()
        }
    }

    /// Makes a bucket.
    #[expect(clippy::disallowed_methods, reason = "a test sets an account up, where no owner is to be expected yet")]
    pub fn bucket(&self, name: &str) {
        let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(REGION));
        let request = self.s3().create_bucket().bucket(name).create_bucket_configuration(place.build());
        self.runtime.block_on(request.send()).expect("bucket made");
    }

    /// Makes a bucket as a production account has it: nothing public, its owner's alone, encrypted by a key, over TLS only;
    /// and for evidence versioned, and locked.
    #[expect(clippy::disallowed_methods, reason = "a test sets an account up, where no owner is to be expected yet")]
    pub fn guarded_bucket(&self, name: &str, key: &str, locked: bool) {
        let place = CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(REGION));
        let make = self.s3().create_bucket().bucket(name).create_bucket_configuration(place.build());
        self.wait(make.object_lock_enabled_for_bucket(locked).send()).expect("bucket made");
        self.block_public(name, true);
        self.own(name, ObjectOwnership::BucketOwnerEnforced);
        self.encrypt(name, Some(key));
        self.put_policy(name, &tls_only(name));
    }

    /// Makes a trail for all regions, and has it log.
    pub fn trail(&self, bucket: &str) {
        let trails = self.trails();
        let made = trails.create_trail().name("trail").s3_bucket_name(bucket).is_multi_region_trail(true);
        self.wait(made.send()).expect("a trail");
        self.wait(trails.start_logging().name("trail").send()).expect("logging");
    }

    /// Has the account as a whole block public access.
    pub fn block_account(&self) {
        let config = aws_sdk_s3control::Config::builder().behavior_version(BehaviorVersion::latest());
        let config = config.region(Region::new(REGION)).endpoint_resolver(Here(self.url())).http_client(plain_http());
        let client = aws_sdk_s3control::Client::from_conf(config.credentials_provider(root()).build());
        let all = aws_sdk_s3control::types::PublicAccessBlockConfiguration::builder();
        let all = all.block_public_acls(true).ignore_public_acls(true).block_public_policy(true);
        let put = client.put_public_access_block().account_id(&self.account);
        let put = put.public_access_block_configuration(all.restrict_public_buckets(true).build());
        self.wait(put.send()).expect("block set");
    }

    /// A client of the account's trails, with its root key.
    pub fn trails(&self) -> aws_sdk_cloudtrail::Client {
        let config = aws_sdk_cloudtrail::Config::builder().behavior_version(BehaviorVersion::latest());
        let config = config.region(Region::new(REGION)).endpoint_url(self.url()).http_client(plain_http());
        aws_sdk_cloudtrail::Client::from_conf(config.credentials_provider(root()).build())
    }

    /// Sets whether a bucket blocks public access.
    pub fn block_public(&self, bucket: &str, blocked: bool) {
        let all = PublicAccessBlockConfiguration::builder().block_public_acls(blocked).ignore_public_acls(true);
        let all = all.block_public_policy(true).restrict_public_buckets(true).build();
        let put = self.s3().put_public_access_block().bucket(bucket).public_access_block_configuration(all);
        self.wait(put.send()).expect("block set");
    }

    /// Sets who owns the objects of a bucket.
    pub fn own(&self, bucket: &str, ownership: ObjectOwnership) {
        let rule = OwnershipControlsRule::builder().object_ownership(ownership).build().expect("a rule");
        let controls = OwnershipControls::builder().rules(rule).build().expect("controls");
        let put = self.s3().put_bucket_ownership_controls().bucket(bucket).ownership_controls(controls);
        self.wait(put.send()).expect("ownership set");
    }

    /// Sets a bucket's default encryption: with a key, or with S3's own.
    pub fn encrypt(&self, bucket: &str, key: Option<&str>) {
        let algorithm = if key.is_some() { ServerSideEncryption::AwsKms } else { ServerSideEncryption::Aes256 };
        let default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(algorithm)
            .set_kms_master_key_id(key.map(str::to_owned));
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(default.build().expect("a default"));
        let given = ServerSideEncryptionConfiguration::builder().rules(rule.build()).build().expect("encryption");
        let put = self.s3().put_bucket_encryption().bucket(bucket).server_side_encryption_configuration(given);
        self.wait(put.send()).expect("encryption set");
    }

    /// Sets a bucket's policy.
    pub fn put_policy(&self, bucket: &str, policy: &serde_json::Value) {
        let put = self.s3().put_bucket_policy().bucket(bucket).policy(policy.to_string());
        self.wait(put.send()).expect("policy set");
    }

    /// Makes a bucket that keeps versions.
    pub fn versioned_bucket(&self, name: &str) {
        self.bucket(name);
        let kept = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let request = self.s3().put_bucket_versioning().bucket(name).versioning_configuration(kept);
        self.runtime.block_on(request.send()).expect("versions kept");
    }

    /// Makes a key that encrypts and is rotated, and gives its ARN.
    pub fn encryption_key(&self) -> String {
        let key = self.key(KeyUsageType::EncryptDecrypt, KeySpec::SymmetricDefault);
        self.wait(self.kms().enable_key_rotation().key_id(&key).send()).expect("rotated");
        key
    }

    /// Makes a key that signs (ECDSA on P-256), and gives its ARN.
    pub fn signing_key(&self) -> String {
        self.key(KeyUsageType::SignVerify, KeySpec::EccNistP256)
    }

    fn key(&self, usage: KeyUsageType, spec: KeySpec) -> String {
        let made = self.runtime.block_on(self.kms().create_key().key_usage(usage).key_spec(spec).send());
        made.expect("key made").key_metadata.expect("metadata").arn.expect("an ARN")
    }

    /// Every request so far.
    pub fn requests(&self) -> Vec<Request> {
        let log = std::fs::read_to_string(self.folder.path().join("requests")).expect("a log");
        // A line that is being written is no line yet.
        let whole = log.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        whole.map(|line| Request(serde_json::from_str(line).expect("a line of JSON"))).collect()
    }

    /// A client with the account's root key: for setting a test up, never for verho.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config =
            aws_sdk_s3::Config::builder().behavior_version(BehaviorVersion::latest()).region(Region::new(REGION));
        let config = config.endpoint_url(self.url()).force_path_style(true).http_client(plain_http());
        aws_sdk_s3::Client::from_conf(config.credentials_provider(root()).build())
    }

    /// The same for IAM.
    pub fn iam(&self) -> aws_sdk_iam::Client {
        let config = aws_sdk_iam::Config::builder().behavior_version(BehaviorVersion::latest());
        let config = config.region(Region::new(REGION)).endpoint_url(self.url()).http_client(plain_http());
        aws_sdk_iam::Client::from_conf(config.credentials_provider(root()).build())
    }

    /// The same for KMS.
    pub fn kms(&self) -> aws_sdk_kms::Client {
        let config = aws_sdk_kms::Config::builder().behavior_version(BehaviorVersion::latest());
        let config = config.region(Region::new(REGION)).endpoint_url(self.url()).http_client(plain_http());
        aws_sdk_kms::Client::from_conf(config.credentials_provider(root()).build())
    }

    /// Runs one call of a client of this server.
    pub fn wait<F: Future>(&self, call: F) -> F::Output {
        self.runtime.block_on(call)
    }
}

/// A server's address: AWS would put the account before it.
#[derive(Debug)]
struct Here(String);

impl ResolveEndpoint for Here {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Endpoint::builder().url(self.0.clone()).build()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Request {
    /// A field of the line: `method`, `path`, `query`, `key`, `owner`, `range`, `if_match`, `if_none_match`, `sse`,
    /// `kms_key`, `crc64` or `target`; empty where the request had none.
    pub fn text(&self, field: &str) -> &str {
        self.0[field].as_str().unwrap_or_default()
    }

    pub fn status(&self) -> u64 {
        self.0["status"].as_u64().unwrap_or_default()
    }
}

/// The access key id and the secret that a user of an account has from the start.
pub fn keys(account: &str, user: &str) -> (String, String) {
    (
        format!("{:X<20}", format!("AKIA{}{}", &account[..4], user.to_uppercase())),
        format!("secret-of-{user}-in-{account}"),
    )
}

/// A policy that allows these actions on everything.
pub fn allow(actions: &[&str]) -> serde_json::Value {
    serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }],
    })
}

/// A policy that allows exactly what verho's list of calls says, on these buckets.
pub fn least(of: &[(Of, &str)]) -> serde_json::Value {
    let permissions = |wanted: &dyn Fn(&Call) -> bool| -> Vec<&str> {
        let all = CALLS.iter().filter(|call| !call.permission.is_empty() && wanted(call)).map(|call| call.permission);
        all.collect()
    };
    let is_data = |call: &Call| call.of != Of::Both && call.permission.starts_with("s3:");
    let mut statements: Vec<_> = of
        .iter()
        .map(|(of, bucket)| {
            let arns = [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")];
            let actions = permissions(&|call| call.of == *of && is_data(call));
            serde_json::json!({ "Effect": "Allow", "Action": actions, "Resource": arns })
        })
        .collect();
    let others =
        permissions(&|call| !is_data(call) && (call.of == Of::Both || of.iter().any(|(of, _)| call.of == *of)));
    // On AWS nobody needs a permission for this one.
    let actions: Vec<&str> = others.into_iter().chain(["sts:GetCallerIdentity"]).collect();
    let (own, looks): (Vec<&str>, Vec<&str>) = actions.into_iter().partition(|action| OWN.contains(action));
    let own = own.into_iter().filter(|action| action.starts_with("iam:")).collect::<Vec<_>>();
    statements.push(serde_json::json!({ "Effect": "Allow", "Action": looks, "Resource": "*" }));
    let oneself = "arn:aws:iam::*:user/${aws:username}";
    statements.push(serde_json::json!({ "Effect": "Allow", "Action": own, "Resource": oneself }));
    serde_json::json!({ "Version": "2012-10-17", "Statement": statements })
}

/// What somebody may do to oneself alone.
const OWN: [&str; 5] =
    ["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:UpdateAccessKey", "sts:AssumeRole", "sts:SetSourceIdentity"];

/// A bucket's policy that refuses whatever does not come over TLS.
pub fn tls_only(bucket: &str) -> serde_json::Value {
    serde_json::json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")],
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    }] })
}

fn root() -> Keys {
    Keys::new("test", "test", None, None, "the root of a test account")
}

fn plain_http() -> aws_sdk_s3::config::SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

/// The server program; built by the first test that finds it missing.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers");
        let program = package.join("target/release/account-server");
        let lock = File::create(std::env::temp_dir().join("verho-account-server.lock")).expect("a lock");
        lock.lock().expect("locked");
        if !program.is_file() {
            build(&package);
        }
        program
    })
}

fn build(package: &Path) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--locked"]).current_dir(package).env_remove("CARGO_TARGET_DIR");
    assert!(cargo.status().expect("cargo runs").success(), "the test server does not build");
}
