//! `verho.toml` (DESIGN 6.1), and where schemas, approvals and keys lie beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::SignedDuration;

use crate::account::credentials::Credentials;
use crate::account::doors::Production;
use crate::account::root::{Access, Root};
use crate::account::separate::check::CHECKS;
use crate::account::separate::{Severity, Sides};
use crate::account::side::Side;
use crate::account::store::StoreError;
use crate::document::{Document, Fault, Section, folders_in, nearest};
use crate::error::{Failure, Kind};
use crate::ledger::{Ledger, NoteKey};

/// A parsed workspace.
pub struct Workspace {
    pub folder: PathBuf,
    /// The principal in `consent/roles.toml` who runs verho here.
    pub operator: Option<String>,
    pub production: Side,
    pub test: Side,
    pub evidence: Evidence,
    pub consent: Consent,
    pub keys: Keys,
    pub limits: Limits,
    pub refresh: Vec<Refresh>,
    /// Every customer that has a folder of schemas, in the order of their names.
    pub customers: Vec<String>,
    /// What becomes of a run where a check of the accounts does not hold, by its name: a refusal, if it is not here.
    pub checks: BTreeMap<String, Severity>,
    /// Who is told what runs did.
    pub lineage: Option<Receiver>,
    /// Everything of it that may not lie in test, keys included.
    own: Vec<PathBuf>,
}

/// Where evidence is kept, and who signs it.
pub struct Evidence {
    pub side: Side,
    pub signer: EvidenceSigner,
    /// Who must have cosigned the ledger lately, so that nobody is shown another one.
    pub witnesses: Vec<Witness>,
}

/// A second holder of the ledger's checkpoints.
pub struct Witness {
    pub key: NoteKey,
    /// Its last cosignature may be as old as this.
    pub hours: u64,
}

/// The key that signs evidence.
pub enum EvidenceSigner {
    /// An OpenSSH private key, relative to the workspace.
    File(PathBuf),
    /// A key of the evidence account's KMS, by its ARN.
    Kms(String),
}

/// What an approval is measured against.
pub struct Consent {
    /// Digest of `consent/allowed_signers` and `consent/roles.toml`.
    pub trust: String,
    /// The longest validity of an approval, in days.
    pub max_days: u64,
    /// Within how many hours of a withdrawal all that was made must be gone.
    pub purge_hours: u64,
}

/// Where wrapped pseudonym secrets lie, and what unlocks those of a local key ring.
pub struct Keys {
    pub folder: PathBuf,
    pub identity: Option<PathBuf>,
}

/// What a run may use of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// In bytes.
    pub memory: u64,
    /// 0 means as many as there are processors, and memory has room for.
    pub threads: usize,
    /// Compressed bytes of source that one part takes, at most; one row group at least.
    pub part_size: u64,
    /// 2 where each side's credentials are held by a process of its own, 1 where one holds all.
    pub processes: u64,
}

/// A customer whose dataset is carried over again and again.
pub struct Refresh {
    pub customer: String,
    pub every: SignedDuration,
}

/// Where events of lineage go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receiver {
    /// A file that they are appended to, one a line.
    File(PathBuf),
    Http {
        url: String,
        /// The environment variable that holds the bearer token.
        token_env: Option<String>,
    },
}

impl Workspace {
    /// The nearest folder, from `start` upward, that holds a `verho.toml`.
    pub fn find(start: &Path) -> Option<PathBuf> {
        start.ancestors().find(|folder| folder.join("verho.toml").is_file()).map(Path::to_owned)
    }

    /// Reads `verho.toml` of a folder.
    ///
    /// # Errors
    /// A fault with its place for everything that is unknown, missing or cannot be.
    pub fn read(folder: &Path) -> Result<Self, Fault> {
        let document = Document::read(&folder.join("verho.toml"))?;
        let mut root = document.root()?;
        let operator: Option<String> = root.optional("operator")?;
        let production = side(root.required("production")?, folder, operator.as_deref())?;
        let mut workspace = Workspace {
            folder: folder.to_owned(),
            test: side(root.required("test")?, folder, operator.as_deref())?,
            evidence: evidence(root.required("evidence")?, folder, &production)?,
            production,
            operator,
            customers: folders_in(&folder.join("schemas"))?,
            checks: checks(root.optional("checks")?)?,
            consent: consent(root.required("consent")?)?,
            keys: keys(root.optional("keys")?, folder)?,
            limits: limits(root.optional("limits")?)?,
            refresh: root
                .optional::<Vec<Section<'_>>>("refresh")?
                .unwrap_or_default()
                .into_iter()
                .map(refresh)
                .collect::<Result<_, _>>()?,
            lineage: root.optional("lineage")?.map(|section| lineage(section, folder)).transpose()?,
            own: Vec::new(),
        };
        workspace.own = workspace.files();
        root.finish()?;
        Ok(workspace)
    }

    /// The door to production's objects, or to some of them; where they are far, it spares requests.
    ///
    /// # Errors
    /// Where the root cannot be reached.
    pub fn production_door(&self, side: &Side) -> Result<Production, StoreError> {
        Ok(Production::sparing(side.open()?, self.folder.join(".verho/footers"), self.limits.memory / 16))
    }

    /// Where its own files lie: what is configured, approved, secret or remembered.
    fn files(&self) -> Vec<PathBuf> {
        let signer = match &self.evidence.signer {
            EvidenceSigner::File(file) => Some(file.clone()),
            EvidenceSigner::Kms(_) => None,
        };
        let named = [self.keys.folder.clone(), self.schemas(), self.consents(), self.folder.join(".verho")];
        let configured = self.folder.join("verho.toml");
        named.into_iter().chain([configured]).chain(self.keys.identity.clone()).chain(signer).collect()
    }

    /// Where schemas lie.
    pub fn schemas(&self) -> PathBuf {
        self.folder.join("schemas")
    }

    /// Both accounts, as they are to be proved separate.
    pub fn sides(&self) -> Sides<'_> {
        let signing_key = match &self.evidence.signer {
            EvidenceSigner::Kms(arn) => Some(arn.as_str()),
            EvidenceSigner::File(_) => None,
        };
        let (production, evidence, test) = (&self.production, &self.evidence.side, &self.test);
        Sides {
            production,
            evidence,
            test,
            signing_key,
            severities: &self.checks,
            customers: &self.customers,
            own: &self.own,
        }
    }

    /// Where approvals, signers and roles lie.
    pub fn consents(&self) -> PathBuf {
        self.folder.join("consent")
    }

    /// Every customer that the ledger or the workspace knows: whose schemas are gone can still have data in test.
    pub fn known(&self, ledger: &Ledger<'_>) -> BTreeSet<String> {
        let of_ledger = ledger.entries().map(|entry| entry.customer.clone());
        // What concerns nobody's data, as a reviewer's look at all, is entered under no name.
        of_ledger.chain(self.customers.iter().cloned()).filter(|customer| !customer.is_empty()).collect()
    }

    /// Whether a customer has a folder here.
    pub fn has(&self, customer: &str) -> bool {
        let is_here = |folder: PathBuf| folder.join(customer).symlink_metadata().is_ok();
        is_here(self.schemas()) || is_here(self.consents())
    }

    /// Whether somebody knows a customer.
    ///
    /// # Errors
    /// Where neither the ledger nor the workspace does.
    pub fn demand_known(&self, ledger: &Ledger<'_>, customer: &str) -> Result<(), Failure> {
        let known = self.known(ledger);
        if known.contains(customer) || self.has(customer) {
            return Ok(());
        }
        let failure = Failure::new(Kind::Usage, "neither the ledger nor the workspace knows this customer");
        let all = || known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        Err(failure.hint(match nearest(customer, known.iter().map(String::as_str)) {
            Some(name) => format!("did you mean `{name}`? known here: {}", all()),
            None => format!("known here: {}", all()),
        }))
    }

    /// Where the signs of runs lie that live.
    pub fn signs(&self) -> PathBuf {
        self.folder.join(".verho/runs")
    }

    /// What is locked by the process that refreshes a customer.
    pub fn turn(&self, customer: &str) -> PathBuf {
        self.folder.join(format!(".verho/refresh-{customer}"))
    }

    /// Where the last checkpoint of the ledger that was seen here is kept.
    pub fn ledger_memory(&self) -> PathBuf {
        self.folder.join(".verho/checkpoint")
    }
}

fn root_of(section: &mut Section<'_>, folder: &Path) -> Result<Root, Fault> {
    let written: String = section.required("root")?;
    Root::parse(&written, folder).map_err(|error| section.fault_at("root", error.to_string(), None))
}

fn side(mut section: Section<'_>, folder: &Path, operator: Option<&str>) -> Result<Side, Fault> {
    let root = root_of(&mut section, folder)?;
    let like = Access { operator: operator.map(str::to_owned), ..Access::default() };
    let side = side_of(&mut section, root, Some(&like))?;
    section.finish()?;
    Ok(side)
}

fn side_of(section: &mut Section<'_>, root: Root, like: Option<&Access>) -> Result<Side, Fault> {
    let mut access = like.cloned().unwrap_or_default();
    if let Some(account) = section.optional("account")? {
        access.account = account;
    }
    access.region = section.optional("region")?.or(access.region);
    access.endpoint = section.optional("endpoint")?.or(access.endpoint);
    access.kms_endpoint = section.optional("kms_endpoint")?.or(access.kms_endpoint);
    access.iam_endpoint = section.optional("iam_endpoint")?.or(access.iam_endpoint);
    access.sts_endpoint = section.optional("sts_endpoint")?.or(access.sts_endpoint);
    access.kms_key = section.optional("kms_key")?.or(access.kms_key);
    if let Some(written) = section.optional::<Section<'_>>("credentials")? {
        access.credentials = Some(Credentials::parse(written)?);
    }
    if let Some(written) = section.optional::<String>("checksums")? {
        access.checksums = written.parse().map_err(|what: String| section.fault_at("checksums", what, None))?;
    }
    fitting(section, &root, &access)?;
    Ok(Side { root, access })
}

/// An S3 root needs an account, a region and explicit credentials; a local one has none of them.
fn fitting(section: &Section<'_>, root: &Root, access: &Access) -> Result<(), Fault> {
    let digits = access.account.len() == 12 && access.account.bytes().all(|digit| digit.is_ascii_digit());
    match root {
        Root::File(_) if access.account == "local" => Ok(()),
        Root::File(_) => Err(section.fault_at("account", "a file:// root takes account = \"local\"", None)),
        Root::S3 { .. } if !digits => {
            Err(section.fault_at("account", "an s3:// root takes the account's 12 digits", None))
        }
        Root::S3 { .. } if access.region.is_none() => Err(section.fault("`region` is missing", None)),
        Root::S3 { .. } if access.credentials.is_none() => {
            Err(section.fault("`credentials` is missing: the default chain is never used", None))
        }
        Root::S3 { .. } => Ok(()),
    }
}

fn evidence(mut section: Section<'_>, folder: &Path, production: &Side) -> Result<Evidence, Fault> {
    let root = root_of(&mut section, folder)?;
    let local = Access { account: "local".into(), ..Access::default() };
    let like = if matches!(root, Root::File(_)) { &local } else { &production.access };
    let side = side_of(&mut section, root, Some(like))?;
    let mut signer: Section<'_> = section.required("signer")?;
    let chosen = match (signer.optional::<String>("file")?, signer.optional::<String>("kms_key")?) {
        (Some(file), None) => EvidenceSigner::File(folder.join(file)),
        (None, Some(arn)) => EvidenceSigner::Kms(arn),
        _ => return Err(signer.fault("`signer` takes one of file and kms_key", None)),
    };
    signer.finish()?;
    let written: Option<Vec<Section<'_>>> = section.optional("witnesses")?;
    let witnesses = written.unwrap_or_default().into_iter().map(witness).collect::<Result<_, _>>()?;
    section.finish()?;
    Ok(Evidence { side, signer: chosen, witnesses })
}

fn witness(mut section: Section<'_>) -> Result<Witness, Fault> {
    let written: String = section.required("key")?;
    let key = NoteKey::parse(&written).ok().filter(NoteKey::is_witness);
    let key = key.ok_or_else(|| section.fault_at("key", "`key` is none that `verho ledger witness` prints", None))?;
    let witness = Witness { key, hours: section.optional("hours")?.unwrap_or(48) };
    section.finish()?;
    Ok(witness)
}

fn consent(mut section: Section<'_>) -> Result<Consent, Fault> {
    let consent = Consent {
        trust: section.required("trust")?,
        max_days: section.optional("max_days")?.unwrap_or(90),
        purge_hours: section.optional("purge_hours")?.unwrap_or(72),
    };
    section.finish()?;
    Ok(consent)
}

fn keys(section: Option<Section<'_>>, folder: &Path) -> Result<Keys, Fault> {
    let mut keys = Keys { folder: folder.join("keys"), identity: None };
    let Some(mut section) = section else { return Ok(keys) };
    if let Some(place) = section.optional::<String>("folder")? {
        keys.folder = folder.join(place);
    }
    keys.identity = section.optional::<String>("identity")?.map(|place| folder.join(place));
    section.finish()?;
    Ok(keys)
}

/// What `[checks]` says; laws stay laws.
fn checks(section: Option<Section<'_>>) -> Result<BTreeMap<String, Severity>, Fault> {
    let mut severities = BTreeMap::new();
    let Some(mut section) = section else { return Ok(severities) };
    for check in CHECKS {
        let Some(written) = section.optional::<String>(check.name)? else { continue };
        let severity = match written.as_str() {
            "refuse" => Severity::Refuse,
            "warn" if !check.is_law => Severity::Warn,
            "warn" => return Err(section.fault_at(check.name, format!("`{}` always refuses", check.name), None)),
            _ => return Err(section.fault_at(check.name, "a check may `warn` or `refuse`", None)),
        };
        severities.insert(check.name.to_owned(), severity);
    }
    section.finish()?;
    Ok(severities)
}

/// What a run takes whatever `memory` is, in bytes: its own code and lists, pages, batches and what is made of them.
const PROGRAM: u64 = 128 << 20;

/// What each thread takes beside it, in bytes.
const THREAD: u64 = 16 << 20;

impl Limits {
    /// How many threads work: so many as it says, or as there are processors and memory has room for.
    pub fn workers(&self) -> usize {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let room = usize::try_from(self.memory.saturating_sub(PROGRAM) / THREAD).unwrap_or(usize::MAX);
        if self.threads > 0 { self.threads } else { processors.min(room).max(1) }
    }

    /// What to tell of a limit that no run can keep to.
    pub fn note(&self) -> Option<String> {
        let (threads, allowed) = (self.workers(), self.memory >> 20);
        let least = (PROGRAM + THREAD * threads as u64) >> 20;
        (allowed < least).then(|| {
            let threads = if threads == 1 { "one thread".to_owned() } else { format!("{threads} threads") };
            format!(
                "a run on {threads} takes {least} MiB whatever it reads, more than the {allowed} MiB of `memory` under [limits]"
            )
        })
    }
}

fn limits(section: Option<Section<'_>>) -> Result<Limits, Fault> {
    let mut limits = Limits { memory: 2 << 30, threads: 0, part_size: 256 << 20, processes: 2 };
    let Some(mut section) = section else { return Ok(limits) };
    if let Some(memory) = size(&mut section, "memory")? {
        limits.memory = memory;
    }
    if let Some(part_size) = size(&mut section, "part_size")? {
        limits.part_size = part_size;
    }
    if let Some(processes) = section.optional("processes")? {
        limits.processes = processes;
    }
    if !(1..=2).contains(&limits.processes) {
        return Err(section.fault_at("processes", "`processes` is 1 or 2", None));
    }
    if let Some(threads) = section.optional::<u64>("threads")? {
        limits.threads = usize::try_from(threads).unwrap_or(usize::MAX).min(1024);
    }
    section.finish()?;
    Ok(limits)
}

/// A size like `256MiB`.
fn size(section: &mut Section<'_>, key: &'static str) -> Result<Option<u64>, Fault> {
    let Some(written) = section.optional::<String>(key)? else { return Ok(None) };
    let digits = written.bytes().take_while(u8::is_ascii_digit).count();
    let shift = match written[digits..].trim() {
        "KiB" => Some(10),
        "MiB" => Some(20),
        "GiB" => Some(30),
        _ => None,
    };
    let bytes =
        shift.zip(written[..digits].parse::<u64>().ok()).and_then(|(shift, number)| number.checked_mul(1 << shift));
    match bytes.filter(|bytes| *bytes > 0) {
        Some(bytes) => Ok(Some(bytes)),
        None => Err(section.fault_at(key, format!("`{key}` takes a size like \"256MiB\" (KiB, MiB, GiB)"), None)),
    }
}

fn refresh(mut section: Section<'_>) -> Result<Refresh, Fault> {
    let customer = section.required("customer")?;
    let every: String = section.required("every")?;
    let unit = every.chars().last();
    let number = every
        .strip_suffix(|_: char| true)
        .and_then(|digits| digits.parse::<i64>().ok())
        .filter(|n| (1..=3650).contains(n));
    let hours = match (number, unit) {
        (Some(days), Some('d')) => days * 24,
        (Some(hours), Some('h')) => hours,
        _ => return Err(section.fault_at("every", "`every` takes a time like \"1d\" or \"6h\"", None)),
    };
    section.finish()?;
    Ok(Refresh { customer, every: SignedDuration::from_hours(hours) })
}

fn lineage(mut section: Section<'_>, folder: &Path) -> Result<Receiver, Fault> {
    let (file, url): (Option<String>, Option<String>) = (section.optional("file")?, section.optional("url")?);
    let token_env: Option<String> = section.optional("token_env")?;
    let receiver = match (file, url) {
        (Some(file), None) if token_env.is_none() => Receiver::File(folder.join(file)),
        (Some(_), None) => return Err(section.fault_at("token_env", "a file takes no token", None)),
        (None, Some(url)) => {
            check_url(&url, token_env.is_some()).map_err(|what| section.fault_at("url", what, None))?;
            Receiver::Http { url, token_env }
        }
        _ => return Err(section.fault("`lineage` takes one of file and url", None)),
    };
    section.finish()?;
    Ok(receiver)
}

/// A token goes over TLS, or stays on the machine.
fn check_url(url: &str, has_token: bool) -> Result<(), &'static str> {
    let Some((scheme @ ("http" | "https"), rest)) = url.split_once("://") else {
        return Err("`url` is written http://host/path or https://host/path");
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_here = ["localhost", "127.0.0.1", "[::1]"].contains(&host.rsplit_once(':').map_or(host, |(name, _)| name));
    match host {
        "" => Err("`url` names no host"),
        _ if host.contains('@') => {
            Err("`url` holds a login; put a token into an environment variable and name it by `token_env`")
        }
        _ if scheme == "http" && has_token && !is_here => Err("a token is sent over https:// alone"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receiver(text: &str) -> Result<Receiver, String> {
        let document = Document::of(Path::new("verho.toml"), text.to_owned());
        let section = document.root().expect("is TOML").required("lineage").expect("is there");
        lineage(section, Path::new("/srv")).map_err(|fault| fault.to_string())
    }

    fn limited(text: &str) -> Result<Limits, String> {
        let document = Document::of(Path::new("verho.toml"), format!("[limits]\n{text}"));
        let section = document.root().expect("is TOML").required("limits").expect("is there");
        limits(Some(section)).map_err(|fault| format!("{fault}; {}", fault.hint.clone().unwrap_or_default()))
    }

    #[test]
    fn memory_that_no_run_can_keep_to_is_told() {
        let of = |text: &str| limited(text).unwrap_or_else(|fault| panic!("{fault}"));
        let told = |text: &str| of(text).note();
        assert_eq!(
            told("memory = \"191MiB\"\nthreads = 4").as_deref(),
            Some(
                "a run on 4 threads takes 192 MiB whatever it reads, more than the 191 MiB of `memory` under [limits]"
            )
        );
        assert!(told("memory = \"64MiB\"").is_some_and(|words| words.starts_with("a run on one thread takes 144 MiB")));
        for (text, workers) in [("memory = \"192MiB\"\nthreads = 4", 4), ("memory = \"144MiB\"", 1), ("threads = 3", 3)]
        {
            assert_eq!((told(text), of(text).workers()), (None, workers));
        }
    }

    #[test]
    fn lineage_goes_to_a_file_or_over_http() {
        let file = Receiver::File("/srv/lineage.ndjson".into());
        assert_eq!(receiver("[lineage]\nfile = \"lineage.ndjson\""), Ok(file));
        let http = |url: &str, token: &str| Receiver::Http { url: url.into(), token_env: Some(token.into()) };
        for url in [
            "https://marquez.example/api/v1/lineage?x=1",
            "http://localhost:5000/",
            "http://[::1]:5000",
            "http://127.0.0.1",
        ] {
            assert_eq!(receiver(&format!("[lineage]\nurl = \"{url}\"\ntoken_env = \"T\"")), Ok(http(url, "T")));
        }
        assert!(receiver("[lineage]\nurl = \"http://marquez.example\"").is_ok());
    }

    #[test]
    fn what_is_no_receiver_is_refused_with_its_place() {
        let cases = [
            ("", "1:1: `lineage` takes one of file and url"),
            ("file = \"a\"\nurl = \"https://a\"", "1:1: `lineage` takes one of file and url"),
            ("file = \"a\"\ntoken_env = \"T\"", "3:13: a file takes no token"),
            ("url = \"ftp://a\"", "2:7: `url` is written http://host/path or https://host/path"),
            ("url = \"https:///a\"", "2:7: `url` names no host"),
            (
                "url = \"https://me:secret@a/\"",
                "2:7: `url` holds a login; put a token into an environment variable and name it by `token_env`",
            ),
            ("url = \"http://a/\"\ntoken_env = \"T\"", "2:7: a token is sent over https:// alone"),
            ("url = \"http://localhost.a/\"\ntoken_env = \"T\"", "2:7: a token is sent over https:// alone"),
        ];
        for (text, what) in cases {
            assert_eq!(receiver(&format!("[lineage]\n{text}")), Err(format!("verho.toml:{what}")), "{text}");
        }
        let unknown = receiver("[lineage]\nfile = \"a\"\nfiel = \"b\"").expect_err("is unknown");
        assert!(unknown.starts_with("verho.toml:3:1: "), "{unknown}");
    }
}
