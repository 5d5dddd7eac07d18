//! `chatctl` administers a running `chatd` over its Unix socket, by the ordinary protocol.
//!
//! - [`client`] finds the daemon and asks it, [`failure`] is every way in which that ends badly;
//! - [`status`], [`account`] and [`invite`] are the commands, each giving the text to print;
//! - [`password`], [`duration`], [`table`] and [`time`] are what they share.
//!
//! Exit codes: 0 done, 1 refused by the daemon, 2 wrong usage, 3 no daemon reached.

mod account;
mod client;
mod duration;
mod failure;
mod invite;
mod password;
mod status;
mod table;
#[cfg(test)]
mod tests;
mod time;

use clap::{Parser, Subcommand};
use client::Sockets;
use failure::Failure;
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
}

/// How a command prints what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    People,
    Json,
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

/// One line of JSON.
fn json(value: &serde_json::Value) -> String {
    format!("{value}\n")
}
