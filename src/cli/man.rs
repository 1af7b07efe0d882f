//! `verho man`

use clap::{Command, CommandFactory};
use serde_json::json;

use super::answer::Answer;
use super::{Cli, Common};
use crate::error::{Failure, Kind};

/// The manual, a page for each command, on stdout
#[derive(clap::Args)]
pub struct Man {}

impl Man {
    pub fn run(self, _: &Common) -> Result<Answer, Failure> {
        // Pages of help would only say that there is help.
        let mut command = Cli::command().disable_help_subcommand(true);
        command.build();
        let mut page = Vec::new();
        for part in pages(&command) {
            let rendered = clap_mangen::Man::new(part.clone()).render(&mut page);
            rendered.map_err(|_| Failure::new(Kind::Internal, "the manual cannot be made"))?;
        }
        let page = String::from_utf8_lossy(&page).into_owned();
        Ok(Answer::new(page.clone(), json!({ "man": page })))
    }
}

/// A command and all below it, which its page names.
fn pages(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().filter(|part| !part.is_hide_set()).flat_map(pages);
    std::iter::once(command).chain(below).collect()
}
