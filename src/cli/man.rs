//! `verho man`

use clap::CommandFactory;
use serde_json::json;

use super::Cli;
use super::answer::Answer;
use crate::error::{Failure, Kind};

/// The manual page, on stdout
#[derive(clap::Args)]
pub struct Man {}

impl Man {
    pub fn run(self) -> Result<Answer, Failure> {
        let mut command = Cli::command();
        command.build();
        let mut page = Vec::new();
        let pages = std::iter::once(&command).chain(command.get_subcommands());
        for part in pages {
            let rendered = clap_mangen::Man::new(part.clone()).render(&mut page);
            rendered.map_err(|_| Failure::new(Kind::Internal, "the manual cannot be made"))?;
        }
        let page = String::from_utf8_lossy(&page).into_owned();
        Ok(Answer::new(page.clone(), json!({ "man": page })))
    }
}
