//! The near end: a store whose bucket another process reaches.

use std::collections::HashMap;
use std::io::BufReader;
use std::net::Shutdown;
use std::ops::Range;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;

use super::VARIABLE;
use super::frame::{self, Answer, Ask, Call};
use crate::account::root::Root;
use crate::account::separate::facts::{Facts, Identity, Seen};
use crate::account::store::{Object, Pin, Remain, Store, StoreError};

type Reply = (Answer, Bytes);

/// Who waits for the answer of which number.
type Waiting = Arc<Mutex<HashMap<u64, SyncSender<Reply>>>>;

/// The socket of this process.
struct Line {
    out: Mutex<UnixStream>,
    waiting: Waiting,
    next: AtomicU64,
}

/// Whether this process asks another one for the test side.
pub fn is_on() -> bool {
    std::env::var_os(VARIABLE).is_some()
}

/// What the test account tells of itself.
///
/// # Errors
/// What the other process says, or that it is gone.
pub fn facts() -> Result<Facts, StoreError> {
    match ask(Ask::Facts, &[])? {
        (Answer::Facts(facts), _) => Ok(*facts),
        _ => Err(unfitting()),
    }
}

/// Who acts in the test account now.
///
/// # Errors
/// As [`facts`].
pub fn identity() -> Result<Seen<Identity>, StoreError> {
    match ask(Ask::Identity, &[])? {
        (Answer::Identity(identity), _) => Ok(identity),
        _ => Err(unfitting()),
    }
}

fn ask(what: Ask, body: &[Bytes]) -> Result<Reply, StoreError> {
    static LINE: OnceLock<Option<Line>> = OnceLock::new();
    let line = LINE.get_or_init(Line::open).as_ref().ok_or_else(gone)?;
    match line.ask(what, body)? {
        (Answer::Failed(error), _) => Err(error),
        reply => Ok(reply),
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable { tries: 1, cause: "the process that holds the test side's credentials is gone".into() }
}

fn unfitting() -> StoreError {
    StoreError::Damaged("an answer to another question".into())
}

impl Line {
    fn open() -> Option<Self> {
        let socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().ok()?);
        let (input, closed, waiting) = (socket.try_clone().ok()?, socket.try_clone().ok()?, Waiting::default());
        let shared = waiting.clone();
        std::thread::spawn(move || {
            listen(input, &shared);
            // Nobody asks any more, and whoever still waits is told that nothing comes.
            let _ = closed.shutdown(Shutdown::Both);
            shared.lock().unwrap_or_else(PoisonError::into_inner).clear();
        });
        Some(Line { out: Mutex::new(socket), waiting, next: AtomicU64::new(0) })
    }

    fn ask(&self, what: Ask, body: &[Bytes]) -> Result<Reply, StoreError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (tell, told) = sync_channel(1);
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(number, tell);
        let written = frame::write(&mut *self.out.lock().unwrap_or_else(PoisonError::into_inner), number, what, body);
        if written.is_err() {
            self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
            return Err(gone());
        }
        told.recv().map_err(|_| gone())
    }
}

fn listen(input: UnixStream, waiting: &Waiting) {
    let mut input = BufReader::with_capacity(1 << 16, input);
    while let Ok(Some(lengths)) = frame::lengths(&mut input) {
        let Ok((head, body)) = frame::read::<Answer>(&mut input, lengths) else { return };
        let waits = waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&head.number);
        if let Some(tell) = waits {
            // Who no longer waits has failed for another reason.
            let _ = tell.send((head.what, body));
        }
    }
}

/// A bucket of the test account below a root, reached by the process that holds its credentials.
pub struct FarStore(String);

impl FarStore {
    /// The store below a root; nothing is asked yet.
    ///
    /// # Errors
    /// Where no other process is there to ask.
    pub fn open(root: &Root) -> Result<Self, StoreError> {
        if is_on() { Ok(FarStore(root.to_string())) } else { Err(gone()) }
    }

    fn call(&self, call: Call, body: &[Bytes]) -> Result<Reply, StoreError> {
        ask(Ask::Store(self.0.clone(), call), body)
    }
}

/// The one answer that fits, out of its envelope.
macro_rules! expect {
    ($reply:expr, $answer:path) => {
        match $reply? {
            ($answer(answer), _) => Ok(answer),
            _ => Err(unfitting()),
        }
    };
}

impl Store for FarStore {
    fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        expect!(self.call(Call::List { prefix: prefix.to_owned() }, &[]), Answer::Objects)
    }

    fn find(&self, key: &str) -> Result<Option<Object>, StoreError> {
        expect!(self.call(Call::Find { key: key.to_owned() }, &[]), Answer::Object)
    }

    fn read(&self, object: &Object, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, StoreError> {
        let (answer, mut body) = self.call(Call::Read { object: object.clone(), ranges: ranges.to_vec() }, &[])?;
        let Answer::Read(lengths) = answer else { return Err(unfitting()) };
        if lengths.iter().sum::<usize>() != body.len() {
            return Err(unfitting());
        }
        Ok(lengths.into_iter().map(|length| body.split_to(length)).collect())
    }

    fn create(&self, key: &str, content: &[Bytes]) -> Result<Pin, StoreError> {
        expect!(self.call(Call::Create { key: key.to_owned() }, content), Answer::Pin)
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn replace(&self, key: &str, content: &[Bytes], pin: &Pin) -> Result<Pin, StoreError> {
        expect!(self.call(Call::Replace { key: key.to_owned(), pin: pin.clone() }, content), Answer::Pin)
    }

    fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.call(Call::Delete { key: key.to_owned() }, &[]).map(drop)
    }

    fn remains(&self, prefix: &str) -> Result<Vec<Remain>, StoreError> {
        expect!(self.call(Call::Remains { prefix: prefix.to_owned() }, &[]), Answer::Remains)
    }

    fn erase(&self, remains: &[Remain]) -> Result<(), StoreError> {
        self.call(Call::Erase { remains: remains.to_vec() }, &[]).map(drop)
    }
}
