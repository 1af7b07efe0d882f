//! The pseudonym secret of a run, as the ledger knows it: one that was destroyed does not come back.

use crate::consent::{Refusal, Refused};
use crate::error::Failure;
use crate::keys::{Secret, ring_of};
use crate::ledger::{Book, Event};
use crate::workspace::Workspace;

/// The customer's secret; a new one is entered.
pub fn of(workspace: &Workspace, customer: &str, book: &mut Book<'_>) -> Result<Secret, Failure> {
    let ring = ring_of(workspace)?;
    let secret = ring.secret(customer)?;
    let digest = ring.digest(customer)?;
    if is_destroyed(book, customer, &digest) {
        return Err(Refused::from(Refusal::KeyReturned).into());
    }
    if !is_known(book, customer, &digest) {
        book.enter(customer, Event::KeyMade { epoch: secret.epoch(), sha256: digest })?;
    }
    Ok(secret)
}

fn is_known(book: &Book<'_>, customer: &str, digest: &str) -> bool {
    let made = |event: &Event| matches!(event, Event::KeyMade { sha256, .. } if sha256 == digest);
    book.ledger().entries().any(|entry| entry.customer == customer && made(&entry.event))
}

fn is_destroyed(book: &Book<'_>, customer: &str, digest: &str) -> bool {
    let gone = |event: &Event| matches!(event, Event::KeyDestroyed { sha256, .. } if sha256 == digest);
    book.ledger().entries().any(|entry| entry.customer == customer && gone(&entry.event))
}
