//! The attacker looks at what tokens and rows have beside their content: order and length.

use std::collections::HashMap;

use super::victim::{ROWS, Victim};
use crate::Finding;

/// Beyond so many standard errors a correlation is none by chance.
const ERRORS: f64 = 4.5;

/// The ranks of values; equal ones share theirs.
fn ranks<T: Ord>(values: &[T]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|at| &values[*at]);
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for equal in order.chunk_by(|one, other| values[*one] == values[*other]) {
        let rank = start as f64 + (equal.len() - 1) as f64 / 2.0;
        equal.iter().for_each(|at| ranks[*at] = rank);
        start += equal.len();
    }
    ranks
}

/// Spearman's rank correlation.
pub fn spearman<A: Ord, B: Ord>(left: &[A], right: &[B]) -> f64 {
    let mut moments = verho::privacy::Moments::default();
    ranks(left).into_iter().zip(ranks(right)).for_each(|(left, right)| moments.add(left, right));
    moments.correlation().unwrap_or(0.0)
}

/// A correlation, said to be none where it is no greater than chance makes it.
pub fn finding(attack: &'static str, on: &'static str, correlation: f64, among: usize) -> Finding {
    let chance = ERRORS / (among as f64).sqrt();
    let success = if correlation.abs() <= chance { "ρ 0".to_owned() } else { format!("ρ {correlation:.2}") };
    Finding { attack, on, success, chance: format!("ρ 0 ± {chance:.2}") }
}

/// How often the length of a value is guessed from that of its token, and how often without it.
fn lengths(values: &[String], tokens: &[String]) -> (f64, f64) {
    let mut by_token: HashMap<usize, HashMap<usize, usize>> = HashMap::new();
    let mut all: HashMap<usize, usize> = HashMap::new();
    for (value, token) in values.iter().zip(tokens) {
        *by_token.entry(token.len()).or_default().entry(value.len()).or_default() += 1;
        *all.entry(value.len()).or_default() += 1;
    }
    let most = |counts: &HashMap<usize, usize>| *counts.values().max().expect("a length") as f64;
    (by_token.values().map(most).sum::<f64>() / values.len() as f64, most(&all) / values.len() as f64)
}

pub fn findings(victim: &Victim) -> Vec<Finding> {
    let (emails, tokens) = (victim.before("email"), victim.after("email"));
    let of_texts = spearman(&emails, &tokens);
    let [ids, codes] = victim.numbers("id");
    let of_numbers = spearman(&ids, &codes);
    let bound = ERRORS / (ROWS as f64).sqrt();
    assert!(of_texts.abs() <= bound && of_numbers.abs() <= bound, "{of_texts} and {of_numbers}: tokens are ordered");
    let (guessed, blind) = lengths(&emails, &tokens);
    assert_eq!(guessed, blind, "the length of a token tells of the value's");
    // Control: rows that keep their order tell the rank of whatever the source is sorted by.
    let mut sorted = emails.clone();
    sorted.sort_unstable();
    let positions: Vec<usize> = (0..ROWS).collect();
    let by_position = spearman(&sorted, &positions);
    assert_eq!(victim.before("branch")[1..3], ["branch 1", "branch 2"], "rows stand as they were written");
    assert!(first_use_is_kept(victim), "rows changed their order: say so in docs/attacks.md");
    vec![
        finding("order of tokens", "`email`, pseudonym", of_texts, ROWS),
        finding("order of codes", "`id`, pseudonym of whole numbers", of_numbers, ROWS),
        Finding::shares("length of tokens", "`email`, pseudonym", guessed, blind),
        finding("position of rows", "a source that is sorted by `email`", by_position, ROWS),
    ]
}

/// Whether rows leave in the order in which they came.
fn first_use_is_kept(victim: &Victim) -> bool {
    let (before, after) = (victim.before("branch"), victim.after("branch"));
    let token: HashMap<&str, &str> = before.iter().map(String::as_str).zip(after.iter().map(String::as_str)).collect();
    before.iter().zip(&after).all(|(value, own)| token[value.as_str()] == own)
}
