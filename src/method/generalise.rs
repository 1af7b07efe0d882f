//! `generalise`: a value becomes a coarser one, which it shares with others.
//!
//! One of seven ways, each in a file of its own. A number or date that already is the start of its range equals its
//! input, by nature; a text that is shortened never does.

use arrow::datatypes::DataType;

use super::{Entry, Keying, Method, Unsupported};
use crate::document::{Fault, Section};

mod calendar;
mod edges;
mod grid;
mod hierarchy;
mod network;
mod prefix;
mod width;

pub const ENTRY: Entry = Entry {
    name: "generalise",
    version: 1,
    summary: "Makes a value coarser: the year of a date, a range of numbers, the start of a text, a level of a hierarchy.",
    options: &[
        (
            "to",
            "dates and times: \"hour\", \"day\", \"week\", \"month\", \"quarter\", \"year\" or \"decade\"; \
             its first moment in UTC stays, of a week that of its Monday",
        ),
        ("width", "numbers: a whole number from 1, or from 2 for whole numbers; multiples of it stay"),
        (
            "edges",
            "numbers, dates and times: a rising list, of which the greatest that is not above the value stays; \
             null below the first",
        ),
        ("prefix", "text: how many characters stay, from 1"),
        ("network", "IPv4 addresses in text: how many bits stay, 1 to 31; null for other text"),
        ("network6", "IPv6 addresses in text: how many bits stay, 1 to 127; null for other text"),
        (
            "grid",
            "degrees of latitude or longitude: the size of a cell, whose lower end stays; null beyond 180 degrees",
        ),
        (
            "hierarchy",
            "text, whole numbers, true and false: a file in the CSV of ARX, below the schema's folder; a line holds a \
             value and, behind ; or , what it becomes at level 1, 2 and so on",
        ),
        ("level", "required with `hierarchy`; the level that stays, from 1"),
        ("otherwise", "what becomes of a value that is in no line: \"null\" or \"refuse\", which is so if not given"),
    ],
    keying: Keying::Keyless,
    examples: &[
        r#"{ class = "quasi", method = "generalise", to = "year" }"#,
        r#"{ class = "quasi", method = "generalise", to = "hour" }"#,
        r#"{ class = "quasi", method = "generalise", width = 10 }"#,
        r#"{ class = "quasi", method = "generalise", edges = [0, 18, 30, 65] }"#,
        r#"{ class = "quasi", method = "generalise", prefix = 2 }"#,
        r#"{ class = "quasi", method = "generalise", network = 24, network6 = 48 }"#,
        r#"{ class = "quasi", method = "generalise", grid = 0.1 }"#,
        r#"{ class = "quasi", method = "generalise", hierarchy = "age.csv", level = 2, otherwise = "null" }"#,
    ],
    parse,
};

fn parse(section: &mut Section<'_>) -> Result<Box<dyn Method>, Fault> {
    let ways = [
        calendar::take(section)?,
        width::take(section)?,
        edges::take(section)?,
        prefix::take(section)?,
        network::take(section)?,
        grid::take(section)?,
        hierarchy::take(section)?,
    ];
    let mut given = ways.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(way), None) => Ok(way),
        _ => Err(section.fault(
            "`generalise` takes exactly one of `to`, `width`, `edges`, `prefix`, `network` with `network6`, `grid` \
             and `hierarchy`",
            None,
        )),
    }
}

/// Takes a whole number from 1, where it is given.
fn positive(section: &mut Section<'_>, option: &'static str) -> Result<Option<u64>, Fault> {
    match section.optional(option)? {
        Some(0) => Err(section.fault_at(option, format!("`{option}` takes a number from 1"), None)),
        number => Ok(number),
    }
}

fn refusal(data_type: &DataType, way_out: &'static str) -> Unsupported {
    Unsupported { method: ENTRY.name, data_type: data_type.clone(), way_out }
}
