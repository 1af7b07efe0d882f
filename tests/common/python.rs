//! The real readers (pyarrow, DuckDB and Polars) and AWS's own client, through small scripts.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A Python that has them: `tests/run` makes one and names it in VERHO_PYTHON.
fn python() -> PathBuf {
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python");
    std::env::var_os("VERHO_PYTHON").map_or(made, PathBuf::from)
}

/// Runs a script of `tests/readers`, which has to succeed; what it printed.
pub fn run(script: &str, arguments: &[&Path]) -> String {
    let arguments: Vec<&str> = arguments.iter().map(|path| path.to_str().expect("a path in UTF-8")).collect();
    said(&tried(&format!("readers/{script}"), &arguments, ""))
}

/// Runs a script below `tests` on an input.
pub fn tried(script: &str, arguments: &[&str], input: &str) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
    run_with(&[&[script.to_str().expect("a path in UTF-8")], arguments].concat(), input)
}

/// Runs Python with these arguments on an input.
pub fn run_with(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(python());
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("a Python with what tests/readers/requirements.txt names: see tests/run");
    // A script that reads no input may be gone already.
    let _ = child.stdin.take().expect("stdin is piped").write_all(input.as_bytes());
    child.wait_with_output().expect("the script ends")
}

/// What a script printed, which has to have succeeded.
pub fn said(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    out.into_owned()
}
