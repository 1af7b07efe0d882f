//! `verho review`

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, FromArgMatches, Subcommand};
use serde_json::json;

use super::Common;
use super::answer::{Answer, path, table};
use super::words::Words;
use crate::account::store::Store;
use crate::error::{Failure, Kind};
use crate::evidence;
use crate::ledger::{Book, Event};
use crate::review::{self, Facts, QUESTIONS, Question, Sheet, verify};
use crate::workspace::Workspace;

/// A reviewer's questions; needs no right to sign, and none to production
#[derive(clap::Args)]
pub struct Review {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    #[command(flatten)]
    Asked(Asked),
    /// All that was done under one approval
    Under { customer: String, approval: String },
    /// By whose approval an object is in test, who ran it, and with which tool
    Object {
        customer: String,
        /// Below the customer's folder, as `verho release show` names it
        key: String,
    },
    /// Hold everything that is recorded against everything else
    Verify,
    /// One page on all of it, which holds no value and needs no network
    Report {
        customer: Option<String>,
        #[arg(long, value_name = "FILE.html")]
        out: PathBuf,
    },
    /// Enter into the ledger that somebody has looked; needs the right to sign
    Done {
        customer: Option<String>,
        /// The principal who looked
        #[arg(long, value_name = "PRINCIPAL", value_parser = Words)]
        by: String,
        /// What was found, in words that may stay for good
        #[arg(long, value_name = "TEXT", value_parser = Words)]
        finding: String,
    },
}

/// A question of the list, and whom it is about.
struct Asked {
    question: &'static Question,
    customer: Option<String>,
}

impl FromArgMatches for Asked {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let (name, typed) = matches.subcommand().ok_or_else(|| clap::Error::new(ErrorKind::MissingSubcommand))?;
        let question = QUESTIONS.iter().find(|question| question.name == name);
        let question = question.ok_or_else(|| clap::Error::new(ErrorKind::InvalidSubcommand))?;
        Ok(Asked { question, customer: typed.get_one::<String>("customer").cloned() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Asked::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Subcommand for Asked {
    fn augment_subcommands(command: clap::Command) -> clap::Command {
        let customer = || Arg::new("customer").value_name("CUSTOMER").help("[default: all]");
        let one = |question: &Question| clap::Command::new(question.name).about(question.asks).arg(customer());
        command.subcommands(QUESTIONS.iter().map(one))
    }

    fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
        Asked::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        QUESTIONS.iter().any(|question| question.name == name)
    }
}

impl Review {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        let workspace = common.workspace()?;
        let evidence = workspace.evidence.side.open()?;
        let facts = |customer: Option<&str>| Facts::open(&workspace, evidence.as_ref(), customer);
        match self.what {
            What::Asked(Asked { question, customer }) => Ok(said(&(question.answer)(&facts(customer.as_deref())?)?)),
            What::Under { customer, approval } => Ok(said(&review::under(&facts(Some(&customer))?, &approval)?)),
            What::Object { customer, key } => Ok(said(&review::object(&facts(Some(&customer))?, &customer, &key)?)),
            What::Verify => verified(&workspace, evidence.as_ref()),
            What::Report { customer, out } => report(facts(customer.as_deref())?, &out),
            What::Done { customer, by, finding } => {
                done(&workspace, evidence.as_ref(), &customer.unwrap_or_default(), by, finding)
            }
        }
    }
}

fn said(sheet: &Sheet) -> Answer {
    let text = if sheet.rows.is_empty() { "none\n".to_owned() } else { table(sheet.head, &sheet.texts()) };
    Answer::new(text, sheet.json())
}

fn verified(workspace: &Workspace, evidence: &dyn Store) -> Result<Answer, Failure> {
    let found = verify::verify(workspace, evidence)?;
    let sheet = verify::sheet(&found);
    let text = if found.is_empty() { "all is as it was recorded\n".to_owned() } else { said(&sheet).text };
    Ok(Answer { failure: verify::failure(&found), ..Answer::new(text, sheet.json()) })
}

fn report(facts: Facts<'_>, out: &std::path::Path) -> Result<Answer, Failure> {
    std::fs::write(out, review::report::html(facts)?).map_err(|error| {
        Failure::new(Kind::Usage, format!("{}: cannot be written: {}", out.display(), error.kind()))
    })?;
    Ok(Answer::new(format!("the report is {}\n", out.display()), json!({ "file": path(out) })))
}

fn done(
    workspace: &Workspace,
    evidence: &dyn Store,
    customer: &str,
    by: String,
    finding: String,
) -> Result<Answer, Failure> {
    let signer = evidence::signer(workspace)?;
    let mut book = Book::open(evidence, signer.as_ref(), &workspace.ledger_memory())?;
    if !customer.is_empty() {
        workspace.demand_known(book.ledger(), customer)?;
    }
    let entry = book.enter(customer, Event::Reviewed { by, finding })?;
    Ok(Answer::new(format!("entry {entry} of the ledger says so\n"), json!({ "entry": entry })))
}
