//! The real readers: pyarrow, DuckDB and Polars, through small scripts.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python that has them: `tests/run` makes one and names it in VERHO_PYTHON.
fn python() -> PathBuf {
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python");
    std::env::var_os("VERHO_PYTHON").map_or(made, PathBuf::from)
}

/// Runs a script of `tests/readers`, which has to succeed; what it printed.
pub fn run(script: &str, arguments: &[&Path]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers").join(script);
    let output = Command::new(python())
        .arg(script)
        .args(arguments)
        .output()
        .expect("a Python with pyarrow, duckdb and polars: see tests/run");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}
