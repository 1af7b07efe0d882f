//! A thread that delivers events in their order, while the run goes on.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::Delivery;

/// How long a run that is over waits for its events to arrive.
const PATIENCE: Duration = Duration::from_secs(2);

/// The way to the thread, and its word that all is delivered.
pub struct Post {
    events: Sender<String>,
    outcome: Receiver<Result<(), String>>,
}

impl Post {
    /// Starts the thread; where none can be had, closing says so.
    pub fn open(mut deliver: Delivery) -> Self {
        let ((events, queue), (told, outcome)) = (channel::<String>(), channel());
        let work = move || {
            let mut all = Ok(());
            // Every event is tried, and the first failure is told.
            for event in queue {
                all = all.and(deliver(&event));
            }
            // Nobody may be waiting any more.
            let _ = told.send(all);
        };
        drop(thread::Builder::new().name("lineage".into()).spawn(work));
        Post { events, outcome }
    }

    /// Hands an event over; whether it arrives, closing tells.
    pub fn send(&self, event: &Value) {
        let _ = self.events.send(event.to_string());
    }

    /// Waits for the last event to be delivered, but not for long.
    ///
    /// # Errors
    /// Why not every event was.
    pub fn close(self) -> Result<(), String> {
        drop(self.events);
        self.outcome.recv_timeout(PATIENCE).unwrap_or_else(|error| match error {
            RecvTimeoutError::Timeout => Err(format!("it took more than {} s", PATIENCE.as_secs())),
            RecvTimeoutError::Disconnected => Err("its thread broke off".into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Instant;

    use serde_json::json;

    use super::*;

    #[test]
    fn events_arrive_in_their_order_and_one_that_fails_stops_no_other() {
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let seen = arrived.clone();
        let post = Post::open(Box::new(move |event| {
            seen.lock().expect("no holder panics").push(event.to_owned());
            if event == "1" { Err("the first".into()) } else { Ok(()) }
        }));
        (1..4).for_each(|number| post.send(&json!(number)));
        assert_eq!(post.close(), Err("the first".into()));
        assert_eq!(*arrived.lock().expect("no holder panics"), ["1", "2", "3"]);
    }

    #[test]
    fn nobody_waits_for_long() {
        let (open, gate) = channel::<()>();
        let post = Post::open(Box::new(move |_| gate.recv().map_err(|_| String::new())));
        let begun = Instant::now();
        post.send(&json!(1));
        assert!(begun.elapsed() < PATIENCE / 2, "handing over is no waiting");
        assert_eq!(post.close(), Err("it took more than 2 s".into()));
        assert!(begun.elapsed() < PATIENCE * 2);
        drop(open);
    }

    #[test]
    fn a_delivery_that_breaks_is_told() {
        let post = Post::open(Box::new(|_| panic!("on purpose")));
        post.send(&json!(1));
        assert_eq!(post.close(), Err("its thread broke off".into()));
    }
}
