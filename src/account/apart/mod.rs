//! Two processes: one that holds production's credentials and the secrets, and one that holds test's and never sees a raw
//! byte. The first asks the second over a socket that both are started with; finished parts are all that goes through.

mod far;
mod frame;
mod serve;

pub use far::{FarStore, facts, identity, is_on};
pub use serve::serve;

/// Set for the process that asks, whose input is the socket, to the number of the one that started it.
pub const VARIABLE: &str = "VERHO_TEST_SIDE_IS_APART";
