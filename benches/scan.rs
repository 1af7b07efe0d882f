//! How many columns a scan tells apart in a second: 300 values each, of every sort, with the names that they may have.

use arrow::datatypes::DataType;
use divan::Bencher;
use divan::counter::ItemsCount;
use verho::scan::column::{Observer, Rows, classify};

fn main() {
    divan::main();
}

/// Values of a column, made from a number.
type Make = fn(usize) -> String;

/// A name and what its values are like.
const COLUMNS: [(&str, Make); 12] = [
    ("customer_id", |n| (n * 7919 % 100_003).to_string()),
    ("firstName", |n| ["Aino", "Eino", "Maria", "Matti", "Sofia", "Onni"][n % 6].to_owned()),
    ("sukunimi", |n| ["Virtanen", "Lindberg", "Svensson", "Meyer", "Dubois", "García"][n % 6].to_owned()),
    ("email", |n| format!("nobody.{n}@posti.example")),
    ("puhelin", |n| format!("+358 40 {:03} {:04}", n * 31 % 1000, n * 7 % 10_000)),
    ("katuosoite", |n| format!("Koivukuja {} A {}", n % 90, n % 40)),
    ("c07", |n| format!("{:02}{:02}{:02}-{:03}X", n % 28 + 1, n % 12 + 1, n % 90, n % 900)),
    ("amount", |n| format!("{}.{:02}", n * 13 % 5000, n % 100)),
    ("created_at", |n| format!("2026-{:02}-{:02} 10:00:00", n % 12 + 1, n % 28 + 1)),
    ("status", |n| ["open", "closed", "pending"][n % 3].to_owned()),
    ("trace", |n| format!("{:08x}-0000-4000-8000-{:012x}", n * 97, n * 7919)),
    ("note", |n| format!("Called the shop about order {n} and asked when the parcel comes")),
];

#[divan::bench]
fn columns(bencher: Bencher<'_, '_>) {
    let made: Vec<(&str, Vec<String>)> =
        COLUMNS.iter().map(|(name, make)| (*name, (0..300).map(make).collect())).collect();
    let columns: Vec<(&str, Vec<&str>)> =
        made.iter().map(|(name, values)| (*name, values.iter().map(String::as_str).collect())).collect();
    let mut observer = Observer::default();
    bencher.counter(ItemsCount::new(columns.len())).bench_local(|| {
        for (name, values) in &columns {
            let facts = observer.facts(values);
            divan::black_box(classify(Rows::Other, name, &DataType::Utf8, &facts));
        }
    });
}
