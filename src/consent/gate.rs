//! The gate itself: [`examine`] looks at files, [`Examined::approve`] at structure and runs, and only it makes an
//! [`Approval`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::checks::{self, Case};
use super::claim::Claim;
use super::record::{Destination, Record, is_id};
use super::refusal::{Refusal, Refused};
use super::standing::{Standing, Use};
use super::trust::Authority;
use crate::document::{self, Fault};
use crate::ledger::{Book, Ledger};

/// What a run asks for; every field is compared with the approval.
#[derive(Debug, Clone)]
pub struct Ask {
    pub customer: String,
    /// The principal who runs it.
    pub operator: String,
    pub source_account: String,
    pub source_root: String,
    pub destination_account: String,
    pub destination_root: String,
    pub destination_kms_key: Option<String>,
    /// Where the bucket lies; none for a folder.
    pub destination_region: Option<String>,
    /// Where the ledger lies.
    pub evidence_root: String,
    /// By table name; all tables of the dataset.
    pub tables: BTreeMap<String, TableAsk>,
    /// What the checked facts earn.
    pub claim: Claim,
    pub now: Timestamp,
    /// When it is asked; `now` is later where an approval is entered before it begins.
    pub asked_at: Timestamp,
    /// The longest an approval may run.
    pub max_days: u64,
}

/// What would be done to one table.
#[derive(Debug, Clone)]
pub struct TableAsk {
    /// Digest of every leaf's class, method, options, and method version.
    pub policy: String,
    /// Leaf path to method, in words.
    pub columns: BTreeMap<String, String>,
}

/// A verified signer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    pub principal: String,
    pub person: String,
    pub organisation: String,
}

/// The customer's word that this run may be, checked. Only the gate makes one, each counts one run, and it cannot
/// be copied:
///
/// ```
/// # use verho::consent::Approval;
/// fn run(approval: Approval) -> String { approval.id().to_owned() }
/// ```
/// ```compile_fail,E0382
/// # use verho::consent::Approval;
/// fn run(approval: Approval) -> String { drop(approval); approval.id().to_owned() }
/// ```
/// ```compile_fail,E0599
/// # use verho::consent::Approval;
/// fn run(approval: Approval) -> (Approval, Approval) { (Clone::clone(&approval), approval.clone()) }
/// ```
///
/// Nor can it be made by hand, from nothing or from another:
///
/// ```
/// # use verho::consent::{Level, Claim};
/// let claim = Claim { level: Level::Anonymous, k: None };
/// let _other = Claim { k: Some(11), ..claim };
/// ```
/// ```compile_fail,E0451
/// # use verho::consent::Approval;
/// fn other(approval: Approval) -> Approval { Approval { run_number: 1, ..approval } }
/// ```
/// ```compile_fail,E0599
/// # use verho::consent::Approval;
/// let _approval = Approval::default();
/// ```
#[derive(Debug)]
#[must_use]
pub struct Approval {
    record: Record,
    digest: String,
    signers: Vec<Signer>,
    operator: String,
    run_number: u64,
}

impl Approval {
    /// The approval's name.
    pub fn id(&self) -> &str {
        &self.record.approval
    }

    /// The customer whose data may be read.
    pub fn customer(&self) -> &str {
        &self.record.customer
    }

    /// `blake3:` and 64 hex digits over the signed bytes.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Who signed.
    pub fn signers(&self) -> &[Signer] {
        &self.signers
    }

    /// The principal who may run it.
    pub fn operator(&self) -> &str {
        &self.operator
    }

    /// Which of the approved runs this is, from 1.
    pub fn run_number(&self) -> u64 {
        self.run_number
    }

    /// The only place data may go.
    pub fn destination(&self) -> &Destination {
        &self.record.destination
    }

    /// The moment it ends.
    pub fn not_after(&self) -> Timestamp {
        self.record.not_after
    }

    /// How long what was made may be kept, in days.
    pub fn retention_days(&self) -> Option<u64> {
        self.record.destination.retention_days
    }

    /// When what a run of this moment makes must be deleted.
    pub fn retained_until(&self, made: Timestamp) -> Option<Timestamp> {
        self.record.destination.retained_until(made)
    }

    /// What the customer was promised.
    pub fn claim(&self) -> Claim {
        self.record.claim
    }

    /// Asks the ledger once more, as it is now, and then the clock.
    ///
    /// # Errors
    /// Where the approval ended, was withdrawn or followed by another since, or the ledger is not to be believed.
    pub fn demand_in_force(&self, book: &mut Book<'_>, clock: impl FnOnce() -> Timestamp) -> Result<(), Refused> {
        let held = self.held(book, clock);
        held.map_err(|refusal| Refused { refusal, approval: Some(self.id().to_owned()), path: None })
    }

    fn held(&self, book: &mut Book<'_>, clock: impl FnOnce() -> Timestamp) -> Result<(), Refusal> {
        let ledger = book.fresh()?;
        let now = clock();
        Standing::of(ledger.entries(), self.customer(), self.id(), now).demand(&self.digest)?;
        if now < self.not_after() { Ok(()) } else { Err(Refusal::Expired { at: self.not_after() }) }
    }

    /// The whole record.
    pub fn record(&self) -> &Record {
        &self.record
    }
}

/// Approvals that hold as far as files can tell, the newest first, never none.
#[derive(Debug)]
#[must_use]
pub struct Examined {
    first: Candidate,
    others: Vec<Candidate>,
    operator: String,
    now: Timestamp,
}

#[derive(Debug)]
struct Candidate {
    folder: PathBuf,
    record: Record,
    digest: String,
    signatures: BTreeMap<String, String>,
    signers: Vec<Signer>,
    /// Whether every key that signed is valid still.
    keys_now: Result<(), Refusal>,
}

/// Looks for an approval of `ask` under `consent_dir`; reads files, touches no store.
///
/// `trust` is the configured trust root, `approval_id` the one approval to use; without it the newest that holds
/// is used.
///
/// # Errors
/// The refusal of the named approval, or of the newest.
pub fn examine(consent_dir: &Path, trust: &str, approval_id: Option<&str>, ask: &Ask) -> Result<Examined, Refused> {
    let authority = Authority::load(consent_dir, trust)?;
    let folders = folders(consent_dir, approval_id, ask)?;
    let mut looked: Vec<_> = folders.into_iter().map(|folder| (read_record(&folder), folder)).collect();
    looked.sort_by_key(|(file, _)| std::cmp::Reverse(file.as_ref().ok().map(|(record, _)| record.given_at)));
    let (mut candidates, mut newest) = (Vec::new(), None);
    for (file, folder) in looked {
        match candidate(file, &folder, &authority, ask) {
            Ok(candidate) => candidates.push(candidate),
            Err(refusal) => newest = newest.or(Some(refused(refusal, &folder))),
        }
    }
    let mut candidates = candidates.into_iter();
    match candidates.next() {
        Some(first) => {
            Ok(Examined { first, others: candidates.collect(), operator: ask.operator.clone(), now: ask.now })
        }
        None => Err(newest.unwrap_or_else(|| Refusal::Missing { customer: ask.customer.clone() }.into())),
    }
}

impl Examined {
    /// The name of the approval that will be tried first.
    pub fn id(&self) -> &str {
        &self.first.record.approval
    }

    /// The digest of the approval that will be tried first.
    pub fn digest(&self) -> &str {
        &self.first.digest
    }

    /// Compares the structures that the footers show (table to digest), then takes one of the approved runs by entering
    /// into the ledger that `run` begins: before it does, so that a crash costs a run and never gives one.
    ///
    /// # Errors
    /// The refusal of the newest approval, where none holds.
    pub fn approve(
        self,
        structures: &BTreeMap<String, String>,
        book: &mut Book<'_>,
        run: &str,
    ) -> Result<Approval, Refused> {
        self.approve_if(structures, book, run, &|_| true)
    }

    /// As [`approve`](Self::approve), where it is so of all that stands in the ledger before the run begins.
    ///
    /// # Errors
    /// As there, and [`Refusal::Overtaken`] where it is not.
    pub fn approve_if(
        self,
        structures: &BTreeMap<String, String>,
        book: &mut Book<'_>,
        run: &str,
        is_so: &dyn Fn(&Ledger<'_>) -> bool,
    ) -> Result<Approval, Refused> {
        self.first_with(structures, |used| used.take(book, run, is_so))
    }

    /// As [`approve`](Self::approve), for a look at some masked rows: a run must be left, and none is taken.
    ///
    /// # Errors
    /// The refusal of the newest approval, where none holds.
    pub fn look(self, structures: &BTreeMap<String, String>, book: &mut Book<'_>) -> Result<Approval, Refused> {
        self.first_with(structures, |used| used.look(book))
    }

    /// Enters the approval that was named, or the newest, without using it.
    ///
    /// # Errors
    /// Where the ledger speaks against it.
    pub fn record(self, book: &mut Book<'_>) -> Result<Record, Refused> {
        let Examined { first: candidate, operator, now, .. } = self;
        let entered = candidate.used_by(&operator, now).enter(book);
        entered.map_err(|refusal| refused(refusal, &candidate.folder)).map(|()| candidate.record)
    }

    /// The first approval that fits the structures and whose runs `count` allows.
    fn first_with(
        self,
        structures: &BTreeMap<String, String>,
        mut count: impl FnMut(&Use<'_>) -> Result<u64, Refusal>,
    ) -> Result<Approval, Refused> {
        let mut holds = |candidate: Candidate| {
            let used = candidate.used_by(&self.operator, self.now);
            match checks::structures(&candidate.record.tables, structures).and_then(|()| count(&used)) {
                Ok(run_number) => Ok(candidate.approved(self.operator.clone(), run_number)),
                Err(refusal) => Err(refused(refusal, &candidate.folder)),
            }
        };
        let first = holds(self.first);
        first.or_else(|refused| self.others.into_iter().find_map(|other| holds(other).ok()).ok_or(refused))
    }
}

impl Candidate {
    fn used_by<'a>(&'a self, operator: &'a str, now: Timestamp) -> Use<'a> {
        Use {
            record: &self.record,
            digest: &self.digest,
            signatures: &self.signatures,
            signers: &self.signers,
            keys_now: &self.keys_now,
            operator,
            now,
        }
    }

    fn approved(self, operator: String, run_number: u64) -> Approval {
        let Candidate { record, digest, signers, .. } = self;
        Approval { record, digest, signers, operator, run_number }
    }
}

fn candidate(
    file: Result<(Record, Vec<u8>), Fault>,
    folder: &Path,
    authority: &Authority,
    ask: &Ask,
) -> Result<Candidate, Refusal> {
    let file = file.map_err(|fault| Refusal::Unreadable(Box::new(fault)))?;
    let case = Case::new(ask, authority, folder, &file);
    case.refusal()?;
    let (signers, signatures, keys_now) = (case.signers()?, case.signatures()?, case.keys_now());
    let (record, bytes) = file;
    Ok(Candidate { folder: folder.to_owned(), record, digest: digest(&bytes), signatures, signers, keys_now })
}

/// The record and the very bytes it was parsed from.
pub(super) fn read_record(folder: &Path) -> Result<(Record, Vec<u8>), Fault> {
    let path = folder.join("approval.toml");
    let document = document::Document::read(&path)?;
    Ok((Record::parse(&path, document.text())?, document.text().as_bytes().to_vec()))
}

pub(super) fn digest(bytes: &[u8]) -> String {
    format!("blake3:{}", blake3::hash(bytes).to_hex())
}

fn folders(consent_dir: &Path, approval_id: Option<&str>, ask: &Ask) -> Result<Vec<PathBuf>, Refused> {
    let missing = || Refused::from(Refusal::Missing { customer: ask.customer.clone() });
    if !is_id(&ask.customer) {
        return Err(missing());
    }
    let home = consent_dir.join(&ask.customer);
    let ids = ids(consent_dir, &ask.customer).map_err(|fault| Refusal::Unreadable(Box::new(fault)))?;
    match approval_id {
        Some(id) if ids.iter().any(|known| known == id) => Ok(vec![home.join(id)]),
        Some(id) => {
            let refusal = Refusal::NoSuch { customer: ask.customer.clone() };
            Err(Refused { refusal, approval: Some(id.to_owned()), path: None })
        }
        None if ids.is_empty() => Err(missing()),
        None => Ok(ids.iter().map(|id| home.join(id)).collect()),
    }
}

/// The names of all approvals that a customer was asked for, in order; none where there is no folder of the customer.
///
/// # Errors
/// Where it cannot be told.
pub fn ids(consent_dir: &Path, customer: &str) -> Result<Vec<String>, Fault> {
    document::folders_in(&consent_dir.join(customer))
}

fn refused(refusal: Refusal, folder: &Path) -> Refused {
    let approval = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    Refused { refusal, approval, path: Some(folder.to_owned()) }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::consent::tests::{APPROVAL, ask};

    /// What the gate gives for the example approval.
    pub fn approval() -> Approval {
        let signer = |principal: &str, person: &str, organisation: &str| Signer {
            principal: principal.to_owned(),
            person: person.to_owned(),
            organisation: organisation.to_owned(),
        };
        Approval {
            record: Record::parse(Path::new("approval.toml"), APPROVAL).expect("is well formed"),
            digest: digest(APPROVAL.as_bytes()),
            signers: vec![
                signer("kaisa.koski@house.example", "Kaisa Koski", "house"),
                signer("maija.meri@acme.example", "Maija Meri", "acme"),
            ],
            operator: ask().operator,
            run_number: 1,
        }
    }
}
