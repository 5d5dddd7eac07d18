//! How a command ends: exit codes and the last words on standard error.

use crate::net::{Failure, Place};
use chat_shared::{Fault, clean};
use std::fmt;
use std::process::ExitCode;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub enum Stop {
    /// The server said no: 1.
    Refused(Fault),
    /// What was typed makes no sense: 2.
    Usage(String),
    /// Nobody answers there: 3.
    NoConnection(String),
    /// There was a connection, and it broke: 3. It is likely to come back by itself.
    Lost(String),
    /// No connection until somebody does something, such as another key of the server: 3.
    CannotConnect(String),
    /// Whoever read the output is gone, as with `| head`: not an error.
    NobodyReads,
}

impl Stop {
    /// Wrong usage.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// Whether the same may work later without anybody doing anything.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::NoConnection(_) | Self::Lost(_) => true,
            Self::Refused(fault) => fault.is_passing(),
            Self::Usage(_) | Self::CannotConnect(_) | Self::NobodyReads => false,
        }
    }

    /// Says why and gives the code.
    pub fn report(&self) -> ExitCode {
        let code = match self {
            Self::Refused(_) => 1,
            Self::Usage(_) => 2,
            Self::NoConnection(_) | Self::Lost(_) | Self::CannotConnect(_) => 3,
            Self::NobodyReads => return ExitCode::SUCCESS,
        };
        eprintln!("chatc: {self}");
        ExitCode::from(code)
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(fault) => write!(f, "{}: {}", fault.code, clean::line(&fault.text)),
            Self::Usage(text)
            | Self::NoConnection(text)
            | Self::Lost(text)
            | Self::CannotConnect(text) => f.write_str(&clean::text(text)),
            Self::NobodyReads => f.write_str("nobody reads the output"),
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(fault) => Self::Refused(fault),
            Failure::NoPassword(text) => Self::Usage(text),
            lost @ (Failure::Lost(_) | Failure::Nonsense(_)) => Self::Lost(lost.to_string()),
            Failure::Unreachable { place, error } => {
                Self::NoConnection(unreachable(&place, &error))
            }
            passing if passing.is_passing() => Self::NoConnection(passing.to_string()),
            lasting => Self::CannotConnect(lasting.to_string()),
        }
    }
}

/// That nobody answers there, in words that lead on.
pub fn unreachable(place: &Place, error: &str) -> String {
    match place {
        Place::Socket(path) if !path.exists() => format!(
            "no daemon listens at {}: it is not running, or its socket is elsewhere (--socket PATH)",
            path.display()
        ),
        place => format!("could not reach {place}: {error}"),
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::from(Failure::State(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_that_is_not_there_says_what_that_means() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chatd.sock");
        let place = Place::Socket(path.clone());
        let words = unreachable(&place, "no such file or directory");
        assert!(words.starts_with("no daemon listens at "), "{words}");
        assert!(!words.contains("no such file"), "{words}");
        std::fs::write(path, "").unwrap();
        assert!(unreachable(&place, "connection refused").ends_with(": connection refused"));
    }
}
