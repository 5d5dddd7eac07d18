//! `chatctl panic`: the switch for when strangers pour in.

use crate::client::{Sockets, unexpected};
use crate::failure::Failure;
use crate::{Style, done};
use chat_shared::{Command as Wanted, Event, Request};
use clap::Subcommand;
use serde_json::json as value;

#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum Command {
    /// Nobody registers, and who is new writes slowly
    On,
    /// As before
    Off,
    /// Whether it is on
    Status,
}

/// Carries a command out and gives the text to print.
pub(crate) fn run(command: Command, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let on = match command {
        Command::On | Command::Off => {
            let on = matches!(command, Command::On);
            client.command(Wanted::Panic { on })?;
            on
        }
        Command::Status => {
            // It stands on each page.
            let after = String::new();
            match client.ask(Request::AdminBans { after })? {
                Event::AdminBans { panic, .. } => panic,
                _ => return Err(unexpected()),
            }
        }
    };
    let text = done::line(&Wanted::Panic { on }, "");
    Ok(style.tell(&text, &value!({ "panic": on })))
}
