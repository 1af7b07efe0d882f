//! Schemas of tables that are not described yet: what is safe is written, what is not is left open.
//!
//! Nothing is decided here that lets a value through. A key becomes a pseudonym, what a name, a type or values give away
//! gets a method that leaves nothing of a person, and every other column is an open question, which
//! [`read_customer`](crate::schema::read_customer) refuses until a person has answered it.
//!
//! [`scan`] looks at the data itself, before there is an approval: through a door of its own, that hands out samples and
//! nothing else, and into results that hold no value. [`write()`] makes the same files of a schema of Aito.

pub mod aito;
mod changes;
mod choice;
pub mod column;
mod file;
mod links;
mod names;
mod objects;
mod propose;
mod sample;
mod write;

use std::collections::BTreeMap;
use std::path::Path;

use crate::account::doors::Production;
use crate::account::store::StoreError;
use crate::document::Fault;
use crate::lake::{self, LakeError};
use crate::plan::FileError;
use crate::schema::LeafPath;

pub use aito::Tables;
pub use changes::Change;
use changes::Ruled;
pub use file::{Link, Proposal};
use links::{Candidate, Place};
use objects::{Found, Table};
pub use propose::Choice;
use propose::Joins;
pub use sample::{Depth, Sampled, Scanner, Seen, columns_of_csv, names_of_json};
pub use write::{Written, write};

/// Why there is no scan.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    #[error("the production root cannot be listed: {0}")]
    List(StoreError),
    #[error("below the customer's folder there is no object that could belong to a table")]
    Empty,
    #[error("the customer's folder is a table that keeps a log, or lies in the folder of one")]
    Logged,
    #[error(transparent)]
    Schema(Fault),
}

/// One table, as far as a scan came.
pub struct Scanned {
    pub table: String,
    pub outcome: Result<Known, FileError>,
}

/// A table that was looked into.
pub struct Known {
    pub sampled: Sampled,
    /// One for each leaf.
    pub proposals: Vec<Proposal>,
    /// The text of its schema file, where it has none yet.
    pub text: Option<String>,
    /// Where it has one: how leaves and rules differ.
    pub changes: Vec<(LeafPath, Change)>,
}

/// What came of a scan. No value is in it.
pub struct Scan {
    pub tables: Vec<Scanned>,
    /// Tables that have a schema file and no object.
    pub gone: Vec<String>,
    /// Tables that keep a log and have a schema file: they were not looked into.
    pub logged: Vec<String>,
    /// Objects that belong to no table.
    pub passed_over: usize,
}

impl Scan {
    /// Leaves that nobody has decided about, in files that are new.
    pub fn open(&self) -> usize {
        let known =
            self.tables.iter().filter_map(|scanned| scanned.outcome.as_ref().ok()).filter(|known| known.text.is_some());
        known.flat_map(|known| &known.proposals).filter(|proposal| matches!(proposal.choice, Choice::Open(_))).count()
    }

    /// Tables that could not be looked into.
    pub fn failed(&self) -> impl Iterator<Item = (&str, &FileError)> {
        self.tables.iter().filter_map(|scanned| Some((scanned.table.as_str(), scanned.outcome.as_ref().err()?)))
    }

    /// Whether tables that have a schema file are no longer as it says.
    pub fn is_changed(&self) -> bool {
        let differs = |scanned: &Scanned| scanned.outcome.as_ref().is_ok_and(|known| !known.changes.is_empty());
        !self.gone.is_empty() || self.tables.iter().any(differs)
    }
}

/// Looks at a customer's objects and proposes schemas for those tables that have none in `folder`; what has one is held
/// against it.
///
/// # Errors
/// Where nothing can be listed, or a schema file is none. A table that cannot be read is told in its place.
pub fn scan(production: &Production, customer: &str, folder: &Path, depth: Depth) -> Result<Scan, ScanError> {
    let home = format!("{customer}/");
    let objects = production.list(&home).map_err(ScanError::List)?;
    if lake::is_inside(production, &home).map_err(ScanError::List)? {
        return Err(ScanError::Logged);
    }
    let found = objects::group(customer, objects);
    if found.tables.is_empty() && found.logged.is_empty() {
        return Err(ScanError::Empty);
    }
    let mut scanner = Scanner::new(production, depth);
    let sampled: Vec<_> = found.tables.iter().map(|table| scanner.table(table)).collect();
    let linked = Linked::of(&found.tables, &sampled);
    let tables = found.tables.iter().zip(sampled).enumerate();
    let tables = tables.map(|(at, (table, sampled))| {
        let outcome = match sampled {
            Ok(sampled) => Ok(known(customer, folder, table, sampled, &linked.leaves[at])?),
            Err(error) => Err(error),
        };
        Ok(Scanned { table: table.name.clone(), outcome })
    });
    let mut tables = tables.collect::<Result<Vec<_>, _>>().map_err(ScanError::Schema)?;
    let gone = gone(folder, &found);
    let (logged, new): (Vec<_>, Vec<_>) =
        found.logged.into_iter().partition(|(name, _)| folder.join(format!("{name}.toml")).exists());
    tables.extend(
        new.into_iter()
            .map(|(table, kind)| Scanned { table, outcome: Err(LakeError::Unscanned(kind.format()).into()) }),
    );
    let logged = logged.into_iter().map(|(name, _)| name).collect();
    Ok(Scan { tables, gone, logged, passed_over: found.passed_over })
}

/// Files of tables that are not there any more.
fn gone(folder: &Path, found: &Found) -> Vec<String> {
    let files = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let stem = |path: std::path::PathBuf| {
        let is_schema = path.extension().is_some_and(|extension| extension == "toml");
        path.file_stem().filter(|_| is_schema).map(|stem| stem.to_string_lossy().into_owned())
    };
    let is_there =
        |name: &String| found.logged.contains_key(name) || found.tables.iter().any(|table| table.name == *name);
    let mut gone: Vec<_> = files.filter_map(stem).filter(|name| !is_there(name)).collect();
    gone.sort();
    gone
}

fn known(customer: &str, folder: &Path, table: &Table, sampled: Sampled, linked: &[Joined]) -> Result<Known, Fault> {
    let proposals: Vec<_> =
        sampled.leaves.iter().zip(linked).map(|(seen, joined)| file::proposal(seen, joined)).collect();
    let there = folder.join(format!("{}.toml", table.name));
    let (text, changes) = match there.exists() {
        false => (Some(file::text(customer, table, &sampled, &proposals)), Vec::new()),
        true => (None, Ruled::read(&there)?.changes(&sampled.leaves, sampled.ending)),
    };
    Ok(Known { sampled, proposals, text, changes })
}

/// How a leaf joins others.
struct Joined {
    /// Under which name equal values become equal codes.
    domain: String,
    joins: Joins,
    link: Option<Link>,
    /// Whether the domain is another column's, whose values it has and to which it does not lead.
    is_fellow: bool,
}

/// The links of all tables, by the place of their leaf.
struct Linked {
    leaves: Vec<Vec<Joined>>,
}

impl Linked {
    fn of(tables: &[Table], sampled: &[Result<Sampled, FileError>]) -> Self {
        let read: Vec<(usize, &Sampled)> =
            sampled.iter().enumerate().filter_map(|(at, read)| Some((at, read.as_ref().ok()?))).collect();
        let named: Vec<_> = read.iter().map(|(at, sampled)| (tables[*at].name.as_str(), *sampled)).collect();
        let candidates = links::candidates(&named);
        let end = |(table, leaf): Place| format!("{}.{}", named[table].0, named[table].1.leaves[leaf].path.as_str());
        let heads = heads(&candidates);
        let fellows = links::fellows(&named).into_iter().filter(|fellow| !heads.contains_key(&fellow.from));
        let roots = self::heads(&candidates.iter().copied().chain(fellows).collect::<Vec<_>>());
        let root = |place: Place| roots.get(&place).copied().unwrap_or(place);
        let kind = |(table, leaf): Place| named[table].1.leaves[leaf].finding.kind;
        let joined = |place: Place| Joined {
            domain: end(root(place)),
            is_fellow: !heads.contains_key(&place) && root(place) != place,
            joins: match heads.get(&place) {
                Some(head) => Joins::Others(kind(*head)),
                None if roots.contains_key(&place) => Joins::Alike,
                None => Joins::None,
            },
            link: candidates.iter().find(|link| link.from == place).map(|link| Link {
                to: end(link.to),
                distinct: link.distinct,
                contained: link.contained,
            }),
        };
        let of_table = |at: usize| match read.iter().position(|(known, _)| *known == at) {
            Some(place) => (0..read[place].1.leaves.len()).map(|leaf| joined((place, leaf))).collect(),
            None => Vec::new(),
        };
        Linked { leaves: (0..tables.len()).map(of_table).collect() }
    }
}

/// For every linked leaf the one that its links lead to in the end; links in a ring lead to the least.
fn heads(candidates: &[Candidate]) -> BTreeMap<Place, Place> {
    let mut heads: BTreeMap<Place, Place> = BTreeMap::new();
    for link in candidates {
        let head = |place: Place, heads: &BTreeMap<Place, Place>| heads.get(&place).copied().unwrap_or(place);
        let (left, right) = (head(link.from, &heads), head(link.to, &heads));
        heads.entry(link.from).or_insert(left);
        heads.entry(link.to).or_insert(right);
        heads.values_mut().filter(|known| **known == left).for_each(|known| *known = right);
    }
    heads
}
