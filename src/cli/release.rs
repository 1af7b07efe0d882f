//! `verho release`

use serde_json::json;

use super::Common;
use super::answer::{Answer, table};
use crate::account::doors::Test;
use crate::account::store::StoreError;
use crate::error::Failure;
use crate::release::{self, Manifest};

/// Releases in the test account
#[derive(clap::Args)]
pub struct Release {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Every visible release of a customer
    List { customer: String },
    /// What one release holds
    Show {
        customer: String,
        /// [default: the one that readers use]
        release: Option<String>,
    },
}

impl Release {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        let workspace = common.workspace()?;
        let test = |customer: &str| workspace.test.below(customer).open().map(Test::new);
        match self.what {
            What::List { customer } => list(&test(&customer)?),
            What::Show { customer, release } => show(&test(&customer)?, release),
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
    let manifests = names.iter().map(|name| release::show(test, name)).collect::<Result<Vec<_>, _>>()?;
    let rows: Vec<_> = manifests.iter().map(|manifest| row(manifest, current.as_deref())).collect();
    let facts = json!({ "current": current, "releases": manifests });
    Ok(Answer::new(table(["release", "made at", "approval", "rows", ""], &rows), facts))
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
        None => release::current(test)?.ok_or_else(|| release::ReleaseError::Unknown("current".to_owned()))?,
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
