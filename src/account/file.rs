//! Objects as files below one folder: for local work, and for tests without a server.
//!
//! Whole or not at all: content is written to a hidden file beside its place, synced, and put there by one
//! `link` (a new object) or `rename` (a replaced one). Who writes a hidden file holds it locked, so one that is not
//! locked is of a process that was killed. Symbolic links are refused everywhere: one could lead out of the root, and so
//! out of the account.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, DirEntry, File, FileType, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::store::{Object, Pin, Remain, RemainKind, Staged, Store, StoreError};

const TEMPORARY: &str = ".verho-";

/// A store of files below one folder.
pub struct FileStore {
    root: PathBuf,
}

impl FileStore {
    /// A store below an absolute folder, which may still be missing: the first object makes it.
    ///
    /// # Errors
    /// Where the path is relative or is something other than a folder.
    pub fn open(root: PathBuf) -> Result<Self, StoreError> {
        if !root.is_absolute() {
            return Err(StoreError::Other("root is not an absolute path".into()));
        }
        match root.metadata() {
            Ok(found) if !found.is_dir() => Err(StoreError::Other("root is not a folder".into())),
            Err(error) if error.kind() != ErrorKind::NotFound => Err(refusal(error)),
            _ => Ok(FileStore { root }),
        }
    }

    /// Where an object lies.
    fn place(&self, key: &str) -> Result<PathBuf, StoreError> {
        check_key(key)?;
        let mut path = self.root.clone();
        for part in key.split('/') {
            path.push(part);
            if path.symlink_metadata().is_ok_and(|found| found.is_symlink()) {
                return Err(symlink());
            }
        }
        Ok(path)
    }

    /// The folder in which every key with this prefix lies, and that folder's own key.
    fn folder<'p>(&self, prefix: &'p str) -> Result<(PathBuf, &'p str), StoreError> {
        match prefix.rfind('/') {
            Some(end) => Ok((self.place(&prefix[..end])?, &prefix[..=end])),
            None => Ok((self.root.clone(), "")),
        }
    }

    /// Every file whose key starts with `prefix`, hidden ones too, in the order of keys.
    fn files(&self, prefix: &str) -> Result<Vec<Found>, StoreError> {
        self.root.metadata().map_err(refusal)?;
        let (folder, key) = self.folder(prefix)?;
        let mut found = Vec::new();
        match folder.metadata() {
            Ok(about) if about.is_dir() => walk(&folder, key, prefix, &mut found)?,
            Err(error) if !is_absent(&error) => return Err(refusal(error)),
            _ => {}
        }
        found.sort_by(|a, b| a.object.key.cmp(&b.object.key));
        Ok(found)
    }
}

/// A file below the root.
struct Found {
    object: Object,
    /// Whether it is one that was never finished.
    is_hidden: bool,
}

fn walk(folder: &Path, key: &str, prefix: &str, found: &mut Vec<Found>) -> Result<(), StoreError> {
    for entry in folder.read_dir().map_err(refusal)? {
        let entry = entry.map_err(refusal)?;
        let name = entry.file_name().into_string().map_err(|_| StoreError::Other("a file name is not UTF-8".into()))?;
        let key = format!("{key}{name}");
        let kind = entry.file_type().map_err(refusal)?;
        if kind.is_dir() {
            let key = format!("{key}/");
            if key.starts_with(prefix) || prefix.starts_with(&key) {
                walk(&entry.path(), &key, prefix, found)?;
            }
        } else if key.starts_with(prefix) {
            let is_hidden = name.starts_with(TEMPORARY);
            found.extend(listed(&entry, kind, key)?.map(|object| Found { object, is_hidden }));
        }
    }
    Ok(())
}

impl FileStore {
    fn staged(&self, key: &str, content: &[Bytes]) -> Result<StagedFile, StoreError> {
        let place = self.place(key)?;
        let folder = parent(&place);
        make_folder(folder)?;
        Ok(StagedFile { temporary: Temporary::write(folder, content)?, place })
    }

    /// Erases a file and gives the folder that it lay in, whose names must then be made to last.
    ///
    /// An object must still be in the state that was seen; a hidden file goes whatever was written to it since, but one that
    /// counted as abandoned must be so still.
    fn erase_one(&self, remain: &Remain) -> Result<Option<PathBuf>, StoreError> {
        let place = match remain.kind {
            RemainKind::Upload => self.hidden_place(&remain.key)?,
            _ => self.place(&remain.key)?,
        };
        let folder = parent(&place);
        let Some(_lock) = lock(folder)? else { return Ok(None) };
        let found = match place.symlink_metadata() {
            Err(error) if is_absent(&error) => return Ok(None),
            found => found.map_err(refusal)?,
        };
        // Until it is gone, nobody takes this one for a file of his own.
        let held = remain.is_abandoned.then(|| held_by_nobody(&place));
        if matches!(held, Some(None)) {
            return Ok(None);
        }
        if remain.kind != RemainKind::Upload && pin(&found)?.etag != remain.id {
            return Ok(None);
        }
        std::fs::remove_file(&place).map_err(refusal)?;
        Ok(Some(folder.to_owned()))
    }

    /// Where the hidden file of an unfinished write lies.
    fn hidden_place(&self, key: &str) -> Result<PathBuf, StoreError> {
        let (folder, name) = key.rsplit_once('/').map_or((None, key), |(folder, name)| (Some(folder), name));
        if !name.starts_with(TEMPORARY) {
            return Err(StoreError::Other("key is not that of an unfinished write".into()));
        }
        let folder = folder.map_or_else(|| Ok(self.root.clone()), |folder| self.place(folder))?;
        Ok(folder.join(name))
    }
}

/// A hidden file that waits for its name.
struct StagedFile {
    temporary: Temporary,
    place: PathBuf,
}

impl Staged for StagedFile {
    fn publish(self: Box<Self>) -> Result<Pin, StoreError> {
        self.temporary.file.sync_all().map_err(refusal)?;
        std::fs::hard_link(&self.temporary.path, &self.place).map_err(refusal)?;
        drop(self.temporary);
        sync_folder(parent(&self.place))?;
        pin(&self.place.metadata().map_err(refusal)?)
    }
}

impl Store for FileStore {
    fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let shown = self.files(prefix)?.into_iter().filter(|found| !found.is_hidden);
        Ok(shown.map(|found| found.object).collect())
    }

    fn find(&self, key: &str) -> Result<Option<Object>, StoreError> {
        match self.place(key)?.metadata() {
            Ok(found) if found.is_file() => Ok(Some(object(key.to_owned(), &found)?)),
            Ok(_) => Ok(None),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(refusal(error)),
        }
    }

    fn read(&self, object: &Object, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, StoreError> {
        let file = match File::open(self.place(&object.key)?) {
            Err(error) if is_absent(&error) => return Err(StoreError::Changed),
            opened => opened.map_err(refusal)?,
        };
        demand(&file, &object.pin)?;
        let read = ranges.iter().map(|range| read_range(&file, object.size, range)).collect();
        demand(&file, &object.pin)?;
        read
    }

    fn create(&self, key: &str, content: &[Bytes]) -> Result<Pin, StoreError> {
        Box::new(self.staged(key, content)?).publish()
    }

    fn stage(&self, key: &str, content: &[Bytes]) -> Result<Option<Box<dyn Staged>>, StoreError> {
        Ok(Some(Box::new(self.staged(key, content)?)))
    }

    fn replace(&self, key: &str, content: &[Bytes], expected: &Pin) -> Result<Pin, StoreError> {
        let place = self.place(key)?;
        let folder = parent(&place);
        let Some(_lock) = lock(folder)? else { return Err(StoreError::Changed) };
        let old = match place.metadata() {
            Err(error) if is_absent(&error) => return Err(StoreError::Changed),
            found => found.map_err(refusal)?,
        };
        if pin(&old)? != *expected {
            return Err(StoreError::Changed);
        }
        let temporary = Temporary::write(folder, content)?;
        temporary.date_after(&old)?;
        std::fs::rename(&temporary.path, &place).map_err(refusal)?;
        sync_folder(folder)?;
        pin(&place.metadata().map_err(refusal)?)
    }

    fn delete(&self, key: &str) -> Result<(), StoreError> {
        let place = self.place(key)?;
        let folder = parent(&place);
        let Some(_lock) = lock(folder)? else { return Ok(()) };
        match std::fs::remove_file(&place) {
            Err(error) if is_absent(&error) => Ok(()),
            Err(error) => Err(refusal(error)),
            Ok(()) => sync_folder(folder),
        }
    }

    fn remains(&self, prefix: &str) -> Result<Vec<Remain>, StoreError> {
        let remain = |Found { object: Object { key, size, pin }, is_hidden }| {
            let kind = if is_hidden { RemainKind::Upload } else { RemainKind::Version };
            let is_abandoned = is_hidden && held_by_nobody(&self.hidden_place(&key)?).is_some();
            Ok(Remain { kind, key, id: pin.etag, size, is_abandoned })
        };
        self.files(prefix)?.into_iter().map(remain).collect()
    }

    fn erase(&self, remains: &[Remain]) -> Result<(), StoreError> {
        let mut folders = BTreeSet::new();
        for remain in remains {
            folders.extend(self.erase_one(remain)?);
        }
        folders.iter().try_for_each(|folder| sync_folder(folder))
    }
}

/// A hidden file with content that is not synced yet; it is gone when this is dropped.
struct Temporary {
    path: PathBuf,
    file: File,
}

impl Temporary {
    fn write(folder: &Path, content: &[Bytes]) -> Result<Self, StoreError> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        // A killed process of the same number may have left one: then the next name is taken.
        let mut temporary = loop {
            let count = COUNTER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{TEMPORARY}{}-{count}", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                opened => {
                    let file = opened.map_err(refusal)?;
                    // Some file systems have no locks: then no hidden file counts as abandoned. One that was not locked yet
                    // may be gone by now.
                    let _ = file.lock();
                    if file.metadata().map_err(refusal)?.nlink() > 0 {
                        break Temporary { file, path };
                    }
                }
            }
        };
        content.iter().try_for_each(|piece| temporary.file.write_all(piece)).map_err(refusal)?;
        Ok(temporary)
    }

    /// Makes its time differ from the file it replaces. The clock ticks in milliseconds and inodes are used
    /// again, so without this a file replaced twice within one tick could look untouched.
    fn date_after(&self, old: &Metadata) -> Result<(), StoreError> {
        let next = old.modified().map_err(refusal)? + Duration::from_nanos(1);
        let time = next.max(SystemTime::now());
        self.file.set_modified(time).and_then(|()| self.file.sync_all()).map_err(refusal)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After a rename there is none; any other failure leaves a hidden file, which no listing shows.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn check_key(key: &str) -> Result<(), StoreError> {
    let wrong = |part: &str| part.is_empty() || part == "." || part == ".." || part.starts_with(TEMPORARY);
    if key.contains('\0') || key.split('/').any(wrong) {
        return Err(StoreError::Other("key is not a plain relative path".into()));
    }
    Ok(())
}

fn listed(entry: &DirEntry, kind: FileType, key: String) -> Result<Option<Object>, StoreError> {
    if kind.is_symlink() {
        return Err(symlink());
    }
    if !kind.is_file() {
        return Err(StoreError::Other("something below the root is neither a file nor a folder".into()));
    }
    match entry.metadata() {
        // Deleted since the folder was read.
        Err(error) if is_absent(&error) => Ok(None),
        found => object(key, &found.map_err(refusal)?).map(Some),
    }
}

fn object(key: String, found: &Metadata) -> Result<Object, StoreError> {
    Ok(Object { key, size: found.len(), pin: pin(found)? })
}

fn pin(found: &Metadata) -> Result<Pin, StoreError> {
    let since = found.modified().map_err(refusal)?.duration_since(SystemTime::UNIX_EPOCH);
    let nanos = since.map_err(|_| StoreError::Other("a file is dated before 1970".into()))?.as_nanos();
    Ok(Pin { version: None, etag: format!("{:x}-{nanos:x}-{:x}", found.len(), found.ino()) })
}

fn demand(file: &File, expected: &Pin) -> Result<(), StoreError> {
    let now = pin(&file.metadata().map_err(refusal)?)?;
    if now == *expected { Ok(()) } else { Err(StoreError::Changed) }
}

fn read_range(file: &File, size: u64, range: &Range<u64>) -> Result<Bytes, StoreError> {
    let length = range.end.checked_sub(range.start).filter(|_| range.end <= size);
    let length = length.and_then(|length| usize::try_from(length).ok());
    let length = length.ok_or_else(|| StoreError::Damaged("range outside the object".into()))?;
    // Room that is read into need not be cleared before.
    let (mut bytes, mut file) = (Vec::with_capacity(length), file);
    file.seek(SeekFrom::Start(range.start)).map_err(refusal)?;
    file.take(length as u64).read_to_end(&mut bytes).map_err(refusal)?;
    if bytes.len() < length {
        return Err(StoreError::Damaged("file is short".into()));
    }
    Ok(Bytes::from(bytes))
}

/// A hidden file that nobody is writing any more, held so until the handle is dropped; none where somebody is, or where that
/// cannot be told.
fn held_by_nobody(place: &Path) -> Option<File> {
    let file = File::open(place).ok()?;
    file.try_lock().is_ok().then_some(file)
}

/// Holds back other replacers and deleters in a folder until the handle is dropped; none where it is missing.
fn lock(folder: &Path) -> Result<Option<File>, StoreError> {
    match File::open(folder) {
        Err(error) if is_absent(&error) => Ok(None),
        opened => {
            let handle = opened.map_err(refusal)?;
            handle.lock().map_err(refusal)?;
            Ok(Some(handle))
        }
    }
}

fn make_folder(folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    make_folder(parent(folder))?;
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(StoreError::Other("an object lies where a folder is needed".into()))
        }
        made => made.map_err(refusal).and_then(|()| sync_folder(parent(folder))),
    }
}

/// Makes the names in a folder last over a power cut.
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder).and_then(|handle| handle.sync_all()).map_err(refusal)
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn symlink() -> StoreError {
    StoreError::Other("a symbolic link lies below the root; it could lead out of the account".into())
}

fn refusal(error: io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::NotFound => StoreError::Missing,
        ErrorKind::AlreadyExists => StoreError::Exists,
        ErrorKind::PermissionDenied => StoreError::Denied("by the file system".into()),
        kind => StoreError::Other(format!("file system: {kind}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt;

    #[test]
    fn a_folder_that_cannot_be_asked_for_is_no_empty_one() {
        let (_folder, store) = store();
        assert_eq!(store.list("none/"), Ok(Vec::new()));
        assert!(store.list(&format!("{}/", "x".repeat(300))).is_err());
    }

    fn store() -> (tempfile::TempDir, FileStore) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FileStore::open(folder.path().to_owned()).expect("a store");
        (folder, store)
    }

    #[test]
    fn keys_that_could_leave_the_root_are_refused() {
        let (_folder, store) = store();
        for key in ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\0b", ".verho-1-1"] {
            assert!(matches!(store.find(key), Err(StoreError::Other(_))), "{key:?}");
            assert!(matches!(store.create(key, &[]), Err(StoreError::Other(_))), "{key:?}");
        }
        assert!(store.list("../").is_err());
    }

    #[test]
    fn symbolic_links_are_refused() {
        let (folder, store) = store();
        std::os::unix::fs::symlink("/etc", folder.path().join("out")).expect("a link");
        assert!(matches!(store.list(""), Err(StoreError::Other(_))));
        assert!(matches!(store.find("out/passwd"), Err(StoreError::Other(_))));
        assert!(matches!(store.create("out/new", &[]), Err(StoreError::Other(_))));
    }

    #[test]
    fn files_are_private_and_nothing_else_is_left() {
        let (folder, store) = store();
        store.create("a/b", &[Bytes::from_static(b"x")]).expect("created");
        assert_eq!(store.create("a/b", &[]), Err(StoreError::Exists));
        let mode = |key: &str| folder.path().join(key).metadata().expect("is there").mode() & 0o777;
        assert_eq!((mode("a"), mode("a/b")), (0o700, 0o600));
        assert_eq!(folder.path().join("a").read_dir().expect("a folder").count(), 1);
    }

    #[test]
    fn a_file_written_over_in_place_is_seen() {
        let (folder, store) = store();
        store.create("a", &[Bytes::from_static(b"one")]).expect("created");
        let listed = store.list("").expect("listed").remove(0);
        let file = File::options().write(true).open(folder.path().join("a")).expect("opened");
        file.write_all_at(b"two", 0).expect("written");
        file.set_modified(SystemTime::now() + Duration::from_secs(1)).expect("dated");
        assert_eq!(store.read(&listed, std::slice::from_ref(&(0..3))), Err(StoreError::Changed));
    }

    #[test]
    fn what_a_killed_writer_left_remains_unlisted_until_it_is_erased() {
        let (folder, store) = store();
        let staged = store.staged("a/b", &[Bytes::from_static(b"half")]).expect("staged");
        assert_eq!(store.list("a/"), Ok(Vec::new()));
        let remains = store.remains("a/").expect("looked");
        assert_eq!((remains.len(), remains[0].kind, remains[0].size), (1, RemainKind::Upload, 4));
        store.erase(&remains).expect("erased");
        store.erase(&remains).expect("erased already");
        assert_eq!(
            (store.remains("").expect("looked"), folder.path().join("a").read_dir().expect("a folder").count()),
            (Vec::new(), 0)
        );
        assert_eq!(Box::new(staged).publish(), Err(StoreError::Missing), "a write that was erased does not come back");
    }

    #[test]
    fn only_unfinished_writes_are_erased_as_such() {
        let (_folder, store) = store();
        store.create("a/b", &[]).expect("created");
        for key in ["a/b", "a/..", "..", "a/../.verho-1", "../.verho-1"] {
            let remain = Remain {
                kind: RemainKind::Upload,
                key: key.to_owned(),
                id: String::new(),
                size: 0,
                is_abandoned: false,
            };
            assert!(matches!(store.erase(&[remain]), Err(StoreError::Other(_))), "{key}");
        }
        assert_eq!(store.list("").map(|found| found.len()), Ok(1));
    }

    #[test]
    fn racing_replacers_lose_no_update() {
        let (_folder, store) = store();
        store.create("n", &[Bytes::from_static(b"0000")]).expect("created");
        let add_one = || {
            for _ in 0..50 {
                while matches!(increment(&store), Err(StoreError::Changed)) {}
            }
        };
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(add_one))));
        let (_, whole) = store.whole("n").expect("read");
        assert_eq!(&whole[..], b"0200");
    }

    fn increment(store: &FileStore) -> Result<Pin, StoreError> {
        let (object, whole) = store.whole("n")?;
        let number: u32 = std::str::from_utf8(&whole).expect("text").parse().expect("a number");
        store.replace("n", &[Bytes::from(format!("{:04}", number + 1))], &object.pin)
    }
}
