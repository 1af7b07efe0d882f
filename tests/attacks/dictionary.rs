//! The attacker has every value that there is, knows the program, and lacks the key.

use std::collections::HashSet;

use verho::keys::lanes::DomainKey;
use verho::keys::{Secret, token};
use zeroize::Zeroizing;

use super::victim::Victim;
use crate::Finding;

/// A way to hash a value.
type Guess = Box<dyn Fn(&str) -> [u8; 32]>;

/// Ways that need no secret.
fn guesses() -> Vec<Guess> {
    let nothing = || Secret::unwrapped(Zeroizing::new([0; 32]));
    let by = |key: DomainKey| -> Guess { Box::new(move |value| key.hash(value.as_bytes())) };
    vec![
        Box::new(|value| *blake3::hash(value.as_bytes()).as_bytes()),
        Box::new(|value| *blake3::hash(&[value.as_bytes(), &[0xff]].concat()).as_bytes()),
        Box::new(|value| *blake3::hash(&padded(value)).as_bytes()),
        by(DomainKey::new([0; 32])),
        by(DomainKey::new(*blake3::hash(b"email").as_bytes())),
        by(nothing().domain_key("shop", "email")),
        by(nothing().domain_key("", "email")),
    ]
}

/// The block that the program hashes a short value as.
fn padded(value: &str) -> [u8; 64] {
    let mut block = [0; 64];
    block[..value.len()].copy_from_slice(value.as_bytes());
    block[63] = value.len() as u8;
    block
}

/// The share of values whose token is among those of the release.
fn hits(values: &[String], tokens: &HashSet<&str>, hash: &dyn Fn(&str) -> [u8; 32]) -> f64 {
    let found = |value: &&String| {
        let letters = token::letters(&hash(value));
        std::str::from_utf8(&letters).is_ok_and(|letters| tokens.contains(letters))
    };
    values.iter().filter(found).count() as f64 / values.len() as f64
}

pub fn findings(victim: &Victim) -> Vec<Finding> {
    let (values, tokens) = (victim.before("email"), victim.after("email"));
    let tokens: HashSet<&str> = tokens.iter().map(String::as_str).collect();
    let best = guesses().iter().map(|hash| hits(&values, &tokens, hash.as_ref())).fold(0.0, f64::max);
    assert_eq!(best, 0.0, "a token was made without the key");
    // The attack is one: whoever has the key succeeds.
    let key = victim.secret().domain_key("shop", "email");
    let with_key = hits(&values, &tokens, &|value| key.hash(value.as_bytes()));
    assert_eq!(with_key, 1.0, "the attack would not have found a token that it should find");
    vec![
        Finding::shares("dictionary, without the key, 7 ways", "`email`, pseudonym", best, 0.0),
        Finding::shares("dictionary, with the stolen key", "`email`, pseudonym", with_key, 0.0),
    ]
}
