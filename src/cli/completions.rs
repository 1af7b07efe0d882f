//! `verho completions`

use clap::CommandFactory;
use serde_json::json;

use super::answer::Answer;
use super::{Cli, Common};
use crate::error::Failure;

/// Completions for a shell, on stdout
#[derive(clap::Args)]
pub struct Completions {
    shell: clap_complete::Shell,
}

impl Completions {
    pub fn run(self, _: &Common) -> Result<Answer, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "verho", &mut script);
        let script = String::from_utf8_lossy(&script).into_owned();
        Ok(Answer::new(script.clone(), json!({ "shell": self.shell.to_string(), "script": script })))
    }
}
