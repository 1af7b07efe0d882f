//! What a value costs: the hash alone, and each method over each kind of column.
//!
//! `cargo bench --bench methods`; items are values.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Date32Array, Float64Array, Int32Array, Int64Array, StringArray};
use divan::Bencher;
use divan::counter::ItemsCount;
use verho::document::{Document, Section};
use verho::keys::lanes::DomainKey;
use verho::method::{Context, Method, Taken, find};

/// As a batch of a run has.
const ROWS: usize = 65_536;

fn main() {
    divan::main();
}

fn key() -> DomainKey {
    DomainKey::new([7; 32])
}

/// Of 25 to 27 bytes.
fn emails() -> StringArray {
    StringArray::from_iter_values((0..ROWS).map(|row| format!("aino.{}@acme.example", row * 7919 + 1_000_000)))
}

#[divan::bench]
fn hash_one_by_one(bencher: Bencher) {
    let (key, emails) = (key(), emails());
    bencher
        .counter(ItemsCount::new(ROWS))
        .bench_local(|| emails.iter().flatten().fold(0, |sum, email| sum ^ key.hash(email.as_bytes())[0]));
}

#[divan::bench]
fn hash_16_lanes(bencher: Bencher) {
    let (key, emails) = (key(), emails());
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        let mut sum = 0;
        key.hash_each(emails.iter().flatten().enumerate(), |_, hash| sum ^= hash[0]);
        sum
    });
}

fn method(options: &str) -> Box<dyn Method> {
    let document = Document::of(Path::new("bench.toml"), format!("column = {{ {options} }}\n"));
    let mut section: Section = document.root().and_then(|mut root| root.required("column")).expect("it is TOML");
    let name: String = section.required("method").expect("it is named");
    (find(&name).expect("it is in the catalogue").parse)(&mut section).expect("its options are right")
}

fn run(bencher: Bencher, input: ArrayRef, options: &str) {
    let (key, taken, method) = (key(), Taken::default(), method(options));
    let context = Context { key: &key, taken: &taken };
    bencher.counter(ItemsCount::new(input.len())).bench_local(|| method.apply(&input, &context));
}

#[divan::bench(args = [
    r#"method = "pseudonym", domain = "d""#,
    r#"method = "fake", kind = "first_name""#,
    r#"method = "fake", kind = "name""#,
    r#"method = "fake", kind = "email""#,
    r#"method = "fake", kind = "phone""#,
    r#"method = "fake", kind = "street""#,
    r#"method = "fake", kind = "city""#,
    r#"method = "fake", kind = "company""#,
    r#"method = "mask", first = 1, last = 2"#,
    r#"method = "redact""#,
    r#"method = "generalise", prefix = 2"#,
    r#"method = "null""#,
    r#"method = "keep", because = "a measure""#,
])]
fn text(bencher: Bencher, options: &str) {
    run(bencher, Arc::new(emails()), options);
}

#[divan::bench(args = [
    r#"method = "pseudonym", domain = "d""#,
    r#"method = "fake", kind = "name""#,
    r#"method = "generalise", width = 10"#,
])]
fn int64(bencher: Bencher, options: &str) {
    run(bencher, Arc::new(Int64Array::from_iter_values(0..ROWS as i64)), options);
}

#[divan::bench(args = [r#"method = "pseudonym", domain = "d""#, r#"method = "generalise", width = 10"#])]
fn int32(bencher: Bencher, options: &str) {
    run(bencher, Arc::new(Int32Array::from_iter_values(0..ROWS as i32)), options);
}

#[divan::bench(args = [r#"method = "generalise", width = 10"#])]
fn float64(bencher: Bencher, options: &str) {
    run(bencher, Arc::new(Float64Array::from_iter_values((0..ROWS).map(|row| row as f64 / 3.0))), options);
}

#[divan::bench(args = [r#"method = "generalise", to = "month""#, r#"method = "generalise", to = "decade""#])]
fn date32(bencher: Bencher, options: &str) {
    run(bencher, Arc::new(Date32Array::from_iter_values((0..ROWS as i32).map(|row| row % 30_000))), options);
}
