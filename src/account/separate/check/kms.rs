//! The keys of KMS, as KMS tells of them.

use super::{Check, Look, Told};
use crate::account::separate::Place;
use crate::account::separate::facts::{Key, Seen};

pub(super) const STATE: Check = Check {
    name: "key_state",
    demands: "each KMS key is there, managed by the customer, and enabled",
    asks: &["kms:DescribeKey"],
    is_law: true,
    hint: "make a customer-managed key in the account itself, and enable it",
    judge: state,
};

pub(super) const ROTATION: Check = Check {
    name: "key_rotation",
    demands: "each KMS key that encrypts is rotated every year",
    asks: &["kms:GetKeyRotationStatus"],
    is_law: false,
    hint: "turn on automatic rotation of the key",
    judge: rotation,
};

/// What is said of every key of every place.
fn each(look: &Look<'_>, judge: impl Fn(Place, &Key) -> Option<Told>) -> Vec<Told> {
    let keys = look.facts.iter().flat_map(|(place, facts)| facts.keys.iter().map(|key| (*place, key)));
    keys.filter_map(|(place, key)| judge(place, key)).collect()
}

fn state(look: &Look<'_>) -> Vec<Told> {
    each(look, |place, key| {
        Some(Told::seen(place, &key.about, |about| {
            let says = match about {
                about if about.arn != key.arn => "KMS knows it by another ARN",
                about if !about.by_customer => "managed by AWS, so that nobody here says who may use it",
                about if !about.enabled => "not enabled",
                _ => return (true, format!("{} is the customer's own and enabled", key.arn)),
            };
            (false, format!("{}: {says}", key.arn))
        }))
    })
}

fn rotation(look: &Look<'_>) -> Vec<Told> {
    each(look, |place, key| {
        let rotates: &Seen<bool> = key.rotates.as_ref()?;
        Some(Told::seen(place, rotates, |rotates| {
            (*rotates, format!("{} is {}", key.arn, if *rotates { "rotated" } else { "not rotated" }))
        }))
    })
}
