//! Schemas of tables that somebody else has described: what is safe is written, what is not is left open.
//!
//! Nothing is decided here that lets a value through. A key becomes a pseudonym, what a name or a type gives away gets a
//! method that leaves nothing of the value, and every other column is an open question, which
//! [`read_customer`](crate::schema::read_customer) refuses until a person has answered it.

pub mod aito;
mod choice;
pub mod column;
mod objects;
mod sample;
mod names;
mod write;

pub use aito::Tables;
pub use sample::{Depth, Sampled, Scanner, Seen};
pub use write::{Written, write};
