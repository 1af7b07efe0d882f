//! The attacker knows how often each value occurs, and takes values and tokens of one rank for the same.

use std::collections::HashMap;

use verho::privacy::{frequency_chance, frequency_risk};

use super::victim::Victim;
use crate::Finding;

/// Values by how often they occur, and how often.
fn ranked(values: &[String]) -> Vec<(&str, u64)> {
    let mut counts: HashMap<&str, u64> = HashMap::new();
    values.iter().for_each(|value| *counts.entry(value).or_insert(0) += 1);
    let mut ranked: Vec<_> = counts.into_iter().collect();
    ranked.sort_unstable_by(|(one, often), (other, oftener)| oftener.cmp(often).then(one.cmp(other)));
    ranked
}

/// The share of rows whose value the attack names.
fn recovered(before: &[String], after: &[String]) -> f64 {
    let values = ranked(before).into_iter().map(|(value, _)| value);
    let guess: HashMap<&str, &str> = ranked(after).into_iter().map(|(token, _)| token).zip(values).collect();
    let right = before.iter().zip(after).filter(|(value, token)| guess[token.as_str()] == value.as_str());
    right.count() as f64 / before.len() as f64
}

fn attack(victim: &Victim, column: &'static str, on: &'static str, tolerance: f64) -> (Finding, f64) {
    let (before, after) = (victim.before(column), victim.after(column));
    let counts: Vec<u64> = ranked(&before).into_iter().map(|(_, count)| count).collect();
    let (found, chance) = (recovered(&before, &after), frequency_chance(counts.iter().copied()));
    let estimate = frequency_risk(counts);
    // Which of equally frequent values meets which token hangs on the key: the mean over keys is told, and held.
    assert!((found - estimate).abs() < tolerance, "{column}: {found} was recovered, {estimate} estimated");
    (Finding::shares("frequency, with the source's histogram", on, estimate, chance), found)
}

pub fn findings(victim: &Victim) -> Vec<Finding> {
    let (skewed, found) = attack(victim, "city", "`city`, pseudonym, skewed", 0.07);
    assert!(found > 0.5, "the attack no longer succeeds where it is known to: say so in docs/attacks.md");
    let (even, found) = attack(victim, "branch", "`branch`, pseudonym, all equally frequent", 0.17);
    assert!(found < 0.2, "equally frequent values were told apart");
    vec![skewed, even]
}
