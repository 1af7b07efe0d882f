//! Attacks on what a run makes, each beside chance. What they find stands in docs/attacks.md, which this test holds.

#![expect(clippy::disallowed_types, reason = "the source is written here")]

mod attacks {
    pub mod dictionary;
    pub mod forensics;
    pub mod frequency;
    pub mod linkage;
    pub mod order;
    pub mod victim;
}
mod common;

use std::fmt::Write;

use attacks::victim::Victim;
use attacks::{dictionary, forensics, frequency, linkage, order};

/// What one attack achieved.
struct Finding {
    attack: &'static str,
    on: &'static str,
    /// The share of rows or values that it got right, or how far it got otherwise.
    success: String,
    chance: String,
}

impl Finding {
    /// Shares of all rows or values.
    fn shares(attack: &'static str, on: &'static str, success: f64, chance: f64) -> Self {
        Finding { attack, on, success: percent(success), chance: percent(chance) }
    }
}

/// A share, so that what hangs on the key of a run is rounded away.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        exact if exact == 0.0 || exact > 9.95 => format!("{percent:.0} %"),
        small if small < 0.1 => "<0.1 %".to_owned(),
        _ => format!("{percent:.1} %"),
    }
}

fn findings(victim: &Victim) -> Vec<Finding> {
    [
        dictionary::findings(victim),
        frequency::findings(victim),
        linkage::findings(victim),
        order::findings(victim),
        forensics::findings(victim),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn table(findings: &[Finding]) -> String {
    let mut table = "| attack | on | success | chance |\n|---|---|---|---|\n".to_owned();
    for Finding { attack, on, success, chance } in findings {
        let _ = writeln!(table, "| {attack} | {on} | {success} | {chance} |");
    }
    table
}

#[test]
fn attacks_find_what_the_page_says_and_no_more() {
    let victim = Victim::new();
    let table = table(&findings(&victim));
    println!("{table}");
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/attacks.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    assert!(page.contains(&table), "docs/attacks.md does not hold this table:\n{table}");
}
