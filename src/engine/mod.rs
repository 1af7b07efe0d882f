//! Runs the parts of a plan on the threads of this machine, within the memory it may use.

mod part;
mod records;
mod slices;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex};

use crate::account::doors::{OpenProduction, OpenTest};
use crate::account::store::StoreError;
use crate::crew::Crew;
use crate::detect::known::NoRoom;
use crate::error::{Failure, Kind};
use crate::guard::{GuardError, Uniques};
use crate::method::ApplyError;
use crate::plan::{FileError, Part, Plan, Rows};
use crate::schema::{Form, Output};
use crate::sink::{self, EncodeError, Layout, RecordsError, SafePart, Written};
use crate::source::ReadLimits;
use crate::survey::{Cause, SurveyError};
use crate::transform::{MaskError, Masks};

use part::Shared;
pub use part::preview;

/// Parts under way take this share of a run's memory together, as estimated: estimates can be wrong.
const UNDER_WAY: u64 = 4;

/// What writing a part away takes beside the part itself, in bytes.
const WRITING: u64 = 32 << 20;

/// What ends a run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Mask(#[from] MaskError),
    #[error(transparent)]
    Guard(#[from] GuardError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error("the test side cannot be written: {0}")]
    Write(StoreError),
    #[error(transparent)]
    NoRoom(NoRoom),
    #[error("a bug: a part could not be worked through")]
    Bug,
    #[error("table `{table}`, object {object} of {of} in key order: {error}")]
    In { table: String, object: usize, of: usize, error: Box<EngineError> },
    /// Leaves that may not leave, so that all are known before the schema is mended and approved again.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Several(Vec<EngineError>),
    /// A part that would have left, but for another one that may not.
    #[error("another part may not leave")]
    Withheld,
}

impl EngineError {
    fn kind(&self) -> Kind {
        match self {
            EngineError::File(error) => error.kind(),
            EngineError::Write(_) | EngineError::NoRoom(_) => Kind::Storage,
            EngineError::Mask(MaskError::Method(_, ApplyError::Value { .. } | ApplyError::Beyond)) => Kind::Mismatch,
            EngineError::Guard(_) | EngineError::Mask(MaskError::Group) => Kind::Guard,
            EngineError::Mask(_) | EngineError::Encode(_) | EngineError::Bug => Kind::Internal,
            EngineError::In { error, .. } => error.kind(),
            EngineError::Several(_) | EngineError::Withheld => Kind::Guard,
        }
    }

    fn hint(&self) -> Option<&'static str> {
        match self {
            EngineError::File(error) => error.hint(),
            EngineError::NoRoom(_) => Some("make room in the folder for temporary files, or name another in TMPDIR"),
            EngineError::Guard(GuardError::Holds { .. }) => Some(
                "let `scrub`, `fake`, `pseudonym` or `drop` treat the leaf; or, where it is no harm, say so in its rule with \
                 `may_hold` (the kinds in brackets) and `because`, which the customer approves",
            ),
            EngineError::Guard(GuardError::Repeated(_)) => {
                Some("take `unique` from the rule, or choose a method whose outputs differ where values do")
            }
            EngineError::Guard(GuardError::TooManyGroups) => {
                Some("make the quasi columns coarser, or raise `memory` under [limits]")
            }
            EngineError::Mask(MaskError::Method(_, ApplyError::Value { .. })) => {
                Some("say in the schema what becomes of such values, as with `otherwise` or `when`")
            }
            EngineError::Mask(MaskError::Method(_, ApplyError::Beyond)) => Some(
                "such a value often stands for none: have it written as null, or choose a method that moves nothing",
            ),
            EngineError::In { error, .. } => error.hint(),
            EngineError::Several(errors) => errors.first().and_then(EngineError::hint),
            _ => None,
        }
    }

    /// Whether a leaf holds what may not leave: a matter of its rule, as of other leaves' that are not looked through yet.
    fn is_of_content(&self) -> bool {
        match self {
            EngineError::Guard(GuardError::Holds { .. }) | EngineError::Several(_) => true,
            EngineError::In { error, .. } => error.is_of_content(),
            _ => false,
        }
    }
}

/// All that was done, or every leaf that may not leave; any other error comes first.
fn together<T>(done: Vec<Result<T, EngineError>>) -> Result<Vec<T>, EngineError> {
    let (mut right, mut refused) = (Vec::with_capacity(done.len()), Vec::new());
    for one in done {
        match one {
            Ok(one) => right.push(one),
            Err(error) if error.is_of_content() => refused.push(error),
            Err(error) => return Err(error),
        }
    }
    match refused.len() {
        0 => Ok(right),
        1 => Err(refused.remove(0)),
        _ => Err(EngineError::Several(refused)),
    }
}

impl From<SurveyError> for EngineError {
    fn from(error: SurveyError) -> Self {
        let (table, object, of, error) = match error {
            SurveyError::Object { table, object, of, error } => (table, object, of, error),
            SurveyError::NoRoom(error) => return EngineError::NoRoom(error),
        };
        let error = match error {
            Cause::File(error) => error.into(),
            Cause::Method(leaf, error) => MaskError::Method(leaf, error).into(),
            Cause::TooMany => GuardError::TooManyGroups.into(),
        };
        EngineError::In { table, object, of, error: Box::new(error) }
    }
}

impl From<RecordsError> for EngineError {
    fn from(error: RecordsError) -> Self {
        match error {
            RecordsError::Encode(error) => error.into(),
            RecordsError::Value(error) => FileError::Records { what: error.to_string(), hint: error.hint() }.into(),
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let failure = Failure::new(error.kind(), error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// Told of each part that is written, with its rows.
pub trait Progress: Sync {
    /// A part of `rows` rows lies in the test account.
    fn part_done(&self, rows: u64);

    /// Told of what went wrong beside the run and did not hold it up.
    fn warn(&self, _words: &str) {}
}

/// Where a run's parts go.
pub struct Target<'r> {
    pub test: OpenTest<'r>,
    /// The release's name.
    pub release: &'r str,
}

impl Target<'_> {
    fn key(&self, plan: &Plan, part: &Part) -> String {
        let table = &plan.tables[part.table];
        let ending = match &table.schema.form {
            Form::Records { format, output: Output::Same } => sink::ending(format, &table.files[part.file].object.key),
            _ => "parquet".to_owned(),
        };
        format!("{}/{}/part-{:05}.{ending}", table.schema.table, self.release, part.number)
    }
}

/// Carries every part over; what was written, in the order of the parts.
///
/// # Errors
/// The first that any part meets; parts under way are ended, none is left half written. Where a leaf holds what may not leave,
/// the first part of every table is still looked through, so that each such leaf is told at once.
pub fn run(
    plan: &Plan,
    production: OpenProduction<'_>,
    masks: &Masks,
    target: &Target<'_>,
    crew: &Crew,
    memory: u64,
    progress: &dyn Progress,
) -> Result<Vec<Written>, EngineError> {
    let layouts = plan.tables.iter().map(Layout::new).collect::<Result<Vec<_>, _>>()?;
    let uniques = Uniques::of(&plan.tables);
    let shared = Shared { plan, layouts, production, masks, crew, limits: ReadLimits::of(memory), uniques };
    let is_remote = production.is_remote() || target.test.is_remote();
    let budget = Budget::new(memory / UNDER_WAY, if is_remote { usize::MAX } else { crew.workers() });
    // Parts of one row group are read in one go.
    let stretches: Vec<&[Part]> = plan.parts.chunk_by(|before, part| part.continues(before)).collect();
    let is_refused = AtomicBool::new(false);
    let carried = crew.each(&stretches, is_remote, |parts| {
        if is_refused.load(Ordering::Relaxed) && parts[0].number > 0 {
            return Ok(Carried::Nothing);
        }
        let mut held = Some(budget.hold(parts.iter().map(|part| part.memory + WRITING).max().unwrap_or(0)));
        let write = |part: &Part, safe| {
            if is_refused.load(Ordering::Relaxed) {
                return Err(EngineError::Withheld);
            }
            let staged = crew.work(|| sink::stage(target.test, target.key(plan, part), safe));
            let staged = staged.map_err(EngineError::Write)?;
            if parts.len() == 1 && !staged.is_held() {
                held = None;
            }
            let written = staged.publish().map_err(EngineError::Write)?;
            progress.part_done(written.rows);
            Ok(written)
        };
        // A bug ends the run as any error does: in words, with evidence, and with nothing visible.
        let carried = catch_unwind(AssertUnwindSafe(|| carry(&shared, parts, write)));
        match carried.unwrap_or(Err(EngineError::Bug)) {
            Ok(written) => Ok(Carried::Written(written)),
            Err(EngineError::Withheld) => Ok(Carried::Nothing),
            Err(error) if error.is_of_content() => {
                is_refused.store(true, Ordering::Relaxed);
                Ok(Carried::Refused(located(plan, &parts[0], error)))
            }
            Err(error) => Err(located(plan, &parts[0], error)),
        }
    })?;
    Ok(together(carried.into_iter().map(Carried::ended).collect())?.into_iter().flatten().collect())
}

/// What became of parts.
enum Carried {
    Written(Vec<Written>),
    Refused(EngineError),
    /// They were not looked at, or do not leave since others may not.
    Nothing,
}

impl Carried {
    fn ended(self) -> Result<Vec<Written>, EngineError> {
        match self {
            Carried::Written(written) => Ok(written),
            Carried::Refused(error) => Err(error),
            Carried::Nothing => Ok(Vec::new()),
        }
    }
}

fn carry(
    shared: &Shared<'_>,
    parts: &[Part],
    mut write: impl FnMut(&Part, SafePart) -> Result<Written, EngineError>,
) -> Result<Vec<Written>, EngineError> {
    match parts {
        [part @ Part { rows: Rows::Groups(groups), .. }] => {
            Ok(vec![write(part, part::whole(shared, part, groups.clone())?)?])
        }
        [Part { rows: Rows::Records(_), .. }, ..] => records::stream(shared, parts, write),
        _ => slices::stream(shared, parts, write),
    }
}

fn located(plan: &Plan, part: &Part, error: EngineError) -> EngineError {
    let table = &plan.tables[part.table];
    let (object, of) = (part.file + 1, table.files.len());
    let of_one = |error| EngineError::In { table: table.schema.table.clone(), object, of, error: Box::new(error) };
    match error {
        EngineError::Several(errors) => EngineError::Several(errors.into_iter().map(of_one).collect()),
        error => of_one(error),
    }
}

/// What parts under way may hold together.
struct Budget {
    whole: u64,
    free: Mutex<Free>,
    freed: Condvar,
}

struct Free {
    /// In bytes.
    memory: u64,
    parts: usize,
}

impl Budget {
    fn new(memory: u64, parts: usize) -> Self {
        Budget { whole: memory, free: Mutex::new(Free { memory, parts }), freed: Condvar::new() }
    }

    /// Waits until one more part may hold `bytes` and holds them; a part that wants more than there is gets all, alone.
    fn hold(&self, bytes: u64) -> Held<'_> {
        let bytes = bytes.min(self.whole);
        let free = self.free.lock().expect("no holder panics");
        let taken = |free: &mut Free| free.memory < bytes || free.parts == 0;
        let mut free = self.freed.wait_while(free, taken).expect("no holder panics");
        free.memory -= bytes;
        free.parts -= 1;
        Held { budget: self, bytes }
    }
}

struct Held<'b> {
    budget: &'b Budget,
    bytes: u64,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut free = self.budget.free.lock().expect("no holder panics");
        free.memory += self.bytes;
        free.parts += 1;
        self.budget.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_does_not_fit_is_a_mismatch_and_is_not_named() {
        let refused = ApplyError::Value { method: "segments", what: "a text does not fit the pattern" };
        let failure = EngineError::from(MaskError::Method(crate::schema::LeafPath::column("visit"), refused));
        assert_eq!(failure.kind(), Kind::Mismatch);
        assert_eq!(
            failure.to_string(),
            "leaf `visit`: `segments` cannot take a value: a text does not fit the pattern"
        );
        let beyond = MaskError::Method(crate::schema::LeafPath::column("visit"), ApplyError::Beyond);
        assert_eq!(EngineError::from(beyond).kind(), Kind::Mismatch, "it hangs on the data");
        let lost = MaskError::Method(crate::schema::LeafPath::column("visit"), ApplyError::Beside);
        assert_eq!(EngineError::from(lost).kind(), Kind::Internal);
    }
}
