//! Two accounts as `deploy/` sets them up: the templates applied, and what people do by hand done.

use std::path::{Path, PathBuf};
use std::process::Output;

use aws_sdk_s3::config::Credentials;
use aws_sdk_s3::primitives::ByteStream;
use serde_json::Value;

use super::desk::{Desk, Side};
use super::python;
use super::servers::{PRODUCTION, REGION, Server, TEST};

/// Whose data lies in the production account, and below which prefix.
pub const CUSTOMER: &str = "demo";
pub const PREFIX: &str = "demo/";

/// Both accounts.
pub struct Deployed {
    pub production: Account,
    pub test: Account,
    /// The access key of the robot in the test account.
    pub robot: Keys,
}

/// One account, and what its stack tells.
pub struct Account {
    pub server: Server,
    outputs: Value,
    stacks: tempfile::TempDir,
}

/// Somebody's access key: their own, or that of a session.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Keys {
    pub key: String,
    pub secret: String,
    pub token: Option<String>,
}

/// Somebody in a group, with an access key and a device that shows codes.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Person {
    pub key: String,
    pub secret: String,
    /// The ARN of the device.
    pub serial: String,
    /// What the device makes its codes of.
    pub seed: String,
}

impl Deployed {
    /// Sets both accounts up, and puts the demo's data into the production bucket.
    pub fn start() -> Self {
        let (production, test) = std::thread::scope(|scope| {
            let production = scope.spawn(|| Account::deploy(PRODUCTION, "production.yaml"));
            let test = Account::deploy(TEST, "test.yaml");
            (production.join().expect("the production account"), test)
        });
        let deployed = Deployed { robot: test.robot(), production, test };
        for (name, table) in [("customers-1", "customers"), ("customers-2", "customers"), ("orders-1", "orders")] {
            let body = std::fs::read(home(&format!("src/cli/demo/{name}.parquet"))).expect("a file");
            deployed.production.put("DataBucketName", &format!("{PREFIX}{table}/{name}.parquet"), body);
        }
        deployed
    }

    /// A desk of the scheduled job: the task's role in production, the robot in test.
    pub fn desk_of_job(&self) -> Desk {
        let mut desk = self.desk("{ container = true }", "{ env_prefix = \"VERHO_TEST\" }");
        let task = format!("{}/task/verho-refresh", self.production.server.url());
        desk.environment = vec![("AWS_CONTAINER_CREDENTIALS_FULL_URI".to_owned(), task)];
        desk.environment.extend(self.robot.environment("VERHO_TEST"));
        desk
    }

    /// A desk of somebody with keys in each account.
    pub fn desk_of(&self, production: &Keys, test: &Keys) -> Desk {
        let mut desk = self.desk("{ env_prefix = \"VERHO_PRODUCTION\" }", "{ env_prefix = \"VERHO_TEST\" }");
        desk.environment = production.environment("VERHO_PRODUCTION");
        desk.environment.extend(test.environment("VERHO_TEST"));
        desk
    }

    /// A desk between the accounts, reached by these credentials as `verho.toml` writes them, with the demo's schemas.
    pub fn desk(&self, production: &str, test: &str) -> Desk {
        let (from, to) = (&self.production, &self.test);
        let production = Side(from.side("DataRoot", "WrappingKeyArn", production));
        let test = Side(to.side("DataRoot", "TestKeyArn", test));
        let [root, storage, signing] = ["EvidenceRoot", "StorageKeyArn", "SigningKeyArn"].map(|name| from.output(name));
        let evidence = format!("root = \"{root}\"\nkms_key = \"{storage}\"\nsigner = {{ kms_key = \"{signing}\" }}\n");
        let desk = Desk::new(CUSTOMER, &production, &test, &Side(evidence));
        for table in ["customers", "orders"] {
            let schema = format!("schemas/demo/{table}.toml");
            desk.write(&schema, &std::fs::read_to_string(home(&schema)).expect("a schema"));
        }
        desk
    }
}

impl Account {
    /// An account in which nothing is set up.
    pub fn start(id: &str) -> Self {
        let stacks = tempfile::tempdir().expect("a folder");
        Account { server: Server::start(id, &[]), outputs: Value::Null, stacks }
    }

    fn deploy(id: &str, template: &str) -> Self {
        let mut account = Account::start(id);
        account.outputs = account.apply(&deploy(template), &[&format!("CustomerPrefix={PREFIX}")])["outputs"].clone();
        account.block();
        account
    }

    /// Applies a template to what is there of the stack of the same name, and tells what was done.
    pub fn apply(&self, template: &Path, parameters: &[&str]) -> Value {
        serde_json::from_str(&python::said(&self.tried(template, parameters))).expect("JSON")
    }

    /// Tries to.
    pub fn tried(&self, template: &Path, parameters: &[&str]) -> Output {
        let (state, url) = (self.stacks.path().join(template.file_name().expect("a file")), self.server.url());
        let stack = [text(template), &url, &self.server.account, text(&state)];
        python::tried("deploy/apply.py", &[&stack, parameters].concat(), "")
    }

    /// All that templates make, as the account's services tell it.
    pub fn look(&self) -> Value {
        let looked = python::tried("deploy/look.py", &[&self.server.url(), &self.server.account], "");
        serde_json::from_str(&python::said(&looked)).expect("JSON")
    }

    /// What the stack tells under a name: see `Outputs` in the template.
    pub fn output(&self, name: &str) -> &str {
        self.outputs[name].as_str().unwrap_or_else(|| panic!("the stack has no output {name}"))
    }

    /// Makes somebody in a group of the account: `OperatorsGroupName`, `ReviewersGroupName` or `AuditorsGroupName`.
    pub fn person(&self, name: &str, group: &str) -> Person {
        serde_json::from_value(self.hands(&["person", name, self.output(group)])).expect("a person")
    }

    /// The session of a role that somebody takes: `OnRequestRoleArn`, `ReviewerRoleArn` or `AuditorRoleArn`.
    pub fn session(&self, person: &Person, role: &str) -> Keys {
        serde_json::from_str(&python::said(&self.taken(person, role))).expect("keys")
    }

    /// Tries to take a role; with a `serial` and a `seed` that are empty, without a code.
    pub fn taken(&self, person: &Person, role: &str) -> Output {
        let own = [person.key.as_str(), &person.secret, &person.serial, &person.seed];
        self.tried_by_hand(&[&["session"], &own[..], &[self.output(role)]].concat())
    }

    /// Makes one more access key of the robot.
    pub fn robot(&self) -> Keys {
        serde_json::from_value(self.hands(&["robot", self.output("RobotUserName")])).expect("keys")
    }

    /// Makes an access key as old as that.
    pub fn age(&self, key: &str, days: u32) {
        let url = format!("{}/age/{key}/{days}", self.server.url());
        let put = ["-c", "import sys, urllib.request as r; r.urlopen(r.Request(sys.argv[1], method='PUT'))", &url];
        python::said(&python::run_with(&put, ""));
    }

    /// A client of the account's storage with somebody's keys.
    pub fn s3(&self, keys: &Keys) -> aws_sdk_s3::Client {
        let given = Credentials::new(&keys.key, &keys.secret, keys.token.clone(), None, "somebody of a test");
        let config = self.server.s3().config().to_builder().credentials_provider(given);
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// Puts an object into a bucket of the stack, by its output's name, as the account's root.
    pub fn put(&self, bucket: &str, key: &str, body: impl Into<ByteStream>) {
        let put = self.server.s3().put_object().bucket(self.output(bucket)).key(key).body(body.into());
        self.server.wait(put.send()).expect("an object");
    }

    /// Has the account as a whole block public access.
    pub fn block(&self) {
        self.hands(&["block"]);
    }

    /// Has it block none.
    pub fn unblock(&self) {
        self.hands(&["block", "false"]);
    }

    fn hands(&self, what: &[&str]) -> Value {
        serde_json::from_str(&python::said(&self.tried_by_hand(what))).expect("JSON")
    }

    fn tried_by_hand(&self, what: &[&str]) -> Output {
        let account = [self.server.url(), self.server.account.clone()];
        python::tried("deploy/hands.py", &[&[account[0].as_str(), &account[1]], what].concat(), "")
    }

    fn side(&self, root: &str, key: &str, credentials: &str) -> String {
        let (account, url) = (&self.server.account, self.server.url());
        let place = format!("account = \"{account}\"\nregion = \"{REGION}\"\nendpoint = \"{url}\"\n");
        let (root, key) = (self.output(root), self.output(key));
        format!("{place}root = \"{root}\"\ncredentials = {credentials}\nkms_key = \"{key}\"\n")
    }
}

impl Keys {
    /// The variables that `env_prefix` reads.
    pub fn environment(&self, prefix: &str) -> Vec<(String, String)> {
        let own = [("ACCESS_KEY_ID", Some(&self.key)), ("SECRET_ACCESS_KEY", Some(&self.secret))];
        let all = own.into_iter().chain([("SESSION_TOKEN", self.token.as_ref())]);
        all.filter_map(|(name, value)| Some((format!("{prefix}_{name}"), value?.clone()))).collect()
    }
}

impl Person {
    /// What the person's device shows now.
    pub fn code(&self) -> String {
        let shown = python::said(&python::tried("deploy/hands.py", &["", "", "code", &self.seed], ""));
        let shown: Value = serde_json::from_str(&shown).expect("JSON");
        shown["code"].as_str().expect("a code").to_owned()
    }

    /// The person's own keys, without a code.
    pub fn keys(&self) -> Keys {
        Keys { key: self.key.clone(), secret: self.secret.clone(), token: None }
    }
}

/// A file of `deploy/`.
pub fn deploy(name: &str) -> PathBuf {
    home("deploy").join(name)
}

fn home(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}
