//! CSV (RFC 4180), each record with as many fields as the header, each header as planned.
//!
//! A line ends with LF or CRLF; a lone CR only stands in quotes. In a table of one column a blank line is a row
//! whose field is empty, as the standard has it; in wider ones it is refused, unless only blank lines follow.

mod detect;
mod header;
mod record;
mod rows;

pub use crate::schema::{Dialect, Escape, Header};
pub use header::undirected;
pub(super) use rows::Rows;
