//! What the process does not let out: no memory of it is written to a disk, and no other program of the same user reads it.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Ends this process when the one that started it ends, however it does (Linux; elsewhere it is left to its input's end).
pub fn die_with(parent: u32) {
    #[cfg(target_os = "linux")]
    {
        let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
        // It may be gone already.
        let now = rustix::process::getppid().map(|now| now.as_raw_nonzero().get());
        if now.and_then(|now| u32::try_from(now).ok()) != Some(parent) {
            std::process::exit(9);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = parent;
}

/// Turns core dumps off, and makes the process one that is not dumped and whose memory others cannot read (Linux,
/// PR_SET_DUMPABLE). What the system refuses stays as it is: there is nothing to lose yet.
pub fn harden() {
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
