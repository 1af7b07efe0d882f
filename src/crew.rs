//! The threads of a run: as many that work as the workspace allows, and beside them those that wait for stores.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::ThreadPool;

use crate::error::{Failure, Kind};

/// Requests under way at once where every one is mostly waiting.
const WAITING: usize = 16;

/// The system gives no threads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no threads: the system gives none")]
pub struct NoThreads;

impl From<NoThreads> for Failure {
    fn from(error: NoThreads) -> Self {
        Failure::new(Kind::Internal, error.to_string())
    }
}

/// Threads that share all work of a run.
pub struct Crew {
    workers: ThreadPool,
}

impl Crew {
    /// A crew of so many working threads; 0 for all processors.
    ///
    /// # Errors
    /// Where the system gives no threads.
    pub fn new(threads: usize) -> Result<Self, NoThreads> {
        let workers = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|_| NoThreads)?;
        Ok(Crew { workers })
    }

    /// How many threads work.
    pub fn workers(&self) -> usize {
        self.workers.current_num_threads()
    }

    /// Does some work on the working threads; what is parallel in it goes to all of them.
    pub fn work<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.workers.install(work)
    }

    /// Calls a store: on a working thread where the call is work, as with files, and else beside them.
    pub fn call<T: Send>(&self, is_remote: bool, call: impl FnOnce() -> T + Send) -> T {
        if is_remote { call() } else { self.work(call) }
    }

    /// Handles every item, several at once, none of them on a working thread; the results in the order of the items.
    ///
    /// # Errors
    /// The first in that order. After an error no further item is begun, and those under way are ended.
    pub fn each<I: Sync, T: Send, E: Send>(
        &self,
        items: &[I],
        is_remote: bool,
        handle: impl Fn(&I) -> Result<T, E> + Sync,
    ) -> Result<Vec<T>, E> {
        let next = AtomicUsize::new(0);
        let done: Mutex<Vec<Option<Result<T, E>>>> = Mutex::new(items.iter().map(|_| None).collect());
        let take = || {
            while let Some((at, item)) = taken(&next, items) {
                let result = handle(item);
                if result.is_err() {
                    next.store(items.len(), Ordering::Relaxed);
                }
                done.lock().expect("no holder panics")[at] = Some(result);
            }
        };
        // Two more than can work: while two write their results away, the others keep everyone at work.
        let at_once = if is_remote { WAITING } else { self.workers() + 2 };
        std::thread::scope(|scope| (0..at_once.min(items.len())).for_each(|_| drop(scope.spawn(take))));
        done.into_inner().expect("no holder panics").into_iter().flatten().collect()
    }
}

fn taken<'i, I>(next: &AtomicUsize, items: &'i [I]) -> Option<(usize, &'i I)> {
    let at = next.fetch_add(1, Ordering::Relaxed).min(items.len());
    items.get(at).map(|item| (at, item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_the_order_of_their_items() {
        let crew = Crew::new(2).expect("threads");
        let items: Vec<usize> = (0..100).collect();
        assert_eq!(crew.each(&items, true, |item| Ok::<_, ()>(item * 2)), Ok((0..200).step_by(2).collect()));
    }

    #[test]
    fn nothing_is_begun_after_an_error() {
        let crew = Crew::new(1).expect("threads");
        let begun = AtomicUsize::new(0);
        let items: Vec<usize> = (0..1000).collect();
        let ended = crew.each(&items, false, |item| {
            begun.fetch_add(1, Ordering::Relaxed);
            if *item == 3 { Err(*item) } else { Ok(()) }
        });
        assert_eq!(ended, Err(3));
        assert!(begun.into_inner() < 10);
    }
}
