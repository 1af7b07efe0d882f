//! `verho ledger`

use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::json;

use super::Common;
use super::answer::{Answer, table};
use crate::error::Failure;
use crate::evidence;
use crate::ledger::{Ledger as Log, NoteKey};
use crate::signing::{FileSigner, Signer};
use crate::workspace::Workspace;

/// The ledger in the evidence store: what happened, in one order
#[derive(clap::Args)]
pub struct Ledger {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// The entries, the oldest first
    Show {
        /// Of one customer only
        customer: Option<String>,
    },
    /// The key that verifies checkpoints and receipts, as signed notes write it
    Key,
    /// Check that the ledger only grew since this witness last looked, and cosign it
    Witness {
        /// The witness's own key, an OpenSSH ed25519 key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// The name of the witness, like `audit.example/verho`
        #[arg(long)]
        name: String,
        /// Where the witness keeps the last checkpoint it saw, away from whoever it watches
        #[arg(long, value_name = "FILE")]
        memory: PathBuf,
    },
}

impl Ledger {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        let workspace = common.workspace()?;
        match self.what {
            What::Show { customer } => show(&workspace, customer.as_deref()),
            What::Key => {
                let key = NoteKey::of_ledger(evidence::public_key(&workspace)?)?.to_string();
                Ok(Answer::new(format!("{key}\n"), json!({ "key": key })))
            }
            What::Witness { key, name, memory } => witness(&workspace, &FileSigner::open(&key)?, &name, &memory),
        }
    }
}

fn show(workspace: &Workspace, customer: Option<&str>) -> Result<Answer, Failure> {
    let evidence = workspace.evidence.side.open()?;
    let ledger = Log::open(evidence.as_ref(), evidence::public_key(workspace)?, &workspace.ledger_memory())?;
    let wanted = ledger.entries().enumerate().filter(|(_, entry)| customer.is_none_or(|name| entry.customer == name));
    let (mut rows, mut facts) = (Vec::new(), Vec::new());
    for (place, entry) in wanted {
        let approval = entry.event.approval().unwrap_or_default().to_owned();
        rows.push([
            place.to_string(),
            entry.at.to_string(),
            entry.customer.clone(),
            entry.event.word().to_owned(),
            approval,
        ]);
        facts.push(json!({ "index": place, "entry": entry }));
    }
    Ok(Answer::new(table(["place", "at", "customer", "event", "approval"], &rows), facts))
}

fn witness(
    workspace: &Workspace,
    signer: &FileSigner,
    name: &str,
    memory: &std::path::Path,
) -> Result<Answer, Failure> {
    let evidence = workspace.evidence.side.open()?;
    let ledger = Log::open(evidence.as_ref(), evidence::public_key(workspace)?, memory)?;
    let key = NoteKey::of_witness(name, signer.public_key()?)?;
    let head = ledger.cosign(&key, signer, Timestamp::now())?;
    let text = format!(
        "{} entries, each as it was when last seen here; cosigned\nto demand it, in verho.toml under [evidence]: witnesses = [{{ key = \"{key}\" }}]\n",
        head.size
    );
    Ok(Answer::new(text, json!({ "entries": head.size, "key": key.to_string() })))
}
