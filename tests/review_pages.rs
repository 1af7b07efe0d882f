//! The reviewer's report, looked at by a browser: it is small, it can be read by everybody, and its search searches.

mod common;

use std::fs;

use common::archive;
use common::browser::{Browser, LOOKS, text_of, with_scripts};
use common::desk::Desk;
use common::reviewed;

fn report(desk: &Desk) -> String {
    let file = desk.path("report.html");
    desk.facts(&["review", "report", "--out", file.to_str().expect("text")]);
    fs::read_to_string(file).expect("a page")
}

#[test]
fn the_report_of_a_thousand_runs_is_small_and_shows_them_all() {
    let desk = Desk::local("acme");
    archive::fill(&desk, "acme", 1_000);
    let page = report(&desk);
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    assert!((0..1_000).all(|run| page.contains(&format!("20260101-{run:08}"))), "every release stands on it");
}

#[test]
fn the_report_has_no_serious_finding() {
    let Some(browser) = Browser::found() else {
        println!("skipped: the report in {} looks, for want of a browser or axe-core", LOOKS.len());
        return;
    };
    let page = report(&reviewed::lived());
    for look in LOOKS {
        assert_eq!(browser.serious(&page, look), Vec::<String>::new(), "{}", look.0);
    }
    let spoiled = page.replace("--ink: #1d2428", "--ink: #c9c9c9");
    assert!(!browser.serious(&spoiled, LOOKS[0]).is_empty(), "what cannot be read is noticed");
}

#[test]
fn the_search_leaves_the_rows_that_have_every_word() {
    let Some(browser) = Browser::found() else { return };
    let page = report(&reviewed::lived());
    // Under its own policy, the script of the page runs: what it shows is the form.
    assert!(!browser.dom(&page, LOOKS[0]).contains("role=\"search\" hidden"), "the policy lets the search run");
    let typed = "const words = document.getElementById('words'); words.value = 'Second  COMMITTED'; \
                 words.dispatchEvent(new Event('input'))";
    let dom = browser.dom(&with_scripts(&page, &[typed]), LOOKS[0]);
    let said = text_of(&dom, "<output for=\"words\">", "</output>").expect("an output");
    assert!(said.starts_with("1 of "), "{said}");
    assert!(
        !with_scripts(&page, &[]).contains("Content-Security-Policy\" content=\"default"),
        "the control has no policy"
    );
}
