//! One run, read top to bottom: from an approval to a visible release, or to a refusal; both leave evidence.

mod cut_short;
pub mod earned;
pub mod ending;
mod look;
mod refresh;
pub mod releases;
mod scan;
pub mod secret;
mod sign;
mod trail;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use jiff::Timestamp;

use crate::account::doors::{OpenProduction, Production, Test};
use crate::account::meanwhile::meanwhile;
use crate::account::separate::{self, SeparateAccounts, Sides};
use crate::account::side::Side;
use crate::account::store::{Store, StoreError};
use crate::consent::{self, Approval, Ask, Assessment, Earned, Examined, Refusal, Refused, TableAsk};
use crate::crew::Crew;
use crate::engine::{self, Progress, Target};
use crate::error::{Failure, Kind};
use crate::evidence::{self, Outcome};
use crate::guard::groups::{self, Finding};
use crate::keys::{Secret, ring_of};
use crate::ledger::{Book, Ledger, LedgerError};
use crate::lineage::Lineage;
use crate::plan::Plan;
use crate::process::is_asked_to_end;
use crate::release::{self, Manifest, TableRelease};
use crate::schema::{self, TableSchema, digest};
use crate::signing::Signer;
use crate::sink::Written;
use crate::source::ReadLimits;
use crate::survey::{self, Counts, LinkFinding, Means, SkewFinding, Surveyed};
use crate::transform::Masks;
use crate::workspace::Workspace;
pub use look::{MOST_SHOWN, measure, preview};
pub use refresh::{Refreshed, refresh};
pub use scan::scan;
use secret::Secrets;
use sign::Sign;
use trail::{Books, Trail};

/// What was asked for on the command line.
pub struct Wish<'w> {
    pub customer: &'w str,
    /// The one approval to use; the newest that holds without it.
    pub approval: Option<&'w str>,
    /// The principal who runs it, instead of the workspace's.
    pub operator: Option<&'w str>,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Done {
    pub release: String,
    pub approval: String,
    pub run_number: u64,
    pub tables: BTreeMap<String, u64>,
    pub objects: usize,
    pub bytes: u64,
    /// What may be said of the release, and why.
    pub assessment: Assessment,
    #[serde(flatten)]
    pub findings: Findings,
    /// Where the evidence lies, below the evidence root.
    pub evidence: String,
}

/// A workspace with its doors: the production door shut, the test door waiting for safe parts.
pub struct House<'w> {
    pub workspace: &'w Workspace,
    pub production: Production,
    pub test: Test,
    pub evidence: Box<dyn Store>,
    pub signer: Box<dyn Signer>,
    pub crew: Crew,
}

impl<'w> House<'w> {
    /// Opens the three roots of a workspace for a customer, each with its own credentials.
    ///
    /// # Errors
    /// Where a root or the evidence key cannot be opened.
    pub fn open(workspace: &'w Workspace, customer: &str) -> Result<Self, Failure> {
        if !consent::is_id(customer) {
            return Err(Failure::new(Kind::Usage, "that cannot be the name of a customer"));
        }
        // Sides that are mixed up are told before what follows from it. Where all can be opened, a run does, with evidence.
        let opened = House::of(workspace, customer);
        opened.map_err(|failure| separate::by_names(&workspace.sides()).refusal().map_or(failure, Failure::from))
    }

    fn of(workspace: &'w Workspace, customer: &str) -> Result<Self, Failure> {
        demand_known(workspace, customer)?;
        Ok(House {
            production: opened("production root", workspace.production_door(&narrowed(workspace, customer)))?,
            test: Test::new(opened("test root", workspace.test.below(customer).open_for_writing())?),
            evidence: opened("evidence root", workspace.evidence.side.open_for_writing())?,
            signer: evidence::signer(workspace)?,
            crew: Crew::new(workspace.limits.workers())?,
            workspace,
        })
    }

    /// Proves that the accounts share nothing; what is no reason to refuse is told.
    fn proved(&self, trail: &mut Trail, warn: &dyn Fn(&str)) -> Result<SeparateAccounts, Failure> {
        // A write is tried below the folder of whose run it is.
        let own = trail.record().customer.clone();
        let others = self.workspace.customers.iter().filter(|customer| **customer != own).cloned();
        let customers: Vec<String> = std::iter::once(own.clone()).chain(others).collect();
        let separate = separate::prove(&Sides { customers: &customers, ..self.workspace.sides() })?;
        separate.report().warnings().for_each(|finding| warn(&finding.to_string()));
        trail.proved(&separate);
        Ok(separate)
    }

    /// Says of runs that were killed how they ended, and takes away what they left.
    fn settle(&self, books: &mut Books<'_>, wish: &Wish<'_>, progress: &dyn Progress) {
        match cut_short::settle(self.workspace, &self.test, books, wish.customer) {
            Ok(erased) => erased.iter().flat_map(|(due, _)| &due.releases).for_each(|release| {
                progress.warn(&format!("what a run that was killed had written is erased (`{release}`)"));
            }),
            Err(failure) => progress.warn(&format!("what a run that was killed has left is there still ({failure})")),
        }
    }

    /// The books, of which the ledger is believed only where all have cosigned it who must, and where it lies in the past.
    fn books(&self) -> Books<'_> {
        let mut books = Books::open(self.evidence.as_ref(), self.signer.as_ref(), &self.workspace.ledger_memory());
        let watched = |book: &Book<'_>| {
            let (now, mut witnesses) = (Timestamp::now(), self.workspace.evidence.witnesses.iter());
            book.ledger().demand_past(now)?;
            witnesses.try_for_each(|witness| book.ledger().witnessed(&witness.key, witness.hours, now))
        };
        match books.ledger.as_ref().ok().and_then(|book| watched(book).err()) {
            None => {}
            Some(error @ (LedgerError::Witness | LedgerError::Unwatched { .. })) => books.unwatched = Some(error),
            Some(error) => books.ledger = Err(error),
        }
        books
    }
}

/// What is opened, or why it cannot be.
fn opened<T>(what: &str, store: Result<T, StoreError>) -> Result<T, Failure> {
    store.map_err(|error| Failure::from(error).during(what))
}

/// Whether somebody knows a customer, asked before anything is made in its name: of a name that was mistyped nothing remains,
/// neither a folder nor a statement, by which it would be known from then on.
fn demand_known(workspace: &Workspace, customer: &str) -> Result<(), Failure> {
    if workspace.has(customer) {
        return Ok(());
    }
    let evidence = opened("evidence root", workspace.evidence.side.open())?;
    let ledger = Ledger::open(evidence.as_ref(), evidence::public_key(workspace)?, &workspace.ledger_memory());
    // What comes of a ledger that is not to be believed must leave evidence.
    ledger.map_or(Ok(()), |ledger| workspace.demand_known(&ledger, customer))
}

/// Carries a customer's dataset over, once.
///
/// # Errors
/// With the exit code of DESIGN 6.4; nothing is visible then, and the refusal is in evidence.
pub fn run(house: &House<'_>, wish: &Wish<'_>, progress: &dyn Progress) -> Result<Done, Failure> {
    run_if(house, wish, progress, &|_| true)
}

/// As [`run`], where it is so of the ledger as it is when the run begins.
fn run_if(house: &House<'_>, wish: &Wish<'_>, progress: &dyn Progress, is_so: MayBegin<'_>) -> Result<Done, Failure> {
    house.workspace.limits.note().iter().for_each(|words| progress.warn(words));
    let mut trail = Trail::begun(wish.customer, operator(house.workspace, wish).unwrap_or_default());
    let mut sign = Sign::put(&house.workspace.signs(), trail.run());
    let lineage = Lineage::begin(house.workspace, trail.record());
    // Both wait for other machines.
    let (mut books, separate) = thread::scope(|scope| {
        let books = meanwhile(scope, || house.books());
        let separate = to_its_end(|| house.proved(&mut trail, &|warning| progress.warn(warning)));
        (books(), separate)
    });
    let mut carry = |separate: &_| {
        to_its_end(|| carry(house, (wish, is_so), progress, separate, (&mut trail, &mut sign), &mut books))
    };
    let outcome = separate.and_then(|separate| carry(&separate)).map_err(ended);
    let evidence = trail.end(&mut books, Outcome::Committed, outcome.as_ref().err());
    let evidence = match &outcome {
        Ok(done) => evidence
            .map_err(|lost| lost.during(&format!("release {} is visible, but no evidence says so", done.release))),
        Err(_) => evidence,
    };
    // Where the ledger does not tell of its end, the next run does.
    if evidence.is_ok() {
        sign.into_iter().for_each(Sign::end);
    }
    lineage.end(trail.record()).iter().for_each(|why| progress.warn(why));
    ending::sweep(&house.test, &mut books, wish, &trail, outcome.as_ref().err())?;
    if let Some(Err(left)) = outcome.is_err().then(|| ending::undo(&house.test, &mut books, wish, &trail)) {
        progress.warn(&format!("what the run wrote could not be erased ({left}); `verho release list` names it"));
    }
    with_evidence(outcome, evidence).map(|(done, evidence)| Done { evidence, ..done })
}

/// What fails after somebody asked the process to end has failed by that.
fn ended(failure: Failure) -> Failure {
    go_on().err().unwrap_or(failure)
}

/// Whether nobody has asked the process to end.
fn go_on() -> Result<(), Failure> {
    match is_asked_to_end() {
        true => Err(Failure::new(Kind::Interrupted, "interrupted; no release was made").hint("run it again")),
        false => Ok(()),
    }
}

/// What came of a run and where its evidence lies; a failure is told with that of its evidence.
fn with_evidence<T>(outcome: Result<T, Failure>, evidence: Result<String, Failure>) -> Result<(T, String), Failure> {
    match (outcome, evidence) {
        (Ok(done), evidence) => Ok((done, evidence?)),
        (Err(failure), Ok(_)) => Err(failure),
        (Err(failure), Err(lost)) => {
            let message = format!("{}; and of this there is no evidence: {}", failure.message, lost.message);
            Err(Failure { message, ..failure })
        }
    }
}

/// A bug ends a run as any failure does, so that it leaves evidence.
fn to_its_end<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Failure::new(Kind::Internal, "a bug ended the run")))
}

/// What the ledger must be like for a run to begin.
type MayBegin<'f> = &'f dyn Fn(&Ledger<'_>) -> bool;

fn carry(
    house: &House<'_>,
    (wish, is_so): (&Wish<'_>, MayBegin<'_>),
    progress: &dyn Progress,
    separate: &SeparateAccounts,
    (trail, sign): (&mut Trail, &mut Option<Sign>),
    books: &mut Books<'_>,
) -> Result<Done, Failure> {
    let schemas = schema::read_customer(&house.workspace.schemas(), wish.customer)?;
    let examined = examine(house, wish, &schemas)?;
    books.ledger()?;
    house.settle(books, wish, progress);
    let plan = Plan::resolve(wish.customer, schemas, &house.production, &house.workspace.limits, &house.crew)?;
    trail.planned(&plan);
    let book = books.ledger()?;
    // A key ring that nothing opens costs no run.
    let ring = ring_of(house.workspace)?;
    // From here on the run counts.
    go_on()?;
    let approval = examined.approve_if(&plan.structures(), book, trail.run(), is_so)?;
    trail.approved(&approval, book.ledger());
    let secrets = Secrets::of(&ring, house.workspace, &approval, book, plan.epoch())?;
    let source = fingerprint(&plan, secrets.of_names());
    trail.keyed(&plan, &secrets);
    let open = house.production.open(&approval, separate);
    let (plan, Told { masks, findings, earned, counts }) =
        go_through(house, plan, (&approval, open), secrets.of_pseudonyms())?;
    trail.measured(&plan, &secrets, &findings);
    trail.surveyed(&plan, counts);
    let release = release_name(&approval, secrets.of_names());
    trail.writes(&release);
    noted(sign, &release)?;
    let target = Target { test: house.test.open(separate), release: &release };
    let written = engine::run(&plan, open, &masks, &target, &house.crew, house.workspace.limits.memory, progress)?;
    trail.written(&plan, &earned.assessment, &written);
    let manifest = manifest(&plan, &approval, &secrets, source, release.clone(), &earned, &written);
    trail.prepared(books)?;
    still(house, separate, &approval, books.ledger()?)?;
    let committed = release::commit(target.test, &manifest, house.signer.as_ref());
    committed.map_err(|error| Failure::from(error).during("the release cannot be made visible"))?;
    Ok(done(&approval, manifest, written.len(), earned.assessment, findings))
}

/// Notes in the run's sign what it is about to write, so that the next run can erase it where this one is killed.
fn noted(sign: &mut Option<Sign>, release: &str) -> Result<(), Failure> {
    let noted = sign.as_mut().map_or(Ok(()), |sign| sign.writes(release));
    noted.map_err(|error| Failure::new(Kind::Invalid, format!("`.verho/runs`: {}", error.kind())))
}

/// Right before a release is made visible: the accounts must be who they were, and the approval must be in force.
fn still(
    house: &House<'_>,
    separate: &SeparateAccounts,
    approval: &Approval,
    book: &mut Book<'_>,
) -> Result<(), Failure> {
    let (are_separate, is_in_force) = thread::scope(|scope| {
        let are_separate = meanwhile(scope, || separate.confirm(&house.workspace.sides()));
        let is_in_force = approval.demand_in_force(book, Timestamp::now);
        (are_separate(), is_in_force)
    });
    are_separate?;
    Ok(is_in_force?)
}

/// What the first pass has told, and what follows from it.
struct Told {
    masks: Masks,
    findings: Findings,
    earned: Earned,
    /// How many values of the source are looked for in all that leaves.
    counts: Counts,
}

/// What was found of the whole.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Findings {
    /// What the groups of tables are like, by table.
    pub groups: BTreeMap<String, Finding>,
    /// How many values of a link's one end are nowhere at its other end.
    pub links: Vec<LinkFinding>,
    /// How uneven the values of pseudonymised leaves are.
    pub skew: Vec<SkewFinding>,
}

/// The values of the source, and the rows of records.
fn looked_over(
    house: &House<'_>,
    plan: Plan,
    open: OpenProduction<'_>,
    secret: &Secret,
) -> Result<(Plan, Surveyed), Failure> {
    let (memory, key) = (house.workspace.limits.memory, secret.known_values_key(&plan.customer));
    let surveyed = survey::survey(&plan, open, &house.crew, memory, &key);
    let surveyed = surveyed.map_err(engine::EngineError::from)?;
    Ok((plan.measured(&surveyed.measured)?, surveyed))
}

/// The first pass: what must be known of the whole before a part leaves. Only now are the parts of records known, and
/// whether groups hold.
fn go_through(
    house: &House<'_>,
    plan: Plan,
    (approval, open): (&Approval, OpenProduction<'_>),
    secret: &Secret,
) -> Result<(Plan, Told), Failure> {
    let memory = house.workspace.limits.memory;
    let (plan, surveyed) = looked_over(house, plan, open, secret)?;
    let keys = plan.keys(secret);
    let means = Means { production: open, crew: &house.crew, limits: ReadLimits::of(memory), keys: &keys };
    let counted = survey::count(&plan, secret, &surveyed, means, memory);
    let judged = groups::judge(&plan, secret, counted.map_err(engine::EngineError::from)?)?;
    let links = survey::orphans(&plan, secret, means).map_err(engine::EngineError::from)?;
    let skew = survey::skew(&plan, means).map_err(engine::EngineError::from)?;
    let earned = earned::by_facts(plan.tables.iter().map(|table| &table.schema), &judged.findings);
    if !earned.claim.covers(&approval.claim()) {
        let refusal = Refusal::ClaimNotEarned { approved: approval.claim(), earned: earned.claim };
        return Err(Refused::from(refusal).into());
    }
    let findings = Findings { groups: judged.findings, links, skew };
    let plan = plan.generalised(&judged.steps);
    let masks = Masks::new(&plan, secret, surveyed.taken, surveyed.known, judged.standings);
    Ok((plan, Told { masks, findings, earned, counts: surveyed.counts }))
}

/// Asks the gate, with files alone: no store is touched before it agrees.
pub fn examine(house: &House<'_>, wish: &Wish<'_>, schemas: &[TableSchema]) -> Result<Examined, Failure> {
    let workspace = house.workspace;
    let ask = ask(workspace, wish, schemas);
    Ok(consent::examine(&workspace.consents(), &workspace.consent.trust, wish.approval, &ask)?)
}

/// What a run of these schemas asks of an approval.
pub fn ask(workspace: &Workspace, wish: &Wish<'_>, schemas: &[TableSchema]) -> Ask {
    let (destination, now) = (workspace.test.below(wish.customer), Timestamp::now());
    Ask {
        customer: wish.customer.to_owned(),
        operator: operator(workspace, wish).unwrap_or_default(),
        source_account: workspace.production.access.account.clone(),
        source_root: source_root(workspace, schemas),
        destination_account: destination.access.account.clone(),
        destination_root: destination.root.to_string(),
        destination_kms_key: destination.access.kms_key.clone(),
        destination_region: destination.access.region.clone(),
        evidence_root: workspace.evidence.side.root.to_string(),
        tables: schemas.iter().map(|schema| (schema.table.clone(), table_ask(schema))).collect(),
        claim: earned::by_rules(schemas).claim,
        now,
        asked_at: now,
        max_days: workspace.consent.max_days,
    }
}

fn operator(workspace: &Workspace, wish: &Wish<'_>) -> Option<String> {
    wish.operator.map(str::to_owned).or_else(|| workspace.operator.clone())
}

/// The folder below which every table's objects lie: the customer's own, where all are in it.
fn source_root(workspace: &Workspace, schemas: &[TableSchema]) -> String {
    let shared = |left, right| {
        let same = std::iter::zip(str::split_inclusive(left, '/'), str::split_inclusive(right, '/'))
            .take_while(|(left, right)| left == right);
        &left[..same.map(|(part, _)| part.len()).sum()]
    };
    let folders = schemas.iter().map(|schema| schema.source.folder());
    let common: &str = folders.reduce(shared).unwrap_or_default();
    let home =
        schemas.first().map(|schema| format!("{}/", schema.customer)).filter(|home| common.starts_with(home.as_str()));
    format!("{}{}", workspace.production.root, home.as_deref().unwrap_or(common))
}

fn table_ask(schema: &TableSchema) -> TableAsk {
    let columns = schema.columns.iter().map(|(path, rule)| (path.as_str().to_owned(), rule.entry.name.to_owned()));
    TableAsk { policy: digest::policy(schema), columns: columns.collect() }
}

/// The production side, whose session reaches what an approval of the customer can be for, and no more.
fn narrowed(workspace: &Workspace, customer: &str) -> Side {
    let mut side = workspace.production.clone();
    // Schemas that cannot be read refuse the run before anything is.
    let schemas = schema::read_customer(&workspace.schemas(), customer).unwrap_or_default();
    let root = source_root(workspace, &schemas);
    side.access.narrowed_to = root.strip_prefix("s3://").map(str::to_owned);
    side
}

/// A name that says nothing: derived from the secret, the approval and the number of its run.
fn release_name(approval: &Approval, secret: &Secret) -> String {
    let day = Timestamp::now().strftime("%Y%m%d");
    format!("{day}-{}", secret.opaque("release", &format!("{} {}", approval.digest(), approval.run_number())))
}

/// A keyed digest of which objects in which state a plan reads.
pub fn fingerprint(plan: &Plan, secret: &Secret) -> String {
    let files = || plan.tables.iter().flat_map(|table| &table.files);
    let told_by = files().filter_map(|file| file.logged.as_ref()).flat_map(|logged| logged.told_by());
    let objects = files().map(|file| &file.object).chain(told_by);
    let states = objects.map(|object| format!("{:?}", (&object.key, object.size, &object.pin)));
    // A state of a log can differ from another in what its log alone says.
    let snapshots = plan.tables.iter().filter_map(|table| table.snapshot).map(|id| format!("snapshot {id}"));
    let states: Vec<String> = states.chain(snapshots).collect();
    secret.opaque("source", &format!("{states:?}"))
}

fn manifest(
    plan: &Plan,
    approval: &Approval,
    secrets: &Secrets,
    source: String,
    release: String,
    earned: &Earned,
    written: &[Written],
) -> Manifest {
    let mut tables: BTreeMap<String, TableRelease> = BTreeMap::new();
    for table in &plan.tables {
        let (schema, policy, snapshot) = (table.structure.clone(), table.policy.clone(), table.snapshot);
        let release = TableRelease { schema, policy, snapshot, rows: 0, objects: Vec::new() };
        tables.insert(table.schema.table.clone(), release);
    }
    for (part, object) in plan.parts.iter().zip(written) {
        tables.entry(plan.tables[part.table].schema.table.clone()).and_modify(|table| {
            table.rows += object.rows;
            table.objects.push(object.clone());
        });
    }
    Manifest {
        release,
        customer: plan.customer.clone(),
        created_at: Timestamp::now(),
        tool: concat!("verho ", env!("CARGO_PKG_VERSION")).to_owned(),
        approval: approval.id().to_owned(),
        approval_digest: approval.digest().to_owned(),
        claim: earned.claim.to_string(),
        epoch: secrets.of_pseudonyms().epoch(),
        source,
        tables,
    }
}

fn done(approval: &Approval, manifest: Manifest, objects: usize, assessment: Assessment, findings: Findings) -> Done {
    Done {
        approval: approval.id().to_owned(),
        run_number: approval.run_number(),
        bytes: manifest.tables.values().flat_map(|table| &table.objects).map(|object| object.size).sum(),
        tables: manifest.tables.into_iter().map(|(name, table)| (name, table.rows)).collect(),
        release: manifest.release,
        objects,
        assessment,
        findings,
        evidence: String::new(),
    }
}

impl From<release::ReleaseError> for Failure {
    fn from(error: release::ReleaseError) -> Self {
        match error {
            release::ReleaseError::Sign(error) => error.into(),
            release::ReleaseError::Unknown(_) => {
                Failure::new(Kind::Usage, error.to_string()).hint("`verho release list` shows all")
            }
            release::ReleaseError::Barred(..) => {
                Failure::new(Kind::Consent, error.to_string()).hint("`verho release list` shows the others")
            }
            release::ReleaseError::Broken(_) => Failure::new(Kind::Consent, error.to_string())
                .hint("find out who could write there; `verho release delete` erases it"),
            release::ReleaseError::InUse(_) => Failure::new(Kind::Usage, error.to_string())
                .hint("point readers to another one first: `verho release use CUSTOMER RELEASE`"),
            release::ReleaseError::Lost { .. } => Failure::new(Kind::Storage, error.to_string())
                .hint("something deleted them while the run went on; find out what, and run again"),
            error => Failure::new(Kind::Storage, error.to_string()),
        }
    }
}
