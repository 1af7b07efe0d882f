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

/// Whether a text that stands where a name should is rather a value.
pub fn looks_like_data(name: &str) -> bool {
    let name = name.trim();
    let shape = shape::Shape::of(name);
    let mostly_digits = shape.digits > 0 && shape.digits * 2 >= shape.length;
    name.contains('@') || mostly_digits || shape.length > 100 || shape.form(name).is_some()
}

/// Whether a name has words that names of columns have.
pub fn is_known(name: &str) -> bool {
    meaning::meaning(Rows::Other, name) != meaning::Meaning::Nothing
}
