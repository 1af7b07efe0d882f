//! Looks for canaries byte for byte, in every form in which a value is easily written.

use std::fs::File;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use parquet::file::reader::{FileReader, SerializedFileReader};

/// What every canary of letters begins with; it is met nowhere else.
pub const STEM: &str = "Qvzkanari";

/// The first canary of digits; they count up from it.
pub const FIRST_NUMBER: i64 = 7_357_913_000;

/// How many canaries of digits there are.
pub const NUMBERS: i64 = 100;

/// Everything that gives a canary away.
pub struct Needles(Vec<Vec<u8>>);

impl Needles {
    pub fn new() -> Self {
        let mut needles = Vec::new();
        for stem in [STEM.to_owned(), STEM.to_lowercase(), STEM.to_uppercase()] {
            let wide = |bytes: fn(u16) -> [u8; 2]| stem.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
            let hex: String = stem.bytes().map(|byte| format!("{byte:02x}")).collect();
            needles.extend([wide(u16::to_le_bytes), wide(u16::to_be_bytes), stem.as_bytes().to_vec()]);
            needles.extend([hex.to_uppercase().into_bytes(), hex.into_bytes()]);
            // In base64 three letters are four, wherever they begin.
            needles.extend((0..3).map(|skip| {
                let whole = &stem.as_bytes()[skip..];
                STANDARD_NO_PAD.encode(&whole[..whole.len() / 3 * 3]).into_bytes()
            }));
        }
        for number in FIRST_NUMBER..FIRST_NUMBER + NUMBERS {
            needles.extend([number.to_string().into_bytes(), number.to_le_bytes().to_vec()]);
        }
        Needles(needles)
    }

    /// Whether one of them stands in some bytes.
    pub fn are_in(&self, bytes: &[u8]) -> bool {
        self.0.iter().any(|needle| memmem(bytes, needle))
    }
}

fn memmem(bytes: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else { return true };
    let mut from = 0;
    while let Some(at) = bytes[from..].iter().position(|byte| byte == first) {
        from += at + 1;
        if bytes[from..].starts_with(rest) {
            return true;
        }
    }
    false
}

/// Every file below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// What stands in a Parquet file once its pages are decompressed.
pub fn unpacked(path: &Path) -> Vec<u8> {
    let reader = SerializedFileReader::new(File::open(path).expect("a file")).expect("Parquet");
    let mut bytes = format!("{:?}", reader.metadata()).into_bytes();
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).expect("a row group");
        for column in 0..group.num_columns() {
            let mut pages = group.get_column_page_reader(column).expect("pages");
            while let Some(page) = pages.get_next_page().expect("a page") {
                bytes.extend_from_slice(page.buffer());
            }
        }
    }
    bytes
}

#[test]
fn a_canary_is_found_in_every_form() {
    let needles = Needles::new();
    let canary = format!("{STEM}abc");
    let hex: String = canary.bytes().map(|byte| format!("{byte:02x}")).collect();
    let wide: Vec<u8> = canary.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(needles.are_in(format!("x{canary}").as_bytes()) && needles.are_in(canary.to_uppercase().as_bytes()));
    assert!(needles.are_in(hex.as_bytes()) && needles.are_in(&wide));
    for before in ["", "a", "ab"] {
        assert!(needles.are_in(STANDARD_NO_PAD.encode(format!("{before}{canary}")).as_bytes()), "{before:?}");
    }
    assert!(needles.are_in(format!("id {}", FIRST_NUMBER + 7).as_bytes()));
    assert!(!needles.are_in(b"Qvzkanar 7357912999 and 7357913100"));
}
