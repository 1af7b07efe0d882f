//! Files of the corpus with bytes changed, taken out or cut off: whatever comes of it, it is no panic.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use verho::source::text::{Format, Packing};

use super::{bytes, corpora, integers, read, read_csv, texts};

const LONGEST: u64 = 4096;

/// The small files of the corpus.
static SMALL: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
    let Some(home) = corpora::folder("dirty") else { return Vec::new() };
    let folders = ["csv-spectrum/csvs", "duckdb-csv", "duckdb-json", "made", "JSONTestSuite/test_parsing"];
    let mut files: Vec<PathBuf> = folders.iter().flat_map(|folder| files(&home.join(folder))).collect();
    files.retain(|file| file.metadata().is_ok_and(|metadata| metadata.len() <= LONGEST));
    files.sort();
    files
});

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.is_file()).collect()
}

/// Reads bytes as every format; whether they are taken is all the same.
pub fn read_as_all(name: &str, bytes: &[u8]) {
    let _ = read_csv(name, bytes);
    for format in [Format::Ndjson, Format::Json, Format::ArrowFile, Format::ArrowStream] {
        let _ = read(bytes, Packing::of(name), &format, integers(&["id", "a"]));
        let _ = read(bytes, Packing::of(name), &format, texts(["id", "name"]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn noise_is_no_panic(
        file in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
    ) {
        if !SMALL.is_empty() {
            let path = file.get(&SMALL);
            let mut bytes = bytes(path);
            for (at, byte) in changes.iter().filter(|_| !bytes.is_empty()).collect::<Vec<_>>() {
                let at = at.index(bytes.len());
                bytes[at] ^= byte;
            }
            bytes.truncate(cut.index(bytes.len() * 2 + 1));
            read_as_all(&path.to_string_lossy(), &bytes);
        }
    }

    #[test]
    fn signs_in_any_order_are_no_panic(text in r#"[a1,;"\\\n\r\t{}:\[\]\-. \x00é\u{feff}]{0,40}"#) {
        read_as_all("any", text.as_bytes());
    }
}
