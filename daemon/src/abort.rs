//! Where a panic must end the process instead of one actor.
//!
//! An actix actor that panics is gone without a word. A session or a room is made good from the store;
//! without the registry, the journal, a worker or a listener nobody is served, so the process ends at once and the service
//! manager starts it again within a second.

/// Held for as long as the work must not panic; says whose work it was.
pub(crate) struct AbortOnPanic(pub(crate) &'static str);

impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!(
                part = self.0,
                "panicked: the process ends and is to be started again"
            );
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    const CHILD: &str = "CHATD_TEST_PANICS";

    /// Panics on another thread, as a commit would: without the guard the process goes on.
    #[test]
    fn a_child_that_panics_under_the_guard() {
        if std::env::var_os(CHILD).is_none() {
            return;
        }
        let thread = std::thread::spawn(|| {
            let _abort = AbortOnPanic("test");
            panic!("on purpose");
        });
        let _ = thread.join();
        std::process::exit(0);
    }

    #[test]
    fn a_panic_under_the_guard_ends_the_process() {
        let child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "abort::tests::a_child_that_panics_under_the_guard",
            ])
            .env(CHILD, "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(child.signal(), Some(nix::libc::SIGABRT), "{child}");
    }

    #[test]
    fn the_guard_does_nothing_where_nothing_panics() {
        drop(AbortOnPanic("test"));
    }
}
