//! Making a room.

use super::change::Different;
use crate::client::{Sockets, unexpected};
use crate::failure::Failure;
use crate::{Style, lookup};
use chat_shared::names::RoomName;
use chat_shared::{Command, Event, Request};
use clap::Args;
use serde_json::json as value;

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// Its name
    room: RoomName,
    /// What is talked about there
    #[arg(long, value_name = "TEXT", default_value = "")]
    topic: String,
    /// Who owns it, and is in it from the start; without one only administrators manage it
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    #[command(flatten)]
    different: Different,
}

pub(super) fn run(create: &Create, sockets: &Sockets, style: Style) -> Result<String, Failure> {
    let mut client = sockets.connect()?;
    let owner = create.owner.as_deref();
    let owner = owner.map(|name| lookup::somebody(&mut client, name));
    let owner = owner.transpose()?;
    let command = Command::CreateRoom {
        name: create.room.as_str().to_owned(),
        topic: create.topic.clone(),
        change: create.different.change(),
        owner: owner.as_ref().map(|owner| owner.card.account),
    };
    let Event::Done { conversation, .. } = client.ask(Request::AdminCommand { command })? else {
        return Err(unexpected());
    };
    let room = &create.room;
    let owner = owner.map(|owner| owner.name());
    let text = match &owner {
        Some(name) => format!("#{room} is made, and {name} owns it"),
        None => format!(
            "#{room} is made, and has no owner: only administrators manage it\n\
             chatctl room role {room} NAME owner makes a member one"
        ),
    };
    let made = value!({ "room": room.as_str(), "conversation": conversation, "owner": owner });
    Ok(style.tell(&text, &made))
}
