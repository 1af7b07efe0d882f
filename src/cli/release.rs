//! `verho release`

use serde_json::json;

use super::Common;
use super::answer::{Answer, joined, table};
use super::words::Words;
use crate::account::doors::Test;
use crate::account::store::StoreError;
use crate::error::Failure;
use crate::evidence::{Erased, Proof};
use crate::release::{self, Manifest, ReleaseError};
use crate::run::Wish;
use crate::run::ending;
use crate::run::releases::{self, Changed};

/// Releases in the test account
#[derive(clap::Args)]
pub struct Release {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Every visible release of a customer, and what runs left that made none
    List { customer: String },
    /// What one release holds
    Show {
        customer: String,
        /// [default: the one that readers use]
        release: Option<String>,
    },
    /// Point readers to a release: the way back to an earlier one
    Use(Named),
    /// Erase a release for good, old versions and unfinished writes included, and prove it
    Delete(Named),
    /// Register what was made of a release elsewhere, so that a withdrawal lists it
    Derive {
        #[command(flatten)]
        named: Named,
        /// What and where, in a few words
        #[arg(long, value_parser = Words)]
        what: String,
    },
}

#[derive(clap::Args)]
struct Named {
    customer: String,
    release: String,
    /// The principal who does it [default: `operator` in verho.toml]
    #[arg(long, value_name = "PRINCIPAL", value_parser = Words)]
    operator: Option<String>,
}

impl Named {
    fn wish(&self) -> Wish<'_> {
        Wish { customer: &self.customer, approval: None, operator: self.operator.as_deref() }
    }
}

impl Release {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        let workspace = common.workspace()?;
        let test = |customer: &str| workspace.test.below(customer).open().map(Test::new);
        match self.what {
            What::List { customer } => list(&test(&customer)?),
            What::Show { customer, release } => show(&test(&customer)?, release),
            What::Use(named) => Ok(used(&releases::switch(&workspace, &named.wish(), &named.release)?)),
            What::Delete(named) => Ok(deleted(&releases::delete(&workspace, &named.wish(), &named.release)?)),
            What::Derive { named, what } => {
                releases::derive(&workspace, &named.wish(), &named.release, &what)?;
                Ok(Answer::new("registered\n", json!({ "release": named.release, "what": what })))
            }
        }
    }
}

fn list(test: &Test) -> Result<Answer, Failure> {
    let names = match release::list(test) {
        // Before the first release there is no folder.
        Err(StoreError::Missing) => Vec::new(),
        names => names?,
    };
    let current = release::current(test)?;
    let (manifests, broken) = shown(test, &names)?;
    let rows: Vec<_> = manifests.iter().map(|manifest| row(manifest, current.as_deref())).collect();
    let unfinished = ending::unfinished(test)?;
    let facts = json!({ "current": current, "releases": manifests, "unfinished": unfinished });
    let left = unfinished.iter().map(|name| {
        format!(
            "{name} has no manifest: a run is writing it, or was killed; then the next run or `release delete` \
             erases it\n"
        )
    });
    let text = table(["release", "made at", "approval", "rows", ""], &rows) + &left.collect::<String>();
    Ok(Answer { failure: joined(broken), ..Answer::new(text, facts) })
}

/// The manifests of releases, the oldest first, and why some cannot be shown: one that is broken hides no other.
fn shown(test: &Test, names: &[String]) -> Result<(Vec<Manifest>, Vec<Failure>), Failure> {
    let (mut manifests, mut broken) = (Vec::new(), Vec::new());
    for name in names {
        match release::show(test, name) {
            Ok(manifest) => manifests.push(manifest),
            // Deleted since it was listed.
            Err(ReleaseError::Unknown(_) | ReleaseError::Store(StoreError::Changed)) => {}
            Err(error @ ReleaseError::Broken(_)) => broken.push(error.into()),
            Err(error) => return Err(error.into()),
        }
    }
    manifests.sort_by_key(|manifest| manifest.created_at);
    Ok((manifests, broken))
}

fn row(manifest: &Manifest, current: Option<&str>) -> [String; 5] {
    let rows: u64 = manifest.tables.values().map(|table| table.rows).sum();
    let mark = if current == Some(manifest.release.as_str()) { "current" } else { "" };
    [
        manifest.release.clone(),
        manifest.created_at.to_string(),
        manifest.approval.clone(),
        rows.to_string(),
        mark.to_owned(),
    ]
}

fn show(test: &Test, name: Option<String>) -> Result<Answer, Failure> {
    let name = match name {
        Some(name) => name,
        None => release::current(test)?.ok_or_else(|| ReleaseError::Unknown("current".to_owned()))?,
    };
    let manifest = release::show(test, &name)?;
    let rows: Vec<_> = manifest
        .tables
        .iter()
        .flat_map(|(table, held)| {
            held.objects
                .iter()
                .map(|object| [table.clone(), object.rows.to_string(), object.size.to_string(), object.key.clone()])
        })
        .collect();
    let head = format!(
        "release {}\nmade at {} by {}\napproval {} ({})\nclaim {}\n\n",
        manifest.release,
        manifest.created_at,
        manifest.tool,
        manifest.approval,
        manifest.approval_digest,
        manifest.claim
    );
    Ok(Answer::new(head + &table(["table", "rows", "bytes", "object"], &rows), manifest))
}

fn used(changed: &Changed<String>) -> Answer {
    let text = format!("readers use release {}\nevidence: {}\n", changed.what, changed.evidence);
    Answer::new(text, json!({ "current": changed.what, "evidence": changed.evidence }))
}

fn deleted(changed: &Changed<Proof>) -> Answer {
    let Proof { releases, erased, listed_again_at, .. } = &changed.what;
    let Erased { versions, markers, uploads, bytes } = erased;
    let text = format!(
        "release {} is gone: {versions} versions, {markers} delete markers, {uploads} unfinished writes, {bytes} bytes\n\
         listed again at {listed_again_at}: nothing is left\nevidence: {}\n",
        releases.join(", "),
        changed.evidence
    );
    Answer::new(text, json!({ "proof": changed.what, "evidence": changed.evidence }))
}
