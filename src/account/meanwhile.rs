//! Waiting for several answers at once.

use std::panic::resume_unwind;
use std::thread::Scope;

/// Begins to wait for something on a thread of its own; it is there when it is called for.
pub(crate) fn meanwhile<'s, T: Send + 's>(
    scope: &'s Scope<'s, '_>,
    wait: impl FnOnce() -> T + Send + 's,
) -> impl FnOnce() -> T {
    let begun = scope.spawn(wait);
    move || begun.join().unwrap_or_else(|panic| resume_unwind(panic))
}
