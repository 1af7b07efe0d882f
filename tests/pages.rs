//! Pages for people, looked at by a browser: axe-core finds nothing serious in them, in light, in dark and on a narrow
//! screen. `tests/run` installs both where it can; without them this says what it skips, unless `VERHO_PAGES` is 1.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::browser::{Browser, LOOKS};

/// The pages that the demo makes: a request, and a report of risks.
fn pages() -> Vec<(&'static str, String)> {
    let folder = tempfile::tempdir().expect("a folder");
    let (demo, risk) = (folder.path().join("demo"), folder.path().join("risk.html"));
    let verho = |arguments: &[&Path]| {
        let output = Command::new(env!("CARGO_BIN_EXE_verho")).env_clear().args(arguments).output();
        let output = output.expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    verho(&["demo".as_ref(), &demo]);
    verho(&["--workspace".as_ref(), &demo, "risk".as_ref(), "demo".as_ref(), "--out".as_ref(), &risk]);
    let read = |file: PathBuf| fs::read_to_string(file).expect("a page");
    vec![("request", read(demo.join("consent/demo/demo-1/request.html"))), ("risk", read(risk))]
}

#[test]
fn pages_have_no_serious_finding_and_are_small() {
    let Some(browser) = Browser::found() else {
        println!("skipped: 2 pages in {} looks, for want of a browser or axe-core", LOOKS.len());
        return;
    };
    for (name, page) in pages() {
        assert!(page.len() < 1_000_000, "{name}: {} bytes", page.len());
        for look in LOOKS {
            assert_eq!(browser.serious(&page, look), Vec::<String>::new(), "{name}, {}", look.0);
        }
    }
}

#[test]
fn a_page_that_cannot_be_read_is_noticed() {
    let Some(browser) = Browser::found() else { return };
    let (_, page) = pages().swap_remove(0);
    let spoiled = page.replace("--ink: #1d2428", "--ink: #c9c9c9").replace("<html lang=\"en\">", "<html>");
    let found = browser.serious(&spoiled, LOOKS[0]).join("\n");
    assert!(found.contains("color-contrast") && found.contains("html-has-lang"), "{found}");
}
