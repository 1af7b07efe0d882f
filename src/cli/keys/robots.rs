//! `verho keys robots` and `verho keys roll`

use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::super::answer::{Answer, table};
use crate::account::roll::{Robot, RobotKey, RollError, Rolled};
use crate::account::root::Root;
use crate::account::separate::Place;
use crate::account::side::Side;
use crate::error::{Failure, Kind};
use crate::workspace::Workspace;

#[derive(clap::Args)]
pub struct Roll {
    /// Whose robot
    side: Whose,
    /// For how long the old key stays, disabled, before it is deleted
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    grace: u16,
    /// Where the new key is written, as variables, if the credentials are an env_prefix
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Delete a newer key that is there and that nobody has: one whose rolling broke off before it was written
    #[arg(long)]
    discard_newer: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Whose {
    Production,
    Evidence,
    Test,
}

impl Whose {
    fn place(self) -> Place {
        match self {
            Whose::Production => Place::Production,
            Whose::Evidence => Place::Evidence,
            Whose::Test => Place::Test,
        }
    }
}

impl Roll {
    pub fn run(self, workspace: &Workspace) -> Result<Answer, Failure> {
        let side = workspace.sides().side(self.side.place());
        if matches!(side.root, Root::File(_)) {
            return Err(Failure::new(Kind::Usage, "a folder has no robot"));
        }
        let grace = SignedDuration::from_hours(24 * i64::from(self.grace));
        let rolled =
            Robot::of(&side.access).and_then(|robot| robot.roll(grace, self.to.as_deref(), self.discard_newer))?;
        let word = self.side.place().word();
        Ok(Answer::new(format!("{word}: {}\n", said(&rolled)), json!({ "side": word, "rolled": rolled })))
    }
}

fn said(rolled: &Rolled) -> String {
    match rolled {
        Rolled::Written => {
            "a new key is written; start verho with it, then `verho keys roll` disables the old one".to_owned()
        }
        Rolled::Disabled => "the old key is disabled; `verho keys roll` deletes it after the days of grace".to_owned(),
        Rolled::Deleted => "the old key is deleted".to_owned(),
        Rolled::Waiting(end) => format!("the old key is disabled, and deleted by `verho keys roll` from {end} on"),
    }
}

/// The robots of every side that has one.
pub fn list(workspace: &Workspace) -> Result<Answer, Failure> {
    let (mut rows, mut facts) = (Vec::new(), Vec::new());
    for place in Place::ALL {
        let sides = workspace.sides();
        // Evidence that is reached as the data is has no robot of its own.
        if place == Place::Evidence && !sides.evidence_is_apart() {
            continue;
        }
        for key in keys(sides.side(place)).map_err(|failure| failure.during(place.word()))? {
            rows.push(row(place, &key));
            facts.push(json!({ "side": place.word(), "key": key, "age_days": age(&key) }));
        }
    }
    Ok(Answer::new(table(["side", "user", "key", "state", "days old", "last used"], &rows), facts))
}

/// None for folders, people and services.
fn keys(side: &Side) -> Result<Vec<RobotKey>, Failure> {
    match side.root {
        Root::File(_) => Ok(Vec::new()),
        Root::S3 { .. } => match Robot::of(&side.access) {
            Ok(robot) => Ok(robot.keys()?),
            Err(RollError::NoRobot(_)) => Ok(Vec::new()),
            Err(error) => Err(error.into()),
        },
    }
}

fn age(key: &RobotKey) -> i64 {
    Timestamp::now().duration_since(key.made).as_hours() / 24
}

fn row(place: Place, key: &RobotKey) -> [String; 6] {
    let state = match (key.is_active, key.is_used_here) {
        (true, true) => "in use here",
        (true, false) => "active",
        (false, _) => "disabled",
    };
    let last = key.last_used.map_or_else(|| "never".to_owned(), |at| at.to_string());
    [
        place.word().to_owned(),
        key.user.clone(),
        format!("…{}", key.ends_with),
        state.to_owned(),
        age(key).to_string(),
        last,
    ]
}

impl From<RollError> for Failure {
    fn from(error: RollError) -> Self {
        match error {
            RollError::Store(error) => error.into(),
            RollError::NoRobot(_) => Failure::new(Kind::Usage, error.to_string())
                .hint("only the long-lived key of an IAM user is rolled; sessions of roles end by themselves"),
            RollError::Newer(_) => Failure::new(Kind::Accounts, error.to_string()).hint(
                "give verho the newer key, then roll again; or, if nobody has it, delete it with --discard-newer",
            ),
            RollError::Nowhere => Failure::new(Kind::Usage, error.to_string())
                .hint("with env_prefix, name a file with --to; with a profile, leave it out"),
            RollError::NotKnown | RollError::NotWritten(_) => Failure::new(Kind::Storage, error.to_string()),
        }
    }
}
