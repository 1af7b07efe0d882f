//! The attacker has a register with everybody's quasi-identifiers, and looks each person up in the release.

use std::collections::HashMap;

use verho::privacy::{Groups, Sizes};

use super::victim::Victim;
use crate::Finding;

/// The share of people whose own row is the first that agrees with what the attacker expects it to be.
fn linked(rows: &[(String, String)]) -> f64 {
    let mut first: HashMap<&(String, String), usize> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        first.entry(row).or_insert(at);
    }
    rows.iter().enumerate().filter(|(at, row)| first[row] == *at).count() as f64 / rows.len() as f64
}

fn sizes(rows: &[(String, String)]) -> Sizes {
    let mut codes: HashMap<&(String, String), u128> = HashMap::new();
    let mut next = 0..;
    let keys = rows.iter().map(|row| *codes.entry(row).or_insert_with(|| next.next().expect("a code")));
    keys.collect::<Groups>().sizes()
}

fn pairs(zip: Vec<String>, born: Vec<String>) -> Vec<(String, String)> {
    zip.into_iter().zip(born).collect()
}

pub fn findings(victim: &Victim) -> Vec<Finding> {
    let before = pairs(victim.before("zip"), victim.before("born"));
    // The methods need no key, so whoever knows the raw pair knows what became of it.
    let after = pairs(victim.after("zip"), victim.after("born"));
    let (was, becomes, chance) = (linked(&before), linked(&after), 1.0 / before.len() as f64);
    assert!(was > 0.99, "the attack does not work");
    // What the estimator of `verho risk` promises, and no more.
    assert!((becomes - sizes(&after).average_risk()).abs() < 1e-12);
    assert!(becomes < 0.5, "generalised pairs still single out {becomes}");
    vec![
        Finding::shares("linkage with a register", "`zip` and `born` as they are", was, chance),
        Finding::shares("linkage with a register", "`zip` to 2 digits and `born` to the year", becomes, chance),
    ]
}
