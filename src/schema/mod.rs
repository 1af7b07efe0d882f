//! What every leaf of a table is, and what becomes of it; the digests that an approval binds.

mod beside;
mod declared;
pub mod digest;
mod epoch;
mod form;
mod link;
mod may_hold;
mod path;
mod privacy;
mod selection;
mod table;

pub use declared::type_name;
pub use epoch::Epoch;
pub use form::{Dialect, Escape, Form, Format, Header, Lake, Output, StrayQuote};
pub use link::Link;
pub use may_hold::MayHold;
pub use path::{Leaf, LeafPath, children, leaves};
pub use privacy::{Diversity, OnSmall, Privacy};
pub use selection::{Filter, Test};
pub use table::{Class, Column, OPEN, Pattern, TableSchema, is_table_name, read_customer};
