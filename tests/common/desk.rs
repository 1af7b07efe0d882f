//! A workspace with real people's keys, made by `ssh-keygen`, driven through the program itself.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Principals of every desk, with their roles.
pub const CUSTOMER: &str = "owner@acme.example";
pub const COMPLIANCE: &str = "compliance@house.example";
pub const OPERATOR: &str = "engineer@house.example";

/// What unlocks the key ring of a desk; made for the tests and used nowhere else.
const IDENTITY: &str = "AGE-SECRET-KEY-1MMPLGYE8RTYP3RUAR5X0CMNSC9X2M0GKNKSDGT34MNEN84E6046SMJV0T0";

/// Where one side lies, as its section of `verho.toml`.
pub struct Side(pub String);

impl Side {
    /// A folder below the desk.
    pub fn folder(name: &str) -> Self {
        Side(format!("account = \"local\"\nroot = \"file:{name}\"\n"))
    }
}

/// A workspace in a folder of its own.
pub struct Desk {
    folder: tempfile::TempDir,
    /// Set for the program, besides a clean environment.
    pub environment: Vec<(String, String)>,
}

impl Desk {
    /// A workspace whose three roots are folders.
    pub fn local(customer: &str) -> Self {
        let evidence = Side("root = \"file:evidence\"\nsigner = { file = \"keys/evidence\" }\n".to_owned());
        Desk::new(customer, &Side::folder("production"), &Side::folder("test"), &evidence)
    }

    /// A workspace of one customer with these sides.
    pub fn new(customer: &str, production: &Side, test: &Side, evidence: &Side) -> Self {
        let desk = Desk { folder: tempfile::tempdir().expect("a folder"), environment: Vec::new() };
        for folder in ["keys", "people", "consent", "schemas", "production"] {
            std::fs::create_dir(desk.path(folder)).expect("a folder");
        }
        for (name, comment) in [
            ("people/owner", CUSTOMER),
            ("people/compliance", COMPLIANCE),
            ("people/stranger", "x"),
            ("keys/evidence", "evidence"),
        ] {
            new_key(&desk.path(name), comment);
        }
        desk.write(
            "consent/allowed_signers",
            &format!("{}{}", desk.signer("owner", CUSTOMER), desk.signer("compliance", COMPLIANCE)),
        );
        desk.write("consent/roles.toml", &roles(customer));
        let sides = format!("[production]\n{}\n[test]\n{}\n[evidence]\n{}\n", production.0, test.0, evidence.0);
        let trust = format!("[consent]\ntrust = \"blake3:{}\"\n", "0".repeat(64));
        desk.write("verho.toml", &format!("operator = \"{OPERATOR}\"\n{sides}\n{trust}"));
        desk.trust();
        let mut desk = desk;
        desk.environment.push(("VERHO_KEYRING_KEY".into(), IDENTITY.into()));
        desk
    }

    /// Puts the digest that `check` computes into `verho.toml`.
    pub fn trust(&self) {
        let said = String::from_utf8(self.verho(&["check"]).stderr).expect("text");
        let Some(at) = said.find("trust = \"") else { return };
        let digest = &said[at + 9..at + 9 + 71];
        let written = std::fs::read_to_string(self.path("verho.toml")).expect("a file");
        let (before, after) = written.split_once("trust = \"").expect("a trust root");
        self.write("verho.toml", &format!("{before}trust = \"{digest}{}", &after[71..]));
    }

    /// Lets the key ring open in a process that was not started by [`verho`](Self::verho).
    pub fn open_without_environment(&self) {
        verho::private_file::create(&self.path("keys/identity"), IDENTITY.as_bytes()).expect("a file");
        let toml = std::fs::read_to_string(self.path("verho.toml")).expect("a file");
        self.write("verho.toml", &format!("{toml}\n[keys]\nidentity = \"keys/identity\"\n"));
    }

    /// One line of `allowed_signers`.
    pub fn signer(&self, key: &str, principal: &str) -> String {
        let public = std::fs::read_to_string(self.path(&format!("people/{key}.pub"))).expect("a key");
        format!("{principal} namespaces=\"verho-approval\" {public}")
    }

    /// A path below the workspace.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, with its folders.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::fs::write(path, text).expect("a file");
    }

    /// Puts a file under the production root.
    pub fn put(&self, file: &Path, key: &str) {
        let path = self.path("production").join(key);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        std::fs::copy(file, path).expect("a copy");
    }

    /// The program with a workspace and a clean environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_verho"));
        command
            .env_clear()
            .envs(self.environment.iter().cloned())
            .arg("--workspace")
            .arg(self.folder.path())
            .args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub fn verho(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program starts")
    }

    /// Runs the program, which has to succeed; its facts.
    pub fn facts(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.verho(&[&["--output", "json"], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Asks for an approval and has both sign it.
    pub fn approve(&self, customer: &str, id: &str, max_runs: u32) -> PathBuf {
        let file = self.request(customer, id, max_runs);
        self.sign(&file, "owner", CUSTOMER);
        self.sign(&file, "compliance", COMPLIANCE);
        file
    }

    /// Asks for an approval; nobody has signed it.
    pub fn request(&self, customer: &str, id: &str, max_runs: u32) -> PathBuf {
        let runs = max_runs.to_string();
        let asked = [
            "consent",
            "request",
            customer,
            "--id",
            id,
            "--purpose",
            "a test",
            "--approver",
            CUSTOMER,
            "--max-runs",
            &runs,
        ];
        let facts = self.facts(&asked);
        PathBuf::from(facts["file"].as_str().expect("a file"))
    }

    /// What an approval asks for, its comments as whole lines.
    pub fn asked(&self, file: &Path) -> String {
        std::fs::read_to_string(file).expect("an approval").replace("\n# ", " ")
    }

    /// Signs a file as the program tells people to.
    pub fn sign(&self, file: &Path, key: &str, principal: &str) {
        self.sign_in("verho-approval", file, key, principal);
    }

    /// Signs a file in any namespace.
    pub fn sign_in(&self, namespace: &str, file: &Path, key: &str, principal: &str) {
        let made = file.with_file_name("approval.toml.sig");
        let _ = std::fs::remove_file(&made);
        let signed = Command::new("ssh-keygen")
            .args(["-q", "-Y", "sign", "-n", namespace, "-f"])
            .arg(self.path(&format!("people/{key}")))
            .arg(file)
            .output();
        assert!(signed.expect("ssh-keygen starts").status.success());
        std::fs::rename(made, file.with_file_name(format!("{principal}.sig"))).expect("a signature");
    }
}

/// Makes a key pair without a passphrase.
pub fn new_key(path: &Path, comment: &str) {
    let made =
        Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f"]).arg(path).status();
    assert!(made.expect("ssh-keygen starts").success());
}

fn roles(customer: &str) -> String {
    let party = |principal: &str, person: &str, organisation: &str, role: &str| {
        format!("[\"{principal}\"]\nperson = \"{person}\"\norganisation = \"{organisation}\"\nroles = [\"{role}\"]\n")
    };
    party(CUSTOMER, "the owner", customer, "customer")
        + &party(COMPLIANCE, "the officer", "house", "compliance")
        + &party(OPERATOR, "the engineer", "house", "operator")
}
