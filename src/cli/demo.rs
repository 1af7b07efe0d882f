//! `verho demo`

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;
use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, SshSig};

use super::Common;
use super::answer::{Answer, path};
use super::init::write_new;
use crate::cli::consent::{NewRequest, request};
use crate::consent::{NAMESPACE, trust};
use crate::error::{Failure, Kind};
use crate::keys::Unlock;
use crate::run::{self, House, Wish};
use crate::signing::FileSigner;
use crate::workspace::Workspace;

/// The sample data: two tables that join, as objects below the production root.
const DATA: [(&str, &[u8]); 3] = [
    ("production/demo/customers/customers-1.parquet", include_bytes!("demo/customers-1.parquet")),
    ("production/demo/customers/customers-2.parquet", include_bytes!("demo/customers-2.parquet")),
    ("production/demo/orders/orders-1.parquet", include_bytes!("demo/orders-1.parquet")),
];

/// Their schemas, the same that lie in the project's `schemas/demo/`.
const SCHEMAS: [(&str, &str); 2] = [
    ("schemas/demo/customers.toml", include_str!("../../schemas/demo/customers.toml")),
    ("schemas/demo/orders.toml", include_str!("../../schemas/demo/orders.toml")),
];

const CUSTOMER: &str = "demo";
const APPROVAL: &str = "demo-1";
/// Who signs, with person, organisation and role.
const SIGNERS: [(&str, &str, &str, &str); 2] = [
    ("owner@demo.example", "Demo Data Owner", "demo", "customer"),
    ("compliance@demo.example", "Demo Compliance Officer", "house", "compliance"),
];
const OPERATOR: &str = "engineer@demo.example";

/// Make a local workspace with sample data and walk the whole way, approval included
#[derive(clap::Args)]
pub struct Demo {
    /// A folder that is not there yet
    #[arg(default_value = "demo")]
    dir: PathBuf,
}

impl Demo {
    pub fn run(self, _common: &Common) -> Result<Answer, Failure> {
        let started = Instant::now();
        let folder = std::path::absolute(&self.dir).unwrap_or(self.dir);
        if folder.exists() {
            let failure = Failure::new(Kind::Usage, format!("{} is there already", folder.display()));
            return Err(failure.hint("name another folder: verho demo DIR"));
        }
        let mut story = Story::default();
        furnish(&folder)?;
        story.tell("a workspace with two accounts, as folders", "production/ and test/ share nothing but this machine");
        let workspace = Workspace::read(&folder)?;
        story.tell("a run without an approval is refused", &refused(&workspace)?);
        let file = request(&workspace, &NewRequest::of(CUSTOMER, APPROVAL, "a walk through verho", SIGNERS[0].0))?;
        story.tell("a request that says what becomes of every column", &file.display().to_string());
        SIGNERS.iter().try_for_each(|(principal, ..)| sign(&folder, &file, principal))?;
        story.tell("signed by the customer and by compliance", "as `ssh-keygen -Y sign -n verho-approval` does");
        let done = run::run(&House::open(&workspace, CUSTOMER)?, &wish(), &Silent)?;
        story.tell("the same run again", &super::run::text(&done).replace('\n', "\n   "));
        let text = format!("{}\n{}", story.0, ending(&folder, started));
        Ok(Answer::new(
            text,
            json!({ "folder": path(&folder), "run": done, "seconds": started.elapsed().as_secs_f64() }),
        ))
    }
}

fn wish() -> Wish<'static> {
    Wish { customer: CUSTOMER, approval: None, operator: None }
}

#[derive(Default)]
struct Story(String);

impl Story {
    fn tell(&mut self, what: &str, detail: &str) {
        self.0 += &format!("{what}\n   {}\n", detail.trim_end());
    }
}

struct Silent;

impl crate::engine::Progress for Silent {
    fn part_done(&self, _rows: u64) {}
}

/// Writes data, schemas, keys and roles, and last the configuration that trusts them.
fn furnish(folder: &Path) -> Result<(), Failure> {
    DATA.iter().try_for_each(|(name, bytes)| write_new(&folder.join(name), bytes))?;
    SCHEMAS.iter().try_for_each(|(name, text)| write_new(&folder.join(name), text.as_bytes()))?;
    let lines = SIGNERS.iter().map(|(principal, ..)| new_key(folder, principal)).collect::<Result<String, _>>()?;
    write_new(&folder.join("consent/allowed_signers"), lines.as_bytes())?;
    write_new(&folder.join("consent/roles.toml"), roles().as_bytes())?;
    FileSigner::create(&folder.join("keys/evidence"))?;
    Unlock::create_file(&folder.join("keys/identity"))?;
    let trust = trust::of_folder(&folder.join("consent"))?;
    write_new(&folder.join("verho.toml"), configuration(&trust).as_bytes())
}

fn new_key(folder: &Path, principal: &str) -> Result<String, Failure> {
    let internal = |_| Failure::new(Kind::Internal, "a key cannot be made");
    let key = PrivateKey::random(&mut ssh_key::rand_core::OsRng, Algorithm::Ed25519).map_err(internal)?;
    let path = folder.join("people").join(principal);
    std::fs::create_dir_all(folder.join("people"))
        .map_err(|_| Failure::new(Kind::Internal, "a folder cannot be made"))?;
    key.write_openssh_file(&path, LineEnding::LF).map_err(internal)?;
    let public = key.public_key().to_openssh().map_err(internal)?;
    Ok(format!("{principal} namespaces=\"{NAMESPACE}\" {public}\n"))
}

fn roles() -> String {
    let operator = (OPERATOR, "Demo Engineer", "house", "operator");
    let party = |(principal, person, organisation, role): (&str, &str, &str, &str)| {
        format!("[\"{principal}\"]\nperson = \"{person}\"\norganisation = \"{organisation}\"\nroles = [\"{role}\"]\n\n")
    };
    SIGNERS.into_iter().chain([operator]).map(party).collect()
}

fn configuration(trust: &str) -> String {
    format!(
        "operator = \"{OPERATOR}\"\n\n\
         [production]\naccount = \"local\"\nroot = \"file:production\"\n\n\
         [test]\naccount = \"local\"\nroot = \"file:test\"\n\n\
         [evidence]\nroot = \"file:evidence\"\nsigner = {{ file = \"keys/evidence\" }}\n\n\
         [consent]\ntrust = \"{trust}\"\n\n\
         # For this walk alone the key of the key ring lies beside it; elsewhere it comes from VERHO_KEYRING_KEY.\n\
         [keys]\nidentity = \"keys/identity\"\n\n\
         [[refresh]]\ncustomer = \"{CUSTOMER}\"\nevery = \"1d\"\n"
    )
}

/// Runs without an approval, which has to be refused; the refusal's own words.
fn refused(workspace: &Workspace) -> Result<String, Failure> {
    match run::run(&House::open(workspace, CUSTOMER)?, &wish(), &Silent) {
        Err(failure) if failure.kind == Kind::Consent => {
            Ok(format!("{} (exit {})", failure.message, failure.kind as u8))
        }
        Err(failure) => Err(failure),
        Ok(_) => Err(Failure::new(Kind::Internal, "a run without an approval was not refused")),
    }
}

fn sign(folder: &Path, file: &Path, principal: &str) -> Result<(), Failure> {
    let internal = |_| Failure::new(Kind::Internal, "the demo's approval cannot be signed");
    let key = PrivateKey::read_openssh_file(&folder.join("people").join(principal)).map_err(internal)?;
    let text = std::fs::read(file).map_err(|_| Failure::new(Kind::Internal, "the demo's approval cannot be read"))?;
    let signature =
        SshSig::sign(&key, NAMESPACE, HashAlg::Sha512, &text).and_then(|signature| signature.to_pem(LineEnding::LF));
    write_new(&file.with_file_name(format!("{principal}.sig")), signature.map_err(internal)?.as_bytes())
}

fn ending(folder: &Path, started: Instant) -> String {
    let (folder, seconds) = (folder.display(), started.elapsed().as_secs_f64());
    // As it was called, so that the lines can be pasted.
    let verho = std::env::args().next().unwrap_or_else(|| "verho".to_owned());
    let commands =
        ["plan demo", "preview demo customers", "release show demo", &format!("consent verify demo {APPROVAL}")];
    let tries: String = commands.iter().map(|command| format!("  {verho} --workspace {folder} {command}\n")).collect();
    format!(
        "all of it in {seconds:.1} s; look at\n  {folder}/test/demo/      what the test account has now\n  \
         {folder}/evidence/       who did what, signed, the refusal too\nand try\n{tries}"
    )
}
