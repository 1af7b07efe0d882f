//! What a value costs: the hash alone, and every method over every type that it takes.
//!
//! `cargo bench --bench methods`. Each measurement treats a million values, in batches about as large as those of a
//! run: a time of 1 ms is 1 ns a value. Below it stand values and bytes of input a second.

use std::fmt::{self, Display, Formatter};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use verho::detect::Known;
use verho::document::{Document, Section};
use verho::keys::lanes::DomainKey;
use verho::method::{ApplyError, CATALOGUE, Context, Keys, Method, Outcome, Taken, distinct, find};

#[path = "../tests/columns/mod.rs"]
mod columns;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rows of a batch.
const ROWS: usize = 62_500;

/// Batches that make a million rows.
const BATCHES: usize = 16;

const KEY: [u8; 32] = [7; 32];

fn main() {
    divan::main();
}

/// Of 24 bytes.
fn email(row: usize) -> String {
    format!("aino.{}@acme.test", row * 79 + 10_000_000)
}

fn emails() -> StringArray {
    StringArray::from_iter_values((0..ROWS).map(email))
}

fn inputs() -> Vec<ArrayRef> {
    columns::of(ROWS, |row| Some(row as i64 * 7 + 1_000), |row| Some(email(row)))
}

/// The column, or texts of the form that the example takes, where it takes one form only.
fn fitting(example: &str, input: &ArrayRef) -> ArrayRef {
    let texts: Option<Vec<_>> = (0..ROWS).map(|row| columns::fitting::text(example, row)).collect();
    let is_text = matches!(input.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    match texts.filter(|_| is_text) {
        None => input.clone(),
        Some(texts) => cast(&StringArray::from(texts), input.data_type()).expect("both are text"),
    }
}

/// The size of an array's values, without offsets and nulls.
fn bytes_of(array: &ArrayRef) -> usize {
    match array.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Binary | DataType::LargeBinary => {
            24 * ROWS
        }
        _ => array.to_data().buffers().iter().map(|buffer| buffer.len()).sum(),
    }
}

fn measure<O>(bencher: Bencher, bytes: usize, batch: impl Fn() -> O) {
    bencher
        .counter(ItemsCount::new(BATCHES * ROWS))
        .counter(BytesCount::new(BATCHES * bytes))
        .bench_local(|| (0..BATCHES).for_each(|_| drop(divan::black_box(batch()))));
}

mod hash {
    //! The hash without what is made of it.

    use super::*;

    /// The crate's own function, which the lanes have to beat.
    #[divan::bench]
    fn keyed_hash_one_by_one(bencher: Bencher) {
        let emails = emails();
        measure(bencher, 24 * ROWS, || {
            let hashes = emails.iter().flatten().map(|email| blake3::keyed_hash(&KEY, email.as_bytes()));
            hashes.fold(0, |sum, hash| sum ^ hash.as_bytes()[0])
        });
    }

    #[divan::bench]
    fn lanes_of_emails(bencher: Bencher) {
        let (key, emails) = (DomainKey::new(KEY), emails());
        measure(bencher, 24 * ROWS, || {
            let mut sum = 0;
            key.hash_each(emails.iter().flatten().map(str::as_bytes).enumerate(), |_, hash| sum ^= hash[0]);
            sum
        });
    }

    #[divan::bench]
    fn lanes_of_integers(bencher: Bencher) {
        let (key, numbers) = (DomainKey::new(KEY), Int64Array::from_iter_values(0..ROWS as i64));
        measure(bencher, 8 * ROWS, || {
            let mut sum = 0;
            let numbers = numbers.values().iter();
            key.hash_each(numbers.map(|number| i128::from(*number)).enumerate(), |_, hash| sum ^= hash[0]);
            sum
        });
    }
}

fn method(column: &str) -> Box<dyn Method> {
    let document = Document::of(Path::new("tests/samples/table.toml"), format!("column = {column}\n"));
    let mut section: Section = document.root().and_then(|mut root| root.required("column")).expect("it is TOML");
    section.required::<String>("class").expect("it has a class");
    let name: String = section.required("method").expect("it is named");
    (find(&name).expect("it is in the catalogue").parse)(&mut section).expect("its options are right")
}

/// An example of the catalogue over one type.
struct Case {
    example: &'static str,
    input: ArrayRef,
}

impl Display for Case {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let options = self.example.split_once("method = ").map_or("", |(_, options)| options);
        write!(f, "{} of {}", options.trim_end_matches(" }").replace('"', ""), self.input.data_type())
    }
}

fn takes(example: &str, input: &ArrayRef) -> bool {
    method(example).plan(input.data_type()).is_ok_and(|outcome| outcome != Outcome::Removed)
}

/// Every example over text, and over every other type the first of its method that takes it.
fn cases() -> Vec<Case> {
    let inputs = inputs();
    let mut cases = Vec::new();
    for entry in CATALOGUE {
        for input in &inputs {
            let several = if *input.data_type() == DataType::Utf8 { usize::MAX } else { 1 };
            let taking = entry.examples.iter().filter(|example| takes(example, input)).take(several);
            cases.extend(taking.map(|example| Case { example, input: fitting(example, input) }));
        }
    }
    cases
}

type Apply = fn(&dyn Method, &ArrayRef, &Context) -> Result<ArrayRef, ApplyError>;

fn keys_of(method: &dyn Method) -> Keys {
    Keys::new(method.domains().into_iter().map(|domain| (domain.to_owned(), DomainKey::new(KEY))))
}

fn run(bencher: Bencher, example: &str, input: &ArrayRef, taken: &Taken, apply: Apply) {
    let method = method(example);
    let beside: Vec<ArrayRef> = method.beside().iter().map(|_| Arc::new(emails()) as ArrayRef).collect();
    let context = Context { keys: &keys_of(&*method), taken, known: &Known::none(), beside: &beside };
    measure(bencher, bytes_of(input), || apply(&*method, input, &context));
}

/// Every pair of a method and a type.
#[divan::bench(args = cases(), sample_count = 10, max_time = 0.5)]
fn apply(bencher: Bencher, case: &Case) {
    run(bencher, case.example, &case.input, &Taken::default(), |method, input, context| method.apply(input, context));
}

const FAKE_NAME: &str = r#"{ class = "direct", method = "fake", kind = "name" }"#;
const PSEUDONYM: &str = r#"{ class = "direct", method = "pseudonym", domain = "d" }"#;

/// Names of which so many per cent are somebody's in the data and must not be drawn.
#[divan::bench(args = [0, 10, 50, 90], sample_count = 10)]
fn fake_names_taken_per_cent(bencher: Bencher, taken: usize) {
    let words = method(FAKE_NAME).vocabulary();
    let words = words.iter().enumerate().filter(|(at, _)| at % 100 < taken).map(|(_, word)| (*word).to_owned());
    let emails: ArrayRef = Arc::new(emails());
    run(bencher, FAKE_NAME, &emails, &Taken::new(words), |method, input, context| method.apply(input, context));
}

/// Every seventh value is null.
#[divan::bench(sample_count = 10)]
fn pseudonyms_among_nulls(bencher: Bencher) {
    let emails: ArrayRef =
        Arc::new(StringArray::from_iter((0..ROWS).map(|row| Some(row).filter(|row| row % 7 != 0).map(email))));
    run(bencher, PSEUDONYM, &emails, &Taken::default(), |method, input, context| method.apply(input, context));
}

/// A method that says that distinct values repay, whatever it is.
struct Repaying(Box<dyn Method>);

impl Method for Repaying {
    fn plan(&self, input: &DataType) -> Result<Outcome, verho::method::Unsupported> {
        self.0.plan(input)
    }

    fn apply(&self, input: &ArrayRef, context: &Context) -> Result<ArrayRef, ApplyError> {
        self.0.apply(input, context)
    }

    fn words(&self) -> String {
        self.0.words()
    }

    fn repays_distinct(&self) -> bool {
        true
    }
}

/// Batches of so many distinct values, each of which is treated once; to be compared with [`apply`] of text.
#[divan::bench(args = [10, 500, 5_000, 62_500], consts = [0, 1], sample_count = 10)]
fn distinct_values<const WHICH: usize>(bencher: Bencher, values: usize) {
    let (taken, method) = (Taken::default(), Repaying(method([FAKE_NAME, PSEUDONYM][WHICH])));
    let context = Context { keys: &keys_of(&*method.0), taken: &taken, known: &Known::none(), beside: &[] };
    let emails: ArrayRef = Arc::new(StringArray::from_iter_values((0..ROWS).map(|row| email(row * 31 % values))));
    measure(bencher, bytes_of(&emails), || distinct::apply(&method, &emails, &context));
}
