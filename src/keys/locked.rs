//! 32 bytes on a page of their own that is never swapped out (mlock), and wiped when dropped.

use region::LockGuard;
use zeroize::{Zeroize, Zeroizing};

/// As large and aligned as a page of memory mostly is: a lock counts for pages, and ends for all that lies on them.
#[repr(align(4096))]
struct Page([u8; 4096]);

/// A secret in locked memory. Where the system locks none (its limit is used up), it is kept as it is: a run that stops
/// there would protect nobody.
pub struct Locked {
    // Before the page, so that it is unlocked while it is still there.
    _lock: Option<LockGuard>,
    page: Box<Page>,
}

impl Locked {
    /// Takes bytes in.
    pub fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        let mut page = Box::new(Page([0; 4096]));
        let lock = region::lock(page.0.as_ptr(), page.0.len()).ok();
        page.0[..32].copy_from_slice(bytes.as_ref());
        Locked { _lock: lock, page }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        self.page.0.first_chunk().expect("a page is longer than a secret")
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.page.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    fn locked_kib() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").expect("a process");
        let line = status.lines().find(|line| line.starts_with("VmLck:")).expect("locked memory is counted");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number")
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn secrets_lie_in_locked_memory() {
        let secrets: Vec<Locked> = (0..4).map(|byte| Locked::new(Zeroizing::new([byte; 32]))).collect();
        assert!(locked_kib() >= 16, "four pages are locked");
        assert_eq!(secrets[3].bytes(), &[3; 32]);
    }
}
