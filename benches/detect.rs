//! What a byte of text costs: the corpora, customers' notes, and texts made to be slow.
//!
//! `cargo bench --bench detect`. Below each time stand bytes a second, of one thread. The corpora are read from `VERHO_CORPORA`
//! (default `../shared/corpora`); where they are not there, the notes and the slow texts are measured alone.

use std::path::{Path, PathBuf};

use divan::Bencher;
use divan::counter::BytesCount;
use verho::detect::Detector;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Bytes of a text that repeats itself.
const REPEATED: usize = 100_000;

fn main() {
    divan::main();
}

fn measure(bencher: Bencher<'_, '_>, texts: &[String]) {
    let mut detector = Detector::default();
    let bytes: usize = texts.iter().map(String::len).sum();
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| texts.iter().map(|text| detector.find(text).len()).sum::<usize>());
}

fn corpora() -> Vec<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    let folder = std::env::var_os("VERHO_CORPORA").map_or(beside, PathBuf::from).join("pii/text");
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|ending| ending == "jsonl")).collect();
    files.sort();
    files
}

fn names() -> Vec<String> {
    corpora().iter().filter_map(|file| Some(file.file_stem()?.to_string_lossy().into_owned())).collect()
}

fn texts_of(file: &Path) -> Vec<String> {
    let lines = std::fs::read_to_string(file).expect("text");
    let text =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["text"].as_str().map(str::to_owned);
    lines.lines().filter_map(text).collect()
}

#[divan::bench(args = names())]
fn corpus(bencher: Bencher<'_, '_>, name: &str) {
    let file = corpora().into_iter().find(|file| file.file_stem().is_some_and(|stem| stem == name));
    measure(bencher, &texts_of(&file.expect("a file")));
}

/// One after the other, so that neither caches nor predictions of branches are those of one corpus.
#[divan::bench]
fn all_corpora(bencher: Bencher<'_, '_>) {
    measure(bencher, &corpora().iter().flat_map(|file| texts_of(file)).collect::<Vec<_>>());
}

const WORDS: [&str; 24] = [
    "the", "order", "was", "late", "please", "call", "customer", "about", "invoice", "refund", "delivery", "product",
    "broken", "thanks", "support", "asked", "new", "address", "account", "meeting", "next", "week", "offer",
    "contract",
];

/// Twelve words each, as the notes of customers.
#[divan::bench]
fn notes(bencher: Bencher<'_, '_>) {
    let word = |note: usize, at: usize| WORDS[(note * 31 + at * at * 7 + note / 24) % WORDS.len()];
    let note = |note: usize| (0..12).map(|at| word(note, at)).collect::<Vec<_>>().join(" ");
    measure(bencher, &(0..10_000).map(note).collect::<Vec<_>>());
}

/// None takes more than ten times what a byte of the corpora takes on average.
#[divan::bench(args = [
    "1", "1 ", "12 ", "1.", "1-", "1/", "0401234567 ", "040 1234567 ", "4111 ", "4111 1111 1111 1111 ", "+358 ", "(12) ", "@", "a@a.",
    "a.a.", "(", "%40", "%%", "🧡", "\u{200b}", "a\u{200b}", "\u{ff11}", "a\u{308}", "a at b.c ", "FI2112345600000786 ", "http://",
    "www.ab.cd/x,", "http://ab.cd/x@", "eyJ.", "password=", "-----BEGIN PRIVATE KEY-----", "born ", "1.1.2020 ", "May 1, 2020 ", "a:",
    "::", "1.2.3.4 ", "1.1234,", "° ", "A ", "Ab ", "Mr ", "von ", "user ", "Katu 1 ",
])]
fn hostile(bencher: Bencher<'_, '_>, piece: &str) {
    measure(bencher, &[piece.repeat(REPEATED / piece.len())]);
}

/// A name as long as half of the text, which no word behind it looks through.
#[divan::bench]
fn behind_a_long_name(bencher: Bencher<'_, '_>) {
    let half = REPEATED / 2;
    measure(bencher, &[format!("Aino A{}, {}", "a".repeat(half), "Ab, ".repeat(half / 4))]);
}
