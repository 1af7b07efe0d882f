//! What happened, signed: an in-toto statement of every run in a DSSE envelope, appended and never written over.

pub mod dsse;
pub mod journal;
mod signer;
mod statement;

pub use signer::{FileSigner, SignError, Signer, public_key_file};
pub use statement::{
    ApprovalUse, Input, Outcome, Output, PREDICATE_TYPE, RefusalNote, RunRecord, State, StatementError, TableRecord,
    Tool, Treatment,
};
