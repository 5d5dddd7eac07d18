//! Why a measurement ends without a figure.

use std::io;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("could not {what}: {source}")]
    Io { what: String, source: io::Error },
    /// The server said or did what it should not.
    #[error("the server: {0}")]
    Server(String),
    /// Not what was sent is what came.
    #[error("expected {expected} deliveries, received {received}: {hint}")]
    Mismatch {
        expected: u64,
        received: u64,
        hint: String,
    },
    /// The arguments do not make sense.
    #[error("{0}")]
    Usage(String),
    /// A figure is so far off that the guard fails.
    #[error("{0}")]
    Collapse(String),
}

pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// Says what was being done when the system refused.
pub(crate) trait Doing<T> {
    /// `what` fits behind "could not".
    fn doing(self, what: impl Into<String>) -> Result<T>;
}

impl<T, E: Into<io::Error>> Doing<T> for std::result::Result<T, E> {
    fn doing(self, what: impl Into<String>) -> Result<T> {
        self.map_err(|source| Failure::Io {
            what: what.into(),
            source: source.into(),
        })
    }
}
