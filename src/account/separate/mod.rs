//! That the two accounts share nothing: proved before every run, and shown by `verho doctor` (DESIGN 7).
//!
//! Each account is asked about itself with a constant number of calls (`ask`), what it tells becomes plain [`facts`], and
//! [`check`] judges those: one small item a check, one line in its list.

#[cfg(feature = "s3")]
pub mod ask;
pub mod check;
pub mod facts;
pub mod policy;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use self::facts::{Blind, Facts, Identity, Seen};
use super::root::Root;
use super::side::Side;
use super::store::StoreError;
use crate::account::meanwhile::meanwhile;

/// Both accounts as a workspace names them; evidence lies in production's.
#[derive(Clone, Copy)]
pub struct Sides<'w> {
    pub production: &'w Side,
    pub evidence: &'w Side,
    pub test: &'w Side,
    /// The ARN of the key that signs evidence, where KMS signs.
    pub signing_key: Option<&'w str>,
    /// What the workspace says of checks, by their names.
    pub severities: &'w BTreeMap<String, Severity>,
    /// Whose data lies in production, each in a folder of the name; a write is tried in the first one's.
    pub customers: &'w [String],
    /// The workspace's own files and folders, with its keys: none may lie in test.
    pub own: &'w [PathBuf],
}

/// Which part of the accounts a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    Production,
    Evidence,
    Test,
}

impl Place {
    /// All, in the order in which they are looked at.
    pub const ALL: [Place; 3] = [Place::Production, Place::Evidence, Place::Test];

    /// The word in verho.toml.
    pub fn word(self) -> &'static str {
        match self {
            Place::Production => "production",
            Place::Evidence => "evidence",
            Place::Test => "test",
        }
    }
}

/// What a finding that does not hold does to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Warn,
    Refuse,
}

/// How it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Holds,
    /// It holds, and soon will not.
    Nearly,
    Broken,
    /// It could not be looked at.
    Unseen(Blind),
}

/// What one check found out about one part of the accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub check: &'static str,
    /// None where it is about both accounts at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    pub state: State,
    /// What happens to a run: none where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    pub says: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some(place) => write!(out, "check `{}` of {}: {}", self.check, place.word(), self.says),
            None => write!(out, "check `{}`: {}", self.check, self.says),
        }
    }
}

/// All that was found out, in the order of the checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub findings: Vec<Finding>,
}

/// Why the accounts are not taken for separate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSeparate {
    #[error("accounts are not proved separate: {}", all(.0))]
    Refused(Vec<Finding>),
    /// What happened is no answer of an account.
    #[error("accounts are not proved separate: {}", all(.0))]
    Unreachable(Vec<Finding>),
    #[error("check `accounts` of {}: who acts is not who it was at the start", .0.word())]
    Changed(Place),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl NotSeparate {
    /// The way out.
    pub fn hint(&self) -> Option<String> {
        match self {
            NotSeparate::Refused(findings) => findings.iter().find_map(|finding| finding.hint.clone()),
            NotSeparate::Changed(_) => Some("run again; `verho doctor` shows who acts".to_owned()),
            NotSeparate::Unreachable(_) | NotSeparate::Store(_) => None,
        }
    }
}

/// How many findings a message holds: most others follow from the first.
const TOLD: usize = 3;

fn all(findings: &[Finding]) -> String {
    let told: Vec<String> = findings.iter().take(TOLD).map(ToString::to_string).collect();
    match findings.len().saturating_sub(TOLD) {
        0 => told.join("; "),
        more => format!("{}; and {more} more, which `verho doctor` shows", told.join("; ")),
    }
}

impl Report {
    /// Why a run is refused, if it is.
    pub fn refusal(&self) -> Option<NotSeparate> {
        let refusing = self.findings.iter().filter(|finding| finding.severity == Some(Severity::Refuse));
        let refusing: Vec<Finding> = refusing.cloned().collect();
        let is_unreachable = |finding: &Finding| matches!(finding.state, State::Unseen(Blind::Unreachable(_)));
        match refusing.is_empty() {
            true => None,
            // An account that answers nothing is down, and not mixed up.
            false if refusing.iter().all(is_unreachable) => Some(NotSeparate::Unreachable(refusing)),
            false => Some(NotSeparate::Refused(refusing)),
        }
    }

    /// What is no reason to refuse, and must be told.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Some(Severity::Warn))
    }
}

/// What an account is to be asked.
pub struct Asked<'w> {
    pub side: &'w Side,
    /// ARNs of the keys that are configured there.
    pub keys: Vec<&'w str>,
    /// Whether who acts is looked at, and the account as a whole: once an account.
    pub who: bool,
    /// Whether a write must be refused there.
    pub must_not_write: bool,
    /// Below whose folder.
    pub customer: Option<&'w str>,
    /// Actions that must be denied, and on which resources.
    pub forbidden: Vec<(Vec<&'static str>, Vec<String>)>,
}

impl<'w> Sides<'w> {
    /// One of them.
    pub fn side(&self, place: Place) -> &'w Side {
        match place {
            Place::Production => self.production,
            Place::Evidence => self.evidence,
            Place::Test => self.test,
        }
    }

    /// Whether the evidence is reached with other credentials than the data.
    pub fn evidence_is_apart(&self) -> bool {
        self.evidence.access.credentials != self.production.access.credentials
    }

    /// The KMS keys that are configured at a place.
    pub fn keys(&self, place: Place) -> Vec<&'w str> {
        let own = self.side(place).access.kms_key.as_deref();
        let signing = self.signing_key.filter(|_| place == Place::Evidence);
        own.into_iter().chain(signing).collect()
    }

    #[cfg(feature = "s3")]
    fn asked(&self, place: Place) -> Asked<'w> {
        Asked {
            side: self.side(place),
            keys: self.keys(place),
            who: place != Place::Evidence || self.evidence_is_apart(),
            must_not_write: place == Place::Production,
            customer: self.customers.first().map(String::as_str),
            forbidden: ask::forbidden::forbidden(self, place),
        }
    }
}

/// The proof that the accounts share nothing. Only [`prove`] makes one, and both doors demand it.
///
/// ```
/// # use verho::{account::{doors::Production, separate::SeparateAccounts}, consent::Approval};
/// fn read(door: &Production, approval: &Approval, separate: &SeparateAccounts) {
///     let _ = door.open(approval, separate);
/// }
/// ```
///
/// Nobody else can say so:
/// ```compile_fail,E0451
/// # use verho::account::separate::{Report, SeparateAccounts};
/// let separate = SeparateAccounts { report: Report { findings: Vec::new() }, who: Default::default() };
/// ```
#[derive(Debug)]
pub struct SeparateAccounts {
    report: Report,
    /// Who acts at each place, where that could be seen.
    who: BTreeMap<Place, Identity>,
}

/// Looks at both accounts, and judges what they tell.
///
/// # Errors
/// Where credentials cannot be found at all.
pub fn look(sides: &Sides<'_>) -> Result<(Report, BTreeMap<Place, Identity>), StoreError> {
    let facts = gather(sides)?;
    let who = facts.iter().filter_map(|(place, facts)| Some((*place, facts.identity.clone().ok()?))).collect();
    Ok((check::judge(&check::Look { sides, facts }), who))
}

/// What names alone show; nobody is asked.
pub fn by_names(sides: &Sides<'_>) -> Report {
    check::names_alone(&check::Look { sides, facts: BTreeMap::new() })
}

/// Proves that the accounts share nothing.
///
/// # Errors
/// With every check that does not hold, or where an account does not answer.
pub fn prove(sides: &Sides<'_>) -> Result<SeparateAccounts, NotSeparate> {
    // Before anybody is asked with credentials that may be the other side's.
    if let Some(refusal) = by_names(sides).refusal() {
        return Err(refusal);
    }
    let (report, who) = look(sides)?;
    match report.refusal() {
        Some(refusal) => Err(refusal),
        None => Ok(SeparateAccounts { report, who }),
    }
}

impl SeparateAccounts {
    /// Of two folders, which have no account.
    #[cfg(test)]
    pub fn of_folders() -> Self {
        SeparateAccounts { report: Report { findings: Vec::new() }, who: BTreeMap::new() }
    }

    /// What the checks found.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// Who acts at a place; none where its server cannot tell, and for folders.
    pub fn who(&self, place: Place) -> Option<&Identity> {
        self.who.get(&place)
    }

    /// Asks once more who acts: right before something becomes visible, sessions may be others than at the start.
    ///
    /// # Errors
    /// [`NotSeparate::Changed`] where that is somebody else.
    pub fn confirm(&self, sides: &Sides<'_>) -> Result<(), NotSeparate> {
        std::thread::scope(|scope| {
            let asked = Place::ALL.map(|place| (place, meanwhile(scope, move || self.confirmed(sides, place))));
            asked.into_iter().try_for_each(|(place, is_same)| match is_same()? {
                true => Ok(()),
                false => Err(NotSeparate::Changed(place)),
            })
        })
    }

    /// Whether who acts at a place is who it was; a session that was renewed may have another name.
    fn confirmed(&self, sides: &Sides<'_>, place: Place) -> Result<bool, StoreError> {
        let Some(before) = self.who.get(&place) else { return Ok(true) };
        let is_same = |now: &Identity| now.account == before.account && now.acts_as() == before.acts_as();
        Ok(identity(sides.side(place))?.is_some_and(|now| now.is_ok_and(|now| is_same(&now))))
    }
}

/// The facts of every place that has an account, asked at the same time.
#[cfg(feature = "s3")]
fn gather(sides: &Sides<'_>) -> Result<BTreeMap<Place, Facts>, StoreError> {
    let is_account = |place: &Place| matches!(sides.side(*place).root, Root::S3 { .. });
    std::thread::scope(|scope| {
        let asked: Vec<_> = Place::ALL
            .into_iter()
            .filter(is_account)
            .map(|place| (place, scope.spawn(move || facts_of(sides, place))))
            .collect();
        let broke = |_: Box<dyn std::any::Any + Send>| StoreError::Other("looking at an account broke off".into());
        asked.into_iter().map(|(place, facts)| Ok((place, facts.join().map_err(broke)??))).collect()
    })
}

/// What a place tells of itself, asked by whichever process holds its credentials.
///
/// # Errors
/// Where the credentials cannot be found at all.
#[cfg(feature = "s3")]
pub fn facts_of(sides: &Sides<'_>, place: Place) -> Result<Facts, StoreError> {
    match sides.side(place).access.apart {
        true => super::apart::facts(),
        false => ask::facts(&sides.asked(place)),
    }
}

#[cfg(feature = "s3")]
fn identity(side: &Side) -> Result<Option<Seen<Identity>>, StoreError> {
    match side.root {
        Root::S3 { .. } if side.access.apart => super::apart::identity().map(Some),
        Root::S3 { .. } => ask::identity(&side.access).map(Some),
        Root::File(_) => Ok(None),
    }
}

#[cfg(not(feature = "s3"))]
fn gather(sides: &Sides<'_>) -> Result<BTreeMap<Place, Facts>, StoreError> {
    match Place::ALL.into_iter().any(|place| matches!(sides.side(place).root, Root::S3 { .. })) {
        true => Err(StoreError::Other("this build knows no S3; build it with `--features s3`".into())),
        false => Ok(BTreeMap::new()),
    }
}

#[cfg(not(feature = "s3"))]
fn identity(_side: &Side) -> Result<Option<Seen<Identity>>, StoreError> {
    Ok(None)
}
