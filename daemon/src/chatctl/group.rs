//! `chatctl group`: people whom everybody finds together among their contacts, such as departments.

use crate::client::Sockets;
use crate::failure::Failure;
use crate::lookup::{self, Names};
use crate::table::Table;
use crate::{Style, done, json};
use chat_shared::{Command as Wanted, Event, Request, SharedGroup, clean};
use clap::Subcommand;
use serde_json::json as value;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// All of them
    List,
    /// Publish a group, or replace it
    Put {
        /// What it is called
        name: String,
        /// Who is in it, separated by commas: all of them
        #[arg(required = true, value_delimiter = ',')]
        people: Vec<String>,
    },
    /// Publish a group no longer
    Remove {
        /// Which one
        name: String,
    },
}

/// Carries a command out and gives the text to print.
pub(crate) fn run(command: &Command, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    match command {
        Command::List => list(sockets, style),
        Command::Put { name, people } => put(name, people, sockets, style),
        Command::Remove { name } => remove(name, sockets, style),
    }
}

fn list(sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let after = String::new();
    let groups = client.list(Request::AdminGroups { after }, |page| match page {
        Event::AdminGroups { groups, .. } => Some(groups),
        _ => None,
    })?;
    let members = groups
        .iter()
        .flat_map(|group| group.members.iter().copied());
    let names = Names::of(&mut client, members)?;
    let members_of = |group: &SharedGroup| {
        let members = group.members.iter().map(|account| names.name(*account));
        members.collect::<Vec<_>>()
    };
    if style == Style::Json {
        let groups = groups
            .iter()
            .map(|group| value!({ "name": group.name, "members": members_of(group) }));
        return Ok(json(&groups.collect()));
    }
    if groups.is_empty() {
        return Ok("there are no shared groups\n".to_owned());
    }
    let mut table = Table::new(&["NAME", "PEOPLE", "WHO"]);
    for group in &groups {
        table.row(&[
            &clean::line(&group.name),
            &group.members.len().to_string(),
            &members_of(group).join(", "),
        ]);
    }
    Ok(table.to_string())
}

fn put(name: &str, people: &[String], sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let members = lookup::people(&mut client, people)?;
    let count = members.len();
    let wanted = Wanted::PutSharedGroup {
        name: name.to_owned(),
        members,
    };
    let text = done::line(&wanted, "");
    client.command(wanted)?;
    Ok(style.tell(&text, &value!({ "name": name, "people": count })))
}

fn remove(name: &str, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let wanted = Wanted::RemoveSharedGroup {
        name: name.to_owned(),
    };
    let text = done::line(&wanted, "");
    sockets.connect()?.command(wanted)?;
    Ok(style.tell(&text, &value!({ "name": name, "removed": true })))
}
