//! The ledger: what happened, in one order, in a tree that only grows (RFC 6962), laid out as c2sp.org/tlog-tiles says.
//!
//! An entry is a DSSE envelope. Who writes the object `ledger/entry/N` first has place N, so writers at once cannot lose or
//! fork an entry; tiles and checkpoint follow, and whoever comes next finishes what a writer that died has left. A reader
//! believes a checkpoint that the log's key signed, that fits the entries, and that continues the last one seen here.

pub mod audit;
mod clock;
mod entry;
mod note;
pub mod receipt;
mod seen;
mod tree;
pub mod witness;

use std::ops::Range;
use std::path::Path;
use std::thread;

use bytes::Bytes;
pub use entry::{Entry, Event, Given, Purged, Started, Told};
use jiff::Timestamp;
pub use note::{Head, NoteKey};
use seen::Seen;
use ssh_key::PublicKey;
use tree::{Piece, Tree, WIDTH};

use crate::account::meanwhile::{each, meanwhile};
use crate::account::store::{Object, Pin, Store, StoreError};
use crate::error::{Failure, Kind};
use crate::signing::dsse::Envelope;
use crate::signing::{SignError, Signer};

/// The type of an entry's payload.
pub const PAYLOAD_TYPE: &str = "application/vnd.verho.entry+json";
const CHECKPOINT: &str = "ledger/checkpoint";
/// How long an entry may be: a bundle has its length in 16 bits.
const LONGEST: usize = u16::MAX as usize;
/// Writers that meet at one place try again; far fewer meet than this.
const TRIES: u32 = 2000;

/// Why the ledger cannot be used or believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    #[error("ledger: {0}")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error("ledger: that is no key of a ledger or a witness")]
    Key,
    #[error("ledger: the checkpoint is none, or was not signed by this ledger's key")]
    Checkpoint,
    #[error("ledger: the checkpoint is one of another ledger")]
    Origin,
    #[error("ledger: entry {0} is none, or was not signed by this ledger's key")]
    Entry(u64),
    #[error("ledger: it has {found} entries and had {known} when it was last seen here")]
    RolledBack { known: u64, found: u64 },
    #[error("ledger: its first {0} entries are not those that were signed or seen before")]
    Forked(u64),
    #[error("ledger: `{0}` is not what the entries make")]
    Piece(String),
    #[error("ledger: no witness has cosigned it")]
    Witness,
    #[error("ledger: the last cosignature of `{name}` is {hours} hours old")]
    Unwatched { name: String, hours: u64 },
    #[error("ledger: the clock here says {now}, and its latest entry is of {latest}")]
    Clock { now: Timestamp, latest: Timestamp },
    #[error("ledger: the memory of the last checkpoint cannot be used: {0}")]
    Memory(String),
    #[error("ledger: too many writers at once")]
    Contended,
    #[error("ledger: an entry takes {LONGEST} bytes, and this one would have {0}; nothing was entered")]
    TooLong(usize),
    #[error("ledger: it has no entry of this customer")]
    Nobody,
    #[error("that is no receipt of this ledger: {0}")]
    Receipt(&'static str),
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let message = error.to_string();
        match error {
            LedgerError::Store(error) => Failure { message, ..error.into() },
            LedgerError::Sign(error) => error.into(),
            LedgerError::Contended => Failure::new(Kind::Storage, message).hint("run it again"),
            LedgerError::Memory(_) => Failure::new(Kind::Invalid, message)
                .hint("verho keeps the last checkpoint it saw in `.verho/` of the workspace, which must be writable; one of another \
                     evidence key, or a damaged one, may be put aside once it is known why it is there"),
            LedgerError::TooLong(_) => Failure::new(Kind::Usage, message)
                .hint("name it, and say it, in fewer words: the ledger is for good, and a document has its own place"),
            LedgerError::Key => Failure::new(Kind::Invalid, message),
            LedgerError::Nobody => Failure::new(Kind::Usage, message),
            LedgerError::Witness | LedgerError::Unwatched { .. } => {
                Failure::new(Kind::Consent, message).hint("let the witness run `verho ledger witness`")
            }
            LedgerError::Clock { .. } => {
                Failure::new(Kind::Consent, message).hint("set the clock by NTP; approvals begin and end by it")
            }
            _ => Failure::new(Kind::Consent, message)
                .hint("it may have been altered: keep everything as it is, and find out with `verho review verify`"),
        }
    }
}

/// An entry, and the bytes it was read from.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub entry: Entry,
    bytes: Vec<u8>,
}

/// A ledger as far as it is known, every entry of it under a checkpoint or signed by itself.
pub struct Ledger<'s> {
    store: &'s dyn Store,
    key: NoteKey,
    seen: Seen,
    tree: Tree,
    recorded: Vec<Recorded>,
    /// The last checkpoint that was believed.
    head: Option<Head>,
    /// The state of the object that held it; none before it was read or written here.
    pin: Option<Pin>,
}

/// A ledger, and the hand that writes into it.
pub struct Book<'s> {
    ledger: Ledger<'s>,
    signer: &'s dyn Signer,
}

impl<'s> Book<'s> {
    /// As [`Ledger::open`], by the key of who writes.
    ///
    /// # Errors
    /// As there, or where the key cannot be had.
    pub fn open(store: &'s dyn Store, signer: &'s dyn Signer, memory: &Path) -> Result<Self, LedgerError> {
        Ok(Book { ledger: Ledger::open(store, signer.public_key()?, memory)?, signer })
    }

    /// Enters what just happened, and gives its place.
    ///
    /// # Errors
    /// Where it cannot be signed or written, or the ledger is not to be believed.
    pub fn enter(&mut self, customer: &str, event: Event) -> Result<u64, LedgerError> {
        let entry = Entry { at: Timestamp::now(), customer: customer.to_owned(), event };
        self.ledger.append(self.signer, &entry)
    }

    /// As [`enter`](Self::enter), if it is so of all entries that stand before it; none where it is not.
    ///
    /// # Errors
    /// As there.
    pub fn enter_if(
        &mut self,
        customer: &str,
        event: Event,
        is_so: impl Fn(&Ledger<'_>) -> bool,
    ) -> Result<Option<u64>, LedgerError> {
        let entry = Entry { at: Timestamp::now(), customer: customer.to_owned(), event };
        self.ledger.append_if(self.signer, &entry, &is_so)
    }

    /// The ledger as it is now.
    ///
    /// # Errors
    /// Where it is not to be believed, or cannot be read.
    pub fn fresh(&mut self) -> Result<&Ledger<'s>, LedgerError> {
        self.ledger.refresh()?;
        Ok(&self.ledger)
    }

    /// The ledger as it was last read.
    pub fn ledger(&self) -> &Ledger<'s> {
        &self.ledger
    }
}

impl<'s> Ledger<'s> {
    /// Reads and checks the whole ledger; `memory` is where the last checkpoint seen is kept.
    ///
    /// # Errors
    /// Where it was altered, forked or rolled back, or cannot be read.
    pub fn open(store: &'s dyn Store, key: PublicKey, memory: &Path) -> Result<Self, LedgerError> {
        let key = NoteKey::of_ledger(key)?;
        let seen = Seen::read(memory, &key)?;
        let (head, tree, recorded) = (seen.head(), Tree::default(), Vec::new());
        let mut ledger = Ledger { store, key, seen, tree, recorded, head, pin: None };
        ledger.refresh()?;
        Ok(ledger)
    }

    /// Every entry, the oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator + Clone {
        self.recorded.iter().map(|recorded| &recorded.entry)
    }

    /// The last checkpoint that was believed.
    pub fn head(&self) -> Option<Head> {
        self.head
    }

    /// The root over the first `size` entries; none where there are not as many.
    pub fn root(&self, size: u64) -> Option<[u8; 32]> {
        self.tree.root(size)
    }

    /// What verifies this ledger.
    pub fn key(&self) -> &NoteKey {
        &self.key
    }

    /// Takes in what others appended.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn refresh(&mut self) -> Result<(), LedgerError> {
        let known = self.head.map_or(0, |head| head.size);
        // Mostly nothing was entered behind what is known: that is asked meanwhile.
        let next = self.tree.size().max(known);
        let (signed, is_more) = thread::scope(|scope| {
            let is_more = meanwhile(scope, || self.store.find(&entry_key(next)));
            (self.signed(), is_more())
        });
        let (signed, is_more) = (signed?, is_more?.is_some());
        let found = signed.as_ref().map_or(0, |(_, head, _)| head.size);
        if found < known {
            return Err(LedgerError::RolledBack { known, found });
        }
        self.take_bundles(found)?;
        for head in self.head.into_iter().chain(signed.as_ref().map(|(_, head, _)| *head)) {
            self.demand(head)?;
        }
        if is_more || self.tree.size() != next {
            self.follow_entries()?;
        }
        signed.map_or(Ok(()), |(object, head, checkpoint)| self.believe(head, object.pin, &checkpoint))
    }

    /// Appends an entry, and gives its place.
    ///
    /// # Errors
    /// Where it is too long, cannot be signed or written, or the ledger is not to be believed.
    pub fn append(&mut self, signer: &dyn Signer, entry: &Entry) -> Result<u64, LedgerError> {
        self.append_if(signer, entry, &|_| true)?.ok_or(LedgerError::Contended)
    }

    /// Appends an entry where it is so of all that stand before it: its place is taken by a conditional write.
    fn append_if(
        &mut self,
        signer: &dyn Signer,
        entry: &Entry,
        is_so: &dyn Fn(&Self) -> bool,
    ) -> Result<Option<u64>, LedgerError> {
        let payload = serde_json::to_vec(entry).expect("text, numbers and maps by text are JSON");
        let bytes = Envelope::sign_as(PAYLOAD_TYPE, &payload, signer)?.to_json();
        if bytes.len() > LONGEST {
            return Err(LedgerError::TooLong(bytes.len()));
        }
        for _ in 0..TRIES {
            if !is_so(self) {
                return Ok(None);
            }
            let place = self.tree.size();
            match self.store.create(&entry_key(place), &[Bytes::from(bytes.clone())]) {
                Ok(_) => self.push(bytes.clone(), Some(self.key.public_key().clone()))?,
                // A reply that was lost is found again as an entry that is there already.
                Err(StoreError::Exists) => self.follow_entries()?,
                Err(error) => return Err(error.into()),
            }
            let taken = self.recorded.get(position(place)).ok_or(LedgerError::Entry(place))?;
            if taken.bytes == bytes {
                self.publish(signer)?;
                return Ok(Some(place));
            }
        }
        Err(LedgerError::Contended)
    }

    /// The signed head that lies in the store, with the object it lies in and its bytes.
    fn signed(&self) -> Result<Option<(Object, Head, Bytes)>, LedgerError> {
        match read_latest(self.store, CHECKPOINT) {
            Ok((object, bytes)) => Ok(Some((object, self.key.head(&bytes)?, bytes))),
            Err(StoreError::Missing) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn demand(&self, head: Head) -> Result<(), LedgerError> {
        if self.tree.root(head.size) == Some(head.root) { Ok(()) } else { Err(LedgerError::Forked(head.size)) }
    }

    fn believe(&mut self, head: Head, pin: Pin, checkpoint: &[u8]) -> Result<(), LedgerError> {
        (self.head, self.pin) = (Some(head), Some(pin));
        self.seen.remember(head, checkpoint)
    }

    /// Entries up to a checkpoint, which vouches for them.
    fn take_bundles(&mut self, size: u64) -> Result<(), LedgerError> {
        while self.tree.size() < size {
            let number = self.tree.size() / WIDTH;
            let width = (size - number * WIDTH).min(WIDTH);
            let entries = read_bundle(self.store, number, width)?;
            let known = position(self.tree.size() - number * WIDTH);
            for leaf in entries.into_iter().take(position(width)).skip(known) {
                let entry = self.whole(leaf)?;
                self.push(entry, None)?;
            }
            if self.tree.size() < number * WIDTH + width {
                return Err(LedgerError::Piece(tree::bundle_path(number, width)));
            }
        }
        Ok(())
    }

    /// The next entry, of which a bundle has this: the leaf tells by its digest which one that is. None as long is written
    /// any more; a ledger that has one goes on.
    fn whole(&self, leaf: Vec<u8>) -> Result<Vec<u8>, LedgerError> {
        if !tree::stands_for_another(&leaf) {
            return Ok(leaf);
        }
        let place = self.tree.size();
        match self.store.whole(&entry_key(place)) {
            Ok((_, entry)) if *tree::carried(&entry) == *leaf => Ok(entry.to_vec()),
            Ok(_) | Err(StoreError::Missing) => Err(LedgerError::Entry(place)),
            Err(error) => Err(error.into()),
        }
    }

    /// Entries behind the checkpoint, each of which is signed itself.
    fn follow_entries(&mut self) -> Result<(), LedgerError> {
        loop {
            match self.store.whole(&entry_key(self.tree.size())) {
                Ok((_, bytes)) => self.push(bytes.to_vec(), Some(self.key.public_key().clone()))?,
                Err(StoreError::Missing) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn push(&mut self, bytes: Vec<u8>, signed_by: Option<PublicKey>) -> Result<(), LedgerError> {
        let damaged = || LedgerError::Entry(self.tree.size());
        let entry = parse(&bytes, signed_by.as_ref()).ok_or_else(damaged)?;
        self.tree.push(&bytes);
        self.recorded.push(Recorded { entry, bytes });
        Ok(())
    }

    /// Tiles, bundles and a checkpoint of all that is known; one that is as far already stays.
    fn publish(&mut self, signer: &dyn Signer) -> Result<(), LedgerError> {
        for _ in 0..TRIES {
            let (old, size) = (self.head.map_or(0, |head| head.size), self.tree.size());
            if old == size {
                return Ok(());
            }
            let head = Head { size, root: self.tree.root(size).expect("a tree has a root") };
            let checkpoint = Bytes::from(self.write_pieces(old, head, signer)?);
            let content = [checkpoint.clone()];
            let written = match &self.pin {
                Some(pin) => self.store.replace(CHECKPOINT, &content, pin),
                None => self.store.create(CHECKPOINT, &content),
            };
            match written {
                // Another writer was quicker; where it was as far, that is enough.
                Err(StoreError::Changed | StoreError::Exists) => self.refresh()?,
                Err(error) => return Err(error.into()),
                Ok(pin) => {
                    self.forget_partial(size);
                    return self.believe(head, pin, &checkpoint);
                }
            }
        }
        Err(LedgerError::Contended)
    }

    /// Writes what a tree has that one of `old` had not, and signs its checkpoint meanwhile.
    fn write_pieces(&self, old: u64, head: Head, signer: &dyn Signer) -> Result<Vec<u8>, LedgerError> {
        let pieces = self.pieces(old, head.size);
        thread::scope(|scope| {
            let checkpoint = meanwhile(scope, || self.key.checkpoint(head, signer));
            each(&pieces, |piece| self.write(piece)).into_iter().collect::<Result<(), _>>()?;
            checkpoint()
        })
    }

    /// What a tree of `size` has and one of `old` had not.
    fn pieces(&self, old: u64, size: u64) -> Vec<Piece> {
        let bundles = (old / WIDTH..size.div_ceil(WIDTH)).map(|number| number * WIDTH..size.min((number + 1) * WIDTH));
        let bundle = |range: Range<u64>| Piece {
            path: tree::bundle_path(range.start / WIDTH, range.end - range.start),
            content: self.bundle(range).unwrap_or_default(),
        };
        self.tree.tiles(old, size).into_iter().chain(bundles.map(bundle)).collect()
    }

    /// A run of entries in the form in which they are published; none where there are not as many.
    fn bundle(&self, range: Range<u64>) -> Option<Vec<u8>> {
        let entries = self.recorded.get(position(range.start)..position(range.end))?;
        Some(tree::bundle(entries.iter().map(|recorded| recorded.bytes.as_slice())))
    }

    /// Another writer makes the same piece of the same entries.
    fn write(&self, piece: &Piece) -> Result<(), LedgerError> {
        let key = piece_key(&piece.path);
        match self.store.create(&key, &[Bytes::from(piece.content.clone())]) {
            Err(StoreError::Exists) if self.store.whole(&key)?.1 == piece.content => Ok(()),
            Err(StoreError::Exists) => Err(LedgerError::Piece(piece.path.clone())),
            written => Ok(written.map(drop)?),
        }
    }

    /// Once a tile is full its partial ones may go; one at each append, so that none takes long. It is no harm if they stay.
    fn forget_partial(&self, size: u64) {
        let (number, width) = (size / WIDTH, size % WIDTH);
        if number > 0 && width > 0 {
            let paths = [tree::bundle_path(number - 1, width), tree::leaf_tile_path(number - 1, width)];
            each(&paths, |path| self.store.delete(&piece_key(path)));
        }
    }
}

/// An object as it is now, though others write over it meanwhile.
fn read_latest(store: &dyn Store, key: &str) -> Result<(Object, Bytes), StoreError> {
    for _ in 0..TRIES {
        match store.whole(key) {
            Err(StoreError::Changed) => {}
            other => return other,
        }
    }
    Err(StoreError::Changed)
}

/// A bundle of exactly `width` entries; where it was partial and is full by now, the full one.
fn read_bundle(store: &dyn Store, number: u64, width: u64) -> Result<Vec<Vec<u8>>, LedgerError> {
    let path = tree::bundle_path(number, width);
    let bytes = match store.whole(&piece_key(&path)) {
        Err(StoreError::Missing) => store.whole(&piece_key(&tree::bundle_path(number, WIDTH)))?.1,
        other => other?.1,
    };
    tree::unbundled(&bytes).ok_or(LedgerError::Piece(path))
}

/// The entry in some bytes; signed by `key`, where one is given.
fn parse(bytes: &[u8], key: Option<&PublicKey>) -> Option<Entry> {
    let envelope = Envelope::parse(bytes).ok()?;
    let payload = match key {
        Some(key) => envelope.verify_as(PAYLOAD_TYPE, key).ok()?,
        None => envelope.claimed_as(PAYLOAD_TYPE).ok()?,
    };
    serde_json::from_slice(&payload).ok()
}

fn entry_key(place: u64) -> String {
    format!("ledger/entry/{place:012}.json")
}

fn piece_key(path: &str) -> String {
    format!("ledger/{path}")
}

fn position(place: u64) -> usize {
    usize::try_from(place).expect("a ledger in memory has fewer entries than addresses")
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
