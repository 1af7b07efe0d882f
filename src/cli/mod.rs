//! What was typed, and how the answer is printed: one file a command, one line in the list.

mod answer;
mod progress;
mod typed;
mod words;

use std::io::{IsTerminal, Write};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::error::{Failure, Kind};
use crate::page::{visible, visible_lines};
use crate::workspace::Workspace;
use answer::{Answer, json};

/// Carries a customer's dataset from production to test and leaves the people in it behind.
#[derive(Parser)]
#[command(name = "verho", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(clap::Args)]
struct Common {
    /// The folder of verho.toml [default: here and upward]
    #[arg(long, global = true, value_name = "DIR", display_order = LAST)]
    workspace: Option<PathBuf>,
    /// How facts are printed
    #[arg(long, global = true, value_enum, default_value = "text", display_order = LAST + 1)]
    output: Output,
    /// No progress, nothing on stderr but errors
    #[arg(long, global = true, display_order = LAST + 2)]
    quiet: bool,
}

/// In help, what every command takes stands behind what is its own.
const LAST: usize = 900;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Json,
}

/// Declares every command's module, and what is typed for it.
macro_rules! commands {
    ($($(#[$only:meta])? $module:ident $command:ident)*) => {
        $($(#[$only])? mod $module;)*

        /// Every command, in the order of help.
        #[derive(Subcommand)]
        enum Command {
            $($(#[$only])? $command($module::$command),)*
        }

        impl Command {
            fn run(self, common: &Common) -> Result<Answer, Failure> {
                match self {
                    $($(#[$only])? Command::$command(command) => command.run(common),)*
                }
            }
        }
    };
}

commands! {
    demo Demo
    init Init
    scan Scan
    detect Detect
    check Check
    plan Plan
    run Run
    refresh Refresh
    preview Preview
    risk Risk
    consent Consent
    methods Methods
    release Release
    verify Verify
    purge Purge
    doctor Doctor
    keys Keys
    ledger Ledger
    review Review
    completions Completions
    man Man
    #[cfg(feature = "s3")]
    apart Writer
}

impl Command {
    /// Whether it works between both sides.
    #[cfg(feature = "s3")]
    fn is_between(&self) -> bool {
        matches!(self, Command::Run(_) | Command::Refresh(_) | Command::Preview(_) | Command::Risk(_))
    }
}

impl Common {
    /// The workspace that was named, or the nearest one upward.
    fn workspace(&self) -> Result<Workspace, Failure> {
        let here = || std::env::current_dir().ok().and_then(|folder| Workspace::find(&folder));
        let named =
            self.workspace.as_ref().map(|folder| std::path::absolute(folder).unwrap_or_else(|_| folder.clone()));
        let missing = || {
            Failure::new(Kind::Invalid, "there is no verho.toml here or in a folder above")
                .hint("make one with `verho init`, or name its folder with --workspace")
        };
        let folder = named.or_else(here).ok_or_else(missing)?;
        let mut workspace = Workspace::read(&folder)?;
        workspace.test.access.apart = is_apart();
        Ok(workspace)
    }

    /// Whether somebody watches.
    fn interactive(&self) -> bool {
        !self.quiet && self.output == Output::Text && std::io::stderr().is_terminal()
    }
}

/// Whether another process holds the test side's credentials for this one.
fn is_apart() -> bool {
    #[cfg(feature = "s3")]
    if crate::account::apart::is_on() {
        let parent = std::env::var(crate::account::apart::VARIABLE).ok().and_then(|parent| parent.parse().ok());
        crate::process::die_with(parent.unwrap_or_default());
        return true;
    }
    false
}

/// Parses what was typed, runs it, prints the answer; the exit code of DESIGN 6.4.
pub fn main() -> ExitCode {
    crate::process::harden();
    keep_panics_quiet();
    let cli = match typed::parse() {
        Ok(cli) => cli,
        Err(error) => return mistyped(&error),
    };
    #[cfg(feature = "s3")]
    if cli.command.is_between() && apart::is_wanted(&cli.common) {
        return apart::supervise(&cli.common);
    }
    let bug = |_| Err(Failure::new(Kind::Internal, "a bug ended verho; please report it"));
    let answer = std::panic::catch_unwind(AssertUnwindSafe(|| cli.command.run(&cli.common))).unwrap_or_else(bug);
    match answer.and_then(|answer| print(&answer, cli.common.output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report(&failure, cli.common.output),
    }
}

/// One line on stderr. That nobody reads it any more, as where a pipe is closed, ends nothing: the exit code says it too.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A panic's text can quote a value, so only its place is shown.
fn keep_panics_quiet() {
    std::panic::set_hook(Box::new(|info| {
        // A parser's panic over untrusted bytes is contained and becomes an error of its own.
        let ours = info.location().filter(|place| place.file().starts_with("src"));
        if let Some(place) = ours {
            tell(&format!("internal error at {}:{}; please report it", place.file(), place.line()));
        }
    }));
}

/// Help and version are what was asked for; all else is a failure.
fn mistyped(error: &clap::Error) -> ExitCode {
    match typed::output() {
        Output::Json if error.use_stderr() => report(&typed::failure(error), Output::Json),
        _ => {
            let text = error.render().to_string();
            // What was typed is quoted in it.
            match visible_lines(&text) {
                visible if visible != text => tell(visible.trim_end_matches('\n')),
                _ => drop(error.print()),
            }
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Kind::Usage as u8))
        }
    }
}

fn print(answer: &Answer, output: Output) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let written = match output {
        _ if answer.is_printed => Ok(()),
        Output::Text => out.write_all(visible_lines(&answer.text).as_bytes()),
        Output::Json => writeln!(out, "{}", json(&format!("{:#}", answer.facts))),
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Kind::Internal, "stdout cannot be written"))
        }
        _ => Ok(answer.failure.clone().map_or(Ok(()), Err)?),
    }
}

/// Prints kind, cause and hint: the only place that does.
fn report(failure: &Failure, output: Output) -> ExitCode {
    match output {
        Output::Text => {
            tell(&format!("error: {}", visible(&failure.message)));
            failure.hint.iter().for_each(|hint| tell(&format!("hint: {}", visible(hint))));
        }
        Output::Json => {
            let facts =
                serde_json::json!({ "error": failure.message, "hint": failure.hint, "exit": failure.kind as u8 });
            tell(&json(&facts.to_string()));
        }
    }
    ExitCode::from(failure.kind as u8)
}
