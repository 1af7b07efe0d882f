//! What a column holds, told from its name, its type, and facts about a sample of its values.
//!
//! ```text
//! name -> words -> meaning \
//! values -> shape -> facts -> classify -> Finding
//! ```

mod classify;
mod facts;
mod kind;
mod lexicon;
mod meaning;
mod shape;
mod words;

pub use classify::{Evidence, Finding, classify};
pub use facts::{Facts, Observer};
pub use kind::Kind;
pub use meaning::Rows;
