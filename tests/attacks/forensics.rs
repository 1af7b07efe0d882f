//! The attacker takes the file apart: footer, metadata, statistics, indexes, filters, dictionaries, and bytes between.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::Path;

use parquet::column::page::Page;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::order;
use super::victim::Victim;
use crate::Finding;

/// Values shorter than this are met by chance, in bytes.
const LONG: usize = 8;

fn metadata(path: &Path) -> ParquetMetaData {
    let reader = ParquetMetaDataReader::new();
    reader.parse_and_finish(&File::open(path).expect("a file")).expect("Parquet")
}

/// Everything in the footer that tells of values, and bytes that belong to no chunk.
fn told(path: &Path) -> Vec<&'static str> {
    let metadata = metadata(path);
    let file = metadata.file_metadata();
    let mut told = Vec::new();
    told.extend(file.key_value_metadata().filter(|pairs| !pairs.is_empty()).map(|_| "keys and values"));
    for chunk in metadata.row_groups().iter().flat_map(|group| group.columns()) {
        told.extend(chunk.statistics().map(|_| "statistics"));
        told.extend(chunk.bloom_filter_offset().map(|_| "bloom filter"));
        told.extend(chunk.column_index_offset().map(|_| "column index"));
        told.extend(chunk.offset_index_offset().map(|_| "offset index"));
    }
    if leftover(path, &metadata) > 0 {
        told.push("bytes between");
    }
    told
}

/// How many bytes are neither a chunk's, nor the footer's, nor a mark's.
fn leftover(path: &Path, metadata: &ParquetMetaData) -> u64 {
    let bytes = std::fs::read(path).expect("a file");
    let footer = u32::from_le_bytes(bytes[bytes.len() - 8..][..4].try_into().expect("a length"));
    let chunks = metadata.row_groups().iter().flat_map(|group| group.columns());
    let chunks: u64 = chunks.map(|chunk| chunk.byte_range().1).sum();
    bytes.len() as u64 - chunks - u64::from(footer) - 12
}

/// The file's own bytes, and its pages decompressed.
fn haystacks(path: &Path) -> Vec<Vec<u8>> {
    let mut haystacks = vec![std::fs::read(path).expect("a file")];
    let reader = SerializedFileReader::new(File::open(path).expect("a file")).expect("Parquet");
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).expect("a row group");
        for column in 0..group.num_columns() {
            let mut pages = group.get_column_page_reader(column).expect("pages");
            while let Some(page) = pages.get_next_page().expect("a page") {
                haystacks.push(page.buffer().to_vec());
            }
        }
    }
    haystacks
}

/// How many of some values stand anywhere in the file.
fn found(path: &Path, values: &HashSet<String>) -> usize {
    let mut starts: HashMap<&[u8], Vec<&str>> = HashMap::new();
    values.iter().for_each(|value| starts.entry(&value.as_bytes()[..LONG]).or_default().push(value));
    let mut found: HashSet<&str> = HashSet::new();
    for haystack in haystacks(path) {
        for at in 0..haystack.len().saturating_sub(LONG - 1) {
            let candidates = starts.get(&haystack[at..at + LONG]).into_iter().flatten();
            found.extend(candidates.filter(|value| haystack[at..].starts_with(value.as_bytes())));
        }
    }
    found.len()
}

/// The entries of a leaf's dictionary, in order.
fn dictionary(path: &Path, leaf: usize) -> Vec<String> {
    let reader = SerializedFileReader::new(File::open(path).expect("a file")).expect("Parquet");
    let group = reader.get_row_group(0).expect("a row group");
    let page = group.get_column_page_reader(leaf).expect("pages").get_next_page().expect("a page");
    let Some(Page::DictionaryPage { buf, .. }) = page else { panic!("leaf {leaf} has no dictionary") };
    let (mut rest, mut entries) = (&buf[..], Vec::new());
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (entry, after) = after.split_at(u32::from_le_bytes(*length) as usize);
        entries.push(String::from_utf8(entry.to_vec()).expect("text"));
        rest = after;
    }
    entries
}

/// How the place of a token in its dictionary goes with the rank of its value.
fn dictionary_order(victim: &Victim) -> (f64, usize) {
    let (before, after) = (victim.before("city"), victim.after("city"));
    let value: HashMap<&str, &str> = after.iter().map(String::as_str).zip(before.iter().map(String::as_str)).collect();
    let tokens = dictionary(&victim.release, 2);
    let values: Vec<&str> = tokens.iter().map(|token| value[token.as_str()]).collect();
    let places: Vec<usize> = (0..values.len()).collect();
    (order::spearman(&values, &places), values.len())
}

pub fn findings(victim: &Victim) -> Vec<Finding> {
    let (source, release) = (told(&victim.source), told(&victim.release));
    let kinds: HashSet<_> = source.iter().collect();
    assert!(kinds.len() >= 5, "the source tells too little to be a control: {kinds:?}");
    assert_eq!(release, Vec::<&str>::new(), "the release's file tells of values");
    let created = metadata(&victim.release).file_metadata().created_by().map(str::to_owned);
    assert!(created.as_deref().is_none_or(|created| created.starts_with("verho")), "{created:?}");
    let values: HashSet<String> = ["email", "city"].map(|column| victim.before(column)).concat().into_iter().collect();
    let (control, leaked) = (found(&victim.source, &values), found(&victim.release, &values));
    assert_eq!((control, leaked), (values.len(), 0), "values of the source in the release's bytes");
    let (correlation, entries) = dictionary_order(victim);
    let ordered = order::finding("order of a dictionary", "`city`, pseudonym", correlation, entries);
    assert_eq!(ordered.success, "ρ 0", "a token's place in its dictionary tells the rank of its value: {correlation}");
    let of = |attack, on, told: &[&str], all: usize| Finding {
        attack,
        on,
        success: format!("{} of {all}", told.iter().collect::<HashSet<_>>().len()),
        chance: "0".to_owned(),
    };
    vec![
        of("metadata, indexes, filters, bytes between", "the source's file", &source, 6),
        of("metadata, indexes, filters, bytes between", "the release's file", &release, 6),
        Finding::shares("raw values in bytes and pages", "the release's file", leaked as f64, 0.0),
        ordered,
    ]
}
