//! The pages under docs/ say what is so: every test that the comparison names is there, and no answer of ours is without one.

use std::fs;
use std::path::{Path, PathBuf};

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn page(name: &str) -> String {
    fs::read_to_string(home().join("docs").join(name)).expect("the page is there")
}

/// The capability, our answer, and the tests that hold it.
type Row<'p> = (&'p str, &'p str, Vec<&'p str>);

/// The rows of capabilities; those of the list of tools have no answer.
fn rows(page: &str) -> Vec<Row<'_>> {
    let cells = |line| str::split(line, '|').map(str::trim).collect::<Vec<_>>();
    let lines = page.lines().filter(|line| line.starts_with("| ")).map(cells);
    lines
        .filter(|cells| ["yes", "part", "no"].contains(&cells[2]))
        .map(|cells| (cells[1], cells[2], cells[3].split('`').skip(1).step_by(2).collect()))
        .collect()
}

/// Whether the file has a function of this name that is a test.
fn is_test(named: &str) -> bool {
    let Some((file, function)) = named.split_once("::") else { return false };
    let text = fs::read_to_string(home().join(file)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let start = format!("fn {function}(");
    let Some(at) = lines.iter().position(|line| line.starts_with(&start)) else { return false };
    let above = lines[..at].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("///"));
    above.into_iter().any(|line| *line == "#[test]")
}

#[test]
fn every_answer_of_ours_names_tests_that_there_are() {
    let page = page("comparison.md");
    let rows = rows(&page);
    assert!(rows.len() > 80, "{} rows", rows.len());
    for (capability, answer, tests) in rows {
        assert_eq!(tests.is_empty(), answer == "no", "{capability}: {answer} is held by {tests:?}");
        for named in tests {
            assert!(is_test(named), "{capability}: there is no test {named}");
        }
    }
}

#[test]
fn a_test_that_is_not_there_is_noticed() {
    assert!(is_test("tests/comparison.rs::a_test_that_is_not_there_is_noticed"));
    for wrong in ["tests/comparison.rs::is_test", "tests/comparison.rs::none", "tests/none.rs::none", "none"] {
        assert!(!is_test(wrong), "{wrong}");
    }
}

#[test]
fn every_row_has_a_cell_for_each_tool() {
    let page = page("comparison.md");
    let width = |line: &str| line.matches('|').count();
    let heads: Vec<&str> = page.lines().filter(|line| line.starts_with("| capability")).collect();
    let rows = page.lines().filter(|line| ["| yes |", "| part |", "| no |"].iter().any(|word| line.contains(word)));
    assert!(heads.iter().all(|head| width(head) == width(heads[0])));
    rows.for_each(|row| assert_eq!(width(row), width(heads[0]), "{row}"));
}
