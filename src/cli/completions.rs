//! `verho completions`

use clap::CommandFactory;
use serde_json::json;

use super::Cli;
use super::answer::Answer;
use crate::error::Failure;

/// Completions for a shell, on stdout
#[derive(clap::Args)]
pub struct Completions {
    shell: clap_complete::Shell,
}

impl Completions {
    pub fn run(self) -> Result<Answer, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "verho", &mut script);
        let script = String::from_utf8_lossy(&script).into_owned();
        Ok(Answer::new(script.clone(), json!({ "shell": self.shell.to_string(), "script": script })))
    }
}
