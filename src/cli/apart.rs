//! One command in two processes: this one starts both and hands each only what is its own; it reads no data, and opens
//! neither account.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, ExitCode, Stdio};

use super::Common;
use super::answer::Answer;
use crate::account::apart::{VARIABLE, serve};
use crate::account::credentials::Credentials;
use crate::account::root::Root;
use crate::account::separate;
use crate::account::separate::policy::account_of;
use crate::error::{Failure, Kind};
use crate::keys::VARIABLES;
use crate::process::{die_with, end_with_another, hand_on, signals};
use crate::workspace::Workspace;

/// Hold the test side's credentials for another process of verho
#[derive(clap::Args)]
#[command(hide = true)]
pub struct Writer {
    /// The process that started it
    parent: u32,
}

impl Writer {
    pub fn run(self, common: &Common) -> Result<Answer, Failure> {
        die_with(self.parent);
        // Who asks for a write may have to take it back.
        end_with_another();
        let workspace = common.workspace()?;
        let socket = std::os::fd::AsFd::as_fd(&std::io::stdin()).try_clone_to_owned().map(UnixStream::from);
        // A quarter, as much as parts take that are under way on the other side.
        let memory = usize::try_from(workspace.limits.memory / 4).unwrap_or(usize::MAX);
        let served = socket.and_then(|socket| serve(socket, &workspace.sides(), memory));
        served.map_err(|error| Failure::new(Kind::Internal, format!("the socket broke: {}", error.kind())))?;
        Ok(Answer::printed())
    }
}

/// Whether a command that works between both sides is to be done by two processes: where test is an account of its own, and
/// nothing that both sides share would have to be given to both.
pub fn is_wanted(common: &Common) -> bool {
    let is_split = |workspace: &Workspace| {
        let is_account = matches!(workspace.test.root, Root::S3 { .. });
        is_account && workspace.limits.processes == 2 && separate::by_names(&workspace.sides()).refusal().is_none()
    };
    !crate::account::apart::is_on() && common.workspace().is_ok_and(|workspace| is_split(&workspace))
}

/// Runs what was typed in two processes, and ends as the one does that has production's credentials.
pub fn supervise(common: &Common) -> ExitCode {
    let signals = signals();
    let started =
        common.workspace().map_err(|_| std::io::ErrorKind::NotFound.into()).and_then(|workspace| start(&workspace));
    let ended = started.and_then(|(mut writer, mut runner)| {
        hand_on(signals?, runner.id());
        let ended = runner.wait()?;
        // Its input ends with the other process; what it still does, nobody waits for.
        let _ = writer.kill();
        writer.wait()?;
        Ok(ended)
    });
    match ended.map(|ended| ended.code().and_then(|code| u8::try_from(code).ok())) {
        Ok(Some(code)) => ExitCode::from(code),
        Ok(None) => {
            super::report(&Failure::new(Kind::Interrupted, "a process was killed; run again to go on"), common.output)
        }
        Err(error) => {
            let message = format!("two processes cannot be started: {}", error.kind());
            super::report(&Failure::new(Kind::Internal, message), common.output)
        }
    }
}

fn start(workspace: &Workspace) -> std::io::Result<(Child, Child)> {
    let (near, far) = UnixStream::pair()?;
    let (folder, own) = (workspace.folder.as_os_str(), std::process::id().to_string());
    let mut writer = Command::new(std::env::current_exe()?);
    writer
        .arg("--workspace")
        .arg(folder)
        .arg("writer")
        .arg(&own)
        .stdin(Stdio::from(OwnedFd::from(far)))
        .stdout(Stdio::null());
    let of_production = [&workspace.production, &workspace.evidence.side];
    let theirs = of_production.into_iter().flat_map(|side| variables(side.access.credentials.as_ref()));
    for name in theirs.chain(VARIABLES.map(str::to_owned)) {
        writer.env_remove(name);
    }
    let mut runner = Command::new(std::env::current_exe()?);
    runner.args(std::env::args_os().skip(1)).env(VARIABLE, &own).stdin(Stdio::from(OwnedFd::from(near)));
    for name in variables(workspace.test.access.credentials.as_ref()) {
        runner.env_remove(name);
    }
    Ok((writer.spawn()?, runner.spawn()?))
}

/// The variables of the environment that a source reads.
fn variables(credentials: Option<&Credentials>) -> impl Iterator<Item = String> {
    let of_prefix = |prefix: &String| {
        ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"].map(|name| format!("{prefix}_{name}"))
    };
    let base = credentials.map(|source| match source {
        Credentials::Role { base, .. } => base.as_ref(),
        source => source,
    });
    let names: Vec<String> = match base {
        Some(Credentials::EnvPrefix { prefix, .. }) => of_prefix(prefix).to_vec(),
        Some(Credentials::Container) => CONTAINER.map(str::to_owned).to_vec(),
        _ => Vec::new(),
    };
    let device = credentials.and_then(Credentials::device).and_then(account_of);
    names.into_iter().chain(device.map(|account| format!("VERHO_MFA_CODE_{account}")))
}

/// What ECS and EKS hand to containers.
const CONTAINER: [&str; 4] = [
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
];
