//! Every way in which a command ends badly, and the exit code of each.

use chat_shared::{Fault, clean};
use std::fmt;
use std::process::ExitCode;

/// Why a command was not carried out.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The daemon said no.
    Refused(Fault),
    /// What was given cannot be used.
    Usage(String),
    /// No daemon was reached, it went away, or it is not one that we understand.
    Connection(String),
    /// The audit log was tampered with.
    NotWhole(String),
}

impl Failure {
    /// As scripts see it.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Refused(_) | Self::NotWhole(_) => 1,
            Self::Usage(_) => 2,
            Self::Connection(_) => 3,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(fault) => write!(f, "{} ({})", clean::line(&fault.text), fault.code),
            Self::Usage(text) | Self::Connection(text) | Self::NotWhole(text) => f.write_str(text),
        }
    }
}
