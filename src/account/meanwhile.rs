//! Waiting for several answers at once.

use std::panic::resume_unwind;
use std::thread::{Scope, scope};

/// Answers that are waited for at once.
const AT_ONCE: usize = 8;

/// Begins to wait for something on a thread of its own; it is there when it is called for.
pub(crate) fn meanwhile<'s, T: Send + 's>(
    scope: &'s Scope<'s, '_>,
    wait: impl FnOnce() -> T + Send + 's,
) -> impl FnOnce() -> T {
    let begun = scope.spawn(wait);
    move || begun.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// Waits for something for each item, for several of them at once; what came, in their order.
pub(crate) fn each<I: Sync, T: Send>(items: &[I], wait: impl Fn(&I) -> T + Sync) -> Vec<T> {
    let of_some = |items: &[I]| -> Vec<T> {
        scope(|scope| {
            let begun: Vec<_> = items.iter().map(|item| meanwhile(scope, || wait(item))).collect();
            begun.into_iter().map(|came| came()).collect()
        })
    };
    items.chunks(AT_ONCE).flat_map(of_some).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_stands_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..20).collect();
        assert_eq!(each(&items, |item| item * 2), (0..40).step_by(2).collect::<Vec<_>>());
    }
}
