//! A reviewer's questions: what the ledger, the approvals and the evidence answer, without the right to sign or to read data.
//!
//! Facts are gathered once. A question is one file and one line in the list; it answers with rows, which are printed as a
//! table, as JSON, or as a part of the report. No answer holds a value, nor a group smaller than k: evidence has neither.

mod approvals;
mod columns;
mod copies;
mod drift;
mod facts;
mod held;
mod keys;
mod looks;
mod object;
mod privacy;
pub mod report;
mod retention;
mod runs;
mod sheet;
mod signers;
mod strays;
mod under;
pub mod verify;
mod withdrawals;

pub use facts::Facts;
pub use object::object;
pub use sheet::Sheet;
pub use under::under;

use crate::error::Failure;

/// What a reviewer asks of one customer, or of all.
pub struct Question {
    /// As it is typed.
    pub name: &'static str,
    /// What is answered, in one line.
    pub asks: &'static str,
    pub answer: fn(&Facts<'_>) -> Result<Sheet, Failure>,
}

/// Every question, in the order in which the report answers them.
pub const QUESTIONS: &[Question] = &[
    approvals::QUESTION,
    runs::QUESTION,
    privacy::QUESTION,
    columns::LEFT,
    columns::FREE_TEXT,
    signers::QUESTION,
    withdrawals::QUESTION,
    retention::QUESTION,
    strays::QUESTION,
    drift::QUESTION,
    keys::QUESTION,
    copies::QUESTION,
    looks::QUESTION,
];
