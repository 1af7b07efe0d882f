//! Runs the parts of a plan on the threads of this machine, within the memory it may use.

mod part;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};

use crate::account::doors::{OpenProduction, Test};
use crate::account::store::StoreError;
use crate::error::{Failure, Kind};
use crate::guard::GuardError;
use crate::plan::{FileError, Part, Plan};
use crate::sink::{self, EncodeError, Layout, Written};
use crate::transform::{MaskError, Masks};
use crate::workspace::Limits;

pub use part::preview;

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
    #[error("a bug: a part could not be worked through")]
    Bug,
    #[error("no threads: the system gives none")]
    Threads,
    #[error("table `{table}`, object {object} of {of} in key order: {error}")]
    In { table: String, object: usize, of: usize, error: Box<EngineError> },
}

impl EngineError {
    fn kind(&self) -> Kind {
        match self {
            EngineError::File(FileError::Store(StoreError::Changed | StoreError::Missing)) => Kind::Mismatch,
            EngineError::File(FileError::Store(_)) | EngineError::Write(_) => Kind::Storage,
            EngineError::File(_) => Kind::Mismatch,
            EngineError::Guard(_) => Kind::Guard,
            EngineError::Mask(_) | EngineError::Encode(_) | EngineError::Bug | EngineError::Threads => Kind::Internal,
            EngineError::In { error, .. } => error.kind(),
        }
    }

    fn hint(&self) -> Option<&'static str> {
        match self {
            EngineError::File(FileError::Store(StoreError::Changed | StoreError::Missing)) => {
                Some("the source changed during the run; run again")
            }
            EngineError::File(FileError::TooLarge(_)) => {
                Some("raise `memory` under [limits], or write the object with smaller pages")
            }
            EngineError::File(FileError::Damaged(_)) => {
                Some("have the object written again; its rows cannot be trusted")
            }
            EngineError::In { error, .. } => error.hint(),
            _ => None,
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
}

/// Where a run's parts go.
pub struct Target<'r> {
    pub test: &'r Test,
    /// The release's name.
    pub release: &'r str,
}

impl Target<'_> {
    fn key(&self, plan: &Plan, part: &Part) -> String {
        let table = &plan.tables[part.table].schema.table;
        format!("{table}/{}/part-{:05}.parquet", self.release, part.number)
    }
}

/// Carries every part over; what was written, in the order of the parts.
///
/// One part more than there are processors is under way, so that one is written while others are worked on.
///
/// # Errors
/// The first that any part meets; parts under way are ended, none is left half written.
pub fn run(
    plan: &Plan,
    production: OpenProduction<'_>,
    masks: &Masks,
    target: &Target<'_>,
    limits: &Limits,
    progress: &dyn Progress,
) -> Result<Vec<Written>, EngineError> {
    let layouts = plan.tables.iter().map(Layout::new).collect::<Result<Vec<_>, _>>()?;
    let shared = part::Shared { plan, layouts: &layouts, production, masks, memory: limits.memory };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(limits.threads).build().map_err(|_| EngineError::Threads)?;
    let (next, budget) = (AtomicUsize::new(0), Budget::new(limits.memory));
    let done: Mutex<Vec<Option<Result<Written, EngineError>>>> =
        Mutex::new((0..plan.parts.len()).map(|_| None).collect());
    let work = || {
        while let Some((index, part)) = take(&next, &plan.parts) {
            let held = budget.hold(part.memory);
            let carry = || {
                let sealed = pool.install(|| part::process(&shared, part))?;
                sink::write(target.test, target.key(plan, part), sealed).map_err(EngineError::Write)
            };
            // A bug ends the run as any error does: in words, with evidence, and with nothing visible.
            let result = catch_unwind(AssertUnwindSafe(carry)).unwrap_or(Err(EngineError::Bug));
            drop(held);
            match &result {
                Ok(written) => progress.part_done(written.rows),
                // Nobody takes another part.
                Err(_) => next.store(plan.parts.len(), Ordering::Relaxed),
            }
            done.lock().expect("no holder panics")[index] = Some(result.map_err(|error| located(plan, part, error)));
        }
    };
    std::thread::scope(|scope| (0..=pool.current_num_threads()).for_each(|_| drop(scope.spawn(work))));
    done.into_inner().expect("no holder panics").into_iter().flatten().collect()
}

fn take<'p>(next: &AtomicUsize, parts: &'p [Part]) -> Option<(usize, &'p Part)> {
    let index = next.fetch_add(1, Ordering::Relaxed).min(parts.len());
    parts.get(index).map(|part| (index, part))
}

fn located(plan: &Plan, part: &Part, error: EngineError) -> EngineError {
    let table = &plan.tables[part.table];
    let (object, of) = (part.file + 1, table.files.len());
    EngineError::In { table: table.schema.table.clone(), object, of, error: Box::new(error) }
}

/// Memory that parts under way may hold together, in bytes.
struct Budget {
    whole: u64,
    free: Mutex<u64>,
    freed: Condvar,
}

impl Budget {
    fn new(whole: u64) -> Self {
        Budget { whole, free: Mutex::new(whole), freed: Condvar::new() }
    }

    /// Waits until `bytes` are free and holds them; a part that wants more than there is gets all, alone.
    fn hold(&self, bytes: u64) -> Held<'_> {
        let bytes = bytes.min(self.whole);
        let free = self.free.lock().expect("no holder panics");
        let mut free = self.freed.wait_while(free, |free| *free < bytes).expect("no holder panics");
        *free -= bytes;
        Held { budget: self, bytes }
    }
}

struct Held<'b> {
    budget: &'b Budget,
    bytes: u64,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        *self.budget.free.lock().expect("no holder panics") += self.bytes;
        self.budget.freed.notify_all();
    }
}
