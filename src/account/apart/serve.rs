//! The far end: it holds test's credentials, and does what it is asked below test's root and nowhere else.

use std::collections::HashMap;
use std::io::{self, BufReader};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use bytes::Bytes;

use super::frame::{self, Answer, Ask, Call, Head};
use crate::account::root::Root;
use crate::account::separate::{self, Place, Sides};
use crate::account::side::Side;
use crate::account::store::{Store, StoreError};

/// Answers until the other process ends. Of what is to be written it holds `memory` bytes at most, or one object.
///
/// # Errors
/// Where the socket breaks, or what comes is no question.
pub fn serve(socket: UnixStream, sides: &Sides<'_>, memory: usize) -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 16, socket.try_clone()?);
    let house = House { sides, stores: Mutex::default(), out: Mutex::new(socket), room: Room::of(memory) };
    std::thread::scope(|scope| {
        while let Some((head, body)) = frame::lengths(&mut input)? {
            let taken = house.room.take(body);
            let (head, content) = frame::read::<Ask>(&mut input, (head, body))?;
            let house = &house;
            scope.spawn(move || {
                house.answer(head, content);
                drop(taken);
            });
        }
        Ok(())
    })
}

/// How much more may be held.
struct Room {
    held: Mutex<usize>,
    freed: Condvar,
    most: usize,
}

impl Room {
    fn of(most: usize) -> Self {
        Room { held: Mutex::new(0), freed: Condvar::new(), most }
    }

    fn take(&self, bytes: usize) -> Taken<'_> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |held: &mut usize| *held > 0 && *held + bytes > self.most;
        *self.freed.wait_while(held, is_full).unwrap_or_else(PoisonError::into_inner) += bytes;
        Taken { room: self, bytes }
    }
}

/// Given back when dropped.
struct Taken<'r> {
    room: &'r Room,
    bytes: usize,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.room.held.lock().unwrap_or_else(PoisonError::into_inner) -= self.bytes;
        self.room.freed.notify_all();
    }
}

struct House<'w> {
    sides: &'w Sides<'w>,
    /// By root.
    stores: Mutex<HashMap<String, Arc<dyn Store>>>,
    out: Mutex<UnixStream>,
    room: Room,
}

impl House<'_> {
    fn answer(&self, head: Head<Ask>, content: Bytes) {
        // A bug is an answer too: who asked waits for one.
        let done = catch_unwind(AssertUnwindSafe(|| self.done(head.what, content)));
        let bug = |_| Err(StoreError::Other("a bug in the process that holds the test side's credentials".into()));
        let (answer, body) = done.unwrap_or_else(bug).unwrap_or_else(|error| (Answer::Failed(error), Vec::new()));
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = frame::write(&mut *out, head.number, answer, &body) {
            let told = Answer::Failed(StoreError::Other(format!("an answer cannot be sent: {}", error.kind())));
            // Where even that fails, nobody is left to be told.
            let _ = frame::write(&mut *out, head.number, told, &[]);
        }
    }

    fn done(&self, what: Ask, content: Bytes) -> Result<(Answer, Vec<Bytes>), StoreError> {
        Ok(match what {
            Ask::Facts => (facts(self.sides), Vec::new()),
            Ask::Identity => (identity(self.sides), Vec::new()),
            Ask::Store(root, call) => done(self.store(&root)?.as_ref(), call, content)?,
        })
    }

    fn store(&self, root: &str) -> Result<Arc<dyn Store>, StoreError> {
        let mut stores = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = stores.get(root) {
            return Ok(store.clone());
        }
        let test = self.sides.test;
        let asked = Root::parse(root, Path::new("/")).map_err(|error| StoreError::Other(error.to_string()))?;
        if !asked.to_string().starts_with(&test.root.to_string()) {
            return Err(StoreError::Denied("that is outside of the test root".into()));
        }
        let store: Arc<dyn Store> = Side { root: asked, access: test.access.clone() }.open_for_writing()?.into();
        stores.insert(root.to_owned(), store.clone());
        Ok(store)
    }
}

fn facts(sides: &Sides<'_>) -> Answer {
    match separate::facts_of(sides, Place::Test) {
        Ok(facts) => Answer::Facts(Box::new(facts)),
        Err(error) => Answer::Failed(error),
    }
}

fn identity(sides: &Sides<'_>) -> Answer {
    match separate::ask::identity(&sides.test.access) {
        Ok(identity) => Answer::Identity(identity),
        Err(error) => Answer::Failed(error),
    }
}

fn done(store: &dyn Store, call: Call, content: Bytes) -> Result<(Answer, Vec<Bytes>), StoreError> {
    let plain = match call {
        Call::List { prefix } => Answer::Objects(store.list(&prefix)?),
        Call::Find { key } => Answer::Object(store.find(&key)?),
        Call::Read { object, ranges } => {
            let pieces = store.read(&object, &ranges)?;
            return Ok((Answer::Read(pieces.iter().map(Bytes::len).collect()), pieces));
        }
        Call::Create { key } => Answer::Pin(store.create(&key, &[content])?),
        Call::Replace { key, pin } => Answer::Pin(store.replace(&key, &[content], &pin)?),
        Call::Delete { key } => store.delete(&key).map(|()| Answer::Done)?,
        Call::Remains { prefix } => Answer::Remains(store.remains(&prefix)?),
        Call::Erase { remains } => store.erase(&remains).map(|()| Answer::Done)?,
    };
    Ok((plain, Vec::new()))
}
