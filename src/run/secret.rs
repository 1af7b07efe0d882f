//! The pseudonym secret of a run, as the ledger knows it: one that was destroyed does not come back.

use super::ending::with_ledger;
use crate::consent::{Refusal, Refused};
use crate::error::Failure;
use crate::keys::{self, KeyRing, Secret, ring_of};
use crate::ledger::{Book, Event};
use crate::workspace::Workspace;

/// The customer's secret; a new one is entered.
pub fn of(workspace: &Workspace, customer: &str, book: &mut Book<'_>) -> Result<Secret, Failure> {
    let ring = ring_of(workspace)?;
    let secret = ring.secret(customer)?;
    entered(&ring, customer, &secret, book)?;
    Ok(secret)
}

/// Begins a new epoch, and gives its name.
///
/// # Errors
/// Where there is no secret, or it does not open.
pub fn rotate(workspace: &Workspace, customer: &str) -> Result<String, Failure> {
    with_ledger(workspace, customer, |book| {
        let ring = ring_of(workspace)?;
        let old = ring.shelf().digest(customer)?;
        let secret = ring.rotate(customer)?;
        if let Some(sha256) = old {
            book.enter(customer, Event::KeyDestroyed { sha256, because: "a new epoch began".to_owned() })?;
        }
        entered(&ring, customer, &secret, book)?;
        Ok(secret.epoch())
    })
}

/// Destroys the customer's secret; whether there was one.
///
/// # Errors
/// Where it cannot be deleted.
pub fn destroy(workspace: &Workspace, customer: &str) -> Result<bool, Failure> {
    with_ledger(workspace, customer, |book| gone(workspace, book, customer, "it was asked for"))
}

/// Enters that a secret is destroyed and deletes it, in this order: what is entered is refused, so a crash in between leaves
/// nothing that works.
pub(super) fn gone(workspace: &Workspace, book: &mut Book<'_>, customer: &str, because: &str) -> Result<bool, Failure> {
    let shelf = keys::shelf_of(workspace);
    let Some(sha256) = shelf.digest(customer)? else { return Ok(false) };
    book.enter(customer, Event::KeyDestroyed { sha256, because: because.to_owned() })?;
    shelf.destroy(customer)?;
    Ok(true)
}

fn entered(ring: &KeyRing, customer: &str, secret: &Secret, book: &mut Book<'_>) -> Result<(), Failure> {
    let digest = ring.shelf().digest(customer)?.unwrap_or_default();
    let events = || book.ledger().entries().filter(|entry| entry.customer == customer).map(|entry| &entry.event);
    if events().any(|event| matches!(event, Event::KeyDestroyed { sha256, .. } if *sha256 == digest)) {
        return Err(Refused::from(Refusal::KeyReturned).into());
    }
    if !events().any(|event| matches!(event, Event::KeyMade { sha256, .. } if *sha256 == digest)) {
        book.enter(customer, Event::KeyMade { epoch: secret.epoch(), sha256: digest })?;
    }
    Ok(())
}
