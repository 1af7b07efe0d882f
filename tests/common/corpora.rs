//! The corpora: real files that are not part of the project. Without them tests skip, and say how many.

use std::path::{Path, PathBuf};

/// Where the corpora lie; none where they are not there.
pub fn folder(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    let home = std::env::var_os("VERHO_CORPORA").map_or(beside, PathBuf::from);
    let folder = home.join(name);
    if !folder.is_dir() {
        eprintln!("skipped 1: there is no {name} below VERHO_CORPORA");
        return None;
    }
    Some(folder)
}

/// The lines of a manifest of JSON.
pub fn lines(file: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(file).expect("a manifest");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}
