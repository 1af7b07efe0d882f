//! The example approval under `consent/` is one that the example schemas would be run by.

mod common;

use std::fs::File;
use std::path::Path;
use std::process::Command;

use verho::consent::Record;
use verho::document::Document;
use verho::schema::{digest, read_customer};

fn home(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[test]
fn its_digests_are_those_of_the_example_schemas() {
    let path = home("consent/demo/demo-1/approval.toml");
    let record = Record::parse(&path, Document::read(&path).expect("a file").text()).expect("an approval");
    let tables = read_customer(&home("schemas"), "demo").expect("schemas");
    assert_eq!(tables.len(), record.tables.len());
    for table in tables {
        let terms = &record.tables[&table.table];
        assert_eq!(terms.policy, digest::policy(&table), "make it anew: consent/make");
        assert_eq!(terms.columns.len(), table.columns.len());
    }
}

#[test]
fn anyone_can_check_its_signatures_with_openssh() {
    for who in ["owner@demo.example", "compliance@demo.example"] {
        let approval = home("consent/demo/demo-1/approval.toml");
        let signature = approval.with_file_name(format!("{who}.sig"));
        let verify = Command::new("ssh-keygen")
            .args(["-Y", "verify", "-n", "verho-approval", "-I", who, "-f"])
            .arg(home("consent/allowed_signers"))
            .arg("-s")
            .arg(&signature)
            .stdin(File::open(&approval).expect("an approval"))
            .output()
            .expect("ssh-keygen starts");
        assert!(verify.status.success(), "{who}: {}", String::from_utf8_lossy(&verify.stderr));
    }
}
