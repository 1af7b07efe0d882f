//! An approval comes into force and ends.

use serde_json::{Value, json};

use super::read;
use crate::cli::answer::Answer;
use crate::consent::{Record, Standing, State, examine, view};
use crate::error::Failure;
use crate::ledger::Ledger;
use crate::run::ending::{self, Fate, Withdrawal};
use crate::run::{Wish, ask};
use crate::schema;
use crate::workspace::Workspace;

/// Verifies an approval and enters it into the ledger.
pub fn record(workspace: &Workspace, wish: &Wish<'_>) -> Result<Answer, Failure> {
    let id = wish.approval.unwrap_or_default();
    let (record, _) = read(workspace, wish.customer, id)?;
    let schemas = schema::read_customer(&workspace.schemas(), wish.customer)?;
    let mut asked = ask(workspace, wish, &schemas);
    // One that begins later can come into force today.
    asked.now = asked.now.max(record.not_before).max(record.given_at);
    let examined = examine(&workspace.consents(), &workspace.consent.trust, wish.approval, &asked)?;
    let entries = ending::with_ledger(workspace, wish.customer, |book| {
        examined.record(book)?;
        Ok(book.ledger().entries().len())
    })?;
    let text = format!(
        "approval `{id}` is in force from {} until {}; the ledger has {entries} entries\n",
        record.not_before, record.not_after
    );
    Ok(Answer::new(
        text,
        json!({ "approval": id, "from": record.not_before, "until": record.not_after, "entries": entries }),
    ))
}

/// Takes an approval back.
pub fn withdraw(workspace: &Workspace, wish: &Wish<'_>, reason: &str) -> Result<Answer, Failure> {
    let done = ending::withdraw(workspace, wish, reason)?;
    Ok(Answer::new(text(&done, wish.customer), done))
}

fn text(done: &Withdrawal, customer: &str) -> String {
    let secret = match &done.secret {
        Fate::Destroyed => "the pseudonym secret is destroyed".to_owned(),
        Fate::Absent => "there was no pseudonym secret".to_owned(),
        Fate::KeptFor(other) => format!("the pseudonym secret stays: approval `{other}` is in force and uses it"),
    };
    let listed = |names: &[String]| names.iter().map(|name| format!("  {name}\n")).collect::<String>();
    let releases = match done.releases.as_slice() {
        [] => "nothing was made under it that is still there\n".to_owned(),
        names => {
            format!("to be deleted before {}, with `verho purge {customer}`:\n{}", done.purge_before, listed(names))
        }
    };
    let derived = match done.derived.as_slice() {
        [] => String::new(),
        names => format!("made of it elsewhere, for the customer to know and for others to delete:\n{}", listed(names)),
    };
    format!(
        "approval `{}` is withdrawn since {}; no run begins or becomes visible under it\n{secret}\n{releases}{derived}",
        done.approval, done.withdrawn_at
    )
}

/// What is listed of an approval, with its state and why; footers are not read.
pub fn listed(
    workspace: &Workspace,
    ledger: &Ledger<'_>,
    (customer, id): (&str, &str),
    record: &Record,
) -> Result<([String; 6], Value), Failure> {
    let schemas = schema::read_customer(&workspace.schemas(), customer)?;
    let asked = ask(workspace, &Wish { customer, approval: Some(id), operator: None }, &schemas);
    let standing = Standing::of(ledger.entries(), customer, id, asked.now);
    let beyond = view::Beyond { structures: None, standing: Some(&standing) };
    let points = view::verify(&workspace.consents(), &workspace.consent.trust, id, &asked, beyond);
    let follower = standing.followed_by.as_ref().and_then(|by| read(workspace, customer, by).ok());
    let (state, why) = State::of(record, &points, &standing, follower.as_ref().map(|(record, _)| record));
    let Record { not_before, not_after, max_runs, purpose, .. } = record;
    let used = standing.used(*max_runs);
    let runs = format!("{used} of {max_runs}");
    let (from, to) = (not_before.to_string(), not_after.to_string());
    let row = [id.to_owned(), state.word().to_owned(), from, to, runs, purpose.clone()];
    let facts = json!({
        "approval": id, "state": state, "why": why, "not_before": not_before, "not_after": not_after,
        "max_runs": max_runs, "runs_used": used, "purpose": purpose,
    });
    Ok((row, facts))
}
