//! What the process does not let out: no memory of it is written to a disk, and no other program of the same user reads it. And
//! how it ends when somebody asks it to.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, setrlimit};
use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1};
use signal_hook::flag;
use signal_hook::iterator::Signals;

/// How people and schedulers ask.
const ASKING: [i32; 2] = [SIGINT, SIGTERM];

/// The exit code of what was interrupted (DESIGN 6.4).
const INTERRUPTED: i32 = 9;

static IS_ASKED_TO_END: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Takes Ctrl-C and SIGTERM for a wish that work looks for with [`is_asked_to_end`]. Who asks twice need not wait.
pub fn end_when_asked() {
    let is_second = Arc::<AtomicBool>::default();
    for signal in ASKING {
        // In this order, so that the first one does not find what it sets itself. Where the system sets none of them, a signal
        // ends the process as it always did.
        let _ = flag::register_conditional_shutdown(signal, INTERRUPTED, is_second.clone());
        let _ = flag::register(signal, is_second.clone());
        let _ = flag::register(signal, IS_ASKED_TO_END.clone());
    }
    // As it is handed on, which does not count as a second time: the first one may have come to all processes at once.
    let _ = flag::register(SIGUSR1, IS_ASKED_TO_END.clone());
}

/// Whether somebody has asked the process to end.
pub fn is_asked_to_end() -> bool {
    IS_ASKED_TO_END.load(Ordering::Relaxed)
}

/// Lets another process decide when this one ends.
pub fn end_with_another() {
    for signal in ASKING {
        let _ = flag::register(signal, Arc::default());
    }
}

/// The signals that ask this process to end, from now on.
///
/// # Errors
/// Where the system gives no handle.
pub fn signals() -> io::Result<Signals> {
    Signals::new(ASKING)
}

/// Hands on to a child, which called [`end_when_asked`], that it is to end.
pub fn hand_on(mut signals: Signals, child: u32) {
    let child = i32::try_from(child).ok().and_then(Pid::from_raw);
    std::thread::spawn(move || {
        for _ in signals.forever() {
            // Where it is gone, its end is what comes of it.
            let _ = child.map(|child| kill_process(child, Signal::USR1));
        }
    });
}

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
