//! `verho keys`

#[cfg(feature = "s3")]
mod robots;

use serde_json::json;

use super::Common;
use super::answer::{Answer, table};
use crate::error::Failure;
use crate::keys;
use crate::ledger::{Event, Ledger};
use crate::run::secret;
use crate::workspace::Workspace;

/// The pseudonym secrets of customers, and the access keys of robots; none is ever shown
#[derive(clap::Args)]
pub struct Keys {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Every customer's secret: its epoch, since when, whether it is here
    List,
    /// Begin a new epoch: what comes cannot be linked to what was
    Rotate { customer: String },
    /// Destroy a customer's secret for good
    Destroy { customer: String },
    /// The long-lived access keys of the robots that act on each side, and how old they are
    #[cfg(feature = "s3")]
    Robots,
    /// Roll the access key of a side's robot: make, try and put in place a new one, disable the old one, and delete it
    /// after days of grace; run it again to go on
    #[cfg(feature = "s3")]
    Roll(robots::Roll),
}

impl Keys {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        let workspace = common.workspace()?;
        match self.what {
            What::List => list(&workspace),
            #[cfg(feature = "s3")]
            What::Robots => robots::list(&workspace),
            #[cfg(feature = "s3")]
            What::Roll(roll) => roll.run(&workspace),
            What::Rotate { customer } => {
                let epoch = secret::rotate(&workspace, &customer)?;
                Ok(Answer::new(
                    format!("{customer}: epoch {epoch} begins\n"),
                    json!({ "customer": customer, "epoch": epoch }),
                ))
            }
            What::Destroy { customer } => {
                let was_there = secret::destroy(&workspace, &customer)?;
                let said = if was_there { "the secret is destroyed" } else { "there is no secret" };
                Ok(Answer::new(
                    format!("{customer}: {said}\n"),
                    json!({ "customer": customer, "destroyed": was_there }),
                ))
            }
        }
    }
}

fn list(workspace: &Workspace) -> Result<Answer, Failure> {
    let evidence = workspace.evidence.side.open()?;
    let key = crate::evidence::public_key(workspace)?;
    let ledger = Ledger::open(evidence.as_ref(), key, &workspace.ledger_memory())?;
    let shelf = keys::shelf_of(workspace);
    let (mut rows, mut facts) = (Vec::new(), Vec::new());
    for entry in ledger.entries() {
        let Event::KeyMade { epoch, sha256 } = &entry.event else { continue };
        let is_here = shelf.digest(&entry.customer)?.as_ref() == Some(sha256);
        let state = if is_here { "in use" } else { "gone" };
        rows.push([entry.customer.clone(), epoch.clone(), entry.at.to_string(), state.to_owned()]);
        facts.push(json!({ "customer": entry.customer, "epoch": epoch, "made_at": entry.at, "in_use": is_here }));
    }
    Ok(Answer::new(table(["customer", "epoch", "since", ""], &rows), facts))
}
