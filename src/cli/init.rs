//! `verho init`

use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Common;
use super::answer::{Answer, path};
use crate::error::{Failure, Kind};

/// What a new workspace holds: each file and its text.
const FILES: [(&str, &str); 4] = [
    ("verho.toml", include_str!("init/verho.toml")),
    ("schemas/example.toml", include_str!("init/example.toml")),
    ("consent/allowed_signers", include_str!("init/allowed_signers")),
    ("consent/roles.toml", include_str!("init/roles.toml")),
];

/// Write a commented workspace
#[derive(clap::Args)]
pub struct Init {
    /// Where [default: --workspace, or here]
    dir: Option<PathBuf>,
}

impl Init {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        let folder = self.dir.or_else(|| common.workspace.clone()).unwrap_or_else(|| PathBuf::from("."));
        write_all(&folder)?;
        let text = format!(
            "{} is a workspace now. What is left to do:\n\
             \x20 1. verho.toml: the two accounts, and who runs verho\n\
             \x20 2. consent/: whose signatures count, and in which role; `verho check` says the digest to trust\n\
             \x20 3. an evidence key: ssh-keygen -t ed25519 -N '' -f keys/evidence\n\
             \x20 4. a key for the pseudonym secrets: VERHO_KEYRING_KEY or VERHO_KEYRING_PASSPHRASE in the environment, or a KMS key\n\
             \x20 5. schemas/: one file a table, as `verho scan CUSTOMER` proposes it; `verho plan CUSTOMER` says what is missing\n",
            folder.display()
        );
        Ok(Answer::new(text, json!({ "folder": path(&folder), "files": FILES.map(|(name, _)| name) })))
    }
}

/// Writes all files and makes the folder of keys, or leaves none of the files.
fn write_all(folder: &Path) -> Result<(), Failure> {
    let undo = |written: &[(&str, &str)]| {
        written.iter().for_each(|(name, _)| drop(std::fs::remove_file(folder.join(name))));
    };
    for (at, (name, text)) in FILES.iter().enumerate() {
        write_new(&folder.join(name), text.as_bytes()).inspect_err(|_| undo(&FILES[..at]))?;
    }
    make_keys(&folder.join("keys")).inspect_err(|_| undo(&FILES))
}

/// The folder of keys, for its owner alone: `ssh-keygen` makes none.
fn make_keys(folder: &Path) -> Result<(), Failure> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| Failure::new(Kind::Invalid, format!("{}: cannot be made: {}", folder.display(), error.kind())))
}

/// Writes a file that is not there yet, and the folders above it; all of it or nothing.
pub fn write_new(path: &Path, content: &[u8]) -> Result<(), Failure> {
    let write = || {
        path.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        let mut file = std::fs::File::create_new(path)?;
        std::io::Write::write_all(&mut file, content).inspect_err(|_| drop(std::fs::remove_file(path)))
    };
    write().map_err(|error: std::io::Error| {
        let failure = Failure::new(Kind::Invalid, format!("{}: cannot be written: {}", path.display(), error.kind()));
        match error.kind() {
            ErrorKind::AlreadyExists => failure.hint("take a folder that holds none of these files"),
            _ => failure,
        }
    })
}
