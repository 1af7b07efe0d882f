//! The consent gate: from a signed record to an [`Approval`], or a refusal that says which way it failed.
//!
//! `trust` -> `signers`, `roles` -> `record`, `signature` -> `checks` -> `gate` -> `standing`. Everything up to the
//! last two reads files only; the last two compare what the footers say, and ask the ledger whether the approval is in force.

mod assessment;
mod checks;
mod claim;
mod gate;
mod record;
pub mod recorded;
mod refusal;
pub mod request;
mod roles;
pub mod signature;
mod signers;
mod standing;
mod state;
pub mod trust;
pub mod view;

pub use assessment::{Assessment, Earned};
pub use claim::{Claim, Level};
#[cfg(test)]
pub(crate) use gate::testing;
pub use gate::{Approval, Ask, Examined, Signer, TableAsk, examine, ids};
pub use record::{Approver, Basis, Destination, Document, Place, Record, TableTerms, is_id};
pub use refusal::{Refusal, Refused};
pub use roles::{Party, Role, Roles};
pub use signers::Signers;
pub use standing::Standing;
pub use state::State;

/// The namespace of every approval signature, so that a signature made for anything else is none here.
pub const NAMESPACE: &str = "verho-approval";

#[cfg(test)]
#[path = "../../tests/support/approval.rs"]
pub(crate) mod tests;
