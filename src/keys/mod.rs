//! The pseudonym secrets: made, wrapped, kept, derived from. They never reach the test side.

mod age;
pub mod private_file;
mod ring;
mod secret;

pub use self::age::{AgeWrapper, Unlock};
pub use ring::{KeyError, KeyRing, Wrapper};
pub use secret::Secret;
pub(crate) use secret::letters;
