//! Where a panic must end the process instead of one actor.
//!
//! An actix actor that panics is gone without a word. A session or a room is made good from the store;
//! without the registry or the journal nothing works, so the process ends at once and the service
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
