//! What the guards of content cost: known values gathered and looked for, and likely identifiers looked for.
//!
//! `cargo bench --bench guards`. Each measurement treats 100,000 values: a time of 1 ms is 10 ns a value.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use verho::detect::known::{Gathering, Words};
use verho::detect::{Detector, Known, Places, Skim};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const VALUES: u64 = 100_000;

const KEY: [u8; 32] = [7; 32];

/// Of notes on orders; nobody is named.
const WORDS: &str = "the order was late please call customer about invoice refund delivery product broken thanks support \
                     asked new address account update meeting next week offer contract price agreed sent email reply";

fn main() {
    divan::main();
}

/// Of 30 bytes.
fn email(row: u64) -> String {
    format!("aino.virtanen{:09}@example.com", row * 7_919)
}

/// Twelve words, of 75 bytes.
fn note(row: u64) -> String {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let word = |at: u64| words[(blake3::hash(&(row * 12 + at).to_le_bytes()).as_bytes()[0]) as usize % words.len()];
    (0..12).map(word).collect::<Vec<_>>().join(" ")
}

fn gathered(values: &[String]) -> Known {
    let gathering = Gathering::new(&KEY, 64 << 20);
    let mut gatherer = gathering.gatherer();
    for value in values {
        gatherer.text(value);
        if gatherer.is_full() {
            gathering.take(&mut gatherer);
        }
    }
    gathering.take_back(gatherer);
    gathering.finish().expect("a temporary file").known
}

fn texts(of: fn(u64) -> String) -> Vec<String> {
    (0..VALUES).map(of).collect()
}

fn over(bencher: Bencher, texts: &[String], mut look: impl FnMut(&str) -> bool) {
    let bytes: usize = texts.iter().map(String::len).sum();
    let counted = bencher.counter(ItemsCount::new(VALUES)).counter(BytesCount::new(bytes));
    counted.bench_local(|| texts.iter().filter(|text| look(text)).count());
}

#[divan::bench]
fn gather_emails(bencher: Bencher) {
    let emails = texts(email);
    bencher.counter(ItemsCount::new(VALUES)).bench_local(|| gathered(&emails));
}

#[divan::bench]
fn known_in_notes(bencher: Bencher) {
    let known = gathered(&texts(email));
    let mut words = Words::default();
    over(bencher, &texts(note), |text| {
        words.read(text);
        known.is_in(&words)
    });
}

#[divan::bench]
fn known_in_numbers(bencher: Bencher) {
    let known = gathered(&texts(|row| (row * 7_919 + 1_000_000).to_string()));
    let looked_up = move || (0..VALUES).filter(|row| known.is_number(u128::from(row * 7_907 + 1_000_000))).count();
    bencher.counter(ItemsCount::new(VALUES)).bench_local(looked_up);
}

#[divan::bench]
fn skim_notes(bencher: Bencher) {
    let places = Places::but(&["ADDRESS", "DATE", "GEO", "PERSON", "URL"]);
    let mut skim = Skim::new(|sign| places.of_sign(sign));
    over(bencher, &texts(note), |text| skim.look(text, |word| places.of_word(word)).ask(0));
}

#[divan::bench]
fn detect_in_notes_without_names(bencher: Bencher) {
    let places = Places::but(&["ADDRESS", "DATE", "GEO", "PERSON", "URL"]);
    let mut detector = Detector::at(&places);
    over(bencher, &texts(note), |text| !detector.find(text).is_empty());
}
