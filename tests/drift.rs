//! What is not listed refuses the whole run before a data page is read, and nothing is written.

#![cfg(feature = "s3")]

mod common;

use std::path::Path;

use common::python;
use common::sides::Accounts;

#[test]
fn a_new_column_in_only_the_last_of_twenty_files() {
    let accounts = Accounts::start();
    let desk = accounts.desk("shop", "drift/");
    let made = tempfile::tempdir().expect("a folder");
    python::run("drift.py", &[made.path()]);
    let rules = "id = { class = \"direct\", method = \"pseudonym\", domain = \"id\" }\nname = { class = \"direct\", method = \"fake\", kind = \"name\" }\n";
    desk.write("schemas/shop/people.toml", &format!("customer = \"shop\"\ntable = \"people\"\nsource = \"shop/people/*.parquet\"\nformat = \"parquet\"\n[columns]\n{rules}"));
    for file in 0..20 {
        accounts.put(&made.path().join("plain.parquet"), &format!("drift/shop/people/{file:02}.parquet"));
    }
    desk.approve("shop", "drift", 5);
    accounts.put(Path::new(&made.path().join("drifted.parquet")), "drift/shop/people/19.parquet");
    let before = accounts.data_reads().len();
    let output = desk.verho(&["run", "shop"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(said.contains("`phone`") && said.contains("object 20 of 20") && said.contains("people.toml"), "{said}");
    assert!(said.contains("hint: "), "{said}");
    let pages = accounts.data_reads()[before..].iter().filter(|read| !read.is_footer()).count();
    assert_eq!(pages, 0, "a data page was read");
    assert!(accounts.keys("verho-test", "drift/").is_empty(), "something was written");
    assert!(accounts.keys("verho-evidence", "drift/evidence/").iter().any(|key| key.contains("refused")));
}
