//! `chatctl` administers a running `chatd` over its Unix socket, by the ordinary protocol.
//!
//! - [`client`] finds the daemon and asks it, [`failure`] is every way in which that ends badly;
//! - [`status`], [`account`], [`invite`], [`room`], [`group`], [`announce`], [`address`], [`mod@panic`] and
//!   [`audit`] are the commands, each giving the text to print;
//! - [`lookup`], [`confirm`], [`words`], [`password`], [`duration`], [`table`], [`time`] and [`done`]
//!   are what they share.
//!
//! Exit codes: 0 done, 1 refused by the daemon or the audit log is not whole, 2 wrong usage, 3 no daemon
//! reached.

mod client;
mod failure;
mod status;
mod account;
mod invite;
mod room;
mod group;
mod announce;
mod address;
mod panic;
mod audit;
mod lookup;
mod confirm;
mod words;
mod password;
mod duration;
mod table;
mod time;
mod done;
#[cfg(test)]
mod tests;

use chat_shared::clean;
use clap::{Parser, Subcommand};
use client::Sockets;
use failure::Failure;
use serde_json::Value;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Administers a running chatd. For root, the user that runs chatd, and the group that its
/// configuration names.
#[derive(Debug, Parser)]
#[command(name = "chatctl", version)]
struct Arguments {
    /// The daemon's socket; found by itself where the daemon has it at one of its usual places
    #[arg(long, global = true, value_name = "PATH")]
    socket: Option<PathBuf>,
    /// Print JSON for programs
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// How the daemon is
    Status,
    /// People's accounts
    #[command(subcommand)]
    Account(account::Command),
    /// Invitations, with which people make accounts themselves
    #[command(subcommand)]
    Invite(invite::Command),
    /// Rooms: what they are like, who is in them, and keeping the peace
    #[command(subcommand)]
    Room(room::Command),
    /// Shared groups, such as departments, which everybody finds among the contacts
    #[command(subcommand)]
    Group(group::Command),
    /// A word to many
    Announce(announce::Arguments),
    /// Take no connections from an address or network
    BanAddress(address::Ban),
    /// Take them again
    UnbanAddress {
        /// As `bans` shows it
        network: String,
    },
    /// The banned addresses
    Bans,
    /// The panic switch: while it is on, nobody registers and who is new writes slowly
    #[command(subcommand)]
    Panic(panic::Command),
    /// What those who have a say did, in a chain that shows changes
    Audit(audit::Arguments),
}

/// How a command prints what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    People,
    Json,
}

impl Style {
    /// What was done: a line without its end for people, a value for programs.
    fn tell(self, people: &str, programs: &Value) -> String {
        match self {
            Self::People => format!("{people}\n"),
            Self::Json => json(programs),
        }
    }
}

fn main() -> ExitCode {
    // Wrong usage ends here with exit code 2.
    let arguments = Arguments::parse();
    match run(&arguments).and_then(|text| print(&text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("chatctl: {failure}");
            failure.exit_code()
        }
    }
}

/// Does what was asked for and gives the text to print.
fn run(arguments: &Arguments) -> Result<String, Failure> {
    let sockets = Sockets::new(arguments.socket.clone());
    let style = match arguments.json {
        true => Style::Json,
        false => Style::People,
    };
    match &arguments.command {
        Command::Status => status::run(&sockets, style),
        Command::Account(command) => account::run(command, &sockets, style),
        Command::Invite(command) => invite::run(command, &sockets, style),
        Command::Room(command) => room::run(command, &sockets, style),
        Command::Group(command) => group::run(command, &sockets, style),
        Command::Announce(arguments) => announce::run(arguments, &sockets, style),
        Command::BanAddress(ban) => address::ban(ban, &sockets, style),
        Command::UnbanAddress { network } => address::unban(network, &sockets, style),
        Command::Bans => address::list(&sockets, style),
        Command::Panic(command) => panic::run(*command, &sockets, style),
        Command::Audit(arguments) => audit::run(arguments, &sockets, style),
    }
}

/// A reader that has seen enough, such as `head`, is no failure.
fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Usage(format!("could not print: {error}")))
        }
        _ => Ok(()),
    }
}

/// One line of JSON; whatever others wrote in it is cleaned.
fn json(value: &Value) -> String {
    fn cleaned(value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(clean::text(text).into_owned()),
            Value::Array(items) => items.iter().map(cleaned).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(key, value)| (key.clone(), cleaned(value)))
                .collect(),
            other => other.clone(),
        }
    }
    format!("{}\n", cleaned(value))
}
