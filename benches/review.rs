//! A reviewer's questions about 10,000 runs (30,100 entries, 20,000 statements), each asked of the program itself.
//!
//! `cargo bench --bench review --features lake`; a question is to take less than a second.

#[path = "../tests/common/archive.rs"]
mod archive;
#[path = "../tests/common/desk.rs"]
#[allow(dead_code, reason = "tests use more of it")]
mod desk;

use std::sync::OnceLock;

use desk::Desk;
use divan::Bencher;

const RUNS: usize = 10_000;

static DESK: OnceLock<Desk> = OnceLock::new();

fn main() {
    divan::main();
    if let Some(desk) = DESK.get() {
        std::fs::remove_dir_all(desk.path("")).expect("the archive is thrown away");
    }
}

fn desk() -> &'static Desk {
    DESK.get_or_init(|| {
        let desk = Desk::local("acme");
        archive::fill(&desk, "acme", RUNS);
        desk
    })
}

/// What was made in bulk has no approvals in files, so `verify` finds those and ends with 4; it looks at everything all the same.
fn ask(bencher: Bencher<'_, '_>, arguments: &[&str]) {
    let desk = desk();
    bencher.bench_local(|| {
        let code = desk.verho(&[&["review"], arguments].concat()).status.code();
        assert!(matches!(code, Some(0 | 4)), "{code:?}");
    });
}

#[divan::bench(
    args = [
        "approvals", "runs", "privacy", "columns", "texts", "signers", "withdrawals", "retention", "strays", "drift", "keys",
        "copies", "reviews",
    ],
    sample_count = 5,
    sample_size = 1
)]
fn question(bencher: Bencher<'_, '_>, name: &str) {
    ask(bencher, &[name]);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn under(bencher: Bencher<'_, '_>) {
    ask(bencher, &["under", "acme", "approval-050"]);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn object(bencher: Bencher<'_, '_>) {
    ask(bencher, &["object", "acme", "customers/20260101-00005000/part-00000.parquet"]);
}

#[divan::bench(sample_count = 2, sample_size = 1)]
fn verify(bencher: Bencher<'_, '_>) {
    ask(bencher, &["verify"]);
}
