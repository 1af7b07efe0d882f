//! A scan, from the production door's narrow way in to its evidence; the test door stays shut.

use super::trail::{Books, Trail};
use super::{Wish, operator, to_its_end, with_evidence};
use crate::account::doors::Production;
use crate::consent;
use crate::error::{Failure, Kind};
use crate::evidence::{self, Outcome};
use crate::scan::{self, Depth, Scan, ScanError};
use crate::workspace::Workspace;

/// Looks at a customer's data and proposes schemas; what came of it and where its evidence lies. No file is written.
///
/// # Errors
/// Where a root cannot be opened, there is nothing to look at, or what was done cannot be put in evidence.
pub fn scan(workspace: &Workspace, wish: &Wish<'_>, depth: Depth) -> Result<(Scan, String), Failure> {
    if !consent::is_id(wish.customer) {
        return Err(Failure::new(Kind::Usage, "that cannot be the name of a customer"));
    }
    let opened = |what: &'static str| move |error| Failure::from(error).during(what);
    let production = Production::new(workspace.production.open().map_err(opened("production root"))?);
    let evidence = workspace.evidence.side.open_for_writing().map_err(opened("evidence root"))?;
    let signer = evidence::signer(workspace)?;
    let mut books = Books::open(evidence.as_ref(), signer.as_ref(), &workspace.ledger_memory());
    let mut trail = Trail::begun(wish.customer, operator(workspace, wish).unwrap_or_default());
    let folder = workspace.schemas().join(wish.customer);
    let found = to_its_end(|| {
        books.ledger()?;
        Ok(scan::scan(&production, wish.customer, &folder, depth)?)
    });
    if let Ok(found) = &found {
        trail.scanned(found);
    }
    let written = trail.end(&mut books, Outcome::Scan, found.as_ref().err());
    with_evidence(found, written)
}

impl From<ScanError> for Failure {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::List(error) => Failure::from(error).during("production root"),
            ScanError::Schema(fault) => fault.into(),
            ScanError::Logged => Failure::new(Kind::Mismatch, error.to_string())
                .hint("a scan opens no object of such a table: write its schema by hand"),
            ScanError::Empty => Failure::new(Kind::Mismatch, error.to_string()).hint(
                "tables lie in <root>/<customer>/<table>/ or <root>/<customer>/<table>.csv; known endings: parquet, csv, tsv, \
                 ndjson, jsonl, json, arrow, arrows, and all but the first with .gz or .zst",
            ),
        }
    }
}
