//! How a request is signed and checked, with nothing but OpenSSH.

use crate::consent::NAMESPACE;
use crate::consent::record::{Basis, Record};
use crate::page::{Block, Section, text};

/// How each signer signs, and where the signature goes, as text.
pub fn steps(record: &Record) -> String {
    text::section(&signing(record))
}

/// Who signs.
pub(super) fn signers(record: &Record) -> String {
    match record.basis {
        Basis::CustomerSigned => format!(
            "{} (`{}`) and someone with the role `compliance`",
            record.approver.person, record.approver.principal
        ),
        Basis::DocumentAttested => "two persons with the role `compliance`".to_owned(),
    }
}

pub(super) fn signing(record: &Record) -> Section {
    let Record { customer, approval, approver, .. } = record;
    let own_name = match record.basis {
        Basis::CustomerSigned => format!(" (`{}` for {})", approver.principal, approver.person),
        Basis::DocumentAttested => String::new(),
    };
    let steps = vec![
        ("Read `approval.toml` to its end. It is text, and opens in any editor.".to_owned(), None),
        (
            "In a terminal, in the folder where `approval.toml` lies, sign it:".to_owned(),
            Some(format!("ssh-keygen -Y sign -f KEY -n {NAMESPACE} approval.toml")),
        ),
        ("Rename what that has made, `approval.toml.sig`, to `PRINCIPAL.sig`.".to_owned(), None),
        (
            format!(
                "Send `PRINCIPAL.sig` back. It is put beside the file, as `consent/{customer}/{approval}/PRINCIPAL.sig`."
            ),
            None,
        ),
    ];
    let blocks = vec![
        Block::says(format!("To be signed by {}. Each of them, with their own key:", signers(record))),
        Block::Steps(steps),
        Block::says(format!(
            "KEY stands for the file of your private key, such as `~/.ssh/id_ed25519`; PRINCIPAL for your name in \
             `consent/allowed_signers`, the list of those whose signatures count{own_name}. Not one byte of `approval.toml` \
             may change from the first signature on."
        )),
        Block::says(
            "`ssh-keygen` comes with Windows 10 and 11, macOS and Linux; nothing else is needed. If you have no key yet, \
             `ssh-keygen -t ed25519` makes one, in two files: the one that ends in `.pub` you send once, in a way that \
             shows that it is yours, so that it is listed; the other you never give away.",
        ),
    ];
    Section::new("How to sign", blocks)
}

/// How anyone can check a request and its signatures; `digest` is the SHA-256 of the file that is signed.
pub(super) fn checking(digest: &str) -> Section {
    let shown_by = [
        ("Linux", "sha256sum approval.toml"),
        ("macOS", "shasum -a 256 approval.toml"),
        ("Windows", "certutil -hashfile approval.toml SHA256"),
    ];
    let by_system = shown_by.map(|(system, command)| (system.to_owned(), format!("`{command}`")));
    let verify =
        format!("ssh-keygen -Y verify -f allowed_signers -I PRINCIPAL -n {NAMESPACE} -s PRINCIPAL.sig < approval.toml");
    let blocks = vec![
        Block::says(format!(
            "This page was made with one `approval.toml` and no other: its SHA-256, a fingerprint that changes with every \
             byte of a file, is `{digest}`. It is shown by:"
        )),
        Block::Facts(by_system.to_vec()),
        Block::says("Whether a signature is right is told by (on Windows in the Command Prompt):"),
        Block::Command(verify),
        Block::says("What counts is `approval.toml`. If this page says anything else than that file, do not sign."),
    ];
    Section::new("How to check", blocks)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::consent::tests::APPROVAL;

    #[test]
    fn the_steps_name_the_command_and_the_place() {
        let mut record = Record::parse(Path::new("approval.toml"), APPROVAL).expect("is well formed");
        let said = steps(&record);
        assert!(said.contains("ssh-keygen -Y sign -f KEY -n verho-approval approval.toml"));
        assert!(said.contains("consent/acme/acme-2026-11/PRINCIPAL.sig"));
        assert!(said.contains("maija.meri@acme.example"));
        record.basis = Basis::DocumentAttested;
        let said = steps(&record);
        assert!(said.contains("two persons with the role") && !said.contains("maija.meri"), "{said}");
    }
}
