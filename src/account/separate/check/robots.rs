//! The long-lived keys of robots are rolled.

use super::{Check, Look, State, Told};
use crate::account::separate::Place;
use crate::account::separate::facts::{AccessKey, Facts, Seen};

/// From this age on, in days, a key is refused.
pub const TOO_OLD: i64 = 90;

/// From this age on, in days, it is time to roll a key.
pub const OLD: i64 = 75;

pub(super) const ROBOT_KEYS: Check = Check {
    name: "robot_keys",
    demands: "no long-lived key is over 90 days old; over 75 days it is time to roll it",
    asks: &["iam:ListAccessKeys"],
    is_law: false,
    hint: "roll it: `verho keys roll production` or `verho keys roll test`",
    judge: age,
};

pub(super) const ROBOT_KEY_COUNT: Check = Check {
    name: "robot_key_count",
    demands: "a robot has one active key",
    asks: &["iam:ListAccessKeys"],
    is_law: false,
    hint: "end the rolling that was begun: `verho keys roll` deletes the old key after its days of grace",
    judge: count,
};

/// The keys of the user behind it all, where there is one.
fn keys(facts: &Facts) -> Option<Seen<&[AccessKey]>> {
    match facts.principal.as_ref()?.user.as_ref()? {
        Ok(user) => Some(user.access_keys.as_deref().map_err(Clone::clone)),
        Err(blind) => Some(Err(blind.clone())),
    }
}

fn age(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, _, facts| {
        let told = match keys(facts)? {
            Ok(keys) => aged(*place, keys),
            Err(blind) => Told::unseen(*place, &blind),
        };
        Some(told)
    })
}

/// The key that is used; behind a session, which has a key of its own, the oldest that is active.
fn aged(place: Place, keys: &[AccessKey]) -> Told {
    let used = keys.iter().find(|key| key.is_used_here);
    let oldest = || keys.iter().filter(|key| key.is_active).max_by_key(|key| key.age_days);
    let Some(days) = used.or_else(oldest).map(|key| key.age_days) else {
        return Told::of(place, true, "no key is active");
    };
    let told = Told::of(place, days <= TOO_OLD, format!("the access key is {days} days old"));
    if (OLD + 1..=TOO_OLD).contains(&days) { Told { state: State::Nearly, ..told } } else { told }
}

fn count(look: &Look<'_>) -> Vec<Told> {
    look.each(|place, _, facts| {
        // What cannot be seen is told by `robot_keys`.
        let active = keys(facts)?.ok()?.iter().filter(|key| key.is_active).count();
        let told = Told::of(*place, true, format!("{active} active"));
        Some(if active > 1 { Told { state: State::Nearly, ..told } } else { told })
    })
}
