//! The two doors: what may be read of production under which right, and the only way into test.

mod lengths;
mod log;
mod small;

use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::account::separate::SeparateAccounts;
use crate::account::store::{Object, Store, StoreError};
use crate::consent::Approval;
use crate::process::is_asked_to_end;

pub use log::{LogKind, LogRight};

use lengths::Lengths;
use small::Small;

/// The production side. Without an approval it shows listings and footers, nothing else.
pub struct Production {
    store: Arc<dyn Store>,
    lengths: Lengths,
    small: Arc<Small>,
}

impl Production {
    /// A door over a store.
    pub fn new(store: Box<dyn Store>) -> Self {
        Production { store: store.into(), lengths: Lengths::default(), small: Arc::default() }
    }

    /// The same, which spares requests to a store that is far: how long footers are it keeps in a file, and of small objects
    /// up to `memory` bytes once they are read.
    pub fn sparing(store: Box<dyn Store>, footers: PathBuf, memory: u64) -> Self {
        match store.is_remote() {
            true => Production {
                store: store.into(),
                lengths: Lengths::kept_in(footers),
                small: Arc::new(Small::of(memory)),
            },
            false => Production::new(store),
        }
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
        FooterRight { store: self.store.as_ref(), lengths: &self.lengths }
    }

    /// The narrow way in, for `scan` alone: the starts of a few objects, so that a schema can be proposed before there is
    /// anything to approve.
    ///
    /// What it hands out stays inside this crate, and what is found in it holds no value:
    /// ```
    /// # use verho::account::{doors::{Production, Sampler}, store::Object};
    /// fn look(door: &Production, object: &Object) {
    ///     let sampler: Sampler<'_> = door.sampler();
    ///     let _ = sampler.sample(object);
    /// }
    /// ```
    ///
    /// It is no opened door, and nobody outside reads a byte through it:
    /// ```compile_fail
    /// # use verho::account::{doors::{OpenProduction, Production}, store::Object};
    /// fn look(door: &Production, object: &Object) {
    ///     let open: OpenProduction<'_> = door.sampler();
    ///     let _ = open.read(object, &[0..9]);
    /// }
    /// ```
    /// ```compile_fail
    /// # use verho::account::{doors::{Production, Sampler}, store::Object};
    /// fn look(door: &Production, object: &Object) {
    ///     let sampler: Sampler<'_> = door.sampler();
    ///     let _ = sampler.sample(object).read(0..9);
    /// }
    /// ```
    pub fn sampler(&self) -> Sampler<'_> {
        Sampler { store: &self.store, left: Mutex::new(HashMap::new()) }
    }

    /// Opens the door to rows.
    ///
    /// ```
    /// # use verho::{account::{doors::Production, separate::SeparateAccounts}, consent::Approval};
    /// fn read(door: &Production, approval: &Approval, separate: &SeparateAccounts) {
    ///     let _ = door.open(approval, separate);
    /// }
    /// ```
    ///
    /// No approval, no rows:
    /// ```compile_fail
    /// # use verho::account::{doors::Production, separate::SeparateAccounts};
    /// fn read(door: &Production, separate: &SeparateAccounts) {
    ///     let _ = door.open(separate);
    /// }
    /// ```
    ///
    /// Nor where the accounts are not proved separate:
    /// ```compile_fail
    /// # use verho::{account::doors::Production, consent::Approval};
    /// fn read(door: &Production, approval: &Approval) {
    ///     let _ = door.open(approval);
    /// }
    /// ```
    pub fn open<'d>(&'d self, approval: &'d Approval, separate: &'d SeparateAccounts) -> OpenProduction<'d> {
        OpenProduction { store: &self.store, small: &self.small, _proof: (approval, separate) }
    }
}

/// The right to read footers; it can read nothing else.
#[derive(Clone, Copy)]
pub struct FooterRight<'d> {
    store: &'d dyn Store,
    lengths: &'d Lengths,
}

/// What is wrong with an object whose footer is encrypted.
pub const ENCRYPTED: &str = "its footer is encrypted";

/// The magic bytes at both ends of a Parquet file.
pub const MAGIC: &[u8; 4] = b"PAR1";

/// The longest footer that is read, in bytes.
const LONGEST_FOOTER: u64 = 64 << 20;

impl FooterRight<'_> {
    /// The metadata of a Parquet object, without the length and magic that close it.
    ///
    /// Two reads: the last 8 bytes, then exactly the metadata that they announce; one, where the length is known.
    ///
    /// # Errors
    /// [`StoreError::Unfit`] where the object does not end as a Parquet file does.
    pub fn metadata(&self, object: &Object) -> Result<Bytes, StoreError> {
        let unfit = |what: &str| StoreError::Unfit(what.to_owned());
        let end =
            object.size.checked_sub(8).filter(|end| *end >= 4).ok_or_else(|| unfit("too short for a Parquet file"))?;
        if let Some(metadata) = self.in_one(object)? {
            return Ok(metadata);
        }
        let tail = read_one(self.store, object, end..object.size)?;
        let length = announced(&tail)?;
        if length > LONGEST_FOOTER || length + 4 > end {
            return Err(unfit("its footer announces a length that cannot be"));
        }
        self.lengths.set(object, length);
        read_one(self.store, object, end - length..end)
    }

    /// The metadata, where it is as long as it was; then nothing else of the object comes along.
    fn in_one(&self, object: &Object) -> Result<Option<Bytes>, StoreError> {
        let known = self.lengths.get(object).filter(|known| *known <= LONGEST_FOOTER && known + 12 <= object.size);
        let Some(known) = known else { return Ok(None) };
        let mut read = read_one(self.store, object, object.size - known - 8..object.size)?;
        let tail = read.split_off(usize::try_from(known).unwrap_or(usize::MAX).min(read.len()));
        Ok((announced(&tail)? == known).then_some(read))
    }
}

/// The length that the last 8 bytes of an object announce, in bytes.
fn announced(tail: &[u8]) -> Result<u64, StoreError> {
    let unfit = |what: &str| StoreError::Unfit(what.to_owned());
    let (length, magic) = tail.split_first_chunk::<4>().ok_or_else(|| unfit("too short for a Parquet file"))?;
    if magic != MAGIC {
        let encrypted = magic == b"PARE";
        return Err(unfit(if encrypted { ENCRYPTED } else { "it does not end as a Parquet file" }));
    }
    Ok(u64::from(u32::from_le_bytes(*length)))
}

fn read_one(store: &dyn Store, object: &Object, range: Range<u64>) -> Result<Bytes, StoreError> {
    let read = store.read(object, std::slice::from_ref(&range))?;
    read.into_iter().next().ok_or_else(no_reply)
}

fn no_reply() -> StoreError {
    StoreError::Damaged("no reply to a read".into())
}

/// What is read of one object at most before there is an approval, in bytes.
pub const SAMPLED_BYTES: u64 = 64 << 20;

/// The right to look at samples: of each object no more than [`SAMPLED_BYTES`], however often it is asked for.
pub struct Sampler<'d> {
    store: &'d Arc<dyn Store>,
    /// By key, how much may still be read.
    left: Mutex<HashMap<String, u64>>,
}

impl Sampler<'_> {
    /// One object, to be looked into.
    pub fn sample(&self, object: &Object) -> Sample<'_> {
        Sample { sampler: self, object: object.clone() }
    }

    /// Takes bytes from what may still be read of an object.
    fn spend(&self, key: &str, bytes: u64) -> Result<(), StoreError> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let left = left.entry(key.to_owned()).or_insert(SAMPLED_BYTES);
        *left = left.checked_sub(bytes).ok_or_else(|| StoreError::Other("a sample of it would be too large".into()))?;
        Ok(())
    }
}

/// One object of which a sample may be read; only [`Sampler::sample`] makes one.
#[derive(Clone)]
pub struct Sample<'d> {
    sampler: &'d Sampler<'d>,
    object: Object,
}

impl Sample<'_> {
    /// The bytes of a range, in the object's pinned state.
    ///
    /// # Errors
    /// What the store says, and where no more may be read.
    pub(crate) fn read(&self, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.sampler.spend(&self.object.key, range.end.saturating_sub(range.start))?;
        read_one(self.sampler.store.as_ref(), &self.object, range)
    }

    /// The object that it is of.
    pub fn object(&self) -> &Object {
        &self.object
    }
}

/// Production, opened by an approval.
#[derive(Clone, Copy)]
pub struct OpenProduction<'d> {
    store: &'d Arc<dyn Store>,
    small: &'d Arc<Small>,
    _proof: (&'d Approval, &'d SeparateAccounts),
}

impl OpenProduction<'_> {
    /// The bytes of each range of an object, in its pinned state.
    ///
    /// # Errors
    /// What the store says.
    pub fn read(&self, object: &Object, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, StoreError> {
        demand_time()?;
        self.small.read(self.store.as_ref(), object, ranges)
    }

    /// One object, to be read on and on by a reader that is handed around.
    pub fn tap(&self, object: &Object) -> Tap {
        Tap { store: self.store.clone(), small: self.small.clone(), object: object.clone() }
    }

    /// Whether reading is mostly waiting, so that it is worth no thread of those that work.
    pub fn is_remote(&self) -> bool {
        self.store.is_remote()
    }
}

/// Nothing more is read once somebody has asked the process to end: all work of a run begins with a read.
fn demand_time() -> Result<(), StoreError> {
    if is_asked_to_end() { Err(StoreError::Other("interrupted".into())) } else { Ok(()) }
}

/// One object of an opened production; only [`OpenProduction::tap`] makes one.
#[derive(Clone)]
pub struct Tap {
    store: Arc<dyn Store>,
    small: Arc<Small>,
    object: Object,
}

impl Tap {
    /// The bytes of a range, in the object's pinned state.
    ///
    /// # Errors
    /// What the store says.
    pub fn read(&self, range: Range<u64>) -> Result<Bytes, StoreError> {
        demand_time()?;
        let read = self.small.read(self.store.as_ref(), &self.object, std::slice::from_ref(&range))?;
        read.into_iter().next().ok_or_else(no_reply)
    }
}

/// The test side. Only [`sink`](crate::sink) and [`release`](crate::release) can write through it, and what they make
/// anew only once it is open.
pub struct Test {
    pub(crate) store: Box<dyn Store>,
}

impl Test {
    /// A door over a store.
    pub fn new(store: Box<dyn Store>) -> Self {
        Test { store }
    }

    /// Opens the door for something new.
    ///
    /// ```
    /// # use verho::account::{doors::Test, separate::SeparateAccounts};
    /// fn write(door: &Test, separate: &SeparateAccounts) {
    ///     let _ = door.open(separate);
    /// }
    /// ```
    ///
    /// Not where the accounts are not proved separate:
    /// ```compile_fail
    /// # use verho::account::doors::Test;
    /// fn write(door: &Test) {
    ///     let _ = door.open();
    /// }
    /// ```
    pub fn open<'d>(&'d self, separate: &'d SeparateAccounts) -> OpenTest<'d> {
        OpenTest { door: self, _separate: separate }
    }

    /// Whether writing is mostly waiting.
    pub fn is_remote(&self) -> bool {
        self.store.is_remote()
    }
}

/// The test side, open for something new.
#[derive(Clone, Copy)]
pub struct OpenTest<'d> {
    pub(crate) door: &'d Test,
    _separate: &'d SeparateAccounts,
}

impl OpenTest<'_> {
    /// Whether writing is mostly waiting.
    pub fn is_remote(&self) -> bool {
        self.door.is_remote()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::store::testing::MemoryStore;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the bound of a sample is tried")]
    fn no_more_of_an_object_is_sampled_than_may_be_however_often_it_is_asked() {
        let store = MemoryStore::default();
        store.create("a", &[Bytes::from_static(b"0123456789")]).expect("is free");
        let object = store.find("a").expect("is there").expect("an object");
        let door = Production::new(Box::new(store));
        let sampler = door.sampler();
        assert_eq!(sampler.sample(&object).read(2..5).as_deref(), Ok(&b"234"[..]));
        sampler.spend("a", SAMPLED_BYTES - 5).expect("is left");
        assert_eq!(sampler.sample(&object).read(0..2).as_deref(), Ok(&b"01"[..]));
        assert!(sampler.sample(&object).read(0..1).is_err(), "a second handle is no second share");
        assert!(sampler.spend("b", 1).is_ok());
    }
}
