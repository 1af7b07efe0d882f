//! The pseudonym secrets of a run, as the ledger knows them: one that was destroyed does not come back.

use jiff::Timestamp;

use super::ending::{destroy_secret, with_ledger};
use crate::consent::{Approval, Refusal, Refused};
use crate::error::Failure;
use crate::keys::{self, KeyError, KeyRing, Secret, ring_of};
use crate::ledger::{Book, Event, Ledger};
use crate::schema::Epoch;
use crate::workspace::Workspace;

/// What a run masks with, and what it names things by.
pub struct Secrets {
    lasting: Secret,
    /// Never written down, and wiped with this.
    drawn: Option<Secret>,
}

impl Secrets {
    /// The secrets for use under an approval, with pseudonyms that live so long.
    ///
    /// # Errors
    /// Where the approval has ended, or the customer's secret cannot be had.
    pub fn of(
        ring: &KeyRing,
        workspace: &Workspace,
        approval: &Approval,
        book: &mut Book<'_>,
        epoch: Epoch,
    ) -> Result<Self, Failure> {
        let lasting = lasting(ring, workspace, approval, book)?;
        Ok(Secrets { lasting, drawn: (epoch == Epoch::Release).then(Secret::random) })
    }

    /// The secret that pseudonyms come from.
    pub fn of_pseudonyms(&self) -> &Secret {
        self.drawn.as_ref().unwrap_or(&self.lasting)
    }

    /// The customer's own, which names what later runs are to know again, as the state of a source.
    pub fn of_names(&self) -> &Secret {
        &self.lasting
    }
}

/// The customer's secret in a key ring of the workspace, for use under an approval; a new one is entered. One that was destroyed
/// while it was opened has made room for the next.
fn lasting(ring: &KeyRing, workspace: &Workspace, approval: &Approval, book: &mut Book<'_>) -> Result<Secret, Failure> {
    let customer = approval.customer();
    loop {
        let (secret, sha256) = ring.named(customer)?;
        let in_force = approval.demand_in_force(book, Timestamp::now);
        // A withdrawal that was entered before the secret was there has found none to destroy.
        if matches!(&in_force, Err(Refused { refusal: Refusal::Withdrawn, .. })) {
            destroy_secret(workspace, book, customer, approval.id())?;
        }
        in_force?;
        // The ledger is as it was after the secret was opened: whoever destroyed it before is in it.
        if is_entered(&secret, &sha256, customer, book)? {
            return Ok(secret);
        }
        if ring.shelf().digest(customer)? == Some(sha256) {
            return Err(Refused::from(Refusal::KeyReturned).into());
        }
    }
}

/// Begins a new epoch, and gives its name. Each step leaves what the next run, or the same call again, goes on from.
///
/// # Errors
/// Where there is no secret, or it does not open.
pub fn rotate(workspace: &Workspace, customer: &str) -> Result<String, Failure> {
    with_ledger(workspace, customer, |book| {
        let ring = ring_of(workspace)?;
        ring.existing(customer)?;
        if !gone(workspace, book, customer, "a new epoch began")? {
            return Err(KeyError::NoSecret(customer.to_owned()).into());
        }
        loop {
            let (secret, sha256) = ring.named(customer)?;
            book.fresh()?;
            if is_entered(&secret, &sha256, customer, book)? {
                return Ok(secret.epoch());
            }
            // Somebody else ended it as it began.
            ring.shelf().destroy(customer, Some(&sha256))?;
        }
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
    let digest = shelf.digest(customer)?;
    if let Some(sha256) = digest.clone().filter(|sha256| !is_destroyed(book.ledger(), customer, sha256)) {
        book.enter(customer, Event::KeyDestroyed { sha256, because: because.to_owned() })?;
    }
    shelf.destroy(customer, digest.as_deref())?;
    Ok(digest.is_some())
}

/// Whether a secret, by its digest, is entered and not called destroyed in a ledger that was read since it was opened; one that
/// it does not know is entered now.
fn is_entered(secret: &Secret, sha256: &str, customer: &str, book: &mut Book<'_>) -> Result<bool, Failure> {
    let ledger = book.ledger();
    if is_destroyed(ledger, customer, sha256) {
        return Ok(false);
    }
    if !tells(ledger, customer, |event| matches!(event, Event::KeyMade { sha256: made, .. } if made == sha256)) {
        book.enter(customer, Event::KeyMade { epoch: secret.epoch(), sha256: sha256.to_owned() })?;
    }
    Ok(true)
}

fn is_destroyed(ledger: &Ledger<'_>, customer: &str, sha256: &str) -> bool {
    tells(ledger, customer, |event| matches!(event, Event::KeyDestroyed { sha256: gone, .. } if gone == sha256))
}

fn tells(ledger: &Ledger<'_>, customer: &str, what: impl Fn(&Event) -> bool) -> bool {
    ledger.entries().any(|entry| entry.customer == customer && what(&entry.event))
}
