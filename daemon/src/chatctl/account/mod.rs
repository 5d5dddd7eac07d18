//! `chatctl account`: people's accounts.
//!
//! [`list`] is all of them, [`show`] one with its devices, [`change`] what may be done about one, and
//! [`password`] ways back in for those who forgot theirs.

mod list;
mod show;
mod change;
mod password;

use crate::client::Sockets;
use crate::failure::Failure;
use crate::{Style, duration, words};
use chat_shared::{DeviceId, HouseRole};
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make an account
    Add {
        /// What the person is called
        name: String,
        /// The file that holds the password; - is standard input
        #[arg(long, value_name = "FILE")]
        password_file: PathBuf,
    },
    /// All accounts
    List,
    /// All about one person: profile, presence, when and from where they came, devices
    Show {
        /// Whom
        name: String,
    },
    /// What somebody may do in the house
    Role {
        /// Whose
        name: String,
        /// The new role
        #[arg(value_parser = words::parser::<HouseRole>())]
        role: HouseRole,
    },
    /// Change what a profile says; what is not given stays, an empty text is taken out
    Profile(change::Profile),
    /// Keep somebody out: ends their connections; what they wrote stays
    Disable {
        /// Whom
        name: String,
        /// Why, for the audit log
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Let somebody in again
    Enable {
        /// Whom
        name: String,
        /// Why, for the audit log
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// End somebody's account for good: they leave all rooms, and their name reads "former member"
    Delete {
        /// Whose
        name: String,
        /// The name once more, instead of being asked for it
        #[arg(long, value_name = "NAME")]
        yes: Option<String>,
    },
    /// Make a code with which somebody who forgot their password sets another one, once
    ResetCode {
        /// Whose
        name: String,
        /// For how long it holds, such as 30m, 12h or 7d
        #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = duration::parse)]
        expires: u64,
    },
    /// Give somebody a new password, and end all their connections
    ResetPassword {
        /// Whom
        name: String,
        /// The file that holds it; - is standard input. Without it one is made up and printed once
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// The devices of somebody
    Devices {
        /// Whose
        name: String,
    },
    /// End a device of somebody: it has to sign in again
    RevokeDevice {
        /// Whose
        name: String,
        /// Its number, as `devices` shows it
        id: u64,
    },
}

/// Carries a command out and gives the text to print.
pub(crate) fn run(command: &Command, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    match command {
        Command::Add {
            name,
            password_file,
        } => change::add(name, password_file, sockets, style),
        Command::List => list::run(sockets, style),
        Command::Show { name } => show::run(name, sockets, style),
        Command::Role { name, role } => change::role(name, *role, sockets, style),
        Command::Profile(profile) => change::profile(profile, sockets, style),
        Command::Disable { name, reason } => change::enable(name, false, reason, sockets, style),
        Command::Enable { name, reason } => change::enable(name, true, reason, sockets, style),
        Command::Delete { name, yes } => change::delete(name, yes.as_deref(), sockets, style),
        Command::ResetCode { name, expires } => password::code(name, *expires, sockets, style),
        Command::ResetPassword {
            name,
            password_file,
        } => password::reset(name, password_file.as_deref(), sockets, style),
        Command::Devices { name } => show::devices(name, sockets, style),
        Command::RevokeDevice { name, id } => {
            change::revoke_device(name, DeviceId(*id), sockets, style)
        }
    }
}
