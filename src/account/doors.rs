//! The two doors: what may be read of production under which right, and the only way into test.

mod log;

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::account::store::{Object, Store, StoreError};
use crate::consent::Approval;

pub use log::{LogKind, LogRight};

/// The production side. Without an approval it shows listings and footers, nothing else.
pub struct Production {
    store: Arc<dyn Store>,
}

impl Production {
    /// A door over a store.
    pub fn new(store: Box<dyn Store>) -> Self {
        Production { store: store.into() }
    }

    /// The objects whose key starts with `prefix`.
    ///
    /// # Errors
    /// Where the store cannot be listed.
    pub fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        self.store.list(prefix)
    }

    /// Whether reading is mostly waiting.
    pub fn is_remote(&self) -> bool {
        self.store.is_remote()
    }

    /// The engineer's right to see structure: it reads the last bytes of a Parquet object, and no data page.
    pub fn footers(&self) -> FooterRight<'_> {
        FooterRight { store: self.store.as_ref() }
    }

    /// Opens the door to rows.
    ///
    /// ```
    /// # use verho::{account::doors::Production, consent::Approval};
    /// fn read(door: &Production, approval: &Approval) {
    ///     let _ = door.open(approval);
    /// }
    /// ```
    ///
    /// No approval, no rows:
    /// ```compile_fail
    /// # use verho::{account::doors::Production, consent::Approval};
    /// fn read(door: &Production) {
    ///     let _ = door.open();
    /// }
    /// ```
    pub fn open<'d>(&'d self, approval: &'d Approval) -> OpenProduction<'d> {
        OpenProduction { store: &self.store, _approval: approval }
    }
}

/// The right to read footers; it can read nothing else.
#[derive(Clone, Copy)]
pub struct FooterRight<'d> {
    store: &'d dyn Store,
}

/// The magic bytes at both ends of a Parquet file.
pub const MAGIC: &[u8; 4] = b"PAR1";

/// The longest footer that is read, in bytes.
const LONGEST_FOOTER: u64 = 64 << 20;

impl FooterRight<'_> {
    /// The metadata of a Parquet object, without the length and magic that close it.
    ///
    /// Two reads: the last 8 bytes, then exactly the metadata that they announce.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] where the object does not end as a Parquet file does.
    pub fn metadata(&self, object: &Object) -> Result<Bytes, StoreError> {
        let damaged = |what: &str| StoreError::Damaged(what.to_owned());
        let end = object
            .size
            .checked_sub(8)
            .filter(|end| *end >= 4)
            .ok_or_else(|| damaged("too short for a Parquet file"))?;
        let tail = read_one(self.store, object, end..object.size)?;
        let (length, magic) = tail.split_at(4);
        if magic != MAGIC {
            let encrypted = magic == b"PARE";
            return Err(damaged(if encrypted {
                "its footer is encrypted"
            } else {
                "it does not end as a Parquet file"
            }));
        }
        let length = u64::from(u32::from_le_bytes([length[0], length[1], length[2], length[3]]));
        if length > LONGEST_FOOTER || length + 4 > end {
            return Err(damaged("its footer announces a length that cannot be"));
        }
        read_one(self.store, object, end - length..end)
    }
}

fn read_one(store: &dyn Store, object: &Object, range: Range<u64>) -> Result<Bytes, StoreError> {
    let read = store.read(object, std::slice::from_ref(&range))?;
    read.into_iter().next().ok_or_else(|| StoreError::Damaged("no reply to a read".into()))
}

/// Production, opened by an approval.
#[derive(Clone, Copy)]
pub struct OpenProduction<'d> {
    store: &'d Arc<dyn Store>,
    _approval: &'d Approval,
}

impl OpenProduction<'_> {
    /// The bytes of each range of an object, in its pinned state.
    ///
    /// # Errors
    /// What the store says.
    pub fn read(&self, object: &Object, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, StoreError> {
        self.store.read(object, ranges)
    }

    /// One object, to be read on and on by a reader that is handed around.
    pub fn tap(&self, object: &Object) -> Tap {
        Tap { store: self.store.clone(), object: object.clone() }
    }

    /// Whether reading is mostly waiting, so that it is worth no thread of those that work.
    pub fn is_remote(&self) -> bool {
        self.store.is_remote()
    }
}

/// One object of an opened production; only [`OpenProduction::tap`] makes one.
#[derive(Clone)]
pub struct Tap {
    store: Arc<dyn Store>,
    object: Object,
}

impl Tap {
    /// The bytes of a range, in the object's pinned state.
    ///
    /// # Errors
    /// What the store says.
    pub fn read(&self, range: Range<u64>) -> Result<Bytes, StoreError> {
        read_one(self.store.as_ref(), &self.object, range)
    }
}

/// The test side. Only [`sink`](crate::sink) and [`release`](crate::release) can write through it.
pub struct Test {
    pub(crate) store: Box<dyn Store>,
}

impl Test {
    /// A door over a store.
    pub fn new(store: Box<dyn Store>) -> Self {
        Test { store }
    }

    /// Whether writing is mostly waiting.
    pub fn is_remote(&self) -> bool {
        self.store.is_remote()
    }
}
