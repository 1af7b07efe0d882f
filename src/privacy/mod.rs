//! How far a table hides the people in it: measures over groups of equal quasi-identifiers (ISO/IEC 20889, 9 and 10).
//!
//! Everything here is pure: a value is a code that stands for it, a group's key is made of such codes, and what is kept
//! grows with distinct groups and values, never with rows. Counts of two parts of a table merge into those of the whole.

mod association;
mod classes;
mod closeness;
mod disclosure;
mod distance;
mod diversity;
mod frequency;
mod groups;
mod histogram;
mod loss;
mod missing;
mod risk;
mod sizes;

pub use association::{Moments, cramers_v};
pub use classes::{Classes, Crosstab};
pub use closeness::Taxonomy;
pub use distance::{earth_mover, jensen_shannon, kolmogorov_smirnov, total_variation};
pub use frequency::{frequency_chance, frequency_risk};
pub use groups::Groups;
pub use histogram::{Histogram, code_of, number_of};
pub use loss::{Loss, all_lost};
pub use missing::{Frequencies, Matching, Missing};
pub use risk::{Attack, Risks};
pub use sizes::Sizes;

/// A part of a whole; nothing of nothing is 0.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The greatest of some figures; 0 of none.
fn greatest(figures: impl Iterator<Item = f64>) -> f64 {
    figures.fold(0.0, f64::max)
}
