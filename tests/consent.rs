//! The consent gate against real `ssh-keygen`, and every way of having no valid approval.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use jiff::Timestamp;
use ssh_key::{HashAlg, LineEnding, PrivateKey};
use tempfile::TempDir;
use verho::account::store::{Object, Pin, Remain, RemainKind, Store, StoreError};
use verho::consent::{
    Approval, Ask, Record, Refusal, Refused, Standing, State, TableAsk, TableTerms, examine, signature, trust, view,
};
use verho::error::{Failure, Kind};
use verho::ledger::{Book, Event, Given};
use verho::signing::FileSigner;

#[path = "support/approval.rs"]
mod approval;
#[allow(dead_code, reason = "the unit tests use more of it")]
#[path = "support/memory.rs"]
mod memory;

use approval::{APPROVAL, ask, structures};
use memory::MemoryStore;

const MAIJA: &str = "maija.meri@acme.example";
const KAISA: &str = "kaisa.koski@house.example";
const LIISA: &str = "liisa.lahti@house.example";
const OTTO: &str = "otto.oja@house.example";
const GARY: &str = "gary.globe@globex.example";

const ROLES: &str = r#"
["maija.meri@acme.example"]
person = "Maija Meri"
organisation = "acme"
roles = ["customer"]
["kaisa.koski@house.example"]
person = "Kaisa Koski"
organisation = "house"
roles = ["compliance"]
["liisa.lahti@house.example"]
person = "Liisa Lahti"
organisation = "house"
roles = ["compliance"]
["otto.oja@house.example"]
person = "Otto Oja"
organisation = "house"
roles = ["operator"]
["gary.globe@globex.example"]
person = "Gary Globe"
organisation = "globex"
roles = ["customer"]
"#;

/// Made by `ssh-keygen`, one key a principal and one that nobody lists.
static KEYS: LazyLock<TempDir> = LazyLock::new(|| {
    let keys = tempfile::tempdir().expect("a folder can be made");
    let kinds = [(MAIJA, "ed25519", "256"), (KAISA, "ecdsa", "256"), (LIISA, "ecdsa", "384"), (OTTO, "ed25519", "256")];
    for (name, kind, bits) in kinds.into_iter().chain([(GARY, "ed25519", "256"), ("stranger", "ed25519", "256")]) {
        let file = keys.path().join(name);
        keygen(&["-q", "-t", kind, "-b", bits, "-N", "", "-C", name, "-f", text(&file)], keys.path());
    }
    keys
});

fn text(path: &Path) -> &str {
    path.to_str().expect("paths here are UTF-8")
}

fn keygen(args: &[&str], folder: &Path) {
    let output = Command::new("ssh-keygen").args(args).current_dir(folder).stdin(Stdio::null()).output();
    let output = output.expect("ssh-keygen is installed");
    assert!(output.status.success(), "ssh-keygen {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn key(name: &str) -> PathBuf {
    KEYS.path().join(name)
}

fn public_key(name: &str) -> String {
    std::fs::read_to_string(key(name).with_file_name(format!("{name}.pub"))).expect("was made")
}

fn allowed_signers() -> String {
    let line = |name: &str| format!("{name} namespaces=\"verho-approval\" {}", public_key(name));
    [MAIJA, KAISA, LIISA, OTTO, GARY].map(line).concat()
}

/// A workspace whose one approval holds, until a case breaks it.
struct Fixture {
    home: TempDir,
    ask: Ask,
    trust: String,
    id: Option<&'static str>,
    structures: BTreeMap<String, String>,
    evidence: MemoryStore,
    signer: FileSigner,
}

impl Fixture {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder can be made");
        let (ask, structures, evidence) = (ask(), structures(), MemoryStore::default());
        let signer = FileSigner::create(&home.path().join("keys/evidence")).unwrap_or_else(|error| panic!("{error}"));
        let mut fixture = Fixture { home, ask, trust: String::new(), id: None, structures, evidence, signer };
        fixture.trusted(&allowed_signers(), ROLES);
        fixture.approval("acme-2026-11", APPROVAL, &[MAIJA, KAISA]);
        fixture
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("acme/acme-2026-11")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    fn trusted(&mut self, signers: &str, roles: &str) {
        write(&self.home.path().join("allowed_signers"), signers);
        write(&self.home.path().join("roles.toml"), roles);
        self.trust = trust::of_folder(self.home.path()).expect("both are there");
    }

    /// Writes an approval in place of what stood there, signed by these.
    fn approval(&self, id: &str, toml: &str, signers: &[&str]) {
        let folder = self.home.path().join("acme").join(id);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).expect("was made here");
        }
        std::fs::create_dir_all(&folder).expect("is writable");
        write(&folder.join("approval.toml"), toml);
        signers.iter().for_each(|signer| sign(&folder, signer, "verho-approval"));
    }

    /// Changes the approval, and everybody signs the change.
    fn change(&self, from: &str, to: &str) {
        assert!(APPROVAL.contains(from), "{from}");
        self.approval("acme-2026-11", &APPROVAL.replacen(from, to, 1), &[MAIJA, KAISA]);
    }

    /// Changes who has which role, and the trust root with it.
    fn roles(&mut self, from: &str, to: &str) {
        assert!(ROLES.contains(from), "{from}");
        self.trusted(&allowed_signers(), &ROLES.replacen(from, to, 1));
    }

    fn signers(&mut self, from: &str, to: &str) {
        assert!(allowed_signers().contains(from), "{from}");
        self.trusted(&allowed_signers().replacen(from, to, 1), ROLES);
    }

    fn attested(&self, end: &str, documents: &str, signers: &[&str]) {
        let toml = APPROVAL.replacen("customer-signed", "document-attested", 1).replacen("2027-02-21", end, 1);
        let start = toml.find("documents  =").expect("names documents");
        let line = toml[start..].lines().next().expect("is a line");
        self.approval("acme-2026-11", &toml.replacen(line, documents, 1), signers);
    }

    fn gate(&self) -> Result<Approval, Refused> {
        let examined = examine(self.home.path(), &self.trust, self.id, &self.ask)?;
        examined.approve(&self.structures, &mut self.book(), "a run")
    }

    fn book(&self) -> Book<'_> {
        let memory = self.home.path().join("memory");
        Book::open(&self.evidence, &self.signer, &memory).expect("the ledger is believed")
    }

    fn refusal(&self) -> Refusal {
        self.gate().expect_err("must be refused").refusal
    }

    fn view(&self) -> Vec<view::Point> {
        let (id, now) = (self.id.unwrap_or("acme-2026-11"), self.ask.now);
        let standing = Standing::of(self.book().ledger().entries(), "acme", id, now);
        let beyond = view::Beyond { structures: Some(&self.structures), standing: Some(&standing) };
        view::verify(self.home.path(), &self.trust, id, &self.ask, beyond)
    }
}

fn write(path: &Path, content: impl AsRef<[u8]>) {
    std::fs::write(path, content).expect("is writable");
}

/// Nobody ever writes into it.
fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo is installed").success());
}

/// As the approval request tells people to.
fn sign(folder: &Path, signer: &str, namespace: &str) {
    let _ = std::fs::remove_file(folder.join("approval.toml.sig"));
    keygen(&["-q", "-Y", "sign", "-f", text(&key(signer)), "-n", namespace, "approval.toml"], folder);
    std::fs::rename(folder.join("approval.toml.sig"), folder.join(format!("{signer}.sig"))).expect("was made");
}

#[test]
fn what_ssh_keygen_signs_opens_the_gate() {
    let fixture = Fixture::new();
    let approval = fixture.gate().expect("everything holds");
    assert_eq!((approval.id(), approval.run_number(), approval.operator()), ("acme-2026-11", 1, OTTO));
    let signers: Vec<_> = approval.signers().iter().map(|signer| signer.person.as_str()).collect();
    assert_eq!(signers, ["Kaisa Koski", "Maija Meri"]);
    assert_eq!(approval.digest(), format!("blake3:{}", blake3::hash(APPROVAL.as_bytes()).to_hex()));
    assert_eq!(approval.retention_days(), Some(60));
    assert!(fixture.view().iter().all(view::Point::passed), "{:?}", fixture.view());
}

#[test]
fn a_signature_under_the_name_that_ssh_keygen_gives_counts_too() {
    let fixture = Fixture::new();
    std::fs::rename(fixture.file(&format!("{MAIJA}.sig")), fixture.file("approval.toml.sig")).expect("is there");
    assert!(fixture.gate().is_ok());
}

#[test]
fn ssh_keygen_accepts_what_is_signed_in_process_with_our_list_of_signers() {
    let fixture = Fixture::new();
    for signer in [MAIJA, KAISA, LIISA] {
        let private = PrivateKey::read_openssh_file(&key(signer)).expect("is a key");
        let armored = signature::sign(&private, APPROVAL.as_bytes()).expect("can sign");
        write(&fixture.file(&format!("{signer}.sig")), &armored);
        let verdict = Command::new("ssh-keygen")
            .args(["-Y", "verify", "-f", "../../allowed_signers", "-n", "verho-approval", "-I", signer])
            .args(["-s", &format!("{signer}.sig")])
            .stdin(std::fs::File::open(fixture.file("approval.toml")).expect("is there"))
            .current_dir(fixture.folder())
            .output()
            .expect("ssh-keygen is installed");
        assert!(verdict.status.success(), "{signer}: {}", String::from_utf8_lossy(&verdict.stderr));
    }
    assert!(fixture.gate().is_ok());
}

#[test]
fn two_of_the_house_can_attest_a_document_for_a_month() {
    let fixture = Fixture::new();
    let notice = "documents = [{ name = \"n.pdf\", sha256 = \"2222222222222222222222222222222222222222222222222222222222222222\" }]";
    fixture.attested("2026-12-23", notice, &[KAISA, LIISA]);
    assert!(fixture.gate().is_ok());
}

/// A way of having no valid approval, and the refusal it must give.
type Case = (&'static str, &'static str, fn(&mut Fixture));

const SIGNING: &[Case] = &[
    ("no folder", "Missing", |f| std::fs::remove_dir_all(f.folder()).expect("is there")),
    ("no such name", "NoSuch", |f| f.id = Some("acme-2026-12")),
    ("a name that climbs", "NoSuch", |f| f.id = Some("../acme/acme-2026-11")),
    ("no file", "Unreadable", |f| std::fs::remove_file(f.file("approval.toml")).expect("is there")),
    ("not UTF-8", "Unreadable", |f| write(&f.file("approval.toml"), [0xff, 0xfe])),
    ("not TOML", "Unreadable", |f| f.change("[approver]", "[approver")),
    ("unknown key", "Unreadable", |f| f.change("max_runs ", "min_runs ")),
    ("a pipe for an approval", "Unreadable", |f| {
        std::fs::remove_file(f.file("approval.toml")).expect("is there");
        pipe(&f.file("approval.toml"));
    }),
    ("far too long", "Unreadable", |f| {
        let file = std::fs::File::create(f.file("approval.toml")).expect("is writable");
        file.set_len(1 << 40).expect("a hole");
    }),
    ("no signature", "Unsigned", |f| f.approval("acme-2026-11", APPROVAL, &[])),
    ("garbled signature", "Garbled", |f| write(&f.file("more.sig"), "-----BEGIN SSH SIGNATURE-----\nAA\n")),
    ("a pipe for a signature", "Garbled", |f| pipe(&f.file("more.sig"))),
    ("other namespace", "WrongNamespace", |f| sign(&f.folder(), MAIJA, "file")),
    ("key of a stranger", "UnknownKey", |f| sign(&f.folder(), "stranger", "verho-approval")),
    ("stranger under a name", "WrongKey", |f| {
        sign(&f.folder(), "stranger", "verho-approval");
        std::fs::rename(f.file("stranger.sig"), f.file(&format!("{MAIJA}.sig"))).expect("is there");
    }),
    ("another's signature under a name", "WrongKey", |f| {
        std::fs::copy(f.file(&format!("{KAISA}.sig")), f.file(&format!("{MAIJA}.sig"))).map(drop).expect("is there");
    }),
    ("altered byte", "Altered", |f| write(&f.file("approval.toml"), APPROVAL.replacen("= 12", "= 13", 1))),
    ("added line end", "Altered", |f| write(&f.file("approval.toml"), format!("{APPROVAL}\n"))),
    ("key not for approvals", "KeyNotForApprovals", |f| f.signers("verho-approval", "git")),
    ("key ended before", "KeyOutOfDate", |f| f.signers("namespaces", "valid-before=20261119Z,namespaces")),
    ("key ended since", "KeyEnded", |f| f.signers("namespaces", "valid-before=20261121Z,namespaces")),
    ("key began after", "KeyOutOfDate", |f| f.signers("namespaces", "valid-after=20261121Z,namespaces")),
    ("signer without entry", "NoRole", |f| f.roles("maija.meri@", "maija.mari@")),
    ("signer in another role", "WrongRole", |f| sign(&f.folder(), OTTO, "verho-approval")),
    ("another customer's signer", "OtherOrganisation", |f| sign(&f.folder(), GARY, "verho-approval")),
    ("customer only", "ComplianceMissing", |f| f.approval("acme-2026-11", APPROVAL, &[MAIJA])),
    ("compliance only", "CustomerMissing", |f| f.approval("acme-2026-11", APPROVAL, &[KAISA])),
    ("same person twice", "SamePerson", |f| f.roles("\"Kaisa Koski\"", "\"maija  MERI\"")),
    ("one signer in both roles", "SamePerson", |f| {
        f.roles("roles = [\"customer\"]", "roles = [\"customer\", \"compliance\"]");
        f.approval("acme-2026-11", APPROVAL, &[MAIJA]);
    }),
    ("one attester", "AttestersMissing", |f| {
        let documents = format!("documents = [{{ name = \"n\", sha256 = \"{}\" }}]", "2".repeat(64));
        f.attested("2026-12-23", &documents, &[KAISA, MAIJA]);
    }),
    ("no document", "NoDocument", |f| f.attested("2026-12-23", "", &[KAISA, LIISA])),
    ("attested too long", "AttestedTooLong", |f| {
        let documents = format!("documents = [{{ name = \"n\", sha256 = \"{}\" }}]", "2".repeat(64));
        f.attested("2026-12-24", &documents, &[KAISA, LIISA]);
    }),
    ("approver did not sign", "ApproverDidNotSign", |f| f.change("principal = \"maija", "principal = \"mika")),
    ("compliance as approver", "ApproverDidNotSign", |f| f.change(MAIJA, KAISA)),
];

const TERMS: &[Case] = &[
    ("other list of signers", "TrustMismatch", |f| write(&f.home.path().join("allowed_signers"), "# nobody\n")),
    ("other roles", "TrustMismatch", |f| write(&f.home.path().join("roles.toml"), format!("{ROLES}\n"))),
    ("signers unreadable", "Authority", |f| {
        std::fs::remove_file(f.home.path().join("allowed_signers")).expect("is there")
    }),
    ("signers by pattern", "Authority", |f| f.signers(MAIJA, "*@acme.example")),
    ("other folder", "NameDiffers", |f| {
        std::fs::rename(f.folder(), f.folder().with_file_name("acme-2026-10")).expect("is there");
    }),
    ("operator unknown", "OperatorUnknown", |f| f.ask.operator = "nobody@house.example".to_owned()),
    ("operator without the role", "NotAnOperator", |f| f.ask.operator = LIISA.to_owned()),
    ("operator signed", "OperatorSigned", |f| {
        f.roles("person = \"Otto Oja\"", "person = \"Kaisa Koski\"");
    }),
    ("too early", "NotYet", |f| f.ask.now = "2026-11-22T23:59:59Z".parse().expect("is a time")),
    ("given later", "NotYet", |f| f.change("2026-11-20T09:14:00Z", "2026-11-25T09:14:00Z")),
    ("too late", "Expired", |f| f.ask.now = "2027-02-21T00:00:00Z".parse().expect("is a time")),
    ("too long", "TooLong", |f| f.ask.max_days = 89),
    ("other customer", "OtherCustomer", |f| f.change("customer   = \"acme\"", "customer   = \"acne\"")),
    ("other source account", "OtherSource", |f| f.ask.source_account = "333333333333".to_owned()),
    ("other source root", "OtherSource", |f| f.ask.source_root.push_str("more/")),
    ("other destination account", "OtherDestination", |f| f.ask.destination_account = "333333333333".to_owned()),
    ("other destination root", "OtherDestination", |f| f.ask.destination_root.push_str("more/")),
    ("other destination key", "OtherDestination", |f| f.ask.destination_kms_key = None),
    ("other ledger", "OtherLedger", |f| f.ask.evidence_root.push_str("more/")),
    ("one more table", "OtherTables", |f| {
        let table = TableAsk { policy: String::new(), columns: BTreeMap::new() };
        f.ask.tables.insert("orders".to_owned(), table);
    }),
    ("one table less", "OtherTables", |f| f.ask.tables.clear()),
    ("changed structure", "ChangedSchema", |f| {
        f.structures.insert("customers".to_owned(), format!("blake3:{}", "4".repeat(64)));
    }),
    ("structure unknown", "ChangedSchema", |f| f.structures.clear()),
    ("changed policy", "ChangedPolicy", |f| table(f).policy = format!("blake3:{}", "4".repeat(64))),
    ("words beside the digest", "WordsDisagree", |f| {
        table(f).columns.insert("name".to_owned(), "keep".to_owned());
    }),
    ("more promised than earned", "ClaimNotEarned", |f| f.ask.claim.k = Some(10)),
    ("used up", "UsedUp", |f| {
        (0..12).for_each(|_| assert!(f.gate().is_ok()));
    }),
    ("name used before", "NameReused", |f| {
        assert!(f.gate().is_ok());
        f.change("ranking", "ranging");
    }),
    ("withdrawn", "Withdrawn", |f| {
        let (approval, by) = ("acme-2026-11".to_owned(), MAIJA.to_owned());
        let withdrawn = Event::Withdrawn { approval, by, reason: String::new() };
        f.book().enter("acme", withdrawn).expect("is writable");
    }),
    ("followed by another", "Superseded", |f| {
        let newer = APPROVAL.replacen("acme-2026-11", "acme-2026-12", 1).replacen("2026-11-20T09", "2026-11-21T09", 1);
        let newer = newer.replacen("max_runs ", "renews = \"acme-2026-11\"\nmax_runs ", 1);
        f.approval("acme-2026-12", &newer, &[MAIJA, KAISA]);
        assert_eq!(f.gate().expect("it holds").id(), "acme-2026-12");
        f.id = Some("acme-2026-11");
    }),
];

fn table(fixture: &mut Fixture) -> &mut TableAsk {
    fixture.ask.tables.get_mut("customers").expect("is asked for")
}

fn variant(refusal: &Refusal) -> String {
    let shown = format!("{refusal:?}");
    shown.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

#[test]
fn every_way_of_having_no_valid_approval_has_its_own_refusal() {
    let mut messages: BTreeMap<String, String> = BTreeMap::new();
    for (name, expected, break_it) in SIGNING.iter().chain(TERMS) {
        let mut fixture = Fixture::new();
        break_it(&mut fixture);
        let refused = fixture.gate().expect_err(name);
        assert_eq!(variant(&refused.refusal), *expected, "{name}: {refused}");
        let message = refused.refusal.to_string();
        assert!(!message.ends_with('.'), "{name}: {message}");
        let in_the_fault = ["Unreadable", "Authority"].contains(expected);
        assert!(in_the_fault || refused.refusal.hint().is_some_and(|hint| !hint.ends_with('.')), "{name}: {message}");
        if let Some(other) = messages.insert(message, (*expected).to_owned()) {
            assert_eq!(other, *expected, "{name} reads like another way");
        }
        assert_eq!(Failure::from(refused).kind, Kind::Consent);
    }
    assert!(messages.values().collect::<BTreeSet<_>>().len() > 35);
}

#[test]
fn the_view_finds_what_the_gate_refuses() {
    let not_looked_at = ["Missing", "NoSuch", "NameDiffers"];
    for (name, expected, break_it) in
        SIGNING.iter().chain(TERMS).filter(|(_, expected, _)| !not_looked_at.contains(expected))
    {
        let mut fixture = Fixture::new();
        break_it(&mut fixture);
        let refusal = fixture.refusal();
        let found: Vec<_> = fixture.view().into_iter().filter_map(|point| point.refusal).collect();
        assert_eq!(found.first(), Some(&refusal), "{name} ({expected})");
    }
}

#[test]
fn every_flipped_byte_is_refused() {
    let fixture = Fixture::new();
    for (at, byte) in APPROVAL.bytes().enumerate() {
        let mut bytes = APPROVAL.as_bytes().to_vec();
        bytes[at] = byte ^ (1 << (at % 8));
        write(&fixture.file("approval.toml"), bytes);
        let refused = examine(fixture.home.path(), &fixture.trust, None, &fixture.ask).expect_err("a byte differs");
        assert!(matches!(refused.refusal, Refusal::Unreadable(_) | Refusal::Altered { .. }), "byte {at}: {refused}");
    }
}

#[test]
fn a_changed_policy_names_the_columns() {
    let mut fixture = Fixture::new();
    let asked = table(&mut fixture);
    asked.policy = format!("blake3:{}", "4".repeat(64));
    asked.columns.insert("name".to_owned(), "keep".to_owned());
    asked.columns.insert("phone".to_owned(), "fake".to_owned());
    let message = fixture.refusal().to_string();
    assert!(message.ends_with("(columns: name, phone)"), "{message}");
}

#[test]
fn the_newest_that_holds_is_used_and_the_newest_refusal_is_told() {
    let fixture = Fixture::new();
    let newer = APPROVAL.replacen("acme-2026-11", "acme-2026-12", 1).replacen("2026-11-20T09", "2026-11-21T09", 1);
    fixture.approval("acme-2026-12", &newer.replacen("max_runs   = 12", "max_runs   = 1", 1), &[MAIJA, KAISA]);
    let used: Vec<_> = (0..3).map(|_| fixture.gate().expect("one holds").id().to_owned()).collect();
    assert_eq!(used, ["acme-2026-12", "acme-2026-11", "acme-2026-11"]);

    fixture.approval("acme-2026-12", &newer, &[MAIJA]);
    fixture.approval("acme-2026-11", APPROVAL, &[KAISA]);
    let refused = fixture.gate().expect_err("none holds");
    assert_eq!((refused.approval.as_deref(), refused.refusal), (Some("acme-2026-12"), Refusal::ComplianceMissing));
}

#[test]
fn a_key_that_has_ended_signs_nothing_new_and_what_the_ledger_knows_outlives_it() {
    let ended = |f: &mut Fixture| f.signers("namespaces", "valid-before=20261123Z,namespaces");
    let mut fixture = Fixture::new();
    let look = |f: &Fixture| {
        let examined = examine(f.home.path(), &f.trust, f.id, &f.ask).expect("was valid when it was given");
        examined.look(&f.structures, &mut f.book()).map(drop)
    };
    let record = |f: &Fixture| {
        examine(f.home.path(), &f.trust, f.id, &f.ask).expect("as before").record(&mut f.book()).map(drop)
    };
    ended(&mut fixture);
    for refused in [fixture.gate().map(drop), look(&fixture), record(&fixture)] {
        assert_eq!(refused.expect_err("is new").refusal, Refusal::KeyEnded { principal: MAIJA.to_owned() });
    }
    assert_eq!(fixture.book().ledger().entries().len(), 0, "nothing came into force");

    let mut fixture = Fixture::new();
    record(&fixture).expect("all keys are valid");
    ended(&mut fixture);
    assert!(fixture.gate().is_ok() && look(&fixture).is_ok() && fixture.view().iter().all(view::Point::passed));
    // The same terms under a name that the ledger does not know.
    let other = APPROVAL.replacen("acme-2026-11", "acme-2026-12", 1);
    fixture.approval("acme-2026-12", &other, &[MAIJA, KAISA]);
    fixture.id = Some("acme-2026-12");
    assert_eq!(variant(&fixture.refusal()), "KeyEnded");
}

#[test]
fn an_approval_is_entered_before_it_begins_by_keys_that_are_valid_today() {
    let mut fixture = Fixture::new();
    fixture.ask.asked_at = "2026-11-22T12:00:00Z".parse().expect("is a time");
    fixture.signers("namespaces", "valid-before=20261123Z,namespaces");
    let examined = examine(fixture.home.path(), &fixture.trust, None, &fixture.ask).expect("holds");
    examined.record(&mut fixture.book()).expect("is signed by keys that are valid");
}

#[test]
fn one_that_follows_takes_over_when_it_begins() {
    let mut fixture = Fixture::new();
    let at = |text: &str| text.parse::<Timestamp>().expect("is a time");
    let newer = APPROVAL.replacen("acme-2026-11", "acme-2026-12", 1).replacen("2026-11-23T", "2026-12-01T", 1);
    let newer = newer.replacen("max_runs ", "renews = \"acme-2026-11\"\nmax_runs ", 1);
    fixture.approval("acme-2026-12", &newer, &[MAIJA, KAISA]);
    let early = Ask { now: at("2026-12-01T00:00:00Z"), ..fixture.ask.clone() };
    let examined = examine(fixture.home.path(), &fixture.trust, Some("acme-2026-12"), &early).expect("holds");
    examined.record(&mut fixture.book()).expect("is entered before it begins");

    let approval = fixture.gate().expect("the earlier one has its time");
    assert_eq!(approval.id(), "acme-2026-11");
    approval.demand_in_force(&mut fixture.book(), || at("2026-11-30T23:59:59Z")).expect("as before");
    let refused =
        approval.demand_in_force(&mut fixture.book(), || at("2026-12-01T00:00:00Z")).expect_err("is followed");
    assert_eq!(refused.refusal, Refusal::Superseded { by: "acme-2026-12".to_owned() });
    fixture.ask.now = at("2026-12-01T00:00:00Z");
    assert_eq!(fixture.gate().expect("has begun").id(), "acme-2026-12");
    fixture.id = Some("acme-2026-11");
    assert_eq!(variant(&fixture.refusal()), "Superseded");
}

#[test]
fn an_approval_that_ended_since_is_not_in_force() {
    let fixture = Fixture::new();
    let approval = fixture.gate().expect("everything holds");
    let at = |text: &str| text.parse::<Timestamp>().expect("is a time");
    approval.demand_in_force(&mut fixture.book(), || at("2027-02-20T23:59:59Z")).expect("has not ended");
    let ended = at("2027-02-21T00:00:00Z");
    let refused = approval.demand_in_force(&mut fixture.book(), || ended).expect_err("has ended");
    assert_eq!(refused.refusal, Refusal::Expired { at: ended });
    let standing = |now| Standing::of(fixture.book().ledger().entries(), "acme", "acme-2026-11", now);
    assert!(standing(ended).has_ended(ended) && !standing(fixture.ask.now).has_ended(fixture.ask.now));
}

#[test]
fn the_trust_refusal_names_the_digest_that_would_pass() {
    let mut fixture = Fixture::new();
    let right = std::mem::take(&mut fixture.trust);
    assert!(fixture.refusal().hint().expect("has one").contains(&right));
}

#[test]
fn a_signature_of_another_hash_counts_and_one_without_touch_does_not() {
    let mut fixture = Fixture::new();
    let private = PrivateKey::read_openssh_file(&key(MAIJA)).expect("is a key");
    let armored = private
        .sign("verho-approval", HashAlg::Sha256, APPROVAL.as_bytes())
        .and_then(|sig| sig.to_pem(LineEnding::CRLF));
    write(&fixture.file(&format!("{MAIJA}.sig")), armored.expect("can sign"));
    assert!(fixture.gate().is_ok());

    for (flags, holds) in [(1, true), (0, false)] {
        let security_key = SecurityKey::new(&private);
        fixture.signers(public_key(MAIJA).trim_end(), &security_key.public());
        write(&fixture.file(&format!("{MAIJA}.sig")), security_key.sign(flags, APPROVAL.as_bytes()));
        match fixture.gate() {
            Ok(_) => assert!(holds),
            Err(refused) => assert_eq!((holds, variant(&refused.refusal).as_str()), (false, "Untouched")),
        }
    }
}

/// A FIDO authenticator in software (PROTOCOL.u2f).
struct SecurityKey<'k> {
    private: &'k PrivateKey,
    public: ssh_key::public::KeyData,
}

impl<'k> SecurityKey<'k> {
    fn new(private: &'k PrivateKey) -> Self {
        let inner = *private.public_key().key_data().ed25519().expect("is an ed25519 key");
        SecurityKey { private, public: ssh_key::public::SkEd25519::new(inner, "ssh:").into() }
    }

    fn public(&self) -> String {
        ssh_key::PublicKey::from(self.public.clone()).to_openssh().expect("can be written")
    }

    fn sign(&self, flags: u8, message: &[u8]) -> String {
        use ::signature::Signer;
        use sha2::{Digest, Sha256};
        let to_sign =
            ssh_key::SshSig::signed_data("verho-approval", HashAlg::Sha512, message).expect("has a namespace");
        let trailer = [flags, 0, 0, 0, 7];
        let by_key = [Sha256::digest(b"ssh:").as_slice(), &trailer, Sha256::digest(to_sign).as_slice()].concat();
        let raw: ssh_key::Signature = self.private.try_sign(&by_key).expect("can sign");
        let signature = ssh_key::Signature::new(ssh_key::Algorithm::SkEd25519, [raw.as_bytes(), &trailer].concat());
        let signature = signature.expect("has the right length");
        let sig = ssh_key::SshSig::new(self.public.clone(), "verho-approval", HashAlg::Sha512, signature);
        sig.and_then(|sig| sig.to_pem(LineEnding::LF)).expect("can be written")
    }
}

#[test]
fn a_signature_that_lies_there_many_times_counts_once() {
    let f = Fixture::new();
    let kaisa = std::fs::read(f.file(&format!("{KAISA}.sig"))).expect("is there");
    (0..1_000).for_each(|copy| std::fs::write(f.file(&format!("copy-{copy}.sig")), &kaisa).expect("is writable"));
    let approval = f.gate().expect("it holds");
    assert_eq!(approval.signers().len(), 2);
    let book = f.book();
    let given =
        Standing::of(book.ledger().entries(), "acme", "acme-2026-11", f.ask.now).given.expect("came into force");
    assert_eq!((given.signers.len(), given.signatures.len()), (2, 2));
}

/// A way to come to a state, by its word.
type Way = (&'static str, fn(&mut Fixture));

const STATES: &[Way] = &[
    ("requested", |f| std::fs::remove_file(f.file(&format!("{MAIJA}.sig"))).expect("is there")),
    ("given", |_| {}),
    ("given", |f| f.ask.now = "2026-11-22T23:59:59Z".parse().expect("is a time")),
    ("renewed", |f| f.followed(|toml| toml)),
    ("superseded", |f| f.followed(|toml| toml.replacen(&"3".repeat(64), &"4".repeat(64), 1))),
    ("expired", |f| f.ask.now = "2027-02-21T00:00:00Z".parse().expect("is a time")),
    ("used up", |f| (0..12).for_each(|_| assert!(f.gate().is_ok()))),
    ("withdrawn", |f| {
        let (approval, by) = ("acme-2026-11".to_owned(), MAIJA.to_owned());
        let withdrawn = Event::Withdrawn { approval, by, reason: String::new() };
        f.book().enter("acme", withdrawn).expect("is writable");
    }),
    ("invalidated", |f| {
        table(f).policy = format!("blake3:{}", "4".repeat(64));
        table(f).columns.insert("phone".to_owned(), "fake".to_owned());
    }),
];

impl Fixture {
    /// Enters an approval that follows the first one, with its terms changed like this.
    fn followed(&mut self, change: impl FnOnce(String) -> String) {
        let newer = APPROVAL.replacen("acme-2026-11", "acme-2026-12", 1).replacen("2026-11-20T09", "2026-11-21T09", 1);
        let newer = change(newer.replacen("max_runs ", "renews = \"acme-2026-11\"\nmax_runs ", 1));
        self.approval("acme-2026-12", &newer, &[MAIJA, KAISA]);
        let record = Record::parse(Path::new("approval.toml"), &newer).expect("is well formed");
        let given = Given {
            approval: record.approval,
            digest: String::new(),
            signatures: BTreeMap::new(),
            signers: Vec::new(),
            not_before: record.not_before,
            not_after: record.not_after,
            max_runs: record.max_runs,
            retention_days: None,
            renews: record.renews,
        };
        self.book().enter("acme", Event::Given(given)).expect("is writable");
    }

    fn record(&self, id: &str) -> Option<Record> {
        let path = self.home.path().join("acme").join(id).join("approval.toml");
        Record::parse(&path, &std::fs::read_to_string(&path).ok()?).ok()
    }
}

#[test]
fn an_approval_is_in_one_state_and_says_why() {
    for (word, come_to_it) in STATES {
        let mut fixture = Fixture::new();
        come_to_it(&mut fixture);
        let standing = Standing::of(fixture.book().ledger().entries(), "acme", "acme-2026-11", fixture.ask.now);
        let record = fixture.record("acme-2026-11").expect("is there");
        let follower = standing.followed_by.as_ref().and_then(|by| fixture.record(by));
        let (state, why) = State::of(&record, &fixture.view(), &standing, follower.as_ref());
        assert_eq!(state.word(), *word, "{why}");
        assert!(*word != "invalidated" || why.contains("phone"), "drift names the column: {why}");
    }
}
