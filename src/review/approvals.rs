//! Which approvals are in force, and for how long.

use serde_json::Value;

use super::facts::{Course, State};
use super::sheet::{days, moment};
use super::{Facts, Question, Sheet};
use crate::error::Failure;

pub(super) const QUESTION: Question =
    Question { name: "approvals", asks: "Which approvals are in force, and for how long", answer };

const HEAD: &[&str] = &["customer", "approval", "state", "given", "until", "days left", "runs", "of", "signed by"];

fn answer(facts: &Facts<'_>) -> Result<Sheet, Failure> {
    let mut courses: Vec<_> = facts.courses().into_iter().collect();
    courses
        .sort_by_key(|((customer, _), course)| (*customer, course.state(facts.now), std::cmp::Reverse(began(course))));
    let rows = courses.iter().map(|((customer, approval), course)| row(facts, customer, approval, course)).collect();
    Ok(Sheet { head: HEAD, rows })
}

fn began(course: &Course<'_>) -> Option<jiff::Timestamp> {
    course.given.map(|(at, _)| at)
}

fn row(facts: &Facts<'_>, customer: &str, approval: &str, course: &Course<'_>) -> Vec<Value> {
    let (state, given, began) = (course.state(facts.now), course.given, course.started.len() as u64);
    let left = given.filter(|_| state == State::InForce).map(|(_, given)| days(facts.now, given.not_after));
    vec![
        customer.into(),
        approval.into(),
        state.word().into(),
        given.map(|(at, _)| moment(at)).into(),
        given.map(|(_, given)| moment(given.not_after)).into(),
        left.into(),
        given.map_or(began, |(_, given)| began.min(given.max_runs)).into(),
        given.map(|(_, given)| given.max_runs).into(),
        given.map(|(_, given)| given.signers.join(", ")).into(),
    ]
}
