use super::*;
use crate::account::store::testing::MemoryStore;
use crate::signing::testing::signer;

fn entry(customer: &str, number: u64) -> Entry {
    let at = jiff::Timestamp::from_second(1_760_000_000).expect("is a time");
    let event = Event::Withdrawn { approval: format!("a-{number}"), by: "x".into(), reason: String::new() };
    Entry { at, customer: customer.into(), event }
}

struct Place {
    store: MemoryStore,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Place { store: MemoryStore::default(), folder: tempfile::tempdir().expect("a folder can be made") }
    }

    fn open_as(&self, reader: &str) -> Result<Ledger<'_>, LedgerError> {
        Ledger::open(&self.store, signer(1).verifying_key().clone(), &self.folder.path().join(reader))
    }

    fn with(entries: u64) -> Self {
        let place = Place::new();
        let mut ledger = place.open_as("writer").expect("is empty");
        for number in 0..entries {
            assert_eq!(ledger.append(&signer(1), &entry("acme", number)), Ok(number));
        }
        place
    }

    fn replace(&self, key: &str, change: impl Fn(&mut Vec<u8>)) {
        let (object, bytes) = self.store.whole(key).expect("is there");
        let mut bytes = bytes.to_vec();
        change(&mut bytes);
        self.store.replace(key, &[bytes.into()], &object.pin).expect("is there");
    }
}

#[test]
fn what_is_appended_is_read_in_order_across_tiles() {
    let place = Place::with(520);
    let ledger = place.open_as("reader").expect("is whole");
    let approvals: Vec<_> = ledger.entries().filter_map(|entry| entry.event.approval()).collect();
    assert_eq!(approvals, (0..520).map(|number| format!("a-{number}")).collect::<Vec<_>>());
    assert_eq!(ledger.head().map(|head| head.size), Some(520));
    assert_eq!(ledger.audit(), Ok(Vec::new()));
}

#[test]
fn an_entry_that_its_writer_did_not_finish_counts_and_is_finished_by_the_next() {
    let place = Place::with(3);
    place.store.create(&entry_key(3), &[signed(&entry("acme", 3)).into()]).expect("is free");
    let mut ledger = place.open_as("reader").expect("is whole");
    assert_eq!((ledger.entries().len(), ledger.head().map(|head| head.size)), (4, Some(3)));
    assert_eq!(ledger.append(&signer(1), &entry("acme", 4)), Ok(4));
    assert_eq!(ledger.head().map(|head| head.size), Some(5));
    assert_eq!(ledger.audit(), Ok(Vec::new()));
}

#[test]
fn an_entry_behind_the_checkpoint_must_be_signed() {
    let place = Place::with(1);
    let forged = Envelope::sign_as(PAYLOAD_TYPE, &serde_json::to_vec(&entry("acme", 1)).expect("is JSON"), &signer(2));
    place.store.create(&entry_key(1), &[forged.expect("can sign").to_json().into()]).expect("is free");
    assert_eq!(place.open_as("reader").err(), Some(LedgerError::Entry(1)));
}

/// An entry whose reason is this long.
fn long(letters: usize) -> Entry {
    let event = Event::Withdrawn { approval: "a-long".into(), by: "x".into(), reason: "x".repeat(letters) };
    Entry { event, ..entry("acme", 0) }
}

#[test]
fn an_entry_that_no_bundle_carries_is_refused_before_it_is_written() {
    let place = Place::with(2);
    let mut ledger = place.open_as("writer").expect("is whole");
    let refused = ledger.append(&signer(1), &long(60_000)).expect_err("is too long");
    assert!(matches!(refused, LedgerError::TooLong(length) if length > LONGEST), "{refused:?}");
    assert_eq!(crate::error::Failure::from(refused).kind, crate::error::Kind::Usage);
    assert!(matches!(place.store.whole(&entry_key(2)), Err(StoreError::Missing)));
    // The longest that is let in is read back.
    let bytes = |letters| signed(&long(letters)).len();
    let lengths: Vec<usize> = (0..60_000).collect();
    let most = lengths.partition_point(|letters| bytes(*letters) <= LONGEST) - 1;
    assert_eq!(ledger.append(&signer(1), &long(most)), Ok(2));
    assert_eq!(place.open_as("newcomer").expect("is whole").entries().last(), Some(&long(most)));
}

fn signed(entry: &Entry) -> Vec<u8> {
    let payload = serde_json::to_vec(entry).expect("is JSON");
    Envelope::sign_as(PAYLOAD_TYPE, &payload, &signer(1)).expect("can sign").to_json()
}

/// A ledger in which an entry lies, signed, that no bundle carries.
fn stuck() -> Place {
    let place = Place::with(3);
    place.store.create(&entry_key(3), &[signed(&long(60_000)).into()]).expect("is free");
    place
}

#[test]
fn a_ledger_that_has_an_entry_too_long_goes_on_and_holds_it_to_every_byte() {
    let place = stuck();
    let mut ledger = place.open_as("writer").expect("is whole");
    assert_eq!(ledger.append(&signer(1), &entry("acme", 4)), Ok(4));
    for reader in ["writer", "newcomer"] {
        let ledger = place.open_as(reader).expect("is whole");
        assert_eq!(ledger.entries().nth(3), Some(&long(60_000)));
        assert_eq!((ledger.head().map(|head| head.size), ledger.audit()), (Some(5), Ok(Vec::new())));
    }
    let receipt = ledger.receipt("acme", &signer(1)).expect("there is a checkpoint");
    assert_eq!(receipt.verify(ledger.key()).map(|(_, entries)| entries.len()), Ok(5));
    for at in [0, 100, 70_000] {
        place.replace(&entry_key(3), |bytes| bytes[at] ^= 1);
        assert_eq!(place.open_as(&format!("late-{at}")).err(), Some(LedgerError::Entry(3)));
        assert_eq!(ledger.audit(), Ok(vec![LedgerError::Entry(3)]));
        place.replace(&entry_key(3), |bytes| bytes[at] ^= 1);
    }
    place.store.delete(&entry_key(3)).expect("is there");
    assert_eq!(place.open_as("last").err(), Some(LedgerError::Entry(3)));
}

#[test]
fn what_stands_for_an_entry_too_long_is_no_entry_itself() {
    let place = stuck();
    place.open_as("writer").expect("is whole").append(&signer(1), &entry("acme", 4)).expect("can be written");
    place.replace(&entry_key(3), |bytes| *bytes = tree::carried(bytes).into_owned());
    assert_eq!(place.open_as("newcomer").err(), Some(LedgerError::Entry(3)));
}

#[test]
fn releases_that_were_purged_have_room_however_many_there_are() {
    let name = |number: usize| format!("{number:0>64}");
    let at = entry("acme", 0).at;
    let purged = Purged {
        approval: Some("a".repeat(64)),
        because: "withdrawal".into(),
        releases: (0..5_000).map(name).collect(),
        erased: u64::MAX,
        empty_at: at,
    };
    let parts = purged.clone().parts();
    assert_eq!(parts.iter().map(|part| part.erased).sum::<u64>(), purged.erased, "is counted once");
    let place = Place::new();
    let mut ledger = place.open_as("writer").expect("is empty");
    for part in &parts {
        let event = Event::Purged(part.clone());
        ledger.append(&signer(1), &Entry { at, customer: "c".repeat(64), event }).expect("has room");
    }
    assert_eq!(parts.into_iter().flat_map(|part| part.releases).collect::<Vec<_>>(), purged.releases);
}

#[test]
fn a_ledger_that_was_rolled_back_or_replaced_is_refused() {
    let (long, short) = (Place::with(5), Place::with(2));
    let reader = long.folder.path().join("reader");
    long.open_as("reader").expect("is whole");
    let key = || signer(1).verifying_key().clone();
    let rolled = Ledger::open(&short.store, key(), &reader).err();
    assert_eq!(rolled, Some(LedgerError::RolledBack { known: 5, found: 2 }));
    let empty = MemoryStore::default();
    assert_eq!(Ledger::open(&empty, key(), &reader).err(), Some(LedgerError::RolledBack { known: 5, found: 0 }));

    let forked = Place::new();
    let mut ledger = forked.open_as("writer").expect("is empty");
    for number in 10..16 {
        ledger.append(&signer(1), &entry("acme", number)).expect("can be written");
    }
    assert_eq!(Ledger::open(&forked.store, key(), &reader).err(), Some(LedgerError::Forked(5)));
}

#[test]
fn an_open_ledger_sees_that_it_is_rolled_back() {
    let place = Place::with(2);
    let (_, old) = place.store.whole(CHECKPOINT).expect("is there");
    let mut ledger = place.open_as("reader").expect("is whole");
    ledger.append(&signer(1), &entry("acme", 2)).expect("can be written");
    place.replace(CHECKPOINT, |bytes| *bytes = old.to_vec());
    assert_eq!(ledger.refresh(), Err(LedgerError::RolledBack { known: 3, found: 2 }));
}

#[test]
fn every_byte_that_is_changed_is_found() {
    let place = Place::with(3);
    for object in place.store.list("ledger/").expect("can be listed") {
        for at in 0..object.size {
            let at = usize::try_from(at).expect("is small");
            place.replace(&object.key, |bytes| bytes[at] ^= 1);
            let fresh = format!("{}-{at}", object.key.replace('/', "-"));
            let sound = place.open_as(&fresh).and_then(|ledger| ledger.audit());
            assert!(sound.is_err() || sound.is_ok_and(|found| !found.is_empty()), "{} byte {at}", object.key);
            place.replace(&object.key, |bytes| bytes[at] ^= 1);
        }
    }
    assert_eq!(place.open_as("last").and_then(|ledger| ledger.audit()), Ok(Vec::new()));
}

#[test]
fn every_object_that_is_missing_is_found() {
    let place = Place::with(258);
    // Of partial tiles and entries one in nine, of all else each.
    let all = place.store.list("ledger/").expect("can be listed").into_iter().enumerate();
    let some =
        all.filter(|(number, object)| number % 9 == 0 || !object.key.contains(".p/") && !object.key.contains("entry/"));
    for (_, object) in some {
        let stale = object.key.contains(".p/") && !object.key.ends_with(".p/2") && !object.key.ends_with("1/000.p/1");
        let (_, bytes) = place.store.whole(&object.key).expect("is there");
        place.store.delete(&object.key).expect("is there");
        let sound = place.open_as("reader").and_then(|ledger| ledger.audit());
        let is_sound = sound.is_ok_and(|found| found.is_empty());
        assert_eq!(is_sound, stale, "{}", object.key);
        place.store.create(&object.key, &[bytes]).expect("is free");
    }
}

#[test]
fn writers_at_once_lose_nothing() {
    let place = Place::new();
    let write = |writer: u64| {
        let mut ledger = place.open_as(&format!("writer-{writer}")).expect("can be read");
        (0..20).for_each(|number| {
            ledger.append(&signer(1), &entry("acme", 100 * writer + number)).expect("can be written");
        });
    };
    std::thread::scope(|scope| (0..4).for_each(|writer| drop(scope.spawn(move || write(writer)))));
    let ledger = place.open_as("reader").expect("is whole");
    let mut approvals: Vec<_> = ledger.entries().filter_map(|entry| entry.event.approval()).collect();
    approvals.sort_unstable();
    approvals.dedup();
    assert_eq!((approvals.len(), ledger.entries().len()), (80, 80));
    assert_eq!(ledger.audit(), Ok(Vec::new()));
}

#[test]
fn a_receipt_proves_the_entries_of_one_customer_and_shows_no_other() {
    let place = Place::with(3);
    let mut ledger = place.open_as("reader").expect("is whole");
    ledger.append(&signer(1), &entry("globex", 7)).expect("can be written");
    let receipt = ledger.receipt("globex", &signer(1)).expect("there is a checkpoint");
    let json = serde_json::to_string(&receipt).expect("is JSON");
    let read = receipt::Receipt::parse(json.as_bytes()).expect("is a receipt");
    let head = ledger.head().expect("there is a checkpoint");
    assert_eq!(read.verify(ledger.key()), Ok((head, vec![(3, entry("globex", 7))])));
    assert_eq!(read.entries.len(), 1);
    let other = NoteKey::of_ledger(signer(2).verifying_key().clone()).expect("is ed25519");
    assert!(read.verify(&other).is_err());
    for at in 0..json.len() {
        let mut altered = json.clone().into_bytes();
        altered[at] ^= 1;
        let sound = receipt::Receipt::parse(&altered).and_then(|receipt| receipt.verify(ledger.key()));
        assert!(sound.is_err(), "byte {at}");
    }
}

#[test]
fn a_receipt_shows_all_entries_of_its_customer_or_is_none() {
    let place = Place::with(3);
    let mut ledger = place.open_as("writer").expect("is whole");
    ledger.append(&signer(1), &entry("globex", 7)).expect("can be written");
    assert_eq!(ledger.receipt("nobody", &signer(1)), Err(LedgerError::Nobody));
    let receipt = ledger.receipt("acme", &signer(1)).expect("there is a checkpoint");
    let verified = |entries: &[receipt::Proved]| {
        receipt::Receipt { entries: entries.to_vec(), ..receipt.clone() }.verify(ledger.key()).map(|(_, shown)| shown)
    };
    let all = &receipt.entries;
    assert_eq!(verified(all).map(|shown| shown.len()), Ok(3));
    let twice = [&all[..], &all[..1]].concat();
    for fewer in [&all[..2], &all[1..], &[all[0].clone(), all[2].clone()], &[], &twice] {
        assert!(matches!(verified(fewer), Err(LedgerError::Receipt(_))), "{} entries", fewer.len());
    }
    // Nor is it that of another customer, or of another tree.
    let renamed = receipt::Receipt { customer: "globex".into(), ..receipt.clone() };
    assert!(renamed.verify(ledger.key()).is_err());
    ledger.append(&signer(1), &entry("acme", 8)).expect("can be written");
    let later = ledger.receipt("acme", &signer(1)).expect("there is a checkpoint");
    let mixed = receipt::Receipt { entries: receipt.entries.clone(), all: receipt.all.clone(), ..later };
    assert!(mixed.verify(ledger.key()).is_err());
}

#[test]
fn a_witness_must_have_seen_this_history_lately() {
    let place = Place::with(2);
    let ledger = place.open_as("witness").expect("is whole");
    let witness = NoteKey::of_witness("eyes.example", signer(3).verifying_key().clone()).expect("is ed25519");
    let now = |hours: i64| jiff::Timestamp::from_second(1_760_000_000 + 3600 * hours).expect("is a time");
    assert_eq!(ledger.witnessed(&witness, 24, now(0)), Err(LedgerError::Witness));
    ledger.cosign(&witness, &signer(3), now(0)).expect("can be written");
    assert_eq!(ledger.witnessed(&witness, 24, now(23)), Ok(()));
    let unwatched = LedgerError::Unwatched { name: "eyes.example".into(), hours: 24 };
    assert_eq!(ledger.witnessed(&witness, 24, now(24)), Err(unwatched));

    let forked = Place::new();
    let mut other = forked.open_as("writer").expect("is empty");
    for number in 10..13 {
        other.append(&signer(1), &entry("acme", number)).expect("can be written");
    }
    let (_, cosigned) = place.store.whole("ledger/witness/eyes-example.checkpoint").expect("is there");
    forked.store.create("ledger/witness/eyes-example.checkpoint", &[cosigned]).expect("is free");
    assert_eq!(other.witnessed(&witness, 24, now(0)), Err(LedgerError::Forked(2)));
}
