//! Whole runs, approval to release, as a process: what of the program is not a method.
//!
//! `cargo bench --bench run`; items are rows. `bench/run` measures against other tools.

#[path = "../tests/common/desk.rs"]
#[allow(dead_code, reason = "tests use more of it")]
mod desk;

use std::path::Path;

use desk::Desk;
use divan::Bencher;
use divan::counter::ItemsCount;

/// In the two files of the demo's customers.
const ROWS: usize = 3_000;

fn main() {
    divan::main();
}

/// The demo's customers, so many times over.
fn desk(copies: usize) -> Desk {
    let desk = Desk::local("demo");
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/demo");
    for copy in 0..copies {
        for name in ["customers-1", "customers-2"] {
            desk.put(&data.join(format!("{name}.parquet")), &format!("demo/customers/{name}-{copy}.parquet"));
        }
    }
    desk.write("schemas/demo/customers.toml", include_str!("../schemas/demo/customers.toml"));
    desk.approve("demo", "bench", 1_000_000);
    desk
}

#[divan::bench(args = [1, 10, 100], sample_count = 10, sample_size = 1)]
fn small_objects(bencher: Bencher, copies: usize) {
    let desk = desk(copies);
    bencher
        .counter(ItemsCount::new(ROWS * copies))
        .bench_local(|| assert!(desk.verho(&["run", "demo"]).status.success()));
}
