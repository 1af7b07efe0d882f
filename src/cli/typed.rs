//! What was typed, parsed once: names of customers and releases are names wherever they stand, and what cannot be parsed is a
//! failure like any other.

use clap::error::ErrorKind;
use clap::{Command, CommandFactory, FromArgMatches};

use super::{Cli, Output};
use crate::consent::is_id;
use crate::error::{Failure, Kind};

/// Parses what was typed.
pub fn parse() -> Result<Cli, clap::Error> {
    let mut command = grammar();
    let mut matches = command.try_get_matches_from_mut(std::env::args_os())?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// All that can be typed.
pub fn grammar() -> Command {
    with_names(Cli::command())
}

fn with_names(command: Command) -> Command {
    let named = command.mut_args(|arg| match arg.get_id().as_str() {
        "customer" | "release" => arg.value_parser(name),
        _ => arg,
    });
    named.mut_subcommands(with_names)
}

fn name(typed: &str) -> Result<String, &'static str> {
    let rule = "a name has letters, digits, `.`, `_` and `-`, 64 at most, and begins with a letter, a digit or `_`";
    if is_id(typed) { Ok(typed.to_owned()) } else { Err(rule) }
}

/// How facts are wanted, where what was typed cannot be parsed.
pub fn output() -> Output {
    let typed: Vec<_> = std::env::args_os().skip(1).take_while(|word| word != "--").collect();
    let is_json = typed.iter().any(|word| word == "--output=json")
        || typed.windows(2).any(|pair| pair[0] == "--output" && pair[1] == "json");
    if is_json { Output::Json } else { Output::Text }
}

/// What is wrong, and the way out, in one line each.
pub fn failure(error: &clap::Error) -> Failure {
    let in_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = error.render().to_string();
    let (message, rest) = match error.kind() {
        // All that is said then is the help.
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => ("a command is missing", "try `--help`"),
        _ => text.split_once("\n\n").unwrap_or((&text, "try `--help`")),
    };
    let message = in_line(message.strip_prefix("error: ").unwrap_or(message));
    Failure::new(Kind::Usage, message).hint(in_line(rest))
}
